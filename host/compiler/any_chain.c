/* SPDX-License-Identifier: Apache-2.0 */
/* any_chain.c - constants added to, or multiplied with, a value; BatchNormalization; Relu, PRelu, Clip: what fold.h folds when a sign is taken. */
#include <math.h>
#include "any.h"

bonnet_status any_push(any_import *im, const bonnet_node *n, any_value *v, uint32_t entries, const long double *sub, const long double *mul,
                       const long double *add)
{
    const uint32_t depth = v->chain ? v->chain->depth : 0;
    if (depth >= BONNET_CHAIN_MAX - 1) /* one is for the scale of the weights */
        return ANY_REFUSE(im, n, "more than %d operators between a convolution and its sign; fold some before exporting", BONNET_CHAIN_MAX - 1);
    bonnet_affine *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    if (!s) return bonnet_graph_no_memory(im->g);
    *s = (bonnet_affine){.prev = v->chain, .depth = depth + 1, .n = entries, .sub = sub, .mul = mul, .add = add};
    v->chain = s;
    return BONNET_OK;
}

bonnet_status any_numbers(any_import *im, const bonnet_node *n, const any_const *c, const any_value *v, long double **out, uint32_t *entries)
{
    const uint32_t behind = v->flat || v->last ? 1 : 3; /* the channels are so many dimensions from the end */
    const int one_each = v->flat && v->h * v->w > 1 ? 0 : c->rank >= behind && c->dims[c->rank - behind] == v->ch && c->count == v->ch;
    if (c->count != 1 && !one_each)
        return ANY_REFUSE(im, n, "a constant of %zu numbers and rank %u; one number, or one for each of %u channels, fits", c->count,
                          (unsigned)c->rank, (unsigned)v->ch);
    long double *x = bonnet_arena_calloc(im->g->arena, c->count, sizeof *x);
    if (!x) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < c->count; i++) x[i] = c->v[i];
    *out = x;
    *entries = (uint32_t)c->count;
    return BONNET_OK;
}

static bonnet_status ended(any_import *im, const bonnet_node *n) { return ANY_REFUSE(im, n, "follows an ArgMax or Softmax, which ends a network"); }

/* value * mul + add with constants; one of mul and add is NULL. */
static bonnet_status affine(any_import *im, const bonnet_node *n, const any_value *v, const any_const *mul, const any_const *add, int invert)
{
    const any_const *c = mul ? mul : add;
    any_value to = *v;
    bonnet_status status;
    if (v->ended) return ended(im, n);
    if (any_padded(v)) return ANY_REFUSE(im, n, "follows a Pad; a Conv fits there");
    if (mul && invert)
        for (size_t i = 0; i < c->count; i++)
            if (c->v[i] == 0) return ANY_REFUSE(im, n, "divides by 0");
    if ((v->kind == ANY_IMAGE || v->kind == ANY_BITS) && c->count == 1) {
        const long double x = c->v[0];
        if (mul) to.mul = invert ? to.mul / x : to.mul * x, to.add = invert ? to.add / x : to.add * x;
        else to.add += invert ? -x : x;
        return any_set(im, n, to);
    }
    status = any_as_sum(im, n, v, &to);
    if (status != BONNET_OK) return status;
    long double *x;
    uint32_t entries;
    status = any_numbers(im, n, c, &to, &x, &entries);
    for (uint32_t i = 0; status == BONNET_OK && invert && i < entries; i++) x[i] = mul ? 1 / x[i] : -x[i];
    if (status == BONNET_OK) status = any_push(im, n, &to, entries, NULL, mul ? x : NULL, mul ? NULL : x);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

static bonnet_status two(any_import *im, const bonnet_node *n)
{
    return n->n_in == 2 ? BONNET_OK : ANY_REFUSE(im, n, "has %u inputs, needs 2", (unsigned)n->n_in);
}

bonnet_status any_mul(any_import *im, const bonnet_node *n)
{
    const any_value *a = any_in(im, n, 0), *b = any_in(im, n, 1);
    bonnet_status status = two(im, n);
    if (status != BONNET_OK) return status;
    if (b->kind == ANY_CONST) return affine(im, n, a, b->c, NULL, 0);
    if (a->kind == ANY_CONST) return affine(im, n, b, a->c, NULL, 0);
    return any_join(im, n, BONNET_JOIN_XNOR);
}

bonnet_status any_add(any_import *im, const bonnet_node *n)
{
    const any_value *a = any_in(im, n, 0), *b = any_in(im, n, 1);
    bonnet_status status = two(im, n);
    if (status != BONNET_OK) return status;
    if (b->kind == ANY_CONST) return affine(im, n, a, NULL, b->c, 0);
    if (a->kind == ANY_CONST) return affine(im, n, b, NULL, a->c, 0);
    return any_added(im, n, a, b);
}

bonnet_status any_sub(any_import *im, const bonnet_node *n)
{
    bonnet_status status = two(im, n);
    if (status != BONNET_OK) return status;
    if (any_in(im, n, 1)->kind != ANY_CONST) return ANY_REFUSE(im, n, "subtracts what is no constant; a constant fits");
    return affine(im, n, any_in(im, n, 0), NULL, any_in(im, n, 1)->c, 1);
}

bonnet_status any_div(any_import *im, const bonnet_node *n)
{
    bonnet_status status = two(im, n);
    if (status != BONNET_OK) return status;
    if (any_in(im, n, 1)->kind != ANY_CONST) return ANY_REFUSE(im, n, "divides by what is no constant; a constant fits");
    return affine(im, n, any_in(im, n, 0), any_in(im, n, 1)->c, NULL, 1);
}

bonnet_status any_batchnorm(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    const any_const *p[4]; /* gamma, beta, mean, var */
    any_value to;
    double epsilon;
    int64_t training;
    if (v->ended) return ended(im, n);
    bonnet_status status = any_as_sum(im, n, v, &to);
    if (status != BONNET_OK) return status;
    if (to.flat && to.h * to.w > 1) return any_unfit(im, n, v, "flattened; BatchNormalization before the Flatten fits");
    status = bonnet_attr_float(im->g, n, "epsilon", (double)1e-5f, &epsilon);
    if (status == BONNET_OK) status = bonnet_attr_int(im->g, n, "training_mode", 0, &training);
    if (status != BONNET_OK) return status;
    if (training) return ANY_REFUSE(im, n, "training_mode is 1; export the model in evaluation mode");
    for (uint32_t i = 0; i < 4; i++) {
        p[i] = any_in(im, n, i + 1)->c;
        if (!p[i] || p[i]->rank != 1 || p[i]->count != v->ch)
            return ANY_REFUSE(im, n, "input %u is not a constant of shape [%u]", (unsigned)i + 1, (unsigned)v->ch);
    }
    long double *x = bonnet_arena_calloc(im->g->arena, 3 * (size_t)v->ch, sizeof *x);
    if (!x) return bonnet_graph_no_memory(im->g);
    for (uint32_t c = 0; c < v->ch; c++) {
        const long double var = (long double)p[3]->v[c] + epsilon;
        if (var <= 0) return ANY_REFUSE(im, n, "channel %u: variance + epsilon is %Lg, must be positive", (unsigned)c, var);
        x[c] = p[2]->v[c];
        x[v->ch + c] = p[0]->v[c] / sqrtl(var);
        x[2 * (size_t)v->ch + c] = p[1]->v[c];
    }
    status = any_push(im, n, &to, v->ch, x, x + v->ch, x + 2 * (size_t)v->ch);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

static long double bent_to(const bonnet_affine *bend, long double x)
{
    if (bend->below && x < 0) x *= *bend->below;
    if (bend->clamp) x = fminl(fmaxl(x, bend->low), bend->high);
    return x;
}

/* A bit stands for two numbers, and so it does behind a Relu or Clip, unless they are one then; levels that are all within stay. */
static int bent_bits(const bonnet_affine *bend, any_value *v)
{
    const long double reach = fabsl(v->mul) * any_planes(v);
    if (v->kind == ANY_BITS && !v->mean && !any_padded(v) && bend->n == 1 && bent_to(bend, v->add - reach) == v->add - reach &&
        bent_to(bend, v->add + reach) == v->add + reach && (!bend->below || v->add - reach >= 0))
        return 1;
    const long double a = bent_to(bend, v->add - v->mul), b = bent_to(bend, v->add + v->mul);
    if (v->kind != ANY_BITS || any_planes(v) != 1 || v->mean || any_padded(v) || bend->n != 1 || a == b) return 0;
    v->mul = (b - a) / 2, v->add = (a + b) / 2;
    return 1;
}

/* A step that is no line: `bend` is copied behind what was done to the sum. */
static bonnet_status bent(any_import *im, const bonnet_node *n, const bonnet_affine *bend)
{
    any_value to;
    bonnet_affine *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    if (!s) return bonnet_graph_no_memory(im->g);
    to = *any_in(im, n, 0);
    if (bent_bits(bend, &to)) return any_set(im, n, to);
    bonnet_status status = any_as_sum(im, n, any_in(im, n, 0), &to);
    if (status == BONNET_OK) status = any_push(im, n, &to, bend->n, NULL, NULL, NULL);
    if (status != BONNET_OK) return status;
    *s = *to.chain;
    s->below = bend->below, s->clamp = bend->clamp, s->low = bend->low, s->high = bend->high;
    to.chain = s;
    return any_set(im, n, to);
}

/* A Relu, PRelu or Clip reads a sum, which an operator that ends a network has not touched. */
static bonnet_status bendable(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    if (v->ended) return ended(im, n);
    return v->kind == ANY_SUM || v->kind == ANY_BITS || v->kind == ANY_IMAGE ? BONNET_OK
                                                                             : any_unfit(im, n, v, "it lies between a convolution and its sign");
}

static bonnet_status clamp(any_import *im, const bonnet_node *n, long double low, long double high)
{
    bonnet_status status = bendable(im, n);
    return status == BONNET_OK ? bent(im, n, &(bonnet_affine){.n = 1, .clamp = 1, .low = low, .high = high}) : status;
}

/* What is below 0 times a slope; a slope below 0 turns the numbers round there, and no threshold does that. */
static bonnet_status slopes(any_import *im, const bonnet_node *n, const long double *slope, uint32_t entries)
{
    for (uint32_t i = 0; i < entries; i++)
        if (!(slope[i] >= 0)) return ANY_REFUSE(im, n, "slope %u is %Lg; 0 or more fits", (unsigned)i, slope[i]);
    return bent(im, n, &(bonnet_affine){.n = entries, .below = slope});
}

bonnet_status any_prelu(any_import *im, const bonnet_node *n)
{
    const any_value *c = any_in(im, n, 1);
    long double *slope;
    uint32_t entries;
    bonnet_status status = bendable(im, n);
    if (status != BONNET_OK) return status;
    if (c->kind != ANY_CONST) return ANY_REFUSE(im, n, "its slope is not a constant");
    status = any_numbers(im, n, c->c, any_in(im, n, 0), &slope, &entries);
    return status == BONNET_OK ? slopes(im, n, slope, entries) : status;
}

bonnet_status any_leaky_relu(any_import *im, const bonnet_node *n)
{
    double alpha;
    bonnet_status status = bendable(im, n);
    if (status == BONNET_OK) status = bonnet_attr_float(im->g, n, "alpha", (double)0.01f, &alpha);
    if (status != BONNET_OK) return status;
    long double *slope = bonnet_arena_calloc(im->g->arena, 1, sizeof *slope);
    if (!slope) return bonnet_graph_no_memory(im->g);
    *slope = alpha;
    return slopes(im, n, slope, 1);
}

bonnet_status any_clip(any_import *im, const bonnet_node *n)
{
    static const char *const name[2] = {"min", "max"};
    long double bound[2] = {-HUGE_VALL, HUGE_VALL};
    for (uint32_t i = 0; i < 2; i++) {
        const any_value *v = any_in(im, n, i + 1);
        double x;
        if (v->kind == ANY_CONST && v->c->count == 1) bound[i] = v->c->v[0];
        else if (i + 1 < n->n_in && n->in[i + 1] >= 0) return ANY_REFUSE(im, n, "%s is not one constant number", name[i]);
        else if (bonnet_attr_find(n, name[i])) {
            bonnet_status status = bonnet_attr_float(im->g, n, name[i], 0, &x);
            if (status != BONNET_OK) return status;
            bound[i] = x;
        }
    }
    if (bound[0] > bound[1]) return ANY_REFUSE(im, n, "clips to %Lg..%Lg", bound[0], bound[1]);
    return clamp(im, n, bound[0], bound[1]);
}

bonnet_status any_relu(any_import *im, const bonnet_node *n) { return clamp(im, n, 0, HUGE_VALL); }
