/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_job.c - libFuzzer on the reader of JOB sections. A job that is taken is written again with the same bytes. */
#include <stdlib.h>
#include <string.h>
#include "lower.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bonnet_job *job = NULL;
    bonnet_error err = {""};
    uint8_t *again = NULL;
    size_t n = 0;
    if (bonnet_job_parse(&job, data, size, &err) != BONNET_OK) {
        if (!err.text[0] || strchr(err.text, '\n')) abort();
        return 0;
    }
    if (bonnet_job_serialise(&again, &n, job, &err) != BONNET_OK || n != size || memcmp(again, data, n) != 0) abort();
    free(again);
    bonnet_job_free(job);
    return 0;
}
