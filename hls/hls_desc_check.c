/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_desc_check.c - what the sequencer looks at before a descriptor reaches a unit: rtl/seq/bonnet_seq_walk.sv, header_ok and desc_ok.
 * What a unit's own fields may say is checked by the unit.
 */
#include "hls_chip.h"

/* Bits that the operation does not define must be 0; known bits come from bonnet_job.def. */
static int unknown_bits(const uint32_t d[HLS_DESC_WORDS])
{
    uint32_t rest[HLS_DESC_WORDS], any = 0;
    const uint32_t op = HLS_G(d, JOB_OP);
    for (int w = 0; w < HLS_DESC_WORDS; w++) rest[w] = d[w];
#define OP(name, code, text)
#define KNOWN(is, word, lsb, width)         rest[word] &= (is) ? ~(hls_mask(width) << (lsb)) : ~0u;
#define JOB(name, word, lsb, width, text)   KNOWN(1, word, lsb, width)
#define HDR(name, word, lsb, width, text)   KNOWN(op == HLS_OP_HEADER, word, lsb, width)
#define LOAD(name, word, lsb, width, text)  KNOWN(op == HLS_OP_LOAD, word, lsb, width)
#define CONV(name, word, lsb, width, text)  KNOWN(op == HLS_OP_CONV, word, lsb, width)
#define FC(name, word, lsb, width, text)    KNOWN(op == HLS_OP_FC, word, lsb, width)
#define STEM(name, word, lsb, width, text)  KNOWN(op == HLS_OP_STEM, word, lsb, width)
#define STORE(name, word, lsb, width, text) KNOWN(op == HLS_OP_STORE, word, lsb, width)
#include "bonnet_job.def"
    for (int w = 0; w < HLS_DESC_WORDS; w++) any |= rest[w];
    return any != 0;
}

/* Three semaphores: no one twice, none (0) as often as you like. */
static int differ(uint32_t a, uint32_t b, uint32_t c) { return (!a || (a != b && a != c)) && (!b || b != c); }

static uint32_t list_of(uint32_t op)
{
    return op == HLS_OP_LOAD ? 0 : op == HLS_OP_CONV || op == HLS_OP_FC ? 1 : op == HLS_OP_STEM ? 2 : op == HLS_OP_STORE ? 3 : HLS_UNITS;
}

int HLS_NAME(hls_desc_good)(const uint32_t d[HLS_DESC_WORDS], uint32_t unit, uint32_t last)
{
    return list_of(HLS_G(d, JOB_OP)) == unit && !unknown_bits(d) && (unit == 0 || !HLS_G(d, JOB_ONCE)) && HLS_G(d, JOB_LAST) == last &&
           differ(HLS_G(d, JOB_WAIT0), HLS_G(d, JOB_WAIT1), HLS_G(d, JOB_WAIT2)) &&
           differ(HLS_G(d, JOB_POST0), HLS_G(d, JOB_POST1), HLS_G(d, JOB_POST2));
}

int HLS_NAME(hls_header_good)(const uint32_t d[HLS_DESC_WORDS])
{
    const uint32_t sum = HLS_G(d, HDR_LOADS) + HLS_G(d, HDR_CONVS) + HLS_G(d, HDR_STEMS) + HLS_G(d, HDR_STORES);
    return HLS_G(d, JOB_OP) == HLS_OP_HEADER && HLS_G(d, HDR_MAGIC) == (uint32_t)HLS_JOB_MAGIC && sum != 0 && sum < HLS_RECORDS &&
           sum == HLS_G(d, HDR_COUNT) && (HLS_G(d, HDR_IN_STEP) | HLS_G(d, HDR_OUT_STEP) | HLS_G(d, HDR_SCRATCH_STEP)) % 64 == 0 && !unknown_bits(d);
}
