/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkxclbin.h - what mkxclbin.c (options, container) and mkxclbin_parts.c (what the sections hold) share; nobody else includes it.
 */
#ifndef BONNET_MKXCLBIN_H
#define BONNET_MKXCLBIN_H
#include <stddef.h>
#include <stdint.h>

enum {
    MK_NAME_BYTES = 32,  /* of every name, its zero byte included */
    MK_TAG_BYTES = 16,   /* of a bank's, as in struct mem_data */
    MK_BANKS = 8,
    MK_XML_BYTES = 16384,
    MK_SECTIONS = 5
};

typedef struct mk_bank {
    char tag[MK_TAG_BYTES];
    uint64_t base, bytes;
} mk_bank;

typedef struct mk_options {
    char name[MK_NAME_BYTES], kernel[MK_NAME_BYTES], instance[MK_NAME_BYTES];
    char platform[64];  /* vendor_board_name_version */
    uint64_t base;      /* of the registers, bytes */
    uint32_t clock_mhz; /* 0: not told */
    mk_bank banks[MK_BANKS];
    uint32_t n_banks;
} mk_options;

/* A section's content; bytes: free(). */
typedef struct mk_section {
    uint32_t kind; /* enum axlf_section_kind */
    const char *name;
    uint8_t *bytes;
    size_t size;
} mk_section;

/* EMBEDDED_METADATA, MEM_TOPOLOGY, IP_LAYOUT, CONNECTIVITY, of the register map and the options. The number of sections, or 0: out of memory. */
uint32_t mk_sections(mk_section out[MK_SECTIONS], const mk_options *o);
#endif
