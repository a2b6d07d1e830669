/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - see text.h. */
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bonnet_status serve_wrong(char message[SERVE_LINE], bonnet_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(message, SERVE_LINE, format, args);
    va_end(args);
    return status;
}

bonnet_status serve_text(char **out, size_t *size, char message[SERVE_LINE], const char *path, size_t most, bool secret)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st)) {
        const int error = errno;
        if (fd >= 0) close(fd);
        return serve_wrong(message, BONNET_EIO, "%.200s: %s", path, strerror(error));
    }
    bonnet_status status = BONNET_OK;
    char *text = NULL;
    if (!S_ISREG(st.st_mode) || st.st_size < 1 || (size_t)st.st_size > most)
        status = serve_wrong(message, BONNET_EINVAL, "%.200s: not a file of 1 byte to %zu KiB", path, most >> 10);
    else if (secret && st.st_mode & 027 & ~040)
        status = serve_wrong(message, BONNET_EINVAL, "%.200s: others may use this key (mode %03o); chmod 600 it (640 where a group must read it)",
                             path, (unsigned)st.st_mode & 0777u);
    else if (!(text = calloc(1, (size_t)st.st_size + 1))) status = serve_wrong(message, BONNET_ENOMEM, "out of memory");
    for (size_t at = 0; status == BONNET_OK && at < (size_t)st.st_size;) {
        const ssize_t n = read(fd, text + at, (size_t)st.st_size - at);
        if (n > 0) at += (size_t)n;
        else if (n == 0 || errno != EINTR) status = serve_wrong(message, BONNET_EIO, "%.200s: %s", path, n ? strerror(errno) : "it became shorter");
    }
    close(fd);
    if (status == BONNET_OK && size) *size = (size_t)st.st_size;
    if (status == BONNET_OK) *out = text;
    else free(text);
    return status;
}
