/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial_port.h - words to and from addresses of a board at the other end of a serial line (docs/ulx3s.md). Only serial.c and tests include this.
 *
 * Every command is answered, so the two ends agree on what happened. An answer that does not come, or is none, leaves the line `lost`: the next call begins
 * anew. A line that went away is `gone`: BONNET_ENODEV for ever. Every wait is bounded by the time that the bytes take and timeout_ms.
 * Not for several threads at once.
 */
#ifndef BONNET_SERIAL_PORT_H
#define BONNET_SERIAL_PORT_H
#include <stddef.h>
#include <stdint.h>
#include "backend.h"
#include "stream.h"

enum { BONNET_SERIAL_PATH = 128, BONNET_SERIAL_WORDS = 1024 /* of one command */ };

typedef struct bonnet_serial_port {
    int fd;
    char path[BONNET_SERIAL_PATH]; /* in every line of text */
    uint32_t baud, timeout_ms;
    uint32_t owed; /* answers to WRITEs that have not been read */
    int gone, lost;
} bonnet_serial_port;

/* *p is written whole: line set up, the port there and clean. On failure there is nothing to close. BONNET_EINVAL: no such baud. */
bonnet_status bonnet_serial_open(bonnet_serial_port *p, const char *path, uint32_t baud, uint32_t timeout_ms, bonnet_error *err);
void bonnet_serial_close(bonnet_serial_port *p);
/* Not gone, and not lost any more; to be called before anything else is asked of the port. */
bonnet_status bonnet_serial_ready(bonnet_serial_port *p, bonnet_error *err);
/* Words, little endian, 4 * words bytes. That they arrived is certain only after sync or read. */
bonnet_status bonnet_serial_write(bonnet_serial_port *p, uint64_t addr, const uint8_t *bytes, size_t words, bonnet_error *err);
/* Everything before it arrived, or BONNET_EBUS, BONNET_EIO, BONNET_ENODEV. */
bonnet_status bonnet_serial_sync(bonnet_serial_port *p, bonnet_error *err);
bonnet_status bonnet_serial_read(bonnet_serial_port *p, uint64_t addr, uint8_t *bytes, size_t words, bonnet_error *err);
#endif
