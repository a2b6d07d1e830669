/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_tb.c - the file that hls/tb.c reads: a small network's job, its rows and images in one memory, and the logits that golden says.
 *
 *     build/tests/hls/make_tb asic|tiny SEED FILE
 *
 * Exit 0, or 1 and a line. The format is in hls/tb.c; the network is that of tests/conform for the seed, the first one that fits into the bench's memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../conform/compare.h"
#include "golden/golden.h"
#include "lower.h"
#include "../conform/net_build.h"
#include "regdev.h"

enum { MAGIC = 0x31425448, HEAD = 14, FRAMES = 2, MEMORY = 131072 * 8, START = 0x1000, TRIES = 50 };

static uint8_t memory[MEMORY], wanted[MEMORY];
static uint64_t used = START;

/* Room for `bytes`; MEMORY: there is none. */
static uint64_t room(uint64_t bytes)
{
    const uint64_t at = used;
    used += (bytes + 63) / 64 * 64 + 64;
    return used <= MEMORY ? at : MEMORY;
}

static int words(FILE *f, const uint8_t *bytes, uint64_t n) { return fwrite(bytes, 8, n, f) == n; }

static int number(FILE *f, uint64_t v)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++) b[i] = (uint8_t)(v >> 8 * i);
    return words(f, b, 1);
}

/* 1: written. 0: does not fit, or golden or the file failed. */
static int write_job(const bonnet_net *net, const bonnet_job *job, uint64_t seed, const char *name)
{
    used = START;
    memset(memory, 0, sizeof memory);
    memset(wanted, 0, sizeof wanted);
    const uint64_t desc = room((uint64_t)job->n_desc * BONNET_DESC_BYTES), rows = room(job->rows_bytes),
                   input = room((uint64_t)FRAMES * job->input_stride), scratch = room(job->scratch_bytes),
                   output = room((uint64_t)FRAMES * job->output_stride),
                   n_wanted = ((uint64_t)(FRAMES - 1) * job->output_stride + (job->classes + 1) / 2 * 8) / 8;
    if (used > MEMORY || job->batch != 1) return 0;
    uint8_t *pixels = bonnet_random_image(net, seed, FRAMES);
    bonnet_frame frame = {0};
    int ok = pixels && bonnet_frame_make(&frame, net);
    for (uint32_t i = 0; i < job->n_desc; i++) bonnet_desc_to_bytes(memory + desc + (size_t)i * BONNET_DESC_BYTES, job->desc[i]);
    memcpy(memory + rows, job->rows, job->rows_bytes);
    for (uint32_t f = 0; f < FRAMES && ok; f++) {
        const uint8_t *image = pixels + (size_t)f * job->input_bytes;
        memcpy(memory + input + (size_t)f * job->input_stride, image, job->input_bytes);
        ok = bonnet_golden_run(net, image, frame.maps, frame.logits, NULL, NULL) == BONNET_OK;
        for (uint32_t i = 0; i < job->classes && ok; i++)
            for (int b = 0; b < 4; b++)
                wanted[(size_t)f * job->output_stride + 4 * (size_t)i + (size_t)b] = (uint8_t)((uint32_t)frame.logits[i] >> 8 * b);
    }
    const uint64_t head[HEAD] = {MAGIC,
                                 job->geometry.lanes,
                                 MEMORY / 8,
                                 desc,
                                 rows,
                                 input,
                                 output,
                                 scratch,
                                 FRAMES,
                                 job->input_stride,
                                 job->output_stride,
                                 job->watchdog_cycles,
                                 n_wanted,
                                 0};
    FILE *out = ok ? fopen(name, "wb") : NULL;
    ok = out != NULL;
    for (int i = 0; i < HEAD && ok; i++) ok = number(out, head[i]);
    ok = ok && words(out, memory, MEMORY / 8) && words(out, wanted, n_wanted);
    if (out && fclose(out)) ok = 0;
    bonnet_frame_free(&frame);
    free(pixels);
    return ok;
}

int main(int argc, char **argv)
{
    const bonnet_geometry *geometry = argc == 4 ? bonnet_geometry_named(argv[1]) : NULL;
    if (!geometry) return fprintf(stderr, "usage: make_tb asic|tiny SEED FILE\n"), 1;
    const uint64_t seed = strtoull(argv[2], NULL, 0);
    const bonnet_room *size = strcmp(argv[1], "tiny") ? &bonnet_room_asic : &bonnet_room_tiny;
    bonnet_error err = {""};
    int done = 0;
    for (uint64_t i = 0; i < TRIES && !done; i++) {
        bonnet_net *net = bonnet_random_net(seed + i, size, 0);
        bonnet_job *job = NULL;
        if (net && bonnet_lower(&job, net, geometry, &(bonnet_lower_options){0}, &err) == BONNET_OK) done = write_job(net, job, seed + i, argv[3]);
        bonnet_job_free(job);
        if (net) bonnet_net_free(net);
    }
    if (!done) fprintf(stderr, "make_tb: no network of %d seeds from %llu: %s\n", TRIES, (unsigned long long)seed, err.text);
    return !done;
}
