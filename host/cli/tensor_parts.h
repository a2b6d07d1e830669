/* SPDX-License-Identifier: Apache-2.0 */
/* tensor_parts.h - what tensor.c and tensor_npz.c share. */
#ifndef BONNET_CLI_TENSOR_PARTS_H
#define BONNET_CLI_TENSOR_PARTS_H
#include "tensor.h"
/* The bytes of a .npy file, magic included and already seen. NULL, or what is wrong with them; out->name stays, data points into bytes. */
const char *cli_npy_parse(cli_tensor *out, const uint8_t *bytes, size_t size);
#endif
