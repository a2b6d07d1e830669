/* SPDX-License-Identifier: Apache-2.0 */
/* profile.c - what a layer has to do, and what that takes by its model. */
#include <math.h>
#include "bonnet_stairs.h"
#include "profile_models.h"

static const double most_elements = 9007199254740992.0; /* 2^53 */

void bonnet_cost_add(bonnet_cost *sum, const bonnet_cost *cost)
{
    sum->ms += cost->ms, sum->ms_lo += cost->ms_lo, sum->ms_hi += cost->ms_hi;
    sum->mj = sum->mj < 0 || cost->mj < 0 ? -1 : sum->mj + cost->mj;
}

void bonnet_cost_power(bonnet_cost *cost, double milliwatts) { cost->mj = cost->ms * milliwatts / 1000; }

static bool size_ok(uint32_t n) { return n >= 1 && n <= BONNET_SHAPE_MAX; }

static bool shape_ok(const bonnet_shape *s)
{
    const bool sums = s->op == BONNET_OP_CONV, kernel = sums || s->op == BONNET_OP_DEPTHWISE || s->op == BONNET_OP_POOL;
    if (s->op > BONNET_OP_MOVE) return false;
    if (!size_ok(s->h_in) || !size_ok(s->w_in) || !size_ok(s->c_in) || !size_ok(s->h_out) || !size_ok(s->w_out) || !size_ok(s->c_out)) return false;
    if (kernel && (!size_ok(s->kh) || !size_ok(s->kw))) return false;
    if (sums && (!size_ok(s->groups) || s->c_in % s->groups || s->c_out % s->groups)) return false;
    if (s->op == BONNET_OP_DEPTHWISE && s->c_in != s->c_out) return false;
    if (!s->act_bits || s->act_bits > 64 || !s->weight_bits || s->weight_bits > 64) return false;
    return s->read >= 0 && s->read <= most_elements && s->written >= 0 && s->written <= most_elements;
}

bonnet_status bonnet_work_of(bonnet_work *out, const bonnet_shape *s)
{
    if (!out || !s) return BONNET_EINVAL;
    if (s->op == BONNET_OP_NONE) {
        *out = (bonnet_work){0, 0, 0, 0, 0};
        return BONNET_OK;
    }
    if (!shape_ok(s)) return BONNET_EINVAL;
    const double pixels = (double)s->h_out * s->w_out, kernel = (double)s->kh * s->kw;
    bonnet_work w = {.read = s->read > 0 ? s->read : (double)s->h_in * s->w_in * s->c_in, .written = s->written > 0 ? s->written : pixels * s->c_out};
    if (s->op == BONNET_OP_CONV) w.weights = kernel * (s->c_in / s->groups) * s->c_out;
    if (s->op == BONNET_OP_DEPTHWISE) w.weights = kernel * s->c_out;
    w.ops = s->op == BONNET_OP_POOL ? 2 * kernel * pixels * s->c_out : 2 * w.weights * pixels;
    w.bytes = ((w.read + w.written) * s->act_bits + w.weights * s->weight_bits) / 8;
    *out = w;
    return BONNET_OK;
}

/* A measured value, as whoever measured it tells it. */
static bonnet_status table_cost(bonnet_cost *out, const bonnet_cost *t)
{
    if (!(t->ms_lo >= 0 && t->ms_lo <= t->ms && t->ms <= t->ms_hi) || !isfinite(t->ms_hi) || !isfinite(t->mj)) return BONNET_EINVAL;
    *out = *t;
    return BONNET_OK;
}

/* The interval is that of the fit; a time is never below 0. */
static bonnet_status stairs_cost(bonnet_cost *out, const bonnet_layer_stairs *m, const bonnet_shape *shape)
{
    double seconds;
    if (!m || !(m->spread >= 0) || !isfinite(m->spread)) return BONNET_EINVAL;
    if (!shape->layer) return BONNET_EUNSUPPORTED;
    const bonnet_status status = bonnet_layer_stairs_at(&seconds, m, shape->layer);
    if (status != BONNET_OK) return status;
    if (!(seconds >= 0) || !isfinite(seconds)) return BONNET_EINVAL;
    const double ms = seconds * 1e3;
    *out = (bonnet_cost){ms, m->spread < 1 ? ms * (1 - m->spread) : 0, ms * (1 + m->spread), -1};
    return BONNET_OK;
}

bonnet_status bonnet_layer_cost(bonnet_cost *out, const bonnet_layer_model *model, const bonnet_shape *shape)
{
    bonnet_work work;
    if (!out || !model) return BONNET_EINVAL;
    const bonnet_status status = bonnet_work_of(&work, shape);
    if (status != BONNET_OK) return status;
    if (shape->op == BONNET_OP_NONE || model->kind == BONNET_MODEL_FREE) {
        *out = (bonnet_cost){0, 0, 0, 0};
        return BONNET_OK;
    }
    switch (model->kind) {
    case BONNET_MODEL_ROOFLINE: return profile_roofline(out, &model->of.roofline, false, shape, &work);
    case BONNET_MODEL_REFINED: return profile_roofline(out, &model->of.roofline, true, shape, &work);
    case BONNET_MODEL_STAIRS: return stairs_cost(out, model->of.stairs, shape);
    case BONNET_MODEL_TABLE: return table_cost(out, &model->of.table);
    default: return BONNET_EUNSUPPORTED;
    }
}
