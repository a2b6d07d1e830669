/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_sim.h - the Verilated chip with a memory around it, callable from C.
 *
 *     bonnet_sim *sim;  bonnet_sim_config config = { .latency_cycles = 100, .bandwidth_percent = 100 };
 *     if (bonnet_sim_new(&sim, &config, text) == BONNET_SIM_OK) { bonnet_sim_write(sim, 0x10, job); ... bonnet_sim_free(sim); }
 *
 * Registers are reached through AXI4-Lite transactions, memory through the AXI4 master, each with the back-pressure asked for.
 * The chip and the bus are watched: a failed RTL contract or a broken AXI rule ends the simulation, every later call gives
 * BONNET_SIM_EFAILED and bonnet_sim_error() says what and where. Nothing prints. Instances are independent; one thread at a time each.
 */
#ifndef BONNET_SIM_H
#define BONNET_SIM_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct bonnet_sim bonnet_sim;

typedef enum bonnet_sim_status {
    BONNET_SIM_OK = 0,
    BONNET_SIM_BOUND = 1,     /* the cycle bound was reached */
    BONNET_SIM_EFAILED = -1,  /* the chip broke a rule, see bonnet_sim_error() */
    BONNET_SIM_ENOMEM = -2,
    BONNET_SIM_EINVAL = -3,   /* configuration out of range, or waves asked of a build without */
    BONNET_SIM_EBUS = -4      /* a register access got no answer */
} bonnet_sim_status;

enum { BONNET_SIM_ASIC = 0, BONNET_SIM_TINY = 1, BONNET_SIM_ZCU102 = 2, BONNET_SIM_SMALL = 3, BONNET_SIM_TEXT = 256 };

/* What registers hold when the power comes, and, in a model of `verilator --x-assign unique`, what x is. */
enum { BONNET_SIM_RANDOM = 0, BONNET_SIM_ZEROS = 1, BONNET_SIM_ONES = 2 };

typedef struct bonnet_sim_config {
    int      geometry;           /* BONNET_SIM_ASIC, _TINY, _ZCU102 or _SMALL */
    uint32_t latency_cycles;     /* address to first read beat, last write beat to response; up to 100000 */
    uint32_t bandwidth_percent;  /* of one beat per cycle and direction, 1..100 */
    uint32_t stall_percent;      /* chance per cycle that a channel of the memory or of the register master pauses, 0..90 */
    uint64_t seed;               /* of the stalls and of the power-up contents of all registers */
    int      power_up;           /* BONNET_SIM_RANDOM, _ZEROS or _ONES */
    uint64_t error_beat;         /* this data beat (from 1, both directions) is answered SLVERR, once; 0 = never */
    uint64_t hang_beat;          /* from this beat on the memory is silent until the RESET register is written, once; 0 = never */
    uint32_t clock_mhz;          /* what a cycle is called in seconds; 0: the geometry's nominal clock. Changes no cycle */
    const char *wave;            /* FST file, or NULL; needs a build with make WAVE=1 */
} bonnet_sim_config;

/* On failure *out is untouched and text (BONNET_SIM_TEXT bytes) says why. The chip comes up out of reset. Owner: bonnet_sim_free. */
bonnet_sim_status bonnet_sim_new(bonnet_sim **out, const bonnet_sim_config *config, char *text);
void bonnet_sim_free(bonnet_sim *sim);

bonnet_sim_status bonnet_sim_read(bonnet_sim *sim, uint32_t offset_bytes, uint32_t *value);
bonnet_sim_status bonnet_sim_write(bonnet_sim *sim, uint32_t offset_bytes, uint32_t value);

/* Device memory: zeroed, 64-byte aligned; *host is the same bytes. An access outside of it is answered DECERR. */
bonnet_sim_status bonnet_sim_alloc(bonnet_sim *sim, size_t bytes, uint64_t *addr, void **host);
/* The same at an address of the caller's choice, as a board's memory has one. addr, bytes: multiples of 4096; ENOMEM if something is there. */
bonnet_sim_status bonnet_sim_map(bonnet_sim *sim, uint64_t addr, size_t bytes, void **host);
void bonnet_sim_release(bonnet_sim *sim, uint64_t addr);

/* Run until the interrupt is up (OK) or for max_cycles (BOUND). */
bonnet_sim_status bonnet_sim_run(bonnet_sim *sim, uint64_t max_cycles);

/* Cycles so far, and seconds of one core that simulating them took. */
void bonnet_sim_time(const bonnet_sim *sim, uint64_t *cycles, double *seconds);
/* The clock that cycles are turned into seconds with: asked for, or nominal: asic 1 GHz, the study's; zcu102 250 MHz; tiny, small 50 MHz. No tool has timed them. */
uint32_t bonnet_sim_clock_hz(const bonnet_sim *sim);
const char *bonnet_sim_error(const bonnet_sim *sim);

#ifdef __cplusplus
}
#endif
#endif
