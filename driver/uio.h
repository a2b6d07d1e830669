/* SPDX-License-Identifier: Apache-2.0 */
/* uio.h - what uio.c (registers, interrupt), uio_find.c (sysfs) and uio_dma.c (buffers) share; nobody else includes it. */
#ifndef BONNET_UIO_H
#define BONNET_UIO_H
#include "backend.h"
#include "pool.h"

enum {
    UIO_WINDOW_BYTES = 0x10000, /* the chip's registers */
    UIO_NAME_BYTES = 64,        /* of a device in sysfs, with its 0 */
    UIO_PATH_BYTES = 256,
};

/* ---- uio_find.c */

/* First line of a small file without its newline. 0: cannot be read (errno). */
int uio_text(char *out, size_t room, const char *path);
/* The file dir/name/file of sysfs as a number, decimal or 0x; BONNET_EFORMAT where it is none, BONNET_EIO where it cannot be read. */
bonnet_status uio_number(uint64_t *out, const char *dir, const char *name, const char *file, bonnet_error *err);
/*
 * The UIO device: `path` ("/dev/uio0", or a link to such), or with "" the one whose name says bonnet, or the only one.
 * dev: its path to open; node: its name in /sys/class/uio.
 */
bonnet_status uio_find(char dev[UIO_PATH_BYTES], char node[UIO_NAME_BYTES], const char *path, bonnet_error *err);
/* 1: a UIO device of this machine says that it is a Bonnet. */
int uio_present(void);
/* The device tree's clock-frequency of that device, 0 where it has none. */
uint32_t uio_clock_hz(const char *node);
/*
 * A u-dma-buf: `wanted`, or with "" one whose name says bonnet, else udmabuf0. class_dir: "/sys/class/u-dma-buf", or as it was called
 * before 2020, "/sys/class/udmabuf".
 */
bonnet_status uio_find_dma(const char **class_dir, char name[UIO_NAME_BYTES], const char *wanted, bonnet_error *err);
/* One line for a file that does not open, by errno: permission, nobody there, anything else. */
bonnet_status uio_cannot_open(const char *path, bonnet_error *err);

/* ---- uio_dma.c */

typedef struct uio_dma {
    int fd, for_device, for_cpu; /* the buffer, and its two sync files; -1: not open */
    int coherent;                /* hardware keeps caches right: nothing to sync */
    uint8_t *host;
    uint64_t addr, bytes;        /* as the chip sees it */
    char name[UIO_NAME_BYTES];
    bonnet_pool pool;
} uio_dma;

/* On failure nothing stays open, and closing does no harm. Owner: uio_dma_close(). */
bonnet_status uio_dma_open(uio_dma *d, const char *wanted, bonnet_error *err);
void uio_dma_close(uio_dma *d);
bonnet_status uio_dma_alloc(uio_dma *d, bonnet_dma *out, size_t bytes, bonnet_error *err);
void uio_dma_free(uio_dma *d, bonnet_dma *buffer);
typedef enum uio_way { UIO_TO_DEVICE = 1, UIO_TO_HOST = 2 } uio_way; /* values of u-dma-buf's sync_direction */
bonnet_status uio_dma_sync(uio_dma *d, const bonnet_dma *buffer, size_t offset, size_t bytes, uio_way way, bonnet_error *err);
#endif
