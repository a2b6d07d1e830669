/* SPDX-License-Identifier: Apache-2.0 */
/* message_pack.c - a request's body as a zlib stream, which HTTP calls deflate, and whether that pays. */
#include <stdlib.h>
#include <zlib.h>
#include "message.h"

enum { FAST = 1, LONG_US = 1000, LARGEST = 95 /* per cent: beyond, nothing was gained */ };

bool message_pack(uint8_t **body, size_t *size)
{
    uLongf packed = (uLongf)*size;
    uint8_t *to = malloc(*size);
    const bool good = to && compress2(to, &packed, *body, (uLong)*size, FAST) == Z_OK && packed <= *size / 100 * LARGEST; /* no room: not smaller */
    if (good) {
        free(*body);
        *body = to, *size = packed;
    } else free(to);
    return good;
}

void message_packed(message_packing *p, size_t from, size_t to, int64_t us)
{
    const double left = (double)to / (double)from, weight = p->seen++ ? 0.125 : 1;
    p->left += weight * (left - p->left);
    p->us += weight * ((double)us - p->us);
}

bool message_pays(const message_packing *p, size_t size, double bits_per_s)
{
    if (!(bits_per_s > 0)) return false;
    const double way_us = 8e6 * (double)size / bits_per_s;
    if (!p->seen) return way_us > LONG_US;     /* worth a try */
    return (1 - p->left) * way_us > 2 * p->us; /* the other side unpacks it, too */
}
