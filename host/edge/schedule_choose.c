/* SPDX-License-Identifier: Apache-2.0 */
/* schedule_choose.c - bonnet_choose(): how many stages each frame gets, by S(i, R) = min over l of S(i - 1, R - c_i(l)) + u_i(l) <= d_i. docs/schedule.md. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "schedule.h"

typedef struct choosing {
    const bonnet_choice_job *job;
    uint32_t count, order[BONNET_JOBS_MAX]; /* by deadline */
    uint32_t base[BONNET_JOBS_MAX];         /* stages that each gets in any case: 1 if mandatory and kept, else 0 */
    uint64_t now;
    double step;
    uint32_t top;   /* steps of all gains together, at most */
    uint64_t *ends; /* [top + 1]: S */
    uint8_t *taken; /* [count][top + 1]: l */
} choosing;

static bonnet_status check(const bonnet_choice_job *jobs, uint32_t count, uint64_t now, double step)
{
    if (count > BONNET_JOBS_MAX || (count && !jobs) || !(step >= 0) || isinf(step) || now > UINT64_MAX / 4) return BONNET_EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        if (jobs[i].stages > BONNET_EXITS_MAX || (jobs[i].mandatory && !jobs[i].stages)) return BONNET_EINVAL;
        for (uint32_t l = 0; l <= jobs[i].stages; l++)
            if (!(jobs[i].value[l] >= 0 && jobs[i].value[l] <= 1e6) || (l && jobs[i].stage_ns[l - 1] > BONNET_SCHEDULE_MOST_NS)) return BONNET_EINVAL;
    }
    return BONNET_OK;
}

static uint64_t time_of(const bonnet_choice_job *j, uint32_t stages)
{
    uint64_t ns = 0;
    for (uint32_t l = 0; l < stages; l++) ns += j->stage_ns[l];
    return ns;
}

static void sort(choosing *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t at = i;
        for (; at && c->job[c->order[at - 1]].deadline_ns > c->job[i].deadline_ns; at--) c->order[at] = c->order[at - 1];
        c->order[at] = i;
    }
}

/* As many mandatory parts as fit: by deadline, and where one is late, the longest so far is left out (Moore, Hodgson). */
static void keep_mandatory(choosing *c)
{
    uint64_t t = c->now;
    for (uint32_t i = 0; i < c->count; i++) {
        const uint32_t j = c->order[i];
        if (!c->job[j].mandatory) continue;
        c->base[j] = 1;
        t += c->job[j].stage_ns[0];
        if (t <= c->job[j].deadline_ns) continue;
        uint32_t longest = j;
        for (uint32_t k = 0; k <= i; k++)
            if (c->base[c->order[k]] && c->job[c->order[k]].stage_ns[0] > c->job[longest].stage_ns[0]) longest = c->order[k];
        c->base[longest] = 0;
        t -= c->job[longest].stage_ns[0];
    }
}

static double gain(const choosing *c, uint32_t j, uint32_t l) { return c->job[j].value[l] - c->job[j].value[c->base[j]]; }
static bool left_out(const choosing *c, uint32_t j) { return c->job[j].mandatory && !c->base[j]; }

/* Everybody has `stages` of it: is all in time? */
static bool in_time(const choosing *c, const uint32_t *stages)
{
    uint64_t t = c->now;
    for (uint32_t i = 0; i < c->count; i++) {
        const uint32_t j = c->order[i];
        t += time_of(&c->job[j], stages[j]);
        if (stages[j] && t > c->job[j].deadline_ns) return false;
    }
    return true;
}

/* Everybody has the base, job j l stages. */
static bool alone_in_time(const choosing *c, uint32_t j, uint32_t l)
{
    uint32_t stages[BONNET_JOBS_MAX];
    memcpy(stages, c->base, sizeof stages);
    stages[j] = l;
    return in_time(c, stages);
}

/* What is gained by taking for one after the other, by deadline, the most that all before leave room for. */
static double taken_in_turn(const choosing *c)
{
    uint32_t stages[BONNET_JOBS_MAX];
    double sum = 0;
    memcpy(stages, c->base, sizeof stages);
    for (uint32_t i = 0; i < c->count; i++) {
        const uint32_t j = c->order[i], base = c->base[j];
        uint32_t best = base;
        for (uint32_t l = base + 1; l <= c->job[j].stages && !left_out(c, j); l++) {
            stages[j] = l;
            if (gain(c, j, l) > gain(c, j, best) && in_time(c, stages)) best = l;
        }
        stages[j] = best;
        sum += gain(c, j, best);
    }
    return sum;
}

/* How fine values are told apart: what one frame alone can gain, or one after the other, is a lower bound of what all can. */
static void choose_step(choosing *c, double step)
{
    double best = 0, all = 0;
    for (uint32_t j = 0; j < c->count; j++) {
        double most = 0;
        for (uint32_t l = c->base[j] + 1; l <= c->job[j].stages && !left_out(c, j); l++)
            if (gain(c, j, l) > most && alone_in_time(c, j, l)) most = gain(c, j, l);
        all += most;
        if (most > best) best = most;
    }
    const double in_turn = taken_in_turn(c);
    c->step = step > 0 ? step : fmax(best, in_turn) / (20.0 * c->count);
    if (best <= 0) {
        c->step = 0; /* nothing to choose */
        return;
    }
    if (all / c->step >= SCHEDULE_LEVELS - BONNET_JOBS_MAX) c->step = all / (SCHEDULE_LEVELS - BONNET_JOBS_MAX - 1);
    c->top = (uint32_t)(all / c->step) + c->count;
}

/* What is a whole number of steps but for rounding is one. */
static uint32_t steps(const choosing *c, uint32_t j, uint32_t l)
{
    return l == c->base[j] ? 0 : (uint32_t)(gain(c, j, l) / c->step * (1 + 1e-12) + 1e-9);
}

/* One frame more: from the most valuable down, so that what is read is still without it. */
static void add_job(choosing *c, uint32_t place)
{
    const uint32_t j = c->order[place];
    const bonnet_choice_job *job = &c->job[j];
    uint32_t worth[BONNET_EXITS_MAX + 1], ways[BONNET_EXITS_MAX + 1], n = 0;
    uint64_t needs[BONNET_EXITS_MAX + 1];
    for (uint32_t l = c->base[j]; l <= job->stages; l++) {
        if (l > c->base[j] && (gain(c, j, l) <= 0 || left_out(c, j) || !alone_in_time(c, j, l))) continue;
        worth[n] = steps(c, j, l), needs[n] = time_of(job, l), ways[n++] = l;
    }
    for (uint32_t r = c->top + 1; r--;) {
        uint64_t best = UINT64_MAX;
        uint32_t way = 0;
        for (uint32_t w = 0; w < n; w++) {
            if (worth[w] > r || c->ends[r - worth[w]] == UINT64_MAX) continue;
            const uint64_t end = c->ends[r - worth[w]] + needs[w];
            if (end < best && (!ways[w] || end <= job->deadline_ns)) best = end, way = ways[w];
        }
        c->ends[r] = best;
        c->taken[(size_t)place * (c->top + 1) + r] = (uint8_t)way;
    }
}

static void read_back(bonnet_choice *out, const choosing *c)
{
    uint32_t r = c->top;
    while (c->ends[r] == UINT64_MAX) r--; /* 0 steps: the base, which is in time */
    out->end_ns = c->ends[r];
    out->within = c->count * c->step;
    for (uint32_t place = c->count; place--;) {
        const uint32_t j = c->order[place], l = c->taken[(size_t)place * (c->top + 1) + r];
        out->stages[j] = l;
        out->late += left_out(c, j);
        out->value += left_out(c, j) ? 0 : c->job[j].value[l];
        r -= steps(c, j, l);
    }
}

bonnet_status bonnet_choose(bonnet_choice *out, const bonnet_choice_job *jobs, uint32_t count, uint64_t now_ns, double step)
{
    if (!out) return BONNET_EINVAL;
    bonnet_status status = check(jobs, count, now_ns, step);
    if (status != BONNET_OK) return status;
    choosing c = {.job = jobs, .count = count, .now = now_ns};
    sort(&c);
    keep_mandatory(&c);
    choose_step(&c, step);
    c.ends = malloc((c.top + 1) * sizeof *c.ends);
    c.taken = malloc((size_t)(c.top + 1) * (count ? count : 1));
    if (c.ends && c.taken) {
        bonnet_choice r = {.late = 0};
        for (uint32_t i = 0; i <= c.top; i++) c.ends[i] = i ? UINT64_MAX : now_ns;
        for (uint32_t i = 0; i < count; i++) add_job(&c, i);
        read_back(&r, &c);
        *out = r;
    } else status = BONNET_ENOMEM;
    free(c.ends);
    free(c.taken);
    return status;
}
