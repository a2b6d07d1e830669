/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_bconv.c - BCONV layers in one group, through the kernel that counts the mismatches of all channels at once.
 *
 * As the layers of BoolNet (cpu_layers.c): gather the windows of up to 32 positions, count, threshold 64 channels at a time. S = n - 2q of n counted
 * bits, so S >= t is q <= (n - t) / 2. A tap outside the map is gathered as zeros; then its mismatches are the ones of its weights, which are taken
 * off again, and n is smaller: there is a row of limits for every number of taps inside.
 * A window of the whole map whose pixels have gaps behind their last channel is packed: 784 pixels of one bit are 13 words, not 784.
 */
#include <string.h>
#include "cpu.h"

enum { MOST_BITS = INT16_MAX, MOST_TAPS = 121 }; /* limits are int16; rows of limits: 11 x 11 */

static int padded(const bonnet_layer *l) { return l->win.top || l->win.left || l->win.bottom || l->win.right; }

static uint32_t window_words(const bonnet_layer *l)
{
    const uint32_t taps = l->win.kernel_h * l->win.kernel_w;
    return bonnet_layer_packs(l) ? bonnet_cpu_words(taps * l->in_c) : taps * bonnet_cpu_words(l->in_c);
}

/* Zeros around the map: n depends on the place. */
static int zeros(const bonnet_layer *l) { return padded(l) && !l->win.edge; }

int bonnet_cpu_bconv_fits(const bonnet_layer *l)
{
    return l->kind == BONNET_LAYER_BCONV && l->win.groups == 1 &&
           window_words(l) * 64 <= MOST_BITS && /* sides and channels are bounded: no overflow */
           (!zeros(l) || l->win.kernel_h * l->win.kernel_w <= MOST_TAPS);
}

void bonnet_cpu_bconv_size(const bonnet_layer *l, bonnet_cpu_bconv_sizes *s)
{
    const uint32_t taps = l->win.kernel_h * l->win.kernel_w;
    s->words = window_words(l);
    s->outs = bonnet_cpu_words(l->out_c) * 64;
    s->limits = zeros(l) ? taps + 1 : 1;
    s->ones = zeros(l) ? taps : 0;
}

static int16_t limit_of(const bonnet_layer *l, uint32_t taps, uint32_t o)
{
    const int64_t twice = (int64_t)taps * l->in_c - l->t[o], q = twice < 0 ? -1 : twice / 2;
    return (int16_t)(q > MOST_BITS ? MOST_BITS : q);
}

void bonnet_cpu_bconv_fill(bonnet_cpu_layer *to, const bonnet_layer *l, uint64_t *row)
{
    const uint32_t taps = l->win.kernel_h * l->win.kernel_w, each = bonnet_cpu_words(l->in_c);
    bonnet_cpu_bconv_sizes s;
    bonnet_cpu_bconv_size(l, &s);
    to->groups = 1, to->words = s.words, to->outs = s.outs;
    for (uint32_t o = 0; o < s.outs; o++) {
        const uint64_t *bits = l->bits + (size_t)o * taps * each;
        const int there = o < l->out_c;
        if (there && bonnet_layer_packs(l)) bonnet_net_pack(row, bits, taps, l->in_c);
        for (uint32_t i = 0; there && i < s.words; i++) to->w[(size_t)i * s.outs + o] = bonnet_layer_packs(l) ? row[i] : bits[i];
        for (uint32_t n = 0; n < s.limits; n++) to->limit[(size_t)n * s.outs + o] = there ? limit_of(l, s.limits > 1 ? n : taps, o) : -1;
        for (uint32_t i = 0; there && i < s.ones * each; i++) to->ones[(size_t)(i / each) * s.outs + o] += (uint16_t)__builtin_popcountll(bits[i]);
    }
}

typedef struct bconv_job {
    bonnet_cpu_net *cpu;
    const bonnet_layer *l;
    const bonnet_cpu_layer *p;
    const uint64_t *in;
    uint64_t *out;
} bconv_job;

/* The window of one position; says how many of its taps lie inside. */
static uint32_t gather(const bconv_job *job, uint64_t *to, uint32_t y, uint32_t x)
{
    const bonnet_layer *l = job->l;
    const uint32_t taps = l->win.kernel_h * l->win.kernel_w, each = bonnet_cpu_words(l->in_c);
    uint32_t inside = 0;
    if (bonnet_layer_packs(l)) {
        bonnet_net_pack(to, job->in, taps, l->in_c);
        return taps;
    }
    for (uint32_t tap = 0; tap < taps; tap++, to += each) {
        const int64_t pixel = bonnet_cpu_pixel(l, y, x, tap);
        inside += pixel >= 0;
        for (uint32_t i = 0; i < each; i++) to[i] = pixel < 0 ? 0 : job->in[(size_t)pixel * each + i];
    }
    return inside;
}

/* Takes the ones of the taps outside off again. */
static void mend(const bconv_job *job, uint16_t *q, uint32_t y, uint32_t x)
{
    const uint32_t outs = job->p->outs;
    for (uint32_t tap = 0; tap < job->l->win.kernel_h * job->l->win.kernel_w; tap++) {
        const uint16_t *ones = job->p->ones + (size_t)tap * outs;
        if (bonnet_cpu_pixel(job->l, y, x, tap) >= 0) continue;
        for (uint32_t o = 0; o < outs; o++) q[o] = (uint16_t)(q[o] - ones[o]);
    }
}

static void part(void *arg, uint32_t number, uint32_t parts)
{
    const bconv_job *job = arg;
    const bonnet_layer *l = job->l;
    const bonnet_cpu_layer *p = job->p;
    const bonnet_cpu_kernels *kernels = job->cpu->kernels;
    const bonnet_cpu_scratch *t = &job->cpu->scratch[number];
    const uint32_t all = l->win.kernel_h * l->win.kernel_w;
    uint32_t first, end, inside[BONNET_CPU_CHUNK];
    bonnet_cpu_share(l->out_h * l->out_w, 1, number, parts, &first, &end);
    for (uint32_t count; first < end; first += count) {
        count = end - first < BONNET_CPU_CHUNK ? end - first : BONNET_CPU_CHUNK;
        for (uint32_t n = 0; n < count; n++)
            inside[n] = gather(job, t->window + (size_t)n * p->words, (first + n) / l->out_w, (first + n) % l->out_w);
        kernels->mismatch(t->q, p->outs, t->window, 1, (count + 3) & ~3u, p->w, p->words, p->outs);
        for (uint32_t n = 0; n < count; n++) {
            uint16_t *q = t->q + (size_t)n * p->outs;
            const int16_t *limit = p->limit + (p->ones ? (size_t)inside[n] * p->outs : 0);
            if (p->ones && inside[n] < all) mend(job, q, (first + n) / l->out_w, (first + n) % l->out_w);
            for (uint32_t i = 0; i < p->outs / 64; i++)
                kernels->at_most(job->out + (size_t)(first + n) * (p->outs / 64) + i, q + i * 64, limit + i * 64, p->outs, 1);
        }
    }
}

void bonnet_cpu_bconv(bonnet_cpu_net *cpu, uint32_t layer)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    bconv_job job = {cpu, l, &cpu->layers[layer], cpu->maps[l->in.map], cpu->maps[layer]};
    bonnet_cpu_pool_run(cpu->pool, part, &job);
}
