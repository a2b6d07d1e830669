/* SPDX-License-Identifier: Apache-2.0 */
/* regdev.c - a register device, from opening to a network in its memory. Running: regdev_run.c. */
#include <stdlib.h>
#include <string.h>
#include "regdev_parts.h"

enum {
    DEFAULT_TIMEOUT_MS = 60000,
    START_FRAMES = 256,   /* frames a job start at most: */
    START_BYTES = 8 << 20 /* what their images may take */
};

static bonnet_status read_geometry(regdev *dev, bonnet_error *err)
{
    static const uint32_t offsets[6] = {BONNET_REG_GEOMETRY,  BONNET_REG_WEIGHT_ROWS, BONNET_REG_FEATURE_WORDS,
                                        BONNET_REG_STEM_ROWS, BONNET_REG_STEM_WIDTHS, BONNET_REG_RECORDS};
    uint32_t v[6], again;
    for (int i = 0; i < 6; i++) { /* everything is made for what these say */
        bonnet_status st = regdev_get(dev, offsets[i], &v[i], err);
        if (st == BONNET_OK) st = regdev_get(dev, offsets[i], &again, err);
        if (st != BONNET_OK) return st;
        if (v[i] != again)
            return bonnet_fail(err, BONNET_EIO, "%s: register 0x%03x reads 0x%08x, then 0x%08x; look at bus and bitstream", dev->mmio->scheme,
                               offsets[i], v[i], again);
    }
    dev->geometry = (bonnet_geometry){.lanes = bonnet_reg_get(v[0], BONNET_RF_GEOMETRY_LANES),
                                      .arrays = bonnet_reg_get(v[0], BONNET_RF_GEOMETRY_ARRAYS),
                                      .bus_bits = 1u << bonnet_reg_get(v[0], BONNET_RF_GEOMETRY_BUS_LOG2),
                                      .weight_rows = v[1],
                                      .feature_words = v[2],
                                      .stem_rows = v[3],
                                      .stem_taps = bonnet_reg_get(v[0], BONNET_RF_GEOMETRY_STEM_TAPS),
                                      .block = bonnet_reg_get(v[0], BONNET_RF_GEOMETRY_BLOCK),
                                      .stem_image_w = bonnet_reg_get(v[4], BONNET_RF_STEM_WIDTHS_IMAGE),
                                      .stem_map_w = bonnet_reg_get(v[4], BONNET_RF_STEM_WIDTHS_MAP),
                                      .records = v[5]};
    if (!bonnet_geometry_sound(&dev->geometry))
        return bonnet_fail(err, BONNET_EABI,
                           "%s: the chip tells a geometry that this library cannot use (%u lanes, %u weight rows, %u feature words)",
                           dev->mmio->scheme, dev->geometry.lanes, v[1], v[2]);
    return BONNET_OK;
}

static bonnet_status identify(regdev *dev, bonnet_error *err)
{
    uint32_t id, abi, build;
    bonnet_status st = dev->mmio->read(dev->self, BONNET_REG_ID, &id, err);
    if (st != BONNET_OK) return st;
    if (id != BONNET_CHIP_ID)
        return bonnet_fail(err, BONNET_ENODEV, "%s: no Bonnet chip there: ID is 0x%08x, not 0x%08x", dev->mmio->scheme, id, BONNET_CHIP_ID);
    st = regdev_get(dev, BONNET_REG_ABI, &abi, err);
    if (st != BONNET_OK) return st;
    if (bonnet_reg_get(abi, BONNET_RF_ABI_MAJOR) != BONNET_ABI_MAJOR)
        return bonnet_fail(err, BONNET_EABI, "%s: the chip has register version %u.%u, this library needs %d.x", dev->mmio->scheme,
                           bonnet_reg_get(abi, BONNET_RF_ABI_MAJOR), bonnet_reg_get(abi, BONNET_RF_ABI_MINOR), BONNET_ABI_MAJOR);
    if (bonnet_reg_get(abi, BONNET_RF_ABI_MINOR) < BONNET_ABI_MINOR)
        return bonnet_fail(err, BONNET_EABI,
                           "%s: the chip has register version %u.%u, an older one; this library needs %d.%d; load this release's bitstream",
                           dev->mmio->scheme, bonnet_reg_get(abi, BONNET_RF_ABI_MAJOR), bonnet_reg_get(abi, BONNET_RF_ABI_MINOR), BONNET_ABI_MAJOR,
                           BONNET_ABI_MINOR);
    st = regdev_get(dev, BONNET_REG_BUILD, &build, err);
    if (st != BONNET_OK) return st;
    dev->abi = abi;
    dev->build = build;
    return read_geometry(dev, err);
}

bonnet_status bonnet_regdev_open(void **self, const bonnet_mmio *mmio, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    bonnet_error nowhere = {""};
    if (!err) err = &nowhere;
    regdev *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a device");
    dev->mmio = mmio;
    dev->timeout_ms = config && config->timeout_ms ? config->timeout_ms : DEFAULT_TIMEOUT_MS;
    bonnet_status st = mmio->open(&dev->self, path, config, err);
    if (st != BONNET_OK) {
        free(dev);
        return st;
    }
    st = identify(dev, err);
    if (st == BONNET_OK) st = regdev_settle(dev, err);
    if (st != BONNET_OK) {
        bonnet_regdev_close(dev);
        return st;
    }
    *self = dev;
    return BONNET_OK;
}

void bonnet_regdev_close(void *self)
{
    regdev *dev = self;
    if (!dev) return;
    dev->mmio->close(dev->self);
    free(dev);
}

const bonnet_geometry *bonnet_regdev_geometry(const void *self) { return &((const regdev *)self)->geometry; }

void *bonnet_regdev_mmio_self(void *self) { return ((regdev *)self)->self; }
uint32_t bonnet_regdev_abi(const void *self) { return ((const regdev *)self)->abi; }
uint32_t bonnet_regdev_build(const void *self) { return ((const regdev *)self)->build; }

static void release(regdev *dev, bonnet_dma *buffer)
{
    if (buffer->host) dev->mmio->free(dev->self, buffer);
    memset(buffer, 0, sizeof *buffer);
}

static void remove_job(regdev *dev, regdev_job *j)
{
    release(dev, &j->desc);
    release(dev, &j->rows);
    release(dev, &j->input);
    release(dev, &j->output);
    release(dev, &j->scratch);
    regdev_sums_free(&j->sums);
    bonnet_job_free(j->job);
    memset(j, 0, sizeof *j);
}

uint32_t bonnet_regdev_walks(const bonnet_job *job)
{
    const size_t frames = (size_t)job->batch * job->geometry.arrays;
    size_t fit = START_BYTES / (frames * job->input_stride);
    if (fit > START_FRAMES / frames) fit = START_FRAMES / frames;
    return job->traced || fit < 1 ? 1 : (uint32_t)fit;
}

/* Images, results, scratch. Where the device says that its memory is little, a start takes as many walks as fit; elsewhere no room is a failure. */
static bonnet_status place_frames(regdev *dev, regdev_job *j, size_t walk_frames, bonnet_error *err)
{
    const bonnet_mmio *io = dev->mmio;
    const bonnet_job *job = j->job;
    bonnet_status st;
    for (j->walks = bonnet_regdev_walks(job);; j->walks /= 2) {
        st = io->alloc(dev->self, &j->input, walk_frames * j->walks * job->input_stride, err);
        if (st == BONNET_OK) st = io->alloc(dev->self, &j->output, walk_frames * j->walks * job->output_stride, err);
        if (st == BONNET_OK && job->scratch_bytes) st = io->alloc(dev->self, &j->scratch, (size_t)job->scratch_bytes * job->geometry.arrays, err);
        if (st != BONNET_ENOMEM || !io->small_memory || j->walks == 1) return st;
        release(dev, &j->input);
        release(dev, &j->output);
    }
}

static bonnet_status place_buffers(regdev *dev, regdev_job *j, bonnet_error *err)
{
    const bonnet_mmio *io = dev->mmio;
    const bonnet_job *job = j->job;
    const size_t walk_frames = (size_t)job->batch * job->geometry.arrays;
    bonnet_status st = io->alloc(dev->self, &j->desc, (size_t)job->n_desc * BONNET_DESC_BYTES, err);
    if (st == BONNET_OK) st = io->alloc(dev->self, &j->rows, job->rows_bytes, err);
    if (st == BONNET_OK) st = place_frames(dev, j, walk_frames, err);
    if (st != BONNET_OK) return regdev_judge(dev, st, err);
    for (uint32_t i = 0; i < job->n_desc; i++) bonnet_desc_to_bytes((uint8_t *)j->desc.host + (size_t)i * BONNET_DESC_BYTES, job->desc[i]);
    memcpy(j->rows.host, job->rows, job->rows_bytes);
    st = regdev_to_device(dev, &j->desc, j->desc.bytes, err);
    return st == BONNET_OK ? regdev_to_device(dev, &j->rows, job->rows_bytes, err) : st;
}

/* Is this a job of that net? Its numbers are the file's business (hashed), its shape is ours. */
static int belongs(const bonnet_job *job, const bonnet_net *net, const bonnet_geometry *geometry)
{
    int same = !job->traced && !memcmp(&job->geometry, geometry, sizeof *geometry) && job->n_layers == net->n_layers &&
               job->classes == net->classes && job->k == net->k && job->input_bytes == bonnet_net_input_bytes(net);
    for (uint32_t i = 0; same && i < net->n_layers; i++) {
        const bonnet_job_layer *a = &job->layers[i];
        const bonnet_layer *b = &net->layers[i];
        same = a->kind == (uint32_t)b->kind && a->in == b->in.map && a->res == b->res.map && a->pass == b->pass.map && a->out_c == b->out_c &&
               a->out_h == b->out_h && a->out_w == b->out_w;
    }
    return same;
}

bonnet_status bonnet_regdev_job(bonnet_job **out, const bonnet_net *net, const bonnet_geometry *geometry, int traced, bonnet_error *err)
{
    for (uint32_t i = 0; !traced && i < net->n_jobs; i++) {
        const bonnet_geometry *named = bonnet_geometry_named(net->jobs[i].geometry);
        if (!named || memcmp(named, geometry, sizeof *named)) continue;
        bonnet_status st = bonnet_job_parse(out, net->jobs[i].bytes, net->jobs[i].size, err);
        if (st == BONNET_EABI) break; /* of an older or newer library: the network says all that is needed to make it again */
        if (st == BONNET_OK && !belongs(*out, net, geometry)) {
            bonnet_job_free(*out);
            *out = NULL;
            st = bonnet_fail(err, BONNET_EFORMAT, "the file's job for '%s' is not one of its network; compile it again", net->jobs[i].geometry);
        }
        return st;
    }
    return bonnet_lower(out, net, geometry, &(bonnet_lower_options){.traced = traced != 0}, err);
}

bonnet_status regdev_place(regdev *dev, regdev_slot *slot, int traced, bonnet_error *err)
{
    regdev_job *j = traced ? &slot->traced : &slot->plain;
    bonnet_status st = regdev_usable(dev, err);
    if (st == BONNET_OK && slot->batch && !traced)
        st = bonnet_lower(&j->job, slot->net, &dev->geometry, &(bonnet_lower_options){.batch = slot->batch}, err);
    else if (st == BONNET_OK) st = bonnet_regdev_job(&j->job, slot->net, &dev->geometry, traced, err);
    if (st != BONNET_OK) return st;
    st = place_buffers(dev, j, err);
    if (st == BONNET_OK) st = regdev_sums_plan(&j->sums, j->job, j->walks, err);
    if (st != BONNET_OK) {
        remove_job(dev, j);
        return st;
    }
    free(j->job->rows); /* the device has them */
    j->job->rows = NULL;
    return BONNET_OK;
}

bonnet_status bonnet_regdev_load(void *self, void **slot, const bonnet_net *net, bonnet_error *err)
{
    return bonnet_regdev_load_batch(self, slot, net, 0, err);
}

bonnet_status bonnet_regdev_load_batch(void *self, void **slot, const bonnet_net *net, uint32_t batch, bonnet_error *err)
{
    bonnet_error nowhere = {""};
    regdev_slot *s = calloc(1, sizeof *s);
    if (!s) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a network");
    s->net = net;
    s->batch = batch;
    bonnet_status st = regdev_place(self, s, 0, err ? err : &nowhere);
    if (st != BONNET_OK) {
        bonnet_regdev_unload(self, s);
        return st;
    }
    *slot = s;
    return BONNET_OK;
}

uint32_t bonnet_regdev_walk_frames(const void *slot)
{
    const bonnet_job *job = ((const regdev_slot *)slot)->plain.job;
    return job->batch * job->geometry.arrays;
}

int bonnet_regdev_resident(const void *slot) { return ((const regdev_slot *)slot)->plain.job->resident != 0; }

void bonnet_regdev_unload(void *self, void *slot)
{
    regdev_slot *s = slot;
    if (!s) return;
    remove_job(self, &s->plain);
    remove_job(self, &s->traced);
    free(s);
}
