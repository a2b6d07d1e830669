/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory of one import: many small blocks, one owner, freed at once, and a ceiling.
 *
 * The ceiling is what keeps a small file that claims to be huge from taking the machine with it. Each block is its own
 * allocation, so that AddressSanitizer sees every overrun.
 */
#ifndef BONNET_ARENA_H
#define BONNET_ARENA_H
#include <stddef.h>

typedef struct bonnet_arena {
    struct bonnet_arena_block *blocks;
    size_t used_bytes, limit_bytes;
} bonnet_arena;

void bonnet_arena_init(bonnet_arena *arena, size_t limit_bytes);
/* Zeroed, aligned for any type; lives until bonnet_arena_free(). NULL: out of memory or over the ceiling, or count * size
 * overflows. Zero bytes give a valid pointer. */
void *bonnet_arena_calloc(bonnet_arena *arena, size_t count, size_t size);
void bonnet_arena_free(bonnet_arena *arena);
#endif
