/* SPDX-License-Identifier: Apache-2.0 */
/* golden_stem_test.c - the stem's operators against numbers worked out by hand. */
#include "golden/golden.h"
#include "unit.h"

static void numbers(unit *u)
{
    static const struct {
        int64_t x;
        unsigned s;
        int64_t want;
    } shift[] = {
        {5, 1, 3}, {-5, 1, -2}, {4, 1, 2}, {-1, 1, 0}, {7, 0, 7}, {-7, 0, -7}, {2, 2, 1}, {1, 2, 0}, {-2, 2, 0}, {-3, 2, -1}, {1 << 23, 24, 1},
    };
    for (size_t i = 0; i < sizeof shift / sizeof *shift; i++) {
        int64_t got = bonnet_golden_round_shift(shift[i].x, shift[i].s);
        UNIT(u, got == shift[i].want, "round_shift", "(%lld, %u) = %lld, not %lld", (long long)shift[i].x, shift[i].s, (long long)got,
             (long long)shift[i].want);
    }
    UNIT(u, bonnet_golden_requantise(1016, 3) == 127, "requantise 127", "got %d", bonnet_golden_requantise(1016, 3));
    UNIT(u, bonnet_golden_requantise(1020, 3) == 127, "requantise saturates up (128)", "got %d", bonnet_golden_requantise(1020, 3));
    UNIT(u, bonnet_golden_requantise(-1028, 3) == -128, "requantise -128.5 rounds up to -128", "got %d", bonnet_golden_requantise(-1028, 3));
    UNIT(u, bonnet_golden_requantise(-4000000, 0) == -128, "requantise saturates down", "got %d", bonnet_golden_requantise(-4000000, 0));
}

static void convolution(unit *u)
{
    static const int8_t w[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const uint8_t image[4] = {1, 2, 3, 4}; /* 1 2 / 3 4 */
    bonnet_layer l = {.in_c = 1, .in_h = 2, .in_w = 2, .kernel = 3, .stride = 1, .w8 = w};
    /* at (0, 0): 5*1 + 6*2 + 8*3 + 9*4; at (1, 1): 1*1 + 2*2 + 4*3 + 5*4 */
    UNIT(u, bonnet_golden_stem_conv(&l, image, 0, 0, 0) == 77, "3x3 corner", "got %d", bonnet_golden_stem_conv(&l, image, 0, 0, 0));
    UNIT(u, bonnet_golden_stem_conv(&l, image, 0, 1, 1) == 37, "3x3 other corner", "got %d", bonnet_golden_stem_conv(&l, image, 0, 1, 1));
    static const uint8_t bright[1] = {255};
    bonnet_layer one = {.in_c = 1, .in_h = 1, .in_w = 1, .kernel = 3, .stride = 1, .w8 = w};
    UNIT(u, bonnet_golden_stem_conv(&one, bright, 0, 0, 0) == 1275, "unsigned pixel", "got %d", bonnet_golden_stem_conv(&one, bright, 0, 0, 0));
    one.pixels_signed = 1;
    UNIT(u, bonnet_golden_stem_conv(&one, bright, 0, 0, 0) == -5, "signed pixel", "got %d", bonnet_golden_stem_conv(&one, bright, 0, 0, 0));
    /* three planes, interleaved pixels, second output channel, stride 2: only the centre taps of planes 0..2 see pixel (0, 2) */
    int8_t w3[2 * 27] = {0};
    w3[27 + 4] = 10, w3[27 + 9 + 4] = 100, w3[27 + 18 + 4] = 1;
    static const uint8_t rgb[9] = {0, 0, 0, 0, 0, 0, 3, 2, 7};
    bonnet_layer l3 = {.in_c = 3, .in_h = 1, .in_w = 3, .kernel = 3, .stride = 2, .w8 = w3};
    UNIT(u, bonnet_golden_stem_conv(&l3, rgb, 1, 0, 1) == 237, "planes and stride", "got %d", bonnet_golden_stem_conv(&l3, rgb, 1, 0, 1));
}

static void pool_and_depthwise(unit *u)
{
    static const int8_t a[9] = {1, -2, 3, -4, 5, -6, 7, -8, -9};
    UNIT(u, bonnet_golden_max_pool(a, 3, 3, 0, 2, 0) == 7, "no pool", "wrong");
    UNIT(u, bonnet_golden_max_pool(a, 3, 3, 1, 0, 0) == 5, "2x2", "wrong");
    UNIT(u, bonnet_golden_max_pool(a, 3, 3, 2, 0, 0) == 5, "3x3 corner", "wrong");
    UNIT(u, bonnet_golden_max_pool(a, 3, 3, 2, 1, 1) == 5, "3x3 last corner: 5 -6 / -8 -9", "wrong");
    static const int8_t low[4] = {-128, -128, -128, -127};
    UNIT(u, bonnet_golden_max_pool(low, 2, 2, 2, 0, 0) == -127, "outside does not count as zero", "wrong");
    static const int8_t w[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, p[2] = {10, -1}, border = -100;
    /* a row of two, at x = 0: columns seen 10 10 -1 in all three rows: 12*10 + 15*10 - 18 */
    UNIT(u, bonnet_golden_depthwise(p, 1, 2, w, NULL, 0, 0) == 252, "replicated", "got %d", bonnet_golden_depthwise(p, 1, 2, w, NULL, 0, 0));
    /* with a border only 5 and 6 see the map: 50 - 6; the rest (45 - 11 = 34) sees -100 */
    UNIT(u, bonnet_golden_depthwise(p, 1, 2, w, &border, 0, 0) == -3356, "constant", "got %d", bonnet_golden_depthwise(p, 1, 2, w, &border, 0, 0));
    UNIT(u, bonnet_golden_slice(5, 5) == 1 && bonnet_golden_slice(4, 5) == 0, "slice is >=", "wrong");
    UNIT(u, bonnet_golden_slice(-147456, -(1 << 19)) == 1 && bonnet_golden_slice(147456, (1 << 19) - 1) == 0, "always and never", "wrong");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "golden_stem", 1, 1);
    numbers(&u);
    convolution(&u);
    pool_and_depthwise(&u);
    return unit_end(&u);
}
