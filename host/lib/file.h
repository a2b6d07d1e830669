/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - the .bonnet file: a network, and the jobs it was lowered to, as bytes. Layout: docs/format.md.
 *
 * Reading believes nothing: sizes, versions, hash, section table, every count, enum, reference and range are checked, and
 * bonnet_net_check() has the last word, before a caller sees the net. Writing goes to a temporary in the same directory that is
 * renamed when all of it is on the disk: a reader finds the old file or the new one, never half of one.
 *
 * Errors: BONNET_EFORMAT damaged or no .bonnet file; BONNET_EABI a newer version of it; BONNET_EIO the file system;
 * BONNET_ENOMEM. `err` (may be NULL) receives one line.
 */
#ifndef BONNET_FILE_H
#define BONNET_FILE_H
#include <stddef.h>
#include <stdint.h>
#include "backend.h"
#include "net.h"

enum {
    BONNET_FILE_MAJOR = 1,
    BONNET_FILE_MINOR = 4,
    BONNET_FILE_MAX_JOBS = 8,  /* geometries in one file */
    BONNET_GEOMETRY_BYTES = 16 /* name of a geometry, zero-padded: "asic" */
};
#define BONNET_FILE_MAX_BYTES ((size_t)64 << 20)

/* The network lowered for one geometry: bytes that driver/lower.h makes and understands. */
typedef struct bonnet_file_job {
    char geometry[BONNET_GEOMETRY_BYTES];
    const uint8_t *bytes;
    size_t size;
} bonnet_file_job;

/* A file that was read and found sound. The jobs' bytes live in the net's arena. */
typedef struct bonnet_file {
    bonnet_net *net; /* owned: bonnet_file_free() */
    uint32_t n_jobs;
    bonnet_file_job jobs[BONNET_FILE_MAX_JOBS];
    uint8_t sha256[32]; /* as recorded and checked */
} bonnet_file;

/* Fills in *out from the bytes of a file; on failure *out is untouched. `bytes` is not referred to afterwards. */
bonnet_status bonnet_file_parse(bonnet_file *out, const void *bytes, size_t size, bonnet_error *err);
/* The same from a path. */
bonnet_status bonnet_file_read(bonnet_file *out, const char *path, bonnet_error *err);
void bonnet_file_free(bonnet_file *file); /* what is inside; NULL and all-zero are no-ops */

/* The bytes of a file for a net that passed bonnet_net_check(); the same input gives the same bytes. *bytes: free(). */
bonnet_status bonnet_file_build(uint8_t **bytes, size_t *size, const bonnet_net *net, const bonnet_file_job *jobs, uint32_t n_jobs,
                                bonnet_error *err);

/* All of a regular file of at most max_bytes, plus a zero byte that is not counted. *bytes: free(). */
bonnet_status bonnet_file_load(uint8_t **bytes, size_t *size, const char *path, size_t max_bytes, bonnet_error *err);
/* Atomically: temporary beside `path`, fsync, rename. On failure `path` is as it was and no temporary stays. */
bonnet_status bonnet_file_save(const char *path, const void *bytes, size_t size, bonnet_error *err);
#endif
