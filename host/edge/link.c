/* SPDX-License-Identifier: Apache-2.0 */
/* link.c - bonnet_link_open() and its kin: options checked, one door to the detectors. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "link.h"

static const link_detector *const detectors[] = {&link_bayes, &link_ewma};

/* Defaults filled in, the rest refused where it is out of range. */
static bonnet_status complete(bonnet_link_options *o, bonnet_error *err)
{
    if (o->method > BONNET_LINK_EWMA) return bonnet_fail(err, BONNET_EINVAL, "no detector %u", o->method);
    if (o->threshold == 0) o->threshold = detectors[o->method]->threshold;
    if (o->scale_bits_per_s == 0) o->scale_bits_per_s = 1e6;
    if (o->hazard == 0) o->hazard = 250;
    if (!o->runs) o->runs = 1000;
    if (!o->look) o->look = detectors[o->method]->look;
    if (!o->apart) o->apart = 2;
    if (o->weight == 0) o->weight = 0.25;
    if (!(o->threshold > 0 && o->threshold < 1))
        return bonnet_fail(err, BONNET_EINVAL, "a threshold between 0 and 1 is wanted, not %g", o->threshold);
    if (!(o->scale_bits_per_s >= 1 && o->scale_bits_per_s <= LINK_MAX_BITS_PER_S))
        return bonnet_fail(err, BONNET_EINVAL, "a scale of 1 bit/s to 10^12 bit/s is wanted, not %g", o->scale_bits_per_s);
    if (!(o->hazard > 1 && o->hazard <= 1e9))
        return bonnet_fail(err, BONNET_EINVAL, "a hazard of more than 1 and at most 10^9 samples is wanted, not %g", o->hazard);
    if (o->runs < 16 || o->runs > 10000) return bonnet_fail(err, BONNET_EINVAL, "16 to 10000 run lengths are wanted, not %u", o->runs);
    if (o->look > LINK_MAX_LOOK) return bonnet_fail(err, BONNET_EINVAL, "a look of at most %d samples is wanted, not %u", LINK_MAX_LOOK, o->look);
    if (!(o->weight > 0 && o->weight <= 1)) return bonnet_fail(err, BONNET_EINVAL, "a weight above 0 and at most 1 is wanted, not %g", o->weight);
    return BONNET_OK;
}

bonnet_status bonnet_link_open(bonnet_link **out, const bonnet_link_options *options)
{
    bonnet_link_options o = BONNET_LINK_OPTIONS_INIT;
    bonnet_error err = {"out of memory"};
    if (!out || (options && (options->size < sizeof options->size || options->size > 4096))) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o); /* an older caller's struct is shorter */
    bonnet_status status = complete(&o, &err);
    bonnet_link *link = status == BONNET_OK ? calloc(1, sizeof *link) : NULL;
    if (link) {
        link->options = o;
        link->self = detectors[o.method]->open(&o);
    }
    if (status == BONNET_OK && link && link->self) {
        *out = link;
        return BONNET_OK;
    }
    free(link);
    if (o.message && o.message_bytes) snprintf(o.message, o.message_bytes, "%s", err.text);
    return status != BONNET_OK ? status : BONNET_ENOMEM;
}

bonnet_status bonnet_link_add(bonnet_link_state *out, bonnet_link *link, double bits_per_s)
{
    if (!out || !link || !(bits_per_s >= 0 && bits_per_s <= LINK_MAX_BITS_PER_S)) return BONNET_EINVAL;
    uint64_t since;
    link->samples++;
    const int changed = detectors[link->options.method]->add(link, bits_per_s, &since);
    if (changed) link->since = since;
    *out = (bonnet_link_state){link->state.value, link->since, link->samples, changed != 0};
    return BONNET_OK;
}

void bonnet_link_close(bonnet_link *link)
{
    if (!link) return;
    detectors[link->options.method]->close(link->self);
    free(link);
}
