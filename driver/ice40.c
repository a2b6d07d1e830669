/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ice40.c - `ice40:/dev/ttyUSBn`, a network whose binary layers run on an iCE40 UP5K at the end of a serial line; a network backend.
 *
 *     ice40:/dev/ttyUSB1
 *     ice40:/dev/ttyUSB1,silence-ms=60000      a line that says nothing for so long is dead (2000)
 *
 * Here: the int8 stem, the head's arithmetic and the fully connected layer, by sim/golden. There: every XNOR and popcount. The last block's
 * popcounts come back as numbers. Weights stay in the machine as far as they fit; a mark, written after them and read before every frame,
 * tells whether they are still there. Cycles are those of the machine at work; no frames per second come of them, because the line is slower. No board has run this: tests/ice40 has the Verilated machine, as RTL and as read from the bitstream.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "golden/golden.h"
#include "ice40.h"
#include "netdev.h"
#include "options.h"

enum { SILENCE_MS = 2000, MAX_SILENCE_MS = 600000 };

typedef struct ice40 {
    bonnet_ice40_line line;
    uint32_t timeout_ms;
    uint64_t marks; /* the number of the last mark */
} ice40;

typedef struct slot {
    const bonnet_net *net;
    bonnet_ice40_plan plan;
    uint64_t mark, *words; /* 0: the weights were never sent; room for all maps of a frame */
    uint64_t *maps[BONNET_MAX_LAYERS];
} slot;

typedef struct walk {
    ice40 *dev;
    slot *s;
    bonnet_run *run;
    bonnet_deadline deadline;
    uint64_t **maps; /* the caller's, or the slot's */
} walk;

/* A serial line does not say what is at its end before somebody opens it and writes, so nobody is told that there is one. */
static int ice40_present(void) { return 0; }

/* ---- open ---------------------------------------------------------------------------------------------------- */

static bonnet_status parse(const char *path, char name[BONNET_ICE40_PATH], uint32_t *silence_ms, bonnet_error *err)
{
    char text[2 * BONNET_ICE40_PATH], *rest = text, *item;
    *silence_ms = SILENCE_MS;
    *name = '\0';
    if (!path) path = "";
    if (strlen(path) >= sizeof text) return bonnet_fail(err, BONNET_EINVAL, "ice40: a name of %zu characters is too long", strlen(path));
    memcpy(text, path, strlen(path) + 1);
    while ((item = bonnet_option_next(&rest))) {
        char *value = bonnet_option_value(item), *end = NULL;
        if (!value && !*name && strlen(item) < BONNET_ICE40_PATH) {
            memcpy(name, item, strlen(item) + 1);
            continue;
        }
        const unsigned long n = value ? strtoul(value, &end, 10) : 0;
        if (!value || strcmp(item, "silence-ms") || *value < '0' || *value > '9' || *end || n < 1 || n > MAX_SILENCE_MS)
            return bonnet_fail(err, BONNET_EINVAL, "ice40: '%.60s' is not /dev/ttyUSBn or silence-ms=1..%d", item, MAX_SILENCE_MS);
        *silence_ms = (uint32_t)n;
    }
    return *name ? BONNET_OK : bonnet_fail(err, BONNET_EINVAL, "ice40: which serial line? the board's second port, as ice40:/dev/ttyUSB1");
}

static bonnet_status ice40_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    char name[BONNET_ICE40_PATH];
    uint32_t silence_ms;
    bonnet_status st = parse(path, name, &silence_ms, err);
    if (st) return st;
    ice40 *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    dev->timeout_ms = config && config->timeout_ms ? config->timeout_ms : BONNET_NETDEV_TIMEOUT_MS;
    dev->marks = (uint64_t)bonnet_now_us() << 16; /* another number than any opener before */
    st = bonnet_ice40_line_open(&dev->line, name, silence_ms, err);
    if (st) {
        free(dev);
        return st;
    }
    bonnet_deadline deadline = bonnet_deadline_start(0, dev->timeout_ms, NULL);
    if ((st = bonnet_ice40_ident(&dev->line, &deadline, err))) {
        bonnet_ice40_line_close(&dev->line);
        free(dev);
        return st;
    }
    *self = dev;
    return BONNET_OK;
}

static void ice40_close(void *self)
{
    ice40 *dev = self;
    if (dev) bonnet_ice40_line_close(&dev->line);
    free(dev);
}

/* ---- load ---------------------------------------------------------------------------------------------------- */

static void ice40_unload(void *self, void *made)
{
    slot *s = made;
    (void)self;
    if (!s) return;
    bonnet_ice40_plan_free(&s->plan);
    free(s->words);
    free(s);
}

static bonnet_status ice40_load(void *self, void **out, const bonnet_net *net, bonnet_error *err)
{
    bonnet_status st = bonnet_netdev_check_net(net, err);
    if (st) return st;
    slot *s = calloc(1, sizeof *s);
    if (!s) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    s->net = net;
    size_t words = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) words += bonnet_net_map_words(net, i);
    if ((st = bonnet_ice40_plan_make(&s->plan, net, err))) {
        free(s);
        return st;
    }
    if (!(s->words = malloc(words * sizeof *s->words))) {
        ice40_unload(self, s);
        return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    }
    for (uint32_t i = 0, at = 0; i < net->n_layers; i++) {
        s->maps[i] = s->words + at;
        at += (uint32_t)bonnet_net_map_words(net, i);
    }
    *out = s;
    return BONNET_OK;
}

/* ---- run ----------------------------------------------------------------------------------------------------- */

/* The rows that stay are there: the mark says so, or they are sent, and the mark after them. */
static bonnet_status bring_weights(walk *w, bonnet_error *err)
{
    slot *s = w->s;
    bonnet_ice40_line *line = &w->dev->line;
    uint64_t mark = 0;
    bonnet_status st = bonnet_ice40_read(line, BONNET_ICE40_MARK, &mark, 1, &w->deadline, err);
    if (st || (s->mark && mark == s->mark)) return st;
    s->mark = 0;
    mark = ++w->dev->marks;
    if (!(st = bonnet_ice40_write(line, s->plan.resident_at, s->plan.rows, s->plan.resident, &w->deadline, err)))
        st = bonnet_ice40_write(line, BONNET_ICE40_MARK, &mark, 1, &w->deadline, err);
    if (st) return st;
    s->mark = mark;
    w->run->bytes_in += 8 * s->plan.resident;
    return BONNET_OK;
}

/* The last block's arithmetic, of popcounts: docs/operators.md 5. */
static void head(const bonnet_net *net, uint32_t layer, const uint64_t *popcounts, uint64_t **maps)
{
    const bonnet_layer *l = &net->layers[layer], *from = &net->layers[l->res.map];
    const bonnet_golden_map res = {maps[l->res.map], from->out_h, from->out_w, from->out_c, net->k, l->res.first, l->res.channels};
    const int32_t length = 9 * (int32_t)l->in_c;
    memset(maps[layer], 0, bonnet_net_map_words(net, layer) * sizeof **maps);
    for (uint32_t c = 0; c < l->conv_c; c++) {
        int32_t sum = 0;
        for (uint32_t i = 0; i < l->in_h * l->in_w; i++) {
            const int32_t p = (int32_t)(popcounts[(size_t)i * (l->conv_c / 4) + c / 4] >> 16 * (c % 4) & 0xffff);
            const int32_t m = bonnet_golden_slice_sum(&res, c, i / l->in_w, i % l->in_w);
            sum += bonnet_golden_prelu(bonnet_golden_last_value(l, c, 2 * p - length, m), l->s[c]);
        }
        maps[layer][c / 4] |= (uint64_t)(uint16_t)bonnet_golden_average(sum, l->s2) << 16 * (c % 4);
    }
}

/* All runs of one layer. */
static bonnet_status run_steps(walk *w, uint32_t layer, uint32_t *step, bonnet_error *err)
{
    bonnet_ice40_line *line = &w->dev->line;
    const bonnet_ice40_plan *plan = &w->s->plan;
    const uint64_t start = w->run->cycles;
    bonnet_status st = BONNET_OK;
    for (; !st && *step < plan->n_steps && plan->steps[*step].layer == layer; ++*step) {
        const bonnet_ice40_step *s = &plan->steps[*step];
        uint64_t cycles = 0;
        st = bonnet_ice40_write(line, s->to, plan->rows + s->row_word, s->send, &w->deadline, err);
        if (!st) st = bonnet_ice40_run(line, s->cfg, &cycles, &w->deadline, err);
        w->run->cycles += cycles;
        w->run->bytes_in += 8 * (s->send + BONNET_ICE40_CFG_WORDS);
    }
    if (w->run->layers) w->run->layers[layer] = (bonnet_layer_cycles){.start = start, .end = w->run->cycles, .busy = w->run->cycles - start};
    return st;
}

static bonnet_status fetch(walk *w, uint32_t at, uint64_t *words, size_t n, bonnet_error *err)
{
    w->run->bytes_out += 8 * n;
    return bonnet_ice40_read(&w->dev->line, at, words, n, &w->deadline, err);
}

static bonnet_status run_last(walk *w, uint32_t layer, bonnet_error *err)
{
    const bonnet_net *net = w->s->net;
    const bonnet_layer *l = &net->layers[layer];
    const size_t words = (size_t)l->in_h * l->in_w * (l->conv_c / 4);
    uint64_t *popcounts = malloc(words * sizeof *popcounts);
    if (!popcounts) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    bonnet_status st = fetch(w, w->s->plan.place[layer], popcounts, words, err);
    const uint32_t res = (uint32_t)l->res.map;
    if (!st && !w->run->maps && net->layers[res].kind != BONNET_LAYER_STEM)
        st = fetch(w, w->s->plan.place[res], w->maps[res], bonnet_net_map_words(net, res), err);
    if (!st) head(net, layer, popcounts, w->maps);
    free(popcounts);
    return st;
}

static bonnet_status run_frame(walk *w, const uint8_t *pixels, int32_t *logits, bonnet_error *err)
{
    const bonnet_net *net = w->s->net;
    uint32_t step = 0;
    bonnet_status st = bring_weights(w, err);
    for (uint32_t i = 0; i < net->n_layers && !st; i++) {
        const bonnet_layer_kind kind = net->layers[i].kind;
        const size_t words = bonnet_net_map_words(net, i);
        if (kind == BONNET_LAYER_STEM || kind == BONNET_LAYER_FC) {
            st = bonnet_golden_run_layer(net, i, pixels, w->maps, bonnet_deadline_poll, &w->deadline);
            if (st) st = bonnet_fail(err, st, "ice40: %s", bonnet_deadline_text(st));
            else if (kind == BONNET_LAYER_STEM) {
                w->run->bytes_in += 8 * words;
                st = bonnet_ice40_write(&w->dev->line, w->s->plan.place[i], w->maps[i], words, &w->deadline, err);
            }
            continue;
        }
        if ((st = run_steps(w, i, &step, err))) break;
        if (kind == BONNET_LAYER_LAST) st = run_last(w, i, err);
        else if (w->run->maps) st = fetch(w, w->s->plan.place[i], w->maps[i], words, err);
    }
    const uint64_t *last = w->maps[net->n_layers - 1];
    for (uint32_t i = 0; i < net->classes && !st; i++) logits[i] = (int32_t)(uint32_t)(last[i / 2] >> 32 * (i % 2));
    return st;
}

static bonnet_status ice40_run(void *self, void *made, bonnet_run *run, bonnet_error *err)
{
    ice40 *dev = self;
    slot *s = made;
    const bonnet_net *net = s->net;
    bonnet_status st = bonnet_netdev_begin(net, run, err);
    if (st) return st;
    walk w = {dev, s, run, bonnet_deadline_start(run->timeout_ms, dev->timeout_ms, run->cancel), run->maps ? run->maps : s->maps};
    const size_t image_bytes = (size_t)net->layers[0].in_h * net->layers[0].in_w * net->layers[0].in_c;
    run->walk_frames = 1;
    run->lanes = BONNET_ICE40_LANES;
    for (uint32_t i = 0; i < run->frames && !st; i++) st = run_frame(&w, run->pixels + i * image_bytes, run->logits + (size_t)i * net->classes, err);
    return st;
}

const bonnet_backend bonnet_ice40_backend = {
    .scheme = "ice40",
    .summary = "an iCE40 UP5K on a serial line: binary layers there, the rest here",
    .present = ice40_present,
    .open = ice40_open,
    .close = ice40_close,
    .load = ice40_load,
    .unload = ice40_unload,
    .run = ice40_run,
};
