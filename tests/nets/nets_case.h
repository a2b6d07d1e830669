/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nets_case.h - one of the four published networks, at any image size, on one register device: what it computes and what it moves.
 *
 * A case lowers the network for the device's geometry, then on one open device, without a reset in between:
 *   1. one frame with every map of every layer, against the reference, bit for bit (no words compared where such a job is too long);
 *   2. `frames` frames in one job (several walks of `batch` frames), logits against the reference;
 *      a batch that the chip has no room for becomes smaller; one frame always runs;
 *   3. the same frames again, and once more alone, so that nothing that a job leaves behind matters to the next.
 * DRAM bytes counted by the device in 2 and 3 equal the sum over the job's descriptors.
 */
#ifndef BONNET_NETS_CASE_H
#define BONNET_NETS_CASE_H
#include "../conform/manners.h"
#include "../conform/net_build.h"

enum { NETS = 4, NETS_URI = 160 };
extern const char *const nets_names[NETS]; /* basenet_k1 basenet_k4 boolnet_k4 boolnet_k4_star */

typedef struct nets_case {
    uint32_t net;                          /* index of nets_names */
    uint32_t height, width, classes;       /* of the image; 10..1000 */
    uint32_t batch, frames;                /* frames of one walk on one array; frames of one run */
    uint64_t seed;                         /* of weights and images */
    uint32_t quick;                        /* 1: without 3 */
    char uri[NETS_URI], reference[16];     /* "sim:geometry=tiny,..."; "golden:" or "cpu:" */
} nets_case;

/* What a case found, for the line that is printed and for checks that compare cases. */
typedef struct nets_found {
    uint32_t batch;                              /* that there was room for */
    uint64_t words, cycles, bytes_in, bytes_out; /* 64-bit words compared; of run 2 */
    uint64_t binary_cycles;                      /* of the binary layers of the last walk of run 2, waits included but the first layer's for the stem */
    uint64_t map_bytes;                          /* through DRAM by one walk: LOADs to and STOREs from the feature buffer, logits excluded */
} nets_found;

/* 0 and *found, or 1 after a line on stderr and the line that repeats it. */
int nets_run(nets_found *found, const nets_case *c);
#endif
