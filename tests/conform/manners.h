/* SPDX-License-Identifier: Apache-2.0 */
/* manners.h - opening a backend by URI, and what driver/backend.h promises beyond the right bits. */
#ifndef BONNET_MANNERS_H
#define BONNET_MANNERS_H
#include "backend.h"

typedef struct bonnet_conform_device {
    const char *uri;
    const bonnet_backend *backend;
    void *self;
    void *chip;                  /* general networks: the register device that `self` works with, or NULL, */
    const bonnet_backend *alone; /* and its own backend                                                    */
    uint64_t nets, maps, words, cycles, refused; /* compared so far; cycles of the batches; nets that it may refuse and did */
} bonnet_conform_device;

/* 0: open; 77: this build or machine has no such backend (said on stdout); 1: it failed (said on stderr). */
int bonnet_conform_open(bonnet_conform_device *dev, const char *uri);
/* For networks of general layers: a register device works together with the CPU from now on. As bonnet_conform_open(). */
int bonnet_conform_mix(bonnet_conform_device *dev);
void bonnet_conform_close(bonnet_conform_device *dev);
/* 0: well-behaved; 1: not (said on stderr). The device is used and stays usable. */
int bonnet_conform_manners(const bonnet_conform_device *dev);
#endif
