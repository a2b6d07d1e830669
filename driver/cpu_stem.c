/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_stem.c - the int8 stem, 64 channels side by side.
 *
 * The image is copied once into int16 with its border of zeros; a row of patches is then plain memcpy, and a row of sums one kernel
 * call. Pooling comes before requantising, which gives the same bits (docs/operators.md, section 2) for a quarter of the work.
 */
#include <string.h>
#include "cpu.h"

static void widen_image(bonnet_cpu_net *cpu, const bonnet_layer *l, const uint8_t *pixels)
{
    const uint32_t pad = (l->kernel - 1) / 2, width = l->in_w * l->in_c, pitch = (l->in_w + l->kernel) * l->in_c;
    for (uint32_t y = 0; y < l->in_h; y++) { /* the border was zeroed when it was allocated and is never written */
        int16_t *to = cpu->image + (size_t)(y + pad) * pitch + pad * l->in_c;
        const uint8_t *from = pixels + (size_t)y * width;
        for (uint32_t i = 0; i < width; i++) to[i] = l->pixels_signed ? (int8_t)from[i] : from[i];
    }
}

/* Sums of one convolution row for channel block b. */
static void conv_row(bonnet_cpu_net *cpu, const bonnet_layer *l, uint32_t b, uint32_t y, int32_t *sums)
{
    const bonnet_cpu_layer *p = &cpu->layers[0];
    const uint32_t pitch = (l->in_w + l->kernel) * l->in_c, run = l->kernel * l->in_c;
    for (uint32_t x = 0; x < l->conv_w; x++) {
        const int16_t *from = cpu->image + (size_t)y * l->stride * pitch + (size_t)x * l->stride * l->in_c;
        int16_t *to = cpu->patch + (size_t)x * p->pairs * 2;
        for (uint32_t i = 0; i < l->kernel; i++) memcpy(to + i * run, from + i * pitch, run * sizeof *to);
    }
    cpu->kernels->stem(sums, cpu->patch, l->conv_w, p->taps + (size_t)b * p->pairs * 128, p->pairs);
}

/* Pooled sums at (y, x): the maximum over the window's rows and columns that exist. */
static void pool_at(const bonnet_cpu_net *cpu, const bonnet_layer *l, uint32_t y, uint32_t x, int32_t best[64])
{
    const int32_t step = l->pool ? 2 : 1, pad = l->pool == 2, size = l->pool == 0 ? 1 : l->pool == 1 ? 2 : 3;
    int first = 1;
    for (int32_t iy = (int32_t)y * step - pad, ey = iy + size; iy < ey; iy++) {
        if (iy < 0 || iy >= (int32_t)l->conv_h) continue;
        for (int32_t ix = (int32_t)x * step - pad, ex = ix + size; ix < ex; ix++) {
            if (ix < 0 || ix >= (int32_t)l->conv_w) continue;
            const int32_t *sum = cpu->rows + ((size_t)(iy % 3) * (l->conv_w + 4) + (size_t)ix) * 64;
            if (first) memcpy(best, sum, 64 * sizeof *best);
            else cpu->kernels->maximum(best, sum);
            first = 0;
        }
    }
}

/* Convolution, pool and requantising of channel block b, into cpu->a. */
static void pooled_map(bonnet_cpu_net *cpu, const bonnet_layer *l, uint32_t b)
{
    const bonnet_cpu_layer *p = &cpu->layers[0];
    uint32_t have = 0; /* rows 0..have-1 are computed; the last three are still there */
    for (uint32_t y = 0; y < l->out_h; y++) {
        uint32_t need = l->pool == 0 ? y + 1 : 2 * y + 2;
        for (; have < need && have < l->conv_h; have++) conv_row(cpu, l, b, have, cpu->rows + (size_t)(have % 3) * (l->conv_w + 4) * 64);
        for (uint32_t x = 0; x < l->out_w; x++) {
            int32_t best[64];
            pool_at(cpu, l, y, x, best);
            cpu->kernels->requantise(cpu->a + ((size_t)y * l->out_w + x) * 64, best, p->half + b * 64, p->sh + b * 64);
        }
    }
}

/* The 64 values that are thresholded at (y, x). */
static void shifted_at(const bonnet_cpu_net *cpu, const bonnet_layer *l, uint32_t b, uint32_t y, uint32_t x, int32_t d[64])
{
    const int8_t *tap[9];
    if (!l->dw) {
        for (uint32_t o = 0; o < 64; o++) d[o] = cpu->a[((size_t)y * l->out_w + x) * 64 + o];
        return;
    }
    for (uint32_t i = 0; i < 9; i++) {
        int32_t iy = (int32_t)(y + i / 3) - 1, ix = (int32_t)(x + i % 3) - 1;
        int32_t cy = iy < 0                    ? 0
                     : iy >= (int32_t)l->out_h ? (int32_t)l->out_h - 1
                                               : iy,
                cx = ix < 0                    ? 0
                     : ix >= (int32_t)l->out_w ? (int32_t)l->out_w - 1
                                               : ix;
        int outside = cy != iy || cx != ix;
        tap[i] = outside && l->dw_const ? l->border + b * 64 : cpu->a + ((size_t)cy * l->out_w + (size_t)cx) * 64;
    }
    cpu->kernels->depthwise(d, tap, cpu->layers[0].dw + (size_t)b * 9 * 64);
}

void bonnet_cpu_stem(bonnet_cpu_net *cpu, const uint8_t *pixels)
{
    const bonnet_layer *l = &cpu->net->layers[0];
    const uint32_t k = cpu->net->k, blocks = l->out_c / 64;
    widen_image(cpu, l, pixels);
    for (uint32_t b = 0; b < blocks; b++) {
        pooled_map(cpu, l, b);
        for (uint32_t y = 0; y < l->out_h; y++)
            for (uint32_t x = 0; x < l->out_w; x++) {
                int32_t d[64];
                shifted_at(cpu, l, b, y, x, d);
                for (uint32_t j = 0; j < k; j++)
                    cpu->maps[0][(((size_t)y * l->out_w + x) * blocks + b) * k + j] =
                        cpu->kernels->at_least(d, cpu->layers[0].t + j * l->out_c + b * 64);
            }
    }
}
