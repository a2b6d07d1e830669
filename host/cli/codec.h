/* SPDX-License-Identifier: Apache-2.0 */
/* codec.h - what the files of `bonnet codec` share. */
#ifndef BONNET_CLI_CODEC_H
#define BONNET_CLI_CODEC_H
#include "bonnet_codec.h"
#include "cli.h"

enum { CODEC_TENSORS = 4096, CODEC_NAME = 512 };

typedef struct codec_tensor {
    char name[CODEC_NAME];      /* "file.npz: member" */
    bonnet_codec_tensor t;      /* its data: free() */
    size_t count, bytes;
    bonnet_range range;         /* that it is quantised over; quantised streams only */
} codec_tensor;

/* What the command line asks for. */
typedef struct codec_question {
    codec_tensor *tensor;       /* [count], of one type */
    size_t count;
    long bits, codec;           /* -1: all of them */
    uint32_t level;
    bool json;
} codec_question;

/* Arrays of a .npy or .npz file, behind those that are there. Failures are reported; the exit code is returned. */
int codec_read(codec_question *q, const char *path);
void codec_free(codec_question *q);
/* bonnet_codec_info's type, rank and shape with these values as a .npy file. */
int codec_write_npy(const char *path, const bonnet_codec_info *info, const void *values);
/* "float32", "int8": of a bonnet_codec_type. */
const char *codec_type_text(uint32_t type);
/* "none", "deflate", "zstd": index bonnet_codec_name. */
extern const char *const codec_names[BONNET_CODEC_NAMES];
/* Of a name; false: none. */
bool codec_named(long *out, const char *name);

/* What so many bits and a codec make of all tensors together. */
typedef struct codec_row {
    uint32_t bits, codec;
    size_t values, from, bytes, packed, payload; /* from: bytes of the values; payload: compressed, worth it or not */
    double most, square, signal;                 /* largest error, sums of squares of errors and values */
    double encode_s, decode_s;
} codec_row;
double codec_decibel(const codec_row *r); /* of signal over errors; infinite without errors */
/* Of every number of bits and codec asked for; plot: an SVG of it, too, or NULL. */
int codec_table(const codec_question *q, const char *plot);
/* run --codec: a codec's name, NULL, or a file of `bonnet cut -o`, which decides for this cut. */
int cli_cut_codec(long *codec, const cli_session *s, const bonnet_cut *cut, const char *text);
/* Bits that a value takes and its signal-to-noise ratio, a line for each codec, as SVG. */
int codec_plot(const codec_row *rows, size_t n, const char *path);
#endif
