/* SPDX-License-Identifier: Apache-2.0 */
/* usb_device.h - what `usb:` is made of, for driver/usb.c and for the tests that count what it did (bonnet_regdev_mmio_self()). */
#ifndef BONNET_USB_DEVICE_H
#define BONNET_USB_DEVICE_H
#include "pool.h"
#include "usb.h"

enum { BONNET_USB_AHEAD = 64, BONNET_USB_PIECE = 4 * BONNET_PORT_WORDS }; /* words of counters read at once; bytes of one READ */

typedef struct bonnet_usb {
    bonnet_port port;
    bonnet_pool pool;              /* of [mem, mem + mem_bytes) */
    uint64_t mem, mem_bytes, regs; /* on the board */
    uint32_t ahead_at, ahead_bytes; /* counters that are in ahead[]; 0 bytes: none */
    uint8_t ahead[4 * BONNET_USB_AHEAD];
    uint8_t piece[BONNET_USB_PIECE]; /* what a READ brought, before it goes where it belongs */
} bonnet_usb;
#endif
