/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_place.h - which part of a network runs where: exits, cuts, codecs and tiers by exhaustive search. Arithmetic only; no device, no socket, no clock.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure;
 * nothing prints, exits or waits. `message`: NULL, or receives one line on failure. docs/plan.md has the model and its sources.
 *
 * A network is a chain of blocks 0 .. blocks - 1. Tier 0 is the device; behind each tier but the last a link leads to the next one. A plan gives tier t the
 * blocks cut[t - 1] .. cut[t] - 1 and sends what crosses over link t, coded; cut 0 is the input. Exits stand behind blocks and end some inputs early, on the
 * tier of their block. The result goes back to the device.
 *
 * Threads: no function keeps anything outside its arguments.
 */
#ifndef BONNET_PLACE_H
#define BONNET_PLACE_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BONNET_PLACE_BLOCKS = 256, BONNET_PLACE_EXITS = 15, BONNET_PLACE_TIERS = 4, BONNET_PLACE_CODECS = 8, BONNET_PLACE_POINTS = 128,
       BONNET_PLACE_BEST = 32, BONNET_PLACE_STATES = 4096 };
#define BONNET_PLACE_NO_LIMIT UINT64_MAX
#define BONNET_PLACE_OVERHEAD 327 /* bytes that a request over HTTP and a kept connection has beside its payload, both ways together */

/* Of one input. ms_hi: upper bound, at least ms; deadlines are held against it. mj: only those of tier 0 are read. */
typedef struct bonnet_place_cost { double ms, ms_hi, mj; } bonnet_place_cost;

typedef struct bonnet_place_block {
    double   bytes;             /* that cross a cut behind it, uncoded; 0: no cut there. Of the last block: ignored */
    uint64_t memory_bytes;      /* that it takes on its tier */
} bonnet_place_block;

typedef struct bonnet_place_exit { uint32_t behind; uint64_t memory_bytes; } bonnet_place_exit; /* block; not the last one; never before the exit before it */

/* How exits are used, as measured on a test set. */
typedef struct bonnet_place_point {
    uint32_t active;            /* bit e: exit e is asked */
    uint32_t last;              /* exit at which whoever comes so far ends (a smaller network); the number of exits: none, the network runs to its end */
    double   share[BONNET_PLACE_EXITS + 1]; /* of all inputs that end at exit e; behind the last exit: at the end of the network. Sum 1 */
    double   accuracy;          /* 0..1, of all inputs */
} bonnet_place_point;

typedef struct bonnet_place_tier {
    const bonnet_place_cost *block;  /* [blocks]; ms INFINITY: cannot run here */
    const bonnet_place_cost *branch; /* [exits]: asking one */
    double   start_ms;          /* once, if it runs anything */
    uint64_t memory_bytes;      /* that it has; BONNET_PLACE_NO_LIMIT */
    double   busy_mw, idle_mw;  /* tier 0 only: while it starts, codes and sends; while it waits */
} bonnet_place_tier;

typedef struct bonnet_place_link {
    double bits_per_s, sd_bits_per_s; /* towards the next tier. Upper bounds take bits_per_s less sigmas times sd */
    double down_bits_per_s;     /* back; 0: the same. Its bound is in proportion */
    double rtt_ms, rtt_ms_hi;   /* hi: 0 or at least rtt_ms; 0: the same */
    double overhead_bytes;      /* of a request and its answer, beside payloads */
    double send_ms, send_ms_per_mb, receive_ms, receive_ms_per_mb; /* (de)serialisation by CPU on either side: a message, and 10^6 bytes of it as sent */
    double mj_per_wake, nj_per_bit; /* of the device's radio, link 0 only: a request; a bit either way */
} bonnet_place_link;

/* ratio[c], loss[c]: at cut c, 0 being the input. MB: 10^6 uncoded bytes. */
typedef struct bonnet_place_codec {
    const double *ratio;        /* [blocks]: bytes coded by bytes; 0: not there */
    const double *loss;         /* [blocks]: accuracy that it costs there, counted in full whatever share crosses; NULL: lossless */
    double encode_ms_per_mb[BONNET_PLACE_TIERS], decode_ms_per_mb[BONNET_PLACE_TIERS]; /* on each tier */
} bonnet_place_codec;

typedef struct bonnet_place_problem {
    const bonnet_place_block *block; uint32_t blocks;
    const bonnet_place_exit  *exit;  uint32_t exits;
    const bonnet_place_point *point; uint32_t points; /* at least one */
    const bonnet_place_tier  *tier;  uint32_t tiers;  /* at least one */
    const bonnet_place_link  *link;                   /* [tiers - 1] */
    const bonnet_place_codec *codec; uint32_t codecs; /* in a plan codec 0 is none, k + 1 is codec[k] */
    double input_bytes;         /* as it would be sent: encoded, where cameras encode */
    double result_bytes;
} bonnet_place_problem;

typedef enum bonnet_place_goal {
    BONNET_PLACE_MS = 0,        /* least expected time                                   */
    BONNET_PLACE_MJ = 1,        /* least expected energy of the device                   */
    BONNET_PLACE_ACCURACY = 2,  /* highest accuracy                                      */
    BONNET_PLACE_REWARD = 3     /* highest exp(accuracy) + weight * inputs/s (Edgent), inputs/s being 1000 / ms: one at a time */
} bonnet_place_goal;

/* What a plan may miss: bits of bonnet_place_plan.misses. */
typedef enum bonnet_place_limit {
    BONNET_PLACE_LATE = 0, BONNET_PLACE_WRONG = 1, BONNET_PLACE_HUNGRY = 2, BONNET_PLACE_LARGE = 3, /* deadline, accuracy, energy, memory of a tier */
    BONNET_PLACE_RAW = 4, BONNET_PLACE_MUTE = 5, BONNET_PLACE_LIMITS = 6                            /* no_raw_upload, must_local_answer             */
} bonnet_place_limit;

/* Zero means default or no limit. Initialise with BONNET_PLACE_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_place_options {
    size_t   size;
    uint32_t goal;              /* enum bonnet_place_goal */
    uint32_t best;              /* plans wanted, default 1, at most BONNET_PLACE_BEST */
    double   deadline_ms;       /* for ms_hi: nobody exits early, everything at its upper bound */
    double   accuracy, mj;      /* at least, at most */
    uint32_t no_raw_upload;     /* 1: the input does not leave tier 0 */
    uint32_t must_local_answer; /* 1: an exit on tier 0 is asked before anything is sent, or nothing is sent */
    double   weight;            /* of BONNET_PLACE_REWARD, default 1 */
    double   sigmas;            /* of bonnet_place_link, default 2 */
    char    *message;
    size_t   message_bytes;
} bonnet_place_options;
#define BONNET_PLACE_OPTIONS_INIT { sizeof(bonnet_place_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0 }

typedef struct bonnet_place_plan {
    uint32_t point;
    uint32_t end;               /* blocks that the point has: where nothing crosses, cut is end */
    uint32_t cut[BONNET_PLACE_TIERS - 1], codec[BONNET_PLACE_TIERS - 1]; /* [tiers - 1]; a tier that runs nothing passes on what it got, as it got it */
    double   ms, mj;            /* expected over the point's shares */
    double   ms_hi;             /* INFINITY: a link's bound is 0 */
    double   accuracy, reward;  /* reward 0: late */
    double   crosses[BONNET_PLACE_TIERS - 1], bytes[BONNET_PLACE_TIERS - 1]; /* share of inputs that use the link; payload of one, coded */
    uint64_t memory_bytes[BONNET_PLACE_TIERS];
    uint32_t misses;            /* bits: enum bonnet_place_limit */
} bonnet_place_plan;

typedef struct bonnet_place_result {
    uint32_t count, late;       /* late: no plan meets the deadline and the other limits; plan[0], alone, is the one that meets the others and is least late */
    bonnet_place_plan plan[BONNET_PLACE_BEST]; /* [count], the best first */
    bonnet_place_plan wanted;   /* the best if there were no limits; plan[0] if they cost nothing */
    uint64_t plans, good;       /* looked at; within the limits */
    uint64_t better[BONNET_PLACE_LIMITS]; /* that would be better than plan[0], but miss this limit (one may miss several) */
} bonnet_place_result;

/*
 * The best plans of all. Of plans equal in the goal: less ms, less mj, higher accuracy, smaller ms_hi, then the one that comes first by point, cuts, codecs.
 * BONNET_EINVAL: a number out of range. BONNET_EUNSUPPORTED: more than 10^8 plans, or none within the limits other than the deadline; the message says which.
 */
BONNET_API bonnet_status bonnet_place(bonnet_place_result *out, const bonnet_place_problem *problem, const bonnet_place_options *options);
/* One plan, what it costs: point, cuts and codecs of *plan are given, the rest is filled in. For a plan that was made when the link was another. */
BONNET_API bonnet_status bonnet_place_cost_of(bonnet_place_plan *plan, const bonnet_place_problem *problem, const bonnet_place_options *options);
/* Plans within the limits of which no other has less ms, less mj and more accuracy at once, by ms; at most 4096. *out: bonnet_place_front_free(). */
BONNET_API bonnet_status bonnet_place_front(bonnet_place_plan **out, uint32_t *count, const bonnet_place_problem *problem,
                                            const bonnet_place_options *options);
BONNET_API_VOID void bonnet_place_front_free(bonnet_place_plan *front); /* NULL is a no-op */

/*
 * The best plan for each of `states` bandwidths of link 0, its deviation and its way back in proportion (Edgent's configuration map): out[states]. Late ones
 * say so in misses. BONNET_EUNSUPPORTED: as bonnet_place(), or more than 10^8 plans in all states together.
 */
BONNET_API bonnet_status bonnet_place_map(bonnet_place_plan *out, const bonnet_place_problem *problem, const bonnet_place_options *options,
                                          const double *bits_per_s, uint32_t states);
/* Index of the state nearest to a bandwidth, of two the later; states at least 1. */
BONNET_API_VOID uint32_t bonnet_place_find(const double *bits_per_s, uint32_t states, double now);

/*
 * Edgent as printed, to compare with: the server runs the first layers and the device the rest, the input is paid for even where the server runs nothing, no
 * round trip, no upper bound. A branch is the blocks up to its exit and the branch itself as one more layer, or all blocks. Device tier 0, server tier 1.
 */
typedef struct bonnet_place_edgent {
    uint32_t found;             /* 0: NULL, nothing meets the deadline */
    uint32_t exit;              /* the number of exits: the whole network */
    uint32_t cut;               /* layers of the branch that the server runs: p - 1 */
    double   ms, reward;
} bonnet_place_edgent;
/* accuracy: [exits + 1], of each branch alone. static: algorithm 1, `bits_per_s` the bandwidth; map: algorithm 2, for each of `states`, `<=` as printed. */
BONNET_API bonnet_status bonnet_place_edgent_static(bonnet_place_edgent *out, const bonnet_place_problem *problem, double bits_per_s, double deadline_ms);
BONNET_API bonnet_status bonnet_place_edgent_map(bonnet_place_edgent *out, const bonnet_place_problem *problem, const double *accuracy, double deadline_ms,
                                                 double weight, const double *bits_per_s, uint32_t states);

#ifdef __cplusplus
}
#endif
#endif
