/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zocl.h - the zocl kernel driver of a ZCU102, stood in for: a library to put in front (LD_PRELOAD) of Debian's own edge libxrt_core, so that
 * the very program and libraries of a board run where no board is, on the Verilated chip of sim/board/board.h.
 *
 *     BONNET_ZOCL_ROOT=DIR   an empty folder of the caller's. The library puts dev/dri and sys/class/drm into it, and whoever asks for
 *                            /dev/dri... or /sys/class/drm... is shown those. Not set: no zocl here, every call goes through untouched.
 *     BONNET_ZOCL_TRACE=1    on stderr: every ioctl that fails, and sums at the end; 2: every ioctl
 *     BONNET_BOARD           options of the chip (board.h)
 *
 * What is like the real one: ioctls, sysfs texts, the register map of the compute unit (plain loads and stores, by trap.h), the exclusive
 * context, ERT_START_CU as the driver's scheduler does it (arguments from 0x10 up, start, poll done), the interrupt descriptor.
 * What is stricter: a buffer's host view and the chip's DRAM are always two memories, as behind a cache that nothing evicts; only a sync
 * moves bytes. What is absent: user-pointer buffers, sharing by dma-buf, more than one compute unit, programming of the logic.
 * Time: the chip's clock runs inside register accesses, and inside poll() and read() on our descriptors.
 * Errors: as the driver gives them, -1 and errno. What no program should do (an xclbin for another address) also gives a line on stderr.
 */
#ifndef BONNET_ZOCL_H
#define BONNET_ZOCL_H
#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>
#include "board/board.h"
#include "zocl_abi.h"

enum { ZOCL_BOS = 1024, ZOCL_QUEUE = 64, ZOCL_FDS = 16, ZOCL_PATH = 4096 };

typedef struct zocl_bo {
    int       memory;   /* memfd behind the host view; -1: free */
    uint8_t  *host;     /* our own mapping of it */
    uint64_t  bytes;    /* rounded up to pages */
    uint64_t  size;     /* asked for */
    uint64_t  addr;     /* in the chip's DRAM */
    uint32_t  flags;
} zocl_bo;

typedef struct zocl_state {
    pthread_mutex_t lock;             /* of everything below and of the board */
    board    *chip;                   /* made at the first open of the node */
    zocl_bo   bo[ZOCL_BOS];           /* handle - 1 */
    uint32_t  queue[ZOCL_QUEUE];      /* handles of commands, oldest first */
    unsigned  queued, finished;       /* finished: not yet told by poll() */
    int       running;                /* queue[0] was started */
    int       node[ZOCL_FDS];         /* open descriptors of the node; -1: free */
    int       irq_user, irq_kernel;   /* the two ends of the interrupt descriptor; -1 */
    int       irq_enabled;
    int       shared, exclusive;      /* contexts */
    int       loaded;                 /* an xclbin was */
    unsigned long long ioctls, syncs, starts, interrupts;
} zocl_state;

/* The process's kernel driver, or NULL without BONNET_ZOCL_ROOT. */
zocl_state *zocl(void);
int  zocl_traced(void);
/* *out: the path inside BONNET_ZOCL_ROOT that stands for `path`, or `path` itself. out: ZOCL_PATH bytes. */
const char *zocl_path(char *out, const char *path);
/* Writes a text where sysfs would have it; 0 or -1. */
int  zocl_sysfs(const char *name, const char *text);

/* Buffers: all with the lock held; 0, or -1 and errno. */
int  zocl_bo_create(zocl_state *z, zocl_create *c);
int  zocl_bo_close(zocl_state *z, uint32_t handle);
int  zocl_bo_sync(zocl_state *z, const zocl_sync *s);
int  zocl_bo_info(zocl_state *z, zocl_info *i);
int  zocl_bo_copy(zocl_state *z, const zocl_copy *c, int write);
zocl_bo *zocl_bo_find(zocl_state *z, uint32_t handle);

/* Commands and interrupts. */
int  zocl_axlf_load(zocl_state *z, const zocl_axlf *a);
int  zocl_context(zocl_state *z, const zocl_ctx *c);
int  zocl_submit(zocl_state *z, const zocl_execbuf *e);
/* Lets the chip run a little (taking the lock) and moves commands and interrupts on. */
void zocl_turn(zocl_state *z);

/* ioctl() on the node, lock not held. */
int  zocl_ioctl(zocl_state *z, unsigned number, void *argument);

#endif
