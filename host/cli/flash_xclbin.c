/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_xclbin.c - platform and bitstream of an .xclbin (layout: struct axlf in XRT's public xclbin.h, little-endian). Foreign bytes: every
 * offset and size is checked against the file before it is used.
 */
#include <string.h>
#include "flash.h"

static uint64_t little(const uint8_t *p, unsigned bytes)
{
    uint64_t value = 0;
    while (bytes--) value = value << 8 | p[bytes];
    return value;
}

const char *flash_xclbin_parse(flash_xclbin *out, const uint8_t *bytes, size_t size)
{
    /* Byte offsets in struct axlf and struct axlf_section_header. */
    enum { LENGTH = 304, VBNV = 352, SECTIONS = 448, FIRST = 456, HEADER = 40, OFFSET = 24, BYTES = 32, BITSTREAM = 0, MOST = 256 };
    flash_xclbin x = {0};
    if (size < FIRST || memcmp(bytes, "xclbin2", 8)) return "not an .xclbin file: it does not begin as one";
    if (little(bytes + LENGTH, 8) != size) return "truncated or damaged .xclbin: its header gives another length";
    const uint64_t sections = little(bytes + SECTIONS, 4);
    if (sections > MOST || sections * HEADER > size - FIRST) return "damaged .xclbin: more sections than it has room for";
    memcpy(x.vbnv, bytes + VBNV, 64);
    if (!memchr(x.vbnv, 0, 64)) return "damaged .xclbin: the platform's name has no end";
    for (const char *c = x.vbnv; *c; c++)
        if (*c < ' ' || *c > '~') return "damaged .xclbin: the platform's name is not text";
    for (uint64_t i = 0; i < sections; i++) {
        const uint8_t *head = bytes + FIRST + i * HEADER;
        const uint64_t offset = little(head + OFFSET, 8), length = little(head + BYTES, 8);
        if (offset > size || length > size - offset) return "damaged .xclbin: a section lies outside of the file";
        if (little(head, 4) != BITSTREAM || !length || x.bits) continue;
        x.bits = bytes + offset;
        x.bits_bytes = (size_t)length;
    }
    *out = x;
    return NULL;
}
