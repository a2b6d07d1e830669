/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cache.c - bonnet cache: how far a cache of a cut's maps may reach, class by class; what a cache that reaches so far makes of a sequence (docs/cache.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cache_file.h"

static const char usage[] =
    "usage: bonnet cache MODEL.bonnet --cut CUT IMAGE...|--dataset NAME [--budget SHARE] [--level L] [-o TAU.json] [--json]\n"
    "       bonnet cache MODEL.bonnet --cut CUT IMAGE...|--dataset NAME --tau FILE|BITS [--entries N] [--budget SHARE] [--audit SHARE] [--json]\n\n"
    "Answers of the layers behind a cut, again for maps that are near. Of images in the order in which a camera gives them: the bits in which two "
    "maps may differ, by\n"
    "class, so that at most a share of the hits is false. With --tau: the images one after another through a cache that reaches so far. "
    "docs/cache.md\n"
    "  --cut CUT         by its layer or its number (bonnet cut lists them)\n"
    "  --budget SHARE    false hits among the hits of a class (default 0.02)\n"
    "  --level L         of the bound (default 0.95)\n"
    "  -o FILE           what was found, for bonnet offload --cache-tau\n"
    "  --tau WHAT        such a file, or a number of bits for every class\n"
    "  --entries N       of the cache (default 1024)\n"
    "  --audit SHARE     of the hits that are looked into (default 0)\n"
    "  --dataset NAME    fashion-mnist, its test images; --dataset-dir DIR; --limit N images\n"
    "  --device URI      golden:, cpu: (default), sim: ...\n"
    "  --timeout-ms N    give up on a run of the device after N ms (default 600000)\n"
    "  --seed N          of the audits, and of the simulated memory's back-pressure\n  --json\n";

typedef struct line {
    cli_options o;
    const char *cut, *tau;
    unsigned long entries;
    double budget, level, audit;
} line;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_GROUP(cli_dataset_options),
                                          CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_TEXT("cut", line, cut),
                                          CLI_OPT_TEXT("tau", line, tau),
                                          CLI_OPT_WHOLE("entries", line, entries, 1, BONNET_CACHE_MAX_ENTRIES),
                                          CLI_OPT_NUMBER("budget", line, budget, "a share", 0.000001, 0.999999),
                                          CLI_OPT_NUMBER("level", line, level, "a share", 0.5, 0.999999),
                                          CLI_OPT_NUMBER("audit", line, audit, "a share", 0, 1),
                                          CLI_OPT_END};

/* The images: their maps, and what the network says of them. */
typedef struct sequence {
    size_t count;
    uint8_t *maps;
    uint16_t *labels;
    bonnet_cache_key key;
} sequence;

static int say(sequence *q, const cli_session *s, const uint8_t *pixels)
{
    enum { CHUNK = 64 };
    bonnet_result results[CHUNK];
    const size_t bytes = bonnet_model_input_bytes(s->model);
    q->labels = malloc(q->count * sizeof *q->labels);
    if (!q->labels) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %zu images", q->count);
    for (size_t done = 0, n; done < q->count; done += n) {
        n = q->count - done < CHUNK ? q->count - done : CHUNK;
        const bonnet_status status = bonnet_run_batch(results, NULL, s->dev, s->model, pixels + done * bytes, n);
        if (status != BONNET_OK) return cli_fail_status(status, s->dev, s->path);
        for (size_t i = 0; i < n; i++) q->labels[done + i] = (uint16_t)results[i].label;
    }
    return CLI_OK;
}

static int look(sequence *q, const cli_session *s, const line *l)
{
    uint8_t *pixels = NULL;
    bonnet_cut cut;
    cli_dataset d = {0};
    int code = cli_cut_find(&q->key.cut, s, l->cut);
    if (code == CLI_OK && l->o.dataset) {
        code = cli_dataset_open(&d, &l->o, &s->info);
        pixels = d.pixels, q->count = d.count;
    } else if (code == CLI_OK) code = cli_images_of_all(&pixels, &q->count, s, &l->o);
    if (code == CLI_OK && bonnet_cut_get(&cut, s->model, q->key.cut) == BONNET_OK) q->key.words = (uint32_t)(cut.bytes / 8);
    memcpy(q->key.model_sha256, s->info.sha256, sizeof q->key.model_sha256);
    if (code == CLI_OK) code = cli_maps_at(&q->maps, s, q->key.cut, pixels, q->count);
    if (code == CLI_OK) code = say(q, s, pixels);
    if (l->o.dataset) cli_dataset_free(&d);
    else free(pixels);
    return code;
}

static const uint64_t *map(const sequence *q, size_t i) { return (const uint64_t *)(const void *)q->maps + i * q->key.words; }

static int calibrate(const cli_session *s, const sequence *q, const line *l)
{
    cli_cache_file *f = calloc(1, sizeof *f);
    char message[256] = "", name[32];
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    *f = (cli_cache_file){.cut = q->key.cut, .words = q->key.words, .classes = s->info.classes, .budget = l->budget, .level = l->level};
    memcpy(f->model_sha256, q->key.model_sha256, sizeof f->model_sha256);
    const bonnet_cache_samples samples = {map(q, 0), q->labels, q->count, q->key.words, s->info.classes};
    const bonnet_status status = bonnet_cache_calibrate(f->tau, &samples, l->budget, l->level, message, sizeof message);
    int code = status == BONNET_OK ? CLI_OK : cli_fail(status == BONNET_EINVAL ? CLI_USAGE : CLI_STATUS - (int)status, "cache: %s", message);
    if (code == CLI_OK && l->o.output) code = cli_cache_write(l->o.output, f);
    if (code == CLI_OK && l->o.json) code = cli_print_json(cli_cache_json(f));
    else if (code == CLI_OK) {
        printf("%-20s %10s %8s %8s\n", "class", "tau", "hits", "false");
        for (uint32_t i = 0; i < f->classes; i++) {
            char tau[16] = "never";
            if (f->tau[i].tau != BONNET_CACHE_NEVER) snprintf(tau, sizeof tau, "%u", f->tau[i].tau);
            printf("%-20s %10s %8llu %8llu\n", cli_label(s->model, i, name, sizeof name), tau, (unsigned long long)f->tau[i].hits,
                   (unsigned long long)f->tau[i].false_hits);
        }
        printf("%s, cut %u: of %u bits; %zu images held, %zu looked up; at most %g of a class's hits false, level %g\n", s->info.name, q->key.cut,
               q->key.words * 64, (q->count + 1) / 2, q->count / 2, l->budget, l->level);
        code = cli_finish_stdout();
    }
    free(f);
    return code;
}

typedef struct tally {
    uint64_t wrong;
    double seconds; /* of look-ups */
    bonnet_cache_stats stats;
} tally;

static bonnet_status one(tally *t, bonnet_cache *c, const sequence *q, size_t i)
{
    bonnet_cache_answer a;
    const bonnet_cache_entry e = {map(q, i), q->labels[i], 1, NULL};
    const double start = cli_seconds();
    bonnet_status status = bonnet_cache_look(&a, c, &q->key, e.map, (double)i);
    t->seconds += cli_seconds() - start;
    if (status != BONNET_OK) return status;
    const bool wrong = a.hit && a.label != e.label;
    t->wrong += wrong;
    if (a.audit) status = bonnet_cache_audited(c, &a, e.label);
    if (status == BONNET_OK && (!a.hit || (a.audit && wrong))) status = bonnet_cache_add(c, &q->key, &e, (double)i);
    return status;
}

static int replay(const cli_session *s, const sequence *q, const line *l)
{
    uint32_t *tau = calloc(s->info.classes, sizeof *tau);
    bonnet_cache *c = NULL;
    char message[256] = "";
    tally t = {0};
    bonnet_cache_options o = BONNET_CACHE_OPTIONS_INIT;
    o.key = q->key, o.classes = s->info.classes, o.entries = (uint32_t)l->entries, o.tau = tau, o.audit = l->audit, o.budget = l->budget,
    o.level = l->level, o.seed = l->o.seed, o.message = message, o.message_bytes = sizeof message;
    int code = tau ? cli_cache_reach(tau, l->tau, s, &q->key) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    bonnet_status status = code == CLI_OK ? bonnet_cache_open(&c, &o) : BONNET_OK;
    if (status != BONNET_OK) code = cli_fail(status == BONNET_EINVAL ? CLI_USAGE : CLI_STATUS - (int)status, "%s", message);
    for (size_t i = 0; i < q->count && code == CLI_OK; i++) {
        status = one(&t, c, q, i);
        if (status != BONNET_OK) code = cli_fail(CLI_STATUS - (int)status, "cache: %s", bonnet_status_text(status));
        else if (cli_cancelled) code = CLI_INTERRUPTED;
    }
    if (code == CLI_OK) code = bonnet_cache_stats_get(&t.stats, c) == BONNET_OK ? CLI_OK : CLI_STATUS - BONNET_EINVAL;
    if (code == CLI_OK && l->o.json) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "looks", json_object_new_uint64(t.stats.looks));
        json_object_object_add(j, "hits", json_object_new_uint64(t.stats.hits));
        json_object_object_add(j, "false_hits", json_object_new_uint64(t.wrong));
        json_object_object_add(j, "audits", json_object_new_uint64(t.stats.audits));
        json_object_object_add(j, "tightened", json_object_new_uint64(t.stats.tightened));
        json_object_object_add(j, "entries", json_object_new_uint64(t.stats.entries));
        json_object_object_add(j, "us_a_look", json_object_new_double(1e6 * t.seconds / (double)t.stats.looks));
        json_object_object_add(j, "words_read", json_object_new_uint64(t.stats.words_read));
        code = cli_print_json(j);
    } else if (code == CLI_OK) {
        printf("%llu images: %llu hits, %llu of them false; %llu audits, tightened %llu times; %u entries of %u words, %.0f words read at a look, "
               "%.1f us\n",
               (unsigned long long)t.stats.looks, (unsigned long long)t.stats.hits, (unsigned long long)t.wrong, (unsigned long long)t.stats.audits,
               (unsigned long long)t.stats.tightened, t.stats.entries, q->key.words, (double)t.stats.words_read / (double)t.stats.looks,
               1e6 * t.seconds / (double)t.stats.looks);
        code = cli_finish_stdout();
    }
    bonnet_cache_close(c);
    free(tau);
    return code;
}

int cli_cache(int argc, char **argv)
{
    line l = {.o = {.device = "cpu:", .timeout_ms = 600000, .seed = 1}, .entries = 1024, .budget = 0.02, .level = 0.95};
    cli_session s = {0};
    sequence q = {0};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc < 1 || !l.cut || (l.o.argc < 2) == !l.o.dataset)
        return cli_fail(CLI_USAGE, "cache: give a .bonnet file, --cut, and images or --dataset");
    if (l.tau && l.o.output) return cli_fail(CLI_USAGE, "cache: -o is for what is found without --tau");
    const char *path = l.o.argv[0];
    l.o.argc--, l.o.argv++;
    code = cli_open(&s, &l.o, path);
    if (code == CLI_OK && (s.info.classes < 2 || s.info.classes > BONNET_EXIT_CLASSES))
        code = cli_fail(CLI_USAGE, "cache: %s has %u classes, not 2 to 1024", path, s.info.classes);
    if (code == CLI_OK) code = look(&q, &s, &l);
    if (code == CLI_OK) code = l.tau ? replay(&s, &q, &l) : calibrate(&s, &q, &l);
    free(q.maps), free(q.labels);
    cli_close(&s);
    return code;
}
