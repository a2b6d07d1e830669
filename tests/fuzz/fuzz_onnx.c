/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_onnx.c - libFuzzer on the ONNX importer: a sound network, or one line that says why not. */
#include <stdlib.h>
#include <string.h>
#include "onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bonnet_net *net = NULL;
    bonnet_error err = {""};
    char why[200];
    if (bonnet_onnx_import(&net, data, size, NULL, &err) != BONNET_OK) {
        if (!err.text[0] || strchr(err.text, '\n')) abort();
        return 0;
    }
    if (bonnet_net_check(net, why, sizeof why)) abort();
    bonnet_net_free(net);
    return 0;
}
