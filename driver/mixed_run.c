/* SPDX-License-Identifier: Apache-2.0 */
/* mixed_run.c - frames in lots through CPU and chip in turn: see mixed.h. */
#include <stdlib.h>
#include <string.h>
#include "deadline.h"
#include "mixed_parts.h"
#include "netdev.h"
#include "regdev.h"

enum { LOT_FRAMES = 256, LOT_WORDS = 1 << 22 }; /* most frames of a lot, most words of their maps together (but one frame always) */

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

static uint64_t *map_of(const lot *t, uint32_t frame, uint32_t layer) { return t->maps + frame * t->slot->frame_words + t->slot->at[layer]; }

/* Layers first .. end - 1 of every frame of the lot. */
static bonnet_status on_cpu(lot *t, uint32_t first, uint32_t end)
{
    const bonnet_net *net = t->slot->net;
    const size_t image_bytes = bonnet_net_input_bytes(net);
    for (uint32_t f = 0; f < t->frames && first < end; f++) {
        const bonnet_status st = bonnet_deadline_poll(&t->deadline);
        if (st) return bonnet_fail(t->err, st, "%s (frame %u of %u)", bonnet_deadline_text(st), t->first + f, t->run->frames);
        for (uint32_t i = 0; i < net->n_layers; i++) t->slot->cpu->maps[i] = map_of(t, f, i);
        uint64_t from = bonnet_now_ns(), to;
        for (uint32_t i = first; i < end; i++, from = to) {
            bonnet_cpu_run_layer(t->slot->cpu, i, t->run->pixels + (t->first + f) * image_bytes);
            to = bonnet_now_ns();
            if (t->run->layers) t->run->layers[i].nanoseconds += to - from;
        }
    }
    return BONNET_OK;
}

/* What the chip says of a segment's layers becomes the network's: its job began when `before` cycles of this lot were over. */
static void report(const lot *t, const bonnet_segment *s, const bonnet_run *part, uint64_t before, uint32_t first_event)
{
    bonnet_run *run = t->run;
    for (uint32_t i = 1; run->layers && i < s->net->n_layers; i++) {
        bonnet_layer_cycles *l = &run->layers[s->conv[i]];
        *l = part->layers[i];
        l->start += before;
        l->end += before;
        l->frames = part->walk_frames;
        if (i == 1) l->dram_bytes += part->layers[0].dram_bytes; /* the map that it was given */
        if (s->map[i] != s->conv[i]) run->layers[s->map[i]] = (bonnet_layer_cycles){.frames = part->walk_frames, .within = s->conv[i] + 1};
    }
    for (uint32_t i = first_event; i < run->n_events; i++) {
        bonnet_event *e = &run->events[i];
        e->layer = s->conv[e->layer ? e->layer : 1];
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
    for (uint32_t i = 1; run->maps && i < s->net->n_layers; i++) maps[i] = run->maps[s->map[i]];
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

/* The maps of the one frame: a segment's came from the chip as they were made. A convolution with its pool or join in it makes none of its own: the
 * CPU does. */
static void copy_maps(const lot *t)
{
    const mixed_slot *s = t->slot;
    for (uint32_t i = 0, n = 0; i < s->net->n_layers; i++) {
        const size_t bytes = bonnet_net_map_words(s->net, i) * sizeof(uint64_t);
        while (n < s->n && s->segments[n].last < i) n++;
        const int there = n < s->n && s->segments[n].first <= i;
        int made = 0;
        for (uint32_t j = 1; there && j < s->segments[n].net->n_layers; j++) made |= s->segments[n].map[j] == i;
        if (made) memcpy(map_of(t, 0, i), t->run->maps[i], bytes);
        if (there && !made) bonnet_cpu_run_layer(s->cpu, i, t->run->pixels);
        if (!made) memcpy(t->run->maps[i], map_of(t, 0, i), bytes);
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

uint32_t bonnet_mixed_lot(const bonnet_net *net)
{
    size_t words = 1;
    for (uint32_t i = 0; i < net->n_layers; i++) words += bonnet_net_map_words(net, i);
    const size_t fit = LOT_WORDS / words;
    return fit < 1 ? 1 : fit < LOT_FRAMES ? (uint32_t)fit : LOT_FRAMES;
}

bonnet_status mixed_run(void *self, void *slot, bonnet_run *run, bonnet_error *err)
{
    const mixed *dev = self;
    mixed_slot *s = slot;
    bonnet_status st = bonnet_netdev_begin(s->net, run, err);
    if (st) return st;
    uint32_t most = bonnet_mixed_lot(s->net);
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
    for (uint32_t i = 0; run->layers && i < s->net->n_layers; i++)
        if (!run->layers[i].frames) run->layers[i].frames = 1; /* the CPU takes one after the other */
    for (uint32_t i = 0; i < s->net->n_layers; i++) s->cpu->maps[i] = s->own[i];
    free(t.maps);
    free(t.given);
    free(t.pixels);
    free(t.results);
    return st;
}
