/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exits_search.c - confidences to levels; every combination of levels. A table counts samples and right answers by the levels that they reach at all exits
 * from one on; a threshold that rises by a level moves one slice of it to the table of the next exit, so no combination looks at a sample again.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "exits.h"

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The thresholds of one exit from its confidences in order. Whole numbers stay, others lose what a file would not show. */
static uint32_t levels_of(double *threshold, const double *sorted, size_t samples)
{
    bool whole = true;
    size_t distinct = 0;
    uint32_t levels = 1;
    for (size_t s = 0; s < samples; s++) {
        whole = whole && sorted[s] == floor(sorted[s]);
        distinct += sorted[s] > (s ? sorted[s - 1] : 0);
    }
    const bool all = distinct < BONNET_EXIT_LEVELS;
    threshold[0] = 0;
    for (size_t i = all ? 0 : 1; i < (all ? samples : BONNET_EXIT_LEVELS); i++) {
        const double value = sorted[all ? i : i * samples / BONNET_EXIT_LEVELS], level = whole ? value : floor(value * 1e6) / 1e6;
        if (level > threshold[levels - 1]) threshold[levels++] = level;
    }
    return levels;
}

bonnet_status exits_quantise(exits_question *q, bonnet_error *err)
{
    double *sorted = malloc(q->samples * sizeof *sorted);
    q->reached = malloc((q->exits - 1) * q->samples + 1);
    if (!sorted || !q->reached) {
        free(sorted);
        return bonnet_fail(err, BONNET_ENOMEM, "out of memory for %zu samples", q->samples);
    }
    for (uint32_t e = 0; e + 1 < q->exits; e++) {
        const double *confidence = q->exit[e].confidence, *threshold = q->threshold[e];
        memcpy(sorted, confidence, q->samples * sizeof *sorted);
        qsort(sorted, q->samples, sizeof *sorted, ascending);
        const uint32_t levels = q->levels[e] = levels_of(q->threshold[e], sorted, q->samples);
        for (size_t s = 0; s < q->samples; s++) {
            uint32_t low = 1, high = levels; /* the first threshold is 0: reached by all */
            while (low < high) {
                const uint32_t middle = (low + high) / 2;
                if (confidence[s] >= threshold[middle]) low = middle + 1;
                else high = middle;
            }
            q->reached[e * q->samples + s] = (uint8_t)low;
        }
    }
    free(sorted);
    return BONNET_OK;
}

void exits_see(exits_question *q, size_t right, double cost, const exits_choice *choice)
{
    exits_seen *s = &q->seen[right];
    if (cost > s->cost || (cost == s->cost && memcmp(choice, &s->choice, sizeof *choice) <= 0)) return;
    s->cost = cost;
    s->choice = *choice;
}

typedef struct walk {
    exits_question *q;
    uint32_t width;                    /* numbers of a cell: samples, right answers of each exit */
    size_t cells[BONNET_EXITS_MAX];    /* of the table of each exit: levels of it and of those behind it, but not of the last */
    uint32_t *table[BONNET_EXITS_MAX]; /* of the samples that come so far */
    exits_choice choice;
} walk;

static void add(uint32_t *to, const uint32_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++) to[i] += from[i];
}

/* Samples in a table, and right answers of one exit among them. */
static void sum(uint32_t *samples, uint32_t *right, const uint32_t *table, size_t cells, uint32_t width, uint32_t exit)
{
    *samples = *right = 0;
    for (size_t c = 0; c < cells; c++) *samples += table[c * width], *right += table[c * width + 1 + exit];
}

/* The samples that came to exit e, by every threshold that it may have. */
static void try_exit(walk *w, uint32_t e, exits_way way, size_t right, double cost)
{
    exits_question *q = w->q;
    const uint32_t last = q->exits - 1, *table = w->table[e], levels = q->levels[e];
    const double here = exits_here(q->costs, way, e);
    uint32_t samples, right_here, gone, right_gone;
    sum(&samples, &right_here, table, w->cells[e], w->width, e);
    if (e == last || !samples) {
        for (uint32_t i = e; i < last; i++) w->choice.level[i] = EXITS_UNUSED;
        exits_see(q, right + right_here, samples ? cost + samples * here : cost, &w->choice);
        return;
    }
    const size_t slice = w->cells[e + 1] * w->width;
    memset(w->table[e + 1], 0, slice * sizeof **w->table);
    for (uint32_t level = 0; level <= levels; level++) {
        if (level) { /* those who reached no more than this level go on */
            sum(&gone, &right_gone, table + (level - 1) * slice, w->cells[e + 1], w->width, e);
            add(w->table[e + 1], table + (level - 1) * slice, slice);
            samples -= gone, right_here -= right_gone;
        }
        w->choice.level[e] = (uint8_t)(level < levels ? level : EXITS_UNUSED);
        try_exit(w, e + 1, level < levels ? (exits_way){e + 1, here} : way, right + right_here, cost + samples * here);
    }
}

bonnet_status exits_try_all(exits_question *q, bonnet_error *err)
{
    const uint32_t last = q->exits - 1;
    walk w = {.q = q, .width = q->exits + 1};
    bool room = true;
    for (uint32_t e = q->exits; e--;) {
        w.cells[e] = e < last ? w.cells[e + 1] * q->levels[e] : 1;
        w.table[e] = calloc(w.cells[e] * w.width, sizeof **w.table);
        room = room && w.table[e];
    }
    for (size_t s = 0; s < q->samples && room; s++) {
        size_t cell = 0;
        for (uint32_t e = 0; e < last; e++) cell = cell * q->levels[e] + q->reached[e * q->samples + s] - 1;
        uint32_t *to = w.table[0] + cell * w.width;
        to[0]++;
        for (uint32_t e = 0; e < q->exits; e++) to[1 + e] += q->exit[e].right[s] != 0;
    }
    if (room) try_exit(&w, 0, (exits_way){0, 0}, 0, 0);
    for (uint32_t e = 0; e < q->exits; e++) free(w.table[e]);
    return room ? BONNET_OK : bonnet_fail(err, BONNET_ENOMEM, "out of memory for %zu combinations of levels", w.cells[0]);
}
