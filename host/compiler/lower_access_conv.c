/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_access_conv.c - what a CONV reads and writes, for bonnet_job_check(): rows of three maps and of one, each row once, however many taps
 * fall on it; which words of a pixel, from the channels of its lanes; and which frame, from what its input holds.
 */
#include <string.h>
#include "lower_check.h"

/* One of the four maps, as the descriptor places it. */
typedef struct map {
    const char *what;
    uint32_t layer, therm, first; /* first word of a pixel that matters to the layer */
    uint32_t at, row, pix, ring, slot;
} map;

static uint32_t row_slot(const map *m, uint32_t y) { return m->ring ? y % m->ring : y; }

/* Words of a pixel and their channels that the lane groups touch; doubled: two for each. Returns the words spanned, 0: more than any pixel has. */
static uint32_t pixel_channels(uint32_t *have, const uint32_t *d, uint32_t lanes, uint32_t per, uint32_t doubled)
{
    uint32_t span = 0, group = lanes / 4;
    memset(have, 0, CHECK_MAX_PIXEL * sizeof *have);
    for (uint32_t t = 0; t < G(CONV_TILES); t++)
        for (uint32_t l = 0; l < lanes; l += 2) {
            uint32_t ch = G(CONV_CHANNEL) + t * G(CONV_TILE_STEP) + l / group * G(CONV_GROUP_STEP) + l % group;
            uint32_t first = doubled ? 2 * ch : ch, last = doubled ? 2 * ch + 3 : ch + 1;
            if (last / 64 * per + per > CHECK_MAX_PIXEL) return 0;
            for (uint32_t at = first; at <= last; at += 2)
                for (uint32_t j = 0; j < per; j++) have[at / 64 * per + j] |= UINT32_C(1) << at % 64 / 2;
            if (last / 64 * per + per > span) span = last / 64 * per + per;
        }
    return span;
}

/* PAD 2: columns and rows of the map before the first centre. */
static uint32_t border(const uint32_t *d) { return G(CONV_PAD) != BONNET_PAD_NONE ? 0 : G(CONV_DILATE2) ? 2 : 1; }

static bonnet_status shape(const check *c, const uint32_t *d)
{
    const bonnet_job *job = c->job;
    const bonnet_job_layer *l = &job->layers[c->layer], *in = &job->layers[l->in];
    uint32_t k3 = G(CONV_K3), by = G(CONV_STRIDE2) || G(CONV_POOL2) ? 2 : 1, drops, post = G(CONV_POST), lanes = job->geometry.lanes;
    const uint32_t centres_w = G(CONV_IN_W), centres_h = G(CONV_IN_H);
    uint32_t grouped = job->k == 4 && l->kind != BONNET_LAYER_DOWN, step = grouped ? lanes / 4 : lanes, tiles = l->rows / l->tile_rows;
    NEED(c, G(CONV_K4) == (job->k == 4) && G(CONV_GROUPED) == grouped && k3 == (l->kind != BONNET_LAYER_DOWN), "slices or kernel of the layer");
    NEED(c, post <= 4 && (l->kind == BONNET_LAYER_LAST) == (post == 4) && (l->kind != BONNET_LAYER_DOWN || post == 0), "POST of the layer");
    NEED(c, (l->out_c == 2 * l->conv_c) == (post == 3), "channels of the map");
    NEED(c, !G(CONV_POOL2) || (!G(CONV_STRIDE2) && post == 0), "POOL2 with something else");
    NEED(c, check_given(job) || !(G(CONV_PAD) || (k3 && G(CONV_POOL2)) || (!k3 && G(CONV_STRIDE2))), "PAD, POOL2 or STRIDE2 of a segment");
    NEED(c, G(CONV_PAD) <= BONNET_PAD_NONE && (k3 || (!G(CONV_DILATE2) && !G(CONV_PAD))), "1x1 with dilation or padding");
    NEED(c, centres_w && centres_h && centres_w + 2 * border(d) == in->out_w && centres_h + 2 * border(d) == in->out_h, "input size");
    NEED(c, G(CONV_OUT_W) == l->out_w && G(CONV_OUT_H) == l->out_h, "output size");
    drops = G(CONV_POOL2) && l->out_w == centres_w / 2 && l->out_h == centres_h / 2; /* a pool may drop odd edges or keep them */
    NEED(c, drops || (l->out_w == (centres_w + by - 1) / by && l->out_h == (centres_h + by - 1) / by), "output size of this input");
    NEED(c, G(CONV_ROWS) >= 1 && G(CONV_Y0) + G(CONV_ROWS) <= l->out_h, "rows past the map");
    NEED(c, post != 4 || G(CONV_OUT) % 4 == 0, "HEAD not to a multiple of 4");
    NEED(c, post != 4 || (G(CONV_KEEP) == (G(CONV_Y0) != 0) && G(CONV_MORE) == (G(CONV_Y0) + G(CONV_ROWS) != l->out_h)),
         "HEAD of a part of its map, KEEP %u and MORE %u", G(CONV_KEEP), G(CONV_MORE));
    NEED(c, !(G(CONV_KEEP) || G(CONV_MORE)) || G(CONV_TILES) == 1, "HEAD of a part of its map, of %u tiles", G(CONV_TILES));
    NEED(c, G(CONV_DEPTH) == l->in_c / 64 * (grouped ? 1 : job->k), "words of a tap");
    NEED(c, l->tile_rows == (post == 4 ? 2 : 1) + (k3 ? 9 : 1) * G(CONV_DEPTH), "rows of a tile");
    NEED(c, (k3 ? 9 : 1) * G(CONV_DEPTH) * 64 <= BONNET_MAX_DOT, "dot product longer than %d", BONNET_MAX_DOT);
    NEED(c, post != 4 || G(CONV_K) == 9 * l->in_c, "HEAD with the wrong K");
    NEED(c, post == 4 || !d[13], "shift or K without HEAD");
    NEED(c, G(CONV_GROUP_STEP) == (grouped ? l->conv_c / 4 : lanes / 4) && G(CONV_TILE_STEP) == step, "channels of lane groups and tiles");
    NEED(c, G(CONV_CHANNEL) % step == 0 && G(CONV_TILES) && G(CONV_CHANNEL) / step + G(CONV_TILES) <= tiles, "tiles past the layer's");
    NEED(c, job->k == 4 || !(G(CONV_IN_T) | G(CONV_OUT_T) | G(CONV_RES_T) | G(CONV_PASS_T)), "thermometer code of one slice");
    NEED(c, !G(CONV_OUT_T) || c->ordered[c->layer], "a map that is not ordered cannot be thermometer coded");
    NEED(c, post == 0 || l->res >= 0, "no residual");
    NEED(c, post != 3 || l->pass >= 0, "no pass-through");
    return BONNET_OK;
}

/*
 * The sums of a strip with MORE are in the unit, not in a word that could be followed: whoever goes on with them must come next in the list and
 * be of the same tile and frame, and begin where it ended.
 */
static bonnet_status strips(check *c, const uint32_t *d, uint32_t frame)
{
    const uint32_t *h = c->head;
    if (G(CONV_KEEP)) {
        NEED(c, h, "HEAD goes on, but no strip came before it");
        NEED(c,
             G(JOB_LAYER) == bonnet_desc_get(h, BONNET_F_JOB_LAYER) && G(CONV_CHANNEL) == bonnet_desc_get(h, BONNET_F_CONV_CHANNEL) &&
                 G(CONV_OUT) == bonnet_desc_get(h, BONNET_F_CONV_OUT) && frame == c->head_frame,
             "HEAD goes on with another tile or frame");
        NEED(c, G(CONV_Y0) == bonnet_desc_get(h, BONNET_F_CONV_Y0) + bonnet_desc_get(h, BONNET_F_CONV_ROWS), "HEAD goes on at row %u", G(CONV_Y0));
    } else {
        NEED(c, !h, "a HEAD's strips do not follow each other");
    }
    c->head = G(CONV_MORE) ? d : NULL;
    c->head_frame = frame;
    return BONNET_OK;
}

/* All words of all rows that a tap of output rows Y0.. falls on. *frame receives whose they are. */
static bonnet_status input(check *c, const uint32_t *d, uint32_t *frame)
{
    const bonnet_job_layer *l = &c->job->layers[c->layer], *in = &c->job->layers[l->in];
    uint32_t therm = G(CONV_IN_T), per = therm ? 3 : c->job->k, s = G(CONV_STRIDE2) || G(CONV_POOL2) ? 2 : 1, taps = G(CONV_K3) ? 3 : 1,
             dilation = G(CONV_DILATE2) ? 2 : 1, before = border(d) * (G(CONV_IN_PIX) + (G(CONV_IN_RING) ? 0 : G(CONV_IN_ROW)));
    const map m = {.what = "input",
                   .layer = (uint32_t)l->in,
                   .therm = therm,
                   .first = l->in_first / 64 * per,
                   .at = G(CONV_IN) - before,
                   .row = G(CONV_IN_ROW),
                   .pix = G(CONV_IN_PIX),
                   .ring = G(CONV_IN_RING),
                   .slot = G(CONV_IN_SLOT)};
    uint32_t all[CHECK_MAX_PIXEL];
    uint8_t rows[1024] = {0};
    uint64_t here = 0;
    memset(all, 0xFF, sizeof all);
    NEED(c, G(CONV_IN) >= before, "input: begins before the buffer");
    TRY(check_ring(c, m.what, m.ring, m.slot, s * G(CONV_Y0) + border(d)));
    for (uint32_t y = G(CONV_Y0); y < G(CONV_Y0) + G(CONV_ROWS); y++)
        for (uint32_t i = 0; i < (G(CONV_POOL2) ? 2 : 1) * taps; i++) {
            const uint32_t centre = s * y + i / taps < G(CONV_IN_H) ? s * y + i / taps : G(CONV_IN_H) - 1;
            const int32_t r = (int32_t)(centre + border(d)) + ((int32_t)(i % taps) - (int32_t)taps / 2) * (int32_t)dilation;
            rows[r < 0 ? 0 : r >= (int32_t)in->out_h ? in->out_h - 1 : (uint32_t)r] = 1;
        }
    for (uint32_t r = 0; r < in->out_h; r++) {
        uint64_t at = m.at + (uint64_t)row_slot(&m, r) * m.row;
        if (!rows[r]) continue;
        if (!here) {
            NEED(c, at < c->limit[SPACE_FEATURE], "input: row %u at word %llu", r, (unsigned long long)at);
            here = c->cells[SPACE_FEATURE][at].tag;
            *frame = check_tag_frame(here);
            NEED(c, here, "input: row %u holds nothing", r);
        }
        TRY(check_read_row(c, m.what, at, m.pix, in->out_w, l->in_c / 64 * per, all, check_tag(*frame, m.layer, therm, r, 0, m.first)));
    }
    return BONNET_OK;
}

/* Rows Y0.. of the residual or the pass-through, at the channels of this descriptor. */
static bonnet_status operand(check *c, const uint32_t *d, const map *m, uint32_t frame)
{
    const bonnet_job_layer *of = &c->job->layers[m->layer];
    uint32_t per = m->therm ? 3 : c->job->k;
    uint32_t have[CHECK_MAX_PIXEL];
    uint32_t span = pixel_channels(have, d, c->job->geometry.lanes, per, 0);
    NEED(c, of->out_w == G(CONV_OUT_W) && of->out_h == G(CONV_OUT_H), "%s of another size", m->what);
    TRY(check_ring(c, m->what, m->ring, m->slot, G(CONV_Y0)));
    for (uint32_t y = G(CONV_Y0); y < G(CONV_Y0) + G(CONV_ROWS); y++)
        TRY(check_read_row(c, m->what, m->at + (uint64_t)row_slot(m, y) * m->row, m->pix, of->out_w, span, have,
                           check_tag(frame, m->layer, m->therm, y, 0, m->first)));
    return BONNET_OK;
}

static bonnet_status features(check *c, const uint32_t *d, uint32_t frame)
{
    uint32_t lanes = c->job->geometry.lanes;
    for (uint32_t t = 0; t < G(CONV_TILES); t++)
        for (uint32_t i = 0; i < lanes; i++) {
            uint32_t ch = G(CONV_CHANNEL) + t * G(CONV_TILE_STEP) + i / (lanes / 4) * G(CONV_GROUP_STEP) + i % (lanes / 4);
            TRY(check_write(c, SPACE_FEATURE, G(CONV_OUT) + ch / 4, UINT32_C(0xFF) << 8 * (ch % 4), check_tag(frame, c->layer, 0, 0, 0, ch / 4)));
        }
    return BONNET_OK;
}

static bonnet_status output(check *c, const uint32_t *d, uint32_t frame)
{
    const map m = {
        .what = "output", .at = G(CONV_OUT), .row = G(CONV_OUT_ROW), .pix = G(CONV_OUT_PIX), .ring = G(CONV_OUT_RING), .slot = G(CONV_OUT_SLOT)};
    uint32_t have[CHECK_MAX_PIXEL];
    uint32_t span = pixel_channels(have, d, c->job->geometry.lanes, G(CONV_OUT_T) ? 3 : c->job->k, G(CONV_POST) == 3);
    TRY(check_ring(c, m.what, m.ring, m.slot, G(CONV_Y0)));
    for (uint32_t y = G(CONV_Y0); y < G(CONV_Y0) + G(CONV_ROWS); y++)
        TRY(check_write_row(c, m.what, m.at + (uint64_t)row_slot(&m, y) * m.row, m.pix, G(CONV_OUT_W), span, have,
                            check_tag(frame, c->layer, G(CONV_OUT_T), y, 0, 0)));
    return BONNET_OK;
}

bonnet_status check_conv(check *c, const uint32_t *d)
{
    const bonnet_job_layer *l = &c->job->layers[c->layer];
    NEED(c, l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_DOWN || l->kind == BONNET_LAYER_LAST, "CONV for another kind of layer");
    TRY(shape(c, d));
    uint32_t post = G(CONV_POST), tile = G(CONV_CHANNEL) / G(CONV_TILE_STEP), frame = 0;
    TRY(check_rows(c, SPACE_WEIGHT, G(CONV_WROW), l->row + tile * l->tile_rows, G(CONV_TILES) * l->tile_rows));
    TRY(input(c, d, &frame));
    TRY(strips(c, d, frame));
    if (post != 0) {
        const map res = {.what = "residual",
                         .layer = (uint32_t)l->res,
                         .therm = G(CONV_RES_T),
                         .first = l->res_first / 64 * (G(CONV_RES_T) ? 3 : c->job->k),
                         .at = G(CONV_RES),
                         .row = G(CONV_RES_ROW),
                         .pix = G(CONV_RES_PIX),
                         .ring = G(CONV_RES_RING),
                         .slot = G(CONV_RES_SLOT)};
        TRY(operand(c, d, &res, frame));
    }
    if (post == 3) {
        const map pass = {.what = "pass-through",
                          .layer = (uint32_t)l->pass,
                          .therm = G(CONV_PASS_T),
                          .first = l->pass_first / 64 * (G(CONV_PASS_T) ? 3 : c->job->k),
                          .at = G(CONV_PASS),
                          .row = G(CONV_PASS_ROW),
                          .pix = G(CONV_PASS_PIX),
                          .ring = G(CONV_PASS_RING),
                          .slot = G(CONV_PASS_SLOT)};
        TRY(operand(c, d, &pass, frame));
    }
    if (post != 4) return output(c, d, frame);
    return G(CONV_MORE) ? BONNET_OK : features(c, d, frame);
}
