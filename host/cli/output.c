/* SPDX-License-Identifier: Apache-2.0 */
/* output.c - numbers that several verbs show: layers and totals of the last run. */
#include <string.h>
#include "cli.h"

struct json_object *cli_layers_json(const cli_session *s)
{
    struct json_object *array = json_object_new_array();
    bonnet_layer_stats l;
    for (uint32_t i = 0; i < s->info.layers; i++) {
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) != BONNET_OK) continue;
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(l.name));
        json_object_object_add(o, "kind", json_object_new_string(l.kind));
        json_object_object_add(o, "macs", json_object_new_uint64(l.macs));
        json_object_object_add(o, "cycles", json_object_new_uint64(l.cycles));
        json_object_object_add(o, "mac_per_cycle", json_object_new_double(l.cycles ? (double)l.macs / (double)l.cycles : 0));
        json_object_object_add(o, "stall_in", json_object_new_uint64(l.stall_in));
        json_object_object_add(o, "stall_out", json_object_new_uint64(l.stall_out));
        json_object_object_add(o, "dram_bytes", json_object_new_uint64(l.dram_bytes));
        json_object_array_add(array, o);
    }
    return array;
}

double cli_array_utilisation(const cli_session *s)
{
    uint64_t macs = 0, cycles = 0;
    bonnet_stats stats;
    bonnet_layer_stats l;
    bonnet_event e;
    if (bonnet_stats_get(&stats, s->dev) != BONNET_OK || !stats.lanes) return 0;
    for (uint32_t i = 0; i < s->info.layers; i++)
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) == BONNET_OK && l.binary) macs += l.macs;
    for (uint32_t i = 0; bonnet_event_get(&e, s->dev, s->model, i) == BONNET_OK; i++)
        if (!strcmp(e.operation, "conv")) cycles += e.layer == 1 ? e.busy : e.end - e.start;
    return cycles ? (double)macs / (64.0 * stats.lanes * (double)cycles) : 0;
}

cli_ideal cli_ideal_cycles(const cli_session *s)
{
    enum { BITS = 64, BYTES = 8 }; /* MACs of a lane and cycle: of a weight word's bits, of its bytes */
    cli_ideal ideal = {0, 0, 0};
    bonnet_stats stats;
    bonnet_layer_stats l;
    if (bonnet_stats_get(&stats, s->dev) != BONNET_OK || !stats.lanes) return ideal;
    for (uint32_t i = 0; i < s->info.layers; i++) {
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) != BONNET_OK) continue;
        double cycles = (double)l.macs / l.frames / stats.lanes / (l.binary ? BITS : BYTES);
        *(l.binary ? &ideal.binary : !strcmp(l.kind, "stem") ? &ideal.stem : &ideal.head) += cycles;
    }
    return ideal;
}

struct json_object *cli_totals_json(const cli_session *s, const bonnet_stats *t)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "frames", json_object_new_uint64(t->frames));
    json_object_object_add(o, "macs", json_object_new_uint64(t->macs));
    json_object_object_add(o, "cycles", json_object_new_uint64(t->cycles));
    json_object_object_add(o, "mac_per_cycle", json_object_new_double(t->cycles ? (double)t->macs / (double)t->cycles : 0));
    json_object_object_add(o, "utilisation", json_object_new_double(cli_array_utilisation(s)));
    json_object_object_add(o, "frames_per_second", json_object_new_double(t->cycles ? (double)t->frames * t->clock_hz / (double)t->cycles : 0));
    json_object_object_add(o, "clock_hz", json_object_new_uint64(t->clock_hz));
    return o;
}
