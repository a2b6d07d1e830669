/* SPDX-License-Identifier: Apache-2.0 */
/* resample.c - see resample.h. One dimension at a time: every output is a weighted sum of a window of inputs. */
#include "resample.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "bonnet.h"

enum { WEIGHT_BITS = 22 }; /* 8 bits of pixel and 2 of overshoot are left of 32 */

/* The windows of one dimension: output i is the sum of weight[i * room + j] * input[first[i] + j], j < count[i]. */
typedef struct windows {
    uint32_t *first, *count;
    int32_t *weight;
    double *exact; /* [room], scratch */
    size_t room;
} windows;

static double triangle(double x) { return fabs(x) < 1 ? 1 - fabs(x) : 0; }
static double cubic(double x) /* Keys, a = -1/2 */
{
    x = fabs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

static void windows_free(windows *w)
{
    free(w->first);
    free(w->count);
    free(w->weight);
    free(w->exact);
}

static int windows_make(windows *w, uint32_t in, uint32_t out, uint32_t filter)
{
    const bool is_cubic = filter == BONNET_FILTER_BICUBIC;
    const double scale = (double)in / out, stretch = scale < 1 ? 1 : scale, support = (is_cubic ? 2 : 1) * stretch;
    w->room = (size_t)ceil(support) * 2 + 1;
    w->first = malloc(out * sizeof *w->first);
    w->count = malloc(out * sizeof *w->count);
    w->weight = malloc(out * w->room * sizeof *w->weight);
    w->exact = malloc(w->room * sizeof *w->exact);
    if (!w->first || !w->count || !w->weight || !w->exact) return 0;
    for (uint32_t i = 0; i < out; i++) {
        const double centre = (i + 0.5) * scale, low = centre - support + 0.5, high = centre + support + 0.5;
        const uint32_t first = low < 0 ? 0 : (uint32_t)low, end = high > in ? in : (uint32_t)high;
        double sum = 0;
        for (uint32_t x = first; x < end; x++) {
            const double at = (x - centre + 0.5) * (1 / stretch);
            sum += w->exact[x - first] = is_cubic ? cubic(at) : triangle(at);
        }
        for (uint32_t j = 0; j < end - first; j++) {
            const double v = (sum != 0 ? w->exact[j] / sum : w->exact[j]) * (1 << WEIGHT_BITS);
            w->weight[i * w->room + j] = (int32_t)(v < 0 ? v - 0.5 : v + 0.5);
        }
        w->first[i] = first;
        w->count[i] = end - first;
    }
    return 1;
}

/* `lines` of out[n_out], `apart` bytes between the numbers of a line (its neighbours lie between): across lines = rows, apart = planes. */
static void pass(uint8_t *out, const uint8_t *in, const windows *w, uint32_t n_out, size_t in_line, size_t out_line, size_t lines, size_t apart)
{
    for (size_t line = 0; line < lines; line++)
        for (uint32_t i = 0; i < n_out; i++) {
            const int32_t *weight = w->weight + i * w->room;
            for (size_t p = 0; p < apart; p++) {
                const uint8_t *from = in + line * in_line + w->first[i] * apart + p;
                int32_t sum = 1 << (WEIGHT_BITS - 1);
                for (uint32_t j = 0; j < w->count[i]; j++) sum += from[j * apart] * weight[j];
                sum >>= WEIGHT_BITS;
                out[line * out_line + i * apart + p] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
            }
        }
}

/* The input under the middle of each output. Summed up, not multiplied: where a middle falls between two inputs, Pillow's choice hangs on the rounding of that sum. */
static void nearest(uint8_t *out, uint32_t out_w, uint32_t out_h, const uint8_t *in, uint32_t in_w, uint32_t in_h, uint32_t planes)
{
    const double across = (double)in_w / out_w, down = (double)in_h / out_h;
    double at_y = 0.5 * down;
    for (uint32_t y = 0; y < out_h; y++, at_y += down) {
        double at_x = 0.5 * across;
        const uint32_t from_y = at_y < in_h ? (uint32_t)at_y : in_h - 1;
        for (uint32_t x = 0; x < out_w; x++, at_x += across) {
            const uint32_t from_x = at_x < in_w ? (uint32_t)at_x : in_w - 1;
            memcpy(out + ((size_t)y * out_w + x) * planes, in + ((size_t)from_y * in_w + from_x) * planes, planes);
        }
    }
}

int bonnet_resample(uint8_t *out, uint32_t out_w, uint32_t out_h, const uint8_t *in, uint32_t in_w, uint32_t in_h, uint32_t planes, uint32_t filter)
{
    if (out_w == in_w && out_h == in_h) {
        memcpy(out, in, (size_t)in_w * in_h * planes);
        return 1;
    }
    if (filter == BONNET_FILTER_NEAREST) {
        nearest(out, out_w, out_h, in, in_w, in_h, planes);
        return 1;
    }
    windows across = {0}, down = {0};
    uint8_t *between = malloc((size_t)out_w * in_h * planes);
    int ok = between && windows_make(&across, in_w, out_w, filter) && windows_make(&down, in_h, out_h, filter);
    if (ok) { /* a size that stays is not filtered */
        if (out_w == in_w) memcpy(between, in, (size_t)in_w * in_h * planes);
        else pass(between, in, &across, out_w, (size_t)in_w * planes, (size_t)out_w * planes, in_h, planes);
        if (out_h == in_h) memcpy(out, between, (size_t)out_w * out_h * planes);
        else pass(out, between, &down, out_h, 0, 0, 1, (size_t)out_w * planes);
    }
    windows_free(&across);
    windows_free(&down);
    free(between);
    return ok;
}
