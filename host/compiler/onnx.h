/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnx.h - ONNX in, canonical network out. Dialect: docs/operators.md, section 6.
 *
 *   onnx_graph.c  bytes -> a graph that can be trusted: names resolved, sizes checked, topological
 *   onnx_match.c  walks it once, forward; onnx_stem.c, onnx_block.c, onnx_head.c say what each node means
 *   any.c         the same walk for graphs that are not of BoolNet's family, to general layers (any.h)
 *   onnx_exits.c  a graph of several outputs: a network and its side branches
 *   fold.c        affine parameters -> integer thresholds, exactly
 *
 * Every refusal is one line: node, operator, what does not fit, the nearest thing that does.
 */
#ifndef BONNET_ONNX_H
#define BONNET_ONNX_H
#include <stddef.h>
#include "backend.h"
#include "net.h"

#define BONNET_ONNX_MAX_BYTES ((size_t)64 << 20)

/* What folding met, for people: `ties` thresholds where the real value at an integer is 0 (resolved as >= 0), `near` where it is
 * closer to 0 than 1e-9 of its terms, so that a float32 evaluation may differ. */
typedef struct bonnet_fold_stats {
    uint32_t thresholds, ties, near;
} bonnet_fold_stats;

typedef struct bonnet_onnx_report {
    bonnet_fold_stats stats;
    double error_bound; /* |real logit of the network - of the graph| at most; 0: exact */
    double left_out;    /* what each real logit of the graph is more than the network's, the same for all */
} bonnet_onnx_report;

/* *out passed bonnet_net_check(), its exits included; bonnet_net_free(). `stats` and `err` may be NULL. BONNET_EFORMAT: not ONNX or damaged;
 * BONNET_EUNSUPPORTED: a graph outside the dialect; BONNET_ENOMEM. */
bonnet_status bonnet_onnx_import(bonnet_net **out, const void *bytes, size_t size, bonnet_fold_stats *stats, bonnet_error *err);
/* The same from a path; BONNET_EIO: cannot be read. allow_inexact: last layers that are no int8 are rounded. report may be NULL. */
bonnet_status bonnet_onnx_load_report(bonnet_net **out, const char *path, int allow_inexact, bonnet_onnx_report *report, bonnet_error *err);
/* Without: BONNET_EUNSUPPORTED if it would be inexact. */
bonnet_status bonnet_onnx_load(bonnet_net **out, const char *path, bonnet_fold_stats *stats, bonnet_error *err);
#endif
