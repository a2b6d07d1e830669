/* SPDX-License-Identifier: Apache-2.0 */
/* copy_job.h - the smallest job that shows: one LOAD of `bytes` at base 0 (model), one STORE of them at base 2 (output). */
#ifndef BONNET_COPY_JOB_H
#define BONNET_COPY_JOB_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
enum { COPY_JOB_BYTES = 3 * 64 };
/* bytes: a multiple of 32, at most 4096. broken: with an operation that the chip does not know, which ends it with CAUSE 1. */
void copy_job(uint8_t job[COPY_JOB_BYTES], uint32_t bytes, int broken);
#ifdef __cplusplus
}
#endif
#endif
