/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate.h - what the files of `bonnet calibrate` share. */
#ifndef BONNET_CLI_CALIBRATE_H
#define BONNET_CLI_CALIBRATE_H
#include "exits_file.h"
#include "logits.h"

/* What the way through the exits costs: in the unit that is minimised, and (`others` of them) in others, to look at. */
enum { CALIBRATE_UNITS = 2 };
typedef struct calibrate_costs {
    bonnet_exit_costs of[CALIBRATE_UNITS];
    char unit[CALIBRATE_UNITS][16];
    uint32_t units;             /* 1 or 2 */
    bool shared;                /* some layers would run on a CPU, uncounted */
    double whole[CALIBRATE_UNITS]; /* of the network without exits */
    uint64_t map_bits[BONNET_EXITS_MAX]; /* behind each exit, and bytes of the input; 0: not known */
    size_t input_bytes;
    uint32_t classes;
} calibrate_costs;

/* A.b,C: of a sample that ends at each exit. */
int calibrate_costs_text(calibrate_costs *out, const char *text, const char *unit, uint32_t exits);
/* Cycles and mJ by the estimate on geometry `f->geometry`, the network's name, digest, exits and temperatures too; unit: which of them comes first, NULL: cycles. */
int calibrate_costs_model(calibrate_costs *out, cli_exits_file *f, double *temperature, const cli_logits *logits, const char *model, const char *unit);

/* Error of an exit's probabilities on samples that did not choose its temperature. */
typedef struct calibrate_error { double nll_before, nll_after, ece_before, ece_after; } calibrate_error;

/* Everything that comes out; 50 KB. */
typedef struct calibrate_result {
    cli_exits_file file;
    calibrate_costs costs;
    bonnet_calibration found;           /* on the samples that chose */
    calibrate_error error[BONNET_EXITS_MAX]; /* of kinds that have a temperature */
    double from[BONNET_EXITS_MAX];      /* temperature before */
    bonnet_interval lost;               /* of the accuracy that the chosen point loses against the last exit alone, judged: a share */
    double other_cost[BONNET_EXIT_POINTS]; /* of each point, in costs.unit[1], judged */
} calibrate_result;

/* choose by `logits`, judge by `judge`; NULL: by a half each, drawn by seed. r: file.confidence, .interval, .budget, costs and from are set. */
int calibrate_run(calibrate_result *r, const cli_logits *logits, const cli_logits *judge, uint64_t seed);

/* Bytes that a sample sends on average if what is behind exit e of the chosen point runs elsewhere; below 0: not known, or not used. */
double calibrate_sent(const calibrate_result *r, uint32_t e);

int calibrate_print(const calibrate_result *r);
int calibrate_print_json(const calibrate_result *r);
/* Accuracy against mean cost, as SVG. */
int calibrate_plot(const calibrate_result *r, const char *path);
/* --points: a table of ways to do something; those that none beats; the best within --at-most. */
int calibrate_points(const char *path, const char *at_most, bool json);
#endif
