/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock.h - the parts of the register-level C chip: registers (mock.c), buffers (mock_memory.c), options (mock_option.c), faults
 * (mock_fault.h, mock_fault.c), sequencer and tokens (mock_job.c), units (mock_conv.c, mock_stem.c, mock_move.c). Written from docs/chip.md and the two .def files alone,
 * so that what it computes is a second opinion on the lowering. Private to driver/mock*.c.
 */
#ifndef BONNET_MOCK_H
#define BONNET_MOCK_H
#include <stdint.h>
#include "backend.h"
#include "desc.h"
#include "mock_fault.h"
#include "regs.h"

enum { MOCK_BUFFERS = 64, MOCK_UNITS = 5, MOCK_FAULTS = 8, MOCK_RECORDS = 1024 };

/* Host and device see different copies of a buffer, as they do behind a PCIe card or a non-coherent bus. */
typedef struct mock_buffer {
    uint64_t addr;
    size_t bytes;
    uint8_t *host, *device;
} mock_buffer;

/* The stem's pass that is not finished yet; the same on every array. */
typedef struct mock_pass {
    uint32_t desc[BONNET_DESC_WORDS];
    uint64_t addr;      /* of the first array's image */
    uint32_t next, end; /* map rows: made next, of the map; equal: no pass */
} mock_pass;

/* What a HEAD with MORE leaves for the conv unit's next descriptor. */
typedef struct mock_head {
    uint32_t desc[BONNET_DESC_WORDS]; /* its descriptor */
    uint32_t next;                    /* map row that goes on; 0: nothing is left */
    int64_t *sums;                    /* of each array, 64 lanes */
} mock_head;

typedef struct mock {
    uint32_t lanes, arrays, weight_rows, feature_words, stem_rows, stem_image_w, stem_map_w, bus_bits, records;
    uint64_t *features;                /* of all arrays */
    uint64_t *feature, *weight, *stem; /* of the array at hand: words; rows of `lanes` words */
    mock_pass pass;
    mock_head head;
    uint32_t regs[BONNET_REG_COUNTERS / 4];
    uint32_t counters[MOCK_RECORDS][8];
    int done, busy;                /* CTRL.DONE; the chip hangs and waits for RESET */
    uint32_t running;              /* looks at CTRL and milliseconds of wait() until the job that was started does all of its work; 0: none runs */
    uint32_t slow, millisecond_us; /* options: what `running` starts with; how long a millisecond of wait() takes */
    int done_again, done_next, irq_next; /* faults on their way: DONE after it is read; DONE, an interrupt in the next job */
    mock_buffer buffers[MOCK_BUFFERS];
    uint64_t next_addr, random;
    mock_fault faults[MOCK_FAULTS];
    uint32_t wrong_geometry[6], wrong_id, wrong_abi;                                                                         /* bits */
    uint32_t n_faults, n_jobs, n_starts, n_alloc, n_xfer, n_to_device, n_to_host, n_read, n_write, n_wait, n_access, n_call; /* made so far */
    uint64_t read_beats, write_beats;                                                                                        /* of all jobs */
    uint64_t sums[4];                           /* of the job, by base: what SUM_MODEL .. SUM_SCRATCH say at its end */
    uint64_t beats_in, beats_out, total_cycles; /* of the job; of all jobs */
} mock;

/* What a unit reports. */
typedef enum mock_result { MOCK_OK, MOCK_REFUSED, MOCK_BUS_ERROR } mock_result;

/* 1 if a fault of this kind is set for `at` and has not happened yet; it has then. */
int mock_strikes(mock *m, mock_fault_kind kind, uint32_t at);
/* 1 if one is set for `at` or before: it lasts. 1 if one is set for one of `count` from `from` on and has not happened yet. */
int mock_strikes_since(mock *m, mock_fault_kind kind, uint32_t at);
int mock_strikes_within(mock *m, mock_fault_kind kind, uint64_t from, uint64_t count);
/* Bits of the index-th geometry register that are wrong. */
uint32_t mock_wrong_geometry(mock *m, uint32_t index);
/* One more call; 1: the cable is out. */
static inline int mock_unplugged(mock *m) { return mock_strikes_since(m, MOCK_UNPLUG, m->n_call++); }
/* "KIND@N" joins the faults; 0: no such kind, or too many. */
int mock_fault_parse(mock *m, const char *text, size_t length);
/* A random number below `below`. */
uint32_t mock_draw(mock *m, uint32_t below);
/* Options of "mock:a=b,c=d". 0: something unknown, named in err. */
bonnet_status mock_options(mock *m, const char *path, bonnet_error *err);

/* Device memory at [addr, addr + bytes), or NULL: a bus error. */
uint8_t *mock_dram(mock *m, uint64_t addr, uint64_t bytes);
/* Adds the words of `bytes` bytes, a multiple of 8, to the sum of `base`. */
void mock_sum(mock *m, uint32_t base, const uint8_t *p, uint64_t bytes);
/* `bytes` bytes that a unit reads, in whole beats: a last one that is half used is read, and summed, all the same. NULL: a bus error. */
const uint8_t *mock_read_beats(mock *m, uint32_t base, uint64_t addr, uint64_t bytes);
/* The same for the chip's bus, which counts beats and may answer with an error. */
typedef enum mock_direction { MOCK_IN, MOCK_OUT } mock_direction;
uint8_t *mock_axi(mock *m, mock_direction direction, uint64_t addr, uint64_t bytes);
/* Of bonnet_mmio (mock_memory.c). */
bonnet_status mock_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err);
void mock_free(void *self, bonnet_dma *buffer);
bonnet_status mock_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err);
bonnet_status mock_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err);
/* Every register at its reset value, nothing running. */
void mock_reset_registers(mock *m);
/* Does all the work of the job that the registers describe; sets CAUSE, counters and DONE. */
void mock_run_job(mock *m);

/* The units, on all arrays; array a works at addr + a * step. `cycles` receives what they took, `bytes` what they moved, or NULL. */
mock_result mock_load(mock *m, const uint32_t *d, uint64_t addr, uint32_t step, uint64_t *cycles, uint32_t *bytes);
mock_result mock_store(mock *m, const uint32_t *d, uint64_t addr, uint32_t step, uint64_t *cycles, uint32_t *bytes);
mock_result mock_conv(mock *m, const uint32_t *d, uint64_t *cycles);
mock_result mock_fc(mock *m, const uint32_t *d, uint64_t *cycles);
mock_result mock_stem(mock *m, const uint32_t *d, uint64_t addr, uint32_t step, uint64_t *cycles, uint32_t *bytes);

/* docs/operators.md, section 1. */
static inline int64_t mock_round_shift(int64_t x, uint32_t s) { return (x + ((INT64_C(1) << s) >> 1)) >> s; }
static inline int32_t mock_saturate(int64_t x, int bits)
{
    int64_t top = (INT64_C(1) << (bits - 1)) - 1;
    return (int32_t)(x > top ? top : x < -top - 1 ? -top - 1 : x);
}
/* Array `a` is at hand from now on. */
static inline void mock_array(mock *m, uint32_t a) { m->feature = m->features + (size_t)a * m->feature_words; }
/* Ring: the slot of row `row`, if row `first` lies in slot `slot`; without one every row has its own. */
static inline uint32_t mock_slot(uint32_t ring, uint32_t slot, uint32_t first, uint32_t row)
{
    return ring ? (uint32_t)((((int64_t)slot + row - first) % ring + ring) % ring) : row;
}
/* A descriptor may say this of a ring. */
static inline int mock_ring_sound(uint32_t ring, uint32_t slot) { return ring ? slot < ring : slot == 0; }
/* One bit of the feature buffer. */
static inline void mock_put_bit(mock *m, uint64_t word, uint32_t bit, uint32_t value)
{
    m->feature[word] = (m->feature[word] & ~(UINT64_C(1) << bit)) | (uint64_t)(value & 1) << bit;
}
/* Four slices of a channel at `word`, as three or four words. */
static inline void mock_put_slices(mock *m, uint64_t word, uint32_t bit, uint32_t k, uint32_t therm, const uint32_t *s)
{
    const uint32_t coded[3] = {s[0], k == 4 ? s[2] : 0, k == 4 ? (s[2] ? s[1] : s[3]) : 0};
    for (uint32_t j = 0; j < (therm ? 3 : k); j++) mock_put_bit(m, word + j, bit, therm ? coded[j] : s[j]);
}
#endif
