/* SPDX-License-Identifier: Apache-2.0 */
/* any_math.c - arithmetic on constants, number by number and along axes: what exporters leave of round(w / s), mean(|w|) * sign(w), (var + eps) ^ 0.5. */
#include <math.h>
#include <string.h>
#include "any.h"

int64_t any_const_meets(const any_const *a, const any_const *b, size_t i)
{
    if (b->count == 1) return 0;
    if (b->rank > a->rank) return -1;
    int64_t at = 0, step = 1;
    for (uint32_t r = 0; r < b->rank; r++) {
        const uint32_t da = a->dims[a->rank - 1 - r], db = b->dims[b->rank - 1 - r];
        if (db != 1 && db != da) return -1;
        if (db != 1) at += (int64_t)(i % da) * step;
        i /= da;
        step *= db;
    }
    return at;
}

static double of_abs(const double *x) { return fabs(x[0]); }
static double of_add(const double *x) { return x[0] + x[1]; }
static double of_ceil(const double *x) { return ceil(x[0]); }
static double of_clip(const double *x) { return fmin(fmax(x[0], x[1]), x[2]); }
static double of_div(const double *x) { return x[0] / x[1]; }
static double of_equal(const double *x) { return x[0] == x[1]; }
static double of_greater(const double *x) { return x[0] > x[1]; }
static double of_greater_equal(const double *x) { return x[0] >= x[1]; }
static double of_less(const double *x) { return x[0] < x[1]; }
static double of_less_equal(const double *x) { return x[0] <= x[1]; }
static double of_max(const double *x) { return fmax(x[0], x[1]); }
static double of_min(const double *x) { return fmin(x[0], x[1]); }
static double of_mul(const double *x) { return x[0] * x[1]; }
static double of_neg(const double *x) { return -x[0]; }
static double of_not(const double *x) { return x[0] == 0; }
static double of_pow(const double *x) { return pow(x[0], x[1]); }
static double of_reciprocal(const double *x) { return 1 / x[0]; }
static double of_relu(const double *x) { return fmax(x[0], 0); }
static double of_round(const double *x) { return nearbyint(x[0]); /* ties to even */ }
static double of_sqrt(const double *x) { return sqrt(x[0]); }
static double of_sub(const double *x) { return x[0] - x[1]; }
static double of_tanh(const double *x) { return tanh(x[0]); }
static double of_where(const double *x) { return x[0] != 0 ? x[1] : x[2]; }

enum { OTHER, SAME, WHOLE, TIMES }; /* what becomes of the unit that all values are integers of: lost, kept, 1, scaled by input 1 */
static const struct operation {
    const char *op;
    uint32_t least, most; /* inputs */
    double (*of)(const double *x);
    int unit;
} operations[] = {
    {"Abs", 1, 1, of_abs, SAME},
    {"Add", 2, 2, of_add, OTHER},
    {"Ceil", 1, 1, of_ceil, WHOLE},
    {"Clip", 1, 3, of_clip, SAME},
    {"Div", 2, 2, of_div, TIMES},
    {"Equal", 2, 2, of_equal, OTHER},
    {"Greater", 2, 2, of_greater, OTHER},
    {"Less", 2, 2, of_less, OTHER},
    {"GreaterOrEqual", 2, 2, of_greater_equal, OTHER},
    {"Max", 2, 2, of_max, OTHER},
    {"LessOrEqual", 2, 2, of_less_equal, OTHER},
    {"Min", 2, 2, of_min, OTHER},
    {"Mul", 2, 2, of_mul, TIMES},
    {"Neg", 1, 1, of_neg, SAME},
    {"Not", 1, 1, of_not, OTHER},
    {"Pow", 2, 2, of_pow, OTHER},
    {"Reciprocal", 1, 1, of_reciprocal, OTHER},
    {"Relu", 1, 1, of_relu, SAME},
    {"Round", 1, 1, of_round, WHOLE},
    {"Sqrt", 1, 1, of_sqrt, OTHER},
    {"Sub", 2, 2, of_sub, OTHER},
    {"Tanh", 1, 1, of_tanh, OTHER},
    {"Where", 3, 3, of_where, OTHER},
};

/* Bounds of a Clip keep a unit of which they are multiples. */
static int bounds_fit(const any_const *const *in, const double *missing, double unit)
{
    for (int i = 1; i < 3; i++) {
        const double x = in[i] ? in[i]->v[0] : missing[i];
        if (isfinite(x) && nearbyint(x / unit) * unit != x) return 0;
    }
    return 1;
}

static bonnet_status elementwise(any_import *im, const bonnet_node *n, const struct operation *o, any_const **out)
{
    const double missing[3] = {0, -HUGE_VAL, HUGE_VAL}; /* bounds of a Clip */
    const any_const *in[3] = {NULL, NULL, NULL}, *big = NULL;
    const int where = o->of == of_where;
    int whole = 1;
    if (n->n_in < o->least || n->n_in > o->most) return ANY_REFUSE(im, n, "has %u inputs, needs %u", (unsigned)n->n_in, (unsigned)o->least);
    for (uint32_t i = 0; i < n->n_in; i++) {
        in[i] = any_in(im, n, i)->c;
        if (!in[i] && (i == 0 || o->most == o->least)) return ANY_REFUSE(im, n, "input %u is missing", (unsigned)i);
        if (!in[i]) continue;
        if (!in[i]->count) return ANY_REFUSE(im, n, "input %u has no numbers", (unsigned)i);
        if (!big || in[i]->count > big->count || (in[i]->count == big->count && in[i]->rank > big->rank)) big = in[i];
        whole &= in[i]->whole || (where && i == 0);
    }
    any_const *c = any_const_new(im, big->rank, big->dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    c->whole = whole;
    for (size_t i = 0; i < c->count; i++) {
        double x[3];
        for (int k = 0; k < 3; k++) {
            const int64_t at = in[k] ? any_const_meets(big, in[k], i) : 0;
            if (at < 0) return ANY_REFUSE(im, n, "its constants have shapes that do not broadcast");
            x[k] = in[k] ? in[k]->v[at] : missing[k];
        }
        c->v[i] = o->of(x);
        if (whole) c->v[i] = trunc(c->v[i]);
        if (!isfinite(c->v[i])) return ANY_REFUSE(im, n, "element %zu of the result is not a finite number", i);
    }
    const double unit = in[0]->unit;
    if (o->unit == WHOLE) c->unit = 1;
    if (o->unit == SAME && unit > 0 && (o->of != of_clip || bounds_fit(in, missing, unit))) c->unit = unit;
    if (o->unit == TIMES && unit > 0 && big == in[0] && in[1]->count == 1) c->unit = fabs(o->of((const double[]){unit, in[1]->v[0]}));
    *out = c;
    return BONNET_OK;
}

/* Bit i: axis i is gone. Named by an attribute, or from opset 13 or 18 on by an input; none named: all are. */
static bonnet_status reduced(any_import *im, const bonnet_node *n, const any_const *x, uint32_t *gone)
{
    const Onnx__AttributeProto *a = bonnet_attr_find(n, "axes");
    const any_const *axes = n->n_in > 1 ? any_in(im, n, 1)->c : NULL;
    const size_t count = axes ? axes->count : a ? a->n_ints : 0;
    *gone = count ? 0 : (1u << x->rank) - 1;
    for (size_t i = 0; i < count; i++) {
        double at = axes ? axes->v[i] : (double)a->ints[i];
        if (at < 0) at += x->rank;
        if (!(at >= 0 && at < x->rank)) return ANY_REFUSE(im, n, "axis %g of a constant of rank %u", at, (unsigned)x->rank);
        *gone |= 1u << (uint32_t)at;
    }
    return BONNET_OK;
}

static double folded_in(const char *op, double so_far, double x)
{
    if (strcmp(op, "ReduceMax") == 0) return fmax(so_far, x);
    if (strcmp(op, "ReduceMin") == 0) return fmin(so_far, x);
    return so_far + (strcmp(op, "ReduceL1") == 0 ? fabs(x) : x);
}

static bonnet_status reduce(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    uint32_t gone, dims[BONNET_TENSOR_MAX_RANK], step[BONNET_TENSOR_MAX_RANK], rank = 0, outs = 1;
    int64_t keep;
    bonnet_status status = bonnet_attr_int(im->g, n, "keepdims", 1, &keep);
    if (status == BONNET_OK) status = reduced(im, n, x, &gone);
    if (status != BONNET_OK) return status;
    if (!x->count) return ANY_REFUSE(im, n, "its constant has no numbers");
    for (uint32_t r = x->rank; r-- > 0;) {
        step[r] = gone >> r & 1 ? 0 : outs;
        outs *= gone >> r & 1 ? 1 : x->dims[r];
    }
    for (uint32_t r = 0; r < x->rank; r++)
        if (keep || !(gone >> r & 1)) dims[rank++] = gone >> r & 1 ? 1 : x->dims[r];
    any_const *c = any_const_new(im, rank, dims);
    uint8_t *begun = bonnet_arena_calloc(im->g->arena, outs, 1);
    if (!c || !begun) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < x->count; i++) {
        size_t rest = i, at = 0;
        for (uint32_t r = x->rank; r-- > 0; rest /= x->dims[r]) at += rest % x->dims[r] * step[r];
        c->v[at] = begun[at] ? folded_in(n->op, c->v[at], x->v[i]) : strcmp(n->op, "ReduceL1") == 0 ? fabs(x->v[i]) : x->v[i];
        begun[at] = 1;
    }
    for (size_t i = 0; i < c->count && strcmp(n->op, "ReduceMean") == 0; i++) c->v[i] /= (double)(x->count / c->count);
    *out = c;
    return BONNET_OK;
}

bonnet_status any_fold_math(any_import *im, const bonnet_node *n, any_const **out)
{
    static const char *const reductions[] = {"ReduceL1", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"};
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (strcmp(n->op, operations[i].op) == 0) return elementwise(im, n, &operations[i], out);
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        if (strcmp(n->op, reductions[i]) == 0) return reduce(im, n, out);
    return BONNET_OK;
}
