/* SPDX-License-Identifier: Apache-2.0 */
/* streams.h - what the files of `bonnet streams` share (docs/schedule.md). */
#ifndef BONNET_CLI_STREAMS_H
#define BONNET_CLI_STREAMS_H
#include "bonnet_streams.h"
#include "cli.h"

enum { STREAMS_NAME = 32 };

typedef struct streams_line {
    cli_options o;
    const char *exits, *point, *logits, *policy, *stage_cycles;
    cli_texts stream;
    bool virtual_time, admit, force, drop_stale, run_late;
    unsigned long frames, batch, jobs;
    double mhz, margin, calm, stay, jitter;
} streams_line;

/* One camera: what --stream says of it, its pictures, and what became of its frames. */
typedef struct streams_camera {
    char name[STREAMS_NAME];
    const char *images; /* of the specification: a file or a folder; NULL: the data set, or noise */
    uint8_t *pixels;    /* its own, or NULL: the pictures of all */
    size_t count;
    uint64_t next; /* of its own pictures */
    uint64_t right, answered;
    double utility, sum_ms, most_ms;
} streams_camera;

typedef struct streams_run {
    const streams_line *line;
    cli_session session;
    uint32_t policy, count; /* of cameras */
    uint64_t clock_hz;      /* of virtual time; 0: the device has no cycles */
    bool given;             /* stage times by --stage-cycles, or by --exits */
    streams_camera camera[BONNET_TASKS_MAX];
    bonnet_stream stream[BONNET_TASKS_MAX];
    bonnet_exits *exits;
    double threshold[BONNET_EXITS_MAX], temperature[BONNET_EXITS_MAX]; /* what they are opened with */
    bonnet_exits_options use;
    bonnet_utility utility;
    cli_dataset dataset;
    uint8_t *noise;  /* pictures of nobody's */
    size_t pictures; /* of the data set or of noise */
    char stage[BONNET_EXITS_MAX][STREAMS_NAME * 2];
    uint32_t stages;
    uint64_t stage_ns[BONNET_EXITS_MAX];
    uint64_t *batch_ns; /* [stages][line->batch], or NULL */
    bonnet_admission admission;
    bool tested; /* admission is true of the policy */
    bonnet_task_stats stats[BONNET_TASKS_MAX];
    uint64_t end_ns, busy_ns, calls;
    double load; /* mean work of the whole of a frame per time, as it came */
} streams_run;

/* streams_spec.c: --stream NAME[*COUNT]:period=MS,deadline=MS[,weight=X][,images=PATH]; their pictures. */
int streams_specs(streams_run *r, const streams_line *l);
int streams_pictures(streams_run *r);
void streams_pictures_free(streams_run *r);
/* streams_stages.c: the policy's exits and what their answers are worth. */
int streams_exits(streams_run *r);
int streams_exits_open(bonnet_exits **out, const streams_run *r, const bonnet_exits_options *o);
/* streams_times.c: what a stage takes on this device. */
int streams_measure(streams_run *r);
/* streams_play.c: all frames. */
int streams_play(streams_run *r);
/* streams_show.c */
int streams_show_admission(const streams_run *r);
int streams_show(const streams_run *r);
int streams_refuse(const streams_run *r);
#endif
