/* SPDX-License-Identifier: Apache-2.0 */
/* run_exits_show.c - of images that left at exits: who came, who left, and what a frame took on average. */
#include <stdio.h>
#include "bonnet_exits.h"
#include "run_exits.h"

typedef struct sums {
    uint64_t cycles, macs;
    uint32_t clock_hz;
} sums;

static sums add_up(const bonnet_exits *x)
{
    sums t = {0, 0, 0};
    bonnet_exit_stage stage;
    for (uint32_t i = 0; bonnet_exits_stage_get(&stage, x, i) == BONNET_OK; i++) {
        t.cycles += stage.cycles + stage.branch_cycles;
        t.macs += stage.macs;
        if (stage.clock_hz) t.clock_hz = stage.clock_hz;
    }
    return t;
}

static double each(uint64_t of, uint64_t frames) { return frames ? (double)of / (double)frames : 0; }

int cli_exits_table(const cli_exits_run *r, const cli_session *s, const cli_options *o, const bonnet_exits *x)
{
    const sums t = add_up(x);
    const size_t frames = r->images->count;
    bonnet_exit_stage stage;
    printf("%-16s %9s %9s %8s %14s %14s %14s\n", "stage", "frames", "leave", "share", "MACs a frame", "cycles trunk", "cycles branch");
    for (uint32_t i = 0; bonnet_exits_stage_get(&stage, x, i) == BONNET_OK; i++) {
        printf("%-16s %9llu %9llu %6.2f %% %14.0f", stage.name, (unsigned long long)stage.frames, (unsigned long long)stage.left,
               100 * each(stage.left, frames), each(stage.macs, stage.frames));
        if (t.cycles) printf(" %14.0f %14.0f\n", each(stage.cycles, stage.frames), each(stage.branch_cycles, stage.frames));
        else printf(" %14s %14s\n", "-", "-");
    }
    printf("%s, device %s, %zu frame%s, on average %.0f MACs", s->info.name, o->device, frames, frames == 1 ? "" : "s", each(t.macs, frames));
    if (t.cycles) printf(", %.0f cycles", each(t.cycles, frames));
    if (r->images->labels) printf("; %zu right, accuracy %.2f %%", r->right, 100 * each(r->right, frames));
    putchar('\n');
    return cli_finish_stdout();
}

int cli_exits_report(cli_exits_run *r, const cli_session *s, const cli_options *o, const bonnet_exits *x)
{
    const sums t = add_up(x);
    const size_t frames = r->images->count;
    struct json_object *j = json_object_new_object(), *stages = json_object_new_array();
    bonnet_exit_stage stage;
    json_object_object_add(j, "device", json_object_new_string(o->device));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "confidence", json_object_new_string(bonnet_confidence_name(r->confidence)));
    for (uint32_t i = 0; bonnet_exits_stage_get(&stage, x, i) == BONNET_OK; i++) {
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "exit", json_object_new_string(stage.name));
        json_object_object_add(one, "frames", json_object_new_uint64(stage.frames));
        json_object_object_add(one, "left", json_object_new_uint64(stage.left));
        json_object_object_add(one, "share", json_object_new_double(each(stage.left, frames)));
        json_object_object_add(one, "macs", json_object_new_uint64(stage.macs));
        json_object_object_add(one, "cycles", json_object_new_uint64(stage.cycles));
        json_object_object_add(one, "branch_cycles", json_object_new_uint64(stage.branch_cycles));
        json_object_array_add(stages, one);
    }
    json_object_object_add(j, "stages", stages);
    json_object_object_add(j, "frames", json_object_new_uint64(frames));
    json_object_object_add(j, "macs_per_frame", json_object_new_double(each(t.macs, frames)));
    json_object_object_add(j, "cycles_per_frame", json_object_new_double(each(t.cycles, frames)));
    if (r->images->labels) json_object_object_add(j, "accuracy", json_object_new_double(each(r->right, frames)));
    json_object_object_add(j, "images", r->answers);
    r->answers = NULL; /* the object's now */
    return cli_print_json(j);
}
