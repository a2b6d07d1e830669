/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial_port.c - the stream of docs/ulx3s.md over a tty: 8N1, no flow control, raw.
 *
 * A command and its answer are bytes: nothing is counted in bits, nothing polled. WRITEs are answered with a status word each, which wait in the tty until
 * something needs them; a READ is answered with its words and a status word behind them. The board drops a command that stops in
 * mid-air after a third of a second: that, and a CLEAR, is how a line of unknown state becomes a known one.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "bytes.h"
#include "deadline.h"
#include "serial_port.h"
#ifdef __linux__
#include <linux/serial.h>
#endif

enum {
    OWED_MOST = 8,    /* answers that may wait in the tty */
    SILENCE_MS = 700, /* twice what makes the board drop half a command */
    ERRORS = BONNET_STREAM_BUS_ERR | BONNET_STREAM_OVER_ERR | BONNET_STREAM_BUSY_ERR | BONNET_STREAM_OP_ERR
};

static const struct {
    uint32_t baud;
    speed_t speed;
} speeds[] = {{115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},  {921600, B921600},
              {1000000, B1000000}, {1500000, B1500000}, {2000000, B2000000}, {3000000, B3000000}};

static bonnet_status gone(bonnet_serial_port *p, const char *what, bonnet_error *err)
{
    p->gone = 1;
    return bonnet_fail(err, BONNET_ENODEV, "serial: %s went away (%s); plug it in and open it again", p->path, what);
}

/* ---- bytes, with a bound -------------------------------------------------------------------------------------------------------------------- */
static int64_t bound(const bonnet_serial_port *p, size_t bytes)
{
    return bonnet_now_us() + (int64_t)p->timeout_ms * 1000 + (int64_t)(10 * bytes * 1000000 / p->baud);
}

/* 1: the tty can be read or written; 0: not before end_us; -1: it is gone. */
static int ready(const bonnet_serial_port *p, short what, int64_t end_us)
{
    for (;;) {
        const int64_t left = end_us - bonnet_now_us();
        struct pollfd f = {.fd = p->fd, .events = what};
        const int n = poll(&f, 1, left > 0 ? (int)(left / 1000 + 1) : 0);
        if (n < 0 && errno == EINTR) continue;
        if (n > 0) return f.revents & what ? 1 : -1;
        return n < 0 ? -1 : 0;
    }
}

static bonnet_status put(bonnet_serial_port *p, const uint8_t *bytes, size_t count, bonnet_error *err)
{
    const int64_t end_us = bound(p, count);
    while (count) {
        const int r = ready(p, POLLOUT, end_us);
        if (r < 0) return gone(p, "poll", err);
        if (r == 0) {
            p->lost = 1;
            return bonnet_fail(err, BONNET_EIO, "serial: %s takes no bytes", p->path);
        }
        const ssize_t n = write(p->fd, bytes, count);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n < 0) return gone(p, strerror(errno), err);
        bytes += n, count -= (size_t)n;
    }
    return BONNET_OK;
}

static bonnet_status get(bonnet_serial_port *p, uint8_t *bytes, size_t count, bonnet_error *err)
{
    const int64_t end_us = bound(p, count);
    while (count) {
        const int r = ready(p, POLLIN, end_us);
        if (r < 0) return gone(p, "poll", err);
        if (r == 0) {
            p->lost = 1;
            return bonnet_fail(err, BONNET_EIO, "serial: %s: no answer within %u ms; is the bitstream loaded, and its baud %u? docs/ulx3s.md",
                               p->path, p->timeout_ms, p->baud);
        }
        const ssize_t n = read(p->fd, bytes, count);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n <= 0) return gone(p, n ? strerror(errno) : "end of file", err);
        bytes += n, count -= (size_t)n;
    }
    return BONNET_OK;
}

/* ---- answers -------------------------------------------------------------------------------------------------------------------------------- */
static bonnet_status command(bonnet_serial_port *p, uint32_t op, size_t words, uint64_t addr, bonnet_error *err)
{
    uint8_t header[BONNET_STREAM_HEADER];
    bonnet_stream_header(header, op, words, addr);
    return put(p, header, sizeof header, err);
}

static bonnet_status answer(bonnet_serial_port *p, uint32_t *status, bonnet_error *err)
{
    uint8_t bytes[4];
    const bonnet_status st = get(p, bytes, sizeof bytes, err);
    if (st != BONNET_OK) return st;
    *status = (uint32_t)bonnet_little(bytes, 4);
    if ((*status & 0xffff) == BONNET_PORT_MAGIC) {
        const uint32_t version = *status >> 16 & 15;
        if (version == BONNET_PORT_VERSION) return BONNET_OK;
        p->lost = 1;
        return bonnet_fail(err, BONNET_EABI,
                           "serial: %s: the bitstream's port is of version %u, this library speaks %d; load a bitstream of this version", p->path,
                           version, BONNET_PORT_VERSION);
    }
    p->lost = 1;
    return bonnet_fail(err, BONNET_EIO, "serial: %s: 0x%08x is no answer of a Bonnet port; is the bitstream loaded, and its baud %u? docs/ulx3s.md",
                       p->path, *status, p->baud);
}

/* Forget and go on: the line is fine, something behind it is not. */
static bonnet_status complain(bonnet_serial_port *p, uint32_t status, bonnet_error *err)
{
    uint32_t clean;
    bonnet_status st = command(p, BONNET_STREAM_CLEAR, 0, 0, err);
    if (st == BONNET_OK) st = answer(p, &clean, err);
    if (st != BONNET_OK) return st;
    if (status & BONNET_STREAM_BUS_ERR)
        return bonnet_fail(err, BONNET_EBUS, "serial: %s: the board answered with a bus error; is mem= that of the bitstream?", p->path);
    return bonnet_fail(err, BONNET_EIO, "serial: %s: bytes were lost on the line (status 0x%08x); use a slower bitstream or a better cable", p->path,
                       status);
}

/* All answers that are owed. Errors are sticky: the last one has them all. */
static bonnet_status collect(bonnet_serial_port *p, uint32_t *status, bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    for (; p->owed && st == BONNET_OK; p->owed--) st = answer(p, status, err);
    return st;
}

static bonnet_status settle(bonnet_serial_port *p, bonnet_error *err)
{
    uint32_t status = 0;
    const bonnet_status st = collect(p, &status, err);
    return st == BONNET_OK && status & ERRORS ? complain(p, status, err) : st;
}

/* ---- the line ------------------------------------------------------------------------------------------------------------------------------- */
/* A CLEAR and its answer; nothing else may be on its way. */
static bonnet_status hello(bonnet_serial_port *p, bonnet_error *err)
{
    uint32_t status = 0;
    if (tcflush(p->fd, TCIFLUSH)) return gone(p, strerror(errno), err);
    p->owed = 0, p->lost = 0;
    bonnet_status st = command(p, BONNET_STREAM_CLEAR, 0, 0, err);
    if (st == BONNET_OK) st = answer(p, &status, err);
    if (st == BONNET_OK && status & ERRORS) {
        p->lost = 1;
        st = bonnet_fail(err, BONNET_EIO, "serial: %s: the port stays in error (status 0x%08x); load the bitstream again", p->path, status);
    }
    return st;
}

/* Whatever the line's state: silence drops half a command; what was still being answered is read and forgotten. */
static bonnet_status attach(bonnet_serial_port *p, bonnet_error *err)
{
    uint8_t old[256];
    const int64_t end_us = bonnet_now_us() + (int64_t)(p->timeout_ms > SILENCE_MS ? p->timeout_ms : SILENCE_MS) * 1000;
    int64_t quiet_us = bonnet_now_us() + SILENCE_MS * 1000;
    while (bonnet_now_us() < end_us) {
        const int r = ready(p, POLLIN, quiet_us);
        if (r == 0) break;
        const ssize_t n = r > 0 ? read(p->fd, old, sizeof old) : -1;
        if (n < 0 && r > 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n <= 0) return gone(p, "read", err);
        quiet_us = bonnet_now_us() + SILENCE_MS * 1000;
    }
    return hello(p, err);
}

static int set_up(int fd, speed_t speed)
{
    struct termios t;
    if (tcgetattr(fd, &t)) return 0;
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS | HUPCL);
    t.c_cc[VMIN] = 0, t.c_cc[VTIME] = 0;
    if (cfsetispeed(&t, speed) || cfsetospeed(&t, speed) || tcsetattr(fd, TCSANOW, &t)) return 0;
#ifdef __linux__
    struct serial_struct s; /* an FTDI keeps short answers back for 16 ms otherwise; a line that does not know of it is as it is */
    if (!ioctl(fd, TIOCGSERIAL, &s)) {
        s.flags = (int)((unsigned)s.flags | ASYNC_LOW_LATENCY);
        (void)!ioctl(fd, TIOCSSERIAL, &s);
    }
#endif
    return 1;
}

bonnet_status bonnet_serial_open(bonnet_serial_port *p, const char *path, uint32_t baud, uint32_t timeout_ms, bonnet_error *err)
{
    size_t i = 0;
    while (i < sizeof speeds / sizeof speeds[0] && speeds[i].baud != baud) i++;
    if (i == sizeof speeds / sizeof speeds[0])
        return bonnet_fail(err, BONNET_EINVAL, "serial: %u baud is no speed of a tty; 1000000 is the bitstream's", baud);
    *p = (bonnet_serial_port){.baud = baud, .timeout_ms = timeout_ms};
    snprintf(p->path, sizeof p->path, "%s", path);
    p->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (p->fd < 0)
        return bonnet_fail(err, BONNET_ENODEV, "serial: cannot open %s: %s; the board's tty is often /dev/ttyUSB0 and its group dialout", path,
                           strerror(errno));
    bonnet_status st = set_up(p->fd, speeds[i].speed) ? BONNET_OK : bonnet_fail(err, BONNET_ENODEV, "serial: %s is no tty", path);
    if (st == BONNET_OK && hello(p, err) != BONNET_OK) st = p->gone ? BONNET_ENODEV : attach(p, err);
    if (st != BONNET_OK) bonnet_serial_close(p);
    return st;
}

void bonnet_serial_close(bonnet_serial_port *p)
{
    if (p->fd >= 0) close(p->fd);
    p->fd = -1, p->gone = 1;
}

bonnet_status bonnet_serial_ready(bonnet_serial_port *p, bonnet_error *err)
{
    if (p->gone) return gone(p, "earlier", err);
    return p->lost ? attach(p, err) : BONNET_OK;
}

/* ---- words ---------------------------------------------------------------------------------------------------------------------------------- */
bonnet_status bonnet_serial_write(bonnet_serial_port *p, uint64_t addr, const uint8_t *bytes, size_t words, bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    for (size_t n; words && st == BONNET_OK; words -= n, addr += 4 * n, bytes += 4 * n) {
        n = words < BONNET_SERIAL_WORDS ? words : BONNET_SERIAL_WORDS;
        if (p->owed >= OWED_MOST) st = settle(p, err);
        if (st == BONNET_OK) st = command(p, BONNET_STREAM_WRITE, n, addr, err);
        if (st == BONNET_OK) st = put(p, bytes, 4 * n, err);
        p->owed++;
    }
    return st;
}

bonnet_status bonnet_serial_sync(bonnet_serial_port *p, bonnet_error *err) { return settle(p, err); }

bonnet_status bonnet_serial_read(bonnet_serial_port *p, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    for (size_t n; words && st == BONNET_OK; words -= n, addr += 4 * n, bytes += 4 * n) {
        uint32_t status = 0;
        n = words < BONNET_SERIAL_WORDS ? words : BONNET_SERIAL_WORDS;
        st = command(p, BONNET_STREAM_READ, n, addr, err);
        if (st == BONNET_OK) st = collect(p, &status, err); /* of the WRITEs before it */
        if (st == BONNET_OK) st = get(p, bytes, 4 * n, err);
        if (st == BONNET_OK) st = answer(p, &status, err);
        if (st == BONNET_OK && status & ERRORS) st = complain(p, status, err);
    }
    return st;
}
