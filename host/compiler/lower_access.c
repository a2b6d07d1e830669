/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_access.c - which words and rows a descriptor reads and writes, from docs/chip.md, for bonnet_job_check(). Every address is
 * bounded by the geometry before it is walked, so that a hostile job costs no more than its buffers.
 */
#include <string.h>
#include "lower_check.h"

#define TRY(call)                                                                                                                                    \
    do {                                                                                                                                             \
        bonnet_status try_ = (call);                                                                                                                 \
        if (try_ != BONNET_OK) return try_;                                                                                                          \
    } while (0)
#define NEED(c, condition, ...)                                                                                                                      \
    do {                                                                                                                                             \
        if (!(condition)) return check_fault(c, __VA_ARGS__);                                                                                        \
    } while (0)
#define G(field) bonnet_desc_get(d, BONNET_F_##field)

enum { ALL = 0xFFFF, MAX_PIXEL = 256 };

/* Bits that each operation knows, word by word. */
static void known_bits(uint32_t *mask, uint32_t op)
{
    memset(mask, 0, BONNET_DESC_BYTES);
#define OP(name, code, text)
#define BITS(word, lsb, width)            mask[word] |= bonnet_desc_mask(width) << (lsb);
#define JOB(name, word, lsb, width, text) BITS(word, lsb, width)
#define HDR(name, word, lsb, width, text)                                                                                                            \
    if (op == BONNET_OP_HEADER) BITS(word, lsb, width)
#define LOAD(name, word, lsb, width, text)                                                                                                           \
    if (op == BONNET_OP_LOAD) BITS(word, lsb, width)
#define CONV(name, word, lsb, width, text)                                                                                                           \
    if (op == BONNET_OP_CONV) BITS(word, lsb, width)
#define FC(name, word, lsb, width, text)                                                                                                             \
    if (op == BONNET_OP_FC) BITS(word, lsb, width)
#define STEM(name, word, lsb, width, text)                                                                                                           \
    if (op == BONNET_OP_STEM) BITS(word, lsb, width)
#define STORE(name, word, lsb, width, text)                                                                                                          \
    if (op == BONNET_OP_STORE) BITS(word, lsb, width)
#include "bonnet_job.def"
}

bonnet_status check_fields(check *c, const uint32_t *d)
{
    static const int sems[2][3] = {{BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2},
                                   {BONNET_F_JOB_POST0, BONNET_F_JOB_POST1, BONNET_F_JOB_POST2}};
    uint32_t mask[BONNET_DESC_WORDS], op = G(JOB_OP);
    known_bits(mask, op);
    NEED(c, op > BONNET_OP_HEADER && op < BONNET_OPS, "operation %u", op);
    for (int w = 0; w < BONNET_DESC_WORDS; w++) NEED(c, !(d[w] & ~mask[w]), "unknown bits 0x%08x in word %d", d[w] & ~mask[w], w);
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < i; j++)
                NEED(c, !bonnet_desc_get(d, sems[s][i]) || bonnet_desc_get(d, sems[s][i]) != bonnet_desc_get(d, sems[s][j]),
                     "the same semaphore twice");
    NEED(c, G(JOB_LAYER) < c->job->n_layers, "layer %u", G(JOB_LAYER));
    NEED(c, !G(JOB_ONCE) || op == BONNET_OP_LOAD, "only a LOAD may be ONCE");
    NEED(c, G(JOB_LAST) == (c->index + 1 == c->job->n_desc), "LAST on the wrong descriptor");
    return BONNET_OK;
}

/* A map of w x h pixels of `span` words in the feature buffer. */
static bonnet_status map_bounds(const check *c, const char *what, uint32_t at, uint32_t w, uint32_t h, uint32_t row, uint32_t pix, uint32_t span)
{
    NEED(c, w >= 1 && h >= 1 && span >= 1, "%s: empty", what);
    NEED(c, pix >= span && row >= w * pix, "%s: its pixels or rows overlap", what);
    uint64_t end = (uint64_t)at + (uint64_t)(h - 1) * row + (uint64_t)(w - 1) * pix + span;
    NEED(c, end <= c->limit[SPACE_FEATURE], "%s: ends at word %llu of %u", what, (unsigned long long)end, c->limit[SPACE_FEATURE]);
    return BONNET_OK;
}

/* Words 0..span-1 of each pixel for which have[] is not 0. */
static bonnet_status map_walk(check *c, uint32_t at, uint32_t w, uint32_t h, uint32_t row, uint32_t pix, uint32_t span, const uint16_t *have,
                              int write, uint32_t tag)
{
    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            for (uint32_t i = 0; i < span; i++) {
                uint32_t word = at + y * row + x * pix + i;
                if (write && have[i]) TRY(check_write(c, SPACE_FEATURE, word, have[i], tag));
                else if (!write && have[i]) TRY(check_read(c, SPACE_FEATURE, word, tag));
            }
    return BONNET_OK;
}

/* Rows of the blob in order, from where the layer stopped. */
static bonnet_status use_rows(check *c, check_space space, uint32_t at, uint32_t rows)
{
    const bonnet_job_layer *l = &c->job->layers[c->layer];
    NEED(c, (uint64_t)at + rows <= c->limit[space], "parameter rows end at %u of %u", at + rows, c->limit[space]);
    NEED(c, c->next_row[c->layer] + rows <= l->row + l->rows, "more rows than the layer has");
    for (uint32_t i = 0; i < rows; i++) TRY(check_read(c, space, at + i, 1 + c->next_row[c->layer] + i));
    c->next_row[c->layer] += rows;
    return BONNET_OK;
}

static bonnet_status load(check *c, const uint32_t *d)
{
    uint32_t row_bytes = 8 * c->job->geometry.lanes, rows = G(LOAD_BYTES) / row_bytes;
    check_space space = G(LOAD_DEST) == 0 ? SPACE_WEIGHT : SPACE_STEM;
    NEED(c, G(LOAD_BASE) == 0 && G(LOAD_DEST) <= 1, "LOAD of anything but rows of the model");
    NEED(c, G(LOAD_OFFSET) % 64 == 0 && G(LOAD_OFFSET) % row_bytes == 0 && rows >= 1 && G(LOAD_BYTES) % row_bytes == 0, "LOAD of parts of rows");
    NEED(c, (uint64_t)G(LOAD_OFFSET) + G(LOAD_BYTES) <= c->job->rows_bytes, "LOAD past the end of the model");
    NEED(c, G(LOAD_ADDR) + rows <= c->limit[space], "LOAD past row %u", c->limit[space]);
    if (G(JOB_ONCE) && c->frame) return BONNET_OK;
    for (uint32_t i = 0; i < rows; i++) TRY(check_write(c, space, G(LOAD_ADDR) + i, ALL, 1 + G(LOAD_OFFSET) / row_bytes + i));
    return BONNET_OK;
}

/* Words and channels of one pixel that lane groups write or read. Returns the words spanned, 0: more than any pixel has. */
static uint32_t pixel_channels(uint16_t *have, const uint32_t *d, uint32_t lanes, uint32_t k, int doubled)
{
    uint32_t span = 0;
    memset(have, 0, MAX_PIXEL * sizeof *have);
    for (uint32_t t = 0; t < G(CONV_TILES); t++)
        for (uint32_t l = 0; l < lanes; l += 4) {
            uint32_t group = lanes / 4, ch = t * G(CONV_TILE_STEP) + l / group * G(CONV_GROUP_STEP) + l % group;
            uint32_t first = doubled ? 2 * ch : ch, last = doubled ? 2 * ch + 7 : ch + 3;
            if (last / 64 * k + k > MAX_PIXEL) return 0;
            for (uint32_t q = first; q <= last; q += 4)
                for (uint32_t j = 0; j < k; j++) have[q / 64 * k + j] |= (uint16_t)(1u << q % 64 / 4);
            span = last / 64 * k + k > span ? last / 64 * k + k : span;
        }
    return span;
}

/* `at` is word `offset` of the first pixel of `map`, walked with that map's pitches. */
static bonnet_status right_map(const check *c, const char *what, int32_t map, uint32_t offset, uint32_t at, uint32_t row, uint32_t pix)
{
    NEED(c, map >= 0, "%s of a layer that has none", what);
    const bonnet_job_layer *m = &c->job->layers[map];
    NEED(c, at == m->word + offset && row == m->pitch && pix == m->pix, "%s is not where map %d is", what, map);
    return BONNET_OK;
}

static bonnet_status operand(check *c, const char *what, int32_t map, uint32_t offset, uint32_t at, const uint32_t *d, uint32_t row, uint32_t pix,
                             uint32_t span, const uint16_t *have)
{
    TRY(right_map(c, what, map, offset, at, row, pix));
    TRY(map_bounds(c, what, at, G(CONV_OUT_W), G(CONV_OUT_H), row, pix, span));
    return map_walk(c, at, G(CONV_OUT_W), G(CONV_OUT_H), row, pix, span, have, 0, check_map_tag(c, (uint32_t)map));
}

static bonnet_status conv_shape(const check *c, const uint32_t *d)
{
    uint32_t by = G(CONV_STRIDE2) || G(CONV_POOL2) ? 2 : 1, up = G(CONV_STRIDE2) ? 1 : 0, k3 = G(CONV_K3);
    NEED(c, G(CONV_POST) <= 4 && G(CONV_TILES) && G(CONV_DEPTH), "CONV without work, or unknown POST");
    NEED(c, G(CONV_OUT_W) == (G(CONV_IN_W) + up) / by && G(CONV_OUT_H) == (G(CONV_IN_H) + up) / by, "CONV output size");
    NEED(c, !(G(CONV_POOL2) && (G(CONV_STRIDE2) || G(CONV_POST))) && (k3 || !G(CONV_DILATE2)), "CONV options that exclude each other");
    NEED(c, !G(CONV_GROUPED) || (G(CONV_K4) && k3), "GROUPED is for 3x3 with four slices");
    NEED(c, !G(CONV_GROUPED) || !((G(CONV_IN) | G(CONV_IN_ROW) | G(CONV_IN_PIX)) & 3), "GROUPED input not on feature rows");
    NEED(c, !G(CONV_K4) || !((G(CONV_OUT) | G(CONV_OUT_ROW) | G(CONV_OUT_PIX)) & 3) || G(CONV_POST) == 4, "output not on feature rows");
    NEED(c, G(CONV_Y0) == 0 && G(CONV_ROWS) == G(CONV_OUT_H), "part of a map");
    NEED(c, (k3 ? 9 : 1) * G(CONV_DEPTH) * 64 <= BONNET_MAX_DOT, "dot product longer than %d", BONNET_MAX_DOT);
    NEED(c, G(CONV_POST) != 4 || G(CONV_K) == (k3 ? 9 : 1) * G(CONV_DEPTH) * 64, "HEAD with the wrong K");
    return BONNET_OK;
}

/* Which of the layer's tiles come now, by the rows used so far; lanes to channels as for all of them. */
static bonnet_status which_tiles(const check *c, const uint32_t *d, uint32_t tile_rows, uint32_t *channel)
{
    const bonnet_job_layer *l = &c->job->layers[c->layer];
    uint32_t lanes = c->job->geometry.lanes, grouped = G(CONV_GROUPED), done = c->next_row[c->layer] - l->row;
    NEED(c, l->rows % tile_rows == 0 && done % tile_rows == 0, "tiles of another length");
    NEED(c, G(CONV_GROUP_STEP) == (grouped ? l->rows / tile_rows * lanes / 4 : lanes / 4), "channels of the lane groups");
    NEED(c, G(CONV_TILE_STEP) == (grouped ? lanes / 4 : lanes), "channels of the tiles");
    *channel = done / tile_rows * G(CONV_TILE_STEP);
    NEED(c, *channel % 64 == 0, "does not start at a whole feature word");
    return BONNET_OK;
}

static bonnet_status head(check *c, const uint32_t *d, uint32_t channel, uint32_t tag)
{
    uint32_t lanes = c->job->geometry.lanes;
    NEED(c, G(CONV_OUT) == c->job->layers[c->layer].word + channel / 4, "features are not where the layer's map is");
    for (uint32_t t = 0; t < G(CONV_TILES); t++)
        for (uint32_t i = 0; i < lanes; i++) {
            uint32_t ch = t * G(CONV_TILE_STEP) + i / (lanes / 4) * G(CONV_GROUP_STEP) + i % (lanes / 4);
            TRY(check_write(c, SPACE_FEATURE, G(CONV_OUT) + ch / 4, (uint16_t)(15u << 4 * (ch % 4)), tag));
        }
    return BONNET_OK;
}

static bonnet_status conv(check *c, const uint32_t *d)
{
    const bonnet_job_layer *l = &c->job->layers[c->layer];
    uint32_t lanes = c->job->geometry.lanes, post = G(CONV_POST), k = G(CONV_K4) ? 4 : 1, channel = 0;
    uint32_t in_span = G(CONV_DEPTH) * (G(CONV_GROUPED) ? 4 : 1);
    uint32_t tile_rows = (post == 4 ? 2 : 1) + (G(CONV_K3) ? 9 : 1) * G(CONV_DEPTH);
    uint16_t have[MAX_PIXEL], all[4 * 256];
    NEED(c, l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_DOWN || l->kind == BONNET_LAYER_LAST, "CONV for another kind of layer");
    NEED(c, (l->kind == BONNET_LAYER_LAST) == (post == 4), "HEAD for another kind of layer");
    TRY(conv_shape(c, d));
    TRY(which_tiles(c, d, tile_rows, &channel));
    TRY(use_rows(c, SPACE_WEIGHT, G(CONV_WROW), G(CONV_TILES) * tile_rows));
    TRY(right_map(c, "input", l->in, l->in_at, G(CONV_IN), G(CONV_IN_ROW), G(CONV_IN_PIX)));
    TRY(map_bounds(c, "input", G(CONV_IN), G(CONV_IN_W), G(CONV_IN_H), G(CONV_IN_ROW), G(CONV_IN_PIX), in_span));
    memset(all, 0xFF, sizeof all);
    TRY(map_walk(c, G(CONV_IN), G(CONV_IN_W), G(CONV_IN_H), G(CONV_IN_ROW), G(CONV_IN_PIX), in_span, all, 0, check_map_tag(c, (uint32_t)l->in)));
    uint32_t span = pixel_channels(have, d, lanes, k, 0), first = channel / 64 * k;
    NEED(c, span, "channels past the widest pixel");
    if (post != 0) TRY(operand(c, "residual", l->res, l->res_at + first, G(CONV_RES), d, G(CONV_RES_ROW), G(CONV_RES_PIX), span, have));
    if (post == 3) TRY(operand(c, "pass-through", l->pass, l->pass_at + first, G(CONV_PASS), d, G(CONV_PASS_ROW), G(CONV_PASS_PIX), span, have));
    uint32_t tag = check_map_tag(c, c->layer);
    if (post == 4) return head(c, d, channel, tag);
    if (post == 3) span = pixel_channels(have, d, lanes, k, 1);
    NEED(c, span, "channels past the widest pixel");
    TRY(right_map(c, "output", (int32_t)c->layer, post == 3 ? 2 * first : first, G(CONV_OUT), G(CONV_OUT_ROW), G(CONV_OUT_PIX)));
    TRY(map_bounds(c, "output", G(CONV_OUT), G(CONV_OUT_W), G(CONV_OUT_H), G(CONV_OUT_ROW), G(CONV_OUT_PIX), span));
    return map_walk(c, G(CONV_OUT), G(CONV_OUT_W), G(CONV_OUT_H), G(CONV_OUT_ROW), G(CONV_OUT_PIX), span, have, 1, tag);
}

static bonnet_status fully_connected(check *c, const uint32_t *d)
{
    const bonnet_job_layer *l = &c->job->layers[c->layer];
    NEED(c, l->kind == BONNET_LAYER_FC && G(FC_TILES) && G(FC_INPUTS) && G(FC_INPUTS) % 8 == 0, "FC without work, or for another kind of layer");
    NEED(c, G(FC_IN) % 4 == 0 && G(FC_OUT) % 4 == 0, "FC not on feature rows");
    uint32_t tile_rows = 1 + G(FC_INPUTS) / 8, tile = (c->next_row[c->layer] - l->row) / tile_rows;
    NEED(c,
         l->rows % tile_rows == 0 && G(FC_IN) == c->job->layers[l->in].word && G(FC_INPUTS) / 4 == c->job->layers[l->in].words &&
             G(FC_OUT) == l->word + tile * c->job->geometry.lanes / 2,
         "FC of other features, or to another place");
    TRY(use_rows(c, SPACE_WEIGHT, G(FC_WROW), G(FC_TILES) * tile_rows));
    for (uint32_t i = 0; i < G(FC_INPUTS) / 4; i++) TRY(check_read(c, SPACE_FEATURE, G(FC_IN) + i, check_map_tag(c, (uint32_t)l->in)));
    for (uint32_t i = 0; i < G(FC_TILES) * c->job->geometry.lanes / 2; i++)
        TRY(check_write(c, SPACE_FEATURE, G(FC_OUT) + i, ALL, check_map_tag(c, c->layer)));
    return BONNET_OK;
}

static bonnet_status stem(check *c, const uint32_t *d)
{
    uint32_t planes = G(STEM_PLANES3) ? 3 : 1, side = 3 + 2 * G(STEM_KERNEL), k = G(STEM_K4) ? 4 : 1, by = G(STEM_STRIDE2) ? 2 : 1;
    uint32_t w = (G(STEM_IN_W) + by - 1) / by, h = (G(STEM_IN_H) + by - 1) / by, lanes = c->job->geometry.lanes;
    uint32_t pool = G(STEM_POOL);
    NEED(c, c->job->layers[c->layer].kind == BONNET_LAYER_STEM, "STEM for another kind of layer");
    NEED(c, G(STEM_BASE) == 1 && G(STEM_OFFSET) == 0 && planes * G(STEM_IN_W) * G(STEM_IN_H) == c->job->input_bytes, "STEM of another image");
    NEED(c, G(STEM_KERNEL) <= 2 && pool <= 2 && (!G(STEM_DW_CONST) || G(STEM_DW)), "STEM options");
    NEED(c, G(STEM_CONV_W) == w && G(STEM_CONV_H) == h, "STEM convolution size");
    w = pool == 0 ? w : (w + pool - 1) / 2;
    h = pool == 0 ? h : (h + pool - 1) / 2;
    NEED(c, G(STEM_OUT_W) == w && G(STEM_OUT_H) == h, "STEM map size");
    NEED(c, G(STEM_IN_W) <= c->job->geometry.stem_image_w && w <= c->job->geometry.stem_map_w, "STEM wider than the chip's");
    NEED(c, G(STEM_CHANNEL) % lanes == 0 && (G(STEM_CHANNEL) + lanes + 63) / 64 * k <= MAX_PIXEL, "STEM channel %u", G(STEM_CHANNEL));
    NEED(c, k == 1 || !((G(STEM_OUT) | G(STEM_OUT_ROW) | G(STEM_OUT_PIX)) & 3), "STEM map not on feature rows");
    TRY(use_rows(c, SPACE_STEM, G(STEM_PROW), 5 + (side * side * planes + 7) / 8));
    uint16_t have[MAX_PIXEL] = {0};
    for (uint32_t ch = G(STEM_CHANNEL); ch < G(STEM_CHANNEL) + lanes; ch += 4)
        for (uint32_t j = 0; j < k; j++) have[ch / 64 * k + j] |= (uint16_t)(1u << ch % 64 / 4);
    uint32_t span = (G(STEM_CHANNEL) + lanes + 63) / 64 * k;
    TRY(right_map(c, "map", (int32_t)c->layer, 0, G(STEM_OUT), G(STEM_OUT_ROW), G(STEM_OUT_PIX)));
    TRY(map_bounds(c, "map", G(STEM_OUT), w, h, G(STEM_OUT_ROW), G(STEM_OUT_PIX), span));
    return map_walk(c, G(STEM_OUT), w, h, G(STEM_OUT_ROW), G(STEM_OUT_PIX), span, have, 1, check_map_tag(c, c->layer));
}

static bonnet_status store(check *c, const uint32_t *d)
{
    const bonnet_job *job = c->job;
    const bonnet_job_layer *l = &job->layers[c->layer];
    NEED(c, G(STORE_ADDR) == l->word && G(STORE_ADDR) % 4 == 0, "STORE of something else than the layer's map");
    if (G(STORE_BASE) == 2) {
        NEED(c, c->layer == job->n_layers - 1 && G(STORE_OFFSET) == 0 && G(STORE_BYTES) == job->output_bytes && !c->result, "STORE of the logits");
        c->result = 1;
    } else {
        NEED(c,
             G(STORE_BASE) == 3 && job->traced && G(STORE_OFFSET) == l->scratch && G(STORE_BYTES) == 8 * (uint64_t)l->words && !c->stored[c->layer],
             "STORE of a map");
        c->stored[c->layer] = 1;
    }
    for (uint32_t i = 0; i < G(STORE_BYTES) / 8; i++) TRY(check_read(c, SPACE_FEATURE, l->word + i, check_map_tag(c, c->layer)));
    return BONNET_OK;
}

bonnet_status check_access(check *c, const uint32_t *d)
{
    switch (G(JOB_OP)) {
    case BONNET_OP_LOAD: return load(c, d);
    case BONNET_OP_CONV: return conv(c, d);
    case BONNET_OP_FC: return fully_connected(c, d);
    case BONNET_OP_STEM: return stem(c, d);
    default: return store(c, d);
    }
}
