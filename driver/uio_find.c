/* SPDX-License-Identifier: Apache-2.0 */
/* uio_find.c - which device, which buffer: what sysfs says. Every function opens, reads and closes; nothing is kept. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "uio.h"

#define UIO_CLASS "/sys/class/uio"

int uio_text(char *out, size_t room, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    const ssize_t n = read(fd, out, room - 1);
    const int kept = errno;
    close(fd);
    errno = kept;
    if (n < 0) return 0;
    out[n] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return 1;
}

bonnet_status uio_number(uint64_t *out, const char *dir, const char *name, const char *file, bonnet_error *err)
{
    char path[UIO_PATH_BYTES], text[40], *end;
    snprintf(path, sizeof path, "%s/%s/%s", dir, name, file);
    if (!uio_text(text, sizeof text, path)) return bonnet_fail(err, BONNET_EIO, "uio: cannot read %s: %s", path, strerror(errno));
    errno = 0;
    const unsigned long long n = strtoull(text, &end, 0);
    if (text[0] < '0' || text[0] > '9' || *end || errno)
        return bonnet_fail(err, BONNET_EFORMAT, "uio: %s says '%.20s', which is no number; is this the driver that docs/boards.md names?", path,
                           text);
    *out = n;
    return BONNET_OK;
}

/* The number N of "uioN", or -1. */
static long node_number(const char *name)
{
    char *end;
    if (strncmp(name, "uio", 3) || name[3] < '0' || name[3] > '9' || strlen(name) >= 16) return -1;
    const long n = strtol(name + 3, &end, 10);
    return *end ? -1 : n;
}

/* Does a UIO device's name say bonnet? A device tree node bonnet@a0000000 gives the name "bonnet". */
static int says_bonnet(const char *node)
{
    char path[UIO_PATH_BYTES], text[UIO_NAME_BYTES];
    snprintf(path, sizeof path, UIO_CLASS "/%s/name", node);
    return uio_text(text, sizeof text, path) && strstr(text, "bonnet");
}

/* All UIO devices: how many, the lowest that says bonnet (-1: none), and the lowest. */
static int survey(long *bonnet, long *lowest)
{
    int count = 0;
    *bonnet = *lowest = -1;
    DIR *dir = opendir(UIO_CLASS);
    if (!dir) return 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        const long n = node_number(e->d_name);
        if (n < 0) continue;
        count++;
        if (*lowest < 0 || n < *lowest) *lowest = n;
        if ((*bonnet < 0 || n < *bonnet) && says_bonnet(e->d_name)) *bonnet = n;
    }
    closedir(dir);
    return count;
}

int uio_present(void)
{
    long bonnet, lowest;
    survey(&bonnet, &lowest);
    return bonnet >= 0;
}

static bonnet_status find_any(char dev[UIO_PATH_BYTES], char node[UIO_NAME_BYTES], bonnet_error *err)
{
    long bonnet, lowest;
    const int count = survey(&bonnet, &lowest);
    if (!count)
        return bonnet_fail(err, BONNET_ENODEV,
                           "uio: no UIO device in " UIO_CLASS "; load the bitstream and its device tree overlay, then: modprobe uio_pdrv_genirq "
                           "of_id=generic-uio (docs/boards.md)");
    if (bonnet < 0 && count > 1)
        return bonnet_fail(err, BONNET_ENODEV, "uio: %d UIO devices and none is called bonnet; name the one to use: uio:/dev/uio%ld", count, lowest);
    snprintf(node, UIO_NAME_BYTES, "uio%ld", bonnet >= 0 ? bonnet : lowest);
    snprintf(dev, UIO_PATH_BYTES, "/dev/%s", node);
    return BONNET_OK;
}

bonnet_status uio_find(char dev[UIO_PATH_BYTES], char node[UIO_NAME_BYTES], const char *path, bonnet_error *err)
{
    char target[UIO_PATH_BYTES];
    if (!*path) return find_any(dev, node, err);
    if (strlen(path) >= UIO_PATH_BYTES) return bonnet_fail(err, BONNET_EINVAL, "uio: a path of more than %d bytes", UIO_PATH_BYTES - 1);
    const ssize_t n = readlink(path, target, sizeof target - 1); /* udev may have made /dev/bonnet -> uio0 */
    if (n > 0) target[n] = '\0';
    else strcpy(target, path);
    const char *slash = strrchr(target, '/'), *name = slash ? slash + 1 : target;
    if (node_number(name) < 0)
        return bonnet_fail(err, BONNET_EINVAL, "uio: '%.100s' is no UIO device; give /dev/uioN, or nothing for the one called bonnet", path);
    snprintf(node, UIO_NAME_BYTES, "%.16s", name);
    strcpy(dev, path);
    return BONNET_OK;
}

uint32_t uio_clock_hz(const char *node)
{
    char path[UIO_PATH_BYTES];
    unsigned char cell[4]; /* big-endian, as all of a device tree */
    snprintf(path, sizeof path, UIO_CLASS "/%s/device/of_node/clock-frequency", node);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    const ssize_t n = read(fd, cell, sizeof cell);
    close(fd);
    return n == (ssize_t)sizeof cell ? (uint32_t)cell[0] << 24 | (uint32_t)cell[1] << 16 | (uint32_t)cell[2] << 8 | cell[3] : 0;
}

/* An entry of class_dir: one whose name says bonnet, else udmabuf0. 0: neither. */
static int choose_dma(char name[UIO_NAME_BYTES], const char *class_dir)
{
    int found = 0;
    DIR *dir = opendir(class_dir);
    if (!dir) return 0;
    for (struct dirent *e; found < 2 && (e = readdir(dir)) != NULL;) {
        const int rank = strstr(e->d_name, "bonnet") ? 2 : !strcmp(e->d_name, "udmabuf0");
        if (rank <= found || strlen(e->d_name) >= UIO_NAME_BYTES) continue;
        strcpy(name, e->d_name);
        found = rank;
    }
    closedir(dir);
    return found;
}

bonnet_status uio_find_dma(const char **class_dir, char name[UIO_NAME_BYTES], const char *wanted, bonnet_error *err)
{
    static const char *const classes[] = {"/sys/class/u-dma-buf", "/sys/class/udmabuf"};
    char path[UIO_PATH_BYTES];
    for (int i = 0; i < 2; i++) {
        *class_dir = classes[i];
        if (!*wanted && choose_dma(name, classes[i])) return BONNET_OK;
        snprintf(path, sizeof path, "%s/%s", classes[i], wanted);
        if (!*wanted || access(path, F_OK)) continue;
        strcpy(name, wanted);
        return BONNET_OK;
    }
    if (*wanted)
        return bonnet_fail(err, BONNET_ENODEV,
                           "uio: no u-dma-buf '%s' in %s; name one that is there: dma=NAME, or make it: modprobe u-dma-buf %s=33554432", wanted,
                           classes[0], wanted);
    return bonnet_fail(err, BONNET_ENODEV, "uio: no buffer: %s is not there or empty; type: modprobe u-dma-buf udmabuf0=33554432 (docs/boards.md)",
                       classes[0]);
}

bonnet_status uio_cannot_open(const char *path, bonnet_error *err)
{
    switch (errno) {
    case EACCES:
    case EPERM: return bonnet_fail(err, BONNET_ENODEV, "uio: %s: permission denied; install the udev rule (docs/boards.md) or run as root", path);
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return bonnet_fail(err, BONNET_ENODEV,
                           "uio: %s: no such device; load the bitstream and its device tree overlay (docs/boards.md), then: bonnet devices", path);
    case EBUSY: return bonnet_fail(err, BONNET_ENODEV, "uio: %s is in use by another program; end that one first", path);
    default: return bonnet_fail(err, BONNET_EIO, "uio: %s: %s", path, strerror(errno));
    }
}
