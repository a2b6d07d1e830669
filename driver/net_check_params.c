/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_check_params.c - the second half of bonnet_net_check: every number of a network whose shapes have passed.
 *
 * Bounds are exact, not typical: the largest sum that any image could produce must fit, so that hardware, golden and cpu never
 * wrap and never have to agree on how to.
 */
#include <limits.h>
#include "net_check.h"

#define RULE(holds, ...)                                                                                                                             \
    do {                                                                                                                                             \
        if (!bonnet_net_rule(c, (holds), __VA_ARGS__)) return 0;                                                                                     \
    } while (0)

static uint32_t magnitude(int32_t x) { return x < 0 ? 0u - (uint32_t)x : (uint32_t)x; }

static int present_ok(const bonnet_check *c, uint32_t layer)
{
    static const char *const name[BONNET_PARAMS] = {"bits", "tp", "pool_and", "w8", "sh", "dw8", "border", "t", "a", "b", "s", "c"};
    for (int which = 0; which < BONNET_PARAMS; which++) {
        int want = bonnet_net_param_count(c->net, layer, (bonnet_param)which) != 0;
        int have = bonnet_net_param(c->net, layer, (bonnet_param)which) != NULL;
        RULE(want <= have, "parameter %s is missing", name[which]);
        RULE(have <= want, "parameter %s does not belong here", name[which]);
    }
    return 1;
}

static int stem_ok(const bonnet_check *c, const bonnet_layer *l)
{
    for (size_t i = 0; i < bonnet_net_param_count(c->net, (uint32_t)c->layer, BONNET_PARAM_W8); i++)
        RULE(l->w8[i] >= -127, "weight %zu is -128, not -127..127", i);
    for (uint32_t o = 0; o < l->out_c; o++) {
        RULE(l->sh[o] <= 24, "channel %u shifts by %u, not 0..24", o, l->sh[o]);
        for (uint32_t j = 0; j < c->net->k; j++) {
            int32_t t = l->t[o * c->net->k + j];
            RULE(t >= -(1 << 19) && t < 1 << 19, "channel %u threshold %d is not 20 bits signed", o, t);
        }
    }
    return 1;
}

static int thresholds_ok(const bonnet_check *c, const bonnet_layer *l, uint32_t dot)
{
    for (uint32_t i = 0; i < l->conv_c * c->net->k; i++)
        RULE(l->tp[i] <= dot + 1, "channel %u threshold %u is not 0..%u", i / c->net->k, l->tp[i], dot + 1);
    for (uint32_t o = 0; l->pool_and && o < l->conv_c; o++) RULE(l->pool_and[o] <= 1, "channel %u pool_and is %u, not 0 or 1", o, l->pool_and[o]);
    return 1;
}

static int last_ok(const bonnet_check *c, const bonnet_layer *l)
{
    for (uint32_t o = 0; o < l->conv_c; o++) { /* n runs over -9*in_c..9*in_c, m over -k..k */
        uint64_t most = (uint64_t)magnitude(l->a[o]) * 9 * l->in_c + (uint64_t)magnitude(l->b[o]) * c->net->k + magnitude(l->c[o]);
        RULE(most < 1u << 30, "channel %u: |A*n + B*m + C| can reach 2^30", o);
    }
    uint64_t sum = (uint64_t)l->out_h * l->out_w * 32768 + ((1u << l->s2) >> 1);
    RULE(sum <= INT32_MAX, "the sum over %u x %u positions does not fit 32 bits", l->out_h, l->out_w);
    return 1;
}

static int fc_ok(const bonnet_check *c, const bonnet_layer *l)
{
    for (uint32_t i = 0; i < l->out_c; i++) {
        int64_t most = l->c[i], least = l->c[i]; /* features run over -32768..32767 */
        for (uint32_t j = 0; j < l->in_c; j++) {
            int64_t w = l->w8[(size_t)i * l->in_c + j];
            most += w > 0 ? w * 32767 : w * -32768;
            least += w > 0 ? w * -32768 : w * 32767;
        }
        RULE(most <= INT32_MAX && least >= INT32_MIN, "logit %u may leave 32 bits", i);
    }
    return 1;
}

/* Printable enough not to disturb a terminal; any length. */
static int labels_ok(const bonnet_check *c)
{
    for (uint32_t i = 0; c->net->labels && i < c->net->classes; i++) {
        RULE(c->net->labels[i] != NULL, "label %u is missing", i);
        for (const unsigned char *p = (const unsigned char *)c->net->labels[i]; *p; p++)
            RULE(*p >= 0x20 && *p != 0x7f, "label %u holds a control character", i);
    }
    return 1;
}

int bonnet_net_check_params(bonnet_check *c)
{
    c->layer = -1;
    if (!labels_ok(c)) return 0;
    for (uint32_t i = 0; i < c->net->n_layers; i++) {
        const bonnet_layer *l = &c->net->layers[i];
        c->layer = (int)i;
        if (!present_ok(c, i)) return 0;
        switch (l->kind) {
        case BONNET_LAYER_STEM:
            if (!stem_ok(c, l)) return 0;
            break;
        case BONNET_LAYER_CONV:
            if (!thresholds_ok(c, l, 9 * l->in_c)) return 0;
            break;
        case BONNET_LAYER_DOWN:
            if (!thresholds_ok(c, l, l->in_c * c->net->k)) return 0;
            break;
        case BONNET_LAYER_LAST:
            if (!last_ok(c, l)) return 0;
            break;
        case BONNET_LAYER_MAP: break; /* has no numbers; where it may stand is the shapes' business */
        case BONNET_LAYER_FC:
            if (!fc_ok(c, l)) return 0;
            break;
        default:
            if (!bonnet_net_check_general_params(c, l)) return 0;
            break;
        }
    }
    return 1;
}
