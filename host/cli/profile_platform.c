/* SPDX-License-Identifier: Apache-2.0 */
/* profile_platform.c - the models of all kinds as a platform for `bonnet estimate --platform`, and as JSON with what they were made of. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "fields.h"
#include "profiling.h"

static struct json_object *factors(const bonnet_stairs_term *t)
{
    struct json_object *of = json_object_new_object();
    for (int k = 0; k < BONNET_STAIRS_FACTORS; k++)
        if (t->of[k].dimension) json_object_object_add(of, bonnet_dimension_name(t->of[k].dimension), json_object_new_int((int)t->of[k].step));
    return of;
}

static struct json_object *model(const bonnet_layer_stairs *m)
{
    struct json_object *o = json_object_new_object(), *terms = json_object_new_array();
    for (uint32_t i = 0; i < m->count; i++) {
        struct json_object *term = json_object_new_object();
        if (!(m->term[i].seconds > 0)) continue;
        json_object_object_add(term, "ms", cli_json_number(m->term[i].seconds * 1e3));
        json_object_object_add(term, "of", factors(&m->term[i]));
        json_object_array_add(terms, term);
    }
    json_object_object_add(o, "model", json_object_new_string("stairs"));
    json_object_object_add(o, "error", cli_json_number(m->spread < 1 ? m->spread : 1));
    json_object_object_add(o, "terms", terms);
    return o;
}

int profile_platform_write(const profile_fitted *fitted, double start_s, const profile_line *l)
{
    struct json_object *root = json_object_new_object(), *layers = json_object_new_object();
    char name[CLI_TEXT];
    double idle, active;
    snprintf(name, sizeof name, "%.100s", l->o.device);
    json_object_object_add(root, "bonnet_platform", json_object_new_int(1));
    json_object_object_add(root, "name", json_object_new_string(name));
    json_object_object_add(root, "source", json_object_new_string("bonnet profile --kinds"));
    json_object_object_add(root, "start_ms", cli_json_number(start_s * 1e3));
    for (uint32_t k = 0; k < PROFILE_KINDS; k++) json_object_object_add(layers, fitted[k].kind, model(&fitted[k].fit.model));
    json_object_object_add(root, "layers", layers);
    if (l->active_mw && cli_number(&active, l->active_mw) && cli_number(&idle, l->idle_mw)) {
        struct json_object *power = json_object_new_object();
        json_object_object_add(power, "idle_mw", cli_json_number(idle));
        json_object_object_add(power, "active_mw", cli_json_number(active));
        json_object_object_add(root, "power", power);
    }
    const char *text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    const int code = text ? cli_write_file(l->o.output, text, strlen(text)) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    json_object_put(root);
    return code;
}

/* Sizes that are not 1 and switches that are on, enough to draw the shape again. */
static struct json_object *shape_json(const bonnet_layer_shape *s)
{
    struct json_object *o = json_object_new_object();
    const struct {
        const char *name;
        int value, plain;
    } field[] = {{"slices", (int)s->slices, 1},
                 {"channels_in", (int)s->channels_in, 0},
                 {"height_in", (int)s->height_in, 0},
                 {"width_in", (int)s->width_in, 0},
                 {"channels_out", (int)s->channels_out, 0},
                 {"kernel_h", (int)s->kernel_h, 1},
                 {"kernel_w", (int)s->kernel_w, 1},
                 {"stride", (int)s->stride_h, 1},
                 {"border", (int)s->top, 0},
                 {"pool", (int)s->pool, 0},
                 {"post", (int)s->post, 0},
                 {"depthwise", (int)s->depthwise, 0},
                 {"second", (int)s->second, 0}};
    for (size_t i = 0; i < sizeof field / sizeof *field; i++)
        if (field[i].value != field[i].plain) json_object_object_add(o, field[i].name, json_object_new_int(field[i].value));
    return o;
}

static struct json_object *point(const bonnet_layer_shape *shape, double seconds, double predicted)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "shape", shape_json(shape));
    json_object_object_add(o, "ms", cli_json_number(seconds * 1e3));
    json_object_object_add(o, "predicted_ms", cli_json_number(predicted * 1e3));
    return o;
}

static struct json_object *kind_json(const profile_fitted *f)
{
    struct json_object *o = model(&f->fit.model), *points = json_object_new_array(), *held = json_object_new_array();
    for (uint32_t i = 0; i < f->fit.count; i++)
        json_object_array_add(points, point(&f->shape[f->fit.point[i].shape], f->fit.point[i].seconds, f->fit.point[i].predicted));
    for (uint32_t i = 0; i < PROFILE_HELD_OUT; i++)
        json_object_array_add(held, point(&f->held_out[i].shape, f->held_out[i].seconds, f->held_out[i].predicted));
    json_object_object_add(o, "points", points);
    json_object_object_add(o, "held_out", held);
    json_object_object_add(o, "median_error", cli_json_number(f->median));
    json_object_object_add(o, "mean_error", cli_json_number(f->mean));
    json_object_object_add(o, "worst_error", cli_json_number(f->worst));
    return o;
}

int profile_kinds_json(const profile_fitted *fitted, double start_s, struct json_object *networks, const profile_line *l)
{
    struct json_object *root = json_object_new_object(), *kinds = json_object_new_object();
    for (uint32_t k = 0; k < PROFILE_KINDS; k++) json_object_object_add(kinds, fitted[k].kind, kind_json(&fitted[k]));
    json_object_object_add(root, "device", json_object_new_string(l->o.device));
    json_object_object_add(root, "seed", json_object_new_int64((int64_t)l->o.seed));
    json_object_object_add(root, "start_ms", cli_json_number(start_s * 1e3));
    json_object_object_add(root, "kinds", kinds);
    json_object_object_add(root, "networks", networks);
    return cli_print_json(root);
}
