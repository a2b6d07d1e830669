/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_place.c - where each map lies in the feature buffer. A map lives from the layer that makes it to its last reader; maps
 * that live at the same time do not overlap, the result of a layer never overlaps what it reads.
 *
 * Two maps are special because their units overlap with the next or the last frame: the logits keep their words for the whole frame
 * (the store unit still reads them while the next frame runs), and so does the stem's map if there is room (the stem then works on the next
 * frame while this one is still in the conv unit). Without that room the stem waits for the end of the frame.
 */
#include <stdlib.h>
#include "lower_parts.h"

typedef struct span {
    uint32_t first, last, held;
} span; /* layers, inclusive; words */

static uint32_t align4(uint32_t words) { return (words + 3) & ~3u; }

static void read_by(span *spans, bonnet_map_ref ref, uint32_t layer)
{
    if (ref.map >= 0 && spans[ref.map].last < layer) spans[ref.map].last = layer;
}

static void spans_of(span *spans, const bonnet_job *job, const bonnet_net *net, int stem_shared)
{
    uint32_t n = net->n_layers;
    for (uint32_t i = 0; i < n; i++) {
        spans[i] = (span){i, i, align4(job->layers[i].words)};
        if (net->layers[i].kind == BONNET_LAYER_FC) /* whole tiles of logits are written */
            spans[i].held = align4(lower_tiles(net, i, &job->geometry) * job->geometry.lanes / 2);
        read_by(spans, net->layers[i].in, i);
        read_by(spans, net->layers[i].res, i);
        read_by(spans, net->layers[i].pass, i);
    }
    spans[n - 1].first = 0;
    if (!stem_shared) spans[0].last = n - 1;
}

static int together(const span *a, const span *b) { return a->first <= b->last && b->first <= a->last; }

/* Lowest place where map i fits among those placed already; returns its end. */
static uint64_t place_one(bonnet_job *job, const span *spans, const uint8_t *placed, uint32_t i)
{
    uint64_t word = 0;
    for (int moved = 1; moved;) {
        moved = 0;
        for (uint32_t j = 0; j < job->n_layers; j++) {
            uint64_t at = job->layers[j].word;
            if (placed[j] && together(&spans[i], &spans[j]) && word < at + spans[j].held && at < word + spans[i].held) {
                word = at + spans[j].held;
                moved = 1;
            }
        }
    }
    job->layers[i].word = (uint32_t)word;
    return word + spans[i].held;
}

/* Place all, largest first or in execution order; returns the words needed. */
static uint64_t place_all(bonnet_job *job, const span *spans, int largest_first)
{
    uint8_t placed[BONNET_MAX_LAYERS] = {0};
    uint64_t end = 0;
    for (uint32_t n = 0; n < job->n_layers; n++) {
        uint32_t pick = n;
        if (largest_first) {
            pick = job->n_layers;
            for (uint32_t i = 0; i < job->n_layers; i++)
                if (!placed[i] && (pick == job->n_layers || spans[i].held > spans[pick].held)) pick = i;
        }
        uint64_t e = place_one(job, spans, placed, pick);
        placed[pick] = 1;
        end = e > end ? e : end;
    }
    return end;
}

/* The layer at which most words live at once, for the message. */
static uint32_t worst_layer(const span *spans, uint32_t n, uint64_t *words)
{
    uint32_t worst = 0;
    *words = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t sum = 0;
        for (uint32_t j = 0; j < n; j++) sum += spans[j].first <= i && i <= spans[j].last ? spans[j].held : 0;
        if (sum > *words) {
            *words = sum;
            worst = i;
        }
    }
    return worst;
}

bonnet_status lower_place(bonnet_job *job, lower_plan *plan, const bonnet_net *net, bonnet_error *err)
{
    span spans[BONNET_MAX_LAYERS];
    for (uint32_t i = 0; i < net->n_layers; i++) {
        size_t words = bonnet_net_map_words(net, i);
        const bonnet_layer *l = &net->layers[i];
        if (words > job->geometry.feature_words)
            return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: its map is %zu words, the feature buffer has %u", l->name, words,
                               job->geometry.feature_words);
        job->layers[i].words = (uint32_t)words;
        int binary = l->kind != BONNET_LAYER_LAST && l->kind != BONNET_LAYER_FC;
        job->layers[i].pix = binary ? l->out_c / 64 * net->k : 0;
        job->layers[i].pitch = binary ? l->out_w * job->layers[i].pix : 0;
    }
    for (int attempt = 0; attempt < 4; attempt++) { /* stem map for itself, then shared; two orders each */
        plan->stem_shared = attempt / 2 == 1;
        spans_of(spans, job, net, attempt / 2 == 1);
        if (place_all(job, spans, attempt % 2 == 0) <= job->geometry.feature_words) {
            for (uint32_t i = 0; i < net->n_layers; i++) job->layers[i].held = spans[i].held;
            return BONNET_OK;
        }
    }
    uint64_t words;
    uint32_t worst = worst_layer(spans, net->n_layers, &words);
    return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: the maps in use at once need %llu words, the feature buffer has %u", net->layers[worst].name,
                       (unsigned long long)words, job->geometry.feature_words);
}
