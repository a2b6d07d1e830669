/* SPDX-License-Identifier: Apache-2.0 */
/* opening_test.c - everything that can be wrong before the first register: one line that says what to do, nothing left open, and a board that is right opens. */
#include "bench.h"

typedef struct wrong {
    const char *label, *cables, *options, *uri;
    bonnet_status status;
    const char *text;
    int untouched; /* no instruction may have gone to such a chain */
} wrong;

static const wrong list[] = {
    {"no cable", "none", "", USB_URI, BONNET_ENODEV, "connect connector J2", 0},
    {"no such serial number", "serial=A1,serial=B2", "", "C3," USB_URI, BONNET_ENODEV, "no cable with serial number 'C3'; there is A1, B2", 0},
    {"two cables, none named", "serial=A1,serial=B2", "", USB_URI, BONNET_EINVAL, "2 cables: A1, B2; choose one", 0},
    {"no permission", "denied", "", USB_URI, BONNET_ENODEV, "bus 1 device 2: permission denied; install the udev rule", 0},
    {"in use", "busy", "", USB_URI, BONNET_ENODEV, "210308AABBCC: another program has it", 0},
    {"board off", "dark", "", USB_URI, BONNET_ENODEV, "TDO stays 0); is the board switched on?", 1},
    {"a foreign FPGA", "", "idcode=13631093", USB_URI, BONNET_ENODEV, "not a ZCU102: IDCODEs (no IDCODE) 0x13631093", 1},
    {"a foreign DAP", "", "dap=4ba00477,idcode=13722093", USB_URI, BONNET_ENODEV, "not a ZCU102", 1},
    {"no Bonnet in the bitstream", "", "port=0", USB_URI, BONNET_ENODEV, "no Bonnet port (USER1 says 00 00 00 00); flash one: bonnet flash", 0},
    {"a port of another version", "flip=18", "", USB_URI, BONNET_EABI, "port is of version 0, this library speaks 1", 0},
    {"a port with a bad magic", "flip=2", "", USB_URI, BONNET_ENODEV, "no Bonnet port", 0},
    {"a bus that stays busy", "flip=22", "", USB_URI, BONNET_EIO, "does not finish a transfer", 0},
    {"words lost", "flip=24", "", USB_URI, BONNET_EIO, "words were lost; lower clock-khz= (now 15000)", 0},
    {"a command too early", "flip=25", "", USB_URI, BONNET_EIO, "does not finish a transfer", 0},
    {"a command misheard", "flip=26", "", USB_URI, BONNET_EIO, "did not understand a command (status 0x", 0},
    {"no registers there", "", "", "regs=0xb0000000," USB_URI, BONNET_EBUS, "bus error; is its DDR up", 0},
    {"a chip that is dead", "", "dead=1", USB_URI, BONNET_ENODEV, "no Bonnet chip there: ID is 0xffffffff", 0},
    {"an unknown option", "", "", "speed=3", BONNET_EINVAL, "bad option 'speed=3'", 0},
    {"a serial number too late", "", "", "clock-khz=100,A1", BONNET_EINVAL, "'A1' is no option", 0},
    {"no clock", "", "", "clock-khz=0", BONNET_EINVAL, "bad option 'clock-khz=0'", 0},
    {"too fast a clock", "", "", "clock-khz=30001", BONNET_EINVAL, "bad option", 0},
    {"memory without its size", "", "", "mem=0x70000000", BONNET_EINVAL, "bad option", 0},
    {"memory off its line", "", "", "mem=0x70000020+4096", BONNET_EINVAL, "bad option", 0},
    {"memory beyond 40 bits", "", "", "mem=0xffffff0000+0x20000", BONNET_EINVAL, "bad option", 0},
    {"no time", "", "", "timeout-ms=9", BONNET_EINVAL, "bad option", 0},
};

static void long_path(bench *b)
{
    char uri[400];
    memset(uri, 'x', sizeof uri - 1);
    uri[sizeof uri - 1] = '\0';
    bench_open(b, uri);
    FAILS(b, BONNET_EINVAL, "options longer than 255 bytes", "a path of 399 bytes");
}

/* TCK is what was asked for or the next that the divisor makes below it. */
static void clocks(bench *b)
{
    static const uint32_t asked[] = {30000, 15000, 14999, 7000, 1000, 1}, set[] = {30000, 15000, 10000, 6000, 1000, 1};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        char uri[64];
        snprintf(uri, sizeof uri, USB_URI ",clock-khz=%u", asked[i]);
        bench_plug(b, "", "");
        bench_open(b, uri);
        UNIT(b->u, b->dev && ft232h_khz(fakeusb_chip()) == set[i], uri, "%u kHz, status %d: %s", fakeusb_chip() ? ft232h_khz(fakeusb_chip()) : 0,
             b->status, b->err.text);
    }
}

void opening(bench *b)
{
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        const wrong *x = &list[i];
        bench_plug(b, x->cables, x->options);
        bench_open(b, x->uri);
        FAILS(b, x->status, x->text, x->label);
        UNIT(b->u, !b->dev && !fakeusb_open_things(), "  nothing is left open", "%d things", fakeusb_open_things());
        if (x->untouched)
            UNIT(b->u, !fakeusb_instructions(), "  nothing was written", "%llu instructions", (unsigned long long)fakeusb_instructions());
        if (fakeusb_chip()) UNIT(b->u, ft232h_unknown(fakeusb_chip()) % 2 == 0, "  the cable understood", "a command that no MPSSE knows");
    }
    long_path(b);
    bench_plug(b, "none", "");
    UNIT(b->u, !bonnet_usb_backend.present(), "present() without a cable", "says there is one");
    bench_plug(b, "serial=A1,serial=B2", "");
    UNIT(b->u, bonnet_usb_backend.present(), "present() with two", "says there is none");
    bench_open(b, "B2," USB_URI);
    UNIT(b->u, b->dev && !strcmp(bench_usb(b)->port.ftdi.serial, "B2"), "the second of two, by its serial number", "status %d: %s", b->status,
         b->err.text);
    bench_plug(b, "", "");
    UNIT(b->u, bench_works(b), "after all that, a board works", "status %d: %s", b->status, b->err.text);
    UNIT(b->u, bench_works(b), "and once more, its DAP already on", "status %d: %s", b->status, b->err.text);
    clocks(b);
}
