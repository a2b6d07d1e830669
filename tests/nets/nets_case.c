/* SPDX-License-Identifier: Apache-2.0 */
/* nets_case.c - see nets_case.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../bench/bench_net.h"
#include "../conform/compare.h"
#include "nets_case.h"
#include "nets_promise.h"
#include "regdev.h"

const char *const nets_names[NETS] = {"basenet_k1", "basenet_k4", "boolnet_k4", "boolnet_k4_star"};
static const bonnet_bench_arch archs[NETS] = {BONNET_BENCH_BASENET, BONNET_BENCH_BASENET, BONNET_BENCH_BOOLNET, BONNET_BENCH_BOOLNET_STAR};

typedef struct runner {
    const nets_case *c;
    nets_found *found;
    bonnet_conform_device dev;
    void *slot;
    bonnet_net *net;
    bonnet_job *job;
    bonnet_net_job carried; /* the job as a file would carry it: how a device comes to one that is not the default */
    uint8_t *bytes, *pixels;
    int32_t *wanted; /* [frames][classes] */
    bonnet_error err;
} runner;

static int complain(const runner *r, const char *what)
{
    fprintf(stderr, "nets: %s: %s %ux%u, %u classes: %s%s%s\n", r->c->uri, nets_names[r->c->net], r->c->height, r->c->width, r->c->classes, what,
            r->err.text[0] ? ": " : "", r->err.text);
    return 1;
}

/* The job is made here, so that its promise is known and its batch is ours; the device gets it with the network. */
static int prepare(runner *r)
{
    const nets_case *c = r->c;
    char why[200];
    size_t size;
    r->net = bonnet_bench_net_sized(archs[c->net], c->net ? 4 : 1, c->height, c->width, c->classes, c->seed);
    r->pixels = r->net ? bonnet_random_image(r->net, c->seed, c->frames) : NULL;
    r->wanted = calloc((size_t)c->frames * c->classes, sizeof *r->wanted);
    if (!r->pixels || !r->wanted) return complain(r, "out of memory");
    if (bonnet_net_check(r->net, why, sizeof why)) return complain(r, why);
    const bonnet_geometry *geometry = bonnet_regdev_geometry(r->dev.self);
    bonnet_status st = BONNET_EUNSUPPORTED;
    for (r->found->batch = c->batch; r->found->batch && st == BONNET_EUNSUPPORTED; r->found->batch -= st == BONNET_EUNSUPPORTED)
        st = bonnet_lower(&r->job, r->net, geometry, &(bonnet_lower_options){.batch = r->found->batch}, &r->err);
    if (st != BONNET_OK) return complain(r, "lowering");
    r->err.text[0] = '\0';
    if (bonnet_job_serialise(&r->bytes, &size, r->job, &r->err)) return complain(r, "the job as bytes");
    snprintf(r->carried.geometry, sizeof r->carried.geometry, "%s", bonnet_geometry_name(geometry));
    r->carried.bytes = r->bytes, r->carried.size = size;
    r->net->jobs = &r->carried, r->net->n_jobs = 1;
    if (r->dev.backend->load(r->dev.self, &r->slot, r->net, &r->err)) return complain(r, "load");
    return 0;
}

/* Logits of all frames, maps of the first. */
static int refer(runner *r, bonnet_frame *first)
{
    bonnet_conform_device ref;
    void *slot = NULL;
    if (bonnet_conform_open(&ref, r->c->reference)) return complain(r, "no reference device");
    bonnet_run one = {.pixels = r->pixels, .frames = 1, .logits = first->logits, .maps = first->maps, .timeout_ms = 600000};
    bonnet_run all = {.pixels = r->pixels, .frames = r->c->frames, .logits = r->wanted, .timeout_ms = 600000};
    int bad = ref.backend->load(ref.self, &slot, r->net, &r->err) || ref.backend->run(ref.self, slot, &one, &r->err) ||
              ref.backend->run(ref.self, slot, &all, &r->err);
    if (slot) ref.backend->unload(ref.self, slot);
    ref.backend->close(ref.self);
    return bad ? complain(r, "reference") : 0;
}

static int compare_maps(runner *r, const bonnet_frame *want)
{
    bonnet_frame got;
    bonnet_parting at;
    char text[160];
    if (!bonnet_frame_make(&got, r->net)) return complain(r, "out of memory");
    bonnet_run run = {.pixels = r->pixels, .frames = 1, .logits = got.logits, .maps = got.maps, .timeout_ms = 600000};
    bonnet_status st = r->dev.backend->run(r->dev.self, r->slot, &run, &r->err);
    if (st == BONNET_EUNSUPPORTED) { /* with a STORE for every map the largest networks have more descriptors than the chip has records */
        r->err.text[0] = '\0';
        bonnet_frame_free(&got);
        return 0;
    }
    int bad = st ? complain(r, "run with maps") : 0;
    r->err.text[0] = '\0'; /* a wait that timed out and went on leaves words */
    if (!bad && !bonnet_frame_equal(&at, r->net, want, &got)) {
        snprintf(text, sizeof text, "layer %u '%s' y %u x %u channel %u slice %u: wanted %lld, got %lld", at.layer, r->net->layers[at.layer].name,
                 at.y, at.x, at.channel, at.slice, (long long)at.wanted, (long long)at.got);
        bad = complain(r, text);
    }
    bonnet_frame_free(&got);
    for (uint32_t i = 0; i < r->net->n_layers; i++) r->found->words += bonnet_net_map_words(r->net, i);
    return bad;
}

/* `frames` frames from the first on: logits, and bytes as promised. */
static int stream(runner *r, uint32_t frames, int note)
{
    const uint32_t classes = r->c->classes;
    bonnet_layer_cycles layers[BONNET_MAX_LAYERS] = {{0}};
    int32_t *logits = calloc((size_t)frames * classes, sizeof *logits);
    bonnet_run run = {.pixels = r->pixels, .frames = frames, .logits = logits, .layers = layers, .timeout_ms = 600000};
    char text[200];
    int bad = !logits || r->dev.backend->run(r->dev.self, r->slot, &run, &r->err) ? complain(r, "run") : 0;
    r->err.text[0] = '\0';
    for (uint32_t i = 0; i < frames * classes && !bad; i++)
        if (logits[i] != r->wanted[i]) {
            snprintf(text, sizeof text, "frame %u of %u, logit %u: wanted %d, got %d", i / classes, frames, i % classes, r->wanted[i], logits[i]);
            bad = complain(r, text);
        }
    const uint32_t walks = (frames + run.walk_frames - 1) / (run.walk_frames ? run.walk_frames : 1);
    nets_promise p = nets_promise_of(r->job, walks);
    /* The mock counts no beats. */
    if (!bad && (run.bytes_in || run.bytes_out) && (run.bytes_in != p.in || run.bytes_out != p.out)) {
        snprintf(text, sizeof text, "%u walks moved %llu bytes in, %llu out; the job promises %llu, %llu", walks, (unsigned long long)run.bytes_in,
                 (unsigned long long)run.bytes_out, (unsigned long long)p.in, (unsigned long long)p.out);
        bad = complain(r, text);
    }
    if (!bad && note) {
        *r->found = (nets_found){r->found->batch, r->found->words, run.cycles, run.bytes_in, run.bytes_out, 0, p.maps};
        for (uint32_t i = 0; i < r->net->n_layers; i++)
            if (r->net->layers[i].kind != BONNET_LAYER_STEM && r->net->layers[i].kind != BONNET_LAYER_FC)
                r->found->binary_cycles += layers[i].busy + (i > 1 ? layers[i].stall_in : 0);
    }
    free(logits);
    return bad;
}

int nets_run(nets_found *found, const nets_case *c)
{
    runner r = {.c = c, .found = found};
    bonnet_frame want = {0};
    memset(found, 0, sizeof *found);
    if (bonnet_conform_open(&r.dev, c->uri)) return 1;
    int bad = prepare(&r);
    if (!bad && !bonnet_frame_make(&want, r.net)) bad = complain(&r, "out of memory");
    bad = bad || refer(&r, &want) || compare_maps(&r, &want) || stream(&r, c->frames, 1);
    if (!c->quick) bad = bad || stream(&r, c->frames, 0) || stream(&r, 1, 0);
    if (r.slot) r.dev.backend->unload(r.dev.self, r.slot);
    r.dev.backend->close(r.dev.self);
    bonnet_frame_free(&want);
    bonnet_job_free(r.job);
    free(r.bytes);
    free(r.pixels);
    free(r.wanted);
    bonnet_net_free(r.net);
    if (bad)
        fprintf(stderr,
                "replay: build/tests/nets --net %s --image %ux%u --classes %u --batch %u --frames %u --seed %llu --reference %s --backend '%s'\n",
                nets_names[c->net], c->height, c->width, c->classes, c->batch, c->frames, (unsigned long long)c->seed, c->reference, c->uri);
    return bad;
}
