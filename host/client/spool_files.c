/* SPDX-License-Identifier: Apache-2.0 */
/* spool_files.c - files of a spool: names, and how they come to be and go so that a line is never there without its data. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "spool.h"

static const char *const suffixes[] = {".json", ".cut", ".npy"};

void spool_name(char out[SPOOL_NAME], uint64_t id, spool_suffix suffix) { snprintf(out, SPOOL_NAME, "%012" PRIu64 "%s", id, suffixes[suffix]); }

spool_suffix spool_name_read(uint64_t *id, const char *name)
{
    if (strspn(name, "0123456789") != SPOOL_DIGITS) return SPOOL_NONE;
    *id = strtoull(name, NULL, 10);
    spool_suffix s = SPOOL_JSON;
    while (s < SPOOL_NONE && strcmp(name + SPOOL_DIGITS, suffixes[s]) != 0) s++;
    return *id ? s : SPOOL_NONE;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size) {
        const ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) bytes += n, size -= (size_t)n;
    }
    return true;
}

int spool_file_write(int at, const char *name, const void *head, size_t head_size, const void *bytes, size_t size)
{
    char part[SPOOL_NAME + 8];
    snprintf(part, sizeof part, "%s.part", name);
    const int fd = openat(at, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return errno;
    int why = write_all(fd, head, head_size) && write_all(fd, bytes, size) && fsync(fd) == 0 ? 0 : errno;
    if (close(fd) != 0 && !why) why = errno;
    if (!why && renameat(at, part, at, name) != 0) why = errno;
    if (why) unlinkat(at, part, 0);
    return why;
}

int spool_file_read(uint8_t **out, size_t *size, int at, const char *name, size_t most)
{
    struct stat st;
    const int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return errno;
    int why = fstat(fd, &st) != 0 ? errno : !S_ISREG(st.st_mode) ? EINVAL : (uint64_t)st.st_size > most ? EFBIG : 0;
    const size_t room = why ? 0 : (size_t)st.st_size;
    uint8_t *bytes = why ? NULL : malloc(room + 1);
    if (!why && !bytes) why = ENOMEM;
    size_t filled = 0;
    while (!why && filled < room) {
        const ssize_t n = read(fd, bytes + filled, room - filled);
        if (n == 0) why = EIO; /* it became shorter meanwhile */
        else if (n > 0) filled += (size_t)n;
        else if (errno != EINTR) why = errno;
    }
    close(fd);
    if (why) free(bytes);
    else *out = bytes, *size = filled;
    return why;
}

int spool_store(int at, const bonnet_spool_example *e, const void *data, size_t size)
{
    char name[SPOOL_NAME], line[SPOOL_LINE];
    uint8_t header[SPOOL_HEADER];
    const size_t head = e->what == BONNET_SPOOL_PICTURE ? SPOOL_HEADER : 0;
    if (head) spool_npy_header(header, e);
    spool_name(name, e->id, spool_data(e));
    int why = spool_file_write(at, name, header, head, data, size);
    if (!why) {
        spool_name(name, e->id, SPOOL_JSON);
        why = spool_file_write(at, name, NULL, 0, line, spool_line_write(line, e));
    }
    if (!why && fsync(at) != 0) why = errno;
    if (why) spool_erase(at, e);
    return why;
}

void spool_erase(int at, const bonnet_spool_example *e)
{
    char name[SPOOL_NAME];
    spool_name(name, e->id, SPOOL_JSON);
    unlinkat(at, name, 0);
    spool_name(name, e->id, spool_data(e));
    unlinkat(at, name, 0);
}
