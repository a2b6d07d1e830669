/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - the JTAG chain of a ZCU102, one TCK at a time: TDI -> PS/PL TAP -> ARM DAP -> TDO, Verilated, with rtl/shell/bonnet_jtag
 * behind USER1 and a board (board.h) behind its AXI master: registers at BOARD_REGS_ADDR, DRAM at BOARD_DRAM_ADDR, DECERR elsewhere.
 *
 *     chain *c;  char text[BOARD_TEXT];
 *     if (!chain_new(&c, "geometry=tiny,cycles=3", text)) { tdo = chain_clock(c, tms, tdi); ... chain_free(c); }
 *
 * Time: a TCK is `cycles` cycles of the bus clock, with a phase that wanders (seed). The chip runs at the bus clock: it is brought up to
 * date, by at most CHAIN_CATCH_UP cycles, at each access to registers or DRAM, so it costs nothing where nobody looks.
 */
#ifndef BONNET_CHAIN_H
#define BONNET_CHAIN_H
#include "../board.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct chain chain;

enum { CHAIN_CATCH_UP = 4096 };

/*
 * Options: those of board_new(), and
 *     idcode=HEX   of the PS/PL TAP, 24738093
 *     dap=HEX      of the ARM DAP, 5ba00477
 *     port=0|1     0: a bitstream without our port; USER1 shifts out zeros
 *     load=0|1     1: the PL is empty until a bitstream is loaded over the chain (config.h); it then has our port if it says so
 *     cycles=N     bus clock cycles per TCK, 1..64; 2
 *     late=N       bus clock cycles from the address of one of the port's bursts to its first word, 0..10000; 0
 * stall= also shapes the port's bus. NULL: from the environment variable BONNET_BOARD. 0, or -1 and one line in text (BOARD_TEXT bytes).
 */
int  chain_new(chain **out, const char *options, char *text);
void chain_free(chain *c); /* NULL is a no-op */

/* One TCK, rising edge and falling edge: TDO (0 or 1) as it is before the rising edge. A chain that broke a rule gives 1 for ever. */
int chain_clock(chain *c, int tms, int tdi);

/* The board behind it; it lives as long as the chain. */
board *chain_board(chain *c);
/* "" or the rule that the port's bus, or the chip, broke. */
const char *chain_failed(const chain *c);
/* TCKs so far. */
uint64_t chain_tcks(const chain *c);

#ifdef __cplusplus
}
#endif
#endif
