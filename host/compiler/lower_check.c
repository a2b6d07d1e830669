/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_check.c - bonnet_job_check(): walks a job as the chip would, and proves that no speed of its units can change the result.
 *
 * Order between units comes from tokens alone. Each semaphore has one giving and one taking unit, so the n-th token taken is the
 * n-th given (initial ones first), whatever happens: vector clocks then say which descriptors are finished for certain when another starts.
 * A read must have its write among them; a write must have every read and write of the old content among them. In job order each token is there
 * before it is taken: units never wait for something that the sequencer has not handed out yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lower_check.h"

enum { IN_FLIGHT = BONNET_QUEUE_DEPTH + 2 }; /* descriptors of one unit handed out and perhaps still waiting for tokens */

typedef struct sem {
    uint32_t initial, given, taken;
    int giver, taker;               /* units; -1 not known yet */
    uint32_t (*clock)[CHECK_UNITS]; /* of each token given */
} sem;

typedef struct tokens {
    sem sems[BONNET_SEMS];
    uint16_t recent[CHECK_UNITS][IN_FLIGHT]; /* semaphores taken by the last descriptors of each unit, one bit each */
    uint32_t started[CHECK_UNITS];
    uint32_t (*pool)[CHECK_UNITS];
} tokens;

bonnet_status check_fault(const check *c, const char *format, ...)
{
    char line[160];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return bonnet_fail(c->err, BONNET_EFORMAT, "job: descriptor %u (layer %u, frame %u): %s", c->index, c->layer, c->frame, line);
}

/* Has unit c->unit certainty that `unit` finished its descriptor number `time`? */
static int finished(const check *c, uint32_t unit, uint32_t time) { return time <= c->seen[c->unit][unit]; }

bonnet_status check_read(check *c, check_space space, uint32_t at, uint32_t tag)
{
    if (at >= c->limit[space]) return check_fault(c, "reads word %u of %u", at, c->limit[space]);
    check_cell *cell = &c->cells[space][at];
    if (cell->tag != tag || cell->have != 0xFFFF) return check_fault(c, "reads word or row %u, which does not hold what the layer needs", at);
    if (!finished(c, cell->writer, cell->written)) return check_fault(c, "reads word or row %u, which may not be written yet", at);
    cell->read[c->unit] = c->seen[c->unit][c->unit] + 1;
    return BONNET_OK;
}

bonnet_status check_write(check *c, check_space space, uint32_t at, uint16_t channels, uint32_t tag)
{
    if (at >= c->limit[space]) return check_fault(c, "writes word %u of %u", at, c->limit[space]);
    check_cell *cell = &c->cells[space][at];
    uint32_t now = c->seen[c->unit][c->unit] + 1;
    if (cell->written && !(cell->writer == c->unit && cell->written == now) && !finished(c, cell->writer, cell->written))
        return check_fault(c, "writes word or row %u, which another unit may be writing", at);
    for (uint32_t u = 0; u < CHECK_UNITS; u++)
        if (!finished(c, u, cell->read[u])) return check_fault(c, "writes word or row %u, which may still be read", at);
    if (cell->tag != tag) cell->have = 0;
    cell->tag = tag;
    cell->have |= channels;
    cell->writer = (uint8_t)c->unit;
    cell->written = now;
    return BONNET_OK;
}

static bonnet_status take(check *c, tokens *t, uint32_t number)
{
    sem *s = &t->sems[number];
    if (s->taker >= 0 && s->taker != (int)c->unit) return check_fault(c, "semaphore %u is taken by two units", number);
    s->taker = (int)c->unit;
    if (s->taken >= s->initial + s->given) return check_fault(c, "waits for semaphore %u, which nothing before it gives", number);
    if (s->taken >= s->initial)
        for (uint32_t u = 0; u < CHECK_UNITS; u++) {
            uint32_t time = s->clock[s->taken - s->initial][u];
            if (c->seen[c->unit][u] < time) c->seen[c->unit][u] = time;
        }
    s->taken++;
    t->recent[c->unit][t->started[c->unit] % IN_FLIGHT] |= (uint16_t)(1u << number);
    return BONNET_OK;
}

static bonnet_status give(check *c, tokens *t, uint32_t number)
{
    sem *s = &t->sems[number];
    if (s->giver >= 0 && s->giver != (int)c->unit) return check_fault(c, "semaphore %u is given by two units", number);
    s->giver = (int)c->unit;
    memcpy(s->clock[s->given++], c->seen[c->unit], sizeof c->seen[c->unit]);
    uint32_t late = 0; /* takes in job order that may not have happened yet */
    for (uint32_t i = 0; s->taker >= 0 && i < IN_FLIGHT; i++) late += t->recent[s->taker][i] >> number & 1;
    if (s->initial + s->given - s->taken + late > BONNET_SEM_MAX) return check_fault(c, "semaphore %u may pass %d", number, BONNET_SEM_MAX);
    return BONNET_OK;
}

static uint32_t unit_of(uint32_t op)
{
    return op == BONNET_OP_LOAD ? CHECK_LOAD : op == BONNET_OP_STEM ? CHECK_STEM : op == BONNET_OP_STORE ? CHECK_STORE : CHECK_CONV;
}

static bonnet_status step(check *c, tokens *t, const uint32_t *d)
{
    static const int waits[3] = {BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2};
    static const int posts[3] = {BONNET_F_JOB_POST0, BONNET_F_JOB_POST1, BONNET_F_JOB_POST2};
    c->layer = bonnet_desc_get(d, BONNET_F_JOB_LAYER);
    c->unit = unit_of(bonnet_desc_get(d, BONNET_F_JOB_OP));
    t->recent[c->unit][t->started[c->unit] % IN_FLIGHT] = 0;
    bonnet_status st = BONNET_OK;
    for (int i = 0; i < 3 && st == BONNET_OK; i++)
        if (bonnet_desc_get(d, waits[i])) st = take(c, t, bonnet_desc_get(d, waits[i]));
    t->started[c->unit]++;
    if (st == BONNET_OK) st = check_access(c, d);
    c->seen[c->unit][c->unit]++; /* finished */
    for (int i = 0; i < 3 && st == BONNET_OK; i++)
        if (bonnet_desc_get(d, posts[i])) st = give(c, t, bonnet_desc_get(d, posts[i]));
    return st;
}

/* After each frame: every weight row used, every logit stored, every map of a traced job stored. */
static bonnet_status frame_done(check *c)
{
    for (c->layer = 0; c->layer < c->job->n_layers; c->layer++) {
        const bonnet_job_layer *l = &c->job->layers[c->layer];
        if (c->next_row[c->layer] != l->row + l->rows) return check_fault(c, "the layer has rows that nothing uses");
        if (c->job->traced && !c->stored[c->layer]) return check_fault(c, "the layer's map is not stored");
        c->next_row[c->layer] = l->row;
        c->stored[c->layer] = 0;
    }
    if (!c->result) return bonnet_fail(c->err, BONNET_EFORMAT, "job: the logits are not stored");
    c->result = 0;
    return BONNET_OK;
}

static bonnet_status walk(check *c, tokens *t, uint32_t frames)
{
    const uint32_t *h = c->job->desc[0];
    for (uint32_t s = 0; s < BONNET_SEMS; s++) {
        uint64_t all = (uint64_t)bonnet_desc_get(h, BONNET_F_HDR_SEMS_HI) << 32 | bonnet_desc_get(h, BONNET_F_HDR_SEMS_LO);
        t->sems[s] = (sem){.initial = all >> 4 * s & 15, .giver = -1, .taker = -1, .clock = t->pool + (size_t)s * frames * c->job->n_desc};
    }
    for (c->frame = 0; c->frame < frames; c->frame++) {
        for (c->index = 1; c->index < c->job->n_desc; c->index++) {
            bonnet_status st = step(c, t, c->job->desc[c->index]);
            if (st != BONNET_OK) return st;
        }
        bonnet_status st = frame_done(c);
        if (st != BONNET_OK) return st;
    }
    return BONNET_OK;
}

/* What the struct itself says: sizes that others rely on. */
static const char *bad_frame(const bonnet_job *job)
{
    if (!bonnet_geometry_sound(&job->geometry)) return "a geometry that no chip has";
    if (job->n_layers < 3 || job->n_layers > BONNET_MAX_LAYERS || job->n_desc < 2 || job->n_desc > BONNET_JOB_MAX + 1)
        return "number of layers or descriptors";
    if (job->classes < 1 || job->classes > BONNET_MAX_CLASSES || job->output_bytes != (job->classes + 1) / 2 * 8 ||
        job->output_stride < job->output_bytes || job->output_stride % 64 || job->output_stride > 65536)
        return "size of the results";
    if (job->input_bytes < 1 || job->input_stride < job->input_bytes || job->input_stride % 64 || job->input_stride > 1u << 22)
        return "size of the image";
    if (job->rows_bytes > INT32_MAX || job->rows_bytes % (8 * job->geometry.lanes) || job->scratch_bytes > INT32_MAX || job->traced > 1 ||
        job->resident > 1 || !job->watchdog_cycles)
        return "sizes";
    for (uint32_t i = 0; i < job->n_layers; i++) {
        const bonnet_job_layer *l = &job->layers[i];
        if (l->kind > BONNET_LAYER_FC || l->in < -1 || l->in >= (int32_t)i || l->res < -1 || l->res >= (int32_t)i || l->pass < -1 ||
            l->pass >= (int32_t)i || (l->kind != BONNET_LAYER_STEM && l->in < 0))
            return "a layer that reads a later one";
        if (l->in_at > UINT16_MAX || l->res_at > UINT16_MAX || l->pass_at > UINT16_MAX || l->pix > UINT16_MAX || l->pitch > UINT16_MAX)
            return "words within a pixel";
        if ((uint64_t)l->row + l->rows > job->rows_bytes / (8 * job->geometry.lanes) || l->words < 1 || l->held < l->words ||
            (uint64_t)l->word + l->held > job->geometry.feature_words || l->scratch % 64 ||
            (job->traced && (uint64_t)l->scratch + 8 * (uint64_t)l->words > job->scratch_bytes))
            return "a layer's rows or map outside their memory";
    }
    const uint32_t *h = job->desc[0];
    if (bonnet_desc_get(h, BONNET_F_JOB_OP) != BONNET_OP_HEADER || h[0] || h[1] || bonnet_desc_get(h, BONNET_F_HDR_MAGIC) != BONNET_JOB_MAGIC ||
        h[3] != job->n_desc - 1 || bonnet_desc_get(h, BONNET_F_HDR_SEMS_LO) & 15)
        return "the header";
    for (int w = 6; w < BONNET_DESC_WORDS; w++)
        if (h[w]) return "unknown bits in the header";
    return NULL;
}

bonnet_status bonnet_job_check(const bonnet_job *job, uint32_t frames, bonnet_error *err)
{
    const char *bad = bad_frame(job);
    if (bad || frames < 1 || frames > 16) return bonnet_fail(err, BONNET_EFORMAT, "job: %s", bad ? bad : "1 to 16 frames can be checked");
    check c = {.job = job, .err = err};
    c.limit[SPACE_FEATURE] = job->geometry.feature_words;
    c.limit[SPACE_WEIGHT] = job->geometry.weight_rows;
    c.limit[SPACE_STEM] = job->geometry.stem_rows;
    for (uint32_t i = 0; i < job->n_layers; i++) c.next_row[i] = job->layers[i].row;
    for (c.index = 1; c.index < job->n_desc; c.index++) {
        c.layer = bonnet_desc_get(job->desc[c.index], BONNET_F_JOB_LAYER);
        bonnet_status st = check_fields(&c, job->desc[c.index]);
        if (st != BONNET_OK) return st;
    }
    tokens t = {.pool = calloc((size_t)BONNET_SEMS * frames * job->n_desc, sizeof *t.pool)};
    int memory = t.pool != NULL;
    for (int s = 0; s < SPACES; s++) memory &= (c.cells[s] = calloc(c.limit[s], sizeof *c.cells[s])) != NULL;
    bonnet_status st = memory ? walk(&c, &t, frames) : bonnet_fail(err, BONNET_ENOMEM, "no memory to check a job");
    for (int s = 0; s < SPACES; s++) free(c.cells[s]);
    free(t.pool);
    return st;
}
