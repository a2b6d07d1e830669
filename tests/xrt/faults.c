/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.c - the XRT backend over XRT's own library and the stand-in's board, one thing going wrong at a time, under ASan, UBSan and LSan.
 *
 *     XILINX_XRT=build/board/xrt build/tests/xrt/faults FILE.xclbin COPY       (COPY/lib has a copy of the driver library)
 *
 * A run of a small network ends with an error code and one line of text, or with the right answer; never with a wrong answer. After each fault the
 * device opens again and gives the right answer. Exit 0, 1 and the first failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../conform/compare.h"
#include "../conform/net_build.h"
#include "backends.h"
#include "golden/golden.h"

enum { URI_BYTES = 1024, SEED = 7, TIMEOUT_MS = 20000, LAST_CALL = 2000 };

typedef struct bench {
    char path[URI_BYTES];
    bonnet_net *net;
    uint8_t *pixels;
    bonnet_frame want;
    uint32_t runs, refused;
} bench;

static int failed(const char *what, const char *fault, bonnet_status st, const char *text)
{
    fprintf(stderr, "xrt faults: %s, fault '%s': status %d: %s\n", what, fault, st, text);
    return 1;
}

/* Runs the network on an open device with all maps; BONNET_EMISMATCH is a wrong answer. */
static bonnet_status run(const bench *b, void *device, bonnet_error *err)
{
    void *slot = NULL;
    bonnet_frame got;
    bonnet_parting where;
    bonnet_status st = bonnet_xrt_backend.load(device, &slot, b->net, err);
    if (st != BONNET_OK) return st;
    if (bonnet_frame_make(&got, b->net)) {
        bonnet_run r = {.pixels = b->pixels, .frames = 1, .logits = got.logits, .maps = got.maps, .timeout_ms = TIMEOUT_MS};
        st = bonnet_xrt_backend.run(device, slot, &r, err);
        if (st == BONNET_OK && !bonnet_frame_equal(&where, b->net, &b->want, &got)) st = BONNET_EMISMATCH;
        bonnet_frame_free(&got);
    } else st = bonnet_fail(err, BONNET_ENOMEM, "no memory for maps");
    bonnet_xrt_backend.unload(device, slot);
    return st;
}

static bonnet_status once(bench *b, bonnet_error *err)
{
    void *device = NULL;
    bonnet_status st = bonnet_xrt_backend.open(&device, b->path, NULL, err);
    b->runs++;
    if (st != BONNET_OK) return st;
    st = run(b, device, err);
    bonnet_xrt_backend.close(device);
    return st;
}

/* 0: an error with one line, or the right answer (then *fired is 0). `wrong` says that a wrong answer is what is wanted. */
static int with(bench *b, const char *variable, const char *fault, int wrong, int *fired)
{
    bonnet_error err = {""};
    setenv(variable, fault, 1);
    bonnet_status st = once(b, &err);
    unsetenv(variable);
    *fired = st != BONNET_OK;
    if (st == BONNET_EMISMATCH && !wrong) return failed("a wrong answer", fault, st, err.text);
    if (st != BONNET_OK && st != BONNET_EMISMATCH && (!*err.text || strchr(err.text, '\n')))
        return failed("not one line of text", fault, st, err.text);
    b->refused += *fired;
    if (!*fired) return 0;
    err.text[0] = '\0';
    st = once(b, &err);
    return st == BONNET_OK ? 0 : failed("the run after it", fault, st, err.text);
}

/* The N-th call of a kind, for N from 0 until the network runs through without meeting it; `step` makes it quicker. */
static int every(bench *b, const char *variable, const char *kind, unsigned first, unsigned step, unsigned least)
{
    char fault[64];
    unsigned n = first, hits = 0;
    for (int fired = 1; fired; n += step) {
        snprintf(fault, sizeof fault, "%s%u", kind, n);
        if (n > LAST_CALL) return failed("no end of calls", fault, BONNET_OK, "");
        if (with(b, variable, fault, 0, &fired)) return 1;
        hits += (unsigned)fired;
    }
    return hits >= least ? 0 : failed("too few of these calls fail", kind, BONNET_OK, "");
}

/* A transfer that copies nothing: the first two are of the job that this run does not use, the last is after the run. */
static int forgotten(bench *b)
{
    char fault[64];
    int seen = 0, fired;
    for (unsigned n = 0; n < 16; n++) {
        snprintf(fault, sizeof fault, "nosync@%u", n);
        if (with(b, "BONNET_XRT_FAULT", fault, 1, &fired)) return 1;
        seen += fired;
    }
    return seen == 5 ? 0 : failed("forgotten transfers that were seen: not job, rows, image, results, maps", "nosync", BONNET_OK, "");
}

static int two_at_once(bench *b)
{
    bonnet_error err = {""};
    void *first = NULL, *second = NULL;
    bonnet_status st = bonnet_xrt_backend.open(&first, b->path, NULL, &err);
    if (st != BONNET_OK) return failed("open", "", st, err.text);
    st = bonnet_xrt_backend.open(&second, b->path, NULL, &err);
    int bad = st != BONNET_ENODEV ? failed("the second open was not refused", "", st, err.text) : 0;
    if (st == BONNET_OK) bonnet_xrt_backend.close(second);
    st = run(b, first, &err);
    bonnet_xrt_backend.close(first);
    return bad || (st != BONNET_OK && failed("the first after a second was refused", "", st, err.text));
}

/* XILINX_XRT may change while a program runs; XRT's objects, once made, may not be made again. */
static int another_place(bench *b, const char *folder)
{
    bonnet_error err = {""};
    setenv("XILINX_XRT", folder, 1);
    bonnet_status st = once(b, &err);
    return st == BONNET_OK ? 0 : failed("the same library at another place", folder, st, err.text);
}

int main(int argc, char **argv)
{
    bench b = {.runs = 0};
    bonnet_error err = {""};
    int end, fired, bad = 1;
    if (argc != 3 || snprintf(b.path, sizeof b.path, "0,xclbin=%s", argv[1]) >= URI_BYTES)
        return fprintf(stderr, "usage: faults FILE.xclbin COPY\n"), 2;
    unsetenv("BONNET_XRT_FAULT");
    unsetenv("BONNET_BOARD");
    b.net = bonnet_directed_net(0, &end);
    b.pixels = b.net ? bonnet_random_image(b.net, SEED, 1) : NULL;
    if (b.pixels && bonnet_frame_make(&b.want, b.net)) {
        bonnet_status st = bonnet_golden_run(b.net, b.pixels, b.want.maps, b.want.logits, NULL, NULL);
        if (st == BONNET_OK) st = once(&b, &err);
        bad = st != BONNET_OK ? failed("the run without a fault", "", st, err.text) : 0;
        const char *const refused[] = {"open", "load", "context"};
        for (size_t i = 0; i < sizeof refused / sizeof refused[0] && !bad; i++) {
            bad = with(&b, "BONNET_XRT_FAULT", refused[i], 0, &fired);
            if (!bad && !fired) bad = failed("not met", refused[i], BONNET_OK, "");
        }
        if (!bad)
            bad = every(&b, "BONNET_XRT_FAULT", "alloc@", 0, 1, 8) || every(&b, "BONNET_XRT_FAULT", "map@", 0, 1, 8) ||
                  every(&b, "BONNET_XRT_FAULT", "sync@", 0, 1, 6) || every(&b, "BONNET_XRT_FAULT", "read@", 0, 3, 6) ||
                  every(&b, "BONNET_XRT_FAULT", "write@", 0, 2, 5) || every(&b, "BONNET_BOARD", "dead=", 1, 2, 15) || forgotten(&b) ||
                  two_at_once(&b) || another_place(&b, argv[2]);
        if (!bad) printf("xrt faults: %u runs, %u ended by a fault, each with an error, and none with a wrong answer\n", b.runs, b.refused);
        bonnet_frame_free(&b.want);
    }
    free(b.pixels);
    bonnet_net_free(b.net);
    return bad;
}
