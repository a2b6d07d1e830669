/* SPDX-License-Identifier: Apache-2.0 */
#include "copy_job.h"
#include <string.h>
#include "desc.h"

void copy_job(uint8_t job[COPY_JOB_BYTES], uint32_t bytes, int broken)
{
    uint32_t d[BONNET_DESC_WORDS] = {0};
    bonnet_desc_set(d, BONNET_F_HDR_MAGIC, BONNET_JOB_MAGIC);
    bonnet_desc_set(d, BONNET_F_HDR_COUNT, 2);
    bonnet_desc_set(d, BONNET_F_HDR_LOADS, 1);
    bonnet_desc_set(d, BONNET_F_HDR_STORES, 1);
    bonnet_desc_to_bytes(job, d);

    memset(d, 0, sizeof d);
    bonnet_desc_set(d, BONNET_F_JOB_OP, broken ? 15 : BONNET_OP_LOAD);
    bonnet_desc_set(d, BONNET_F_JOB_LAST, 1);
    bonnet_desc_set(d, BONNET_F_JOB_POST2, 1);
    bonnet_desc_set(d, BONNET_F_LOAD_DEST, 2);
    bonnet_desc_set(d, BONNET_F_LOAD_BYTES, bytes);
    bonnet_desc_to_bytes(job + 64, d);

    memset(d, 0, sizeof d);
    bonnet_desc_set(d, BONNET_F_JOB_OP, BONNET_OP_STORE);
    bonnet_desc_set(d, BONNET_F_JOB_LAST, 1);
    bonnet_desc_set(d, BONNET_F_JOB_WAIT0, 1);
    bonnet_desc_set(d, BONNET_F_STORE_BASE, 2);
    bonnet_desc_set(d, BONNET_F_STORE_BYTES, bytes);
    bonnet_desc_to_bytes(job + 128, d);
}
