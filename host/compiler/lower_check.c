/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_check.c - bonnet_job_check(): walks a job as the chip would, and proves that no speed of its units can change the result.
 *
 * The four lists are a Kahn network: each semaphore has one giving and one taking unit, so the n-th token taken is the n-th given (initial
 * ones first) whatever happens, and any order in which descriptors have their tokens shows all that can be seen. If no unit can go on, the
 * job deadlocks at any speed. Order between units comes from tokens alone: vector clocks say which descriptors are finished for certain when
 * another starts. They also say how many tokens a semaphore may hold. A read must have its write among them; a write must have every read and write of the old content among them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lower_check.h"

typedef struct sem {
    uint32_t initial, given, taken, sure; /* sure: takes that the giver knows have happened */
    int giver, taker;                     /* units; -1 not known yet */
    uint32_t (*clock)[CHECK_UNITS];       /* of each token given */
    uint32_t *took;                       /* time of the taker at each take */
    uint32_t peak[CHECK_WALKS];           /* most tokens at once, by the giver's walk */
} sem;

typedef struct tokens {
    sem sems[BONNET_SEMS];
    uint32_t (*clocks)[CHECK_UNITS];
    uint32_t *times;
} tokens;

bonnet_status check_fault(const check *c, const char *format, ...)
{
    char line[160];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return bonnet_fail(c->err, BONNET_EFORMAT, "job: descriptor %u (layer %u, walk %u): %s", c->index, c->layer, c->walk, line);
}

static bonnet_status take(check *c, tokens *t, uint32_t number)
{
    sem *s = &t->sems[number];
    NEED(c, s->taker < 0 || s->taker == (int)c->unit, "semaphore %u is taken by two units", number);
    s->taker = (int)c->unit;
    if (s->taken >= s->initial)
        for (uint32_t u = 0; u < CHECK_UNITS; u++) {
            uint32_t time = s->clock[s->taken - s->initial][u];
            if (c->seen[c->unit][u] < time) c->seen[c->unit][u] = time;
        }
    s->took[s->taken++] = c->seen[c->unit][c->unit] + 1;
    return BONNET_OK;
}

static bonnet_status give(check *c, tokens *t, uint32_t number)
{
    sem *s = &t->sems[number];
    NEED(c, s->giver < 0 || s->giver == (int)c->unit, "semaphore %u is given by two units", number);
    s->giver = (int)c->unit;
    memcpy(s->clock[s->given++], c->seen[c->unit], sizeof c->seen[c->unit]);
    while (s->sure < s->taken && s->took[s->sure] <= c->seen[c->unit][s->taker]) s->sure++;
    uint32_t most = s->initial + s->given - s->sure;
    NEED(c, most <= BONNET_SEM_MAX, "semaphore %u may pass %d", number, BONNET_SEM_MAX);
    if (most > s->peak[c->walk]) s->peak[c->walk] = most;
    /* Walks repeat: what grows after two of them grows for ever. */
    NEED(c, c->walk < 2 || s->peak[c->walk] <= s->peak[c->walk - 1], "tokens of semaphore %u pile up from walk to walk", number);
    return BONNET_OK;
}

static int ready(const tokens *t, const uint32_t *d, uint32_t walk)
{
    for (int i = 0; i < 3; i++) {
        uint32_t number = bonnet_desc_wait(d, i, walk);
        if (number && t->sems[number].taken >= t->sems[number].initial + t->sems[number].given) return 0;
    }
    return 1;
}

static bonnet_status step(check *c, tokens *t, const uint32_t *d)
{
    for (int i = 0; i < 3; i++)
        if (bonnet_desc_wait(d, i, c->walk)) TRY(take(c, t, bonnet_desc_wait(d, i, c->walk)));
    TRY(check_access(c, d));
    c->seen[c->unit][c->unit]++; /* finished */
    for (int i = 0; i < 3; i++)
        if (bonnet_desc_post(d, i, c->walk)) TRY(give(c, t, bonnet_desc_post(d, i, c->walk)));
    return BONNET_OK;
}

static void start(const check *c, tokens *t, uint32_t walks)
{
    const uint32_t *h = c->job->desc[0];
    size_t most = (size_t)walks * c->job->n_desc; /* each descriptor takes and gives a semaphore once at most */
    for (uint32_t s = 0; s < BONNET_SEMS; s++) {
        uint64_t all = (uint64_t)bonnet_desc_get(h, BONNET_F_HDR_SEMS_HI) << 32 | bonnet_desc_get(h, BONNET_F_HDR_SEMS_LO);
        t->sems[s] = (sem){.initial = all >> 4 * s & 15, .giver = -1, .taker = -1, .clock = t->clocks + s * most, .took = t->times + s * most};
    }
}

static bonnet_status walk(check *c, tokens *t, uint32_t walks)
{
    uint32_t at[CHECK_UNITS] = {0}, walked[CHECK_UNITS] = {0};
    for (int moved = 1; moved;) {
        moved = 0;
        for (c->unit = 0; c->unit < CHECK_UNITS; c->unit++)
            while (c->count[c->unit] && walked[c->unit] < walks) {
                c->index = c->first[c->unit] + at[c->unit];
                c->walk = walked[c->unit];
                c->layer = bonnet_desc_get(c->job->desc[c->index], BONNET_F_JOB_LAYER);
                if (!ready(t, c->job->desc[c->index], c->walk)) break;
                TRY(step(c, t, c->job->desc[c->index]));
                moved = 1;
                if (++at[c->unit] < c->count[c->unit]) continue;
                at[c->unit] = 0;
                walked[c->unit]++;
            }
    }
    for (c->unit = 0; c->unit < CHECK_UNITS; c->unit++) {
        if (!c->count[c->unit] || walked[c->unit] == walks) continue;
        c->index = c->first[c->unit] + at[c->unit];
        c->walk = walked[c->unit];
        c->layer = bonnet_desc_get(c->job->desc[c->index], BONNET_F_JOB_LAYER);
        return check_fault(c, "waits for a token that nobody gives: the job never ends");
    }
    return BONNET_OK;
}

bonnet_status bonnet_job_check(const bonnet_job *job, uint32_t walks, bonnet_error *err)
{
    check c = {.job = job, .err = err};
    if (walks < 1 || walks > CHECK_WALKS) return bonnet_fail(err, BONNET_EFORMAT, "job: 1 to %d walks can be checked", CHECK_WALKS);
    TRY(check_frame(&c));
    size_t most = (size_t)BONNET_SEMS * walks * job->n_desc;
    tokens t = {.clocks = calloc(most, sizeof *t.clocks), .times = calloc(most, sizeof *t.times)};
    int memory = t.clocks && t.times;
    for (int s = 0; s < SPACES; s++) memory &= (c.cells[s] = calloc(c.limit[s] ? c.limit[s] : 1, sizeof *c.cells[s])) != NULL;
    bonnet_status st = BONNET_OK;
    if (!memory) st = bonnet_fail(err, BONNET_ENOMEM, "no memory to check a job");
    if (st == BONNET_OK) {
        start(&c, &t, walks);
        st = walk(&c, &t, walks);
    }
    if (st == BONNET_OK) st = check_pieces(&c, walks - 1);
    for (int s = 0; s < SPACES; s++) free(c.cells[s]);
    free(t.clocks);
    free(t.times);
    return st;
}
