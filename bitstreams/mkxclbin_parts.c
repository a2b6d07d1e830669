/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkxclbin_parts.c - what the sections of a .xclbin say about the chip. The kernel's arguments are the read/write registers of
 * rtl/csr/bonnet_csr.def from 0x10 on, in its order: X_LO and X_HI are one pointer, every other register is one 32-bit scalar. RESET is write
 * only, so it is no argument, and it lies behind the last one: a managed run, which writes every word from 0x10 to the last argument, never meets it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xclbin.h>
#include "mkxclbin.h"
#include "regs.h"

enum { FIRST_ARGUMENT = 0x10, BUS_BITS = 128, MAX_ARGUMENTS = 16 };

typedef struct argument {
    char name[24];
    uint32_t offset;
    int pointer;
} argument;

static uint32_t arguments(argument out[MAX_ARGUMENTS])
{
    static const struct {
        uint32_t offset;
        const char *name;
        bonnet_access access;
    } map[] = {
#define REG(offset, name, access, reset, text) {offset, #name, BONNET_##access},
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
#undef REG
#undef FIELD
    };
    uint32_t n = 0;
    for (size_t i = 0; i < sizeof map / sizeof map[0] && n < MAX_ARGUMENTS; i++) {
        if (map[i].access != BONNET_RW || map[i].offset < FIRST_ARGUMENT) continue;
        const size_t length = strlen(map[i].name);
        const char *tail = length > 3 ? map[i].name + length - 3 : "";
        if (!strcmp(tail, "_HI")) continue; /* came with its _LO */
        argument *a = &out[n++];
        a->offset = map[i].offset;
        a->pointer = !strcmp(tail, "_LO");
        size_t chars = a->pointer ? length - 3 : length, c = 0;
        for (; c < chars && c < sizeof a->name - 1; c++) a->name[c] = map[i].name[c] == '_' ? '_' : (char)(map[i].name[c] | 0x20);
        a->name[c] = '\0';
    }
    return n;
}

/* Text that grows in a buffer of MK_XML_BYTES; at == MK_XML_BYTES says that it did not fit. */
typedef struct text {
    char *bytes;
    size_t at;
} text;

static void add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->bytes + t->at, MK_XML_BYTES - t->at, format, args);
    va_end(args);
    t->at = n < 0 || (size_t)n >= MK_XML_BYTES - t->at ? MK_XML_BYTES : t->at + (size_t)n;
}

static void add_arguments(text *t)
{
    argument args[MAX_ARGUMENTS];
    const uint32_t n = arguments(args);
    for (uint32_t i = 0; i < n && t->at < MK_XML_BYTES; i++)
        add(t,
            "     <arg name=\"%s\" addressQualifier=\"%d\" id=\"%u\" port=\"%s\" size=\"0x%x\" offset=\"0x%x\" hostOffset=\"0x0\" hostSize=\"0x%x\" "
            "type=\"%s\"/>\n",
            args[i].name, args[i].pointer, i, args[i].pointer ? "M_AXI" : "S_AXI_CONTROL", args[i].pointer ? 8 : 4, args[i].offset,
            args[i].pointer ? 8 : 4, args[i].pointer ? "void*" : "uint");
}

/* The length of the part of "vendor_board_name" that begins at p; the last one takes the rest. */
static int part(const char *p) { return (int)strcspn(p, "_"); }

static const char *next(const char *p) { return p + part(p) + (p[part(p)] != '\0'); }

static int metadata(mk_section *s, const mk_options *o)
{
    text t = {malloc(MK_XML_BYTES), 0};
    if (!t.bytes) return 0;
    const char *const vendor = o->platform, *const board = next(vendor);
    char clock[64] = "";
    if (o->clock_mhz) snprintf(clock, sizeof clock, " clockFreq=\"%uMHz\"", o->clock_mhz);
    add(&t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project name=\"%s\">\n", o->name);
    add(&t, " <platform vendor=\"%.*s\" boardid=\"%.*s\" name=\"%s\" featureRomTime=\"0\">\n  <version major=\"1\" minor=\"0\"/>\n", part(vendor),
        vendor, part(board), board, next(board));
    add(&t, "  <device name=\"fpga0\" fpgaDevice=\"zynquplus\" addrWidth=\"40\">\n");
    add(&t, "   <core name=\"OCL_REGION_0\" target=\"bitstream\" type=\"clc_region\"%s numComputeUnits=\"1\">\n", clock);
    if (o->clock_mhz) add(&t, "    <kernelClocks><clock port=\"KERNEL_CLK\" frequency=\"%uMHz\"/></kernelClocks>\n", o->clock_mhz);
    add(&t, "    <kernel name=\"%s\" language=\"ip_c\" vlnv=\"bonnet:kernel:%s:1.0\" attributes=\"\" type=\"pl\" ", o->kernel, o->kernel);
    add(&t, "hwControlProtocol=\"ap_ctrl_hs\" interrupt=\"true\">\n");
    add(&t, "     <port name=\"M_AXI\" mode=\"master\" range=\"0xFFFFFFFFFFFFFFFF\" dataWidth=\"%d\" portType=\"addressable\" base=\"0x0\"/>\n",
        BUS_BITS);
    add(&t, "     <port name=\"S_AXI_CONTROL\" mode=\"slave\" range=\"0x%05x\" dataWidth=\"32\" portType=\"addressable\" base=\"0x0\"/>\n",
        (unsigned)BONNET_REG_END);
    add_arguments(&t);
    add(&t, "     <instance name=\"%s\"><addrRemap base=\"0x%llx\" range=\"0x%05x\" port=\"S_AXI_CONTROL\"/></instance>\n", o->instance,
        (unsigned long long)o->base, (unsigned)BONNET_REG_END);
    add(&t, "    </kernel>\n   </core>\n  </device>\n </platform>\n</project>\n");
    *s = (mk_section){EMBEDDED_METADATA, "metadata", (uint8_t *)t.bytes, t.at};
    return t.at < MK_XML_BYTES;
}

/* A struct of xclbin.h with room for n of its last, one-element array; zeroed. *where is that array. */
static void *list(mk_section *s, uint32_t kind, const char *name, size_t head, size_t one, size_t n, void **where)
{
    const size_t size = head + one * n;
    s->kind = kind, s->name = name, s->size = size;
    s->bytes = calloc(1, size);
    if (s->bytes) *where = s->bytes + head;
    return s->bytes;
}

static int topology(mk_section *s, const mk_options *o)
{
    void *at = NULL;
    struct mem_topology *top =
        list(s, MEM_TOPOLOGY, "mem_topology", offsetof(struct mem_topology, m_mem_data), sizeof(struct mem_data), o->n_banks, &at);
    if (!top) return 0;
    top->m_count = (int32_t)o->n_banks;
    struct mem_data *banks = at;
    for (uint32_t i = 0; i < o->n_banks; i++) {
        banks[i].m_type = MEM_DDR4;
        banks[i].m_used = 1;
        banks[i].m_size = o->banks[i].bytes / 1024; /* the format counts KiB */
        banks[i].m_base_address = o->banks[i].base;
        memcpy(banks[i].m_tag, o->banks[i].tag, sizeof banks[i].m_tag);
    }
    return 1;
}

static int layout(mk_section *s, const mk_options *o)
{
    void *at = NULL;
    struct ip_layout *ips = list(s, IP_LAYOUT, "ip_layout", offsetof(struct ip_layout, m_ip_data), sizeof(struct ip_data), 1, &at);
    if (!ips) return 0;
    ips->m_count = 1;
    struct ip_data *ip = at;
    ip->m_type = IP_KERNEL;
    ip->properties = IP_INT_ENABLE_MASK | (uint32_t)AP_CTRL_HS << IP_CONTROL_SHIFT; /* interrupt 0 */
    ip->m_base_address = o->base;
    snprintf((char *)ip->m_name, sizeof ip->m_name, "%s:%s", o->kernel, o->instance);
    return 1;
}

/* Every pointer lives in the first bank: all buffers come from there. */
static int connectivity(mk_section *s)
{
    argument args[MAX_ARGUMENTS];
    const uint32_t n = arguments(args);
    uint32_t pointers = 0;
    void *at = NULL;
    for (uint32_t i = 0; i < n; i++) pointers += args[i].pointer != 0;
    struct connectivity *all =
        list(s, CONNECTIVITY, "connectivity", offsetof(struct connectivity, m_connection), sizeof(struct connection), pointers, &at);
    if (!all) return 0;
    all->m_count = (int32_t)pointers;
    struct connection *c = at;
    for (uint32_t i = 0; i < n; i++)
        if (args[i].pointer) *c++ = (struct connection){.arg_index = (int32_t)i, .m_ip_layout_index = 0, .mem_data_index = 0};
    return 1;
}

uint32_t mk_sections(mk_section out[MK_SECTIONS], const mk_options *o)
{
    memset(out, 0, MK_SECTIONS * sizeof *out);
    return metadata(&out[0], o) && topology(&out[1], o) && layout(&out[2], o) && connectivity(&out[3]) ? 4 : 0;
}
