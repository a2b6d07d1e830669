/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strips.h - the last block of a lowered job cut into strips by hand: each HEAD over a whole map becomes, tile by tile, HEADs of a few rows with
 * MORE and KEEP. The job means what it meant. For tests of the check and of the chip.
 */
#ifndef BONNET_TESTS_STRIPS_H
#define BONNET_TESTS_STRIPS_H
#include <string.h>
#include "lower.h"

static inline int strips_is_head(const uint32_t *d)
{
    return bonnet_desc_get(d, BONNET_F_JOB_OP) == BONNET_OP_CONV && bonnet_desc_get(d, BONNET_F_CONV_POST) == 4;
}

/* Strip at rows y.. of tile t of the HEAD `whole`, which waited and posts as it did at its ends. */
static inline void strips_one(uint32_t *d, const uint32_t *whole, uint32_t t, uint32_t y, uint32_t rows, uint32_t tile_rows)
{
    static const int waits[] = {BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2, BONNET_F_JOB_WAIT_ONCE};
    static const int posts[] = {BONNET_F_JOB_POST0, BONNET_F_JOB_POST1, BONNET_F_JOB_POST2, BONNET_F_JOB_LAST};
    static const int rings[2][2] = {{BONNET_F_CONV_IN_RING, BONNET_F_CONV_IN_SLOT}, {BONNET_F_CONV_RES_RING, BONNET_F_CONV_RES_SLOT}};
    uint32_t h = bonnet_desc_get(whole, BONNET_F_CONV_OUT_H), more = y + rows < h;
    memcpy(d, whole, BONNET_DESC_BYTES);
    for (int i = 0; i < 4 && (t || y); i++) bonnet_desc_set(d, waits[i], 0);
    for (int i = 0; i < 4 && (more || t + 1 < bonnet_desc_get(whole, BONNET_F_CONV_TILES)); i++) bonnet_desc_set(d, posts[i], 0);
    for (int i = 0; i < 2; i++) {
        uint32_t ring = bonnet_desc_get(whole, rings[i][0]);
        bonnet_desc_set(d, rings[i][1], ring ? y % ring : 0);
    }
    bonnet_desc_set(d, BONNET_F_CONV_WROW, bonnet_desc_get(whole, BONNET_F_CONV_WROW) + t * tile_rows);
    bonnet_desc_set(d, BONNET_F_CONV_CHANNEL, bonnet_desc_get(whole, BONNET_F_CONV_CHANNEL) + t * bonnet_desc_get(whole, BONNET_F_CONV_TILE_STEP));
    bonnet_desc_set(d, BONNET_F_CONV_TILES, 1);
    bonnet_desc_set(d, BONNET_F_CONV_Y0, y);
    bonnet_desc_set(d, BONNET_F_CONV_ROWS, rows);
    bonnet_desc_set(d, BONNET_F_CONV_KEEP, y != 0);
    bonnet_desc_set(d, BONNET_F_CONV_MORE, more);
}

/* `rows` rows a strip. Returns the number of HEADs that the job has then; 0: there is no room for them, the job is of no use. */
static inline uint32_t strips_cut(bonnet_job *job, uint32_t rows)
{
    uint32_t heads = 0, added = 0;
    for (uint32_t i = job->n_desc; i-- > 1;) {
        uint32_t whole[BONNET_DESC_WORDS], at = i;
        if (!strips_is_head(job->desc[i])) continue;
        memcpy(whole, job->desc[i], sizeof whole);
        uint32_t h = bonnet_desc_get(whole, BONNET_F_CONV_OUT_H), tiles = bonnet_desc_get(whole, BONNET_F_CONV_TILES);
        uint32_t n = tiles * ((h + rows - 1) / rows);
        if (job->n_desc + n - 1 > job->geometry.records || job->n_desc + n - 1 > BONNET_JOB_MAX) return 0;
        memmove(job->desc + i + n, job->desc + i + 1, (job->n_desc - i - 1) * sizeof *job->desc);
        for (uint32_t t = 0; t < tiles; t++)
            for (uint32_t y = 0; y < h; y += rows)
                strips_one(job->desc[at++], whole, t, y, h - y < rows ? h - y : rows,
                           job->layers[bonnet_desc_get(whole, BONNET_F_JOB_LAYER)].tile_rows);
        job->n_desc += n - 1;
        added += n - 1;
        heads += n;
    }
    bonnet_desc_set(job->desc[0], BONNET_F_HDR_COUNT, job->n_desc - 1);
    bonnet_desc_set(job->desc[0], BONNET_F_HDR_CONVS, bonnet_desc_get(job->desc[0], BONNET_F_HDR_CONVS) + added);
    return heads;
}
#endif
