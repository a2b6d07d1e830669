/* SPDX-License-Identifier: Apache-2.0 */
/* plans.h - which plan the bandwidth asks for, and what a piece of work takes at most. Pure. */
#ifndef BONNET_CLIENT_PLANS_H
#define BONNET_CLIENT_PLANS_H
#include <stdint.h>

/* Plan i is for from[i] bit/s up to from[i + 1]; ascending. From plan `now`, at this bandwidth: it is left only beyond its end and a share `hysteresis` more. */
uint32_t plans_at(const double *from, uint32_t count, uint32_t now, double bits_per_s, double hysteresis);

/* A moving upper estimate: mean and mean deviation as TCP keeps them (RFC 6298), four deviations above. */
typedef struct upper { double mean_us, deviation_us; uint64_t seen; } upper;
void upper_add(upper *u, int64_t us);
int64_t upper_get(const upper *u); /* 0: nothing seen */
#endif
