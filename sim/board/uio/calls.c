/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls.c - the C library's functions that a program reaches devices with, in front of the real ones. Paths of the tree are followed into
 * it; descriptors of our devices are remembered by number. Not here, so not for programs that use them on these devices: select, epoll,
 * dup, glob, and anything that is a system call without a function of the C library.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "stand_in.h"

#define EXPORT __attribute__((visibility("default")))
enum { FDS = 4096, MOST_POLLED = 16 };

static struct {
    si_kind kind;
    uint32_t seen; /* interrupts */
} files[FDS];

static si_kind kind_of(int fd) { return fd >= 0 && fd < FDS ? files[fd].kind : SI_NOT_OURS; }

/* The next function of that name, that is the C library's (or a sanitizer's). */
static void next(void *function, const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);
    if (!p) abort(); /* no C library */
    memcpy(function, &p, sizeof p);
}
#define REAL(type, name, ...)                                                                                                                        \
    static type (*real)(__VA_ARGS__);                                                                                                                \
    if (!real) next(&real, name)

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
    REAL(int, "openat", int, const char *, int, ...);
    char where[SI_PATH];
    if (!si_path(where, path)) return real(dir, path, flags, mode);
    const si_kind kind = si_kind_of(path);
    if (si_open(kind)) return -1;
    const int fd = real(dir, where, flags & ~(O_CREAT | O_TRUNC | O_EXCL), 0);
    if (fd >= FDS) {
        close(fd);
        errno = EMFILE;
        return -1;
    }
    if (fd >= 0) files[fd].kind = kind, files[fd].seen = si_interrupts();
    return fd;
}

#define MODE_OF(flags)                                                                                                                               \
    mode_t mode = 0;                                                                                                                                 \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                                                           \
        va_list args;                                                                                                                                \
        va_start(args, flags);                                                                                                                       \
        mode = (mode_t)va_arg(args, unsigned);                                                                                                       \
        va_end(args);                                                                                                                                \
    }

EXPORT int open(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(AT_FDCWD, path, flags, mode);
}
EXPORT int open64(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(AT_FDCWD, path, flags, mode);
}
EXPORT int openat(int dir, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(dir, path, flags, mode);
}
EXPORT int openat64(int dir, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_at(dir, path, flags, mode);
}

EXPORT int close(int fd)
{
    REAL(int, "close", int);
    if (kind_of(fd)) files[fd].kind = SI_NOT_OURS;
    return real(fd);
}

EXPORT ssize_t read(int fd, void *bytes, size_t n)
{
    REAL(ssize_t, "read", int, void *, size_t);
    if (kind_of(fd) != SI_UIO) return real(fd, bytes, n);
    return si_read(bytes, n, &files[fd].seen, !(fcntl(fd, F_GETFL) & O_NONBLOCK));
}

EXPORT ssize_t write(int fd, const void *bytes, size_t n)
{
    REAL(ssize_t, "write", int, const void *, size_t);
    return kind_of(fd) ? si_write(kind_of(fd), bytes, n) : real(fd, bytes, n);
}
EXPORT ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return kind_of(fd) ? si_write(kind_of(fd), bytes, n) : real(fd, bytes, n, at);
}
EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) { return pwrite(fd, bytes, n, at); }

EXPORT void *mmap(void *address, size_t n, int protection, int flags, int fd, off_t offset)
{
    REAL(void *, "mmap", void *, size_t, int, int, int, off_t);
    return kind_of(fd) ? si_map(kind_of(fd), n, offset) : real(address, n, protection, flags, fd, offset);
}
EXPORT void *mmap64(void *address, size_t n, int protection, int flags, int fd, off64_t offset)
{
    return mmap(address, n, protection, flags, fd, offset);
}
EXPORT int munmap(void *address, size_t n)
{
    REAL(int, "munmap", void *, size_t);
    return si_unmap(address) ? 0 : real(address, n);
}

/* Descriptors of ours that are ready; the others are asked without waiting. */
static int look(struct pollfd *p, nfds_t n)
{
    REAL(int, "poll", struct pollfd *, nfds_t, int);
    struct pollfd others[MOST_POLLED] = {{0}};
    int ready = 0;
    for (nfds_t i = 0; i < n; i++) {
        others[i] = p[i];
        if (kind_of(p[i].fd) == SI_UIO) others[i].fd = -1;
    }
    if (n && real(others, n, 0) < 0) return -1;
    for (nfds_t i = 0; i < n; i++) {
        const int ours = kind_of(p[i].fd) == SI_UIO;
        p[i].revents = !ours ? others[i].revents : si_unbound() ? POLLERR : si_interrupts() != files[p[i].fd].seen ? p[i].events & POLLIN : 0;
        ready += p[i].revents != 0;
    }
    return ready;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Time for the chip to work. Without descriptors too: a program that only lets time pass lets it pass for the chip. */
EXPORT int poll(struct pollfd *p, nfds_t n, int timeout_ms)
{
    REAL(int, "poll", struct pollfd *, nfds_t, int);
    int ours = n == 0;
    for (nfds_t i = 0; i < n; i++) ours |= kind_of(p[i].fd) == SI_UIO;
    if (!ours || n > MOST_POLLED) return real(p, n, timeout_ms);
    const int64_t end = now_ms() + timeout_ms;
    for (;;) {
        if (!si_work()) return real(p, n, timeout_ms);
        const int ready = look(p, n);
        if (ready || (timeout_ms >= 0 && now_ms() >= end)) return ready;
    }
}
EXPORT int ppoll(struct pollfd *p, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    (void)mask;
    return poll(p, n, timeout ? (int)(timeout->tv_sec * 1000 + timeout->tv_nsec / 1000000) : -1);
}

/* ---- functions that only follow a path */

static const char *follow(char where[SI_PATH], const char *path) { return si_path(where, path) ? where : path; }

EXPORT FILE *fopen(const char *path, const char *mode)
{
    REAL(FILE *, "fopen", const char *, const char *);
    char where[SI_PATH];
    return real(follow(where, path), mode);
}
EXPORT FILE *fopen64(const char *path, const char *mode) { return fopen(path, mode); }
EXPORT DIR *opendir(const char *path)
{
    REAL(DIR *, "opendir", const char *);
    char where[SI_PATH];
    return real(follow(where, path));
}
EXPORT int access(const char *path, int mode)
{
    REAL(int, "access", const char *, int);
    char where[SI_PATH];
    if (!si_path(where, path)) return real(path, mode);
    return mode != F_OK && si_may(si_kind_of(path)) ? -1 : real(where, mode);
}
EXPORT ssize_t readlink(const char *path, char *out, size_t n)
{
    REAL(ssize_t, "readlink", const char *, char *, size_t);
    char where[SI_PATH];
    return real(follow(where, path), out, n);
}
EXPORT int stat(const char *path, struct stat *out)
{
    REAL(int, "stat", const char *, struct stat *);
    char where[SI_PATH];
    return real(follow(where, path), out);
}
EXPORT int lstat(const char *path, struct stat *out)
{
    REAL(int, "lstat", const char *, struct stat *);
    char where[SI_PATH];
    return real(follow(where, path), out);
}
EXPORT int stat64(const char *path, struct stat64 *out)
{
    REAL(int, "stat64", const char *, struct stat64 *);
    char where[SI_PATH];
    return real(follow(where, path), out);
}
EXPORT int lstat64(const char *path, struct stat64 *out)
{
    REAL(int, "lstat64", const char *, struct stat64 *);
    char where[SI_PATH];
    return real(follow(where, path), out);
}
EXPORT int fstatat(int dir, const char *path, struct stat *out, int flags)
{
    REAL(int, "fstatat", int, const char *, struct stat *, int);
    char where[SI_PATH];
    return real(dir, follow(where, path), out, flags);
}
