/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_calibrate.c - bonnet calibrate: from which confidence on each early exit's answer is taken, and what that saves and costs (docs/exits.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calibrate.h"

static const char usage[] =
    "usage: bonnet calibrate LOGITS.npz|LOGITS.csv [MODEL.bonnet] --budget POINTS [-o THRESHOLDS.json] [OPTION]...\n"
    "       bonnet calibrate --show THRESHOLDS.json [--plot FILE.svg] [--json]\n"
    "       bonnet calibrate --points WAYS.csv [--at-most COST] [--json]\n\n"
    "Thresholds of early exits: the cheapest that lose at most so many points of accuracy against the last exit, chosen on some of the labelled\n"
    "samples and judged on the others. Files: docs/exits.md. LOGITS: `bonnet run MODEL.bonnet --all-exits` writes such.\n"
    "  --budget POINTS     points of accuracy that may be lost, 0 to 100\n"
    "  -o FILE             the thresholds, for `bonnet run --exits` and `bonnet plan`\n"
    "  --confidence KIND   margin (largest logit less the second; default), probability or entropy, both with a temperature fitted to each exit\n"
    "  --costs A,B,...     without a model: what a sample costs that ends at each exit\n"
    "  --unit NAME         of --costs; with a model, what is minimised: cycles (default) or mJ, both by the estimate\n"
    "  --geometry NAME     of the estimate: asic (default), zcu102, small, tiny\n"
    "  --frames N          of the estimate: frames that come at once, each stage one call (default 1)\n"
    "  --judge FILE        judge on these samples and choose on all of LOGITS (default: half of them each, drawn by --seed)\n"
    "  --seed N            default 1\n"
    "  --interval LEVEL    of the intervals of accuracy, default 0.95\n"
    "  --plot FILE.svg     accuracy against mean cost, by gnuplot\n"
    "  --show FILE         what is in a file of thresholds\n"
    "  --points WAYS.csv   other ways to trade accuracy for cost: those that none beats, and the best of each group that costs at most --at-most\n"
    "  --json\n";

typedef struct own {
    cli_options o;
    const char *budget, *confidence, *costs, *unit, *judge, *interval, *plot, *show, *points, *at_most;
} own;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_frames_options),
                                          CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_TEXT("geometry", cli_options, geometry),
                                          CLI_OPT_WHOLE("seed", cli_options, seed, 0, CLI_WHOLE_MOST),
                                          CLI_OPT_TEXT("budget", own, budget),
                                          CLI_OPT_TEXT("confidence", own, confidence),
                                          CLI_OPT_TEXT("costs", own, costs),
                                          CLI_OPT_TEXT("unit", own, unit),
                                          CLI_OPT_TEXT("judge", own, judge),
                                          CLI_OPT_TEXT("interval", own, interval),
                                          CLI_OPT_TEXT("plot", own, plot),
                                          CLI_OPT_TEXT("show", own, show),
                                          CLI_OPT_TEXT("points", own, points),
                                          CLI_OPT_TEXT("at-most", own, at_most),
                                          CLI_OPT_END};

static int read_numbers(cli_exits_file *f, const own *x)
{
    if (!x->budget || !cli_number(&f->budget, x->budget) || !(f->budget >= 0 && f->budget <= 100))
        return cli_fail(CLI_USAGE, "calibrate: --budget POINTS is wanted: points of accuracy that may be lost, 0 to 100");
    f->interval = 0.95;
    if (x->interval && (!cli_number(&f->interval, x->interval) || !(f->interval >= 0.01 && f->interval <= 0.9999)))
        return cli_fail(CLI_USAGE, "calibrate: --interval wants a level of 0.01 to 0.9999, not '%.40s'", x->interval);
    if (x->confidence && !cli_confidence(&f->confidence, x->confidence))
        return cli_fail(CLI_USAGE, "calibrate: --confidence is margin, probability or entropy, not '%.40s'", x->confidence);
    return CLI_OK;
}

static int read_costs(calibrate_result *r, const cli_logits *l, const own *x, const cli_options *o)
{
    cli_exits_file *f = &r->file;
    int code;
    f->exits = l->exits;
    for (uint32_t e = 0; e < l->exits; e++) {
        memcpy(f->exit[e].name, l->name[e], sizeof f->exit[e].name);
        r->from[e] = 1;
    }
    if (o->argc == 2) {
        snprintf(f->geometry, sizeof f->geometry, "%s", o->geometry);
        f->frames = (uint32_t)o->limit;
        code = calibrate_costs_model(&r->costs, f, r->from, l, o->argv[1], x->unit);
    } else code = calibrate_costs_text(&r->costs, x->costs, x->unit, l->exits);
    memcpy(f->unit, r->costs.unit[0], sizeof f->unit);
    return code;
}

/* The samples to judge by belong to the same exits. */
static int same_exits(const cli_logits *l, const cli_logits *other)
{
    bool same = l->exits == other->exits && l->classes == other->classes;
    for (uint32_t e = 0; e < l->exits && same; e++) same = !strcmp(l->name[e], other->name[e]);
    if (same) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: its exits or classes are not those of %s", other->path, l->path);
}

static int show(calibrate_result *r, const own *x, const cli_options *o)
{
    int code = cli_exits_read(&r->file, x->show);
    if (code == CLI_OK && x->plot) code = calibrate_plot(r, x->plot);
    return code != CLI_OK ? code : o->json ? calibrate_print_json(r) : calibrate_print(r);
}

static int calibrate(calibrate_result *r, const own *x, const cli_options *o)
{
    cli_logits l = {0}, other = {0};
    int code = cli_logits_read(&l, o->argv[0]);
    if (code == CLI_OK && x->judge) code = cli_logits_read(&other, x->judge);
    if (code == CLI_OK && x->judge) code = same_exits(&l, &other);
    if (code == CLI_OK) code = read_costs(r, &l, x, o);
    if (code == CLI_OK) code = calibrate_run(r, &l, x->judge ? &other : NULL, o->seed);
    cli_logits_free(&l);
    cli_logits_free(&other);
    if (code == CLI_OK && o->output) code = cli_exits_write(o->output, &r->file);
    if (code == CLI_OK && x->plot) code = calibrate_plot(r, x->plot);
    return code != CLI_OK ? code : o->json ? calibrate_print_json(r) : calibrate_print(r);
}

/* Which of the three things is wanted, and is what it needs there? */
static int check_files(const own *x, const cli_options *o)
{
    if (x->at_most && !x->points) return cli_fail(CLI_USAGE, "calibrate: --at-most goes with --points");
    if (x->show || x->points) return o->argc ? cli_fail(CLI_USAGE, "calibrate: --show and --points take no other files") : CLI_OK;
    if (o->argc < 1 || o->argc > 2)
        return cli_fail(CLI_USAGE, "calibrate: give a file of logits and at most one .bonnet file; try `bonnet calibrate --help`");
    if ((o->argc == 2) == (x->costs != NULL))
        return cli_fail(CLI_USAGE, "calibrate: costs come from a .bonnet file or from --costs A,B,...: give one of them%s",
                        x->costs ? ", not both" : "");
    return CLI_OK;
}

int cli_calibrate(int argc, char **argv)
{
    own x = {.o = {.geometry = "asic", .limit = 1, .seed = 1}};
    int code = cli_parse(&x.o, verb_options, argc, argv, usage);
    if (code == CLI_OK) code = check_files(&x, &x.o);
    if (code != CLI_OK) return code;
    if (x.points) return calibrate_points(x.points, x.at_most, x.o.json);
    calibrate_result *r = calloc(1, sizeof *r);
    if (!r) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (x.show) code = show(r, &x, &x.o);
    else code = read_numbers(&r->file, &x);
    if (code == CLI_OK && !x.show) code = calibrate(r, &x, &x.o);
    free(r);
    return code;
}
