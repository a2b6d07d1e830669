/* SPDX-License-Identifier: Apache-2.0 */
/* script.h - a case at work (case.c), and the faults that are drawn for it (draw.c). */
#ifndef BONNET_FAULTS_SCRIPT_H
#define BONNET_FAULTS_SCRIPT_H
#include "faults.h"

/* How a run is made. */
enum { LAYERS = 1, MAPS = 2, CANCEL = 4, SHORT = 8 };

typedef struct session {
    worker *w;
    const subject *s;
    uint64_t number;
    bonnet_rng rng;              /* of the script: the same in both runs */
    bonnet_mmio io;              /* the mock's, with a close() that keeps */
    mock left;                   /* the chip as it was when it was closed: its counters, its faults. No pointer of it is used. */
    char clean[64], path[320];   /* options without and with faults */
    int dry;                     /* without faults: only right answers, and what the call itself asks for */
    int geometry_wrong, lasting; /* of the faults drawn */
    void *dev;
    mock *chip;       /* of dev */
    int broken;       /* said BONNET_ENODEV */
    uint32_t counted; /* faults that the table has, one bit each */
    bonnet_error err;
} session;

/* Draws faults at moments that the first run, in x->left, has shown to exist, or takes those of the replay line; into x->path. 0: a bad line. */
int script_faults(session *x, bonnet_rng *draw, uint32_t descriptors);
#endif
