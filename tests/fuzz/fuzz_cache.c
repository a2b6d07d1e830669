/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_cache.c - any bytes as a file that says how far a cache reaches: refused, or within what the header promises; what is written is read back. */
#include <stdlib.h>
#include <string.h>
#include "../../host/cli/cache_file.h"
#include "stand_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cli_cache_file f, again;
    uint8_t *exact = malloc(size ? size : 1); /* ends where it ends */
    if (!exact) return 0;
    memcpy(exact, data, size);
    if (cli_cache_parse(&f, "fuzz", exact, size) == CLI_OK) {
        if (f.classes < 2 || f.classes > BONNET_EXIT_CLASSES || !f.words || f.words > BONNET_CACHE_MAX_WORDS) abort();
        for (uint32_t i = 0; i < f.classes; i++)
            if ((f.tau[i].tau != BONNET_CACHE_NEVER && f.tau[i].tau > f.words * 64) || f.tau[i].false_hits > f.tau[i].hits) abort();
        struct json_object *j = cli_cache_json(&f);
        const char *text = json_object_to_json_string(j);
        if (cli_cache_parse(&again, "fuzz", (const uint8_t *)text, strlen(text)) != CLI_OK || memcmp(&f, &again, sizeof f) != 0) abort();
        json_object_put(j);
    }
    free(exact);
    return 0;
}
