/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_check.h - between lower_check.c (tokens, order, who may touch a word) and lower_access.c (which words a descriptor
 * touches); nobody else includes it.
 */
#ifndef BONNET_LOWER_CHECK_H
#define BONNET_LOWER_CHECK_H
#include "lower.h"

enum { CHECK_LOAD, CHECK_CONV, CHECK_STEM, CHECK_STORE, CHECK_UNITS };
typedef enum check_space { SPACE_FEATURE, SPACE_WEIGHT, SPACE_STEM, SPACES } check_space;

/* What is known about one word or row. Times count the descriptors of a unit, from 1. */
typedef struct check_cell {
    uint32_t tag;               /* whose content: map and frame, or row of the blob; 0 nothing */
    uint32_t written;           /* time of the last write */
    uint32_t read[CHECK_UNITS]; /* time of each unit's last read */
    uint16_t have;              /* four channels a bit: which are there; 0xFFFF: all */
    uint8_t writer;             /* unit */
} check_cell;

typedef struct check {
    const bonnet_job *job;
    bonnet_error *err;
    uint32_t frame, index, unit, layer;      /* of the descriptor at hand */
    uint32_t seen[CHECK_UNITS][CHECK_UNITS]; /* seen[u][v]: unit u knows that v has finished its descriptors up to here */
    uint32_t next_row[BONNET_MAX_LAYERS];    /* row of the blob that the layer uses next, this frame */
    uint8_t stored[BONNET_MAX_LAYERS], result;
    check_cell *cells[SPACES];
    uint32_t limit[SPACES];
} check;

bonnet_status check_fault(const check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
bonnet_status check_read(check *c, check_space space, uint32_t at, uint32_t tag);
bonnet_status check_write(check *c, check_space space, uint32_t at, uint16_t channels, uint32_t tag);

/* Fields that stand for themselves: known operation, no unknown bits. */
bonnet_status check_fields(check *c, const uint32_t *d);
/* Everything the descriptor reads and writes, through the two functions above. */
bonnet_status check_access(check *c, const uint32_t *d);

static inline uint32_t check_map_tag(const check *c, uint32_t layer) { return 1 + c->frame * BONNET_MAX_LAYERS + layer; }
#endif
