/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_dnnl.c - see bench_dnnl.h. u8 x s8 -> s32 and f32 x f32 -> f32, forward inference, layouts left to oneDNN, one thread.
 * Layers run in network order, as ours do, so that caches are as warm or cold for both. int8 is also tried with an s8 result,
 * and the faster of the two counts.
 */
#include "bench_dnnl.h"
#include <dnnl.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct conv {
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t args[3];
} conv;

typedef struct types {
    dnnl_data_type_t src, weights, dst;
} types;

static int describe(dnnl_memory_desc_t *md, int n, const dnnl_dim_t dims[DNNL_MAX_NDIMS], dnnl_data_type_t type)
{
    return dnnl_memory_desc_init_by_tag(md, n, dims, type, dnnl_format_tag_any) == dnnl_success;
}

/* Memory as the primitive wants it, filled with ones of some kind: the time does not depend on the values. */
static int attach(conv *c, int i, int arg, dnnl_engine_t engine, const dnnl_memory_desc_t *md)
{
    dnnl_memory_t memory;
    void *data = NULL;
    if (dnnl_memory_create(&memory, md, engine, DNNL_MEMORY_ALLOCATE) || dnnl_memory_get_data_handle(memory, &data) || !data) return 0;
    memset(data, 1, dnnl_memory_desc_get_size(md));
    c->args[i] = (dnnl_exec_arg_t){arg, memory};
    return 1;
}

static int make(conv *c, dnnl_engine_t engine, const bonnet_net *net, const bonnet_layer *l, types t, char *kernels, size_t kernel_bytes)
{
    const int k = (int)net->k, down = l->kind == BONNET_LAYER_DOWN, groups = down ? 1 : k, size = down ? 1 : 3, d = down ? 1 : (int)l->dilation;
    const int in_c = (int)l->in_c * k, out_c = (int)l->conv_c, stride = down ? 1 : (int)l->stride, pad = down ? 0 : d;
    const int out_h = (int)l->conv_h, out_w = (int)l->conv_w;
    const dnnl_dim_t src[DNNL_MAX_NDIMS] = {1, in_c, l->in_h, l->in_w}, dst[DNNL_MAX_NDIMS] = {1, out_c, out_h, out_w};
    const dnnl_dim_t grouped[DNNL_MAX_NDIMS] = {groups, out_c / groups, in_c / groups, size, size}, plain[DNNL_MAX_NDIMS] = {out_c, in_c, size, size};
    const dnnl_dim_t strides[DNNL_MAX_NDIMS] = {stride, stride}, dilates[DNNL_MAX_NDIMS] = {d - 1, d - 1}, before[DNNL_MAX_NDIMS] = {pad, pad};
    const dnnl_dim_t after[DNNL_MAX_NDIMS] = {(out_h - 1) * stride + (size - 1) * d + 1 - (int)l->in_h - pad,
                                              (out_w - 1) * stride + (size - 1) * d + 1 - (int)l->in_w - pad};
    dnnl_memory_desc_t s, w, o;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t pd;
    if (!describe(&s, 4, src, t.src) || !describe(&w, groups > 1 ? 5 : 4, groups > 1 ? grouped : plain, t.weights) || !describe(&o, 4, dst, t.dst))
        return 0;
    if (dnnl_dilated_convolution_forward_desc_init(&desc, dnnl_forward_inference, dnnl_convolution_auto, &s, &w, NULL, &o, strides, dilates, before,
                                                   after) ||
        dnnl_primitive_desc_create(&pd, &desc, NULL, engine, NULL))
        return 0;
    const char *name = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    if (kernels) snprintf(kernels, kernel_bytes, "%s", name);
    return dnnl_primitive_create(&c->primitive, pd) == dnnl_success &&
           attach(c, 0, DNNL_ARG_SRC, engine, dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0)) &&
           attach(c, 1, DNNL_ARG_WEIGHTS, engine, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0)) &&
           attach(c, 2, DNNL_ARG_DST, engine, dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0));
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int time_all(const conv *convs, const bonnet_net *net, dnnl_stream_t stream, double *best)
{
    for (uint32_t i = 0; i < net->n_layers; i++) {
        if (!convs[i].primitive) continue;
        const double start = seconds();
        if (dnnl_primitive_execute(convs[i].primitive, stream, 3, convs[i].args) || dnnl_stream_wait(stream)) return 0;
        const double took = seconds() - start;
        if (best[i] == 0 || took < best[i]) best[i] = took;
    }
    return 1;
}

/* The child: answers every 's' it reads with one sweep; anything else, or the end of the pipe, ends it. (Later children hold the
 * pipe's other end too, so its end alone would not do.) */
static int serve(const char *isa, const bonnet_net *net, int in, int out)
{
    static const types kinds[3] = {{dnnl_u8, dnnl_s8, dnnl_s32}, {dnnl_u8, dnnl_s8, dnnl_s8}, {dnnl_f32, dnnl_f32, dnnl_f32}};
    static conv convs[3][BONNET_MAX_LAYERS];
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    char kernels[64] = "", byte;
    omp_set_num_threads(1);
    const dnnl_cpu_isa_t most = !strcmp(isa, "avx2") ? dnnl_cpu_isa_avx2 : !strcmp(isa, "vnni") ? dnnl_cpu_isa_avx512_core_vnni : dnnl_cpu_isa_all;
    if (dnnl_set_max_cpu_isa(most) || dnnl_engine_create(&engine, dnnl_cpu, 0) || dnnl_stream_create(&stream, engine, dnnl_stream_default_flags))
        return 1;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        if (l->kind == BONNET_LAYER_STEM || l->kind == BONNET_LAYER_FC) continue;
        for (int t = 0; t < 3; t++)
            if (!make(&convs[t][i], engine, net, l, kinds[t], t == 0 && !kernels[0] ? kernels : NULL, sizeof kernels)) return 1;
    }
    if (write(out, kernels, sizeof kernels) != sizeof kernels) return 1;
    while (read(in, &byte, 1) == 1 && byte == 's') {
        bench_sweep sweep = {0};
        if (!time_all(convs[0], net, stream, sweep.int8) || !time_all(convs[1], net, stream, sweep.int8) ||
            !time_all(convs[2], net, stream, sweep.f32))
            return 1;
        if (write(out, &sweep, sizeof sweep) != sizeof sweep) return 1;
    }
    return 0;
}

static int read_all(int fd, void *to, size_t bytes)
{
    for (char *p = to; bytes;) {
        const ssize_t n = read(fd, p, bytes);
        if (n <= 0) return 0;
        p += n, bytes -= (size_t)n;
    }
    return 1;
}

int bench_dnnl_start(bench_dnnl *d, const char *isa, const bonnet_net *net)
{
    int to[2], from[2];
    *d = (bench_dnnl){.isa = isa};
    if (pipe(to) || pipe(from)) return 0;
    d->pid = fork();
    if (d->pid == 0) {
        close(to[1]), close(from[0]);
        _exit(serve(isa, net, to[0], from[1]));
    }
    close(to[0]), close(from[1]);
    d->to = to[1], d->from = from[0];
    return d->pid > 0 && read_all(d->from, d->kernels, sizeof d->kernels);
}

int bench_dnnl_sweep(bench_dnnl *d, bench_sweep *sweep) { return write(d->to, "s", 1) == 1 && read_all(d->from, sweep, sizeof *sweep); }

void bench_dnnl_stop(bench_dnnl *d)
{
    if (d->pid > 0 && write(d->to, "q", 1) != 1) d->pid = 0; /* it is gone already */
    close(d->to), close(d->from);
    if (d->pid > 0) waitpid(d->pid, NULL, 0);
}
