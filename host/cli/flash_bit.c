/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_bit.c - what a .bit file says about itself. Foreign bytes: every length is checked before it is used.
 *
 *     00 09 0f f0 0f f0 0f f0 0f f0 00   00 01   'a' len16 design\0   'b' len16 part\0   'c' len16 date\0   'd' len16 time\0   'e' len32 data
 *
 * The data is a row of 32-bit words, most significant byte first: dummies, the synchronisation word, then packets. One of the first writes
 * the IDCODE of the device that it is for. A .bin has the data only, for fpga_manager with the bytes of each word reversed.
 */
#include <stdlib.h>
#include <string.h>
#include "flash.h"

static uint32_t word_at(const uint8_t *p, bool swapped)
{
    const uint32_t a = p[0], b = p[1], c = p[2], d = p[3];
    return swapped ? d << 24 | c << 16 | b << 8 | a : a << 24 | b << 16 | c << 8 | d;
}

/* One text field at *at: key, length, characters, zero. */
static bool field(char out[FLASH_TEXT], char key, const uint8_t *bytes, size_t size, size_t *at)
{
    if (size - *at < 3 || bytes[*at] != (uint8_t)key) return false;
    const size_t length = (size_t)bytes[*at + 1] << 8 | bytes[*at + 2];
    *at += 3;
    if (length < 1 || length > FLASH_TEXT || length > size - *at || bytes[*at + length - 1] != 0) return false;
    for (size_t i = 0; i + 1 < length; i++)
        if (bytes[*at + i] < ' ' || bytes[*at + i] > '~') return false; /* it will be printed */
    memcpy(out, bytes + *at, length);
    *at += length;
    return true;
}

const char *flash_bit_parse(flash_bit *out, const uint8_t *bytes, size_t size)
{
    static const uint8_t magic[13] = {0, 9, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0, 0, 1};
    flash_bit b = {0};
    size_t at = sizeof magic;
    if (size < sizeof magic || memcmp(bytes, magic, sizeof magic)) return "not a .bit file: it does not begin as one";
    if (!field(b.design, 'a', bytes, size, &at)) return "damaged .bit header: no design name";
    if (!field(b.part, 'b', bytes, size, &at)) return "damaged .bit header: no part name";
    if (!field(b.date, 'c', bytes, size, &at)) return "damaged .bit header: no date";
    if (!field(b.time, 'd', bytes, size, &at)) return "damaged .bit header: no time";
    if (size - at < 5 || bytes[at] != 'e') return "damaged .bit header: no length";
    const uint32_t length = word_at(bytes + at + 1, false);
    at += 5;
    if (length > size - at) return "truncated .bit file: its header promises more configuration data than there is";
    if (length < size - at) return "damaged .bit file: bytes after the configuration data that its header promises";
    if (length < 4 || length % 4) return "damaged .bit file: configuration data is no row of words";
    b.config = bytes + at;
    b.config_bytes = length;
    *out = b;
    return NULL;
}

uint32_t flash_bit_commit(const flash_bit *b)
{
    const char *at = strcasestr(b->design, ";UserID=0x");
    unsigned long id = at ? strtoul(at + strlen(";UserID=0x"), NULL, 16) : 0;
    return id == 0xffffffffu ? 0 : (uint32_t)id; /* all ones: Vivado's "not set" */
}

const char *flash_words_parse(flash_words *out, const uint8_t *bytes, size_t size)
{
    /* The sync word comes after bus width words and dummies, the IDCODE within the first packets; both bounds are generous. */
    enum { SYNC_WITHIN = 65536, PACKETS_WITHIN = 4096, TYPE1 = 1, TYPE2 = 2, WRITE = 2, IDCODE = 12 };
    static const uint32_t sync = 0xAA995566u;
    flash_words w = {0, false};
    size_t at = 0;
    bool found = false;
    for (; !found && at + 4 <= size && at < SYNC_WITHIN; at++) {
        w.swapped = word_at(bytes + at, true) == sync;
        found = w.swapped || word_at(bytes + at, false) == sync;
    }
    if (!found) return "no configuration data: the synchronisation word is missing";
    at += 3;
    for (unsigned i = 0; i < PACKETS_WITHIN && size - at >= 4; i++) {
        const uint32_t head = word_at(bytes + at, w.swapped), count = head & 0x7ff;
        at += 4;
        if (head >> 29 == TYPE2) break; /* the frames: what comes before is over */
        if (head >> 29 != TYPE1 || (head >> 27 & 3) != WRITE) continue;
        if (count > (size - at) / 4) return "truncated configuration data";
        if ((head >> 13 & 0x1f) == IDCODE && count == 1) {
            w.idcode = word_at(bytes + at, w.swapped);
            break;
        }
        at += 4 * (size_t)count;
    }
    *out = w;
    return NULL;
}
