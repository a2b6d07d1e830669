/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial.c - `serial:`, a chip on a board at the other end of a serial line (docs/ulx3s.md): FPGA boards without a processor or a PCIe slot.
 *
 *     serial:TTY[,option]...        TTY: /dev/ttyUSB0
 *     baud=N            as the bitstream's: 115200 .. 3000000, the speeds that a tty has (1000000)
 *     mem=ADDR+BYTES    the memory that is the chip's (0x70000000+0x1e000)
 *     regs=ADDR         where the bitstream has the chip's registers (0xa0000000)
 *     timeout-ms=N      bound of one transfer, beyond the time its bytes take, 10..60000 (1000)
 *
 * Registers and buffers: words.h. Register writes are answered later: the next read, or a transfer, looks.
 */
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "options.h"
#include "regdev.h"
#include "serial_port.h"
#include "words.h"

enum { PATH_BYTES = 256 };

typedef struct serial {
    bonnet_words words; /* first: words.h's functions take the whole for it */
    bonnet_serial_port port;
} serial;

/* ---- the port of words.h -------------------------------------------------------------------------------------------------------------------- */
static bonnet_status ready(void *port, bonnet_error *err) { return bonnet_serial_ready(port, err); }
static bonnet_status words_out(void *port, uint64_t addr, const uint8_t *bytes, size_t words, bonnet_error *err)
{
    return bonnet_serial_write(port, addr, bytes, words, err);
}
static bonnet_status words_in(void *port, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err)
{
    return bonnet_serial_read(port, addr, bytes, words, err);
}
static bonnet_status settle(void *port, bonnet_error *err) { return bonnet_serial_sync(port, err); }
static const bonnet_word_port serial_words = {.scheme = "serial", .ready = ready, .write = words_out, .read = words_in, .sync = settle};

/* ---- waiting ------------------------------------------------------------------------------------------------------------------------------- */
/* The interrupt line ends in the board's processor: the host asks the register. */
static const bonnet_mmio serial_mmio;

static bonnet_status serial_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    uint32_t isr;
    return bonnet_regdev_poll(&serial_mmio, self, 0, timeout_ms, cancel, &isr, err);
}

static uint32_t serial_clock_hz(void *self)
{
    (void)self;
    return 0; /* no register says it */
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------------------- */
typedef struct wanted {
    const char *tty;
    uint32_t baud, timeout_ms;
} wanted;

static int option(serial *u, wanted *w, const char *name, const char *value)
{
    uint64_t n;
    if (bonnet_words_option(&u->words, name, value)) return 1;
    if (!bonnet_words_number(value, '\0', 4000000, &n, NULL)) return 0;
    if (!strcmp(name, "baud") && n >= 1 && n <= 4000000) w->baud = (uint32_t)n;
    else if (!strcmp(name, "timeout-ms") && n >= 10 && n <= 60000) w->timeout_ms = (uint32_t)n;
    else return 0;
    return 1;
}

static bonnet_status options(serial *u, wanted *w, char *text, bonnet_error *err)
{
    for (char *list = text, *at; (at = bonnet_option_next(&list)) != NULL;) {
        const char *value = bonnet_option_value(at);
        if (value) {
            if (!option(u, w, at, value))
                return bonnet_fail(err, BONNET_EINVAL, "serial: bad option '%s=%s'; known: baud=N mem=ADDR+BYTES regs=ADDR timeout-ms=10..60000", at,
                                   value);
        } else if (at == text) {
            w->tty = at;
        } else if (*at) {
            return bonnet_fail(err, BONNET_EINVAL, "serial: '%s' is no option; the tty comes first: serial:/dev/ttyUSB0,baud=..", at);
        }
    }
    if (!*w->tty) return bonnet_fail(err, BONNET_EINVAL, "serial: which tty? serial:/dev/ttyUSB0");
    if (strlen(w->tty) >= BONNET_SERIAL_PATH)
        return bonnet_fail(err, BONNET_EINVAL, "serial: a tty's name longer than %d bytes", BONNET_SERIAL_PATH - 1);
    return BONNET_OK;
}

static void serial_close(void *self)
{
    serial *u = self;
    if (!u) return;
    bonnet_serial_close(&u->port);
    bonnet_pool_free(&u->words.pool);
    free(u);
}

static bonnet_status serial_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    char text[PATH_BYTES];
    wanted w = {.tty = "", .baud = 1000000, .timeout_ms = 1000};
    (void)config; /* its timeout is that of jobs */
    if (path && strlen(path) >= sizeof text) return bonnet_fail(err, BONNET_EINVAL, "serial: options longer than %d bytes", PATH_BYTES - 1);
    strcpy(text, path ? path : "");
    serial *u = calloc(1, sizeof *u);
    if (!u) return bonnet_fail(err, BONNET_ENOMEM, "serial: no memory for a device");
    u->words.mem = UINT64_C(0x70000000), u->words.mem_bytes = UINT64_C(0x1e000), u->words.regs = UINT64_C(0xa0000000); /* as rtl/board/ulx3s */
    u->words.ops = &serial_words, u->words.port = &u->port;
    bonnet_status st = options(u, &w, text, err);
    if (st == BONNET_OK) bonnet_words_make(&u->words);
    if (st == BONNET_OK) st = bonnet_serial_open(&u->port, w.tty, w.baud, w.timeout_ms, err);
    if (st != BONNET_OK) {
        free(u); /* the port closed itself; the pool has nothing yet */
        return st;
    }
    *self = u;
    return BONNET_OK;
}

#define SERIAL_SUMMARY "an FPGA board over a serial line"
static const bonnet_mmio serial_mmio = {.scheme = "serial",
                                        .small_memory = 1,
                                        .summary = SERIAL_SUMMARY,
                                        .open = serial_open,
                                        .close = serial_close,
                                        .read = bonnet_words_reg_read,
                                        .write = bonnet_words_reg_write,
                                        .alloc = bonnet_words_alloc,
                                        .free = bonnet_words_free,
                                        .to_device = bonnet_words_to_device,
                                        .to_host = bonnet_words_to_host,
                                        .wait = serial_wait,
                                        .clock_hz = serial_clock_hz};

static bonnet_status open_serial(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &serial_mmio, path, config, err);
}

/* A tty may be anything: whether a board is behind one is known when it is asked. */
static int serial_present(void) { return 0; }

const bonnet_backend bonnet_serial_backend = BONNET_REGDEV_BACKEND("serial", SERIAL_SUMMARY, &serial_mmio, open_serial, serial_present);
