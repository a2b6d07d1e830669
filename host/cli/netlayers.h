/* SPDX-License-Identifier: Apache-2.0 */
/* netlayers.h - the file "bonnet_layers": a network of anybody's as a list of layers (docs/estimate.md), as far as estimating it goes. */
#ifndef BONNET_CLI_NETLAYERS_H
#define BONNET_CLI_NETLAYERS_H
#include "platform.h"

enum { CLI_NET_INPUTS = 64, CLI_NET_ALL_INPUTS = 4 * BONNET_GRAPH_LAYERS, CLI_NET_KIB = 1024 };

typedef struct cli_net_layer {
    char name[CLI_TEXT], kind[CLI_KIND];
    uint32_t out[3]; /* height, width, channels */
    uint32_t kernel[2], stride[2], groups;
    uint32_t inputs, first; /* all[first..first + inputs): indices of earlier layers */
} cli_net_layer;

typedef struct cli_net {
    char name[CLI_TEXT];
    uint32_t count, n_all;
    cli_net_layer *layers; /* [count] */
    uint32_t *all;         /* [n_all] */
} cli_net;

/* Is the file JSON, by its first character? false too where it cannot be read. */
bool cli_is_json(const char *path);
/* cli_net_free() in any case. */
int cli_net_read(cli_net *out, const char *path);
void cli_net_free(cli_net *net);
/* Layer `index` as its hardware sees it. Checked by cli_net_read(). */
bonnet_shape cli_net_shape(const cli_net *net, uint32_t index, const cli_platform *platform);
#endif
