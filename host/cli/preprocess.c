/* SPDX-License-Identifier: Apache-2.0 */
/* preprocess.c - compile --preprocess: a JSON object with the words of torchvision (docs/preprocess.md) becomes a bonnet_preprocess. */
#include <stdlib.h>
#include <string.h>
#include "cli.h"

static int complain(const char *path, const char *key, const char *wants)
{
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%.40s\" wants %s", path, key, wants);
}

/* A number of pixels, or 0. */
static uint32_t side(struct json_object *value)
{
    if (!json_object_is_type(value, json_type_int)) return 0;
    const int64_t n = json_object_get_int64(value);
    return n >= 1 && n <= BONNET_PICTURE_MAX_SIDE ? (uint32_t)n : 0;
}

static int read_resize(bonnet_preprocess *p, const char *path, struct json_object *value)
{
    if (json_object_is_type(value, json_type_array) && json_object_array_length(value) == 2) { /* height first, as there */
        p->resize = BONNET_RESIZE_EXACT;
        p->resize_height = side(json_object_array_get_idx(value, 0));
        p->resize_width = side(json_object_array_get_idx(value, 1));
        if (p->resize_height && p->resize_width) return CLI_OK;
    } else if ((p->resize_width = side(value)) != 0) {
        p->resize = BONNET_RESIZE_SHORTER;
        return CLI_OK;
    }
    return complain(path, "resize", "the shorter side, or [height, width], 1..4096");
}

/* One of `words` to its index in *out. */
static int read_word(uint32_t *out, const char *path, const char *key, struct json_object *value, const char *const words[], const char *wants)
{
    for (uint32_t i = 0; words[i] && json_object_is_type(value, json_type_string); i++)
        if (strcmp(json_object_get_string(value), words[i]) == 0) {
            *out = i;
            return CLI_OK;
        }
    return complain(path, key, wants);
}

static int read_flag(uint32_t *out, const char *path, const char *key, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_boolean)) return complain(path, key, "true or false");
    *out = json_object_get_boolean(value) != 0;
    return CLI_OK;
}

static bool number(struct json_object *value) { return json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int); }

/* [a], [a, b, c] or a: for every plane. */
static int read_planes(double out[3], const char *path, const char *key, struct json_object *value)
{
    const bool list = json_object_is_type(value, json_type_array);
    const size_t n = list ? json_object_array_length(value) : 1;
    for (size_t i = 0; i < 3; i++) {
        struct json_object *one = list ? (n == 1 || n == 3 ? json_object_array_get_idx(value, n == 1 ? 0 : i) : NULL) : value;
        if (!number(one)) return complain(path, key, "a number, or one for each plane");
        out[i] = json_object_get_double(one);
    }
    return CLI_OK;
}

static int read_entry(bonnet_preprocess *p, const char *path, const char *key, struct json_object *value, unsigned *normalise)
{
    static const char *const filters[] = {"bilinear", "bicubic", "nearest", NULL}, *const orders[] = {"RGB", "BGR", NULL};
    if (!strcmp(key, "resize")) return read_resize(p, path, value);
    if (!strcmp(key, "interpolation")) return read_word(&p->filter, path, key, value, filters, "\"bilinear\", \"bicubic\" or \"nearest\"");
    if (!strcmp(key, "center_crop")) return read_flag(&p->crop, path, key, value);
    if (!strcmp(key, "convert")) return read_flag(&p->convert, path, key, value);
    if (!strcmp(key, "order")) return read_word(&p->bgr, path, key, value, orders, "\"RGB\" or \"BGR\"");
    if (!strcmp(key, "mean")) return *normalise |= 1, read_planes(p->mean, path, key, value);
    if (!strcmp(key, "std")) return *normalise |= 2, read_planes(p->deviation, path, key, value);
    if (!strcmp(key, "scale")) {
        *normalise |= 4;
        p->steps = json_object_get_double(value);
        return number(value) && p->steps > 0 ? CLI_OK : complain(path, key, "a positive number: steps of a pixel in a unit of the normalised value");
    }
    return cli_fail(CLI_STATUS - BONNET_EINVAL,
                    "%s: no entry \"%.40s\"; there are resize, interpolation, center_crop, convert, order, mean, std, scale", path, key);
}

static int read_json(struct json_object **out, const char *path)
{
    uint8_t *bytes;
    size_t size;
    int code = cli_read_file(&bytes, &size, path);
    if (code != CLI_OK) return code;
    code = cli_parse_json(out, path, bytes, size);
    free(bytes);
    return code;
}

int cli_preprocess_read(bonnet_preprocess *out, const char *path)
{
    bonnet_preprocess p = BONNET_PREPROCESS_INIT;
    unsigned normalise = 0;
    struct json_object *file = NULL;
    int code = read_json(&file, path);
    if (code != CLI_OK) return code;
    if (!json_object_is_type(file, json_type_object)) code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not a JSON object", path);
    if (code == CLI_OK) {
        json_object_object_foreach(file, key, value)
        {
            if (code == CLI_OK) code = read_entry(&p, path, key, value, &normalise);
        }
    }
    if (code == CLI_OK && normalise && normalise != 7)
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: mean, std and scale belong together; one is missing", path);
    json_object_put(file);
    p.normalise = normalise == 7;
    if (code == CLI_OK) *out = p;
    return code;
}
