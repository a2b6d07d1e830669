/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_iconv.c - ICONV layers in one group without dilation, through the kernel of BoolNet's stem: 64 channels side by side, windows read in place.
 *
 * The image is copied once, with its border. Where the kernels multiply uint8, its elements are the bytes x of the pixels (signed ones + 128), and with
 * numbers mul * x + add the sum is S = mul * Q + C, C from the sum of the weights: S >= t is Q >= (t - C) / mul, rounded up. A border of zeros is then the
 * byte whose number is 0, if there is one. Else the elements are the numbers themselves, int16.
 */
#include <limits.h>
#include <string.h>
#include "cpu.h"

static int has_zeros(const bonnet_layer *l) { return !l->win.edge && (l->win.top || l->win.left || l->win.bottom || l->win.right); }

/* The byte whose number is 0; -1: none. */
static int32_t zero_byte(const bonnet_layer *l)
{
    const int32_t x = -l->win.add / l->win.mul, byte = x + (l->pixels_signed ? 128 : 0);
    return l->win.add % l->win.mul || byte < 0 || byte > 255 ? -1 : byte;
}

/* The sums of bytes times weights fit 32 bits, as those of numbers do (net_check_general.c). */
static int bytes_fit(const bonnet_layer *l)
{
    const size_t dot = (size_t)l->win.kernel_h * l->win.kernel_w * l->in_c;
    for (uint32_t o = 0; o < l->out_c; o++) {
        int64_t sum = 0;
        for (size_t i = 0; i < dot; i++) sum += 255 * (int64_t)(l->w8[o * dot + i] < 0 ? -l->w8[o * dot + i] : l->w8[o * dot + i]);
        if (sum > INT32_MAX) return 0;
    }
    return 1;
}

int bonnet_cpu_iconv_int16(const bonnet_layer *l)
{
    const int64_t low = l->pixels_signed ? -128 : 0, least = l->win.mul * low + l->win.add, most = least + 255 * (int64_t)l->win.mul;
    return least >= INT16_MIN && most <= INT16_MAX;
}

int bonnet_cpu_iconv_fits(const bonnet_layer *l, const bonnet_cpu_kernels *kernels)
{
    const bonnet_net_window *w = &l->win;
    if (l->kind != BONNET_LAYER_ICONV || w->groups != 1 || (w->dilation_h != 1 && w->kernel_h > 1) || (w->dilation_w != 1 && w->kernel_w > 1))
        return 0;
    return kernels->quads ? (!has_zeros(l) || zero_byte(l) >= 0) && bytes_fit(l) : bonnet_cpu_iconv_int16(l);
}

/* Elements from one row of the image with its border to the next. */
static size_t pitch(const bonnet_layer *l) { return (size_t)(l->in_w + l->win.left + l->win.right) * l->in_c; }

void bonnet_cpu_iconv_size(const bonnet_layer *l, const bonnet_cpu_kernels *kernels, bonnet_cpu_iconv_sizes *s)
{
    const uint32_t per = kernels->quads ? 4 : 2;
    s->blocks = bonnet_cpu_words(l->out_c);
    s->row_groups = (l->win.kernel_w * l->in_c + per - 1) / per;
    s->block_bytes = (size_t)l->win.kernel_h * s->row_groups * 64 * 4;
    /* A group may reach beyond its window's row, and up to three windows more are read than are asked for. */
    s->image_bytes = (4 / per) * ((l->in_h + l->win.top + l->win.bottom + 1) * pitch(l) + (size_t)4 * l->win.stride_w * l->in_c + 64);
    s->sums = (size_t)(l->out_w + 4) * 64;
}

/* Smallest Q for which mul * Q + C >= t, of all that occur. */
static int32_t least_sum(const bonnet_layer *l, int64_t t, int64_t c)
{
    const int64_t need = t - c, q = need >= 0 ? (need + l->win.mul - 1) / l->win.mul : -(-need / l->win.mul);
    return (int32_t)(q > INT32_MAX ? INT32_MAX : q < -INT32_MAX ? -INT32_MAX : q);
}

void bonnet_cpu_iconv_fill(bonnet_cpu_layer *to, const bonnet_layer *l, const bonnet_cpu_kernels *kernels, uint8_t *image)
{
    const uint32_t per = kernels->quads ? 4 : 2;
    bonnet_cpu_iconv_sizes s;
    bonnet_cpu_iconv_size(l, kernels, &s);
    to->row_groups = s.row_groups, to->block_bytes = s.block_bytes;
    for (uint32_t o = 0; o < s.blocks * 64; o++) to->t[o] = INT32_MAX; /* those behind the last channel are never reached */
    for (uint32_t o = 0; o < l->out_c; o++) {
        const int64_t sum = bonnet_cpu_arrange(to, l->w8, o, (const uint32_t[3]){l->in_c, l->win.kernel_h, l->win.kernel_w}, per);
        const int64_t c = sum * (l->win.add - (l->pixels_signed ? 128 * (int64_t)l->win.mul : 0));
        to->t[o] = per == 4 ? least_sum(l, l->t[o], c) : l->t[o];
        to->turned[o / 64] |= (uint64_t)(l->sh[o] != 0) << o % 64;
    }
    if (per == 4 && has_zeros(l)) memset(image, zero_byte(l), s.image_bytes);
}

/* The image with its border; zeros are there already. */
static void place(const bonnet_cpu_net *cpu, const bonnet_layer *l, const uint8_t *pixels)
{
    const int32_t rows = (int32_t)(l->in_h + l->win.top + l->win.bottom), columns = (int32_t)(l->in_w + l->win.left + l->win.right);
    const uint8_t flip = l->pixels_signed ? 128 : 0;
    int16_t number[256];
    for (int32_t i = 0; i < 256; i++) number[i] = (int16_t)(l->win.mul * (l->pixels_signed ? (int8_t)i : i) + l->win.add);
    for (int32_t y = 0; y < rows; y++) {
        const int32_t iy = y - (int32_t)l->win.top;
        if (!l->win.edge && (iy < 0 || iy >= (int32_t)l->in_h)) continue;
        const uint8_t *from = pixels + (size_t)bonnet_cpu_clamp(iy, l->in_h) * l->in_w * l->in_c;
        for (int32_t x = 0; x < columns; x++) {
            const int32_t ix = x - (int32_t)l->win.left;
            if (!l->win.edge && (ix < 0 || ix >= (int32_t)l->in_w)) continue;
            const uint8_t *pixel = from + (size_t)bonnet_cpu_clamp(ix, l->in_w) * l->in_c;
            const size_t at = (size_t)y * pitch(l) + (size_t)x * l->in_c;
            for (uint32_t p = 0; p < l->in_c; p++)
                if (cpu->kernels->quads) cpu->image[at + p] = pixel[p] ^ flip; /* + 128 in two's complement */
                else ((int16_t *)(void *)cpu->image)[at + p] = number[pixel[p]];
        }
    }
}

typedef struct iconv_job {
    bonnet_cpu_net *cpu;
    uint32_t layer;
} iconv_job;

static void part_rows(void *arg, uint32_t part, uint32_t parts)
{
    const iconv_job *job = arg;
    const bonnet_cpu_net *cpu = job->cpu;
    const bonnet_layer *l = &cpu->net->layers[job->layer];
    const bonnet_cpu_layer *p = &cpu->layers[job->layer];
    const uint32_t blocks = bonnet_cpu_words(l->out_c);
    int32_t *sums = cpu->scratch[part].rows;
    uint32_t first, end;
    bonnet_cpu_share(blocks * l->out_h, 1, part, parts, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        const uint32_t b = i / l->out_h, y = i % l->out_h; /* the weights of a block stay near for all rows */
        const bonnet_cpu_stem_row row = {.image = cpu->image + (size_t)y * l->win.stride_h * pitch(l) * (cpu->kernels->quads ? 1 : 2),
                                         .pitch = pitch(l),
                                         .step = l->win.stride_w * l->in_c,
                                         .rows = l->win.kernel_h,
                                         .groups = p->row_groups,
                                         .w = p->taps + b * p->block_bytes,
                                         .start = p->start};
        cpu->kernels->stem(sums, l->out_w, &row);
        uint64_t *to = cpu->maps[job->layer] + (size_t)y * l->out_w * blocks + b;
        for (uint32_t x = 0; x < l->out_w; x++) to[(size_t)x * blocks] = cpu->kernels->at_least(sums + (size_t)x * 64, p->t + b * 64) ^ p->turned[b];
    }
}

void bonnet_cpu_iconv(bonnet_cpu_net *cpu, uint32_t layer, const uint8_t *pixels)
{
    place(cpu, &cpu->net->layers[layer], pixels);
    iconv_job job = {cpu, layer};
    bonnet_cpu_pool_run(cpu->pool, part_rows, &job);
}
