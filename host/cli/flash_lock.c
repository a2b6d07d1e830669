/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_lock.c - one flash at a time, and none while somebody uses the device. Three looks: a lock of `bonnet flash` itself, a lock on the
 * /dev/uio node (which a driver may hold too), and the open files of all processes that this user may see (root sees all).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "flash.h"

enum { IN_USE = CLI_STATUS - BONNET_ENODEV, NODES = 8 };

/* Never created by one user in a way that keeps the next one out: read-only is enough for flock(). */
static int open_lock(const char *root)
{
    static const char *const place[] = {"/run/lock/bonnet-flash.lock", "/tmp/bonnet-flash.lock"};
    char path[4096];
    int fd = -1;
    for (size_t i = 0; i < 2 && fd < 0; i++) {
        snprintf(path, sizeof path, "%s%s", root, place[i]);
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 && errno == ENOENT) fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    }
    return fd;
}

/* The device files of the chosen way. */
static size_t list_nodes(char node[NODES][FIND_NAME + 16], const flash_job *j, bool usb)
{
    char name[FIND_NAME];
    cli_cable cable;
    size_t n = 0;
    if (usb) {
        for (unsigned i = 0; n < NODES && cli_find_cable(&cable, j->root, j->serial, i); i++) snprintf(node[n++], sizeof *node, "%s", cable.node);
        return n;
    }
    for (unsigned i = 0; n < NODES && cli_find_uio(name, j->root, i); i++) snprintf(node[n++], sizeof *node, "/dev/%s", name);
    for (unsigned i = 0; n < NODES && cli_find_udmabuf(name, j->root, i); i++) snprintf(node[n++], sizeof *node, "/dev/%s", name);
    for (unsigned i = 0; n < NODES && cli_find_zocl(name, j->root, i); i++) snprintf(node[n++], sizeof *node, "/dev/dri/%s", name);
    return n;
}

/* The node that process `pid` has open, or -1. */
static int node_of(const char *root, const char *pid, char node[NODES][FIND_NAME + 16], size_t nodes)
{
    char path[4096], to[512];
    int found = -1;
    snprintf(path, sizeof path, "%s/proc/%s/fd", root, pid);
    DIR *d = opendir(path);
    if (!d) return -1; /* somebody else's */
    for (const struct dirent *e; found < 0 && (e = readdir(d));) {
        ssize_t n = readlinkat(dirfd(d), e->d_name, to, sizeof to - 1);
        to[n < 0 ? 0 : n] = '\0';
        for (size_t i = 0; i < nodes && found < 0; i++)
            if (!strcmp(to, node[i])) found = (int)i;
    }
    closedir(d);
    return found;
}

static int check_processes(const flash_job *j, char node[NODES][FIND_NAME + 16], size_t nodes)
{
    char path[4096], comm[64];
    int code = CLI_OK;
    snprintf(path, sizeof path, "%s/proc", j->root);
    DIR *d = nodes ? opendir(path) : NULL;
    if (!d) return CLI_OK;
    for (const struct dirent *e; code == CLI_OK && (e = readdir(d));) {
        if (e->d_name[0] < '1' || e->d_name[0] > '9' || strtol(e->d_name, NULL, 10) == (long)getpid()) continue;
        const int which = node_of(j->root, e->d_name, node, nodes);
        if (which < 0) continue;
        snprintf(path, sizeof path, "/proc/%s/comm", e->d_name);
        cli_tree_read(comm, sizeof comm, j->root, path);
        code = cli_fail(IN_USE, "%s is in use by process %s (%s); end it, then flash", node[which], e->d_name, *comm ? comm : "?");
    }
    closedir(d);
    return code;
}

int flash_lock(flash_job *j, bool usb)
{
    char node[NODES][FIND_NAME + 16], path[4096];
    j->lock = open_lock(j->root);
    if (j->lock < 0) return cli_fail(CLI_STATUS - BONNET_EIO, "cannot make %s/run/lock/bonnet-flash.lock: %s", j->root, strerror(errno));
    if (flock(j->lock, LOCK_EX | LOCK_NB) != 0) return cli_fail(IN_USE, "another `bonnet flash` is running; wait for its end");
    const size_t nodes = list_nodes(node, j, usb);
    int code = check_processes(j, node, nodes);
    if (code != CLI_OK || usb || !nodes || strncmp(node[0], "/dev/uio", 8)) return code;
    snprintf(path, sizeof path, "%s%s", j->root, node[0]);
    j->node = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (j->node >= 0 && flock(j->node, LOCK_EX | LOCK_NB) != 0)
        return cli_fail(IN_USE, "%s is in use by another program; end it, then flash", node[0]);
    return CLI_OK;
}

void flash_unlock(flash_job *j)
{
    if (j->node >= 0) close(j->node);
    if (j->lock >= 0) close(j->lock);
    j->node = j->lock = -1;
}
