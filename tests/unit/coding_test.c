/* SPDX-License-Identifier: Apache-2.0 */
/* coding_test.c - gzip and deflate of bodies: there and back, damaged, cut short, larger than is allowed; the words of Content-Encoding and Accept-Encoding. */
#include "coding.h"
#include "unit.h"

enum { ROOM = 20000 };

static void round_trips(unit *u)
{
    uint32_t right = 0, packs = 0, bounded = 0, damaged = 0, silent = 0, cut = 0, all = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        const coding c = i % 2 ? CODING_GZIP : CODING_DEFLATE;
        const size_t bytes = 600 + unit_below(u, ROOM - 600);
        uint8_t *text = malloc(bytes), *body = malloc(bytes), *out = NULL;
        char line[CODING_LINE] = "";
        size_t size = bytes, n = 0;
        if (!text || !body) exit(1);
        const uint32_t values = 1 + unit_below(u, 200);
        for (size_t b = 0; b < bytes; b++) text[b] = (uint8_t)unit_below(u, values);
        memcpy(body, text, bytes);
        if (!coding_pack(&body, &size, c)) { /* noise */
            packs += !memcmp(body, text, bytes) && size == bytes && values > 100;
            free(text), free(body);
            continue;
        }
        all++;
        packs += size < bytes;
        right += coding_unpack(&out, &n, line, c, body, size, bytes + unit_below(u, 2)) == 200 && n == bytes && !memcmp(out, text, bytes) &&
                 size <= coding_most(bytes);
        free(out);
        bounded += coding_unpack(&out, &n, line, c, body, size, bytes - 1 - unit_below(u, (uint32_t)bytes)) == 413 && line[0];
        cut += coding_unpack(&out, &n, line, c, body, unit_below(u, (uint32_t)size), bytes) == 400;
        line[0] = '\0';
        body[unit_below(u, (uint32_t)size)] ^= (uint8_t)(1 << unit_below(u, 8));
        const int status = coding_unpack(&out, &n, line, c, body, size, bytes);
        damaged += status != 200 || (n == bytes && !memcmp(out, text, bytes)); /* a bit of gzip's header may be anything */
        silent += status != 200 && !line[0];
        if (status == 200) free(out);
        free(text), free(body);
    }
    UNIT(u, all && right == all, "there and back", "%u of %u", right, all);
    UNIT(u, packs == u->cases, "what would not become smaller stays", "%u of %u", packs, u->cases);
    UNIT(u, bounded == all, "no byte more than is allowed", "%u of %u", bounded, all);
    UNIT(u, cut == all, "cut short is refused", "%u of %u", cut, all);
    UNIT(u, damaged == all && !silent, "a damaged one is never another text", "%u of %u, %u silent", damaged, all, silent);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "coding", 1, 1000);
    static const struct {
        const char *text;
        coding named, accepted;
    } words[] = {
        {NULL, CODING_NONE, CODING_NONE},
        {"", CODING_NONE, CODING_NONE},
        {"gzip", CODING_GZIP, CODING_GZIP},
        {" GZip ", CODING_GZIP, CODING_GZIP},
        {"x-gzip", CODING_GZIP, CODING_GZIP},
        {"deflate", CODING_DEFLATE, CODING_DEFLATE},
        {"identity", CODING_NONE, CODING_NONE},
        {"br", CODING_OTHER, CODING_NONE},
        {"gzi", CODING_OTHER, CODING_NONE},
        {"gzipp", CODING_OTHER, CODING_NONE},
        {"gzip, deflate", CODING_OTHER, CODING_GZIP},
        {"deflate,gzip;q=0.1", CODING_OTHER, CODING_GZIP},
        {"gzip;q=0, deflate", CODING_OTHER, CODING_DEFLATE},
        {"gzip; q=0.000,deflate;q=0", CODING_OTHER, CODING_NONE},
        {"br, *;q=0.5,, ", CODING_OTHER, CODING_NONE},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *text = words[i].text;
        UNIT(&u, coding_named(text) == words[i].named && coding_accepted(text) == words[i].accepted, text ? text : "none", "%d %d",
             coding_named(text), coding_accepted(text));
    }
    round_trips(&u);
    return unit_end(&u);
}
