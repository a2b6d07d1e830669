/* SPDX-License-Identifier: Apache-2.0 */
/* explain_general.h - private to host/lib: what became of the nodes of a graph that is not of BoolNet's family. */
#ifndef BONNET_EXPLAIN_GENERAL_H
#define BONNET_EXPLAIN_GENERAL_H
#include <stddef.h>
#include "net.h"
#include "onnx.h"

/* A table, a line per layer: node, kind, shape, multiply-accumulates, where it runs. Cut at `bytes`, always ends with a zero byte; out may be NULL. */
void bonnet_explain_general(char *out, size_t bytes, const bonnet_net *net, const bonnet_onnx_report *report);
#endif
