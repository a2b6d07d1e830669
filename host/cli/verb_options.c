/* SPDX-License-Identifier: Apache-2.0 */
/* verb_options.c - a verb's command line, read by its table. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

const cli_option cli_quiet_options[] = {CLI_OPT_FLAG_OR('q', "quiet", cli_options, quiet), CLI_OPT_END};
const cli_option cli_json_options[] = {CLI_OPT_FLAG_OR('j', "json", cli_options, json), CLI_OPT_GROUP(cli_quiet_options), CLI_OPT_END};
const cli_option cli_output_options[] = {CLI_OPT_TEXT_OR('o', "output", cli_options, output), CLI_OPT_END};
const cli_option cli_device_options[] = {CLI_OPT_TEXT("device", cli_options, device),
                                         CLI_OPT_WHOLE("timeout-ms", cli_options, timeout_ms, 0, CLI_WHOLE_MOST),
                                         CLI_OPT_WHOLE("seed", cli_options, seed, 0, CLI_WHOLE_MOST), CLI_OPT_END};
const cli_option cli_dataset_options[] = {CLI_OPT_TEXT("dataset", cli_options, dataset), CLI_OPT_TEXT("dataset-dir", cli_options, dataset_dir),
                                          CLI_OPT_WHOLE("limit", cli_options, limit, 0, CLI_WHOLE_MOST), CLI_OPT_END};
const cli_option cli_frames_options[] = {CLI_OPT_WHOLE("images", cli_options, limit, 1, 100000),
                                         CLI_OPT_WHOLE("frames", cli_options, limit, 1, 100000), CLI_OPT_END};

bool cli_number(double *out, const char *text)
{
    char *end;
    if (text[strspn(text, "0123456789.eE+-")]) return false; /* no hexadecimal, no nan, no blank */
    const double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value)) return false;
    *out = value;
    return true;
}

/* A table with its groups laid open; returns how many options. list: NULL, or room for so many. */
static size_t flatten(const cli_option **list, const cli_option *table)
{
    size_t n = 0;
    for (; table->kind != CLI_IS_END; table++) {
        if (table->kind == CLI_IS_GROUP) n += flatten(list ? list + n : NULL, table->group);
        else if (list) list[n++] = table;
        else n++;
    }
    return n;
}

static int set_number(void *to, const cli_option *p, const char *verb, const char *text)
{
    const bool whole = p->kind == CLI_IS_WHOLE;
    double value;
    if (!cli_number(&value, text) || value < p->least || value > p->most || (whole && text[strspn(text, "0123456789")]))
        return cli_fail(CLI_USAGE, whole ? "%s: --%s wants %s from %.0f to %.0f, not '%.40s'" : "%s: --%s wants %s from %g to %g, not '%.40s'", verb,
                        p->name, p->unit, p->least, p->most, text);
    if (whole) *(unsigned long *)to = (unsigned long)value;
    else *(double *)to = value;
    return CLI_OK;
}

static int add_text(cli_texts *to, const cli_option *p, const char *verb, const char *text)
{
    if (to->count == CLI_TEXTS_MOST) return cli_fail(CLI_USAGE, "%s: --%s at most %d times", verb, p->name, CLI_TEXTS_MOST);
    to->text[to->count++] = text;
    return CLI_OK;
}

static int set(cli_options *o, const cli_option *p, const char *verb, const char *text)
{
    void *to = (char *)o + p->at;
    switch (p->kind) {
    case CLI_IS_FLAG: *(bool *)to = true; return CLI_OK;
    case CLI_IS_TEXT: *(const char **)to = text; return CLI_OK;
    case CLI_IS_TEXTS: return add_text(to, p, verb, text);
    default: return set_number(to, p, verb, text);
    }
}

/* `word` is no option, lacks its argument, has one that it does not take, or begins several names. */
static int complain(const char *verb, const char *word, const cli_option *const *list, size_t n)
{
    char names[200] = "";
    const size_t length = strncmp(word, "--", 2) ? 0 : strcspn(word + 2, "=");
    unsigned found = 0;
    bool whole = false;
    for (size_t i = 0; length && i < n; i++) {
        if (strncmp(list[i]->name, word + 2, length)) continue;
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s--%s", found++ ? ", " : "", list[i]->name);
        whole = whole || !list[i]->name[length];
    }
    if (found > 1 && !whole) return cli_fail(CLI_USAGE, "%s: '%.60s' is short for several options: %s", verb, word, names);
    return cli_fail(CLI_USAGE, "%s: bad or incomplete option '%.60s'; try `bonnet %s --help`", verb, word, verb);
}

/* What getopt_long() wants to know of a table. It returns a letter, or LONG + i for the option i. */
enum { LONG = 256 };
typedef struct grammar {
    const cli_option **list;
    size_t n;
    struct option *longs;
    char *letters;
} grammar;

static int grammar_of(grammar *g, const cli_option *table)
{
    g->n = flatten(NULL, table);
    g->list = calloc(g->n + 1, sizeof *g->list), g->longs = calloc(g->n + 2, sizeof *g->longs), g->letters = calloc(g->n + 1, 2);
    if (!g->list || !g->longs || !g->letters) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    flatten(g->list, table);
    char *letter = g->letters;
    *letter++ = 'h';
    for (size_t i = 0; i < g->n; i++) {
        const int argument = g->list[i]->kind == CLI_IS_FLAG ? no_argument : required_argument;
        g->longs[i] = (struct option){g->list[i]->name, argument, NULL, LONG + (int)i};
        if (g->list[i]->letter) *letter++ = g->list[i]->letter;
        if (g->list[i]->letter && argument == required_argument) *letter++ = ':';
    }
    g->longs[g->n] = (struct option){"help", no_argument, NULL, 'h'};
    return CLI_OK;
}

/* The option that getopt_long() has found; NULL: --help. */
static const cli_option *found(const grammar *g, int c)
{
    if (c >= LONG) return g->list[c - LONG];
    for (size_t i = 0; i < g->n; i++)
        if (g->list[i]->letter == c) return g->list[i];
    return NULL;
}

static int parse(cli_options *o, grammar *g, int argc, char **argv, const char *usage)
{
    int c, code = CLI_OK;
    opterr = 0;
    optind = 1;
    while (code == CLI_OK && (c = getopt_long(argc, argv, g->letters, g->longs, NULL)) != -1) {
        if (c == '?') {
            const char letter[] = {'-', (char)optopt, 0};
            return complain(argv[0], optopt && optopt < LONG ? letter : argv[optind - 1], g->list, g->n);
        }
        const cli_option *p = found(g, c);
        if (!p) {
            fputs(usage, stdout);
            exit(cli_finish_stdout());
        }
        code = set(o, p, argv[0], optarg);
    }
    o->argc = argc - optind;
    o->argv = argv + optind;
    return code;
}

/* `bonnet VERB --options`, for a shell's completion: a line each, with = where an argument follows. */
static int list_options(const grammar *g)
{
    for (size_t i = 0; i < g->n; i++) printf("--%s%s\n", g->list[i]->name, g->list[i]->kind == CLI_IS_FLAG ? "" : "=");
    puts("--help");
    return cli_finish_stdout();
}

int cli_parse(cli_options *o, const cli_option *table, int argc, char **argv, const char *usage)
{
    grammar g = {.list = NULL};
    int code = grammar_of(&g, table);
    if (code == CLI_OK && argc == 2 && !strcmp(argv[1], "--options")) exit(list_options(&g));
    if (code == CLI_OK) code = parse(o, &g, argc, argv, usage);
    free(g.list), free(g.longs), free(g.letters);
    return code;
}
