/* SPDX-License-Identifier: Apache-2.0 */
/* codec_tensors.c - arrays of numpy as tensors to be encoded, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codec.h"
#include "tensor.h"

const char *const codec_names[BONNET_CODEC_NAMES] = {"none", "deflate", "zstd"};
static const char *const types[] = {"uint8", "float32", "int32", "int16", "int8"};
static const size_t items[] = {1, 4, 4, 2, 1};

const char *codec_type_text(uint32_t type) { return type < sizeof types / sizeof *types ? types[type] : "?"; }

bool codec_named(long *out, const char *name)
{
    for (long i = 0; i < BONNET_CODEC_NAMES; i++)
        if (!strcmp(name, codec_names[i])) {
            *out = i;
            return true;
        }
    return false;
}

static bool type_of(uint32_t *type, const cli_tensor *t)
{
    const uint32_t bits = 8 * t->item;
    if ((t->kind == 'u' || t->kind == 'b') && bits == 8) *type = BONNET_CODEC_U8;
    else if (t->kind == 'f' && bits == 32) *type = BONNET_CODEC_F32;
    else if (t->kind == 'i' && bits <= 32) *type = bits == 32 ? BONNET_CODEC_I32 : bits == 16 ? BONNET_CODEC_I16 : BONNET_CODEC_I8;
    else return false;
    return true;
}

static int take(codec_tensor *out, const char *path, const cli_tensor *from)
{
    char text[128];
    codec_tensor n = {.count = from->count};
    snprintf(n.name, sizeof n.name, "%.240s%s%.240s", path, *from->name ? ": " : "", from->name);
    if (!type_of(&n.t.type, from))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s; float32, int32, int16, int8 and uint8 can be encoded", n.name,
                        cli_tensor_text(text, sizeof text, from));
    n.bytes = n.count * items[n.t.type];
    n.t.rank = from->rank;
    for (uint32_t i = 0; i < from->rank; i++) n.t.shape[i] = from->shape[i];
    void *data = malloc(n.bytes + 1);
    if (!data) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", n.name);
    for (size_t i = 0; i < n.count; i++) { /* exact: no type is wider than a double */
        const double v = cli_tensor_value(from, i);
        if (n.t.type == BONNET_CODEC_F32) ((float *)data)[i] = (float)v;
        else if (n.t.type == BONNET_CODEC_I32) ((int32_t *)data)[i] = (int32_t)v;
        else if (n.t.type == BONNET_CODEC_I16) ((int16_t *)data)[i] = (int16_t)v;
        else if (n.t.type == BONNET_CODEC_I8) ((int8_t *)data)[i] = (int8_t)v;
        else ((uint8_t *)data)[i] = (uint8_t)v;
    }
    n.t.data = data;
    *out = n;
    return CLI_OK;
}

int codec_read(codec_question *q, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    cli_tensors all = {0};
    int code = cli_read_file(&bytes, &size, path);
    if (code == CLI_OK) code = cli_tensors_parse(&all, path, bytes, size);
    if (code == CLI_OK && q->count + all.count > CODEC_TENSORS)
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: more than %d tensors", path, CODEC_TENSORS);
    codec_tensor *more = code == CLI_OK ? realloc(q->tensor, (q->count + all.count + 1) * sizeof *more) : NULL;
    if (more) q->tensor = more;
    else if (code == CLI_OK) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    for (size_t i = 0; i < all.count && code == CLI_OK; i++) {
        code = take(&q->tensor[q->count], path, &all.at[i]);
        if (code != CLI_OK) break;
        const codec_tensor *n = &q->tensor[q->count++];
        if (n->t.type != q->tensor[0].t.type)
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s, and the tensors before it are %s; give tensors of one type", n->name,
                            codec_type_text(n->t.type), codec_type_text(q->tensor[0].t.type));
    }
    cli_tensors_free(&all);
    free(bytes);
    return code;
}

void codec_free(codec_question *q)
{
    for (size_t i = 0; i < q->count; i++) free((void *)(uintptr_t)q->tensor[i].t.data);
    free(q->tensor);
}

int codec_write_npy(const char *path, const bonnet_codec_info *info, const void *values)
{
    static const char *const descr[] = {"|u1", "f4", "i4", "i2", "|i1"};
    enum { HEADER = 256, MAGIC = 10 };
    static const char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<' : '>';
    char shape[HEADER / 2] = "", head[HEADER + 1];
    int at = 0;
    for (uint32_t i = 0; i < info->rank; i++)
        at += snprintf(shape + at, sizeof shape - (size_t)at, "%llu,%s", (unsigned long long)info->shape[i], i + 1 < info->rank ? " " : "");
    const bool wide = items[info->type] > 1;
    snprintf(head, sizeof head, "{'descr': '%.*s%s', 'fortran_order': False, 'shape': (%s), }", wide, &order, descr[info->type], shape);
    char *file = malloc(HEADER + info->bytes);
    if (!file) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    memset(file, ' ', HEADER);
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = (char)(HEADER - MAGIC), file[9] = 0;
    memcpy(file + MAGIC, head, strlen(head));
    file[HEADER - 1] = '\n';
    if (info->bytes) memcpy(file + HEADER, values, info->bytes);
    const int code = cli_write_file(path, file, HEADER + info->bytes);
    free(file);
    return code;
}
