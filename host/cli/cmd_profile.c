/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_profile.c - bonnet profile: what each layer of a network takes on a device; or a model of every kind of layer there (docs/profile.md). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netprofile.h"
#include "profiling.h"

static const char usage[] =
    "usage: bonnet profile MODEL.bonnet [IMAGE] [--device URI] [--repeat N] [--active-mw MW] [-o FILE.json] [--json]\n"
    "       bonnet profile --kinds -o PLATFORM.json [MODEL.bonnet]... [--device URI] [--budget N] [--repeat N] [--seed N]\n"
    "                      [--idle-mw MW --active-mw MW] [--json]\n"
    "       bonnet profile --steps bconv|conv|down [--device URI] [--budget N] [--repeat N] [--seed N] [--plot FILE.svg] [--json]\n\n"
    "Measures what every layer takes, run after run: the median, and what nine tenths of the runs stay above and below. With --kinds: times single\n"
    "layers with random weights, fits a model of each kind from at most N of them, and says how far off it is for shapes that it never saw, and for\n"
    "whole networks. With --steps: finds how wide the stairs of one kind are along its input and output channels.\n\n"
    "  --device URI     what is timed (default cpu:, one thread); chips are timed by their cycles, and can only be measured, not fitted\n"
    "  --repeat N       runs, 1 to 1000 (default 25)\n"
    "  -o FILE.json     network profile for `bonnet plan`, or platform for `bonnet estimate --platform` (docs/estimate.md)\n"
    "  --budget N       measurements for each kind, at most: 4 to 100 (default 30)\n"
    "  --seed N         of the shapes that are drawn (default 1)\n"
    "  --idle-mw MW, --active-mw MW\n"
    "                   what the machine draws, for the energy; without: none is told\n"
    "  --timeout-ms N   give up on a run after N ms (default 600000)\n"
    "  --plot FILE.svg  --steps: model and measurements, by gnuplot\n"
    "  --json           everything, as JSON\n";

static const cli_option verb_options[] = {CLI_OPT_TEXT("steps", profile_line, steps),
                                          CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_WHOLE("repeat", profile_line, repeat, 1, PROFILE_REPEATS),
                                          CLI_OPT_WHOLE("budget", profile_line, budget, 4, 100),
                                          CLI_OPT_TEXT("idle-mw", profile_line, idle_mw),
                                          CLI_OPT_TEXT("active-mw", profile_line, active_mw),
                                          CLI_OPT_FLAG("kinds", profile_line, kinds),
                                          CLI_OPT_TEXT("plot", profile_line, plot),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

static bool power_ok(const char *text)
{
    double mw;
    return !text || (cli_number(&mw, text) && mw >= 0 && mw <= 1e7);
}

static int check(const profile_line *l)
{
    if (!power_ok(l->idle_mw)) return cli_fail(CLI_USAGE, "profile: --idle-mw wants milliwatts, 0 to 10^7, not '%.40s'", l->idle_mw);
    if (!power_ok(l->active_mw)) return cli_fail(CLI_USAGE, "profile: --active-mw wants milliwatts, 0 to 10^7, not '%.40s'", l->active_mw);
    if (l->kinds && !l->idle_mw != !l->active_mw) return cli_fail(CLI_USAGE, "profile: a platform has --idle-mw and --active-mw, or neither");
    if (l->kinds && !l->o.output) return cli_fail(CLI_USAGE, "profile: --kinds makes a platform; give -o PLATFORM.json");
    if (l->steps && (l->kinds || l->o.argc || l->o.output)) return cli_fail(CLI_USAGE, "profile: --steps goes without models, --kinds and -o");
    if (l->plot && !l->steps) return cli_fail(CLI_USAGE, "profile: --plot draws what --steps finds");
    if (l->kinds || l->steps) return CLI_OK;
    if (l->o.argc < 1 || l->o.argc > 2) return cli_fail(CLI_USAGE, "profile: give a model and at most one image; try `bonnet profile --help`");
    return CLI_OK;
}

/* The middle of the runs, and what nine tenths of them are above and below. */
static bonnet_cost cost_of(double *times, uint32_t repeats, const profile_line *l)
{
    double mw;
    const double ms = profile_median(times, repeats) * 1e3;
    bonnet_cost c = {ms, times[repeats / 10] * 1e3, times[repeats - 1 - repeats / 10] * 1e3, -1};
    if (l->active_mw && cli_number(&mw, l->active_mw)) bonnet_cost_power(&c, mw);
    return c;
}

static void print_table(const cli_profile *p, uint32_t repeats)
{
    printf("%-28s %-6s %10s %10s %10s\n", "layer", "kind", "ms", "tenth", "ninetieth");
    for (uint32_t i = 0; i < p->n_layers; i++)
        printf("%-28.28s %-6s %10.5f %10.5f %10.5f\n", p->layers[i].name, p->layers[i].kind, p->layers[i].cost.ms, p->layers[i].cost.ms_lo,
               p->layers[i].cost.ms_hi);
    for (uint32_t i = 0; i < p->n_branches; i++)
        printf("%-28.28s %-6s %10.5f %10.5f %10.5f\n", p->branches[i].name, "branch", p->branches[i].cost.ms, p->branches[i].cost.ms_lo,
               p->branches[i].cost.ms_hi);
    printf("%-28s %-6s %10.5f\n", "start", "", p->start_ms);
    printf("%-28s %-6s %10.5f %10.5f %10.5f\n\n%s on %s, %u runs.\n", "whole", "", p->whole.ms, p->whole.ms_lo, p->whole.ms_hi, p->network, p->tier,
           repeats);
}

static int print_json(const cli_profile *p, uint32_t repeats)
{
    struct json_object *root = json_object_new_object(), *layers = json_object_new_array();
    for (uint32_t i = 0; i < p->n_layers; i++) {
        struct json_object *l = json_object_new_object();
        json_object_object_add(l, "name", json_object_new_string(p->layers[i].name));
        json_object_object_add(l, "kind", json_object_new_string(p->layers[i].kind));
        cli_cost_json(l, &p->layers[i].cost);
        json_object_array_add(layers, l);
    }
    json_object_object_add(root, "network", json_object_new_string(p->network));
    json_object_object_add(root, "device", json_object_new_string(p->tier));
    json_object_object_add(root, "runs", json_object_new_int((int)repeats));
    json_object_object_add(root, "start_ms", cli_json_number(p->start_ms));
    json_object_object_add(root, "layers", layers);
    struct json_object *sides = json_object_new_array();
    for (uint32_t i = 0; i < p->n_branches; i++) {
        struct json_object *b = json_object_new_object();
        json_object_object_add(b, "name", json_object_new_string(p->branches[i].name));
        json_object_object_add(b, "behind", json_object_new_string(p->branches[i].behind));
        cli_cost_json(b, &p->branches[i].cost);
        json_object_array_add(sides, b);
    }
    json_object_object_add(root, "branches", sides);
    cli_cost_json(root, &p->whole);
    return cli_print_json(root);
}

static int gather(cli_profile *p, const cli_session *s, double *times, double *start, const profile_line *l)
{
    const uint32_t repeats = (uint32_t)l->repeat;
    bonnet_layer_info info;
    bonnet_exit exit;
    uint32_t exits = 0;
    while (bonnet_exit_get(&exit, s->model, exits) == BONNET_OK) exits++;
    int code = cli_profile_make(p, s->info.layers, exits);
    if (code != CLI_OK) return code;
    snprintf(p->network, CLI_TEXT, "%.*s", CLI_TEXT - 1, *s->info.name ? s->info.name : "network");
    snprintf(p->tier, CLI_TEXT, "%.*s", CLI_TEXT - 1, l->o.device);
    cli_sha256_hex(p->sha256, s->info.sha256);
    p->source = CLI_FROM_MEASUREMENT;
    const bonnet_cost started = cost_of(start, repeats, l);
    p->start_ms = started.ms, p->whole = started;
    for (uint32_t i = 0; i < p->n_layers; i++) {
        if (bonnet_model_layer_get(&info, s->model, i) != BONNET_OK) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no layer %u", s->path, i);
        snprintf(p->layers[i].name, CLI_TEXT, "%s", info.name);
        snprintf(p->layers[i].kind, CLI_TEXT, "%s", info.kind);
        p->layers[i].cost = cost_of(times + (size_t)i * repeats, repeats, l);
        bonnet_cost_add(&p->whole, &p->layers[i].cost);
    }
    return CLI_OK;
}

/* A branch on the map that the image leaves at its cut: its own start and its layers together. */
static int measure_branch(cli_profile_branch *to, const cli_profile *p, const cli_session *s, const bonnet_exit *exit, uint32_t index,
                          const uint8_t *pixels, const profile_line *l)
{
    const uint32_t repeats = (uint32_t)l->repeat;
    bonnet_model *head = NULL, *branch = NULL;
    bonnet_model_info info = {.layers = 0};
    bonnet_status status = bonnet_model_head(&head, s->model, exit->cut);
    if (status == BONNET_OK) status = bonnet_model_branch(&branch, s->model, index);
    if (status == BONNET_OK) status = bonnet_model_info_get(&info, branch);
    uint8_t *map = malloc(branch ? bonnet_model_input_bytes(branch) : 1);
    double *times = calloc((size_t)(info.layers + 1) * repeats, sizeof *times); /* the last row: what is beside the layers, then all of it */
    if (!map || !times) status = BONNET_ENOMEM;
    if (status == BONNET_OK) status = bonnet_run_head(map, s->dev, head, pixels, 1);
    double *whole = times ? times + (size_t)info.layers * repeats : NULL;
    if (status == BONNET_OK) status = profile_measure(times, whole, &(profile_run){s->dev, branch, map, repeats});
    for (size_t i = 0; status == BONNET_OK && i < (size_t)info.layers * repeats; i++) whole[i % repeats] += times[i];
    if (status == BONNET_OK) {
        snprintf(to->name, CLI_TEXT, "%s", exit->name);
        snprintf(to->behind, CLI_TEXT, "%s", p->layers[exit->layer].name);
        to->cost = cost_of(whole, repeats, l);
    }
    free(map), free(times);
    bonnet_model_free(branch);
    bonnet_model_free(head);
    return status == BONNET_OK ? CLI_OK : cli_fail_status(status, s->dev, s->path);
}

static int branches(cli_profile *p, const cli_session *s, const uint8_t *pixels, const profile_line *l)
{
    const size_t bytes = bonnet_model_input_bytes(s->model);
    uint8_t *noise = pixels ? NULL : malloc(bytes);
    bonnet_exit exit;
    int code = pixels || noise ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (noise) profile_noise(noise, bytes);
    for (uint32_t i = 0; i < p->n_branches && code == CLI_OK; i++)
        if (bonnet_exit_get(&exit, s->model, i) == BONNET_OK) code = measure_branch(&p->branches[i], p, s, &exit, i, pixels ? pixels : noise, l);
    free(noise);
    return code;
}

static int measured(const profile_line *l)
{
    cli_session s;
    cli_profile p = {.n_layers = 0};
    uint8_t *pixels = NULL;
    double *times = NULL, *start = NULL;
    int code = cli_open(&s, &l->o, l->o.argv[0]);
    if (code == CLI_OK && l->o.argc == 2) code = cli_image_read_for(&pixels, l->o.argv[1], &s);
    if (code == CLI_OK) {
        const profile_run run = {s.dev, s.model, pixels, (uint32_t)l->repeat};
        times = calloc((size_t)s.info.layers * l->repeat, sizeof *times), start = calloc(l->repeat, sizeof *start);
        const bonnet_status status = times && start ? profile_measure(times, start, &run) : BONNET_ENOMEM;
        if (status == BONNET_EUNSUPPORTED) code = cli_fail(CLI_USAGE, PROFILE_NO_CLOCK, l->o.device);
        else if (status != BONNET_OK) code = cli_fail_status(status, s.dev, l->o.argv[0]);
    }
    if (code == CLI_OK) code = gather(&p, &s, times, start, l);
    if (code == CLI_OK) code = branches(&p, &s, pixels, l);
    if (code == CLI_OK && l->o.output) code = cli_profile_write(&p, l->o.output);
    if (code == CLI_OK && l->o.json) code = print_json(&p, (uint32_t)l->repeat);
    else if (code == CLI_OK) print_table(&p, (uint32_t)l->repeat);
    cli_profile_free(&p);
    free(times), free(start), free(pixels);
    cli_close(&s);
    return code == CLI_OK ? cli_finish_stdout() : code;
}

int cli_profile_verb(int argc, char **argv)
{
    profile_line l = {.o = {.device = "cpu:", .seed = 1}, .repeat = 25, .budget = 30};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code == CLI_OK) code = check(&l);
    if (code != CLI_OK) return code;
    if (!l.o.seed) l.o.seed = 1; /* the state of a generator that never leaves 0 */
    if (l.steps) return profile_steps(&l);
    return l.kinds ? profile_kinds(&l) : measured(&l);
}
