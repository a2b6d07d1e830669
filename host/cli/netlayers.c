/* SPDX-License-Identifier: Apache-2.0 */
/* netlayers.c - see netlayers.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netlayers.h"

/* Kinds that a file may have, and how their work is counted. What has a kernel must say which. */
static const struct {
    const char *name;
    bonnet_op op;
    bool kernel;
} kinds[] = {{"input", BONNET_OP_NONE, false},     {"conv", BONNET_OP_CONV, true},       {"depthwise", BONNET_OP_DEPTHWISE, true},
             {"transposed", BONNET_OP_CONV, true}, {"fc", BONNET_OP_CONV, false},        {"maxpool", BONNET_OP_POOL, true},
             {"avgpool", BONNET_OP_POOL, true},    {"add", BONNET_OP_MOVE, false},       {"mul", BONNET_OP_MOVE, false},
             {"concat", BONNET_OP_MOVE, false},    {"batchnorm", BONNET_OP_MOVE, false}, {"scale", BONNET_OP_MOVE, false},
             {"relu", BONNET_OP_MOVE, false},      {"relu6", BONNET_OP_MOVE, false},     {"leakyrelu", BONNET_OP_MOVE, false},
             {"prelu", BONNET_OP_MOVE, false},     {"swish", BONNET_OP_MOVE, false},     {"sigmoid", BONNET_OP_MOVE, false},
             {"tanh", BONNET_OP_MOVE, false},      {"softmax", BONNET_OP_MOVE, false},   {"lrn", BONNET_OP_MOVE, false},
             {"flatten", BONNET_OP_MOVE, false},   {"reshape", BONNET_OP_MOVE, false},   {"squeeze", BONNET_OP_MOVE, false},
             {"transpose", BONNET_OP_MOVE, false}, {"dropout", BONNET_OP_MOVE, false},   {"upsample", BONNET_OP_MOVE, false},
             {"pad", BONNET_OP_MOVE, false},       {"slice", BONNET_OP_MOVE, false},     {"other", BONNET_OP_MOVE, false}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int kind_of(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i].name, name)) return i;
    return -1;
}

bool cli_is_json(const char *path)
{
    FILE *f = fopen(path, "rb");
    int c = ' ';
    while (f && c != EOF && isspace(c)) c = getc(f);
    if (f) fclose(f);
    return c == '{';
}

void cli_net_free(cli_net *net)
{
    free(net->layers);
    free(net->all);
    memset(net, 0, sizeof *net);
}

static int wrong(const char *path, const char *where, const char *what)
{
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": %s", path, where, what);
}

/* `count` whole numbers from 1. */
static int read_sizes(uint32_t *to, size_t count, const char *path, const char *where, const char *key, struct json_object *list)
{
    bool good = json_object_array_length(list) == count;
    for (size_t i = 0; i < count && good; i++) {
        struct json_object *n = json_object_array_get_idx(list, i);
        const int64_t value = json_object_is_type(n, json_type_int) ? json_object_get_int64(n) : 0;
        good = value >= 1 && value <= BONNET_SHAPE_MAX;
        to[i] = (uint32_t)value;
    }
    if (good) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"%s\" wants %zu whole numbers of 1 to %d", path, where, key, count, BONNET_SHAPE_MAX);
}

/* The layers that this one reads: by name, or the one before it. */
static int read_inputs(cli_net *net, uint32_t index, const char *path, const char *where, struct json_object *list)
{
    cli_net_layer *l = &net->layers[index];
    const bool none = !strcmp(l->kind, "input");
    l->first = net->n_all;
    l->inputs = list ? (uint32_t)json_object_array_length(list) : !none;
    if (none != !l->inputs) return wrong(path, where, none ? "an \"input\" reads no layer" : "\"in\" wants at least one layer");
    if (!index && !none) return wrong(path, where, "the first layer must be an \"input\"");
    if (net->n_all + l->inputs > CLI_NET_ALL_INPUTS) return wrong(path, where, "more inputs in all than 16384");
    if (!list && !none) net->all[net->n_all++] = index - 1;
    for (uint32_t i = 0; list && i < l->inputs; i++) {
        struct json_object *name = json_object_array_get_idx(list, i);
        const char *text = json_object_is_type(name, json_type_string) ? json_object_get_string(name) : "";
        uint32_t of = 0;
        while (of < index && strcmp(net->layers[of].name, text)) of++;
        if (of == index)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"in\" wants names of layers before it, not \"%.60s\"", path, where, text);
        net->all[net->n_all++] = of;
    }
    return CLI_OK;
}

/* Sizes that do not follow from the input's, and those that must fit it. */
static int read_shape(cli_net *net, uint32_t index, const char *path, const char *where, struct json_object *const lists[3])
{
    cli_net_layer *l = &net->layers[index];
    const int kind = kind_of(l->kind);
    const uint32_t *in = l->inputs ? net->layers[net->all[l->first]].out : NULL;
    const bool own = !in || kinds[kind].kernel || kinds[kind].op == BONNET_OP_CONV || !strcmp(l->kind, "concat");
    int code = CLI_OK;
    if (own && !lists[0]) return wrong(path, where, "lacks \"out\": height, width, channels");
    if (kinds[kind].kernel != !!lists[1]) return wrong(path, where, lists[1] ? "\"kernel\" is of other kinds" : "lacks \"kernel\": height, width");
    l->kernel[0] = l->kernel[1] = l->stride[0] = l->stride[1] = 1;
    if (in) memcpy(l->out, in, sizeof l->out);
    if (lists[0]) code = read_sizes(l->out, 3, path, where, "out", lists[0]);
    if (code == CLI_OK && lists[1]) code = read_sizes(l->kernel, 2, path, where, "kernel", lists[1]);
    if (code == CLI_OK && lists[2]) code = read_sizes(l->stride, 2, path, where, "stride", lists[2]);
    if (code != CLI_OK || !in) return code;
    if (l->groups > 1 && strcmp(l->kind, "conv") && strcmp(l->kind, "transposed")) return wrong(path, where, "\"groups\" is of conv and transposed");
    if (in[2] % l->groups || l->out[2] % l->groups) return wrong(path, where, "\"groups\" wants a number that divides the channels in and out");
    if (kinds[kind].op == BONNET_OP_DEPTHWISE && in[2] != l->out[2])
        return wrong(path, where, "\"out\" of a depthwise has as many channels as its input");
    if (!strcmp(l->kind, "fc") && (double)in[0] * in[1] * in[2] > BONNET_SHAPE_MAX) return wrong(path, where, "an fc of more than 1048576 inputs");
    return CLI_OK;
}

static int read_layer(cli_net *net, uint32_t index, const char *path, struct json_object *object)
{
    cli_net_layer *l = &net->layers[index];
    struct json_object *in = NULL, *lists[3] = {NULL};
    char where[32], kind[CLI_TEXT];
    l->groups = 1;
    snprintf(where, sizeof where, "layers[%u]", index);
    const cli_field fields[] = {{"name", CLI_STRING, 0, 0, l->name, false},
                                {"kind", CLI_STRING, 0, 0, kind, false},
                                {"in", CLI_LIST, 0, CLI_NET_INPUTS, &in, true},
                                {"out", CLI_LIST, 0, 3, &lists[0], true},
                                {"kernel", CLI_LIST, 0, 2, &lists[1], true},
                                {"stride", CLI_LIST, 0, 2, &lists[2], true},
                                {"groups", CLI_COUNT, 1, BONNET_SHAPE_MAX, &l->groups, true}};
    int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    if (code != CLI_OK) return code;
    if (kind_of(kind) < 0)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"kind\" is none that is known, \"%.40s\"; whatever only moves bytes is \"other\"",
                        path, where, kind);
    memcpy(l->kind, kinds[kind_of(kind)].name, strlen(kind) + 1);
    for (uint32_t i = 0; i < index; i++)
        if (!strcmp(net->layers[i].name, l->name)) return wrong(path, where, "\"name\" wants a name that no other layer has");
    code = read_inputs(net, index, path, where, in);
    return code == CLI_OK ? read_shape(net, index, path, where, lists) : code;
}

int cli_net_read(cli_net *out, const char *path)
{
    struct json_object *root = NULL, *layers = NULL;
    uint32_t version;
    memset(out, 0, sizeof *out);
    const cli_field fields[] = {CLI_VERSION("bonnet_layers", &version),
                                {"name", CLI_STRING, 0, 0, out->name, false},
                                {"layers", CLI_LIST, 0, BONNET_GRAPH_LAYERS, &layers, false}};
    int code = cli_document_read(&root, path, "bonnet_layers", CLI_NET_KIB);
    if (code == CLI_OK) code = cli_fields_read(path, "", root, fields, sizeof fields / sizeof *fields);
    const uint32_t count = code == CLI_OK ? (uint32_t)json_object_array_length(layers) : 0;
    if (code == CLI_OK && !count) code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\" wants at least one layer", path);
    out->layers = calloc(count + 1, sizeof *out->layers);
    out->all = calloc(CLI_NET_ALL_INPUTS, sizeof *out->all);
    if (code == CLI_OK && (!out->layers || !out->all)) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    for (; code == CLI_OK && out->count < count; out->count++)
        code = read_layer(out, out->count, path, json_object_array_get_idx(layers, out->count));
    json_object_put(root);
    return code;
}

bonnet_shape cli_net_shape(const cli_net *net, uint32_t index, const cli_platform *platform)
{
    const cli_net_layer *l = &net->layers[index];
    const uint32_t *in = l->inputs ? net->layers[net->all[l->first]].out : l->out;
    bonnet_shape s = {.op = kinds[kind_of(l->kind)].op,
                      .h_in = in[0],
                      .w_in = in[1],
                      .c_in = in[2],
                      .h_out = l->out[0],
                      .w_out = l->out[1],
                      .c_out = l->out[2],
                      .kh = l->kernel[0],
                      .kw = l->kernel[1],
                      .stride_h = l->stride[0],
                      .stride_w = l->stride[1],
                      .groups = l->groups,
                      .act_bits = platform->act_bits,
                      .weight_bits = platform->weight_bits};
    if (!strcmp(l->kind, "fc")) s.c_in = in[0] * in[1] * in[2], s.h_in = s.w_in = 1;
    return s;
}
