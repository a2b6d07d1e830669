/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_exits.h - early exits: how sure a branch is, from which confidence on its answer is taken, and what that costs and saves. Arithmetic only; no device,
 * no network, no file.
 *
 * A network with exits has branches on the way. A sample goes from branch to branch and ends at the first used one whose confidence is at least the branch's
 * threshold; the last, the network's own head, always answers.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing
 * prints, exits or waits. Shares and accuracies are 0..1. docs/exits.md has the formulas and their sources.
 *
 * Threads: no function keeps anything outside its arguments.
 */
#ifndef BONNET_EXITS_H
#define BONNET_EXITS_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BONNET_EXITS_MAX    = 16,   /* answers of a network, its last one included */
    BONNET_EXIT_CLASSES = 1024, /* at most; at least 2: among one class there is nothing to be sure of */
    BONNET_EXIT_LEVELS  = 64,   /* thresholds that are tried at an exit, beside "not used" */
    BONNET_EXIT_POINTS  = 64,   /* that a calibration keeps */
    BONNET_EXIT_SAMPLES = 1 << 20
};

/* How sure logits are: larger is surer, 0 is no opinion at all. Values are API and wire format. */
typedef enum bonnet_confidence {
    BONNET_CONFIDENCE_MARGIN      = 0, /* largest logit minus second largest: 0..2^32 - 1, a whole number, the same on every machine */
    BONNET_CONFIDENCE_PROBABILITY = 1, /* largest of softmax(logit / temperature): 1 / classes..1                                      */
    BONNET_CONFIDENCE_ENTROPY     = 2  /* 1 - entropy of that softmax / ln(classes): 0 (all alike)..1 (one class). DDNN's eta is 1 - this, BranchyNet's
                                          entropy ln(classes) times that: theirs exit below a threshold, here every kind exits at or above one */
} bonnet_confidence;

BONNET_API_VOID const char *bonnet_confidence_name(uint32_t kind); /* "margin", "probability", "entropy"; "" beyond */

/*
 * Confidence of logits[classes]. temperature: above 0, finite; MARGIN does not look at it. What softmax a network's own scale stands for: temperature 1 /
 * bonnet_model_info.logit_scale. Two largest that are equal: MARGIN 0, and bonnet_result.label is the lower index.
 * BONNET_EINVAL: classes not 2..BONNET_EXIT_CLASSES, no such kind, no such temperature.
 */
BONNET_API bonnet_status bonnet_confidence_get(double *out, uint32_t kind, const int32_t *logits, uint32_t classes, double temperature);

/* Expected calibration error: mean over samples of |confidence - share of right answers| in 15 bins of PROBABILITY. nll: mean of -ln(probability of the label). */
typedef struct bonnet_temperature {
    double temperature;             /* 10^-3..10^9, least nll: 0.01 % exact in it, or at the end of that range (all right, or no better than chance) */
    double nll_before, nll_after;   /* at the temperature given, at the one found */
    double ece_before, ece_after;
} bonnet_temperature;
/* Fitted to logits [samples][classes] and the labels [samples] that they should have. from: the temperature that `before` is of. */
BONNET_API bonnet_status bonnet_temperature_fit(bonnet_temperature *out, const int32_t *logits, const uint16_t *labels, size_t samples, uint32_t classes,
                                                double from);

/* Wilson's interval of a share of which `right` of `samples` were seen, at `level` (0 < level < 1; 0.95). */
typedef struct bonnet_interval { double low, high; } bonnet_interval;
BONNET_API bonnet_status bonnet_wilson(bonnet_interval *out, uint64_t right, uint64_t samples, double level);

/*
 * Interval of a difference of two shares that were seen on the same samples: first - second, of which `first` were right with the first alone and `second` with
 * the second alone (Agresti and Min's adjusted Wald interval). Much narrower than the two shares' own intervals make believe. -1..1.
 */
BONNET_API bonnet_status bonnet_paired_interval(bonnet_interval *out, uint64_t first, uint64_t second, uint64_t samples, double level);

/*
 * What the way costs, in any unit, one for all: cycles, ms, mJ; 0..10^15. A network that is left at an exit to look at its confidence is resumed there, so two
 * stages may cost more than the two in one go: an exit that is not used is no stop, and its branch is not computed.
 */
typedef struct bonnet_exit_costs {
    double body[BONNET_EXITS_MAX][BONNET_EXITS_MAX]; /* [from][to], from <= to: from the input (0) or from behind exit from - 1 as far as exit `to`, in one go */
    double branch[BONNET_EXITS_MAX];                 /* of the exit's own layers */
} bonnet_exit_costs;
/* Where no more is known than what a sample costs that ends at each exit, every exit before tried: ends [exits], each at least the one before. */
BONNET_API bonnet_status bonnet_exit_costs_set(bonnet_exit_costs *out, const double *ends, uint32_t exits);

/* One exit over the validation samples. */
typedef struct bonnet_exit_samples {
    const double  *confidence;      /* [samples], 0..10^15; of the last exit: ignored */
    const uint8_t *right;           /* [samples]: 1 if its answer is the label, else 0 */
} bonnet_exit_samples;

/* Thresholds, and what they come to on some samples. */
#define BONNET_EXIT_UNUSED HUGE_VAL /* math.h */
typedef struct bonnet_exit_point {
    double threshold[BONNET_EXITS_MAX]; /* [exits - 1]: end here if confidence >= it; 0: always; BONNET_EXIT_UNUSED: never, and the branch is not computed */
    double share[BONNET_EXITS_MAX];     /* [exits]: of samples that end here; together 1 */
    double accuracy, accuracy_low, accuracy_high;
    double cost;                        /* mean of a sample */
} bonnet_exit_point;

/* What a sample costs that ends at exit `end`, by the thresholds [exits - 1] of the exits before: those that are used are stops. */
BONNET_API bonnet_status bonnet_exit_cost(double *out, const bonnet_exit_costs *costs, uint32_t exits, const double *threshold, uint32_t end);
/* What given thresholds come to. exits: with the last, 1..BONNET_EXITS_MAX; samples: 1..BONNET_EXIT_SAMPLES; threshold: [exits - 1]. */
BONNET_API bonnet_status bonnet_exit_judge(bonnet_exit_point *out, const bonnet_exit_samples *exit, const bonnet_exit_costs *costs, uint32_t exits,
                                           size_t samples, const double *threshold, double level);

typedef struct bonnet_calibrate_options {
    size_t   size;
    double   budget;                /* accuracy that may be lost against the last exit alone, 0..1: 0.005 is half a point */
    double   level;                 /* of the intervals, default 0.95 */
    uint64_t seed;                  /* of the restarts, where there are some */
    char    *message;
    size_t   message_bytes;
} bonnet_calibrate_options;
#define BONNET_CALIBRATE_OPTIONS_INIT { sizeof(bonnet_calibrate_options), 0, 0.95, 1, NULL, 0 }

typedef struct bonnet_calibration {
    uint32_t exits, count, chosen;  /* chosen: index into points */
    uint32_t exhaustive;            /* 1: every combination of levels was tried; 0: coordinate descent with restarts */
    uint32_t levels[BONNET_EXITS_MAX]; /* [exits - 1]: tried at each exit, "not used" left out */
    bonnet_exit_point point[BONNET_EXIT_POINTS]; /* by cost */
} bonnet_calibration;

/*
 * The cheapest thresholds that lose at most the budget, and other good ones: points of which none is both cheaper and righter, the last exit alone, and each
 * exit as the only one. Levels of an exit: 0, and its confidences; where they are more than BONNET_EXIT_LEVELS, at equal shares of the samples; down to
 * millionths if they are no whole numbers. Up to 2^20 combinations (three exits of 64 levels have 274,625) are all tried; more: coordinate descent. Points that
 * come to the same: the higher thresholds. The interval of a point is of these samples, which chose it: judge it on others, bonnet_exit_judge().
 */
BONNET_API bonnet_status bonnet_calibrate(bonnet_calibration *out, const bonnet_exit_samples *exit, const bonnet_exit_costs *costs, uint32_t exits,
                                          size_t samples, const bonnet_calibrate_options *options);

/* Ways to do something: networks, exits, platforms. */
typedef struct bonnet_operating_point { double cost, accuracy; } bonnet_operating_point;
/* Those of which none other is at most as dear and at least as accurate: `best` [count], indices by rising cost; of equal ones the first. Numbers must be finite. */
BONNET_API bonnet_status bonnet_pareto(uint32_t *out_count, uint32_t *best, const bonnet_operating_point *points, uint32_t count);
/* The most accurate one that costs at most `most`, the cheapest and first of equal ones. BONNET_EINVAL: none does. */
BONNET_API bonnet_status bonnet_pareto_at_most(uint32_t *out, const bonnet_operating_point *points, uint32_t count, double most);

/*
 * Bytes that a sample sends on average where an exit on the device answers the share `local` and sends its scores, 4 bytes for each class, in any case, and the
 * map behind it, `map_bits`, for the others: 4 classes + (1 - local) map_bits / 8 (DDNN).
 */
BONNET_API bonnet_status bonnet_exit_bytes(double *out, uint32_t classes, double local, uint64_t map_bits);

#ifdef __cplusplus
}
#endif
#endif
