/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_exits.c - any bytes as logits of exits, and as thresholds: refused, or what they promise; thresholds that are written are read back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../host/cli/exits_file.h"
#include "../../host/cli/logits.h"
#include "stand_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void logits(const char *bytes, size_t size)
{
    cli_logits l = {0};
    uint64_t sum = 0;
    const int code =
        size >= 4 && !memcmp(bytes, "PK\3\4", 4) ? cli_logits_npz(&l, "fuzz", (const uint8_t *)bytes, size) : cli_logits_csv(&l, "fuzz", bytes, size);
    for (size_t s = 0; s < l.samples && code == CLI_OK; s++)
        for (uint32_t e = 0; e < l.exits; e++)
            for (uint32_t c = 0; c < l.classes; c++) sum += (uint32_t)l.logits[e][s * l.classes + c] + l.labels[s];
    if (code == CLI_OK && sum > UINT64_MAX / 2) abort(); /* the numbers are looked at: 2^36 of them at 2^32 would not do */
    cli_logits_free(&l);
}

static void thresholds(const uint8_t *bytes, size_t size)
{
    static cli_exits_file f, again;
    if (cli_exits_parse(&f, "fuzz", bytes, size) != CLI_OK) return;
    if (f.exits < 2 || f.exits > BONNET_EXITS_MAX || f.chosen >= f.points || f.points > BONNET_EXIT_POINTS) abort();
    struct json_object *j = cli_exits_json(&f);
    const char *text = json_object_to_json_string(j);
    const size_t n = strlen(text);
    if (n <= 64 << 10 && (cli_exits_parse(&again, "fuzz", (const uint8_t *)text, n) != CLI_OK || again.exits != f.exits || again.points != f.points))
        abort();
    json_object_put(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1); /* ends where it ends */
    if (!exact) return 0;
    memcpy(exact, data, size);
    logits((const char *)exact, size);
    thresholds(exact, size);
    free(exact);
    return 0;
}
