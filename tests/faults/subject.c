/* SPDX-License-Identifier: Apache-2.0 */
/* subject.c - networks for the cases, small enough that a thousand faults take a minute. */
#include <stdlib.h>
#include <string.h>
#include "faults.h"
#include "golden/golden.h"
#include "lower.h"

enum { MOST_MACS = 800000 };

const char *const geometry_names[GEOMETRIES] = {"tiny", "asic", "zcu102"};

static int small(const bonnet_net *net)
{
    uint64_t macs = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) macs += bonnet_net_macs(net, i);
    return macs <= MOST_MACS;
}

static int jobs(subject *s)
{
    int some = 0;
    for (int g = 0; g < GEOMETRIES; g++) {
        bonnet_job *plain = NULL, *traced = NULL;
        const bonnet_geometry *geometry = bonnet_geometry_named(geometry_names[g]);
        s->fits[g] = geometry && bonnet_lower(&plain, s->net, geometry, NULL, NULL) == BONNET_OK &&
                     bonnet_lower(&traced, s->net, geometry, &(bonnet_lower_options){.traced = 1}, NULL) == BONNET_OK;
        some |= (int)s->fits[g];
        s->descriptors[g] = plain ? plain->n_desc : 0;
        bonnet_job_free(plain);
        bonnet_job_free(traced);
    }
    return some;
}

int subject_make(subject *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    for (uint64_t at = seed; !s->net; at += UINT64_C(0x9E3779B97F4A7C15)) {
        s->net = bonnet_random_net(at, &bonnet_room_tiny, 0);
        if (!s->net) return 0;
        if (small(s->net) && jobs(s)) break;
        bonnet_net_free(s->net);
        s->net = NULL;
    }
    const bonnet_layer *stem = &s->net->layers[0];
    const size_t bytes = (size_t)stem->in_h * stem->in_w * stem->in_c, classes = s->net->classes;
    int ok = (s->pixels = bonnet_random_image(s->net, seed, FRAMES)) && (s->logits = calloc(FRAMES * classes, sizeof *s->logits));
    for (uint32_t i = 0; ok && i < s->net->n_layers; i++) ok = (s->maps[i] = calloc(bonnet_net_map_words(s->net, i), sizeof(uint64_t))) != NULL;
    for (uint32_t f = 0; ok && f < FRAMES; f++)
        ok = bonnet_golden_run(s->net, s->pixels + f * bytes, f ? NULL : s->maps, s->logits + f * classes, NULL, NULL) == BONNET_OK;
    if (!ok) subject_free(s);
    return ok;
}

void subject_free(subject *s)
{
    for (uint32_t i = 0; s->net && i < s->net->n_layers; i++) free(s->maps[i]);
    free(s->pixels);
    free(s->logits);
    bonnet_net_free(s->net);
    memset(s, 0, sizeof *s);
}
