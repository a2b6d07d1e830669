/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev.h - makes a bonnet_backend of a bonnet_mmio: everything above registers and buffers, written once for every way to
 * reach a chip. A register backend is its bonnet_mmio and this:
 *
 *     static const bonnet_mmio sim_mmio = { .scheme = "sim", ... };
 *     static bonnet_status sim_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
 *     {
 *         return bonnet_regdev_open(self, &sim_mmio, path, config, err);
 *     }
 *     const bonnet_backend bonnet_sim_backend = BONNET_REGDEV_BACKEND("sim", "the Verilated chip", &sim_mmio, sim_open, NULL);
 *
 * open checks ID and ABI and reads the geometry; load lowers the net, checks the job and places it in device memory; run writes
 * registers, starts, waits with a bound and reads back. Whatever goes wrong in a job - bad descriptor, bus error, watchdog,
 * timeout, cancel - the chip is reset before the call returns, so the next run finds it idle.
 */
#ifndef BONNET_REGDEV_H
#define BONNET_REGDEV_H
#include "backend.h"
#include "lower.h"

bonnet_status bonnet_regdev_open(void **self, const bonnet_mmio *mmio, const char *path, const bonnet_open_config *config, bonnet_error *err);
void bonnet_regdev_close(void *self);
bonnet_status bonnet_regdev_load(void *self, void **slot, const bonnet_net *net, bonnet_error *err);
/* The same, lowered for walks of `batch` frames on each array: bonnet_lower_options. */
bonnet_status bonnet_regdev_load_batch(void *self, void **slot, const bonnet_net *net, uint32_t batch, bonnet_error *err);
/* Frames of one walk; 1: all weights stay in the chip after the first walk. */
uint32_t bonnet_regdev_walk_frames(const void *slot);
int bonnet_regdev_resident(const void *slot);
void bonnet_regdev_unload(void *self, void *slot);
bonnet_status bonnet_regdev_run(void *self, void *slot, bonnet_run *run, bonnet_error *err);

/* Walks that one start of the job takes at most, by the room that its images and results get. */
uint32_t bonnet_regdev_walks(const bonnet_job *job);
/* The job of a net on a geometry: the one that came with the net, if it was made for that chip, else a new one. *out: bonnet_job_free(). */
bonnet_status bonnet_regdev_job(bonnet_job **out, const bonnet_net *net, const bonnet_geometry *geometry, int traced, bonnet_error *err);

/*
 * A bonnet_mmio.wait for devices that hand on no interrupt: reads ISR (never CTRL, whose DONE goes away when read), for spin_us without a pause, then
 * after pauses that double from 20 us to 1 ms. BONNET_OK: *isr is not 0. Else what read() gave, BONNET_EINTR or BONNET_ETIMEOUT.
 */
bonnet_status bonnet_regdev_poll(const bonnet_mmio *mmio, void *self, uint32_t spin_us, uint32_t timeout_ms, const volatile int *cancel,
                                 uint32_t *isr, bonnet_error *err);

/* For benches and tests: what open() read, and the mmio handle behind it. */
const bonnet_geometry *bonnet_regdev_geometry(const void *self);
void *bonnet_regdev_mmio_self(void *self);
/* The same: registers ABI and BUILD. */
uint32_t bonnet_regdev_abi(const void *self);
uint32_t bonnet_regdev_build(const void *self);

/* A descriptor's event, of its counter record and the DRAM bytes it moved. Without a chip: a record of zeros, the bytes it would move. */
enum { BONNET_RECORD_WORDS = 6 };
void bonnet_regdev_event(bonnet_event *out, const uint32_t *desc, const uint32_t record[BONNET_RECORD_WORDS], uint64_t dram_bytes,
                         const bonnet_geometry *geometry);

/* Adds that record to its layer's sums; layers were zeroed before the first descriptor of a job. */
void bonnet_regdev_account(bonnet_layer_cycles *layers, const uint32_t *desc, const uint32_t record[BONNET_RECORD_WORDS],
                           const bonnet_geometry *geometry);

/* present: as in bonnet_backend, NULL where the scheme can always be opened. */
#define BONNET_REGDEV_BACKEND(scheme_, summary_, mmio_, open_, present_)                                                                             \
    {                                                                                                                                                \
        .scheme = (scheme_), .summary = (summary_), .mmio = (mmio_), .present = (present_), .open = (open_), .close = bonnet_regdev_close,           \
        .load = bonnet_regdev_load, .unload = bonnet_regdev_unload, .run = bonnet_regdev_run                                                         \
    }
#endif
