/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial.c - `serial:`, a chip on a board at the other end of a serial line (docs/ulx3s.md): FPGA boards without a processor or a PCIe slot.
 *
 *     serial:TTY[,option]...        TTY: /dev/ttyUSB0
 *     baud=N            as the bitstream's: 115200 .. 3000000, the speeds that a tty has (1000000)
 *     mem=ADDR+BYTES    the memory that is the chip's (0x70000000+0x1e000)
 *     regs=ADDR         where the bitstream has the chip's registers (0xa0000000)
 *     timeout-ms=N      bound of one transfer, beyond the time its bytes take, 10..60000 (1000)
 *
 * Buffers are as those of usb:, two pieces of memory, the host's and the board's. Register writes are answered later: the next read, or a transfer, looks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "bytes.h"
#include "options.h"
#include "pool.h"
#include "regdev.h"
#include "regs.h"
#include "serial_port.h"

enum { PATH_BYTES = 256, REGS_BYTES = BONNET_REG_END, AHEAD_WORDS = 64, AHEAD_BYTES = 4 * AHEAD_WORDS, PIECE_BYTES = 4 * BONNET_SERIAL_WORDS };

typedef struct serial {
    bonnet_serial_port port;
    bonnet_pool pool;
    uint64_t mem, mem_bytes, regs;
    uint32_t ahead_at, ahead_bytes; /* counter records that have been read */
    uint8_t ahead[AHEAD_BYTES], piece[PIECE_BYTES];
} serial;

/* ---- registers ----------------------------------------------------------------------------------------------------------------------------- */
static bonnet_status serial_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    serial *u = self;
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    if (offset >= REGS_BYTES || offset % 4) return bonnet_fail(err, BONNET_EINVAL, "serial: no register at offset 0x%x", offset);
    const bonnet_status st = bonnet_serial_ready(&u->port, err);
    u->ahead_bytes = 0;
    return st == BONNET_OK ? bonnet_serial_write(&u->port, u->regs + offset, bytes, 1, err) : st;
}

/* Counter records are read by the hundred, and reading them changes nothing: a piece of them at a time, until something else happens. */
static bonnet_status serial_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    serial *u = self;
    uint8_t bytes[4];
    if (offset >= REGS_BYTES || offset % 4) return bonnet_fail(err, BONNET_EINVAL, "serial: no register at offset 0x%x", offset);
    bonnet_status st = bonnet_serial_ready(&u->port, err);
    if (st != BONNET_OK) return st;
    if (offset < BONNET_REG_COUNTERS) {
        u->ahead_bytes = 0;
        st = bonnet_serial_read(&u->port, u->regs + offset, bytes, 1, err);
        if (st == BONNET_OK) *value = (uint32_t)bonnet_little(bytes, 4);
        return st;
    }
    const uint32_t start = offset / AHEAD_BYTES * AHEAD_BYTES;
    if (!u->ahead_bytes || u->ahead_at != start) {
        u->ahead_bytes = 0;
        st = bonnet_serial_read(&u->port, u->regs + start, u->ahead, AHEAD_WORDS, err);
        if (st != BONNET_OK) return st;
        u->ahead_at = start, u->ahead_bytes = AHEAD_BYTES;
    }
    *value = (uint32_t)bonnet_little(u->ahead + (offset - start), 4);
    return BONNET_OK;
}

/* ---- buffers ------------------------------------------------------------------------------------------------------------------------------- */
static bonnet_status serial_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    serial *u = self;
    uint64_t offset;
    const size_t size = (bytes + BONNET_POOL_ALIGN - 1) / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN;
    if (!bytes || size < bytes || !bonnet_pool_take(&u->pool, &offset, size))
        return bonnet_fail(err, BONNET_ENOMEM,
                           "serial: no %zu bytes in the board's piece of memory, %llu are free in one piece; give it more with mem=", bytes,
                           (unsigned long long)bonnet_pool_largest(&u->pool));
    void *host = aligned_alloc(BONNET_POOL_ALIGN, size);
    if (!host) {
        bonnet_pool_give(&u->pool, offset);
        return bonnet_fail(err, BONNET_ENOMEM, "serial: no memory for %zu bytes", bytes);
    }
    memset(host, 0, size);
    *out = (bonnet_dma){.host = host, .addr = u->mem + offset, .bytes = bytes};
    return BONNET_OK;
}

static void serial_free(void *self, bonnet_dma *buffer)
{
    serial *u = self;
    if (buffer->host) bonnet_pool_give(&u->pool, buffer->addr - u->mem);
    free(buffer->host);
    memset(buffer, 0, sizeof *buffer);
}

/* Is [offset, offset + bytes) in the buffer, and the port in a state to move it? */
static bonnet_status may_move(serial *u, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    if (!bonnet_dma_holds(buffer, offset, bytes)) return bonnet_fail(err, BONNET_EINVAL, "serial: transfer outside its buffer");
    u->ahead_bytes = 0;
    return bonnet_serial_ready(&u->port, err);
}

/* The bytes of one word [from, to) of a buffer's word at `at`, the rest as the device has it: a WRITE takes whole words. */
static bonnet_status patch(serial *u, const bonnet_dma *buffer, size_t at, size_t from, size_t to, bonnet_error *err)
{
    uint8_t bytes[4];
    bonnet_status st = bonnet_serial_read(&u->port, buffer->addr + at, bytes, 1, err);
    if (st != BONNET_OK) return st;
    memcpy(bytes + from, (const uint8_t *)buffer->host + at + from, to - from);
    return bonnet_serial_write(&u->port, buffer->addr + at, bytes, 1, err);
}

static bonnet_status serial_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    serial *u = self;
    bonnet_status st = may_move(u, buffer, offset, bytes, err);
    size_t at = offset, end = offset + bytes;
    if (st != BONNET_OK || !bytes) return st;
    if (at % 4) {
        const size_t start = at / 4 * 4, to = end < start + 4 ? end - start : 4;
        st = patch(u, buffer, start, at % 4, to, err);
        at = start + to;
    }
    if (st == BONNET_OK && end > at && (end - at) / 4) {
        st = bonnet_serial_write(&u->port, buffer->addr + at, (const uint8_t *)buffer->host + at, (end - at) / 4, err);
        at += (end - at) / 4 * 4;
    }
    if (st == BONNET_OK && end > at) st = patch(u, buffer, at, 0, end - at, err);
    return st == BONNET_OK ? bonnet_serial_sync(&u->port, err) : st; /* weights must be there when load() says so */
}

static bonnet_status serial_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    serial *u = self;
    bonnet_status st = may_move(u, buffer, offset, bytes, err);
    const size_t start = offset / 4 * 4, end = offset + bytes;
    for (size_t at = start; st == BONNET_OK && at < end; at += sizeof u->piece) {
        const size_t n = end - at < sizeof u->piece ? end - at : sizeof u->piece, from = at < offset ? offset - at : 0;
        st = bonnet_serial_read(&u->port, buffer->addr + at, u->piece, (n + 3) / 4, err);
        if (st == BONNET_OK) memcpy((uint8_t *)buffer->host + at + from, u->piece + from, n - from);
    }
    return st;
}

/* ---- waiting ------------------------------------------------------------------------------------------------------------------------------- */
/* The interrupt line ends in the board's processor: the host asks the register. */
static const bonnet_mmio serial_mmio;

static bonnet_status serial_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    uint32_t isr;
    return bonnet_regdev_poll(&serial_mmio, self, 0, timeout_ms, cancel, &isr, err);
}

static uint32_t serial_clock_hz(void *self)
{
    (void)self;
    return 0; /* no register says it */
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------------------- */
/* A number in [0, max], decimal or 0x.. that ends at `stop`. */
static int number(const char *text, char stop, uint64_t max, uint64_t *value, const char **rest)
{
    char *end;
    errno = 0;
    const unsigned long long n = strtoull(text, &end, 0);
    if (text[0] < '0' || text[0] > '9' || *end != stop || errno || n > max) return 0;
    *value = n;
    if (rest) *rest = end + (stop != '\0');
    return 1;
}

typedef struct wanted {
    const char *tty;
    uint32_t baud, timeout_ms;
} wanted;

static int option(serial *u, wanted *w, const char *name, const char *value)
{
    const uint64_t most = UINT64_C(1) << 40; /* the port's addresses */
    uint64_t n, bytes;
    if (!strcmp(name, "mem")) {
        if (!number(value, '+', most, &n, &value) || !number(value, '\0', most, &bytes, NULL)) return 0;
        if (n % BONNET_POOL_ALIGN || bytes < BONNET_POOL_ALIGN || n + bytes > most) return 0;
        u->mem = n, u->mem_bytes = bytes;
        return 1;
    }
    if (!number(value, '\0', most, &n, NULL)) return 0;
    if (!strcmp(name, "regs") && n % 4096 == 0 && n <= most - REGS_BYTES) u->regs = n;
    else if (!strcmp(name, "baud") && n >= 1 && n <= 4000000) w->baud = (uint32_t)n;
    else if (!strcmp(name, "timeout-ms") && n >= 10 && n <= 60000) w->timeout_ms = (uint32_t)n;
    else return 0;
    return 1;
}

static bonnet_status options(serial *u, wanted *w, char *text, bonnet_error *err)
{
    for (char *list = text, *at; (at = bonnet_option_next(&list)) != NULL;) {
        const char *value = bonnet_option_value(at);
        if (value) {
            if (!option(u, w, at, value))
                return bonnet_fail(err, BONNET_EINVAL, "serial: bad option '%s=%s'; known: baud=N mem=ADDR+BYTES regs=ADDR timeout-ms=10..60000", at,
                                   value);
        } else if (at == text) {
            w->tty = at;
        } else if (*at) {
            return bonnet_fail(err, BONNET_EINVAL, "serial: '%s' is no option; the tty comes first: serial:/dev/ttyUSB0,baud=..", at);
        }
    }
    if (!*w->tty) return bonnet_fail(err, BONNET_EINVAL, "serial: which tty? serial:/dev/ttyUSB0");
    if (strlen(w->tty) >= BONNET_SERIAL_PATH)
        return bonnet_fail(err, BONNET_EINVAL, "serial: a tty's name longer than %d bytes", BONNET_SERIAL_PATH - 1);
    return BONNET_OK;
}

static void serial_close(void *self)
{
    serial *u = self;
    if (!u) return;
    bonnet_serial_close(&u->port);
    bonnet_pool_free(&u->pool);
    free(u);
}

static bonnet_status serial_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    char text[PATH_BYTES];
    wanted w = {.tty = "", .baud = 1000000, .timeout_ms = 1000};
    (void)config; /* its timeout is that of jobs */
    if (path && strlen(path) >= sizeof text) return bonnet_fail(err, BONNET_EINVAL, "serial: options longer than %d bytes", PATH_BYTES - 1);
    strcpy(text, path ? path : "");
    serial *u = calloc(1, sizeof *u);
    if (!u) return bonnet_fail(err, BONNET_ENOMEM, "serial: no memory for a device");
    u->mem = UINT64_C(0x70000000), u->mem_bytes = UINT64_C(0x1e000), u->regs = UINT64_C(0xa0000000); /* as rtl/board/ulx3s */
    bonnet_status st = options(u, &w, text, err);
    if (st == BONNET_OK) bonnet_pool_make(&u->pool, u->mem_bytes);
    if (st == BONNET_OK) st = bonnet_serial_open(&u->port, w.tty, w.baud, w.timeout_ms, err);
    if (st != BONNET_OK) {
        free(u); /* the port closed itself; the pool has nothing yet */
        return st;
    }
    *self = u;
    return BONNET_OK;
}

#define SERIAL_SUMMARY "an FPGA board over a serial line"
static const bonnet_mmio serial_mmio = {.scheme = "serial",
                                        .small_memory = 1,
                                        .summary = SERIAL_SUMMARY,
                                        .open = serial_open,
                                        .close = serial_close,
                                        .read = serial_read,
                                        .write = serial_write,
                                        .alloc = serial_alloc,
                                        .free = serial_free,
                                        .to_device = serial_to_device,
                                        .to_host = serial_to_host,
                                        .wait = serial_wait,
                                        .clock_hz = serial_clock_hz};

static bonnet_status open_serial(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &serial_mmio, path, config, err);
}

/* A tty may be anything: whether a board is behind one is known when it is asked. */
static int serial_present(void) { return 0; }

const bonnet_backend bonnet_serial_backend = BONNET_REGDEV_BACKEND("serial", SERIAL_SUMMARY, &serial_mmio, open_serial, serial_present);
