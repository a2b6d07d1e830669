/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_regs.h - the register file of rtl/csr/bonnet_csr.def, as rtl/csr/bonnet_csr.sv: access types, ap_ctrl_hs, interrupt, stop, counter window.
 *
 * One call is one cycle. Its ports are those of bonnet_csr.sv, so it takes that module's place behind bonnet_axil.sv; tests/hls runs the bench of
 * that module on it. What moved in the cycle comes from the chip's event; `tick` counts CYCLES: 1 in hardware, 0 where nothing has a clock.
 */
#ifndef HLS_REGS_H
#define HLS_REGS_H
#include "hls_chip.h"

typedef struct hls_regs_in {
    uint32_t rst_n;                        /* 0: everything at its reset value */
    uint32_t we, waddr, wdata, wstrb;      /* a write, with byte strobes */
    uint32_t re, raddr;                    /* a read, of what was there before this cycle's write */
    uint32_t ready;                        /* the chip can take a job: out of reset, bus drained */
    uint32_t tick;
    uint64_t sum[4];                       /* of the last job: model, input, output, scratch */
    hls_event event;
} hls_regs_in;

typedef struct hls_regs_out {
    uint32_t rdata;                        /* of `re` */
    uint32_t start, halt;                  /* the job in `config` begins; the job is stopped, the chip reset */
    uint32_t irq;
    hls_config config;                     /* stable while a job runs */
} hls_regs_out;

enum { HLS_REGS_JOB = 0x10, HLS_REGS_JOB_END = 0x68 }; /* registers of the next job: JOB_LO .. WATCHDOG */

typedef struct hls_regs {
    uint32_t job[(HLS_REGS_JOB_END - HLS_REGS_JOB) / 4];
    hls_config config;
    uint32_t start, busy, done, run, gie, ier, isr;
    uint32_t cause, frame, beats_in, beats_out;
    uint64_t cycles;
    uint32_t record[HLS_RECORDS][6];
} hls_regs;

void HLS_NAME(hls_regs_cycle)(hls_regs *r, const hls_regs_in *in, hls_regs_out *out);
#endif
