/* SPDX-License-Identifier: Apache-2.0 */
/* offload.h - what the files of `bonnet offload` share. */
#ifndef BONNET_CLI_OFFLOAD_H
#define BONNET_CLI_OFFLOAD_H
#include "bonnet_client.h"
#include "events_options.h"

typedef struct offload_line {
    cli_options o;              /* first */
    const char *upstream, *model, *send, *exits, *ca, *cert, *key, *threshold;
    cli_texts plans;
    unsigned long repeat, in_flight;
    bool insecure, no_raw_upload, labels;
    double deadline_ms, margin_ms, connect_ms, rate_fps;
    events_options events;
    const char *cache_tau, *budget, *budget_log, *spool, *spool_what;
    unsigned long cache, spool_mib;
    double cache_ttl_s, audit, spool_below;
} offload_line;

/* The client's options, with room for what they point to. */
typedef struct offload_setup {
    bonnet_client_options o;
    bonnet_client_plan plan[BONNET_CLIENT_PLANS];
    double threshold[BONNET_CLIENT_PLANS + 1][BONNET_EXITS_MAX], temperature[BONNET_EXITS_MAX]; /* [plan]; the last: --exits, --threshold */
    char line[256], state[4096]; /* state: a file's name */
    bonnet_client_cache cache;
    bonnet_client_budget budget;
    bonnet_client_spool spool;
    uint32_t tau[BONNET_EXIT_CLASSES];
    bonnet_offload_policy policy, fixed; /* of --budget-log; fixed: the best single threshold, beside it */
} offload_setup;

/* Exit code, after the complaint. */
int offload_plans(offload_setup *to, const offload_line *l, const cli_session *s);

/* offload_keep.c: --cache, --budget, --spool, behind the plans. */
int offload_keep(offload_setup *to, const offload_line *l, const cli_session *s);

/* The pictures: of files and folders. */
typedef struct offload_pictures { uint8_t *pixels; char **name; size_t count; } offload_pictures;
int offload_pictures_open(offload_pictures *to, const cli_session *s, const cli_options *o);
void offload_pictures_free(offload_pictures *p);

/* --mqtt: answers and changes to a broker; without it no-ops. */
typedef struct offload_events { events *events; uint64_t opened, switches, spooled; bool left; } offload_events; /* left: the server was alone, as of the last answer */
int offload_events_open(offload_events *to, const offload_line *l, const cli_session *s);
void offload_events_answer(offload_events *to, const cli_session *s, const char *image, const bonnet_answer *a, bonnet_client *client);
void offload_events_close(offload_events *to, size_t answered);

/* What became of them. */
typedef struct offload_result { uint64_t *us; size_t count, room; uint64_t upstream, late, fallback, bytes; const struct offload_setup *setup; } offload_result;
int offload_show(offload_result *r, const offload_line *l, const cli_session *s, const char *name, const bonnet_answer *a);
int offload_summary(offload_result *r, const offload_line *l, const bonnet_client_stats *stats, size_t pictures, double seconds);
#endif
