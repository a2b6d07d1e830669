/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_stem.c - the int8 stem, 64 channels side by side.
 *
 * The image is copied once with its border, as int16, or as uint8 where the kernels multiply those (signed pixels + 128, which the sums
 * start without). Windows are read from it in place: a row of sums is one kernel call. Pooling comes before requantising, which gives
 * the same bits (docs/operators.md, section 2) for a quarter of the work. Threads share rows: first of the pooled map, then, when all
 * of it is there, of the thresholds behind the depthwise filter.
 */
#include <string.h>
#include "cpu.h"

static size_t image_pitch(const bonnet_layer *l) { return (size_t)(l->in_w + l->kernel) * l->in_c; }

static void place_image(bonnet_cpu_net *cpu, const bonnet_layer *l, const uint8_t *pixels)
{
    const uint32_t pad = (l->kernel - 1) / 2, width = l->in_w * l->in_c;
    for (uint32_t y = 0; y < l->in_h; y++) { /* the border was filled when it was allocated and is never written */
        const size_t at = (y + pad) * image_pitch(l) + (size_t)pad * l->in_c;
        const uint8_t *from = pixels + (size_t)y * width;
        if (cpu->kernels->quads) {
            const uint8_t flip = l->pixels_signed ? 128 : 0; /* + 128 in two's complement */
            for (uint32_t i = 0; i < width; i++) cpu->image[at + i] = from[i] ^ flip;
        } else {
            int16_t *to = (int16_t *)(void *)cpu->image + at;
            for (uint32_t i = 0; i < width; i++) to[i] = l->pixels_signed ? (int8_t)from[i] : from[i];
        }
    }
}

typedef struct stem_job {
    bonnet_cpu_net *cpu;
    uint32_t block; /* of 64 channels */
} stem_job;

/* Sums of one convolution row. */
static void conv_row(const stem_job *job, uint32_t y, int32_t *sums)
{
    const bonnet_cpu_net *cpu = job->cpu;
    const bonnet_layer *l = &cpu->net->layers[0];
    const bonnet_cpu_layer *p = &cpu->layers[0];
    const bonnet_cpu_stem_row row = {.image = cpu->image + (size_t)y * l->stride * image_pitch(l) * (cpu->kernels->quads ? 1 : 2),
                                     .pitch = image_pitch(l),
                                     .step = l->stride * l->in_c,
                                     .rows = l->kernel,
                                     .groups = p->row_groups,
                                     .w = p->taps + job->block * p->block_bytes,
                                     .start = p->start + job->block * 64};
    cpu->kernels->stem(sums, l->conv_w, &row);
}

/* Pooled sums at (y, x): the maximum over the window's rows and columns that exist. */
static void pool_at(const bonnet_cpu_net *cpu, const int32_t *rows, const bonnet_layer *l, uint32_t y, uint32_t x, int32_t best[64])
{
    const int32_t step = l->pool ? 2 : 1, pad = l->pool == 2, size = l->pool == 0 ? 1 : l->pool == 1 ? 2 : 3;
    const int32_t *values[9];
    uint32_t n = 0;
    for (int32_t iy = (int32_t)y * step - pad, ey = iy + size; iy < ey; iy++) {
        if (iy < 0 || iy >= (int32_t)l->conv_h) continue;
        for (int32_t ix = (int32_t)x * step - pad, ex = ix + size; ix < ex; ix++)
            if (ix >= 0 && ix < (int32_t)l->conv_w) values[n++] = rows + ((size_t)(iy % 3) * (l->conv_w + 4) + (size_t)ix) * 64;
    }
    cpu->kernels->maximum(best, values, n);
}

/* Convolution, pool and requantising of this part's rows, into cpu->a. */
static void pooled_rows(void *arg, uint32_t part, uint32_t parts)
{
    const stem_job *job = arg;
    bonnet_cpu_net *cpu = job->cpu;
    const bonnet_layer *l = &cpu->net->layers[0];
    const bonnet_cpu_layer *p = &cpu->layers[0];
    int32_t *rows = cpu->scratch[part].rows;
    uint32_t first, end;
    bonnet_cpu_share(l->out_h, 1, part, parts, &first, &end);
    uint32_t have = l->pool == 0 ? first : l->pool == 1 ? 2 * first : first ? 2 * first - 1 : 0; /* the last three rows before it are there */
    for (uint32_t y = first; y < end; y++) {
        uint32_t need = l->pool == 0 ? y + 1 : 2 * y + 2;
        for (; have < need && have < l->conv_h; have++) conv_row(job, have, rows + (size_t)(have % 3) * (l->conv_w + 4) * 64);
        for (uint32_t x = 0; x < l->out_w; x++) {
            int32_t best[64];
            pool_at(cpu, rows, l, y, x, best);
            cpu->kernels->requantise(cpu->a + ((size_t)y * l->out_w + x) * 64, best, p->half + job->block * 64, p->sh + job->block * 64);
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

/* Slices of this part's rows. */
static void slice_rows(void *arg, uint32_t part, uint32_t parts)
{
    const stem_job *job = arg;
    bonnet_cpu_net *cpu = job->cpu;
    const bonnet_layer *l = &cpu->net->layers[0];
    const uint32_t k = cpu->net->k, blocks = l->out_c / 64;
    uint32_t first, end;
    bonnet_cpu_share(l->out_h, 1, part, parts, &first, &end);
    for (uint32_t y = first; y < end; y++)
        for (uint32_t x = 0; x < l->out_w; x++) {
            int32_t d[64];
            shifted_at(cpu, l, job->block, y, x, d);
            for (uint32_t j = 0; j < k; j++)
                cpu->maps[0][(((size_t)y * l->out_w + x) * blocks + job->block) * k + j] =
                    cpu->kernels->at_least(d, cpu->layers[0].t + j * l->out_c + job->block * 64);
        }
}

void bonnet_cpu_stem(bonnet_cpu_net *cpu, const uint8_t *pixels)
{
    const bonnet_layer *l = &cpu->net->layers[0];
    place_image(cpu, l, pixels);
    for (uint32_t b = 0; b < l->out_c / 64; b++) {
        stem_job job = {cpu, b};
        bonnet_cpu_pool_run(cpu->pool, pooled_rows, &job);
        bonnet_cpu_pool_run(cpu->pool, slice_rows, &job);
    }
}
