/* SPDX-License-Identifier: Apache-2.0 */
/* hls_device.c - see hls_device.h. The wires between hls_regs.c and hls_seq.c; in hardware they are wires. */
#include "hls_device.h"
#include <string.h>
#include "hls_regs.h"

struct hls_device {
    hls_chip chip;
    hls_regs regs;
    hls_regs_in in;   /* of the next cycle */
    hls_regs_out out; /* of the last one */
    uint64_t *mem;
    int runs; /* a job is in the chip */
};

size_t HLS_NAME(hls_device_bytes)(void) { return sizeof(hls_device); }

/* A cycle; of the accesses in `in` there is none left behind it. */
static void cycle(hls_device *d)
{
    memcpy(d->in.sum, d->chip.sum, sizeof d->in.sum);
    HLS_NAME(hls_regs_cycle)(&d->regs, &d->in, &d->out);
    d->in.we = d->in.re = 0;
    memset(&d->in.event, 0, sizeof d->in.event);
    if (d->out.halt) {
        HLS_NAME(hls_chip_reset)(&d->chip);
        d->runs = 0;
    }
    if (d->out.start) {
        HLS_NAME(hls_chip_begin)(&d->chip, d->mem, &d->out.config);
        d->runs = 1;
    } else if (d->runs) {
        HLS_NAME(hls_chip_step)(&d->chip, d->mem, &d->in.event);
        if (d->in.event.done || d->in.event.stop) d->runs = 0;
    }
}

void HLS_NAME(hls_device_power_on)(hls_device *d, uint64_t *mem, uint64_t mem_base, uint64_t mem_bytes)
{
    memset(d, 0, sizeof *d);
    memset(d->chip.feature, 0xA5, sizeof d->chip.feature); /* nobody may rely on zeros */
    memset(d->chip.weight, 0x5A, sizeof d->chip.weight);
    memset(d->chip.param, 0x96, sizeof d->chip.param);
    HLS_NAME(hls_chip_reset)(&d->chip);
    d->chip.mem_base = mem_base;
    d->chip.mem_bytes = mem_bytes;
    d->mem = mem;
    d->in.ready = 1;
    cycle(d);
    d->in.rst_n = 1;
}

void HLS_NAME(hls_device_span)(hls_device *d, uint64_t mem_bytes) { d->chip.mem_bytes = mem_bytes; }

uint32_t HLS_NAME(hls_device_read)(hls_device *d, uint32_t offset)
{
    d->in.re = 1;
    d->in.raddr = offset;
    cycle(d);
    return d->out.rdata;
}

void HLS_NAME(hls_device_write)(hls_device *d, uint32_t offset, uint32_t value)
{
    d->in.we = 1;
    d->in.waddr = offset;
    d->in.wdata = value;
    d->in.wstrb = 15;
    cycle(d);
}

int HLS_NAME(hls_device_pass)(hls_device *d)
{
    cycle(d);
    return d->out.irq != 0;
}
