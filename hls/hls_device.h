/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_device.h - chip and registers wired together, as software holds them: one device of one geometry, of which several may be there at once.
 * Not for synthesis: hls_top.c is. For driver/hls.c and tests, which know no size: both geometries have these names, with _asic and _tiny behind.
 *
 * Time passes with calls: an access of a register is a cycle of the register file, and the chip does at most one descriptor in it; pass() is a cycle
 * without an access. So whoever waits, waits by calling pass(). CYCLES stays 0: C has no clock.
 */
#ifndef HLS_DEVICE_H
#define HLS_DEVICE_H
#include <stddef.h>
#include <stdint.h>

typedef struct hls_device hls_device;

#define HLS_DEVICE(g)                                                                                                                                \
    size_t hls_device_bytes_##g(void); /* of an hls_device; the caller's memory, aligned for uint64_t */                                            \
    /* After power-on: `mem` holds mem_bytes bytes of what is at mem_base for the bus, and stays where it is. Memories of the chip hold anything. */ \
    void hls_device_power_on_##g(hls_device *d, uint64_t *mem, uint64_t mem_base, uint64_t mem_bytes);                                               \
    void hls_device_span_##g(hls_device *d, uint64_t mem_bytes); /* from now on */                                                                 \
    uint32_t hls_device_read_##g(hls_device *d, uint32_t offset);                                                                                    \
    void hls_device_write_##g(hls_device *d, uint32_t offset, uint32_t value);                                                                       \
    /* 1: the interrupt is up. */                                                                                                                    \
    int hls_device_pass_##g(hls_device *d);
HLS_DEVICE(asic)
HLS_DEVICE(tiny)
#endif
