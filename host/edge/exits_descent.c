/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exits_descent.c - more combinations of levels than can be tried: one exit's level at a time, each the best while the others stand, from several starts.
 * What it meets on the way is kept as well, so that the front between the starts fills.
 */
#include <math.h>
#include <string.h>
#include "exits.h"
#include "random.h"

enum { MOST_STARTS = 64, FEWEST_STARTS = 6, MOST_ROUNDS = 40 };

/* What a start is after: the cheapest with so many right answers, or (price > 0) the least cost + price for every wrong one. */
typedef struct goal {
    size_t least_right;
    double price;
} goal;

/* Smaller is better. Short of what is wanted: further off than anything that is not. */
static double regret(const exits_question *q, const goal *g, size_t right, double cost)
{
    const double all = q->most * (double)q->samples;
    if (g->price > 0) return cost - g->price * (double)right;
    return right >= g->least_right ? cost : all * 2 + (all + 1) * (double)(g->least_right - right);
}

/* Samples by where they end: [level that they reach at exit e, 0: they end before e][exit, e itself left out], and the right answers there and at e. */
typedef struct counts {
    uint32_t ended[BONNET_EXIT_LEVELS + 1][BONNET_EXITS_MAX], right[BONNET_EXIT_LEVELS + 1], right_here[BONNET_EXIT_LEVELS + 1];
} counts;

static void count(counts *c, const exits_question *q, const exits_choice *choice, uint32_t e)
{
    const uint32_t last = q->exits - 1;
    memset(c, 0, sizeof *c);
    for (size_t s = 0; s < q->samples; s++) {
        uint32_t end = 0;
        while (end < last && (end == e || q->reached[end * q->samples + s] <= choice->level[end])) end++;
        const uint32_t reached = end < e ? 0 : q->reached[e * q->samples + s];
        c->ended[reached][end]++;
        c->right[reached] += q->exit[end].right[s] != 0;
        if (reached) c->right_here[reached] += q->exit[e].right[s] != 0;
    }
}

/* Cost and right answers with exit e at `level`. */
static double outcome(size_t *right, const counts *c, const exits_question *q, const exits_choice *choice, uint32_t e, uint32_t level)
{
    exits_way way = {0, 0};
    double cost = 0;
    *right = 0;
    for (uint32_t r = 0; r <= q->levels[e]; r++) *right += r > level ? c->right_here[r] : c->right[r];
    for (uint32_t end = 0; end < q->exits; end++) {
        uint32_t samples = 0;
        for (uint32_t r = 0; r <= q->levels[e]; r++)
            for (uint32_t from = end == e ? 0 : end; from < (end == e ? q->exits : end + 1); from++)
                if ((r > level) == (end == e)) samples += c->ended[r][from];
        const double here = exits_here(q->costs, way, end);
        cost += samples * here;
        if (end + 1 < q->exits && (end == e ? level : choice->level[end]) != EXITS_UNUSED) way = (exits_way){end + 1, here};
    }
    return cost;
}

/* The best level of exit e; true: it moved. */
static bool improve(exits_question *q, exits_choice *choice, const goal *g, uint32_t e)
{
    counts c;
    size_t right;
    count(&c, q, choice, e);
    const uint8_t was = choice->level[e];
    exits_choice at = *choice;
    double least = outcome(&right, &c, q, choice, e, was);
    least = regret(q, g, right, least);
    for (uint32_t l = 0; l <= q->levels[e]; l++) {
        at.level[e] = (uint8_t)(l < q->levels[e] ? l : EXITS_UNUSED);
        const double cost = outcome(&right, &c, q, choice, e, at.level[e]), now = regret(q, g, right, cost);
        exits_see(q, right, cost, &at);
        if (now < least) least = now, choice->level[e] = at.level[e];
    }
    return choice->level[e] != was;
}

static void descend(exits_question *q, exits_choice *choice, const goal *g)
{
    bool moved = true;
    for (int round = 0; moved && round < MOST_ROUNDS; round++) {
        moved = false;
        for (uint32_t e = 0; e + 1 < q->exits; e++) moved |= improve(q, choice, g, e);
    }
}

/* The cheapest that was seen with so many right answers. */
static const exits_seen *cheapest(const exits_question *q, size_t least_right)
{
    const exits_seen *best = &q->seen[least_right];
    for (size_t r = least_right; r <= q->samples; r++)
        if (q->seen[r].cost < best->cost) best = &q->seen[r];
    return best;
}

bonnet_status exits_descend(exits_question *q, uint64_t seed, bonnet_error *err)
{
    (void)err;
    const uint32_t last = q->exits - 1;
    const double work = 8.0 * (double)q->samples * last * q->exits;
    const uint32_t starts = (uint32_t)fmin(fmax(4e9 / work, FEWEST_STARTS), MOST_STARTS);
    for (uint32_t i = 0; i < starts; i++) {
        exits_choice choice = {{0}};
        goal g = {q->least_right, 0};
        for (uint32_t e = 0; e < last; e++) {
            const uint32_t l = i ? (uint32_t)(edge_random(&seed) % (q->levels[e] + 1)) : q->levels[e];
            choice.level[e] = (uint8_t)(l < q->levels[e] ? l : EXITS_UNUSED);
        }
        if (i & 1) g.price = q->most * exp(edge_chance(&seed) * 7 - 2); /* of a wrong answer: 1/7 to 150 samples' cost */
        descend(q, &choice, &g);
        g.price = 0;
        choice = cheapest(q, q->least_right)->choice; /* and from the best so far */
        descend(q, &choice, &g);
    }
    return BONNET_OK;
}
