/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_front.c - partial orders that nothing beats. A table over every microsecond and byte would hold the same answers; this holds only the cells in which
 * they change, so times and sizes stay as they are, and without limits there is one.
 */
#include <stdlib.h>
#include "order.h"

static bonnet_status no_memory(bonnet_error *err) { return bonnet_fail(err, BONNET_ENOMEM, "out of memory"); }

void order_front_free(order_front *front)
{
    free(front->state);
    *front = (order_front){0};
}

bonnet_status order_front_start(order_front *out, double cost, bonnet_error *err)
{
    order_state *one = calloc(1, sizeof *one);
    if (!one) return no_memory(err);
    one->cost = cost;
    out->state = one, out->count = 1;
    return BONNET_OK;
}

static uint64_t time_of(const order_state *s, const order_question *q) { return q->by_time ? s->worst_us : 0; }
static uint64_t storage_of(const order_state *s, const order_question *q) { return q->by_storage ? s->storage : 0; }

/* -1, 0, 1 by what is limited. */
static int compare(const order_state *a, const order_state *b, const order_question *q)
{
    const uint64_t ta = time_of(a, q), tb = time_of(b, q), ma = storage_of(a, q), mb = storage_of(b, q);
    return ta != tb ? (ta < tb ? -1 : 1) : ma != mb ? (ma < mb ? -1 : 1) : 0;
}

bool order_first(const order_state *a, const order_state *b, const order_question *q)
{
    const int limited = compare(a, b, q);
    if (limited) return limited < 0;
    if (a->worst_us != b->worst_us) return a->worst_us < b->worst_us;
    if (a->storage != b->storage) return a->storage < b->storage;
    const uint64_t differ = a->experts ^ b->experts;
    return (a->experts & differ & -differ) != 0; /* the first place in which they differ */
}

/* b[i] with the step taken; false: over a limit. */
static bool stepped(order_state *out, const order_state *from, const order_step *step, const order_question *q)
{
    *out = (order_state){from->worst_us + step->us, from->storage + step->storage, from->experts | step->expert, step->add + step->keep * from->cost};
    return out->worst_us <= q->most_us && out->storage <= q->most_storage;
}

/* Least cost by storage so far: a Fenwick tree over the storages that occur. */
typedef struct least {
    uint64_t *storage;
    double *cost;
    size_t count;
} least;

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t rank(const least *l, uint64_t storage) /* 1.. */
{
    size_t low = 0, high = l->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (l->storage[middle] <= storage) low = middle;
        else high = middle;
    }
    return low + 1;
}

static bool least_start(least *l, const order_front *a, const order_front *b, const order_step *step, const order_question *q)
{
    const size_t room = q->by_storage ? a->count + b->count + 1 : 1;
    size_t n = 0;
    *l = (least){malloc(room * sizeof *l->storage), malloc((room + 1) * sizeof *l->cost), 1};
    if (!l->storage || !l->cost) return false;
    l->storage[0] = 0;
    if (q->by_storage) {
        for (size_t i = 0; i < a->count; i++) l->storage[n++] = a->state[i].storage;
        for (size_t i = 0; i < b->count; i++) l->storage[n++] = b->state[i].storage + step->storage;
        qsort(l->storage, n, sizeof *l->storage, by_value);
        l->count = n ? 1 : 0;
        for (size_t i = 1; i < n; i++)
            if (l->storage[i] != l->storage[l->count - 1]) l->storage[l->count++] = l->storage[i];
    }
    for (size_t i = 0; i <= l->count; i++) l->cost[i] = -1; /* none yet */
    return true;
}

/* Not beaten by one that takes no more: then it is remembered. */
static bool least_take(least *l, const order_state *s, const order_question *q)
{
    const size_t at = rank(l, storage_of(s, q));
    for (size_t i = at; i; i -= i & -i)
        if (l->cost[i] >= 0 && l->cost[i] <= s->cost * (1 + ORDER_SAME)) return false;
    for (size_t i = at; i <= l->count; i += i & -i)
        if (l->cost[i] < 0 || s->cost < l->cost[i]) l->cost[i] = s->cost;
    return true;
}

/* Two states that take the same: the cheaper, else the first. */
static const order_state *better(const order_state *a, const order_state *b, const order_question *q)
{
    if (a->cost < b->cost * (1 - ORDER_SAME)) return a;
    if (b->cost < a->cost * (1 - ORDER_SAME)) return b;
    return order_first(a, b, q) ? a : b;
}

bonnet_status order_front_join(order_front *out, const order_front *a, const order_front *b, const order_step *step, const order_question *q,
                               size_t most, bonnet_error *err)
{
    const size_t room = a->count + b->count < most ? a->count + b->count : most;
    order_state *state = malloc((room ? room : 1) * sizeof *state), next;
    least l = {0};
    size_t n = 0, i = 0, k = 0;
    bonnet_status status = BONNET_OK;
    if (!state || !least_start(&l, a, b, step, q)) status = no_memory(err);
    while (status == BONNET_OK && (i < a->count || k < b->count)) {
        if (k < b->count && !stepped(&next, &b->state[k], step, q)) {
            k++;
            continue;
        }
        const int order = i == a->count ? 1 : k == b->count ? -1 : compare(&a->state[i], &next, q);
        const order_state *s = order < 0 ? &a->state[i] : order > 0 ? &next : better(&a->state[i], &next, q);
        if (order <= 0) i++;
        if (order >= 0) k++;
        if (!least_take(&l, s, q)) continue;
        if (n == most)
            status = bonnet_fail(err, BONNET_EUNSUPPORTED,
                                 "more than %d partial orders that no other beats; give times and sizes in coarser steps, or fewer experts",
                                 ORDER_MAX_STATES);
        else state[n++] = *s;
    }
    free(l.storage);
    free(l.cost);
    if (status == BONNET_OK) *out = (order_front){state, n};
    else free(state);
    return status;
}
