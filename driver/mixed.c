/* SPDX-License-Identifier: Apache-2.0 */
/* mixed.c - see mixed.h. */
#include "mixed.h"
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "bytes.h"
#include "cpu.h"
#include "deadline.h"
#include "netdev.h"
#include "regdev.h"

enum { MOST_BATCH = 16, LOT_FRAMES = 256, LOT_WORDS = 1 << 22 }; /* most frames of a lot, most words of their maps together (but one frame always) */

typedef struct mixed {
    void *chip, *cpu; /* the chip is somebody else's */
    uint32_t timeout_ms;
} mixed;

typedef struct mixed_slot {
    const bonnet_net *net;
    bonnet_cpu_net *cpu;
    bonnet_segment *segments;
    uint32_t n;
    void **placed;                /* [n]: each segment on the chip, */
    void **batched;               /*      and made for many frames at once; NULL: that saves nothing, or has no room */
    uint64_t **own;               /* [n_layers]: the CPU's own maps, which are put back after a run */
    size_t at[BONNET_MAX_LAYERS]; /* word of each map in a frame's storage */
    size_t frame_words;
} mixed_slot;

/* One call of run. */
typedef struct lot {
    const mixed *dev;
    mixed_slot *slot;
    bonnet_run *run;
    bonnet_deadline deadline;
    bonnet_error *err;
    uint64_t *maps;   /* [frames of the lot][frame_words] */
    uint64_t *given;  /* what a segment is given, of one frame; */
    uint8_t *pixels;  /* of all, as bytes */
    int32_t *results; /* of one segment, all frames */
    uint32_t first, frames;
} lot;

bonnet_status bonnet_mixed_open(void **self, void *chip, const bonnet_open_config *config, bonnet_error *err)
{
    mixed *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    dev->chip = chip;
    dev->timeout_ms = config && config->timeout_ms ? config->timeout_ms : BONNET_NETDEV_TIMEOUT_MS;
    const bonnet_status st = bonnet_cpu_backend.open(&dev->cpu, "", config, err);
    if (st == BONNET_OK) *self = dev;
    else free(dev);
    return st;
}

static void mixed_close(void *self)
{
    mixed *dev = self;
    if (!dev) return;
    bonnet_cpu_backend.close(dev->cpu);
    free(dev);
}

static void mixed_unload(void *self, void *slot)
{
    mixed *dev = self;
    mixed_slot *s = slot;
    if (!s) return;
    for (uint32_t i = 0; s->placed && s->batched && i < s->n; i++) {
        bonnet_regdev_unload(dev->chip, s->placed[i]);
        bonnet_regdev_unload(dev->chip, s->batched[i]);
    }
    if (s->cpu) bonnet_cpu_backend.unload(dev->cpu, s->cpu);
    bonnet_segments_free(s->segments, s->n);
    free(s->placed);
    free(s->batched);
    free(s->own);
    free(s);
}

/* Weights that do not stay in the chip are loaded once for as many frames as make the loads the shorter part, or as have room. */
static bonnet_status place_batch(mixed *dev, mixed_slot *s, uint32_t number, bonnet_error *err)
{
    const bonnet_geometry *g = bonnet_regdev_geometry(dev->chip);
    const bonnet_net *net = s->segments[number].net;
    uint32_t pixels = UINT32_MAX, batch = 1;
    for (uint32_t i = 1; i < net->n_layers; i++) /* a weight row is one cycle for each pixel, and lanes * 64 bits on the bus */
        if (net->layers[i].out_h * net->layers[i].out_w < pixels) pixels = net->layers[i].out_h * net->layers[i].out_w;
    while (batch < MOST_BATCH && (uint64_t)batch * pixels < g->lanes * 64 / g->bus_bits) batch *= 2;
    for (; batch > 1; batch /= 2) {
        bonnet_error tried = {""};
        const bonnet_status st = bonnet_regdev_load_batch(dev->chip, &s->batched[number], net, batch, &tried);
        if (st == BONNET_OK) return st;
        if (st != BONNET_EUNSUPPORTED && st != BONNET_ENOMEM) return bonnet_fail(err, st, "%s", tried.text);
    }
    return BONNET_OK;
}

static bonnet_status place(mixed *dev, mixed_slot *s, bonnet_error *err)
{
    void *cpu = NULL;
    bonnet_status st = bonnet_cpu_backend.load(dev->cpu, &cpu, s->net, err);
    s->cpu = cpu;
    if (st == BONNET_OK) st = bonnet_segments(&s->segments, &s->n, s->net, bonnet_regdev_geometry(dev->chip), err);
    if (st != BONNET_OK) return st;
    s->placed = calloc(s->n ? s->n : 1, sizeof *s->placed);
    s->batched = calloc(s->n ? s->n : 1, sizeof *s->batched);
    s->own = calloc(s->net->n_layers, sizeof *s->own);
    if (!s->placed || !s->batched || !s->own) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < s->net->n_layers; i++) {
        s->own[i] = s->cpu->maps[i];
        s->at[i] = s->frame_words;
        s->frame_words += bonnet_net_map_words(s->net, i);
    }
    for (uint32_t i = 0; i < s->n && st == BONNET_OK; i++) {
        st = bonnet_regdev_load(dev->chip, &s->placed[i], s->segments[i].net, err);
        if (st == BONNET_OK && !bonnet_regdev_resident(s->placed[i])) st = place_batch(dev, s, i, err);
    }
    return st;
}

static bonnet_status mixed_load(void *self, void **slot, const bonnet_net *net, bonnet_error *err)
{
    if (!bonnet_net_general(net)) return bonnet_fail(err, BONNET_EINVAL, "not a network of general layers");
    mixed_slot *s = calloc(1, sizeof *s);
    if (!s) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    s->net = net;
    const bonnet_status st = place(self, s, err);
    if (st == BONNET_OK) *slot = s;
    else mixed_unload(self, s);
    return st;
}

static uint64_t *map_of(const lot *t, uint32_t frame, uint32_t layer) { return t->maps + frame * t->slot->frame_words + t->slot->at[layer]; }

/* Layers first .. end - 1 of every frame of the lot. */
static bonnet_status on_cpu(lot *t, uint32_t first, uint32_t end)
{
    const bonnet_net *net = t->slot->net;
    const size_t image_bytes = (size_t)net->layers[0].in_h * net->layers[0].in_w * net->layers[0].in_c;
    for (uint32_t f = 0; f < t->frames && first < end; f++) {
        const bonnet_status st = bonnet_deadline_poll(&t->deadline);
        if (st) return bonnet_fail(t->err, st, "%s (frame %u of %u)", bonnet_deadline_text(st), t->first + f, t->run->frames);
        for (uint32_t i = 0; i < net->n_layers; i++) t->slot->cpu->maps[i] = map_of(t, f, i);
        for (uint32_t i = first; i < end; i++) bonnet_cpu_run_layer(t->slot->cpu, i, t->run->pixels + (t->first + f) * image_bytes);
    }
    return BONNET_OK;
}

/* What the chip says of a segment's layers becomes the network's: its job began when `before` cycles of this lot were over. */
static void report(const lot *t, const bonnet_segment *s, const bonnet_run *part, uint64_t before, uint32_t first_event)
{
    bonnet_run *run = t->run;
    for (uint32_t i = 1; run->layers && i < s->net->n_layers; i++) {
        bonnet_layer_cycles *l = &run->layers[s->first + i - 1];
        *l = part->layers[i];
        l->start += before;
        l->end += before;
        if (i == 1) l->dram_bytes += part->layers[0].dram_bytes; /* the map that it was given */
    }
    for (uint32_t i = first_event; i < run->n_events; i++) {
        bonnet_event *e = &run->events[i];
        e->layer = s->first + (e->layer ? e->layer - 1 : 0);
        e->start += before;
        e->end += before;
    }
    run->cycles += part->cycles;
    run->bytes_in += part->bytes_in;
    run->bytes_out += part->bytes_out;
    run->walk_frames = part->walk_frames;
    run->clock_hz = part->clock_hz;
    run->lanes = part->lanes;
    run->sim_cycles = part->sim_cycles;
    run->sim_seconds = part->sim_seconds;
}

/* One start for frames first .. first + frames - 1 of the lot. */
static bonnet_status start(lot *t, uint32_t number, void *slot, uint32_t first, uint32_t frames, uint64_t *cycles)
{
    const bonnet_segment *s = &t->slot->segments[number];
    const size_t in = bonnet_net_map_words(s->net, 0), out = bonnet_net_map_words(s->net, s->net->n_layers - 1);
    bonnet_layer_cycles layers[BONNET_MAX_LAYERS];
    uint64_t *maps[BONNET_MAX_LAYERS] = {NULL};
    bonnet_run *run = t->run, part = {.frames = frames, .layers = layers, .cancel = run->cancel};
    const int64_t left_ms = (t->deadline.end_us - bonnet_now_us()) / 1000;
    part.pixels = t->pixels + first * 8 * in;
    part.logits = t->results + first * 2 * out;
    part.timeout_ms = left_ms < 1 ? 1 : left_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)left_ms;
    part.events = run->events ? run->events + run->n_events : NULL;
    part.events_room = run->events ? run->events_room - run->n_events : 0;
    for (uint32_t i = 1; run->maps && i < s->net->n_layers; i++) maps[i] = run->maps[s->first + i - 1];
    if (run->maps) part.maps = maps;
    const bonnet_status st = bonnet_regdev_run(t->dev->chip, slot, &part, t->err);
    if (st != BONNET_OK) return st;
    const uint32_t first_event = run->n_events;
    run->n_events += part.n_events;
    report(t, s, &part, *cycles, first_event);
    *cycles += part.cycles;
    return BONNET_OK;
}

static bonnet_status on_chip(lot *t, uint32_t number, uint64_t *cycles)
{
    const bonnet_segment *s = &t->slot->segments[number];
    const size_t in = bonnet_net_map_words(s->net, 0), out = bonnet_net_map_words(s->net, s->net->n_layers - 1);
    void *batched = t->run->maps ? NULL : t->slot->batched[number];
    const uint32_t walk = batched ? bonnet_regdev_walk_frames(batched) : 1, many = batched ? t->frames / walk * walk : 0;
    bonnet_status st = BONNET_OK;
    for (uint32_t f = 0; f < t->frames; f++) {
        bonnet_segment_given(t->given, s, t->slot->net, map_of(t, f, s->in));
        for (size_t i = 0; i < 8 * in; i++) t->pixels[8 * f * in + i] = (uint8_t)(t->given[i / 8] >> 8 * (i % 8));
    }
    const uint32_t events = t->run->n_events;
    if (many) st = start(t, number, batched, 0, many, cycles);
    if (many < t->frames) t->run->n_events = events; /* of the last start */
    if (st == BONNET_OK && many < t->frames) st = start(t, number, t->slot->placed[number], many, t->frames - many, cycles);
    for (uint32_t f = 0; st == BONNET_OK && f < t->frames; f++)
        for (size_t w = 0; w < out; w++) {
            const int32_t *half = t->results + 2 * (f * out + w);
            map_of(t, f, s->last)[w] = (uint64_t)(uint32_t)half[1] << 32 | (uint32_t)half[0];
        }
    return st;
}

static bonnet_status one_lot(lot *t)
{
    const mixed_slot *s = t->slot;
    const uint32_t n_layers = s->net->n_layers, classes = s->net->classes;
    uint32_t next = 0;
    uint64_t cycles = 0;
    bonnet_status st = BONNET_OK;
    t->run->n_events = 0; /* of the last lot */
    for (uint32_t i = 0; i < s->n && st == BONNET_OK; i++) {
        st = on_cpu(t, next, s->segments[i].first);
        if (st == BONNET_OK) st = on_chip(t, i, &cycles);
        next = s->segments[i].last + 1;
    }
    if (st == BONNET_OK) st = on_cpu(t, next, n_layers);
    for (uint32_t f = 0; f < t->frames && st == BONNET_OK; f++) {
        const uint64_t *last = map_of(t, f, n_layers - 1);
        for (uint32_t i = 0; i < classes; i++)
            t->run->logits[(size_t)(t->first + f) * classes + i] = (int32_t)(uint32_t)(last[i / 2] >> 32 * (i % 2));
    }
    return st;
}

/* The maps of the one frame: a segment's, but for its last, came from the chip as they were made. */
static void copy_maps(const lot *t)
{
    const mixed_slot *s = t->slot;
    for (uint32_t i = 0, n = 0; i < s->net->n_layers; i++) {
        while (n < s->n && s->segments[n].last < i) n++;
        if (n < s->n && s->segments[n].first <= i) continue;
        memcpy(t->run->maps[i], map_of(t, 0, i), bonnet_net_map_words(s->net, i) * sizeof(uint64_t));
    }
}

static int room(lot *t, uint32_t frames)
{
    size_t in = 1, out = 1;
    for (uint32_t i = 0; i < t->slot->n; i++) {
        const bonnet_net *net = t->slot->segments[i].net;
        const size_t a = bonnet_net_map_words(net, 0), b = bonnet_net_map_words(net, net->n_layers - 1);
        in = a > in ? a : in;
        out = b > out ? b : out;
    }
    t->maps = calloc(frames * t->slot->frame_words, sizeof *t->maps);
    t->given = calloc(in, sizeof *t->given);
    t->pixels = calloc(frames * in, 8);
    t->results = calloc(frames * out, 2 * sizeof *t->results);
    return t->maps && t->given && t->pixels && t->results;
}

static bonnet_status mixed_run(void *self, void *slot, bonnet_run *run, bonnet_error *err)
{
    const mixed *dev = self;
    mixed_slot *s = slot;
    bonnet_status st = bonnet_netdev_begin(s->net, run, err);
    if (st) return st;
    const size_t fit = LOT_WORDS / s->frame_words;
    uint32_t most = fit < 1 ? 1 : fit < LOT_FRAMES ? (uint32_t)fit : LOT_FRAMES;
    if (most > run->frames) most = run->frames;
    lot t = {.dev = dev, .slot = s, .run = run, .err = err};
    t.deadline = bonnet_deadline_start(run->timeout_ms, dev->timeout_ms, run->cancel);
    if (!room(&t, most)) st = bonnet_fail(err, BONNET_ENOMEM, "out of memory for %u frames at once", most);
    for (; t.first < run->frames && st == BONNET_OK; t.first += t.frames) {
        t.frames = run->frames - t.first < most ? run->frames - t.first : most;
        st = one_lot(&t);
        bonnet_progress news = {.frames = run->frames, .frames_done = t.first + t.frames, .cycles = run->cycles, .layer = ""};
        news.share = (double)news.frames_done / run->frames;
        if (st == BONNET_OK && run->progress) run->progress(run->progress_user, &news);
    }
    if (st == BONNET_OK && run->maps) copy_maps(&t);
    for (uint32_t i = 0; i < s->net->n_layers; i++) s->cpu->maps[i] = s->own[i];
    free(t.maps);
    free(t.given);
    free(t.pixels);
    free(t.results);
    return st;
}

const bonnet_backend bonnet_mixed_backend = {
    .scheme = "mixed",
    .summary = "the chip's conv unit and the CPU together, for general networks",
    .close = mixed_close,
    .load = mixed_load,
    .unload = mixed_unload,
    .run = mixed_run,
};
