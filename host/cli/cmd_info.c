/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_info.c - bonnet info, bonnet devices: what is there, without running it. */
#include <stdio.h>
#include "flash.h"

static const char info_usage[] =
    "usage: bonnet info MODEL.bonnet [--json]\n\nName, input, layers, MACs, hash and early exits of a compiled network.\n";

static const cli_option info_options[] = {CLI_OPT_GROUP(cli_json_options), CLI_OPT_END};

static const char devices_usage[] = "usage: bonnet devices [--json]\n\nThe kinds of device this build can open, for --device, and the boards that "
                                    "are connected. Options of each: docs/devices.md.\n"
                                    "What a board still needs: bonnet doctor.\n";

static const cli_option devices_options[] = {CLI_OPT_GROUP(cli_json_options), CLI_OPT_END};

static struct json_object *layers_json(const bonnet_model *model)
{
    struct json_object *array = json_object_new_array();
    bonnet_layer_info l;
    for (uint32_t i = 0; bonnet_model_layer_get(&l, model, i) == BONNET_OK; i++) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "name", json_object_new_string(l.name));
        json_object_object_add(j, "kind", json_object_new_string(l.kind));
        json_object_object_add(j, "tensor", json_object_new_string(bonnet_model_tensor_name(model, i)));
        const struct {
            const char *key;
            uint64_t value;
        } field[] = {{"slices", l.slices},
                     {"channels_in", l.channels_in},
                     {"height_in", l.height_in},
                     {"width_in", l.width_in},
                     {"channels_out", l.channels_out},
                     {"height_out", l.height_out},
                     {"width_out", l.width_out},
                     {"kernel", l.kernel},
                     {"stride", l.stride},
                     {"dilation", l.dilation},
                     {"macs", l.macs},
                     {"weight_bits", l.weight_bits},
                     {"depthwise_macs", l.depthwise_macs},
                     {"depthwise_weight_bits", l.depthwise_weight_bits}};
        for (size_t f = 0; f < sizeof field / sizeof *field; f++) json_object_object_add(j, field[f].key, json_object_new_uint64(field[f].value));
        json_object_array_add(array, j);
    }
    return array;
}

/* "converted, shorter side to 32 (bilinear), centre crop"; "" without a recipe. */
static const char *pictures(char *out, size_t bytes, const bonnet_model *model)
{
    static const char *const filters[] = {"bilinear", "bicubic", "nearest"};
    bonnet_preprocess p;
    char size[64] = "";
    *out = 0;
    if (bonnet_model_preprocess_get(&p, model) != BONNET_OK) return out;
    if (p.resize == BONNET_RESIZE_SHORTER) snprintf(size, sizeof size, ", shorter side to %u (%s)", p.resize_width, filters[p.filter]);
    if (p.resize == BONNET_RESIZE_EXACT) snprintf(size, sizeof size, ", resized to %ux%u (%s)", p.resize_width, p.resize_height, filters[p.filter]);
    snprintf(out, bytes, "%s%s%s%s", p.convert ? ", colours converted" : "", size, p.crop ? ", centre crop" : "", p.bgr ? ", blue first" : "");
    return *out ? out + 2 : "as they are";
}

int cli_info(int argc, char **argv)
{
    cli_options o = {.device = "cpu:"};
    cli_session s = {0};
    int code = cli_parse(&o, info_options, argc, argv, info_usage);
    if (code != CLI_OK) return code;
    if (o.argc != 1) return cli_fail(CLI_USAGE, "info: give one .bonnet file; try `bonnet info --help`");
    code = cli_open(&s, &o, o.argv[0]);
    if (code != CLI_OK) {
        cli_close(&s);
        return code;
    }
    char hash[CLI_DIGEST], number[16], recipe[200];
    const char *how = pictures(recipe, sizeof recipe, s.model);
    const bonnet_model_info *m = &s.info;
    cli_sha256_hex(hash, m->sha256);
    if (o.json) {
        struct json_object *j = json_object_new_object(), *labels = json_object_new_array();
        json_object_object_add(j, "model", json_object_new_string(m->name));
        json_object_object_add(j, "width", json_object_new_int64(m->width));
        json_object_object_add(j, "height", json_object_new_int64(m->height));
        json_object_object_add(j, "planes", json_object_new_int64(m->planes));
        if (*how) json_object_object_add(j, "preprocess", json_object_new_string(how));
        json_object_object_add(j, "slices", json_object_new_int64(m->slices));
        json_object_object_add(j, "classes", json_object_new_int64(m->classes));
        json_object_object_add(j, "macs", json_object_new_uint64(m->macs));
        json_object_object_add(j, "logit_scale", json_object_new_double(m->logit_scale));
        json_object_object_add(j, "sha256", json_object_new_string(hash));
        for (uint32_t i = 0; i < m->classes; i++) json_object_array_add(labels, json_object_new_string(cli_label(s.model, i, number, sizeof number)));
        json_object_object_add(j, "labels", labels);
        json_object_object_add(j, "layers", layers_json(s.model));
        json_object_object_add(j, "exits", cli_exits_list(s.model));
        code = cli_print_json(j);
    } else {
        printf("%s: %ux%u, %u plane%s of %s pixels; %u slice%s, %u layers, %u classes\n%llu MACs a frame\n%s%s%ssha256 %s\nlabels:", m->name,
               m->width, m->height, m->planes, m->planes == 1 ? "" : "s", m->pixels_signed ? "int8" : "uint8", m->slices, m->slices == 1 ? "" : "s",
               m->layers, m->classes, (unsigned long long)m->macs, *how ? "pictures: " : "", how, *how ? "\n" : "", hash);
        for (uint32_t i = 0; i < m->classes; i++) printf("%s %s", i ? "," : "", cli_label(s.model, i, number, sizeof number));
        putchar('\n');
        cli_exits_print(s.model);
        code = cli_finish_stdout();
    }
    cli_close(&s);
    return code;
}

/* URIs of the boards that sysfs shows: a line each, or an array. Only kinds that this build has. */
static struct json_object *boards(void)
{
    struct json_object *array = json_object_new_array();
    char name[FIND_NAME], uri[2 * FIND_NAME];
    cli_cable cable;
    for (unsigned n = 0; cli_has_scheme("uio", 3) && cli_find_uio(name, "", n); n++) {
        snprintf(uri, sizeof uri, "uio:/dev/%s", name);
        json_object_array_add(array, json_object_new_string(uri));
    }
    for (unsigned n = 0; cli_has_scheme("xrt", 3) && cli_find_zocl(name, "", n); n++) {
        snprintf(uri, sizeof uri, "xrt:%u", n);
        json_object_array_add(array, json_object_new_string(uri));
    }
    for (unsigned n = 0; cli_has_scheme("usb", 3) && cli_find_cable(&cable, "", "", n); n++) {
        snprintf(uri, sizeof uri, "usb:%s", cable.serial);
        json_object_array_add(array, json_object_new_string(uri));
    }
    return array;
}

int cli_devices(int argc, char **argv)
{
    cli_options o = {0};
    bonnet_device_kind kind;
    int code = cli_parse(&o, devices_options, argc, argv, devices_usage);
    if (code != CLI_OK) return code;
    if (o.argc) return cli_fail(CLI_USAGE, "devices: takes no arguments");
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; bonnet_device_kind_get(&kind, i) == BONNET_OK; i++) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "scheme", json_object_new_string(kind.scheme));
        json_object_object_add(j, "summary", json_object_new_string(kind.summary));
        json_object_array_add(array, j);
        json_object_object_add(j, "present", json_object_new_boolean(kind.present));
        if (!o.json) printf("%-8s %s%s\n", kind.scheme, kind.summary, kind.present ? "" : " (none at this machine)");
    }
    struct json_object *found = boards();
    if (!o.json) {
        for (size_t i = 0; i < json_object_array_length(found); i++)
            printf("%s%s\n", i ? "" : "\nboards:\n", json_object_get_string(json_object_array_get_idx(found, i)));
        json_object_put(found);
        json_object_put(array);
        return cli_finish_stdout();
    }
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "devices", array);
    json_object_object_add(j, "boards", found);
    return cli_print_json(j);
}
