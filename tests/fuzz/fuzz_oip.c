/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_oip.c - any bytes as a request of the Open Inference Protocol: refused with a line, or answered. The first two: how much of the rest is JSON (0: all), and a bit, INT8. */
#include <stdlib.h>
#include <string.h>
#include "oip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[3] = {"a", "", "c:d"};
    oip_model m = {.name = "net", .input = "image", .dims = 4, .shape = {0, 2, 2, 1}, .bytes = 4, .classes = 3, .batch = 4, .cut = -1};
    char line[OIP_LINE];
    if (size < 2) return 0;
    const int64_t split = data[0] | (data[1] & 0x7f) << 8, header = split ? split : -1;
    m.is_signed = data[1] >> 7;
    m.labels = data[0] & 1 ? labels : NULL;
    for (int i = 0; i < 64; i++) m.digest[i] = 'd';
    oip_request r = {0};
    const int status = oip_request_read(&r, line, &m, data + 2, size - 2, header);
    if (status == 200) {
        static const int32_t logits[4 * 3], labels[4];
        const oip_answer a = {logits, labels, 0, 0};
        uint8_t *body;
        size_t bytes, json, sum = 0;
        if (!r.count || r.count > m.batch || !r.outputs || r.outputs > OIP_OUTPUTS || strlen(r.id) >= OIP_ID) abort();
        for (size_t i = 0; i < r.count * m.bytes; i++) sum += r.pixels[i]; /* all of it is there */
        if (sum > 255 * r.count * m.bytes || !oip_reply_write(&body, &bytes, &json, &m, &r, &a) || json > bytes) abort();
        free(body);
    } else if (!line[0] || status < 400 || status > 503) abort();
    oip_request_free(&r);
    char text[16];
    int64_t n;
    memcpy(text, data, size < 15 ? size : 15);
    text[size < 15 ? size : 15] = '\0';
    if (oip_header_length(&n, text) && (n < 1 || n > OIP_HEADER)) abort();
    return 0;
}
