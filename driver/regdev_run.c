/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_run.c - frames through a register device: images in, one job after the other (regdev_start.c), logits and maps out.
 *
 * Two clocks bound a run: the call's timeout (host time), and the chip's watchdog (its cycles, from the job). Whatever ends a job
 * other than well, the chip is reset and seen idle before the call returns, or the device is broken (regdev_access.c).
 */
#include <string.h>
#include "bytes.h"
#include "regdev_parts.h"

typedef regdev_runner runner;

static bonnet_status get(runner *r, uint32_t offset, uint32_t *value) { return regdev_get(r->dev, offset, value, r->err); }

/* Back to idle after a failure `st`, whose text stays; a chip that does not come back is worse, and said instead. */
static bonnet_status stop(runner *r, bonnet_status st)
{
    bonnet_error kept = *r->err;
    if (r->dev->broken) return BONNET_ENODEV;
    if (regdev_reset(r->dev, r->err) != BONNET_OK) return BONNET_ENODEV;
    *r->err = kept;
    return st;
}

static uint32_t walk_frames(const bonnet_job *job) { return job->batch * job->geometry.arrays; }

/* Units of one job that cannot fail anything: cycles and bytes. */
static bonnet_status add_totals(runner *r)
{
    uint32_t lo, hi, in, out, bus_bytes = r->dev->geometry.bus_bits / 8;
    bonnet_status st = get(r, BONNET_REG_CYCLES_LO, &lo);
    if (st == BONNET_OK) st = get(r, BONNET_REG_CYCLES_HI, &hi);
    if (st == BONNET_OK) st = get(r, BONNET_REG_BEATS_IN, &in);
    if (st == BONNET_OK) st = get(r, BONNET_REG_BEATS_OUT, &out);
    if (st != BONNET_OK) return st;
    r->run->cycles += (uint64_t)hi << 32 | lo;
    r->run->bytes_in += (uint64_t)in * bus_bytes;
    r->run->bytes_out += (uint64_t)out * bus_bytes;
    return BONNET_OK;
}

/* One word of a map in the order of bonnet_net_map_words(), from the pixel at p. */
static uint64_t map_word(const bonnet_job_piece *piece, uint32_t k, const uint8_t *p, uint32_t word)
{
    uint32_t slice = word % k;
    if (!piece->therm) return bonnet_little(p + 8 * (size_t)word, 8);
    p += 24 * (size_t)(word / k);
    uint64_t t1 = bonnet_little(p + 8, 8), t2 = bonnet_little(p + 16, 8);
    return slice == 0 ? bonnet_little(p, 8) : slice == 1 ? t1 & t2 : slice == 2 ? t1 : t1 | t2;
}

static void read_piece(const bonnet_job *job, const bonnet_job_piece *piece, const uint8_t *p, uint64_t *map)
{
    const bonnet_job_layer *l = &job->layers[piece->layer];
    if (l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_FC) {
        for (uint32_t w = 0; w < piece->words; w++) map[w] = bonnet_little(p + 8 * (size_t)w, 8);
        return;
    }
    uint32_t words = l->out_c / 64 * job->k;
    map += (size_t)piece->y0 * l->out_w * words;
    for (uint32_t y = 0; y < piece->rows; y++)
        for (uint32_t x = 0; x < l->out_w; x++)
            for (uint32_t w = 0; w < words; w++) *map++ = map_word(piece, job->k, p + 8 * ((size_t)y * piece->pitch + (size_t)x * piece->pix), w);
}

/* From the host's copy of scratch: maps of the walk's first frame, which is the first array's. */
static void read_maps(runner *r)
{
    const bonnet_job *job = r->j->job;
    for (uint32_t i = 0; i < job->n_pieces; i++) {
        const bonnet_job_piece *piece = &job->pieces[i];
        if (piece->frame == 0 && r->run->maps[piece->layer])
            read_piece(job, piece, (const uint8_t *)r->j->scratch.host + piece->scratch, r->run->maps[piece->layer]);
    }
}

/* Images, and after a job that failed the job itself: who knows what of it arrived. */
static bonnet_status send(runner *r, uint32_t first, uint32_t frames, uint32_t walks)
{
    regdev_job *j = r->j;
    const bonnet_job *job = j->job;
    for (uint32_t f = 0; f < frames; f++) {
        const uint8_t *image = r->run->pixels + (size_t)(first + f) * job->input_bytes;
        memcpy((uint8_t *)j->input.host + (size_t)f * job->input_stride, image, job->input_bytes);
        j->sums.images[f] = regdev_sum(image, job->input_bytes);
    }
    bonnet_status st = BONNET_OK;
    if (j->unsure) st = regdev_to_device(r->dev, &j->desc, j->desc.bytes, r->err);
    if (j->unsure && st == BONNET_OK) st = regdev_to_device(r->dev, &j->rows, job->rows_bytes, r->err);
    return st == BONNET_OK ? regdev_to_device(r->dev, &j->input, (size_t)walks * walk_frames(job) * job->input_stride, r->err) : st;
}

/* Results, and maps where wanted: what the chip wrote, and made of what the host sent. */
static bonnet_status fetch(runner *r, uint32_t walks)
{
    regdev_job *j = r->j;
    bonnet_status st = regdev_to_host(r->dev, &j->output, (size_t)walks * walk_frames(j->job) * j->job->output_stride, r->err);
    if (st == BONNET_OK && r->run->maps) st = regdev_to_host(r->dev, &j->scratch, j->scratch.bytes, r->err);
    if (st != BONNET_OK) return st;
    st = regdev_sums_check(r->dev, j, walks, r->err);
    if (st != BONNET_EIO) return st;
    bonnet_error kept = *r->err;
    if (regdev_there(r->dev, r->err) == BONNET_ENODEV) return BONNET_ENODEV; /* the sums of nobody */
    *r->err = kept;
    return st;
}

/* Frame f of a start is the f-th image and the f-th result in memory; a last walk that is not full works on what is there. */
static bonnet_status run_walks(runner *r, uint32_t first, uint32_t frames)
{
    const bonnet_job *job = r->j->job;
    uint32_t walks = (frames + walk_frames(job) - 1) / walk_frames(job);
    bonnet_status st = send(r, first, frames, walks);
    if (st != BONNET_OK) return st;
    r->j->unsure = 1;
    st = regdev_start(r, walks);
    if (st == BONNET_OK) st = regdev_finish(r, walks, first, frames);
    if (st == BONNET_OK) st = add_totals(r);
    if (st != BONNET_OK) return stop(r, st);
    st = fetch(r, walks);
    if (st != BONNET_OK) return st;
    r->j->unsure = 0;
    for (uint32_t f = 0; f < frames; f++)
        for (uint32_t i = 0; i < job->classes; i++)
            r->run->logits[(size_t)(first + f) * job->classes + i] =
                (int32_t)(uint32_t)bonnet_little((const uint8_t *)r->j->output.host + (size_t)f * job->output_stride + 4 * (size_t)i, 4);
    return BONNET_OK;
}

bonnet_status bonnet_regdev_run(void *self, void *slot, bonnet_run *run, bonnet_error *err)
{
    regdev *dev = self;
    bonnet_error nowhere = {""};
    runner r = {.dev = dev, .slot = slot, .run = run, .err = err ? err : &nowhere};
    if (dev->broken) return regdev_usable(dev, r.err);
    if (!run->frames || !run->pixels || !run->logits || (run->maps && run->frames != 1))
        return bonnet_fail(err, BONNET_EINVAL, "nothing to run, or maps of more than one frame");
    if (run->maps && !r.slot->traced.job) {
        bonnet_status st = regdev_place(dev, r.slot, 1, r.err);
        if (st != BONNET_OK) return st;
    }
    r.j = run->maps ? &r.slot->traced : &r.slot->plain;
    r.deadline = bonnet_deadline_start(run->timeout_ms, dev->timeout_ms, run->cancel);
    run->cycles = run->bytes_in = run->bytes_out = 0;
    run->walk_frames = walk_frames(r.j->job);
    for (uint32_t done = 0, n, most = r.j->walks * run->walk_frames; done < run->frames; done += n) {
        n = run->frames - done < most ? run->frames - done : most;
        bonnet_status st = bonnet_deadline_poll(&r.deadline); /* between jobs the chip is idle: nothing to stop */
        if (st != BONNET_OK) st = bonnet_fail(r.err, st, "%s: %s", dev->mmio->scheme, bonnet_deadline_text(st));
        else st = run_walks(&r, done, n);
        if (st != BONNET_OK) return st;
    }
    run->lanes = dev->geometry.lanes * dev->geometry.arrays;
    run->clock_hz = dev->mmio->clock_hz ? dev->mmio->clock_hz(dev->self) : 0;
    if (dev->mmio->sim_time) dev->mmio->sim_time(dev->self, &run->sim_cycles, &run->sim_seconds);
    bonnet_status st = run->layers ? regdev_read_records(dev, r.j->job, run, r.err) : BONNET_OK;
    if (st == BONNET_OK && run->maps) read_maps(&r);
    return st;
}
