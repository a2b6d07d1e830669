/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_search.c - which maps are whole, which are rings, which go through DRAM.
 *
 * If everything fits whole, that is it. Otherwise every block that can is made row by row, which needs least room; while that does not fit,
 * the block that runs when most words live is asked for more: its result goes through DRAM, then its operands, then its layers run alone with all
 * maps in DRAM. Once it fits, chunks grow again, block by block, as far as there is room: fewer descriptors. Last, the stem of the next frame
 * is let in as early as the places allow, because it then runs beside the binary layers. With a batch, every boundary between blocks is
 * tried, and the one that moves the fewest bytes is taken.
 */
#include <stdlib.h>
#include <string.h>
#include "lower_parts.h"

enum { CHUNKS = 14, STAGES = 3, FINE = 3 }; /* stages: result through DRAM, operands too, layers alone */
static const uint32_t chunk_rows[CHUNKS] = {64, 32, 24, 16, 14, 12, 10, 8, 7, 6, 5, 4, 3, 2};

static void reset(lower_plan *p, uint32_t boundary)
{
    memset(p->spill, 0, sizeof p->spill);
    p->boundary = boundary;
    p->early = p->early_inner = p->even_rings = 0;
    p->stem_window = 0;
    for (uint32_t b = 0; b < p->n_blocks; b++) p->blocks[b].fused = p->blocks[b].chunk = p->blocks[b].effort = 0;
}

static void spill(lower_plan *p, int32_t map, uint32_t beyond)
{
    if (map < 0 || p->last_reader[map] <= beyond) return;
    if (p->net->layers[map].kind == BONNET_LAYER_LAST || p->net->layers[map].kind == BONNET_LAYER_MAP) return; /* features; a map that came whole */
    p->spill[map] = 1;
}

static void spill_operands(lower_plan *p, const lower_block *b)
{
    for (uint32_t i = b->first; i <= b->last; i++) {
        const bonnet_map_ref refs[3] = {p->net->layers[i].in, p->net->layers[i].res, p->net->layers[i].pass};
        for (int r = 0; r < 3; r++)
            if (refs[r].map >= 0 && refs[r].map < (int32_t)b->first) spill(p, refs[r].map, b->first == 1 ? b->last : 0);
    }
}

/* Blocks that make a map. The others have features or logits: they are whole, only their operands can go through DRAM. */
static int binary(const lower_plan *p, const lower_block *b)
{
    bonnet_layer_kind kind = p->net->layers[b->last].kind;
    return kind != BONNET_LAYER_LAST && kind != BONNET_LAYER_FC;
}

/* Every block that can be, and that has not been asked for more than that. */
static void row_by_row(lower_plan *p)
{
    for (uint32_t n = 0; n < p->n_blocks; n++) {
        lower_block *b = &p->blocks[n];
        if (b->first < p->boundary && b->fusable && binary(p, b) && !b->effort) b->fused = b->chunk = 1;
    }
}

/* One step further for a block. 0: nothing is left to try. */
static int ask(lower_plan *p, lower_block *b)
{
    if (b->first == 1 && !p->stem_window && p->stem_passes == 1) return p->stem_window = 1;
    if (b->effort >= STAGES) return 0;
    b->effort++;
    b->fused = b->fused && b->effort < 3;
    b->chunk = binary(p, b) || (p->net->layers[b->last].kind == BONNET_LAYER_LAST && b->effort >= 2); /* then in strips */
    spill(p, (int32_t)b->last, b->last);
    if (b->effort >= 2) spill_operands(p, b);
    for (uint32_t i = b->first; b->effort >= 3 && i < b->last; i++) spill(p, (int32_t)i, i);
    return 1;
}

static lower_block *block_at(lower_plan *p, int32_t time)
{
    for (uint32_t i = 0; i < p->n_items; i++)
        if (p->items[i].unit == LOWER_CONV && p->items[i].time == time)
            for (uint32_t b = 0; b < p->n_blocks; b++)
                if (p->blocks[b].first <= p->items[i].layer && p->items[i].layer <= p->blocks[b].last)
                    return p->blocks[b].first < p->boundary ? &p->blocks[b] : NULL;
    return NULL;
}

/* Blocks beside a full one may hold what is in its way. */
static int ask_around(lower_plan *p, lower_block *b)
{
    if (!b) return 0;
    if (ask(p, b)) return 1;
    uint32_t n = (uint32_t)(b - p->blocks);
    for (uint32_t d = 1; d < p->n_blocks; d++) {
        if (n >= d && ask(p, &p->blocks[n - d])) return 1;
        if (n + d < p->n_blocks && p->blocks[n + d].first < p->boundary && ask(p, &p->blocks[n + d])) return 1;
    }
    return 0;
}

/* A block whose layers run together has their weights there together; where they find no room it runs layer by layer. */
static int unfuse(lower_plan *p, uint32_t layer)
{
    for (uint32_t b = 0; b < p->n_blocks; b++)
        if (p->blocks[b].first <= layer && layer <= p->blocks[b].last && p->blocks[b].fused) {
            p->blocks[b].fused = p->blocks[b].fusable = 0;
            p->blocks[b].chunk = p->blocks[b].effort > 0;
            return 1;
        }
    return 0;
}

static int try_places(lower_plan *p, int32_t *where)
{
    uint32_t layer = 0;
    while (lower_program(p)) {
        if (lower_place_weights(p, &layer)) return lower_place(p, where);
        if (!unfuse(p, layer)) return 0;
    }
    return 0;
}

/* All blocks that are made in chunks, with chunks of at most so many rows. */
static void same_chunk(lower_plan *p, uint32_t rows)
{
    for (uint32_t n = 0; n < p->n_blocks; n++) {
        uint32_t half = p->net->layers[p->blocks[n].last].out_h / 2;
        if (p->blocks[n].chunk && binary(p, &p->blocks[n])) p->blocks[n].chunk = rows < half ? rows : half ? half : 1;
    }
}

/* Larger chunks, first for all blocks alike, then block by block, as far as it still fits. */
static int grow_chunks(lower_plan *p)
{
    int32_t where;
    for (int c = 0, fits = 0; c <= CHUNKS && !fits; c++) {
        same_chunk(p, c < CHUNKS ? chunk_rows[c] : 1);
        fits = try_places(p, &where);
    }
    for (uint32_t n = 0; n < p->n_blocks; n++) {
        lower_block *b = &p->blocks[n], kept = *b;
        uint32_t height = p->net->layers[b->last].out_h;
        if (!b->chunk || b->first >= p->boundary) continue;
        int grown = 0;
        for (int c = b->effort ? 0 : -1; c < CHUNKS && !grown; c++) { /* -1: whole, each layer alone */
            if (c >= 0 && (2 * chunk_rows[c] > height || chunk_rows[c] <= kept.chunk)) continue;
            b->fused = c >= 0 && kept.fused;
            b->chunk = c >= 0 ? chunk_rows[c] : 0;
            grown = try_places(p, &where);
        }
        if (!grown) *b = kept;
    }
    return try_places(p, &where);
}

/* Places for this boundary and this set of spilled maps to begin with. */
static int settle(lower_plan *p)
{
    int32_t where = 0;
    if (try_places(p, &where)) return 1;
    row_by_row(p);
    while (!try_places(p, &where))
        if (p->failed || !ask_around(p, block_at(p, where))) return 0;
    return grow_chunks(p);
}

/* Cycles of a layer on one frame without a stall: enough to see what hides what. */
static uint64_t cycles(const lower_plan *p, uint32_t layer)
{
    const bonnet_layer *l = &p->net->layers[layer];
    if (layer == 0) return (uint64_t)l->conv_w * l->conv_h * ((l->kernel * l->kernel * l->in_c + 7) / 8) * p->stem_passes; /* MAP: 0 */
    return bonnet_net_macs(p->net, layer) / (64 * (uint64_t)p->g->lanes);
}

/* With smaller chunks where that makes the room. */
static int fits_early(lower_plan *p)
{
    lower_block kept[BONNET_MAX_LAYERS];
    int32_t where;
    if (try_places(p, &where)) return 1;
    memcpy(kept, p->blocks, sizeof kept);
    row_by_row(p);
    same_chunk(p, FINE);
    if (try_places(p, &where) && grow_chunks(p)) return 1;
    memcpy(p->blocks, kept, sizeof kept);
    return 0;
}

/*
 * Chooses *layer so that the next stem's map has its place once that layer is done: the last one that leaves the conv unit as much work as the
 * stem has, if it fits; else the first one that fits. Layers from `beyond` on are not in question. 0: none.
 */
static void early_after(lower_plan *p, uint32_t *layer, uint32_t beyond)
{
    uint32_t first = p->last_reader[0];
    uint64_t left = 0;
    for (uint32_t q = beyond; q-- > first + 1;) { /* left: work after layer q - 1 */
        left += (q >= p->boundary ? p->batch : 1) * cycles(p, q);
        *layer = q - 1;
        if (left < cycles(p, 0) + cycles(p, 0) / 8) continue;
        if (fits_early(p)) return;
        break;
    }
    for (*layer = first; *layer + 1 < beyond; ++*layer)
        if (fits_early(p)) return;
    *layer = 0;
}

/* The stem of the next frame beside this frame's binary layers. */
static int stem_early(lower_plan *p)
{
    int32_t where;
    if (!p->traced && p->batch > 1) early_after(p, &p->early_inner, p->boundary);
    if (!p->traced) early_after(p, &p->early, p->net->n_layers);
    for (p->even_rings = 4; p->even_rings; p->even_rings--)
        if (try_places(p, &where)) return 1;
    return try_places(p, &where);
}

/* Bytes to and from DRAM in a walk. */
static uint64_t traffic(const lower_plan *p)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < p->n_items; i++) {
        const lower_item *it = &p->items[i];
        if (it->tenancy >= 0 && it->unit == LOWER_LOAD && !it->first) bytes += 8 * (uint64_t)p->g->lanes * p->tenancies[it->tenancy].rows;
        else if (it->out >= 0 && (it->unit == LOWER_LOAD || (it->unit == LOWER_STORE && !it->last && !it->first)))
            bytes += 8 * (uint64_t)it->rows * p->buffers[it->out].pitch;
    }
    return bytes;
}

bonnet_status lower_search(lower_plan *p, bonnet_error *err)
{
    uint32_t none = p->net->n_layers, best = none, best_spill = 0;
    uint64_t least = UINT64_MAX;
    if (bonnet_net_given(p->net) && p->batch > 1) { /* all of it, portion of weights by portion: that is what a segment's batch is for */
        reset(p, best = 1);
        if (settle(p) && stem_early(p) && lower_count(p) < p->g->records) return BONNET_OK;
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "no room for a batch of %u frames; try a smaller one", p->batch);
    }
    for (uint32_t b = 1; b < p->n_blocks && p->batch > 1; b++)
        for (uint32_t out = 0; out < 2; out++) {
            reset(p, p->blocks[b].first);
            if (out) spill(p, (int32_t)p->blocks[b].first - 1, p->blocks[b].first - 1);
            if (!settle(p) || traffic(p) >= least) continue;
            least = traffic(p);
            best = p->boundary;
            best_spill = out;
        }
    reset(p, best);
    if (best < none && best_spill) spill(p, (int32_t)best - 1, best - 1);
    if (p->batch > 1 && best == none) return bonnet_fail(err, BONNET_EUNSUPPORTED, "no room for a batch of %u frames; try a smaller one", p->batch);
    if (settle(p) && stem_early(p)) {
        if (lower_count(p) < p->g->records || p->coarse) return BONNET_OK;
        p->coarse = 1; /* too long for the chip's records: once more */
        return lower_search(p, err);
    }
    if (p->failed) return bonnet_fail(err, BONNET_EUNSUPPORTED, "the job would be too long, or memory is short");
    return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: rows of its maps do not fit into %u feature words however they are cut",
                       p->net->layers[p->blocks[0].last].name, p->g->feature_words);
}
