/* SPDX-License-Identifier: Apache-2.0 */
/*
 * def_gen - prints what is generated from bonnet_csr.def and bonnet_job.def: one definition, four readers.
 *
 *     def_gen csr_sv | job_sv | csr_md | job_md  > file        exit 0; 1 = the definition contradicts itself; 2 = usage or I/O
 *
 * Every run checks both definitions first: fields inside their word, no two fields of one register or of one kind of descriptor on
 * the same bit, offsets aligned and unique, names unique, known access types. Nothing is printed when a check fails.
 * BONNET_CSR_DEF and BONNET_JOB_DEF may name other files at compile time: the tests compile this with broken ones.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef BONNET_CSR_DEF
#define BONNET_CSR_DEF "bonnet_csr.def"
#endif
#ifndef BONNET_JOB_DEF
#define BONNET_JOB_DEF "bonnet_job.def"
#endif

enum { DESC_WORDS = 16, COUNTERS_BASE = 0x8000 };

typedef enum { RO, RW, WO, COR, TOW } access_t;
static const char *const access_name[] = {"RO", "RW", "WO", "COR", "TOW"};

typedef struct {
    uint32_t offset;
    const char *name;
    access_t access;
    uint32_t reset;
    const char *text;
} reg_t;
typedef struct {
    const char *reg, *name;
    uint32_t lsb, width;
    const char *text;
} regfield_t;
typedef struct {
    const char *name;
    uint32_t code;
    const char *text;
} op_t;
typedef struct {
    const char *kind, *name;
    uint32_t word, lsb, width;
    const char *text;
} field_t;

static const reg_t regs[] = {
#define REG(offset, name, access, reset, text) {offset, #name, access, reset, text},
#define FIELD(reg, name, lsb, width, text)
#include BONNET_CSR_DEF
#undef REG
#undef FIELD
};
static const regfield_t regfields[] = {
#define REG(offset, name, access, reset, text)
#define FIELD(reg, name, lsb, width, text) {#reg, #name, lsb, width, text},
#include BONNET_CSR_DEF
#undef REG
#undef FIELD
};

#define OP(name, code, text) {#name, code, text},
#define JOB(name, word, lsb, width, text)
#define HDR   JOB
#define LOAD  JOB
#define CONV  JOB
#define FC    JOB
#define STEM  JOB
#define STORE JOB
static const op_t ops[] = {
#include BONNET_JOB_DEF
};
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE
#define OP(name, code, text)
#define JOB(name, word, lsb, width, text)   {"JOB", #name, word, lsb, width, text},
#define HDR(name, word, lsb, width, text)   {"HDR", #name, word, lsb, width, text},
#define LOAD(name, word, lsb, width, text)  {"LOAD", #name, word, lsb, width, text},
#define CONV(name, word, lsb, width, text)  {"CONV", #name, word, lsb, width, text},
#define FC(name, word, lsb, width, text)    {"FC", #name, word, lsb, width, text},
#define STEM(name, word, lsb, width, text)  {"STEM", #name, word, lsb, width, text},
#define STORE(name, word, lsb, width, text) {"STORE", #name, word, lsb, width, text},
static const field_t fields[] = {
#include BONNET_JOB_DEF
};

/* The sections of bonnet_job.def after the common one, in print order. */
static const char *const kinds[] = {"HDR", "LOAD", "CONV", "FC", "STEM", "STORE"};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int fault(const char *a, const char *b, const char *what)
{
    fprintf(stderr, "def_gen: %s.%s: %s\n", a, b, what);
    return 1;
}

/* Bits [lsb, lsb + width) of a 32-bit word; 0 = they do not fit into one. */
static uint32_t mask_of(uint32_t lsb, uint32_t width)
{
    if (width < 1 || width > 32 || lsb > 31 || lsb + width > 32) return 0;
    return (width == 32 ? 0xFFFFFFFFu : ((1u << width) - 1u)) << lsb;
}

static int check_regs(void)
{
    int bad = 0;
    for (size_t i = 0; i < COUNT(regs); i++) {
        if (regs[i].offset % 4 || regs[i].offset >= COUNTERS_BASE) bad |= fault("REG", regs[i].name, "offset not aligned, or among the counters");
        for (size_t j = 0; j < i; j++) {
            if (regs[i].offset == regs[j].offset) bad |= fault(regs[j].name, regs[i].name, "same offset");
            if (!strcmp(regs[i].name, regs[j].name)) bad |= fault("REG", regs[i].name, "defined twice");
        }
        uint32_t used = 0;
        for (size_t j = 0; j < COUNT(regfields); j++) {
            if (strcmp(regfields[j].reg, regs[i].name)) continue;
            uint32_t mask = mask_of(regfields[j].lsb, regfields[j].width);
            if (!mask) bad |= fault(regs[i].name, regfields[j].name, "does not fit into 32 bits");
            if (used & mask) bad |= fault(regs[i].name, regfields[j].name, "overlaps another field");
            used |= mask;
            for (size_t n = 0; n < j; n++)
                if (!strcmp(regfields[n].reg, regs[i].name) && !strcmp(regfields[n].name, regfields[j].name))
                    bad |= fault(regs[i].name, regfields[j].name, "defined twice");
        }
    }
    for (size_t j = 0; j < COUNT(regfields); j++) {
        size_t i = 0;
        while (i < COUNT(regs) && strcmp(regs[i].name, regfields[j].reg)) i++;
        if (i == COUNT(regs)) bad |= fault(regfields[j].reg, regfields[j].name, "no such register");
    }
    return bad;
}

static int check_job(void)
{
    int bad = 0;
    for (size_t i = 0; i < COUNT(ops); i++)
        for (size_t j = 0; j < i; j++)
            if (ops[i].code == ops[j].code || !strcmp(ops[i].name, ops[j].name)) bad |= fault("OP", ops[i].name, "code or name used twice");
    for (size_t i = 0; i < COUNT(ops); i++)
        if (ops[i].code > 15) bad |= fault("OP", ops[i].name, "code does not fit into four bits");
    for (size_t s = 0; s < COUNT(kinds); s++) {
        uint32_t used[DESC_WORDS] = {0};
        for (size_t i = 0; i < COUNT(fields); i++) {
            const field_t *f = &fields[i];
            if (strcmp(f->kind, "JOB") && strcmp(f->kind, kinds[s])) continue;
            uint32_t mask = mask_of(f->lsb, f->width);
            if (!mask || f->word >= DESC_WORDS) {
                bad |= fault(f->kind, f->name, "does not fit into its word or the descriptor");
                continue;
            }
            if (used[f->word] & mask) bad |= fault(f->kind, f->name, "overlaps another field");
            used[f->word] |= mask;
            for (size_t n = 0; n < i; n++)
                if (!strcmp(fields[n].kind, f->kind) && !strcmp(fields[n].name, f->name)) bad |= fault(f->kind, f->name, "defined twice");
        }
    }
    return bad;
}

static void print_sv_head(const char *package, const char *source, const char *what)
{
    printf("// SPDX-License-Identifier: Apache-2.0\n//\n// %s - %s\n// Generated by rtl/csr/def_gen.c from %s: edit that.\n"
           "/* verilator lint_off UNUSEDPARAM */ // nobody needs all of them\npackage %s;\n",
           package, what, source, package);
}

static void print_csr_sv(void)
{
    print_sv_head("bonnet_csr_pkg", "rtl/csr/bonnet_csr.def",
                  "register byte offsets (_ADDR), reset values (_RESET), field positions (_LSB) and widths (_W).");
    for (size_t i = 0; i < COUNT(regs); i++) {
        printf("  // %s (%s)\n", regs[i].text, access_name[regs[i].access]);
        printf("  parameter logic [15:0] %s_ADDR  = 16'h%04X;\n", regs[i].name, regs[i].offset);
        printf("  parameter logic [31:0] %s_RESET = 32'h%08X;\n", regs[i].name, regs[i].reset);
        for (size_t j = 0; j < COUNT(regfields); j++)
            if (!strcmp(regfields[j].reg, regs[i].name))
                printf("  parameter int unsigned %s_%s_LSB = %u;\n  parameter int unsigned %s_%s_W   = %u;\n", regs[i].name, regfields[j].name,
                       regfields[j].lsb, regs[i].name, regfields[j].name, regfields[j].width);
    }
    printf("  // Eight words of counters per descriptor index from here\n"
           "  parameter logic [15:0] COUNTERS_ADDR = 16'h%04X;\nendpackage\n/* verilator lint_on UNUSEDPARAM */\n",
           COUNTERS_BASE);
}

static void print_job_sv(void)
{
    print_sv_head("bonnet_job_pkg", "rtl/csr/bonnet_job.def",
                  "descriptor fields: _LSB = bit within the 512-bit descriptor (32*word + lsb), _W = width in bits.");
    for (size_t i = 0; i < COUNT(ops); i++) printf("  parameter logic [3:0] OP_%s = 4'd%u; // %s\n", ops[i].name, ops[i].code, ops[i].text);
    for (size_t i = 0; i < COUNT(fields); i++)
        printf("  // %s\n  parameter int unsigned %s_%s_LSB = %u;\n  parameter int unsigned %s_%s_W   = %u;\n", fields[i].text, fields[i].kind,
               fields[i].name, 32 * fields[i].word + fields[i].lsb, fields[i].kind, fields[i].name, fields[i].width);
    for (size_t s = 0; s < COUNT(kinds); s++) {
        uint32_t known[DESC_WORDS] = {0};
        for (size_t i = 0; i < COUNT(fields); i++)
            if (!strcmp(fields[i].kind, "JOB") || !strcmp(fields[i].kind, kinds[s])) known[fields[i].word] |= mask_of(fields[i].lsb, fields[i].width);
        printf("  // Bits a descriptor of this kind may set\n  parameter logic [511:0] %s_KNOWN = 512'h", kinds[s]);
        for (size_t w = DESC_WORDS; w-- > 0;) printf("%08X%s", known[w], w ? "_" : ";\n");
    }
    printf("  // ASCII BNJ2\n  parameter logic [31:0] JOB_MAGIC = 32'h324A4E42;\nendpackage\n/* verilator lint_on UNUSEDPARAM */\n");
}

static void print_csr_md(void)
{
    printf(
        "<!-- SPDX-License-Identifier: Apache-2.0 -->\n<!-- Generated by rtl/csr/def_gen.c from rtl/csr/bonnet_csr.def: edit that. -->\n"
        "# Registers\n\n32-bit registers behind the AXI4-Lite slave, byte offsets. Access: RO read only, RW read and write, WO write only (reads 0), "
        "COR cleared\nby a read, TOW a written 1 toggles the bit. Holes read 0 and ignore writes; everything answers OKAY.\n\n"
        "| offset | register | access | reset | meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < COUNT(regs); i++)
        printf("| 0x%03X | %s | %s | 0x%08X | %s |\n", regs[i].offset, regs[i].name, access_name[regs[i].access], regs[i].reset, regs[i].text);
    printf("\n## Fields\n\n| register | bits | field | meaning |\n|---|---|---|---|\n");
    for (size_t j = 0; j < COUNT(regfields); j++)
        printf("| %s | %u:%u | %s | %s |\n", regfields[j].reg, regfields[j].lsb + regfields[j].width - 1, regfields[j].lsb, regfields[j].name,
               regfields[j].text);
    printf("\n## Counters\n\nEight read-only words per descriptor from 0x%04X + 32 * descriptor index (the header is 0), written when the "
           "descriptor\nfinishes; the last walk wins.\n\n| offset | counter |\n|---|---|\n"
           "| +0 | START: cycle of the job at which it became the oldest of its unit |\n| +4 | END: cycle at which it finished |\n"
           "| +8 | BUSY: cycles from its tokens taken to the end |\n| +12 | STALL_IN: cycles waiting for tokens or operands |\n"
           "| +16 | STALL_OUT: cycles held by the reader of its results |\n| +20 | BYTES: DRAM bytes moved |\n| +24, +28 | zero |\n",
           COUNTERS_BASE);
}

static void print_job_md(void)
{
    printf("<!-- SPDX-License-Identifier: Apache-2.0 -->\n<!-- Generated by rtl/csr/def_gen.c from rtl/csr/bonnet_job.def: edit that. -->\n"
           "# Descriptors\n\nA descriptor is 64 bytes: sixteen little-endian 32-bit words. A job is a header followed by descriptors, contiguous,\n"
           "64-byte aligned. Feature-buffer addresses are 64-bit words, weight-buffer addresses rows of Lanes x 64 bits, DRAM addresses\n"
           "bytes. Unused bits are 0. What the units do with them: `docs/chip.md`.\n\n| operation | code | unit and meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < COUNT(ops); i++) printf("| %s | %u | %s |\n", ops[i].name, ops[i].code, ops[i].text);
    printf("\n## Every descriptor\n\n");
    for (int s = -1; s < (int)COUNT(kinds); s++) {
        const char *kind = s < 0 ? "JOB" : kinds[s];
        if (s >= 0) printf("\n## %s\n\n", s == 0 ? "HEADER" : kind);
        printf("| word | bits | field | meaning |\n|---|---|---|---|\n");
        for (size_t i = 0; i < COUNT(fields); i++)
            if (!strcmp(fields[i].kind, kind))
                printf("| %u | %u:%u | %s | %s |\n", fields[i].word, fields[i].lsb + fields[i].width - 1, fields[i].lsb, fields[i].name,
                       fields[i].text);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (check_regs() | check_job()) return 1;
    if (!strcmp(what, "csr_sv")) print_csr_sv();
    else if (!strcmp(what, "job_sv")) print_job_sv();
    else if (!strcmp(what, "csr_md")) print_csr_md();
    else if (!strcmp(what, "job_md")) print_job_md();
    else {
        fprintf(stderr, "usage: def_gen csr_sv|job_sv|csr_md|job_md\n");
        return 2;
    }
    return fflush(stdout) || ferror(stdout) ? 2 : 0;
}
