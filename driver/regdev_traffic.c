/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_traffic.c - what a descriptor does to the two buffers, counted from its fields: bits read and written, words and rows touched.
 *
 * The chip does not count these accesses; they follow from the descriptor (docs/chip.md): port A reads a feature row (four words) for every weight word
 * and pixel, a weight row serves a block of pixels, port B reads a feature row for every 64-channel word that a tile touches and writes the
 * bits its masks allow. Stem and FC weights: a unit's own registers and lines (the stem's parameter rows) are not buffers and are not counted.
 */
#include "regdev_parts.h"

enum { WORD_BITS = 64, FEATURE_ROW_WORDS = 4, POST_HEAD = 4 };

/* Words from the first to the last that rows y0 .. y0 + rows - 1 touch; of a ring all of it. */
static bonnet_span map_span(uint32_t first, uint32_t y0, uint32_t rows, uint32_t ring, uint32_t width, uint32_t pitch, uint32_t pixel)
{
    if (!rows || !width) return (bonnet_span){first, 0};
    if (ring) y0 = 0, rows = ring;
    return (bonnet_span){first + y0 * pitch, (rows - 1) * pitch + width * pixel};
}

/* Rows and columns of the map before the first centre, and behind the last. */
static uint32_t border(const uint32_t *d)
{
    return bonnet_desc_get(d, BONNET_F_CONV_PAD) != BONNET_PAD_NONE ? 0 : bonnet_desc_get(d, BONNET_F_CONV_DILATE2) ? 2 : 1;
}

/* Rows of the input that output rows y0 .. y0 + rows - 1 read. */
static bonnet_span input_rows(const uint32_t *d)
{
    uint32_t y0 = bonnet_desc_get(d, BONNET_F_CONV_Y0), rows = bonnet_desc_get(d, BONNET_F_CONV_ROWS),
             height = bonnet_desc_get(d, BONNET_F_CONV_IN_H);
    uint32_t pool = bonnet_desc_get(d, BONNET_F_CONV_POOL2), scale = pool || bonnet_desc_get(d, BONNET_F_CONV_STRIDE2) ? 2 : 1;
    uint32_t reach = !bonnet_desc_get(d, BONNET_F_CONV_K3) ? 0 : bonnet_desc_get(d, BONNET_F_CONV_DILATE2) ? 2 : 1;
    if (!rows || !height) return (bonnet_span){0, 0};
    height += 2 * border(d);
    const uint32_t centre = scale * y0 + border(d);
    uint32_t low = centre > reach ? centre - reach : 0, high = centre + scale * (rows - 1) + reach + (pool ? 1 : 0);
    if (high > height - 1) high = height - 1;
    return low > high ? (bonnet_span){low, 0} : (bonnet_span){low, high - low + 1};
}

/* 64-channel words that the four lane groups of the first tile touch: each is one access of port B. */
static uint32_t words_touched(const uint32_t *d)
{
    uint32_t step = bonnet_desc_get(d, BONNET_F_CONV_GROUP_STEP), n = 1;
    for (uint32_t g = 1; g < 4; g++)
        if (g * step / WORD_BITS != (g - 1) * step / WORD_BITS) n++;
    return n;
}

static void conv(bonnet_event *e, const uint32_t *d, const bonnet_geometry *g)
{
    const uint32_t post = bonnet_desc_get(d, BONNET_F_CONV_POST), pool = bonnet_desc_get(d, BONNET_F_CONV_POOL2);
    const uint32_t width = bonnet_desc_get(d, BONNET_F_CONV_OUT_W), rows = bonnet_desc_get(d, BONNET_F_CONV_ROWS);
    const uint32_t tiles = bonnet_desc_get(d, BONNET_F_CONV_TILES), k4 = bonnet_desc_get(d, BONNET_F_CONV_K4);
    const uint32_t k = !k4 ? 1 : bonnet_desc_get(d, BONNET_F_CONV_OUT_T) ? 3 : 4; /* words that say the slices */
    const uint32_t walked = (bonnet_desc_get(d, BONNET_F_CONV_K3) ? 9 : 1) * bonnet_desc_get(d, BONNET_F_CONV_DEPTH);
    const uint32_t head = post == POST_HEAD, params = head ? 2 : 1;
    const uint64_t stored = (uint64_t)width * rows, pixels = stored * (pool ? 4 : 1);
    const uint32_t operands = head || post == BONNET_POST_XNOR || post == BONNET_POST_OR ? 1 : post == BONNET_POST_INTERLEAVE ? 2 : 0;
    const uint64_t row_bits = (uint64_t)g->lanes * WORD_BITS, feature_row = (uint64_t)FEATURE_ROW_WORDS * WORD_BITS;

    e->feature_bits_read = pixels * tiles * walked * feature_row + stored * tiles * operands * words_touched(d) * feature_row;
    e->feature_bits_written = head ? (uint64_t)tiles * g->lanes * 16 : stored * tiles * g->lanes * k * (post == BONNET_POST_INTERLEAVE ? 2 : 1);
    e->weight_bits_read = tiles * ((pixels + g->block - 1) / g->block * walked + params) * row_bits;
    e->weight_read = (bonnet_span){bonnet_desc_get(d, BONNET_F_CONV_WROW), tiles * (walked + params)};

    const uint32_t y0 = bonnet_desc_get(d, BONNET_F_CONV_Y0);
    const bonnet_span in = input_rows(d);
    e->feature_written = head ? (bonnet_span){bonnet_desc_get(d, BONNET_F_CONV_OUT), tiles * g->lanes / 4}
                              : map_span(bonnet_desc_get(d, BONNET_F_CONV_OUT), y0, rows, bonnet_desc_get(d, BONNET_F_CONV_OUT_RING), width,
                                         bonnet_desc_get(d, BONNET_F_CONV_OUT_ROW), bonnet_desc_get(d, BONNET_F_CONV_OUT_PIX));
    const uint32_t ring = bonnet_desc_get(d, BONNET_F_CONV_IN_RING), row = bonnet_desc_get(d, BONNET_F_CONV_IN_ROW),
                   pixel = bonnet_desc_get(d, BONNET_F_CONV_IN_PIX);
    e->feature_read[0] = map_span(bonnet_desc_get(d, BONNET_F_CONV_IN) - border(d) * (pixel + (ring ? 0 : row)), in.first, in.count, ring,
                                  bonnet_desc_get(d, BONNET_F_CONV_IN_W) + 2 * border(d), row, pixel);
    if (operands)
        e->feature_read[1] = map_span(bonnet_desc_get(d, BONNET_F_CONV_RES), y0, rows, bonnet_desc_get(d, BONNET_F_CONV_RES_RING), width,
                                      bonnet_desc_get(d, BONNET_F_CONV_RES_ROW), bonnet_desc_get(d, BONNET_F_CONV_RES_PIX));
    if (operands == 2)
        e->feature_read[2] = map_span(bonnet_desc_get(d, BONNET_F_CONV_PASS), y0, rows, bonnet_desc_get(d, BONNET_F_CONV_PASS_RING), width,
                                      bonnet_desc_get(d, BONNET_F_CONV_PASS_ROW), bonnet_desc_get(d, BONNET_F_CONV_PASS_PIX));
}

static void fc(bonnet_event *e, const uint32_t *d, const bonnet_geometry *g)
{
    const uint32_t tiles = bonnet_desc_get(d, BONNET_F_FC_TILES), inputs = bonnet_desc_get(d, BONNET_F_FC_INPUTS);
    const uint32_t rows = tiles * (1 + inputs / 8);
    e->feature_bits_read = (uint64_t)tiles * inputs * 16;
    e->feature_bits_written = (uint64_t)tiles * g->lanes * 32;
    e->weight_bits_read = (uint64_t)rows * g->lanes * WORD_BITS;
    e->weight_read = (bonnet_span){bonnet_desc_get(d, BONNET_F_FC_WROW), rows};
    e->feature_read[0] = (bonnet_span){bonnet_desc_get(d, BONNET_F_FC_IN), inputs / 4};
    e->feature_written = (bonnet_span){bonnet_desc_get(d, BONNET_F_FC_OUT), tiles * g->lanes / 2};
}

/* A pass may be made in strips: the first descriptor and those with CONT after it, next to each other in the stem's list. The first has the shape. */
static void stem(bonnet_event *e, const uint32_t *d, const bonnet_geometry *g)
{
    const uint32_t *first = d;
    uint32_t y0 = 0, rows = bonnet_desc_get(d, BONNET_F_STEM_ROWS);
    while (bonnet_desc_get(first, BONNET_F_STEM_CONT)) {
        first -= BONNET_DESC_WORDS;
        y0 += bonnet_desc_get(first, BONNET_F_STEM_ROWS);
    }
    const uint32_t height = bonnet_desc_get(first, BONNET_F_STEM_OUT_H), width = bonnet_desc_get(first, BONNET_F_STEM_OUT_W);
    const uint32_t k = !bonnet_desc_get(first, BONNET_F_STEM_K4) ? 1 : bonnet_desc_get(first, BONNET_F_STEM_OUT_T) ? 3 : 4;
    if (!rows) rows = height > y0 ? height - y0 : 0; /* all that are left */
    e->feature_bits_written = (uint64_t)rows * width * g->lanes * k;
    e->feature_written = map_span(bonnet_desc_get(d, BONNET_F_STEM_OUT), y0, rows, bonnet_desc_get(d, BONNET_F_STEM_OUT_RING), width,
                                  bonnet_desc_get(d, BONNET_F_STEM_OUT_ROW), bonnet_desc_get(first, BONNET_F_STEM_OUT_PIX));
}

static void load(bonnet_event *e, const uint32_t *d, const bonnet_geometry *g)
{
    enum { WEIGHTS = 0, FEATURES = 2 };
    const uint32_t bytes = bonnet_desc_get(d, BONNET_F_LOAD_BYTES), at = bonnet_desc_get(d, BONNET_F_LOAD_ADDR);
    const uint32_t dest = bonnet_desc_get(d, BONNET_F_LOAD_DEST);
    if (dest == WEIGHTS) {
        e->weight_bits_written = e->dram_bytes ? bytes * 8ull : 0; /* nothing moves on later frames of a job whose weights stay */
        e->weight_written = (bonnet_span){at, bytes / (8 * g->lanes)};
    } else if (dest == FEATURES) {
        e->feature_bits_written = e->dram_bytes ? bytes * 8ull : 0;
        e->feature_written = (bonnet_span){at, bytes / 8};
    }
}

void regdev_traffic(bonnet_event *e, const uint32_t *d, const bonnet_geometry *g)
{
    switch (bonnet_desc_get(d, BONNET_F_JOB_OP)) {
    case BONNET_OP_CONV: conv(e, d, g); break;
    case BONNET_OP_FC: fc(e, d, g); break;
    case BONNET_OP_STEM: stem(e, d, g); break;
    case BONNET_OP_LOAD: load(e, d, g); break;
    case BONNET_OP_STORE:
        e->feature_bits_read = e->dram_bytes ? bonnet_desc_get(d, BONNET_F_STORE_BYTES) * 8ull : 0;
        e->feature_read[0] = (bonnet_span){bonnet_desc_get(d, BONNET_F_STORE_ADDR), bonnet_desc_get(d, BONNET_F_STORE_BYTES) / 8};
        break;
    default: break;
    }
    e->feature_bits_read *= g->arrays; /* each array has its own features; the weights are read once for all */
    e->feature_bits_written *= g->arrays;
}
