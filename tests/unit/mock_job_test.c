/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_job_test.c - what the mock chip refuses, without a library between: a job is put into its memory, one field changed, and CAUSE
 * read. The chip knows less than bonnet_job_check(): only what docs/chip.md and bonnet_job.def let it see.
 */
#include "backends.h"
#include "lower.h"
#include "../conform/net_build.h"
#include "regs.h"
#include "strips.h"
#include "unit.h"

#define F(name) BONNET_F_##name

typedef struct chip {
    const bonnet_mmio *io;
    void *self;
    bonnet_dma desc, rows, input, output, scratch;
} chip;

static bonnet_status base(chip *c, uint32_t reg, const bonnet_dma *buffer)
{
    bonnet_status st = c->io->write(c->self, reg, (uint32_t)buffer->addr, NULL);
    return st == BONNET_OK ? c->io->write(c->self, reg + 4, (uint32_t)(buffer->addr >> 32), NULL) : st;
}

/* Runs the job as it stands in `job`; *cause receives CAUSE. */
static bonnet_status go(chip *c, const bonnet_job *job, uint32_t *cause)
{
    if ((size_t)job->n_desc * BONNET_DESC_BYTES > c->desc.bytes) return BONNET_EINVAL;
    for (uint32_t i = 0; i < job->n_desc; i++) bonnet_desc_to_bytes((uint8_t *)c->desc.host + (size_t)i * BONNET_DESC_BYTES, job->desc[i]);
    bonnet_status st = c->io->to_device(c->self, &c->desc, 0, c->desc.bytes, NULL);
    if (st == BONNET_OK) st = c->io->write(c->self, BONNET_REG_WATCHDOG, job->watchdog_cycles, NULL);
    if (st == BONNET_OK) st = c->io->write(c->self, BONNET_REG_CTRL, 1, NULL);
    return st == BONNET_OK ? c->io->read(c->self, BONNET_REG_CAUSE, cause, NULL) : st;
}

static bonnet_status place(chip *c, const bonnet_job *job, bonnet_error *err)
{
    bonnet_status st = c->io->open(&c->self, "geometry=tiny", NULL, err);
    if (st == BONNET_OK) st = c->io->alloc(c->self, &c->desc, (size_t)job->geometry.records * BONNET_DESC_BYTES, err);
    if (st == BONNET_OK) st = c->io->alloc(c->self, &c->rows, job->rows_bytes, err);
    if (st == BONNET_OK) st = c->io->alloc(c->self, &c->input, job->input_stride, err);
    if (st == BONNET_OK) st = c->io->alloc(c->self, &c->output, job->output_stride, err);
    if (st == BONNET_OK) st = c->io->alloc(c->self, &c->scratch, job->scratch_bytes ? job->scratch_bytes : 64, err);
    if (st == BONNET_OK) memcpy(c->rows.host, job->rows, job->rows_bytes);
    if (st == BONNET_OK) st = c->io->to_device(c->self, &c->rows, 0, job->rows_bytes, err);
    if (st == BONNET_OK) st = base(c, BONNET_REG_JOB_LO, &c->desc);
    if (st == BONNET_OK) st = base(c, BONNET_REG_MODEL_LO, &c->rows);
    if (st == BONNET_OK) st = base(c, BONNET_REG_INPUT_LO, &c->input);
    if (st == BONNET_OK) st = base(c, BONNET_REG_OUTPUT_LO, &c->output);
    return st == BONNET_OK ? base(c, BONNET_REG_SCRATCH_LO, &c->scratch) : st;
}

/* The first descriptor of kind `op` gets `value` in `field`; the chip stops with `code`, found by `unit`. */
static const struct {
    const char *name;
    int op, field;
    uint32_t value, code, unit;
} cases[] = {
    {"magic", BONNET_OP_HEADER, F(HDR_MAGIC), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"count", BONNET_OP_HEADER, F(HDR_COUNT), 3, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"a job of more descriptors than records", BONNET_OP_HEADER, F(HDR_COUNT), 1024, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"lists", BONNET_OP_HEADER, F(HDR_LOADS), 0, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"step", BONNET_OP_HEADER, F(HDR_IN_STEP), 8, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"header bits", BONNET_OP_HEADER, BONNET_FIELD(15, 0, 1), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"operation", BONNET_OP_CONV, F(JOB_OP), 9, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"operation of another list", BONNET_OP_CONV, F(JOB_OP), BONNET_OP_STORE, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"last", BONNET_OP_STORE, F(JOB_LAST), 0, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"unknown bits", BONNET_OP_CONV, BONNET_FIELD(13, 31, 1), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ},
    {"LOAD of nothing", BONNET_OP_LOAD, F(LOAD_BYTES), 0, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_LOAD},
    {"LOAD of parts", BONNET_OP_LOAD, F(LOAD_BYTES), 136, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_LOAD},
    {"LOAD destination", BONNET_OP_LOAD, F(LOAD_DEST), 3, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_LOAD},
    {"LOAD past the end", BONNET_OP_LOAD, F(LOAD_ADDR), 256, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_LOAD},
    {"LOAD from odd", BONNET_OP_LOAD, F(LOAD_OFFSET), 8, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_LOAD},
    {"LOAD from nowhere", BONNET_OP_LOAD, F(LOAD_OFFSET), 1u << 30, BONNET_CAUSE_BUS, BONNET_UNIT_LOAD},
    {"CONV of no rows", BONNET_OP_CONV, F(CONV_ROWS), 0, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV past its map", BONNET_OP_CONV, F(CONV_ROWS), 900, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV size", BONNET_OP_CONV, F(CONV_OUT_W), 3, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV post", BONNET_OP_CONV, F(CONV_POST), 5, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV codes of one slice", BONNET_OP_CONV, F(CONV_K4), 0, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV slot without a ring", BONNET_OP_CONV, F(CONV_RES_SLOT), 63, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV sums kept without HEAD", BONNET_OP_CONV, F(CONV_KEEP), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV sums left without HEAD", BONNET_OP_CONV, F(CONV_MORE), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV channel", BONNET_OP_CONV, F(CONV_CHANNEL), 2, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV pool", BONNET_OP_CONV, F(CONV_POOL2), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV weights", BONNET_OP_CONV, F(CONV_WROW), 250, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"CONV outside the buffer", BONNET_OP_CONV, F(CONV_OUT), 65000, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"FC of nothing", BONNET_OP_FC, F(FC_INPUTS), 0, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"FC outside the buffer", BONNET_OP_FC, F(FC_OUT), 4095, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV},
    {"STEM kernel", BONNET_OP_STEM, F(STEM_KERNEL), 3, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM},
    {"STEM goes on with nothing", BONNET_OP_STEM, F(STEM_CONT), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM},
    {"STEM of too many rows", BONNET_OP_STEM, F(STEM_ROWS), 99, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM},
    {"STEM pass left unfinished", BONNET_OP_STEM, F(STEM_ROWS), 1, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM},
    {"STEM code of one slice", BONNET_OP_STEM, F(STEM_K4), 0, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM},
    {"STEM slot", BONNET_OP_STEM, F(STEM_OUT_SLOT), 63, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM},
    {"STEM image nowhere", BONNET_OP_STEM, F(STEM_OFFSET), 1u << 30, BONNET_CAUSE_BUS, BONNET_UNIT_STEM},
    {"STORE of parts", BONNET_OP_STORE, F(STORE_BYTES), 12, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STORE},
    {"STORE past the end", BONNET_OP_STORE, F(STORE_ADDR), 4095, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STORE},
    {"STORE to nowhere", BONNET_OP_STORE, F(STORE_OFFSET), 1u << 30, BONNET_CAUSE_BUS, BONNET_UNIT_STORE},
    {"a token that nobody gives", BONNET_OP_STORE, F(JOB_WAIT2), 15, BONNET_CAUSE_WATCHDOG, BONNET_UNIT_STORE},
};

/* Any one field of the HEADs, cut into strips of two rows out of six; `of` counts them from the first. */
static const struct {
    const char *name;
    uint32_t of;
    int field;
    uint32_t value;
} strip_cases[] = {{"HEAD goes on with nothing", 0, F(CONV_KEEP), 1},
                   {"HEAD of some rows without MORE", 0, F(CONV_MORE), 0},
                   {"HEAD from row 2 without KEEP", 1, F(CONV_KEEP), 0},
                   {"HEAD of all rows with MORE", 2, F(CONV_MORE), 1},
                   {"HEAD in strips, two tiles, first", 0, F(CONV_TILES), 2},
                   {"HEAD in strips, two tiles, last", 2, F(CONV_TILES), 2},
                   {"HEAD leaves out a row", 0, F(CONV_ROWS), 1},
                   {"HEAD goes on as another tile", 1, F(CONV_CHANNEL), 4},
                   {"HEAD goes on to other features", 2, F(CONV_OUT), 0}};

static void strips(unit *u, chip *c, bonnet_job *job)
{
    uint8_t *out = c->output.host, whole[256];
    uint32_t cause = 0, at = 1, heads, kept[BONNET_DESC_WORDS];
    if (job->output_bytes > sizeof whole) return;
    for (uint32_t i = 0; i < job->input_bytes; i++) ((uint8_t *)c->input.host)[i] = (uint8_t)unit_random(u);
    bonnet_status st = c->io->to_device(c->self, &c->input, 0, job->input_bytes, NULL);
    if (st == BONNET_OK) st = go(c, job, &cause);
    if (st == BONNET_OK) st = c->io->to_host(c->self, &c->output, 0, job->output_bytes, NULL);
    memcpy(whole, out, job->output_bytes);
    memset(out, 0, job->output_bytes);
    if (st == BONNET_OK) st = c->io->to_device(c->self, &c->output, 0, job->output_bytes, NULL);
    heads = strips_cut(job, 2);
    if (st == BONNET_OK) st = go(c, job, &cause);
    if (st == BONNET_OK) st = c->io->to_host(c->self, &c->output, 0, job->output_bytes, NULL);
    UNIT(u, st == BONNET_OK && cause == 0 && heads > 3 && !memcmp(whole, out, job->output_bytes), "HEAD in strips says what it says whole",
         "status %d, cause 0x%x, %u strips", st, cause, heads);
    while (heads && !strips_is_head(job->desc[at])) at++;
    for (size_t n = 0; heads > 3 && n < sizeof strip_cases / sizeof strip_cases[0]; n++) {
        uint32_t *d = job->desc[at + strip_cases[n].of];
        memcpy(kept, d, sizeof kept);
        bonnet_desc_set(d, strip_cases[n].field, strip_cases[n].value);
        st = go(c, job, &cause);
        UNIT(u,
             st == BONNET_OK && bonnet_reg_get(cause, BONNET_RF_CAUSE_CODE) == BONNET_CAUSE_DESCRIPTOR &&
                 bonnet_reg_get(cause, BONNET_RF_CAUSE_UNIT) == BONNET_UNIT_CONV,
             strip_cases[n].name, "status %d, cause 0x%x", st, cause);
        memcpy(d, kept, sizeof kept);
    }
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "mock-job", 1, 1);
    chip c = {.io = bonnet_mock_backend.mmio};
    bonnet_build b;
    bonnet_job *job = NULL;
    bonnet_error err = {""};
    uint32_t cause = 0;
    bonnet_build_start(&b, u.seed, 4);
    int x = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = 6, .w = 6, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64});
    x = bonnet_build_conv(&b, BONNET_ALL(&b, x), 64, 1, 1, BONNET_POST_OR, BONNET_ALL(&b, x), BONNET_NONE);
    bonnet_build_last(&b, BONNET_ALL(&b, x), 1);
    bonnet_build_fc(&b, 20);
    bonnet_net *net = bonnet_build_finish(&b);
    for (uint32_t i = 0; net && i < 2; i++) { /* in order, so that maps are coded */
        int32_t *t = bonnet_net_param_data(net, i, BONNET_PARAM_T);
        uint16_t *tp = bonnet_net_param_data(net, i, BONNET_PARAM_TP);
        for (uint32_t n = 0; n < 4 * 64; n++)
            if (t) t[n] = 30 - 20 * (int32_t)(n % 4);
            else tp[n] = (uint16_t)(300 - 10 * (n % 4));
    }
    bonnet_status st = net ? bonnet_lower(&job, net, bonnet_geometry_named("tiny"), NULL, &err) : BONNET_ENOMEM;
    if (st == BONNET_OK) st = place(&c, job, &err);
    if (st == BONNET_OK) st = go(&c, job, &cause);
    UNIT(&u, st == BONNET_OK && cause == 0, "the job as it is", "status %d, cause 0x%x: %s", st, cause, err.text);
    for (size_t n = 0; st == BONNET_OK && n < sizeof cases / sizeof cases[0]; n++) {
        uint32_t i = 0, kept[BONNET_DESC_WORDS];
        while (i + 1 < job->n_desc && bonnet_desc_get(job->desc[i], F(JOB_OP)) != (uint32_t)cases[n].op) i++;
        memcpy(kept, job->desc[i], sizeof kept);
        bonnet_desc_set(job->desc[i], cases[n].field, cases[n].value);
        st = go(&c, job, &cause);
        UNIT(&u,
             st == BONNET_OK && bonnet_reg_get(cause, BONNET_RF_CAUSE_CODE) == cases[n].code &&
                 bonnet_reg_get(cause, BONNET_RF_CAUSE_UNIT) == cases[n].unit,
             cases[n].name, "status %d, descriptor %u, cause 0x%x", st, i, cause);
        memcpy(job->desc[i], kept, sizeof kept);
    }
    if (st == BONNET_OK) st = go(&c, job, &cause);
    UNIT(&u, st == BONNET_OK && cause == 0, "and afterwards", "status %d, cause 0x%x", st, cause);
    if (st == BONNET_OK) strips(&u, &c, job);
    if (c.self) c.io->close(c.self);
    bonnet_job_free(job);
    bonnet_net_free(net);
    return unit_end(&u);
}
