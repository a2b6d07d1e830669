/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uio_dma.c - buffers out of one u-dma-buf (ikwzm), cached on the CPU's side.
 *
 * u-dma-buf's sync files take offset, size and direction in one write of a 64-bit number, as text:
 *     offset << 32 | (size & 0xfffffff0) | direction << 2 | 1        direction 1: the device reads, 2: the device wrote
 * so a sync needs no other file and no state. Where the device tree says dma-coherent (dma_coherent reads 1), caches look after
 * themselves and a sync is a memory barrier. Pieces are whole cache lines (pool.h), so rounding a sync to lines touches nobody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>
#include "uio.h"

enum { MIB = 1 << 20 };
#define MOST_BYTES UINT64_C(0xffffffc0) /* that a sync can name */

/* The two files that sync. */
static bonnet_status open_sync(uio_dma *d, const char *class_dir, bonnet_error *err)
{
    static const char *const files[] = {"sync_for_device", "sync_for_cpu"};
    int *fds[] = {&d->for_device, &d->for_cpu};
    char path[UIO_PATH_BYTES];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", class_dir, d->name, files[i]);
        *fds[i] = open(path, O_WRONLY | O_CLOEXEC);
        if (*fds[i] < 0) return uio_cannot_open(path, err);
    }
    return BONNET_OK;
}

static bonnet_status read_facts(uio_dma *d, const char *class_dir, bonnet_error *err)
{
    uint64_t coherent;
    bonnet_status st = uio_number(&d->addr, class_dir, d->name, "phys_addr", err);
    if (st == BONNET_OK) st = uio_number(&d->bytes, class_dir, d->name, "size", err);
    if (st != BONNET_OK) return st;
    if (d->addr % BONNET_POOL_ALIGN || d->bytes > MOST_BYTES || d->addr > UINT64_MAX - d->bytes || d->bytes < BONNET_POOL_ALIGN)
        return bonnet_fail(err, BONNET_EFORMAT, "uio: u-dma-buf %s is %" PRIu64 " bytes at 0x%" PRIx64 ": no memory that a chip can use", d->name,
                           d->bytes, d->addr);
    /* Not in every version; without it, syncs are never wrong. */
    d->coherent = uio_number(&coherent, class_dir, d->name, "dma_coherent", NULL) == BONNET_OK && coherent == 1;
    return BONNET_OK;
}

static bonnet_status map(uio_dma *d, bonnet_error *err)
{
    char path[UIO_PATH_BYTES];
    snprintf(path, sizeof path, "/dev/%s", d->name);
    d->fd = open(path, O_RDWR | O_CLOEXEC); /* without O_SYNC: cached */
    if (d->fd < 0) return uio_cannot_open(path, err);
    if (flock(d->fd, LOCK_EX | LOCK_NB)) { /* two that give out the same pieces would write into each other's */
        errno = errno == EWOULDBLOCK ? EBUSY : errno;
        return uio_cannot_open(path, err);
    }
    void *host = mmap(NULL, d->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, 0);
    if (host == MAP_FAILED) return bonnet_fail(err, BONNET_EIO, "uio: cannot map the %" PRIu64 " bytes of %s: %s", d->bytes, path, strerror(errno));
    d->host = host;
    bonnet_pool_make(&d->pool, d->bytes);
    return BONNET_OK;
}

bonnet_status uio_dma_open(uio_dma *d, const char *wanted, bonnet_error *err)
{
    const char *class_dir;
    *d = (uio_dma){.fd = -1, .for_device = -1, .for_cpu = -1};
    bonnet_status st = uio_find_dma(&class_dir, d->name, wanted, err);
    if (st == BONNET_OK) st = read_facts(d, class_dir, err);
    if (st == BONNET_OK && !d->coherent) st = open_sync(d, class_dir, err);
    if (st == BONNET_OK) st = map(d, err);
    if (st != BONNET_OK) uio_dma_close(d);
    return st;
}

void uio_dma_close(uio_dma *d)
{
    const int fds[] = {d->fd, d->for_device, d->for_cpu};
    bonnet_pool_free(&d->pool);
    if (d->host) munmap(d->host, d->bytes);
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0) close(fds[i]);
    *d = (uio_dma){.fd = -1, .for_device = -1, .for_cpu = -1};
}

/* Zeroed for both sides. Without the sync, lines that memset left dirty could be written back over what the chip stores there later. */
bonnet_status uio_dma_alloc(uio_dma *d, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    uint64_t offset;
    if (!bonnet_pool_take(&d->pool, &offset, bytes)) {
        const uint64_t room = bonnet_pool_largest(&d->pool), need = (d->bytes + (bytes > room ? bytes - room : 0) + MIB - 1) / MIB * MIB;
        return bonnet_fail(err, BONNET_ENOMEM,
                           "uio: u-dma-buf %s of %" PRIu64 " bytes is too small: %zu are wanted, %" PRIu64 " are free in one piece; make it %" PRIu64
                           " bytes or more (modprobe u-dma-buf udmabuf0=%" PRIu64 ", or size in the device tree)",
                           d->name, d->bytes, bytes, room, need, need);
    }
    const bonnet_dma made = {.host = d->host + offset, .addr = d->addr + offset, .bytes = bytes};
    memset(made.host, 0, bytes);
    bonnet_status st = uio_dma_sync(d, &made, 0, bytes, UIO_TO_DEVICE, err);
    if (st != BONNET_OK) bonnet_pool_give(&d->pool, offset);
    else *out = made;
    return st;
}

void uio_dma_free(uio_dma *d, bonnet_dma *buffer)
{
    if (buffer->host) bonnet_pool_give(&d->pool, buffer->addr - d->addr);
    memset(buffer, 0, sizeof *buffer);
}

bonnet_status uio_dma_sync(uio_dma *d, const bonnet_dma *buffer, size_t offset, size_t bytes, uio_way way, bonnet_error *err)
{
    if (!bonnet_dma_holds(buffer, offset, bytes)) return bonnet_fail(err, BONNET_EINVAL, "uio: transfer outside its buffer");
    if (d->coherent || !bytes) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        return BONNET_OK;
    }
    const uint64_t start = buffer->addr - d->addr + offset, line = start / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN;
    const uint64_t size = (start + bytes - line + BONNET_POOL_ALIGN - 1) / BONNET_POOL_ALIGN * BONNET_POOL_ALIGN;
    char text[24];
    const int n = snprintf(text, sizeof text, "0x%" PRIx64, line << 32 | size | (uint64_t)way << 2 | 1);
    const int fd = way == UIO_TO_DEVICE ? d->for_device : d->for_cpu;
    ssize_t done;
    do done = pwrite(fd, text, (size_t)n, 0);
    while (done < 0 && errno == EINTR);
    if (done != n)
        return bonnet_fail(err, BONNET_EIO, "uio: cache sync of %zu bytes at 0x%" PRIx64 " of u-dma-buf %s failed: %s; is the module still loaded?",
                           bytes, start, d->name, done < 0 ? strerror(errno) : "a short write");
    return BONNET_OK;
}
