/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_array.c - libFuzzer on the readers of numpy's files: NPY, and NPZ in its zip archive. Every number promised must be there. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../host/cli/cli.h"
#include "../../host/cli/tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stands in for the one that prints: the line must fit the format. */
int cli_fail(int code, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (code == CLI_OK || !line[0]) abort();
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cli_tensors t = {0};
    cli_image image = {0};
    const bonnet_model_info info = {.name = "fuzz", .width = 3, .height = 2, .planes = 3, .pixels_signed = 1};
    char text[64];
    double sum = 0;
    uint8_t *exact = malloc(size ? size : 1); /* ends where it ends */
    if (!exact) return 0;
    memcpy(exact, data, size);
    if (cli_tensors_parse(&t, "fuzz", exact, size) == CLI_OK) {
        for (size_t i = 0; i < t.count; i++) {
            if (strlen(cli_tensor_text(text, sizeof text, &t.at[i])) >= sizeof text) abort();
            for (size_t j = 0; j < t.at[i].count; j++) sum += cli_tensor_value(&t.at[i], j);
        }
        cli_tensors_free(&t);
    }
    if (cli_array_decode(&image, "fuzz", exact, size, &info) == CLI_OK) {
        for (size_t i = 0; i < image.count * 18; i++) sum += image.pixels[i];
        free(image.pixels);
    }
    if (sum == 0.123) free(malloc(1)); /* the sum is used: the reads stay */
    free(exact);
    return 0;
}
