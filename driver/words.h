/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - a chip on a board that is reached a word at a time: what `usb:` and `serial:` have in common. Only they and their tests include this.
 *
 * A buffer is two pieces of memory, the host's and the board's; to_device and to_host carry bytes between them. Alloc zeroes the host's; the board's is as
 * it was. Counter records are read BONNET_WORDS_AHEAD words at a time. The functions with `void *self` are a bonnet_mmio's: self is, or begins with, a
 * bonnet_words. None is for several threads at once.
 */
#ifndef BONNET_WORDS_H
#define BONNET_WORDS_H
#include <stddef.h>
#include <stdint.h>
#include "pool.h"
#include "regdev.h"

enum { BONNET_WORDS_AHEAD = 64, BONNET_WORDS_PIECE = 4 * 4096 /* bytes of one read */ };

/* The port. Words are little endian, 4 * words bytes; addresses are multiples of 4, of the board, 40 bits. */
typedef struct bonnet_word_port {
    const char *scheme; /* in every line of text */
    /* Usable, or why not; called before anything else is asked of the port. */
    bonnet_status (*ready)(void *port, bonnet_error *err);
    /* That they arrived is certain only after sync or read. */
    bonnet_status (*write)(void *port, uint64_t addr, const uint8_t *bytes, size_t words, bonnet_error *err);
    bonnet_status (*read)(void *port, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err);
    bonnet_status (*sync)(void *port, bonnet_error *err);
} bonnet_word_port;

typedef struct bonnet_words {
    const bonnet_word_port *ops;
    void *port;                     /* not owned */
    bonnet_pool pool;               /* of [mem, mem + mem_bytes) */
    uint64_t mem, mem_bytes, regs;  /* on the board */
    uint32_t ahead_at, ahead_bytes; /* counters that are in ahead[]; 0 bytes: none */
    uint8_t ahead[4 * BONNET_WORDS_AHEAD];
    uint8_t piece[BONNET_WORDS_PIECE]; /* what a read brought, before it goes where it belongs */
} bonnet_words;

/* The pool begins, once mem_bytes is known; bonnet_pool_free(&w->pool) ends it. */
void bonnet_words_make(bonnet_words *w);
/* mem=ADDR+BYTES and regs=ADDR, taken: 1; a number that is none, or another name: 0. */
int bonnet_words_option(bonnet_words *w, const char *name, const char *value);
/* A number in [0, max], decimal or 0x.., that ends at `stop`; *rest is behind it. 0: it is none. */
int bonnet_words_number(const char *text, char stop, uint64_t max, uint64_t *value, const char **rest);

bonnet_status bonnet_words_reg_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err);
bonnet_status bonnet_words_reg_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err);
bonnet_status bonnet_words_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err);
void bonnet_words_free(void *self, bonnet_dma *buffer);
bonnet_status bonnet_words_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err);
bonnet_status bonnet_words_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err);
#endif
