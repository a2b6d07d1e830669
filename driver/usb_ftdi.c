/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usb_ftdi.c - an FT232H as a JTAG cable. Finding and opening it: usb_find.c.
 *
 * MPSSE commands are bytes: the chip executes them in order and puts what they answer into a FIFO of 1 KiB. While that FIFO is full it executes
 * nothing, and while its other FIFO, also 1 KiB, is full it takes nothing: whoever sends commands that answer much, and more commands
 * behind them, before he reads, waits for ever. So the rule of the queue: what answers more than a few bytes is the last of its flush.
 * Each IN packet of 512 bytes begins with two bytes of modem status.
 *
 * TCK = 60 MHz / (2 * (1 + divisor)). TDI and TMS change on its falling edge, TDO is taken on the rising one: JTAG's own rule.
 */
#include <libusb-1.0/libusb.h>
#include <string.h>
#include "deadline.h"
#include "usb.h"

enum {
    EP_OUT = 0x02,
    EP_IN = 0x81,
    PACKET = 512,
    MODEM = 2,
    IN_BYTES = 32 * PACKET,
    VENDOR_OUT = 0x40,
    PORT_A = 1,
    SIO_RESET = 0,
    SIO_LATENCY = 9,
    SIO_BITMODE = 11,
    RESET_ALL = 0,
    PURGE_IN = 1,
    PURGE_OUT = 2,
    LATENCY_MS = 1,
    BITMODE_RESET = 0x0000,
    BITMODE_MPSSE = 0x020b,
    /* MPSSE commands */
    DO_WRITE_BYTES = 0x19,
    DO_READ_BYTES = 0x28,
    DO_BOTH_BYTES = 0x39,
    DO_BOTH_BITS = 0x3b,
    DO_TMS = 0x4b,
    DO_TMS_READ = 0x6b,
    SET_LOW = 0x80,
    SET_HIGH = 0x82,
    LOOPBACK_OFF = 0x85,
    SET_DIVISOR = 0x86,
    SEND_NOW = 0x87,
    NO_DIVIDE_BY_5 = 0x8a,
    CLOCK_BYTES = 0x8f,
    NO_THREE_PHASE = 0x8d,
    NO_ADAPTIVE = 0x97,
    BAD_COMMAND = 0xfa
};

bonnet_status bonnet_ftdi_there(const bonnet_ftdi *f, bonnet_error *err)
{
    if (!f->gone) return BONNET_OK;
    return bonnet_fail(err, BONNET_ENODEV, "usb: %s: unplugged or switched off; connect it and open the device again", f->serial);
}

/* What went wrong in a transfer, and what it means for the next call. */
static bonnet_status broken(bonnet_ftdi *f, int rc, const char *what, bonnet_error *err)
{
    f->lost = 1;
    f->n_out = f->n_in = 0;
    f->bits = 0;
    switch (rc) {
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND: f->gone = 1; return bonnet_ftdi_there(f, err);
    case LIBUSB_ERROR_TIMEOUT:
        return bonnet_fail(err, BONNET_EIO, "usb: %s: %s: no answer within %u ms; try again, replug the cable if it stays so", f->serial, what,
                           f->timeout_ms);
    case LIBUSB_ERROR_PIPE: return bonnet_fail(err, BONNET_EIO, "usb: %s: %s: the cable refused it (stall); try again", f->serial, what);
    case LIBUSB_ERROR_NO_MEM: return bonnet_fail(err, BONNET_ENOMEM, "usb: %s: %s: no memory for a transfer", f->serial, what);
    default:
        return bonnet_fail(err, BONNET_EIO, "usb: %s: %s: %s; try again, replug the cable if it stays so", f->serial, what, libusb_error_name(rc));
    }
}

/* What the bits of the queue take on the wires, on top of the bound on USB itself. */
static uint32_t bound_ms(const bonnet_ftdi *f) { return f->timeout_ms + (uint32_t)(f->bits / (f->khz ? f->khz : 1)); }

static bonnet_status send(bonnet_ftdi *f, uint32_t ms, bonnet_error *err)
{
    for (size_t sent = 0; sent < f->n_out;) {
        int n = 0;
        int rc = libusb_bulk_transfer(f->handle, EP_OUT, f->out + sent, (int)(f->n_out - sent), &n, ms);
        if (rc == LIBUSB_ERROR_PIPE) libusb_clear_halt(f->handle, EP_OUT);
        if (rc == 0 && n == 0) rc = LIBUSB_ERROR_TIMEOUT;
        if (rc != 0) return broken(f, rc, "sending", err);
        sent += (size_t)n;
    }
    return BONNET_OK;
}

/* Exactly `want` bytes, from as many transfers as the cable makes of them. */
static bonnet_status receive(bonnet_ftdi *f, uint8_t *in, size_t want, uint32_t ms, bonnet_error *err)
{
    uint8_t packets[IN_BYTES];
    int64_t end_us = bonnet_now_us() + (int64_t)ms * 1000;
    for (size_t got = 0; got < want;) {
        const size_t before = got;
        size_t ask = (want - got + PACKET - MODEM - 1) / (PACKET - MODEM) * PACKET;
        int n = 0;
        int rc = libusb_bulk_transfer(f->handle, EP_IN, packets, (int)(ask < sizeof packets ? ask : sizeof packets), &n, ms);
        if (rc == LIBUSB_ERROR_PIPE) libusb_clear_halt(f->handle, EP_IN);
        if (rc != 0) return broken(f, rc, "receiving", err);
        for (int at = 0; at < n; at += PACKET) {
            int length = n - at < PACKET ? n - at : PACKET;
            if (length <= MODEM) continue;
            if (got + (size_t)(length - MODEM) > want) {
                broken(f, LIBUSB_ERROR_IO, "receiving", NULL);
                return bonnet_fail(err, BONNET_EIO, "usb: %s: the cable answered more than was asked; try again", f->serial);
            }
            memcpy(in + got, packets + at + MODEM, (size_t)(length - MODEM));
            got += (size_t)(length - MODEM);
        }
        if (got > before) end_us = bonnet_now_us() + (int64_t)ms * 1000; /* slow is not silent */
        if (got < want && bonnet_now_us() > end_us) return broken(f, LIBUSB_ERROR_TIMEOUT, "receiving", err);
    }
    return BONNET_OK;
}

bonnet_status bonnet_ftdi_flush(bonnet_ftdi *f, uint8_t *in, bonnet_error *err)
{
    bonnet_status st = bonnet_ftdi_there(f, err);
    if (st != BONNET_OK || !f->n_out) return st;
    if (f->n_in) f->out[f->n_out++] = SEND_NOW;
    const uint32_t ms = bound_ms(f);
    f->tcks += f->bits;
    f->trips += f->n_in != 0;
    st = send(f, ms, err);
    if (st == BONNET_OK && f->n_in) st = receive(f, in, f->n_in, ms, err);
    f->n_out = f->n_in = 0;
    f->bits = 0;
    return st;
}

bonnet_status bonnet_ftdi_room(bonnet_ftdi *f, bonnet_error *err)
{
    enum { AROUND = 64 }; /* what a scan adds to its data */
    if (f->n_out + BONNET_USB_COMMAND + AROUND <= BONNET_USB_OUT) return BONNET_OK;
    return bonnet_ftdi_flush(f, NULL, err);
}

static void put(bonnet_ftdi *f, uint32_t byte) { f->out[f->n_out++] = (uint8_t)byte; }

/* Command and 16-bit count less one. */
static void put_bytes(bonnet_ftdi *f, uint32_t command, size_t bytes)
{
    put(f, command);
    put(f, (uint32_t)(bytes - 1) & 255);
    put(f, (uint32_t)(bytes - 1) >> 8);
    f->bits += 8 * bytes;
}

static void put_tms(bonnet_ftdi *f, uint32_t command, uint32_t bits, uint32_t count)
{
    put(f, command);
    put(f, count - 1);
    put(f, bits);
    f->bits += count;
}

void bonnet_ftdi_tms(bonnet_ftdi *f, uint32_t bits, uint32_t count) { put_tms(f, DO_TMS, bits, count); }

void bonnet_ftdi_tms_read(bonnet_ftdi *f, uint32_t bits, uint32_t count)
{
    put_tms(f, DO_TMS_READ, bits, count);
    f->n_in++;
}

void bonnet_ftdi_shift(bonnet_ftdi *f, const uint8_t *out, size_t bytes)
{
    put_bytes(f, DO_WRITE_BYTES, bytes);
    memcpy(f->out + f->n_out, out, bytes);
    f->n_out += bytes;
}

void bonnet_ftdi_exchange(bonnet_ftdi *f, const uint8_t *out, size_t bytes)
{
    put_bytes(f, DO_BOTH_BYTES, bytes);
    memcpy(f->out + f->n_out, out, bytes);
    f->n_out += bytes;
    f->n_in += bytes;
}

void bonnet_ftdi_bits(bonnet_ftdi *f, uint8_t out, uint32_t count)
{
    put(f, DO_BOTH_BITS);
    put(f, count - 1);
    put(f, out);
    f->bits += count;
    f->n_in++;
}

void bonnet_ftdi_wait(bonnet_ftdi *f, size_t bytes) { put_bytes(f, CLOCK_BYTES, bytes); }

void bonnet_ftdi_listen(bonnet_ftdi *f, size_t bytes)
{
    put_bytes(f, DO_READ_BYTES, bytes);
    f->n_in += bytes;
}

static bonnet_status control(bonnet_ftdi *f, uint8_t request, uint16_t value, bonnet_error *err)
{
    int rc = libusb_control_transfer(f->handle, VENDOR_OUT, request, value, PORT_A, NULL, 0, f->timeout_ms);
    return rc < 0 ? broken(f, rc, "setting up the cable", err) : BONNET_OK;
}

/* A command that no MPSSE knows comes back behind 0xfa: then everything before it was executed, and nothing else is on its way. */
static bonnet_status in_step(bonnet_ftdi *f, uint8_t command, bonnet_error *err)
{
    uint8_t echo[2] = {0};
    put(f, command);
    f->n_in = 2;
    bonnet_status st = bonnet_ftdi_flush(f, echo, err);
    if (st == BONNET_OK && (echo[0] != BAD_COMMAND || echo[1] != command)) {
        broken(f, LIBUSB_ERROR_IO, "setting up the cable", NULL);
        st = bonnet_fail(err, BONNET_EIO, "usb: %s: not in step with the cable (0x%02x 0x%02x for 0x%02x); replug it", f->serial, echo[0], echo[1],
                         command);
    }
    return st;
}

bonnet_status bonnet_ftdi_start(bonnet_ftdi *f, bonnet_error *err)
{
    const uint32_t divisor = (30000 + f->khz - 1) / f->khz - 1;
    /* Pins of the Digilent JTAG-SMT2-NC: TCK, TDI, TMS out, TDO in; the others enable its level shifters. */
    const uint8_t set_up[] = {
        NO_DIVIDE_BY_5, NO_ADAPTIVE, NO_THREE_PHASE, SET_DIVISOR, (uint8_t)divisor, (uint8_t)(divisor >> 8), LOOPBACK_OFF, SET_LOW, 0xe8,
        0xeb,           SET_HIGH,    0x00,           0x60};
    bonnet_status st = bonnet_ftdi_there(f, err);
    f->n_out = f->n_in = 0;
    f->bits = 0;
    if (st == BONNET_OK) st = control(f, SIO_RESET, RESET_ALL, err);
    if (st == BONNET_OK) st = control(f, SIO_LATENCY, LATENCY_MS, err);
    if (st == BONNET_OK) st = control(f, SIO_BITMODE, BITMODE_RESET, err);
    if (st == BONNET_OK) st = control(f, SIO_BITMODE, BITMODE_MPSSE, err);
    if (st == BONNET_OK) st = control(f, SIO_RESET, PURGE_IN, err);
    if (st == BONNET_OK) st = control(f, SIO_RESET, PURGE_OUT, err);
    if (st == BONNET_OK) st = in_step(f, 0xaa, err);
    if (st == BONNET_OK) st = in_step(f, 0xab, err);
    if (st != BONNET_OK) return st;
    memcpy(f->out, set_up, sizeof set_up);
    f->n_out = sizeof set_up;
    f->lost = 0;
    return bonnet_ftdi_flush(f, NULL, err);
}
