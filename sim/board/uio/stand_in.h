/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stand_in.h - Linux UIO and u-dma-buf where no board is: build/board/libbonnet_uio.so, loaded before an unmodified program
 *
 *     LD_PRELOAD=build/board/libbonnet_uio.so build/bonnet selftest --device uio:/dev/uio0
 *
 * The program then finds /dev/uio0, /dev/udmabuf-bonnet, /sys/class/uio and /sys/class/u-dma-buf, with the Verilated chip of
 * sim/board behind them. The chip lives as long as the process. What it is faithful to, and what the tests of uio: rest on:
 *   - registers are pages that fault (sim/board/trap.h): 32-bit loads and stores, anything else aborts, as a bus would;
 *   - the interrupt is a level. The kernel counts and masks it when it comes; write(1) unmasks; read() gives the count, once each;
 *   - CPU and chip see two memories. sync_for_device carries the named lines to the chip; sync_for_cpu brings them back, after writing to
 *     the chip whatever lines the CPU had changed and not given away - which a cache may do at any time, so doing it then is the worst.
 *     Both memories start as different garbage. A forgotten, short or misplaced sync is a wrong result;
 *   - time passes for the chip during register accesses and poll(), and nowhere else.
 * BONNET_BOARD: options of the chip (sim/board/board.h). BONNET_UIO: what is different today, separated by commas:
 *     none         no UIO device              foreign   it is not called bonnet         two      a second one, uio1, that is not called bonnet
 *     noperm       /dev/uio0 is for root      window    its window has 4 KiB            noirq    its device tree node has no interrupt
 *     nodma        u-dma-buf is not loaded    dmaperm   its device is for root          syncperm its sync files are
 *     garbage      phys_addr is no number     badaddr   phys_addr is odd                coherent dma_coherent is 1, and true
 *     nosync       syncs do nothing           syncfail  syncs give EINVAL               size=N   bytes of the buffer (32 MiB)
 *     dma=NAME     its name (udmabuf-bonnet)  legacy    class udmabuf, as before 2020   clock=HZ clock-frequency in the device tree
 *     nosynccpu    only sync_for_cpu does nothing                                       skip=N   sync N (from 1) does nothing
 *     lost=N       interrupt N (from 1) is masked but not counted                       gone=N   the UIO driver is unbound at interrupt N
 */
#ifndef BONNET_UIO_STAND_IN_H
#define BONNET_UIO_STAND_IN_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SI_PATH = 512, SI_NAME = 48 };

typedef struct si_knobs {
    int none, foreign, two, noperm, window, noirq, nodma, dmaperm, syncperm, garbage, badaddr, coherent, nosync, nosynccpu, syncfail, legacy;
    uint64_t size, clock_hz, lost, gone, skip;
    char dma[SI_NAME];
} si_knobs;

/* ---- tree.c: the files */

/* Read once from BONNET_UIO; a knob that is not known is said on stderr and ends the process: a test with a typo must not pass. */
const si_knobs *si_get_knobs(void);
/* Where path really is: within the tree that stands for it, made at the first call and removed at exit. NULL: not ours, leave it. */
const char *si_path(char out[SI_PATH], const char *path);

/* ---- kernel.c: the two drivers. As system calls: -1 and errno on failure. */

typedef enum si_kind { SI_NOT_OURS = 0, SI_UIO, SI_DMA, SI_FOR_DEVICE, SI_FOR_CPU } si_kind;

si_kind si_kind_of(const char *path);
/* May this be opened? 0, or -1 and errno. */
int si_may(si_kind kind);
/* The same, and starts the chip. */
int si_open(si_kind kind);
void *si_map(si_kind kind, size_t bytes, off_t offset);
/* 1: this was one of ours, and is gone. */
int si_unmap(void *address);
ssize_t si_write(si_kind kind, const void *bytes, size_t n);
/* *seen: interrupts that this open file has read. wait: until there is one. */
ssize_t si_read(void *bytes, size_t n, uint32_t *seen, int wait);
uint32_t si_interrupts(void);
/* Lets the chip work for a while. 0: there is no chip, and no time for it to pass. */
int si_work(void);
int si_unbound(void);
/* The chip's view of a byte of DRAM and what follows; exported, for tests: dlsym(RTLD_DEFAULT, "bonnet_uio_chip_at"). NULL: none there. */
uint8_t *bonnet_uio_chip_at(uint64_t address);
#endif
