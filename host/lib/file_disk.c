/* SPDX-License-Identifier: Apache-2.0 */
/* file_disk.c - whole files in and out: size-capped reading, atomic writing. See file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "file.h"

static bonnet_status failed(bonnet_error *err, const char *what, const char *path, int number)
{
    char text[96];
    return bonnet_fail(err, number == ENOMEM ? BONNET_ENOMEM : BONNET_EIO, "cannot %s '%.120s': %s", what, path,
                       strerror_r(number, text, sizeof text));
}

/* 0, or errno. */
static int read_all(int fd, uint8_t *to, size_t bytes)
{
    while (bytes) {
        ssize_t n = read(fd, to, bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? errno : EIO; /* it shrank while being read */
        to += n;
        bytes -= (size_t)n;
    }
    return 0;
}

bonnet_status bonnet_file_load(uint8_t **bytes, size_t *size, const char *path, size_t max_bytes, bonnet_error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    if (fd < 0) return failed(err, "read", path, errno);
    bonnet_status status = BONNET_OK;
    uint8_t *buffer = NULL;
    int number;
    if (fstat(fd, &st) != 0) status = failed(err, "read", path, errno);
    else if (S_ISDIR(st.st_mode)) status = failed(err, "read", path, EISDIR);
    else if (!S_ISREG(st.st_mode)) status = bonnet_fail(err, BONNET_EIO, "cannot read '%.120s': not a regular file", path);
    else if (st.st_size < 0 || (uintmax_t)st.st_size > max_bytes)
        status = bonnet_fail(err, BONNET_EFORMAT, "'%.120s' has %jd bytes, at most %zu are read", path, (intmax_t)st.st_size, max_bytes);
    else if (!(buffer = malloc((size_t)st.st_size + 1))) status = failed(err, "read", path, ENOMEM);
    else if ((number = read_all(fd, buffer, (size_t)st.st_size)) != 0) status = failed(err, "read", path, number);
    close(fd);
    if (status != BONNET_OK) {
        free(buffer);
        return status;
    }
    buffer[st.st_size] = 0;
    *bytes = buffer;
    *size = (size_t)st.st_size;
    return BONNET_OK;
}

/* A new file beside `path` in *temporary (free()); its descriptor, or -1 and errno. The umask decides who may read it. */
static int create_beside(const char *path, char **temporary)
{
    const size_t bytes = strlen(path) + 32;
    char *name = malloc(bytes);
    if (!name) {
        errno = ENOMEM;
        return -1;
    }
    for (int attempt = 0; attempt < 100; attempt++) {
        uint64_t salt = (uint64_t)attempt;
        if (getrandom(&salt, sizeof salt, GRND_NONBLOCK) < 0) salt += (uint64_t)getpid() << 8;
        snprintf(name, bytes, "%s.%08lx.tmp", path, (unsigned long)(salt & 0xffffffff));
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            *temporary = name;
            return fd;
        }
        if (errno != EEXIST) break;
    }
    int number = errno;
    free(name);
    errno = number;
    return -1;
}

/* 0, or errno. */
static int write_all(int fd, const uint8_t *from, size_t bytes)
{
    while (bytes) {
        ssize_t n = write(fd, from, bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        from += n;
        bytes -= (size_t)n;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

/* So that the rename survives a power cut. Best effort: the content is safe already. */
static void sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(directory);
}

bonnet_status bonnet_file_save(const char *path, const void *bytes, size_t size, bonnet_error *err)
{
    struct stat st;
    char *temporary = NULL;
    if (!path || !*path || !bytes) return bonnet_fail(err, BONNET_EINVAL, "bonnet_file_save: path and bytes must not be empty");
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* renaming over /dev/null would replace it */
        return bonnet_fail(err, BONNET_EIO, "cannot write '%.120s': it exists and is not a regular file", path);
    int fd = create_beside(path, &temporary);
    if (fd < 0) return failed(err, "write", path, errno);
    int number = write_all(fd, bytes, size);
    if (close(fd) != 0 && !number) number = errno;
    if (!number && rename(temporary, path) != 0) number = errno;
    if (number) unlink(temporary);
    else sync_directory(path);
    free(temporary);
    return number ? failed(err, "write", path, number) : BONNET_OK;
}
