/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h - what the tests of `usb:` share: a board that is plugged in anew, a device on it, a network that runs there. */
#ifndef BONNET_USB_BENCH_H
#define BONNET_USB_BENCH_H
#include "../unit/unit.h"
#include "backends.h"
#include "board/usb/fakeusb.h"
#include "usb_device.h"

/* timeout-ms=10: a fault costs hundredths of a second. */
#define USB_URI "timeout-ms=10"

typedef struct bench {
    unit *u;
    bonnet_net *net;      /* small, random */
    uint8_t *pixels;      /* one frame */
    int32_t *want, *got;  /* its logits, by golden; by the device */
    void *dev, *slot;     /* NULL: not open, not loaded */
    bonnet_error err;     /* of the last call */
    bonnet_status status;
} bench;

int  bench_start(bench *b, unit *u);  /* 0: out of memory */
void bench_end(bench *b);
/* A fresh board; the old one must not be open. */
void bench_plug(bench *b, const char *cables, const char *options);
/* Each gives b->status and b->err. run() also compares: BONNET_EMISMATCH if the device did well and wrong. */
bonnet_status bench_open(bench *b, const char *uri);
bonnet_status bench_load(bench *b);
bonnet_status bench_run(bench *b);
void bench_close(bench *b);           /* also unloads */
bonnet_usb *bench_usb(const bench *b);
/* Opens, loads and runs well, and leaves nothing behind. */
int bench_works(bench *b);

/* A failure of this status whose line holds this text, and is one line. */
#define FAILS(b, wanted, part, label)                                                                                                                \
    UNIT((b)->u, (b)->status == (wanted) && strstr((b)->err.text, part) && !strchr((b)->err.text, '\n'), label, "status %d: %s", (b)->status,        \
         (b)->err.text)

void opening(bench *b);   /* opening_test.c: everything that can be wrong before the first register */
void faults(bench *b);    /* faults_test.c: transfers that go wrong */
void moving(bench *b);    /* moving_test.c: bytes, clocks and round trips */
#endif
