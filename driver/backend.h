/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backend.h - what a device must be able to do. A way to reach a device is one file and one of these tables.
 *
 * Two kinds. A *network* backend (golden, cpu) runs a bonnet_net itself and fills in bonnet_backend. A *register*
 * backend (sim, hls, mock, uio, xrt, usb) moves words and buffers: it fills in bonnet_mmio, and driver/regdev.c makes a bonnet_backend
 * of it: lowers the net for the geometry it reads, places rows and job in device memory, starts, waits, reads back.
 * Every function returns BONNET_OK or a negative bonnet_status, and on failure puts one line into the error buffer it was given.
 * Nothing here prints, exits, or waits without a bound.
 */
#ifndef BONNET_BACKEND_H
#define BONNET_BACKEND_H
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "bonnet.h"
#include "net.h"

/* One line of detail for the last failure. */
typedef struct bonnet_error { char text[256]; } bonnet_error;
bonnet_status bonnet_fail(bonnet_error *err, bonnet_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A buffer the device can reach: two addresses of the same bytes. */
typedef struct bonnet_dma { void *host; uint64_t addr; size_t bytes; void *priv; } bonnet_dma;

/* Does [offset, offset + bytes) lie in a buffer that is there? */
static inline int bonnet_dma_holds(const bonnet_dma *buffer, size_t offset, size_t bytes)
{
    return buffer->host && offset <= buffer->bytes && bytes <= buffer->bytes - offset;
}

typedef struct bonnet_open_config { uint32_t timeout_ms; uint64_t seed; } bonnet_open_config;

typedef struct bonnet_mmio {
    const char *scheme;                                                   /* "sim" in "sim:stall=20" */
    const char *summary;                                                  /* one line for `bonnet devices` */
    bonnet_status (*open)(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err);
    void          (*close)(void *self);
    bonnet_status (*read)(void *self, uint32_t offset_bytes, uint32_t *value, bonnet_error *err);
    bonnet_status (*write)(void *self, uint32_t offset_bytes, uint32_t value, bonnet_error *err);
    bonnet_status (*alloc)(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err); /* 64-byte aligned, zeroed */
    void          (*free)(void *self, bonnet_dma *buffer);
    bonnet_status (*to_device)(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err);
    bonnet_status (*to_host)(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err);
    /* Wait for the interrupt, or until timeout_ms: BONNET_ETIMEOUT. Returns early with BONNET_EINTR when *cancel turns non-zero. */
    bonnet_status (*wait)(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err);
    uint32_t      (*clock_hz)(void *self);                                /* 0 = unknown */
    int           small_memory;                                           /* 1: kilobytes; a start then takes as many images as fit */
    /* Optional (NULL): clock cycles simulated so far and seconds of one core they took. */
    void          (*sim_time)(void *self, uint64_t *cycles, double *seconds);
} bonnet_mmio;

/* What one layer took, in accelerator cycles; all 0 on golden, on cpu but for nanoseconds. start, end: of the job; busy and stalls: of all its descriptors. */
typedef struct bonnet_layer_cycles {
    uint64_t start, end, busy, stall_in, stall_out, dram_bytes;
    uint64_t waited, starved;   /* stall_in: for tokens, which is not in busy; for operands, beyond fill */
    uint64_t ideal, fill;       /* by driver/model.h */
    uint32_t frames;            /* that all of it is of; 0: bonnet_run.walk_frames */
    uint64_t nanoseconds;       /* where the CPU ran it: of all frames of the call together */
    uint32_t within;            /* 1 + the layer whose descriptors do this one too: all is counted there; 0: none */
} bonnet_layer_cycles;

typedef struct bonnet_run {
    const uint8_t *pixels;      /* [frames][h][w][planes], 8 bit, no padding */
    uint32_t  frames;
    int32_t  *logits;           /* out: [frames][classes] */
    uint64_t **maps;            /* out, or NULL: maps[layer] has room for bonnet_net_map_words(); frames must be 1 */
    bonnet_layer_cycles *layers; /* out, or NULL: [n_layers], of the last walk: walk_frames frames together */
    bonnet_event *events;       /* out, or NULL: [events_room], one for each descriptor of the last frame; names are the host's business */
    uint32_t  events_room, n_events; /* n_events: out */
    uint64_t  cycles;           /* out: start to done, all frames; 0 without a clock */
    uint64_t  bytes_in, bytes_out; /* out: DRAM bytes read and written */
    uint32_t  walk_frames;      /* out: frames that one walk of the job takes; 0 without a chip */
    uint32_t  clock_hz;         /* out: from bonnet_mmio.clock_hz, 0 without a clock */
    uint32_t  lanes;            /* out: output channels in parallel, all arrays; 0 without a chip */
    uint64_t  sim_cycles;       /* out: from bonnet_mmio.sim_time: simulated since open, */
    double    sim_seconds;      /*      and the processor time they took; 0 on hardware */
    bonnet_progress_function *progress; /* or NULL: called now and then from within the call, in its thread */
    void     *progress_user;
    uint32_t  timeout_ms;       /* for the whole call */
    const volatile int *cancel; /* or NULL */
} bonnet_run;

typedef struct bonnet_backend {
    const char *scheme, *summary;
    const bonnet_mmio *mmio;    /* register backends; NULL for network backends */
    /* NULL: "scheme:" can always be opened. Else 1 if this machine has one now, without opening or changing anything, in milliseconds. */
    int           (*present)(void);
    bonnet_status (*open)(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err);
    void          (*close)(void *self);
    /* `slot` is the net made ready for this device; the net must outlive it. */
    bonnet_status (*load)(void *self, void **slot, const bonnet_net *net, bonnet_error *err);
    void          (*unload)(void *self, void *slot);
    bonnet_status (*run)(void *self, void *slot, bonnet_run *run, bonnet_error *err);
} bonnet_backend;

/* All backends of this build, NULL-terminated, in the order of `bonnet devices` (driver/registry.c). */
extern const bonnet_backend *const bonnet_backends[];
#endif
