/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_message.c - any bytes as what a server says to a client: description of a model, then reply. The first two: how much of the rest is JSON (0: all), and a
 * bit, floats. What is taken has numbers; what is refused has a line and leaves them as they were.
 */
#include <stdlib.h>
#include <string.h>
#include "message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const message_want want = {.bytes = 4, .classes = 3};
    message_model m = {.input = "image", .output = "logits", .version = "1", .dims = 2, .shape = {1, 4}, .out_dims = 2, .out_shape = {1, 3}};
    message_reply r;
    int32_t logits[4] = {-1, -2, -3, -4};
    char line[MESSAGE_LINE] = "";
    if (size < 2) return 0;
    const int64_t split = data[0] | (data[1] & 0x7f) << 8;
    m.floats = data[1] >> 7;
    const uint8_t *text = data + 2;
    size -= 2;
    if (message_reply_read(&r, logits, line, &m, &want, 7, text, size, split ? split : -1)) {
        if (r.queue_us < 0 || r.compute_us < 0 || r.floats != m.floats || logits[3] != -4) abort();
    } else if (!*line || logits[0] != -1 || logits[1] != -2 || logits[2] != -3 || strlen(line) >= MESSAGE_LINE) abort();
    message_error(line, text, size);
    message_extends(text, size, "binary_tensor_data", NULL);
    message_model read = {.dims = 99};
    if (message_model_read(&read, line, text, size, &want)) {
        int64_t bytes = 1;
        if (!read.dims || read.dims > MESSAGE_DIMS || !*read.input || !*read.output) abort();
        for (uint32_t i = 0; i < read.dims; i++) bytes *= read.shape[i];
        if (bytes != 4) abort();
    } else if (!*line || read.dims != 99) abort();
    return 0;
}
