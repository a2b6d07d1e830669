/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_hls.c - sim/verilator/bonnet_sim.h with the C of hls/ in the Verilated chip's place, so that tests/sim/jobs_test.c drives it with the same jobs.
 *
 * What has no meaning without a clock (latency, bandwidth, pauses) is not looked at. error_beat: from that beat of all jobs on there is no memory, until
 * a job has met it. hang_beat is refused: C that reads an array is answered at once (docs/hls.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hls_device.h"
#include "regs.h"
#include "verilator/bonnet_sim.h"

enum { MEMORY_BYTES = 4 << 20 };
static const uint64_t BASE = UINT64_C(0x7F00000000);

typedef struct geometry {
    size_t (*bytes)(void);
    void (*power_on)(hls_device *d, uint64_t *mem, uint64_t mem_base, uint64_t mem_bytes);
    void (*span)(hls_device *d, uint64_t mem_bytes);
    uint32_t (*read)(hls_device *d, uint32_t offset);
    void (*write)(hls_device *d, uint32_t offset, uint32_t value);
    int (*pass)(hls_device *d);
} geometry;
static const geometry geometries[2] = {
    {hls_device_bytes_asic, hls_device_power_on_asic, hls_device_span_asic, hls_device_read_asic, hls_device_write_asic, hls_device_pass_asic},
    {hls_device_bytes_tiny, hls_device_power_on_tiny, hls_device_span_tiny, hls_device_read_tiny, hls_device_write_tiny, hls_device_pass_tiny}};

struct bonnet_sim {
    const geometry *g;
    hls_device *device;
    uint64_t *mem, used;
    uint64_t error_beat, beats; /* of jobs that ended */
};

bonnet_sim_status bonnet_sim_new(bonnet_sim **out, const bonnet_sim_config *config, char *text)
{
    if (config->geometry > BONNET_SIM_TINY || config->hang_beat) {
        snprintf(text, BONNET_SIM_TEXT, "hls/ has asic and tiny, and a memory that answers");
        return BONNET_SIM_EINVAL;
    }
    bonnet_sim *s = calloc(1, sizeof *s);
    if (!s) return BONNET_SIM_ENOMEM;
    s->g = &geometries[config->geometry];
    s->device = malloc(s->g->bytes());
    s->mem = calloc(1, MEMORY_BYTES);
    s->error_beat = config->error_beat;
    if (!s->device || !s->mem) {
        bonnet_sim_free(s);
        return BONNET_SIM_ENOMEM;
    }
    s->g->power_on(s->device, s->mem, BASE, MEMORY_BYTES);
    *out = s;
    return BONNET_SIM_OK;
}

void bonnet_sim_free(bonnet_sim *s)
{
    free(s->device);
    free(s->mem);
    free(s);
}

bonnet_sim_status bonnet_sim_read(bonnet_sim *s, uint32_t offset, uint32_t *value)
{
    *value = s->g->read(s->device, offset);
    return BONNET_SIM_OK;
}

bonnet_sim_status bonnet_sim_write(bonnet_sim *s, uint32_t offset, uint32_t value)
{
    s->g->write(s->device, offset, value);
    return BONNET_SIM_OK;
}

bonnet_sim_status bonnet_sim_alloc(bonnet_sim *s, size_t bytes, uint64_t *addr, void **host)
{
    bytes = (bytes + 63) / 64 * 64;
    if (bytes > MEMORY_BYTES - s->used) return BONNET_SIM_ENOMEM;
    *addr = BASE + s->used;
    *host = (uint8_t *)s->mem + s->used;
    s->used += bytes;
    return BONNET_SIM_OK;
}

/* The beats of the job so far, and whether the memory goes away in it. */
static void weather(bonnet_sim *s, uint64_t job)
{
    if (s->error_beat) s->g->span(s->device, s->beats + job >= s->error_beat ? 0 : MEMORY_BYTES);
}

bonnet_sim_status bonnet_sim_run(bonnet_sim *s, uint64_t max_cycles)
{
    for (uint64_t n = 0; n < max_cycles; n++) {
        const int irq = s->g->pass(s->device);
        const uint64_t job = (uint64_t)s->g->read(s->device, BONNET_REG_BEATS_IN) + s->g->read(s->device, BONNET_REG_BEATS_OUT);
        if (!irq) {
            weather(s, job);
            continue;
        }
        s->beats += job;
        if (s->g->read(s->device, BONNET_REG_CAUSE)) s->error_beat = 0, s->g->span(s->device, MEMORY_BYTES);
        return BONNET_SIM_OK;
    }
    return BONNET_SIM_BOUND;
}

const char *bonnet_sim_error(const bonnet_sim *s)
{
    (void)s;
    return "";
}
