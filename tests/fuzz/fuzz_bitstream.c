/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_bitstream.c - libFuzzer on the readers of `bonnet flash`: .bit, bare configuration data, .xclbin. What they point to must lie in the bytes that
 * they were given, and their texts must end and be fit to print.
 */
#include <stdlib.h>
#include <string.h>
#include "../../host/cli/flash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(const uint8_t *part, size_t part_bytes, const uint8_t *whole, size_t bytes)
{
    if (part < whole || part_bytes > bytes || (size_t)(part - whole) > bytes - part_bytes) abort();
}

static void printable(const char *text, size_t room)
{
    const char *end = memchr(text, 0, room);
    if (!end) abort();
    for (; text < end; text++)
        if (*text < ' ' || *text > '~') abort();
}

static void take_words(const uint8_t *bytes, size_t size)
{
    flash_words w = {~0u, false};
    if (flash_words_parse(&w, bytes, size) && w.idcode != ~0u) abort(); /* untouched on failure */
}

static void take_bit(const uint8_t *bytes, size_t size)
{
    flash_bit b;
    if (flash_bit_parse(&b, bytes, size)) return;
    printable(b.design, sizeof b.design);
    printable(b.part, sizeof b.part);
    printable(b.date, sizeof b.date);
    printable(b.time, sizeof b.time);
    (void)flash_bit_commit(&b);
    inside(b.config, b.config_bytes, bytes, size);
    take_words(b.config, b.config_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    flash_xclbin x;
    uint8_t *exact = malloc(size ? size : 1); /* ends where it ends */
    if (!exact) return 0;
    memcpy(exact, data, size);
    take_bit(exact, size);
    take_words(exact, size);
    if (!flash_xclbin_parse(&x, exact, size)) {
        printable(x.vbnv, sizeof x.vbnv);
        if (x.bits) inside(x.bits, x.bits_bytes, exact, size);
        if (x.bits) take_bit(x.bits, x.bits_bytes);
    }
    free(exact);
    return 0;
}
