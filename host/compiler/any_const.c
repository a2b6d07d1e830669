/* SPDX-License-Identifier: Apache-2.0 */
/* any_const.c - weights on their way through quantisers: operators whose inputs are all constants. */
#include <math.h>
#include <string.h>
#include "any.h"

any_const *any_const_new(any_import *im, uint32_t rank, const uint32_t *dims)
{
    any_const *c = bonnet_arena_calloc(im->g->arena, 1, sizeof *c);
    if (!c) return NULL;
    c->rank = rank;
    c->count = 1;
    for (uint32_t i = 0; i < rank; i++) c->dims[i] = dims[i], c->count *= dims[i];
    c->v = bonnet_arena_calloc(im->g->arena, c->count, sizeof *c->v);
    return c->v ? c : NULL;
}

static double rounded(const bonnet_node *n, double x)
{
    if (bonnet_attr_is(n, "rounding_mode", "FLOOR", "ROUND")) return floor(x);
    if (bonnet_attr_is(n, "rounding_mode", "CEIL", "ROUND")) return ceil(x);
    return nearbyint(x); /* ROUND: ties to even */
}

/* QONNX Quant: x, scale, zero point, bits. Scales that meet the weights as ONNX broadcasts them, zero point 0. */
static bonnet_status quant(any_import *im, const bonnet_node *n, any_const **out)
{
    int64_t is_signed, narrow;
    const any_const *x = any_in(im, n, 0)->c, *s = any_in(im, n, 1)->c, *z = any_in(im, n, 2)->c, *b = any_in(im, n, 3)->c;
    bonnet_status status = bonnet_attr_int(im->g, n, "signed", 1, &is_signed);
    if (status == BONNET_OK) status = bonnet_attr_int(im->g, n, "narrow", 0, &narrow);
    if (status != BONNET_OK) return status;
    if (narrow < 0 || narrow > 1) return ANY_REFUSE(im, n, "narrow is %lld; 0 and 1 fit", (long long)narrow);
    if (n->n_in != 4 || b->count != 1) return ANY_REFUSE(im, n, "its bits are not one number; one number of bits for all weights fits");
    for (size_t i = 0; i < s->count; i++)
        if (!(s->v[i] > 0)) return ANY_REFUSE(im, n, "scale %zu is %g; scales above 0 fit", i, s->v[i]);
    for (size_t i = 0; i < z->count; i++)
        if (z->v[i] != 0) return ANY_REFUSE(im, n, "zero point %zu is %g; 0 fits", i, z->v[i]);
    if (b->v[0] < 1 || b->v[0] > 8 || floor(b->v[0]) != b->v[0]) return ANY_REFUSE(im, n, "%g bits; 1 to 8 fit", b->v[0]);
    if (!bonnet_attr_is(n, "rounding_mode", "ROUND", "ROUND") && !bonnet_attr_is(n, "rounding_mode", "FLOOR", "ROUND") &&
        !bonnet_attr_is(n, "rounding_mode", "CEIL", "ROUND"))
        return ANY_REFUSE(im, n, "rounding_mode; ROUND, FLOOR and CEIL fit");
    const double half = ldexp(1, (int)b->v[0] - 1), low = is_signed ? -half + (double)narrow : 0;
    const double high = is_signed ? half - 1 : 2 * half - 1 - (double)narrow;
    any_const *c = any_const_new(im, x->rank, x->dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < c->count; i++) {
        const int64_t at = any_const_meets(x, s, i);
        if (at < 0) return ANY_REFUSE(im, n, "its scales have a shape that does not broadcast to that of the weights");
        const double q = rounded(n, x->v[i] / s->v[at]);
        c->v[i] = (q < low ? low : q > high ? high : q) * s->v[at];
    }
    if (s->count == 1) c->unit = s->v[0];
    *out = c;
    return BONNET_OK;
}

void any_const_range(const any_import *im, const bonnet_node *n, long double *low, long double *high)
{
    const bonnet_tensor *zero = n->n_in > 2 && n->in[2] >= 0 ? im->g->edges[n->in[2]].constant : NULL;
    const int is_signed = zero && zero->proto->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT8;
    *low = is_signed ? -128 : 0, *high = is_signed ? 127 : 255;
}

/* QuantizeLinear and DequantizeLinear of constants: one scale, or one for each index of an axis. */
static bonnet_status linear(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c, *s = any_in(im, n, 1)->c, *z = any_in(im, n, 2)->c;
    const int back = n->op[0] == 'D';
    long double low, high;
    int64_t axis;
    size_t inner = 1;
    bonnet_status status = bonnet_attr_int(im->g, n, "axis", 1, &axis);
    if (status != BONNET_OK) return status;
    if (axis < 0) axis += x->rank;
    if (!s || (s->count != 1 && (axis < 0 || axis >= x->rank || s->count != x->dims[axis])) || (z && z->count != 1 && z->count != s->count))
        return ANY_REFUSE(im, n, "its scales are not one, or one for each index of its axis");
    for (size_t i = 0; i < s->count; i++)
        if (!(s->v[i] > 0)) return ANY_REFUSE(im, n, "scale %zu is %g; scales above 0 fit", i, s->v[i]);
    for (uint32_t r = (uint32_t)axis + 1; s->count != 1 && r < x->rank; r++) inner *= x->dims[r];
    any_const_range(im, n, &low, &high);
    any_const *c = any_const_new(im, x->rank, x->dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < c->count; i++) {
        const size_t at = i / inner % s->count;
        const double zero = z ? z->v[z->count == 1 ? 0 : at] : 0, q = nearbyint(x->v[i] / s->v[at]) + zero;
        c->v[i] = back ? (x->v[i] - zero) * s->v[at] : fmin(fmax(q, (double)low), (double)high);
    }
    c->unit = !back ? 1 : s->count == 1 ? s->v[0] : 0;
    *out = c;
    return BONNET_OK;
}

static bonnet_status signs(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    double scale = 1;
    if (strcmp(n->op, "Sign") != 0) {
        if (n->n_in != 2 || any_in(im, n, 1)->c->count != 1) return ANY_REFUSE(im, n, "its scale is not one number");
        scale = any_in(im, n, 1)->c->v[0];
    }
    any_const *c = any_const_new(im, x->rank, x->dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < c->count; i++) c->v[i] = x->v[i] >= 0 ? scale : -scale;
    *out = c;
    return BONNET_OK;
}

static bonnet_status transpose(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    int64_t perm[2];
    int present;
    if (x->rank != 2) return ANY_REFUSE(im, n, "a constant of rank %u; matrices fit", (unsigned)x->rank);
    bonnet_status status = bonnet_attr_ints(im->g, n, "perm", 0, perm, 2, &present);
    if (status != BONNET_OK) return status;
    if (present && (perm[0] != 1 || perm[1] != 0)) return ANY_REFUSE(im, n, "perm is not [1, 0]");
    const uint32_t dims[2] = {x->dims[1], x->dims[0]};
    any_const *c = any_const_new(im, 2, dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < c->count; i++) c->v[i] = x->v[i % dims[1] * dims[0] + i / dims[1]];
    c->unit = x->unit;
    *out = c;
    return BONNET_OK;
}

bonnet_status any_fold(any_import *im, const bonnet_node *n, int *done)
{
    static const struct {
        const char *op;
        bonnet_status (*run)(any_import *, const bonnet_node *, any_const **);
        uint32_t inputs;
    } folds[] = {
        {"Quant", quant, 4},           {"IntQuant", quant, 4},         {"Sign", signs, 1}, {"BipolarQuant", signs, 2}, {"Transpose", transpose, 1},
        {"QuantizeLinear", linear, 3}, {"DequantizeLinear", linear, 3}};
    any_const *c = NULL;
    int missing = 0;
    if (!n->n_in || n->in[0] < 0) return BONNET_OK;
    for (uint32_t i = 0; i < n->n_in; i++) {
        if (n->in[i] >= 0 && any_in(im, n, i)->kind != ANY_CONST) return BONNET_OK;
        missing |= n->in[i] < 0;
    }
    bonnet_status status = any_fold_math(im, n, &c);
    for (size_t i = 0; i < sizeof folds / sizeof *folds && status == BONNET_OK && !c; i++) {
        if (strcmp(n->op, folds[i].op) != 0) continue;
        if ((n->n_in != folds[i].inputs || missing) && !(folds[i].run == linear && n->n_in >= 2))
            return ANY_REFUSE(im, n, "has %u inputs, needs %u", (unsigned)n->n_in, (unsigned)folds[i].inputs);
        status = folds[i].run(im, n, &c);
    }
    if (status == BONNET_OK && !c && !missing) status = any_fold_list(im, n, &c);
    *done = c != NULL;
    if (status == BONNET_OK && c) im->values[n->out] = (any_value){.kind = ANY_CONST, .c = c, .layer = -1};
    return status;
}
