/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_chip.h - everything behind the registers: sequencer (hls_seq.c, hls_desc_check.c), load and store (hls_move.c), stem (hls_stem.c, hls_stem_conv.c),
 * conv and fc (hls_conv.h), and the memories they share. The same rooms as rtl/, in C.
 *
 *     HLS_NAME(hls_chip_begin)(chip, mem, &config);                               a job
 *     do HLS_NAME(hls_chip_step)(chip, mem, &event); while (!event.done && !event.stop);
 *
 * One step takes the next descriptor that has its tokens, of the lowest unit, and works it off: one after the other where the RTL works on four at once.
 * Tokens tie the units together, so the results are the same, whatever the order (docs/chip.md). An event is what bonnet_pkg::job_sts_t is in the RTL.
 * A step in which no unit can move: with a watchdog it stops the job as the RTL's does; without, nothing will ever happen, and nothing is what event says.
 *
 * The bus is `mem`, words from byte address mem_base on. An access that leaves mem_bytes, or is not aligned to the bus, is a bus error: the adapter
 * that HLS makes of m_axi does not look at RRESP and BRESP, so the range is told instead (hls_top.c). No pointer is kept: mem comes with every call.
 */
#ifndef HLS_CHIP_H
#define HLS_CHIP_H
#include "hls_conv.h"
#include "hls_desc.h"
#include "hls_geometry.h"

enum {
    HLS_UNITS = 4,                         /* load, conv, stem, store; UNIT in CAUSE is one more */
    HLS_PLACES = 8,                        /* descriptors that wait in front of a unit */
    HLS_BUS_BYTES = HLS_BUS_BITS / 8,
    HLS_BEAT_WORDS = HLS_BUS_BITS / 64,
    HLS_ROW_BYTES = 8 * HLS_LANES,
    HLS_CAUSE_DESCRIPTOR = 1,
    HLS_CAUSE_BUS = 2,
    HLS_CAUSE_WATCHDOG = 3,
    HLS_STEM_LINES = 8,                    /* image rows held: a 7x7 window and one more */
    HLS_STEM_MAPS = 4,                     /* map rows held: three for the depthwise filter, one that the pool is making */
    HLS_STEM_PRM = 5,                      /* parameter rows before the taps */
    HLS_STEM_TAPROWS = 19                  /* ceil(7 * 7 * 3 / 8) */
};

/* What a unit says of a descriptor. */
typedef enum hls_result { HLS_OK, HLS_REFUSED, HLS_BUS_ERROR } hls_result;

/* Registers to sequencer: bonnet_pkg::job_cfg_t. Byte addresses; strides in bytes. */
typedef struct hls_config {
    uint64_t job, model, input, output, scratch;
    uint32_t frames, input_stride, output_stride, watchdog;
} hls_config;

/* Sequencer to registers, of one step. */
typedef struct hls_event {
    uint32_t done, stop, cause;            /* the job is over: well, or early and CAUSE */
    uint32_t frame;                        /* 1: the STORE list of a walk ended */
    uint32_t beats_in, beats_out;          /* bus beats moved */
    uint32_t rec_we, rec_index;            /* the record of a descriptor that finished: */
    uint32_t rec[6];                       /* START END BUSY STALL_IN STALL_OUT BYTES; C has no clock: all 0 but BYTES */
} hls_event;

/* A queue and the way through its unit's list. */
typedef struct hls_list {
    uint32_t first, end, next;             /* descriptor indices: of the list, and the next one to fetch */
    uint32_t walks;                        /* not fetched yet, this one included */
    uint32_t later;                        /* not in walk 0 any more */
    uint64_t input, output;                /* bases of this walk */
    uint32_t head, count;                  /* queued */
    uint32_t desc[HLS_PLACES][HLS_DESC_WORDS];
    uint32_t index[HLS_PLACES], skip[HLS_PLACES];
    uint64_t addr[HLS_PLACES];
} hls_list;

/* A pass of the stem: what it needs until its last row is made. */
typedef struct hls_stem {
    uint32_t held;                         /* rows are left: the next STEM is a CONT */
    uint32_t d[HLS_DESC_WORDS];            /* of the pass */
    uint32_t in_w, in_h, conv_w, conv_h, out_w, out_h, planes, side, pad, stride, pool, prow, taprows;
    uint32_t row;                          /* map rows written */
    uint32_t lines, convs;                 /* image rows read, convolution rows made */
    uint64_t at, words;                    /* mem index of the next word, words of the image that are left */
    hls_word word;                         /* of which `fresh` bytes are not used yet */
    uint32_t fresh;
    uint8_t line[HLS_STEM_LINES][HLS_STEM_IMAGE_W][3];
    int8_t map[HLS_STEM_MAPS][HLS_STEM_MAP_W][HLS_LANES];
} hls_stem;

typedef struct hls_chip {
    hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES];
    hls_word feature[HLS_FEATURE_WORDS / 4][4];
    hls_word param[HLS_STEM_ROWS][HLS_LANES];
    hls_stem stem;
    hls_head_state head;
    hls_counts counts;
    hls_config config;
    uint64_t mem_base, mem_bytes;          /* what is behind the bus */
    hls_list list[HLS_UNITS];
    uint32_t tokens[HLS_SEMS];
    uint32_t over, cause;                  /* no step does anything any more; CAUSE for the next event */
    uint64_t sum[4];                       /* of what was read at BASE 0 and 1, written at 2 and 3 (rtl/shell/bonnet_sums.sv) */
    uint32_t beats_in, beats_out;          /* since the last event */
} hls_chip;

/* Reads the header. A job that is refused ends with the first step. */
void HLS_NAME(hls_chip_begin)(hls_chip *c, const hls_word *mem, const hls_config *config);
/* RESET: no job, no pass. Memories keep what they hold. */
void HLS_NAME(hls_chip_reset)(hls_chip *c);
void HLS_NAME(hls_chip_step)(hls_chip *c, hls_word *mem, hls_event *event);

/* May this be a descriptor of list `unit` (0 load .. 3 store), its last one or not? Header: job's own fields too. */
int HLS_NAME(hls_desc_good)(const uint32_t d[HLS_DESC_WORDS], uint32_t unit, uint32_t last);
int HLS_NAME(hls_header_good)(const uint32_t d[HLS_DESC_WORDS]);

/* Units; addr: byte address of what LOAD, STORE or STEM name. */
hls_result HLS_NAME(hls_load)(hls_chip *c, const hls_word *mem, const uint32_t d[HLS_DESC_WORDS], uint64_t addr);
hls_result HLS_NAME(hls_store)(hls_chip *c, hls_word *mem, const uint32_t d[HLS_DESC_WORDS], uint64_t addr);
hls_result HLS_NAME(hls_stem)(hls_chip *c, const hls_word *mem, const uint32_t d[HLS_DESC_WORDS], uint64_t addr);
/* The next row of the convolution, with what the pool makes of it, into stem.map. */
void HLS_NAME(hls_stem_row)(hls_chip *c, const hls_word *mem);

/* Beats of `bytes` bytes; do they lie in the memory, from an address that the bus can ask for? */
static inline uint64_t hls_beats(uint64_t bytes) { return (bytes + HLS_BUS_BYTES - 1) / HLS_BUS_BYTES; }
static inline int hls_reach(const hls_chip *c, uint64_t addr, uint64_t beats)
{
    const uint64_t bytes = beats * HLS_BUS_BYTES, from = addr - c->mem_base;
    return addr % HLS_BUS_BYTES == 0 && addr >= c->mem_base && from <= c->mem_bytes && bytes <= c->mem_bytes - from;
}
#endif
