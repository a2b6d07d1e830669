/* SPDX-License-Identifier: Apache-2.0 */
/* offload_show.c - a line a picture, and what came of all of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "offload.h"

/* One line. */
static int print_object(struct json_object *j)
{
    puts(json_object_to_json_string_ext(j, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(j);
    return cli_finish_stdout();
}

static struct json_object *answer_json(const offload_line *l, const cli_session *s, const char *name, const bonnet_answer *a)
{
    char number[16];
    struct json_object *j = json_object_new_object(), *logits = json_object_new_array_ext((int)a->classes);
    json_object_object_add(j, "image", json_object_new_string(name));
    if (l->labels) json_object_object_add(j, "label", json_object_new_string(cli_label(s->model, a->result.label, number, sizeof number)));
    json_object_object_add(j, "index", json_object_new_int64(a->result.label));
    json_object_object_add(j, "confidence", json_object_new_double(a->confidence));
    json_object_object_add(j, "where", json_object_new_string(bonnet_where_name(a->where)));
    json_object_object_add(j, "exit", json_object_new_int64(a->exit));
    json_object_object_add(j, "why", json_object_new_string(bonnet_why_name(a->why)));
    json_object_object_add(j, "late", json_object_new_boolean(a->flags & BONNET_ANSWER_LATE));
    json_object_object_add(j, "fallback", json_object_new_boolean(a->flags & BONNET_ANSWER_FALLBACK));
    json_object_object_add(j, "offloaded", json_object_new_boolean(a->flags & BONNET_ANSWER_OFFLOADED));
    json_object_object_add(j, "short", json_object_new_boolean(a->flags & BONNET_ANSWER_SHORT));
    json_object_object_add(j, "plan", json_object_new_int64(a->plan));
    json_object_object_add(j, "ms", json_object_new_double((double)a->total_us / 1e3));
    json_object_object_add(j, "local_ms", json_object_new_double((double)a->local_us / 1e3));
    json_object_object_add(j, "network_ms", json_object_new_double((double)a->network_us / 1e3));
    json_object_object_add(j, "queue_ms", json_object_new_double((double)a->queue_us / 1e3));
    json_object_object_add(j, "compute_ms", json_object_new_double((double)a->compute_us / 1e3));
    json_object_object_add(j, "bytes_sent", json_object_new_int64((int64_t)a->bytes_sent));
    for (uint32_t i = 0; i < a->classes; i++) json_object_array_add(logits, json_object_new_int(a->logits[i]));
    json_object_object_add(j, "logits", logits);
    return j;
}

static void print_line(const offload_line *l, const cli_session *s, const char *name, const bonnet_answer *a)
{
    char number[16];
    snprintf(number, sizeof number, "%u", a->result.label);
    const char *label = l->labels ? cli_label(s->model, a->result.label, number, sizeof number) : number;
    printf("%s  %s  %s  %.3f ms", name, label, bonnet_where_name(a->where), (double)a->total_us / 1e3);
    if (a->flags & BONNET_ANSWER_LATE) printf("  late");
    if (a->flags & BONNET_ANSWER_FALLBACK) printf("  fallback: %s", bonnet_why_name(a->why));
    putchar('\n');
}

int offload_show(offload_result *r, const offload_line *l, const cli_session *s, const char *name, const bonnet_answer *a)
{
    if (r->count == r->room) {
        const size_t room = r->room ? 2 * r->room : 256;
        uint64_t *us = realloc(r->us, room * sizeof *us);
        if (!us) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for the times of %zu pictures", room);
        r->us = us, r->room = room;
    }
    r->us[r->count++] = a->total_us;
    r->upstream += a->where == BONNET_WHERE_UPSTREAM;
    r->late += a->flags & BONNET_ANSWER_LATE ? 1 : 0;
    r->fallback += a->flags & BONNET_ANSWER_FALLBACK ? 1 : 0;
    if (l->o.quiet) return CLI_OK;
    if (l->o.json) return print_object(answer_json(l, s, name, a));
    print_line(l, s, name, a);
    return CLI_OK;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The share q, nearest rank, in milliseconds. */
static double quantile(const offload_result *r, double q)
{
    if (!r->count) return 0;
    size_t i = (size_t)(q * (double)r->count);
    if (i >= r->count) i = r->count - 1;
    return (double)r->us[i] / 1e3;
}

static const char *const states[] = {"none", "closed", "open", "asked"};

static struct json_object *counts(const uint64_t *count, uint32_t n, const char *(*name)(uint32_t))
{
    struct json_object *j = json_object_new_object();
    for (uint32_t i = 0; i < n; i++)
        if (count[i]) json_object_object_add(j, name(i), json_object_new_int64((int64_t)count[i]));
    return j;
}

static struct json_object *summary_json(const offload_result *r, const bonnet_client_stats *st, size_t pictures, double seconds)
{
    struct json_object *j = json_object_new_object();
    const struct {
        const char *key;
        uint64_t value;
    } whole[] = {{"pictures", pictures},           {"answered", r->count},         {"late", r->late},
                 {"fallback", r->fallback},        {"upstream", r->upstream},      {"local", r->count - r->upstream},
                 {"requests", st->requests},       {"bytes_sent", st->bytes_sent}, {"bytes_received", st->bytes_received},
                 {"connections", st->connections}, {"opened", st->opened},         {"probes", st->probes},
                 {"switches", st->switches},       {"trials", st->trials},         {"plan", st->plan}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) json_object_object_add(j, whole[i].key, json_object_new_int64((int64_t)whole[i].value));
    const struct {
        const char *key;
        uint64_t value;
    } kept[] = {{"cache_hits", st->cache_hits},         {"cache_audits", st->cache_audits},
                {"cache_false", st->cache_false},       {"cache_looks", st->cache_looks},
                {"cache_entries", st->cache_entries},   {"cache_tightened", st->cache_tightened},
                {"budget_refused", st->budget_refused}, {"spooled", st->spooled},
                {"spool_kept", st->spool_kept},         {"spool_dropped", st->spool_dropped},
                {"spool_evicted", st->spool_evicted}};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (kept[i].value) json_object_object_add(j, kept[i].key, json_object_new_int64((int64_t)kept[i].value));
    if (r->setup->budget.policy) { /* what was expected of it: right answers more, by picture */
        json_object_object_add(j, "policy_gain", json_object_new_double(r->setup->policy.gain));
        json_object_object_add(j, "policy_sent", json_object_new_double(r->setup->policy.sent));
        json_object_object_add(j, "fixed_gain", json_object_new_double(r->setup->fixed.gain));
    }
    if (*st->spool_line) json_object_object_add(j, "spool_failure", json_object_new_string(st->spool_line));
    json_object_object_add(j, "p50_ms", json_object_new_double(quantile(r, 0.5)));
    json_object_object_add(j, "p99_ms", json_object_new_double(quantile(r, 0.99)));
    json_object_object_add(j, "max_ms", json_object_new_double(quantile(r, 1)));
    json_object_object_add(j, "seconds", json_object_new_double(seconds));
    json_object_object_add(j, "bits_per_s", json_object_new_double(st->bits_per_s));
    json_object_object_add(j, "rtt_ms", json_object_new_double(1e3 * st->rtt_s));
    json_object_object_add(j, "breaker", json_object_new_string(states[st->upstream]));
    json_object_object_add(j, "where", counts(st->where, BONNET_WHERE_PLACES, bonnet_where_name));
    json_object_object_add(j, "why", counts(st->why, BONNET_WHYS, bonnet_why_name));
    if (*st->line) json_object_object_add(j, "last_failure", json_object_new_string(st->line));
    if (*st->switched) json_object_object_add(j, "last_switch", json_object_new_string(st->switched));
    return j;
}

int offload_summary(offload_result *r, const offload_line *l, const bonnet_client_stats *st, size_t pictures, double seconds)
{
    if (r->count) qsort(r->us, r->count, sizeof *r->us, by_size);
    if (l->o.json) return print_object(summary_json(r, st, pictures, seconds));
    printf("%zu pictures, %zu answered: %" PRIu64 " at exits, %" PRIu64 " at the end, %" PRIu64 " upstream; %" PRIu64 " late, %" PRIu64
           " fallbacks\n",
           pictures, r->count, st->where[BONNET_WHERE_EXIT], st->where[BONNET_WHERE_END], r->upstream, r->late, r->fallback);
    if (st->cache_looks)
        printf("cache: %" PRIu64 " hits of %" PRIu64 " looks, %" PRIu64 " audits, %" PRIu64 " false, tightened %" PRIu64 " times; %u entries\n",
               st->cache_hits, st->cache_looks, st->cache_audits, st->cache_false, st->cache_tightened, st->cache_entries);
    if (l->budget) printf("budget: %" PRIu64 " refused, %.0f bytes left\n", st->budget_refused, st->budget_bytes);
    if (r->setup->budget.policy)
        printf("policy: %.4f right answers more by picture, sending %.4f of them; the best single threshold: %.4f more\n", r->setup->policy.gain,
               r->setup->policy.sent, r->setup->fixed.gain);
    if (l->spool)
        printf("spool: %" PRIu64 " hard examples, %" PRIu64 " on the disk, %" PRIu64 " dropped, %" PRIu64 " removed for them%s%s\n", st->spooled,
               st->spool_kept, st->spool_dropped, st->spool_evicted, *st->spool_line ? "; " : "", st->spool_line);
    printf("p50 %.3f ms, p99 %.3f ms, at most %.3f ms; %" PRIu64 " bytes sent in %" PRIu64 " requests on %" PRIu64 " connections\n", quantile(r, 0.5),
           quantile(r, 0.99), quantile(r, 1), st->bytes_sent, st->requests, st->connections);
    printf("breaker: %s, opened %" PRIu64 " times, %" PRIu64 " probes; round trip %.3f ms", states[st->upstream], st->opened, st->probes,
           1e3 * st->rtt_s);
    if (st->bits_per_s > 0) printf(", %.3f Mbit/s", st->bits_per_s / 1e6);
    printf("; plan %u after %" PRIu64 " changes\n", st->plan, st->switches);
    if (*st->line) printf("last failure: %s\n", st->line);
    if (*st->switched) printf("last change: %s\n", st->switched);
    return cli_finish_stdout();
}
