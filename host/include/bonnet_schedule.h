/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_schedule.h - several camera streams on one accelerator: which stage of whose frame is next. Earliest deadline first over stages that are not broken
 * off, a mandatory first one (the first exit), optional later ones where time allows (imprecise computation). Arithmetic only; no device, no thread, and no
 * clock: time is an argument, in nanoseconds since any start.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing
 * prints, exits or waits. `message`, where there is one: NULL, or receives one line on failure. docs/schedule.md has the method and its sources.
 *
 * Threads: no function keeps anything outside its arguments; one bonnet_schedule belongs to one thread at a time.
 */
#ifndef BONNET_SCHEDULE_H
#define BONNET_SCHEDULE_H

#include "bonnet.h"
#include "bonnet_exits.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BONNET_TASKS_MAX      = 64, /* streams */
    BONNET_JOBS_MAX       = 64, /* frames on their way, of all streams */
    BONNET_BATCH_MAX      = 64, /* frames in one call */
    BONNET_UTILITY_BINS   = 16,
    BONNET_ARRIVALS_MAX   = 1 << 24
};
#define BONNET_SCHEDULE_MOST_NS UINT64_C(1000000000000) /* of a period, a deadline, a stage: 1000 s */

/* Who is next, and what is mandatory. Values are API. */
typedef enum bonnet_policy {
    BONNET_POLICY_FIFO      = 0, /* by arrival; every stage                                                              */
    BONNET_POLICY_EDF       = 1, /* by deadline; every stage                                                             */
    BONNET_POLICY_FIRST     = 2, /* by deadline; the first stage alone                                                   */
    BONNET_POLICY_IMPRECISE = 3  /* by deadline; the first stage, later ones as bonnet_choose() says, again at every end */
} bonnet_policy;
BONNET_API_VOID const char *bonnet_policy_name(uint32_t policy); /* "fifo", "edf", "first", "imprecise"; "" beyond */

/*
 * What an answer is worth after each stage. Bins are of the confidence after a stage: what later stages are worth to a frame of which that is known.
 * `value` is what the caller measures it in: 1 for a right answer and 0 for a wrong one (then utility is accuracy), or a calibrated confidence.
 */
typedef struct bonnet_utility {
    uint32_t stages, bins;
    double   mean[BONNET_EXITS_MAX];                          /* value after each stage, all samples */
    double   edge[BONNET_EXITS_MAX][BONNET_UTILITY_BINS - 1]; /* [stages][bins - 1]: bin b + 1 begins at this confidence */
    double   after[BONNET_EXITS_MAX][BONNET_UTILITY_BINS][BONNET_EXITS_MAX]; /* [stage][bin][later]: mean value after `later` (>= stage) of samples in that bin */
} bonnet_utility;
typedef struct bonnet_utility_samples { const double *confidence, *value; } bonnet_utility_samples; /* each [samples]; value 0..1000 */
/* From validation samples: stage [stages]. Bins of equal shares, fewer where confidences are equal. samples: 1..BONNET_EXIT_SAMPLES; bins: 1..16. */
BONNET_API bonnet_status bonnet_utility_fit(bonnet_utility *out, const bonnet_utility_samples *stage, uint32_t stages, size_t samples, uint32_t bins);
/* The bin of a confidence after `stage`. */
BONNET_API_VOID uint32_t bonnet_utility_bin(const bonnet_utility *utility, uint32_t stage, double confidence);

/* A stream: frames of one camera for one network. */
typedef struct bonnet_task {
    uint64_t period_ns;         /* between two arrivals, at least; 1..10^12, as are the others */
    uint64_t deadline_ns;       /* from an arrival */
    uint32_t stages;            /* 1..BONNET_EXITS_MAX; the first is mandatory */
    uint32_t kind;              /* the same stage of frames of one kind can be computed in one call: the same network and picture size */
    uint64_t stage_ns[BONNET_EXITS_MAX]; /* worst-case time of one frame, each */
    const uint64_t *batch_ns;   /* NULL, or [stages][batch]: of 1.. frames in one call. Owned by the caller; must outlive a schedule */
    uint32_t batch;             /* 0..BONNET_BATCH_MAX */
    double   weight;            /* of what its answers are worth, 0..1000 */
    const bonnet_utility *utility; /* of `stages`; IMPRECISE: not NULL. Must outlive a schedule */
} bonnet_task;

/*
 * Does every frame get its mandatory part by its deadline, however the streams fall together? Sufficient, for earliest deadline first without breaking a stage
 * off: for every t, the mandatory work of all frames that arrive and are due within t, and the longest mandatory stage of a stream whose deadline is behind t
 * (it may just have begun), fit into t. (George, Rivierre, Spuri 1996; after Jeffay, Stanat, Martel 1991.) Optional stages are not in it: bonnet_schedule
 * begins one only where the same sum, from the frames at hand and the earliest next arrivals, still holds behind it.
 */
typedef struct bonnet_admission {
    uint32_t admitted;
    uint32_t refused;           /* the first stream with which the test fails, in the order given; admitted: count */
    double   utilisation;       /* mandatory work per time, all streams: at least 1 is never admitted */
    uint64_t at_ns;             /* t with the least room: the first one that fails, or the tightest; 0: there was none to look at */
    uint64_t demand_ns, blocking_ns; /* there */
    uint32_t blocker;           /* the stream whose stage blocks; count: none */
    uint64_t points;            /* values of t that were looked at; more than 2^20 would be needed: not admitted, all looked at hold */
} bonnet_admission;
/* BONNET_EUNSUPPORTED: FIFO, which no test of deadlines is known to hold for here. */
BONNET_API bonnet_status bonnet_admit(bonnet_admission *out, const bonnet_task *tasks, uint32_t count, uint32_t policy, char *message, size_t message_bytes);

/* A frame at hand, for bonnet_choose(). */
typedef struct bonnet_choice_job {
    uint64_t deadline_ns;       /* a point in time, not a span */
    uint32_t stages;            /* that are left, 0..BONNET_EXITS_MAX */
    uint32_t mandatory;         /* 1: the first of them must be done */
    uint64_t stage_ns[BONNET_EXITS_MAX];
    double   value[BONNET_EXITS_MAX + 1]; /* worth if 0, 1, .. of them are done; 0..10^6 */
} bonnet_choice_job;
typedef struct bonnet_choice {
    uint32_t stages[BONNET_JOBS_MAX]; /* [count]: that each gets */
    uint32_t late;              /* frames that are mandatory and get none: no plan has fewer */
    double   value;             /* sum over all frames */
    double   within;            /* no other plan that keeps the same mandatory parts is worth more than value + within */
    uint64_t end_ns;            /* when all is done */
} bonnet_choice;
/*
 * How many stages each gets, one frame after the other by deadline, from now_ns on: every frame that gets any is done by its deadline, the sum of values is the
 * largest. S(i, R) = min over l of S(i - 1, R - c_i(l)) + u_i(l), where that is no later than d_i. step: values are counted in whole steps; exact where all
 * gains are multiples. 0: a step that loses at most a twentieth of what optional stages can gain. At most 65536 steps are told apart: `within` says what that
 * can cost. Where not all mandatory parts fit, as many as possible do (Moore, Hodgson 1968). count: 0..BONNET_JOBS_MAX.
 */
BONNET_API bonnet_status bonnet_choose(bonnet_choice *out, const bonnet_choice_job *jobs, uint32_t count, uint64_t now_ns, double step);

/* ---- the schedule at work -------------------------------------------------------------------------------------------- */

typedef struct bonnet_schedule_options {
    size_t   size;
    uint32_t policy;            /* enum bonnet_policy */
    uint32_t jobs;              /* frames on their way at most, 1..BONNET_JOBS_MAX; one more is dropped */
    uint32_t drop_stale;        /* 1: a new frame replaces one of its stream that has not begun */
    uint32_t batch;             /* frames in one call at most, 1..BONNET_BATCH_MAX */
    uint32_t run_late;          /* 1: frames that cannot be in time are computed all the same, as a plain FIFO or EDF would */
    uint32_t learn;             /* 1: a stage's time is the longest of its last 64 runs, once there are some; stage_ns may be 0 */
    char    *message;
    size_t   message_bytes;
} bonnet_schedule_options;
#define BONNET_SCHEDULE_OPTIONS_INIT { sizeof(bonnet_schedule_options), BONNET_POLICY_IMPRECISE, BONNET_JOBS_MAX, 0, 1, 0, 0, NULL, 0 }

typedef struct bonnet_schedule bonnet_schedule;
/* All memory but bonnet_choose()'s is taken here. tasks are copied. *out: bonnet_schedule_close(). */
BONNET_API bonnet_status bonnet_schedule_open(bonnet_schedule **out, const bonnet_task *tasks, uint32_t count, const bonnet_schedule_options *options);
BONNET_API_VOID void bonnet_schedule_close(bonnet_schedule *schedule); /* NULL is a no-op */

#define BONNET_NO_JOB UINT32_MAX
/*
 * A frame of stream `task` is here. *slot: its number until bonnet_schedule_take() gives it back; BONNET_NO_JOB: there was no room, it counts as dropped.
 * deadline_ns: a point in time; 0: the stream's, from at_ns.
 */
BONNET_API bonnet_status bonnet_schedule_arrive(uint32_t *slot, bonnet_schedule *schedule, uint32_t task, uint64_t at_ns, uint64_t deadline_ns);

/* What to compute now: `stage` of these frames, in one call. */
typedef struct bonnet_turn {
    uint32_t count;             /* 0: nothing until the next arrival, or wake_ns: then a frame with an answer is at its end. UINT64_MAX: there is none */
    uint32_t slot[BONNET_BATCH_MAX], task[BONNET_BATCH_MAX];
    uint32_t stage;
    uint64_t ns;                /* that it is expected to take, at most */
    uint64_t wake_ns;
} bonnet_turn;
BONNET_API bonnet_status bonnet_schedule_next(bonnet_turn *out, bonnet_schedule *schedule, uint64_t now_ns);
/* It is done: of each frame of the turn how sure it is now, and whether that is enough. BONNET_EINVAL: no turn is under way, or end_ns is before its start. */
typedef struct bonnet_stage_seen { double confidence; uint32_t sure; } bonnet_stage_seen;
BONNET_API bonnet_status bonnet_schedule_done(bonnet_schedule *schedule, uint64_t end_ns, const bonnet_stage_seen *seen);

/* It could not be computed: its frames are as before it. BONNET_EINVAL: no turn is under way. */
BONNET_API bonnet_status bonnet_schedule_undo(bonnet_schedule *schedule);

/* Values are API. */
typedef enum bonnet_outcome {
    BONNET_ANSWERED = 0,        /* in time, by `stage` */
    BONNET_MISSED   = 1,        /* no answer by the deadline */
    BONNET_DROPPED  = 2         /* a newer frame took its place before it began */
} bonnet_outcome;
typedef struct bonnet_job_end {
    uint32_t slot, task;
    uint64_t number;            /* of the frame in its stream, 0.. */
    uint32_t outcome, stage;    /* ANSWERED: of the answer, 0.. */
    double   confidence;
    uint64_t arrival_ns, deadline_ns, answer_ns, end_ns; /* answer_ns: the end of `stage`; end_ns: when no later stage could follow */
} bonnet_job_end;
/* The frame of a slot, as far as it is. BONNET_EINVAL: there is none. */
BONNET_API bonnet_status bonnet_schedule_look(bonnet_job_end *out, const bonnet_schedule *schedule, uint32_t slot);
/* The next frame that is at its end; its slot is free again. BONNET_EINVAL: none is. */
BONNET_API bonnet_status bonnet_schedule_take(bonnet_job_end *out, bonnet_schedule *schedule);

typedef struct bonnet_task_stats {
    uint64_t frames, answered[BONNET_EXITS_MAX], missed, dropped;
    uint64_t early;             /* arrivals sooner after the one before than the period: the admission test does not hold for them */
    uint64_t overrun;           /* stages that took longer than they were said to */
    uint64_t busy_ns;           /* of stages; a batch counts for each of its frames by its part */
    uint64_t longest_ns[BONNET_EXITS_MAX]; /* of one frame's stage that was seen */
} bonnet_task_stats;
BONNET_API bonnet_status bonnet_schedule_stats(bonnet_task_stats *out, const bonnet_schedule *schedule, uint32_t task);

/* ---- traces ---------------------------------------------------------------------------------------------------------- */

typedef struct bonnet_arrival { uint64_t at_ns; uint32_t task, sample; } bonnet_arrival;
/*
 * Cameras that are busy or calm, each for itself: a frame every period while busy, every `calm` periods while not; after each frame it stays as it is with the
 * probability `stay` (Markov-modulated arrivals). jitter: a share of the period that an interval may be longer, at random.
 */
typedef struct bonnet_arrivals_options { size_t size; uint64_t seed; double calm, stay, jitter; } bonnet_arrivals_options;
#define BONNET_ARRIVALS_OPTIONS_INIT { sizeof(bonnet_arrivals_options), 1, 2, 0.95, 0 }
/* `frames` of each stream, by time, samples numbered 0.. as they come. out: [count * frames]. options may be NULL. calm: 1..1000; stay, jitter: 0..1. */
BONNET_API bonnet_status bonnet_arrivals(bonnet_arrival *out, const bonnet_task *tasks, uint32_t count, uint32_t frames, const bonnet_arrivals_options *options);

/* What the stages say of each sample: [samples][stages] of the streams' stages, the same for all. A sample beyond the last begins again at the first. */
typedef struct bonnet_outcomes { size_t samples; uint32_t stages; const double *confidence, *value; const uint8_t *sure; } bonnet_outcomes; /* sure: or NULL */
typedef struct bonnet_simulation {
    uint64_t frames, answered[BONNET_EXITS_MAX], missed, dropped;
    double   utility;           /* weighted values of the answers that were in time */
    uint64_t busy_ns, end_ns;   /* utilisation: busy / end */
    uint64_t calls;             /* turns; a batch is one */
} bonnet_simulation;
/* Every stage takes its worst-case time. arrivals: by time. Deterministic. */
BONNET_API bonnet_status bonnet_simulate(bonnet_simulation *out, const bonnet_task *tasks, uint32_t count, const bonnet_arrival *arrivals, size_t frames,
                                         const bonnet_outcomes *outcomes, const bonnet_schedule_options *options);

#ifdef __cplusplus
}
#endif
#endif
