/* SPDX-License-Identifier: Apache-2.0 */
/* exits_show.c - the early exits of a network, for bonnet info and bonnet compile. */
#include <stdio.h>
#include "cli.h"

uint32_t cli_exit_count(const bonnet_model *model)
{
    bonnet_exit e;
    uint32_t n = 0;
    while (bonnet_exit_get(&e, model, n) == BONNET_OK) n++;
    return n;
}

struct json_object *cli_exits_list(const bonnet_model *model)
{
    struct json_object *array = json_object_new_array();
    bonnet_exit e;
    bonnet_cut c;
    for (uint32_t i = 0; bonnet_exit_get(&e, model, i) == BONNET_OK && bonnet_cut_get(&c, model, e.cut) == BONNET_OK; i++) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "name", json_object_new_string(e.name));
        json_object_object_add(j, "cut", json_object_new_int64(e.cut));
        json_object_object_add(j, "behind", json_object_new_string(c.name));
        json_object_object_add(j, "layers", json_object_new_int64(e.layers));
        json_object_object_add(j, "macs_before", json_object_new_uint64(c.macs_before));
        json_object_object_add(j, "macs", json_object_new_uint64(e.macs));
        json_object_object_add(j, "weight_bits", json_object_new_uint64(e.weight_bits));
        json_object_object_add(j, "logit_scale", json_object_new_double(e.logit_scale));
        json_object_array_add(array, j);
    }
    return array;
}

void cli_exits_print(const bonnet_model *model)
{
    bonnet_exit e;
    bonnet_cut c;
    for (uint32_t i = 0; bonnet_exit_get(&e, model, i) == BONNET_OK && bonnet_cut_get(&c, model, e.cut) == BONNET_OK; i++)
        printf("exit %s: behind %s (cut %u, %llu MACs as far as there); %u layer%s, %llu MACs, %llu weight bits\n", e.name, c.name, e.cut,
               (unsigned long long)c.macs_before, e.layers, e.layers == 1 ? "" : "s", (unsigned long long)e.macs, (unsigned long long)e.weight_bits);
}
