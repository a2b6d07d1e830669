/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_sums.c - did the chip read what the host wrote, and the host what the chip wrote? The chip sums every beat of a job by its base
 * (SUM_* in rtl/csr/bonnet_csr.def); here the same sums are made of the host's side and compared before anything is handed to a caller.
 *
 *     model   = header + walks * descriptors + rows of each LOAD at base 0, once or each walk
 *     input   = images (or a segment's maps) of all frames of all walks, each as often as STEMs begin a pass over it or a LOAD brings it; what is in the buffer counts, also in frames that
 *               fill up the last walk, and the zeros behind an image in its last beat
 *     output  = words of each STORE at base 2, in the host's copy; scratch = the same at base 3, of traced jobs
 *
 * All modulo 2^64, of little-endian 64-bit words. Images are summed as they are copied, from the caller's memory, so that no device memory is
 * read for them; weights and descriptors once, when they are placed. Of the results every byte is read once.
 * A sum finds every stale line but one whose words add up to the same, 1 in 2^64 where they are unrelated.
 */
#include <stdlib.h>
#include <string.h>
#include "regdev_parts.h"

#define G(field) bonnet_desc_get(d, BONNET_F_##field)

typedef struct range {
    uint64_t at, bytes;
} range;

static uint64_t word(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

uint64_t regdev_sum(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t lane[8] = {0}, rest[8] = {0}, sum = 0; /* eight sums: no addition waits for another */
    for (; n >= 64; n -= 64, p += 64)
        for (int i = 0; i < 8; i++) lane[i] += word(p + 8 * i);
    memcpy(rest, p, n); /* zeros behind the end */
    for (int i = 0; i < 8; i++) sum += lane[i] + word((const uint8_t *)&rest[i]);
    return sum;
}

static uint64_t descriptor(const uint32_t *d)
{
    uint64_t sum = 0;
    for (int i = 0; i < BONNET_DESC_WORDS; i += 2) sum += (uint64_t)d[i + 1] << 32 | d[i];
    return sum;
}

static int by_place(const void *a, const void *b)
{
    const range *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* What one walk's STOREs at `base` write, all arrays, `step` bytes apart: nothing twice, all before `end`. */
static bonnet_status plan_stores(const bonnet_job *job, uint32_t base, uint32_t step, uint64_t end, bonnet_error *err)
{
    size_t n = 0;
    range *ranges = calloc((size_t)job->n_desc * job->geometry.arrays, sizeof *ranges);
    if (!ranges) return bonnet_fail(err, BONNET_ENOMEM, "no memory for %u descriptors", job->n_desc);
    for (uint32_t i = 1; i < job->n_desc; i++) {
        const uint32_t *d = job->desc[i];
        for (uint32_t a = 0; a < job->geometry.arrays && G(JOB_OP) == BONNET_OP_STORE && G(STORE_BASE) == base; a++)
            ranges[n++] = (range){.at = G(STORE_OFFSET) + (uint64_t)a * step, .bytes = G(STORE_BYTES)};
    }
    qsort(ranges, n, sizeof *ranges, by_place);
    int good = 1;
    for (size_t i = 0; i < n; i++) good &= ranges[i].at + ranges[i].bytes <= (i + 1 < n ? ranges[i + 1].at : end);
    free(ranges);
    return good ? BONNET_OK
                : bonnet_fail(err, BONNET_EFORMAT, "the job stores something over something else, or outside its buffer; compile it again");
}

/* One LOAD at base 0, or the first STEM of a pass. 0: it reads what is not there. */
static int plan_read(regdev_sums *s, const bonnet_job *job, const uint32_t *d)
{
    const uint32_t beat = job->geometry.bus_bits / 8, frames = job->batch * job->geometry.arrays;
    if (G(JOB_OP) == BONNET_OP_LOAD && G(LOAD_BASE) == 0) {
        const uint64_t bytes = ((uint64_t)G(LOAD_BYTES) + beat - 1) / beat * beat;
        if (G(LOAD_OFFSET) + bytes > job->rows_bytes || G(LOAD_DEST) == 2) return 0;
        *(G(JOB_ONCE) ? &s->model_once : &s->model_walk) += regdev_sum(job->rows + G(LOAD_OFFSET), bytes);
    }
    if (G(JOB_OP) == BONNET_OP_STEM && !G(STEM_CONT)) {
        const uint32_t first = G(STEM_OFFSET) / job->input_stride;
        if (G(STEM_BASE) != 1 || G(STEM_OFFSET) % job->input_stride || first + job->geometry.arrays > frames) return 0;
        for (uint32_t a = 0; a < job->geometry.arrays; a++) s->passes[first + a]++;
    }
    if (G(JOB_OP) == BONNET_OP_LOAD && G(LOAD_BASE) == 1) { /* a segment's map */
        const uint32_t first = G(LOAD_OFFSET) / job->input_stride;
        if (G(LOAD_OFFSET) % job->input_stride || G(LOAD_DEST) != 2 || G(LOAD_BYTES) != job->input_bytes || first + job->geometry.arrays > frames)
            return 0;
        for (uint32_t a = 0; a < job->geometry.arrays; a++) s->passes[first + a]++;
    }
    return 1;
}

bonnet_status regdev_sums_plan(regdev_sums *s, const bonnet_job *job, uint32_t walks, bonnet_error *err)
{
    const size_t frames = (size_t)job->batch * job->geometry.arrays;
    s->passes = calloc(frames, sizeof *s->passes);
    s->images = calloc(frames * walks, sizeof *s->images);
    if (!s->passes || !s->images) return bonnet_fail(err, BONNET_ENOMEM, "no memory for the sums of %zu frames", frames * walks);
    s->model_once = descriptor(job->desc[0]);
    for (uint32_t i = 1; i < job->n_desc; i++) {
        s->model_walk += descriptor(job->desc[i]);
        if (!plan_read(s, job, job->desc[i]))
            return bonnet_fail(err, BONNET_EFORMAT, "descriptor %u of the job reads other things than weights and whole images; compile it again", i);
    }
    bonnet_status st = plan_stores(job, 2, job->output_stride, frames * job->output_stride, err);
    return st == BONNET_OK && job->traced ? plan_stores(job, 3, job->scratch_bytes, (uint64_t)job->scratch_bytes * job->geometry.arrays, err) : st;
}

void regdev_sums_free(regdev_sums *s)
{
    free(s->passes);
    free(s->images);
    memset(s, 0, sizeof *s);
}

static uint64_t input(const regdev_job *j, uint32_t walks)
{
    const uint32_t frames = j->job->batch * j->job->geometry.arrays;
    uint64_t sum = 0;
    for (uint32_t f = 0; f < walks * frames; f++) sum += j->sums.passes[f % frames] * j->sums.images[f];
    return sum;
}

static uint64_t stored(const bonnet_job *job, uint32_t base, const uint8_t *host, uint32_t step, uint64_t stride, uint32_t walks)
{
    uint64_t sum = 0;
    for (uint32_t i = 1; i < job->n_desc; i++) {
        const uint32_t *d = job->desc[i];
        if (G(JOB_OP) != BONNET_OP_STORE || G(STORE_BASE) != base) continue;
        for (uint32_t w = 0; w < walks; w++)
            for (uint32_t a = 0; a < job->geometry.arrays; a++)
                sum += regdev_sum(host + w * stride + G(STORE_OFFSET) + (uint64_t)a * step, G(STORE_BYTES));
    }
    return sum;
}

bonnet_status regdev_sums_check(regdev *dev, const regdev_job *j, uint32_t walks, bonnet_error *err)
{
    const bonnet_job *job = j->job;
    const uint64_t walk_out = (uint64_t)job->batch * job->geometry.arrays * job->output_stride;
    const struct {
        uint32_t offset;
        uint64_t wanted;
        const char *text; /* who saw other bytes than whom */
    } sides[] = {
        {BONNET_REG_SUM_MODEL_LO, j->sums.model_once + walks * j->sums.model_walk, "chip read other weights or descriptors than the host"},
        {BONNET_REG_SUM_INPUT_LO, input(j, walks), "chip read other image bytes than the host"},
        {BONNET_REG_SUM_OUTPUT_LO, stored(job, 2, j->output.host, job->output_stride, walk_out, walks), "host read other results than the chip"},
        {BONNET_REG_SUM_SCRATCH_LO, job->traced ? stored(job, 3, j->scratch.host, job->scratch_bytes, 0, 1) : 0,
         "host read other maps than the chip"},
    };
    for (size_t i = 0; i < sizeof sides / sizeof sides[0] - !job->traced; i++) {
        uint32_t lo, hi;
        bonnet_status st = regdev_get(dev, sides[i].offset, &lo, err);
        if (st == BONNET_OK) st = regdev_get(dev, sides[i].offset + 4, &hi, err);
        if (st != BONNET_OK) return st;
        const uint64_t got = (uint64_t)hi << 32 | lo;
        if (got != sides[i].wanted)
            return bonnet_fail(err, BONNET_EIO,
                               "%s: the %s wrote (sum 0x%016llx, not 0x%016llx): a cache was not flushed, or memory is bad; docs/devices.md",
                               dev->mmio->scheme, sides[i].text, (unsigned long long)got, (unsigned long long)sides[i].wanted);
    }
    return BONNET_OK;
}
