/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_streams.c - bonnet streams: several cameras, one device: who is computed next, how far, and what is in time (docs/schedule.md). */
#include <stdlib.h>
#include <string.h>
#include "streams.h"

static const char usage[] =
    "usage: bonnet streams MODEL.bonnet --stream NAME[*COUNT]:period=MS,deadline=MS[,weight=X][,images=PATH] [--stream ...] [OPTION]...\n\n"
    "Frames of several cameras on one device, stage by stage: a first exit by the deadline for all that are admitted, later ones where there is "
    "time.\n"
    "docs/schedule.md\n"
    "  --stream SPEC       a camera, or COUNT alike: a frame every MS at most, an answer within MS of it; images: a file, or a folder in order of "
    "names\n"
    "  --policy NAME       fifo, edf: the whole network; first: the first exit alone; imprecise (default): the first, and later ones by what they "
    "are worth\n"
    "  --exits FILE        thresholds of early exits, of bonnet calibrate: a frame that is sure enough ends; --point N: another point of it\n"
    "  --logits FILE       logits of labelled samples (run --all-exits): what later exits are worth, by how sure the one before is\n"
    "  --frames N          of each camera, 1 to 100000 (default 100)\n"
    "  --virtual           time is what the chip counts: cycles at --mhz X (default: its own clock); the same every time\n"
    "  --stage-cycles A,B  --virtual on a device that counts none: of each stage of the policy (default: as the costs of --exits say; at 1000 MHz)\n"
    "  --margin P          percent that a stage may take longer than was measured at the start (default 25; with --virtual 1)\n"
    "  --admit             only say whether every frame would get its mandatory part in time; exit code 1: not\n"
    "  --force             run what is not admitted\n"
    "  --batch N           frames of one stage in one call, where that is shorter and makes none late (with --virtual; 1 to 64)\n"
    "  --drop-stale        a newer frame takes the place of one of its camera that has not begun\n"
    "  --run-late          compute also what can no longer be in time, as a plain fifo or edf does\n"
    "  --jobs N            frames on their way at most, 1 to 64 (default 64)\n"
    "  --calm X            cameras are busy and calm in turn, and calm ones send X times as rarely (default 1); --stay P: probability to stay so, "
    "by\n"
    "                      frame (default 0.95); --jitter X: a share of the period that a frame may be later\n"
    "  --dataset NAME, --dataset-dir DIR, --limit N: labelled pictures of all cameras without their own; else noise\n"
    "  --device URI        golden:, cpu: (default), sim:, mock: ...   bonnet devices lists them\n"
    "  --seed N            of arrivals, noise and simulated memory (default 1)\n  --timeout-ms N\n  --json\n";

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_GROUP(cli_dataset_options),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_TEXTS("stream", streams_line, stream),
                                          CLI_OPT_TEXT("policy", streams_line, policy),
                                          CLI_OPT_TEXT("exits", streams_line, exits),
                                          CLI_OPT_TEXT("point", streams_line, point),
                                          CLI_OPT_TEXT("logits", streams_line, logits),
                                          CLI_OPT_WHOLE("frames", streams_line, frames, 1, 100000),
                                          CLI_OPT_FLAG("virtual", streams_line, virtual_time),
                                          CLI_OPT_NUMBER("mhz", streams_line, mhz, "megahertz", 0.001, 10000),
                                          CLI_OPT_TEXT("stage-cycles", streams_line, stage_cycles),
                                          CLI_OPT_FLAG("admit", streams_line, admit),
                                          CLI_OPT_FLAG("force", streams_line, force),
                                          CLI_OPT_WHOLE("batch", streams_line, batch, 1, 64),
                                          CLI_OPT_FLAG("drop-stale", streams_line, drop_stale),
                                          CLI_OPT_FLAG("run-late", streams_line, run_late),
                                          CLI_OPT_WHOLE("jobs", streams_line, jobs, 1, 64),
                                          CLI_OPT_NUMBER("margin", streams_line, margin, "percent", 0, 1000),
                                          CLI_OPT_NUMBER("calm", streams_line, calm, "a number", 1, 1000),
                                          CLI_OPT_NUMBER("stay", streams_line, stay, "a probability", 0, 1),
                                          CLI_OPT_NUMBER("jitter", streams_line, jitter, "a share", 0, 1),
                                          CLI_OPT_END};

static int find_policy(streams_run *r, const char *name)
{
    while (*bonnet_policy_name(r->policy) && strcmp(bonnet_policy_name(r->policy), name)) r->policy++;
    return *bonnet_policy_name(r->policy) ? CLI_OK : cli_fail(CLI_USAGE, "streams: --policy is fifo, edf, first or imprecise, not '%.40s'", name);
}

/* The streams with what is known of their stages now, and whether that can be kept. */
static int admit(streams_run *r)
{
    bonnet_task tasks[BONNET_TASKS_MAX];
    char message[256] = "";
    for (uint32_t i = 0; i < r->count; i++) {
        bonnet_task *t = &r->stream[i].task;
        r->stream[i].exits = r->exits;
        t->stages = r->stages;
        memcpy(t->stage_ns, r->stage_ns, sizeof t->stage_ns);
        t->utility = &r->utility;
        if (r->batch_ns) t->batch_ns = r->batch_ns, t->batch = (uint32_t)r->line->batch;
        tasks[i] = *t;
    }
    r->tested = r->policy != BONNET_POLICY_FIFO && !r->line->run_late;
    if (!r->tested) return r->line->admit ? cli_fail(CLI_USAGE, "streams: there is no admission test for fifo or --run-late") : CLI_OK;
    const bonnet_status status = bonnet_admit(&r->admission, tasks, r->count, r->policy, message, sizeof message);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "streams: %s", message);
    if (r->line->admit || r->admission.admitted || r->line->force) return CLI_OK;
    return streams_refuse(r);
}

static int run(streams_run *r)
{
    int code = cli_open(&r->session, &r->line->o, r->line->o.argv[0]);
    if (code == CLI_OK) code = streams_pictures(r);
    if (code == CLI_OK) code = streams_exits(r);
    if (code == CLI_OK) code = streams_measure(r);
    if (code == CLI_OK) code = admit(r);
    if (code == CLI_OK) code = r->line->admit ? streams_show_admission(r) : streams_play(r);
    bonnet_exits_close(r->exits);
    free(r->batch_ns);
    streams_pictures_free(r);
    cli_close(&r->session);
    return code;
}

int cli_streams(int argc, char **argv)
{
    streams_line l = {
        .o = {.device = "cpu:", .seed = 1}, .policy = "imprecise", .frames = 100, .batch = 1, .jobs = 64, .margin = -1, .calm = 1, .stay = 0.95};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc != 1) return cli_fail(CLI_USAGE, "streams: give one .bonnet file; try `bonnet streams --help`");
    if (l.point && !l.exits) return cli_fail(CLI_USAGE, "streams: --point wants --exits");
    if (l.mhz > 0 && !l.virtual_time) return cli_fail(CLI_USAGE, "streams: --mhz is for --virtual");
    streams_run *r = calloc(1, sizeof *r);
    if (!r) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    r->line = &l;
    code = find_policy(r, l.policy);
    if (code == CLI_OK) code = streams_specs(r, &l);
    if (code == CLI_OK) code = run(r);
    free(r);
    return code;
}
