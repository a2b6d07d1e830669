/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_window.c - which pixels come next and which feature words they read: rtl/fetch/bonnet_window.sv, and of rtl/post/bonnet_walk_map.sv
 * the words that they write.
 *
 *   word = IN + slot(clamp(yc + D*(ky-1))) * IN_ROW + clamp(xc + D*(kx-1)) * IN_PIX + step(d)
 *   clamp    at the edge of the map; with PAD 2 there is none. PAD 1: a tap that it moved is read, and masked.
 *   step(d)  GROUPED: 4d, coded (IN_T) 3d.   Else: d; coded 3*(d/4), and slice d%4 of these words.
 *   slot(r)  r; in a ring of IN_RING rows (IN_SLOT + r - S*Y0) mod IN_RING.
 *
 * Nothing is divided: a slot follows its row by steps of at most two, and whoever leaves the ring at one end comes in at the other. A ring
 * of one row stays at slot 0: the check sees to it that a window has no other. Words are 16 bits, as the descriptor's are.
 */
#include "hls_conv_parts.h"

/* Slot `by` rows (0..2) further down or up a ring of at least two rows. */
static uint32_t ring_down(uint32_t ring, uint32_t slot, uint32_t by) { return slot + by >= ring ? slot + by - ring : slot + by; }
static uint32_t ring_up(uint32_t ring, uint32_t slot, uint32_t by) { return slot < by ? slot + ring - by : slot - by; }

/* Steps of a tap away from the centre, where the edge leaves room for `room`. */
static uint32_t steps(const hls_conv_job *job, uint32_t room)
{
#pragma HLS INLINE
    if (job->pad == HLS_PAD_NONE) return job->dilate2 ? 2 : 1;
    return room == 0 ? 0 : job->dilate2 && room != 1 ? 2 : 1;
}

static hls_line line_start(const hls_map *map, uint32_t y0)
{
    hls_line line;
    line.word = (uint16_t)(map->base + (map->ring != 0 ? map->slot : y0) * map->row);
    line.slot = map->slot;
    return line;
}

static hls_line line_next(const hls_map *map, hls_line line)
{
    int wrap = map->ring != 0 && line.slot == map->ring - 1;
    hls_line next;
    next.word = wrap ? map->base : (uint16_t)(line.word + map->row);
    next.slot = wrap ? 0 : (uint8_t)(line.slot + 1);
    return next;
}

void HLS_NAME(hls_window_start)(const hls_conv_job *job, hls_walk *walk)
{
    walk->x = 0;
    walk->y = 0;
    walk->pos = 0;
    walk->end = 0;
    walk->in_slot = job->in.slot;
    walk->out = line_start(&job->out, job->y0);
    walk->res = line_start(&job->res, job->y0);
    walk->pass = line_start(&job->pass, job->y0);
}

static hls_pixel pixel_at(const hls_conv_job *job, const hls_walk *walk)
{
#pragma HLS INLINE
    uint32_t y = (uint32_t)job->y0 + walk->y, x = walk->x;
    uint32_t by = job->stride2 || job->pool2 ? 2 : 1, yc = by * y, xc = by * x, slot = walk->in_slot;
    hls_pixel pixel;
    if (walk->pos % 2 == 1 && xc + 1 < job->in_w) xc++; /* at an odd edge a position stands for the one that is missing */
    if (walk->pos / 2 == 1 && yc + 1 < job->in_h) {
        yc++;
        if (job->in.ring > 1) slot = ring_down(job->in.ring, slot, 1);
    }
    pixel.xc = (uint16_t)xc;
    pixel.yc = (uint16_t)yc;
    pixel.slot = (uint8_t)slot;
    pixel.pos = walk->pos;
    pixel.out = (uint16_t)(walk->out.word + x * job->out.pix);
    pixel.res = (uint16_t)(walk->res.word + x * job->res.pix);
    pixel.pass = (uint16_t)(walk->pass.word + x * job->pass.pix);
    return pixel;
}

static void advance(const hls_conv_job *job, hls_walk *walk)
{
#pragma HLS INLINE
    if (job->pool2 && walk->pos != 3) {
        walk->pos++;
        return;
    }
    walk->pos = 0;
    if (walk->x + 1 != job->out_w) {
        walk->x++;
        return;
    }
    walk->x = 0;
    walk->y++;
    walk->end = walk->y == job->rows;
    if (job->in.ring > 1) walk->in_slot = (uint8_t)ring_down(job->in.ring, walk->in_slot, job->stride2 || job->pool2 ? 2 : 1);
    walk->out = line_next(&job->out, walk->out);
    walk->res = line_next(&job->res, walk->res);
    walk->pass = line_next(&job->pass, walk->pass);
}

uint32_t HLS_NAME(hls_window_block)(const hls_conv_job *job, hls_walk *walk, hls_pixel pixel[HLS_BLOCK])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < HLS_BLOCK; i++) {
#pragma HLS PIPELINE II = 1
        if (walk->end) break;
        pixel[i] = pixel_at(job, walk);
        advance(job, walk);
        n = i + 1;
    }
    return n;
}

uint32_t HLS_NAME(hls_window_word)(const hls_conv_job *job, const hls_pixel *pixel, uint32_t ky, uint32_t kx, uint32_t d, uint32_t *mask)
{
#pragma HLS INLINE
    const uint32_t reach = job->dilate2 ? 2 : 1;
    uint32_t up = steps(job, pixel->yc), down = steps(job, job->in_h - 1u - pixel->yc);
    uint32_t left = steps(job, pixel->xc), right = steps(job, job->in_w - 1u - pixel->xc);
    uint32_t y = pixel->yc, x = pixel->xc, slot = pixel->slot;
    if (ky == 0) {
        y -= up;
        slot = ring_up(job->in.ring, slot, up);
    } else if (ky == 2) {
        y += down;
        slot = ring_down(job->in.ring, slot, down);
    }
    if (kx == 0) x -= left;
    else if (kx == 2) x += right;
    *mask = job->pad == HLS_PAD_ZERO &&
            ((ky == 0 && up != reach) || (ky == 2 && down != reach) || (kx == 0 && left != reach) || (kx == 2 && right != reach));
    uint32_t row = job->in.ring == 0 ? y : slot;
    uint32_t step = job->in.coded ? 3 * (job->grouped ? d : d / 4) : job->grouped ? 4 * d : d;
    return (job->in.base + row * job->in.row + x * job->in.pix + step) & 0xFFFFu;
}
