/* SPDX-License-Identifier: Apache-2.0 */
/* plans.c - see plans.h. */
#include "plans.h"
#include <math.h>

uint32_t plans_at(const double *from, uint32_t count, uint32_t now, double bits_per_s, double hysteresis)
{
    while (now + 1 < count && bits_per_s >= from[now + 1] * (1 + hysteresis)) now++;
    while (now > 0 && bits_per_s < from[now] * (1 - hysteresis)) now--;
    return now;
}

void upper_add(upper *u, int64_t us)
{
    const double x = us > 0 ? (double)us : 0, away = fabs(x - u->mean_us);
    if (!u->seen++) {
        u->mean_us = x;
        u->deviation_us = x / 8; /* RFC 6298 starts with a half; a device is steadier than a network */
        return;
    }
    u->deviation_us += (away - u->deviation_us) / 4;
    u->mean_us += (x - u->mean_us) / 8;
}

int64_t upper_get(const upper *u) { return u->seen ? (int64_t)(u->mean_us + 4 * u->deviation_us) + 1 : 0; }
