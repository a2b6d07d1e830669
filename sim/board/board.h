/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board.h - a ZCU102 as the stand-ins for its kernel drivers and cables see it: the Verilated chip's registers at their address, and
 * DRAM of which this is the chip's view. The stand-ins (sim/board/<name>) put a driver's face in front of it: /dev/uio, zocl, an FT232H.
 * None of this is in libbonnet; it exists so that the drivers of a board run where no board is.
 *
 * Time: the chip's clock runs only within these calls: BOARD_ACCESS_CYCLES after every register access, and in board_run().
 * Threads: one at a time; a stand-in that has more takes a lock.
 */
#ifndef BONNET_BOARD_H
#define BONNET_BOARD_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Where bitstreams/zcu102 puts things. */
#define BOARD_REGS_ADDR  UINT64_C(0xA0000000)  /* 64 KiB, M_AXI_HPM0_FPD */
#define BOARD_REGS_BYTES UINT64_C(0x10000)
#define BOARD_DRAM_ADDR  UINT64_C(0x70000000)  /* the piece of PS DDR that a device tree reserves for the chip */
#define BOARD_DRAM_BYTES UINT64_C(0x4000000)   /* 64 MiB */
enum { BOARD_ACCESS_CYCLES = 64, BOARD_TEXT = 256 };

typedef struct board board;

/*
 * Options as after "sim:", from the caller or (NULL) from the environment variable BONNET_BOARD; geometry=tiny if they name none.
 *     geometry=asic|zcu102|small|tiny  latency=  stall=  seed=  error=  hang=    as sim:
 *     dead=N     register accesses from the N-th on read all ones and write nothing, as a bus without a bitstream does
 * 0, or -1 and one line in text (BOARD_TEXT bytes).
 */
int  board_new(board **out, const char *options, char *text);
void board_free(board *b); /* NULL is a no-op */

/* Registers, byte offset within the window. A chip that broke a rule of its bus, or gives no answer, reads all ones: board_failed() says why. */
uint32_t board_read(board *b, uint32_t offset);
void     board_write(board *b, uint32_t offset, uint32_t value);
/* Runs until the interrupt is up (1) or for max_cycles (0). */
int      board_run(board *b, uint64_t max_cycles);
/* The interrupt line now. */
int      board_irq(board *b);
/* Cycles that the chip's clock has made. */
uint64_t board_cycles(const board *b);

/* The chip's view of DRAM [addr, addr + bytes), or NULL where there is none. Zeroed at power-up. */
uint8_t *board_dram(board *b, uint64_t addr, uint64_t bytes);
/* "" or what went wrong in the chip. */
const char *board_failed(const board *b);

#ifdef __cplusplus
}
#endif
#endif
