/* SPDX-License-Identifier: Apache-2.0 */
/* report_gather.c - events, energy and the life of every word of the two buffers, of the last frame of a run. */
#include <stdlib.h>
#include <string.h>
#include "report.h"

/* A word or row: alive since `born` (if `alive`), last read at `read`. */
typedef struct life {
    uint64_t born, read;
    bool alive;
} life;

typedef struct access {
    uint64_t at;
    bonnet_span span;
    bool write;
} access_t;

static int by_time(const void *a, const void *b)
{
    const access_t *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (int)x->write - (int)y->write; /* what is read is read before it is written over */
}

static int step_of(const report *r, uint64_t cycle)
{
    if (cycle <= r->first || r->last <= r->first) return 0;
    uint64_t at = (cycle - r->first) * REPORT_STEPS / (r->last - r->first);
    return at >= REPORT_STEPS ? REPORT_STEPS - 1 : (int)at;
}

static void end_life(const report *r, double *change, life *l)
{
    if (l->alive && l->read > l->born) {
        int from = step_of(r, l->born), to = step_of(r, l->read); /* the next life may begin in the column where this one ends */
        change[from] += 1;
        if (to == from) to++;
        if (to < REPORT_STEPS) change[to] -= 1;
    }
    l->alive = false;
}

/* Share of `size` words that hold something still to be read. What is read and was never written was there before the frame. */
static int occupancy(double *share, const report *r, access_t *list, uint32_t n, uint32_t size)
{
    life *lives = calloc(size ? size : 1, sizeof *lives);
    if (!lives) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    qsort(list, n, sizeof *list, by_time);
    memset(share, 0, REPORT_STEPS * sizeof *share);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t w = list[i].span.first; w - list[i].span.first < list[i].span.count && w < size; w++) {
            life *l = &lives[w];
            if (list[i].write) {
                end_life(r, share, l);
                *l = (life){list[i].at, list[i].at, true};
            } else {
                if (!l->alive) *l = (life){r->first, r->first, true};
                l->read = list[i].at;
            }
        }
    for (uint32_t w = 0; w < size; w++) end_life(r, share, &lives[w]);
    for (int t = 1; t < REPORT_STEPS; t++) share[t] += share[t - 1];
    for (int t = 0; t < REPORT_STEPS; t++) share[t] /= size ? size : 1;
    free(lives);
    return CLI_OK;
}

/* Writing takes room from the moment the descriptor has its tokens; reading keeps it until the descriptor is done. */
static void add(access_t *list, uint32_t *n, const bonnet_event *e, bonnet_span span, bool write)
{
    if (span.count) list[(*n)++] = (access_t){write ? e->end - e->busy : e->end, span, write};
}

static int gather_lives(report *r)
{
    enum { PER_EVENT = 4 };
    access_t *list = calloc((size_t)r->n_events * PER_EVENT + 1, sizeof *list);
    uint32_t n = 0;
    if (!list) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < r->n_events; i++) {
        const bonnet_event *e = &r->events[i];
        for (int k = 0; k < 3; k++) add(list, &n, e, e->feature_read[k], false);
        add(list, &n, e, e->feature_written, true);
    }
    int code = occupancy(r->feature, r, list, n, r->chip.feature_words);
    n = 0;
    for (uint32_t i = 0; i < r->n_events; i++) {
        const bonnet_event *e = &r->events[i];
        add(list, &n, e, e->weight_read, false);
        if (e->dram_bytes) add(list, &n, e, e->weight_written, true); /* not where the rows were left from the frame before */
    }
    if (code == CLI_OK) code = occupancy(r->weight, r, list, n, r->chip.weight_rows);
    free(list);
    return code;
}

int report_gather(report *r, const cli_session *s, const cli_options *o, const bonnet_stats *stats)
{
    bonnet_event e;
    r->s = s, r->o = o, r->stats = *stats;
    if (!stats->cycles || bonnet_chip_info_get(&r->chip, s->dev) != BONNET_OK)
        return cli_fail(CLI_USAGE, "%s has no counters; use --device sim:", o->device);
    int code = cli_joules(&r->joules, s, stats);
    if (code != CLI_OK) return code;
    while (bonnet_event_get(&e, s->dev, s->model, r->n_events) == BONNET_OK) r->n_events++;
    r->events = calloc(r->n_events + 1, sizeof *r->events);
    if (!r->events) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    r->first = UINT64_MAX;
    for (uint32_t i = 0; i < r->n_events; i++) {
        if (bonnet_event_get(&r->events[i], s->dev, s->model, i) != BONNET_OK) return cli_fail(CLI_STATUS - BONNET_EIO, "event %u went away", i);
        bonnet_event *v = &r->events[i];
        if (v->busy > v->end - v->start) v->busy = v->end - v->start;
        if (v->end - v->busy < r->first) r->first = v->end - v->busy;
        if (v->end > r->last) r->last = v->end;
    }
    return gather_lives(r);
}

void report_free(report *r) { free(r->events); }

const char *report_plain(char *buffer, size_t bytes, const char *name)
{
    static const char fit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
    size_t i = 0;
    for (; name[i] && i + 1 < bytes; i++) buffer[i] = strchr(fit, name[i]) ? name[i] : '_';
    buffer[i] = '\0';
    return buffer;
}

report_cycles report_layer_cycles(const bonnet_layer_stats *l)
{
    double all = (double)l->cycles, left = all;
    report_cycles c = {0};
    c.useful = l->peak_mac_per_cycle ? (double)l->macs / l->peak_mac_per_cycle : 0;
    if (c.useful > left) c.useful = left;
    left -= c.useful;
    c.stall_out = (double)l->stall_out < left ? (double)l->stall_out : left;
    left -= c.stall_out;
    c.stall_in = (double)l->stall_in < left ? (double)l->stall_in : left; /* it may have waited while an earlier layer ran: not its own time */
    c.other = left - c.stall_in;
    return c;
}
