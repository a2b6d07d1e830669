/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zocl_preload.c - the calls of libc that meet the zocl stand-in first. What is not about its node or its paths goes on to the system, by
 * the system call or the *at() form that libc itself uses.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "board/trap.h"
#include "zocl.h"
#pragma GCC visibility push(default)

static int is_node(const zocl_state *z, int fd)
{
    for (int i = 0; z && fd >= 0 && i < ZOCL_FDS; i++)
        if (z->node[i] == fd) return 1;
    return 0;
}

static int is_irq(const zocl_state *z, int fd) { return z && fd >= 0 && z->irq_user == fd; }

/* ---- opening and closing ---- */

static int node_open(zocl_state *z)
{
    char text[BOARD_TEXT];
    int slot = 0;
    pthread_mutex_lock(&z->lock);
    while (slot < ZOCL_FDS && z->node[slot] >= 0) slot++;
    if (!z->chip && board_new(&z->chip, NULL, text)) {
        fprintf(stderr, "zocl stand-in: %s\n", text);
        z->chip = NULL;
    }
    const int fd = slot < ZOCL_FDS && z->chip ? openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) z->node[slot] = fd;
    pthread_mutex_unlock(&z->lock);
    if (fd < 0) errno = z->chip ? EMFILE : ENODEV;
    return fd;
}

/* The last descriptor takes buffers, contexts and commands with it, as the kernel's release does; the chip stays as it is. */
static void node_close(zocl_state *z, int fd)
{
    int open_nodes = 0, left = 0;
    pthread_mutex_lock(&z->lock);
    for (int i = 0; i < ZOCL_FDS; i++) {
        if (z->node[i] == fd) z->node[i] = -1;
        open_nodes += z->node[i] >= 0;
    }
    for (uint32_t i = 0; i < ZOCL_BOS && !open_nodes; i++) left += z->bo[i].memory >= 0 && zocl_bo_close(z, i + 1) == 0;
    if (!open_nodes) {
        z->queued = z->finished = 0;
        z->running = z->shared = z->exclusive = 0;
        if (zocl_traced())
            fprintf(stderr, "zocl: closed: %llu ioctls, %llu syncs, %llu commands, %llu interrupts, %llu register accesses, %d buffers left behind\n",
                    z->ioctls, z->syncs, z->starts, z->interrupts, (unsigned long long)trap_count(), left);
    }
    pthread_mutex_unlock(&z->lock);
}

int open(const char *path, int flags, ...)
{
    char other[ZOCL_PATH];
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    zocl_state *z = zocl();
    if (z && (!strcmp(path, "/dev/dri/renderD128") || !strcmp(path, "/dev/dri/by-path/platform-axi:zyxclmm_drm-render"))) return node_open(z);
    return openat(AT_FDCWD, zocl_path(other, path), flags, mode);
}
int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int fd)
{
    zocl_state *z = zocl();
    if (is_node(z, fd)) node_close(z, fd);
    if (is_irq(z, fd)) {
        pthread_mutex_lock(&z->lock);
        syscall(SYS_close, z->irq_kernel);
        z->irq_user = z->irq_kernel = -1;
        pthread_mutex_unlock(&z->lock);
    }
    return (int)syscall(SYS_close, fd);
}

/* ---- paths ---- */

static FILE *reopen(const char *name, const char *path, const char *mode)
{
    FILE *(*next)(const char *, const char *);
    char other[ZOCL_PATH];
    *(void **)(&next) = dlsym(RTLD_NEXT, name);
    return next(zocl_path(other, path), mode);
}
FILE *fopen(const char *path, const char *mode) { return reopen("fopen", path, mode); }
FILE *fopen64(const char *path, const char *mode) { return reopen("fopen64", path, mode); }

DIR *opendir(const char *path)
{
    char other[ZOCL_PATH];
    DIR *(*next)(const char *);
    *(void **)(&next) = dlsym(RTLD_NEXT, "opendir");
    return next(zocl_path(other, path));
}

int stat(const char *path, struct stat *out)
{
    char other[ZOCL_PATH];
    return fstatat(AT_FDCWD, zocl_path(other, path), out, 0);
}
int lstat(const char *path, struct stat *out)
{
    char other[ZOCL_PATH];
    return fstatat(AT_FDCWD, zocl_path(other, path), out, AT_SYMLINK_NOFOLLOW);
}
/* The same structure on 64-bit machines. */
int stat64(const char *path, struct stat64 *out) { return stat(path, (struct stat *)out); }
int lstat64(const char *path, struct stat64 *out) { return lstat(path, (struct stat *)out); }

/* QEMU's -L moves the paths of open() but not those of access(): a file of the board's that can be opened is there. */
int access(const char *path, int mode)
{
    char other[ZOCL_PATH];
    const int rc = faccessat(AT_FDCWD, zocl_path(other, path), mode, 0);
    const int fd = rc && mode == R_OK ? openat(AT_FDCWD, zocl_path(other, path), O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) syscall(SYS_close, fd);
    return fd >= 0 ? 0 : rc;
}

/* What is found is named as it lies under the root: good enough for who only counts. */
int glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *found)
{
    int (*next)(const char *, int, int (*)(const char *, int), glob_t *);
    char other[ZOCL_PATH];
    *(void **)(&next) = dlsym(RTLD_NEXT, "glob");
    return next(zocl_path(other, pattern), flags, error, found);
}

ssize_t readlink(const char *path, char *out, size_t bytes)
{
    char other[ZOCL_PATH];
    return readlinkat(AT_FDCWD, zocl_path(other, path), out, bytes);
}

/* ---- the node ---- */

int ioctl(int fd, unsigned long request, ...)
{
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    zocl_state *z = zocl();
    if (is_node(z, fd)) return _IOC_TYPE(request) == 'd' ? zocl_ioctl(z, _IOC_NR(request), argument) : (errno = ENOTTY, -1);
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

static uint32_t cu_read(void *user, uint32_t offset)
{
    zocl_state *z = user;
    pthread_mutex_lock(&z->lock);
    const uint32_t value = board_read(z->chip, offset);
    pthread_mutex_unlock(&z->lock);
    return value;
}

static void cu_write(void *user, uint32_t offset, uint32_t value)
{
    zocl_state *z = user;
    pthread_mutex_lock(&z->lock);
    board_write(z->chip, offset, value);
    pthread_mutex_unlock(&z->lock);
}

static void *system_mmap(void *addr, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    return (void *)syscall(SYS_mmap, addr, bytes, prot, flags, fd, offset);
}

/* Offsets as MAP_BO gave them are buffers, below them is the compute unit. */
static void *node_mmap(zocl_state *z, void *addr, size_t bytes, int prot, int flags, off_t offset)
{
    const trap_calls calls = {cu_read, cu_write, z};
    void *at = NULL;
    if ((uint64_t)offset >> 32 == 0) {
        if (offset == 0 && bytes <= BOARD_REGS_BYTES) at = trap_open(bytes, &calls);
        return at ? at : (errno = EINVAL, MAP_FAILED);
    }
    pthread_mutex_lock(&z->lock);
    const zocl_bo *b = zocl_bo_find(z, (uint32_t)((uint64_t)offset >> 32));
    at = b ? system_mmap(addr, bytes, prot, flags, b->memory, (off_t)((uint64_t)offset & UINT32_MAX)) : (errno = EINVAL, MAP_FAILED);
    pthread_mutex_unlock(&z->lock);
    return at;
}

void *mmap(void *addr, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    zocl_state *z = zocl();
    return is_node(z, fd) ? node_mmap(z, addr, bytes, prot, flags, offset) : system_mmap(addr, bytes, prot, flags, fd, offset);
}
void *mmap64(void *addr, size_t bytes, int prot, int flags, int fd, off_t offset) __attribute__((alias("mmap")));

int munmap(void *addr, size_t bytes)
{
    if (zocl() && trap_close(addr)) return 0;
    return (int)syscall(SYS_munmap, addr, bytes);
}

/* ---- waiting: the chip's clock runs meanwhile ---- */

static int look(zocl_state *z, struct pollfd *fds, nfds_t n)
{
    const struct timespec at_once = {0, 0};
    int ready = ppoll(fds, n, &at_once, NULL); /* the node is /dev/null underneath: always ready */
    pthread_mutex_lock(&z->lock);
    for (nfds_t i = 0; i < n && ready >= 0; i++) {
        if (!is_node(z, fds[i].fd)) continue;
        ready -= fds[i].revents != 0;
        fds[i].revents = (fds[i].events & POLLIN) && z->finished ? POLLIN : 0;
        z->finished -= fds[i].revents != 0;
        ready += fds[i].revents != 0;
    }
    pthread_mutex_unlock(&z->lock);
    return ready;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    zocl_state *z = zocl();
    int ours = 0;
    for (nfds_t i = 0; i < n; i++) ours |= is_node(z, fds[i].fd) || is_irq(z, fds[i].fd);
    if (!ours) {
        const struct timespec t = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
        return ppoll(fds, n, timeout_ms < 0 ? NULL : &t, NULL);
    }
    for (const int64_t end = now_ms() + timeout_ms;;) {
        zocl_turn(z);
        const int ready = look(z, fds, n);
        if (ready || (timeout_ms >= 0 && now_ms() >= end)) return ready;
    }
}

ssize_t read(int fd, void *out, size_t bytes)
{
    zocl_state *z = zocl();
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (is_irq(z, fd)) poll(&p, 1, -1);
    return syscall(SYS_read, fd, out, bytes);
}
