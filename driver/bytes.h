/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.h - little-endian numbers in bytes that others wrote, at any address, on any host. */
#ifndef BONNET_BYTES_H
#define BONNET_BYTES_H
#include <stddef.h>
#include <stdint.h>

/* The number in p[0..bytes), bytes <= 8. */
static inline uint64_t bonnet_little(const uint8_t *p, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = bytes; i--;) v = v << 8 | p[i];
    return v;
}
#endif
