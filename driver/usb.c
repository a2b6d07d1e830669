/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usb.c - `usb:`, a chip on a board at the other end of its JTAG cable. Nothing runs on the board's processor; it only has its DDR up.
 *
 *     usb:[SERIAL][,option]...      SERIAL: which cable; may be left out where there is one
 *     clock-khz=N       TCK at most, 1..30000 (15000)
 *     mem=ADDR+BYTES    the piece of the board's memory that is the chip's (0x70000000+0x4000000)
 *     regs=ADDR         where the bitstream has the chip's registers (0xa0000000)
 *     timeout-ms=N      bound of one transfer, 10..60000 (1000)
 *
 * A buffer is two pieces of memory, the host's and the board's; to_device and to_host carry bytes between them, at 32 TCKs a word and 35. Alloc
 * zeroes the host's; the board's is as it was. Register writes wait for the next call that needs an answer, and go out with it.
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
#include "usb_device.h"

enum { PATH_BYTES = 256, REGS_BYTES = BONNET_REG_END, AHEAD_BYTES = 4 * BONNET_USB_AHEAD };

/* ---- registers ----------------------------------------------------------------------------------------------------------------------------- */
static bonnet_status usb_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    bonnet_usb *u = self;
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    if (offset >= REGS_BYTES || offset % 4) return bonnet_fail(err, BONNET_EINVAL, "usb: no register at offset 0x%x", offset);
    const bonnet_status st = bonnet_port_ready(&u->port, err);
    u->ahead_bytes = 0;
    return st == BONNET_OK ? bonnet_port_write(&u->port, u->regs + offset, bytes, 1, err) : st;
}

/* Counter records are read by the hundred, and reading them changes nothing: a piece of them at a time, until something else happens. */
static bonnet_status usb_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    bonnet_usb *u = self;
    uint8_t bytes[4];
    if (offset >= REGS_BYTES || offset % 4) return bonnet_fail(err, BONNET_EINVAL, "usb: no register at offset 0x%x", offset);
    bonnet_status st = bonnet_port_ready(&u->port, err);
    if (st != BONNET_OK) return st;
    if (offset < BONNET_REG_COUNTERS) {
        u->ahead_bytes = 0;
        st = bonnet_port_read(&u->port, u->regs + offset, bytes, 1, err);
        if (st == BONNET_OK) *value = (uint32_t)bonnet_little(bytes, 4);
        return st;
    }
    const uint32_t start = offset / AHEAD_BYTES * AHEAD_BYTES;
    if (!u->ahead_bytes || u->ahead_at != start) {
        u->ahead_bytes = 0;
        st = bonnet_port_read(&u->port, u->regs + start, u->ahead, BONNET_USB_AHEAD, err);
        if (st != BONNET_OK) return st;
        u->ahead_at = start, u->ahead_bytes = AHEAD_BYTES;
    }
    *value = (uint32_t)bonnet_little(u->ahead + (offset - start), 4);
    return BONNET_OK;
}

/* ---- buffers ------------------------------------------------------------------------------------------------------------------------------- */
static bonnet_status usb_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    bonnet_usb *u = self;
    uint64_t offset;
    const size_t size = (bytes + BONNET_POOL_ALIGN - 1) / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN;
    if (!bytes || size < bytes || !bonnet_pool_take(&u->pool, &offset, size))
        return bonnet_fail(err, BONNET_ENOMEM,
                           "usb: no %zu bytes in the board's piece of memory, %llu are free in one piece; give it more with mem=", bytes,
                           (unsigned long long)bonnet_pool_largest(&u->pool));
    void *host = aligned_alloc(BONNET_POOL_ALIGN, size);
    if (!host) {
        bonnet_pool_give(&u->pool, offset);
        return bonnet_fail(err, BONNET_ENOMEM, "usb: no memory for %zu bytes", bytes);
    }
    memset(host, 0, size);
    *out = (bonnet_dma){.host = host, .addr = u->mem + offset, .bytes = bytes};
    return BONNET_OK;
}

static void usb_free(void *self, bonnet_dma *buffer)
{
    bonnet_usb *u = self;
    if (buffer->host) bonnet_pool_give(&u->pool, buffer->addr - u->mem);
    free(buffer->host);
    memset(buffer, 0, sizeof *buffer);
}

/* Is [offset, offset + bytes) in the buffer, and the port in a state to move it? */
static bonnet_status may_move(bonnet_usb *u, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    if (!bonnet_dma_holds(buffer, offset, bytes)) return bonnet_fail(err, BONNET_EINVAL, "usb: transfer outside its buffer");
    u->ahead_bytes = 0;
    return bonnet_port_ready(&u->port, err);
}

/* The bytes of one word [from, to) of a buffer's word at `at`, the rest as the device has it: a WRITE takes whole words. */
static bonnet_status patch(bonnet_usb *u, const bonnet_dma *buffer, size_t at, size_t from, size_t to, bonnet_error *err)
{
    uint8_t bytes[4];
    bonnet_status st = bonnet_port_read(&u->port, buffer->addr + at, bytes, 1, err);
    if (st != BONNET_OK) return st;
    memcpy(bytes + from, (const uint8_t *)buffer->host + at + from, to - from);
    return bonnet_port_write(&u->port, buffer->addr + at, bytes, 1, err);
}

static bonnet_status usb_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    bonnet_usb *u = self;
    bonnet_status st = may_move(u, buffer, offset, bytes, err);
    size_t at = offset, end = offset + bytes;
    if (st != BONNET_OK || !bytes) return st;
    if (at % 4) {
        const size_t start = at / 4 * 4, to = end < start + 4 ? end - start : 4;
        st = patch(u, buffer, start, at % 4, to, err);
        at = start + to;
    }
    if (st == BONNET_OK && end > at && (end - at) / 4) {
        st = bonnet_port_write(&u->port, buffer->addr + at, (const uint8_t *)buffer->host + at, (end - at) / 4, err);
        at += (end - at) / 4 * 4;
    }
    if (st == BONNET_OK && end > at) st = patch(u, buffer, at, 0, end - at, err);
    return st == BONNET_OK ? bonnet_port_sync(&u->port, err) : st; /* weights must be there when load() says so */
}

static bonnet_status usb_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    bonnet_usb *u = self;
    bonnet_status st = may_move(u, buffer, offset, bytes, err);
    const size_t start = offset / 4 * 4, end = offset + bytes;
    for (size_t at = start; st == BONNET_OK && at < end; at += sizeof u->piece) {
        const size_t n = end - at < sizeof u->piece ? end - at : sizeof u->piece, from = at < offset ? offset - at : 0;
        st = bonnet_port_read(&u->port, buffer->addr + at, u->piece, (n + 3) / 4, err);
        if (st == BONNET_OK) memcpy((uint8_t *)buffer->host + at + from, u->piece + from, n - from);
    }
    return st;
}

/* ---- waiting ------------------------------------------------------------------------------------------------------------------------------- */
/* The interrupt line ends in the board's processor: the host asks the register. */
static const bonnet_mmio usb_mmio;

static bonnet_status usb_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    uint32_t isr;
    return bonnet_regdev_poll(&usb_mmio, self, 0, timeout_ms, cancel, &isr, err);
}

static uint32_t usb_clock_hz(void *self)
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

static int option(bonnet_usb *u, bonnet_ftdi_config *cable, const char *name, const char *value)
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
    else if (!strcmp(name, "clock-khz") && n >= 1 && n <= 30000) cable->khz = (uint32_t)n;
    else if (!strcmp(name, "timeout-ms") && n >= 10 && n <= 60000) cable->timeout_ms = (uint32_t)n;
    else return 0;
    return 1;
}

static bonnet_status options(bonnet_usb *u, bonnet_ftdi_config *cable, char *text, bonnet_error *err)
{
    for (char *list = text, *at; (at = bonnet_option_next(&list)) != NULL;) {
        const char *value = bonnet_option_value(at);
        if (value) {
            if (!option(u, cable, at, value))
                return bonnet_fail(err, BONNET_EINVAL,
                                   "usb: bad option '%s=%s'; known: clock-khz=1..30000 mem=ADDR+BYTES regs=ADDR timeout-ms=10..60000", at, value);
        } else if (at == text) {
            cable->serial = at;
        } else if (*at) {
            return bonnet_fail(err, BONNET_EINVAL, "usb: '%s' is no option; the serial number comes first: usb:SERIAL,clock-khz=..", at);
        }
    }
    return BONNET_OK;
}

static void usb_close(void *self)
{
    bonnet_usb *u = self;
    if (!u) return;
    bonnet_port_close(&u->port);
    bonnet_pool_free(&u->pool);
    free(u);
}

static bonnet_status usb_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    char text[PATH_BYTES];
    bonnet_ftdi cable;
    bonnet_ftdi_config wanted = {.serial = "", .khz = 15000, .timeout_ms = 1000};
    (void)config; /* its timeout is that of jobs */
    if (path && strlen(path) >= sizeof text) return bonnet_fail(err, BONNET_EINVAL, "usb: options longer than %d bytes", PATH_BYTES - 1);
    strcpy(text, path ? path : "");
    bonnet_usb *u = calloc(1, sizeof *u);
    if (!u) return bonnet_fail(err, BONNET_ENOMEM, "usb: no memory for a device");
    u->mem = UINT64_C(0x70000000), u->mem_bytes = UINT64_C(0x4000000), u->regs = UINT64_C(0xa0000000); /* as bitstreams/zcu102 */
    bonnet_status st = options(u, &wanted, text, err);
    if (st == BONNET_OK) bonnet_pool_make(&u->pool, u->mem_bytes);
    if (st == BONNET_OK) st = bonnet_ftdi_open(&cable, &wanted, err);
    if (st == BONNET_OK) st = bonnet_port_open(&u->port, &cable, err);
    if (st != BONNET_OK) {
        free(u); /* cable and port closed themselves; the pool has nothing yet */
        return st;
    }
    *self = u;
    return BONNET_OK;
}

#define USB_SUMMARY "a ZCU102 over its USB-JTAG cable"
static const bonnet_mmio usb_mmio = {.scheme = "usb",
                                     .summary = USB_SUMMARY,
                                     .open = usb_open,
                                     .close = usb_close,
                                     .read = usb_read,
                                     .write = usb_write,
                                     .alloc = usb_alloc,
                                     .free = usb_free,
                                     .to_device = usb_to_device,
                                     .to_host = usb_to_host,
                                     .wait = usb_wait,
                                     .clock_hz = usb_clock_hz};

static bonnet_status open_usb(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &usb_mmio, path, config, err);
}

static int usb_present(void) { return bonnet_ftdi_count() > 0; }

const bonnet_backend bonnet_usb_backend = BONNET_REGDEV_BACKEND("usb", USB_SUMMARY, &usb_mmio, open_usb, usb_present);
