/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usb.h - the floors of `usb:`, each on the one before; only they and their tests include this.
 *
 *     usb_ftdi.c   the cable: an FT232H in MPSSE mode, behind libusb. Commands are queued and go out together.
 *     usb_jtag.c   the chain: TAP reset, who is there, instruction and data scans
 *     usb_port.c   the stream behind USER1 (docs/jtag.md): words to and from addresses of the board
 *     usb.c        registers and buffers: the bonnet_mmio
 *
 * After a failure a cable is `gone` (unplugged: BONNET_ENODEV at once, for ever), `lost` (in an unknown state: the next call begins anew, from the
 * MPSSE up), or neither (the fault was on the board). Not for several threads at once; nothing is shared between two cables.
 */
#ifndef BONNET_USB_H
#define BONNET_USB_H
#include <stddef.h>
#include <stdint.h>
#include "backend.h"
#include "stream.h"

struct libusb_context;
struct libusb_device_handle;

enum {
    BONNET_USB_VENDOR = 0x0403,
    BONNET_USB_PRODUCT = 0x6014, /* FT232H */
    BONNET_USB_SERIAL = 64,      /* bytes of text */
    BONNET_USB_OUT = 1 << 16,    /* bytes that are queued at most; more are sent */
    BONNET_USB_COMMAND = 1 << 15 /* bytes of one MPSSE data command at most */
};

/* ---- the cable ------------------------------------------------------------------------------------------------------------------------ */
typedef struct bonnet_ftdi {
    struct libusb_context *context;
    struct libusb_device_handle *handle;
    char serial[BONNET_USB_SERIAL]; /* in every line of text */
    uint32_t khz;                   /* of TCK, as set */
    uint32_t timeout_ms;            /* of one transfer, beyond the time its bits take */
    int gone, lost;
    uint8_t *out;         /* commands that wait, BONNET_USB_OUT bytes */
    size_t n_out, n_in;   /* bytes of them; bytes they will answer */
    uint64_t bits;        /* TCKs of them */
    uint64_t tcks, trips; /* so far: TCKs asked for; times that an answer was waited for */
} bonnet_ftdi;

typedef struct bonnet_ftdi_config {
    const char *serial; /* "": the only cable there is */
    uint32_t khz;       /* TCK at most, 1..30000 */
    uint32_t timeout_ms;
} bonnet_ftdi_config;

/* Cables plugged in, by vendor and product alone; nothing is opened. */
int bonnet_ftdi_count(void);
/* *f is written whole. On failure there is nothing to close. The MPSSE is not yet set up: bonnet_ftdi_start(). */
bonnet_status bonnet_ftdi_open(bonnet_ftdi *f, const bonnet_ftdi_config *config, bonnet_error *err);
void bonnet_ftdi_close(bonnet_ftdi *f);
/* Whatever state it was in: MPSSE reset and in step, pins and clock set, queue empty, not lost. */
bonnet_status bonnet_ftdi_start(bonnet_ftdi *f, bonnet_error *err);
/* Sends the queue, and reads what it answers into in[n_in], or says why not; then the cable is lost or gone. The queue is empty afterwards. */
bonnet_status bonnet_ftdi_flush(bonnet_ftdi *f, uint8_t *in, bonnet_error *err);
/* BONNET_ENODEV and its text if the cable is gone. */
bonnet_status bonnet_ftdi_there(const bonnet_ftdi *f, bonnet_error *err);

/* Queueing. Room for one command of BONNET_USB_COMMAND bytes and its scan is there after bonnet_ftdi_room(), which sends what answers nothing. */
bonnet_status bonnet_ftdi_room(bonnet_ftdi *f, bonnet_error *err);
void bonnet_ftdi_tms(bonnet_ftdi *f, uint32_t bits, uint32_t count);          /* 1..7 TCKs with these TMS, least significant first; TDI is bit 7 */
void bonnet_ftdi_tms_read(bonnet_ftdi *f, uint32_t bits, uint32_t count);     /* the same; answers one byte, the first TDO at bit 8 - count */
void bonnet_ftdi_shift(bonnet_ftdi *f, const uint8_t *out, size_t bytes);     /* TDI from out[], least significant bit first; TDO is not read */
void bonnet_ftdi_exchange(bonnet_ftdi *f, const uint8_t *out, size_t bytes);  /* the same; answers `bytes` */
void bonnet_ftdi_bits(bonnet_ftdi *f, uint8_t out, uint32_t count);           /* 1..8 bits; answers one byte, the first bit at bit 8 - count */
void bonnet_ftdi_wait(bonnet_ftdi *f, size_t bytes);                          /* 8 * bytes TCKs; TMS and TDI stay */
void bonnet_ftdi_listen(bonnet_ftdi *f, size_t bytes);                        /* TDI stays; answers `bytes` */

/* ---- the chain. All scans begin and end in Run-Test/Idle --------------------------------------------------------------------------------- */
/* Reset, IDCODEs, JTAG_CTRL. BONNET_ENODEV with the chain in the text if it is not a ZCU102's; then nothing was written to it. */
bonnet_status bonnet_tap_attach(bonnet_ftdi *f, bonnet_error *err);
/* The PL's instruction is USER1, the DAP is in bypass. */
bonnet_status bonnet_tap_user1(bonnet_ftdi *f, bonnet_error *err);
void bonnet_tap_scan(bonnet_ftdi *f);  /* Idle -> Shift-DR */
void bonnet_tap_done(bonnet_ftdi *f);  /* Shift-DR -> Idle, by way of Update-DR; shifts one more zero */
void bonnet_tap_done_read(bonnet_ftdi *f); /* the same; answers one byte, that TDO at bit BONNET_TAP_LAST */
enum { BONNET_TAP_LAST = 5 };

/* ---- the port ---------------------------------------------------------------------------------------------------------------------------- */
enum { BONNET_PORT_WORDS = 4096 /* of one command */ };

typedef struct bonnet_port {
    bonnet_ftdi ftdi;
    uint32_t slack;            /* bits that the answer to a READ may be late; learnt */
    uint64_t bits_in, bits_out; /* payload so far, of the host: read, written */
    uint8_t *in;               /* answers of one READ */
} bonnet_port;

/* Takes over *f, even if it fails: then it is closed. */
bonnet_status bonnet_port_open(bonnet_port *p, bonnet_ftdi *f, bonnet_error *err);
void bonnet_port_close(bonnet_port *p);
/* Not gone, and not lost any more; to be called before anything else is asked of the port. */
bonnet_status bonnet_port_ready(bonnet_port *p, bonnet_error *err);
/* Queues words (little endian, 4 * words bytes). That they arrived is certain only after bonnet_port_sync() or bonnet_port_read(). */
bonnet_status bonnet_port_write(bonnet_port *p, uint64_t addr, const uint8_t *bytes, size_t words, bonnet_error *err);
/* Everything before it arrived, or BONNET_EBUS, BONNET_EIO, BONNET_ENODEV. */
bonnet_status bonnet_port_sync(bonnet_port *p, bonnet_error *err);
bonnet_status bonnet_port_read(bonnet_port *p, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err);
#endif
