/* SPDX-License-Identifier: Apache-2.0 */
/* coding.c - gzip and deflate. What HTTP calls deflate is zlib's format; some send the bare stream under that name, which is read as well. */
#include "coding.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { GZIP_BITS = 15 + 16, ZLIB_BITS = 15, BARE_BITS = -15, FAST = 1, MEMORY = 8 };

/* The next word of a list, up to a comma or semicolon, without blanks around it. */
static size_t word(const char **at)
{
    *at += strspn(*at, " \t,");
    size_t n = strcspn(*at, ",;");
    while (n && ((*at)[n - 1] == ' ' || (*at)[n - 1] == '\t')) n--;
    return n;
}

static coding of_word(const char *text, size_t n)
{
    if ((n == 4 && !strncasecmp(text, "gzip", 4)) || (n == 6 && !strncasecmp(text, "x-gzip", 6))) return CODING_GZIP;
    if (n == 7 && !strncasecmp(text, "deflate", 7)) return CODING_DEFLATE;
    return !n || (n == 8 && !strncasecmp(text, "identity", 8)) ? CODING_NONE : CODING_OTHER;
}

coding coding_named(const char *text)
{
    if (!text) return CODING_NONE;
    const size_t n = word(&text);
    return text[n + strspn(text + n, " \t")] ? CODING_OTHER : of_word(text, n); /* of several in a row: none */
}

/* "q=0", "q=0.000" behind a name: not that one. */
static bool refused(const char *text)
{
    const char *end = text + strcspn(text, ","), *q = strcasestr(text, "q=");
    return q && q < end && strtod(q + 2, NULL) <= 0;
}

coding coding_accepted(const char *text)
{
    coding best = CODING_NONE;
    while (text && *text) {
        const size_t n = word(&text);
        const coding c = of_word(text, n);
        if ((c == CODING_GZIP || (c == CODING_DEFLATE && best == CODING_NONE)) && !refused(text + n)) best = c;
        text += strcspn(text, ",");
    }
    return best;
}

const char *coding_name(coding c) { return c == CODING_GZIP ? "gzip" : "deflate"; }

size_t coding_most(size_t bytes) { return bytes + bytes / 1000 + 64; }

static bool bare(const uint8_t *in, size_t bytes) { return bytes < 2 || (in[0] & 0x0f) != Z_DEFLATED || (in[0] << 8 | in[1]) % 31; }

int coding_unpack(uint8_t **out, size_t *size, char message[CODING_LINE], coding c, const uint8_t *in, size_t bytes, size_t most)
{
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)in, .avail_in = (uInt)bytes};
    size_t room = 0;
    uint8_t *to = NULL;
    int status = 200, r = Z_OK;
    if (bytes > UINT32_MAX || inflateInit2(&z, c == CODING_GZIP ? GZIP_BITS : bare(in, bytes) ? BARE_BITS : ZLIB_BITS) != Z_OK) status = 503;
    const bool begun = status == 200;
    while (status == 200 && r != Z_STREAM_END) {
        if (!z.avail_out) { /* a byte beyond what is allowed, to see that there is more */
            const size_t more = room ? 2 * room : bytes < 4096 ? 4096 : 2 * bytes, wanted = more < most + 1 ? more : most + 1;
            uint8_t *larger = room > most ? NULL : realloc(to, wanted);
            if (!larger) {
                status = room > most ? 413 : 503;
                break;
            }
            to = larger;
            z.next_out = to + room, z.avail_out = (uInt)(wanted - room);
            room = wanted;
        }
        r = inflate(&z, Z_NO_FLUSH);
        if (r != Z_OK && r != Z_STREAM_END) status = r == Z_MEM_ERROR ? 503 : 400;
    }
    *size = z.total_out;
    if (status == 200 && *size > most) status = 413;
    if (status == 200 && z.avail_in) status = 400;
    if (begun) inflateEnd(&z);
    if (status == 400) snprintf(message, CODING_LINE, "the body is no %s stream", coding_name(c));
    if (status == 413) snprintf(message, CODING_LINE, "the body is more than %zu bytes when unpacked", most);
    if (status == 503) snprintf(message, CODING_LINE, "out of memory");
    if (status == 200) *out = to;
    else free(to);
    return status;
}

bool coding_pack(uint8_t **body, size_t *size, coding c)
{
    z_stream z = {.next_in = *body, .avail_in = (uInt)*size, .avail_out = (uInt)*size};
    if (*size > UINT32_MAX || deflateInit2(&z, FAST, Z_DEFLATED, c == CODING_GZIP ? GZIP_BITS : ZLIB_BITS, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uint8_t *to = malloc(*size ? *size : 1);
    z.next_out = to;
    const bool good = to && deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < *size;
    const size_t bytes = z.total_out;
    deflateEnd(&z);
    if (!good) {
        free(to);
        return false;
    }
    free(*body);
    *body = to, *size = bytes;
    return true;
}
