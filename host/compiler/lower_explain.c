/* SPDX-License-Identifier: Apache-2.0 */
/* lower_explain.c - the choices of the lowering as a table for people: where each map and each layer's weights are, and what goes through DRAM. */
#include <stdio.h>
#include <string.h>
#include "lower_parts.h"
#include "say.h"

static const char *const kinds[] = {[BONNET_LAYER_STEM] = "stem", [BONNET_LAYER_CONV] = "conv", [BONNET_LAYER_DOWN] = "down",
                                    [BONNET_LAYER_LAST] = "last", [BONNET_LAYER_FC] = "fc",     [BONNET_LAYER_MAP] = "map"};

/* "whole 0..12544", "ring of 10 rows 600..1200", "ring of 8 rows, then DRAM". */
static void where(bonnet_text *t, const lower_plan *p, uint32_t layer)
{
    const lower_buffer *b = NULL;
    for (uint32_t i = 0; i < p->n_buffers && !b; i++)
        if (p->buffers[i].layer == layer) b = &p->buffers[i];
    char line[96];
    if (!b) return;
    int n = b->ring ? snprintf(line, sizeof line, "ring of %u rows, words %u..%u", b->rows, b->word, b->word + b->words - 1)
                    : snprintf(line, sizeof line, "whole, words %u..%u", b->word, b->word + b->words - 1);
    if (p->spill[layer] && n > 0 && (size_t)n < sizeof line) snprintf(line + n, sizeof line - (size_t)n, ", DRAM");
    bonnet_say(t, " %-36s %-4s", line, b->therm ? "3/4" : b->pix ? "raw" : "");
}

static void weights(bonnet_text *t, const lower_plan *p, uint32_t layer)
{
    uint32_t n = 0, rows = 0, tiles = 0, once = 0;
    for (uint32_t i = 0; i < p->n_tenancies; i++) {
        const lower_tenancy *a = &p->tenancies[i];
        if (a->layer != layer) continue;
        n++;
        rows += a->rows;
        once = a->once;
        if (a->tiles > tiles) tiles = a->tiles;
    }
    uint32_t all = layer ? lower_tiles(p->net, layer, p->g) * lower_tile_rows(p->net, layer) : p->stem_rows * p->stem_passes;
    if (layer == 0) bonnet_say(t, " %5u rows %s", all, p->stem_reload ? "each pass" : "resident");
    else if (once) bonnet_say(t, " %5u rows resident", all);
    else if (n <= 1) bonnet_say(t, " %5u rows streamed at once", rows);
    else bonnet_say(t, " %5u rows streamed in %u portions of %u tile%s", rows, n, tiles, tiles == 1 ? "" : "s");
}

/* Bytes that items of one sort move in a walk. */
static uint64_t moved(const lower_plan *p, int unit, int maps)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < p->n_items; i++) {
        const lower_item *it = &p->items[i];
        if (it->unit != unit || (unit == LOWER_LOAD && it->last)) continue; /* a segment's map counts as its image */
        if (unit == LOWER_LOAD && it->out < 0 && !maps && !it->first)
            bytes += 8 * (uint64_t)p->g->lanes * (it->tenancy >= 0 ? p->tenancies[it->tenancy].rows : it->tiles * p->stem_rows);
        if (it->out >= 0 && maps && (unit == LOWER_LOAD || (unit == LOWER_STORE && !it->first && !it->last)))
            bytes += 8 * (uint64_t)it->rows * p->buffers[it->out].pitch;
    }
    return bytes;
}

static uint64_t loaded_once(const lower_plan *p)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < p->n_tenancies; i++) rows += p->tenancies[i].once ? p->tenancies[i].rows : 0;
    return 8 * (uint64_t)p->g->lanes * (rows + (p->stem_reload ? 0 : p->stem_rows * p->stem_passes));
}

static void layer_line(bonnet_text *t, const lower_plan *p, uint32_t i)
{
    const bonnet_layer *l = &p->net->layers[i];
    uint32_t rows = 0, items = 0, block = 0;
    for (uint32_t n = 0; n < p->n_items; n++)
        if (p->items[n].layer == i && (p->items[n].unit == LOWER_CONV || p->items[n].unit == LOWER_STEM) && p->items[n].frame == 0) {
            items++;
            if (p->items[n].rows > rows) rows = p->items[n].rows;
        }
    while (block + 1 < p->n_blocks && p->blocks[block].last < i) block++;
    char shape[32], steps[32];
    snprintf(shape, sizeof shape, "%ux%ux%u", l->out_c, l->out_h, l->out_w);
    snprintf(steps, sizeof steps, "%u x %u row%s%s", items, rows, rows == 1 ? "" : "s", i && i < p->boundary && p->blocks[block].fused ? " *" : "");
    bonnet_say(t, "%-24s %-4s %-12s", l->name, kinds[l->kind], shape);
    where(t, p, i);
    bonnet_say(t, " %-14s", steps);
    weights(t, p, i);
    bonnet_say(t, "\n");
}

void lower_explain(const lower_plan *p, const bonnet_job *job, char *buffer, size_t bytes)
{
    bonnet_text t = {buffer, bytes};
    if (!buffer || !bytes) return;
    buffer[0] = 0;
    bonnet_say(&t, "%-24s %-4s %-12s %-36s %-4s %-14s %s\n", "layer", "kind", "map CxHxW", "in the feature buffer", "code", "descriptors",
               "      weights");
    for (uint32_t i = 0; i < p->net->n_layers; i++) layer_line(&t, p, i);
    uint32_t top = 0;
    for (uint32_t i = 0; i < p->n_buffers; i++)
        if (p->buffers[i].word + p->buffers[i].words > top) top = p->buffers[i].word + p->buffers[i].words;
    bonnet_say(&t, "* these layers are made row by row together; 3/4: four slices in three bits; places are those of the walk's first frame\n");
    bonnet_say(&t, "feature buffer: %u of %u words; weight buffer: %u rows, %u of them for streaming; %u descriptors of %u\n", top,
               p->g->feature_words, p->g->weight_rows, p->stream_rows, job->n_desc - 1, p->g->records - 1);
    bonnet_say(&t, "a walk is %u frame%s", p->batch * p->g->arrays, p->batch * p->g->arrays == 1 ? "" : "s");
    if (p->boundary < p->net->n_layers) bonnet_say(&t, "; from %s on each portion of weights serves all of them", p->net->layers[p->boundary].name);
    if (p->early) bonnet_say(&t, "; the next walk's stem may write once %s is done", p->net->layers[p->early].name);
    bonnet_say(&t, "\nDRAM bytes of a walk: %llu of weights, %llu of maps in, %llu of maps out, %llu of images, %llu of results; %llu once\n",
               (unsigned long long)moved(p, LOWER_LOAD, 0), (unsigned long long)(moved(p, LOWER_LOAD, 1) * p->g->arrays),
               (unsigned long long)(moved(p, LOWER_STORE, 1) * p->g->arrays),
               (unsigned long long)job->input_bytes * p->batch * p->g->arrays * (p->stem_passes ? p->stem_passes : 1),
               (unsigned long long)job->output_bytes * p->batch * p->g->arrays, (unsigned long long)loaded_once(p));
}
