/* SPDX-License-Identifier: Apache-2.0 */
/* golden_binary_test.c - the binary operators against counts worked out by hand. */
#include "golden/golden.h"
#include "unit.h"

/* One slice, 64 channels, 3 x 3, all zero but channel 5 at (y0, x0); a filter that is zero but in channel 5 of every tap.
 * Channel 5's tap matches where it reads the set pixel; the 63 other channels match always. So p - 9 * 63 counts the readings. */
static uint32_t readings(uint32_t y0, uint32_t x0, uint32_t stride, uint32_t dilation, uint32_t y, uint32_t x)
{
    uint64_t map[9] = {0}, bits[64 * 9];
    map[3 * y0 + x0] = 1u << 5;
    for (size_t i = 0; i < 64 * 9; i++) bits[i] = 1u << 5;
    bonnet_layer l = {.in_c = 64, .conv_c = 64, .stride = stride, .dilation = dilation, .bits = bits};
    bonnet_golden_map in = {map, 3, 3, 64, 1, 0, 64};
    return bonnet_golden_binary_conv(&l, &in, 63, y, x) - 9 * 63;
}

static void windows(unit *u)
{
    static const struct {
        uint32_t y0, x0, stride, dilation, y, x, want;
        const char *what;
    } c[] = {
        {1, 1, 1, 1, 1, 1, 1, "centre reads the centre once"},
        {0, 0, 1, 1, 0, 0, 4, "corner replicates: four taps"},
        {0, 1, 1, 1, 0, 1, 2, "edge replicates: two taps"},
        {2, 2, 1, 1, 0, 0, 0, "too far away"},
        {2, 2, 1, 2, 1, 1, 1, "dilation 2 reaches the corner"},
        {0, 0, 1, 2, 0, 0, 4, "dilation 2 at the corner"},
        {2, 2, 1, 2, 0, 0, 1, "dilation 2 two away"},
        {1, 1, 1, 2, 0, 0, 0, "dilation 2 skips the neighbour"},
        {2, 2, 2, 1, 1, 1, 4, "stride 2: output (1, 1) is at (2, 2)"},
        {1, 1, 2, 1, 1, 1, 1, "stride 2 neighbour"},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        uint32_t got = readings(c[i].y0, c[i].x0, c[i].stride, c[i].dilation, c[i].y, c[i].x);
        UNIT(u, got == c[i].want, c[i].what, "got %u, wanted %u", got, c[i].want);
    }
}

/* Four slices: outputs 0..15 read slice 0, 16..31 slice 1, and so on; a half starts at its first channel. */
static void slices(unit *u)
{
    uint64_t map[2 * 4] = {0}, bits[64 * 9];
    memset(bits, 0xff, sizeof bits);
    bonnet_layer l = {.in_c = 64, .conv_c = 64, .stride = 1, .dilation = 1, .bits = bits};
    for (uint32_t j = 0; j < 4; j++) map[4 + j] = (UINT64_C(1) << j) - 1; /* upper half, slice j: j ones */
    bonnet_golden_map upper = {map, 1, 1, 128, 4, 64, 64}, lower = {map, 1, 1, 128, 4, 0, 64};
    for (uint32_t o = 0; o < 64; o += 21) {
        uint32_t got = bonnet_golden_binary_conv(&l, &upper, o, 0, 0);
        UNIT(u, got == 9 * (o / 16), "group reads its slice", "channel %u: %u", o, got);
    }
    UNIT(u, bonnet_golden_binary_conv(&l, &lower, 63, 0, 0) == 0, "other half", "wrong");
    UNIT(u, bonnet_golden_slice_sum(&upper, 0, 0, 0) == 2 && bonnet_golden_slice_sum(&upper, 2, 0, 0) == -2, "sum over slices", "wrong");
    UNIT(u, bonnet_golden_slice_sum(&lower, 0, 0, 0) == -4, "sum of four -1", "wrong");
}

/* The dense 1x1 takes every slice; its weights are in the order of the input words: channel word outside, slice inside. */
static void downsample(unit *u)
{
    uint64_t map[8] = {0}, bits[64 * 8];
    memset(bits, 0xff, sizeof bits);
    map[1 * 4 + 2] = 7; /* channels 64..66, slice 2 */
    bonnet_layer l = {.in_c = 128, .conv_c = 64, .bits = bits};
    bonnet_golden_map in = {map, 1, 1, 128, 4, 0, 128};
    UNIT(u, bonnet_golden_downsample(&l, &in, 7, 0, 0) == 3, "counts ones", "wrong");
    bits[7 * 8 + 1 * 4 + 2] = 0;
    UNIT(u, bonnet_golden_downsample(&l, &in, 7, 0, 0) == 61, "word order of weights", "wrong");
    static const unsigned some[4] = {0, 1, 0, 0}, all[4] = {1, 1, 1, 1}, most[4] = {1, 1, 1, 0};
    UNIT(u, bonnet_golden_pool_bits(some, 0) == 1 && bonnet_golden_pool_bits(some, 1) == 0, "OR and AND of some", "wrong");
    UNIT(u, bonnet_golden_pool_bits(all, 1) == 1 && bonnet_golden_pool_bits(most, 1) == 0, "AND of all and most", "wrong");
}

static void shortcuts(unit *u)
{
    for (unsigned a = 0; a < 2; a++)
        for (unsigned r = 0; r < 2; r++) {
            int product = (a ? 1 : -1) * (r ? 1 : -1);
            UNIT(u, bonnet_golden_xnor(a, r) == (product > 0), "xnor is the product", "%u %u", a, r);
            UNIT(u, bonnet_golden_or(a, r) == (a > r ? a : r), "or is the maximum", "%u %u", a, r);
        }
    UNIT(u, bonnet_golden_interleave(1, 0, 6) == 1 && bonnet_golden_interleave(1, 0, 7) == 0, "even z, odd t", "wrong");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "golden_binary", 1, 1);
    windows(&u);
    slices(&u);
    downsample(&u);
    shortcuts(&u);
    return unit_end(&u);
}
