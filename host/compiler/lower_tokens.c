/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_tokens.c - which descriptor must wait for which one of another unit, as tokens.
 *
 * The program is walked in its order, walk after walk, while every feature word, weight row, stem row and 64 bytes of scratch remember
 * who wrote and who read them last. A descriptor needs, of each other unit, the last descriptor that wrote what it reads, or touched what it
 * overwrites. Units are in order, so having seen descriptor n of a unit finish covers all before it: only a need beyond what is known costs
 * a wait, and gives one post. One semaphore for each ordered pair of units, needs that only grow: the n-th token given is the n-th taken.
 *
 * From the third walk on the pattern repeats. Waits for the walk before are covered by initial tokens in the first walk. What is loaded
 * once stands at the head of the load list (of a map that is given: around it) and takes part in the first walk only: its readers wait for it there
 * (WAIT_ONCE), unless an earlier wait for the load unit covers it.
 */
#include <stdlib.h>
#include <string.h>
#include "lower_parts.h"

enum { WALKS = 4, MAX_INITIAL = 15 };

typedef struct cell {
    uint32_t wrote[LOWER_UNITS], read[LOWER_UNITS]; /* number of the unit's descriptor, from 1; 0 = none */
} cell;

typedef struct tracker {
    lower_plan *p;
    cell *space[4]; /* feature words, weight rows, stem rows, 64 bytes of scratch */
    uint32_t size[4];
    uint32_t need[LOWER_UNITS];
    uint32_t now, unit;
} tracker;

enum { FEATURE, WEIGHT, STEMROW, SCRATCH };

static void touch(tracker *t, int space, uint64_t first, uint64_t count, int write)
{
    for (uint64_t i = first; i < first + count && i < t->size[space]; i++) {
        cell *c = &t->space[space][i];
        int was_read = 0; /* whoever read it had waited for who wrote it */
        for (uint32_t u = 0; u < LOWER_UNITS; u++) was_read |= write && c->read[u];
        for (uint32_t u = 0; u < LOWER_UNITS; u++) {
            if (u == t->unit) continue;
            if (!was_read && c->wrote[u] > t->need[u]) t->need[u] = c->wrote[u];
            if (write && c->read[u] > t->need[u]) t->need[u] = c->read[u];
        }
        if (write) {
            memset(c, 0, sizeof *c);
            c->wrote[t->unit] = t->now;
        } else c->read[t->unit] = t->now;
    }
}

static void rows(tracker *t, int32_t buffer, uint32_t y0, uint32_t y1, int write)
{
    if (buffer < 0) return;
    const lower_buffer *b = &t->p->buffers[buffer];
    for (uint32_t y = y0; y < y1 && y < b->height; y++) touch(t, FEATURE, b->word + (uint64_t)(y % b->rows) * b->pitch, b->pitch, write);
}

static void operand(tracker *t, const lower_item *it, bonnet_map_ref ref, int is_input, int32_t buffer)
{
    if (ref.map < 0) return;
    const bonnet_layer *l = &t->p->net->layers[it->layer];
    const lower_buffer *b = &t->p->buffers[buffer];
    if (b->height == 1) rows(t, buffer, 0, 1, 0);
    else rows(t, buffer, lower_first_needed(l, is_input, it->y0), lower_rows_needed(l, is_input, b->height, (uint32_t)it->y0 + it->rows), 0);
}

static void load(tracker *t, const lower_item *it)
{
    const lower_plan *p = t->p;
    if (it->tenancy >= 0) touch(t, WEIGHT, p->tenancies[it->tenancy].wrow, p->tenancies[it->tenancy].rows, 1);
    else if (it->layer == 0 && it->out < 0) touch(t, STEMROW, 0, (uint64_t)it->tiles * p->stem_rows, 1);
    else {
        const lower_buffer *b = &p->buffers[it->out];
        if (!it->last) touch(t, SCRATCH, (it->offset + 8 * (uint64_t)it->y0 * b->pitch) / 64, (8 * (uint64_t)it->rows * b->pitch + 63) / 64, 0);
        rows(t, it->out, it->y0, (uint32_t)it->y0 + it->rows, 1);
    }
}

static void access_of(tracker *t, const lower_item *it)
{
    const lower_plan *p = t->p;
    const bonnet_layer *l = &p->net->layers[it->layer];
    const lower_buffer *out = it->out >= 0 ? &p->buffers[it->out] : NULL;
    uint32_t y1 = (uint32_t)it->y0 + it->rows;
    if (it->unit == LOWER_LOAD) load(t, it);
    else if (it->unit == LOWER_STEM) {
        touch(t, STEMROW, p->stem_reload ? 0 : (uint64_t)it->tile * p->stem_rows, p->stem_rows, 0);
        rows(t, it->out, it->y0, y1, 1);
    } else if (it->unit == LOWER_STORE) {
        rows(t, it->out, it->y0, out->height == 1 ? 1 : y1, 0);
        if (!it->last && !it->first)
            touch(t, SCRATCH, (it->offset + 8 * (uint64_t)it->y0 * out->pitch) / 64, (8 * (uint64_t)it->rows * out->pitch + 63) / 64, 1);
    } else {
        touch(t, WEIGHT, p->tenancies[it->tenancy].wrow, p->tenancies[it->tenancy].rows, 0);
        operand(t, it, l->in, 1, it->in);
        operand(t, it, l->res, 0, it->res);
        operand(t, it, l->pass, 0, it->pass);
        if (out->height == 1) rows(t, it->out, 0, 1, 1);
        else rows(t, it->out, it->y0, y1, 1);
    }
}

/* LOADs of the first walk only are apart from all this. */
static int once(const lower_item *it) { return it->unit == LOWER_LOAD && it->first; }
static int is_map(const lower_item *it) { return it->unit == LOWER_LOAD && it->last; }

uint32_t lower_before_map(const lower_plan *p)
{
    if (!bonnet_net_given(p->net) || p->batch > 1) return UINT32_MAX;
    for (uint32_t i = 0, n = 0; i < p->n_items; i++) {
        if (p->items[i].unit == LOWER_CONV) return n; /* weights stand before their first use, so these are its own */
        n += once(&p->items[i]);
    }
    return UINT32_MAX;
}

/* Needs of every item in each walk: need[(walk * n_items + item) * LOWER_UNITS + unit]. */
static void walk_program(tracker *t, const uint32_t *count, uint32_t *need)
{
    const lower_plan *p = t->p;
    for (uint32_t w = 0; w < WALKS; w++) {
        uint32_t number[LOWER_UNITS] = {0};
        for (uint32_t i = 0; i < p->n_items; i++) {
            const lower_item *it = &p->items[i];
            if (once(it)) continue;
            t->unit = it->unit;
            t->now = w * count[it->unit] + ++number[it->unit];
            memset(t->need, 0, sizeof t->need);
            access_of(t, it);
            memcpy(need + ((size_t)w * p->n_items + i) * LOWER_UNITS, t->need, sizeof t->need);
        }
    }
}

/* Waits of `taker` for `giver` in the last walk: target[i] per item, as a descriptor number; 0 none. */
static void waits_of(const lower_plan *p, const uint32_t *need, uint32_t giver, uint32_t taker, uint32_t walk, uint32_t *target)
{
    uint32_t known = 0;
    for (uint32_t w = 0; w <= walk; w++)
        for (uint32_t i = 0; i < p->n_items; i++) {
            uint32_t n = p->items[i].unit == taker ? need[((size_t)w * p->n_items + i) * LOWER_UNITS + giver] : 0;
            if (w == walk) target[i] = n > known ? n : 0;
            if (n > known) known = n;
        }
}

static int pair(lower_plan *p, const uint32_t *need, const uint32_t *count, uint32_t giver, uint32_t taker, uint32_t *target, uint32_t *before,
                uint32_t *wanted)
{
    waits_of(p, need, giver, taker, WALKS - 2, before);
    waits_of(p, need, giver, taker, WALKS - 1, target);
    uint32_t base = (WALKS - 1) * count[giver], n = 0, old = 0;
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (target[i] ? before[i] + count[giver] != target[i] : before[i] != 0) return 0;
        if (target[i] && target[i] <= base) old++;
    }
    for (uint32_t i = 0; i < p->n_items; i++) /* waits in order; with too many for the walk before, the first wait for more */
        if (target[i]) wanted[n++] = target[i];
    uint32_t skip = old > MAX_INITIAL ? old - MAX_INITIAL : 0, taken = 0;
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (!target[i]) continue;
        if (target[i] <= base && taken + skip >= old) { /* covered by a token taken earlier */
            target[i] = 0;
            continue;
        }
        if (target[i] <= base) target[i] = wanted[taken + skip];
        taken++;
    }
    p->initial[bonnet_sem(giver, taker)] = (uint8_t)(old - skip);
    uint32_t number = 0;
    for (uint32_t i = 0; i < p->n_items; i++)
        if (target[i]) p->items[i].wait[giver] = 1;
    for (uint32_t i = 0; i < p->n_items; i++) { /* posts: who in a walk is waited for */
        if (p->items[i].unit != giver || once(&p->items[i])) continue;
        number++;
        for (uint32_t k = 0; k < p->n_items; k++) {
            if (!target[k] || target[k] % count[giver] != number % count[giver]) continue;
            p->items[i].post[taker] = 1;
            if (is_map(&p->items[i])) p->items[k].on_map = 1;
        }
    }
    return 1;
}

/* Does this item read rows that LOAD item `load` brings once? */
static int uses(const lower_item *it, const lower_item *load)
{
    if (load->tenancy >= 0) return it->tenancy == load->tenancy && it->unit == LOWER_CONV;
    return it->unit == LOWER_STEM;
}

/* Waits of the first walk for what is loaded once. 0: a wait for the walk before is in the way, whose initial token would be taken instead. */
static int first_walk(lower_plan *p)
{
    const uint32_t before = lower_before_map(p);
    for (uint32_t u = 0; u < LOWER_UNITS; u++) {
        uint32_t known = 0;
        for (uint32_t i = 0; u != LOWER_LOAD && i < p->n_items; i++) {
            lower_item *it = &p->items[i];
            if (it->unit != u) continue;
            uint32_t need = 0, number = 0, last = 0;
            for (uint32_t k = 0; k < p->n_items; k++) {
                if (!once(&p->items[k])) continue;
                number++;
                if (number > known && uses(it, &p->items[k])) {
                    need = number;
                    last = k;
                }
            }
            if (it->wait[LOWER_LOAD] && (!it->on_map || before == UINT32_MAX))
                known = UINT32_MAX; /* the head of the list is behind whatever this waits for */
            else if (it->wait[LOWER_LOAD] && known < before) known = before;
            if (!need || known >= need) continue;
            if (p->initial[bonnet_sem(LOWER_LOAD, u)]) return 0;
            known = need;
            it->wait[LOWER_LOAD] = it->wait_once = 1;
            p->items[last].post[u] = 1;
        }
    }
    return 1;
}

int lower_tokens(lower_plan *p)
{
    tracker t = {.p = p, .size = {p->g->feature_words, p->g->weight_rows, p->g->stem_rows, p->scratch / 64 + 1}};
    uint32_t count[LOWER_UNITS] = {0};
    for (uint32_t i = 0; i < p->n_items; i++) count[p->items[i].unit] += !once(&p->items[i]);
    size_t n = p->n_items ? p->n_items : 1;
    uint32_t *need = calloc(n * WALKS * LOWER_UNITS, sizeof *need), *lists = calloc(3 * n, sizeof *lists);
    int ok = need && lists;
    for (int s = 0; s < 4; s++) ok &= (t.space[s] = calloc(t.size[s], sizeof *t.space[s])) != NULL;
    memset(p->initial, 0, sizeof p->initial);
    if (ok) walk_program(&t, count, need);
    for (uint32_t giver = 0; ok && giver < LOWER_UNITS; giver++)
        for (uint32_t taker = 0; ok && taker < LOWER_UNITS; taker++)
            if (giver != taker && count[giver] && count[taker]) ok = pair(p, need, count, giver, taker, lists, lists + n, lists + 2 * n);
    if (ok) ok = first_walk(p);
    for (int s = 0; s < 4; s++) free(t.space[s]);
    free(need);
    free(lists);
    return ok;
}
