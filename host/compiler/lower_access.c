/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_access.c - which words and rows a descriptor reads and writes, from docs/chip.md, for bonnet_job_check(). Every address is bounded before
 * it is walked, and a descriptor that comes to the same word twice is refused, so that a hostile job costs no more than its buffers.
 *
 * What a word holds travels with it: a STEM says frame, layer, row and pixel, a CONV hands on the frame of what it reads, STORE and LOAD at
 * BASE 3 move words as they are.
 */
#include <string.h>
#include "lower_check.h"

/* Has unit c->unit certainty that `unit` finished its descriptor number `time`? */
static int finished(const check *c, uint32_t unit, uint32_t time) { return time <= c->seen[c->unit][unit]; }

static uint32_t now(const check *c) { return c->seen[c->unit][c->unit] + 1; }

bonnet_status check_read(check *c, check_space space, uint32_t at, uint64_t tag)
{
    NEED(c, at < c->limit[space], "reads word or row %u of %u", at, c->limit[space]);
    check_cell *cell = &c->cells[space][at];
    NEED(c, cell->tag == tag && cell->have == CHECK_ALL, "reads word or row %u, which does not hold what the layer needs", at);
    NEED(c, finished(c, cell->writer, cell->written), "reads word or row %u, which may not be written yet", at);
    cell->read[c->unit] = now(c);
    return BONNET_OK;
}

bonnet_status check_write(check *c, check_space space, uint32_t at, uint32_t channels, uint64_t tag)
{
    NEED(c, at < c->limit[space], "writes word or row %u of %u", at, c->limit[space]);
    check_cell *cell = &c->cells[space][at];
    int mine = cell->writer == c->unit && cell->written == now(c);
    NEED(c, !mine || (cell->tag == tag && !(cell->have & channels)), "writes word or row %u twice", at);
    NEED(c, !cell->written || mine || finished(c, cell->writer, cell->written), "writes word or row %u, which another unit may be writing", at);
    for (uint32_t u = 0; u < CHECK_UNITS; u++) NEED(c, finished(c, u, cell->read[u]), "writes word or row %u, which may still be read", at);
    if (cell->tag != tag || (cell->have & channels)) cell->have = 0; /* other content, or the same made again */
    cell->tag = tag;
    cell->have |= channels;
    cell->writer = (uint8_t)c->unit;
    cell->written = now(c);
    return BONNET_OK;
}

static bonnet_status row_bounds(const check *c, const char *what, uint64_t at, uint32_t pix, uint32_t w, uint32_t span)
{
    NEED(c, span && (w == 1 || pix >= 1), "%s: empty pixels", what);
    NEED(c, at + (uint64_t)(w - 1) * pix + span <= c->limit[SPACE_FEATURE], "%s: a row ends at word %llu of %u", what,
         (unsigned long long)(at + (uint64_t)(w - 1) * pix + span), c->limit[SPACE_FEATURE]);
    return BONNET_OK;
}

bonnet_status check_read_row(check *c, const char *what, uint64_t at, uint32_t pix, uint32_t w, uint32_t span, const uint32_t *have, uint64_t tag)
{
    TRY(row_bounds(c, what, at, pix, w, span));
    for (uint32_t x = 0; x < w; x++)
        for (uint32_t i = 0; i < span; i++)
            if (have[i]) TRY(check_read(c, SPACE_FEATURE, (uint32_t)at + x * pix + i, tag + ((uint64_t)x << 10) + i));
    return BONNET_OK;
}

bonnet_status check_write_row(check *c, const char *what, uint64_t at, uint32_t pix, uint32_t w, uint32_t span, const uint32_t *have, uint64_t tag)
{
    TRY(row_bounds(c, what, at, pix, w, span));
    for (uint32_t x = 0; x < w; x++)
        for (uint32_t i = 0; i < span; i++)
            if (have[i]) TRY(check_write(c, SPACE_FEATURE, (uint32_t)at + x * pix + i, have[i], tag + ((uint64_t)x << 10) + i));
    return BONNET_OK;
}

bonnet_status check_rows(check *c, check_space space, uint32_t at, uint32_t row, uint32_t rows)
{
    NEED(c, (uint64_t)at + rows <= c->limit[space], "parameter rows end at %u of %u", at + rows, c->limit[space]);
    for (uint32_t i = 0; i < rows; i++) TRY(check_read(c, space, at + i, 1 + (uint64_t)row + i));
    return BONNET_OK;
}

bonnet_status check_ring(const check *c, const char *what, uint32_t ring, uint32_t slot, uint32_t row)
{
    NEED(c, slot == (ring ? row % ring : 0), "%s: row %u is not in slot %u of a ring of %u", what, row, slot, ring);
    return BONNET_OK;
}

/* Words to scratch or back as they are. A word that holds nothing certain arrives as nothing: rows may have gaps between them. */
static bonnet_status move(check *c, check_space from, uint32_t at, check_space to, uint32_t there, uint32_t words)
{
    NEED(c, (uint64_t)at + words <= c->limit[from] && (uint64_t)there + words <= c->limit[to], "moves words outside their memory");
    for (uint32_t i = 0; i < words; i++) {
        check_cell *cell = &c->cells[from][at + i];
        int known = cell->tag && finished(c, cell->writer, cell->written);
        if (known) cell->read[c->unit] = now(c);
        TRY(check_write(c, to, there + i, known ? cell->have : 0, known ? cell->tag : 0));
    }
    return BONNET_OK;
}

/* Word n of a map that lies there pixel after pixel, row after row. */
static uint64_t map_tag(const check *c, uint32_t frame, uint32_t layer, uint32_t n)
{
    const bonnet_job_layer *l = &c->job->layers[layer];
    uint32_t pixel = l->out_c / 64 * c->job->k;
    return check_tag(frame, layer, 0, n / pixel / l->out_w, n / pixel % l->out_w, n % pixel);
}

/* A segment's map, of one of the walk's frames. */
static bonnet_status arrive(check *c, const uint32_t *d)
{
    const uint32_t step = c->job->geometry.arrays * c->job->input_stride, frame = c->walk * c->job->batch + G(LOAD_OFFSET) / step;
    NEED(c, check_given(c->job) && c->layer == 0 && G(LOAD_BYTES) == c->job->input_bytes, "LOAD of something else than the map");
    NEED(c, G(LOAD_OFFSET) % step == 0 && G(LOAD_OFFSET) / step < c->job->batch, "LOAD of a frame that the walk does not have");
    for (uint32_t i = 0; i < G(LOAD_BYTES) / 8; i++) TRY(check_write(c, SPACE_FEATURE, G(LOAD_ADDR) + i, CHECK_ALL, map_tag(c, frame, 0, i)));
    return BONNET_OK;
}

static bonnet_status load(check *c, const uint32_t *d)
{
    uint32_t row_bytes = 8 * c->job->geometry.lanes, rows = G(LOAD_BYTES) / row_bytes;
    NEED(c, G(LOAD_OFFSET) % 64 == 0 && G(LOAD_BYTES), "LOAD of nothing, or not from a multiple of 64");
    if (G(LOAD_DEST) == 2 && G(LOAD_BASE) == 1) return arrive(c, d);
    if (G(LOAD_DEST) == 2) {
        NEED(c, G(LOAD_BASE) == 3 && G(LOAD_BYTES) % 8 == 0, "LOAD to the feature buffer of anything but words of scratch");
        return move(c, SPACE_SCRATCH, G(LOAD_OFFSET) / 8, SPACE_FEATURE, G(LOAD_ADDR), G(LOAD_BYTES) / 8);
    }
    check_space space = G(LOAD_DEST) == 0 ? SPACE_WEIGHT : SPACE_STEM;
    NEED(c, G(LOAD_BASE) == 0 && G(LOAD_DEST) <= 1, "LOAD of anything but rows of the model");
    NEED(c, G(LOAD_OFFSET) % row_bytes == 0 && G(LOAD_BYTES) % row_bytes == 0, "LOAD of parts of rows");
    NEED(c, (uint64_t)G(LOAD_OFFSET) + G(LOAD_BYTES) <= c->job->rows_bytes, "LOAD past the end of the model");
    NEED(c, G(LOAD_ADDR) + rows <= c->limit[space], "LOAD past row %u", c->limit[space]);
    if (G(JOB_ONCE) && c->walk) return BONNET_OK;
    for (uint32_t i = 0; i < rows; i++) TRY(check_write(c, space, G(LOAD_ADDR) + i, CHECK_ALL, 1 + (uint64_t)(G(LOAD_OFFSET) / row_bytes + i)));
    return BONNET_OK;
}

static bonnet_status store(check *c, const uint32_t *d)
{
    const bonnet_job *job = c->job;
    uint32_t words = G(STORE_BYTES) / 8;
    NEED(c, words && G(STORE_BYTES) % 8 == 0 && G(STORE_OFFSET) % 64 == 0, "STORE of nothing, of parts of words, or not to a multiple of 64");
    if (G(STORE_BASE) == 3) return move(c, SPACE_FEATURE, G(STORE_ADDR), SPACE_SCRATCH, G(STORE_OFFSET) / 8, words);
    NEED(c, G(STORE_BASE) == 2 && G(STORE_BYTES) == job->output_bytes && c->layer == job->n_layers - 1, "STORE of anything but logits or to scratch");
    uint32_t frame = c->walk * job->batch + G(STORE_OFFSET) / (job->geometry.arrays * job->output_stride);
    for (uint32_t i = 0; i < words; i++)
        TRY(check_read(c, SPACE_FEATURE, G(STORE_ADDR) + i,
                       check_to_bits(job) ? map_tag(c, frame, c->layer, i) : check_tag(frame, c->layer, 0, 0, 0, i)));
    return BONNET_OK;
}

static bonnet_status fully_connected(check *c, const uint32_t *d)
{
    const bonnet_job_layer *l = &c->job->layers[c->layer];
    uint32_t lanes = c->job->geometry.lanes, tile_rows = 1 + G(FC_INPUTS) / 8, wrow = G(FC_WROW);
    NEED(c, l->kind == BONNET_LAYER_FC && G(FC_TILES) && G(FC_INPUTS) == l->in_c && tile_rows == l->tile_rows,
         "FC without work, of other features, or for another kind of layer");
    NEED(c, !c->head, "FC between the strips of a HEAD");
    NEED(c, wrow < c->limit[SPACE_WEIGHT] && G(FC_IN) < c->limit[SPACE_FEATURE], "FC outside its memories");
    /* The rows there say which tiles it makes, the features of which frame. */
    uint64_t row = c->cells[SPACE_WEIGHT][wrow].tag, frame = check_tag_frame(c->cells[SPACE_FEATURE][G(FC_IN)].tag);
    NEED(c, row > l->row && (row - 1 - l->row) % tile_rows == 0 && row - 1 + (uint64_t)G(FC_TILES) * tile_rows <= l->row + l->rows,
         "the weights at row %u are not the layer's", wrow);
    uint32_t first = (uint32_t)((row - 1 - l->row) / tile_rows) * lanes / 2;
    TRY(check_rows(c, SPACE_WEIGHT, wrow, (uint32_t)row - 1, G(FC_TILES) * tile_rows));
    for (uint32_t i = 0; i < (l->in_c + 3) / 4; i++)
        TRY(check_read(c, SPACE_FEATURE, G(FC_IN) + i, check_tag((uint32_t)frame, (uint32_t)l->in, 0, 0, 0, i)));
    for (uint32_t i = 0; i < G(FC_TILES) * lanes / 2; i++)
        TRY(check_write(c, SPACE_FEATURE, G(FC_OUT) + i, CHECK_ALL, check_tag((uint32_t)frame, c->layer, 0, 0, 0, first + i)));
    return BONNET_OK;
}

/* A STEM that begins a pass: that it is one of the layer, and this image's. */
static bonnet_status begin_pass(const check *c, const uint32_t *d)
{
    const bonnet_job *job = c->job;
    const bonnet_job_layer *l = &job->layers[c->layer];
    uint32_t planes = G(STEM_PLANES3) ? 3 : 1, side = 3 + 2 * G(STEM_KERNEL), by = G(STEM_STRIDE2) ? 2 : 1, pool = G(STEM_POOL);
    uint32_t w = (G(STEM_IN_W) + by - 1) / by, h = (G(STEM_IN_H) + by - 1) / by, lanes = job->geometry.lanes;
    uint32_t step = job->geometry.arrays * job->input_stride;
    NEED(c,
         G(STEM_BASE) == 1 && G(STEM_OFFSET) % step == 0 && G(STEM_OFFSET) / step < job->batch &&
             planes * G(STEM_IN_W) * G(STEM_IN_H) == job->input_bytes,
         "STEM of another image");
    NEED(c, G(STEM_KERNEL) <= 2 && pool <= 2 && (!G(STEM_DW_CONST) || G(STEM_DW)) && G(STEM_K4) == (job->k == 4), "STEM options");
    NEED(c, G(STEM_CONV_W) == w && G(STEM_CONV_H) == h, "STEM convolution size");
    if (pool) {
        w = (w + pool - 1) / 2;
        h = (h + pool - 1) / 2;
    }
    NEED(c, G(STEM_OUT_W) == w && G(STEM_OUT_H) == h && w == l->out_w && h == l->out_h, "STEM map size");
    NEED(c, G(STEM_IN_W) <= job->geometry.stem_image_w && w <= job->geometry.stem_map_w, "STEM wider than the chip's");
    NEED(c, G(STEM_CHANNEL) % lanes == 0 && G(STEM_CHANNEL) < l->out_c, "STEM channel %u", G(STEM_CHANNEL));
    NEED(c, l->tile_rows == 5 + (side * side * planes + 7) / 8, "STEM with another number of taps");
    NEED(c, !G(STEM_OUT_T) || c->ordered[c->layer], "STEM: a map that is not ordered cannot be thermometer coded");
    return BONNET_OK;
}

static bonnet_status stem(check *c, const uint32_t *d)
{
    const bonnet_job *job = c->job;
    uint32_t lanes = job->geometry.lanes, span = 0, channel = G(STEM_CHANNEL), per = G(STEM_OUT_T) ? 3 : job->k;
    uint32_t have[CHECK_MAX_PIXEL] = {0};
    NEED(c, job->layers[c->layer].kind == BONNET_LAYER_STEM, "STEM for another kind of layer");
    if (G(STEM_CONT)) {
        static const uint32_t fixed[7] = {~0u, ~0u, ~0u, ~0u, ~0u, 0, ~0u}; /* OUT and OUT_ROW, in word 7, are new */
        NEED(c, c->pass, "STEM goes on with a pass that is finished");
        for (int w = 2; w < 9; w++) NEED(c, !((d[w] ^ c->pass[w]) & fixed[w - 2]), "STEM goes on with another pass");
        NEED(c, G(STEM_OUT_T) == bonnet_desc_get(c->pass, BONNET_F_STEM_OUT_T), "STEM goes on in another code");
    } else {
        NEED(c, !c->pass, "STEM starts a pass before the last one is finished");
        TRY(begin_pass(c, d));
        c->pass = d;
        c->pass_row = 0;
    }
    const bonnet_job_layer *l = &job->layers[c->layer];
    uint32_t left = l->out_h - c->pass_row, rows = G(STEM_ROWS) ? G(STEM_ROWS) : left;
    NEED(c, rows <= left, "STEM makes %u rows, %u are left", rows, left);
    TRY(check_ring(c, "STEM map", G(STEM_OUT_RING), G(STEM_OUT_SLOT), c->pass_row));
    TRY(check_rows(c, SPACE_STEM, G(STEM_PROW), l->row + channel / lanes * l->tile_rows, l->tile_rows));
    for (uint32_t ch = channel; ch < channel + lanes; ch += 2)
        for (uint32_t j = 0; j < per; j++) {
            have[ch / 64 * per + j] |= UINT32_C(1) << ch % 64 / 2;
            span = ch / 64 * per + j + 1;
        }
    uint32_t frame = c->walk * job->batch + G(STEM_OFFSET) / (job->geometry.arrays * job->input_stride);
    for (uint32_t y = c->pass_row; y < c->pass_row + rows; y++) {
        uint32_t slot = G(STEM_OUT_RING) ? y % G(STEM_OUT_RING) : y;
        TRY(check_write_row(c, "STEM map", G(STEM_OUT) + (uint64_t)slot * G(STEM_OUT_ROW), G(STEM_OUT_PIX), l->out_w, span, have,
                            check_tag(frame, c->layer, G(STEM_OUT_T), y, 0, 0)));
    }
    c->pass_row += rows;
    if (c->pass_row == l->out_h) c->pass = NULL;
    return BONNET_OK;
}

bonnet_status check_access(check *c, const uint32_t *d)
{
    switch (G(JOB_OP)) {
    case BONNET_OP_LOAD: return load(c, d);
    case BONNET_OP_CONV: return check_conv(c, d);
    case BONNET_OP_FC: return fully_connected(c, d);
    case BONNET_OP_STEM: return stem(c, d);
    default: return store(c, d);
    }
}
