/* SPDX-License-Identifier: Apache-2.0 */
/* against.c - bonnet verify --against: the device's maps beside the tensors that the user's own framework gave, by name, up to the first that differs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "tensor.h"

/* What is compared, and what came of it. */
typedef struct comparison {
    const char *path;
    cli_tensors theirs;
    bonnet_tensors *ours;
    uint32_t tensors, compared; /* of the network; found in the file */
    uint64_t values;
    bool differs;
    bonnet_tensor_info at; /* the first that differs, and where */
    size_t channel, y, x;
    double wanted;
    int32_t got;
    struct json_object *table;
} comparison;

static const cli_tensor *find(const cli_tensors *t, const char *name)
{
    for (size_t i = 0; *name && i < t->count; i++)
        if (strcmp(t->at[i].name, name) == 0) return &t->at[i];
    return NULL;
}

/* The same shape but for dimensions of 1, which frameworks add and drop. */
static bool same_shape(const cli_tensor *t, const size_t shape[], uint32_t rank)
{
    uint32_t i = 0, j = 0;
    for (;; i++, j++) {
        while (i < t->rank && t->shape[i] == 1) i++;
        while (j < rank && shape[j] == 1) j++;
        if (i == t->rank || j == rank) return i == t->rank && j == rank;
        if (t->shape[i] != shape[j]) return false;
    }
}

static int wrong_shape(const comparison *c, const cli_tensor *t, const char *wants)
{
    char text[160];
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s is %s; %s", c->path, t->name, cli_tensor_text(text, sizeof text, t), wants);
}

/* The image out of the archive: integers as the network's first layer reads them, [planes, H, W]. */
static int take_image(uint8_t **pixels, const comparison *c, const cli_session *s)
{
    const bonnet_model_info *m = &s->info;
    const cli_tensor *t = find(&c->theirs, "image");
    const size_t shape[3] = {m->planes, m->height, m->width}, area = (size_t)m->height * m->width;
    const int low = m->pixels_signed ? -128 : 0;
    char wants[120];
    if (!t) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no array named image, and no image file is given", c->path);
    snprintf(wants, sizeof wants, "the image is [%u, %u, %u], whole numbers %d..%d", m->planes, m->height, m->width, low, low + 255);
    if (!same_shape(t, shape, 3)) return wrong_shape(c, t, wants);
    uint8_t *out = malloc(t->count);
    if (!out) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    for (size_t i = 0; i < t->count; i++) {
        const double v = cli_tensor_value(t, i);
        if (!(v >= low && v <= low + 255) || floor(v) != v) {
            free(out);
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: image holds %g; %s", c->path, v, wants);
        }
        out[i % area * m->planes + i / area] = (uint8_t)(int)v;
    }
    *pixels = out;
    return CLI_OK;
}

/* Their number as ours; NaN: it cannot be one. unit: what +1 is in a binary map of theirs. */
static double translate(double v, bool binary, double unit)
{
    if (!binary) return floor(v) == v ? v : NAN;
    return v == 0 || v == unit ? 1 : v == -unit ? -1 : NAN; /* sign(0) is +1 here, and 0 in ONNX */
}

static int compare(comparison *c, const cli_tensor *t, uint32_t index, const bonnet_tensor_info *info, const bonnet_device *dev)
{
    const size_t shape[3] = {info->channels, info->height, info->width}, area = (size_t)info->height * info->width, count = info->channels * area;
    char wants[120];
    double unit = 0;
    snprintf(wants, sizeof wants, "layer %.40s makes [%u, %u, %u]", info->layer, info->channels, info->height, info->width);
    if (!same_shape(t, shape, 3)) return wrong_shape(c, t, wants);
    int32_t *ours = malloc(count * sizeof *ours);
    if (!ours) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    bonnet_status status = bonnet_tensor_values(ours, count, c->ours, index);
    int code = status == BONNET_OK ? CLI_OK : cli_fail_status(status, dev, info->layer);
    for (size_t i = 0; i < count && !unit; i++) unit = fabs(cli_tensor_value(t, i));
    for (size_t i = 0; code == CLI_OK && !c->differs && i < count; i++) {
        const double theirs = cli_tensor_value(t, i), want = translate(theirs, info->binary, unit);
        if (isnan(want))
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s holds %g; %s", c->path, t->name, theirs,
                            info->binary ? "a binary map has two values, one the negative of the other" : "features and logits are whole numbers");
        else if (want != ours[i]) {
            c->differs = true;
            c->at = *info;
            c->channel = i / area, c->y = i % area / info->width, c->x = i % info->width;
            c->wanted = want, c->got = ours[i];
        } else c->values++;
    }
    free(ours);
    c->compared++;
    return code;
}

/* Kept, not printed: a complaint further on leaves stdout empty. */
static void add_row(comparison *c, const bonnet_tensor_info *info, const char *verdict)
{
    char shape[40];
    snprintf(shape, sizeof shape, "%ux%ux%u", info->channels, info->height, info->width);
    struct json_object *row = json_object_new_object();
    json_object_object_add(row, "tensor", json_object_new_string(info->name));
    json_object_object_add(row, "layer", json_object_new_string(info->layer));
    json_object_object_add(row, "map", json_object_new_string(shape));
    json_object_object_add(row, "verdict", json_object_new_string(verdict));
    json_object_array_add(c->table, row);
}

/* Two passes: is there anything to compare? Then compare. */
static int compare_all(comparison *c, const bonnet_device *dev)
{
    bonnet_tensor_info info;
    uint32_t found = 0;
    for (c->tensors = 0; bonnet_tensor_get(&info, c->ours, c->tensors) == BONNET_OK; c->tensors++)
        found += find(&c->theirs, info.name) || find(&c->theirs, info.layer);
    if (!found)
        return cli_fail(CLI_STATUS - BONNET_EINVAL,
                        "%s: none of its %zu arrays has the name of a tensor or layer of the network; `bonnet info --json` lists them", c->path,
                        c->theirs.count);
    int code = CLI_OK;
    for (uint32_t i = 0; code == CLI_OK && bonnet_tensor_get(&info, c->ours, i) == BONNET_OK; i++) {
        const cli_tensor *t = find(&c->theirs, info.name);
        if (!t) t = find(&c->theirs, info.layer);
        const bool before = c->differs;
        if (t && !before) code = compare(c, t, i, &info, dev);
        if (code == CLI_OK) add_row(c, &info, !t ? "not in the file" : before ? "not compared" : c->differs ? "DIFFERS" : "equal");
    }
    return code;
}

static const char *text_of(struct json_object *row, const char *key)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(row, key, &value);
    return json_object_get_string(value);
}

static void print_table(const comparison *c)
{
    printf("%-32s %-24s %-14s %s\n", "tensor", "layer", "map (CxHxW)", "verdict");
    for (size_t i = 0; i < json_object_array_length(c->table); i++) {
        struct json_object *row = json_object_array_get_idx(c->table, i);
        const char *name = text_of(row, "tensor");
        printf("%-32s %-24s %-14s %s\n", *name ? name : "-", text_of(row, "layer"), text_of(row, "map"), text_of(row, "verdict"));
    }
}

static int conclude(comparison *c, const cli_options *o)
{
    if (o->json) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "against", json_object_new_string(c->path));
        json_object_object_add(j, "device", json_object_new_string(o->device));
        json_object_object_add(j, "tensors", json_object_get(c->table));
        json_object_object_add(j, "values", json_object_new_uint64(c->values));
        json_object_object_add(j, "mismatches", json_object_new_int(c->differs));
        if (c->differs) {
            struct json_object *d = json_object_new_object();
            json_object_object_add(d, "tensor", json_object_new_string(c->at.name));
            json_object_object_add(d, "layer", json_object_new_string(c->at.layer));
            json_object_object_add(d, "channel", json_object_new_uint64(c->channel));
            json_object_object_add(d, "y", json_object_new_uint64(c->y));
            json_object_object_add(d, "x", json_object_new_uint64(c->x));
            json_object_object_add(d, "wanted", json_object_new_double(c->wanted));
            json_object_object_add(d, "got", json_object_new_int(c->got));
            json_object_object_add(j, "divergence", d);
        }
        return cli_print_json(j);
    }
    print_table(c);
    if (c->differs)
        printf("first divergence: tensor %s, layer %s, channel %zu, y %zu, x %zu: wanted %.0f, got %d\n", c->at.name, c->at.layer, c->channel, c->y,
               c->x, c->wanted, c->got);
    else
        printf("%u of %u tensors compared with %s, device %s, %llu values, 0 mismatches\n", c->compared, c->tensors, c->path, o->device,
               (unsigned long long)c->values);
    return cli_finish_stdout();
}

int cli_verify_against(cli_session *s, const cli_options *o, const char *path)
{
    comparison c = {.path = path, .table = json_object_new_array()};
    uint8_t *bytes = NULL, *pixels = NULL;
    size_t size = 0;
    int code = o->argc > 1 ? cli_fail(CLI_USAGE, "verify: --against takes one image") : cli_read_file(&bytes, &size, path);
    if (code == CLI_OK) code = cli_tensors_parse(&c.theirs, path, bytes, size);
    if (code == CLI_OK) code = o->argc ? cli_image_read_for(&pixels, o->argv[0], s) : take_image(&pixels, &c, s);
    if (code == CLI_OK) {
        bonnet_status status = bonnet_run_tensors(&c.ours, s->dev, s->model, pixels, bonnet_model_input_bytes(s->model));
        cli_progress_end();
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, o->device);
    }
    if (code == CLI_OK) code = compare_all(&c, s->dev);
    if (code == CLI_OK) code = conclude(&c, o);
    if (code == CLI_OK && c.differs) code = CLI_DIFFERS;
    bonnet_tensors_free(c.ours);
    cli_tensors_free(&c.theirs);
    json_object_put(c.table);
    free(pixels);
    free(bytes);
    return code;
}
