/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uio.c - `uio:/dev/uioN`, a chip on this machine's own bus: the PL of a ZCU102 whose Linux this program runs on.
 *
 * Registers through Linux UIO (uio_pdrv_genirq): mmap of /dev/uioN, 32-bit loads and stores. Buffers out of one u-dma-buf (uio_dma.c).
 * The interrupt is a level: the kernel masks it when it comes; wait() unmasks it by writing 1, polls, and reads the count.
 *
 *     uio:                       the UIO device whose name says bonnet, or the only one
 *     uio:/dev/uio0,dma=udmabuf0,irq=off,clock-mhz=150
 *
 *     dma=NAME        the u-dma-buf to use (one whose name says bonnet, else udmabuf0)
 *     irq=on|off      off: look at the chip every millisecond instead of waiting for its interrupt (on)
 *     clock-mhz=N     what frames per second are computed with (clock-frequency of the device tree's node; else unknown)
 *
 * One process at a time: both devices are locked (flock) while they are open.
 * What cannot be caught: a load or store that the bus never answers. Without a bitstream, or while the PL is reprogrammed, the CPU
 * that touches the window may get a bus error (SIGBUS kills the process) or hang; no code in user space can bound that. A bus that
 * answers with all ones is seen, and named. A UIO device that is unbound while open ends wait() with BONNET_ENODEV.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>
#include "backends.h"
#include "deadline.h"
#include "options.h"
#include "regdev.h"
#include "regs.h"
#include "uio.h"

enum { SLICE_MS = 20, POLL_MS = 1, MAX_CLOCK_MHZ = 4000 }; /* cancel is seen within a slice */

typedef struct uio {
    int fd, polled;         /* polled: irq=off */
    volatile uint8_t *regs; /* the chip's window within map */
    void *map;
    size_t map_bytes;
    uint32_t clock_hz;
    char dev[UIO_PATH_BYTES];
    uio_dma dma;
} uio;

typedef struct uio_options {
    char path[UIO_PATH_BYTES], dma[UIO_NAME_BYTES];
    uint32_t irq, clock_mhz;
} uio_options;

/* What the CPU stored before is seen before what it stores next; what it loads next is not older than this load. Normal and device memory. */
static void barrier(void)
{
#if defined(__aarch64__)
    __asm__ volatile("dmb osh" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static uint32_t load(const uio *u, uint32_t offset)
{
    const uint32_t value = *(const volatile uint32_t *)(const volatile void *)(u->regs + offset);
    barrier();
    return value;
}

static bonnet_status uio_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    const uio *u = self;
    if (offset % 4 || offset >= UIO_WINDOW_BYTES) return bonnet_fail(err, BONNET_EINVAL, "uio: no register at offset 0x%x", offset);
    const uint32_t v = load(u, offset);
    if (v == UINT32_MAX && load(u, BONNET_REG_ID) == UINT32_MAX) /* a register may read so; the ID never does */
        return bonnet_fail(err, BONNET_ENODEV,
                           "uio: %.80s reads all ones: no Bonnet bitstream in the PL, or it was reset; load it, then open the device again", u->dev);
    *value = v;
    return BONNET_OK;
}

static bonnet_status uio_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    const uio *u = self;
    if (offset % 4 || offset >= UIO_WINDOW_BYTES) return bonnet_fail(err, BONNET_EINVAL, "uio: no register at offset 0x%x", offset);
    barrier();
    *(volatile uint32_t *)(volatile void *)(u->regs + offset) = value;
    return BONNET_OK;
}

/* Unmask (1) or mask (0). 0: the kernel refuses (errno): no interrupt, or the device is gone. */
static int mask(const uio *u, uint32_t on)
{
    ssize_t n;
    do n = write(u->fd, &on, sizeof on);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof on;
}

/* 1: an interrupt came since the last time; 0: none; -1: the device is gone. */
static int take_count(const uio *u)
{
    uint32_t count;
    ssize_t n;
    do n = read(u->fd, &count, sizeof count); /* O_NONBLOCK */
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof count ? 1 : n < 0 && errno == EAGAIN ? 0 : -1;
}

static bonnet_status gone(const uio *u, bonnet_error *err)
{
    return bonnet_fail(err, BONNET_ENODEV, "uio: %.80s went away; was its driver unbound, or its overlay removed? Close the device", u->dev);
}

static bonnet_status cancelled(bonnet_error *err) { return bonnet_fail(err, BONNET_EINTR, "uio: cancelled by the caller"); }

static bonnet_status uio_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    const uio *u = self;
    const int64_t end_us = bonnet_now_us() + (int64_t)timeout_ms * 1000;
    if (u->polled) { /* OK means: look now */
        poll(NULL, 0, timeout_ms < POLL_MS ? (int)timeout_ms : POLL_MS);
        return bonnet_cancelled(cancel) ? cancelled(err) : BONNET_OK;
    }
    if (!mask(u, 1)) return gone(u, err); /* open() saw that there is an interrupt */
    for (;;) {
        const int64_t left_ms = (end_us - bonnet_now_us() + 999) / 1000;
        struct pollfd p = {.fd = u->fd, .events = POLLIN};
        const int rc = poll(&p, 1, left_ms <= 0 ? 0 : left_ms < SLICE_MS ? (int)left_ms : SLICE_MS);
        const int came = rc > 0 ? take_count(u) : 0;
        if (came > 0) return BONNET_OK;
        if (came < 0 || (rc < 0 && errno != EINTR)) return gone(u, err);
        if (bonnet_cancelled(cancel)) return cancelled(err);
        if (left_ms <= 0)
            return bonnet_fail(err, BONNET_ETIMEOUT, "uio: no interrupt within %u ms; raise the timeout or run fewer images at once", timeout_ms);
    }
}

static bonnet_status uio_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    return uio_dma_alloc(&((uio *)self)->dma, out, bytes, err);
}

static void uio_free(void *self, bonnet_dma *buffer) { uio_dma_free(&((uio *)self)->dma, buffer); }

static bonnet_status uio_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    return uio_dma_sync(&((uio *)self)->dma, buffer, offset, bytes, UIO_TO_DEVICE, err);
}

static bonnet_status uio_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    return uio_dma_sync(&((uio *)self)->dma, buffer, offset, bytes, UIO_TO_HOST, err);
}

static uint32_t uio_clock(void *self) { return ((const uio *)self)->clock_hz; }

static void uio_close(void *self)
{
    uio *u = self;
    if (!u) return;
    uio_dma_close(&u->dma);
    if (u->map) {
        if (!u->polled) (void)mask(u, 0); /* nobody is left to acknowledge it */
        munmap(u->map, u->map_bytes);
    }
    if (u->fd >= 0) close(u->fd);
    free(u);
}

/* One "name=value"; 0: not known, or no such value. */
static int option(uio_options *o, const char *name, const char *value)
{
    char *end;
    if (!strcmp(name, "dma")) {
        if (!strncmp(value, "/dev/", 5)) value += 5;
        if (!*value || strchr(value, '/') || strlen(value) >= sizeof o->dma) return 0;
        strcpy(o->dma, value);
        return 1;
    }
    if (!strcmp(name, "irq")) {
        o->irq = !strcmp(value, "on");
        return o->irq || !strcmp(value, "off");
    }
    if (strcmp(name, "clock-mhz")) return 0;
    const unsigned long mhz = strtoul(value, &end, 10);
    o->clock_mhz = (uint32_t)mhz;
    return value[0] >= '1' && value[0] <= '9' && !*end && mhz <= MAX_CLOCK_MHZ;
}

/* The path comes first, if there is one. */
static bonnet_status parse(uio_options *o, const char *text, bonnet_error *err)
{
    char copy[2 * UIO_PATH_BYTES];
    *o = (uio_options){.irq = 1};
    if (strlen(text) >= sizeof o->path) return bonnet_fail(err, BONNET_EINVAL, "uio: a path and options of more than %zu bytes", sizeof o->path - 1);
    strcpy(copy, text);
    for (char *list = copy, *at; (at = bonnet_option_next(&list)) != NULL;) {
        if (at == copy && *at == '/') {
            strcpy(o->path, at);
            continue;
        }
        const char *value = bonnet_option_value(at);
        if (!value || !option(o, at, value))
            return bonnet_fail(err, BONNET_EINVAL, "uio: bad option '%.60s%s%.60s'; known: /dev/uioN (first) dma=NAME irq=on|off clock-mhz=N", at,
                               value ? "=" : "", value ? value : "");
    }
    return BONNET_OK;
}

/* The window: map 0, where the driver found it within its first page. */
static bonnet_status map_registers(uio *u, const char *node, bonnet_error *err)
{
    char dir[UIO_PATH_BYTES] = "/sys/class/uio/";
    uint64_t size, offset = 0;
    strcat(strcat(dir, node), "/maps");
    bonnet_status st = uio_number(&size, dir, "map0", "size", err);
    if (st != BONNET_OK) return st;
    (void)uio_number(&offset, dir, "map0", "offset", NULL);
    if (size < UIO_WINDOW_BYTES || offset % 4 || offset > UIO_WINDOW_BYTES)
        return bonnet_fail(err, BONNET_ENODEV, "uio: %.80s has a window of %llu bytes, a Bonnet has %d; is this its device tree node?", u->dev,
                           (unsigned long long)size, UIO_WINDOW_BYTES);
    u->map_bytes = (size_t)offset + UIO_WINDOW_BYTES;
    void *map = mmap(NULL, u->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, u->fd, 0);
    if (map == MAP_FAILED) return bonnet_fail(err, BONNET_EIO, "uio: cannot map the registers of %.80s: %s", u->dev, strerror(errno));
    u->map = map;
    u->regs = (volatile uint8_t *)map + offset;
    return BONNET_OK;
}

static bonnet_status open_parts(uio *u, const uio_options *o, bonnet_error *err)
{
    char node[UIO_NAME_BYTES];
    bonnet_status st = uio_find(u->dev, node, o->path, err);
    if (st != BONNET_OK) return st;
    u->fd = open(u->dev, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (u->fd < 0) return uio_cannot_open(u->dev, err);
    if (flock(u->fd, LOCK_EX | LOCK_NB)) {
        errno = errno == EWOULDBLOCK ? EBUSY : errno;
        return uio_cannot_open(u->dev, err);
    }
    st = map_registers(u, node, err);
    u->clock_hz = o->clock_mhz ? o->clock_mhz * 1000000 : uio_clock_hz(node);
    if (st == BONNET_OK) st = uio_dma_open(&u->dma, o->dma, err);
    if (st != BONNET_OK || u->polled) return st;
    if (!mask(u, 0)) /* a process that died may have left it unmasked */
        return bonnet_fail(err, BONNET_ENODEV, "uio: %.80s has no interrupt (%s); give its device tree node 'interrupts', or open it with irq=off",
                           u->dev, strerror(errno));
    int left; /* and an interrupt that came before this line */
    while ((left = take_count(u)) > 0) {}
    return left < 0 ? gone(u, err) : BONNET_OK;
}

static bonnet_status uio_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    uio_options o;
    (void)config;
    bonnet_status st = parse(&o, path ? path : "", err);
    if (st != BONNET_OK) return st;
    uio *u = calloc(1, sizeof *u);
    if (!u) return bonnet_fail(err, BONNET_ENOMEM, "uio: out of memory");
    u->fd = u->dma.fd = u->dma.for_device = u->dma.for_cpu = -1;
    u->polled = !o.irq;
    st = open_parts(u, &o, err);
    if (st != BONNET_OK) uio_close(u);
    else *self = u;
    return st;
}

#define UIO_SUMMARY "a chip on this machine's bus, through Linux UIO and u-dma-buf"
static const bonnet_mmio uio_mmio = {.scheme = "uio",
                                     .summary = UIO_SUMMARY,
                                     .open = uio_open,
                                     .close = uio_close,
                                     .read = uio_read,
                                     .write = uio_write,
                                     .alloc = uio_alloc,
                                     .free = uio_free,
                                     .to_device = uio_to_device,
                                     .to_host = uio_to_host,
                                     .wait = uio_wait,
                                     .clock_hz = uio_clock};

static bonnet_status open_uio(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &uio_mmio, path, config, err);
}

const bonnet_backend bonnet_uio_backend = BONNET_REGDEV_BACKEND("uio", UIO_SUMMARY, &uio_mmio, open_uio, uio_present);
