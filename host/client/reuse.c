/* SPDX-License-Identifier: Apache-2.0 */
/* reuse.c - the cache: before a map is sent, who has seen one like it; after a reply, what is to be learnt of it. The caller's thread. */
#include <string.h>
#include "client.h"

static double now_s(void) { return (double)client_now() / 1e6; }

bonnet_status client_cache_open(bonnet_client *c, const bonnet_client_options *o)
{
    const bonnet_client_cache *from = o->cache;
    bool used = false;
    if (!from) return BONNET_OK;
    for (uint32_t i = 0; i < c->plan_count; i++) used |= c->plans[i].send == BONNET_SEND_MAP && c->plans[i].keep == from->cut + 1;
    if (!used || from->cut >= c->local.cuts)
        return client_complain(o, "a cache is of the cut whose map a plan sends; none sends that of cut %u", from->cut), BONNET_EINVAL;
    bonnet_cache_options to = BONNET_CACHE_OPTIONS_INIT;
    memcpy(to.key.model_sha256, c->local.info.sha256, sizeof to.key.model_sha256);
    to.key.cut = from->cut, to.key.words = (uint32_t)(c->local.map_bytes[from->cut + 1] / 8);
    to.classes = c->local.info.classes, to.tau = from->tau, to.entries = from->entries, to.memory_bytes = from->memory_bytes;
    to.ttl_s = from->ttl_s, to.audit = from->audit, to.budget = from->budget, to.level = from->level, to.seed = from->seed ? from->seed : 1;
    to.message = o->message, to.message_bytes = o->message_bytes;
    c->cache_key = to.key;
    return bonnet_cache_open(&c->cache, &to);
}

static bool is_of_cache(const bonnet_client *c, const slot *s)
{
    return c->cache && s->mapped && s->plan->send == BONNET_SEND_MAP && s->plan->keep == c->cache_key.cut + 1;
}

/* What others may ask for at any time. */
static void count(bonnet_client *c)
{
    bonnet_cache_stats t;
    if (bonnet_cache_stats_get(&t, c->cache) != BONNET_OK) return;
    pthread_mutex_lock(&c->lock);
    c->stats.cache_looks = t.looks, c->stats.cache_hits = t.hits, c->stats.cache_audits = t.audits, c->stats.cache_false = t.false_hits;
    c->stats.cache_tightened = t.tightened, c->stats.cache_entries = t.entries;
    pthread_mutex_unlock(&c->lock);
}

bool client_cached(bonnet_client *c, slot *s)
{
    bonnet_answer *a = &s->answer;
    if (!is_of_cache(c, s)) return false;
    const bonnet_status status = bonnet_cache_look(&s->hit, c->cache, &c->cache_key, (const uint64_t *)(const void *)s->map, now_s());
    const bool hit = status == BONNET_OK && s->hit.hit && s->hit.logits;
    if (hit) {
        memcpy(a->logits, s->hit.logits, a->classes * sizeof *a->logits);
        a->where = BONNET_WHERE_CACHE;
        a->exit = c->local.exits;
        local_judge(a, &c->local, c->local.end_temperature, c->cache_scale);
        s->in_hand = true;
        if (s->hit.audit) s->told = true, s->told_label = a->result.label, s->told_confidence = a->confidence;
    } else s->hit = (bonnet_cache_answer){0};
    s->hit.logits = NULL; /* they do not last */
    count(c);
    return hit;
}

void client_learn(bonnet_client *c, slot *s)
{
    const bonnet_answer *a = &s->answer;
    if (!is_of_cache(c, s)) return;
    const bonnet_cache_entry e = {(const uint64_t *)(const void *)s->map, a->result.label, a->confidence, a->logits};
    bonnet_status status = s->hit.audit ? bonnet_cache_audited(c->cache, &s->hit, a->result.label) : BONNET_OK;
    c->cache_scale = a->logit_scale;
    if (status == BONNET_OK && (!s->hit.hit || s->hit.label != a->result.label)) status = bonnet_cache_add(c->cache, &c->cache_key, &e, now_s());
    if (status == BONNET_OK) count(c);
}
