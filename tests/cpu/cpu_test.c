/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_test.c - "cpu:" at the shapes of ImageNet: every map and logit of the four networks equal to golden, in every kernel set of this machine, with one to
 * three threads; and its options, right and wrong. Small odd shapes are tests/conform's business.
 *
 *   build/tests/cpu_test [--side N]... [--seed N] [--only NET]      default: --side 64 --side 75; NET 0..3
 *
 * Exit 0: all equal; 1: not, with the first difference and the line that repeats it.
 */
#include "../bench/bench_net.h"
#include "../conform/compare.h"
#include "backends.h"
#include "cpu.h"
#include "golden/golden.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    bonnet_bench_arch arch;
    uint32_t k;
} nets[] = {{BONNET_BENCH_BASENET, 1}, {BONNET_BENCH_BASENET, 4}, {BONNET_BENCH_BOOLNET, 4}, {BONNET_BENCH_BOOLNET_STAR, 4}};
enum { NETS = 4 };

/* One frame on one device. */
static int run_on(const char *options, const bonnet_net *net, const uint8_t *image, const bonnet_frame *want)
{
    const bonnet_backend *b = &bonnet_cpu_backend;
    bonnet_error err = {""};
    bonnet_frame got;
    bonnet_parting at;
    void *self = NULL, *slot = NULL;
    if (!bonnet_frame_make(&got, net)) return 0;
    int ok = b->open(&self, options, NULL, &err) == BONNET_OK && b->load(self, &slot, net, &err) == BONNET_OK;
    bonnet_run run = {.pixels = image, .frames = 1, .logits = got.logits, .maps = got.maps, .timeout_ms = 600000};
    ok = ok && b->run(self, slot, &run, &err) == BONNET_OK;
    if (!ok) fprintf(stderr, "cpu_test: cpu:%s: %s: %s\n", options, net->name, err.text);
    else if (!bonnet_frame_equal(&at, net, want, &got)) {
        fprintf(stderr, "cpu_test: cpu:%s: %s: layer %u '%s' y %u x %u channel %u slice %u: wanted %lld, got %lld\n", options, net->name, at.layer,
                net->layers[at.layer].name, at.y, at.x, at.channel, at.slice, (long long)at.wanted, (long long)at.got);
        ok = 0;
    }
    if (slot) b->unload(self, slot);
    if (self) b->close(self);
    bonnet_frame_free(&got);
    return ok;
}

/* One network in every set and with every number of threads. */
static int compare(uint32_t which, uint32_t side, uint64_t seed, uint32_t *runs)
{
    char why[200], options[40];
    bonnet_frame want = {0};
    bonnet_net *net = bonnet_bench_net(nets[which].arch, nets[which].k, side, 10 + side % 7, seed);
    uint8_t *image = net ? bonnet_random_image(net, seed, 1) : NULL;
    int ok = image && !bonnet_net_check(net, why, sizeof why) && bonnet_frame_make(&want, net) &&
             bonnet_golden_run(net, image, want.maps, want.logits, NULL, NULL) == BONNET_OK;
    if (!ok) fprintf(stderr, "cpu_test: net %u at %u: no memory, or not sound\n", which, side);
    for (size_t i = 0; bonnet_cpu_sets[i] && ok; i++)
        for (uint32_t threads = 1; threads <= 3 && ok && bonnet_cpu_sets[i]->supported(); threads++, ++*runs) {
            snprintf(options, sizeof options, "isa=%s,threads=%u", bonnet_cpu_sets[i]->name, threads);
            ok = run_on(options, net, image, &want);
        }
    bonnet_frame_free(&want);
    free(image);
    bonnet_net_free(net);
    if (!ok) fprintf(stderr, "replay: build/tests/cpu_test --side %u --seed %llu --only %u\n", side, (unsigned long long)seed, which);
    return ok;
}

/* Wrong options end in one line that says what would be right. */
static int options_are_checked(void)
{
    static const struct {
        const char *options, *says;
    } wrong[] = {{"isa=mmx", "known: "},         {"isa=", "known: "},
                 {"threads=0", "from 1 to 64"},  {"threads=65", "from 1 to 64"},
                 {"threads=", "from 1 to 64"},   {"threads=2x", "from 1 to 64"},
                 {"threads=-1", "from 1 to 64"}, {"avx2", "known: isa=NAME, threads=N"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bonnet_error err = {""};
        void *self = NULL;
        bonnet_status st = bonnet_cpu_backend.open(&self, wrong[i].options, NULL, &err);
        if (st != BONNET_EINVAL || self || !strstr(err.text, wrong[i].says) || strchr(err.text, '\n'))
            return fprintf(stderr, "cpu_test: cpu:%s: status %d, '%s'; wanted a line with '%s'\n", wrong[i].options, st, err.text, wrong[i].says), 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    uint32_t sides[8] = {64, 75}, n_sides = 0, runs = 0;
    uint64_t seed = 1;
    int64_t only = -1;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && !strcmp(argv[i], "--side") && n_sides < 8) sides[n_sides++] = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (i + 1 < argc && !strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], NULL, 0);
        else if (i + 1 < argc && !strcmp(argv[i], "--only")) only = (int64_t)strtoul(argv[i + 1], NULL, 10);
        else return fprintf(stderr, "usage: cpu_test [--side N]... [--seed N] [--only NET]\n"), 2;
    }
    int ok = options_are_checked();
    for (uint32_t s = 0; s < (n_sides ? n_sides : 2); s++)
        for (uint32_t i = 0; i < NETS && ok; i++)
            if (only < 0 || only == (int64_t)i) ok = compare(i, sides[s], seed, &runs);
    if (ok) printf("cpu_test: %u frames equal to golden, every map; seed %llu\n", runs, (unsigned long long)seed);
    return !ok;
}
