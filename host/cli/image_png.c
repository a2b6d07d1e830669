/* SPDX-License-Identifier: Apache-2.0 */
/* image_png.c - PNG through libpng's simplified API: any colour type becomes 8-bit gray or RGB; alpha is refused. */
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

enum { MAX_SIDE = 4096 };

int cli_png_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size)
{
    png_image png;
    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&png, bytes, size)) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: damaged PNG: %s", path, png.message);
    if (png.width > MAX_SIDE || png.height > MAX_SIDE) {
        png_image_free(&png);
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: %ux%u pixels; at most %dx%d are read", path, (unsigned)png.width, (unsigned)png.height,
                        MAX_SIDE, MAX_SIDE);
    }
    if (png.format & PNG_FORMAT_FLAG_ALPHA) {
        png_image_free(&png);
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: has an alpha channel; flatten the image first", path);
    }
    bool colour = png.format & PNG_FORMAT_FLAG_COLOR;
    png.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(png));
    if (!pixels) {
        png_image_free(&png);
        return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    }
    if (!png_image_finish_read(&png, NULL, pixels, 0, NULL)) {
        free(pixels);
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: damaged PNG: %s", path, png.message);
    }
    out->pixels = pixels;
    out->width = png.width;
    out->height = png.height;
    out->planes = colour ? 3 : 1;
    out->count = 1;
    return CLI_OK;
}
