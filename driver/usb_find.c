/* SPDX-License-Identifier: Apache-2.0 */
/* usb_find.c - which of the cables that are plugged in, and making it ours: the half of usb_ftdi.c that runs once. */
#include <libusb-1.0/libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "usb.h"

/* Is this an FT232H? */
static int is_cable(libusb_device *device)
{
    struct libusb_device_descriptor d;
    return libusb_get_device_descriptor(device, &d) == 0 && d.idVendor == BONNET_USB_VENDOR && d.idProduct == BONNET_USB_PRODUCT;
}

int bonnet_ftdi_count(void)
{
    libusb_context *context;
    libusb_device **list;
    int found = 0;
    if (libusb_init(&context) != 0) return 0;
    ssize_t n = libusb_get_device_list(context, &list);
    for (ssize_t i = 0; i < n; i++) found += is_cable(list[i]);
    if (n >= 0) libusb_free_device_list(list, 1);
    libusb_exit(context);
    return found;
}

/* The serial number, or its place on the bus where it cannot be read (which needs the right to open it). */
static int name(libusb_device *device, libusb_device_handle **handle, char *text)
{
    struct libusb_device_descriptor d;
    int rc = libusb_open(device, handle);
    snprintf(text, BONNET_USB_SERIAL, "bus %u device %u", libusb_get_bus_number(device), libusb_get_device_address(device));
    if (rc != 0) return rc;
    char serial[BONNET_USB_SERIAL];
    if (libusb_get_device_descriptor(device, &d) != 0 || !d.iSerialNumber) return 0;
    int n = libusb_get_string_descriptor_ascii(*handle, d.iSerialNumber, (unsigned char *)serial, sizeof serial - 1);
    if (n > 0) {
        serial[n] = '\0';
        snprintf(text, BONNET_USB_SERIAL, "%s", serial);
    }
    return 0;
}

static bonnet_status refused(const char *who, int rc, bonnet_error *err)
{
    switch (rc) {
    case LIBUSB_ERROR_ACCESS:
        return bonnet_fail(err, BONNET_ENODEV, "usb: %s: permission denied; install the udev rule and replug the cable: docs/boards.md", who);
    case LIBUSB_ERROR_BUSY:
        return bonnet_fail(err, BONNET_ENODEV, "usb: %s: another program has it; stop hw_server, OpenOCD or the other user of bonnet", who);
    case LIBUSB_ERROR_NO_DEVICE: return bonnet_fail(err, BONNET_ENODEV, "usb: %s: unplugged; connect it and open the device again", who);
    case LIBUSB_ERROR_NO_MEM: return bonnet_fail(err, BONNET_ENOMEM, "usb: %s: out of memory", who);
    default: return bonnet_fail(err, BONNET_ENODEV, "usb: %s: cannot be opened: %s; replug the cable", who, libusb_error_name(rc));
    }
}

/* Opens the one that is wanted; what else is there is for the text of a failure. */
static bonnet_status choose(bonnet_ftdi *f, libusb_device **list, ssize_t n, const char *wanted, bonnet_error *err)
{
    char names[160] = "", who[BONNET_USB_SERIAL], denied[BONNET_USB_SERIAL] = "";
    int found = 0, failure = 0;
    for (ssize_t i = 0; i < n; i++) {
        libusb_device_handle *handle = NULL;
        if (!is_cable(list[i])) continue;
        const int rc = name(list[i], &handle, who);
        found++;
        if (rc != 0) failure = rc, memcpy(denied, who, sizeof who);
        if (rc == 0 && !f->handle && (!*wanted || !strcmp(wanted, who))) {
            f->handle = handle;
            memcpy(f->serial, who, sizeof who);
        } else if (rc == 0) {
            libusb_close(handle);
        }
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", who);
        if (f->handle && *wanted) return BONNET_OK;
    }
    if (!found)
        return bonnet_fail(err, BONNET_ENODEV,
                           "usb: no USB-JTAG cable (0403:6014) at this machine; connect connector J2 of the ZCU102 and switch the board on");
    if (!*wanted && found > 1)
        return bonnet_fail(err, BONNET_EINVAL, "usb: %d cables: %s; choose one by its serial number, as in usb:SERIAL", found, names);
    if (!f->handle && failure) return refused(denied, failure, err);
    if (!f->handle) return bonnet_fail(err, BONNET_ENODEV, "usb: no cable with serial number '%.63s'; there is %s", wanted, names);
    return BONNET_OK;
}

bonnet_status bonnet_ftdi_open(bonnet_ftdi *f, const bonnet_ftdi_config *config, bonnet_error *err)
{
    libusb_device **list;
    memset(f, 0, sizeof *f);
    f->khz = config->khz;
    f->timeout_ms = config->timeout_ms;
    f->lost = 1; /* until bonnet_ftdi_start() */
    f->out = malloc(BONNET_USB_OUT);
    if (!f->out) return bonnet_fail(err, BONNET_ENOMEM, "usb: no memory for a cable");
    int rc = libusb_init(&f->context);
    if (rc != 0) {
        f->context = NULL;
        bonnet_ftdi_close(f);
        return bonnet_fail(err, BONNET_ENODEV, "usb: libusb does not start here: %s; is there a /dev/bus/usb?", libusb_error_name(rc));
    }
    ssize_t n = libusb_get_device_list(f->context, &list);
    bonnet_status st = choose(f, list, n, config->serial, err);
    if (n >= 0) libusb_free_device_list(list, 1);
    if (st == BONNET_OK) {
        (void)libusb_set_auto_detach_kernel_driver(f->handle, 1); /* ftdi_sio may sit on it; where that cannot be done, claiming says so */
        rc = libusb_claim_interface(f->handle, 0);
        if (rc != 0) st = refused(f->serial, rc, err);
    }
    if (st != BONNET_OK) bonnet_ftdi_close(f);
    return st;
}

void bonnet_ftdi_close(bonnet_ftdi *f)
{
    if (f->handle) {
        (void)libusb_release_interface(f->handle, 0); /* not claimed, or gone: nothing to release */
        libusb_close(f->handle);
    }
    if (f->context) libusb_exit(f->context);
    free(f->out);
    memset(f, 0, sizeof *f);
}
