/* SPDX-License-Identifier: Apache-2.0 */
/* cache_calibrate.c - how far a class's entries may answer: validation samples looked up among each other. */
#include <stdio.h>
#include <stdlib.h>
#include "cache.h"

enum { SHARES = 8 }; /* distances that are tried for a class */

/* A sample's nearest entry: what it would be answered, from how far, and whether that is wrong. */
typedef struct found {
    uint32_t distance;
    uint16_t label;
    bool wrong;
} found;

static int by_class_and_distance(const void *a, const void *b)
{
    const found *x = a, *y = b;
    if (x->label != y->label) return x->label < y->label ? -1 : 1;
    return x->distance < y->distance ? -1 : x->distance > y->distance;
}

/* Samples at even places are held, those at odd places look: [samples / 2]. Of equally near ones the last, as in a cache that was filled in order. */
static void look_up_each(found *out, const bonnet_cache_samples *s)
{
    uint64_t read = 0;
    for (size_t i = 1; i < s->samples; i += 2) {
        uint32_t bound = BONNET_CACHE_NEVER;
        size_t best = 0;
        for (size_t k = 0; k < s->samples; k += 2) {
            const uint32_t d = cache_distance(s->maps + i * s->words, s->maps + k * s->words, s->words, bound, &read);
            if (d <= bound) bound = d, best = k;
        }
        out[i / 2] = (found){bound, s->labels[best], s->labels[best] != s->labels[i]};
    }
}

/* of[count] by distance. The largest of the distances tried that is within the budget. */
static bonnet_cache_tau largest(const found *of, size_t count, double budget, double level)
{
    bonnet_cache_tau t = {.tau = BONNET_CACHE_NEVER};
    const double each = 1 - (1 - level) / SHARES;
    size_t hits = 0, wrong = 0;
    for (uint32_t share = 1; share <= SHARES; share++) {
        size_t end = count * share / SHARES;
        while (end > 0 && end < count && of[end].distance == of[end - 1].distance) end++; /* all that lie so far */
        for (; hits < end; hits++) wrong += of[hits].wrong;
        if (hits && cache_within(wrong, hits, budget, each)) t = (bonnet_cache_tau){of[hits - 1].distance, hits, wrong};
    }
    return t;
}

static bonnet_status complain(char *message, size_t bytes, bonnet_status status, const char *text)
{
    if (message && bytes) snprintf(message, bytes, "%s", text);
    return status;
}

bonnet_status bonnet_cache_calibrate(bonnet_cache_tau *out, const bonnet_cache_samples *s, double budget, double level, char *message,
                                     size_t message_bytes)
{
    if (!out || !s || !s->maps || !s->labels) return complain(message, message_bytes, BONNET_EINVAL, "calibrating a cache: no samples");
    if (!cache_budget_ok(budget, level))
        return complain(message, message_bytes, BONNET_EINVAL, "calibrating a cache: budget and level lie between 0 and 1");
    if (s->samples < 2 || s->samples > BONNET_CACHE_MAX_SAMPLES || !s->words || s->words > BONNET_CACHE_MAX_WORDS || s->classes < 2 ||
        s->classes > BONNET_EXIT_CLASSES)
        return complain(message, message_bytes, BONNET_EINVAL,
                        "calibrating a cache: 2 to 16384 samples, 2 to 1024 classes, 1 to 1048576 words a map");
    for (size_t i = 0; i < s->samples; i++)
        if (s->labels[i] >= s->classes) return complain(message, message_bytes, BONNET_EINVAL, "calibrating a cache: a label is no class");
    const size_t looks = s->samples / 2;
    found *all = malloc(looks * sizeof *all);
    if (!all) return complain(message, message_bytes, BONNET_ENOMEM, "calibrating a cache: out of memory");
    look_up_each(all, s);
    qsort(all, looks, sizeof *all, by_class_and_distance);
    for (uint32_t c = 0, at = 0, end; c < s->classes; c++, at = end) {
        for (end = at; end < looks && all[end].label == c;) end++;
        out[c] = largest(all + at, end - at, budget, level);
    }
    free(all);
    return BONNET_OK;
}
