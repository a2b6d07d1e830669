/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_program.c - from choices to a program: every descriptor of a walk in an order in which running one after the other is right.
 * What may overlap in time follows from what they read and write (lower_tokens.c), not from this order.
 *
 * A segment is a run of layers made together: for each chunk of rows of its last layer, each of its layers makes the rows that this chunk
 * needs and that are not there yet. Rows of maps that go through DRAM are loaded one chunk ahead and stored as they are made.
 * A walk of a batch makes the layers before the boundary frame by frame, and the others portion of weights by portion of weights for
 * all frames, so that each portion is loaded once.
 */
#include <stdlib.h>
#include <string.h>
#include "lower_make.h"

static void raise_need(uint32_t *need, const lower_plan *p, const bonnet_layer *l, bonnet_map_ref ref, int is_input, uint32_t upto)
{
    if (ref.map < 0 || !upto) return;
    uint32_t n = lower_rows_needed(l, is_input, p->net->layers[ref.map].out_h, upto);
    if (need[ref.map] < n) need[ref.map] = n;
}

/* How many rows of each map the first `upto` rows of the segment's last layer need. */
static void needs(const lower_maker *m, uint32_t upto, uint32_t *need)
{
    const lower_plan *p = m->p;
    memset(need, 0, p->net->n_layers * sizeof *need);
    int all = upto == p->net->layers[m->last].out_h; /* then rows that nobody reads are made too */
    need[m->last] = upto;
    for (uint32_t i = m->last; i > 0 && i >= m->first; i--) {
        const bonnet_layer *l = &p->net->layers[i];
        if (all) need[i] = l->out_h;
        raise_need(need, p, l, l->in, 1, need[i]);
        raise_need(need, p, l, l->res, 0, need[i]);
        raise_need(need, p, l, l->pass, 0, need[i]);
    }
}

static void load_upto(lower_maker *m, uint32_t frame, const uint32_t *need)
{
    lower_plan *p = m->p;
    for (uint32_t i = 0; i < m->first && !p->failed; i++) {
        if (!p->spill[i] || need[i] <= m->loaded[i]) continue;
        if (m->loaded[i] == 0) {
            m->cur[i][frame] = make_buffer(m, i, frame);
            if (p->failed) return;
            p->buffers[m->cur[i][frame]].window = 1;
        }
        make_move(m, BONNET_OP_LOAD, m->cur[i][frame], m->loaded[i], need[i], m->home[i][frame], p->times);
        m->loaded[i] = need[i];
    }
}

static void segment(lower_maker *m, uint32_t frame, uint32_t first, uint32_t last, uint32_t chunk)
{
    lower_plan *p = m->p;
    const bonnet_net *net = p->net;
    uint32_t height = net->layers[last].out_h, need[BONNET_MAX_LAYERS];
    m->first = first;
    m->last = last;
    memset(m->done, 0, sizeof m->done);
    memset(m->loaded, 0, sizeof m->loaded);
    int whole = net->layers[last].kind == BONNET_LAYER_LAST || net->layers[last].kind == BONNET_LAYER_FC;
    if (!chunk || whole) chunk = height;
    for (uint32_t i = first ? first : 1; i <= last; i++) {
        uint32_t rows = lower_tile_rows(net, i) * lower_tiles(net, i, p->g);
        int together = last > (first ? first : 1) || (chunk < height && rows <= p->stream_rows / 4 * 3);
        m->tenant[i] = together ? -2 : LOWER_NOWHERE;
    }
    for (uint32_t y = 0; y < height && !p->failed; y += chunk) {
        uint32_t upto = height - y < chunk ? height : y + chunk, next = height - upto < chunk ? height : upto + chunk;
        needs(m, upto, need);
        load_upto(m, frame, need);
        needs(m, next, need);
        load_upto(m, frame, need);
        needs(m, upto, need);
        for (uint32_t i = first; i <= last && !p->failed; i++) {
            uint32_t h = net->layers[i].out_h, to = need[i];
            if (i == 0 && (p->stem_passes != 1 || upto == height)) to = h; /* MAP has no passes: it comes whole */
            if (to > m->done[i]) make_rows(m, i, frame, m->done[i], to);
            m->done[i] = to > m->done[i] ? to : m->done[i];
        }
    }
}

/* The last block over a map that is never whole in the chip: each tile walks all strips of it, its sums stay in the unit. */
static void head_in_strips(lower_maker *m, uint32_t frame, uint32_t layer, uint32_t chunk)
{
    lower_plan *p = m->p;
    uint32_t h = p->net->layers[layer].out_h, tiles = lower_tiles(p->net, layer, p->g), need[BONNET_MAX_LAYERS];
    m->first = m->last = layer;
    m->tenant[layer] = LOWER_NOWHERE;
    for (uint32_t t = 0; t < tiles && !p->failed; t++) {
        int32_t weights = make_tenancy(m, layer, t, 1);
        memset(m->loaded, 0, sizeof m->loaded);
        for (uint32_t y = 0; y < h && !p->failed; y += chunk) {
            uint32_t upto = h - y < chunk ? h : y + chunk;
            needs(m, upto, need);
            load_upto(m, frame, need);
            needs(m, h - upto < chunk ? h : upto + chunk, need);
            load_upto(m, frame, need);
            if (t == 0 && y == 0) m->cur[layer][frame] = make_buffer(m, layer, frame);
            if (!p->failed) make_compute(m, layer, frame, y, upto, t, 1, weights);
        }
    }
    if (!p->failed) make_trace(m, layer, frame, 0, 1);
}

static void block(lower_maker *m, uint32_t frame, uint32_t number)
{
    const lower_block *b = &m->p->blocks[number];
    uint32_t first = number == 0 ? 0 : b->first;
    if (b->fused) {
        segment(m, frame, first, b->last, b->chunk);
        return;
    }
    if (b->chunk && m->p->net->layers[b->last].kind == BONNET_LAYER_LAST) {
        head_in_strips(m, frame, b->last, b->chunk);
        return;
    }
    if (number == 0) { /* the first layer follows the stem's strips */
        uint32_t h = m->p->net->layers[b->first].out_h, rows = lower_tile_rows(m->p->net, b->first) * lower_tiles(m->p->net, b->first, m->p->g);
        uint32_t strips = m->p->stem_passes != 1 || (!make_there_whole(m, b->first) && rows > m->p->stream_rows / 4 * 3) ? 1 : 7;
        segment(m, frame, 0, b->first, b->chunk ? b->chunk : (h + strips - 1) / strips);
        first = b->first + 1;
    }
    for (uint32_t i = first; i <= b->last; i++) segment(m, frame, i, i, b->chunk);
}

/* The layers behind the boundary: each portion of weights for all frames. */
static void late_layer(lower_maker *m, uint32_t layer)
{
    lower_plan *p = m->p;
    const bonnet_layer *l = &p->net->layers[layer];
    uint32_t h = l->out_h, tiles = lower_tiles(p->net, layer, p->g), need[BONNET_MAX_LAYERS];
    m->first = m->last = layer;
    m->tenant[layer] = LOWER_NOWHERE;
    for (uint32_t b = 0; b < p->batch && !p->failed; b++) {
        memset(m->loaded, 0, sizeof m->loaded);
        for (uint32_t i = 0; i < layer; i++)
            if (i >= p->boundary || m->back[i][b]) m->loaded[i] = p->net->layers[i].out_h; /* never left, or came for an earlier late layer */
        needs(m, h, need);
        load_upto(m, b, need);
        for (uint32_t i = 0; i < p->boundary; i++) m->back[i][b] |= need[i] > 0;
        m->cur[layer][b] = make_buffer(m, layer, b);
    }
    uint32_t step = make_there_whole(m, layer) ? tiles : make_portion(p, layer, 0);
    for (uint32_t t = 0; t < tiles && !p->failed; t += step) {
        uint32_t n = tiles - t < step ? tiles - t : step;
        int32_t weights = make_tenancy(m, layer, t, n);
        for (uint32_t b = 0; b < p->batch && !p->failed; b++) make_compute(m, layer, b, 0, h, t, n, weights);
    }
    for (uint32_t b = 0; b < p->batch && !p->failed; b++) {
        uint32_t rows = p->buffers[m->cur[layer][b]].height;
        make_trace(m, layer, b, 0, rows);
    }
}

static void results(lower_maker *m)
{
    lower_plan *p = m->p;
    uint32_t layer = p->net->n_layers - 1;
    for (uint32_t b = 0; b < p->batch && !p->failed; b++) {
        lower_item *it = make_item(m, LOWER_STORE, BONNET_OP_STORE, layer, b);
        if (!it) return;
        it->out = m->cur[layer][b];
        it->last = 1; /* the logits, or a segment's map, at BASE 2 */
        it->rows = (uint16_t)p->buffers[it->out].height;
        make_live(p, it->out, 0, it->rows, p->times, 0); /* while the next walk begins */
    }
}

/* The stem of the next frame may begin early: its rows are its own from then on. */
static void begin_stems_early(lower_maker *m)
{
    lower_plan *p = m->p;
    for (uint32_t i = 0; i < p->n_buffers && !p->failed; i++) {
        lower_buffer *b = &p->buffers[i];
        uint32_t layer = b->frame ? p->early_inner : p->early;
        if (b->layer != 0 || b->window || !layer) continue;
        int32_t from = b->frame ? m->ended[layer][b->frame - 1] + 1 : m->ended[layer][p->batch - 1] + 1 - p->times;
        for (uint32_t y = 0; y < b->height; y++)
            if (b->birth[y] > from) b->birth[y] = from;
    }
}

void lower_program_free(lower_plan *p)
{
    for (uint32_t i = 0; i < p->n_buffers; i++) free(p->buffers[i].birth);
    free(p->buffers);
    free(p->tenancies);
    free(p->items);
    free(p->pieces);
    p->buffers = NULL;
    p->tenancies = NULL;
    p->items = NULL;
    p->pieces = NULL;
    p->n_buffers = p->n_tenancies = p->n_items = p->n_pieces = 0;
    p->scratch = 0;
    p->times = 0;
    p->failed = 0;
}

int lower_program(lower_plan *p)
{
    lower_program_free(p);
    lower_maker *m = calloc(1, sizeof *m);
    if (!m) return 0;
    m->p = p;
    memset(m->cur, 0xFF, sizeof m->cur);
    memset(m->tenant, 0xFF, sizeof m->tenant);
    make_resident(m);
    for (uint32_t b = 0; b < p->batch; b++)
        for (uint32_t n = 0; n < p->n_blocks && p->blocks[n].first < p->boundary; n++) block(m, b, n);
    for (uint32_t b = 0; p->boundary == 1 && b < p->batch; b++)
        make_rows(m, 0, b, 0, p->net->layers[0].out_h); /* maps that are given; a stem alone */
    for (uint32_t i = p->boundary; i < p->net->n_layers; i++) late_layer(m, i);
    results(m);
    for (uint32_t i = 0; i < p->n_tenancies; i++)
        if (p->tenancies[i].once) {
            p->tenancies[i].first = 0;
            p->tenancies[i].last = p->times;
        }
    begin_stems_early(m);
    free(m);
    return !p->failed;
}
