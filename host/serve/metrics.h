/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h - what is counted, and as text for Prometheus. The caller locks. */
#ifndef BONNET_SERVE_METRICS_H
#define BONNET_SERVE_METRICS_H
#include <stdint.h>
#include <stdio.h>

enum { SERVE_STATUSES = 15, SERVE_BUCKETS = 12 };
typedef struct serve_histogram { uint64_t bucket[SERVE_BUCKETS + 1]; uint64_t count; double seconds; } serve_histogram;
typedef struct serve_counts {
    uint64_t requests[SERVE_STATUSES], images, runs;
    uint64_t failed_us;         /* arrival to reply, of all that were not 200 */
    uint64_t last_ms;           /* of the last run's end, since 1970 */
    serve_histogram queue, compute;
} serve_counts;
typedef struct serve_totals { uint64_t cut_off, reloads, reload_errors; } serve_totals;

void serve_count(serve_counts *c, int status);
void serve_time(serve_histogram *h, int64_t us);

struct server;
struct serve_model;
char *serve_stats(struct server *s, const struct serve_model *m); /* Triton's, of this one or (NULL) all; free(). With the lock */
char *serve_metrics(struct server *s); /* free(); NULL: no memory. With the lock */
#endif
