/* SPDX-License-Identifier: Apache-2.0 */
/* net_exits.c - side branches of a network: what a sound one is, where two networks part, and how a branch comes to its network. */
#include <stdio.h>
#include <string.h>
#include "net_check.h"

#define RULE(holds, ...)                                                                                                                             \
    do {                                                                                                                                             \
        if (!bonnet_net_rule(c, (holds), __VA_ARGS__)) return 0;                                                                                     \
    } while (0)

/* The map it begins with is the cut's, and says nothing else. */
static int begins_at(const bonnet_check *c, const char *name, const bonnet_layer *map, const bonnet_layer *cut)
{
    static const bonnet_net_window no_window;
    RULE(map->kind == BONNET_LAYER_MAP && map->out_c == cut->out_c && map->out_h == cut->out_h && map->out_w == cut->out_w,
         "exit '%s' begins with %ux%ux%u, not the %ux%ux%u of its cut", name, map->out_c, map->out_h, map->out_w, cut->out_c, cut->out_h, cut->out_w);
    RULE(!map->kernel && !map->stride && !map->dilation && !memcmp(&map->win, &no_window, sizeof no_window), "exit '%s' begins with a window", name);
    return 1;
}

static int exit_ok(const bonnet_check *c, uint32_t index)
{
    const bonnet_net *net = c->net;
    const bonnet_net_exit *e = &net->exits[index];
    const bonnet_net *b = e->branch;
    char why[120];
    RULE(memchr(e->name, 0, sizeof e->name) && e->name[0], "exit %u has no name of less than %d bytes", index, BONNET_NAME_BYTES);
    for (const char *p = e->name; *p; p++) RULE(*p >= ' ' && *p <= '~', "the name of exit %u is not printable", index);
    RULE(strcmp(e->name, "final") != 0 && strcmp(e->name, "labels") != 0, "exit '%s': the name is taken, by the network's own end or by labels",
         e->name);
    for (uint32_t i = 0; i < index; i++) RULE(strcmp(e->name, net->exits[i].name) != 0, "two exits '%s'", e->name);
    RULE(e->layer + 1 < net->n_layers && bonnet_net_cut(net, e->layer), "exit '%s': the network has no cut behind layer %u", e->name, e->layer);
    RULE(!index || net->exits[index - 1].layer <= e->layer, "exit '%s' lies before the one before it", e->name);
    RULE(b && b->layers && b->n_layers >= 2 && !b->n_exits && !b->labels && !b->pictures && !b->pixel_lut, "exit '%s' is no branch", e->name);
    RULE(b->k == net->k && b->classes == net->classes, "exit '%s': %u slices and %u classes, not %u and %u", e->name, b->k, b->classes, net->k,
         net->classes);
    if (!begins_at(c, e->name, &b->layers[0], &net->layers[e->layer])) return 0;
    RULE(bonnet_net_general(b) == bonnet_net_general(net), "exit '%s' is of the other family of layers", e->name);
    RULE(bonnet_net_check_part(b, why, sizeof why) == NULL, "exit '%s': %s", e->name, why);
    RULE(!bonnet_net_ends_in_bits(b), "exit '%s' does not end in logits", e->name);
    return 1;
}

const char *bonnet_net_check_exits(const bonnet_net *net, char *why, size_t why_bytes)
{
    const bonnet_check check = {net, -1, why, why_bytes, 0, 0}, *c = &check;
    if (!bonnet_net_rule(c, net->n_exits <= BONNET_MAX_EXITS && (!net->n_exits || net->exits), "%u exits, at most %d", net->n_exits,
                         BONNET_MAX_EXITS))
        return why;
    for (uint32_t i = 0; i < net->n_exits; i++)
        if (!exit_ok(c, i)) return why;
    return NULL;
}

int bonnet_net_add_exit(bonnet_net *net, const char *name, uint32_t layer, bonnet_net *branch)
{
    if (!net->exits) net->exits = bonnet_net_reserve(net, BONNET_MAX_EXITS * sizeof *net->exits);
    if (!net->exits || net->n_exits == BONNET_MAX_EXITS) {
        bonnet_net_free(branch);
        return 0;
    }
    uint32_t at = net->n_exits++;
    for (; at && net->exits[at - 1].layer > layer; at--) net->exits[at] = net->exits[at - 1];
    net->exits[at] = (bonnet_net_exit){.layer = layer, .branch = branch};
    snprintf(net->exits[at].name, sizeof net->exits[at].name, "%s", name);
    return 1;
}

static int same_ref(const bonnet_map_ref *a, const bonnet_map_ref *b)
{
    return a->map == b->map && a->first == b->first && a->channels == b->channels;
}

static int same_window(const bonnet_net_window *a, const bonnet_net_window *b)
{
    return a->kernel_h == b->kernel_h && a->kernel_w == b->kernel_w && a->stride_h == b->stride_h && a->stride_w == b->stride_w &&
           a->dilation_h == b->dilation_h && a->dilation_w == b->dilation_w && a->top == b->top && a->left == b->left && a->bottom == b->bottom &&
           a->right == b->right && a->edge == b->edge && a->groups == b->groups && a->mul == b->mul && a->add == b->add && a->join == b->join;
}

static int same_layer(const bonnet_net *an, const bonnet_net *bn, uint32_t layer)
{
    const bonnet_layer *a = &an->layers[layer], *b = &bn->layers[layer];
    if (a->kind != b->kind || a->in_c != b->in_c || a->in_h != b->in_h || a->in_w != b->in_w || a->out_c != b->out_c || a->out_h != b->out_h ||
        a->out_w != b->out_w || a->conv_c != b->conv_c || a->kernel != b->kernel || a->stride != b->stride || a->dilation != b->dilation ||
        a->pool != b->pool || a->pad != b->pad || a->conv_h != b->conv_h || a->conv_w != b->conv_w || a->post != b->post ||
        a->pixels_signed != b->pixels_signed || a->dw != b->dw || a->dw_const != b->dw_const || a->s1 != b->s1 || a->s2 != b->s2)
        return 0;
    if (!same_ref(&a->in, &b->in) || !same_ref(&a->res, &b->res) || !same_ref(&a->pass, &b->pass) || !same_window(&a->win, &b->win)) return 0;
    for (int which = 0; which < BONNET_PARAMS; which++) { /* the shapes are equal, so the sizes are */
        const size_t bytes = bonnet_net_param_count(an, layer, (bonnet_param)which) * bonnet_net_param_size((bonnet_param)which);
        if (bytes && memcmp(bonnet_net_param(an, layer, (bonnet_param)which), bonnet_net_param(bn, layer, (bonnet_param)which), bytes) != 0) return 0;
    }
    return 1;
}

uint32_t bonnet_net_common(const bonnet_net *a, const bonnet_net *b)
{
    const uint32_t most = a->n_layers < b->n_layers ? a->n_layers : b->n_layers;
    uint32_t i = 0;
    if (a->k != b->k) return 0;
    while (i < most && same_layer(a, b, i)) i++;
    return i;
}
