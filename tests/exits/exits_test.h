/* SPDX-License-Identifier: Apache-2.0 */
/* exits_test.h - shared by the files of tests/exits: a network with exits, what is wanted of it, and a device. */
#ifndef BONNET_EXITS_TEST_H
#define BONNET_EXITS_TEST_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../conform/net_build.h"
#include "bonnet_exits.h"
#include "file.h"
#include "golden/golden.h"

enum { FRAMES = 6, MOST_EXITS = 4 };

typedef struct subject {
    uint64_t seed;
    bonnet_rng rng;
    bonnet_net *net;
    uint8_t *bytes, *pixels; /* the file; FRAMES images */
    size_t size;
    uint8_t *maps[MOST_EXITS + 1];  /* [exit]: maps of its cut, FRAMES of them */
    int32_t *want[MOST_EXITS + 1];  /* [exit][FRAMES][classes]; the last: of the network's end */
} subject;

typedef struct device {
    const char *uri;
    bonnet_device *dev;
    int quick;
    uint32_t branches, runs, streams, refused;
    uint64_t left_early;
} device;

/* What golden makes of the network as it was made, without file or library. 1: done. */
int answers_make(subject *s);
/* Loads the file on the device; compares every branch, and runs in stages with all kinds of thresholds. 1: all as wanted. */
int device_check(device *d, subject *s);
/* stages_test.c: the runner. *refused: the device has no room for a part. */
int stages_check(device *d, subject *s, const bonnet_model *model, int *refused);
/* streams_test.c: the same frames as several streams, stage by stage in turns. */
int streams_check(device *d, subject *s, const bonnet_model *model, int *refused);
/* Two networks at once. */
int streams_mixed(device *d, subject *const s[2]);
int streams_interrupted(const subject *s);
#endif
