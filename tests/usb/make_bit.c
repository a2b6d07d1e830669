/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_bit.c - a .bit file that configures nothing: for loaders, and for the stand-in that understands its packets (sim/board/jtag/config.h).
 *
 *     make_bit OUT.bit IDCODE ACCESS      both hexadecimal; ACCESS 424e4e31 is a PL with our port
 *
 * The header is that of every .bit: counted strings a (design), b (part), c (date), d (time), then e and the length of what follows.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put16(FILE *f, unsigned v) { return putc(v >> 8 & 255, f) != EOF && putc(v & 255, f) != EOF; }
static int put32(FILE *f, uint32_t v) { return put16(f, v >> 16) && put16(f, v & 0xffff); }

static int field(FILE *f, char key, const char *text)
{
    const size_t n = strlen(text) + 1;
    return putc(key, f) != EOF && put16(f, (unsigned)n) && fwrite(text, 1, n, f) == n;
}

int main(int argc, char **argv)
{
    enum { FILL = 256 }; /* words of frame data */
    if (argc != 4) return fprintf(stderr, "usage: make_bit OUT.bit IDCODE ACCESS\n"), 2;
    const uint32_t idcode = (uint32_t)strtoul(argv[2], NULL, 16), access = (uint32_t)strtoul(argv[3], NULL, 16);
    const uint32_t head[] = {0xffffffff, 0xffffffff, 0x000000bb, 0x11220044, 0xffffffff, 0xaa995566,       0x20000000,
                             0x30018001, idcode,     0x3001a001, access,     0x30004000, 0x50000000 | FILL};
    const uint32_t tail[] = {0x20000000, 0x30008001, 0x00000005, 0x20000000, 0x30008001, 0x0000000d, 0x20000000, 0x20000000};
    FILE *f = fopen(argv[1], "wb");
    if (!f) return perror(argv[1]), 1;
    int ok = put16(f, 9) && put32(f, 0x0ff00ff0) && put32(f, 0x0ff00ff0) && putc(0, f) != EOF && put16(f, 1);
    ok = ok && field(f, 'a', "bonnet_test;UserID=0XFFFFFFFF;Version=0") && field(f, 'b', "xczu9eg-ffvb1156-2-e") && field(f, 'c', "2024/01/01") &&
         field(f, 'd', "00:00:00");
    ok = ok && putc('e', f) != EOF && put32(f, (uint32_t)(sizeof head + 4 * FILL + sizeof tail));
    for (size_t i = 0; ok && i < sizeof head / sizeof head[0]; i++) ok = put32(f, head[i]);
    for (uint32_t i = 0; ok && i < FILL; i++) ok = put32(f, i * 0x9e3779b9u);
    for (size_t i = 0; ok && i < sizeof tail / sizeof tail[0]; i++) ok = put32(f, tail[i]);
    if (fclose(f) || !ok) return fprintf(stderr, "make_bit: cannot write %s\n", argv[1]), 1;
    return 0;
}
