/* SPDX-License-Identifier: Apache-2.0 */
/* spool_list.c - what a spool's folder holds, from outside as well; what a process that was killed left in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "spool.h"

enum { MOST = 2 * BONNET_SPOOL_MAX_EXAMPLES };

/* The example of a line's file; false: it is none, or its data are not there in this size. */
static bool look(bonnet_spool_example *out, int at, const char *name, uint64_t id)
{
    char data[SPOOL_NAME];
    struct stat st;
    uint8_t *text = NULL;
    size_t size = 0;
    if (spool_file_read(&text, &size, at, name, SPOOL_LINE) != 0) return false;
    const bool good = spool_line_read(out, (const char *)text, size) && out->id == id;
    free(text);
    if (!good) return false;
    spool_name(data, id, spool_data(out));
    return fstatat(at, data, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == out->bytes;
}

static int by_id(const void *a, const void *b)
{
    const bonnet_spool_example *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* A folder to be read through, whatever `at` was used for before. */
static DIR *folder(int at)
{
    const int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d && fd >= 0) close(fd);
    return d;
}

int spool_scan(bonnet_spool_list *out, int at)
{
    bonnet_spool_list l = {0};
    size_t room = 0;
    DIR *d = folder(at);
    if (!d) return errno;
    int why = 0;
    for (const struct dirent *f; !why && (f = readdir(d));) {
        uint64_t id;
        if (spool_name_read(&id, f->d_name) != SPOOL_JSON) continue;
        if (l.count == room) {
            bonnet_spool_example *more = room < MOST ? realloc(l.example, (room ? 2 * room : 64) * sizeof *more) : NULL;
            if (!more) {
                why = room < MOST ? ENOMEM : EFBIG;
                break;
            }
            l.example = more, room = room ? 2 * room : 64;
        }
        if (look(&l.example[l.count], at, f->d_name, id)) l.bytes += l.example[l.count++].bytes;
        else l.damaged++;
    }
    closedir(d);
    if (why) {
        free(l.example);
        return why;
    }
    if (l.count) qsort(l.example, l.count, sizeof *l.example, by_id);
    *out = l;
    return 0;
}

uint64_t spool_repair(int at, const bonnet_spool_list *list)
{
    uint64_t removed = 0;
    DIR *d = folder(at);
    if (!d) return 0;
    for (const struct dirent *f; (f = readdir(d));) {
        bonnet_spool_example key = {0};
        const size_t length = strlen(f->d_name);
        const bool part = length > 5 && strcmp(f->d_name + length - 5, ".part") == 0 && strspn(f->d_name, "0123456789") == SPOOL_DIGITS;
        const spool_suffix s = spool_name_read(&key.id, f->d_name);
        if (s == SPOOL_NONE && !part) continue; /* somebody else's */
        const bonnet_spool_example *e = part || !list->count ? NULL : bsearch(&key, list->example, list->count, sizeof key, by_id);
        if (e && (s == SPOOL_JSON || s == spool_data(e))) continue;
        removed += unlinkat(at, f->d_name, 0) == 0;
    }
    closedir(d);
    return removed;
}

static bonnet_status say(char *message, size_t bytes, bonnet_status status, const char *format, ...) __attribute__((format(printf, 4, 5)));
static bonnet_status say(char *message, size_t bytes, bonnet_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (message && bytes) vsnprintf(message, bytes, format, arguments);
    va_end(arguments);
    return status;
}

bonnet_status bonnet_spool_list_get(bonnet_spool_list *out, const char *path, char *message, size_t bytes)
{
    if (!out || !path) return BONNET_EINVAL;
    const int at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0) return say(message, bytes, BONNET_EIO, "%.150s: %s", path, strerror(errno));
    const int why = spool_scan(out, at);
    close(at);
    if (why == ENOMEM) return say(message, bytes, BONNET_ENOMEM, "%.150s: out of memory", path);
    return why ? say(message, bytes, BONNET_EIO, "%.150s: %s", path, why == EFBIG ? "more examples than a spool has" : strerror(why)) : BONNET_OK;
}

void bonnet_spool_list_free(bonnet_spool_list *list)
{
    if (!list) return;
    free(list->example);
    *list = (bonnet_spool_list){0};
}

bonnet_status bonnet_spool_read(uint8_t **out, size_t *size, const char *path, const bonnet_spool_example *e, char *message, size_t bytes)
{
    char name[SPOOL_NAME];
    uint8_t *data = NULL, sum[32];
    size_t n = 0;
    if (!out || !size || !path || !e) return BONNET_EINVAL;
    spool_name(name, e->id, spool_data(e));
    const int at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
              why = at < 0 ? errno : spool_file_read(&data, &n, at, name, BONNET_SPOOL_MAX_BYTES);
    if (at >= 0) close(at);
    if (why) return say(message, bytes, why == ENOMEM ? BONNET_ENOMEM : BONNET_EIO, "%.150s/%s: %s", path, name, strerror(why));
    spool_sha256(sum, NULL, 0, data, n);
    if (n != e->bytes || memcmp(sum, e->sha256, sizeof sum) != 0) {
        free(data);
        return say(message, bytes, BONNET_EFORMAT, "%.150s/%s: damaged: its SHA-256 is another", path, name);
    }
    *out = data, *size = n;
    return BONNET_OK;
}

bonnet_status bonnet_spool_remove(const char *path, const bonnet_spool_example *e)
{
    if (!path || !e) return BONNET_EINVAL;
    const int at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0) return BONNET_EIO;
    char name[SPOOL_NAME];
    spool_erase(at, e);
    spool_name(name, e->id, SPOOL_JSON);
    const bool there = faccessat(at, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    const bool synced = fsync(at) == 0;
    close(at);
    return there || !synced ? BONNET_EIO : BONNET_OK;
}
