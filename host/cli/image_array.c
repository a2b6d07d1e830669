/* SPDX-License-Identifier: Apache-2.0 */
/* image_array.c - pictures in numpy arrays, one or many in a file: planes first or last, or left away where there is one. */
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "tensor.h"

/* How a tensor holds images of h x w x p: how many, planes first or last. */
typedef struct layout {
    size_t count;
    bool first;
} layout;

static bool fits(layout *out, const cli_tensor *t, uint32_t h, uint32_t w, uint32_t p)
{
    for (uint32_t batch = 0; batch < 2; batch++) {
        const size_t *s = t->shape + batch;
        if (t->rank < 2 + batch) return false;
        out->count = batch ? t->shape[0] : 1;
        out->first = false;
        if (t->rank == 2 + batch && p == 1 && s[0] == h && s[1] == w) return true;
        if (t->rank == 3 + batch && s[0] == h && s[1] == w && s[2] == p) return true;
        out->first = true;
        if (t->rank == 3 + batch && s[0] == p && s[1] == h && s[2] == w) return true;
    }
    return false;
}

static int take(cli_image *out, const char *path, const cli_tensor *t, const bonnet_model_info *info)
{
    char text[160];
    layout l;
    const uint32_t h = info->height, w = info->width, p = info->planes;
    const size_t image = (size_t)h * w * p;
    const char *name = t->name[0] ? t->name : "the array", *sign = info->pixels_signed ? "int8 pixels, or uint8 pictures" : "uint8 pictures";
    cli_tensor_text(text, sizeof text, t);
    if (t->item != 1 || (t->kind != 'u' && !(t->kind == 'i' && info->pixels_signed)))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s is %s, the network %s wants %s", path, name, text, info->name, sign);
    if (!fits(&l, t, h, w, p))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s is %s, the network %s wants [%u, %u, %u], planes first or last, or several of these",
                        path, name, text, info->name, h, w, p);
    if (!l.count) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s holds no image", path, name);
    uint8_t *pixels = malloc(image * l.count);
    if (!pixels) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory for %zu images", path, l.count);
    for (size_t i = 0; i < l.count; i++)
        for (size_t at = 0; at < (size_t)h * w; at++)
            for (uint32_t plane = 0; plane < p; plane++)
                pixels[i * image + at * p + plane] = t->data[i * image + (l.first ? plane * (size_t)h * w + at : at * p + plane)];
    *out = (cli_image){.pixels = pixels, .width = w, .height = h, .planes = p, .count = l.count, .ready = t->kind == 'i'};
    return CLI_OK;
}

int cli_array_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size, const bonnet_model_info *info)
{
    cli_tensors t = {0};
    int code = cli_tensors_parse(&t, path, bytes, size);
    if (code != CLI_OK) return code;
    const cli_tensor *images = t.count == 1 ? t.at : NULL;
    for (size_t i = 0; i < t.count && !images; i++)
        if (strcmp(t.at[i].name, "images") == 0) images = &t.at[i];
    code = images ? take(out, path, images, info)
                  : cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: holds %zu arrays and none is named images; name it so", path, t.count);
    cli_tensors_free(&t);
    return code;
}
