/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor.h - the parts of `bonnet doctor`. A check looks at one thing and says one line about it; one that misses something says what to type next.
 * Nothing is changed. Under --root only files are looked at, and no permission, which would be that of whoever looks.
 */
#ifndef BONNET_CLI_DOCTOR_H
#define BONNET_CLI_DOCTOR_H
#include "flash.h"

/* The three ways to a board; a check counts for each of its ways. */
enum { WAY_UIO = 1, WAY_XRT = 2, WAY_USB = 4, WAYS = 3 };
/* MISSING closes the way; WARNING does not. UNSEEN: not looked at, and why. */
typedef enum doctor_state { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_MISSING, DOCTOR_UNSEEN } doctor_state;

typedef struct doctor {
    const char *root; /* "" or the folder that stands for / */
    const char *uri;  /* --device, or NULL */
    bool board, json;
    flash_manifest manifest; /* empty where there is none */
    const flash_entry *loaded; /* what is known to be in the chip, or NULL */
    bool running;     /* the FPGA manager says so: registers may be touched */
    unsigned missing[WAYS], warnings;
    struct json_object *checks;
} doctor;

/* One line; advice NULL where there is nothing to do. */
void doctor_say(doctor *d, unsigned ways, doctor_state state, const char *name, const char *advice, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* A device node that this user must be able to open: says name, and what to do. False when it is not there or not his. */
bool doctor_node(doctor *d, unsigned ways, const char *name, const char *node, const char *advice);

void doctor_uio(doctor *d);   /* uio, u-dma-buf, coherency, memory          */
void doctor_logic(doctor *d); /* FPGA manager, bitstream, clock, the chip   */
void doctor_xrt(doctor *d);   /* zocl, XRT's libraries                      */
void doctor_chip(doctor *d);  /* opens the device, last of all             */
void doctor_usb(doctor *d);   /* the cable and the program that drives it   */
void doctor_setup(doctor *d); /* udev rules, the unit that loads at boot    */
#endif
