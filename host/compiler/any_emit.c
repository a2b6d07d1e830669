/* SPDX-License-Identifier: Apache-2.0 */
/* any_emit.c - the sum that the graph ends with becomes int32 logits with one positive scale; layers become a checked network. */
#include <math.h>
#include <string.h>
#include "any.h"

/* What the graph computes: logit o = sum of w[o][i] * (+-1) + q[o], real numbers. */
typedef struct real_head {
    const bonnet_node *node;
    uint32_t outs;
    size_t inputs;
    long double *w, *q;
} real_head;

static bonnet_status head_read(any_import *im, const any_value *v, real_head *h)
{
    const any_sum *s = v->sum;
    const size_t n = any_filter(&s->l);
    *h = (real_head){.node = s->node, .outs = s->l.out_c, .inputs = n};
    h->w = bonnet_arena_calloc(im->g->arena, h->outs * n, sizeof *h->w);
    h->q = bonnet_arena_calloc(im->g->arena, h->outs, sizeof *h->q);
    if (!h->w || !h->q) return bonnet_graph_no_memory(im->g);
    for (const bonnet_affine *c = v->chain; c; c = c->prev)
        if (c->clamp || c->below)
            return ANY_REFUSE(im, s->node, "its sums are clamped and then are the output; take the Relu, PRelu or Clip off the end");
    for (uint32_t o = 0; o < h->outs; o++) {
        long double p = 1, sum = 0, terms;
        for (const bonnet_affine *c = v->chain; c; c = c->prev) p *= c->mul ? c->mul[c->n == 1 ? 0 : o] : 1;
        for (size_t i = 0; i < n; i++) {
            h->w[o * n + i] = p * s->mul * s->w[o * n + i];
            sum += s->w[o * n + i];
        }
        h->q[o] = bonnet_fold_value(v->chain, o, 0, &terms) + p * s->add * sum;
    }
    return BONNET_OK;
}

/* All weights are integers -128..127 times `unit`? *most: the largest. */
static int fits_unit(const real_head *h, long double unit, long double *most)
{
    *most = 0;
    for (size_t i = 0; i < h->outs * h->inputs; i++) {
        const long double q = nearbyintl(h->w[i] / unit);
        if (q < -128 || q > 127 || fabsl(q * unit - h->w[i]) > 1e-12L * fabsl(h->w[i])) return 0;
        if (fabsl(q) > *most) *most = fabsl(q);
    }
    return *most > 0;
}

/* A unit of which all weights are small integers; 0: none of those tried. */
static long double unit_of(const real_head *h, const any_value *v)
{
    long double smallest = 0, most;
    for (size_t i = 0; i < h->outs * h->inputs; i++)
        if (h->w[i] != 0 && (smallest == 0 || fabsl(h->w[i]) < smallest)) smallest = fabsl(h->w[i]);
    if (smallest == 0) return 0;
    if (fits_unit(h, smallest, &most)) return smallest;
    const any_sum *s = v->sum;
    long double p = fabsl(s->mul);
    for (const bonnet_affine *c = v->chain; c; c = c->prev) p *= c->mul ? fabsl(c->mul[0]) : 1;
    if (s->unit > 0 && p > 0 && fits_unit(h, p * s->unit, &most)) return p * s->unit;
    return p > 0 && fits_unit(h, p, &most) ? p : 0;
}

/* The largest error of a logit if all numbers are rounded to multiples of `unit`. */
static long double error_of(const real_head *h, long double unit)
{
    long double worst = 0;
    for (uint32_t o = 0; o < h->outs; o++) {
        long double e = fabsl(nearbyintl(h->q[o] / unit) * unit - h->q[o]);
        if (e <= 1e-12L * (fabsl(h->q[o]) + unit)) e = 0; /* what is left of a bias that cancels */
        for (size_t i = 0; i < h->inputs; i++) {
            const long double w = h->w[o * h->inputs + i], d = fabsl(nearbyintl(w / unit) * unit - w);
            if (d > 1e-12L * fabsl(w)) e += d;
        }
        if (e > worst) worst = e;
    }
    return worst;
}

/* All weights are 0, as a mean of windows may leave them: the biases alone are the logits. */
static bonnet_status biases_unit(any_import *im, const real_head *h, long double *unit)
{
    long double least = 0;
    for (uint32_t o = 0; o < h->outs; o++)
        if (h->q[o] != 0 && (least == 0 || fabsl(h->q[o]) < least)) least = fabsl(h->q[o]);
    for (int m = 1; m <= 127; m++) {
        *unit = least > 0 ? least / m : 1;
        if (error_of(h, *unit) == 0) return BONNET_OK;
    }
    return ANY_REFUSE(im, h->node, "all weights of the last layer are 0, and its biases no small multiples of one number");
}

/* A bias that all classes have (a norm of one number behind the last layer, as FINN's networks end with) moves none before another, nor a Softmax: what is no
 * multiple of the unit is left out. The finest unit leaves out least. 0: the rest of the biases is no multiple. */
static int common_bias(any_import *im, real_head *h, long double exact, long double most, long double *unit)
{
    *unit = exact / floorl(127 / most);
    const long double rest = h->q[0] - nearbyintl(h->q[0] / *unit) * *unit;
    for (uint32_t o = 0; o < h->outs; o++)
        if (fabsl(remainderl(h->q[o] - rest, *unit)) > 1e-12L * (fabsl(h->q[o]) + *unit)) return 0;
    for (uint32_t o = 0; o < h->outs; o++) h->q[o] -= rest;
    im->left_out = (double)rest;
    return 1;
}

/* The unit of the integer logits: exact if one is, else the finest that int8 weights allow. */
static bonnet_status choose_unit(any_import *im, real_head *h, const any_value *v, long double *unit)
{
    const long double exact = unit_of(h, v);
    long double largest = 0, most = 1;
    for (size_t i = 0; i < h->outs * h->inputs; i++) largest = fabsl(h->w[i]) > largest ? fabsl(h->w[i]) : largest;
    if (largest == 0) return biases_unit(im, h, unit);
    if (exact > 0) fits_unit(h, exact, &most);
    for (int m = 1; exact > 0 && (m == 1 || m * most <= 127); m++) { /* a finer unit for the biases */
        *unit = exact / m;
        if (error_of(h, *unit) == 0) return BONNET_OK;
    }
    if (exact > 0 && most <= 127 && common_bias(im, h, exact, most, unit)) return BONNET_OK;
    *unit = exact > 0 ? exact / (most < 127 ? floorl(127 / most) : 1) : largest / 127;
    im->error_bound = (double)error_of(h, *unit);
    if (im->allow_inexact) return BONNET_OK;
    return ANY_REFUSE(im, h->node,
                      "the last layer's %s are no small integers times one scale; --allow-inexact rounds them, logits are then off by up to %.3g",
                      exact > 0 ? "biases" : "weights", im->error_bound);
}

/* Bits that stand for what falls turn the weights, of which -128 then is no int8: the same sum of the map turned. */
static bonnet_status unturned(any_import *im, any_value *v)
{
    any_sum *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    const uint32_t bits = v->sum->l.in_c;
    const any_value in = {.kind = ANY_BITS, .layer = v->sum->l.in.map, .ch = bits, .h = v->sum->l.in_h, .w = v->sum->l.in_w};
    int32_t *t = bonnet_arena_calloc(im->g->arena, bits, sizeof *t);
    uint8_t *turn = bonnet_arena_calloc(im->g->arena, bits, 1);
    if (!s || !t || !turn) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < bits; i++) t[i] = (int32_t)i, turn[i] = 1;
    *s = *v->sum;
    s->mul = -s->mul;
    v->sum = s;
    return any_pick(im, s->node, &in, NULL, bits, t, turn, &s->l.in.map);
}

static bonnet_status logits(any_import *im, const any_value *of)
{
    any_value plain = *of, *v = &plain;
    const any_sum *s = v->sum;
    real_head h;
    long double unit = 1;
    int32_t at;
    bonnet_layer l = s->l;
    if (l.kind != BONNET_LAYER_BCONV) return ANY_REFUSE(im, s->node, "reads the image and is the output; a network has a sign between them");
    if (v->pool || l.out_h * l.out_w != 1 || l.win.groups != 1 || (l.win.top | l.win.left | l.win.bottom | l.win.right))
        return ANY_REFUSE(im, s->node, "is the output with %ux%u positions, a border, groups or a MaxPool; one dense layer fits", (unsigned)l.out_h,
                          (unsigned)l.out_w);
    bonnet_status status = head_read(im, v, &h);
    if (status == BONNET_OK && s->mul < 0 && unit_of(&h, v) == 0) {
        status = unturned(im, v);
        if (status == BONNET_OK) status = head_read(im, v, &h);
        l = v->sum->l;
    }
    if (status == BONNET_OK) status = choose_unit(im, &h, v, &unit);
    if (status != BONNET_OK) return status;
    const uint32_t taps = l.win.kernel_h * l.win.kernel_w;
    int8_t *w8 = bonnet_arena_calloc(im->g->arena, h.outs, h.inputs);
    int32_t *c = bonnet_arena_calloc(im->g->arena, h.outs, sizeof *c);
    if (!w8 || !c) return bonnet_graph_no_memory(im->g);
    for (uint32_t o = 0; o < h.outs; o++) {
        const long double q = nearbyintl(h.q[o] / unit);
        if (!(fabsl(q) < 0x1p31L)) return ANY_REFUSE(im, h.node, "bias %u is %Lg times the weights' unit; less than 2^31 fits", (unsigned)o, q);
        c[o] = (int32_t)q;
        for (size_t i = 0; i < h.inputs; i++) /* [channel][tap] to [tap][channel] */
            w8[o * h.inputs + i % taps * l.in_c + i / taps] = (int8_t)nearbyintl(h.w[o * h.inputs + i] / unit);
    }
    l.kind = BONNET_LAYER_BSUM, l.w8 = w8, l.c = c, l.win.edge = 0;
    any_finish(&l, s->node);
    im->scale = (double)unit;
    status = any_layer(im, s->node, &l, &at);
    if (status == BONNET_OK && im->scale == 1 && im->error_bound == 0 && im->left_out == 0) im->map[at] = im->g->output;
    return status;
}

static bonnet_status copy(any_import *im, bonnet_net *net)
{
    char why[sizeof im->g->err->text];
    const bonnet_net from = {.k = 1, .n_layers = im->n_layers, .layers = im->layers};
    memcpy(net->layers, im->layers, im->n_layers * sizeof *net->layers);
    net->k = 1;
    net->classes = im->layers[im->n_layers - 1].out_c;
    bonnet_printable(net->name, sizeof net->name, "net");
    if (bonnet_net_check_shape(net, why, sizeof why)) return bonnet_fail(im->g->err, BONNET_EUNSUPPORTED, "%s", why);
    for (uint32_t i = 0; i < net->n_layers; i++) {
        char text[256] = "";
        if (!bonnet_net_alloc_params(net, i)) return bonnet_graph_no_memory(im->g);
        for (int p = 0; p < BONNET_PARAMS; p++) {
            const size_t bytes = bonnet_net_param_count(&from, i, (bonnet_param)p) * bonnet_net_param_size((bonnet_param)p);
            if (bytes) memcpy(bonnet_net_param_data(net, i, (bonnet_param)p), bonnet_net_param(&from, i, (bonnet_param)p), bytes);
        }
        if (im->map[i] >= 0) bonnet_printable(text, sizeof text, im->g->edges[im->map[i]].name);
        if (!bonnet_net_set_tensor(net, i, text)) return bonnet_graph_no_memory(im->g);
    }
    bonnet_status status = bonnet_metadata_fill(im->g, net);
    net->logit_scale = im->scale;
    if (status == BONNET_OK && bonnet_net_check(net, why, sizeof why)) status = bonnet_fail(im->g->err, BONNET_EUNSUPPORTED, "%s", why);
    return status;
}

bonnet_status any_emit(any_import *im, bonnet_net **out)
{
    const any_value *v = &im->values[im->g->output];
    if (v->kind != ANY_SUM)
        return bonnet_fail(im->g->err, BONNET_EUNSUPPORTED, "ONNX: the output is %s; the sums of a last Gemm, MatMul or Conv fit", any_name(v));
    if (v->side) return bonnet_fail(im->g->err, BONNET_EUNSUPPORTED, "ONNX: the output adds a binary map to sums; one Gemm, MatMul or Conv fits");
    if (v->parts) return bonnet_fail(im->g->err, BONNET_EUNSUPPORTED, "ONNX: the output is a Concat of sums; one Gemm, MatMul or Conv fits");
    bonnet_status status = logits(im, v);
    if (status != BONNET_OK) return status;
    bonnet_net *net = bonnet_net_alloc(im->n_layers);
    if (!net) return bonnet_graph_no_memory(im->g);
    status = copy(im, net);
    if (status == BONNET_OK) *out = net;
    else bonnet_net_free(net);
    return status;
}
