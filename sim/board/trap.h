/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trap.h - registers behind plain loads and stores. A driver that maps a device's registers reads and writes them with 32-bit loads and
 * stores; a stand-in gives it pages that fault instead, decodes the instruction, calls back, puts the result into the CPU's register and
 * goes on behind the instruction. x86-64 and AArch64.
 *
 * What a driver's `volatile uint32_t` compiles to is understood: on x86-64 MOV r32,[m] (8B), MOV [m],r32 (89), MOV [m],imm32 (C7) in all
 * addressing modes; on AArch64 32-bit LDR, STR, LDUR, STUR, LDAR, STLR without writeback. Anything else inside a window - another width,
 * a read-modify-write, an address that is no multiple of 4 - is said on stderr, and the process aborts: a bus would refuse it too.
 * A fault outside every window goes to the handler that was there before.
 *
 * The callbacks run in the faulting thread, inside its signal handler, where it was at a load or store of its own: they may lock and
 * allocate, unless the driver touches registers while it holds the allocator's lock, which no driver does.
 */
#ifndef BONNET_TRAP_H
#define BONNET_TRAP_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct trap_calls {
    uint32_t (*read)(void *user, uint32_t offset); /* offset: bytes from the window's start, a multiple of 4 */
    void     (*write)(void *user, uint32_t offset, uint32_t value);
    void    *user;
} trap_calls;

enum { TRAP_WINDOWS = 8 }; /* open at a time */

/* A window of `bytes` (rounded up to pages), or NULL: no memory, or TRAP_WINDOWS are open. Installs the SIGSEGV handler the first time. */
void *trap_open(size_t bytes, const trap_calls *calls);
/* 1: closed; 0: no window starts there. */
int trap_close(void *window);
/* Accesses emulated so far, all windows. */
uint64_t trap_count(void);

/* One decoded access. */
typedef struct trap_access {
    int      store;
    int      reg;    /* number of the CPU's register, in the order of its encoding; -1: none, a constant (imm) or the zero register */
    uint32_t imm;    /* what a store with reg -1 stores */
    unsigned length; /* of the instruction, bytes */
} trap_access;
/* For the handler, and for its test on any machine. 1: *out is set; 0: not an access of the list above. */
int trap_decode_x86(const uint8_t *code, trap_access *out); /* reads up to 12 bytes, as far as the instruction goes */
int trap_decode_a64(uint32_t instruction, trap_access *out);

#ifdef __cplusplus
}
#endif
#endif
