/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conform.c - one suite for every backend: does it do what golden does, bit for bit, and what driver/backend.h promises?
 *
 *   build/tests/conform [--backend URI]... [--seed N] [--cases N] [--size asic|tiny] [--big] [--quick] [--no-directed] [--directed N]
 *
 * Default: cpu: in every kernel set. Directed nets first, then `cases` random ones from seeds N, N+1, ...: all maps and logits of one
 * frame with maps, then of a batch without. Then the manners: bad arguments, cancel, two networks at once.
 * Exit 0 all equal, 1 a difference (first one and its replay line are printed), 77 the build has no such backend.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "backend.h"
#include "compare.h"
#include "golden/golden.h"
#include "manners.h"
#include "net_build.h"

typedef struct options {
    const char *uri[16];
    uint32_t n_uris;
    uint64_t seed;
    uint32_t cases, quick, big, directed;
    int64_t  only;               /* this directed net alone; -1: all */
    const bonnet_room *room;
} options;

typedef struct tally { uint64_t nets, maps, words, skipped; } tally;

static int report(const char *uri, const bonnet_net *net, const bonnet_parting *at, uint32_t frame)
{
    const bonnet_layer *l = &net->layers[at->layer];
    fprintf(stderr, "conform: %s: net %s, frame %u, layer %u '%s' (%u x %u x %u): y %u x %u channel %u slice %u: wanted %lld, got %lld\n", uri,
            net->name, frame, at->layer, l->name, l->out_h, l->out_w, l->out_c, at->y, at->x, at->channel, at->slice, (long long)at->wanted,
            (long long)at->got);
    return 1;
}

static int fail(const char *uri, const bonnet_net *net, const char *what, bonnet_status st, const bonnet_error *err)
{
    fprintf(stderr, "conform: %s: net %s: %s: status %d: %s\n", uri, net->name, what, st, err->text);
    return 1;
}

/* Golden's answer, the backend's with maps, then a batch without maps. */
static int compare_net(const bonnet_conform_device *dev, void *slot, const bonnet_net *net, uint64_t seed, tally *t)
{
    enum { FRAMES = 3 };
    bonnet_error err = { "" };
    bonnet_frame wanted[FRAMES] = { 0 }, got = { 0 };
    uint8_t *pixels = bonnet_random_image(net, seed, FRAMES);
    int32_t *logits = calloc((size_t)FRAMES * net->classes, sizeof *logits);
    bonnet_layer_cycles cycles[BONNET_MAX_LAYERS];
    const size_t bytes = (size_t)net->layers[0].in_h * net->layers[0].in_w * net->layers[0].in_c;
    int bad = !pixels || !logits || !bonnet_frame_make(&got, net);
    for (uint32_t f = 0; f < FRAMES && !bad; f++)
        bad = !bonnet_frame_make(&wanted[f], net) || bonnet_golden_run(net, pixels + f * bytes, wanted[f].maps, wanted[f].logits, NULL, NULL);
    if (bad) fail(dev->uri, net, "golden run", BONNET_ENOMEM, &err);

    bonnet_run run = { .pixels = pixels, .frames = 1, .logits = got.logits, .maps = got.maps, .layers = cycles, .timeout_ms = 600000 };
    bonnet_status st = bad ? BONNET_OK : dev->backend->run(dev->self, slot, &run, &err);
    if (st) bad = fail(dev->uri, net, "run with maps", st, &err);
    bonnet_parting at;
    if (!bad && !bonnet_frame_equal(&at, net, &wanted[0], &got)) bad = report(dev->uri, net, &at, 0);

    run = (bonnet_run){ .pixels = pixels, .frames = FRAMES, .logits = logits, .timeout_ms = 600000 };
    st = bad ? BONNET_OK : dev->backend->run(dev->self, slot, &run, &err);
    if (st) bad = fail(dev->uri, net, "batch", st, &err);
    for (uint32_t i = 0; i < FRAMES * net->classes && !bad; i++) {
        int32_t want = wanted[i / net->classes].logits[i % net->classes];
        if (logits[i] == want) continue;
        at = (bonnet_parting){ .layer = net->n_layers - 1, .channel = i % net->classes, .wanted = want, .got = logits[i] };
        bad = report(dev->uri, net, &at, i / net->classes);
    }
    for (uint32_t i = 0; i < net->n_layers; i++) t->words += bonnet_net_map_words(net, i);
    t->maps += net->n_layers, t->nets++;
    for (uint32_t f = 0; f < FRAMES; f++) bonnet_frame_free(&wanted[f]);
    bonnet_frame_free(&got);
    free(logits);
    free(pixels);
    return bad;
}

/* may_refuse: the net need not fit, so BONNET_EUNSUPPORTED is an answer. */
static int run_net(const bonnet_conform_device *dev, const bonnet_net *net, uint64_t seed, int may_refuse, tally *t)
{
    bonnet_error err = { "" };
    char why[200];
    void *slot = NULL;
    if (bonnet_net_check(net, why, sizeof why)) {
        fprintf(stderr, "conform: net %s is not sound: %s\n", net->name, why);
        return 1;
    }
    bonnet_status st = dev->backend->load(dev->self, &slot, net, &err);
    if (st == BONNET_EUNSUPPORTED && may_refuse) {
        t->skipped++;
        return 0;
    }
    if (st) return fail(dev->uri, net, "load", st, &err);
    int bad = compare_net(dev, slot, net, seed, t);
    dev->backend->unload(dev->self, slot);
    return bad;
}

static int run_directed(const bonnet_conform_device *dev, const options *o, tally *t)
{
    int end = 0, bad = 0;
    for (uint32_t i = o->only >= 0 ? (uint32_t)o->only : 0; !bad && (o->only < 0 || i == (uint32_t)o->only); i += o->quick ? 7 : 1) {
        bonnet_net *net = bonnet_directed_net(i, &end);
        if (end) break;
        if (!net) return fprintf(stderr, "conform: out of memory\n"), 1;
        int may_refuse = o->room == &bonnet_room_tiny && strstr(net->name, "-asic") != NULL;
        bad = run_net(dev, net, i, may_refuse, t);
        if (bad) fprintf(stderr, "replay: build/tests/conform --backend '%s' --size %s --directed %u --cases 0\n", dev->uri, o->room == &bonnet_room_tiny ? "tiny" : "asic", i);
        bonnet_net_free(net);
    }
    return bad;
}

static int run_random(const bonnet_conform_device *dev, const options *o, tally *t)
{
    for (uint32_t i = 0; i < o->cases; i++) {
        uint64_t seed = o->seed + i;
        bonnet_net *net = bonnet_random_net(seed, o->room, (int)o->big);
        if (!net) return fprintf(stderr, "conform: no network from seed %llu\n", (unsigned long long)seed), 1;
        int bad = run_net(dev, net, seed, (int)o->big, t);
        bonnet_net_free(net);
        if (bad) {
            fprintf(stderr, "replay: build/tests/conform --backend '%s' --size %s%s --seed %llu --cases 1 --no-directed\n", dev->uri,
                    o->room == &bonnet_room_tiny ? "tiny" : "asic", o->big ? " --big" : "", (unsigned long long)seed);
            return 1;
        }
    }
    return 0;
}

static int run_backend(const char *uri, const options *o)
{
    bonnet_conform_device dev;
    int rc = bonnet_conform_open(&dev, uri);
    if (rc) return rc;
    tally t = { 0 };
    int bad = o->directed && run_directed(&dev, o, &t);
    bad = bad || run_random(&dev, o, &t);
    bad = bad || (o->only < 0 && bonnet_conform_manners(&dev));
    dev.backend->close(dev.self);
    printf("conform: %-14s %s: %llu nets, %llu maps, %llu words x 64 bits, %llu not supported, seed %llu\n", uri, bad ? "FAILED" : "equal",
           (unsigned long long)t.nets, (unsigned long long)t.maps, (unsigned long long)t.words, (unsigned long long)t.skipped,
           (unsigned long long)o->seed);
    fflush(stdout);
    return bad;
}

static int parse(options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(argv[i], "--quick")) o->quick = 1;
        else if (!strcmp(argv[i], "--big")) o->big = 1;
        else if (!strcmp(argv[i], "--no-directed")) o->directed = 0;
        else if (!value) return 0;
        else if (!strcmp(argv[i], "--backend") && o->n_uris < 16) o->uri[o->n_uris++] = argv[++i];
        else if (!strcmp(argv[i], "--seed")) o->seed = strtoull(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "--cases")) o->cases = (uint32_t)strtoul(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "--directed")) o->only = (int64_t)strtoul(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "--size") && !strcmp(value, "tiny")) o->room = &bonnet_room_tiny, i++;
        else if (!strcmp(argv[i], "--size") && !strcmp(value, "asic")) o->room = &bonnet_room_asic, i++;
        else return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    options o = { .seed = 1, .cases = UINT32_MAX, .directed = 1, .only = -1, .room = &bonnet_room_asic };
    if (!parse(&o, argc, argv)) {
        fprintf(stderr, "usage: conform [--backend URI]... [--seed N] [--cases N] [--size asic|tiny] [--big] [--quick] [--no-directed] [--directed N]\n");
        return 2;
    }
    if (o.cases == UINT32_MAX) o.cases = o.quick ? 10 : 100;
    if (!o.n_uris) {
        static const char *const all[] = { "golden:", "cpu:", "cpu:avx512", "cpu:avx2", "cpu:portable" };
        for (; o.n_uris < sizeof all / sizeof *all; o.n_uris++) o.uri[o.n_uris] = all[o.n_uris];
    }
    int skipped = 0;
    for (uint32_t i = 0; i < o.n_uris; i++) {
        int rc = run_backend(o.uri[i], &o);
        if (rc == 1) return 1;
        skipped += rc == 77;
    }
    return skipped == (int)o.n_uris ? 77 : 0;
}
