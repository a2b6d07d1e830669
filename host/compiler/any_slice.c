/* SPDX-License-Identifier: Apache-2.0 */
/* any_slice.c - Slice, Split and Gather of channels: of a binary map a layer that picks them, of a sum its filters. */
#include "any.h"

bonnet_status any_take(any_import *im, const bonnet_node *n, int32_t edge, uint32_t count, const uint32_t *index)
{
    const any_value *v = any_in(im, n, 0);
    any_value to = *v;
    bonnet_status status;
    if (count < 1 || count > BONNET_MAX_WIDE_CHANNELS)
        return ANY_REFUSE(im, n, "takes %u channels; 1 to %d fit", (unsigned)count, BONNET_MAX_WIDE_CHANNELS);
    if (v->kind == ANY_SUM) {
        status = any_sum_pick(im, n, v, count, index, &to);
    } else {
        const uint32_t planes = any_planes(v);
        int32_t *t = bonnet_arena_calloc(im->g->arena, (size_t)count * planes, sizeof *t);
        if (!t) return bonnet_graph_no_memory(im->g);
        for (uint32_t i = 0; i < count * planes; i++) t[i] = (int32_t)(index[i / planes] * planes + i % planes);
        status = any_pick(im, n, v, NULL, count * planes, t, NULL, &to.layer);
        to.ch = count;
    }
    return status == BONNET_OK ? any_set_at(im, n, edge, to) : status;
}

/* What has channels that can be taken, and how many numbers a channel is along the axis. */
static bonnet_status takeable(any_import *im, const bonnet_node *n, int64_t axis, uint32_t *per)
{
    const any_value *v = any_in(im, n, 0);
    if (v->kind != ANY_BITS && v->kind != ANY_SUM) return any_unfit(im, n, v, "channels are taken of a binary map or a sum");
    if (v->ended || any_padded(v)) return ANY_REFUSE(im, n, "follows a Pad or the end of the network");
    if (!any_axis(v, axis)) return ANY_REFUSE(im, n, "axis %lld; %d, the channels, fits", (long long)axis, v->last && !v->flat ? 3 : 1);
    if (v->flat && v->last) return ANY_REFUSE(im, n, "takes channels of a map flattened with its channels last; before the Flatten it fits");
    *per = v->flat && !v->mean ? v->h * v->w : 1;
    return BONNET_OK;
}

/* `count` numbers from `first` on as channels; refused if a channel of a flattened map is cut. */
static bonnet_status run(any_import *im, const bonnet_node *n, int32_t edge, uint32_t per, int64_t first, int64_t count, int64_t step)
{
    if (per > 1 && (first % per || count % per || step != 1))
        return ANY_REFUSE(im, n, "takes numbers %lld to %lld of a flattened map; whole channels, of %u numbers, fit", (long long)first,
                          (long long)(first + count), (unsigned)per);
    const uint32_t channels = (uint32_t)(count / per);
    uint32_t *index = bonnet_arena_calloc(im->g->arena, channels, sizeof *index);
    if (!index) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < channels; i++) index[i] = (uint32_t)(first / per + step * i);
    return any_take(im, n, edge, channels, index);
}

/* Input i as a whole number within +-2^53; `missing` if it is not there. */
static bonnet_status whole(any_import *im, const bonnet_node *n, uint32_t i, const char *what, int64_t missing, int64_t *out)
{
    const any_value *v = any_in(im, n, i);
    *out = missing;
    if (i >= n->n_in || n->in[i] < 0) return BONNET_OK;
    if (v->kind != ANY_CONST || v->c->count != 1) return ANY_REFUSE(im, n, "%s is not one constant number; one, along the channels, fits", what);
    const double x = v->c->v[0];
    *out = x > 0x1p53 ? INT64_C(1) << 53 : x < -0x1p53 ? -(INT64_C(1) << 53) : (int64_t)x;
    return BONNET_OK;
}

bonnet_status any_slice(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    int64_t start, end, axis, step;
    uint32_t per;
    bonnet_status status = whole(im, n, 1, "starts", 0, &start);
    if (status == BONNET_OK) status = whole(im, n, 2, "ends", 0, &end);
    if (status == BONNET_OK) status = whole(im, n, 3, "axes", 0, &axis);
    if (status == BONNET_OK) status = whole(im, n, 4, "steps", 1, &step);
    if (status == BONNET_OK) status = takeable(im, n, axis, &per);
    if (status != BONNET_OK) return status;
    const int64_t all = (int64_t)v->ch * per, low = step < 0 ? -1 : 0, high = step < 0 ? all - 1 : all; /* as Python clamps them */
    if (step == 0) return ANY_REFUSE(im, n, "steps is 0");
    if (start < 0) start += all;
    if (end < 0) end += all;
    start = start < low ? low : start > high ? high : start;
    end = end < low ? low : end > high ? high : end;
    const int64_t span = step < 0 ? start - end : end - start, stride = step < 0 ? -step : step;
    return run(im, n, n->out, per, start, span <= 0 ? 0 : (span + stride - 1) / stride, step);
}

bonnet_status any_split(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0), *sizes = any_in(im, n, 1);
    const Onnx__AttributeProto *a = bonnet_attr_find(n, "split");
    int64_t axis, parts, at = 0;
    uint32_t per;
    bonnet_status status = bonnet_attr_int(im->g, n, "axis", 0, &axis);
    if (status == BONNET_OK) status = bonnet_attr_int(im->g, n, "num_outputs", n->n_out, &parts);
    if (status == BONNET_OK) status = takeable(im, n, axis, &per);
    if (status != BONNET_OK) return status;
    if (n->n_in > 1 && n->in[1] >= 0 && sizes->kind != ANY_CONST) return ANY_REFUSE(im, n, "its sizes are not constants");
    const size_t given = sizes->kind == ANY_CONST ? sizes->c->count : a ? a->n_ints : (size_t)parts;
    const int64_t all = (int64_t)v->ch * per, each = parts > 0 ? (all + parts - 1) / parts : 0;
    if (given != n->n_out || parts < 1) return ANY_REFUSE(im, n, "%zu sizes for %u outputs", given, (unsigned)n->n_out);
    for (uint32_t i = 0; i < n->n_out; i++) {
        const double x = sizes->kind == ANY_CONST ? sizes->c->v[i] : a ? (double)a->ints[i] : (double)(each < all - at ? each : all - at);
        if (!(x >= 1 && x <= (double)(all - at)))
            return ANY_REFUSE(im, n, "output %u of %g numbers, %lld are left", (unsigned)i, x, (long long)(all - at));
        const int32_t edge = n->outs[i];
        if (edge >= 0 && im->g->edges[edge].consumers) status = run(im, n, edge, per, at, (int64_t)x, 1);
        if (status != BONNET_OK) return status;
        at += (int64_t)x;
    }
    return at == all ? BONNET_OK : ANY_REFUSE(im, n, "its sizes are %lld together, the input has %lld", (long long)at, (long long)all);
}

/* x[:, :, 0, 0] of a map of one pixel: its only row, then its only column. */
static int corner(const any_value *v, const any_value *which)
{
    return (v->kind == ANY_BITS || v->kind == ANY_SUM) && !v->ended && !v->last && !v->fold && (v->mean || v->h * v->w == 1) &&
           which->kind == ANY_CONST && which->c->rank == 0 && (which->c->v[0] == 0 || which->c->v[0] == -1);
}

bonnet_status any_gather(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0), *which = any_in(im, n, 1);
    int64_t axis;
    uint32_t per;
    bonnet_status status = bonnet_attr_int(im->g, n, "axis", 0, &axis);
    if (status == BONNET_OK && (axis == 2 || axis == 3) && corner(v, which)) {
        any_value to = *v;
        to.flat = 1;
        return any_set(im, n, to);
    }
    if (status == BONNET_OK) status = takeable(im, n, axis, &per);
    if (status != BONNET_OK) return status;
    if (which->kind != ANY_CONST || which->c->rank != 1 || per != 1) return ANY_REFUSE(im, n, "its indices are not a constant list of channels");
    uint32_t *index = bonnet_arena_calloc(im->g->arena, which->c->count, sizeof *index);
    if (!index) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < which->c->count; i++) {
        double x = which->c->v[i];
        if (x < 0) x += v->ch;
        if (!(x >= 0 && x < v->ch)) return ANY_REFUSE(im, n, "index %zu is %g; there are %u channels", i, which->c->v[i], (unsigned)v->ch);
        index[i] = (uint32_t)x;
    }
    return any_take(im, n, n->out, (uint32_t)which->c->count, index);
}
