/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv.c - cycles of one descriptor alone.
 *
 *   CONV  done = 2 + N + wait + drain, N = TILES * P * taps * DEPTH (rtl/fetch/bonnet_conv.sv), by a walk over the blocks: the last read of a pixel is
 *         `fire`, post takes its result at max(fire + 5, free) and is free again W words later (HEAD: 8 cycles, POOL2: one, W every fourth).
 *         Exact where the array sets the pace (every layer of the published networks on `asic`); where post does - P * taps * DEPTH < 8, or
 *         RES and PASS take more of port B than the array leaves - it is the larger of this and the accesses of port B.
 *   FC    done = 2 + TILES * (INPUTS + Lanes/2 + 4)
 *   STEM  ideal and fill only: what it takes depends on the bus (stem.c)
 */
#include "model.h"

enum { POST_STORE = 0, POST_INTERLEAVE = 3, POST_HEAD = 4, WORD = 64 };

/* Words of 64 channels that the lane groups of a tile touch: of the maps read, of the map written. */
typedef struct touched {
    uint32_t in, out;
} touched;

static uint32_t add_word(uint32_t *seen, uint32_t n, uint32_t word)
{
    for (uint32_t i = 0; i < n; i++)
        if (seen[i] == word) return n;
    seen[n] = word;
    return n + 1;
}

static touched tile_words(const uint32_t *d, uint32_t tile, uint32_t group, int interleave)
{
    uint32_t in[4] = {0}, out[8] = {0};
    touched n = {0, 0};
    for (uint32_t g = 0; g < 4; g++) {
        uint32_t c = bonnet_desc_get(d, BONNET_F_CONV_CHANNEL) + tile * bonnet_desc_get(d, BONNET_F_CONV_TILE_STEP) +
                     g * bonnet_desc_get(d, BONNET_F_CONV_GROUP_STEP);
        n.in = add_word(in, n.in, c / WORD);
        if (interleave) {
            n.out = add_word(out, n.out, 2 * c / WORD);
            n.out = add_word(out, n.out, (2 * c + 2 * group - 1) / WORD);
        } else {
            n.out = add_word(out, n.out, c / WORD);
        }
    }
    return n;
}

static uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

/*
 * Cycles from a descriptor's last result to idle where the reads of RES and PASS get in the way of the writes: rtl/post/bonnet_post.sv, Drain. Results come in
 * blocks one a cycle, blocks `pace` cycles a pixel apart; two blocks of segments are read ahead.
 */
static uint64_t read_drain(uint64_t pixels, uint64_t pace, touched w, uint64_t reads, uint64_t block)
{
    const uint64_t last = (pixels - 1) % block + 1;
    int64_t worst = 0;
    for (uint64_t n = last, since = last; n <= pixels; n += block) {
        const uint64_t late = n * w.in > 2 * block ? n * w.in - 2 * block : 0;
        const int64_t drain = (int64_t)(4 + n * w.out + reads * late) - (int64_t)since;
        if (drain > worst) worst = drain;
        else if (n > last && drain < 0) break; /* later blocks have long left */
        since = n * pace + block;
    }
    return (uint64_t)worst;
}

static bonnet_model_cost conv(const uint32_t *d, const bonnet_geometry *g)
{
    const uint32_t post = bonnet_desc_get(d, BONNET_F_CONV_POST), pool = bonnet_desc_get(d, BONNET_F_CONV_POOL2);
    const uint32_t tiles = bonnet_desc_get(d, BONNET_F_CONV_TILES), head = post == POST_HEAD;
    const uint64_t pixels = (uint64_t)bonnet_desc_get(d, BONNET_F_CONV_ROWS) * bonnet_desc_get(d, BONNET_F_CONV_OUT_W) * (pool ? 4 : 1);
    const uint64_t taps = (uint64_t)(bonnet_desc_get(d, BONNET_F_CONV_K3) ? 9 : 1) * bonnet_desc_get(d, BONNET_F_CONV_DEPTH);
    const uint64_t reads = post == POST_STORE ? 0 : post == POST_INTERLEAVE ? 2 : 1;
    const uint64_t params = (uint64_t)tiles * (head ? 2 : 1);
    uint64_t fire = 2, free = 0, accesses = 0; /* fire: last read so far; free: post takes the next result */
    touched last = {1, 1};
    if (pixels == 1 && params > 2) fire += params - 2;
    for (uint32_t t = 0; t < tiles; t++) {
        const touched w = tile_words(d, t, g->lanes / 4, post == POST_INTERLEAVE);
        const uint64_t step = head ? 8 : w.out;
        last = w;
        accesses += head ? 8 * pixels : pixels / (pool ? 4 : 1) * (reads * w.in + w.out);
        for (uint64_t b = 0; b < pixels; b += g->block) {
            const uint64_t n = pixels - b < g->block ? pixels - b : g->block;
            fire += n * (taps - 1);
            for (uint64_t i = 0; i < n; i++) {
                fire++;
                free = larger(fire + 5, free) + (pool && (b + i) % 4 != 3 ? 1 : step);
            }
        }
    }
    uint64_t done = free + (head ? (bonnet_desc_get(d, BONNET_F_CONV_MORE) ? 5 : 6) : pool ? 3 : 2);
    if (reads && !head) done = larger(done, fire + 4 + read_drain(pixels, taps, last, reads, g->block));
    done = larger(done, head ? accesses + 14 : accesses + (reads ? 3 : 10));
    return (bonnet_model_cost){.done = done, .ideal = tiles * pixels * taps, .fill = 3};
}

void bonnet_model_port_start(bonnet_model_port *p, const uint32_t *d, const bonnet_geometry *g)
{
    *p = (bonnet_model_port){.desc = d, .geometry = g, .fc = bonnet_desc_get(d, BONNET_F_JOB_OP) == BONNET_OP_FC};
    if (p->fc) {
        p->tiles = bonnet_desc_get(d, BONNET_F_FC_TILES);
        return;
    }
    const uint32_t post = bonnet_desc_get(d, BONNET_F_CONV_POST), head = post == POST_HEAD;
    const touched w = tile_words(d, 0, g->lanes / 4, post == POST_INTERLEAVE);
    p->pool = bonnet_desc_get(d, BONNET_F_CONV_POOL2) != 0;
    p->pixels = (uint64_t)bonnet_desc_get(d, BONNET_F_CONV_ROWS) * bonnet_desc_get(d, BONNET_F_CONV_OUT_W) * (p->pool ? 4 : 1);
    p->taps = (uint64_t)(bonnet_desc_get(d, BONNET_F_CONV_K3) ? 9 : 1) * bonnet_desc_get(d, BONNET_F_CONV_DEPTH);
    p->tiles = bonnet_desc_get(d, BONNET_F_CONV_TILES);
    p->reads = post == POST_STORE ? 0 : post == POST_INTERLEAVE ? 2 : 1;
    p->in = w.in, p->out = head ? 0 : w.out, p->pace = head ? 8 : w.out;
    p->head_writes = head && !bonnet_desc_get(d, BONNET_F_CONV_MORE);
    p->fire = 2;
    const uint64_t all = p->reads ? p->pixels * p->tiles * p->in : 0, ahead = all < 2 * g->block ? all : 2 * g->block; /* two blocks are read ahead */
    p->segments = all - ahead;
    p->from = 3;
    p->to = 3 + ahead * p->reads;
}

static int fc_port(bonnet_model_port *p)
{
    const uint32_t inputs = bonnet_desc_get(p->desc, BONNET_F_FC_INPUTS), lanes = p->geometry->lanes;
    if (p->tile == p->tiles) return 0;
    p->tile++;
    p->to = 2 + (uint64_t)p->tile * (inputs + lanes / 2 + 4);
    p->from = p->to - lanes / 2;
    return 1;
}

int bonnet_model_port_next(bonnet_model_port *p)
{
    if (p->fc) return fc_port(p);
    uint32_t writes = p->out;
    do {
        if (p->tile == p->tiles) return 0;
        const uint64_t block = p->pixel % p->geometry->block, left = p->pixels - (p->pixel - block);
        if (!block) p->fire += (left < p->geometry->block ? left : p->geometry->block) * (p->taps - 1);
        p->fire++;
        p->free = larger(p->fire + 5, p->free) + (p->pool && p->pixel % 4 != 3 ? 1 : p->pace);
        if (++p->pixel == p->pixels) {
            p->pixel = 0, p->tile++;
            if (p->head_writes) writes = 8; /* the tile's features */
        }
    } while (p->pool && p->pixel % 4);
    const uint64_t reads = p->segments < p->in ? p->segments : p->in;
    p->segments -= reads;
    p->from = larger(p->free - p->pace + (!p->out && writes ? 6 : 2), p->to);
    p->to = p->from + reads * p->reads + writes;
    return 1;
}

static bonnet_model_cost fc(const uint32_t *d, const bonnet_geometry *g)
{
    const uint64_t tiles = bonnet_desc_get(d, BONNET_F_FC_TILES), inputs = bonnet_desc_get(d, BONNET_F_FC_INPUTS);
    return (bonnet_model_cost){.done = 2 + tiles * (inputs + g->lanes / 2 + 4), .ideal = tiles * inputs, .fill = 4};
}

static bonnet_model_cost stem(const uint32_t *d, const bonnet_geometry *g)
{
    if (bonnet_desc_get(d, BONNET_F_STEM_CONT)) return (bonnet_model_cost){0, 0, 0};
    const uint64_t k = 3 + 2 * bonnet_desc_get(d, BONNET_F_STEM_KERNEL), planes = bonnet_desc_get(d, BONNET_F_STEM_PLANES3) ? 3 : 1;
    const uint64_t rows = (k * k * planes + g->stem_taps - 1) / g->stem_taps, pad = (k - 1) / 2;
    return (bonnet_model_cost){.ideal = rows * bonnet_desc_get(d, BONNET_F_STEM_CONV_W) * bonnet_desc_get(d, BONNET_F_STEM_CONV_H),
                               .fill = 7 + pad * (bonnet_desc_get(d, BONNET_F_STEM_IN_W) + 1)};
}

bonnet_model_cost bonnet_model_desc(const uint32_t *d, const bonnet_geometry *g)
{
    switch (bonnet_desc_get(d, BONNET_F_JOB_OP)) {
    case BONNET_OP_CONV: return conv(d, g);
    case BONNET_OP_FC: return fc(d, g);
    case BONNET_OP_STEM: return stem(d, g);
    default: return (bonnet_model_cost){0, 0, 0};
    }
}
