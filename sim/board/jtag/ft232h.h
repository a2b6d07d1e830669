/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ft232h.h - an FT232H in front of a JTAG chain: bulk bytes in and out, TCK, TMS, TDI and TDO behind. What a USB stand-in needs of the chip.
 *
 * Modelled from FTDI's AN_108 and AN_135: the MPSSE commands that JTAG programs use, bad commands echoed behind 0xfa, two bytes of modem status in
 * front of every 512-byte IN packet, and both FIFOs, 1 KiB each: while the answers are not fetched, commands wait; while commands wait, none is
 * taken. A host that waits for itself hangs here as it would at a board.
 * Pins: nothing reaches the chain, and TDO reads 1, unless TCK, TDI, TMS are outputs and the level shifters of a JTAG-SMT2-NC are on.
 */
#ifndef BONNET_FT232H_H
#define BONNET_FT232H_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct ft232h ft232h;
typedef int ft232h_clock(void *user, int tms, int tdi); /* one TCK; TDO as it is before the rising edge */
enum { FT232H_PACKET = 512, FT232H_FIFO = 1024 };       /* bytes */

ft232h *ft232h_new(ft232h_clock *clock, void *user);    /* NULL: no memory. ft232h_free() */
void    ft232h_free(ft232h *f);                         /* NULL is a no-op */
void    ft232h_control(ft232h *f, uint8_t request, uint16_t value); /* vendor request to the chip */
size_t  ft232h_write(ft232h *f, const uint8_t *bytes, size_t n);    /* bulk OUT: how many it took now */
size_t  ft232h_read(ft232h *f, uint8_t *bytes, size_t n);           /* bulk IN: one transfer, ends with a short packet; at least the modem status */
/* For the tests: answers that wait; bytes that were no command; TCKs; kHz of TCK as set. */
size_t   ft232h_waiting(const ft232h *f);
uint64_t ft232h_unknown(const ft232h *f);
uint64_t ft232h_tcks(const ft232h *f);
uint32_t ft232h_khz(const ft232h *f);
/* A fault: one answer byte is lost on the way, or one too many is there. */
void ft232h_lose(ft232h *f);
void ft232h_extra(ft232h *f);

#ifdef __cplusplus
}
#endif
#endif
