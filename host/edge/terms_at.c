/* SPDX-License-Identifier: Apache-2.0 */
/* terms_at.c - dimensions of a layer, the time that terms give it, and the terms that each kind has on the cpu: device. */
#include <string.h>
#include "terms.h"

static const char *const names[BONNET_DIMENSIONS] = {NULL,         "channels_in", "channels_out", "slices", "pixels_in", "pixels",
                                                     "pixels_out", "taps",        "kernel",       "row",    "window",    "outside",
                                                     "pool",       "depthwise",   "interleave",   "second", "gathered",  "packed"};

const char *bonnet_dimension_name(uint32_t dimension) { return dimension < BONNET_DIMENSIONS ? names[dimension] : NULL; }

static int size_ok(uint32_t n) { return n >= 1 && n <= 8192; }

static int is(const bonnet_layer_shape *s, const char *kind) { return !strcmp(s->kind, kind); }

/* Kinds that slide their own window; the others of kernels keep their size but for the stride. */
static int general(const bonnet_layer_shape *s)
{
    return is(s, "iconv") || is(s, "bconv") || is(s, "bpool") || is(s, "belt") || is(s, "bsum") || is(s, "bpick");
}

static uint32_t slid(uint32_t in, uint32_t borders, uint32_t kernel, uint32_t dilation, uint32_t stride)
{
    const uint32_t padded = in + borders, reach = (kernel - 1) * dilation + 1;
    return padded < reach ? 0 : (padded - reach) / stride + 1;
}

static void positions(const bonnet_layer_shape *s, uint32_t *h, uint32_t *w)
{
    *h =
        general(s) ? slid(s->height_in, s->top + s->bottom, s->kernel_h, s->dilation_h, s->stride_h) : (s->height_in + s->stride_h - 1) / s->stride_h;
    *w = general(s) ? slid(s->width_in, s->left + s->right, s->kernel_w, s->dilation_w, s->stride_w) : (s->width_in + s->stride_w - 1) / s->stride_w;
}

/* Taps inside the map along one side, over all positions. */
static double inside(uint32_t in, uint32_t before, uint32_t kernel, uint32_t dilation, uint32_t stride, uint32_t out)
{
    uint64_t n = 0;
    for (uint32_t o = 0; o < out; o++)
        for (uint32_t k = 0; k < kernel; k++) {
            const uint32_t at = o * stride + k * dilation;
            n += at >= before && at - before < in;
        }
    return (double)n;
}

static double outside(const bonnet_layer_shape *s, uint32_t h, uint32_t w)
{
    if (s->edge || !(s->top || s->left || s->bottom || s->right)) return 0;
    return (double)h * w * s->kernel_h * s->kernel_w - inside(s->height_in, s->top, s->kernel_h, s->dilation_h, s->stride_h, h) *
                                                           inside(s->width_in, s->left, s->kernel_w, s->dilation_w, s->stride_w, w);
}

/* A window of the whole map whose pixels leave bits behind their last channel goes without these gaps. */
static int packed(const bonnet_layer_shape *s)
{
    return s->channels_in % 64 && s->height_in * s->width_in > 1 && s->kernel_h == s->height_in && s->kernel_w == s->width_in && !s->top &&
           !s->left && !s->bottom && !s->right;
}

static double window(const bonnet_layer_shape *s)
{
    const double taps = (double)s->kernel_h * s->kernel_w;
    return taps * (packed(s) ? s->channels_in : (s->channels_in + 63) / 64 * 64);
}

static double pixels_out(const bonnet_layer_shape *s, uint32_t h, uint32_t w)
{
    if (!s->pool) return (double)h * w;
    const uint32_t up = s->drops || (is(s, "stem") && s->pool == 1) ? 0 : 1;
    return (double)((h + up) / 2) * ((w + up) / 2);
}

bonnet_status bonnet_dimension_of(double *out, const bonnet_layer_shape *s, uint32_t dimension)
{
    uint32_t h, w;
    if (!out || !s || !s->kind || !dimension || dimension >= BONNET_DIMENSIONS) return BONNET_EINVAL;
    const uint32_t sizes[] = {s->slices,   s->channels_in, s->height_in, s->width_in,   s->channels_out, s->kernel_h,
                              s->kernel_w, s->stride_h,    s->stride_w,  s->dilation_h, s->dilation_w,   s->groups};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (!size_ok(sizes[i])) return BONNET_EINVAL;
    if (s->top > 8192 || s->left > 8192 || s->bottom > 8192 || s->right > 8192) return BONNET_EINVAL;
    positions(s, &h, &w);
    if (!h || !w) return BONNET_EINVAL;
    if (s->groups > 1) return BONNET_EUNSUPPORTED;
    switch ((bonnet_dimension)dimension) {
    case BONNET_DIM_CHANNELS_IN: *out = s->channels_in; break;
    case BONNET_DIM_CHANNELS_OUT: *out = s->channels_out; break;
    case BONNET_DIM_SLICES: *out = s->slices; break;
    case BONNET_DIM_PIXELS_IN: *out = (double)s->height_in * s->width_in; break;
    case BONNET_DIM_PIXELS: *out = (double)h * w; break;
    case BONNET_DIM_PIXELS_OUT: *out = pixels_out(s, h, w); break;
    case BONNET_DIM_TAPS: *out = (double)s->kernel_h * s->kernel_w; break;
    case BONNET_DIM_KERNEL: *out = s->kernel_h; break;
    case BONNET_DIM_ROW: *out = (double)s->kernel_w * s->channels_in; break;
    case BONNET_DIM_WINDOW: *out = window(s); break;
    case BONNET_DIM_OUTSIDE: *out = outside(s, h, w); break;
    case BONNET_DIM_POOL: *out = !s->pool ? 0 : pixels_out(s, h, w) * (s->pool == 2 ? 9 : 4); break;
    case BONNET_DIM_DEPTHWISE: *out = s->depthwise != 0; break;
    case BONNET_DIM_INTERLEAVE: *out = s->post == 3; break;
    case BONNET_DIM_SECOND: *out = s->second != 0; break;
    case BONNET_DIM_GATHERED: *out = packed(s) ? 0 : (double)s->kernel_h * s->kernel_w; break;
    case BONNET_DIM_PACKED: *out = packed(s) ? (double)s->kernel_h * s->kernel_w : 0; break;
    case BONNET_DIM_NONE:
    case BONNET_DIMENSIONS: return BONNET_EINVAL;
    }
    return BONNET_OK;
}

bonnet_status terms_row(double *row, const bonnet_layer_stairs *m, const bonnet_layer_shape *shape)
{
    if (m->count < 1 || m->count > BONNET_STAIRS_TERMS) return BONNET_EINVAL;
    for (uint32_t i = 0; i < m->count; i++) {
        row[i] = 1;
        for (int k = 0; k < BONNET_STAIRS_FACTORS; k++) {
            const bonnet_stairs_factor *f = &m->term[i].of[k];
            double value;
            if (f->dimension == BONNET_DIM_NONE) continue;
            if (f->step < 1 || f->step > 65536) return BONNET_EINVAL;
            const bonnet_status status = bonnet_dimension_of(&value, shape, f->dimension);
            if (status != BONNET_OK) return status;
            const double blocks = value / f->step, whole = (double)(uint64_t)blocks;
            row[i] *= whole < blocks ? whole + 1 : whole;
        }
    }
    return BONNET_OK;
}

bonnet_status bonnet_layer_stairs_at(double *seconds, const bonnet_layer_stairs *model, const bonnet_layer_shape *shape)
{
    double row[BONNET_STAIRS_TERMS], sum = 0;
    if (!seconds || !model || !shape) return BONNET_EINVAL;
    const bonnet_status status = terms_row(row, model, shape);
    for (uint32_t i = 0; status == BONNET_OK && i < model->count; i++) sum += row[i] * model->term[i].seconds;
    if (status == BONNET_OK) *seconds = sum;
    return status;
}
