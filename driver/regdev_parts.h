/* SPDX-License-Identifier: Apache-2.0 */
/* regdev_parts.h - what regdev.c (open, load) and regdev_run.c (run) share; nobody else includes it. */
#ifndef BONNET_REGDEV_PARTS_H
#define BONNET_REGDEV_PARTS_H
#include "regdev.h"
#include "regs.h"

typedef struct regdev {
    const bonnet_mmio *mmio;
    void *self;               /* of mmio */
    bonnet_geometry geometry; /* as the chip says */
    uint32_t timeout_ms;      /* where a run names none */
    int broken;               /* did not come back from reset */
} regdev;

/* A job in device memory. */
typedef struct regdev_job {
    bonnet_job *job;
    bonnet_dma desc, rows, input, output, scratch;
    uint32_t walks; /* that input and output have room for; a walk is job->batch * arrays frames */
} regdev_job;

typedef struct regdev_slot {
    const bonnet_net *net;
    regdev_job plain, traced; /* traced.job is NULL until the first run that wants maps */
} regdev_slot;

/* Lower the net, or take the job that came with it, and place it; on failure everything it took is given back. */
bonnet_status regdev_place(regdev *dev, regdev_slot *slot, int traced, bonnet_error *err);

/* After open: a job that somebody left running, a killed process, is stopped before its memory gets another use. */
bonnet_status regdev_settle(regdev *dev, bonnet_error *err);

/* Counter records of the run's last frame: run->layers, and run->events where wanted. The only reader of the records. */
bonnet_status regdev_read_records(regdev *dev, const bonnet_job *job, bonnet_run *run, bonnet_error *err);
/* Tells run->progress, if there is one, about a job that runs: `frames` frames, after `before` of this call. */
void regdev_progress(regdev *dev, const regdev_slot *slot, const bonnet_job *job, bonnet_run *run, uint32_t before, uint32_t frames);
/* Accesses to the on-chip buffers of one descriptor; e->dram_bytes must be set. */
void regdev_traffic(bonnet_event *e, const uint32_t *desc, const bonnet_geometry *geometry);
#endif
