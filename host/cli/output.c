/* SPDX-License-Identifier: Apache-2.0 */
/* output.c - what several verbs show: layers and totals of the last run. */
#include <stdio.h>
#include <string.h>
#include "cli.h"

struct json_object *cli_layers_json(const cli_session *s)
{
    struct json_object *array = json_object_new_array();
    bonnet_layer_stats l;
    for (uint32_t i = 0; i < s->info.layers; i++) {
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) != BONNET_OK) continue;
        json_object_array_add(array, cli_layer_json(&l));
    }
    return array;
}

cli_ideal cli_ideal_cycles(const cli_session *s)
{
    enum { BITS = 64, BYTES = 8 }; /* MACs of a lane and cycle: of a weight word's bits, of its bytes */
    cli_ideal ideal = {0, 0, 0};
    bonnet_stats stats;
    bonnet_layer_stats l;
    if (bonnet_stats_get(&stats, s->dev) != BONNET_OK || !stats.lanes) return ideal;
    for (uint32_t i = 0; i < s->info.layers; i++) {
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) != BONNET_OK || !l.cycles) continue; /* without: on the CPU */
        double cycles = (double)l.macs / l.frames / stats.lanes / (l.binary ? BITS : BYTES);
        *(l.binary ? &ideal.binary : !strcmp(l.kind, "stem") ? &ideal.stem : &ideal.head) += cycles;
    }
    return ideal;
}

bool cli_shared(const cli_session *s)
{
    bonnet_stats stats;
    bonnet_layer_stats l;
    bool some = false;
    if (bonnet_stats_get(&stats, s->dev) != BONNET_OK || !stats.cycles) return false;
    for (uint32_t i = 0; i < s->info.layers; i++)
        some = some || (bonnet_layer_stats_get(&l, s->dev, s->model, i) == BONNET_OK && !l.cycles && !l.within);
    return some;
}

static int run_layer(const void *of, uint32_t index, bonnet_layer_stats *out)
{
    const cli_session *s = of;
    return bonnet_layer_stats_get(out, s->dev, s->model, index) == BONNET_OK;
}

static int run_event(const void *of, uint32_t index, bonnet_event *out)
{
    const cli_session *s = of;
    return bonnet_event_get(out, s->dev, s->model, index) == BONNET_OK;
}

cli_array cli_array_of_run(const cli_session *s) { return cli_array_of(&(cli_counts){s, run_layer, run_event}); }

double cli_array_utilisation(const cli_session *s) { return cli_array_of_run(s).loads; }

struct json_object *cli_totals_json(const cli_session *s, const bonnet_stats *t)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "frames", json_object_new_uint64(t->frames));
    json_object_object_add(o, "macs", json_object_new_uint64(t->macs));
    json_object_object_add(o, "cycles", json_object_new_uint64(t->cycles));
    json_object_object_add(o, "mac_per_cycle", json_object_new_double(t->cycles ? (double)t->macs / (double)t->cycles : 0));
    const cli_array a = cli_array_of_run(s);
    cli_array_json(o, &a);
    json_object_object_add(o, "frames_per_second", json_object_new_double(t->cycles ? (double)t->frames * t->clock_hz / (double)t->cycles : 0));
    json_object_object_add(o, "clock_hz", json_object_new_uint64(t->clock_hz));
    return o;
}
