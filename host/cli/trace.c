/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.c - the last frame of a run as Chrome trace events: one process, a thread for each unit, a slice for each descriptor from the moment it had
 * its tokens until it finished, and a slice "waits" before it from the moment it was the oldest of its unit. ui.perfetto.dev and chrome://tracing
 * open the file. Time is microseconds at the geometry's nominal clock (1 cycle = 1 ns without one).
 */
#include <stdio.h>
#include <string.h>
#include "cli.h"

static const char *const units[] = {"load", "conv", "stem", "store"};
enum { UNITS = sizeof units / sizeof units[0], PROCESS = 1 };

static int thread_of(const char *unit)
{
    for (int i = 0; i < UNITS; i++)
        if (!strcmp(unit, units[i])) return i + 1;
    return UNITS + 1;
}

static struct json_object *entry(const char *name, const char *phase, int thread)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "name", json_object_new_string(name));
    json_object_object_add(o, "ph", json_object_new_string(phase));
    json_object_object_add(o, "pid", json_object_new_int(PROCESS));
    json_object_object_add(o, "tid", json_object_new_int(thread));
    return o;
}

static struct json_object *naming(const char *what, int thread, const char *name)
{
    struct json_object *o = entry(what, "M", thread), *args = json_object_new_object();
    json_object_object_add(args, "name", json_object_new_string(name));
    json_object_object_add(o, "args", args);
    return o;
}

static struct json_object *slice(const char *name, const char *category, int thread, uint64_t from, uint64_t cycles, double us)
{
    struct json_object *o = entry(name, "X", thread);
    json_object_object_add(o, "cat", json_object_new_string(category));
    json_object_object_add(o, "ts", json_object_new_double((double)from * us));
    json_object_object_add(o, "dur", json_object_new_double((double)cycles * us));
    return o;
}

static void add_number(struct json_object *o, const char *name, uint64_t value) { json_object_object_add(o, name, json_object_new_uint64(value)); }

static struct json_object *arguments(const bonnet_event *e)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "layer", json_object_new_string(e->name));
    json_object_object_add(o, "operation", json_object_new_string(e->operation));
    add_number(o, "cycles", e->busy);
    add_number(o, "stall_in", e->stall_in);
    add_number(o, "stall_out", e->stall_out);
    add_number(o, "dram_bytes", e->dram_bytes);
    add_number(o, "feature_bits_read", e->feature_bits_read);
    add_number(o, "feature_bits_written", e->feature_bits_written);
    add_number(o, "weight_bits_read", e->weight_bits_read);
    add_number(o, "weight_bits_written", e->weight_bits_written);
    return o;
}

static void add_event(struct json_object *array, const bonnet_event *e, uint64_t origin, double us)
{
    int thread = thread_of(e->unit);
    uint64_t busy = e->busy < e->end - e->start ? e->busy : e->end - e->start, taken = e->end - busy;
    if (taken > e->start) json_object_array_add(array, slice("waits", "wait", thread, e->start - origin, taken - e->start, us));
    char name[96];
    snprintf(name, sizeof name, "%s%s%s", strcmp(e->operation, "conv") ? e->operation : "", strcmp(e->operation, "conv") ? " " : "", e->name);
    struct json_object *o = slice(name, e->unit, thread, taken - origin, busy, us);
    json_object_object_add(o, "args", arguments(e));
    json_object_array_add(array, o);
}

/* START of the first descriptor; NULL events (cpu, golden) make no trace. */
static uint64_t first_cycle(const cli_session *s, uint32_t *count)
{
    bonnet_event e;
    uint64_t first = UINT64_MAX;
    for (*count = 0; bonnet_event_get(&e, s->dev, s->model, *count) == BONNET_OK; ++*count)
        if (e.start < first) first = e.start;
    return first;
}

int cli_trace_write(const cli_session *s, const cli_options *o, const char *path)
{
    bonnet_stats stats;
    bonnet_event e;
    uint32_t count;
    uint64_t origin = first_cycle(s, &count);
    if (!count || bonnet_stats_get(&stats, s->dev) != BONNET_OK || !stats.cycles)
        return cli_fail(CLI_USAGE, "%s has no counters; use --device sim:", o->device);
    double us = 1e6 / (stats.clock_hz ? stats.clock_hz : 1e9);
    struct json_object *j = json_object_new_object(), *array = json_object_new_array(), *about = json_object_new_object();
    json_object_array_add(array, naming("process_name", 0, s->info.name));
    for (int i = 0; i < UNITS; i++) json_object_array_add(array, naming("thread_name", i + 1, units[i]));
    for (uint32_t i = 0; bonnet_event_get(&e, s->dev, s->model, i) == BONNET_OK; i++) add_event(array, &e, origin, us);
    json_object_object_add(j, "traceEvents", array);
    json_object_object_add(j, "displayTimeUnit", json_object_new_string("ns"));
    json_object_object_add(about, "model", json_object_new_string(s->info.name));
    json_object_object_add(about, "device", json_object_new_string(o->device));
    add_number(about, "cycles", stats.cycles);
    add_number(about, "frames", stats.frames);
    add_number(about, "clock_hz", stats.clock_hz);
    json_object_object_add(j, "otherData", about);
    const char *text = json_object_to_json_string_ext(j, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    int code = cli_write_file(path, text, strlen(text));
    json_object_put(j);
    return code;
}
