/* SPDX-License-Identifier: Apache-2.0 */
/* hard.c - which examples are hard, and what of them goes to the spool. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "client.h"

bonnet_status client_spool_open(bonnet_client *c, const bonnet_client_options *o)
{
    const bonnet_client_spool *from = o->spool;
    bool maps = false;
    if (!from) return BONNET_OK;
    for (uint32_t i = 0; i < c->plan_count; i++) maps |= c->plans[i].send == BONNET_SEND_MAP;
    if (from->what > BONNET_SPOOL_PICTURE || (from->what == BONNET_SPOOL_MAP && !maps))
        return client_complain(o, "no plan sends maps: the spool can keep pictures only"), BONNET_EINVAL;
    if (!(from->below >= 0)) return client_complain(o, "the spool's confidence is %g, not from 0 on", from->below), BONNET_EINVAL;
    bonnet_spool_options to = BONNET_SPOOL_OPTIONS_INIT;
    to.folder = from->folder, to.bytes = from->bytes, to.examples = from->examples;
    to.message = o->message, to.message_bytes = o->message_bytes;
    c->spool_what = from->what, c->spool_below = from->below;
    return bonnet_spool_open(&c->spool, &to);
}

static bool is_hard(const bonnet_client *c, const slot *s)
{
    const bonnet_answer *a = &s->answer;
    if (a->where == BONNET_WHERE_UPSTREAM && s->told && s->told_label != a->result.label) return true;
    if (a->flags & BONNET_ANSWER_FALLBACK) return true;
    return a->confidence < c->spool_below;
}

void client_keep(bonnet_client *c, const slot *s)
{
    const bonnet_answer *a = &s->answer;
    const bonnet_model_info *info = &c->local.info;
    if (!c->spool || !is_hard(c, s)) return;
    bonnet_spool_example e = {.what = c->spool_what, .label = s->told ? s->told_label : a->result.label, .above = BONNET_SPOOL_NOBODY};
    e.confidence = s->told ? s->told_confidence : a->confidence;
    if (a->where == BONNET_WHERE_UPSTREAM) e.above = a->result.label;
    memcpy(e.model_sha256, info->sha256, sizeof e.model_sha256);
    bonnet_status status = BONNET_OK;
    if (e.what == BONNET_SPOOL_PICTURE) {
        e.height = info->height, e.width = info->width, e.planes = info->planes, e.pixels_signed = info->pixels_signed;
        status = bonnet_spool_put(c->spool, &e, s->pixels, c->local.input_bytes);
    } else if (s->mapped && s->plan->send == BONNET_SEND_MAP) {
        uint8_t *bytes = NULL;
        size_t size = 0;
        status = bonnet_cut_pack(&bytes, &size, c->local.model, s->plan->keep - 1, s->map, 1);
        if (status == BONNET_OK) status = bonnet_spool_put(c->spool, &e, bytes, size);
        free(bytes);
    }
    (void)status; /* no answer depends on it; what was dropped is counted by the spool */
}
