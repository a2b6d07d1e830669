/* SPDX-License-Identifier: Apache-2.0 */
/* usb_device.h - what `usb:` is made of, for driver/usb.c and for the tests that count what it did (bonnet_regdev_mmio_self()). */
#ifndef BONNET_USB_DEVICE_H
#define BONNET_USB_DEVICE_H
#include "usb.h"
#include "words.h"

typedef struct bonnet_usb {
    bonnet_words words; /* first: words.h's functions take the whole for it */
    bonnet_port port;
} bonnet_usb;
#endif
