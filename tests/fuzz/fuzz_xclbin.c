/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_xclbin.c - libFuzzer on the reader of .xclbin files in the XRT backend: any bytes give a status with a line, or numbers that the file holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../driver/xrt_xclbin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1; /* one for all: the reader takes a name */
    char path[64];
    if (file < 0) file = memfd_create("xclbin", 0);
    if (file < 0 || ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size) return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const char *const kernels[] = {"bonnet", "bonnet:{bonnet_1}"};
    for (int i = 0; i < 2; i++) {
        bonnet_error err = {""};
        bonnet_xclbin x = {.clock_hz = 0};
        const bonnet_status st = bonnet_xclbin_read(&x, path, kernels[i], &err);
        if (st == BONNET_OK ? x.bitstream != 0 && x.bitstream != 1 : !err.text[0] || strchr(err.text, '\n')) abort();
    }
    return 0;
}
