/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.h - the parts of the walk in time, for the files of host/model alone. Names are those of the RTL: a field is a register, and *_step() is its
 * clock edge. Within a cycle all parts look at the registers first (the wires of `walk`), then step.
 */
#ifndef BONNET_MODEL_WALK_H
#define BONNET_MODEL_WALK_H
#include <stdbool.h>
#include "model.h"

enum {
    UNITS = 4,         /* load, conv, stem, store */
    MAX_ARRAYS = 15,
    CLIENTS = 2 + MAX_ARRAYS, /* of the read port: sequencer, load, the stems */
    PLACES = 8,        /* descriptors queued in front of a unit; also bursts in flight: */
    OUTSTANDING = 8,
    BURST = 64,        /* beats */
};
#define NEVER UINT64_MAX

/* ---- bus.c: rtl/shell/bonnet_axi_rd.sv and bonnet_axi_wr.sv, and the memory behind them ---- */
typedef struct read_port {
    bool req[CLIENTS], ar, arready, rvalid, skid, spare;
    uint64_t addr[CLIENTS];
    uint32_t beats[CLIENTS], ar_len;
    struct { uint32_t client, left; } order[OUTSTANDING]; /* bursts asked for, oldest first */
    struct { uint64_t ready; uint32_t beats; } flight[OUTSTANDING]; /* bursts that the memory has taken */
    uint32_t n_order, n_flight;
    /* wires */
    int owner; /* client whose beat is there, -1 none */
    bool take, valid[CLIENTS], ready[CLIENTS];
    uint64_t ask_addr[CLIENTS];
    uint32_t ask_beats[CLIENTS];
} read_port;

typedef struct write_port {
    bool busy, aw, awready, skid, spare, wready, bvalid;
    uint64_t addr;
    uint32_t beats, wbeats, wpos, aw_len, data_owed, resp_owed;
    uint32_t flight[OUTSTANDING + 1], n_flight; /* beats that bursts taken by the memory still want */
    uint64_t answer[OUTSTANDING + 1];
    uint32_t n_answer;
    /* wires */
    bool valid, free, wdata, ready, done, beat;
    uint64_t ask_addr;
    uint32_t ask_beats;
} write_port;

/* ---- seq.c: rtl/seq ---- */
typedef struct command { uint32_t index, walk; } command;
typedef struct unit_ctl {
    command queue[PLACES], head, cmd;
    uint32_t count, rptr;
    bool head_q, run, start, rec, give, oldest;
    uint32_t give_index, give_walk;
    uint64_t first, begin, taken, in, out, beats;
    bonnet_model_record record;
    uint32_t rec_index;
    /* wires */
    bool pop, want, gnt, done, stall_in, stall_out, beat;
} unit_ctl;

typedef struct sequencer {
    enum { S_IDLE, S_HEAD, S_GO, S_WALK, S_END } state;
    uint32_t first[UNITS], last[UNITS];
    bool some[UNITS];
    /* fetch */
    bool more[UNITS], req;
    uint32_t next[UNITS], walks[UNITS], room[UNITS], turn, req_beats;
    uint64_t req_addr;
    struct { uint32_t unit, many; bool header; } order[PLACES];
    uint32_t n_order, pos, got, index[UNITS];
    bool valid, header;
    uint32_t unit, desc;
    /* walk */
    bool fin[UNITS], check;
    uint32_t walk[UNITS], cmd_unit;
    command cmd;
    uint8_t sems[BONNET_SEMS];
} sequencer;

/* ---- move.c: bonnet_load.sv, bonnet_store.sv ---- */
typedef struct mover {
    enum { M_IDLE, M_ASK, M_DATA, M_LAND } state;
    uint32_t left, part, array, rows, held, arrive, room; /* load: beats; store: beats, rows not read, rows held, row on its way, places */
    bool fb;           /* load: four words wait for port B */
    uint64_t addr, step;
} mover;

/* ---- stem.c: one array's stem ---- */
typedef struct stem {
    /* descriptor */
    uint32_t planes, pad, stride, conv_w, conv_h, in_w, in_h, out_w, out_h, taprows, pool;
    bool dw, k4;
    /* control */
    bool asked, run, done_q, last, held, got;
    uint32_t made, strip_rows;
    uint64_t params; /* cycle from which tap rows may be read */
    /* pixels */
    uint64_t addr;
    uint32_t left, space, fifo, have;
    /* lines */
    bool l_run, l_valid, l_full;
    int32_t wrow, wcol, c, y, top;
    /* window, mac, requantise */
    bool w_full, w_busy, m_valid, m_last, sum, upper, a;
    uint32_t beat;
    /* pool */
    bool p_run, p_upper, b_valid, b_emit, p;
    uint32_t px, py;
    /* depthwise */
    bool d_run, d_upper, s1, s1_last, d;
    uint32_t dwrow, dwcol, dx, dy, tap;
    /* slices */
    bool s_run, kept, second, fb;
    uint32_t sx, sleft;
} stem;

typedef struct walk {
    const bonnet_job *job;
    const bonnet_geometry *g;
    const bonnet_model_config *config;
    bonnet_model_record *records;
    uint64_t now;
    bool moved;        /* a register changed in this cycle */
    uint64_t beats_in, beats_out;
    read_port rd;
    write_port wr;
    sequencer seq;
    unit_ctl unit[UNITS];
    mover load, store;
    stem stems[MAX_ARRAYS];
    bonnet_model_port port; /* of the CONV that runs; desc NULL: it is through */
    uint64_t conv_begin;
    bool post_busy, stem_busy, store_busy; /* wires: who asks for port B; LOAD comes last */
    uint64_t conv_done; /* cycle of done_o; NEVER: idle */
    uint64_t *conv_cost; /* [n_desc], 0: not worked out */
} walk;

static inline const uint32_t *desc_of(const walk *w, uint32_t index) { return w->job->desc[index]; }
/* Byte address of a LOAD, STEM or STORE in a walk; *step: from array to array. */
uint64_t bonnet_walk_address(const walk *w, command cmd, uint64_t *step);

/* Wires of a cycle, in this order; then the steps, the sequencer's last. */
void bonnet_walk_bus_wires(walk *w);
void bonnet_walk_stem_wires(walk *w);
void bonnet_walk_store_wires(walk *w);
void bonnet_walk_load_wires(walk *w);
void bonnet_walk_seq_wires(walk *w); /* after the units' */
void bonnet_walk_bus_step(walk *w);
void bonnet_walk_load_step(walk *w);
void bonnet_walk_store_step(walk *w);
void bonnet_walk_stem_step(walk *w);
void bonnet_walk_seq_step(walk *w);
/* The first cycle, not before now + 1, in which something moves that nothing else starts. */
uint64_t bonnet_walk_next(const walk *w);
#endif
