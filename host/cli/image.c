/* SPDX-License-Identifier: Apache-2.0 */
/* image.c - a picture file becomes pixels: bounded read, format by content, size as the network wants it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

enum { MAX_FILE_BYTES = 16 << 20 };

/* The whole file, at most MAX_FILE_BYTES of it. */
static int slurp(uint8_t **out, size_t *size, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", path, strerror(errno));
    uint8_t *bytes = malloc(MAX_FILE_BYTES + 1);
    if (!bytes) {
        fclose(f);
        return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    }
    errno = 0;
    size_t n = fread(bytes, 1, MAX_FILE_BYTES + 1, f);
    int failed = ferror(f) ? errno : 0;
    fclose(f);
    if (failed || n > MAX_FILE_BYTES) {
        free(bytes);
        return failed ? cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", path, strerror(failed))
                      : cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: larger than %d MiB; not an image for this network", path, MAX_FILE_BYTES >> 20);
    }
    *out = bytes;
    *size = n;
    return CLI_OK;
}

int cli_image_read(cli_image *out, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int code = slurp(&bytes, &size, path);
    if (code != CLI_OK) return code;
    if (size >= 8 && !memcmp(bytes, "\x89PNG\r\n\x1a\n", 8)) code = cli_png_decode(out, path, bytes, size);
    else if (size >= 2 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6')) code = cli_pnm_decode(out, path, bytes, size);
    else code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not a PNG, PGM (P5) or PPM (P6) file; convert it to one of these", path);
    free(bytes);
    return code;
}

int cli_image_read_for(uint8_t **pixels, const char *path, const cli_session *s)
{
    const bonnet_model_info *info = &s->info;
    cli_image image = {0};
    int code = cli_image_read(&image, path);
    if (code != CLI_OK) return code;
    if (image.width != info->width || image.height != info->height)
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: is %ux%u, the network %s wants %ux%u; resize the image", path, image.width, image.height,
                        info->name, info->width, info->height);
    else if (image.planes != info->planes)
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: is a %s image, the network %s wants %s; convert it", path,
                        image.planes == 1 ? "gray" : "colour", info->name, info->planes == 1 ? "gray" : "colour");
    if (code == CLI_OK) {
        bonnet_status status = bonnet_model_pixels(s->model, image.pixels, (size_t)image.width * image.height * image.planes);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, path);
    }
    if (code != CLI_OK) {
        free(image.pixels);
        return code;
    }
    *pixels = image.pixels;
    return CLI_OK;
}
