/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_view.c - operators that move no bit: Reshape, Slice, Concat, Flatten, Identity; among them BoolNet's halves and interleave. */
#include <string.h>
#include "onnx_import.h"

/* A target shape with its 0 (keep) and -1 (what remains) resolved. */
typedef struct {
    uint32_t rank;
    int64_t d[8];
} shape;

static void shape_of_value(const bonnet_import *im, const bonnet_value *v, shape *s)
{
    const int64_t k = im->k, c = v->channels, h = v->h, w = v->w;
    if (v->kind == V_PAIR && v->axis == 1) *s = (shape){5, {1, c, 2, h, w}};
    else if (v->kind == V_PAIR) *s = (shape){6, {1, k, c, 2, h, w}};
    else if (v->form == FORM_SPLIT) *s = (shape){5, {1, k, c, h, w}};
    else if (v->form == FORM_LANE && v->axis == 1) *s = (shape){5, {1, c, 1, h, w}};
    else if (v->form == FORM_LANE) *s = (shape){6, {1, k, c, 1, h, w}};
    else *s = (shape){4, {1, k * c, h, w}};
}

static int is_shape(const shape *s, uint32_t rank, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f)
{
    const int64_t want[6] = {a, b, c, d, e, f};
    return s->rank == rank && memcmp(s->d, want, rank * sizeof *want) == 0;
}

static bonnet_status target_shape(const bonnet_import *im, const bonnet_node *n, const shape *from, shape *to)
{
    const bonnet_tensor *t = bonnet_const_in(im, n, 1);
    int64_t total = 1, known = 1;
    int open = -1;
    if (!t || !bonnet_tensor_is_int64(t) || t->rank != 1 || t->count > 8)
        return REFUSE(im, n, "the shape is not a constant of up to 8 int64 numbers");
    for (uint32_t i = 0; i < from->rank; i++) total *= from->d[i]; /* at most 4 * 2048 * 2 * 4096 * 4096: fits */
    *to = (shape){.rank = (uint32_t)t->count};
    for (uint32_t i = 0; i < to->rank; i++) {
        int64_t d = bonnet_tensor_int_at(t, i);
        if (d == 0 && i < from->rank) d = from->d[i];
        if (d == -1 && open < 0) open = (int)i, d = 1;
        if (d < 1 || d > total || known > total / d)
            return REFUSE(im, n, "dimension %u of the shape does not fit a map of %lld bits", (unsigned)i, (long long)total);
        to->d[i] = d;
        known *= d;
    }
    if (open >= 0 && total % known == 0) to->d[open] = total / known, known = total;
    if (known != total) return REFUSE(im, n, "the shape holds %lld numbers, the map %lld", (long long)known, (long long)total);
    return BONNET_OK;
}

bonnet_status bonnet_op_reshape(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to = *v;
    shape from, want;
    if (v->kind == V_HEAD) return bonnet_op_flatten(im, n);
    if (v->kind != V_BITS && v->kind != V_PAIR) return bonnet_unfit(im, n, v, "Reshape takes binary maps apart and together");
    shape_of_value(im, v, &from);
    bonnet_status status = target_shape(im, n, &from, &want);
    if (status != BONNET_OK) return status;
    const int64_t k = im->k, c = v->channels, h = v->h, w = v->w;
    if (v->kind == V_PAIR) {
        bonnet_layer *l = &im->drafts[v->draft].l;
        if (!is_shape(&want, 4, 1, 2 * k * c, h, w, 0, 0))
            return REFUSE(im, n, "interleaved maps become [1, %lld, %lld, %lld]", (long long)(2 * k * c), (long long)h, (long long)w);
        if (v->shared) return REFUSE(im, n, "the interleaved maps are used elsewhere, too");
        l->post = BONNET_POST_INTERLEAVE;
        l->pass = (bonnet_map_ref){v->pass_draft, v->pass_first, v->channels};
        l->out_c = 2 * l->conv_c;
        return bonnet_set(im, n,
                          (bonnet_value){.kind = V_BITS, .draft = v->draft, .channels = l->out_c, .h = v->h, .w = v->w, .form = FORM_MAP, .axis = 1});
    }
    to.axis = 2;
    if (is_shape(&want, 4, 1, k * c, h, w, 0, 0)) to.form = FORM_MAP, to.axis = 1;
    else if (is_shape(&want, 5, 1, k, c, h, w, 0)) to.form = FORM_SPLIT;
    else if (is_shape(&want, 6, 1, k, c, 1, h, w)) to.form = FORM_LANE;
    else if (k == 1 && is_shape(&want, 5, 1, c, 1, h, w, 0)) to.form = FORM_LANE, to.axis = 1;
    else
        return REFUSE(im, n, "[1, kC, H, W], [1, k, C, H, W] or [1, k, C, 1, H, W] fits, with k = %lld, C = %lld, H = %lld, W = %lld", (long long)k,
                      (long long)c, (long long)h, (long long)w);
    return bonnet_set(im, n, to);
}

static int one_int(const bonnet_import *im, const bonnet_node *n, uint32_t i, int64_t *out)
{
    const bonnet_tensor *t = bonnet_const_in(im, n, i);
    if (!t || t->count != 1 || !bonnet_tensor_is_int64(t)) return 0;
    *out = bonnet_tensor_int_at(t, 0);
    return 1;
}

bonnet_status bonnet_op_slice(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to = *v;
    int64_t start, end, axis, step = 1;
    if (v->kind != V_BITS || (v->form == FORM_MAP && im->k != 1)) return bonnet_unfit(im, n, v, "Slice halves a map [1, k, C, H, W] along axis 2");
    if (!one_int(im, n, 1, &start) || !one_int(im, n, 2, &end) || !one_int(im, n, 3, &axis) ||
        (n->n_in > 4 && n->in[4] >= 0 && !one_int(im, n, 4, &step)))
        return REFUSE(im, n, "starts, ends, axes and steps must be constants of one int64 number");
    const int64_t c = v->channels;
    if (end > c) end = c;
    if (start < 0) start = start >= -c ? start + c : -1;
    if (end < 0) end = end >= -c ? end + c : -1;
    if (axis != v->axis || step != 1 || c % 128 || end - start != c / 2 || (start != 0 && start != c / 2) ||
        v->channels != im->drafts[v->draft].l.out_c)
        return REFUSE(im, n, "channels %lld to %lld, axis %lld; half of a map's %lld channels, in multiples of 64, along axis %u, fits",
                      (long long)start, (long long)end, (long long)axis, (long long)c, (unsigned)v->axis);
    to.first += (uint32_t)start;
    to.channels = (uint32_t)(c / 2);
    return bonnet_set(im, n, to);
}

static bonnet_status interleave(bonnet_import *im, const bonnet_node *n, int64_t axis)
{
    const bonnet_value *a = bonnet_value_in(im, n, 0), *t = bonnet_value_in(im, n, 1);
    bonnet_value to = *a;
    if (n->n_in != 2 || a->kind != V_BITS || t->kind != V_BITS || a->form != FORM_LANE || t->form != FORM_LANE || a->axis != t->axis ||
        axis != (int64_t)a->axis + 1)
        return REFUSE(im, n, "joins %s and others along axis %lld; slices along axis 1, or two maps [1, k, C, 1, H, W] along axis 3, fit",
                      bonnet_value_name(a), (long long)axis);
    if (a->channels != t->channels || a->h != t->h || a->w != t->w) return REFUSE(im, n, "interleaves maps of different shapes");
    const bonnet_layer *l = &im->drafts[a->draft].l;
    if (l->kind != BONNET_LAYER_CONV || l->post != BONNET_POST_OR || a->shared || a->first || a->channels != l->out_c || a->draft == t->draft)
        return REFUSE(im, n, "the even channels are not the result of an OR that is used here only");
    to.kind = V_PAIR;
    to.pass_draft = t->draft;
    to.pass_first = t->first;
    return bonnet_set(im, n, to);
}

bonnet_status bonnet_op_concat(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *slices[4];
    int64_t axis;
    bonnet_status status = bonnet_attr_int(&im->g, n, "axis", 0, &axis);
    if (status != BONNET_OK) return status;
    if (bonnet_value_in(im, n, 0)->kind != V_SIGN) return interleave(im, n, axis);
    if (n->n_in != 4 || axis != 1) return REFUSE(im, n, "joins %u slices along axis %lld; 4 along axis 1 fit", (unsigned)n->n_in, (long long)axis);
    for (uint32_t i = 0; i < 4; i++) {
        slices[i] = bonnet_value_in(im, n, i);
        if (slices[i]->kind != V_SIGN || slices[i]->draft != slices[0]->draft)
            return REFUSE(im, n, "input %u is %s, not a slice of the same convolution", (unsigned)i, bonnet_value_name(slices[i]));
    }
    return bonnet_slices_done(im, n, slices, 4);
}

bonnet_status bonnet_op_flatten(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    if (v->kind != V_HEAD || v->stage < HEAD_POOL) return bonnet_unfit(im, n, v, "features are flattened after the average pool");
    return bonnet_set(im, n, *v); /* [1, C, 1, 1] and [1, C] are the same numbers */
}

bonnet_status bonnet_op_identity(bonnet_import *im, const bonnet_node *n) { return bonnet_set(im, n, *bonnet_value_in(im, n, 0)); }
