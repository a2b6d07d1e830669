/* SPDX-License-Identifier: Apache-2.0 */
/* budget.c - what requests may send: a token bucket, who is worth it, and a file that keeps what is left. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "client.h"

enum { HEAD = 512, STATE = 160 }; /* bytes of header fields of a request, taken before they are known; of the file */

static double wall_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Whole or not at all; no answer depends on it. */
static bool write_state(const char *path, double level)
{
    char text[STATE], *part = NULL;
    const int n = snprintf(text, sizeof text, "{\"bonnet_budget\": 1, \"level_bytes\": %.17g, \"time_s\": %.17g}\n", level, wall_s());
    if (asprintf(&part, "%s.part", path) < 0) return false;
    const int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, text, (size_t)n) == n && fsync(fd) == 0;
    if (fd >= 0) good = close(fd) == 0 && good;
    good = good && rename(part, path) == 0;
    free(part);
    return good;
}

/* What was left, with what has flowed in since; -1: there is no such file. What cannot be read is worth nothing. */
static double read_state(const char *path, const bonnet_bucket *b)
{
    char text[STATE] = "";
    double level, at;
    int end = 0;
    FILE *f = fopen(path, "r");
    if (!f) return errno == ENOENT ? -1 : 0;
    const size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    if (sscanf(text, "{\"bonnet_budget\": 1, \"level_bytes\": %lf, \"time_s\": %lf}%n", &level, &at, &end) != 2 || !end || (size_t)end + 1 != n)
        return 0;
    if (!isfinite(level) || !isfinite(at) || level > b->burst_bytes || level < 0) return 0;
    const double since = wall_s() - at;
    return fmin(b->burst_bytes, level + (since > 0 ? since * b->bytes_per_s : 0));
}

bonnet_status client_budget_open(bonnet_client *c, const bonnet_client_options *o)
{
    const bonnet_client_budget *from = o->budget;
    if (!from) return BONNET_OK;
    if (bonnet_bucket_start(&c->bucket, from->bytes_per_s, from->burst_bytes, (double)client_now() / 1e6) != BONNET_OK)
        return client_complain(o, "a budget of %g bytes/s and a burst of %g bytes makes no sense", from->bytes_per_s, from->burst_bytes),
               BONNET_EINVAL;
    if (from->policy) {
        if (!(c->policy = malloc(sizeof *c->policy))) return client_complain(o, "out of memory"), BONNET_ENOMEM;
        *c->policy = *from->policy;
        uint32_t yes;
        if (bonnet_offload_worth(&yes, c->policy, 0, 0) != BONNET_OK) return client_complain(o, "the budget's policy has no levels"), BONNET_EINVAL;
    }
    if (from->state) {
        const double left = read_state(from->state, &c->bucket);
        if (left >= 0) c->bucket.level_bytes = left;
        if (!(c->budget_state = strdup(from->state))) return client_complain(o, "out of memory"), BONNET_ENOMEM;
        /* Until this client ends well, nobody knows what is left: nothing, then, and what flows in from the next one's start on. */
        if (!write_state(from->state, -1)) {
            client_complain(o, "cannot write the budget's state to '%.150s': %s", from->state, strerror(errno));
            free(c->budget_state);
            c->budget_state = NULL;
            return BONNET_EIO;
        }
    }
    c->has_budget = true;
    return BONNET_OK;
}

bool client_budget_allows(bonnet_client *c, transfer *t, const slot *s, int64_t now)
{
    double level;
    uint32_t yes = 1;
    t->taken = 0;
    if (!c->has_budget) return true;
    const uint64_t bytes = t->size + HEAD;
    if (bonnet_bucket_level(&level, &c->bucket, (double)now / 1e6) != BONNET_OK) return false;
    /* Audits are not the policy's: their share is fixed, and without them nobody knows what the cache is worth. */
    if (c->policy && !s->hit.audit && bonnet_offload_worth(&yes, c->policy, level, s->told ? s->told_confidence : 0) != BONNET_OK) yes = 0;
    if (yes && bonnet_bucket_take(&yes, &c->bucket, bytes, (double)now / 1e6) != BONNET_OK) yes = 0;
    if (yes) t->taken = bytes;
    else c->stats.budget_refused++;
    return yes;
}

void client_budget_spent(bonnet_client *c, transfer *t, uint64_t sent)
{
    if (!c->has_budget || !t->taken) return;
    if (bonnet_bucket_settle(&c->bucket, t->taken, sent) == BONNET_OK) t->taken = 0;
}

void client_budget_close(bonnet_client *c)
{
    double level = 0;
    if (c->budget_state && bonnet_bucket_level(&level, &c->bucket, (double)client_now() / 1e6) == BONNET_OK)
        write_state(c->budget_state, fmax(0, level));
    free(c->budget_state);
    free(c->policy);
}
