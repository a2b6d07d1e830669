/* SPDX-License-Identifier: Apache-2.0 */
/* file_extra.h - private to file*.c: the small sections of a .bonnet file that belong to the network: WIN, PIX, PRE, TEN, BRA. Layout: docs/format.md. */
#ifndef BONNET_FILE_EXTRA_H
#define BONNET_FILE_EXTRA_H
#include "file_net.h"

enum { BONNET_EXTRAS = 4 + BONNET_MAX_EXITS };
/* A section to be written. minor: of the format that has it first; 0: it was always there to be skipped. index: of its kind. */
typedef struct bonnet_extra {
    uint32_t type, flags, minor, index;
    size_t bytes;
} bonnet_extra;

/* In: 1 if `type` is one of them. */
int bonnet_extra_known(uint32_t type);
int bonnet_extra_is_windows(uint32_t type);
/* What the section says becomes part of net, which has passed bonnet_net_check(). Refused: one that is not well formed, or there twice (but
 * BRA, after the last of which bonnet_net_check_exits() is due). */
bonnet_status bonnet_extra_take(bonnet_net *net, uint32_t type, uint32_t flags, const char *name, const uint8_t *bytes, size_t size, bonnet_error *err);

/* Out: those that net has, in the order of the file; how many. */
uint32_t bonnet_extra_list(bonnet_extra out[BONNET_EXTRAS], const bonnet_net *net);
uint32_t bonnet_extra_minor(const bonnet_extra extra[], uint32_t count);
void bonnet_extra_put(bonnet_writer *w, const bonnet_extra *extra, const bonnet_net *net);
#endif
