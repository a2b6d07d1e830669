/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim.c - `sim:`, the Verilated chip behind the register interface every chip has.
 *
 * Options after the colon, separated by commas; a number is decimal:
 *     geometry=asic|zcu102|small|tiny  sizes of the chip (asic)    latency=CYCLES   of the memory (100)
 *     port=BITS            the memory's port; narrower than the chip's bus: a half or a quarter of it (the bus)
 *     bandwidth=PERCENT    of one beat per cycle (100)         stall=PERCENT    random pauses on every bus channel (0)
 *     seed=N               of pauses and power-up (the caller's seed)
 *     error=N              data beat N is a bus error, once    hang=N           the memory is silent from data beat N until RESET, once
 *     clock-mhz=N          what frames per second are computed with (nominal: asic 1000, zcu102 250, small and tiny 50)
 *     wave=FILE            FST trace; needs a build with make WAVE=1
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "deadline.h"
#include "options.h"
#include "regdev.h"
#include "verilator/bonnet_sim.h"

enum { RUN_CYCLES = 4096, PATH_BYTES = 1024 }; /* cycles between two looks at the clock and at cancel */

static bonnet_status fail(bonnet_sim *sim, bonnet_sim_status status, const char *what, bonnet_error *err)
{
    switch (status) {
    case BONNET_SIM_ENOMEM: return bonnet_fail(err, BONNET_ENOMEM, "sim: out of memory (%s)", what);
    case BONNET_SIM_EBUS: return bonnet_fail(err, BONNET_EIO, "sim: %s: no answer on the register bus", what);
    default: return bonnet_fail(err, BONNET_ENODEV, "sim: %s; open the device again", bonnet_sim_error(sim));
    }
}

static bonnet_status sim_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    bonnet_sim_status s = bonnet_sim_read(self, offset, value);
    return s == BONNET_SIM_OK ? BONNET_OK : fail(self, s, "register read", err);
}

static bonnet_status sim_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    bonnet_sim_status s = bonnet_sim_write(self, offset, value);
    return s == BONNET_SIM_OK ? BONNET_OK : fail(self, s, "register write", err);
}

static bonnet_status sim_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    uint64_t addr;
    void *host;
    bonnet_sim_status s = bonnet_sim_alloc(self, bytes, &addr, &host);
    if (s != BONNET_SIM_OK) return fail(self, s, "device memory", err);
    *out = (bonnet_dma){.host = host, .addr = addr, .bytes = bytes};
    return BONNET_OK;
}

static void sim_free(void *self, bonnet_dma *buffer)
{
    if (buffer->host) bonnet_sim_release(self, buffer->addr);
    memset(buffer, 0, sizeof *buffer);
}

/* Host and device share the bytes: nothing to move. */
static bonnet_status sim_transfer(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    (void)self;
    if (!bonnet_dma_holds(buffer, offset, bytes)) return bonnet_fail(err, BONNET_EINVAL, "sim: transfer outside its buffer");
    return BONNET_OK;
}

static bonnet_status sim_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    const int64_t end_us = bonnet_now_us() + (int64_t)timeout_ms * 1000;
    for (;;) {
        bonnet_sim_status s = bonnet_sim_run(self, RUN_CYCLES);
        if (s == BONNET_SIM_OK) return BONNET_OK;
        if (s != BONNET_SIM_BOUND) return fail(self, s, "run", err);
        if (bonnet_cancelled(cancel)) return bonnet_fail(err, BONNET_EINTR, "sim: cancelled by the caller");
        if (bonnet_now_us() >= end_us)
            return bonnet_fail(err, BONNET_ETIMEOUT, "sim: no interrupt within %u ms; raise the timeout or run fewer images at once", timeout_ms);
    }
}

static void sim_close(void *self)
{
    if (self) bonnet_sim_free(self);
}

static uint32_t sim_clock_hz(void *self)
{
    return bonnet_sim_clock_hz(self); /* cycles are exact; their length is nominal, or what the caller asked for */
}

static void sim_time(void *self, uint64_t *cycles, double *seconds) { bonnet_sim_time(self, cycles, seconds); }

/* A decimal number in [0, max]. */
static int number(const char *text, uint64_t max, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || n > max) return 0;
    *value = n;
    return 1;
}

/* A port narrower than the bus takes several cycles a beat. */
static bonnet_status port(bonnet_sim_config *config, uint64_t bits, bonnet_error *err)
{
    const uint64_t bus = config->geometry == BONNET_SIM_TINY || config->geometry == BONNET_SIM_SMALL
                             ? 64
                             : 128; /* rtl/pkg/bonnet_pkg.sv; open() reads it again from the chip */
    if (!bits) return BONNET_OK;
    if (bits != bus && bits != bus / 2 && bits != bus / 4)
        return bonnet_fail(err, BONNET_EINVAL, "sim: a memory port of %llu bits; this chip's bus has %llu, so %llu, %llu or %llu",
                           (unsigned long long)bits, (unsigned long long)bus, (unsigned long long)bus, (unsigned long long)bus / 2,
                           (unsigned long long)bus / 4);
    config->bandwidth_percent = (uint32_t)(100 * bits / bus);
    return BONNET_OK;
}

static int option(bonnet_sim_config *config, uint64_t *port_bits, char *name, const char *value)
{
    uint64_t n = 0;
    if (!strcmp(name, "geometry")) {
        static const char *const names[] = {"asic", "tiny", "zcu102", "small"}; /* in the order of BONNET_SIM_ASIC, .. */
        for (int i = 0; i < 4; i++)
            if (!strcmp(value, names[i])) return config->geometry = i, 1;
        return 0;
    }
    if (!strcmp(name, "power-up")) {
        static const char *const names[] = {"random", "zeros", "ones"}; /* in the order of BONNET_SIM_RANDOM, .. */
        for (int i = 0; i < 3; i++)
            if (!strcmp(value, names[i])) return config->power_up = i, 1;
        return 0;
    }
    if (!strcmp(name, "wave")) {
        config->wave = value;
        return *value != '\0';
    }
    uint64_t max = !strcmp(name, "seed") || !strcmp(name, "error") || !strcmp(name, "hang") ? UINT64_MAX : UINT32_MAX;
    if (!number(value, max, &n)) return 0;
    if (!strcmp(name, "latency")) config->latency_cycles = (uint32_t)n;
    else if (!strcmp(name, "port")) *port_bits = n ? n : UINT64_MAX; /* 0 is no width */
    else if (!strcmp(name, "bandwidth")) config->bandwidth_percent = (uint32_t)n;
    else if (!strcmp(name, "stall")) config->stall_percent = (uint32_t)n;
    else if (!strcmp(name, "clock-mhz")) config->clock_mhz = (uint32_t)n;
    else if (!strcmp(name, "seed")) config->seed = n;
    else if (!strcmp(name, "error")) config->error_beat = n;
    else if (!strcmp(name, "hang")) config->hang_beat = n;
    else return 0;
    return 1;
}

static bonnet_status sim_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    bonnet_sim_config sim_config = {.latency_cycles = 100, .bandwidth_percent = 100, .seed = config && config->seed ? config->seed : 1};
    char text[PATH_BYTES], reason[BONNET_SIM_TEXT] = "";
    uint64_t port_bits = 0;
    if (path && strlen(path) >= sizeof text) return bonnet_fail(err, BONNET_EINVAL, "sim: options longer than %d bytes", PATH_BYTES - 1);
    strcpy(text, path ? path : "");
    for (char *list = text, *at; (at = bonnet_option_next(&list)) != NULL;) {
        const char *value = bonnet_option_value(at);
        if (!value || !option(&sim_config, &port_bits, at, value))
            return bonnet_fail(err, BONNET_EINVAL,
                               "sim: bad option '%s%s%s'; known: geometry=asic|zcu102|small|tiny latency= port= bandwidth= stall= "
                               "seed= power-up=random|zeros|ones error= hang= clock-mhz= wave=",
                               at, value ? "=" : "", value ? value : "");
    }
    bonnet_status st = port(&sim_config, port_bits, err);
    if (st != BONNET_OK) return st;
    bonnet_sim *sim;
    bonnet_sim_status s = bonnet_sim_new(&sim, &sim_config, reason);
    if (s != BONNET_SIM_OK)
        return bonnet_fail(err, s == BONNET_SIM_ENOMEM ? BONNET_ENOMEM : s == BONNET_SIM_EINVAL ? BONNET_EINVAL : BONNET_ENODEV, "sim: %s", reason);
    *self = sim;
    return BONNET_OK;
}

#define SIM_SUMMARY "the Verilated chip, cycle by cycle, with a memory around it"
static const bonnet_mmio sim_mmio = {.scheme = "sim",
                                     .summary = SIM_SUMMARY,
                                     .open = sim_open,
                                     .close = sim_close,
                                     .read = sim_read,
                                     .write = sim_write,
                                     .alloc = sim_alloc,
                                     .free = sim_free,
                                     .to_device = sim_transfer,
                                     .to_host = sim_transfer,
                                     .wait = sim_wait,
                                     .clock_hz = sim_clock_hz,
                                     .sim_time = sim_time};

static bonnet_status open_sim(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &sim_mmio, path, config, err);
}

const bonnet_backend bonnet_sim_backend = BONNET_REGDEV_BACKEND("sim", SIM_SUMMARY, &sim_mmio, open_sim, NULL);
