/* SPDX-License-Identifier: Apache-2.0 */
/* schedule_utility.c - what later stages are worth to a frame, by how sure it is after an earlier one: means over validation samples, bin by bin. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "schedule.h"

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

uint32_t bonnet_utility_bin(const bonnet_utility *u, uint32_t stage, double confidence)
{
    uint32_t bin = 0;
    if (!u || stage >= u->stages) return 0;
    while (bin + 1 < u->bins && confidence >= u->edge[stage][bin]) bin++;
    return bin;
}

/* Equal shares; bins that would begin at the same confidence are empty but for the last of them. */
static void set_edges(bonnet_utility *u, uint32_t stage, const double *confidence, size_t samples, double *sorted)
{
    memcpy(sorted, confidence, samples * sizeof *sorted);
    qsort(sorted, samples, sizeof *sorted, ascending);
    for (uint32_t b = 1; b < u->bins; b++) u->edge[stage][b - 1] = sorted[samples * b / u->bins];
}

/* Of an empty bin: the mean of all, which nothing asks for. */
static void set_means(bonnet_utility *u, uint32_t stage, const bonnet_utility_samples *s, size_t samples)
{
    size_t in[BONNET_UTILITY_BINS] = {0};
    for (size_t i = 0; i < samples; i++) {
        const uint32_t bin = bonnet_utility_bin(u, stage, s[stage].confidence[i]);
        in[bin]++;
        for (uint32_t later = stage; later < u->stages; later++) u->after[stage][bin][later] += s[later].value[i];
    }
    for (uint32_t bin = 0; bin < u->bins; bin++)
        for (uint32_t later = stage; later < u->stages; later++)
            u->after[stage][bin][later] = in[bin] ? u->after[stage][bin][later] / (double)in[bin] : u->mean[later];
}

bonnet_status bonnet_utility_fit(bonnet_utility *out, const bonnet_utility_samples *s, uint32_t stages, size_t samples, uint32_t bins)
{
    if (!out || !s || stages < 1 || stages > BONNET_EXITS_MAX || !samples || samples > BONNET_EXIT_SAMPLES) return BONNET_EINVAL;
    if (bins < 1 || bins > BONNET_UTILITY_BINS) return BONNET_EINVAL;
    for (uint32_t i = 0; i < stages; i++)
        for (size_t k = 0; s[i].confidence && s[i].value && k < samples; k++)
            if (isnan(s[i].confidence[k]) || !(s[i].value[k] >= 0 && s[i].value[k] <= 1000)) return BONNET_EINVAL;
    for (uint32_t i = 0; i < stages; i++)
        if (!s[i].confidence || !s[i].value) return BONNET_EINVAL;
    bonnet_utility *u = calloc(1, sizeof *u);
    double *sorted = malloc(samples * sizeof *sorted);
    if (u && sorted) {
        u->stages = stages, u->bins = bins;
        for (uint32_t i = 0; i < stages; i++)
            for (size_t k = 0; k < samples; k++) u->mean[i] += s[i].value[k] / (double)samples;
        for (uint32_t i = 0; i < stages; i++) {
            set_edges(u, i, s[i].confidence, samples, sorted);
            set_means(u, i, s, samples);
        }
        *out = *u;
    }
    const bonnet_status status = u && sorted ? BONNET_OK : BONNET_ENOMEM;
    free(u);
    free(sorted);
    return status;
}
