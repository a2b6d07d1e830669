/* SPDX-License-Identifier: Apache-2.0 */
/* break.h - for tests of bonnet_net_check() and its like: `sound` is the network that they break, one thing at a time. */
#ifndef BONNET_TESTS_BREAK_H
#define BONNET_TESTS_BREAK_H
#include <stdlib.h>
#include <string.h>
#include "net.h"
#include "unit.h"

/* Breaks one thing, expects a refusal by `check` whose text mentions `word`. */
#define BREAK_FOR(u, check, change, word)                                                                                                            \
    do {                                                                                                                                             \
        bonnet_net *n = bonnet_net_clone(sound);                                                                                                     \
        char why[200] = "";                                                                                                                          \
        if (!n) exit(1);                                                                                                                             \
        bonnet_layer *l = n->layers;                                                                                                                 \
        (void)l;                                                                                                                                     \
        change;                                                                                                                                      \
        const char *said = check(n, why, sizeof why);                                                                                                \
        UNIT(u, said == why && strstr(why, word), #change, "said: %s", said ? said : "sound");                                                       \
        bonnet_net_free(n);                                                                                                                          \
    } while (0)
#define BREAK(u, change, word) BREAK_FOR(u, bonnet_net_check, change, word)
#define DATA(layer, which) ((void *)bonnet_net_param_data(n, layer, BONNET_PARAM_##which))
#endif
