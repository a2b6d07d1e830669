/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_firmware.c - a file under /lib/firmware that is whole or not there, also after a power cut: written under one fixed temporary name (the
 * next flash removes what a cut left), synchronised, renamed, and the folder synchronised. The caller holds the lock of `bonnet flash`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "flash.h"

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) bytes += n, size -= (size_t)n;
    }
    return true;
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return good;
}

int flash_firmware_put(const flash_job *j, const uint8_t *bytes, size_t size)
{
    char folder[4096], path[4200], part[4200];
    snprintf(folder, sizeof folder, "%s/lib/firmware/bonnet", j->root);
    snprintf(path, sizeof path, "%s/%s", folder, strchr(FLASH_FIRMWARE, '/') + 1);
    snprintf(part, sizeof part, "%s/.partial", folder);
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return cli_fail(CLI_STATUS - BONNET_EIO, "cannot make %s: %s%s; nothing was touched", folder, strerror(errno),
                        errno == EACCES ? " (flashing on the board is for root: sudo bonnet flash ...)" : "");
    unlink(part);
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool good = fd >= 0 && write_all(fd, bytes, size) && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0 && close(fd) != 0 && good) good = false, why = errno;
    if (good && (rename(part, path) != 0 || !sync_folder(folder))) good = false, why = errno;
    if (good) return CLI_OK;
    unlink(part);
    return cli_fail(CLI_STATUS - BONNET_EIO, "cannot write %s: %s; the chip was not touched", path, strerror(why));
}
