/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkxclbin - writes the .xclbin that XRT wants to see before it lets a program near the chip: who the kernel is, where its registers are, which
 * arguments it has, which memory it reaches. From the register map, with the structs of XRT's public xclbin.h; no vendor tool.
 *
 *     mkxclbin -o FILE [--name bonnet] [--kernel bonnet] [--instance bonnet_1] [--platform VENDOR_BOARD_...] [--base 0xA0000000]
 *              [--bank TAG:BASE:BYTES]... [--clock-mhz N] [--bitstream FILE.bit]
 *
 * --base       address of the 64 KiB of registers in the block design
 * --bank       memory that the chip reaches; the first one holds its buffers. Default: HP0, the 2 GiB of low DDR
 * --clock-mhz  clock of the chip, for frames per second; not given: unknown
 * --bitstream  a Xilinx .bit file, taken in whole. Without it XRT does not program the PL: something else must have done that
 *
 * The UUID is a hash of everything else in the file, the same input makes the same file, and FILE appears whole or not at all.
 * The time in the header is SOURCE_DATE_EPOCH, or 0. Exit 0; 1 = a file could not be read or written; 2 = a bad argument. Not run on a board.
 */
#include <errno.h>
#include <getopt.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xclbin.h>
#include "file.h"
#include "mkxclbin.h"
#include "regs.h"

enum { MAX_BITSTREAM = 256 << 20, ALIGN = 8, MAX_MHZ = 2000 };

static int usage(const char *what, const char *value)
{
    fprintf(stderr, "mkxclbin: %s%s%s%s\n", what, value ? " '" : "", value ? value : "", value ? "'" : "");
    return 2;
}

/* Letters, digits and what else is allowed, 1..room-1 of them: nothing that XML would have to escape. */
static int word(char *out, size_t room, const char *text, const char *also)
{
    const size_t length = strlen(text);
    if (!length || length >= room) return 0;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr(also, c))) return 0;
    }
    memset(out, 0, room);
    memcpy(out, text, length);
    return 1;
}

/* Decimal, or hexadecimal after 0x; nothing behind it. */
static int number(uint64_t *out, const char *text)
{
    char *end;
    errno = 0;
    const unsigned long long n = strtoull(text, &end, 0);
    if (text[0] < '0' || text[0] > '9' || *end || errno) return 0;
    *out = n;
    return 1;
}

static int bank(mk_options *o, const char *text)
{
    char copy[96], *base, *bytes;
    mk_bank b;
    if (o->n_banks == MK_BANKS || strlen(text) >= sizeof copy) return 0;
    strcpy(copy, text);
    if (!(base = strchr(copy, ':'))) return 0;
    *base++ = '\0';
    if (!(bytes = strchr(base, ':'))) return 0;
    *bytes++ = '\0';
    if (!word(b.tag, sizeof b.tag, copy, "_") || !number(&b.base, base) || !number(&b.bytes, bytes)) return 0;
    if (!b.bytes || b.base % 4096 || b.bytes % 4096 || b.bytes > UINT64_MAX - b.base) return 0;
    for (uint32_t i = 0; i < o->n_banks; i++)
        if (!strcmp(o->banks[i].tag, b.tag) || (b.base < o->banks[i].base + o->banks[i].bytes && o->banks[i].base < b.base + b.bytes)) return 0;
    o->banks[o->n_banks++] = b;
    return 1;
}

/* 0, or the exit code. */
static int options(mk_options *o, const char **out, const char **bitstream, int argc, char **argv)
{
    static const struct option known[] = {{"output", 1, 0, 'o'},   {"name", 1, 0, 'n'}, {"kernel", 1, 0, 'k'},    {"instance", 1, 0, 'i'},
                                          {"platform", 1, 0, 'p'}, {"base", 1, 0, 'a'}, {"clock-mhz", 1, 0, 'c'}, {"bitstream", 1, 0, 'f'},
                                          {"bank", 1, 0, 'b'},     {0, 0, 0, 0}};
    uint64_t n;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "o:", known, NULL)) != -1;) {
        int good = 1;
        switch (c) {
        case 'o': *out = optarg; break;
        case 'n': good = word(o->name, sizeof o->name, optarg, "_-."); break;
        case 'k': good = word(o->kernel, sizeof o->kernel, optarg, "_"); break;
        case 'i': good = word(o->instance, sizeof o->instance, optarg, "_"); break;
        case 'p': good = word(o->platform, sizeof o->platform, optarg, "_-."); break;
        case 'a': good = number(&o->base, optarg) && o->base % BONNET_REG_END == 0 && o->base; break;
        case 'b': good = bank(o, optarg); break;
        case 'f': *bitstream = optarg; break;
        case 'c':
            good = number(&n, optarg) && n >= 1 && n <= MAX_MHZ;
            if (good) o->clock_mhz = (uint32_t)n;
            break;
        default: return usage("no such option, or its value is missing:", argv[optind - 1]);
        }
        if (!good)
            return usage("not a sound value (bank: TAG:BASE:BYTES, in multiples of 4096, no two on the same bytes; base: a multiple of 64 KiB):",
                         optarg);
    }
    if (optind < argc) return usage("what is this:", argv[optind]);
    if (!*out) return usage("-o FILE is missing", NULL);
    if (!o->n_banks) (void)bank(o, "HP0:0:0x80000000");
    return 0;
}

/* A .bit file begins with two fields of fixed content, then 'a' and the design's name. */
static int is_bit(const uint8_t *bytes, size_t size)
{
    static const uint8_t head[] = {0x00, 0x09, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0x00, 0x00, 0x01, 'a'};
    return size > sizeof head && !memcmp(bytes, head, sizeof head);
}

static size_t up(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }

/* The container; NULL: out of memory. free(). */
static uint8_t *contain(size_t *size, const mk_options *o, const mk_section *sections, uint32_t n, uint64_t time)
{
    size_t at = up(offsetof(struct axlf, m_sections) + n * sizeof(struct axlf_section_header)), total = at;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX hash;
    for (uint32_t i = 0; i < n; i++) total += up(sections[i].size);
    uint8_t *bytes = calloc(1, total);
    struct axlf *x = (struct axlf *)(void *)bytes;
    if (!x) return NULL;
    memcpy(x->m_magic, "xclbin2", sizeof x->m_magic);
    x->m_signature_length = -1;
    memset(x->reserved, 0xff, sizeof x->reserved);
    x->m_header.m_length = total;
    x->m_header.m_timeStamp = time;
    x->m_header.m_versionMajor = 2;
    x->m_header.m_versionMinor = 13;
    x->m_header.m_mode = XCLBIN_FLAT;
    memcpy(x->m_header.m_platformVBNV, o->platform, sizeof o->platform);
    x->m_header.m_numSections = n;
    for (uint32_t i = 0; i < n; at += up(sections[i++].size)) {
        struct axlf_section_header *h = (struct axlf_section_header *)(void *)(bytes + offsetof(struct axlf, m_sections)) + i;
        h->m_sectionKind = sections[i].kind;
        snprintf(h->m_sectionName, sizeof h->m_sectionName, "%s", sections[i].name);
        h->m_sectionOffset = at;
        h->m_sectionSize = sections[i].size;
        memcpy(bytes + at, sections[i].bytes, sections[i].size);
    }
    SHA256Init(&hash);
    SHA256Update(&hash, bytes, total);
    SHA256Final(digest, &hash);
    digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x80); /* RFC 9562: version 8, of its maker's own making */
    digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
    memcpy(x->m_header.uuid, digest, sizeof x->m_header.uuid);
    *size = total;
    return bytes;
}

static int make(const mk_options *o, const char *out, const char *bitstream)
{
    mk_section sections[MK_SECTIONS];
    bonnet_error err = {""};
    uint8_t *bytes = NULL;
    size_t size = 0;
    uint64_t time = 0;
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    if (epoch && !number(&time, epoch)) return usage("SOURCE_DATE_EPOCH is not a number:", epoch);
    uint32_t n = mk_sections(sections, o);
    bonnet_status st = n ? BONNET_OK : bonnet_fail(&err, BONNET_ENOMEM, "out of memory");
    if (st == BONNET_OK && bitstream) {
        mk_section *s = &sections[n];
        st = bonnet_file_load(&s->bytes, &s->size, bitstream, MAX_BITSTREAM, &err);
        if (st == BONNET_OK) *s = (mk_section){BITSTREAM, "bitstream", s->bytes, s->size}, n++;
        if (st == BONNET_OK && !is_bit(s->bytes, s->size))
            st = bonnet_fail(&err, BONNET_EFORMAT, "'%.120s' is not a .bit file; name the one that Vivado's write_bitstream wrote", bitstream);
    }
    if (st == BONNET_OK && !(bytes = contain(&size, o, sections, n, time))) st = bonnet_fail(&err, BONNET_ENOMEM, "out of memory");
    if (st == BONNET_OK) st = bonnet_file_save(out, bytes, size, &err);
    for (uint32_t i = 0; i < MK_SECTIONS; i++) free(sections[i].bytes);
    free(bytes);
    if (st != BONNET_OK) fprintf(stderr, "mkxclbin: %s\n", err.text);
    return st != BONNET_OK;
}

int main(int argc, char **argv)
{
    mk_options o = {.name = "bonnet", .kernel = "bonnet", .instance = "bonnet_1", .platform = "xilinx_zcu102_base", .base = 0xA0000000};
    const char *out = NULL, *bitstream = NULL;
    const int bad = options(&o, &out, &bitstream, argc, argv);
    return bad ? bad : make(&o, out, bitstream);
}
