/* SPDX-License-Identifier: Apache-2.0 */
/* link.h - the door that both detectors of bonnet_link_open() stand behind. */
#ifndef BONNET_LINK_H
#define BONNET_LINK_H
#include "backend.h"
#include "bonnet_edge.h"

enum { LINK_MAX_LOOK = 15 };
#define LINK_MAX_BITS_PER_S 1e12

/* A mean that grows sample by sample. */
typedef struct link_mean { double value; uint64_t count; } link_mean;
static inline void link_mean_add(link_mean *m, double x) { m->value += (x - m->value) / (double)++m->count; }

struct bonnet_link {
    bonnet_link_options options;    /* complete: no defaults left */
    void *self;                     /* the detector's own */
    uint64_t samples, since;
    link_mean state;                /* of the samples since */
};

/*
 * add: x into the detector and into link->state; true: the state began at *since, and link->state is its mean. Memory is taken by open alone, NULL: there was none.
 */
typedef struct link_detector {
    void *(*open)(const bonnet_link_options *options);
    int   (*add)(bonnet_link *link, double x, uint64_t *since);
    void  (*close)(void *self);
    double threshold;               /* defaults */
    uint32_t look;
} link_detector;
extern const link_detector link_bayes, link_ewma;
#endif
