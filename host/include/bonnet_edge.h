/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_edge.h - what runs where: in which order to ask classifiers, and what a link carries now. Arithmetic only; no device, no socket, no clock.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure;
 * nothing prints, exits or waits. `message`, where an options struct has one: NULL, or receives one line on failure. docs/edge.md has the formulas and their sources.
 *
 * Threads: no function keeps anything outside its arguments.
 */
#ifndef BONNET_EDGE_H
#define BONNET_EDGE_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BONNET_NO_LIMIT UINT64_MAX

/*
 * An expert answers, or says "I don't know" and the next one is asked. A deterministic expert stands last and always answers. bonnet_order() finds which
 * experts to ask before it, and in which order, so that the expected time is least, the worst case (every expert asked) is within a deadline, and what must lie
 * on the device within a storage budget.
 */
enum { BONNET_ORDER_MAX = 64, BONNET_ORDER_LOGGED_MAX = 16 };

/* How the experts' answers belong together. */
typedef enum bonnet_dependence {
    BONNET_INDEPENDENT = 0, /* every expert answers its share of whatever it is asked                               */
    BONNET_NESTED      = 1, /* whatever one answers, every expert with a larger share answers too                   */
    BONNET_LOGGED      = 2  /* as in `outcomes`: any dependence; at most BONNET_ORDER_LOGGED_MAX experts            */
} bonnet_dependence;

typedef struct bonnet_expert {
    uint64_t cost_us;           /* worst-case time of one answer or "I don't know", network included; 1..10^12    */
    uint64_t storage_bytes;     /* that it takes where storage is short; 0: it runs elsewhere; at most 2^53       */
    double   answers;           /* share of inputs that it answers, 0..1; of the deterministic one, and with BONNET_LOGGED: ignored */
} bonnet_expert;

/* Initialise with BONNET_ORDER_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_order_options {
    size_t   size;
    uint32_t dependence;        /* enum bonnet_dependence */
    uint64_t deadline_us;       /* for the worst case, the deterministic expert included; BONNET_NO_LIMIT: none */
    uint64_t storage_bytes;     /* for all that are taken, the deterministic one included; BONNET_NO_LIMIT: none */
    const uint16_t *outcomes;   /* [samples], BONNET_LOGGED only: bit i: expert i answered this input */
    size_t   samples;
    char    *message;
    size_t   message_bytes;
} bonnet_order_options;
#define BONNET_ORDER_OPTIONS_INIT { sizeof(bonnet_order_options), 0, BONNET_NO_LIMIT, BONNET_NO_LIMIT, NULL, 0, NULL, 0 }

/* Why an expert is asked, or not. */
typedef enum bonnet_order_why {
    BONNET_ORDER_TAKEN = 0,
    BONNET_ORDER_NO_GAIN = 1,   /* even at its best place the expected time would not fall   */
    BONNET_ORDER_TOO_LATE = 2,  /* it would fall, but the worst case would miss the deadline */
    BONNET_ORDER_TOO_LARGE = 3  /* it would fall, but the storage does not suffice           */
} bonnet_order_why;

typedef struct bonnet_order_result {
    uint32_t count;                         /* experts before the deterministic one              */
    uint32_t order[BONNET_ORDER_MAX];       /* [count]: indices of experts, the first asked first */
    double   reached[BONNET_ORDER_MAX + 1]; /* [count + 1]: share of inputs that come so far; the last: to the deterministic one */
    double   expected_us;
    uint64_t worst_us, storage_bytes;
    uint32_t why[BONNET_ORDER_MAX];         /* of each expert: enum bonnet_order_why */
    /* Of each expert: by how much the expected time is less with it than without. Taken: as it stands, the others unmoved. Left out: at its best place in
     * this order, whatever deadline and storage say; negative: it would cost so much more. */
    double   saves_us[BONNET_ORDER_MAX];
    uint32_t place[BONNET_ORDER_MAX];       /* of each expert: its index in `order`, or that best place */
} bonnet_order_result;

/*
 * The best order of `count` experts before `last`. Of orders whose expected times differ by less than 10^-12 of them: the one that takes less of what is
 * limited (time before storage), then the smaller worst case, then less storage, then the experts that come first by time per answer and in the list.
 * BONNET_EINVAL: a number out of range; `last` alone misses the deadline or does not fit. BONNET_EUNSUPPORTED: more than 2^20 partial orders that no other
 * beats, in time, in storage and in cost at once; up to 20 experts never need so many, and coarser times and sizes let more of them fall together.
 */
BONNET_API bonnet_status bonnet_order(bonnet_order_result *out, const bonnet_expert *experts, uint32_t count, const bonnet_expert *last,
                                      const bonnet_order_options *options);

/* One observation of a link: what it carried, when. */
typedef struct bonnet_link_sample {
    double at_s;                /* since the start of the trace; never before the sample before it */
    double bits_per_s;          /* 0..10^12 */
} bonnet_link_sample;

/* Line formats of traces. Values are API. */
typedef enum bonnet_link_format {
    BONNET_LINK_GUESS   = 0,    /* six columns: REPORT; two: MILLIS if the median step of the first is 50 or more, else SECONDS     */
    BONNET_LINK_REPORT  = 1,    /* epoch ms, ms since start, latitude, longitude, bytes, ms that they took (Belgian 4G/LTE logs)     */
    BONNET_LINK_SECONDS = 2,    /* s, Mbit/s     */
    BONNET_LINK_MILLIS  = 3     /* ms, kbit/s (Oboe) */
} bonnet_link_format;

typedef struct bonnet_link_trace {
    bonnet_link_sample *samples; /* [count], at least one */
    size_t   count;
    uint32_t format;            /* that it was read as */
} bonnet_link_trace;
enum { BONNET_LINK_MAX_SAMPLES = 1000000 };

/* The text of a trace: a sample a line, columns between blanks or tabs; empty lines and lines that begin with # are skipped. *out: bonnet_link_trace_free(). */
BONNET_API bonnet_status bonnet_link_trace_read(bonnet_link_trace *out, const char *text, size_t bytes, uint32_t format, char *message, size_t message_bytes);
BONNET_API_VOID void bonnet_link_trace_free(bonnet_link_trace *trace); /* an empty one is a no-op */

/* Of a trace. The share q of the samples in order: the one at index floor(q * count). */
typedef struct bonnet_link_stats { double min, p10, median, mean, p90, max; } bonnet_link_stats; /* bit/s */
BONNET_API bonnet_status bonnet_link_stats_get(bonnet_link_stats *out, const bonnet_link_sample *samples, size_t count);

/*
 * A bandwidth state is what a link does until that changes: the mean since the last change. Two detectors behind one door.
 * EWMA: change where a smoothed sample leaves the state's mean for good (cheap, one number to understand).
 * BAYES: change where the posterior of "the run is `look` samples long" exceeds the threshold (Adams, MacKay, 2007).
 */
typedef enum bonnet_link_method { BONNET_LINK_BAYES = 0, BONNET_LINK_EWMA = 1 } bonnet_link_method;
#define BONNET_LINK_BAYES_THRESHOLD 0.1
#define BONNET_LINK_EWMA_THRESHOLD  0.3

/* Zero means default. */
typedef struct bonnet_link_options {
    size_t   size;
    uint32_t method;            /* enum bonnet_link_method */
    double   threshold;         /* BAYES: a probability. EWMA: 1 - smaller / larger of smoothed sample and mean. Below 1; defaults above */
    double   scale_bits_per_s;  /* BAYES: samples are divided by this first, default 10^6: the prior is about numbers of the size of 1 */
    double   hazard;            /* BAYES: samples between changes, expected; default 250 */
    uint32_t runs;              /* BAYES: run lengths kept apart, default 1000, 16..10000; longer runs forget their beginning */
    uint32_t look;              /* samples that a new state must have shown before it is declared: BAYES default 5, EWMA 3; at most 15 */
    uint32_t apart;             /* samples between the first ones of two states, at least; default 2 */
    double   weight;            /* EWMA: of the newest sample, default 0.25 */
    char    *message;
    size_t   message_bytes;
} bonnet_link_options;
#define BONNET_LINK_OPTIONS_INIT { sizeof(bonnet_link_options), 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0 }

typedef struct bonnet_link_state {
    double   bits_per_s;        /* mean of the samples of this state so far */
    uint64_t since;             /* index of its first sample, 0.. */
    uint64_t samples;           /* seen by the detector, all states */
    uint32_t changed;           /* 1: this sample showed that the state began */
} bonnet_link_state;

/* Memory is taken here and nowhere later. *out: bonnet_link_close(). */
typedef struct bonnet_link bonnet_link;
BONNET_API bonnet_status bonnet_link_open(bonnet_link **out, const bonnet_link_options *options); /* options may be NULL */
BONNET_API bonnet_status bonnet_link_add(bonnet_link_state *out, bonnet_link *link, double bits_per_s); /* BONNET_EINVAL: not 0..10^12; nothing is added */
BONNET_API_VOID void bonnet_link_close(bonnet_link *link); /* NULL is a no-op */

/*
 * The link as an application's own requests see it. Small ones say how long the way is, and nothing about its width; from the time of a large one that is
 * taken off before its bytes are divided by it. Start with BONNET_LINK_METER_INIT.
 */
typedef struct bonnet_link_meter {
    size_t   size;
    uint64_t small_bytes;       /* requests up to this size are small; 2048: one or two packets each way */
    double   rtt_s, rtt_min_s;  /* smoothed as TCP does (RFC 6298: 1/8 of the newest), smallest; 0: no small request yet */
    double   bits_per_s;        /* of the newest large request; 0: none yet. A sample for bonnet_link_add() */
    uint64_t small, large, ignored; /* requests; ignored: large, but nine tenths of its time was the way */
} bonnet_link_meter;
#define BONNET_LINK_METER_INIT { sizeof(bonnet_link_meter), 2048, 0, 0, 0, 0, 0, 0 }
/* A request of `bytes`, both ways together, that took `seconds`. BONNET_EINVAL: 0 bytes, more than 2^53, or seconds not above 0 or above a day. */
BONNET_API bonnet_status bonnet_link_meter_add(bonnet_link_meter *meter, uint64_t bytes, double seconds);

#ifdef __cplusplus
}
#endif
#endif
