/* SPDX-License-Identifier: Apache-2.0 */
/* bucket.c - the token bucket, and who is worth its tokens; bins of confidence from samples. */
#include "bucket.h"
#include <math.h>
#include <stdlib.h>

bonnet_status bonnet_bucket_start(bonnet_bucket *out, double bytes_per_s, double burst_bytes, double now_s)
{
    if (!out || !(bytes_per_s >= 0 && bytes_per_s <= 1e12) || !(burst_bytes >= 1 && burst_bytes <= 1e15) || !isfinite(now_s)) return BONNET_EINVAL;
    *out = (bonnet_bucket){bytes_per_s, burst_bytes, burst_bytes, now_s};
    return BONNET_OK;
}

bonnet_status bonnet_bucket_level(double *out, bonnet_bucket *b, double now_s)
{
    if (!out || !b || !isfinite(now_s)) return BONNET_EINVAL;
    if (now_s > b->at_s) b->level_bytes = fmin(b->burst_bytes, b->level_bytes + b->bytes_per_s * (now_s - b->at_s));
    b->at_s = now_s;
    *out = b->level_bytes;
    return BONNET_OK;
}

bonnet_status bonnet_bucket_take(uint32_t *taken, bonnet_bucket *b, uint64_t bytes, double now_s)
{
    double level;
    if (!taken || bonnet_bucket_level(&level, b, now_s) != BONNET_OK) return BONNET_EINVAL;
    *taken = (double)bytes <= level;
    if (*taken) b->level_bytes -= (double)bytes;
    return BONNET_OK;
}

bonnet_status bonnet_bucket_settle(bonnet_bucket *b, uint64_t taken_bytes, uint64_t sent_bytes)
{
    if (!b) return BONNET_EINVAL;
    b->level_bytes = fmin(b->burst_bytes, b->level_bytes + (double)taken_bytes - (double)sent_bytes);
    return BONNET_OK;
}

bonnet_status bonnet_offload_worth(uint32_t *yes, const bonnet_offload_policy *p, double level_bytes, double confidence)
{
    if (!yes || !p || !(p->unit_bytes > 0) || !p->levels || p->levels > BONNET_OFFLOAD_LEVELS || isnan(level_bytes) || isnan(confidence))
        return BONNET_EINVAL;
    const double level = level_bytes / p->unit_bytes;
    *yes = level >= 0 && confidence < p->theta[level < p->levels ? (uint32_t)level : p->levels];
    return BONNET_OK;
}

typedef struct sample {
    double confidence, gain;
} sample;

static int by_confidence(const void *a, const void *b)
{
    const sample *x = a, *y = b;
    return x->confidence < y->confidence ? -1 : x->confidence > y->confidence;
}

/* Neighbours whose gains rise become one mean, until none does. */
static void flatten(bonnet_offload_bin *bins, uint32_t count)
{
    uint32_t of[BONNET_OFFLOAD_BINS], pools = 0; /* of[p]: the first bin of pool p */
    double share[BONNET_OFFLOAD_BINS], gain[BONNET_OFFLOAD_BINS];
    for (uint32_t i = 0; i < count; i++) {
        of[pools] = i, share[pools] = bins[i].share, gain[pools] = bins[i].gain;
        for (pools++; pools > 1 && gain[pools - 1] > gain[pools - 2]; pools--) {
            const double both = share[pools - 2] + share[pools - 1];
            gain[pools - 2] = (share[pools - 2] * gain[pools - 2] + share[pools - 1] * gain[pools - 1]) / both;
            share[pools - 2] = both;
        }
    }
    for (uint32_t p = 0; p < pools; p++)
        for (uint32_t i = of[p]; i < (p + 1 < pools ? of[p + 1] : count); i++) bins[i].gain = gain[p];
}

bonnet_status bonnet_offload_bins(uint32_t *out_count, bonnet_offload_bin *bins, const bonnet_offload_samples *s)
{
    if (!out_count || !bins || !s || !s->confidence || !s->here || !s->above || !s->samples || s->samples > 1 << 24) return BONNET_EINVAL;
    for (size_t i = 0; i < s->samples; i++)
        if (!(s->confidence[i] >= 0 && isfinite(s->confidence[i])) || s->here[i] > 1 || s->above[i] > 1) return BONNET_EINVAL;
    sample *all = malloc(s->samples * sizeof *all);
    if (!all) return BONNET_ENOMEM;
    for (size_t i = 0; i < s->samples; i++) all[i] = (sample){s->confidence[i], (double)s->above[i] - (double)s->here[i]};
    qsort(all, s->samples, sizeof *all, by_confidence);
    uint32_t count = 0;
    for (size_t i = 0, end; i < s->samples; i = end) {
        double sum = 0;
        end = s->samples * (count + 1) / BONNET_OFFLOAD_BINS;
        if (end <= i) end = i + 1;
        while (end < s->samples && all[end].confidence == all[end - 1].confidence) end++;
        if (count + 1 == BONNET_OFFLOAD_BINS) end = s->samples;
        for (size_t k = i; k < end; k++) sum += all[k].gain;
        bins[count++] = (bonnet_offload_bin){i ? all[i].confidence : 0, (double)(end - i) / (double)s->samples, sum / (double)(end - i)};
    }
    free(all);
    flatten(bins, count);
    *out_count = count;
    return BONNET_OK;
}
