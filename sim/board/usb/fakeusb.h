/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fakeusb.h - a libusb-1.0 whose only devices are FT232Hs in front of the Verilated chain (chain.h), in this process: linked in place of the
 * library, or as LD_PRELOAD=build/board/fakeusb.so. Only the functions that driver/usb_*.c calls.
 *
 * What is plugged in, from fakeusb_plug() or the environment variable BONNET_USB, separated by commas:
 *     serial=TEXT     one more cable; without any there is one, 210308AABBCC. All sit on one chain
 *     none            no cable
 *     denied, busy    libusb_open() is refused; claiming the interface is
 *     dark            the board is off: TDO stays 0
 *     flip=N          bit N of every DR scan is read wrong while an instruction is loaded
 *     FAULT@N         at bulk transfer N (from 0, both directions, since plugging in), once; N = 0 at the first:
 *         unplug      the device is gone from now on               timeout   nothing moves
 *         stall       LIBUSB_ERROR_PIPE                            cut       OUT: half of it moves, then a timeout
 *         short       IN: one packet, however much was asked       lose, extra   IN: a byte is missing; one too many
 * The board's options (chain_new) are those of BONNET_BOARD, read when the first cable is opened.
 */
#ifndef BONNET_FAKEUSB_H
#define BONNET_FAKEUSB_H
#include <stdint.h>
#include "../jtag/chain.h"
#include "../jtag/ft232h.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Replaces what is plugged in, and the board (options as chain_new). 0, or -1 and a line in text (BOARD_TEXT bytes). No handle may be open. */
int fakeusb_plug(const char *cables, const char *board_options, char *text);
/* The fault, and the count of transfers, anew; the board and open handles stay. NULL: no fault. */
void fakeusb_fault(const char *fault);
uint64_t fakeusb_transfers(void); /* since then */
/* Contexts, lists, handles and claims that are open: 0 after a program that cleans up. */
int fakeusb_open_things(void);
uint64_t fakeusb_instructions(void); /* times that the chain passed Update-IR since plugging in */
chain  *fakeusb_chain(void);  /* NULL: no cable was opened yet */
ft232h *fakeusb_chip(void);

#ifdef __cplusplus
}
#endif
#endif
