/* SPDX-License-Identifier: Apache-2.0 */
/* any_import.h - the door of the general importer (any.c). */
#ifndef BONNET_ANY_IMPORT_H
#define BONNET_ANY_IMPORT_H
#include "onnx.h"
#include "onnx_graph.h"

/* A checked graph to a network of general layers: bonnet_net_free(). allow_inexact: last layers whose weights are no int8 are quantised. */
bonnet_status bonnet_any_import(bonnet_net **out, bonnet_graph *g, int allow_inexact, bonnet_onnx_report *report);
#endif
