/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_layers.c - the binary layers and the head on packed words.
 *
 * Every layer goes in chunks of up to 32 output positions: gather their windows, count mismatches of all channels with one kernel
 * call per slice group (which reads every k-th word), then threshold 64 channels at a time. Threads share the positions.
 */
#include <string.h>
#include "cpu.h"

/* Where a reference's words are: word d of slice j of pixel i is base[i * pitch + d * k + j]. */
typedef struct source {
    const uint64_t *base;
    size_t pitch;
    uint32_t h, w;
} source;

static source source_of(const bonnet_cpu_net *cpu, const bonnet_map_ref *ref)
{
    const uint32_t k = cpu->net->k;
    if (ref->map < 0) return (source){0};
    const bonnet_layer *from = &cpu->net->layers[ref->map];
    return (source){cpu->maps[ref->map] + ref->first / 64 * k, (size_t)(from->out_c / 64) * k, from->out_h, from->out_w};
}

/* One layer, for all threads. */
typedef struct layer_job {
    bonnet_cpu_net *cpu;
    const bonnet_layer *l;
    const bonnet_cpu_layer *p;
    source in, res, pass;
    uint64_t *out;
    uint32_t k;
} layer_job;

static layer_job job_of(bonnet_cpu_net *cpu, uint32_t layer)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    return (layer_job){
        cpu, l, &cpu->layers[layer], source_of(cpu, &l->in), source_of(cpu, &l->res), source_of(cpu, &l->pass), cpu->maps[layer], cpu->net->k};
}

/* Mismatch counts of all channels at `count` gathered positions; up to three stale ones after them make the block full. */
static void count_mismatches(const layer_job *job, const bonnet_cpu_scratch *t, uint32_t count)
{
    const bonnet_cpu_layer *p = job->p;
    for (uint32_t g = 0; g < p->groups; g++)
        job->cpu->kernels->mismatch(t->q + (size_t)g * p->outs, job->l->conv_c, t->window + g, p->groups, (count + 3) & ~3u,
                                    p->w + (size_t)g * p->words * p->outs, p->words, p->outs);
}

/* A constant size at each step becomes vector moves, a variable one a call. */
static inline void copy_words(uint64_t *to, const uint64_t *from, uint32_t n)
{
    for (; n >= 4; n -= 4, to += 4, from += 4) memcpy(to, from, 32);
    for (; n; n--) *to++ = *from++;
}

/* Gathers and counts positions [first, first + count) of a 3x3 layer. */
static void count_3x3(const layer_job *job, const bonnet_cpu_scratch *t, uint32_t first, uint32_t count)
{
    const bonnet_layer *l = job->l;
    const source *in = &job->in;
    const uint32_t run = l->in_c / 64 * job->k; /* words of one tap, all slices */
    const int32_t d = (int32_t)l->dilation;
    uint32_t oy = first / l->out_w, ox = first % l->out_w;
    uint64_t *to = t->window;
    for (uint32_t n = 0; n < count; n++) {
        const int32_t y = (int32_t)(oy * l->stride), x = (int32_t)(ox * l->stride);
        for (int32_t ky = -1; ky <= 1; ky++) {
            const uint64_t *row = in->base + (size_t)bonnet_cpu_clamp(y + d * ky, in->h) * in->w * in->pitch;
            for (int32_t kx = -1; kx <= 1; kx++, to += run) copy_words(to, row + bonnet_cpu_clamp(x + d * kx, in->w) * in->pitch, run);
        }
        if (++ox == l->out_w) ox = 0, oy++;
    }
    count_mismatches(job, t, count);
}

/* Post-processing of k words: the slices of 64 channels at one position, `word` words into it. */
static void conv_post(const layer_job *job, const uint64_t a[4], size_t at, uint32_t i)
{
    const uint32_t k = job->k, word = i * k, depth = job->l->conv_c / 64;
    const uint64_t *r = job->res.base ? job->res.base + at * job->res.pitch + word : NULL;
    uint64_t *to = job->out + at * depth * k + word;
    switch (job->l->post) {
    case BONNET_POST_STORE:
        for (uint32_t j = 0; j < k; j++) to[j] = a[j];
        break;
    case BONNET_POST_XNOR:
        for (uint32_t j = 0; j < k; j++) to[j] = ~(a[j] ^ r[j]);
        break;
    case BONNET_POST_OR:
        for (uint32_t j = 0; j < k; j++) to[j] = a[j] | r[j];
        break;
    case BONNET_POST_INTERLEAVE: {
        uint64_t z[4] = {0};
        for (uint32_t j = 0; j < k; j++) z[j] = a[j] | r[j];
        job->cpu->kernels->interleave(job->out + (at * depth + i) * 2 * k, z, job->pass.base + at * job->pass.pitch + word, k);
        break;
    }
    }
}

/* Counts whole rows of a 3x3 layer, into t->q[row][conv_w][conv_c]. */
static void count_rows(const layer_job *job, const bonnet_cpu_scratch *t, uint32_t first, uint32_t rows)
{
    const bonnet_layer *l = job->l;
    const bonnet_cpu_rows r = {.base = job->in.base,
                               .pitch = job->in.pitch,
                               .in_h = l->in_h,
                               .in_w = l->in_w,
                               .slices = job->k,
                               .depth = l->in_c / 64,
                               .stride = l->stride,
                               .dilation = l->dilation,
                               .words = job->p->words,
                               .outs = job->p->outs,
                               .conv_c = l->conv_c,
                               .conv_w = l->conv_w,
                               .tiles = job->p->tiles,
                               .bytes = t->bytes,
                               .q = t->q};
    job->cpu->kernels->count_rows(&r, first, rows);
}

/* Counts the next positions of a 3x3 layer from `first` on, `first` at the start of a row if the set counts rows; says how many. */
static uint32_t count_next(const layer_job *job, const bonnet_cpu_scratch *t, uint32_t first, uint32_t end)
{
    if (job->cpu->kernels->count_rows) {
        const uint32_t left = (end - first) / job->l->out_w, rows = left < job->p->band ? left : job->p->band;
        count_rows(job, t, first / job->l->out_w, rows);
        return rows * job->l->out_w;
    }
    const uint32_t count = end - first < BONNET_CPU_CHUNK ? end - first : BONNET_CPU_CHUNK;
    count_3x3(job, t, first, count);
    return count;
}

/* What one thread takes at least: whole rows, or a block of the kernels. */
static uint32_t unit_of(const layer_job *job) { return job->cpu->kernels->count_rows ? job->l->out_w : 4; }

static void conv_part(void *arg, uint32_t part, uint32_t parts)
{
    const layer_job *job = arg;
    const bonnet_layer *l = job->l;
    const bonnet_cpu_scratch *t = &job->cpu->scratch[part];
    uint32_t first, end;
    bonnet_cpu_share(l->out_h * l->out_w, unit_of(job), part, parts, &first, &end);
    for (uint32_t count; first < end; first += count) {
        count = count_next(job, t, first, end);
        for (uint32_t n = 0; n < count; n++)
            for (uint32_t i = 0; i < l->conv_c / 64; i++) {
                uint64_t a[4];
                job->cpu->kernels->at_most(a, t->q + (size_t)n * l->conv_c + i * 64, job->p->limit + i * 64, l->conv_c, job->k);
                conv_post(job, a, (size_t)first + n, i);
            }
    }
}

void bonnet_cpu_conv(bonnet_cpu_net *cpu, uint32_t layer)
{
    layer_job job = job_of(cpu, layer);
    bonnet_cpu_pool_run(cpu->pool, conv_part, &job);
}

static void down_part(void *arg, uint32_t part, uint32_t parts)
{
    const layer_job *job = arg;
    const bonnet_layer *l = job->l;
    const bonnet_cpu_layer *p = job->p;
    const bonnet_cpu_scratch *t = &job->cpu->scratch[part];
    const uint32_t k = job->k, depth = l->conv_c / 64, group = l->pool ? 4 : 1; /* input positions per output position */
    uint32_t first, end;
    bonnet_cpu_share(l->out_h * l->out_w * group, 4, part, parts, &first, &end);
    for (; first < end; first += BONNET_CPU_CHUNK) {
        const uint32_t count = end - first < BONNET_CPU_CHUNK ? end - first : BONNET_CPU_CHUNK;
        for (uint32_t n = 0; n < count; n++) { /* a pooled pixel's four positions follow each other */
            uint32_t at = (first + n) / group, y = at / l->out_w, x = at % l->out_w, corner = n % group;
            if (l->pool) y = 2 * y + corner / 2, x = 2 * x + corner % 2;
            y -= y == l->in_h, x -= x == l->in_w; /* an odd edge pools with itself */
            copy_words(t->window + (size_t)n * p->words, job->in.base + ((size_t)y * job->in.w + x) * job->in.pitch, p->words);
        }
        count_mismatches(job, t, count);
        for (uint32_t n = 0; n < count; n += group)
            for (uint32_t i = 0; i < depth; i++) {
                uint64_t any[4] = {0}, all[4] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)};
                for (uint32_t m = 0; m < group; m++) {
                    uint64_t a[4];
                    job->cpu->kernels->at_most(a, t->q + (size_t)(n + m) * l->conv_c + i * 64, p->limit + i * 64, l->conv_c, k);
                    for (uint32_t j = 0; j < k; j++) any[j] |= a[j], all[j] &= a[j];
                }
                uint64_t *to = job->out + ((size_t)(first + n) / group * depth + i) * k;
                for (uint32_t j = 0; j < k; j++) to[j] = (any[j] & ~p->pool_and[i]) | (all[j] & p->pool_and[i]);
            }
    }
}

void bonnet_cpu_down(bonnet_cpu_net *cpu, uint32_t layer)
{
    layer_job job = job_of(cpu, layer);
    bonnet_cpu_pool_run(cpu->pool, down_part, &job);
}

static int32_t round_shift(int32_t x, uint32_t s) { return (x + ((1 << s) >> 1)) >> s; } /* sums here leave room for the half */
static int32_t sat16(int32_t x) { return x < -32768 ? -32768 : x > 32767 ? 32767 : x; }

static void last_part(void *arg, uint32_t part, uint32_t parts)
{
    const layer_job *job = arg;
    const bonnet_layer *l = job->l;
    const bonnet_cpu_scratch *t = &job->cpu->scratch[part];
    uint32_t first, end;
    memset(t->sum, 0, l->conv_c * sizeof *t->sum);
    bonnet_cpu_share(l->out_h * l->out_w, unit_of(job), part, parts, &first, &end);
    for (uint32_t count; first < end; first += count) {
        count = count_next(job, t, first, end);
        for (uint32_t n = 0; n < count; n++)
            for (uint32_t c = 0; c < l->conv_c; c += 64)
                job->cpu->kernels->last(t->sum + c, t->q + (size_t)n * l->conv_c + c,
                                        job->res.base + (size_t)(first + n) * job->res.pitch + c / 64 * job->k, job->k, l, c);
    }
}

void bonnet_cpu_last(bonnet_cpu_net *cpu, uint32_t layer)
{
    layer_job job = job_of(cpu, layer);
    const uint32_t threads = bonnet_cpu_pool_threads(cpu->pool), channels = job.l->conv_c;
    bonnet_cpu_pool_run(cpu->pool, last_part, &job);
    memset(job.out, 0, bonnet_net_map_words(cpu->net, layer) * sizeof *job.out);
    for (uint32_t c = 0; c < channels; c++) {
        int32_t sum = 0;
        for (uint32_t i = 0; i < threads; i++) sum += cpu->scratch[i].sum[c];
        job.out[c / 4] |= (uint64_t)(uint16_t)sat16(round_shift(sum, job.l->s2)) << 16 * (c % 4);
    }
}

static void fc_part(void *arg, uint32_t part, uint32_t parts)
{
    const layer_job *job = arg;
    const bonnet_layer *l = job->l;
    const uint64_t *in = job->cpu->maps[l->in.map];
    int16_t features[BONNET_MAX_CHANNELS];
    uint32_t first, end;
    for (uint32_t c = 0; c < l->in_c; c++) features[c] = (int16_t)(in[c / 4] >> 16 * (c % 4));
    bonnet_cpu_share(l->out_c, 2, part, parts, &first, &end); /* two logits are a word */
    for (uint32_t i = first; i < end; i++) {
        const int32_t sum = l->c[i] + job->cpu->kernels->dot(l->w8 + (size_t)i * l->in_c, features, l->in_c);
        job->out[i / 2] = (i % 2 ? job->out[i / 2] : 0) | (uint64_t)(uint32_t)sum << 32 * (i % 2);
    }
}

void bonnet_cpu_fc(bonnet_cpu_net *cpu, uint32_t layer)
{
    layer_job job = job_of(cpu, layer);
    bonnet_cpu_pool_run(cpu->pool, fc_part, &job);
}
