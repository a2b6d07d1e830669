/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"
#include <stdlib.h>

struct bonnet_pool_piece {
    uint64_t offset, bytes;
    bonnet_pool_piece *next;
};

void bonnet_pool_make(bonnet_pool *pool, uint64_t bytes) { *pool = (bonnet_pool){.bytes = bytes / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN}; }

void bonnet_pool_free(bonnet_pool *pool)
{
    while (pool->first) bonnet_pool_give(pool, pool->first->offset);
}

/* The free bytes before *link; *start receives where they begin. */
static uint64_t gap(const bonnet_pool *pool, bonnet_pool_piece *const *link, uint64_t *start, const bonnet_pool_piece *before)
{
    *start = before ? before->offset + before->bytes : 0;
    return (*link ? (*link)->offset : pool->bytes) - *start;
}

int bonnet_pool_take(bonnet_pool *pool, uint64_t *offset, uint64_t bytes)
{
    if (!bytes || bytes > pool->bytes) return 0;
    const uint64_t size = (bytes + BONNET_POOL_ALIGN - 1) / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN;
    bonnet_pool_piece *before = NULL, **link = &pool->first;
    uint64_t start;
    while (gap(pool, link, &start, before) < size) {
        if (!*link) return 0;
        before = *link;
        link = &before->next;
    }
    bonnet_pool_piece *piece = malloc(sizeof *piece);
    if (!piece) return 0;
    *piece = (bonnet_pool_piece){.offset = start, .bytes = size, .next = *link};
    *link = piece;
    *offset = start;
    return 1;
}

void bonnet_pool_give(bonnet_pool *pool, uint64_t offset)
{
    for (bonnet_pool_piece **link = &pool->first; *link; link = &(*link)->next) {
        if ((*link)->offset != offset) continue;
        bonnet_pool_piece *piece = *link;
        *link = piece->next;
        free(piece);
        return;
    }
}

uint64_t bonnet_pool_largest(const bonnet_pool *pool)
{
    uint64_t largest = 0, start;
    const bonnet_pool_piece *before = NULL;
    for (bonnet_pool_piece *const *link = &pool->first;; before = *link, link = &(*link)->next) {
        const uint64_t free_bytes = gap(pool, link, &start, before);
        if (free_bytes > largest) largest = free_bytes;
        if (!*link) return largest;
    }
}
