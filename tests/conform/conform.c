/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conform.c - one suite for every backend: does it do what golden does, bit for bit, and what driver/backend.h promises?
 *
 *   build/tests/conform [--backend URI]... [--seed N] [--cases N] [--size asic|small|tiny] [--big] [--quick] [--no-directed] [--directed N] [--some] [--general] [--cuts] [--frames N]
 *
 * Default: cpu: in every kernel set, mock: and sim:, or their tiny or small geometries with --size tiny, small. Directed nets first, then `cases` random ones from seeds N, N+1, ...:
 * every map and logit of one frame, then the logits of a batch. Then the manners: bad arguments, cancel, timeout, two networks at once.
 * --frames: of the batch, 1..64.
 * --cuts: each net in two parts, at every cut: what golden makes of the parts is what it makes of the whole, and so is every backend's.
 * --general: networks of general layers, `cases` random ones; a register device and the CPU run them together.
 * --some: the device need not take every net (BONNET_EUNSUPPORTED, BONNET_ENOMEM); how many it did not is said at the end.
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

enum { MAX_DEVICES = 16 };

typedef struct options {
    const char *uri[MAX_DEVICES];
    uint32_t n_uris, n_devices;
    bonnet_conform_device *device[MAX_DEVICES]; /* open ones */
    uint64_t seed;
    uint32_t cases, quick, big, directed, some, general, cuts, frames;
    int64_t only; /* this directed net alone; -1: all */
    const bonnet_room *room;
} options;

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

enum { FRAMES = 5, MOST_FRAMES = 64 }; /* four arrays work on four frames a walk: the second walk is not full */

/* Images for a net and what golden makes of them, once for all backends. */
typedef struct answers {
    uint8_t *pixels;
    uint32_t frames;
    bonnet_frame frame[MOST_FRAMES];
} answers;

static void answers_free(answers *a)
{
    for (uint32_t f = 0; f < a->frames; f++) bonnet_frame_free(&a->frame[f]);
    free(a->pixels);
}

/* Takes over pixels, NULL or not. */
static int answers_make(answers *a, const bonnet_net *net, uint8_t *pixels, uint32_t frames)
{
    const size_t bytes = bonnet_net_input_bytes(net);
    memset(a, 0, sizeof *a);
    a->frames = frames;
    int ok = (a->pixels = pixels) != NULL;
    for (uint32_t f = 0; f < frames && ok; f++)
        ok = bonnet_frame_make(&a->frame[f], net) &&
             bonnet_golden_run(net, a->pixels + f * bytes, a->frame[f].maps, a->frame[f].logits, NULL, NULL) == BONNET_OK;
    if (!ok) answers_free(a);
    return ok;
}

enum { MAY_NOT_FIT = 1, MAY_BE_SHORT = 2 }; /* a net may be refused: BONNET_EUNSUPPORTED; for want of the device's memory: BONNET_ENOMEM */

/* One frame with all its maps. *short_of: the device has no room for them. */
static int compare_maps(const bonnet_conform_device *dev, void *slot, const bonnet_net *net, const answers *want, int may_refuse, int *short_of)
{
    bonnet_error err = {""};
    bonnet_frame got;
    bonnet_parting at;
    bonnet_layer_cycles cycles[BONNET_MAX_LAYERS];
    if (!bonnet_frame_make(&got, net)) return fail(dev->uri, net, "maps", BONNET_ENOMEM, &err);
    bonnet_run run = {.pixels = want->pixels, .frames = 1, .logits = got.logits, .maps = got.maps, .layers = cycles, .timeout_ms = 600000};
    bonnet_status st = dev->backend->run(dev->self, slot, &run, &err);
    int bad = 0;
    *short_of = st == BONNET_ENOMEM && may_refuse & MAY_BE_SHORT;
    if (*short_of) bad = 0;
    else if (st) bad = fail(dev->uri, net, "run with maps", st, &err);
    else if (!bonnet_frame_equal(&at, net, &want->frame[0], &got)) bad = report(dev->uri, net, &at, 0);
    bonnet_frame_free(&got);
    return bad;
}

/* Several frames in one run, logits only. */
static int compare_batch(bonnet_conform_device *dev, void *slot, const bonnet_net *net, const answers *want)
{
    bonnet_error err = {""};
    int32_t *logits = calloc((size_t)want->frames * net->classes, sizeof *logits);
    bonnet_run run = {.pixels = want->pixels, .frames = want->frames, .logits = logits, .timeout_ms = 600000};
    bonnet_status st = logits ? dev->backend->run(dev->self, slot, &run, &err) : BONNET_ENOMEM;
    int bad = st ? fail(dev->uri, net, "batch", st, &err) : 0;
    dev->cycles += run.cycles;
    for (uint32_t i = 0; i < want->frames * net->classes && !bad; i++) {
        int32_t wanted = want->frame[i / net->classes].logits[i % net->classes];
        bonnet_parting at = {.layer = net->n_layers - 1, .channel = i % net->classes, .wanted = wanted, .got = logits[i]};
        if (logits[i] != wanted) bad = report(dev->uri, net, &at, i / net->classes);
    }
    free(logits);
    return bad;
}

static int run_on(bonnet_conform_device *dev, const bonnet_net *net, const answers *want, int may_refuse)
{
    bonnet_error err = {""};
    void *slot = NULL;
    bonnet_status st = dev->backend->load(dev->self, &slot, net, &err);
    if ((st == BONNET_EUNSUPPORTED && may_refuse) || (st == BONNET_ENOMEM && may_refuse & MAY_BE_SHORT)) {
        dev->refused++;
        return 0;
    }
    if (st) return fail(dev->uri, net, "load", st, &err);
    int short_of = 0, bad = compare_maps(dev, slot, net, want, may_refuse, &short_of) || compare_batch(dev, slot, net, want);
    dev->backend->unload(dev->self, slot);
    if (short_of) return dev->refused++, bad; /* logits alone are not a whole check */
    dev->nets++, dev->maps += net->n_layers;
    for (uint32_t i = 0; i < net->n_layers; i++) dev->words += bonnet_net_map_words(net, i);
    return bad;
}

/* A net, or a part of one, on every backend. `how` is what repeats it. */
static int run_answers(const options *o, const bonnet_net *net, const answers *want, int may_refuse, const char *how)
{
    int bad = 0;
    for (uint32_t i = 0; i < o->n_devices && !bad; i++) {
        bad = run_on(o->device[i], net, want, (may_refuse ? MAY_NOT_FIT : 0) | (o->some ? MAY_NOT_FIT | MAY_BE_SHORT : 0));
        if (bad)
            fprintf(stderr, "replay: build/tests/conform --backend '%s' --size %s%s %s\n", o->device[i]->uri,
                    o->room == &bonnet_room_tiny    ? "tiny"
                    : o->room == &bonnet_room_small ? "small"
                                                    : "asic",
                    o->big ? " --big" : "", how);
    }
    return bad;
}

/* Layers first .. last of the net, on what the whole net's answers say of the map before them; they end as the whole net's map there. */
static int run_part(const options *o, const bonnet_net *net, const answers *whole, uint32_t first, uint32_t last, const char *how)
{
    char why[200] = "out of memory";
    answers want = {0};
    bonnet_net *part = bonnet_net_part(net, first, last);
    int bad = !part || bonnet_net_check_part(part, why, sizeof why) != NULL;
    const size_t bytes = bad ? 0 : bonnet_net_input_bytes(part), words = bonnet_net_map_words(net, last);
    uint8_t *pixels = bytes ? malloc(bytes * whole->frames) : NULL;
    for (uint32_t f = 0; pixels && f < whole->frames; f++)
        for (size_t i = 0; i < bytes; i++)
            pixels[f * bytes + i] = first ? (uint8_t)(whole->frame[f].maps[first - 1][i / 8] >> 8 * (i % 8)) : whole->pixels[f * bytes + i];
    bad = bad || !answers_make(&want, part, pixels, whole->frames);
    if (bad) fprintf(stderr, "conform: net %s, layers %u to %u: %s\nreplay: conform %s --cuts\n", net->name, first, last, why, how);
    for (uint32_t f = 0; f < want.frames && !bad; f++) {
        bad = memcmp(want.frame[f].maps[part->n_layers - 1], whole->frame[f].maps[last], words * sizeof(uint64_t)) != 0;
        if (bad)
            fprintf(stderr, "conform: golden: net %s: layers %u to %u are not as in the whole\nreplay: conform %s --cuts\n", net->name, first, last,
                    how);
    }
    char again[120];
    snprintf(again, sizeof again, "%s --cuts (layers %u to %u)", how, first, last);
    bad = bad || run_answers(o, part, &want, 1, again);
    answers_free(&want);
    bonnet_net_free(part);
    return bad;
}

static int run_net(const options *o, const bonnet_net *net, uint64_t seed, int may_refuse, const char *how)
{
    char why[200];
    answers want;
    if (bonnet_net_check(net, why, sizeof why))
        return fprintf(stderr, "conform: net %s is not sound: %s\nreplay: conform %s\n", net->name, why, how), 1;
    if (!answers_make(&want, net, bonnet_random_image(net, seed, o->frames), o->frames)) return fprintf(stderr, "conform: out of memory\n"), 1;
    int bad = !o->cuts && run_answers(o, net, &want, may_refuse, how);
    for (uint32_t cut = 0; o->cuts && cut < net->n_layers && !bad; cut++)
        if (bonnet_net_cut(net, cut)) bad = run_part(o, net, &want, 0, cut, how) || run_part(o, net, &want, cut + 1, net->n_layers - 1, how);
    answers_free(&want);
    return bad;
}

static int run_directed(const options *o)
{
    int end = 0, bad = 0;
    char how[80];
    for (uint32_t i = o->only >= 0 ? (uint32_t)o->only : 0; !bad && (o->only < 0 || i == (uint32_t)o->only); i += o->quick ? 7 : 1) {
        bonnet_net *net = bonnet_directed_net(i, &end);
        if (end) break;
        if (!net) return fprintf(stderr, "conform: out of memory\n"), 1;
        snprintf(how, sizeof how, "--directed %u --cases 0", i);
        bad = run_net(o, net, i, o->room != &bonnet_room_asic && strstr(net->name, "-asic"), how);
        bonnet_net_free(net);
    }
    return bad;
}

static int run_random(const options *o)
{
    int bad = 0;
    char how[80];
    for (uint32_t i = 0; i < o->cases && !bad; i++) {
        uint64_t seed = o->seed + i;
        bonnet_net *net = o->general ? bonnet_random_general(seed) : bonnet_random_net(seed, o->room, (int)o->big);
        if (!net) return fprintf(stderr, "conform: no network from seed %llu\n", (unsigned long long)seed), 1;
        snprintf(how, sizeof how, "--seed %llu --cases 1 %s", (unsigned long long)seed, o->general ? "--general" : "--no-directed");
        bad = run_net(o, net, seed, (int)o->big, how);
        bonnet_net_free(net);
    }
    return bad;
}

static int parse(options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(argv[i], "--quick")) o->quick = 1;
        else if (!strcmp(argv[i], "--big")) o->big = 1;
        else if (!strcmp(argv[i], "--no-directed")) o->directed = 0;
        else if (!strcmp(argv[i], "--some")) o->some = 1;
        else if (!strcmp(argv[i], "--cuts")) o->cuts = 1;
        else if (!strcmp(argv[i], "--general")) o->general = 1, o->directed = 0;
        else if (!value) return 0;
        else if (!strcmp(argv[i], "--backend") && o->n_uris < MAX_DEVICES) o->uri[o->n_uris++] = argv[++i];
        else if (!strcmp(argv[i], "--seed")) o->seed = strtoull(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "--cases")) o->cases = (uint32_t)strtoul(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "--frames") && strtoul(value, NULL, 0) - 1 < MOST_FRAMES) o->frames = (uint32_t)strtoul(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "--directed")) o->only = (int64_t)strtoul(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "--size") && !strcmp(value, "tiny")) o->room = &bonnet_room_tiny, i++;
        else if (!strcmp(argv[i], "--size") && !strcmp(value, "small")) o->room = &bonnet_room_small, i++;
        else if (!strcmp(argv[i], "--size") && !strcmp(value, "asic")) o->room = &bonnet_room_asic, i++;
        else return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    options o = {.seed = 1, .cases = UINT32_MAX, .directed = 1, .only = -1, .frames = FRAMES, .room = &bonnet_room_asic};
    if (!parse(&o, argc, argv)) {
        fprintf(stderr,
                "usage: conform [--backend URI]... [--seed N] [--cases N] [--size asic|small|tiny] [--big] [--quick] [--no-directed] [--directed N] "
                "[--some] [--general] [--cuts] [--frames N]\n");
        return 2;
    }
    if (o.cases == UINT32_MAX) o.cases = o.only >= 0 ? 0 : o.quick ? 10 : 100;
    if (!o.n_uris) {
        static const char *const asic[] = {"cpu:",
                                           "cpu:isa=amx,threads=2",
                                           "cpu:isa=avx512",
                                           "cpu:isa=avx2,threads=3",
                                           "cpu:isa=portable,threads=2",
                                           "mock:",
                                           "sim:",
                                           "sim:stall=40",
                                           NULL};
        static const char *const tiny[] = {"cpu:", "mock:geometry=tiny", "sim:geometry=tiny", "sim:geometry=tiny,stall=40", NULL};
        static const char *const small[] = {"cpu:", "mock:geometry=small", "sim:geometry=small", "sim:geometry=small,stall=40", NULL};
        for (const char *const *uri = o.room == &bonnet_room_tiny ? tiny : o.room == &bonnet_room_small ? small : asic; *uri; uri++)
            o.uri[o.n_uris++] = *uri;
    }
    bonnet_conform_device device[MAX_DEVICES];
    int bad = 0;
    for (uint32_t i = 0; i < o.n_uris && !bad; i++) {
        int rc = bonnet_conform_open(&device[i], o.uri[i]);
        if (rc == 0 && o.general) rc = bonnet_conform_mix(&device[i]);
        if (rc == 0) o.device[o.n_devices++] = &device[i];
        bad = rc == 1;
    }
    const int none = !bad && !o.n_devices;
    bad = bad || (o.directed && run_directed(&o)) || run_random(&o);
    for (uint32_t i = 0; i < o.n_devices; i++) {
        const bonnet_conform_device *d = o.device[i];
        if (!bad && o.some && !d->nets) {
            fprintf(stderr, "conform: %s took none of the nets\n", d->uri);
            bad = 1;
        }
        if (!bad && o.only < 0 && !o.general) bad = bonnet_conform_manners(d); /* theirs are BoolNets */
        if (!bad)
            printf("conform: %-26s equal to golden: %llu nets, %llu maps, %llu words, %llu batch cycles; %llu not supported; seed %llu\n", d->uri,
                   (unsigned long long)d->nets, (unsigned long long)d->maps, (unsigned long long)d->words, (unsigned long long)d->cycles,
                   (unsigned long long)d->refused, (unsigned long long)o.seed);
        bonnet_conform_close(o.device[i]);
    }
    return none ? 77 : bad;
}
