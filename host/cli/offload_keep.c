/* SPDX-License-Identifier: Apache-2.0 */
/* offload_keep.c - what a client keeps: upstream's answers in a cache, its bytes within a budget, hard examples on disk. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cache_file.h"
#include "offload.h"

enum { REQUEST_HEAD = 512 }; /* as host/client/budget.c takes it */

/* The map that goes out: of the first plan that sends one. */
static bool sent_map(uint32_t *cut, size_t *bytes, const offload_setup *to, const cli_session *s)
{
    bonnet_cut c;
    for (uint32_t i = 0; i < to->o.plan_count; i++) {
        if (to->plan[i].send != BONNET_SEND_MAP || bonnet_cut_get(&c, s->model, to->plan[i].cut) != BONNET_OK) continue;
        *cut = to->plan[i].cut, *bytes = c.bytes;
        return true;
    }
    return false;
}

static int cache(offload_setup *to, const offload_line *l, const cli_session *s)
{
    bonnet_cache_key key = {.cut = 0};
    size_t bytes;
    if (!l->cache_tau) return cli_fail(CLI_USAGE, "offload: --cache wants --cache-tau, how near a map must be");
    if (s->info.classes > BONNET_EXIT_CLASSES || !sent_map(&key.cut, &bytes, to, s))
        return cli_fail(CLI_USAGE, "offload: --cache is for plans that send a map");
    key.words = (uint32_t)(bytes / 8);
    memcpy(key.model_sha256, s->info.sha256, sizeof key.model_sha256);
    to->cache = (bonnet_client_cache){
        .cut = key.cut, .tau = to->tau, .entries = (uint32_t)l->cache, .ttl_s = l->cache_ttl_s, .audit = l->audit, .seed = l->o.seed};
    to->o.cache = &to->cache;
    return cli_cache_reach(to->tau, l->cache_tau, s, &key);
}

/* A line: confidence,here,above. Lines that begin with # or a letter are skipped. */
static int read_log(bonnet_offload_samples *out, double **confidence, uint8_t **right, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0, n = 0, lines = 1, number = 0;
    int code = cli_read_file(&bytes, &size, path);
    for (size_t i = 0; i < size; i++) lines += bytes[i] == '\n';
    char *text = code == CLI_OK ? malloc(size + 1) : NULL;
    *confidence = malloc(lines * sizeof **confidence), *right = malloc(2 * lines);
    if (code == CLI_OK && (!text || !*confidence || !*right)) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) memcpy(text, bytes, size), text[size] = 0;
    char *rest = text, *line;
    while (code == CLI_OK && (line = strsep(&rest, "\n"))) {
        char first[40];
        unsigned here, above;
        int end = 0;
        number++;
        if (!*line || *line == '#' || (*line >= 'a' && *line <= 'z')) continue;
        if (sscanf(line, "%39[^,],%1u,%1u%n", first, &here, &above, &end) != 3 || (line[end] && strcmp(line + end, "\r") != 0) || here > 1 ||
            above > 1 || !cli_number(&(*confidence)[n], first) || (*confidence)[n] < 0)
            code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: line %zu is not confidence,here,above: a number from 0, and 0 or 1 for wrong or right",
                            path, number);
        else (*right)[n] = (uint8_t)here, (*right)[lines + n] = (uint8_t)above, n++;
    }
    if (code == CLI_OK && !n) code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: no line says confidence,here,above", path);
    *out = (bonnet_offload_samples){*confidence, *right, *right ? *right + lines : NULL, n};
    free(text), free(bytes);
    return code;
}

static int policy(offload_setup *to, const offload_line *l, double request)
{
    double *confidence = NULL;
    uint8_t *right = NULL;
    bonnet_offload_samples samples;
    bonnet_offload_bin bins[BONNET_OFFLOAD_BINS];
    uint32_t count = 0;
    if (!(l->rate_fps > 0)) return cli_fail(CLI_USAGE, "offload: --budget-log wants --rate, how often pictures come");
    int code = read_log(&samples, &confidence, &right, l->budget_log);
    const bonnet_offload_traffic traffic = {to->budget.bytes_per_s, to->budget.burst_bytes, request, l->rate_fps, 0};
    if (code == CLI_OK &&
        (bonnet_offload_bins(&count, bins, &samples) != BONNET_OK || bonnet_offload_solve(&to->policy, bins, count, &traffic) != BONNET_OK ||
         bonnet_offload_fixed(&to->fixed, bins, count, &traffic) != BONNET_OK))
        code = cli_fail(CLI_USAGE, "offload: %s: no policy for %g bytes/s, a burst of %g and requests of %g bytes", l->budget_log,
                        traffic.bytes_per_s, traffic.burst_bytes, request);
    if (code == CLI_OK) to->budget.policy = &to->policy;
    free(confidence), free(right);
    return code;
}

static int budget(offload_setup *to, const offload_line *l, const cli_session *s)
{
    const char *comma = strchr(l->budget, ',');
    char first[40] = "";
    uint32_t cut;
    size_t bytes = bonnet_model_input_bytes(s->model);
    for (uint32_t i = 0; i < to->o.plan_count; i++)
        if (to->plan[i].send == BONNET_SEND_MAP) sent_map(&cut, &bytes, to, s);
    const double request = (double)bytes + 2 * REQUEST_HEAD; /* JSON and header fields, too */
    if (comma && (size_t)(comma - l->budget) < sizeof first) memcpy(first, l->budget, (size_t)(comma - l->budget));
    if (!cli_number(&to->budget.bytes_per_s, comma ? first : l->budget) || (comma && !cli_number(&to->budget.burst_bytes, comma + 1)) ||
        to->budget.bytes_per_s < 0)
        return cli_fail(CLI_USAGE, "offload: --budget wants bytes a second, and after a comma bytes at once, not '%.40s'", l->budget);
    if (!comma) to->budget.burst_bytes = fmax(10 * to->budget.bytes_per_s, request);
    if (to->budget.burst_bytes < request)
        return cli_fail(CLI_USAGE, "offload: --budget: a burst of %g bytes never lets a request of %g out", to->budget.burst_bytes, request);
    if (l->spool) {
        if (snprintf(to->state, sizeof to->state, "%s/budget.json", l->spool) >= (int)sizeof to->state)
            return cli_fail(CLI_USAGE, "offload: --spool is too long");
        to->budget.state = to->state;
    }
    to->o.budget = &to->budget;
    return l->budget_log ? policy(to, l, request) : CLI_OK;
}

int offload_keep(offload_setup *to, const offload_line *l, const cli_session *s)
{
    int code = CLI_OK;
    if (!l->cache && l->cache_tau) return cli_fail(CLI_USAGE, "offload: --cache-tau is for --cache N");
    if (!l->budget && l->budget_log) return cli_fail(CLI_USAGE, "offload: --budget-log is for --budget");
    if (!l->spool && (l->spool_mib || l->spool_what || l->spool_below > 0)) return cli_fail(CLI_USAGE, "offload: --spool DIR says where");
    if (l->spool) {
        const bool picture = l->spool_what && !strcmp(l->spool_what, "picture");
        if (l->spool_what && !picture && strcmp(l->spool_what, "map") != 0)
            return cli_fail(CLI_USAGE, "offload: --spool-what is map or picture, not '%.40s'", l->spool_what);
        to->spool = (bonnet_client_spool){.folder = l->spool, .bytes = (uint64_t)l->spool_mib << 20, .what = picture, .below = l->spool_below};
        to->o.spool = &to->spool;
    }
    if (l->cache) code = cache(to, l, s);
    return code == CLI_OK && l->budget ? budget(to, l, s) : code;
}
