/* SPDX-License-Identifier: Apache-2.0 */
/* bench_dnnl.h - oneDNN's convolutions of the same shapes, in a process of its own, because oneDNN's instruction set is fixed at first use. */
#ifndef BONNET_BENCH_DNNL_H
#define BONNET_BENCH_DNNL_H
#include "net.h"

/* What one sweep over the network took: the binary layers in order; 0 for the others. Seconds. */
typedef struct bench_sweep {
    double int8[BONNET_MAX_LAYERS], f32[BONNET_MAX_LAYERS];
} bench_sweep;

typedef struct bench_dnnl {
    const char *isa;  /* as asked for */
    char kernels[64]; /* what oneDNN calls the kernels that it chose for the first 3x3 layer: "brgconv:avx512_core_vnni" */
    int to, from;     /* pipes */
    int pid;
} bench_dnnl;

/* isa: "best", "amx", "vnni" or "avx2", the most that oneDNN may use. 1: a child waits for sweeps; 0: oneDNN refused, or no memory. */
int bench_dnnl_start(bench_dnnl *d, const char *isa, const bonnet_net *net);
int bench_dnnl_sweep(bench_dnnl *d, bench_sweep *sweep); /* 1 on success */
void bench_dnnl_stop(bench_dnnl *d);
#endif
