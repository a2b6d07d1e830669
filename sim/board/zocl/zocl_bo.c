/* SPDX-License-Identifier: Apache-2.0 */
/* zocl_bo.c - buffers of the zocl stand-in: a memfd as the host sees it, a piece of the chip's DRAM, and syncs that copy between them. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "zocl.h"

enum { PAGE = 4096 };

zocl_bo *zocl_bo_find(zocl_state *z, uint32_t handle)
{
    if (handle && handle <= ZOCL_BOS && z->bo[handle - 1].memory >= 0) return &z->bo[handle - 1];
    errno = ENOENT;
    return NULL;
}

/* First fit over the buffers there are: few, and none is moved. 0: no room. */
static uint64_t place(const zocl_state *z, uint64_t bytes)
{
    uint64_t addr = BOARD_DRAM_ADDR;
    for (int again = 1; again;) {
        again = 0;
        for (int i = 0; i < ZOCL_BOS; i++) {
            const zocl_bo *b = &z->bo[i];
            if (b->memory >= 0 && addr < b->addr + b->bytes && b->addr < addr + bytes) addr = b->addr + b->bytes, again = 1;
        }
    }
    return addr + bytes <= BOARD_DRAM_ADDR + BOARD_DRAM_BYTES ? addr : 0;
}

int zocl_bo_create(zocl_state *z, zocl_create *c)
{
    const uint64_t bytes = (c->size + PAGE - 1) / PAGE * PAGE;
    uint32_t i = 0;
    while (i < ZOCL_BOS && z->bo[i].memory >= 0) i++;
    if (!c->size || c->size > BOARD_DRAM_BYTES) return errno = EINVAL, -1;
    const uint64_t addr = i < ZOCL_BOS ? place(z, bytes) : 0;
    if (!addr) return errno = ENOMEM, -1;
    const int memory = memfd_create("zocl-bo", MFD_CLOEXEC);
    if (memory < 0) return -1;
    void *host = ftruncate(memory, (off_t)bytes) ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (host == MAP_FAILED) {
        close(memory);
        return errno = ENOMEM, -1;
    }
    z->bo[i] = (zocl_bo){.memory = memory, .host = host, .bytes = bytes, .size = c->size, .addr = addr, .flags = c->flags};
    /* The kernel clears what it hands out; here the two views begin different, so that a forgotten sync is seen. */
    memset(board_dram(z->chip, addr, bytes), 0xa5, bytes);
    c->handle = i + 1;
    return 0;
}

int zocl_bo_close(zocl_state *z, uint32_t handle)
{
    zocl_bo *b = zocl_bo_find(z, handle);
    if (!b) return -1;
    munmap(b->host, b->bytes); /* a mapping of the program's own lives on, as with the kernel */
    close(b->memory);
    *b = (zocl_bo){.memory = -1};
    return 0;
}

static zocl_bo *range(zocl_state *z, uint32_t handle, uint64_t offset, uint64_t size)
{
    zocl_bo *b = zocl_bo_find(z, handle);
    if (!b) return NULL;
    if (offset > b->bytes || size > b->bytes - offset) return errno = EINVAL, NULL;
    return b;
}

int zocl_bo_sync(zocl_state *z, const zocl_sync *s)
{
    const zocl_bo *b = range(z, s->handle, s->offset, s->size);
    if (!b) return -1;
    if (s->direction > ZOCL_FROM_DEVICE) return errno = EINVAL, -1;
    uint8_t *dram = board_dram(z->chip, b->addr + s->offset, s->size);
    if (s->direction == ZOCL_TO_DEVICE) memcpy(dram, b->host + s->offset, s->size);
    else memcpy(b->host + s->offset, dram, s->size);
    z->syncs++;
    return 0;
}

int zocl_bo_info(zocl_state *z, zocl_info *i)
{
    const zocl_bo *b = zocl_bo_find(z, i->handle);
    if (!b) return -1;
    i->size = b->size, i->paddr = b->addr, i->flags = b->flags;
    return 0;
}

int zocl_bo_copy(zocl_state *z, const zocl_copy *c, int write)
{
    zocl_bo *b = range(z, c->handle, c->offset, c->size);
    if (!b) return -1;
    if (write) memcpy(b->host + c->offset, (const void *)(uintptr_t)c->user, c->size);
    else memcpy((void *)(uintptr_t)c->user, b->host + c->offset, c->size);
    return 0;
}
