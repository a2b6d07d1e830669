/* SPDX-License-Identifier: Apache-2.0 */
/* pool_test.c - driver/pool: random takes and gives against a map of bytes. */
#include "pool.h"
#include "unit.h"

enum { BYTES = 64 * 200, TAKEN = 64 };

typedef struct model {
    unsigned char used[BYTES];
    uint64_t offset[TAKEN];
    uint32_t size[TAKEN], n;
} model;

static uint64_t largest(const model *m)
{
    uint64_t run = 0, best = 0;
    for (uint32_t i = 0; i < BYTES; i++) {
        run = m->used[i] ? 0 : run + 1;
        if (run > best) best = run;
    }
    return best;
}

/* One take; 0: it was not what the map allows. */
static int take(model *m, bonnet_pool *pool, uint32_t bytes)
{
    const uint64_t room = largest(m);
    const uint32_t n = m->n;
    if (bonnet_pool_take(pool, &m->offset[n], bytes) != (bytes <= room)) return 0;
    if (bytes > room) return 1;
    if (m->offset[n] % BONNET_POOL_ALIGN || m->offset[n] + bytes > BYTES) return 0;
    m->size[n] = (bytes + BONNET_POOL_ALIGN - 1) / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN;
    for (uint32_t i = 0; i < m->size[n]; i++)
        if (m->used[m->offset[n] + i]++) return 0;
    m->n++;
    return 1;
}

static void give(model *m, bonnet_pool *pool, uint32_t i)
{
    bonnet_pool_give(pool, m->offset[i] + 1); /* never handed out: ignored */
    bonnet_pool_give(pool, m->offset[i]);
    memset(m->used + m->offset[i], 0, m->size[i]);
    m->offset[i] = m->offset[m->n - 1];
    m->size[i] = m->size[m->n - 1];
    m->n--;
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "pool", 1, 20000);
    model m = {.n = 0};
    bonnet_pool pool;
    uint64_t offset = 0;
    uint32_t wrong = 0;
    bonnet_pool_make(&pool, BYTES + 63);
    UNIT(&u, bonnet_pool_largest(&pool) == BYTES, "an odd end is not used", "%llu", (unsigned long long)bonnet_pool_largest(&pool));
    for (uint32_t i = 0; i < u.cases && !wrong; i++) {
        if (m.n < TAKEN && unit_below(&u, 5) < 3) wrong += !take(&m, &pool, 1 + unit_below(&u, BYTES / 20));
        else if (m.n) give(&m, &pool, unit_below(&u, m.n));
        wrong += bonnet_pool_largest(&pool) != largest(&m);
    }
    UNIT(&u, !wrong, "random takes and gives are what a map of bytes says", "%u wrong", wrong);
    bonnet_pool_free(&pool);
    UNIT(&u, bonnet_pool_largest(&pool) == BYTES, "all is one piece again", "%llu", (unsigned long long)bonnet_pool_largest(&pool));
    wrong = bonnet_pool_take(&pool, &offset, 0) || bonnet_pool_take(&pool, &offset, BYTES + 1) || bonnet_pool_take(&pool, &offset, UINT64_MAX);
    UNIT(&u, !wrong, "nothing, too much and far too much are refused", "%u", wrong);
    return unit_end(&u);
}
