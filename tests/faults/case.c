/* SPDX-License-Identifier: Apache-2.0 */
/* case.c - one case: the script of calls, what each may end with, and the device's way back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "deadline.h"
#include "faults.h"
#include "lower.h"
#include "regdev.h"
#include "script.h"

enum { CALL_SECONDS = 20, DRY_MS = 20000, FAULTY_MS = 50, SHORT_MS = 1, PATH_BYTES = 320 };

static _Thread_local session *closing; /* whose device is being opened or closed in this thread */

/* The mock's own close() is the last moment at which its counters can be read, even of a device that open() refused. */
static void close_and_keep(void *self)
{
    if (closing && self) memcpy(&closing->left, self, sizeof closing->left);
    bonnet_mock_backend.mmio->close(self);
}

static int bad(session *x, const char *call, bonnet_status st, const char *why)
{
    fprintf(stderr, "faults: case %llu, %s, %s: %s: %s: status %d: %s\n", (unsigned long long)x->number, x->s->net->name, x->path, call, why, st,
            x->err.text);
    return 0;
}

/* What struck in the call that ended with `st`. */
static void count(session *x, const mock *m, bonnet_status st)
{
    table *t = &x->w->table;
    if (x->dry) return;
    t->calls++;
    if (st == BONNET_OK) t->right++;
    else t->errors++;
    for (uint32_t i = 0; i < m->n_faults; i++) {
        if (!m->faults[i].spent || x->counted & 1u << i) continue;
        x->counted |= 1u << i;
        t->strikes++;
        t->struck[m->faults[i].kind]++;
        t->ended[m->faults[i].kind][-st]++;
    }
}

/* May a call end so? */
static int fine(session *x, const char *call, bonnet_status st, uint32_t may, uint64_t began_us)
{
    const uint32_t always = 1u << -BONNET_ENOMEM | 1u << -BONNET_ENODEV | 1u << -BONNET_EIO | 1u << -BONNET_EABI | 1u << -BONNET_ETIMEOUT |
                            1u << -BONNET_EBUS | (x->geometry_wrong ? 1u << -BONNET_EUNSUPPORTED : 0);
    if ((uint64_t)bonnet_now_us() - began_us > UINT64_C(1000000) * CALL_SECONDS) return bad(x, call, st, "took too long");
    if (x->broken && st != BONNET_ENODEV) return bad(x, call, st, "a device that was gone is back without being opened again");
    if (st == BONNET_OK) return 1;
    if (st > 0 || st <= -STATUSES || !((x->dry ? may : may | always) & 1u << -st)) return bad(x, call, st, "must not end so");
    if (!x->err.text[0] || strchr(x->err.text, '\n') || strncmp(x->err.text, "mock: ", 6)) return bad(x, call, st, "does not say why in one line");
    x->broken |= st == BONNET_ENODEV;
    return 1;
}

static uint64_t begin(session *x)
{
    x->err.text[0] = 0;
    return (uint64_t)bonnet_now_us();
}

static int open_device(session *x, const char *path)
{
    const bonnet_open_config config = {.timeout_ms = DRY_MS, .seed = bonnet_rng_next(&x->rng) | 1};
    const uint64_t began = begin(x);
    closing = x;
    x->broken = 0;
    x->dev = NULL;
    bonnet_status st = bonnet_regdev_open(&x->dev, &x->io, path, &config, &x->err);
    closing = NULL;
    x->chip = st == BONNET_OK ? bonnet_regdev_mmio_self(x->dev) : NULL;
    count(x, x->chip ? x->chip : &x->left, st);
    return fine(x, "open", st, 0, began);
}

static void close_device(session *x)
{
    closing = x;
    if (x->dev) bonnet_regdev_close(x->dev);
    closing = NULL;
    x->dev = NULL;
    x->chip = NULL;
}

static int load(session *x, void **slot)
{
    const uint64_t began = begin(x);
    bonnet_status st = bonnet_regdev_load(x->dev, slot, x->s->net, &x->err);
    count(x, x->chip, st);
    return fine(x, "load", st, 0, began);
}

typedef struct canceller {
    volatile int flag;
    uint32_t after_us;
} canceller;

static void *cancel_soon(void *self)
{
    canceller *c = self;
    nanosleep(&(struct timespec){.tv_nsec = (long)c->after_us * 1000}, NULL);
    __atomic_store_n(&c->flag, 1, __ATOMIC_RELAXED);
    return NULL;
}

static int right(const session *x, const int32_t *logits, uint32_t first, uint32_t frames, uint64_t *const *maps)
{
    const bonnet_net *net = x->s->net;
    int same = !memcmp(logits, x->s->logits + (size_t)first * net->classes, (size_t)frames * net->classes * sizeof *logits);
    for (uint32_t i = 0; maps && same && i < net->n_layers; i++) same = !memcmp(maps[i], x->s->maps[i], 8 * bonnet_net_map_words(net, i));
    return same;
}

static void free_maps(const session *x, uint64_t **maps)
{
    for (uint32_t i = 0; i < x->s->net->n_layers; i++) free(maps[i]);
}

/* One run. *status: how it ended. 0: it must not have. */
static int run(session *x, void *slot, int how, bonnet_status *status)
{
    const bonnet_net *net = x->s->net;
    const bonnet_layer *stem = &net->layers[0];
    const uint32_t first = how & MAPS ? 0 : bonnet_rng_below(&x->rng, FRAMES),
                   frames = how & MAPS ? 1 : 1 + bonnet_rng_below(&x->rng, FRAMES - first);
    int32_t *logits = calloc((size_t)frames * net->classes, sizeof *logits);
    uint64_t *maps[BONNET_MAX_LAYERS] = {NULL};
    bonnet_layer_cycles layers[BONNET_MAX_LAYERS];
    canceller c = {.after_us = how & CANCEL ? bonnet_rng_below(&x->rng, 1500) : 0};
    pthread_t thread;
    int ok = logits != NULL;
    for (uint32_t i = 0; ok && how & MAPS && i < net->n_layers; i++) ok = (maps[i] = calloc(bonnet_net_map_words(net, i), 8)) != NULL;
    bonnet_run r = {.pixels = x->s->pixels + (size_t)first * stem->in_h * stem->in_w * stem->in_c,
                    .frames = frames,
                    .logits = logits,
                    .maps = how & MAPS ? maps : NULL,
                    .layers = how & LAYERS ? layers : NULL,
                    .timeout_ms = how & SHORT ? SHORT_MS
                                  : x->dry    ? DRY_MS
                                              : FAULTY_MS,
                    .cancel = how & CANCEL ? &c.flag : NULL};
    const int threaded = ok && how & CANCEL && !pthread_create(&thread, NULL, cancel_soon, &c);
    const uint64_t began = begin(x);
    bonnet_status st = ok ? bonnet_regdev_run(x->dev, slot, &r, &x->err) : bonnet_fail(&x->err, BONNET_ENOMEM, "mock: the test has no memory");
    if (threaded) pthread_join(thread, NULL);
    count(x, x->chip, st);
    ok = fine(x, "run", st, (how & CANCEL ? 1u << -BONNET_EINTR : 0) | (how & SHORT ? 1u << -BONNET_ETIMEOUT : 0), began);
    if (ok && st == BONNET_OK && !right(x, logits, first, frames, how & MAPS ? maps : NULL)) ok = bad(x, "run", st, "WRONG ANSWER");
    free_maps(x, maps);
    free(logits);
    *status = st;
    return ok;
}

/*
 * The device's way back: unless something lasts, it gives the right answer once the faults are over, from the network that was loaded
 * under them; opened again it always does.
 */
static int recovers(session *x)
{
    bonnet_status st = BONNET_EIO;
    void *slot = NULL;
    int ok = 1;
    for (uint32_t i = 0; ok && i < CASE_FAULTS + 3 && st != BONNET_OK && !x->lasting && x->dev; i++) {
        if (!slot) ok = load(x, &slot);
        if (ok && slot) ok = run(x, slot, LAYERS, &st);
    }
    if (x->dev) bonnet_regdev_unload(x->dev, slot);
    if (ok && x->dev && !x->lasting && st != BONNET_OK) ok = bad(x, "afterwards", st, "the device does not work again");
    close_device(x);
    x->dry = 1; /* nothing may go wrong now */
    slot = NULL;
    ok = ok && open_device(x, x->clean) && load(x, &slot) && run(x, slot, MAPS, &st);
    if (x->dev) bonnet_regdev_unload(x->dev, slot);
    close_device(x);
    return ok;
}

static int script(session *x)
{
    static const int hows[] = {0, LAYERS, MAPS, MAPS | LAYERS, CANCEL, SHORT, LAYERS | CANCEL};
    void *slot[2] = {NULL, NULL};
    bonnet_status st;
    int ok = open_device(x, x->path);
    for (uint32_t n = 2 + bonnet_rng_below(&x->rng, 4), i = 0; ok && x->dev && i < n; i++) {
        const uint32_t which = bonnet_rng_chance(&x->rng, 25), what = bonnet_rng_below(&x->rng, 10), how = bonnet_rng_below(&x->rng, 7);
        if (!slot[which]) ok = load(x, &slot[which]);
        if (ok && slot[which]) ok = run(x, slot[which], hows[how], &st);
        if (what != 0) continue;
        bonnet_regdev_unload(x->dev, slot[which]);
        slot[which] = NULL;
    }
    for (int i = 0; i < 2 && x->dev; i++) bonnet_regdev_unload(x->dev, slot[i]);
    return ok;
}

int case_run(worker *w, const subject *s, uint64_t number)
{
    session x = {.w = w, .s = s, .number = number, .io = *bonnet_mock_backend.mmio, .dry = 1};
    bonnet_rng draw = {w->seed * UINT64_C(0x9E3779B97F4A7C15) + number};
    uint32_t g;
    do g = bonnet_rng_below(&draw, GEOMETRIES);
    while (!s->fits[g]);
    x.io.close = close_and_keep;
    snprintf(x.clean, sizeof x.clean, "geometry=%s,slow=%u,millisecond=10", geometry_names[g],
             bonnet_rng_chance(&draw, 50) ? bonnet_rng_below(&draw, 40) : 0);
    snprintf(x.path, sizeof x.path, "%s", x.clean);
    const bonnet_rng same = {bonnet_rng_next(&draw)};
    x.rng = same;
    int ok = script(&x);
    close_device(&x);
    if (!ok) return 0;
    x.dry = 0;
    w->table.cases++;
    if (!script_faults(&x, &draw, s->descriptors[g])) return bad(&x, "faults", BONNET_EINVAL, "no such line");
    x.rng = same;
    ok = script(&x) && recovers(&x);
    close_device(&x);
    return ok;
}
