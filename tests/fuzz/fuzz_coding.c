/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_coding.c - any bytes as a compressed body: refused with a line, or no more than is allowed; and the words that name a coding. The first byte: which, and how much. */
#include <stdlib.h>
#include <string.h>
#include "coding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[CODING_LINE] = "", text[64] = "";
    uint8_t *out;
    size_t bytes;
    if (!size) return 0;
    const size_t most = (size_t)(data[0] >> 1) * 97;
    const int status = coding_unpack(&out, &bytes, line, data[0] & 1 ? CODING_GZIP : CODING_DEFLATE, data + 1, size - 1, most);
    if (status == 200 ? bytes > most : !line[0] || (status != 400 && status != 413 && status != 503)) abort();
    if (status == 200) free(out);
    memcpy(text, data, size < 63 ? size : 63);
    if (coding_named(text) > CODING_OTHER || coding_accepted(text) > CODING_DEFLATE) abort();
    return 0;
}
