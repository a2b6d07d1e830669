/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_bucket.h - what a link may carry, and whom to spend it on: a token bucket of bytes, and the confidence below which a picture is worth a request, by how
 * much is left. Arithmetic only; the time is an argument.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing
 * prints, exits or waits. docs/budget.md has the formulas and their sources.
 *
 * Threads: no function keeps anything outside its arguments.
 */
#ifndef BONNET_BUCKET_H
#define BONNET_BUCKET_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes flow in at a rate, up to a burst; what is sent is taken out: in any time t at most rate * t + burst. The whole state; a copy is a bucket of its own. */
typedef struct bonnet_bucket {
    double bytes_per_s, burst_bytes;
    double level_bytes;         /* at at_s; below 0 where more was sent than was taken */
    double at_s;                /* of any clock; where it goes back, nothing flows in meanwhile */
} bonnet_bucket;

BONNET_API bonnet_status bonnet_bucket_start(bonnet_bucket *out, double bytes_per_s, double burst_bytes, double now_s); /* full. Rate 0..10^12, burst 1..10^15 */
BONNET_API bonnet_status bonnet_bucket_level(double *out, bonnet_bucket *bucket, double now_s);
/* *taken: 1 and they are out, or 0 and nothing changed: there were fewer. */
BONNET_API bonnet_status bonnet_bucket_take(uint32_t *taken, bonnet_bucket *bucket, uint64_t bytes, double now_s);
/* What was taken for a request, and what it sent in the end: the difference goes back, or out as well. */
BONNET_API bonnet_status bonnet_bucket_settle(bonnet_bucket *bucket, uint64_t taken_bytes, uint64_t sent_bytes);

/*
 * Which pictures to send where not all can be: each costs the same, and is worth what upstream would be right about more often than this device, which falls with
 * the device's confidence. Sending now means less left for those that come. The policy of the largest gain in the long run, for pictures that come at a steady
 * pace and independently of each other, is a threshold for each level of the bucket: send if confidence < theta[level] (Chakrabarti, Guerin, Lu, Liu, 2020).
 */
enum { BONNET_OFFLOAD_LEVELS = 512, BONNET_OFFLOAD_BINS = 64 };

/* Pictures of one range of confidence, from this bin's `from` up to the next one's. */
typedef struct bonnet_offload_bin {
    double from;                /* of the first: 0 */
    double share;               /* of all pictures; together 1 */
    double gain;                /* share of them that upstream has right, less the share that this device has right; not rising with confidence */
} bonnet_offload_bin;

/* Labelled pictures, or such whose answers from above stand for labels. */
typedef struct bonnet_offload_samples {
    const double  *confidence;  /* [samples], finite, not below 0 */
    const uint8_t *here, *above; /* [samples]: 1 if this device, upstream, has it right */
    size_t   samples;           /* 1..2^24 */
} bonnet_offload_samples;
/* bins [BONNET_OFFLOAD_BINS]: equal shares of the samples, equal confidences together; where the gain would rise with confidence, bins share their mean (isotonic regression). */
BONNET_API bonnet_status bonnet_offload_bins(uint32_t *out_count, bonnet_offload_bin *bins, const bonnet_offload_samples *samples);

typedef struct bonnet_offload_traffic {
    double bytes_per_s, burst_bytes; /* of the bucket */
    double request_bytes;       /* of one picture's request, above 0, at most burst_bytes */
    double pictures_per_s;      /* above 0 */
    uint32_t levels;            /* into which the bucket is cut, at most; 0: BONNET_OFFLOAD_LEVELS, and no more than 8 for a request */
} bonnet_offload_traffic;

typedef struct bonnet_offload_policy {
    double   unit_bytes;        /* level l is l * unit_bytes and more */
    uint32_t levels;            /* 1..BONNET_OFFLOAD_LEVELS: the highest; beyond it as at it */
    uint32_t cost;              /* of a request, in levels; at levels below it theta is 0 */
    double   theta[BONNET_OFFLOAD_LEVELS + 1]; /* [levels + 1], not falling; 0: nobody, HUGE_VAL (math.h): everybody */
    double   gain;              /* right answers more, by picture, in the long run */
    double   gap;               /* no policy gains more than this above it: what value iteration left open */
    double   sent;              /* share of pictures */
} bonnet_offload_policy;

/* The best policy. count: 1..BONNET_OFFLOAD_BINS. BONNET_EINVAL: a number out of range, gains that rise. Time: milliseconds to seconds. */
BONNET_API bonnet_status bonnet_offload_solve(bonnet_offload_policy *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *traffic);
/* What another theta (out->theta; the rest of *out is written) comes to: a fixed one is the same at every level from `cost` on. out->levels, as solve leaves it. */
BONNET_API bonnet_status bonnet_offload_judge(bonnet_offload_policy *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *traffic);
/* The fixed threshold that gains most, and what: what a client does that asks no bucket but for room. */
BONNET_API bonnet_status bonnet_offload_fixed(bonnet_offload_policy *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *traffic);

/* *yes: 1 if a picture of this confidence is worth a request at this level. Room for it is bonnet_bucket_take()'s question. */
BONNET_API bonnet_status bonnet_offload_worth(uint32_t *yes, const bonnet_offload_policy *policy, double level_bytes, double confidence);

#ifdef __cplusplus
}
#endif
#endif
