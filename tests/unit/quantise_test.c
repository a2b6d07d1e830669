/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quantise_test.c - the quantiser against its formula and a packer of single bits, on drawn tensors of every type; its error bound, and errors that fall with
 * every bit; ends, constants, wrong numbers; ranges out of many tensors against sorted values.
 */
#include <float.h>
#include <math.h>
#include "bonnet_codec.h"
#include "unit.h"

enum { MOST = 1500 };
typedef union numbers {
    float f[MOST];
    int32_t w[MOST];
    int16_t h[MOST];
    int8_t b[MOST];
} numbers;

static double normal(unit *u) { return sqrt(-2 * log(1 - unit_real(u))) * cos(6.283185307179586 * unit_real(u)); }

static double at(const numbers *n, uint32_t type, size_t i)
{
    return type == BONNET_CODEC_F32 ? (double)n->f[i] : type == BONNET_CODEC_I32 ? n->w[i] : type == BONNET_CODEC_I16 ? n->h[i] : n->b[i];
}

/* Of any size and shape: wide, narrow, lopsided, one number only. */
static void draw(numbers *n, uint32_t type, size_t count, unit *u)
{
    const uint32_t kind = unit_below(u, 4);
    const double scale = type == BONNET_CODEC_F32   ? pow(10, (int)unit_below(u, 60) - 30.0)
                         : type == BONNET_CODEC_I32 ? 1e8
                         : type == BONNET_CODEC_I16 ? 3000
                                                    : 30;
    const double middle = kind == 1 ? 10 * normal(u) : 0;
    for (size_t i = 0; i < count; i++) {
        double x = scale * (kind == 3 ? middle : middle + normal(u));
        if (kind == 2) x = fmax(x, 0);
        if (type == BONNET_CODEC_F32) n->f[i] = (float)x;
        else if (type == BONNET_CODEC_I32) n->w[i] = (int32_t)fmin(fmax(x, INT32_MIN), INT32_MAX);
        else if (type == BONNET_CODEC_I16) n->h[i] = (int16_t)fmin(fmax(x, INT16_MIN), INT16_MAX);
        else n->b[i] = (int8_t)fmin(fmax(x, INT8_MIN), INT8_MAX);
    }
}

static bonnet_range range_of(const numbers *n, uint32_t type, size_t count)
{
    bonnet_range r = {at(n, type, 0), at(n, type, 0)};
    for (size_t i = 1; i < count; i++) r.low = fmin(r.low, at(n, type, i)), r.high = fmax(r.high, at(n, type, i));
    return r;
}

/* Largest and mean square error of a range and so many bits; what comes back, in `back`. */
static void errors(double *most, double *square, numbers *back, const numbers *n, uint32_t type, size_t count, uint32_t bits, const bonnet_range *r)
{
    uint8_t packed[MOST];
    const bonnet_values v = {type, count, n};
    if (bonnet_quantise(packed, &v, bits, r, NULL, 0) != BONNET_OK || bonnet_dequantise(back, type, count, packed, bits, r) != BONNET_OK) exit(1);
    *most = *square = 0;
    for (size_t i = 0; i < count; i++) {
        const double e = fabs(at(back, type, i) - at(n, type, i));
        *most = fmax(*most, e), *square += e * e / (double)count;
    }
}

static void formula(unit *u)
{
    uint32_t wrong = 0, beyond = 0, sizes = 0;
    for (uint32_t c = 0; c < u->cases; c++) {
        numbers n, back;
        const uint32_t type = BONNET_CODEC_F32 + unit_below(u, 4), bits = 1 + unit_below(u, 8);
        const size_t count = 1 + unit_below(u, c % 2 ? MOST : 20);
        size_t bytes = 0;
        uint8_t packed[MOST + 1], want[MOST + 1] = {0};
        draw(&n, type, count, u);
        bonnet_range r = range_of(&n, type, count);
        const int narrow = unit_below(u, 3) == 0; /* a range that was found elsewhere */
        if (narrow) r.high = r.low + (r.high - r.low) * 0.75;
        if (r.high - r.low < ldexp(fmax(fabs(r.low), fabs(r.high)), -30)) r.high = r.low;
        const bonnet_values v = {type, count, &n};
        if (bonnet_quantised_bytes(&bytes, type, count, bits) != BONNET_OK || bytes != (count * bits + 7) / 8) sizes++;
        memset(packed, 0xa5, sizeof packed);
        if (bonnet_quantise(packed, &v, bits, &r, NULL, 0) != BONNET_OK || packed[bytes] != 0xa5) sizes++;
        const double s = r.low + (r.high - r.low) / 2, h = (r.high - r.low) / 2, steps = 1 << (bits - 1);
        double most, square;
        errors(&most, &square, &back, &n, type, count, bits, &r);
        for (size_t i = 0; i < count; i++) {
            const double f = at(&n, type, i), got = at(&back, type, i);
            const double d = h > 0 ? fmin(fmax(floor((f - s) / h * steps), -steps), steps - 1) : 0;
            const uint32_t code = (uint32_t)(d + steps);
            for (uint32_t b = 0; b < bits && h > 0; b++) want[(i * bits + b) / 8] |= (uint8_t)((code >> b & 1) << (i * bits + b) % 8);
            const double rounding = type == BONNET_CODEC_F32 ? fabs(got) * 0x1p-24 + 0x1p-149 : 0.5;
            if (f >= r.low && f <= r.high) beyond += fabs(got - f) > h / (2 * steps) * (1 + 1e-12) + rounding + 1e-12 * fabs(s);
            else if (h > 0) beyond += fabs(got - (f < s ? r.low : r.high)) > h / (2 * steps) * (1 + 1e-12) + rounding + 1e-12 * fabs(s);
        }
        wrong += h > 0 && memcmp(packed, want, bytes) != 0;
    }
    UNIT(u, !sizes, "sizes", "%u of %u wrong", sizes, u->cases);
    UNIT(u, !wrong, "codes are those of the formula, packed bit behind bit", "%u of %u tensors differ", wrong, u->cases);
    UNIT(u, !beyond, "errors within (M - S) / 2^b, and at the ends beyond them", "%u values", beyond);
}

static void monotone(unit *u)
{
    uint32_t worse = 0, unlike = 0;
    for (uint32_t kind = 0; kind < 3; kind++) {
        static numbers n, back;
        double before = INFINITY, mean = INFINITY, most, square;
        for (int i = 0; i < MOST; i++) n.f[i] = (float)(kind == 0 ? normal(u) : kind == 1 ? unit_real(u) : fmax(0, normal(u)));
        const bonnet_range r = range_of(&n, BONNET_CODEC_F32, MOST);
        for (uint32_t bits = 1; bits <= 8; bits++) {
            errors(&most, &square, &back, &n, BONNET_CODEC_F32, MOST, bits, &r);
            worse += !(most < before) || !(square < mean);
            const double step = (r.high - r.low) / (1 << bits); /* uniform values: step^2 / 12 */
            unlike += kind == 1 && fabs(square / (step * step / 12) - 1) > 0.15;
            before = most, mean = square;
        }
    }
    UNIT(u, !worse, "every bit makes both errors smaller", "%u times not", worse);
    UNIT(u, !unlike, "of uniform values the mean square error is step^2 / 12", "%u of 8 differ by more than 15 %%", unlike);
}

static void ends(unit *u)
{
    const float f[] = {-1, -0.5f, -1e-30f, 0, 0.5f, 1, 2, -7};
    const bonnet_values v = {BONNET_CODEC_F32, 8, f};
    const bonnet_range r = {-1, 1};
    uint8_t packed[8];
    float back[8];
    UNIT(u, bonnet_quantise(packed, &v, 8, &r, NULL, 0) == BONNET_OK && packed[0] == 0 && packed[5] == 255 && packed[6] == 255 && packed[7] == 0,
         "f = M has the last code, f = m the first", "%u %u %u %u", packed[0], packed[5], packed[6], packed[7]);
    UNIT(u, packed[2] == 127 && packed[3] == 128, "floor, not truncation", "%u %u", packed[2], packed[3]);
    UNIT(u, bonnet_quantise(packed, &v, 1, &r, NULL, 0) == BONNET_OK && packed[0] == 0x78, "one bit: below S or not", "%02x", packed[0]);
    UNIT(u, bonnet_dequantise(back, BONNET_CODEC_F32, 8, packed, 1, &r) == BONNET_OK && back[0] == -0.5f && back[3] == 0.5f, "one bit: -1/2 and 1/2",
         "%g %g", (double)back[0], (double)back[3]);
    const bonnet_range one = {0.7f, 0.7f};
    int same =
        bonnet_quantise(packed, &v, 3, &one, NULL, 0) == BONNET_OK && bonnet_dequantise(back, BONNET_CODEC_F32, 8, packed, 3, &one) == BONNET_OK;
    for (int i = 0; i < 8; i++) same = same && back[i] == 0.7f;
    UNIT(u, same, "a range of one number gives that number, exactly", "%g", (double)back[0]);
    const bonnet_range wide = {-(double)FLT_MAX, FLT_MAX};
    const float far[] = {FLT_MAX, -FLT_MAX};
    const bonnet_values w = {BONNET_CODEC_F32, 2, far};
    same = bonnet_quantise(packed, &w, 8, &wide, NULL, 0) == BONNET_OK && bonnet_dequantise(back, BONNET_CODEC_F32, 2, packed, 8, &wide) == BONNET_OK;
    UNIT(u, same && isfinite(back[0]) && isfinite(back[1]), "the whole of float32", "%g %g", (double)back[0], (double)back[1]);
}

static void refused(unit *u)
{
    uint32_t taken = 0, touched = 0, silent = 0;
    for (uint32_t c = 0; c < 40; c++) { /* a wrong number at any place */
        float f[700];
        uint8_t packed[700];
        char message[100] = "";
        for (int i = 0; i < 700; i++) f[i] = (float)normal(u);
        f[unit_below(u, 700)] = c % 3 == 0 ? NAN : c % 3 == 1 ? INFINITY : -INFINITY;
        memset(packed, 0xa5, sizeof packed);
        const bonnet_values v = {BONNET_CODEC_F32, 700, f};
        taken += bonnet_quantise(packed, &v, 4, &(bonnet_range){-1, 1}, message, sizeof message) != BONNET_EINVAL;
        for (int i = 0; i < 700; i++) touched += packed[i] != 0xa5;
        silent += !strstr(message, "infinite or no number");
        bonnet_range_search *k;
        bonnet_range r;
        if (bonnet_range_open(&k, 1) != BONNET_OK) exit(1);
        taken += bonnet_range_add(k, &v, NULL, 0) != BONNET_EINVAL || bonnet_range_get(&r, k) != BONNET_EINVAL;
        bonnet_range_close(k);
    }
    UNIT(u, !taken && !touched && !silent, "no number, infinite: refused, nothing written", "%u taken, %u bytes, %u without a word", taken, touched,
         silent);
    const float f[2] = {0, 1};
    const bonnet_values v = {BONNET_CODEC_F32, 2, f}, bytes = {BONNET_CODEC_U8, 2, f}, none = {9, 2, f};
    const bonnet_range ranges[] = {{1, 0}, {NAN, 1}, {0, INFINITY}, {-1e39, 0}, {1, 1 + 1e-12}}, good = {0, 1};
    uint8_t packed[2];
    float back[2];
    for (int i = 0; i < 5; i++)
        taken += bonnet_quantise(packed, &v, 4, &ranges[i], NULL, 0) != BONNET_EINVAL ||
                 bonnet_dequantise(back, BONNET_CODEC_F32, 2, packed, 4, &ranges[i]) != BONNET_EINVAL;
    taken += bonnet_quantise(packed, &v, 0, &good, NULL, 0) != BONNET_EINVAL || bonnet_quantise(packed, &v, 9, &good, NULL, 0) != BONNET_EINVAL;
    taken +=
        bonnet_quantise(packed, &bytes, 4, &good, NULL, 0) != BONNET_EINVAL || bonnet_quantise(packed, &none, 4, &good, NULL, 0) != BONNET_EINVAL;
    bonnet_range_search *k;
    taken += bonnet_range_open(&k, 0) != BONNET_EINVAL || bonnet_range_open(&k, 1.1) != BONNET_EINVAL;
    UNIT(u, !taken, "wrong ranges, bits, types, shares", "%u taken", taken);
}

static int ascending(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

static void calibration(unit *u)
{
    uint32_t inside = 0, outside = 0, minmax = 0;
    for (uint32_t c = 0; c < 60; c++) {
        static double all[8 * MOST];
        static numbers n;
        size_t total = 0;
        const uint32_t type = BONNET_CODEC_F32 + unit_below(u, 4);
        const double share = 0.5 + 0.5 * unit_real(u);
        bonnet_range_search *whole, *part;
        bonnet_range r, m;
        if (bonnet_range_open(&whole, 1) != BONNET_OK || bonnet_range_open(&part, share) != BONNET_OK) exit(1);
        for (uint32_t t = 1 + unit_below(u, 8); t; t--) {
            const bonnet_values v = {type, 1 + unit_below(u, MOST), &n};
            draw(&n, type, v.count, u);
            for (size_t i = 0; i < v.count; i++) all[total++] = at(&n, type, i);
            if (bonnet_range_add(whole, &v, NULL, 0) != BONNET_OK || bonnet_range_add(part, &v, NULL, 0) != BONNET_OK) exit(1);
        }
        if (bonnet_range_get(&m, whole) != BONNET_OK || bonnet_range_get(&r, part) != BONNET_OK) exit(1);
        bonnet_range_close(whole);
        bonnet_range_close(part);
        qsort(all, total, sizeof *all, ascending);
        minmax += m.low != all[0] || m.high != all[total - 1];
        const size_t beyond = (size_t)floor((double)total * (1 - share) / 2);
        const double low = all[beyond], high = all[total - 1 - beyond];
        inside += r.low > low || r.high < high || r.low < m.low || r.high > m.high;
        outside += r.low < low - fabs(low) / 500 - 1e-38 || r.high > high + fabs(high) / 500 + 1e-38;
    }
    int32_t w[1000]; /* as float32 each of these is 2^30, of the next bin */
    for (int i = 0; i < 1000; i++) w[i] = i ? i < 999 ? (1 << 30) - 1 : INT32_MAX : 0;
    const bonnet_values v = {BONNET_CODEC_I32, 1000, w};
    bonnet_range_search *k;
    bonnet_range r;
    if (bonnet_range_open(&k, 0.99) != BONNET_OK || bonnet_range_add(k, &v, NULL, 0) != BONNET_OK) exit(1);
    inside += bonnet_range_get(&r, k) != BONNET_OK || r.low > (1 << 30) - 1;
    bonnet_range_close(k);
    UNIT(u, !minmax, "smallest and largest of several tensors", "%u of 60 wrong", minmax);
    UNIT(u, !inside, "the middle share lies within the range", "%u of 60 too narrow", inside);
    UNIT(u, !outside, "and its ends are no more than 1/500 too far out", "%u of 60 too wide", outside);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "quantise", 1, 400);
    formula(&u);
    monotone(&u);
    ends(&u);
    refused(&u);
    calibration(&u);
    return unit_end(&u);
}
