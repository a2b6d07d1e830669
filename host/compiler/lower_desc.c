/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_desc.c - items to descriptors, unit by unit: header, LOADs, CONVs and FCs, STEMs, STOREs. An item is one descriptor, or two where
 * rows that move to or from DRAM pass the end of a ring; then the first waits and the last posts.
 */
#include <stdlib.h>
#include "lower_parts.h"

typedef struct builder {
    bonnet_job *job;
    lower_plan *plan;
    const bonnet_net *net;
    uint32_t *d;                       /* the descriptor being made */
    uint32_t spare[BONNET_DESC_WORDS]; /* takes what no longer fits into the job */
    uint64_t longest;                  /* cycles, of any descriptor, without what the bus adds */
    int bad, full;                     /* a value did not fit its field; too many descriptors */
} builder;

static void set(builder *b, int field, uint64_t value)
{
    if (!bonnet_desc_set(b->d, field, value)) b->bad = 1;
}

static void begin(builder *b, const lower_item *it)
{
    if (b->job->n_desc >= b->job->geometry.records || b->job->n_desc > BONNET_JOB_MAX) {
        b->full = 1;
        for (int i = 0; i < BONNET_DESC_WORDS; i++) b->spare[i] = 0;
        b->d = b->spare;
    } else b->d = b->job->desc[b->job->n_desc++];
    set(b, BONNET_F_JOB_OP, it->op);
    set(b, BONNET_F_JOB_LAYER, it->layer);
}

static void took(builder *b, uint64_t cycles) { b->longest = cycles > b->longest ? cycles : b->longest; }

static void waits(builder *b, const lower_item *it)
{
    static const int fields[3] = {BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2};
    for (uint32_t u = 0, n = 0; u < LOWER_UNITS; u++) /* the load unit is the first: its token is WAIT0 */
        if (it->wait[u]) set(b, fields[n++], bonnet_sem(u, it->unit));
    set(b, BONNET_F_JOB_WAIT_ONCE, it->wait_once);
}

static void posts(builder *b, const lower_item *it)
{
    static const int fields[3] = {BONNET_F_JOB_POST0, BONNET_F_JOB_POST1, BONNET_F_JOB_POST2};
    for (uint32_t u = 0, n = 0; u < LOWER_UNITS; u++)
        if (it->post[u]) set(b, fields[n++], bonnet_sem(it->unit, u));
}

/* ---- load ----------------------------------------------------------------------------------------------------------------------- */
static void load_param(builder *b, const lower_item *it, uint32_t dest, uint32_t row, uint32_t rows, uint32_t addr)
{
    uint32_t row_bytes = 8 * b->job->geometry.lanes;
    begin(b, it);
    set(b, BONNET_F_JOB_ONCE, it->first);
    set(b, BONNET_F_LOAD_OFFSET, (uint64_t)row * row_bytes);
    set(b, BONNET_F_LOAD_DEST, dest);
    set(b, BONNET_F_LOAD_BYTES, (uint64_t)rows * row_bytes);
    set(b, BONNET_F_LOAD_ADDR, addr);
    took(b, (uint64_t)rows * row_bytes);
    waits(b, it);
    posts(b, it);
}

/* Rows between the feature buffer and scratch, in one piece or, over the end of a ring, two. */
static void move(builder *b, const lower_item *it, int offset_field, int base_field, int bytes_field, int addr_field, uint32_t offset)
{
    const lower_buffer *m = &b->plan->buffers[it->out];
    uint32_t slot = it->y0 % m->rows, left = it->rows, y = it->y0;
    for (int part = 0; left; part++) {
        uint32_t n = left < m->rows - slot ? left : m->rows - slot;
        begin(b, it);
        set(b, offset_field, offset + 8 * (uint64_t)(y - it->y0) * m->pitch);
        set(b, base_field, 3);
        set(b, bytes_field, 8 * (uint64_t)n * m->pitch);
        set(b, addr_field, m->word + (uint64_t)slot * m->pitch);
        if (it->unit == LOWER_LOAD) set(b, BONNET_F_LOAD_DEST, 2);
        took(b, 8 * (uint64_t)n * m->pitch);
        if (!part) waits(b, it);
        left -= n;
        y += n;
        slot = 0;
        if (!left) posts(b, it);
    }
}

static void load(builder *b, const lower_item *it)
{
    const lower_plan *p = b->plan;
    if (it->tenancy >= 0) {
        const lower_tenancy *t = &p->tenancies[it->tenancy];
        const bonnet_job_layer *l = &b->job->layers[t->layer];
        load_param(b, it, 0, l->row + t->tile * l->tile_rows, t->rows, t->wrow);
    } else if (it->last) {
        const lower_buffer *m = &p->buffers[it->out];
        begin(b, it);
        set(b, BONNET_F_LOAD_OFFSET, (uint64_t)it->frame * b->job->geometry.arrays * b->job->input_stride);
        set(b, BONNET_F_LOAD_BASE, 1);
        set(b, BONNET_F_LOAD_DEST, 2);
        set(b, BONNET_F_LOAD_BYTES, b->job->input_bytes);
        set(b, BONNET_F_LOAD_ADDR, m->word);
        took(b, b->job->input_bytes);
        waits(b, it);
        posts(b, it);
    } else if (it->out < 0) {
        load_param(b, it, 1, b->job->layers[0].row + it->tile * p->stem_rows, it->tiles * p->stem_rows, 0);
    } else {
        uint32_t at = it->offset + 8 * it->y0 * p->buffers[it->out].pitch;
        move(b, it, BONNET_F_LOAD_OFFSET, BONNET_F_LOAD_BASE, BONNET_F_LOAD_BYTES, BONNET_F_LOAD_ADDR, at);
    }
}

/* ---- store ---------------------------------------------------------------------------------------------------------------------- */
static int add_piece(builder *b, const lower_item *it, uint32_t y0, uint32_t rows, uint32_t words)
{
    lower_plan *p = b->plan;
    const lower_buffer *m = &p->buffers[it->out];
    bonnet_job_piece *more = realloc(p->pieces, (p->n_pieces + 1) * sizeof *more);
    if (!more || p->scratch > INT32_MAX - 8 * (uint64_t)words - 64) return 0;
    p->pieces = more;
    more[p->n_pieces++] = (bonnet_job_piece){.layer = m->layer,
                                             .frame = m->frame,
                                             .y0 = y0,
                                             .rows = rows,
                                             .therm = m->therm,
                                             .pitch = m->pix ? m->pitch : 0,
                                             .pix = m->pix,
                                             .words = words,
                                             .scratch = p->scratch};
    p->scratch += (8 * words + 63) & ~63u;
    return 1;
}

static void trace(builder *b, const lower_item *it)
{
    const lower_buffer *m = &b->plan->buffers[it->out];
    uint32_t left = it->rows, y = it->y0;
    for (int part = 0; left; part++) {
        uint32_t slot = y % m->rows, n = left < m->rows - slot ? left : m->rows - slot;
        uint32_t words = m->pix ? n * m->pitch : (uint32_t)bonnet_net_map_words(b->net, m->layer);
        begin(b, it);
        set(b, BONNET_F_STORE_OFFSET, b->plan->scratch);
        set(b, BONNET_F_STORE_BASE, 3);
        set(b, BONNET_F_STORE_BYTES, 8 * (uint64_t)words);
        set(b, BONNET_F_STORE_ADDR, m->word + (uint64_t)slot * m->pitch);
        if (!add_piece(b, it, y, n, words)) b->bad = 1;
        if (!part) waits(b, it);
        left -= n;
        y += n;
        if (!left) posts(b, it);
    }
}

static void store(builder *b, const lower_item *it)
{
    if (it->first) trace(b, it);
    else if (it->last) {
        begin(b, it);
        set(b, BONNET_F_STORE_OFFSET, (uint64_t)it->frame * b->job->geometry.arrays * b->job->output_stride);
        set(b, BONNET_F_STORE_BASE, 2);
        set(b, BONNET_F_STORE_BYTES, b->job->output_bytes);
        set(b, BONNET_F_STORE_ADDR, b->plan->buffers[it->out].word);
        waits(b, it);
        posts(b, it);
    } else {
        uint32_t at = it->offset + 8 * it->y0 * b->plan->buffers[it->out].pitch;
        move(b, it, BONNET_F_STORE_OFFSET, BONNET_F_STORE_BASE, BONNET_F_STORE_BYTES, BONNET_F_STORE_ADDR, at);
    }
}

/* ---- stem ----------------------------------------------------------------------------------------------------------------------- */
static void stem(builder *b, const lower_item *it)
{
    const bonnet_layer *l = &b->net->layers[0];
    const lower_plan *p = b->plan;
    const lower_buffer *m = &p->buffers[it->out];
    begin(b, it);
    set(b, BONNET_F_STEM_OFFSET, (uint64_t)it->frame * b->job->geometry.arrays * b->job->input_stride);
    set(b, BONNET_F_STEM_BASE, 1);
    set(b, BONNET_F_STEM_PLANES3, l->in_c == 3);
    set(b, BONNET_F_STEM_SIGNED, l->pixels_signed);
    set(b, BONNET_F_STEM_KERNEL, (l->kernel - 3) / 2);
    set(b, BONNET_F_STEM_STRIDE2, l->stride == 2);
    set(b, BONNET_F_STEM_POOL, l->pool);
    set(b, BONNET_F_STEM_DW, l->dw);
    set(b, BONNET_F_STEM_DW_CONST, l->dw && l->dw_const);
    set(b, BONNET_F_STEM_K4, b->net->k == 4);
    set(b, BONNET_F_STEM_IN_W, l->in_w);
    set(b, BONNET_F_STEM_IN_H, l->in_h);
    set(b, BONNET_F_STEM_CONV_W, l->conv_w);
    set(b, BONNET_F_STEM_CONV_H, l->conv_h);
    set(b, BONNET_F_STEM_OUT_W, l->out_w);
    set(b, BONNET_F_STEM_OUT_H, l->out_h);
    set(b, BONNET_F_STEM_OUT, m->word);
    set(b, BONNET_F_STEM_OUT_ROW, m->pitch);
    set(b, BONNET_F_STEM_OUT_PIX, m->pix);
    set(b, BONNET_F_STEM_OUT_T, m->therm);
    set(b, BONNET_F_STEM_CHANNEL, (uint64_t)it->tile * b->job->geometry.lanes);
    set(b, BONNET_F_STEM_PROW, p->stem_reload ? 0 : (uint64_t)it->tile * p->stem_rows);
    set(b, BONNET_F_STEM_ROWS, it->first && it->last ? 0 : it->rows);
    set(b, BONNET_F_STEM_CONT, !it->first);
    if (m->ring) {
        set(b, BONNET_F_STEM_OUT_RING, m->rows);
        set(b, BONNET_F_STEM_OUT_SLOT, it->y0 % m->rows);
    }
    took(b, (uint64_t)l->conv_w * l->conv_h * (p->stem_rows + 16));
    waits(b, it);
    posts(b, it);
}

/* ---- conv ----------------------------------------------------------------------------------------------------------------------- */
typedef struct operand_fields {
    int word, row, pix, therm, ring, slot;
} operand_fields;
#define OPERAND(n)                                                                                                                                   \
    {                                                                                                                                                \
        BONNET_F_CONV_##n, BONNET_F_CONV_##n##_ROW, BONNET_F_CONV_##n##_PIX, BONNET_F_CONV_##n##_T, BONNET_F_CONV_##n##_RING,                        \
            BONNET_F_CONV_##n##_SLOT                                                                                                                 \
    }

/* border: columns and rows of the map that its first word is past. */
static void operand(builder *b, const operand_fields *f, int32_t buffer, uint32_t channel, uint32_t first_row, uint32_t border)
{
    const lower_buffer *m = &b->plan->buffers[buffer];
    set(b, f->word, m->word + (uint64_t)channel / 64 * (m->therm ? 3 : b->net->k) + (uint64_t)border * (m->pix + (m->ring ? 0 : m->pitch)));
    set(b, f->row, m->pitch);
    set(b, f->pix, m->pix);
    set(b, f->therm, m->therm);
    if (!m->ring) return;
    set(b, f->ring, m->rows);
    set(b, f->slot, first_row % m->rows);
}

static void binary(builder *b, const lower_item *it)
{
    static const operand_fields in = OPERAND(IN), out = OPERAND(OUT), res = OPERAND(RES), pass = OPERAND(PASS);
    const bonnet_layer *l = &b->net->layers[it->layer];
    const lower_plan *p = b->plan;
    const lower_tenancy *t = &p->tenancies[it->tenancy];
    uint32_t lanes = b->job->geometry.lanes, k3 = l->kind != BONNET_LAYER_DOWN, grouped = (uint32_t)lower_grouped(b->net, l);
    uint32_t step = lower_tile_step(b->net, l, &b->job->geometry), depth = l->in_c / 64 * (k3 && grouped ? 1 : b->net->k);
    uint32_t pool = l->pool != 0, last = l->kind == BONNET_LAYER_LAST, border = lower_border(l);
    begin(b, it);
    operand(b, &in, it->in, l->in.first, lower_centre(l, it->y0), border);
    if (last) {
        set(b, BONNET_F_CONV_OUT, p->buffers[it->out].word);
        set(b, BONNET_F_CONV_S1, l->s1);
        set(b, BONNET_F_CONV_S2, l->s2);
        set(b, BONNET_F_CONV_K, 9 * (uint64_t)l->in_c);
        set(b, BONNET_F_CONV_KEEP, it->y0 > 0);
        set(b, BONNET_F_CONV_MORE, (uint32_t)it->y0 + it->rows < l->out_h);
    } else operand(b, &out, it->out, 0, it->y0, 0);
    if (l->res.map >= 0) operand(b, &res, it->res, l->res.first, it->y0, 0);
    if (l->pass.map >= 0) operand(b, &pass, it->pass, l->pass.first, it->y0, 0);
    set(b, BONNET_F_CONV_IN_W, l->in_w - 2 * border);
    set(b, BONNET_F_CONV_IN_H, l->in_h - 2 * border);
    set(b, BONNET_F_CONV_OUT_W, l->out_w);
    set(b, BONNET_F_CONV_OUT_H, l->out_h);
    set(b, BONNET_F_CONV_Y0, it->y0);
    set(b, BONNET_F_CONV_ROWS, it->rows);
    set(b, BONNET_F_CONV_WROW, t->wrow + (uint64_t)(it->tile - t->tile) * lower_tile_rows(b->net, it->layer));
    set(b, BONNET_F_CONV_TILES, it->tiles);
    set(b, BONNET_F_CONV_CHANNEL, (uint64_t)it->tile * step);
    set(b, BONNET_F_CONV_DEPTH, depth);
    set(b, BONNET_F_CONV_K3, k3);
    set(b, BONNET_F_CONV_STRIDE2, l->stride == 2);
    set(b, BONNET_F_CONV_DILATE2, l->dilation == 2);
    set(b, BONNET_F_CONV_GROUPED, grouped);
    set(b, BONNET_F_CONV_POOL2, pool);
    set(b, BONNET_F_CONV_PAD, l->pad);
    set(b, BONNET_F_CONV_K4, b->net->k == 4);
    set(b, BONNET_F_CONV_POST, last ? 4 : k3 ? (uint32_t)l->post : 0);
    set(b, BONNET_F_CONV_GROUP_STEP, grouped ? l->conv_c / 4 : lanes / 4);
    set(b, BONNET_F_CONV_TILE_STEP, step);
    took(b, (uint64_t)l->out_w * it->rows * (pool ? 4 : 1) * it->tiles * (depth * (k3 ? 9 : 1) + 4));
    waits(b, it);
    posts(b, it);
}

static void fully_connected(builder *b, const lower_item *it)
{
    const bonnet_layer *l = &b->net->layers[it->layer];
    const lower_tenancy *t = &b->plan->tenancies[it->tenancy];
    begin(b, it);
    set(b, BONNET_F_FC_IN, b->plan->buffers[it->in].word);
    set(b, BONNET_F_FC_OUT, b->plan->buffers[it->out].word + (uint64_t)it->tile * b->job->geometry.lanes / 2);
    set(b, BONNET_F_FC_WROW, t->wrow + (uint64_t)(it->tile - t->tile) * lower_tile_rows(b->net, it->layer));
    set(b, BONNET_F_FC_TILES, it->tiles);
    set(b, BONNET_F_FC_INPUTS, l->in_c);
    took(b, (uint64_t)it->tiles * ((uint64_t)l->in_c * 8 + b->job->geometry.lanes * 8));
    waits(b, it);
    posts(b, it);
}

/* Which of the load list's parts: LOADs of the first walk only come first, but for those that the map which is given can go before (lower_before_map()). */
enum { LOAD_PLACES = 4 };
static uint32_t load_place(const lower_item *it, uint32_t before, uint32_t once) /* once: of the first walk only, in the plan before this one */
{
    if (!it->first) return it->last && before != UINT32_MAX ? 1 : 3;
    return once < before ? 0 : 2;
}

static void list_loads(builder *b)
{
    const lower_plan *p = b->plan;
    const uint32_t before = lower_before_map(p);
    for (uint32_t place = 0; place < LOAD_PLACES; place++)
        for (uint32_t n = 0, once = 0; n < p->n_items; n++) {
            const lower_item *it = &p->items[n];
            if (it->unit != LOWER_LOAD) continue;
            if (load_place(it, before, once) == place) load(b, it);
            once += it->first != 0;
        }
}

static void list(builder *b, uint32_t unit)
{
    static const int counts[LOWER_UNITS] = {BONNET_F_HDR_LOADS, BONNET_F_HDR_CONVS, BONNET_F_HDR_STEMS, BONNET_F_HDR_STORES};
    uint32_t before = b->job->n_desc;
    b->d = b->spare;
    if (unit == LOWER_LOAD) list_loads(b);
    for (uint32_t n = 0; unit != LOWER_LOAD && n < b->plan->n_items; n++) {
        const lower_item *it = &b->plan->items[n];
        if (it->unit != unit) continue;
        if (unit == LOWER_STEM) stem(b, it);
        else if (unit == LOWER_STORE) store(b, it);
        else if (it->op == BONNET_OP_FC) fully_connected(b, it);
        else binary(b, it);
    }
    if (b->job->n_desc > before) set(b, BONNET_F_JOB_LAST, 1);
    b->d = b->job->desc[0];
    set(b, counts[unit], b->job->n_desc - before);
}

static void header(builder *b)
{
    uint64_t sems = 0;
    for (uint32_t s = 1; s < BONNET_SEMS; s++) sems |= (uint64_t)b->plan->initial[s] << 4 * s;
    b->d = b->job->desc[0];
    set(b, BONNET_F_JOB_OP, BONNET_OP_HEADER);
    set(b, BONNET_F_HDR_MAGIC, BONNET_JOB_MAGIC);
    set(b, BONNET_F_HDR_COUNT, b->job->n_desc - 1);
    set(b, BONNET_F_HDR_SEMS_LO, sems & 0xFFFFFFFFu);
    set(b, BONNET_F_HDR_SEMS_HI, sems >> 32);
    set(b, BONNET_F_HDR_IN_STEP, b->job->input_stride);
    set(b, BONNET_F_HDR_OUT_STEP, b->job->output_stride);
    set(b, BONNET_F_HDR_SCRATCH_STEP, b->plan->scratch);
}

bonnet_status lower_descriptors(bonnet_job *job, lower_plan *plan, bonnet_error *err)
{
    builder b = {.job = job, .plan = plan, .net = plan->net};
    job->n_desc = 1;
    for (uint32_t unit = 0; unit < LOWER_UNITS; unit++) list(&b, unit);
    header(&b);
    uint64_t dog = 8 * b.longest + 1000000;
    job->watchdog_cycles = dog > UINT32_MAX ? UINT32_MAX : (uint32_t)dog;
    job->scratch_bytes = plan->scratch;
    job->pieces = plan->pieces;
    job->n_pieces = plan->n_pieces;
    plan->pieces = NULL;
    plan->n_pieces = 0;
    if (b.full) return bonnet_fail(err, BONNET_EUNSUPPORTED, "more than %u descriptors for this chip's buffers", job->geometry.records - 1);
    if (b.bad) return bonnet_fail(err, BONNET_EUNSUPPORTED, "a size does not fit its descriptor field");
    return BONNET_OK;
}
