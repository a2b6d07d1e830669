/* SPDX-License-Identifier: Apache-2.0 */
/* profile_test.c - bonnet_profile.h: what a layer has to do, counted by walking through it; rooflines; bounds that add up. */
#include <math.h>
#include "bonnet_profile.h"
#include "unit.h"

static int near(double a, double b) { return fabs(a - b) <= 1e-12 * fabs(b) + 1e-15; }

static bonnet_shape conv(uint32_t side, uint32_t c_in, uint32_t c_out, uint32_t k, uint32_t groups)
{
    return (bonnet_shape){.op = BONNET_OP_CONV,
                          .h_in = side,
                          .w_in = side,
                          .c_in = c_in,
                          .h_out = side,
                          .w_out = side,
                          .c_out = c_out,
                          .kh = k,
                          .kw = k,
                          .stride_h = 1,
                          .stride_w = 1,
                          .groups = groups,
                          .act_bits = 8,
                          .weight_bits = 8};
}

/* Operations and weights of a small layer, one by one. */
static void counted(unit *u)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        const uint32_t groups = 1 + unit_below(u, 3), k = 1 + unit_below(u, 4);
        bonnet_shape s = conv(1 + unit_below(u, 6), groups * (1 + unit_below(u, 4)), groups * (1 + unit_below(u, 4)), k, groups);
        double products = 0, weights = 0;
        bonnet_work w;
        s.op = 1 + unit_below(u, 3), s.h_out = 1 + unit_below(u, 6), s.kw = 1 + unit_below(u, 3);
        if (s.op == BONNET_OP_DEPTHWISE) s.c_out = s.c_in;
        for (uint32_t out = 0; out < s.c_out; out++)
            for (uint32_t in = 0; in < s.c_in; in++) {
                if (s.op == BONNET_OP_CONV ? out / (s.c_out / groups) != in / (s.c_in / groups) : in != out % s.c_in) continue;
                for (uint32_t tap = 0; tap < s.kh * s.kw; tap++) weights++;
            }
        products = s.op == BONNET_OP_POOL ? (double)s.c_out * s.kh * s.kw * s.h_out * s.w_out : weights * s.h_out * s.w_out;
        if (s.op == BONNET_OP_POOL) weights = 0;
        const double bytes = (double)s.h_in * s.w_in * s.c_in + (double)s.h_out * s.w_out * s.c_out + weights;
        wrong += bonnet_work_of(&w, &s) != BONNET_OK || w.ops != 2 * products || w.weights != weights || w.bytes != bytes;
    }
    UNIT(u, !wrong, "operations, weights and bytes are those that a walk through the layer counts", "%u layers differ", wrong);
}

/* 1 Gop/s on 16 x 16 channels: what falls beside them costs as much as a full step, or alpha of it. */
static void refined(unit *u)
{
    bonnet_layer_model m = {BONNET_MODEL_REFINED, {.roofline = {1e9, 1e9, {0, 0}, {0, 0}, {16, 1}, {16, 0.5}, 0.25}}};
    bonnet_shape s = conv(32, 24, 48, 3, 1);
    bonnet_cost c, flat;
    const double ms = 2.0 * 9 * 24 * 48 * 32 * 32 / 1e6;
    int good = bonnet_layer_cost(&c, &m, &s) == BONNET_OK && near(c.ms, ms * 32 / 24) && near(c.ms_lo, 0.75 * c.ms) && near(c.ms_hi, 1.25 * c.ms);
    UNIT(u, good && c.mj < 0, "24 of 32 lanes cost 32", "%g ms, wanted %g", c.ms, ms * 32 / 24);
    s = conv(32, 32, 24, 3, 1);
    good = bonnet_layer_cost(&c, &m, &s) == BONNET_OK && near(c.ms, 2.0 * 9 * 24 * 32 * 32 * 32 / 1e6 * (1 + 32 / 24.0) / 2);
    UNIT(u, good, "alpha 1/2 loses half of what is idle", "%g ms", c.ms);
    s = conv(32, 3, 48, 3, 1);
    good = bonnet_layer_cost(&c, &m, &s) == BONNET_OK && near(c.ms, 2.0 * 9 * 3 * 48 * 32 * 32 / 1e6);
    UNIT(u, good, "fewer channels than lanes are replicated", "%g ms", c.ms);
    m.of.roofline.bytes_per_s = 1e6;
    s = conv(32, 24, 24, 1, 1);
    good = bonnet_layer_cost(&c, &m, &s) == BONNET_OK;
    m.kind = BONNET_MODEL_ROOFLINE;
    good = good && bonnet_layer_cost(&flat, &m, &s) == BONNET_OK && c.ms == flat.ms && near(c.ms, (2.0 * 24 * 32 * 32 + 24 * 24) / 1e3);
    UNIT(u, good, "where bytes decide nothing is refined", "%g ms and %g", c.ms, flat.ms);
    s = conv(1, 64, 10, 1, 4);
    UNIT(u, bonnet_layer_cost(&c, &m, &s) == BONNET_EINVAL, "channels that groups do not divide are refused", "taken");
    m.of.roofline.error = 2;
    s.groups = 1;
    UNIT(u, bonnet_layer_cost(&c, &m, &s) == BONNET_EINVAL, "an error of 2 is refused", "taken");
}

static void sums(unit *u)
{
    bonnet_cost sum = {0, 0, 0, 0}, a = {2, 1, 4, 3}, b = {1, 1, 1, -1};
    bonnet_cost_add(&sum, &a);
    bonnet_cost_add(&sum, &a);
    UNIT(u, sum.ms == 4 && sum.ms_lo == 2 && sum.ms_hi == 8 && sum.mj == 6, "costs and bounds add up", "%g %g %g %g", sum.ms, sum.ms_lo, sum.ms_hi,
         sum.mj);
    bonnet_cost_add(&sum, &b);
    bonnet_cost_add(&sum, &a);
    UNIT(u, sum.mj < 0 && sum.ms == 7, "an unknown energy stays unknown", "%g mJ", sum.mj);
    bonnet_cost_power(&sum, 2500);
    UNIT(u, sum.mj == 17.5, "2.5 W for 7 ms are 17.5 mJ", "%g mJ", sum.mj);
    const bonnet_layer_model table = {BONNET_MODEL_TABLE, {.table = {3, 4, 5, -1}}};
    const bonnet_shape s = conv(1, 1, 1, 1, 1);
    UNIT(u, bonnet_layer_cost(&sum, &table, &s) == BONNET_EINVAL, "an interval without its value is refused", "taken");
}

enum { LAYERS = 12, RULES = 5, KINDS = 3 };

/* Edges that leave group `of`: how many, and where the last one goes. */
static uint32_t leaving(const bonnet_graph_layer *g, uint32_t n, const uint32_t *group, uint32_t of, uint32_t *to)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < g[i].inputs; j++)
            if (group[g[i].input[j]] == of && group[i] != of) count++, *to = i;
    return count;
}

/* The same rewriting with groups and edges looked up anew every time. */
static int fused_differs(const bonnet_graph_layer *got, const bonnet_graph_layer *g, uint32_t n, const bonnet_fusion *rules, uint32_t n_rules,
                         int every)
{
    uint32_t group[LAYERS], kind[LAYERS], last[LAYERS], to = 0;
    int wrong = 0;
    for (uint32_t i = 0; i < n; i++) group[i] = last[i] = i, kind[i] = g[i].kind;
    for (uint32_t r = 0; r < n_rules; r++)
        for (uint32_t i = 0; i < n; i++) {
            if (group[i] != i || kind[i] != rules[r].first || leaving(g, n, group, i, &to) != 1 || group[to] != to || kind[to] != rules[r].second)
                continue;
            kind[i] = rules[r].result, last[i] = last[to];
            for (uint32_t j = 0; j < n; j++)
                if (group[j] == to) group[j] = i;
        }
    for (uint32_t i = 0; i < n; i++) {
        double read = 0;
        wrong += got[i].into != group[i];
        if (group[i] != i || !g[i].inputs) continue;
        for (uint32_t k = 0; k < n; k++)
            for (uint32_t j = 0; j < g[k].inputs; j++)
                if (every ? group[k] == i && group[g[k].input[j]] != i : k == i && !j) read += g[g[k].input[j]].shape.c_out;
        wrong += got[i].kind != kind[i] || got[i].shape.read != read;
        wrong += got[i].shape.written != (last[i] == i ? 0 : g[last[i]].shape.c_out);
    }
    return wrong;
}

static void fusions(unit *u)
{
    uint32_t wrong = 0, merged = 0;
    for (uint32_t c = 0; c < u->cases * 10; c++) {
        bonnet_graph_layer g[LAYERS], got[LAYERS];
        bonnet_fusion rules[RULES];
        uint32_t inputs[LAYERS][3], n = 1 + unit_below(u, LAYERS), n_rules = unit_below(u, RULES + 1);
        memset(g, 0, sizeof g);
        for (uint32_t i = 0; i < n; i++) {
            g[i].kind = unit_below(u, KINDS), g[i].input = inputs[i], g[i].inputs = i ? 1 + (unit_below(u, 4) == 0) : 0;
            for (uint32_t j = 0; j < g[i].inputs; j++) inputs[i][j] = unit_below(u, 2) ? i - 1 : unit_below(u, i);
            g[i].shape = conv(1, 1 + unit_below(u, 9), 1 + unit_below(u, 99), 1, 1);
        }
        for (uint32_t i = 0; i < n_rules; i++) rules[i] = (bonnet_fusion){unit_below(u, KINDS), unit_below(u, KINDS), unit_below(u, KINDS)};
        memcpy(got, g, sizeof got);
        const uint32_t every = unit_below(u, 2);
        wrong += bonnet_graph_fuse(got, n, rules, n_rules, every) != BONNET_OK || fused_differs(got, g, n, rules, n_rules, (int)every);
        for (uint32_t i = 0; i < n; i++) merged += got[i].into != i;
    }
    UNIT(u, !wrong && merged > u->cases, "layers done in one go are those of the plain rewriting", "%u graphs differ, %u layers merged", wrong,
         merged);
    const uint32_t itself = 0;
    bonnet_graph_layer loop = {.inputs = 1, .input = &itself, .shape = conv(1, 1, 1, 1, 1)};
    UNIT(u, bonnet_graph_fuse(&loop, 1, NULL, 0, 1) == BONNET_EINVAL, "a layer that reads itself is refused", "taken");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "profile", 1, 300);
    fusions(&u);
    counted(&u);
    refined(&u);
    sums(&u);
    return unit_end(&u);
}
