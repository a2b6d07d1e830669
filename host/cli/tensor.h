/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tensor.h - arrays as numpy saves them: .npy (one) and .npz (a zip archive of them). Little-endian numbers in C order, up to eight dimensions; no objects,
 * no records. Sizes are believed only as far as the bytes are there, and an archive unpacks to 256 MiB at most.
 */
#ifndef BONNET_CLI_TENSOR_H
#define BONNET_CLI_TENSOR_H
#include <stddef.h>
#include <stdint.h>

enum { CLI_TENSOR_RANK = 8, CLI_TENSOR_NAME_BYTES = 256 };

typedef struct cli_tensor {
    char name[CLI_TENSOR_NAME_BYTES]; /* of its member without ".npy"; "" of a .npy file */
    char kind;                        /* 'u', 'i', 'f': unsigned, signed, floating point; 'b': bool */
    uint32_t item;                    /* bytes of a number: 1, 2, 4, 8 (f: 2, 4, 8) */
    uint32_t rank;
    size_t shape[CLI_TENSOR_RANK], count; /* count: product of shape */
    const uint8_t *data;
} cli_tensor;

/* A file's tensors, in its order. cli_tensors_free(). */
typedef struct cli_tensors {
    cli_tensor *at;
    size_t count;
    uint8_t **blocks; /* what `data` points into */
    size_t n_blocks;
} cli_tensors;

/* bytes of a .npy or .npz file, by content; they must outlive out. Failures are reported; the exit code is returned. */
int cli_tensors_parse(cli_tensors *out, const char *path, const uint8_t *bytes, size_t size);
void cli_tensors_free(cli_tensors *t); /* all zero is a no-op */
double cli_tensor_value(const cli_tensor *t, size_t index);
/* Numbers to be written: kind, item, rank and shape as above, rank 1 or 2, in this machine's memory. */
typedef struct cli_numbers { const char *name; char kind; uint32_t item, rank; size_t shape[2]; const void *data; } cli_numbers;
/* A .npz file of them, not compressed; the same arrays give the same bytes. Written beside its place and renamed. */
int cli_npz_write(const char *path, const cli_numbers *arrays, size_t count);
/* "float32 [2, 3]" */
const char *cli_tensor_text(char *out, size_t bytes, const cli_tensor *t);
#endif
