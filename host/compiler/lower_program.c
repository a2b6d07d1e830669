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
#include "lower_parts.h"

enum { MAX_ITEMS = 16384, MAX_BUFFERS = 1024 };

typedef struct maker {
    lower_plan *p;
    int32_t cur[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];             /* buffer that holds the map now, or the window it is loaded into */
    uint32_t home[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];           /* scratch offset of a spilled map */
    int32_t ended[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];           /* time of the layer's last conv item */
    int32_t resident[BONNET_MAX_LAYERS];                         /* tenancy, or -1 */
    int32_t tenant[BONNET_MAX_LAYERS];                           /* of the running segment, all tiles of the layer, or -1 */
    uint32_t done[BONNET_MAX_LAYERS], loaded[BONNET_MAX_LAYERS]; /* rows, in the running segment */
    uint8_t back[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];            /* a spilled map is whole in the chip again, for the late layers */
    uint32_t first, last;                                        /* layers of the running segment */
    int stem_loaded;
} maker;

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

static lower_item *add_item(maker *m, uint8_t unit, uint8_t op, uint32_t layer, uint32_t frame)
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

static int32_t add_buffer(maker *m, uint32_t layer, uint32_t frame)
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

static void lives(lower_plan *p, int32_t buffer, uint32_t y0, uint32_t y1, int32_t time, int written)
{
    if (p->failed || buffer < 0) return;
    lower_buffer *b = &p->buffers[buffer];
    for (uint32_t y = y0; y < y1 && y < b->height; y++) {
        if (written && b->birth[y] > time) b->birth[y] = time;
        if (b->death[y] < time) b->death[y] = time;
    }
}

/* ---- weights ------------------------------------------------------------------------------------------------------------------ */
static int32_t add_tenancy(maker *m, uint32_t layer, uint32_t tile, uint32_t tiles, int once)
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
    lower_item *it = add_item(m, LOWER_LOAD, BONNET_OP_LOAD, layer, 0);
    if (it) {
        it->tenancy = (int32_t)p->n_tenancies;
        it->first = (uint8_t)once;
    }
    return (int32_t)p->n_tenancies++;
}

/* Tiles of one portion of a layer that is not there whole: small ones run ahead better, larger ones are fewer descriptors where strip after strip
 * streams them all again. */
static uint32_t portion(const lower_plan *p, uint32_t layer, int in_strips)
{
    uint32_t rows = lower_tile_rows(p->net, layer), tiles = lower_tiles(p->net, layer, p->g), n = p->stream_rows / (in_strips ? 2 : 4) / rows;
    if (in_strips && p->coarse) n = p->stream_rows / rows;
    return n < 1 ? 1 : n > tiles ? tiles : n;
}

static void choose_resident(maker *m)
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
static int32_t tenancy(maker *m, uint32_t layer, uint32_t tile, uint32_t tiles)
{
    if (m->resident[layer] == -2) m->resident[layer] = add_tenancy(m, layer, 0, lower_tiles(m->p->net, layer, m->p->g), 1);
    if (m->resident[layer] >= 0) return m->resident[layer];
    if (m->tenant[layer] == -2) {
        m->tenant[layer] = add_tenancy(m, layer, 0, lower_tiles(m->p->net, layer, m->p->g), 0);
        if (!m->p->failed) m->p->tenancies[m->tenant[layer]].together = 1;
    }
    return m->tenant[layer] >= 0 ? m->tenant[layer] : add_tenancy(m, layer, tile, tiles, 0);
}

static int there_whole(const maker *m, uint32_t layer) { return m->resident[layer] != LOWER_NOWHERE || m->tenant[layer] != LOWER_NOWHERE; }

/* ---- rows to and from DRAM ---------------------------------------------------------------------------------------------------- */
static void move_rows(maker *m, uint8_t op, int32_t buffer, uint32_t y0, uint32_t y1, uint32_t home, int32_t until)
{
    lower_plan *p = m->p;
    if (p->failed || y0 >= y1) return;
    lower_item *it = add_item(m, op == BONNET_OP_LOAD ? LOWER_LOAD : LOWER_STORE, op, p->buffers[buffer].layer, p->buffers[buffer].frame);
    if (!it) return;
    it->out = buffer;
    it->y0 = (uint16_t)y0;
    it->rows = (uint16_t)(y1 - y0);
    it->offset = home; /* of row 0; a ring may still cut the rows in two */
    lives(p, buffer, y0, y1, until, op == BONNET_OP_LOAD);
}

static uint32_t room_in_scratch(lower_plan *p, uint64_t words)
{
    uint64_t at = p->scratch, end = at + ((8 * words + 63) & ~UINT64_C(63));
    if (end > INT32_MAX) p->failed = 1;
    else p->scratch = (uint32_t)end;
    return (uint32_t)at;
}

static void trace(maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    if (!p->traced || p->failed || y0 >= y1) return;
    const lower_buffer *b = &p->buffers[m->cur[layer][frame]];
    lower_item *it = add_item(m, LOWER_STORE, BONNET_OP_STORE, layer, frame);
    if (!it) return;
    it->first = 1; /* a trace: its pieces get their places in scratch when rings are known */
    it->out = m->cur[layer][frame];
    it->y0 = (uint16_t)y0;
    it->rows = (uint16_t)(y1 - y0);
    lives(p, it->out, y0, y1, b->height == 1 ? p->times - 1 : it->time - 1, 0);
}

static int outlives(const maker *m, uint32_t layer) { return m->p->last_reader[layer] > m->last; }

/* Rows y0 .. y1 of a map were made: keep them where they are needed later. */
static void made(maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    if (p->failed) return;
    trace(m, layer, frame, y0, y1);
    if (!p->spill[layer] || !outlives(m, layer)) return;
    const lower_buffer *b = &p->buffers[m->cur[layer][frame]];
    if (y0 == 0) m->home[layer][frame] = room_in_scratch(p, (uint64_t)b->height * b->pitch);
    move_rows(m, BONNET_OP_STORE, m->cur[layer][frame], y0, y1, m->home[layer][frame], p->times); /* one conv item to get them out */
}

/* ---- layers --------------------------------------------------------------------------------------------------------------------- */
static void stem(maker *m, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    for (uint32_t pass = 0; pass < p->stem_passes; pass++) {
        if (p->stem_reload || !m->stem_loaded) {
            lower_item *rows = add_item(m, LOWER_LOAD, BONNET_OP_LOAD, 0, 0);
            if (!rows) return;
            rows->tile = (uint16_t)pass;
            rows->tiles = (uint16_t)(p->stem_reload ? 1 : p->stem_passes);
            rows->first = !p->stem_reload;
            m->stem_loaded = 1;
        }
        lower_item *it = add_item(m, LOWER_STEM, BONNET_OP_STEM, 0, frame);
        if (!it) return;
        it->first = y0 == 0;
        it->last = y1 == p->net->layers[0].out_h;
        it->tile = (uint16_t)pass;
        it->out = m->cur[0][frame];
        it->y0 = (uint16_t)y0;
        it->rows = (uint16_t)(y1 - y0);
    }
    lives(p, m->cur[0][frame], y0, y1, p->times, 1);
}

static int32_t source(const maker *m, bonnet_map_ref ref, uint32_t frame) { return ref.map < 0 ? LOWER_NOWHERE : m->cur[ref.map][frame]; }

static void reads(maker *m, const bonnet_layer *l, bonnet_map_ref ref, int is_input, int32_t buffer, uint32_t y0, uint32_t y1, int32_t time)
{
    if (ref.map < 0) return;
    uint32_t h = m->p->net->layers[ref.map].out_h;
    lives(m->p, buffer, lower_first_needed(l, is_input, y0), lower_rows_needed(l, is_input, h, y1), time, 0);
}

static void compute(maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1, uint32_t tile, uint32_t tiles, int32_t weights)
{
    lower_plan *p = m->p;
    const bonnet_layer *l = &p->net->layers[layer];
    lower_item *it = add_item(m, LOWER_CONV, l->kind == BONNET_LAYER_FC ? BONNET_OP_FC : BONNET_OP_CONV, layer, frame);
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
    lives(p, it->out, p->buffers[it->out].height == 1 ? 0 : y0, p->buffers[it->out].height == 1 ? 1 : y1, it->time, 1);
    m->ended[layer][frame] = it->time;
    p->times++;
}

/* Rows y0 .. y1 of a layer, all its tiles. */
static void layer_rows(maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1)
{
    lower_plan *p = m->p;
    if (p->failed) return;
    if (y0 == 0) m->cur[layer][frame] = add_buffer(m, layer, frame);
    if (p->failed) return;
    if (y0 == 0 && layer > 0) p->buffers[m->cur[layer][frame]].window = !outlives(m, layer) || p->spill[layer];
    if (y0 == 0 && layer == 0) p->buffers[m->cur[0][frame]].window = p->spill[0] || (p->stem_window && !outlives(m, 0));
    if (layer == 0) stem(m, frame, y0, y1);
    else {
        uint32_t tiles = lower_tiles(p->net, layer, p->g),
                 step = there_whole(m, layer) ? tiles : portion(p, layer, y1 - y0 < p->net->layers[layer].out_h);
        for (uint32_t t = 0; t < tiles && !p->failed; t += step) {
            uint32_t n = tiles - t < step ? tiles - t : step;
            int32_t weights = tenancy(m, layer, t, n);
            if (!p->failed) compute(m, layer, frame, y0, y1, t, n, weights);
        }
    }
    uint32_t h = p->failed ? 0 : p->buffers[m->cur[layer][frame]].height;
    made(m, layer, frame, h == 1 ? 0 : y0, h == 1 ? 1 : y1);
}

/* ---- segments ------------------------------------------------------------------------------------------------------------------- */
static void raise_need(uint32_t *need, const lower_plan *p, const bonnet_layer *l, bonnet_map_ref ref, int is_input, uint32_t upto)
{
    if (ref.map < 0 || !upto) return;
    uint32_t n = lower_rows_needed(l, is_input, p->net->layers[ref.map].out_h, upto);
    if (need[ref.map] < n) need[ref.map] = n;
}

/* How many rows of each map the first `upto` rows of the segment's last layer need. */
static void needs(const maker *m, uint32_t upto, uint32_t *need)
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

static void load_upto(maker *m, uint32_t frame, const uint32_t *need)
{
    lower_plan *p = m->p;
    for (uint32_t i = 0; i < m->first && !p->failed; i++) {
        if (!p->spill[i] || need[i] <= m->loaded[i]) continue;
        if (m->loaded[i] == 0) {
            m->cur[i][frame] = add_buffer(m, i, frame);
            if (p->failed) return;
            p->buffers[m->cur[i][frame]].window = 1;
        }
        move_rows(m, BONNET_OP_LOAD, m->cur[i][frame], m->loaded[i], need[i], m->home[i][frame], p->times);
        m->loaded[i] = need[i];
    }
}

static void segment(maker *m, uint32_t frame, uint32_t first, uint32_t last, uint32_t chunk)
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
            if (i == 0 && (p->stem_passes > 1 || upto == height)) to = h;
            if (to > m->done[i]) layer_rows(m, i, frame, m->done[i], to);
            m->done[i] = to > m->done[i] ? to : m->done[i];
        }
    }
}

/* The last block over a map that is never whole in the chip: each tile walks all strips of it, its sums stay in the unit. */
static void head_in_strips(maker *m, uint32_t frame, uint32_t layer, uint32_t chunk)
{
    lower_plan *p = m->p;
    uint32_t h = p->net->layers[layer].out_h, tiles = lower_tiles(p->net, layer, p->g), need[BONNET_MAX_LAYERS];
    m->first = m->last = layer;
    m->tenant[layer] = LOWER_NOWHERE;
    for (uint32_t t = 0; t < tiles && !p->failed; t++) {
        int32_t weights = tenancy(m, layer, t, 1);
        memset(m->loaded, 0, sizeof m->loaded);
        for (uint32_t y = 0; y < h && !p->failed; y += chunk) {
            uint32_t upto = h - y < chunk ? h : y + chunk;
            needs(m, upto, need);
            load_upto(m, frame, need);
            needs(m, h - upto < chunk ? h : upto + chunk, need);
            load_upto(m, frame, need);
            if (t == 0 && y == 0) m->cur[layer][frame] = add_buffer(m, layer, frame);
            if (!p->failed) compute(m, layer, frame, y, upto, t, 1, weights);
        }
    }
    if (!p->failed) trace(m, layer, frame, 0, 1);
}

static void block(maker *m, uint32_t frame, uint32_t number)
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
        uint32_t strips = m->p->stem_passes > 1 || (!there_whole(m, b->first) && rows > m->p->stream_rows / 4 * 3) ? 1 : 7;
        segment(m, frame, 0, b->first, b->chunk ? b->chunk : (h + strips - 1) / strips);
        first = b->first + 1;
    }
    for (uint32_t i = first; i <= b->last; i++) segment(m, frame, i, i, b->chunk);
}

/* The layers behind the boundary: each portion of weights for all frames. */
static void late_layer(maker *m, uint32_t layer)
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
        m->cur[layer][b] = add_buffer(m, layer, b);
    }
    uint32_t step = there_whole(m, layer) ? tiles : portion(p, layer, 0);
    for (uint32_t t = 0; t < tiles && !p->failed; t += step) {
        uint32_t n = tiles - t < step ? tiles - t : step;
        int32_t weights = tenancy(m, layer, t, n);
        for (uint32_t b = 0; b < p->batch && !p->failed; b++) compute(m, layer, b, 0, h, t, n, weights);
    }
    for (uint32_t b = 0; b < p->batch && !p->failed; b++) {
        uint32_t rows = p->buffers[m->cur[layer][b]].height;
        trace(m, layer, b, 0, rows);
    }
}

static void results(maker *m)
{
    lower_plan *p = m->p;
    uint32_t layer = p->net->n_layers - 1;
    for (uint32_t b = 0; b < p->batch && !p->failed; b++) {
        lower_item *it = add_item(m, LOWER_STORE, BONNET_OP_STORE, layer, b);
        if (!it) return;
        it->out = m->cur[layer][b];
        it->last = 1; /* the logits, at BASE 2 */
        it->rows = 1;
        lives(p, it->out, 0, 1, p->times, 0); /* while the next walk begins */
    }
}

/* The stem of the next frame may begin early: its rows are its own from then on. */
static void begin_stems_early(maker *m)
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
    maker *m = calloc(1, sizeof *m);
    if (!m) return 0;
    m->p = p;
    memset(m->cur, 0xFF, sizeof m->cur);
    memset(m->tenant, 0xFF, sizeof m->tenant);
    choose_resident(m);
    for (uint32_t b = 0; b < p->batch; b++)
        for (uint32_t n = 0; n < p->n_blocks && p->blocks[n].first < p->boundary; n++) block(m, b, n);
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
