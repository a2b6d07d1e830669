/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls.c - `hls:`, the C of hls/ behind the register interface every chip has: what vitis_hls would make a core of, compiled by the host's compiler.
 *
 * Options after the colon, separated by commas:
 *     geometry=asic|tiny   sizes of the chip (asic)        memory=MIB   of the device (256)
 *
 * It says of itself what sim: says, but for what needs a clock: CYCLES and the cycle counters of the records are 0, bytes and sums are counted. A job
 * advances by a descriptor with each access of a register and while somebody waits, so cancel and timeout are seen between two descriptors.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "backends.h"
#include "deadline.h"
#include "hls_device.h"
#include "options.h"
#include "pool.h"
#include "regdev.h"
#include "regs.h"

enum { PATH_BYTES = 256, MEMORY_MIB = 256, MEMORY_MIB_MAX = 65536 };

static const uint64_t MEMORY_BASE = UINT64_C(0x1200000000); /* above 4 GiB: the high registers matter */

typedef struct geometry {
    const char *name;
    size_t (*bytes)(void);
    void (*power_on)(hls_device *d, uint64_t *mem, uint64_t mem_base, uint64_t mem_bytes);
    uint32_t (*read)(hls_device *d, uint32_t offset);
    void (*write)(hls_device *d, uint32_t offset, uint32_t value);
    int (*pass)(hls_device *d);
} geometry;

#define GEOMETRY(g)                                                                                                                                  \
    {                                                                                                                                                \
        .name = #g, .bytes = hls_device_bytes_##g, .power_on = hls_device_power_on_##g, .read = hls_device_read_##g, .write = hls_device_write_##g,  \
        .pass = hls_device_pass_##g                                                                                                                  \
    }
static const geometry geometries[] = {GEOMETRY(asic), GEOMETRY(tiny)};

typedef struct hls {
    const geometry *g;
    hls_device *device;
    uint8_t *mem; /* what is at MEMORY_BASE for the device; pages come as they are touched */
    uint64_t mem_bytes;
    bonnet_pool pool;
} hls;

static bonnet_status hls_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    hls *h = self;
    if (offset % 4 || offset >= BONNET_REG_END) return bonnet_fail(err, BONNET_EINVAL, "hls: register read at 0x%x", offset);
    *value = h->g->read(h->device, offset);
    return BONNET_OK;
}

static bonnet_status hls_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    hls *h = self;
    if (offset % 4 || offset >= BONNET_REG_END) return bonnet_fail(err, BONNET_EINVAL, "hls: register write at 0x%x", offset);
    h->g->write(h->device, offset, value);
    return BONNET_OK;
}

static bonnet_status hls_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    hls *h = self;
    uint64_t at;
    if (!bonnet_pool_take(&h->pool, &at, bytes))
        return bonnet_fail(err, BONNET_ENOMEM, "hls: no %zu bytes left of the device's %llu MiB; open it with a larger memory=", bytes,
                           (unsigned long long)(h->mem_bytes >> 20));
    memset(h->mem + at, 0, bytes);
    *out = (bonnet_dma){.host = h->mem + at, .addr = MEMORY_BASE + at, .bytes = bytes};
    return BONNET_OK;
}

static void hls_free(void *self, bonnet_dma *buffer)
{
    hls *h = self;
    if (buffer->host) bonnet_pool_give(&h->pool, buffer->addr - MEMORY_BASE);
    memset(buffer, 0, sizeof *buffer);
}

/* Host and device share the bytes: nothing to move. */
static bonnet_status hls_transfer(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    (void)self;
    return bonnet_dma_holds(buffer, offset, bytes) ? BONNET_OK : bonnet_fail(err, BONNET_EINVAL, "hls: transfer outside its buffer");
}

static bonnet_status hls_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    hls *h = self;
    const int64_t end_us = bonnet_now_us() + (int64_t)timeout_ms * 1000;
    for (;;) {
        if (h->g->pass(h->device)) return BONNET_OK;
        if (bonnet_cancelled(cancel)) return bonnet_fail(err, BONNET_EINTR, "hls: cancelled by the caller");
        if (bonnet_now_us() >= end_us)
            return bonnet_fail(err, BONNET_ETIMEOUT, "hls: no interrupt within %u ms; raise the timeout or run fewer images at once", timeout_ms);
    }
}

static uint32_t hls_clock_hz(void *self)
{
    (void)self;
    return 0;
}

static void hls_close(void *self)
{
    hls *h = self;
    if (!h) return;
    bonnet_pool_free(&h->pool);
    if (h->mem) munmap(h->mem, h->mem_bytes);
    free(h->device);
    free(h);
}

static int option(hls *h, char *name, const char *value)
{
    if (!strcmp(name, "geometry")) {
        h->g = NULL;
        for (size_t i = 0; i < sizeof geometries / sizeof geometries[0]; i++)
            if (!strcmp(value, geometries[i].name)) h->g = &geometries[i];
        return h->g != NULL;
    }
    char *end;
    errno = 0;
    const unsigned long mib = strtoul(value, &end, 10);
    if (strcmp(name, "memory") || *value < '0' || *value > '9' || *end || errno || mib < 1 || mib > MEMORY_MIB_MAX) return 0;
    h->mem_bytes = (uint64_t)mib << 20;
    return 1;
}

static bonnet_status power_on(hls *h, const char *path, bonnet_error *err)
{
    char text[PATH_BYTES];
    if (path && strlen(path) >= sizeof text) return bonnet_fail(err, BONNET_EINVAL, "hls: options longer than %d bytes", PATH_BYTES - 1);
    strcpy(text, path ? path : "");
    for (char *list = text, *at; (at = bonnet_option_next(&list)) != NULL;) {
        const char *value = bonnet_option_value(at);
        if (!value || !option(h, at, value))
            return bonnet_fail(err, BONNET_EINVAL, "hls: bad option '%s%s%s'; known: geometry=asic|tiny memory=MIB", at, value ? "=" : "",
                               value ? value : "");
    }
    h->device = malloc(h->g->bytes());
    void *mem = mmap(NULL, h->mem_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    h->mem = mem == MAP_FAILED ? NULL : mem;
    if (!h->device || !h->mem)
        return bonnet_fail(err, BONNET_ENOMEM, "hls: no memory for the chip and its %llu MiB", (unsigned long long)(h->mem_bytes >> 20));
    bonnet_pool_make(&h->pool, h->mem_bytes);
    h->g->power_on(h->device, (uint64_t *)mem, MEMORY_BASE, h->mem_bytes);
    return BONNET_OK;
}

static bonnet_status hls_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    (void)config;
    const uint16_t one = 1;
    if (!*(const uint8_t *)&one) return bonnet_fail(err, BONNET_ENODEV, "hls: its memory is little-endian, this machine is not");
    hls *h = calloc(1, sizeof *h);
    if (!h) return bonnet_fail(err, BONNET_ENOMEM, "hls: no memory");
    h->g = &geometries[0];
    h->mem_bytes = (uint64_t)MEMORY_MIB << 20;
    bonnet_status st = power_on(h, path, err);
    if (st != BONNET_OK) {
        hls_close(h);
        return st;
    }
    *self = h;
    return BONNET_OK;
}

#define HLS_SUMMARY "the HLS C of the chip, compiled for this machine; no clock, no cycles"
static const bonnet_mmio hls_mmio = {.scheme = "hls",
                                     .summary = HLS_SUMMARY,
                                     .open = hls_open,
                                     .close = hls_close,
                                     .read = hls_read,
                                     .write = hls_write,
                                     .alloc = hls_alloc,
                                     .free = hls_free,
                                     .to_device = hls_transfer,
                                     .to_host = hls_transfer,
                                     .wait = hls_wait,
                                     .clock_hz = hls_clock_hz};

static bonnet_status open_hls(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &hls_mmio, path, config, err);
}

const bonnet_backend bonnet_hls_backend = BONNET_REGDEV_BACKEND("hls", HLS_SUMMARY, &hls_mmio, open_hls, NULL);
