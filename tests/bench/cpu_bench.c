/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_bench.c - how fast "cpu:" is on one core, beside oneDNN's convolutions of the same shapes and beside the machine's own limit.
 *
 *   build/tests/cpu_bench [--sweeps N] [--csv FILE]       (make bench-cpu)
 *
 * The network is BoolNet k=4 at 224x224 with random weights. One sweep is: the whole frame in every kernel set of this machine, its layers timed
 * one by one; the xnor-popcount limit of each set (bench_limit.h); all binary layers in oneDNN (bench_dnnl.h), once per instruction set that it may
 * use. All take turns on one core, and the least time of N sweeps counts, so that ratios survive a machine whose speed drifts.
 * MAC: one binary multiply-accumulate. Our times include gathering, thresholds, xnor/or/interleave and pool; oneDNN's only the convolution.
 * Markdown on stdout, one line per layer and set in FILE. Exit 0; 1: something failed (said on stderr).
 */
#include "bench_dnnl.h"
#include "bench_limit.h"
#include "bench_net.h"
#include "cpu.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_SETS = 4, MAX_DNNL = 3 };

typedef struct contestant {
    const bonnet_cpu_kernels *set;
    bonnet_cpu_net *cpu;
    double limit, frame, layer[BONNET_MAX_LAYERS]; /* best so far: MAC/s, seconds */
} contestant;

typedef struct bench {
    bonnet_net *net;
    uint8_t *image;
    bonnet_cpu_pool *pool;
    contestant ours[MAX_SETS];
    bench_dnnl dnnl[MAX_DNNL];
    bench_sweep best[MAX_DNNL];
    uint32_t n_ours, n_dnnl;
} bench;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void least(double *best, double value)
{
    if (value > 0 && (*best == 0 || value < *best)) *best = value;
}

static int is_binary(const bonnet_layer *l) { return l->kind != BONNET_LAYER_STEM && l->kind != BONNET_LAYER_FC; }

/* ---- measuring -------------------------------------------------------------------------------------------- */

static void sweep_ours(bench *b, contestant *c)
{
    const double start = seconds();
    double last = start;
    for (uint32_t i = 0; i < b->net->n_layers; i++) {
        bonnet_cpu_run_layer(c->cpu, i, b->image);
        const double now = seconds();
        least(&c->layer[i], now - last);
        last = now;
    }
    least(&c->frame, last - start);
    const double limit = bench_limit(strcmp(c->set->name, "amx") ? c->set->name : "avx512");
    if (limit > c->limit) c->limit = limit;
}

static int sweep(bench *b)
{
    for (uint32_t i = 0; i < b->n_ours; i++) sweep_ours(b, &b->ours[i]);
    for (uint32_t i = 0; i < b->n_dnnl; i++) {
        bench_sweep s;
        if (!bench_dnnl_sweep(&b->dnnl[i], &s)) return 0;
        for (uint32_t l = 0; l < b->net->n_layers; l++) least(&b->best[i].int8[l], s.int8[l]), least(&b->best[i].f32[l], s.f32[l]);
    }
    return 1;
}

static int start(bench *b)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one); /* children too; without it the numbers are only noisier */
    b->net = bonnet_bench_net(BONNET_BENCH_BOOLNET, 4, 224, 1000, 1);
    b->image = b->net ? bonnet_random_image(b->net, 1, 1) : NULL;
    b->pool = bonnet_cpu_pool_open(1);
    if (!b->image || !b->pool) return 0;
    for (size_t i = 0; bonnet_cpu_sets[i]; i++) {
        if (!bonnet_cpu_sets[i]->supported() || (b->n_ours && !bonnet_cpu_sets[i + 1]) || b->n_ours == MAX_SETS)
            continue; /* portable: only if alone */
        contestant *c = &b->ours[b->n_ours++];
        c->set = bonnet_cpu_sets[i];
        c->cpu = bonnet_cpu_net_make(b->net, c->set, b->pool);
        if (!c->cpu) return 0;
    }
    static const char *const isa[] = {"best", "vnni", "avx2"};
    for (size_t i = 0; i < sizeof isa / sizeof *isa; i++) {
        bench_dnnl *d = &b->dnnl[b->n_dnnl];
        if (!bench_dnnl_start(d, isa[i], b->net)) return 0;
        if (b->n_dnnl && !strcmp(d->kernels, d[-1].kernels)) bench_dnnl_stop(d); /* this machine has nothing better */
        else b->n_dnnl++;
    }
    return 1;
}

static void stop(bench *b)
{
    for (uint32_t i = 0; i < b->n_dnnl; i++) bench_dnnl_stop(&b->dnnl[i]);
    for (uint32_t i = 0; i < b->n_ours; i++) bonnet_cpu_net_free(b->ours[i].cpu);
    bonnet_cpu_pool_close(b->pool);
    free(b->image);
    bonnet_net_free(b->net);
}

/* ---- printing --------------------------------------------------------------------------------------------- */

/* Sums over the binary layers. */
typedef struct total {
    double mac, seconds, int8[MAX_DNNL], f32;
} total;

static total total_of(const bench *b, const contestant *c)
{
    total t = {0};
    for (uint32_t i = 0; i < b->net->n_layers; i++) {
        if (!is_binary(&b->net->layers[i])) continue;
        t.mac += (double)bonnet_net_macs(b->net, i);
        t.seconds += c->layer[i];
        for (uint32_t d = 0; d < b->n_dnnl; d++) t.int8[d] += b->best[d].int8[i];
        t.f32 += b->best[0].f32[i];
    }
    return t;
}

/* The instruction set out of "brgconv:avx512_core_vnni". */
static const char *kernel_isa(const bench_dnnl *d)
{
    const char *colon = strchr(d->kernels, ':');
    return colon ? colon + 1 : d->kernels;
}

static void print_layers(const bench *b, const contestant *c)
{
    const total t = total_of(b, c);
    printf("| layer | MAC | ms | GMAC/s | of the limit |");
    for (uint32_t d = 0; d < b->n_dnnl; d++) printf(" oneDNN int8 %s, ms (ratio) |", kernel_isa(&b->dnnl[d]));
    printf(" oneDNN f32, ms (ratio) |\n|---|---|---|---|---|");
    for (uint32_t d = 0; d <= b->n_dnnl; d++) printf("---|");
    printf("\n");
    for (uint32_t i = 0; i < b->net->n_layers; i++) {
        const double ms = 1e3 * c->layer[i], mac = (double)bonnet_net_macs(b->net, i);
        printf("| %s | %.0f | %.3f | %.0f |", b->net->layers[i].name, mac, ms, mac / c->layer[i] / 1e9);
        if (!is_binary(&b->net->layers[i])) {
            printf(" int8 |");
            for (uint32_t d = 0; d <= b->n_dnnl; d++) printf(" |");
        } else {
            printf(" %.0f %% |", 100 * mac / c->layer[i] / c->limit);
            for (uint32_t d = 0; d < b->n_dnnl; d++) printf(" %.3f (%.1f) |", 1e3 * b->best[d].int8[i], b->best[d].int8[i] / c->layer[i]);
            printf(" %.3f (%.1f) |", 1e3 * b->best[0].f32[i], b->best[0].f32[i] / c->layer[i]);
        }
        printf("\n");
    }
    printf("| **binary layers** | %.0f | %.2f | %.0f | %.0f %% |", t.mac, 1e3 * t.seconds, t.mac / t.seconds / 1e9,
           100 * t.mac / t.seconds / c->limit);
    for (uint32_t d = 0; d < b->n_dnnl; d++) printf(" %.2f (**%.1f**) |", 1e3 * t.int8[d], t.int8[d] / t.seconds);
    printf(" %.2f (**%.1f**) |\n| **whole frame** | | **%.2f** | | |\n", 1e3 * t.f32, t.f32 / t.seconds, 1e3 * c->frame);
}

static void print_sets(const bench *b)
{
    printf("\n| kernels | whole frame, ms | binary layers, ms | limit, GMAC/s | of the limit |");
    for (uint32_t d = 0; d < b->n_dnnl; d++) printf(" faster than oneDNN int8 %s |", kernel_isa(&b->dnnl[d]));
    printf("\n|---|---|---|---|---|");
    for (uint32_t d = 0; d < b->n_dnnl; d++) printf("---|");
    printf("\n");
    for (uint32_t i = 0; i < b->n_ours; i++) {
        const contestant *c = &b->ours[i];
        const total t = total_of(b, c);
        printf("| `cpu:isa=%s` | %.2f | %.2f | %.0f | %.0f %% |", c->set->name, 1e3 * c->frame, 1e3 * t.seconds, c->limit / 1e9,
               100 * t.mac / t.seconds / c->limit);
        for (uint32_t d = 0; d < b->n_dnnl; d++) printf(" %.1f x |", t.int8[d] / t.seconds);
        printf("\n");
    }
}

static int write_csv(const bench *b, const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f) return 0;
    fprintf(f, "set,layer,mac,seconds,mac_per_s,limit_mac_per_s");
    for (uint32_t d = 0; d < b->n_dnnl; d++) fprintf(f, ",onednn_int8_%s_s", kernel_isa(&b->dnnl[d]));
    fprintf(f, ",onednn_f32_s\n");
    for (uint32_t s = 0; s < b->n_ours; s++)
        for (uint32_t i = 0; i < b->net->n_layers; i++) {
            const contestant *c = &b->ours[s];
            const double mac = (double)bonnet_net_macs(b->net, i);
            fprintf(f, "%s,%s,%.0f,%.9f,%.0f,%.0f", c->set->name, b->net->layers[i].name, mac, c->layer[i], mac / c->layer[i], c->limit);
            for (uint32_t d = 0; d < b->n_dnnl; d++) fprintf(f, ",%.9f", b->best[d].int8[i]);
            fprintf(f, ",%.9f\n", b->best[0].f32[i]);
        }
    return fclose(f) == 0;
}

static void print_machine(uint32_t sweeps)
{
    char line[200];
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            printf("%.*s. ", (int)strcspn(strchr(line, ':') + 2, "\n"), strchr(line, ':') + 2);
            break;
        }
    if (f) fclose(f);
    printf("BoolNet k=4, 224x224, random weights, one core, least time of %u sweeps; all of it one run, so read the ratios.\n\n", sweeps);
}

int main(int argc, char **argv)
{
    uint32_t sweeps = 40;
    const char *csv = NULL;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && !strcmp(argv[i], "--sweeps")) sweeps = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (i + 1 < argc && !strcmp(argv[i], "--csv")) csv = argv[i + 1];
        else return fprintf(stderr, "usage: cpu_bench [--sweeps N] [--csv FILE]\n"), 2;
    }
    static bench b;
    int ok = start(&b);
    for (uint32_t i = 0; i < sweeps && ok; i++) ok = sweep(&b);
    if (ok && b.ours[0].frame > 0) {
        print_machine(sweeps);
        print_layers(&b, &b.ours[0]);
        print_sets(&b);
        if (csv && !write_csv(&b, csv)) ok = 0, perror(csv);
    } else fprintf(stderr, "cpu_bench: could not measure: out of memory, or oneDNN refused a layer\n");
    stop(&b);
    return !ok;
}
