/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h - the words of docs/jtag.md: a command's header and the status word, for every cable that carries them (usb_port.c, serial_port.c). */
#ifndef BONNET_STREAM_H
#define BONNET_STREAM_H
#include <stddef.h>
#include <stdint.h>

enum {
    BONNET_STREAM_WRITE = 1,
    BONNET_STREAM_READ = 2,
    BONNET_STREAM_MORE = 3, /* on a serial line: nothing but the answer */
    BONNET_STREAM_CLEAR = 4,
    BONNET_STREAM_HEADER = 8, /* bytes */
    BONNET_PORT_MAGIC = 0xB0A7,
    BONNET_PORT_VERSION = 1
};
/* The status word, above the magic and four bits of version. */
enum {
    BONNET_STREAM_BUSY = 1 << 20,
    BONNET_STREAM_BUS_ERR = 1 << 21,
    BONNET_STREAM_OVER_ERR = 1 << 22,
    BONNET_STREAM_BUSY_ERR = 1 << 23,
    BONNET_STREAM_OP_ERR = 1 << 24
};

/* count: 32-bit words, below 2^20; addr: below 2^40. */
static inline void bonnet_stream_header(uint8_t bytes[BONNET_STREAM_HEADER], uint32_t op, size_t count, uint64_t addr)
{
    const uint64_t v = op | (uint64_t)count << 4 | addr << 24;
    for (int i = 0; i < BONNET_STREAM_HEADER; i++) bytes[i] = (uint8_t)(v >> 8 * i);
}
#endif
