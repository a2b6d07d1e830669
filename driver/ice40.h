/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ice40.h - the parts of `ice40:`, a network whose binary layers run on an iCE40 UP5K at the end of a serial line (docs/ice40.md).
 *
 *   ice40.c       the backend: stem and head here, binary layers there
 *   ice40_plan.c  a net -> places in the machine's memory, weight rows, descriptors
 *   ice40_wire.c  requests and answers: CRC, status, another try
 *   ice40_line.c  bytes over a serial device, every wait bounded
 */
#ifndef BONNET_ICE40_H
#define BONNET_ICE40_H
#include "backend.h"
#include "deadline.h"
#include "net.h"

enum {
    BONNET_ICE40_LANES = 4,
    BONNET_ICE40_WORDS = 16384, /* 64-bit words of the machine's memory; the last one is the mark */
    BONNET_ICE40_MARK = 16383,  /* a number that says whose weights are there */
    BONNET_ICE40_SIDE = 256,    /* largest height or width of a map */
    BONNET_ICE40_CFG_WORDS = 5, /* of a descriptor: rtl/board/ice40/bonnet_ice40_cfg.sv */
    BONNET_ICE40_BAUD = 1000000,
    BONNET_ICE40_REQUEST_WORDS = 1024, /* most that one request moves: 82 ms on the line */
    BONNET_ICE40_PATH = 128
};

/* ---- line -------------------------------------------------------------------------------------------------- */
typedef struct bonnet_ice40_line {
    int fd;
    uint32_t silence_ms; /* no byte for so long: nobody is there */
    char path[BONNET_ICE40_PATH];
} bonnet_ice40_line;

/* A terminal device, raw, 8N1 at BONNET_ICE40_BAUD, for this process alone. Owner: bonnet_ice40_line_close(). */
bonnet_status bonnet_ice40_line_open(bonnet_ice40_line *line, const char *path, uint32_t silence_ms, bonnet_error *err);
void bonnet_ice40_line_close(bonnet_ice40_line *line);
/* All of the bytes, or a failure: ETIMEOUT of the deadline, EINTR, EIO after silence_ms of no progress, ENODEV when the device went away. */
bonnet_status bonnet_ice40_line_send(bonnet_ice40_line *line, const uint8_t *bytes, size_t n, bonnet_deadline *deadline, bonnet_error *err);
bonnet_status bonnet_ice40_line_receive(bonnet_ice40_line *line, uint8_t *bytes, size_t n, bonnet_deadline *deadline, bonnet_error *err);
/* Drops what comes until the line was quiet for quiet_ms, a second at most. */
void bonnet_ice40_line_drain(bonnet_ice40_line *line, uint32_t quiet_ms);

/* ---- wire -------------------------------------------------------------------------------------------------- */
/* CRC-16, polynomial 0x1021, bit 7 first; crc is 0xffff at first. */
uint16_t bonnet_ice40_crc(uint16_t crc, const uint8_t *bytes, size_t n);
/* Each tries five times before it fails. Words are of the machine's memory. */
bonnet_status bonnet_ice40_ident(bonnet_ice40_line *line, bonnet_deadline *deadline, bonnet_error *err);
bonnet_status bonnet_ice40_write(bonnet_ice40_line *line, uint32_t addr, const uint64_t *words, size_t n, bonnet_deadline *deadline,
                                 bonnet_error *err);
bonnet_status bonnet_ice40_read(bonnet_ice40_line *line, uint32_t addr, uint64_t *words, size_t n, bonnet_deadline *deadline, bonnet_error *err);
bonnet_status bonnet_ice40_run(bonnet_ice40_line *line, const uint64_t cfg[BONNET_ICE40_CFG_WORDS], uint64_t *cycles, bonnet_deadline *deadline,
                               bonnet_error *err);

/* ---- plan -------------------------------------------------------------------------------------------------- */
/* One run of the machine: some tiles of a layer that read one slice. */
typedef struct bonnet_ice40_step {
    uint64_t cfg[BONNET_ICE40_CFG_WORDS];
    uint32_t layer;
    uint32_t send;   /* words of rows to be sent first; 0: they are there */
    uint32_t to;     /* where */
    size_t row_word; /* where in plan.rows */
} bonnet_ice40_step;

typedef struct bonnet_ice40_plan {
    uint32_t place[BONNET_MAX_LAYERS]; /* of each binary map, and of the popcounts of the last layer */
    uint32_t resident, resident_at;    /* words of rows that stay, from the first of plan.rows on; where */
    uint64_t *rows;                    /* all weight rows */
    bonnet_ice40_step *steps;
    uint32_t n_steps;
} bonnet_ice40_plan;

/* BONNET_EUNSUPPORTED: the maps do not fit. Owner: bonnet_ice40_plan_free(). */
bonnet_status bonnet_ice40_plan_make(bonnet_ice40_plan *plan, const bonnet_net *net, bonnet_error *err);
void bonnet_ice40_plan_free(bonnet_ice40_plan *plan);
#endif
