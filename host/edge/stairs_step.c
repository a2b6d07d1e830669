/* SPDX-License-Identifier: Apache-2.0 */
/* stairs_step.c - how wide a stair may be: powers of two, the distance of jumps, what divides their positions. */
#include <math.h>
#include "stairs.h"

void stairs_add_step(stairs_job *job, int axis, uint32_t step)
{
    for (uint32_t i = 0; i < job->steps[axis]; i++)
        if (job->step[axis][i] == step) return;
    if (step && job->steps[axis] < STAIRS_STEPS) job->step[axis][job->steps[axis]++] = step;
}

/* Four deviations, or rounding. */
static bool differs(const stairs_job *job, double a, double b)
{
    const double least = 4 * job->o.noise > STAIRS_EXACT ? 4 * job->o.noise : STAIRS_EXACT;
    return fabs(a - b) > least * (a > b ? a : b);
}

/* One more place along an axis: does its time differ from that of place `from`? When the budget has ended: yes, and the search goes on without measuring. */
static bonnet_status compare(stairs_job *job, const uint32_t base[STAIRS_AXES], int axis, uint32_t from, uint32_t to, bool *yes)
{
    uint32_t place[STAIRS_AXES] = {base[0], base[1], base[2]};
    double a = 0, b = 0;
    place[axis] = from;
    bonnet_status status = stairs_at(job, place, &a);
    place[axis] = to;
    if (status == BONNET_OK) status = stairs_at(job, place, &b);
    if (status == BONNET_OK) *yes = job->full || differs(job, a, b);
    return status;
}

/* The first place behind `from` whose time differs, or `from` itself: none. First among the powers of two, then within. */
static bonnet_status first_jump(stairs_job *job, const uint32_t base[STAIRS_AXES], int axis, uint32_t from, uint32_t *jump)
{
    const uint32_t last = job->places[axis] - 1;
    bool yes = false;
    bonnet_status status = compare(job, base, axis, from, last, &yes);
    *jump = from;
    if (status != BONNET_OK || !yes || from == last) return status;
    int low = -1, high = 0;
    while (last - from > UINT32_C(1) << high) high++;
    while (status == BONNET_OK && high - low > 1) {
        const int middle = low + (high - low) / 2;
        status = compare(job, base, axis, from, from + (UINT32_C(1) << middle), &yes);
        if (yes) high = middle;
        else low = middle;
    }
    uint32_t same = low < 0 ? from : from + (UINT32_C(1) << low), other = last - from > UINT32_C(1) << high ? from + (UINT32_C(1) << high) : last;
    for (bool beside = true; status == BONNET_OK && other - same > 1; beside = false) {
        const uint32_t middle = beside ? other - 1 : same + (other - same) / 2;
        status = compare(job, base, axis, from, middle, &yes);
        if (yes) other = middle;
        else same = middle;
    }
    if (!job->full) *jump = other;
    return status;
}

/* Where the other axes stand while this one is searched: z at its end, the other stairs where the rise is larger. */
static bonnet_status stand(stairs_job *job, int axis, uint32_t base[STAIRS_AXES])
{
    const int other = 1 - axis;
    double most = -1;
    for (uint32_t end = 0; end < 2; end++) {
        uint32_t place[STAIRS_AXES] = {0, 0, job->places[2] - 1};
        double low = 0, high = 0;
        place[other] = end ? job->places[other] - 1 : 0;
        bonnet_status status = stairs_at(job, place, &low);
        place[axis] = job->places[axis] - 1;
        if (status == BONNET_OK) status = stairs_at(job, place, &high);
        if (status != BONNET_OK) return status;
        if (job->full || high / low <= most) continue;
        most = high / low;
        base[other] = place[other], base[2] = place[2];
    }
    return BONNET_OK;
}

/* The distance of the first two jumps; the first alone suffices where the first stair is whole. */
static bonnet_status search(stairs_job *job, int axis)
{
    uint32_t base[STAIRS_AXES] = {0}, one = 0, two = 0;
    const uint32_t from = stairs_coordinate(job, axis, 0);
    bonnet_status status = stand(job, axis, base);
    if (status == BONNET_OK) status = first_jump(job, base, axis, 0, &one);
    if (status != BONNET_OK || !one || job->full) return status;
    const uint32_t at = stairs_coordinate(job, axis, one), grid = stairs_coordinate(job, axis, 1) - from;
    if (from <= grid || from == 1) stairs_add_step(job, axis, at - from);
    else {
        stairs_add_step(job, axis, at - 1); /* the first stair may be the first of all */
        status = first_jump(job, base, axis, one, &two);
        if (status == BONNET_OK && two > one) stairs_add_step(job, axis, stairs_coordinate(job, axis, two) - at);
    }
    return status;
}

bonnet_status stairs_find_steps(stairs_job *job)
{
    const uint32_t known[2] = {job->o.step_x, job->o.step_y};
    bonnet_status status = BONNET_OK;
    for (int axis = 0; axis < 2 && status == BONNET_OK; axis++) {
        if (job->places[axis] < 2) continue;
        if (known[axis]) {
            stairs_add_step(job, axis, known[axis]);
            continue;
        }
        const uint32_t from = stairs_coordinate(job, axis, 0), to = stairs_coordinate(job, axis, job->places[axis] - 1);
        if (!job->o.line && job->measure) status = search(job, axis);
        for (uint32_t grid = stairs_coordinate(job, axis, 1) - from, step = grid ? grid : 1; step <= to - from && step; step *= 2)
            stairs_add_step(job, axis, step);
        if (stairs_coordinate(job, axis, 1) - from == 1 || (axis ? job->o.y : job->o.x).values) stairs_add_step(job, axis, 1); /* a line */
    }
    return status;
}

/* Always into the half that rises more: there is a jump in it, and at the end it is one place wide. */
static bonnet_status steepest(stairs_job *job, uint32_t from, uint32_t to, uint32_t *jump)
{
    bonnet_status status = BONNET_OK;
    while (status == BONNET_OK && to - from > 1 && !job->full) {
        const uint32_t middle = from + (to - from) / 2;
        double low = 0, half = 0, high = 0;
        status = stairs_at(job, (uint32_t[]){from, 0, 0}, &low);
        if (status == BONNET_OK) status = stairs_at(job, (uint32_t[]){middle, 0, 0}, &half);
        if (status == BONNET_OK) status = stairs_at(job, (uint32_t[]){to, 0, 0}, &high);
        /* Per place: halves of an odd number differ by one. */
        if ((half - low) / (middle - from) >= (high - half) / (to - middle)) to = middle;
        else from = middle;
    }
    *jump = to;
    return status;
}

static uint32_t common(uint32_t a, uint32_t b)
{
    while (b) {
        const uint32_t rest = a % b;
        a = b, b = rest;
    }
    return a;
}

/* As far as a rise is seen through the noise, and no farther: noise is relative, jumps are not. Exact: all of it. */
static bonnet_status seen(stairs_job *job, uint32_t *end)
{
    double low = 0, high = 0;
    bonnet_status status = stairs_at(job, (uint32_t[]){0, 0, 0}, &low);
    *end = job->places[0] - 1;
    for (uint32_t to = 1; status == BONNET_OK && job->o.noise > 0 && to < *end && !job->full; to *= 2) {
        status = stairs_at(job, (uint32_t[]){to, 0, 0}, &high);
        if (status == BONNET_OK && high > low * (1 + 12 * job->o.noise)) *end = to;
    }
    return status;
}

bonnet_status stairs_bisect(stairs_job *job)
{
    uint32_t divisor = 0, end;
    bonnet_status status = seen(job, &end);
    for (int jumps = 0; jumps < 4 && status == BONNET_OK && end > 1 && !job->full; jumps++) {
        uint32_t jump;
        status = steepest(job, 0, end, &jump);
        if (status != BONNET_OK) return status;
        divisor = common(divisor, stairs_coordinate(job, 0, jump) - 1);
        for (uint32_t by = 1; by <= 4; by++)
            if (divisor % by == 0) stairs_add_step(job, 0, divisor / by);
        stairs_choose(job);
        if (jumps && stairs_explained(job)) break;
        end = jump - 1;
    }
    return status;
}
