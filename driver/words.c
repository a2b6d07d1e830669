/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - registers and buffers of a board that is reached a word at a time (words.h). Every error's text begins with the scheme. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bytes.h"
#include "regs.h"
#include "words.h"

enum { REGS_BYTES = BONNET_REG_END, AHEAD_BYTES = 4 * BONNET_WORDS_AHEAD };

/* ---- registers ----------------------------------------------------------------------------------------------------------------------------- */
bonnet_status bonnet_words_reg_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    bonnet_words *w = self;
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    if (offset >= REGS_BYTES || offset % 4) return bonnet_fail(err, BONNET_EINVAL, "%s: no register at offset 0x%x", w->ops->scheme, offset);
    const bonnet_status st = w->ops->ready(w->port, err);
    w->ahead_bytes = 0;
    return st == BONNET_OK ? w->ops->write(w->port, w->regs + offset, bytes, 1, err) : st;
}

/* Counter records are read by the hundred, and reading them changes nothing: a piece of them at a time, until something else happens. */
bonnet_status bonnet_words_reg_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    bonnet_words *w = self;
    uint8_t bytes[4];
    if (offset >= REGS_BYTES || offset % 4) return bonnet_fail(err, BONNET_EINVAL, "%s: no register at offset 0x%x", w->ops->scheme, offset);
    bonnet_status st = w->ops->ready(w->port, err);
    if (st != BONNET_OK) return st;
    if (offset < BONNET_REG_COUNTERS) {
        w->ahead_bytes = 0;
        st = w->ops->read(w->port, w->regs + offset, bytes, 1, err);
        if (st == BONNET_OK) *value = (uint32_t)bonnet_little(bytes, 4);
        return st;
    }
    const uint32_t start = offset / AHEAD_BYTES * AHEAD_BYTES;
    if (!w->ahead_bytes || w->ahead_at != start) {
        w->ahead_bytes = 0;
        st = w->ops->read(w->port, w->regs + start, w->ahead, BONNET_WORDS_AHEAD, err);
        if (st != BONNET_OK) return st;
        w->ahead_at = start, w->ahead_bytes = AHEAD_BYTES;
    }
    *value = (uint32_t)bonnet_little(w->ahead + (offset - start), 4);
    return BONNET_OK;
}

/* ---- buffers ------------------------------------------------------------------------------------------------------------------------------- */
bonnet_status bonnet_words_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    bonnet_words *w = self;
    uint64_t offset;
    const size_t size = (bytes + BONNET_POOL_ALIGN - 1) / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN;
    if (!bytes || size < bytes || !bonnet_pool_take(&w->pool, &offset, size))
        return bonnet_fail(err, BONNET_ENOMEM,
                           "%s: no %zu bytes in the board's piece of memory, %llu are free in one piece; give it more with mem=", w->ops->scheme,
                           bytes, (unsigned long long)bonnet_pool_largest(&w->pool));
    void *host = aligned_alloc(BONNET_POOL_ALIGN, size);
    if (!host) {
        bonnet_pool_give(&w->pool, offset);
        return bonnet_fail(err, BONNET_ENOMEM, "%s: no memory for %zu bytes", w->ops->scheme, bytes);
    }
    memset(host, 0, size);
    *out = (bonnet_dma){.host = host, .addr = w->mem + offset, .bytes = bytes};
    return BONNET_OK;
}

void bonnet_words_free(void *self, bonnet_dma *buffer)
{
    bonnet_words *w = self;
    if (buffer->host) bonnet_pool_give(&w->pool, buffer->addr - w->mem);
    free(buffer->host);
    memset(buffer, 0, sizeof *buffer);
}

/* Is [offset, offset + bytes) in the buffer, and the port in a state to move it? */
static bonnet_status may_move(bonnet_words *w, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    if (!bonnet_dma_holds(buffer, offset, bytes)) return bonnet_fail(err, BONNET_EINVAL, "%s: transfer outside its buffer", w->ops->scheme);
    w->ahead_bytes = 0;
    return w->ops->ready(w->port, err);
}

/* The bytes of one word [from, to) of a buffer's word at `at`, the rest as the device has it: a WRITE takes whole words. */
static bonnet_status patch(bonnet_words *w, const bonnet_dma *buffer, size_t at, size_t from, size_t to, bonnet_error *err)
{
    uint8_t bytes[4];
    bonnet_status st = w->ops->read(w->port, buffer->addr + at, bytes, 1, err);
    if (st != BONNET_OK) return st;
    memcpy(bytes + from, (const uint8_t *)buffer->host + at + from, to - from);
    return w->ops->write(w->port, buffer->addr + at, bytes, 1, err);
}

bonnet_status bonnet_words_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    bonnet_words *w = self;
    bonnet_status st = may_move(w, buffer, offset, bytes, err);
    size_t at = offset, end = offset + bytes;
    if (st != BONNET_OK || !bytes) return st;
    if (at % 4) {
        const size_t start = at / 4 * 4, to = end < start + 4 ? end - start : 4;
        st = patch(w, buffer, start, at % 4, to, err);
        at = start + to;
    }
    if (st == BONNET_OK && end > at && (end - at) / 4) {
        st = w->ops->write(w->port, buffer->addr + at, (const uint8_t *)buffer->host + at, (end - at) / 4, err);
        at += (end - at) / 4 * 4;
    }
    if (st == BONNET_OK && end > at) st = patch(w, buffer, at, 0, end - at, err);
    return st == BONNET_OK ? w->ops->sync(w->port, err) : st; /* weights must be there when load() says so */
}

bonnet_status bonnet_words_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    bonnet_words *w = self;
    bonnet_status st = may_move(w, buffer, offset, bytes, err);
    const size_t start = offset / 4 * 4, end = offset + bytes;
    for (size_t at = start; st == BONNET_OK && at < end; at += sizeof w->piece) {
        const size_t n = end - at < sizeof w->piece ? end - at : sizeof w->piece, from = at < offset ? offset - at : 0;
        st = w->ops->read(w->port, buffer->addr + at, w->piece, (n + 3) / 4, err);
        if (st == BONNET_OK) memcpy((uint8_t *)buffer->host + at + from, w->piece + from, n - from);
    }
    return st;
}

/* ---- options -------------------------------------------------------------------------------------------------------------------------------- */
int bonnet_words_number(const char *text, char stop, uint64_t max, uint64_t *value, const char **rest)
{
    char *end;
    errno = 0;
    const unsigned long long n = strtoull(text, &end, 0);
    if (text[0] < '0' || text[0] > '9' || *end != stop || errno || n > max) return 0;
    *value = n;
    if (rest) *rest = end + (stop != '\0');
    return 1;
}

int bonnet_words_option(bonnet_words *w, const char *name, const char *value)
{
    const uint64_t most = UINT64_C(1) << 40; /* the ports' addresses */
    uint64_t n, bytes;
    if (!strcmp(name, "mem")) {
        if (!bonnet_words_number(value, '+', most, &n, &value) || !bonnet_words_number(value, '\0', most, &bytes, NULL)) return 0;
        if (n % BONNET_POOL_ALIGN || bytes < BONNET_POOL_ALIGN || n + bytes > most) return 0;
        w->mem = n, w->mem_bytes = bytes;
        return 1;
    }
    if (strcmp(name, "regs") || !bonnet_words_number(value, '\0', most, &n, NULL) || n % 4096 || n > most - REGS_BYTES) return 0;
    w->regs = n;
    return 1;
}

void bonnet_words_make(bonnet_words *w) { bonnet_pool_make(&w->pool, w->mem_bytes); }
