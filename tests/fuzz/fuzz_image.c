/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_image.c - libFuzzer on the image readers of the command line: PNG, JPEG and PNM. Every pixel promised must be there. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../host/cli/cli.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stands in for the one that prints: the line must fit the format and be one line. */
int cli_fail(int code, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (code == CLI_OK || !line[0] || strchr(line, '\n')) abort();
    return code;
}

static void take(int (*decode)(cli_image *, const char *, const uint8_t *, size_t), const uint8_t *data, size_t size)
{
    cli_image image = {0};
    unsigned sum = 0;
    if (decode(&image, "fuzz", data, size) != CLI_OK) return;
    if (!image.width || !image.height || (image.planes != 1 && image.planes != 3)) abort();
    for (size_t i = 0; i < (size_t)image.width * image.height * image.planes; i++) sum += image.pixels[i];
    if (sum == 1) free(malloc(1)); /* the sum is used: the reads stay */
    free(image.pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1); /* ends where it ends */
    if (!exact) return 0;
    memcpy(exact, data, size);
    if (size >= 8 && !memcmp(data, "\x89PNG", 4)) take(cli_png_decode, exact, size);
    else if (size >= 3 && !memcmp(data, "\xff\xd8\xff", 3)) take(cli_jpeg_decode, exact, size);
    else if (size >= 2 && data[0] == 'P' && (data[1] == '5' || data[1] == '6')) take(cli_pnm_decode, exact, size);
    free(exact);
    return 0;
}
