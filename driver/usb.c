/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usb.c - `usb:`, a chip on a board at the other end of its JTAG cable. Nothing runs on the board's processor; it only has its DDR up.
 *
 *     usb:[SERIAL][,option]...      SERIAL: which cable; may be left out where there is one
 *     clock-khz=N       TCK at most, 1..30000 (15000)
 *     mem=ADDR+BYTES    the piece of the board's memory that is the chip's (0x70000000+0x4000000)
 *     regs=ADDR         where the bitstream has the chip's registers (0xa0000000)
 *     timeout-ms=N      bound of one transfer, 10..60000 (1000)
 *
 * Registers and buffers: words.h, at 32 TCKs a word to the board and 35 from it. Register writes wait for the next call that needs an answer,
 * and go out with it.
 */
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "options.h"
#include "regdev.h"
#include "usb_device.h"

enum { PATH_BYTES = 256 };

/* ---- the port of words.h -------------------------------------------------------------------------------------------------------------------- */
static bonnet_status ready(void *port, bonnet_error *err) { return bonnet_port_ready(port, err); }
static bonnet_status words_out(void *port, uint64_t addr, const uint8_t *bytes, size_t words, bonnet_error *err)
{
    return bonnet_port_write(port, addr, bytes, words, err);
}
static bonnet_status words_in(void *port, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err)
{
    return bonnet_port_read(port, addr, bytes, words, err);
}
static bonnet_status settle(void *port, bonnet_error *err) { return bonnet_port_sync(port, err); }
static const bonnet_word_port usb_words = {.scheme = "usb", .ready = ready, .write = words_out, .read = words_in, .sync = settle};

/* ---- waiting ------------------------------------------------------------------------------------------------------------------------------- */
/* The interrupt line ends in the board's processor: the host asks the register. */
static const bonnet_mmio usb_mmio;

static bonnet_status usb_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    uint32_t isr;
    return bonnet_regdev_poll(&usb_mmio, self, 0, timeout_ms, cancel, &isr, err);
}

static uint32_t usb_clock_hz(void *self)
{
    (void)self;
    return 0; /* no register says it */
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------------------- */
static int option(bonnet_usb *u, bonnet_ftdi_config *cable, const char *name, const char *value)
{
    uint64_t n;
    if (bonnet_words_option(&u->words, name, value)) return 1;
    if (!bonnet_words_number(value, '\0', 4000000, &n, NULL)) return 0;
    if (!strcmp(name, "clock-khz") && n >= 1 && n <= 30000) cable->khz = (uint32_t)n;
    else if (!strcmp(name, "timeout-ms") && n >= 10 && n <= 60000) cable->timeout_ms = (uint32_t)n;
    else return 0;
    return 1;
}

static bonnet_status options(bonnet_usb *u, bonnet_ftdi_config *cable, char *text, bonnet_error *err)
{
    for (char *list = text, *at; (at = bonnet_option_next(&list)) != NULL;) {
        const char *value = bonnet_option_value(at);
        if (value) {
            if (!option(u, cable, at, value))
                return bonnet_fail(err, BONNET_EINVAL,
                                   "usb: bad option '%s=%s'; known: clock-khz=1..30000 mem=ADDR+BYTES regs=ADDR timeout-ms=10..60000", at, value);
        } else if (at == text) {
            cable->serial = at;
        } else if (*at) {
            return bonnet_fail(err, BONNET_EINVAL, "usb: '%s' is no option; the serial number comes first: usb:SERIAL,clock-khz=..", at);
        }
    }
    return BONNET_OK;
}

static void usb_close(void *self)
{
    bonnet_usb *u = self;
    if (!u) return;
    bonnet_port_close(&u->port);
    bonnet_pool_free(&u->words.pool);
    free(u);
}

static bonnet_status usb_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    char text[PATH_BYTES];
    bonnet_ftdi cable;
    bonnet_ftdi_config wanted = {.serial = "", .khz = 15000, .timeout_ms = 1000};
    (void)config; /* its timeout is that of jobs */
    if (path && strlen(path) >= sizeof text) return bonnet_fail(err, BONNET_EINVAL, "usb: options longer than %d bytes", PATH_BYTES - 1);
    strcpy(text, path ? path : "");
    bonnet_usb *u = calloc(1, sizeof *u);
    if (!u) return bonnet_fail(err, BONNET_ENOMEM, "usb: no memory for a device");
    u->words.mem = UINT64_C(0x70000000), u->words.mem_bytes = UINT64_C(0x4000000), u->words.regs = UINT64_C(0xa0000000); /* as bitstreams/zcu102 */
    u->words.ops = &usb_words, u->words.port = &u->port;
    bonnet_status st = options(u, &wanted, text, err);
    if (st == BONNET_OK) bonnet_words_make(&u->words);
    if (st == BONNET_OK) st = bonnet_ftdi_open(&cable, &wanted, err);
    if (st == BONNET_OK) st = bonnet_port_open(&u->port, &cable, err);
    if (st != BONNET_OK) {
        free(u); /* cable and port closed themselves; the pool has nothing yet */
        return st;
    }
    *self = u;
    return BONNET_OK;
}

#define USB_SUMMARY "a ZCU102 over its USB-JTAG cable"
static const bonnet_mmio usb_mmio = {.scheme = "usb",
                                     .summary = USB_SUMMARY,
                                     .open = usb_open,
                                     .close = usb_close,
                                     .read = bonnet_words_reg_read,
                                     .write = bonnet_words_reg_write,
                                     .alloc = bonnet_words_alloc,
                                     .free = bonnet_words_free,
                                     .to_device = bonnet_words_to_device,
                                     .to_host = bonnet_words_to_host,
                                     .wait = usb_wait,
                                     .clock_hz = usb_clock_hz};

static bonnet_status open_usb(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &usb_mmio, path, config, err);
}

static int usb_present(void) { return bonnet_ftdi_count() > 0; }

const bonnet_backend bonnet_usb_backend = BONNET_REGDEV_BACKEND("usb", USB_SUMMARY, &usb_mmio, open_usb, usb_present);
