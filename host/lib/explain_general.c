/* SPDX-License-Identifier: Apache-2.0 */
/* explain_general.c - see explain_general.h. */
#include "explain_general.h"
#include <stdio.h>
#include "internal.h"
#include "say.h"

/* What the layer does to one bit, in a few words. */
static const char *meaning(const bonnet_layer *l)
{
    static const char *const joins[] = {"XNOR of two maps", "OR of two maps", "AND of two maps"};
    switch (l->kind) {
    case BONNET_LAYER_ICONV: return "pixels x int8, thresholds";
    case BONNET_LAYER_BCONV: return "1-bit x 1-bit, thresholds";
    case BONNET_LAYER_BPOOL: return "max or min of bits";
    case BONNET_LAYER_BELT: return joins[l->win.join];
    case BONNET_LAYER_BPICK: return l->res.map < 0 ? "picks channels" : "picks channels of two";
    default: return "1-bit x int8, logits";
    }
}

void bonnet_explain_general(char *out, size_t bytes, const bonnet_net *net, const bonnet_onnx_report *report)
{
    bonnet_text t = {out, bytes};
    if (!out || !bytes) return;
    bonnet_say(&t, "%-24s %-6s %-26s %-32s %12s  %s\n", "node", "kind", "does", "in -> out (channels x h x w)", "MACs", "where");
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        char shape[64];
        snprintf(shape, sizeof shape, "%ux%ux%u -> %ux%ux%u", l->in_c, l->in_h, l->in_w, l->out_c, l->out_h, l->out_w);
        bonnet_say(&t, "%-24s %-6s %-26s %-32s %12llu  cpu\n", l->name, bonnet_kind_name(l->kind), meaning(l), shape,
                   (unsigned long long)bonnet_net_macs(net, i));
    }
    bonnet_say(&t, "why cpu: general layers have no form for a chip yet; on a device with one the whole network runs on the CPU beside it\n");
    bonnet_say(&t, "folded: %u thresholds, exactly; %u of them at an integer where the real value is 0, which counts as +1 (ONNX says Sign(0) = 0)\n",
               report->stats.thresholds, report->stats.ties);
    if (report->error_bound > 0)
        bonnet_say(&t, "rounded: the last layer; a real logit (integer x %.6g) is off by up to %.3g\n", net->logit_scale, report->error_bound);
    else bonnet_say(&t, "logits: exact, real = integer x %.9g\n", net->logit_scale);
}
