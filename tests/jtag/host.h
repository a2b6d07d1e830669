/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h - the plainest host of docs/jtag.md, over any function that makes one TCK: what a test of the chain needs to talk to the port.
 * A scan is arrays of bits, least significant first, one byte a bit.
 */
#ifndef BONNET_TEST_JTAG_HOST_H
#define BONNET_TEST_JTAG_HOST_H
#include <stddef.h>
#include <stdint.h>

enum { USER1 = 0x902, JTAG_CTRL = 0x824, IDCODE = 0x249, BYPASS = 0xfff };
enum { OP_WRITE = 1, OP_READ = 2, OP_MORE = 3, OP_CLEAR = 4 };
enum { ST_MAGIC = 0xB0A7, ST_BUSY = 1 << 20, ST_BUS = 1 << 21, ST_OVER = 1 << 22, ST_BUSY_ERR = 1 << 23, ST_OP = 1 << 24, ST_ERRORS = 0xF << 21 };

typedef struct host {
    int (*tck)(void *user, int tms, int tdi); /* one TCK: TDO before the rising edge */
    void *user;
} host;

static inline void host_tms(host *h, uint32_t bits, int n)
{
    for (int i = 0; i < n; i++) h->tck(h->user, bits >> i & 1, 0);
}
/* Test-Logic-Reset, then Run-Test/Idle. Every function here starts and ends in the latter. */
static inline void host_reset(host *h) { host_tms(h, 0x1f, 6); }

/* n bits through IR or DR (in: NULL: thrown away; out: NULL: zeros), and back to Run-Test/Idle. */
static inline void host_scan(host *h, int ir, const uint8_t *out, uint8_t *in, size_t n)
{
    host_tms(h, ir ? 3 : 1, ir ? 4 : 3);
    for (size_t i = 0; i < n; i++) {
        const int tdo = h->tck(h->user, i == n - 1, out ? out[i] : 0);
        if (in) in[i] = (uint8_t)tdo;
    }
    host_tms(h, 1, 2);
}
static inline void host_put(uint8_t *bits, uint64_t value, int n)
{
    for (int i = 0; i < n; i++) bits[i] = value >> i & 1;
}
static inline uint64_t host_get(const uint8_t *bits, int n)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++) value |= (uint64_t)(bits[i] & 1) << i;
    return value;
}
/* IR of the PS/PL TAP; the DAP, if it is in the chain, to BYPASS (its four bits leave first). */
static inline void host_ir(host *h, uint32_t ir)
{
    uint8_t bits[16];
    host_put(bits, (uint64_t)ir << 4 | 0xf, 16);
    host_scan(h, 1, bits, NULL, 16);
}
/* DAP and PL into the chain. 33 bits, as if the dummy were counted. */
static inline void host_enable(host *h)
{
    uint8_t bits[33];
    host_reset(h);
    host_ir(h, JTAG_CTRL);
    host_put(bits, 3 << 1, 33);
    host_scan(h, 0, bits, NULL, 33);
    host_reset(h);
}
/* A command as bits: zeros, one, header, data. Their number; room: zeros + 65 + 32 * words. */
static inline size_t host_command(uint8_t *bits, int zeros, uint32_t op, uint32_t count, uint64_t addr, const uint32_t *data, uint32_t words)
{
    size_t n = 0;
    while (zeros--) bits[n++] = 0;
    bits[n++] = 1;
    host_put(bits + n, op | (uint64_t)count << 4 | addr << 24, 64), n += 64;
    for (uint32_t i = 0; i < words; i++) host_put(bits + n, data[i], 32), n += 32;
    return n;
}
/*
 * A scan of n bits of `out` and zeros behind them, until `enough` words have come whole or none has begun for HOST_QUIET bits, and `more` bits,
 * in which a word may be cut. words: room for all that are still to come. How many, or -1: no status.
 */
enum { HOST_QUIET = 100 };
static inline int host_stream(host *h, const uint8_t *out, size_t n, uint32_t *status, uint32_t *words, int enough, int more)
{
    int found = -1, left = 0;            /* left: bits of the status or the word that have not come */
    uint64_t bits = 0;
    host_tms(h, 1, 3);
    for (size_t k = 0, quiet = 0;; k++) {
        const int last = k >= n && (found >= enough || quiet >= HOST_QUIET) && !more--;
        const int tdo = h->tck(h->user, last, out && k < n ? out[k] : 0);
        if (left) {
            bits = bits >> 1 | (uint64_t)tdo << 32;
            if (!--left) {
                if (found < 0) *status = (uint32_t)(bits >> 2);
                else words[found] = (uint32_t)(bits >> 1);
                found++, quiet = 0;
            }
        } else if (tdo) {
            left = found < 0 ? 31 : 32;
        } else {
            quiet++;
        }
        if (last) break;
    }
    host_tms(h, 1, 2);
    return found;
}
#endif
