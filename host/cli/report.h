/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - what the pieces of `bonnet report` share: one run, gathered; its drawings; its page. */
#ifndef BONNET_CLI_REPORT_H
#define BONNET_CLI_REPORT_H
#include <stdio.h>
#include "joules.h"

enum { REPORT_STEPS = 800 }; /* columns of the occupancy drawing */

typedef struct report {
    const cli_session *s;
    const cli_options *o;
    bonnet_stats stats;
    bonnet_chip_info chip;
    joules joules;
    bonnet_event *events; /* [n_events], malloc'ed */
    uint32_t n_events;
    uint64_t first, last; /* cycles that the last frame's descriptors span */
    double feature[REPORT_STEPS], weight[REPORT_STEPS]; /* share of the buffer that holds something still to be read */
} report;

typedef enum report_plot { PLOT_TIMELINE, PLOT_ROOFLINE, PLOT_CYCLES, PLOT_DRAM, PLOT_ENERGY, PLOT_OCCUPANCY, PLOTS } report_plot;

int report_gather(report *r, const cli_session *s, const cli_options *o, const bonnet_stats *stats);
void report_free(report *r);
/* Name of a layer fit for a gnuplot string and data column; buffer of at least 64. */
const char *report_plain(char *buffer, size_t bytes, const char *name);
/* The drawing's script; f is a memory stream. */
void report_script(FILE *f, const report *r, report_plot plot);
/* The page, with the drawings as SVG text. */
void report_page(FILE *f, const report *r, char *const svg[PLOTS]);
/* Cycles of a layer by where they went; the four sum to stats.cycles. */
typedef struct report_cycles { double useful, stall_in, stall_out, other; } report_cycles;
report_cycles report_layer_cycles(const bonnet_layer_stats *l);
#endif
