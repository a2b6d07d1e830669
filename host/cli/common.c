/* SPDX-License-Identifier: Apache-2.0 */
/* common.c - options, complaints, sessions, the end of stdout. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

int cli_fail(int code, const char *format, ...)
{
    char line[8192]; /* two paths and a sentence */
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (char *c = line; *c; c++) /* names out of foreign files: one line stays one line, and moves no cursor */
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
    cli_progress_end();
    fprintf(stderr, "bonnet: %s\n", line);
    return code;
}

int cli_fail_status(bonnet_status status, const bonnet_device *dev, const char *what)
{
    if (status == BONNET_EINTR) return cli_fail(CLI_INTERRUPTED, "%s: interrupted; the device is idle", what);
    const char *detail = bonnet_last_error(dev);
    return cli_fail(CLI_STATUS - (int)status, "%s: %s", what, *detail ? detail : bonnet_status_text(status));
}

static int parse_number(unsigned long *out, const char *option, const char *text)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno || end == text || *end || text[0] == '-' || value > 1000000000ul)
        return cli_fail(CLI_USAGE, "--%s wants a number from 0 to 1000000000, not '%.40s'", option, text);
    *out = value;
    return CLI_OK;
}

bool cli_number(double *out, const char *text)
{
    char *end;
    if (text[strspn(text, "0123456789.eE+-")]) return false; /* no hexadecimal, no nan, no blank */
    const double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value)) return false;
    *out = value;
    return true;
}

/* A number that becomes part of a device's options. */
static int parse_text_number(const char **out, const char *option, const char *text)
{
    unsigned long value;
    *out = text;
    return parse_number(&value, option, text);
}

enum { OPTIONS = 96, OWN = 256 };

/* The verb's own options, and those of all verbs. */
static void join_options(struct option to[OPTIONS], const struct option *longs, const cli_own_option *own)
{
    size_t n = 0;
    for (int i = 0; own && own[i].name && n + 1 < OPTIONS; i++) to[n++] = (struct option){own[i].name, required_argument, NULL, OWN + i};
    for (; longs->name && n + 1 < OPTIONS; longs++) to[n++] = *longs;
    to[n] = (struct option){NULL, 0, NULL, 0};
}

int cli_parse(cli_options *o, int argc, char **argv, const char *allowed, const char *usage)
{
    static const struct option longs[] = {{"device", required_argument, NULL, 'd'},
                                          {"dataset", required_argument, NULL, 's'},
                                          {"dataset-dir", required_argument, NULL, 'D'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"geometry", required_argument, NULL, 'g'},
                                          {"limit", required_argument, NULL, 'l'},
                                          {"images", required_argument, NULL, 'n'},
                                          {"frames", required_argument, NULL, 'n'},
                                          {"batch", required_argument, NULL, 'b'},
                                          {"walks", required_argument, NULL, 'w'},
                                          {"dram-latency", required_argument, NULL, 'L'},
                                          {"dram-port", required_argument, NULL, 'P'},
                                          {"timeout-ms", required_argument, NULL, 't'},
                                          {"seed", required_argument, NULL, 'S'},
                                          {"trace", required_argument, NULL, 'T'},
                                          {"preprocess", required_argument, NULL, 'p'},
                                          {"against", required_argument, NULL, 'A'},
                                          {"until", required_argument, NULL, 'U'},
                                          {"from", required_argument, NULL, 'O'},
                                          {"manifest", required_argument, NULL, 'm'},
                                          {"root", required_argument, NULL, 'r'},
                                          {"board", required_argument, NULL, 'B'},
                                          {"commit", required_argument, NULL, 'C'},
                                          {"tool", required_argument, NULL, 'V'},
                                          {"clock-mhz", required_argument, NULL, 'k'},
                                          {"platform", required_argument, NULL, 'G'},
                                          {"cpu", required_argument, NULL, 'f'},
                                          {"deadline", required_argument, NULL, 'M'},
                                          {"storage", required_argument, NULL, 'R'},
                                          {"dependence", required_argument, NULL, 'I'},
                                          {"detector", required_argument, NULL, 'W'},
                                          {"threshold", required_argument, NULL, 'H'},
                                          {"format", required_argument, NULL, 'F'},
                                          {"scale", required_argument, NULL, 'X'},
                                          {"bits", required_argument, NULL, '1'},
                                          {"codec", required_argument, NULL, '2'},
                                          {"level", required_argument, NULL, '3'},
                                          {"range", required_argument, NULL, '4'},
                                          {"decode", required_argument, NULL, '5'},
                                          {"tiers", required_argument, NULL, 'K'},
                                          {"exits", required_argument, NULL, 'Q'},
                                          {"accuracy", required_argument, NULL, 'J'},
                                          {"energy", required_argument, NULL, '%'},
                                          {"goal", required_argument, NULL, '&'},
                                          {"policy", required_argument, NULL, '*'},
                                          {"best", required_argument, NULL, '6'},
                                          {"edgent", required_argument, NULL, '7'},
                                          {"states", required_argument, NULL, '8'},
                                          {"times", required_argument, NULL, 'z'},
                                          {"weight", required_argument, NULL, 'Z'},
                                          {"only", required_argument, NULL, 'Y'},
                                          {"pareto", no_argument, NULL, '9'},
                                          {"check", no_argument, NULL, '0'},
                                          {"plot", required_argument, NULL, '@'},
                                          {"all-exits", no_argument, NULL, '!'},
                                          {"repeat", required_argument, NULL, '~'},
                                          {"budget", required_argument, NULL, '#'},
                                          {"idle-mw", required_argument, NULL, '$'},
                                          {"active-mw", required_argument, NULL, '('},
                                          {"kinds", no_argument, NULL, ')'},
                                          {"insecure", no_argument, NULL, '^'},
                                          {"dry-run", no_argument, NULL, 'N'},
                                          {"unlisted", no_argument, NULL, 'u'},
                                          {"entry", no_argument, NULL, 'E'},
                                          {"compare", no_argument, NULL, 'c'},
                                          {"analytic", no_argument, NULL, 'a'},
                                          {"explain", no_argument, NULL, 'e'},
                                          {"strict", no_argument, NULL, 'x'},
                                          {"allow-inexact", no_argument, NULL, 'i'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct option all[OPTIONS];
    int c, index = 0, code = CLI_OK;
    join_options(all, longs, o->own);
    opterr = 0;
    optind = 1;
    while (code == CLI_OK && (c = getopt_long(argc, argv, "o:hjq", all, &index)) != -1) {
        if (c == 'h') {
            fputs(usage, stdout);
            code = cli_finish_stdout();
            exit(code);
        }
        if (c >= OWN) {
            *o->own[c - OWN].to = optarg;
            continue;
        }
        if (c == '?' || c == ':' || !strchr(allowed, c))
            return cli_fail(CLI_USAGE, "%s: bad or incomplete option '%.60s'; try `bonnet %s --help`", argv[0], argv[optind - 1], argv[0]);
        switch (c) {
        case 'd': o->device = optarg; break;
        case 's': o->dataset = optarg; break;
        case 'D': o->dataset_dir = optarg; break;
        case 'o': o->output = optarg; break;
        case 'g': o->geometry = optarg; break;
        case 'p': o->preprocess = optarg; break;
        case 'A': o->against = optarg; break;
        case 'U': o->until = optarg; break;
        case 'O': o->from = optarg; break;
        case 'l': code = parse_number(&o->limit, "limit", optarg); break;
        case 'n': code = parse_number(&o->limit, "images", optarg); break;
        case 'b': code = parse_number(&o->batch, "batch", optarg); break;
        case 't': code = parse_number(&o->timeout_ms, "timeout-ms", optarg); break;
        case 'S': code = parse_number(&o->seed, "seed", optarg); break;
        case 'w': code = parse_number(&o->walks, "walks", optarg); break;
        case 'L': code = parse_text_number(&o->dram_latency, "dram-latency", optarg); break;
        case 'P': code = parse_text_number(&o->dram_port, "dram-port", optarg); break;
        case 'T': o->trace = optarg; break;
        case 'm': o->manifest = optarg; break;
        case 'r': o->root = optarg; break;
        case 'B': o->board = optarg; break;
        case 'C': o->commit = optarg; break;
        case 'V': o->tool = optarg; break;
        case 'k': code = parse_number(&o->clock_mhz, "clock-mhz", optarg); break;
        case 'G': o->platform = optarg; break;
        case 'f': o->cpu = optarg; break;
        case 'M': o->deadline = optarg; break;
        case 'R': o->storage = optarg; break;
        case 'I': o->dependence = optarg; break;
        case 'W': o->detector = optarg; break;
        case 'H': o->threshold = optarg; break;
        case 'F': o->format = optarg; break;
        case 'X': o->scale = optarg; break;
        case '1': o->bits = optarg; break;
        case '2': o->codec = optarg; break;
        case '3': o->level = optarg; break;
        case '4': o->range = optarg; break;
        case '5': o->decode = optarg; break;
        case 'K': o->tiers = optarg; break;
        case 'Q': o->exits = optarg; break;
        case 'J': o->accuracy = optarg; break;
        case '%': o->energy = optarg; break;
        case '&': o->goal = optarg; break;
        case '*': o->policy = optarg; break;
        case '6': code = parse_number(&o->best, "best", optarg); break;
        case '7': o->edgent = optarg; break;
        case '8': o->states = optarg; break;
        case 'z': o->times = optarg; break;
        case 'Z': o->weight = optarg; break;
        case 'Y': o->only = optarg; break;
        case '9': o->pareto = true; break;
        case '0': o->check = true; break;
        case '@': o->plot = optarg; break;
        case '!': o->all_exits = true; break;
        case '~': code = parse_number(&o->repeat, "repeat", optarg); break;
        case '#': code = parse_number(&o->budget, "budget", optarg); break;
        case '$': o->idle_mw = optarg; break;
        case '(': o->active_mw = optarg; break;
        case ')': o->kinds = true; break;
        case '^': o->insecure = true; break;
        case 'N': o->dry_run = true; break;
        case 'u': o->unlisted = true; break;
        case 'E': o->entry = true; break;
        case 'c': o->compare = true; break;
        case 'a': o->analytic = true; break;
        case 'e': o->explain = true; break;
        case 'x': o->strict = true; break;
        case 'i': o->allow_inexact = true; break;
        case 'j': o->json = true; break;
        case 'q': o->quiet = true; break;
        default: break;
        }
    }
    o->argc = argc - optind;
    o->argv = argv + optind;
    return code;
}

int cli_open(cli_session *s, const cli_options *o, const char *model_path)
{
    bonnet_open_options options = BONNET_OPEN_OPTIONS_INIT;
    options.timeout_ms = (uint32_t)(o->timeout_ms ? o->timeout_ms : 600000);
    options.seed = o->seed;
    options.progress = o->quiet ? NULL : cli_progress_watcher();
    options.cancel = (const volatile int *)&cli_cancelled;
    memset(s, 0, sizeof *s);
    s->path = model_path;
    bonnet_status status = bonnet_open(&s->dev, o->device, &options);
    if (status != BONNET_OK) return cli_fail_status(status, NULL, o->device);
    status = bonnet_model_load(&s->model, s->dev, model_path);
    if (status != BONNET_OK) return cli_fail_status(status, s->dev, model_path);
    status = bonnet_model_info_get(&s->info, s->model);
    if (status != BONNET_OK) return cli_fail_status(status, s->dev, model_path);
    return CLI_OK;
}

int cli_need_counters(const cli_session *s, const cli_options *o)
{
    bonnet_chip_info chip;
    if (bonnet_chip_info_get(&chip, s->dev) == BONNET_OK) return CLI_OK;
    return cli_fail(CLI_USAGE, "%s has no counters; use --device sim:", o->device);
}

void cli_close(cli_session *s)
{
    bonnet_model_free(s->model);
    bonnet_close(s->dev);
    memset(s, 0, sizeof *s);
}

int cli_finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EIO, "cannot write the results to stdout: %s", strerror(errno));
}

int cli_print_json(struct json_object *object)
{
    puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
    return cli_finish_stdout();
}

const char *cli_label(const bonnet_model *model, uint32_t index, char *buffer, size_t bytes)
{
    const char *name = bonnet_model_label(model, index);
    if (*name) return name;
    snprintf(buffer, bytes, "%u", index);
    return buffer;
}
