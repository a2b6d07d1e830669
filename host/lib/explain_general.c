/* SPDX-License-Identifier: Apache-2.0 */
/* explain_general.c - see explain_general.h. */
#include "explain_general.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static int on_array(const bonnet_layer_stats *l) { return l->cycles || l->within; }

/* Why the CPU runs layer i, in a few words. */
static const char *reason(const bonnet_net *net, uint32_t i, char *why, size_t bytes)
{
    const char *text = bonnet_segment_ends(net, i) ? NULL : bonnet_segment_why(&net->layers[i], why, bytes);
    return text ? text : "has no room on this chip";
}

static void table(bonnet_text *t, const bonnet_net *net, const bonnet_plan *plan, const bonnet_geometry *g)
{
    char shape[64], where[128], count_[24];
    uint64_t macs = 0, there = 0;
    bonnet_say(t, "%-24s %-6s %-26s %-32s %12s %9s  %s\n", "node", "kind", "does", "in -> out (channels x h x w)", "MACs", "cycles", "where");
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        const bonnet_layer_stats *here = &plan->layers[i];
        snprintf(shape, sizeof shape, "%ux%ux%u -> %ux%ux%u", l->in_c, l->in_h, l->in_w, l->out_c, l->out_h, l->out_w);
        snprintf(count_, sizeof count_, here->cycles ? "%llu" : "-", (unsigned long long)here->cycles);
        bonnet_say(t, "%-24s %-6s %-26s %-32s %12llu %9s  %s%s\n", l->name, bonnet_kind_name(l->kind), meaning(l), shape,
                   (unsigned long long)bonnet_net_macs(net, i), count_,
                   here->within   ? "array, with "
                   : here->cycles ? "array"
                                  : "cpu: ",
                   here->within   ? here->within
                   : here->cycles ? ""
                                  : reason(net, i, where, sizeof where));
        macs += bonnet_net_macs(net, i);
        there += on_array(here) ? bonnet_net_macs(net, i) : 0;
    }
    bonnet_say(t, "array: %llu of %llu MACs, %llu cycles of a chip '%s' (%u lanes) with its loads and stores; the rest on the CPU in the same run\n",
               (unsigned long long)there, (unsigned long long)macs, (unsigned long long)plan->stats.cycles, bonnet_geometry_name(g),
               g->lanes * g->arrays);
}

static void whole(bonnet_text *t, const bonnet_net *net, const bonnet_plan *plan, const bonnet_onnx_report *report, const bonnet_geometry *g)
{
    table(t, net, plan, g);
    bonnet_say(t, "folded: %u thresholds, exactly; %u of them at an integer where the real value is 0, which counts as +1 (ONNX says Sign(0) = 0)\n",
               report->stats.thresholds, report->stats.ties);
    if (report->error_bound > 0)
        bonnet_say(t, "rounded: the last layer; a real logit (integer x %.6g) is off by up to %.3g\n", net->logit_scale, report->error_bound);
    else if (report->left_out != 0)
        bonnet_say(t, "logits: exact, real = integer x %.9g %c %.9g, which all classes have: it moves none before another\n", net->logit_scale,
                   report->left_out < 0 ? '-' : '+', fabs(report->left_out));
    else bonnet_say(t, "logits: exact, real = integer x %.9g\n", net->logit_scale);
}

/* The ends are the host's on any chip: pixels come in there, and logits go out. */
static bonnet_status all_on_array(const bonnet_net *net, const bonnet_plan *plan, bonnet_error *err)
{
    char why[128];
    for (uint32_t i = 1; i + 1 < net->n_layers; i++)
        if (!on_array(&plan->layers[i]))
            return bonnet_fail(err, BONNET_EUNSUPPORTED, "layer '%s' runs on the CPU: %s; compile without --strict", net->layers[i].name,
                               reason(net, i, why, sizeof why));
    return BONNET_OK;
}

bonnet_status bonnet_explain_general(char *out, size_t bytes, const bonnet_net *net, const bonnet_onnx_report *report,
                                     const bonnet_geometry *geometry, int strict, bonnet_error *err)
{
    bonnet_text t = {out, bytes};
    bonnet_plan *plan = NULL;
    bonnet_status st = bonnet_estimate_net(&plan, net, geometry, 1, 0, 0, err);
    if (st == BONNET_OK && strict) st = all_on_array(net, plan, err);
    if (st == BONNET_OK && out && bytes) whole(&t, net, plan, report, geometry);
    bonnet_plan_free(plan);
    return st;
}
