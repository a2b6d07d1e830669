/* SPDX-License-Identifier: Apache-2.0 */
/* regdev_parts.h - what regdev.c (open, load), regdev_run.c (run) and their helpers share; nobody else includes it. */
#ifndef BONNET_REGDEV_PARTS_H
#define BONNET_REGDEV_PARTS_H
#include "deadline.h"
#include "regdev.h"
#include "regs.h"

typedef struct regdev {
    const bonnet_mmio *mmio;
    void *self;               /* of mmio */
    bonnet_geometry geometry; /* as the chip says */
    uint32_t timeout_ms;      /* where a run names none */
    uint32_t abi, build;      /* of the chip: registers ABI and BUILD */
    int broken;               /* gone, or did not come back from reset: */
    bonnet_error why;         /* what every later call says */
} regdev;

/* What the chip's sums of a job must be, as far as the job says it: regdev_sums.c. */
typedef struct regdev_sums {
    uint64_t model_once, model_walk; /* of header, descriptors and weights: read once, and in every walk */
    uint32_t *passes;                /* [frames of a walk]: how often it reads that frame's image */
    uint64_t *images;                /* [frames of the input buffer]: sum of the image that lies there, 0 while there is none */
} regdev_sums;

/* A job in device memory. */
typedef struct regdev_job {
    bonnet_job *job;
    bonnet_dma desc, rows, input, output, scratch;
    regdev_sums sums;
    int unsure;     /* its last run failed: it is sent again before the next */
    uint32_t walks; /* that input and output have room for; a walk is job->batch * arrays frames */
} regdev_job;

typedef struct regdev_slot {
    const bonnet_net *net;
    uint32_t batch;           /* of the plain job; 0: as it comes, of a file or by default */
    regdev_job plain, traced; /* traced.job is NULL until the first run that wants maps */
} regdev_slot;

/* Lower the net, or take the job that came with it, and place it; on failure everything it took is given back. */
bonnet_status regdev_place(regdev *dev, regdev_slot *slot, int traced, bonnet_error *err);

/*
 * Registers and transfers (regdev_access.c): as those of bonnet_mmio, but BONNET_ENODEV breaks the device. get: all ones is believed only
 * of a chip whose ID is right. Transfers begin at offset 0.
 */
bonnet_status regdev_get(regdev *dev, uint32_t offset, uint32_t *value, bonnet_error *err);
bonnet_status regdev_put(regdev *dev, uint32_t offset, uint32_t value, bonnet_error *err);
bonnet_status regdev_to_device(regdev *dev, const bonnet_dma *buffer, size_t bytes, bonnet_error *err);
bonnet_status regdev_to_host(regdev *dev, const bonnet_dma *buffer, size_t bytes, bonnet_error *err);
/* BONNET_ENODEV from now on, with the text in err. Returns that. */
bonnet_status regdev_break(regdev *dev, bonnet_error *err);
/* `st` of a call of the mmio: BONNET_ENODEV breaks the device. */
bonnet_status regdev_judge(regdev *dev, bonnet_status st, bonnet_error *err);
/* BONNET_OK, or what broke the device. */
bonnet_status regdev_usable(const regdev *dev, bonnet_error *err);
/* Is the chip still there? */
bonnet_status regdev_there(regdev *dev, bonnet_error *err);
/* A pending interrupt is acknowledged by toggling it. */
bonnet_status regdev_acknowledge(regdev *dev, bonnet_error *err);
/* RESET until the chip is idle; BONNET_ENODEV where it does not become that. Before a job: idle, no DONE, no interrupt of an earlier one. */
bonnet_status regdev_reset(regdev *dev, bonnet_error *err);
bonnet_status regdev_settle(regdev *dev, bonnet_error *err);

/* A job's start (regdev_start.c): its registers written and read back, then START. Its end: until CTRL says done, and why it ended. */
typedef struct regdev_runner {
    regdev *dev;
    regdev_slot *slot;
    regdev_job *j;
    bonnet_run *run;
    bonnet_deadline deadline;
    bonnet_error *err;
} regdev_runner;
bonnet_status regdev_start(regdev_runner *r, uint32_t walks);
/* `frames` frames, after `first` of this call. */
bonnet_status regdev_finish(regdev_runner *r, uint32_t walks, uint32_t first, uint32_t frames);

/* Counter records of the run's last frame: run->layers, and run->events where wanted. The only reader of the records. */
bonnet_status regdev_read_records(regdev *dev, const bonnet_job *job, bonnet_run *run, bonnet_error *err);
/* Tells run->progress, if there is one, about a job that runs: `frames` frames, after `before` of this call. */
void regdev_progress(regdev *dev, const regdev_slot *slot, const bonnet_job *job, bonnet_run *run, uint32_t before, uint32_t frames);
/* The 64-bit words of n bytes, little-endian, modulo 2^64; zeros behind the end. */
uint64_t regdev_sum(const void *bytes, size_t n);
/* Of a job whose rows are still there, for up to `walks` walks. s was zeroed; after any status: regdev_sums_free(). EFORMAT: no sum can be told. */
bonnet_status regdev_sums_plan(regdev_sums *s, const bonnet_job *job, uint32_t walks, bonnet_error *err);
void regdev_sums_free(regdev_sums *s);
/* After a job of `walks` walks, its results (and maps) in the host's copy: EIO if chip and host did not see the same bytes. */
bonnet_status regdev_sums_check(regdev *dev, const regdev_job *j, uint32_t walks, bonnet_error *err);
/* Accesses to the on-chip buffers of one descriptor; e->dram_bytes must be set. */
void regdev_traffic(bonnet_event *e, const uint32_t *desc, const bonnet_geometry *geometry);
#endif
