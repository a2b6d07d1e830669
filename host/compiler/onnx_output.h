/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_output.h - private to onnx_*.c: one output of a graph, imported as if there were no other. */
#ifndef BONNET_ONNX_OUTPUT_H
#define BONNET_ONNX_OUTPUT_H
#include "onnx.h"

typedef struct bonnet_onnx_output {
    char name[BONNET_NAME_BYTES];
    uint32_t count;      /* outputs of the graph; 0: not known */
    int final;           /* 1: metadata 'bonnet.final' names it */
    int final_elsewhere; /* 1: that names something, but not this */
} bonnet_onnx_output;

/* *out passed bonnet_net_check(); *output is filled in as far as it is known, even on failure. */
bonnet_status bonnet_onnx_import_output(bonnet_net **out, bonnet_onnx_output *output, const void *bytes, size_t size, uint32_t index, int allow_inexact,
                                        bonnet_onnx_report *report, bonnet_error *err);
#endif
