/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usb_port.c - the stream behind USER1 (docs/jtag.md), from the host's side.
 *
 * A command is sent as seven zeros, its one, and eight bytes; so everything after it is in whole bytes, and an MPSSE sends it as it lies in memory:
 * 1.0 TCK a bit of a WRITE, and 78 TCKs around it, 206 around a long one. The answer to a READ begins after the DAP's bypass bit and as late as the bus makes it:
 * it is searched for bit by bit, 35 TCKs a word. A guess of the bus's latency closes the scan; what it cut off is fetched with MORE.
 *
 * WRITEs wait in the cable's queue. A READ, or sync, sends them, and a last scan behind it brings the status of everything before. What it complains of
 * is cleared, so that the port serves on.
 */
#include <stdlib.h>
#include <string.h>
#include "deadline.h"
#include "usb.h"

enum {
    OP_WRITE = BONNET_STREAM_WRITE,
    OP_READ = BONNET_STREAM_READ,
    OP_MORE = BONNET_STREAM_MORE,
    OP_CLEAR = BONNET_STREAM_CLEAR,
    HEADER = 1 + BONNET_STREAM_HEADER, /* bytes of a command */
    STATUS = 6,                        /* bytes of a scan that only looks */
    BREATH = 16,                       /* eights of TCKs after a long WRITE, in which its last bursts leave the queue */
    WORD_TCKS = 35,                    /* of the answer: a one, 32 bits, and zeros in which the port fetches the next */
    SLACK = 64,                        /* bits, at first */
    SLACK_MOST = 1 << 14,
    TRIES = 16, /* looks at a bus that is slow, at least, before it is called dead */
    /* of the status word */
    BUSY = BONNET_STREAM_BUSY,
    BUS_ERR = BONNET_STREAM_BUS_ERR,
    OVER_ERR = BONNET_STREAM_OVER_ERR,
    BUSY_ERR = BONNET_STREAM_BUSY_ERR,
    OP_ERR = BONNET_STREAM_OP_ERR
};

/* Answers of the largest READ: two status scans, and 35 bits a word. */
#define IN_BYTES (HEADER + STATUS + (WORD_TCKS * (size_t)BONNET_PORT_WORDS + SLACK_MOST) / 8 + 3)

/* ---- bits of an answer -------------------------------------------------------------------------------------------------------------------- */
typedef struct reader {
    const uint8_t *bytes;
    size_t at, end; /* bits */
} reader;

/* Skips zeros and a one, takes `count` bits, 1..32, least significant first. 0: they are not all there; at: where the one is, or the end. */
static int take(reader *r, uint32_t count, uint32_t *value)
{
    while (r->at < r->end && !(r->bytes[r->at / 8] >> r->at % 8 & 1)) r->at += r->at % 8 == 0 && !r->bytes[r->at / 8] ? 8 : 1;
    if (r->at >= r->end || r->end - r->at < count + 1) return 0;
    const size_t first = r->at + 1;
    uint64_t v = 0;
    for (size_t i = first / 8; i <= (first + count - 1) / 8; i++) v |= (uint64_t)r->bytes[i] << 8 * (i - first / 8);
    *value = (uint32_t)(v >> first % 8) & (count < 32 ? (1u << count) - 1 : UINT32_MAX);
    r->at = first + count;
    return 1;
}

/* ---- one scan each, queued ---------------------------------------------------------------------------------------------------------------- */
static void header(uint8_t bytes[HEADER], uint32_t op, size_t count, uint64_t addr)
{
    bytes[0] = 0x80; /* seven zeros and the one */
    bonnet_stream_header(bytes + 1, op, count, addr);
}

static void queue_status(bonnet_port *p)
{
    static const uint8_t zeros[STATUS] = {0};
    bonnet_tap_scan(&p->ftdi);
    bonnet_ftdi_exchange(&p->ftdi, zeros, STATUS);
    bonnet_tap_done(&p->ftdi);
}

static void queue_clear(bonnet_port *p)
{
    uint8_t command[HEADER];
    header(command, OP_CLEAR, 0, 0);
    bonnet_tap_scan(&p->ftdi);
    bonnet_ftdi_shift(&p->ftdi, command, HEADER);
    bonnet_tap_done(&p->ftdi);
}

/* ---- what the status says ------------------------------------------------------------------------------------------------------------------ */
/* The status word in a scan's first bytes: is this our port at all? */
static bonnet_status status_of(bonnet_port *p, const uint8_t *in, size_t bytes, uint32_t *status, bonnet_error *err)
{
    reader r = {.bytes = in, .end = 8 * bytes};
    if (take(&r, 31, status) && (*status & 0xffff) == BONNET_PORT_MAGIC) {
        const uint32_t version = *status >> 16 & 15;
        if (version == BONNET_PORT_VERSION) return BONNET_OK;
        p->ftdi.lost = 1;
        return bonnet_fail(err, BONNET_EABI,
                           "usb: %s: the bitstream's port is of version %u, this library speaks %d; flash a bitstream of this version",
                           p->ftdi.serial, version, BONNET_PORT_VERSION);
    }
    p->ftdi.lost = 1;
    return bonnet_fail(err, BONNET_ENODEV,
                       "usb: %s: this bitstream has no Bonnet port (USER1 says %02x %02x %02x %02x); flash one: bonnet flash, docs/boards.md",
                       p->ftdi.serial, in[0], in[1], in[2], in[3]);
}

/* Forget and go on: the chain is fine, something behind it is not. */
static bonnet_status complain(bonnet_port *p, uint32_t status, bonnet_error *err)
{
    queue_clear(p);
    const bonnet_status st = bonnet_ftdi_flush(&p->ftdi, NULL, err);
    if (st != BONNET_OK) return st;
    const char *who = p->ftdi.serial;
    if (status & BUS_ERR)
        return bonnet_fail(err, BONNET_EBUS,
                           "usb: %s: the board answered with a bus error; is its DDR up, and are mem= and regs= those of the bitstream?", who);
    if (status & OVER_ERR)
        return bonnet_fail(err, BONNET_EIO, "usb: %s: the board's bus is slower than the cable and words were lost; lower clock-khz= (now %u)", who,
                           p->ftdi.khz);
    if (status & (BUSY_ERR | BUSY))
        return bonnet_fail(err, BONNET_EIO, "usb: %s: the board's bus does not finish a transfer; is its clock running? lower clock-khz= (now %u)",
                           who, p->ftdi.khz);
    return bonnet_fail(err, BONNET_EIO, "usb: %s: the port did not understand a command (status 0x%08x); lower clock-khz= (now %u)", who, status,
                       p->ftdi.khz);
}

/* The last word on what was sent, from the status scan in `in`; waits for what is still on the bus. */
static bonnet_status settle(bonnet_port *p, const uint8_t *in, bonnet_error *err)
{
    uint8_t again[STATUS];
    uint32_t status;
    const int64_t end_us = bonnet_now_us() + (int64_t)p->ftdi.timeout_ms * 1000;
    bonnet_status st = status_of(p, in, STATUS, &status, err);
    for (int i = 0; st == BONNET_OK && status & BUSY && (i < TRIES || bonnet_now_us() < end_us); i++) {
        queue_status(p);
        st = bonnet_ftdi_flush(&p->ftdi, again, err);
        if (st == BONNET_OK) st = status_of(p, again, STATUS, &status, err);
    }
    if (st == BONNET_OK && status & (BUSY | BUS_ERR | OVER_ERR | BUSY_ERR | OP_ERR)) st = complain(p, status, err);
    return st;
}

/* ---- the port ------------------------------------------------------------------------------------------------------------------------------ */
/* From the MPSSE up. What an earlier user left in the port is cleared; that its status is clean then is the proof that it listens. */
static bonnet_status attach(bonnet_port *p, bonnet_error *err)
{
    uint8_t in[2 * STATUS];
    uint32_t status;
    bonnet_status st = bonnet_ftdi_start(&p->ftdi, err);
    if (st == BONNET_OK) st = bonnet_tap_attach(&p->ftdi, err);
    if (st == BONNET_OK) st = bonnet_tap_user1(&p->ftdi, err);
    if (st == BONNET_OK) {
        queue_status(p);
        st = bonnet_ftdi_flush(&p->ftdi, in, err);
    }
    if (st == BONNET_OK) st = status_of(p, in, STATUS, &status, err);
    if (st == BONNET_OK) {
        queue_clear(p);
        queue_status(p);
        st = bonnet_ftdi_flush(&p->ftdi, in, err);
    }
    if (st == BONNET_OK) st = settle(p, in, err);
    if (st != BONNET_OK) p->ftdi.lost = 1;
    return st;
}

bonnet_status bonnet_port_open(bonnet_port *p, bonnet_ftdi *f, bonnet_error *err)
{
    *p = (bonnet_port){.ftdi = *f, .slack = SLACK};
    memset(f, 0, sizeof *f);
    p->in = malloc(IN_BYTES);
    bonnet_status st = p->in ? attach(p, err) : bonnet_fail(err, BONNET_ENOMEM, "usb: no memory for a cable");
    if (st != BONNET_OK) bonnet_port_close(p);
    return st;
}

void bonnet_port_close(bonnet_port *p)
{
    bonnet_ftdi_close(&p->ftdi);
    free(p->in);
    memset(p, 0, sizeof *p);
}

bonnet_status bonnet_port_ready(bonnet_port *p, bonnet_error *err)
{
    const bonnet_status st = bonnet_ftdi_there(&p->ftdi, err);
    return st == BONNET_OK && p->ftdi.lost ? attach(p, err) : st;
}

bonnet_status bonnet_port_write(bonnet_port *p, uint64_t addr, const uint8_t *bytes, size_t words, bonnet_error *err)
{
    for (size_t n; words; words -= n, addr += 4 * n, bytes += 4 * n) {
        uint8_t command[HEADER];
        n = words < BONNET_PORT_WORDS ? words : BONNET_PORT_WORDS;
        const bonnet_status st = bonnet_ftdi_room(&p->ftdi, err);
        if (st != BONNET_OK) return st;
        header(command, OP_WRITE, n, addr);
        bonnet_tap_scan(&p->ftdi);
        bonnet_ftdi_shift(&p->ftdi, command, HEADER);
        bonnet_ftdi_shift(&p->ftdi, bytes, 4 * n);
        bonnet_tap_done(&p->ftdi);
        if (n > 1) bonnet_ftdi_wait(&p->ftdi, BREATH); /* the next command would be refused: BUSY_ERR */
        p->bits_out += 32 * n;
    }
    return BONNET_OK;
}

bonnet_status bonnet_port_sync(bonnet_port *p, bonnet_error *err)
{
    uint8_t in[STATUS];
    bonnet_status st = bonnet_ftdi_room(&p->ftdi, err);
    if (st != BONNET_OK) return st;
    queue_status(p);
    st = bonnet_ftdi_flush(&p->ftdi, in, err);
    return st == BONNET_OK ? settle(p, in, err) : st;
}

/* One scan, READ or MORE, with time for `words` words, and a look at the status behind it. *got: words that came, in out[]. */
static bonnet_status fetch(bonnet_port *p, uint32_t op, uint64_t addr, uint8_t *out, size_t words, size_t *got, bonnet_error *err)
{
    uint8_t command[HEADER];
    uint32_t value;
    const size_t bytes = (WORD_TCKS * words + p->slack + 7) / 8;
    bonnet_status st = bonnet_ftdi_room(&p->ftdi, err);
    if (st != BONNET_OK) return st;
    header(command, op, op == OP_READ ? words : 0, addr);
    bonnet_tap_scan(&p->ftdi);
    bonnet_ftdi_exchange(&p->ftdi, command, HEADER);
    bonnet_ftdi_listen(&p->ftdi, bytes);
    bonnet_tap_done_read(&p->ftdi); /* the port counts this bit as well: it may be a word's last */
    queue_status(p);
    st = bonnet_ftdi_flush(&p->ftdi, p->in, err);
    if (st == BONNET_OK) st = status_of(p, p->in, HEADER, &value, err);
    if (st != BONNET_OK) return st;
    uint8_t *last = p->in + HEADER + bytes;
    *last = *last >> BONNET_TAP_LAST & 1;
    reader r = {.bytes = p->in, .end = 8 * (HEADER + bytes) + 1};
    (void)take(&r, 31, &value); /* the status before the READ */
    for (*got = 0; *got < words && take(&r, 32, &value); ++*got)
        for (int i = 0; i < 4; i++) out[4 * *got + (size_t)i] = (uint8_t)(value >> 8 * i);
    st = status_of(p, last + 1, STATUS, &value, err);
    if (st == BONNET_OK && value & (BUS_ERR | OVER_ERR | BUSY_ERR | OP_ERR)) return complain(p, value, err);
    return st == BONNET_OK && *got == words ? settle(p, last + 1, err) : st;
}

static bonnet_status read_some(bonnet_port *p, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err)
{
    const int64_t end_us = bonnet_now_us() + (int64_t)p->ftdi.timeout_ms * 1000;
    size_t have = 0, got;
    uint32_t op = OP_READ;
    for (int i = 0;; i++, op = OP_MORE) {
        const bonnet_status st = fetch(p, op, addr, bytes + 4 * have, words - have, &got, err);
        if (st != BONNET_OK) return st;
        have += got;
        if (have == words) return BONNET_OK;
        if (got) i = 0; /* slow is not dead */
        if (i >= TRIES && bonnet_now_us() > end_us) return complain(p, BUSY, err);
        if (p->slack < SLACK_MOST) p->slack *= 2; /* the next guess is better */
    }
}

bonnet_status bonnet_port_read(bonnet_port *p, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    for (size_t n; words && st == BONNET_OK; words -= n, addr += 4 * n, bytes += 4 * n) {
        n = words < BONNET_PORT_WORDS ? words : BONNET_PORT_WORDS;
        st = read_some(p, addr, bytes, n, err);
        p->bits_in += 32 * n;
    }
    return st;
}
