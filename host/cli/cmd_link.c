/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_link.c - bonnet link: what a recorded link carried, and the states that a detector finds in it (docs/edge.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "detector.h"

static const char usage[] =
    "usage: bonnet link TRACE [--detector bayes|ewma] [--threshold X] [--scale MBIT] [--format report|seconds|millis] [--json]\n\n"
    "What a link carried: statistics of a trace, and the states that it went through, each the mean between two changes. A sample a line:\n"
    "six columns (epoch ms, ms, latitude, longitude, bytes, ms), or two (s and Mbit/s, or ms and kbit/s, told apart by their step).\n"
    "  --detector NAME  bayes (default): posterior of the run length; ewma: smoothed samples that leave the mean\n"
    "  --threshold X    0 to 1. bayes: probability from which a change is one (default 0.1); ewma: by which part (default 0.3)\n"
    "  --scale MBIT     bayes: Mbit/s that its prior takes for 1 (default 1)\n"
    "  --format NAME    of the lines: report, seconds (Mbit/s), millis (kbit/s)\n  --json\n";

typedef struct line {
    cli_options o;
    const char *format;
} line;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_detection_options), CLI_OPT_TEXT("format", line, format), CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

static const char *const detector_names[] = {"bayes", "ewma"}, *const format_names[] = {"", "report", "seconds", "millis"};

/* first[i] .. first[i + 1]: samples of state i. */
typedef struct states {
    size_t *first, count;
} states;

static double mean(const bonnet_link_trace *t, const states *s, size_t i)
{
    double value = 0;
    for (size_t k = s->first[i]; k < s->first[i + 1]; k++) value += (t->samples[k].bits_per_s - value) / (double)(k - s->first[i] + 1);
    return value / 1e6;
}

/* Where a state ends: where the next one begins, or with the last sample. */
static double end_s(const bonnet_link_trace *t, const states *s, size_t i)
{
    return t->samples[i + 1 < s->count ? s->first[i + 1] : t->count - 1].at_s;
}

static int find_states(states *out, const bonnet_link_trace *t, const bonnet_link_options *o, const char *path)
{
    bonnet_link *link = NULL;
    bonnet_link_state now;
    bonnet_status status = bonnet_link_open(&link, o);
    if (status != BONNET_OK) return cli_fail(status == BONNET_EINVAL ? CLI_USAGE : CLI_STATUS - (int)status, "link: %s", o->message);
    int code = CLI_OK;
    out->first[0] = 0, out->count = 1;
    for (size_t i = 0; i < t->count && code == CLI_OK; i++) {
        if (cli_cancelled) code = cli_fail(CLI_INTERRUPTED, "%s: interrupted", path);
        else if (bonnet_link_add(&now, link, t->samples[i].bits_per_s) != BONNET_OK)
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: sample %zu is out of range", path, i + 1);
        else if (now.changed) out->first[out->count++] = (size_t)now.since;
    }
    out->first[out->count] = t->count;
    bonnet_link_close(link);
    return code;
}

static int print_table(const bonnet_link_trace *t, const bonnet_link_stats *s, const states *found, const bonnet_link_options *o, const char *path)
{
    printf("%s: %zu samples in %.3f s, read as %s\n", path, t->count, t->samples[t->count - 1].at_s - t->samples[0].at_s, format_names[t->format]);
    printf("Mbit/s: min %.3f, p10 %.3f, median %.3f, mean %.3f, p90 %.3f, max %.3f\n", s->min / 1e6, s->p10 / 1e6, s->median / 1e6, s->mean / 1e6,
           s->p90 / 1e6, s->max / 1e6);
    printf("%12s %12s %9s %9s\n", "from s", "to s", "samples", "Mbit/s");
    for (size_t i = 0; i < found->count; i++)
        printf("%12.3f %12.3f %9zu %9.3f\n", t->samples[found->first[i]].at_s, end_s(t, found, i), found->first[i + 1] - found->first[i],
               mean(t, found, i));
    printf("%zu change%s; detector %s, threshold %g\n", found->count - 1, found->count == 2 ? "" : "s", detector_names[o->method], o->threshold);
    return cli_finish_stdout();
}

static int print_json(const bonnet_link_trace *t, const bonnet_link_stats *s, const states *found, const bonnet_link_options *o, const char *path)
{
    struct json_object *j = json_object_new_object(), *rates = json_object_new_object(), *list = json_object_new_array();
    const struct {
        const char *name;
        double value;
    } rate[] = {{"min", s->min}, {"p10", s->p10}, {"median", s->median}, {"mean", s->mean}, {"p90", s->p90}, {"max", s->max}};
    for (size_t i = 0; i < sizeof rate / sizeof *rate; i++) json_object_object_add(rates, rate[i].name, json_object_new_double(rate[i].value / 1e6));
    for (size_t i = 0; i < found->count; i++) {
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "first_sample", json_object_new_uint64(found->first[i]));
        json_object_object_add(one, "samples", json_object_new_uint64(found->first[i + 1] - found->first[i]));
        json_object_object_add(one, "from_s", json_object_new_double(t->samples[found->first[i]].at_s));
        json_object_object_add(one, "to_s", json_object_new_double(end_s(t, found, i)));
        json_object_object_add(one, "mbit_per_s", json_object_new_double(mean(t, found, i)));
        json_object_array_add(list, one);
    }
    json_object_object_add(j, "trace", json_object_new_string(path));
    json_object_object_add(j, "format", json_object_new_string(format_names[t->format]));
    json_object_object_add(j, "samples", json_object_new_uint64(t->count));
    json_object_object_add(j, "seconds", json_object_new_double(t->samples[t->count - 1].at_s - t->samples[0].at_s));
    json_object_object_add(j, "mbit_per_s", rates);
    json_object_object_add(j, "detector", json_object_new_string(detector_names[o->method]));
    json_object_object_add(j, "threshold", json_object_new_double(o->threshold));
    json_object_object_add(j, "states", list);
    return cli_print_json(j);
}

static int link_of(const bonnet_link_trace *t, const bonnet_link_options *o, const char *path, bool json)
{
    bonnet_link_stats stats;
    states found = {.first = malloc((t->count + 2) * sizeof *found.first)};
    const bonnet_status status = found.first ? bonnet_link_stats_get(&stats, t->samples, t->count) : BONNET_ENOMEM;
    int code = status == BONNET_OK ? find_states(&found, t, o, path) : cli_fail(CLI_STATUS - (int)status, "%s: %s", path, bonnet_status_text(status));
    if (code == CLI_OK) code = json ? print_json(t, &stats, &found, o, path) : print_table(t, &stats, &found, o, path);
    free(found.first);
    return code;
}

static int read_options(bonnet_link_options *to, uint32_t *format, const line *l)
{
    const int code = cli_detector_options(to, &l->o, "link");
    if (code != CLI_OK) return code;
    for (*format = 0; l->format && ++*format <= BONNET_LINK_MILLIS && strcmp(l->format, format_names[*format]);) {}
    return *format <= BONNET_LINK_MILLIS ? CLI_OK : cli_fail(CLI_USAGE, "link: --format is report, seconds or millis, not '%.40s'", l->format);
}

int cli_link(int argc, char **argv)
{
    line l = {.format = NULL};
    bonnet_link_options q = BONNET_LINK_OPTIONS_INIT;
    bonnet_link_trace trace = {0};
    char message[256] = "";
    uint8_t *bytes = NULL;
    size_t size = 0;
    uint32_t format;
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc != 1) return cli_fail(CLI_USAGE, "link: give one trace; try `bonnet link --help`");
    q.message = message, q.message_bytes = sizeof message;
    if ((code = read_options(&q, &format, &l)) != CLI_OK) return code;
    if ((code = cli_read_file(&bytes, &size, l.o.argv[0])) != CLI_OK) return code;
    const bonnet_status status = bonnet_link_trace_read(&trace, (const char *)bytes, size, format, message, sizeof message);
    free(bytes);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "%s: %s", l.o.argv[0], message);
    code = link_of(&trace, &q, l.o.argv[0], l.o.json);
    bonnet_link_trace_free(&trace);
    return code;
}
