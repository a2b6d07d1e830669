/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - see arena.h. */
#include <stdint.h>
#include <stdlib.h>
#include "arena.h"

struct bonnet_arena_block {
    struct bonnet_arena_block *next;
    _Alignas(max_align_t) unsigned char bytes[];
};

void bonnet_arena_init(bonnet_arena *arena, size_t limit_bytes) { *arena = (bonnet_arena){.limit_bytes = limit_bytes}; }

void *bonnet_arena_calloc(bonnet_arena *arena, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - sizeof(struct bonnet_arena_block)) / size) return NULL;
    size_t bytes = sizeof(struct bonnet_arena_block) + count * size;
    if (bytes > arena->limit_bytes - arena->used_bytes) return NULL;
    struct bonnet_arena_block *block = calloc(1, bytes);
    if (!block) return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->used_bytes += bytes;
    return block->bytes;
}

void bonnet_arena_free(bonnet_arena *arena)
{
    while (arena->blocks) {
        struct bonnet_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used_bytes = 0;
}
