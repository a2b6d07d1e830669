/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnx_exits.c - a graph with several outputs: one network, and a side branch for every other output.
 *
 * Each output is imported as if the graph had no other, so what is read of it does not depend on its neighbours. The one with most work is the network;
 * from each of the others the layers that it has in common with the network are taken off, up to a cut. docs/exits.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "onnx_output.h"

enum { MOST = BONNET_MAX_EXITS + 1 };

typedef struct answers {
    uint32_t count, trunk;
    bonnet_net *net[MOST];
    bonnet_onnx_output output[MOST];
} answers;

static bonnet_status refuse(const answers *a, uint32_t which, bonnet_error *err, const char *why)
{
    return bonnet_fail(err, BONNET_EUNSUPPORTED, "ONNX: output '%s' %s", a->output[which].name, why);
}

static uint64_t work(const bonnet_net *net)
{
    uint64_t macs = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) macs += bonnet_net_macs(net, i);
    return macs;
}

/* As the file says, else the one that takes most work, the last of equals. */
static bonnet_status choose_trunk(answers *a, bonnet_error *err)
{
    uint32_t named = MOST, most = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->output[i].final) named = i;
        if (work(a->net[i]) >= work(a->net[most])) most = i;
    }
    if (named == MOST && a->output[0].final_elsewhere)
        return bonnet_fail(err, BONNET_EFORMAT, "ONNX: metadata 'bonnet.final' names none of the graph's outputs");
    a->trunk = named < MOST ? named : most;
    return BONNET_OK;
}

/* The cuts of the trunk before and behind layer `last`, as advice. */
static bonnet_status no_cut(const answers *a, uint32_t which, uint32_t last, bonnet_error *err)
{
    const bonnet_net *trunk = a->net[a->trunk];
    char why[256], names[2 * 48 + 8] = "";
    uint32_t before = last, behind = last + 1;
    while (before > 0 && !bonnet_net_cut(trunk, before - 1)) before--;
    while (behind < trunk->n_layers && !bonnet_net_cut(trunk, behind)) behind++;
    if (before) snprintf(names, sizeof names, " '%.45s'", trunk->layers[before - 1].name);
    if (behind < trunk->n_layers)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s '%.45s'", before ? " or" : "", trunk->layers[behind].name);
    snprintf(why, sizeof why, "branches off behind '%.45s', where more than one map is still read; let it read%s alone", trunk->layers[last].name,
             *names ? names : " the map of a cut");
    return refuse(a, which, err, why);
}

static bonnet_status attach(answers *a, uint32_t which, bonnet_error *err)
{
    bonnet_net *trunk = a->net[a->trunk], *net = a->net[which];
    const char *final = a->output[a->trunk].name;
    char why[160];
    const uint32_t common = bonnet_net_common(trunk, net);
    if (net->classes != trunk->classes) {
        snprintf(why, sizeof why, "has %u classes, '%.60s' has %u; all exits answer the same question", net->classes, final, trunk->classes);
        return refuse(a, which, err, why);
    }
    if (!common || common == net->n_layers) {
        snprintf(why, sizeof why, common ? "is '%.60s' again; leave it out" : "shares no layer with '%.60s'; compile it as a network of its own",
                 final);
        return refuse(a, which, err, why);
    }
    if (!bonnet_net_cut(trunk, common - 1) || !bonnet_net_cut(net, common - 1)) return no_cut(a, which, common - 1, err);
    bonnet_net *branch = bonnet_net_part(net, common, net->n_layers - 1);
    if (!branch) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a branch");
    branch->labels = NULL; /* the network's */
    branch->tensors = NULL;
    if (!bonnet_net_add_exit(trunk, a->output[which].name, common - 1, branch)) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a branch");
    return BONNET_OK;
}

static bonnet_status read_all(answers *a, const void *bytes, size_t size, int allow_inexact, bonnet_onnx_report *report, bonnet_error *err)
{
    bonnet_status status = BONNET_OK;
    bonnet_onnx_report each[MOST];
    a->count = 1;
    for (uint32_t i = 0; i < a->count && status == BONNET_OK; i++) {
        bonnet_error inner = {""};
        status = bonnet_onnx_import_output(&a->net[i], &a->output[i], bytes, size, i, allow_inexact, &each[i], &inner);
        if (a->output[i].count > 1) a->count = a->output[i].count;
        if (a->count > MOST) return bonnet_fail(err, BONNET_EUNSUPPORTED, "ONNX: %u outputs, at most %d", (unsigned)a->count, MOST);
        if (status != BONNET_OK && a->count == 1) bonnet_fail(err, status, "%s", inner.text);
        else if (status != BONNET_OK) bonnet_fail(err, status, "output '%s': %.180s", a->output[i].name, inner.text);
    }
    if (status == BONNET_OK) status = choose_trunk(a, err);
    if (status != BONNET_OK) return status;
    *report = each[a->trunk];
    for (uint32_t i = 0; i < a->count; i++) {
        if (i == a->trunk) continue;
        report->stats.ties += each[i].stats.ties, report->stats.near += each[i].stats.near, report->stats.thresholds += each[i].stats.thresholds;
        if (each[i].error_bound > report->error_bound) report->error_bound = each[i].error_bound;
    }
    return BONNET_OK;
}

static bonnet_status import(bonnet_net **out, const void *bytes, size_t size, int allow_inexact, bonnet_onnx_report *report, bonnet_error *err)
{
    char why[200];
    bonnet_onnx_report made = {0};
    if (!out || !bytes) return bonnet_fail(err, BONNET_EINVAL, "bonnet_onnx_import: out and bytes must not be NULL");
    answers *a = calloc(1, sizeof *a);
    if (!a) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    bonnet_status status = read_all(a, bytes, size, allow_inexact, &made, err);
    for (uint32_t i = 0; i < a->count && status == BONNET_OK; i++)
        if (i != a->trunk) status = attach(a, i, err);
    if (status == BONNET_OK && bonnet_net_check_exits(a->net[a->trunk], why, sizeof why))
        status = bonnet_fail(err, BONNET_EUNSUPPORTED, "ONNX: %s", why);
    if (status == BONNET_OK) {
        *out = a->net[a->trunk];
        a->net[a->trunk] = NULL;
        if (report) *report = made;
    }
    for (uint32_t i = 0; i < MOST; i++) bonnet_net_free(a->net[i]);
    free(a);
    return status;
}

bonnet_status bonnet_onnx_import(bonnet_net **out, const void *bytes, size_t size, bonnet_fold_stats *stats, bonnet_error *err)
{
    bonnet_onnx_report report;
    bonnet_status status = import(out, bytes, size, 0, &report, err);
    if (status == BONNET_OK && stats) *stats = report.stats;
    return status;
}

bonnet_status bonnet_onnx_load_report(bonnet_net **out, const char *path, int allow_inexact, bonnet_onnx_report *report, bonnet_error *err)
{
    uint8_t *bytes;
    size_t size;
    if (!out || !path) return bonnet_fail(err, BONNET_EINVAL, "bonnet_onnx_load: out and path must not be NULL");
    bonnet_status status = bonnet_file_load(&bytes, &size, path, BONNET_ONNX_MAX_BYTES, err);
    if (status != BONNET_OK) return status;
    status = import(out, bytes, size, allow_inexact, report, err);
    free(bytes);
    return status;
}

bonnet_status bonnet_onnx_load(bonnet_net **out, const char *path, bonnet_fold_stats *stats, bonnet_error *err)
{
    bonnet_onnx_report report;
    bonnet_status status = bonnet_onnx_load_report(out, path, 0, &report, err);
    if (status == BONNET_OK && stats) *stats = report.stats;
    return status;
}
