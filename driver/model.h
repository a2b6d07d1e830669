/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h - how long a job takes on a chip, from its descriptors, the geometry and the latency of the memory. No pixel, no weight, no RTL.
 *
 *     bonnet_model_config c = bonnet_model_place(job, walks, 100);
 *     bonnet_model_run(&totals, records, job, &c, err);        // records[n_desc]: of the last walk, as the chip's counters
 *
 * Declared here because a device that reads its counters wants to say where they went; host/model makes it. CONV and FC are closed formulas (conv.c, from the headers of rtl/fetch/bonnet_conv.sv and rtl/compute/bonnet_fc.sv). What they wait for is walked in
 * time: the four lists with their queues and tokens (seq.c), the read port with its bursts and its order (bus.c), LOAD and STORE (move.c), and
 * the links of the stem, pixel by pixel, without the pixels (stem.c). Where nothing moves, the walk goes on at the next event.
 *
 * Exact to the cycle against the RTL and sim:'s memory (tests/model), but for what is left out, which is:
 *  - in which cycle exactly the conv unit reads and writes port B of the feature buffer, which stem, LOAD and STORE then wait for: a few cycles;
 *  - CONVs whose results leave slower than they come (few taps, narrow chips): conv.c says how far off;
 *  - a memory other than `latency` cycles from address to first beat and a beat a cycle.
 */
#ifndef BONNET_MODEL_H
#define BONNET_MODEL_H
#include "lower.h"

typedef struct bonnet_model_config {
    uint32_t walks;      /* 1..65535 */
    uint32_t latency;    /* cycles, from an address taken to the first beat offered, and from the last data to its response */
    uint32_t input_stride, output_stride; /* bytes from walk to walk */
    uint64_t job, model, input, output, scratch; /* byte addresses */
} bonnet_model_config;

/* One descriptor of the last walk: the chip's counter record (rtl/csr/bonnet_csr.def, 0x8000). */
typedef struct bonnet_model_record {
    uint64_t start, end;
    uint64_t busy, stall_in, stall_out, bytes;
} bonnet_model_record;

typedef struct bonnet_model_totals {
    uint64_t cycles, bytes_in, bytes_out; /* start to done; on the bus */
} bonnet_model_totals;

/* Buffers as driver/regdev.c asks for them and sim: gives them: one after the other, 4 KiB apart, with room for `room_walks` walks. */
bonnet_model_config bonnet_model_place(const bonnet_job *job, uint32_t walks, uint32_t room_walks, uint32_t latency);

/* records: [job->n_desc] or NULL; records[0], the header, stays 0. BONNET_ENOMEM; BONNET_EFORMAT: the job does not end. */
bonnet_status bonnet_model_run(bonnet_model_totals *out, bonnet_model_record *records, const bonnet_job *job, const bonnet_model_config *config,
                               bonnet_error *err);

/* ---- one descriptor alone ---- */
typedef struct bonnet_model_cost {
    uint64_t done;   /* CONV, FC: cycle of done, start being 0; BUSY is one more */
    uint64_t ideal;  /* cycles with every multiplier of its unit at work: CONV one feature row read each, FC one feature, STEM (a whole pass) one row of taps */
    uint64_t fill;   /* cycles before the first of them, at least */
} bonnet_model_cost;
/*
 * When a CONV or an FC uses port B of the feature buffer, as intervals, in order: `from` <= cycle < `to`, start being 0. To a few cycles. Begin with
 * bonnet_model_port_start(); bonnet_model_port_next() returns 0 after the last.
 */
typedef struct bonnet_model_port {
    const uint32_t *desc;
    const bonnet_geometry *geometry;
    uint64_t pixels, taps, pixel, fire, free, from, to, segments; /* segments whose operands are not read yet */
    uint32_t tile, tiles, reads, in, out, pace;
    int fc, pool, head_writes;
} bonnet_model_port;
void bonnet_model_port_start(bonnet_model_port *p, const uint32_t *desc, const bonnet_geometry *geometry);
int bonnet_model_port_next(bonnet_model_port *p);
/* CONV, FC, STEM; all 0 for others, and for a STEM that goes on with a pass. */
bonnet_model_cost bonnet_model_desc(const uint32_t *desc, const bonnet_geometry *geometry);
#endif
