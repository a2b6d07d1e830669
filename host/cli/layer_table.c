/* SPDX-License-Identifier: Apache-2.0 */
/* layer_table.c - where the cycles of every layer went, for bench (counted) and estimate (modelled). */
#include <stdio.h>
#include <string.h>
#include "cli.h"

void cli_layer_table_head(void)
{
    printf("%-24s %-5s %-18s %12s %9s %9s %6s %9s %7s %7s %9s %9s %10s\n", "layer", "kind", "in -> out", "MACs", "cycles", "MAC/cyc", "peak", "ideal",
           "fill", "drain", "stall-in", "stall-out", "DRAM bytes");
}

void cli_layer_table_row(const bonnet_layer_stats *l)
{
    char shape[40], peak[16] = "-";
    const double rate = l->cycles ? (double)l->macs / (double)l->cycles : 0;
    snprintf(shape, sizeof shape, "%u->%ux%ux%u", l->channels_in, l->channels_out, l->height, l->width);
    if (!l->cycles) {
        printf("%-24s %-5s %-18s %12llu  %s%s", l->name, l->kind, shape, (unsigned long long)l->macs, l->within ? "in " : "on the CPU",
               l->within ? l->within : "");
        if (l->nanoseconds) printf(", %.3f ms a frame", 1e-6 * (double)l->nanoseconds);
        putchar('\n');
        return;
    }
    if (l->peak_mac_per_cycle) snprintf(peak, sizeof peak, "%.1f%%", 100 * rate / l->peak_mac_per_cycle);
    printf("%-24s %-5s %-18s %12llu %9llu %9.0f %6s %9llu %7llu %7llu %9llu %9llu %10llu\n", l->name, l->kind, shape, (unsigned long long)l->macs,
           (unsigned long long)l->cycles, rate, peak, (unsigned long long)l->ideal, (unsigned long long)l->fill, (unsigned long long)l->drain,
           (unsigned long long)(l->waited + l->starved), (unsigned long long)l->stall_out, (unsigned long long)l->dram_bytes);
}

struct json_object *cli_layer_json(const bonnet_layer_stats *l)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "name", json_object_new_string(l->name));
    json_object_object_add(o, "kind", json_object_new_string(l->kind));
    json_object_object_add(o, "binary", json_object_new_boolean(l->binary != 0));
    json_object_object_add(o, "macs", json_object_new_uint64(l->macs));
    json_object_object_add(o, "cycles", json_object_new_uint64(l->cycles));
    json_object_object_add(o, "mac_per_cycle", json_object_new_double(l->cycles ? (double)l->macs / (double)l->cycles : 0));
    json_object_object_add(o, "ideal", json_object_new_uint64(l->ideal));
    json_object_object_add(o, "fill", json_object_new_uint64(l->fill));
    json_object_object_add(o, "drain", json_object_new_uint64(l->drain));
    json_object_object_add(o, "waited", json_object_new_uint64(l->waited));
    json_object_object_add(o, "starved", json_object_new_uint64(l->starved));
    json_object_object_add(o, "stall_in", json_object_new_uint64(l->stall_in));
    json_object_object_add(o, "stall_out", json_object_new_uint64(l->stall_out));
    json_object_object_add(o, "dram_bytes", json_object_new_uint64(l->dram_bytes));
    if (l->nanoseconds) json_object_object_add(o, "nanoseconds", json_object_new_uint64(l->nanoseconds));
    if (l->within) json_object_object_add(o, "within", json_object_new_string(l->within));
    return o;
}

/* Cycles of [from, to) in which a stem descriptor of the run was busy. */
static uint64_t beside_stem(const cli_counts *c, uint64_t from, uint64_t to)
{
    uint64_t sum = 0;
    bonnet_event e;
    for (uint32_t i = 0; c->event(c->of, i, &e); i++) {
        const uint64_t begin = e.end - e.busy, a = begin > from ? begin : from, b = e.end < to ? e.end : to;
        if (!strcmp(e.unit, "stem") && a < b) sum += b - a;
    }
    return sum;
}

cli_array cli_array_of(const cli_counts *c)
{
    cli_array a = {0, 0, 0, 0};
    uint64_t macs = 0, busy = 0, first = 0, last = 0, stem = 0, peak = 0;
    uint32_t first_layer = UINT32_MAX;
    bonnet_layer_stats l;
    bonnet_event e;
    for (uint32_t i = 0; c->layer(c->of, i, &l); i++) {
        if (!l.binary || !l.cycles) continue; /* without: on the CPU */
        if (first_layer == UINT32_MAX) first_layer = i;
        macs += l.macs, busy += l.cycles, peak = l.peak_mac_per_cycle;
    }
    for (uint32_t i = 0; c->event(c->of, i, &e); i++) { /* in the order of each unit's list */
        if (strcmp(e.operation, "conv")) continue;
        const uint64_t begin = e.end - e.busy; /* its tokens taken */
        if (!a.known) first = begin;
        else if (e.layer == first_layer) stem += beside_stem(c, e.start, begin);
        last = e.end;
        a.known = 1;
    }
    if (!a.known || !busy || !peak) return (cli_array){0, 0, 0, 0};
    const double ideal = (double)macs / (double)peak, whole = (double)(last - first + 1);
    a.busy = ideal / (double)busy;
    a.loads = ideal / (whole - (double)stem);
    a.whole = ideal / whole;
    return a;
}

void cli_array_print(const cli_array *a)
{
    if (!a->known) return;
    printf("the array, share of its peak: %.1f %% while a binary descriptor runs, %.1f %% from the first to the end of the last, loads and stores\n"
           "    included (%.1f %% with what the first binary layer waits for a stem that still runs)\n",
           100 * a->busy, 100 * a->loads, 100 * a->whole);
}

void cli_array_json(struct json_object *totals, const cli_array *a)
{
    json_object_object_add(totals, "utilisation", json_object_new_double(a->loads));
    json_object_object_add(totals, "utilisation_busy", json_object_new_double(a->busy));
    json_object_object_add(totals, "utilisation_whole", json_object_new_double(a->whole));
}
