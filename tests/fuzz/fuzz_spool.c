/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_spool.c - any bytes as the line of an example, as names of a spool's files: refused, or what would be written so. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../../host/client/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bonnet_spool_example e;
    char *text = malloc(size + 1), line[SPOOL_LINE], name[SPOOL_NAME];
    uint64_t id = 0;
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (spool_line_read(&e, text, size)) {
        if (spool_line_write(line, &e) != size || memcmp(line, text, size) != 0 || !e.id || !isfinite(e.confidence) ||
            e.bytes > BONNET_SPOOL_MAX_BYTES)
            abort();
        uint8_t header[SPOOL_HEADER];
        if (e.what == BONNET_SPOOL_PICTURE) spool_npy_header(header, &e);
    }
    const spool_suffix s = spool_name_read(&id, text);
    if (s != SPOOL_NONE) {
        spool_name(name, id, s);
        if (strcmp(name, text) != 0) abort();
    }
    free(text);
    return 0;
}
