/* SPDX-License-Identifier: Apache-2.0 */
/* lower_make.c - the pieces of a program: an item, a buffer whose rows live for a while, a tenancy of weights, and the rows of one layer. */
#include <stdlib.h>
#include "lower_make.h"

enum { MAX_ITEMS = 16384, MAX_BUFFERS = 1024 };

/* Room for one more behind n; `array` as it was if there is none, and *failed set. */
static void *grow(void *array, uint32_t n, size_t size, uint32_t most, int *failed)
{
    if (n >= most) {
        *failed = 1;
        return array;
    }
    if (n & (n - 1)) return array; /* room is the next power of two */
    void *more = realloc(array, (n ? 2 * (size_t)n : 1) * size);
    if (more) return more;
    *failed = 1;
    return array;
}

lower_item *make_item(lower_maker *m, uint8_t unit, uint8_t op, uint32_t layer, uint32_t frame)
{
    lower_plan *p = m->p;
    static const lower_item none = {0};
    p->items = grow(p->items, p->n_items, sizeof *p->items, MAX_ITEMS, &p->failed);
    if (p->failed) return NULL;
    lower_item *it = &p->items[p->n_items++];
    *it = none;
    it->unit = unit;
    it->op = op;
    it->layer = (uint16_t)layer;
    it->frame = (uint16_t)frame;
    it->out = it->in = it->res = it->pass = it->tenancy = LOWER_NOWHERE;
    it->time = p->times;
    return it;
}

int32_t make_buffer(lower_maker *m, uint32_t layer, uint32_t frame)
{
    lower_plan *p = m->p;
    const bonnet_layer *l = &p->net->layers[layer];
    p->buffers = grow(p->buffers, p->n_buffers, sizeof *p->buffers, MAX_BUFFERS, &p->failed);
    if (p->failed) return 0;
    lower_buffer *b = &p->buffers[p->n_buffers];
    *b = (lower_buffer){.layer = layer, .frame = frame, .height = 1};
    if (l->kind == BONNET_LAYER_LAST) b->pitch = ((l->out_c + 3) / 4 + 3) & ~3u;
    else if (l->kind == BONNET_LAYER_FC) b->pitch = lower_tiles(p->net, layer, p->g) * p->g->lanes / 2; /* whole tiles are written */
    else {
        b->height = l->out_h;
        b->therm = p->therm[layer];
        b->pix = l->out_c / 64 * (b->therm ? 3 : p->net->k);
        b->pitch = l->out_w * b->pix;
        if (p->spill[layer]) b->pitch = (b->pitch + 7) & ~7u; /* rows begin on 64 bytes in DRAM */
    }
    b->birth = calloc(2 * (size_t)b->height, sizeof *b->birth);
    if (!b->birth) {
        p->failed = 1;
        return 0;
    }
    b->death = b->birth + b->height;
    for (uint32_t y = 0; y < b->height; y++) {
        b->birth[y] = INT32_MAX;
        b->death[y] = INT32_MIN;
    }
    return (int32_t)p->n_buffers++;
}

void make_live(lower_plan *p, int32_t buffer, uint32_t y0, uint32_t y1, int32_t time, int written)
{
    if (p->failed || buffer < 0) return;
    lower_buffer *b = &p->buffers[buffer];
    for (uint32_t y = y0; y < y1 && y < b->height; y++) {
        if (written && b->birth[y] > time) b->birth[y] = time;
        if (b->death[y] < time) b->death[y] = time;
    }
}

/* ---- weights ------------------------------------------------------------------------------------------------------------------ */
static int32_t add_tenancy(lower_maker *m, uint32_t layer, uint32_t tile, uint32_t tiles, int once)
{
    lower_plan *p = m->p;
    p->tenancies = grow(p->tenancies, p->n_tenancies, sizeof *p->tenancies, MAX_ITEMS, &p->failed);
    if (p->failed) return 0;
    p->tenancies[p->n_tenancies] = (lower_tenancy){.layer = layer,
                                                   .tile = tile,
                                                   .tiles = tiles,
                                                   .once = (uint32_t)once,
                                                   .rows = tiles * lower_tile_rows(p->net, layer),
                                                   .first = p->times,
                                                   .last = p->times};
    lower_item *it = make_item(m, LOWER_LOAD, BONNET_OP_LOAD, layer, 0);
    if (it) {
        it->tenancy = (int32_t)p->n_tenancies;
        it->first = (uint8_t)once;
    }
    return (int32_t)p->n_tenancies++;
}

uint32_t make_portion(const lower_plan *p, uint32_t layer, int in_strips)
{
    uint32_t rows = lower_tile_rows(p->net, layer), tiles = lower_tiles(p->net, layer, p->g), n = p->stream_rows / (in_strips ? 2 : 4) / rows;
    if (in_strips && p->coarse) n = p->stream_rows / rows;
    return n < 1 ? 1 : n > tiles ? tiles : n;
}

void make_resident(lower_maker *m)
{
    lower_plan *p = m->p;
    const bonnet_net *net = p->net;
    uint64_t total = 0;
    uint32_t most = 0, together = 0; /* rows of one tile; of a block whose layers are made together */
    for (uint32_t i = 1; i < net->n_layers; i++) {
        uint32_t tile = lower_tile_rows(net, i);
        total += (uint64_t)tile * lower_tiles(net, i, p->g);
        most = tile > most ? tile : most;
    }
    for (uint32_t b = 0; b < p->n_blocks; b++) { /* a block made together has its weights there together */
        uint32_t rows = 0;
        for (uint32_t i = p->blocks[b].first; i <= p->blocks[b].last; i++) rows += lower_tile_rows(net, i) * lower_tiles(net, i, p->g);
        if (p->blocks[b].fused && rows > together) together = rows;
    }
    uint32_t have = p->g->weight_rows, want = have / 8 * 5;
    if (want < 2 * most) want = 2 * most < have ? 2 * most : have;
    if (want < together) want = together;
    p->stream_rows = total <= have && !p->no_resident ? 0 : p->no_resident ? have : want;
    uint32_t room = have - p->stream_rows;
    for (uint32_t i = 1; i < net->n_layers; i++) {
        uint32_t rows = lower_tile_rows(net, i) * lower_tiles(net, i, p->g);
        m->resident[i] = rows <= room ? -2 : LOWER_NOWHERE; /* -2: to be loaded at its first use */
        room -= rows <= room ? rows : 0;
    }
}

/* The tenancy that holds tiles [tile, tile + tiles) of the layer, loaded if need be. */
int32_t make_tenancy(lower_maker *m, uint32_t layer, uint32_t tile, uint32_t tiles)
{
    if (m->resident[layer] == -2) m->resident[layer] = add_tenancy(m, layer, 0, lower_tiles(m->p->net, layer, m->p->g), 1);
    if (m->resident[layer] >= 0) return m->resident[layer];
    if (m->tenant[layer] == -2) {
        m->tenant[layer] = add_tenancy(m, layer, 0, lower_tiles(m->p->net, layer, m->p->g), 0);
        if (!m->p->failed) m->p->tenancies[m->tenant[layer]].together = 1;
    }
    return m->tenant[layer] >= 0 ? m->tenant[layer] : add_tenancy(m, layer, tile, tiles, 0);
}

int make_there_whole(const lower_maker *m, uint32_t layer) { return m->resident[layer] != LOWER_NOWHERE || m->tenant[layer] != LOWER_NOWHERE; }

/* ---- rows to and from DRAM ---------------------------------------------------------------------------------------------------- */
void make_move(lower_maker *m, uint8_t op, int32_t buffer, uint32_t y0, uint32_t y1, uint32_t home, int32_t until)
{
    lower_plan *p = m->p;
    if (p->failed || y0 >= y1) return;
    lower_item *it = make_item(m, op == BONNET_OP_LOAD ? LOWER_LOAD : LOWER_STORE, op, p->buffers[buffer].layer, p->buffers[buffer].frame);
    if (!it) return;
    it->out = buffer;
    it->y0 = (uint16_t)y0;
    it->rows = (uint16_t)(y1 - y0);
    it->offset = home; /* of row 0; a ring may still cut the rows in two */
    make_live(p, buffer, y0, y1, until, op == BONNET_OP_LOAD);
}

static uint32_t room_in_scratch(lower_plan *p, uint64_t words)
{
    uint64_t at = p->scratch, end = at + ((8 * words + 63) & ~UINT64_C(63));
    if (end > INT32_MAX) p->failed = 1;
    else p->scratch = (uint32_t)end;
    return (uint32_t)at;
}

void make_trace(lower_maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    if (!p->traced || p->failed || y0 >= y1) return;
    const lower_buffer *b = &p->buffers[m->cur[layer][frame]];
    lower_item *it = make_item(m, LOWER_STORE, BONNET_OP_STORE, layer, frame);
    if (!it) return;
    it->first = 1; /* a trace: its pieces get their places in scratch when rings are known */
    it->out = m->cur[layer][frame];
    it->y0 = (uint16_t)y0;
    it->rows = (uint16_t)(y1 - y0);
    make_live(p, it->out, y0, y1, b->height == 1 ? p->times - 1 : it->time - 1, 0);
}

static int outlives(const lower_maker *m, uint32_t layer) { return m->p->last_reader[layer] > m->last; }

/* Rows y0 .. y1 of a map were made: keep them where they are needed later. */
static void made(lower_maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    if (p->failed) return;
    make_trace(m, layer, frame, y0, y1);
    if (!p->spill[layer] || !outlives(m, layer)) return;
    const lower_buffer *b = &p->buffers[m->cur[layer][frame]];
    if (y0 == 0) m->home[layer][frame] = room_in_scratch(p, (uint64_t)b->height * b->pitch);
    make_move(m, BONNET_OP_STORE, m->cur[layer][frame], y0, y1, m->home[layer][frame], p->times); /* one conv item to get them out */
}

/* ---- layers --------------------------------------------------------------------------------------------------------------------- */
/* A segment's map, as it is at BASE 1. */
static void arrive(lower_maker *m, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_item *it = make_item(m, LOWER_LOAD, BONNET_OP_LOAD, 0, frame);
    if (!it) return;
    it->last = 1;
    it->out = m->cur[0][frame];
    it->y0 = (uint16_t)y0;
    it->rows = (uint16_t)(y1 - y0);
    make_live(m->p, it->out, y0, y1, m->p->times, 1);
}

static void stem(lower_maker *m, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    for (uint32_t pass = 0; pass < p->stem_passes; pass++) {
        if (p->stem_reload || !m->stem_loaded) {
            lower_item *rows = make_item(m, LOWER_LOAD, BONNET_OP_LOAD, 0, 0);
            if (!rows) return;
            rows->tile = (uint16_t)pass;
            rows->tiles = (uint16_t)(p->stem_reload ? 1 : p->stem_passes);
            rows->first = !p->stem_reload;
            m->stem_loaded = 1;
        }
        lower_item *it = make_item(m, LOWER_STEM, BONNET_OP_STEM, 0, frame);
        if (!it) return;
        it->first = y0 == 0;
        it->last = y1 == p->net->layers[0].out_h;
        it->tile = (uint16_t)pass;
        it->out = m->cur[0][frame];
        it->y0 = (uint16_t)y0;
        it->rows = (uint16_t)(y1 - y0);
    }
    make_live(p, m->cur[0][frame], y0, y1, p->times, 1);
}

static int32_t source(const lower_maker *m, bonnet_map_ref ref, uint32_t frame) { return ref.map < 0 ? LOWER_NOWHERE : m->cur[ref.map][frame]; }

static void reads(lower_maker *m, const bonnet_layer *l, bonnet_map_ref ref, int is_input, int32_t buffer, uint32_t y0, uint32_t y1, int32_t time)
{
    if (ref.map < 0) return;
    uint32_t h = m->p->net->layers[ref.map].out_h;
    make_live(m->p, buffer, lower_first_needed(l, is_input, y0), lower_rows_needed(l, is_input, h, y1), time, 0);
}

void make_compute(lower_maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1, uint32_t tile, uint32_t tiles, int32_t weights)
{
    lower_plan *p = m->p;
    const bonnet_layer *l = &p->net->layers[layer];
    lower_item *it = make_item(m, LOWER_CONV, l->kind == BONNET_LAYER_FC ? BONNET_OP_FC : BONNET_OP_CONV, layer, frame);
    if (!it) return;
    it->y0 = (uint16_t)y0;
    it->rows = (uint16_t)(y1 - y0);
    it->tile = (uint16_t)tile;
    it->tiles = (uint16_t)tiles;
    it->tenancy = weights;
    it->out = m->cur[layer][frame];
    it->in = source(m, l->in, frame);
    it->res = source(m, l->res, frame);
    it->pass = source(m, l->pass, frame);
    p->tenancies[weights].last = it->time;
    reads(m, l, l->in, 1, it->in, y0, y1, it->time);
    reads(m, l, l->res, 0, it->res, y0, y1, it->time);
    reads(m, l, l->pass, 0, it->pass, y0, y1, it->time);
    make_live(p, it->out, p->buffers[it->out].height == 1 ? 0 : y0, p->buffers[it->out].height == 1 ? 1 : y1, it->time, 1);
    m->ended[layer][frame] = it->time;
    p->times++;
}

/* Rows y0 .. y1 of a layer, all its tiles. */
void make_rows(lower_maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    if (p->failed) return;
    if (y0 == 0) m->cur[layer][frame] = make_buffer(m, layer, frame);
    if (p->failed) return;
    if (y0 == 0 && layer > 0) p->buffers[m->cur[layer][frame]].window = !outlives(m, layer) || p->spill[layer];
    if (y0 == 0 && layer == 0) p->buffers[m->cur[0][frame]].window = p->spill[0] || (p->stem_window && !outlives(m, 0));
    if (layer == 0 && bonnet_net_given(p->net)) arrive(m, frame, y0, y1);
    else if (layer == 0) stem(m, frame, y0, y1);
    else {
        uint32_t tiles = lower_tiles(p->net, layer, p->g),
                 step = make_there_whole(m, layer) ? tiles : make_portion(p, layer, y1 - y0 < p->net->layers[layer].out_h);
        for (uint32_t t = 0; t < tiles && !p->failed; t += step) {
            uint32_t n = tiles - t < step ? tiles - t : step;
            int32_t weights = make_tenancy(m, layer, t, n);
            if (!p->failed) make_compute(m, layer, frame, y0, y1, t, n, weights);
        }
    }
    uint32_t h = p->failed ? 0 : p->buffers[m->cur[layer][frame]].height;
    made(m, layer, frame, h == 1 ? 0 : y0, h == 1 ? 1 : y1);
}
