/* SPDX-License-Identifier: Apache-2.0 */
/* image_pnm.c - binary PGM (P5) and PPM (P6) with maxval 255. Every length is checked against the file. */
#include <stdlib.h>
#include <string.h>
#include "cli.h"

enum { MAX_SIDE = 4096 };
typedef struct reader {
    const uint8_t *at, *end;
} reader;

static bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* White space and comments, then a decimal number; -1 if there is none or it is huge. */
static long next_number(reader *r)
{
    while (r->at < r->end && (is_space(*r->at) || *r->at == '#'))
        if (*r->at++ == '#')
            while (r->at < r->end && *r->at != '\n') r->at++;
    long value = -1;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && value < 100000; r->at++) value = (value < 0 ? 0 : value) * 10 + (*r->at - '0');
    return value;
}

int cli_pnm_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size)
{
    reader r = {bytes + 2, bytes + size};
    uint32_t planes = bytes[1] == '6' ? 3 : 1;
    long width = next_number(&r), height = next_number(&r), maxval = next_number(&r);
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE || r.at >= r.end || !is_space(*r.at++))
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: damaged PGM/PPM header, or more than %d pixels a side", path, MAX_SIDE);
    if (maxval != 255) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: PGM/PPM maxval is %ld; only 255 is read", path, maxval);
    size_t want = (size_t)width * (size_t)height * planes;
    if ((size_t)(r.end - r.at) < want)
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: truncated: %zu of %zu pixel bytes", path, (size_t)(r.end - r.at), want);
    uint8_t *pixels = malloc(want);
    if (!pixels) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    memcpy(pixels, r.at, want);
    out->pixels = pixels;
    out->width = (uint32_t)width;
    out->height = (uint32_t)height;
    out->planes = planes;
    out->count = 1;
    return CLI_OK;
}
