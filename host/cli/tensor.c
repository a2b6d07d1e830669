/* SPDX-License-Identifier: Apache-2.0 */
/* tensor.c - the header of a .npy array: a Python dictionary of three entries, read without believing any of it. */
#include "tensor.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "tensor_parts.h"

typedef struct reader {
    const char *at, *end;
} reader;

static void blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n')) r->at++;
}
static bool take(reader *r, char c)
{
    blanks(r);
    if (r->at == r->end || *r->at != c) return false;
    r->at++;
    return true;
}
/* 'text' in either quotes, without escapes. */
static bool quoted(reader *r, char out[], size_t bytes)
{
    blanks(r);
    if (r->at == r->end || (*r->at != '\'' && *r->at != '"')) return false;
    const char *end = memchr(r->at + 1, *r->at, (size_t)(r->end - r->at - 1));
    if (!end || (size_t)(end - r->at) > bytes) return false;
    memcpy(out, r->at + 1, (size_t)(end - r->at - 1));
    out[end - r->at - 1] = 0;
    r->at = end + 1;
    return true;
}
static bool word(reader *r, const char *w)
{
    blanks(r);
    size_t n = strlen(w);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, w, n) != 0) return false;
    r->at += n;
    return true;
}
/* (), (3,), (3, 4): NULL, or what is wrong. */
static const char *shape(reader *r, cli_tensor *t)
{
    if (!take(r, '(')) return "its shape is no tuple";
    for (t->rank = 0, t->count = 1; !take(r, ')');) {
        size_t n = 0, digits = 0;
        for (blanks(r); r->at < r->end && *r->at >= '0' && *r->at <= '9' && digits < 10; r->at++, digits++) n = 10 * n + (size_t)(*r->at - '0');
        if (!digits || digits == 10) return "its shape is not numbers of a reasonable size";
        if (t->rank == CLI_TENSOR_RANK) return "it has more than 8 dimensions";
        if (n && t->count > SIZE_MAX / 8 / n) return "its shape is larger than any memory";
        t->shape[t->rank++] = n;
        t->count *= n;
        if (!take(r, ',') && (r->at == r->end || *r->at != ')')) return "its shape is no tuple";
    }
    return NULL;
}
static const char *type(const char *descr, cli_tensor *t)
{
    const char *item = descr + 2;
    if (descr[0] == '>' && strcmp(item, "1")) return "its numbers are big-endian; save them as little-endian";
    if (!strchr("<|=>", descr[0]) || !descr[0] || !descr[1] || !strchr("uifb", descr[1]) || !strchr("1248", item[0]) || !item[0] || item[1])
        return "its numbers are not int, uint, float or bool";
    t->kind = descr[1];
    t->item = (uint32_t)(item[0] - '0');
    if ((t->kind == 'f') == (t->item == 1) && t->kind == 'f') return "its numbers are not int, uint, float or bool";
    return t->kind == 'b' && t->item != 1 ? "its numbers are not int, uint, float or bool" : NULL;
}
static const char *dictionary(reader *r, cli_tensor *t)
{
    bool descr = false, order = false, shaped = false;
    char text[32];
    const char *why = NULL;
    if (!take(r, '{')) return "its header is no dictionary";
    while (!why && !take(r, '}')) {
        if (!quoted(r, text, sizeof text) || !take(r, ':')) return "its header is no dictionary";
        if (strcmp(text, "descr") == 0 && !descr) {
            descr = quoted(r, text, sizeof text);
            why = descr ? type(text, t) : "its numbers are records; save plain arrays";
        } else if (strcmp(text, "fortran_order") == 0 && !order) {
            order = word(r, "False");
            if (!order && word(r, "True")) why = "it is in Fortran order; save numpy.ascontiguousarray() of it";
            else if (!order) why = "its order is neither C nor Fortran";
        } else if (strcmp(text, "shape") == 0 && !shaped) {
            shaped = true;
            why = shape(r, t);
        } else why = "its header has an entry that is not descr, fortran_order or shape";
        if (!why && !take(r, ',') && (blanks(r), r->at == r->end || *r->at != '}')) why = "its header is no dictionary";
    }
    return why ? why : descr && order && shaped ? NULL : "its header lacks descr, fortran_order or shape";
}

const char *cli_npy_parse(cli_tensor *out, const uint8_t *bytes, size_t size)
{
    cli_tensor t = {0};
    if (size < 12) return "it is cut short";
    const unsigned wide = bytes[6] >= 2, start = wide ? 12 : 10; /* version 1: 16 bits of header length; 2 and 3: 32 */
    if (bytes[6] < 1 || bytes[6] > 3) return "it is of a version of the format that is not 1, 2 or 3";
    size_t length = bytes[8] | (size_t)bytes[9] << 8;
    if (wide) length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (length > size - start) return "it is cut short";
    reader r = {(const char *)bytes + start, (const char *)bytes + start + length};
    const char *why = dictionary(&r, &t);
    if (why) return why;
    if (blanks(&r), r.at != r.end) return "its header does not end with its dictionary";
    if (t.count * t.item != size - start - length)
        return t.count * t.item > size - start - length ? "it is cut short" : "it is longer than its shape";
    t.data = bytes + start + length;
    memcpy(t.name, out->name, sizeof t.name);
    *out = t;
    return NULL;
}

static uint64_t bits(const cli_tensor *t, size_t index)
{
    uint64_t v = 0;
    for (uint32_t b = t->item; b--;) v = v << 8 | t->data[index * t->item + b];
    return v;
}
static double half(uint64_t v) /* IEEE 754 binary16 */
{
    uint32_t exponent = v >> 10 & 31, fraction = v & 1023;
    uint32_t single = (uint32_t)(v >> 15) << 31;
    float f;
    if (!exponent) return (single ? -1.0 : 1.0) * fraction / 16777216.0;
    single |= (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    memcpy(&f, &single, sizeof f);
    return f;
}

double cli_tensor_value(const cli_tensor *t, size_t index)
{
    const uint64_t v = bits(t, index);
    const uint32_t narrow = (uint32_t)v;
    float single;
    double wide;
    if (t->kind == 'u') return (double)v;
    if (t->kind == 'b') return v != 0;
    if (t->kind == 'i') return (double)((int64_t)(v << (64 - 8 * t->item)) >> (64 - 8 * t->item));
    if (t->item == 2) return half(v);
    memcpy(&single, &narrow, sizeof single);
    memcpy(&wide, &v, sizeof wide);
    return t->item == 4 ? (double)single : wide;
}

const char *cli_tensor_text(char *out, size_t bytes, const cli_tensor *t)
{
    static const char *const kinds[] = {"uint", "int", "float", "bool"};
    int at = snprintf(out, bytes, "%s", kinds[t->kind == 'u' ? 0 : t->kind == 'i' ? 1 : t->kind == 'f' ? 2 : 3]);
    if (t->kind != 'b') at += snprintf(out + at, bytes - (size_t)at, "%u", 8 * t->item);
    for (uint32_t i = 0; i < t->rank && (size_t)at < bytes; i++) at += snprintf(out + at, bytes - (size_t)at, "%s%zu", i ? ", " : " [", t->shape[i]);
    if ((size_t)at < bytes) snprintf(out + at, bytes - (size_t)at, "%s", t->rank ? "]" : " []");
    return out;
}
