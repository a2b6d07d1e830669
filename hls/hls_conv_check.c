/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_conv_check.c - can the conv unit do what this CONV asks? The conditions of rtl/fetch/bonnet_conv_check.sv, one by one, and the fields
 * that the rest of the unit reads. What would make the walk endless or leave its map is refused; addresses are the host's promise.
 */
#include "hls_conv_parts.h"

static int off_ring(const hls_map *map) { return map->ring == 0 ? map->slot != 0 : map->slot >= map->ring; }

static void decode_maps(const uint32_t d[16], hls_conv_job *job)
{
#pragma HLS INLINE
    job->in.base = (uint16_t)HLS_G(d, CONV_IN);
    job->in.row = (uint16_t)HLS_G(d, CONV_IN_ROW);
    job->in.pix = (uint8_t)HLS_G(d, CONV_IN_PIX);
    job->in.ring = (uint8_t)HLS_G(d, CONV_IN_RING);
    job->in.slot = (uint8_t)HLS_G(d, CONV_IN_SLOT);
    job->in.coded = (uint8_t)HLS_G(d, CONV_IN_T);
    job->out.base = (uint16_t)HLS_G(d, CONV_OUT);
    job->out.row = (uint16_t)HLS_G(d, CONV_OUT_ROW);
    job->out.pix = (uint8_t)HLS_G(d, CONV_OUT_PIX);
    job->out.ring = (uint8_t)HLS_G(d, CONV_OUT_RING);
    job->out.slot = (uint8_t)HLS_G(d, CONV_OUT_SLOT);
    job->out.coded = (uint8_t)HLS_G(d, CONV_OUT_T);
    job->res.base = (uint16_t)HLS_G(d, CONV_RES);
    job->res.row = (uint16_t)HLS_G(d, CONV_RES_ROW);
    job->res.pix = (uint8_t)HLS_G(d, CONV_RES_PIX);
    job->res.ring = (uint8_t)HLS_G(d, CONV_RES_RING);
    job->res.slot = (uint8_t)HLS_G(d, CONV_RES_SLOT);
    job->res.coded = (uint8_t)HLS_G(d, CONV_RES_T);
    job->pass.base = (uint16_t)HLS_G(d, CONV_PASS);
    job->pass.row = (uint16_t)HLS_G(d, CONV_PASS_ROW);
    job->pass.pix = (uint8_t)HLS_G(d, CONV_PASS_PIX);
    job->pass.ring = (uint8_t)HLS_G(d, CONV_PASS_RING);
    job->pass.slot = (uint8_t)HLS_G(d, CONV_PASS_SLOT);
    job->pass.coded = (uint8_t)HLS_G(d, CONV_PASS_T);
}

static void decode(const uint32_t d[16], hls_conv_job *job)
{
#pragma HLS INLINE
    decode_maps(d, job);
    job->in_w = (uint16_t)HLS_G(d, CONV_IN_W);
    job->in_h = (uint16_t)HLS_G(d, CONV_IN_H);
    job->out_w = (uint16_t)HLS_G(d, CONV_OUT_W);
    job->out_h = (uint16_t)HLS_G(d, CONV_OUT_H);
    job->y0 = (uint16_t)HLS_G(d, CONV_Y0);
    job->rows = (uint16_t)HLS_G(d, CONV_ROWS);
    job->wrow = (uint16_t)HLS_G(d, CONV_WROW);
    job->depth = (uint16_t)HLS_G(d, CONV_DEPTH);
    job->tiles = (uint16_t)HLS_G(d, CONV_TILES);
    job->group_step = (uint16_t)HLS_G(d, CONV_GROUP_STEP);
    job->tile_step = (uint16_t)HLS_G(d, CONV_TILE_STEP);
    job->channel = (uint16_t)HLS_G(d, CONV_CHANNEL);
    job->dot = (uint16_t)HLS_G(d, CONV_K);
    job->k3 = (uint8_t)HLS_G(d, CONV_K3);
    job->stride2 = (uint8_t)HLS_G(d, CONV_STRIDE2);
    job->dilate2 = (uint8_t)HLS_G(d, CONV_DILATE2);
    job->pad = (uint8_t)HLS_G(d, CONV_PAD);
    job->grouped = (uint8_t)HLS_G(d, CONV_GROUPED);
    job->pool2 = (uint8_t)HLS_G(d, CONV_POOL2);
    job->k4 = (uint8_t)HLS_G(d, CONV_K4);
    job->post = (uint8_t)HLS_G(d, CONV_POST);
    job->keep = (uint8_t)HLS_G(d, CONV_KEEP);
    job->more = (uint8_t)HLS_G(d, CONV_MORE);
    job->s1 = (uint8_t)HLS_G(d, CONV_S1);
    job->s2 = (uint8_t)HLS_G(d, CONV_S2);
}

int HLS_NAME(hls_conv_check)(const uint32_t desc[16], hls_conv_job *job)
{
    decode(desc, job);
    int empty = job->in_w == 0 || job->in_h == 0 || job->out_w == 0 || job->out_h == 0 || job->rows == 0 || job->tiles == 0 || job->depth == 0;
    /* Centre of the last pixel; POOL2: the first of its four, the others are clamped. Of a map without pixels it means nothing. */
    uint32_t by = job->pool2 || job->stride2 ? 2 : 1, last_x = by * (job->out_w - 1u), last_y = by * (job->out_h - 1u);
    uint32_t end = (uint32_t)job->y0 + job->rows;
    int outside = last_x >= job->in_w || last_y >= job->in_h || end > job->out_h;
    int clash = job->post > HLS_POST_HEAD || (job->pool2 && (job->stride2 || job->post != HLS_POST_STORE)) ||
                (!job->k3 && (job->dilate2 || job->pad)) || job->pad > HLS_PAD_NONE || job->channel % HLS_GROUP != 0;
    /* A HEAD's features are sums over the whole map: rows before these must have left theirs, rows after them must be announced. */
    int strip = job->keep || job->more;
    if (job->post == HLS_POST_HEAD)
        strip = job->keep != (job->y0 != 0) || job->more != (end != job->out_h) || ((job->keep || job->more) && job->tiles != 1);
    /* Four slices are what a code is of, and XNOR leaves them unordered. */
    int uncoded =
        ((job->in.coded || job->out.coded || job->res.coded || job->pass.coded) && !job->k4) || (job->out.coded && job->post == HLS_POST_XNOR);
    uint32_t span = (job->k3 ? job->dilate2 ? 5 : 3 : 1) + job->pool2; /* rows that a window inside the map spans */
    if (job->pad != HLS_PAD_NONE && job->in_h < span) span = job->in_h;
    int rings =
        off_ring(&job->in) || off_ring(&job->out) || off_ring(&job->res) || off_ring(&job->pass) || (job->in.ring != 0 && job->in.ring < span);
    return HLS_G(desc, JOB_OP) != HLS_OP_CONV || empty || outside || clash || strip || uncoded || rings;
}
