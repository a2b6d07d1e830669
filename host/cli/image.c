/* SPDX-License-Identifier: Apache-2.0 */
/* image.c - a picture file becomes pixels: bounded read, format by content, size as the network wants it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

/* NAME.raw: the network's own bytes, as bonnet_run_batch() takes them, so many images as there are. */
static int raw(cli_image *out, const char *path, const uint8_t *bytes, size_t size, const bonnet_model_info *info)
{
    const size_t image = (size_t)info->width * info->height * info->planes;
    if (!size || size % image)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: has %zu bytes, the network %s wants %zu (%ux%ux%u) or several times that", path, size,
                        info->name, image, info->height, info->width, info->planes);
    uint8_t *pixels = malloc(size);
    if (!pixels) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    memcpy(pixels, bytes, size);
    *out = (cli_image){.pixels = pixels, .width = info->width, .height = info->height, .planes = info->planes, .count = size / image, .ready = true};
    return CLI_OK;
}

static int decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size, const bonnet_model_info *info)
{
    const size_t name = strlen(path);
    if (size >= 8 && !memcmp(bytes, "\x89PNG\r\n\x1a\n", 8)) return cli_png_decode(out, path, bytes, size);
    if (size >= 3 && !memcmp(bytes, "\xff\xd8\xff", 3)) return cli_jpeg_decode(out, path, bytes, size);
    if (size >= 2 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6')) return cli_pnm_decode(out, path, bytes, size);
    if (size >= 6 && (!memcmp(bytes, "\x93NUMPY", 6) || !memcmp(bytes, "PK\3\4", 4))) return cli_array_decode(out, path, bytes, size, info);
    if (name >= 4 && strcmp(path + name - 4, ".raw") == 0) return raw(out, path, bytes, size, info);
    return cli_fail(CLI_STATUS - BONNET_EFORMAT,
                    "%s: not a PNG, JPEG, PGM (P5), PPM (P6), NPY or NPZ file, nor named .raw; convert it to one of these", path);
}

int cli_images_read_for(cli_image *out, const char *path, const cli_session *s)
{
    const bonnet_model_info *info = &s->info;
    cli_image image = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    int code = cli_read_file(&bytes, &size, path);
    if (code == CLI_OK) code = decode(&image, path, bytes, size, info);
    free(bytes);
    if (code != CLI_OK) return code;
    if (image.ready) { /* the network's own pixels already */
        *out = image;
        return CLI_OK;
    }
    const size_t from = (size_t)image.width * image.height * image.planes, to = bonnet_model_input_bytes(s->model);
    cli_image made = {.pixels = malloc(to * image.count), .width = info->width, .height = info->height, .planes = info->planes, .count = image.count};
    if (!made.pixels) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    for (size_t i = 0; i < image.count && code == CLI_OK; i++) {
        bonnet_status status = bonnet_model_picture(made.pixels + i * to, s->model, image.pixels + i * from, image.width, image.height, image.planes);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, path);
    }
    free(image.pixels);
    if (code == CLI_OK) *out = made;
    else free(made.pixels);
    return code;
}

int cli_image_read_for(uint8_t **pixels, const char *path, const cli_session *s)
{
    cli_image image = {0};
    int code = cli_images_read_for(&image, path, s);
    if (code == CLI_OK && image.count != 1) {
        free(image.pixels);
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: holds %zu images; give one", path, image.count);
    }
    if (code == CLI_OK) *pixels = image.pixels;
    return code;
}
