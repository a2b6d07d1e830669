/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults_test.c - the simulated chip with a bus error, or a memory that falls silent, at a random data beat: an error code with one line, or
 * golden's answer (one in five is silent: the watchdog takes many cycles); and the same device, its fault spent, gives golden's answer again. build/tests/sim_faults [--seed N] [--cases N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../conform/net_build.h"
#include "../unit/unit.h"
#include "backends.h"
#include "golden/golden.h"

enum { FRAMES = 3, NETS = 5, TIMEOUT_MS = 20000, HANG_SECONDS = 300 };

typedef struct bench {
    bonnet_net *net;
    uint8_t *pixels;
    int32_t *wanted, *got; /* [FRAMES][classes] */
    uint64_t beats;        /* of a run */
} bench;

static void bench_free(bench *b)
{
    free(b->pixels);
    free(b->wanted);
    free(b->got);
    bonnet_net_free(b->net);
    memset(b, 0, sizeof *b);
}

static bonnet_status run(void *dev, void *slot, bench *b, bonnet_run *r, bonnet_error *err)
{
    *r = (bonnet_run){.pixels = b->pixels, .frames = FRAMES, .logits = b->got, .timeout_ms = TIMEOUT_MS};
    memset(b->got, 0, FRAMES * b->net->classes * sizeof *b->got);
    err->text[0] = 0;
    return bonnet_sim_backend.run(dev, slot, r, err);
}

static int right(const bench *b) { return !memcmp(b->wanted, b->got, FRAMES * b->net->classes * sizeof *b->got); }

static int bench_make(bench *b, uint64_t seed)
{
    bonnet_error err;
    bonnet_run r;
    void *dev = NULL, *slot = NULL;
    b->net = bonnet_random_net(seed, &bonnet_room_tiny, 0);
    if (!b->net) return 0;
    const bonnet_layer *stem = &b->net->layers[0];
    b->pixels = bonnet_random_image(b->net, seed, FRAMES);
    b->wanted = calloc(FRAMES * b->net->classes, sizeof *b->wanted);
    b->got = calloc(FRAMES * b->net->classes, sizeof *b->got);
    int ok = b->pixels && b->wanted && b->got;
    for (uint32_t f = 0; ok && f < FRAMES; f++)
        ok = bonnet_golden_run(b->net, b->pixels + (size_t)f * stem->in_h * stem->in_w * stem->in_c, NULL, b->wanted + f * b->net->classes, NULL,
                               NULL) == BONNET_OK;
    ok = ok && bonnet_sim_backend.open(&dev, "geometry=tiny", NULL, &err) == BONNET_OK &&
         bonnet_sim_backend.load(dev, &slot, b->net, &err) == BONNET_OK && run(dev, slot, b, &r, &err) == BONNET_OK && right(b);
    if (ok) b->beats = (r.bytes_in + r.bytes_out) / 8; /* the tiny chip's bus has 64 bits */
    if (slot) bonnet_sim_backend.unload(dev, slot);
    if (dev) bonnet_sim_backend.close(dev);
    return ok && b->beats;
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "sim-faults", 1, 50);
    bench b = {.net = NULL};
    uint32_t struck = 0, errors[13] = {0};
    alarm(HANG_SECONDS); /* a hang is a failure */
    for (uint32_t i = 0; i < u.cases; i++) {
        void *dev = NULL, *slot = NULL;
        bonnet_error err = {""};
        bonnet_run r;
        char path[96], label[192];
        if (i % (u.cases / NETS + 1) == 0) {
            bench_free(&b);
            if (!bench_make(&b, unit_random(&u))) {
                UNIT(&u, 0, "network", "does not run without faults");
                break;
            }
        }
        const uint64_t beat = 1 + unit_random(&u) % b.beats, other = 1 + unit_random(&u) % b.beats;
        const uint32_t what = unit_below(&u, 10), stall = unit_below(&u, 2) ? 30 : 0;
        if (what < 8) snprintf(path, sizeof path, "geometry=tiny,stall=%u,error=%llu", stall, (unsigned long long)beat);
        else if (what == 8) snprintf(path, sizeof path, "geometry=tiny,stall=%u,hang=%llu", stall, (unsigned long long)beat);
        else snprintf(path, sizeof path, "geometry=tiny,stall=%u,error=%llu,hang=%llu", stall, (unsigned long long)beat, (unsigned long long)other);
        snprintf(label, sizeof label, "%s, %s", b.net->name, path);
        bonnet_status st = bonnet_sim_backend.open(&dev, path, &(bonnet_open_config){.timeout_ms = TIMEOUT_MS, .seed = u.seed + i}, &err);
        if (st == BONNET_OK) st = bonnet_sim_backend.load(dev, &slot, b.net, &err);
        UNIT(&u, st == BONNET_OK, "open and load", "%s: status %d: %s", label, st, err.text);
        for (int again = 0; slot && again < 4; again++) { /* at most two faults, then an answer, and one more */
            st = run(dev, slot, &b, &r, &err);
            const int good =
                st == BONNET_OK ? right(&b) : (st == BONNET_EBUS || st == BONNET_ETIMEOUT) && !strncmp(err.text, "sim: ", 5) && again < 2;
            if (!good) UNIT(&u, 0, label, "run %d: status %d, right %d: %s", again, st, right(&b), err.text);
            if (st != BONNET_OK) struck++, errors[-st]++;
        }
        UNIT(&u, st == BONNET_OK && right(&b), label, "does not work again: status %d: %s", st, err.text);
        if (slot) bonnet_sim_backend.unload(dev, slot);
        if (dev) bonnet_sim_backend.close(dev);
    }
    bench_free(&b);
    printf("%u cases: %u faults struck: %u bus errors, %u time-outs\n", u.cases, struck, errors[-BONNET_EBUS], errors[-BONNET_ETIMEOUT]);
    UNIT(&u, struck >= u.cases / 2, "faults strike", "%u", struck);
    return unit_end(&u);
}
