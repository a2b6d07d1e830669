/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - buffers out of one piece of device memory, for backends that are given a piece (u-dma-buf, a region of a board's DRAM)
 * instead of an allocator. Hands out offsets; what lies there is the backend's business. First fit; neighbours that are free are one.
 * Not for several threads at once.
 */
#ifndef BONNET_POOL_H
#define BONNET_POOL_H
#include <stddef.h>
#include <stdint.h>

enum { BONNET_POOL_ALIGN = 64 }; /* bytes; of every offset and size. A cache line: two buffers never share one */

typedef struct bonnet_pool_piece bonnet_pool_piece;
typedef struct bonnet_pool {
    uint64_t bytes;           /* of the whole, a multiple of BONNET_POOL_ALIGN */
    bonnet_pool_piece *first; /* taken ones, ascending */
} bonnet_pool;

/* The rest of `bytes` beyond a multiple of BONNET_POOL_ALIGN is not used. Nothing to free until something is taken. */
void bonnet_pool_make(bonnet_pool *pool, uint64_t bytes);
/* All pieces are given back. */
void bonnet_pool_free(bonnet_pool *pool);
/* 1: *offset is the start of `bytes` free bytes, now taken. 0: no room for them in one piece (or no host memory to remember it), or bytes is 0. */
int bonnet_pool_take(bonnet_pool *pool, uint64_t *offset, uint64_t bytes);
/* Gives back what was taken at this offset; an offset that is not taken is ignored. */
void bonnet_pool_give(bonnet_pool *pool, uint64_t offset);
/* The largest piece that take() can still hand out. */
uint64_t bonnet_pool_largest(const bonnet_pool *pool);
#endif
