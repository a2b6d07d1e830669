/* SPDX-License-Identifier: Apache-2.0 */
/* file_windows.c - the WIN section of a .bonnet file: what general layers slide over their maps. Layout: docs/format.md, section 4d. */
#include "file_net.h"

enum { WINDOW_BYTES = 64, FIELDS = 15 };

size_t bonnet_windows_bytes(const bonnet_net *net) { return (size_t)net->n_layers * WINDOW_BYTES; }

void bonnet_windows_encode(bonnet_writer *w, const bonnet_net *net)
{
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_net_window *v = &net->layers[i].win;
        const uint32_t field[FIELDS] = {v->kernel_h,   v->kernel_w, v->stride_h,      v->stride_w,      v->dilation_h,
                                        v->dilation_w, v->top,      v->left,          v->bottom,        v->right,
                                        v->edge,       v->groups,   (uint32_t)v->mul, (uint32_t)v->add, (uint32_t)v->join};
        for (int j = 0; j < FIELDS; j++) bonnet_put(w, field[j], 4);
        bonnet_put_zero(w, WINDOW_BYTES - FIELDS * 4);
    }
}

int bonnet_windows_decode(bonnet_net *net, bonnet_reader r)
{
    if (!bonnet_net_general(net) || r.left != bonnet_windows_bytes(net)) return 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        uint32_t f[FIELDS];
        for (int j = 0; j < FIELDS; j++) f[j] = (uint32_t)bonnet_get(&r, 4);
        if (!bonnet_get_zero(&r, WINDOW_BYTES - FIELDS * 4)) return 0;
        net->layers[i].win = (bonnet_net_window){.kernel_h = f[0],
                                                 .kernel_w = f[1],
                                                 .stride_h = f[2],
                                                 .stride_w = f[3],
                                                 .dilation_h = f[4],
                                                 .dilation_w = f[5],
                                                 .top = f[6],
                                                 .left = f[7],
                                                 .bottom = f[8],
                                                 .right = f[9],
                                                 .edge = f[10],
                                                 .groups = f[11],
                                                 .mul = (int32_t)f[12],
                                                 .add = (int32_t)f[13],
                                                 .join = (bonnet_join)f[14]};
    }
    return 1;
}
