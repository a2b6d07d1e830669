/* SPDX-License-Identifier: Apache-2.0 */
/* explain_general.h - private to host/lib: what became of the nodes of a graph that is not of BoolNet's family, and who runs them. */
#ifndef BONNET_EXPLAIN_GENERAL_H
#define BONNET_EXPLAIN_GENERAL_H
#include <stddef.h>
#include "lower.h"
#include "onnx.h"

/*
 * A table, a line per layer: node, kind, shape, multiply-accumulates, cycles of one frame by driver/model.h where the array runs it, else why it does
 * not. Cut at `bytes`, always ends with a zero byte; out may be NULL. strict: BONNET_EUNSUPPORTED if the CPU runs any layer, with the first
 * one's name and reason. Else BONNET_OK or BONNET_ENOMEM.
 */
bonnet_status bonnet_explain_general(char *out, size_t bytes, const bonnet_net *net, const bonnet_onnx_report *report,
                                     const bonnet_geometry *geometry, int strict, bonnet_error *err);
#endif
