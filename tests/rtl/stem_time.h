// SPDX-License-Identifier: Apache-2.0
// When the stem writes each map row, without simulating it: a recurrence over columns and pixels, in cycles from the first start_i.
// Exact while a pass is not held, the feature buffer takes every write and the bus brings a pixel a cycle; `latency` is from an
// accepted request to its first beat. A pass that is held from row y on goes on at resume[y] (the start_i of the CONT; 0 = was not held):
// then a few pixels that wait between the links make it early or late by at most `kHeldSlack` cycles.
//
//   pixel p is in the line buffer at latency + 4 + p, if its row of the ring is free;
//   a column is read after its lowest pixel; a window is copied after its last column, when the taps before it are out;
//   a convolution pixel takes `rows` beats, is pooled, both halves of it, 6 cycles later; a depthwise pixel takes 9 (without: 1 and the time of
//   its thresholds, 2 with k = 4) and is written 3 and the time of its thresholds later.
#pragma once
#include "stem_ref.h"

namespace {

constexpr int64_t kHeldSlack = 120;

struct StemTime {
    std::vector<int64_t> row;  // the last write of each map row is accepted in this cycle; done_o two cycles later
    int64_t starved = 0;       // cycles of stall_in: no taps, and a column left to read
};

StemTime stem_time(const Job &j, int64_t latency, const std::vector<int64_t> &resume)
{
    int pad = (j.k - 1) / 2, last_col = j.stride * (j.conv_w - 1) + pad, words = j.slices == 4 ? 2 : 1, d = j.dw ? 9 : words, next = 0, made = 0;
    std::vector<int64_t> begin(j.in_h), left(j.conv_h), map(j.out_w * j.out_h), conv;
    int64_t pixel = latency + 3, read = 0, full = 0, taps = 0, sum = -1, end = 0;
    std::vector<std::pair<int64_t, int64_t>> busy;  // taps wait or are taken
    StemTime t;
    for (int y = 0; y < j.conv_h; y++) {
        int need = std::min(j.stride * y + pad, j.in_h - 1);
        for (; next <= need; next++) {  // image rows come in; the eighth before must have been left by the window
            int user = next >= 8 ? (next - 8 + pad) / j.stride : -1;
            begin[next] = std::max(pixel, user >= 0 && user < y ? left[user] : 0) + 1;
            pixel = begin[next] + j.in_w - 1;
        }
        for (int c = 0; c <= last_col; c++) {
            int64_t at = c < j.in_w ? std::max(read, begin[need] + c + 1) : read;
            int64_t shift = std::max(at + 1, full);
            left[y] = at, read = shift, end = at;
            if (c < pad || (c - pad) % j.stride) continue;
            full = std::max(shift + 1, taps);
            taps = full + j.rows();
            // The pooled pixel waits while the ring of the depthwise is full; two pixels fit between, and the first beat of this one.
            int64_t n = std::max<int64_t>(static_cast<int64_t>(conv.size()) - 3, 0);
            int cy = static_cast<int>(n / j.conv_w), cx = static_cast<int>(n % j.conv_w);
            bool pools = j.pool && !((cy % 2 || (j.pool == 2 && cy == j.conv_h - 1)) && (cx || j.conv_w == 1));
            int my = (j.pool ? cy / 2 : cy) - pools;
            if (my >= 3 && my - 3 < static_cast<int>(t.row.size())) taps = std::max(taps, t.row[my - 3] - words + j.rows() - 3);
            conv.push_back(taps);
            busy.push_back({full, taps});
        }
        // Rows of the map that are complete, and the rows that the depthwise can then make.
        int have = j.pool == 0 ? y + 1 : j.pool == 1 ? (y + 1) / 2 : y + 1 == j.conv_h ? j.out_h : (y + 1) / 2;
        for (int r = made; r < have; r++)
            for (int x = 0; x < j.out_w; x++) {
                int cy = j.pool ? std::min(2 * r + 1, j.conv_h - 1) : r, cx = j.pool ? std::min(2 * x + 1, j.conv_w - 1) : x;
                map[r * j.out_w + x] = conv[cy * j.conv_w + cx] + 6;
            }
        made = have;
        for (int r = static_cast<int>(t.row.size()); r < (j.dw && have < j.out_h ? have - 1 : have); r++) {
            for (int x = 0; x < j.out_w; x++) {
                int below = j.dw ? std::min(r + 1, j.out_h - 1) : r, right = j.dw ? std::min(x + 1, j.out_w - 1) : x;
                sum = std::max(sum + d, map[below * j.out_w + right] + (j.dw ? 9 : 1));
                if (x == 0 && resume[r]) sum = std::max(sum, resume[r]);
            }
            t.row.push_back(sum + 3 + words);
        }
    }
    t.starved = end - 1;  // the first column is asked for one cycle after start_i
    for (const auto &b : busy) t.starved -= std::max<int64_t>(std::min(b.second, end) - b.first, 0);
    return t;
}

}  // namespace
