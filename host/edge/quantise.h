/* SPDX-License-Identifier: Apache-2.0 */
/* quantise.h - what the quantiser and the search for ranges share: numbers of any type as doubles, a block at a time. */
#ifndef BONNET_QUANTISE_H
#define BONNET_QUANTISE_H
#include "bonnet_codec.h"

enum { QUANTISE_BLOCK = 512 };

/* Bytes of a value; 0: no such type. */
size_t quantise_item(uint32_t type);
/* Values at .. at + n as doubles, exactly; n <= QUANTISE_BLOCK. */
void quantise_load(double *x, const bonnet_values *values, size_t at, size_t n);
/* NULL, or why these are no values; values that are no finite numbers included. */
const char *quantise_wrong_values(const bonnet_values *values);
/* NULL, or why this is no range. */
const char *quantise_wrong_range(const bonnet_range *range);
/* One line into the caller's room; returns status. */
bonnet_status quantise_fail(bonnet_status status, const char *why, char *message, size_t message_bytes);
#endif
