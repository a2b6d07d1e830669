/* SPDX-License-Identifier: Apache-2.0 */
/* ice40_line.c - bytes over a serial device. Nothing waits longer than a slice without looking at cancel and deadline. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "ice40.h"

enum { SLICE_MS = 20, DRAIN_MS = 1000 };

static bonnet_status refused(const char *path, bonnet_error *err)
{
    if (errno == EACCES) return bonnet_fail(err, BONNET_ENODEV, "ice40: %.100s: permission denied; join the group dialout", path);
    return bonnet_fail(err, BONNET_ENODEV, "ice40: %.100s: %s; give the board's second port, as ice40:/dev/ttyUSB1", path, strerror(errno));
}

/* Raw bytes at our speed; a device that is no terminal is refused. */
static int make_raw(int fd)
{
    struct termios t;
    if (tcgetattr(fd, &t)) return 0;
    cfmakeraw(&t);
    t.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    t.c_cflag |= CLOCAL | CREAD;
    return cfsetspeed(&t, B1000000) == 0 && tcsetattr(fd, TCSANOW, &t) == 0 && tcflush(fd, TCIOFLUSH) == 0;
}

bonnet_status bonnet_ice40_line_open(bonnet_ice40_line *line, const char *path, uint32_t silence_ms, bonnet_error *err)
{
    const int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return refused(path, err);
    bonnet_status st = BONNET_OK;
    if (flock(fd, LOCK_EX | LOCK_NB)) st = bonnet_fail(err, BONNET_ENODEV, "ice40: %.100s: another program has it", path);
    else if (!make_raw(fd)) st = bonnet_fail(err, BONNET_ENODEV, "ice40: %.100s is no serial line of 1 Mbaud: %s", path, strerror(errno));
    if (st) {
        close(fd);
        return st;
    }
    line->fd = fd;
    line->silence_ms = silence_ms;
    snprintf(line->path, sizeof line->path, "%s", path);
    return BONNET_OK;
}

void bonnet_ice40_line_close(bonnet_ice40_line *line)
{
    if (line->fd >= 0) close(line->fd);
    line->fd = -1;
}

/* Until the line can take or has a byte. Since `last_us` none has moved. */
static bonnet_status wait_for(const bonnet_ice40_line *line, short events, int64_t last_us, bonnet_deadline *deadline, bonnet_error *err)
{
    for (;;) {
        struct pollfd p = {line->fd, events, 0};
        bonnet_status st = bonnet_deadline_poll(deadline);
        if (st) return bonnet_fail(err, st, "ice40: %s", bonnet_deadline_text(st));
        const int n = poll(&p, 1, SLICE_MS);
        if (n > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL)))
            return bonnet_fail(err, BONNET_ENODEV, "ice40: %s went away; connect it and open the device again", line->path);
        if (n > 0) return BONNET_OK;
        if (bonnet_now_us() - last_us > (int64_t)line->silence_ms * 1000)
            return bonnet_fail(err, BONNET_EIO, "ice40: no answer from %s for %u ms; is the bitstream in the board (iceprog)?", line->path,
                               line->silence_ms);
    }
}

static int again(ssize_t n) { return n < 0 && (errno == EAGAIN || errno == EINTR); }

bonnet_status bonnet_ice40_line_send(bonnet_ice40_line *line, const uint8_t *bytes, size_t n, bonnet_deadline *deadline, bonnet_error *err)
{
    int64_t last_us = bonnet_now_us();
    while (n) {
        bonnet_status st = wait_for(line, POLLOUT, last_us, deadline, err);
        if (st) return st;
        const ssize_t took = write(line->fd, bytes, n);
        if (took < 0 && !again(took)) return bonnet_fail(err, BONNET_ENODEV, "ice40: %s: %s", line->path, strerror(errno));
        if (took > 0) bytes += took, n -= (size_t)took, last_us = bonnet_now_us();
    }
    return BONNET_OK;
}

bonnet_status bonnet_ice40_line_receive(bonnet_ice40_line *line, uint8_t *bytes, size_t n, bonnet_deadline *deadline, bonnet_error *err)
{
    int64_t last_us = bonnet_now_us();
    while (n) {
        bonnet_status st = wait_for(line, POLLIN, last_us, deadline, err);
        if (st) return st;
        const ssize_t got = read(line->fd, bytes, n);
        if (got == 0 || (got < 0 && !again(got)))
            return bonnet_fail(err, BONNET_ENODEV, "ice40: %s went away; connect it and open the device again", line->path);
        if (got > 0) bytes += got, n -= (size_t)got, last_us = bonnet_now_us();
    }
    return BONNET_OK;
}

void bonnet_ice40_line_drain(bonnet_ice40_line *line, uint32_t quiet_ms)
{
    uint8_t waste[256];
    const int64_t end_us = bonnet_now_us() + DRAIN_MS * 1000;
    for (;;) {
        struct pollfd p = {line->fd, POLLIN, 0};
        if (bonnet_now_us() > end_us || poll(&p, 1, (int)quiet_ms) <= 0 || !(p.revents & POLLIN)) return;
        const ssize_t n = read(line->fd, waste, sizeof waste);
        if (n == 0 || (n < 0 && !again(n))) return;
    }
}
