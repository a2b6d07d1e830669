/* SPDX-License-Identifier: Apache-2.0 */
/* file_net.h - private to file*.c: the NET section of a .bonnet file, and little-endian cursors. Layout: docs/format.md. */
#ifndef BONNET_FILE_NET_H
#define BONNET_FILE_NET_H
#include <stddef.h>
#include <stdint.h>
#include "backend.h"
#include "net.h"

/* Writes forward; with at == NULL it only counts. Run the same code twice: once for the size, once for the bytes. */
typedef struct bonnet_writer {
    uint8_t *at;
    size_t bytes;
} bonnet_writer;
void bonnet_put(bonnet_writer *w, uint64_t value, size_t bytes);
void bonnet_put_bytes(bonnet_writer *w, const void *from, size_t bytes);
void bonnet_put_zero(bonnet_writer *w, size_t bytes);

/* Reads forward; `short_` turns 1 when something was not there, and then all reads give 0. */
typedef struct bonnet_reader {
    const uint8_t *at;
    size_t left;
    int short_;
} bonnet_reader;
uint64_t bonnet_get(bonnet_reader *r, size_t bytes);
const uint8_t *bonnet_get_bytes(bonnet_reader *r, size_t bytes); /* NULL: not there */
int bonnet_get_zero(bonnet_reader *r, size_t bytes);             /* 1: there and all zero */

void bonnet_net_encode(bonnet_writer *w, const bonnet_net *net);
/* The WIN section of a network of general layers: what they slide, 64 bytes each. */
size_t bonnet_windows_bytes(const bonnet_net *net);
void bonnet_windows_encode(bonnet_writer *w, const bonnet_net *net);
/* Into net, whose layer records are there; 1 if the section is well formed and the network has general layers. Not yet checked. */
int bonnet_windows_decode(bonnet_net *net, bonnet_reader r);
/* windows: of the WIN section, NULL without one. *out passed bonnet_net_check(), or if it is a part bonnet_net_check_part(): bonnet_net_free(). */
bonnet_status bonnet_net_decode(bonnet_net **out, const uint8_t *bytes, size_t size, const bonnet_reader *windows, int part, bonnet_error *err);
/* A BRA section. In: the exit becomes net's, whose exits are not yet checked. */
size_t bonnet_branch_bytes(const bonnet_net_exit *e);
void bonnet_branch_encode(bonnet_writer *w, const bonnet_net_exit *e);
bonnet_status bonnet_branch_decode(bonnet_net *net, const uint8_t *bytes, size_t size, bonnet_error *err);
#endif
