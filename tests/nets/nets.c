/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nets.c - the four published networks on the chip, against golden: which cases.
 *
 *   build/tests/nets --net NAME|all --image HxW --classes N [--backend URI]...     these cases
 *   build/tests/nets --weather N      N cases at 64x64 on sim: with random latency, bandwidth, pauses and batch
 *   build/tests/nets --sizes N [--side MIN..MAX] [--geometry NAME] [--backend SCHEME]
 *                                     N cases at random image sizes and classes, on mock: (checked job, no clock) or sim:
 *   build/tests/nets --latency        BoolNet k=4 at --image: utilisation and DRAM bytes with memories of 1, 100 and 200 cycles
 *   --batch N --frames N --seed N --reference golden:|cpu: --quick
 *
 * Exit 0: all equal; 1: not, with the first difference and the line that repeats it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nets_case.h"

typedef struct options {
    nets_case c;
    uint32_t all, weather, sizes, side_min, side_max, latency, n_uris;
    const char *geometry, *uri[8];
} options;

static int one(const nets_case *c)
{
    nets_found f;
    if (nets_run(&f, c)) return 1;
    printf("nets: %-48s %-15s %3ux%-3u %4u classes, batch %u: %llu words equal to %s", c->uri, nets_names[c->net], c->height, c->width, c->classes,
           f.batch, (unsigned long long)f.words, c->reference);
    if (f.cycles) printf("; %u frames %llu cycles", c->frames, (unsigned long long)f.cycles);
    if (f.bytes_in) printf(", %llu + %llu bytes as promised", (unsigned long long)f.bytes_in, (unsigned long long)f.bytes_out);
    printf("; maps through DRAM %llu bytes; seed %llu\n", (unsigned long long)f.map_bytes, (unsigned long long)c->seed);
    fflush(stdout);
    return 0;
}

static int given(const options *o)
{
    int bad = 0;
    for (uint32_t n = 0; n < NETS && !bad; n++)
        for (uint32_t i = 0; i < o->n_uris && !bad && (o->all || n == o->c.net); i++) {
            nets_case c = o->c;
            c.net = n;
            snprintf(c.uri, sizeof c.uri, "%s", o->uri[i]);
            bad = one(&c);
        }
    return bad;
}

/* The memory is at its worst and the batch is more than one: case i is network i % 4. */
static int weather(const options *o)
{
    int bad = 0;
    for (uint32_t i = 0; i < o->weather && !bad; i++) {
        nets_case c = o->c;
        bonnet_rng r = {c.seed + i};
        c.net = (c.seed + i) % NETS, c.seed += i, c.batch = 1 + bonnet_rng_below(&r, 3), c.frames = 2 * c.batch + 1;
        snprintf(c.uri, sizeof c.uri, "sim:geometry=%s,latency=%u,bandwidth=%u,stall=%u,seed=%u", o->geometry, bonnet_rng_below(&r, 250),
                 30 + bonnet_rng_below(&r, 71), bonnet_rng_below(&r, 50), 1 + bonnet_rng_below(&r, 1000000));
        bad = one(&c);
    }
    return bad;
}

/* Sizes that are multiples of nothing; the smallest, the largest and the oblong are met often. */
static uint32_t any_side(bonnet_rng *r, const options *o)
{
    if (bonnet_rng_chance(r, 10)) return bonnet_rng_chance(r, 50) ? o->side_min : o->side_max;
    return o->side_min + bonnet_rng_below(r, o->side_max - o->side_min + 1);
}

static int sizes(const options *o)
{
    int bad = 0;
    for (uint32_t i = 0; i < o->sizes && !bad; i++) {
        nets_case c = o->c;
        bonnet_rng r = {c.seed + i};
        c.net = (c.seed + i) % NETS, c.seed += i;
        c.height = any_side(&r, o), c.width = any_side(&r, o);
        c.classes = bonnet_rng_chance(&r, 20) ? 1000 : 10 + bonnet_rng_below(&r, 991);
        c.batch = bonnet_rng_chance(&r, 70) ? 1 : 2 + bonnet_rng_below(&r, 2), c.frames = c.batch + 1;
        snprintf(c.uri, sizeof c.uri, "%s:geometry=%s", o->n_uris ? o->uri[0] : "mock", o->geometry);
        bad = one(&c);
    }
    return bad;
}

/* Prefetch hides the memory: binary layers take no longer (half a percent) with 200 cycles of latency than with 1, and maps stay on the chip. */
static int latency(const options *o)
{
    static const uint32_t cycles[] = {1, 100, 200};
    uint64_t least = 0;
    int bad = 0;
    for (int i = 0; i < 3 && !bad; i++) {
        nets_case c = o->c;
        nets_found f;
        snprintf(c.uri, sizeof c.uri, "sim:geometry=%s,latency=%u", o->geometry, cycles[i]);
        bad = nets_run(&f, &c);
        if (bad) break;
        if (!i) least = f.binary_cycles;
        printf("nets: %s %ux%u, memory of %u cycles: binary layers %llu cycles, %llu frames in %llu cycles, %llu bytes of maps through DRAM\n",
               nets_names[c.net], c.height, c.width, cycles[i], (unsigned long long)f.binary_cycles, (unsigned long long)c.frames,
               (unsigned long long)f.cycles, (unsigned long long)f.map_bytes);
        bad = f.binary_cycles * 1000 > least * 1005 || f.map_bytes;
        if (bad) fprintf(stderr, "nets: binary layers slower with latency, or a map that fits went through DRAM\n");
    }
    return bad;
}

static int number(uint32_t *out, const char *text, uint32_t least, uint32_t most)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);
    *out = (uint32_t)v;
    return *text >= '0' && *text <= '9' && !*end && v >= least && v <= most;
}

static int parse(options *o, int argc, char **argv)
{
    for (int i = 1, ok = 1; i < argc; i++) {
        const char *flag = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(flag, "--quick")) o->c.quick = 1;
        else if (!strcmp(flag, "--latency")) o->latency = 1;
        else if (!v) return 0;
        else if (!strcmp(flag, "--net")) {
            o->all = !strcmp(v, "all");
            for (o->c.net = 0; !o->all && o->c.net < NETS && strcmp(v, nets_names[o->c.net]);) o->c.net++;
            ok = o->c.net < NETS;
        } else if (!strcmp(flag, "--image")) ok = sscanf(v, "%3ux%3u", &o->c.height, &o->c.width) == 2;
        else if (!strcmp(flag, "--side")) ok = sscanf(v, "%3u..%3u", &o->side_min, &o->side_max) == 2 && o->side_min && o->side_min <= o->side_max;
        else if (!strcmp(flag, "--classes")) ok = number(&o->c.classes, v, 1, 1024);
        else if (!strcmp(flag, "--batch")) ok = number(&o->c.batch, v, 1, 64);
        else if (!strcmp(flag, "--frames")) ok = number(&o->c.frames, v, 1, 1000);
        else if (!strcmp(flag, "--weather")) ok = number(&o->weather, v, 1, 100000);
        else if (!strcmp(flag, "--sizes")) ok = number(&o->sizes, v, 1, 100000);
        else if (!strcmp(flag, "--seed")) o->c.seed = strtoull(v, NULL, 0);
        else if (!strcmp(flag, "--geometry")) o->geometry = v;
        else if (!strcmp(flag, "--reference")) ok = snprintf(o->c.reference, sizeof o->c.reference, "%s", v) < (int)sizeof o->c.reference;
        else if (!strcmp(flag, "--backend") && o->n_uris < 8) ok = snprintf(o->c.uri, NETS_URI, "%s", o->uri[o->n_uris++] = v) < NETS_URI;
        else return 0;
        if (!ok) return 0;
        i += strcmp(flag, "--quick") && strcmp(flag, "--latency");
    }
    return 1;
}

int main(int argc, char **argv)
{
    options o = {.c = {.net = 2, .height = 64, .width = 64, .classes = 10, .batch = 1, .frames = 3, .seed = 1, .reference = "golden:"},
                 .side_min = 32,
                 .side_max = 512,
                 .geometry = "asic"};
    if (!parse(&o, argc, argv)) {
        fprintf(stderr, "usage: nets [--net NAME|all] [--image HxW] [--classes N] [--backend URI]... [--weather N] [--sizes N] [--side MIN..MAX]\n"
                        "            [--latency] [--geometry NAME] [--batch N] [--frames N] [--seed N] [--reference golden:|cpu:] [--quick]\n");
        return 2;
    }
    if (o.weather) return weather(&o);
    if (o.sizes) return sizes(&o);
    if (o.latency) return latency(&o);
    if (!o.n_uris) o.uri[o.n_uris++] = "sim:";
    return given(&o);
}
