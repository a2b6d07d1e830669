/* SPDX-License-Identifier: Apache-2.0 */
/* write.c - a file appears whole or not at all: written beside its place, synchronised, renamed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli.h"

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno != EINTR) return 0;
        if (n > 0) bytes += n, size -= (size_t)n;
    }
    return 1;
}

int cli_write_file(const char *path, const char *bytes, size_t size)
{
    size_t room = strlen(path) + sizeof ".XXXXXX";
    char *temporary = malloc(room);
    struct stat st;
    if (!temporary) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a device or a pipe: nothing to rename over */
        FILE *f = fopen(path, "w");
        int good = f && fwrite(bytes, 1, size, f) == size && fflush(f) == 0;
        int why = errno;
        if (f && fclose(f) != 0 && good) good = 0, why = errno;
        free(temporary);
        return good ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EIO, "cannot write %s: %s", path, strerror(why));
    }
    snprintf(temporary, room, "%s.XXXXXX", path);
    int fd = mkstemp(temporary), good = fd >= 0 && write_all(fd, bytes, size) && fchmod(fd, 0644) == 0 && fsync(fd) == 0, why = errno;
    if (fd >= 0 && close(fd) != 0 && good) good = 0, why = errno;
    if (good && rename(temporary, path) != 0) good = 0, why = errno;
    if (!good && fd >= 0) unlink(temporary);
    free(temporary);
    return good ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EIO, "cannot write %s: %s", path, strerror(why));
}
