/* SPDX-License-Identifier: Apache-2.0 */
/* net_check.h - shared by the two halves of bonnet_net_check(): net_check.c (shapes) and net_check_params.c (numbers). */
#ifndef BONNET_NET_CHECK_H
#define BONNET_NET_CHECK_H
#include <stdarg.h>
#include "net.h"

typedef struct bonnet_check {
    const bonnet_net *net;
    int layer; /* being checked, for the message; -1: the network as a whole */
    char *why;
    size_t why_bytes;
    int part; /* of a network, not a network */
    int chip; /* with what only a chip's layers do: padding, strides and pools of segments */
} bonnet_check;

/* Returns `holds`; when it does not, the message goes to c->why. */
int bonnet_net_rule(const bonnet_check *c, int holds, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Every parameter of a net whose shapes have passed: present, in range, sums within their type. 1 if sound. */
int bonnet_net_check_params(bonnet_check *c);
/* net_check_general.c: shape of one layer of a general network; numbers of one. 1: sound. */
int bonnet_net_check_general(const bonnet_check *c, const bonnet_layer *l);
int bonnet_net_check_general_params(const bonnet_check *c, const bonnet_layer *l);
#endif
