/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_check.h - between the parts of bonnet_job_check(): lower_check.c (tokens and order), lower_check_frame.c (what the struct, the
 * header and single fields say), lower_access.c (who may touch a word; LOAD, STORE, STEM, FC), lower_access_conv.c (CONV). Nobody else
 * includes it.
 */
#ifndef BONNET_LOWER_CHECK_H
#define BONNET_LOWER_CHECK_H
#include "lower.h"

enum {
    CHECK_LOAD,
    CHECK_CONV,
    CHECK_STEM,
    CHECK_STORE,
    CHECK_UNITS,
    CHECK_MAX_BATCH = 64,    /* frames of a walk */
    CHECK_MAX_PIXEL = 256,   /* words of a pixel */
    CHECK_SCRATCH = 1 << 28, /* bytes of scratch */
    CHECK_WALKS = 16
};
#define CHECK_ALL UINT32_MAX /* all channels of a word */
typedef enum check_space { SPACE_FEATURE, SPACE_WEIGHT, SPACE_STEM, SPACE_SCRATCH, SPACES } check_space;

/* What is known about one word or row. Times count the descriptors of a unit, from 1. */
typedef struct check_cell {
    uint64_t tag;               /* what it holds: check_tag(), or 1 + row of the blob; 0 nothing */
    uint32_t written;           /* time of the last write */
    uint32_t read[CHECK_UNITS]; /* time of each unit's last read */
    uint32_t have;              /* two channels a bit: which are there */
    uint8_t writer;             /* unit */
} check_cell;

typedef struct check {
    const bonnet_job *job;
    bonnet_error *err;
    uint32_t walk, index, unit, layer;               /* of the descriptor at hand */
    uint32_t seen[CHECK_UNITS][CHECK_UNITS];         /* seen[u][v]: unit u knows that v has finished its descriptors up to here */
    uint32_t first[CHECK_UNITS], count[CHECK_UNITS]; /* the four lists */
    uint32_t model[BONNET_MAX_LAYERS];               /* first CONV of each layer: the others must say the same of it */
    uint8_t ordered[BONNET_MAX_LAYERS];              /* slices of its map are s0 <= s1 <= s2 <= s3 */
    const uint32_t *pass;                            /* first STEM of the unfinished pass, or NULL */
    uint32_t pass_row;                               /* map row that it makes next */
    const uint32_t *head;                            /* the conv unit's last descriptor, if it was a HEAD with MORE, or NULL */
    uint32_t head_frame;                             /* frame of its sums */
    check_cell *cells[SPACES];
    uint32_t limit[SPACES];
} check;

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

bonnet_status check_fault(const check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A job of a part of a network (net.h): of bits, not of an image; to bits, not to logits. */
static inline int check_given(const bonnet_job *job) { return job->layers[0].kind == BONNET_LAYER_MAP; }
static inline int check_to_bits(const bonnet_job *job) { return job->layers[job->n_layers - 1].kind != BONNET_LAYER_FC; }

/* ---- lower_check_frame.c ---- */
/* What the struct and its header say, and each descriptor's fields on their own; fills first, count, model, ordered, limit. */
bonnet_status check_frame(check *c);
/* After the last walk: the pieces of a traced job are in scratch, and cover every row of every map of the walk's frames once. */
bonnet_status check_pieces(const check *c, uint32_t last_walk);

/* ---- lower_access.c ---- */
/* Word `word` of pixel (y, x) of a layer's map of a frame; LAST and FC: of the whole map, y = x = 0. */
static inline uint64_t check_tag(uint32_t frame, uint32_t layer, uint32_t therm, uint32_t y, uint32_t x, uint32_t word)
{
    return UINT64_C(1) << 63 | (uint64_t)frame << 40 | (uint64_t)layer << 32 | (uint64_t)therm << 30 | (uint64_t)y << 20 | (uint64_t)x << 10 | word;
}
static inline uint32_t check_tag_frame(uint64_t tag) { return tag >> 40 & 0xFFFF; }
/* Slots of a ring: `slot` must be what row `row` has. */
bonnet_status check_ring(const check *c, const char *what, uint32_t ring, uint32_t slot, uint32_t row);
bonnet_status check_read(check *c, check_space space, uint32_t at, uint64_t tag);
bonnet_status check_write(check *c, check_space space, uint32_t at, uint32_t channels, uint64_t tag);
/* One row of w pixels: words [0, span) of each with have[word] != 0, the first at `at`; `tag` is that of word 0 of pixel 0. */
bonnet_status check_read_row(check *c, const char *what, uint64_t at, uint32_t pix, uint32_t w, uint32_t span, const uint32_t *have, uint64_t tag);
bonnet_status check_write_row(check *c, const char *what, uint64_t at, uint32_t pix, uint32_t w, uint32_t span, const uint32_t *have, uint64_t tag);
/* `rows` rows of the blob from `row` on lie at `at`. */
bonnet_status check_rows(check *c, check_space space, uint32_t at, uint32_t row, uint32_t rows);
/* Everything the descriptor reads and writes. */
bonnet_status check_access(check *c, const uint32_t *d);

/* ---- lower_access_conv.c ---- */
bonnet_status check_conv(check *c, const uint32_t *d);
#endif
