/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xclbin.c - what mkxclbin wrote, read back with the structs of XRT's own headers; and the driver's reader of it, which has none of them.
 *
 *     xclbin FILE KERNEL UNIT BASE CLOCK_MHZ BITSTREAM|- [BANK:BASE:BYTES]...   is FILE what these options ask for?
 *     xclbin --damage FILE SEED                      FILE cut at every length and with bytes changed: the driver's reader refuses or reads, and stays inside
 *
 * At compile time: are the offsets and prototypes that the driver wrote down those of the headers? Exit 0, 1 and the first difference.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <experimental/xrt_ini.h>
#include <xclbin.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>
#include "regs.h"
#include "xrt_api.h"
#include "xrt_xclbin.h"

#define SAME(type, name, arguments) _Static_assert(__builtin_types_compatible_p(__typeof__(&name), type(*) arguments), "prototype: " #name);
BONNET_XRT_FUNCTIONS(SAME)
#define EQUAL(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #ours);
EQUAL(BONNET_XRT_TO_DEVICE, XCL_BO_SYNC_BO_TO_DEVICE)
EQUAL(BONNET_XRT_TO_HOST, XCL_BO_SYNC_BO_FROM_DEVICE)
EQUAL(BONNET_XRT_CACHEABLE, XRT_BO_FLAGS_CACHEABLE)
#define AT(name, struct_, member) _Static_assert((name) == offsetof(struct struct_, member), "offset: " #name);
AT(BONNET_XCLBIN_LENGTH, axlf, m_header.m_length)
AT(BONNET_XCLBIN_UUID, axlf, m_header.uuid)
AT(BONNET_XCLBIN_COUNT, axlf, m_header.m_numSections)
AT(BONNET_XCLBIN_HEAD, axlf, m_sections)
AT(BONNET_XCLBIN_OFFSET, axlf_section_header, m_sectionOffset)
AT(BONNET_XCLBIN_SIZE, axlf_section_header, m_sectionSize)
AT(BONNET_XCLBIN_IPS, ip_layout, m_ip_data)
AT(BONNET_XCLBIN_IP_NAME, ip_data, m_name)
EQUAL(BONNET_XCLBIN_HEADER, sizeof(struct axlf_section_header))
EQUAL(BONNET_XCLBIN_IP, sizeof(struct ip_data))
EQUAL(BONNET_XCLBIN_IP_CHARS, sizeof(((struct ip_data *)0)->m_name))
EQUAL(BONNET_XCLBIN_KIND_BITSTREAM, BITSTREAM)
EQUAL(BONNET_XCLBIN_KIND_METADATA, EMBEDDED_METADATA)
EQUAL(BONNET_XCLBIN_KIND_MEMORY, MEM_TOPOLOGY)
EQUAL(BONNET_XCLBIN_KIND_IPS, IP_LAYOUT)

enum { MAX_BYTES = 1 << 24 };

/* malloc'ed to the byte, so that ASan sees a reader that goes beyond; at least one byte. */
static uint8_t *whole(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *room = f ? malloc(MAX_BYTES) : NULL, *bytes = NULL;
    if (room) {
        *size = fread(room, 1, MAX_BYTES, f);
        bytes = malloc(*size ? *size : 1);
        if (bytes) memcpy(bytes, room, *size);
    }
    free(room);
    if (f) fclose(f);
    return bytes;
}

#define WANT(what)                                                                                                                                   \
    do {                                                                                                                                             \
        if (!(what)) return fprintf(stderr, "xclbin: line %d: not so: %s\n", __LINE__, #what), 1;                                                    \
    } while (0)

static const uint8_t *section(const uint8_t *bytes, uint32_t kind, size_t *size)
{
    struct axlf x;
    memcpy(&x, bytes, sizeof x);
    for (uint32_t i = 0; i < x.m_header.m_numSections; i++) {
        struct axlf_section_header h;
        memcpy(&h, bytes + offsetof(struct axlf, m_sections) + i * sizeof h, sizeof h);
        if (h.m_sectionKind != kind) continue;
        *size = h.m_sectionSize;
        return bytes + h.m_sectionOffset;
    }
    *size = 0;
    return NULL;
}

static int check_container(const uint8_t *bytes, size_t size)
{
    struct axlf x;
    uint64_t end = 0;
    WANT(size > sizeof x);
    memcpy(&x, bytes, sizeof x);
    WANT(!memcmp(x.m_magic, "xclbin2", 8) && x.m_signature_length == -1 && x.m_header.m_length == size && x.m_header.m_mode == XCLBIN_FLAT);
    for (uint32_t i = 0; i < x.m_header.m_numSections; i++) {
        struct axlf_section_header h;
        memcpy(&h, bytes + offsetof(struct axlf, m_sections) + i * sizeof h, sizeof h);
        WANT(h.m_sectionOffset % 8 == 0 && h.m_sectionOffset >= end && h.m_sectionOffset <= size && h.m_sectionSize <= size - h.m_sectionOffset);
        WANT(h.m_sectionOffset >= offsetof(struct axlf, m_sections) + x.m_header.m_numSections * sizeof h && memchr(h.m_sectionName, 0, 16));
        end = h.m_sectionOffset + h.m_sectionSize;
    }
    return 0;
}

/* The arguments in the XML, one by one, against the registers' names and places. */
static int check_arguments(const char *xml)
{
    static const struct {
        const char *name;
        uint32_t offset, bytes;
    } want[] = {{"job", BONNET_REG_JOB_LO, 8},
                {"model", BONNET_REG_MODEL_LO, 8},
                {"input", BONNET_REG_INPUT_LO, 8},
                {"output", BONNET_REG_OUTPUT_LO, 8},
                {"scratch", BONNET_REG_SCRATCH_LO, 8},
                {"frames", BONNET_REG_FRAMES, 4},
                {"input_stride", BONNET_REG_INPUT_STRIDE, 4},
                {"output_stride", BONNET_REG_OUTPUT_STRIDE, 4},
                {"watchdog", BONNET_REG_WATCHDOG, 4}};
    const uint32_t n = sizeof want / sizeof want[0];
    const char *at = xml;
    for (uint32_t i = 0; i < n; i++, at++) {
        char name[32];
        unsigned qualifier, id, size, offset;
        WANT((at = strstr(at, "<arg ")) != NULL);
        WANT(sscanf(at, "<arg name=\"%31[a-z_]\" addressQualifier=\"%u\" id=\"%u\" port=\"%*[A-Z_]\" size=\"%x\" offset=\"%x\"", name, &qualifier,
                    &id, &size, &offset) == 5);
        WANT(!strcmp(name, want[i].name) && offset == want[i].offset && size == want[i].bytes && id == i && qualifier == (want[i].bytes == 8));
        WANT(offset >= 0x10 && offset + size <= BONNET_REG_RESET); /* a managed run writes up to here: RESET must stay outside */
    }
    WANT(!strstr(at, "<arg "));
    return 0;
}

static int check_memory(const uint8_t *bytes, size_t size, char **banks, int n)
{
    struct mem_data m;
    int32_t count;
    WANT(bytes && size == offsetof(struct mem_topology, m_mem_data) + (size_t)n * sizeof m);
    memcpy(&count, bytes, sizeof count);
    WANT(count == n);
    for (int i = 0; i < n; i++) {
        char tag[16];
        uint64_t base, length;
        memcpy(&m, bytes + offsetof(struct mem_topology, m_mem_data) + (size_t)i * sizeof m, sizeof m);
        WANT(sscanf(banks[i], "%15[^:]:%" SCNi64 ":%" SCNi64, tag, (int64_t *)&base, (int64_t *)&length) == 3);
        WANT(m.m_type == MEM_DDR4 && m.m_used == 1 && m.m_base_address == base && m.m_size * 1024 == length && !strcmp((const char *)m.m_tag, tag));
    }
    return 0;
}

static int check(int argc, char **argv)
{
    size_t size, n;
    char text[128];
    bonnet_error err = {""};
    bonnet_xclbin found;
    uint8_t *bytes = whole(argv[1], &size);
    const uint64_t base = strtoull(argv[4], NULL, 0);
    const uint32_t mhz = (uint32_t)strtoul(argv[5], NULL, 0);
    WANT(bytes && !check_container(bytes, size));
    const uint8_t *s = section(bytes, EMBEDDED_METADATA, &n);
    char *xml = s ? strndup((const char *)s, n) : NULL;
    WANT(xml && strlen(xml) == n && !check_arguments(xml));
    snprintf(text, sizeof text, "<kernel name=\"%s\"", argv[2]);
    WANT(strstr(xml, text) && strstr(xml, "mode=\"slave\" range=\"0x10000\""));
    snprintf(text, sizeof text, "<instance name=\"%s\"><addrRemap base=\"0x%" PRIx64 "\" range=\"0x10000\"", argv[3], base);
    WANT(strstr(xml, text));
    snprintf(text, sizeof text, "frequency=\"%uMHz\"", mhz);
    WANT(mhz ? strstr(xml, text) != NULL : !strstr(xml, "frequency"));
    free(xml);
    s = section(bytes, IP_LAYOUT, &n);
    struct ip_data ip;
    WANT(s && n == offsetof(struct ip_layout, m_ip_data) + sizeof ip && s[0] == 1);
    memcpy(&ip, s + offsetof(struct ip_layout, m_ip_data), sizeof ip);
    snprintf(text, sizeof text, "%s:%s", argv[2], argv[3]);
    WANT(ip.m_type == IP_KERNEL && ip.m_base_address == base && !strcmp((const char *)ip.m_name, text));
    WANT((ip.properties & IP_CONTROL_MASK) >> IP_CONTROL_SHIFT == AP_CTRL_HS && ip.properties & IP_INT_ENABLE_MASK);
    s = section(bytes, CONNECTIVITY, &n);
    WANT(s && s[0] == 5 && n == offsetof(struct connectivity, m_connection) + 5 * sizeof(struct connection));
    for (int32_t i = 0; i < 5; i++) {
        struct connection c;
        memcpy(&c, s + offsetof(struct connectivity, m_connection) + (size_t)i * sizeof c, sizeof c);
        WANT(c.arg_index == i && c.m_ip_layout_index == 0 && c.mem_data_index == 0);
    }
    s = section(bytes, MEM_TOPOLOGY, &n);
    WANT(!check_memory(s, n, argv + 7, argc - 7));
    s = section(bytes, BITSTREAM, &n);
    WANT(strcmp(argv[6], "-") ? s != NULL : s == NULL);
    if (s) {
        size_t bit_size;
        uint8_t *bit = whole(argv[6], &bit_size);
        WANT(bit && bit_size == n && !memcmp(bit, s, n));
        free(bit);
    }
    WANT(bonnet_xclbin_read(&found, argv[1], argv[2], &err) == BONNET_OK);
    WANT(!memcmp(found.uuid, ((const struct axlf *)(const void *)bytes)->m_header.uuid, 16) && found.range_bytes == 0x10000);
    WANT(found.clock_hz == mhz * 1000000 && found.bitstream == (s != NULL));
    free(bytes);
    return 0;
}

/* As driver: a copy that is cut or changed must be refused with one line, or still be one. */
static int read_copy(const char *path, const uint8_t *bytes, size_t size, int refused)
{
    bonnet_xclbin found;
    bonnet_error err = {""};
    FILE *f = fopen(path, "wb");
    WANT(f && fwrite(bytes, 1, size, f) == size && !fclose(f));
    bonnet_status st = bonnet_xclbin_read(&found, path, "bonnet", &err);
    WANT(st == BONNET_OK ? !refused : *err.text && !strchr(err.text, '\n'));
    return 0;
}

static int damage(const char *path, uint64_t seed)
{
    char copy[] = "/tmp/bonnet_xclbin_XXXXXX";
    size_t size;
    uint8_t *bytes = whole(path, &size);
    const int fd = mkstemp(copy);
    int bad = !bytes || fd < 0;
    if (fd >= 0) close(fd);
    for (size_t n = 0; n < size && !bad; n += n < 512 ? 1 : 37) bad = read_copy(copy, bytes, n, 1);
    for (int i = 0; i < 1000 && !bad; i++) {
        uint8_t old[3];
        size_t at[3];
        for (int k = 0; k < 3; k++) { /* most of them where the headers and the lists are */
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const size_t room = (seed >> 60) < 10 ? 700 : size;
            at[k] = (size_t)(seed >> 20) % (room < size ? room : size), old[k] = bytes[at[k]];
            bytes[at[k]] = (uint8_t)(seed >> 50);
        }
        bad = read_copy(copy, bytes, size, 0);
        for (int k = 2; k >= 0; k--) bytes[at[k]] = old[k];
    }
    if (!bad) bad = read_copy(copy, bytes, size, 0);
    if (fd >= 0) unlink(copy);
    free(bytes);
    return bad;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "--damage")) return damage(argv[2], strtoull(argv[3], NULL, 0));
    if (argc < 8) return fprintf(stderr, "usage: xclbin FILE KERNEL UNIT BASE CLOCK_MHZ BITSTREAM|- BANK...\n"), 2;
    return check(argc, argv);
}
