/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_order.c - bonnet order: which classifiers to ask before the one that always answers, in which order, and why (docs/edge.md). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experts.h"

static const char usage[] =
    "usage: bonnet order EXPERTS.json|ANSWERS.csv [--deadline MS] [--storage BYTES] [--dependence independent|nested|logged] [--json]\n\n"
    "Classifiers that may say \"I don't know\" before one that always answers: which to ask, and in which order, so that the expected time is "
    "least.\n"
    "Files: docs/edge.md. JSON says what share of inputs each answers; a CSV table says which inputs, so that any dependence is counted.\n"
    "  --deadline MS      for the worst case: every one asked\n  --storage BYTES    for all that are taken\n"
    "  --dependence NAME  how answers belong together: independent (default for JSON), nested (who answers more answers all that others do),\n"
    "                     logged (default for CSV, at most 16 experts)\n  --json\n";

typedef struct line {
    cli_options o;
    const char *deadline, *storage, *dependence;
} line;

static const cli_option verb_options[] = {CLI_OPT_TEXT("deadline", line, deadline), CLI_OPT_TEXT("storage", line, storage),
                                          CLI_OPT_TEXT("dependence", line, dependence), CLI_OPT_GROUP(cli_json_options), CLI_OPT_END};

static const char *const dependence_names[] = {"independent", "nested", "logged"};
static const char *const why_names[] = {"taken", "no gain", "deadline", "storage"};

/* "reached, answers" of a place: a log knows what an expert answers of what reaches it. */
static void print_taken(const cli_experts *x, const bonnet_order_result *r, uint32_t place)
{
    const uint32_t e = place < r->count ? r->order[place] : x->count;
    const double left = place < r->count ? r->reached[place + 1] : 0, here = r->reached[place];
    printf("%5u  %-20s %12.3f %9.4f %9.4f  ", place + 1, x->name[e], (double)x->expert[e].cost_us / 1e3, here, here > 0 ? (here - left) / here : 0);
    if (place == r->count) printf("always answers\n");
    else printf("saves %.3f ms\n", r->saves_us[e] / 1e3);
}

static void print_left_out(const cli_experts *x, const bonnet_order_result *r, uint32_t e)
{
    const char *behind = r->place[e] ? x->name[r->order[r->place[e] - 1]] : NULL;
    printf("%5s  %-20s %12.3f %9s %9s  left out: ", "-", x->name[e], (double)x->expert[e].cost_us / 1e3, "", "");
    printf("%s%s it would %s %.3f ms", behind ? "behind " : "first", behind ? behind : "", r->saves_us[e] > 0 ? "save" : "add",
           (r->saves_us[e] > 0 ? r->saves_us[e] : -r->saves_us[e]) / 1e3);
    if (r->why[e] == BONNET_ORDER_TOO_LATE) printf(", but the worst case would be %.3f ms", (double)(r->worst_us + x->expert[e].cost_us) / 1e3);
    if (r->why[e] == BONNET_ORDER_TOO_LARGE)
        printf(", but %llu bytes would be needed", (unsigned long long)(r->storage_bytes + x->expert[e].storage_bytes));
    putchar('\n');
}

static int print_table(const cli_experts *x, const bonnet_order_options *o, const bonnet_order_result *r)
{
    printf("%5s  %-20s %12s %9s %9s\n", "place", "expert", "cost ms", "reached", "answers");
    for (uint32_t i = 0; i <= r->count; i++) print_taken(x, r, i);
    for (uint32_t e = 0; e < x->count; e++)
        if (r->why[e] != BONNET_ORDER_TAKEN) print_left_out(x, r, e);
    printf("expected %.3f ms, %s alone %.3f ms; worst case %.3f ms", r->expected_us / 1e3, x->name[x->count],
           (double)x->expert[x->count].cost_us / 1e3, (double)r->worst_us / 1e3);
    if (o->deadline_us != BONNET_NO_LIMIT) printf(", deadline %.3f ms", (double)o->deadline_us / 1e3);
    printf("; storage %llu bytes", (unsigned long long)r->storage_bytes);
    if (o->storage_bytes != BONNET_NO_LIMIT) printf(" of %llu", (unsigned long long)o->storage_bytes);
    if (o->dependence == BONNET_LOGGED) printf("\nanswers as logged for %zu inputs\n", x->samples);
    else printf("\nanswers taken as %s\n", dependence_names[o->dependence]);
    return cli_finish_stdout();
}

static int print_json(const cli_experts *x, const bonnet_order_options *o, const bonnet_order_result *r)
{
    struct json_object *j = json_object_new_object(), *order = json_object_new_array(), *list = json_object_new_array();
    for (uint32_t i = 0; i <= r->count; i++) json_object_array_add(order, json_object_new_string(x->name[i < r->count ? r->order[i] : x->count]));
    for (uint32_t e = 0; e <= x->count; e++) {
        const bool last = e == x->count, taken = last || r->why[e] == BONNET_ORDER_TAKEN;
        const uint32_t place = last ? r->count : r->place[e];
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "name", json_object_new_string(x->name[e]));
        json_object_object_add(one, "cost_ms", json_object_new_double((double)x->expert[e].cost_us / 1e3));
        json_object_object_add(one, "storage_bytes", json_object_new_uint64(x->expert[e].storage_bytes));
        json_object_object_add(one, "taken", json_object_new_boolean(taken));
        json_object_object_add(one, "place", json_object_new_int64(place + 1));
        if (taken) json_object_object_add(one, "reached", json_object_new_double(r->reached[place]));
        if (!last) json_object_object_add(one, "saves_ms", json_object_new_double(r->saves_us[e] / 1e3));
        json_object_object_add(one, "why", json_object_new_string(last ? "always answers" : why_names[r->why[e]]));
        json_object_array_add(list, one);
    }
    json_object_object_add(j, "dependence", json_object_new_string(dependence_names[o->dependence]));
    if (x->outcomes) json_object_object_add(j, "inputs", json_object_new_uint64(x->samples));
    if (o->deadline_us != BONNET_NO_LIMIT) json_object_object_add(j, "deadline_ms", json_object_new_double((double)o->deadline_us / 1e3));
    if (o->storage_bytes != BONNET_NO_LIMIT) json_object_object_add(j, "storage_limit_bytes", json_object_new_uint64(o->storage_bytes));
    json_object_object_add(j, "order", order);
    json_object_object_add(j, "expected_ms", json_object_new_double(r->expected_us / 1e3));
    json_object_object_add(j, "worst_ms", json_object_new_double((double)r->worst_us / 1e3));
    json_object_object_add(j, "storage_bytes", json_object_new_uint64(r->storage_bytes));
    json_object_object_add(j, "experts", list);
    return cli_print_json(j);
}

/* What of the question is on the command line and not in the file. */
static int read_options(bonnet_order_options *to, const line *l)
{
    double ms;
    if (l->deadline && (!cli_number(&ms, l->deadline) || !cli_experts_us(&to->deadline_us, ms)))
        return cli_fail(CLI_USAGE, "order: --deadline wants milliseconds, 0.001 to 10^9 in steps of 0.001, not '%.40s'", l->deadline);
    if (l->storage) {
        char *end;
        errno = 0;
        to->storage_bytes = strtoull(l->storage, &end, 10);
        if (errno || !*l->storage || *end || strspn(l->storage, "0123456789") != strlen(l->storage) || to->storage_bytes > UINT64_C(1) << 53)
            return cli_fail(CLI_USAGE, "order: --storage wants a whole number of bytes, 0 to 2^53, not '%.40s'", l->storage);
    }
    if (l->dependence && !cli_dependence(&to->dependence, l->dependence))
        return cli_fail(CLI_USAGE, "order: --dependence is independent, nested or logged, not '%.40s'", l->dependence);
    return CLI_OK;
}

static int order(const cli_experts *x, bonnet_order_options *o, const char *path, bool json)
{
    char message[256] = "";
    bonnet_order_result r;
    if (o->dependence == BONNET_LOGGED && !x->outcomes)
        return cli_fail(CLI_USAGE, "order: --dependence logged wants the answers to many inputs, a CSV table (docs/edge.md); %s has shares only",
                        path);
    o->outcomes = x->outcomes, o->samples = x->samples;
    o->message = message, o->message_bytes = sizeof message;
    const bonnet_status status = bonnet_order(&r, x->expert, x->count, &x->expert[x->count], o);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "%s: %s", path, message);
    return json ? print_json(x, o, &r) : print_table(x, o, &r);
}

int cli_order(int argc, char **argv)
{
    line l = {.deadline = NULL};
    bonnet_order_options q = BONNET_ORDER_OPTIONS_INIT;
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc != 1) return cli_fail(CLI_USAGE, "order: give one file of experts; try `bonnet order --help`");
    if ((code = read_options(&q, &l)) != CLI_OK) return code;
    cli_experts *x = malloc(sizeof *x);
    if (!x) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    code = cli_experts_read(x, l.o.argv[0]);
    if (code == CLI_OK && !l.dependence) q.dependence = x->dependence;
    if (code == CLI_OK) code = order(x, &q, l.o.argv[0], l.o.json);
    cli_experts_free(x);
    free(x);
    return code;
}
