/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - small files and folders of /sys, /proc, /dev, /etc, or of a folder that stands for / (--root). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "flash.h"

long cli_tree_read(char *out, size_t bytes, const char *root, const char *rest)
{
    char path[4096];
    size_t have = 0;
    *out = '\0';
    if (snprintf(path, sizeof path, "%s%s", root, rest) >= (int)sizeof path) return -1;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return -1;
    while (have + 1 < bytes) {
        ssize_t n = read(fd, out + have, bytes - 1 - have);
        if (n < 0 && errno == EINTR && !cli_cancelled) continue;
        if (n < 0 && !have) have = (size_t)-1;
        if (n <= 0) break;
        have += (size_t)n;
    }
    close(fd);
    if (have == (size_t)-1) return -1;
    out[have] = '\0';
    for (size_t i = have; i && strchr("\n\t ", out[i - 1]); i--) out[i - 1] = '\0';
    return (long)have;
}

bool cli_tree_next(char *name, size_t bytes, const char *root, const char *folder, const char *prefix, const char *after)
{
    char path[4096], best[256] = "";
    snprintf(path, sizeof path, "%s%s", root, folder);
    DIR *d = opendir(path);
    if (!d) return false;
    for (const struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.' || strncmp(e->d_name, prefix, strlen(prefix)) || strlen(e->d_name) >= bytes) continue;
        if (strcmp(e->d_name, after) > 0 && (!*best || strcmp(e->d_name, best) < 0)) memcpy(best, e->d_name, strlen(e->d_name) + 1);
    }
    closedir(d);
    if (*best) memcpy(name, best, strlen(best) + 1); /* name may be after */
    return *best != '\0';
}
