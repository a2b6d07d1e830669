/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model_test.c - what host/model says a job takes, against the counters of the simulated chip: descriptor by descriptor, layer by layer, in bytes.
 *
 *   build/tests/model [--seed N] [--cases N] [--geometry NAME] [--latency N] [--frames N] [--batch N] [--list] [FILE.bonnet]...
 *
 * Networks: the files, and `cases` random ones from seeds N, N+1, .. that fit the geometry. Without the options: asic and tiny, latency 20, 100, 200, one
 * frame and three in one job. Fails where a binary layer, the stem or the FC is more than 2 % off in busy cycles or the whole run is, or where
 * DRAM bytes are not equal, of every descriptor and in all. Prints the worst, and how much was right to the cycle. --list: every descriptor that is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../conform/net_build.h"
#include "backends.h"
#include "file.h"
#include "model.h"
#include "regdev.h"

enum { FRAMES = 3, BUDGET_PER_MILLE = 20, SMALL_CYCLES = 5 };

typedef struct test {
    const char *geometry;
    uint32_t latency, frames, list;
    bonnet_event *events; /* [BONNET_JOB_MAX] */
    bonnet_model_record *records;
    /* so far */
    uint64_t descriptors, exact, runs, runs_exact, layers, layers_exact;
    double worst_layer, worst_total;
    char where[200];
} test;

static uint64_t apart(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

static int complain(const test *t, const bonnet_net *net, const char *what, uint64_t wanted, uint64_t got)
{
    fprintf(stderr, "model: %s, %s, latency %u, %u frames: %s: the chip %llu, the model %llu\n", net->name, t->geometry, t->latency, t->frames, what,
            (unsigned long long)wanted, (unsigned long long)got);
    return 1;
}

static int compare_layers(test *t, const bonnet_net *net, const bonnet_job *job, const bonnet_layer_cycles *layers)
{
    uint64_t busy[BONNET_MAX_LAYERS] = {0};
    for (uint32_t i = 1; i < job->n_desc; i++) {
        const uint32_t op = bonnet_desc_get(job->desc[i], BONNET_F_JOB_OP);
        if (op != BONNET_OP_LOAD && op != BONNET_OP_STORE) busy[bonnet_desc_get(job->desc[i], BONNET_F_JOB_LAYER)] += t->records[i].busy;
    }
    for (uint32_t l = 0; l < net->n_layers; l++) {
        const uint64_t off = apart(busy[l], layers[l].busy);
        const double share = layers[l].busy ? (double)off / (double)layers[l].busy : 0;
        t->layers++, t->layers_exact += off == 0;
        if (share > t->worst_layer) {
            t->worst_layer = share;
            snprintf(t->where, sizeof t->where, "%s of %s, %s, latency %u: %llu, chip %llu", net->layers[l].name, net->name, t->geometry, t->latency,
                     (unsigned long long)busy[l], (unsigned long long)layers[l].busy);
        }
        if (1000 * off > BUDGET_PER_MILLE * layers[l].busy && off > SMALL_CYCLES)
            return complain(t, net, net->layers[l].name, layers[l].busy, busy[l]);
    }
    return 0;
}

static int compare_descriptors(test *t, const bonnet_net *net, const bonnet_job *job)
{
    for (uint32_t i = 1; i < job->n_desc; i++) {
        const bonnet_event *e = &t->events[i - 1];
        const bonnet_model_record *r = &t->records[i];
        const int same = r->start == e->start && r->end == e->end && r->busy == e->busy && r->stall_in == e->stall_in;
        t->descriptors++, t->exact += same;
        if (t->list && (!same || t->list > 1))
            printf("%4u %-5s %-24s start %llu %+lld end %llu %+lld busy %llu %+lld stall-in %llu %+lld stall-out %llu\n", i, e->operation,
                   net->layers[e->layer].name, (unsigned long long)e->start, (long long)(r->start - e->start), (unsigned long long)e->end,
                   (long long)(r->end - e->end), (unsigned long long)e->busy, (long long)(r->busy - e->busy), (unsigned long long)e->stall_in,
                   (long long)(r->stall_in - e->stall_in), (unsigned long long)e->stall_out);
        if (r->bytes != e->dram_bytes) {
            char what[40];
            snprintf(what, sizeof what, "bytes of descriptor %u", i);
            if (strcmp(e->operation, "stem")) return complain(t, net, what, e->dram_bytes, r->bytes);
        }
    }
    return 0;
}

static int compare(test *t, const bonnet_net *net, const bonnet_backend *sim, void *dev)
{
    const size_t bytes = (size_t)net->layers[0].in_h * net->layers[0].in_w * net->layers[0].in_c;
    bonnet_error err = {""};
    void *slot = NULL;
    bonnet_job *job = NULL;
    bonnet_layer_cycles layers[BONNET_MAX_LAYERS];
    bonnet_model_totals totals;
    uint8_t *pixels = calloc(t->frames, bytes);
    int32_t *logits = calloc(t->frames, net->classes * sizeof *logits);
    bonnet_status st = pixels && logits ? bonnet_regdev_job(&job, net, bonnet_regdev_geometry(dev), 0, &err) : BONNET_ENOMEM;
    if (st == BONNET_OK) st = sim->load(dev, &slot, net, &err);
    bonnet_run run = {.pixels = pixels,
                      .frames = t->frames,
                      .logits = logits,
                      .layers = layers,
                      .events = t->events,
                      .events_room = BONNET_JOB_MAX,
                      .timeout_ms = 600000};
    if (st == BONNET_OK) st = sim->run(dev, slot, &run, &err);
    if (st == BONNET_OK) {
        const uint32_t walk = job->batch * job->geometry.arrays;
        const bonnet_model_config c = bonnet_model_place(job, (t->frames + walk - 1) / walk, bonnet_regdev_walks(job), t->latency);
        st = bonnet_model_run(&totals, t->records, job, &c, &err);
    }
    int bad = st != BONNET_OK && st != BONNET_EUNSUPPORTED;
    if (bad) fprintf(stderr, "model: %s: %s (status %d)\n", net->name, err.text, st);
    if (st == BONNET_OK) {
        const double share = (double)apart(totals.cycles, run.cycles) / (double)run.cycles;
        t->runs++, t->runs_exact += totals.cycles == run.cycles;
        if (share > t->worst_total) t->worst_total = share;
        if (t->list)
            printf("%s, %s, latency %u, %u frames: %llu cycles, model %+lld\n", net->name, t->geometry, t->latency, t->frames,
                   (unsigned long long)run.cycles, (long long)(totals.cycles - run.cycles));
        bad = compare_descriptors(t, net, job) || compare_layers(t, net, job, layers);
        if (!bad && totals.bytes_in != run.bytes_in) bad = complain(t, net, "bytes in", run.bytes_in, totals.bytes_in);
        if (!bad && totals.bytes_out != run.bytes_out) bad = complain(t, net, "bytes out", run.bytes_out, totals.bytes_out);
        if (!bad && 1000 * apart(totals.cycles, run.cycles) > BUDGET_PER_MILLE * run.cycles)
            bad = complain(t, net, "cycles", run.cycles, totals.cycles);
    }
    if (slot) sim->unload(dev, slot);
    bonnet_job_free(job);
    free(pixels);
    free(logits);
    return bad;
}

/* A fresh chip for every run: its buffers then lie where the model puts them. */
static int on_chip(test *t, const bonnet_net *net)
{
    char path[80];
    bonnet_error err = {""};
    void *dev;
    bonnet_open_config config = {.timeout_ms = 600000, .seed = 1};
    snprintf(path, sizeof path, "geometry=%s,latency=%u", t->geometry, t->latency);
    bonnet_status st = bonnet_sim_backend.open(&dev, path, &config, &err);
    if (st != BONNET_OK) return fprintf(stderr, "model: sim:%s: %s\n", path, err.text), 1;
    int bad = compare(t, net, &bonnet_sim_backend, dev);
    bonnet_sim_backend.close(dev);
    return bad;
}

typedef struct options {
    uint64_t seed;
    uint32_t cases, latency, frames, list;
    const char *geometry;
    int argc;
    char **argv;
} options;

static int run_all(const options *o, test *t)
{
    int bad = 0;
    for (int i = 0; i < o->argc && !bad; i++) {
        bonnet_error err = {""};
        bonnet_file file = {0};
        if (bonnet_file_read(&file, o->argv[i], &err) != BONNET_OK) return fprintf(stderr, "model: %s: %s\n", o->argv[i], err.text), 1;
        bad = on_chip(t, file.net);
        bonnet_file_free(&file);
    }
    for (uint32_t i = 0; i < o->cases && !bad; i++) {
        const bonnet_room *room = strcmp(t->geometry, "tiny") ? &bonnet_room_asic : &bonnet_room_tiny;
        bonnet_net *net = bonnet_random_net(o->seed + i, room, 0);
        if (!net) return fprintf(stderr, "model: no network from seed %llu\n", (unsigned long long)(o->seed + i)), 1;
        bad = on_chip(t, net);
        if (bad)
            fprintf(stderr, "replay: build/tests/model --seed %llu --cases 1 --geometry %s --latency %u --frames %u --list\n",
                    (unsigned long long)(o->seed + i), t->geometry, t->latency, t->frames);
        bonnet_net_free(net);
    }
    return bad;
}

static int parse(options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(argv[i], "--list")) o->list++;
        else if (!strcmp(argv[i], "--seed")) o->seed = strtoull(value, NULL, 0), i++;
        else if (!strcmp(argv[i], "--cases")) o->cases = (uint32_t)strtoul(value, NULL, 0), i++;
        else if (!strcmp(argv[i], "--latency")) o->latency = (uint32_t)strtoul(value, NULL, 0), i++;
        else if (!strcmp(argv[i], "--frames")) o->frames = (uint32_t)strtoul(value, NULL, 0), i++;
        else if (!strcmp(argv[i], "--geometry")) o->geometry = value, i++;
        else if (argv[i][0] == '-') return 0;
        else {
            o->argc = argc - i, o->argv = argv + i;
            break;
        }
    }
    return 1;
}

int main(int argc, char **argv)
{
    static const char *const geometries[] = {"asic", "tiny"};
    static const uint32_t latencies[] = {20, 100, 200};
    options o = {.seed = 1, .cases = 4};
    if (!parse(&o, argc, argv)) {
        fprintf(stderr, "usage: model [--seed N] [--cases N] [--geometry NAME] [--latency N] [--frames N] [--list] [FILE.bonnet]...\n");
        return 2;
    }
    test t = {.list = o.list, .events = calloc(BONNET_JOB_MAX, sizeof *t.events), .records = calloc(BONNET_JOB_MAX + 1, sizeof *t.records)};
    int bad = !t.events || !t.records;
    for (size_t g = 0; g < sizeof geometries / sizeof *geometries && !bad; g++)
        for (size_t l = 0; l < sizeof latencies / sizeof *latencies && !bad; l++)
            for (uint32_t frames = 1; frames <= FRAMES && !bad; frames += FRAMES - 1) {
                if (o.geometry && g) continue;
                if (o.latency && l) continue;
                if (o.frames && frames > 1) continue;
                t.geometry = o.geometry ? o.geometry : geometries[g];
                t.latency = o.latency ? o.latency : latencies[l];
                t.frames = o.frames ? o.frames : frames;
                bad = run_all(&o, &t);
            }
    printf("model: %llu runs, %llu right to the cycle, worst %.3f %%; %llu layers, %llu right, worst busy %.3f %% (%s); %llu descriptors, %llu "
           "right; bytes equal\n",
           (unsigned long long)t.runs, (unsigned long long)t.runs_exact, 100 * t.worst_total, (unsigned long long)t.layers,
           (unsigned long long)t.layers_exact, 100 * t.worst_layer, *t.where ? t.where : "none", (unsigned long long)t.descriptors,
           (unsigned long long)t.exact);
    free(t.events);
    free(t.records);
    return bad;
}
