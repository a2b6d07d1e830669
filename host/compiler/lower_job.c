/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_job.c - the descriptors, in an order in which every token is given before it is taken: each descriptor waits only for ones
 * before it, so a job cannot deadlock however short the queues are. LOADs run up to a queue's depth ahead of the conv unit.
 *
 * Tokens (docs/chip.md): 1 each portion of weights; 2 each stem pass that loads its rows, else once; 3 stem map whole; 4 stem map
 * read by its last reader; 5, 6 logits; 7 a slot of the streamed weights is free; 8 stem rows are free; 9 the last streamed portion of a
 * frame is done, where an odd number of portions lets the next frame start in the same slot. A traced job (13, 14, 15) waits after
 * every layer until its map is in DRAM.
 */
#include "lower_parts.h"

typedef struct builder {
    bonnet_job *job;
    const lower_plan *plan;
    const bonnet_net *net;
    uint32_t *d;                       /* the descriptor being made */
    uint32_t spare[BONNET_DESC_WORDS]; /* takes what no longer fits into the job */
    uint64_t longest;                  /* cycles, of any descriptor, without what the bus adds */
    int bad;                           /* a value did not fit its field */
    int first_reader;                  /* the next descriptor that reads the stem map is the first */
} builder;

static void set(builder *b, int field, uint64_t value)
{
    if (!bonnet_desc_set(b->d, field, value)) b->bad = 1;
}

static void begin(builder *b, uint32_t op, uint32_t layer)
{
    if (b->job->n_desc > BONNET_JOB_MAX) { /* the array is full: say so at the end */
        b->bad = 1;
        for (int i = 0; i < BONNET_DESC_WORDS; i++) b->spare[i] = 0;
        b->d = b->spare;
        return;
    }
    b->d = b->job->desc[b->job->n_desc++];
    set(b, BONNET_F_JOB_OP, op);
    set(b, BONNET_F_JOB_LAYER, layer);
}

static void token(builder *b, const int fields[3], uint32_t sem)
{
    for (int i = 0; i < 3; i++)
        if (!bonnet_desc_get(b->d, fields[i])) {
            set(b, fields[i], sem);
            return;
        }
    b->bad = 1;
}

static void wait_for(builder *b, uint32_t sem)
{
    static const int fields[3] = {BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2};
    token(b, fields, sem);
}

static void post(builder *b, uint32_t sem)
{
    static const int fields[3] = {BONNET_F_JOB_POST0, BONNET_F_JOB_POST1, BONNET_F_JOB_POST2};
    token(b, fields, sem);
}

static void took(builder *b, uint64_t cycles) { b->longest = cycles > b->longest ? cycles : b->longest; }

static void load(builder *b, uint32_t layer, uint32_t dest, uint32_t row, uint32_t rows, uint32_t addr, int once)
{
    uint32_t row_bytes = 8 * b->job->geometry.lanes;
    begin(b, BONNET_OP_LOAD, layer);
    set(b, BONNET_F_JOB_ONCE, (uint32_t)once);
    set(b, BONNET_F_LOAD_OFFSET, (uint64_t)row * row_bytes);
    set(b, BONNET_F_LOAD_DEST, dest);
    set(b, BONNET_F_LOAD_BYTES, (uint64_t)rows * row_bytes);
    set(b, BONNET_F_LOAD_ADDR, addr);
    took(b, (uint64_t)rows * row_bytes);
}

static void load_chunk(builder *b, const lower_chunk *c)
{
    load(b, c->layer, 0, c->row, c->rows, c->wrow, c->ring == 0);
    if (c->ring) wait_for(b, BONNET_SEM_WEIGHTS_FREE);
    if (c->ring == 1 && b->plan->slots == 2 && b->plan->n_ring % 2) wait_for(b, BONNET_SEM_WEIGHTS_WRAP);
    post(b, BONNET_SEM_WEIGHTS);
}

/* Copy of layer's map to scratch; the conv unit waits for it. */
static void trace_store(builder *b, uint32_t layer, uint32_t sem)
{
    const bonnet_job_layer *l = &b->job->layers[layer];
    begin(b, BONNET_OP_STORE, layer);
    set(b, BONNET_F_STORE_OFFSET, l->scratch);
    set(b, BONNET_F_STORE_BASE, 3);
    set(b, BONNET_F_STORE_BYTES, 8 * (uint64_t)l->words);
    set(b, BONNET_F_STORE_ADDR, l->word);
    if (sem) wait_for(b, sem);
}

static void stem_pass(builder *b, uint32_t pass)
{
    const bonnet_layer *l = &b->net->layers[0];
    const bonnet_job_layer *m = &b->job->layers[0];
    const lower_plan *plan = b->plan;
    if (plan->stem_reload) {
        load(b, 0, 1, b->job->layers[0].row + pass * plan->stem_rows, plan->stem_rows, 0, 0);
        wait_for(b, BONNET_SEM_STEM_ROWS_FREE);
        post(b, BONNET_SEM_STEM_ROWS);
    } else if (pass == 0) {
        load(b, 0, 1, m->row, m->rows, 0, 1);
        post(b, BONNET_SEM_STEM_ROWS);
    }
    begin(b, BONNET_OP_STEM, 0);
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
    set(b, BONNET_F_STEM_CHANNEL, pass * b->job->geometry.lanes);
    set(b, BONNET_F_STEM_PROW, plan->stem_reload ? 0 : pass * plan->stem_rows);
    took(b, (uint64_t)l->conv_w * l->conv_h * (plan->stem_rows + 16));
    if (plan->stem_reload || pass == 0) wait_for(b, BONNET_SEM_STEM_ROWS);
    if (pass == 0) wait_for(b, BONNET_SEM_STEM_FREE);
    if (plan->stem_reload) post(b, BONNET_SEM_STEM_ROWS_FREE);
    if (pass + 1 < plan->stem_passes) return;
    post(b, BONNET_SEM_STEM_MAP);
    if (b->job->traced) {
        post(b, BONNET_SEM_TRACE_STEM);
        trace_store(b, 0, BONNET_SEM_TRACE_STEM);
        post(b, BONNET_SEM_TRACE_DONE);
    }
}

static uint32_t ref_word(const builder *b, bonnet_map_ref ref) { return b->job->layers[ref.map].word + ref.first / 64 * b->net->k; }

static void binary(builder *b, const lower_chunk *c)
{
    const bonnet_layer *l = &b->net->layers[c->layer];
    const bonnet_job_layer *out = &b->job->layers[c->layer], *in = &b->job->layers[l->in.map];
    uint32_t k = b->net->k, lanes = b->job->geometry.lanes, k3 = l->kind != BONNET_LAYER_DOWN;
    uint32_t grouped = (uint32_t)lower_grouped(b->net, l), tile_step = grouped ? lanes / 4 : lanes;
    uint32_t word0 = c->tile * tile_step / 64 * k; /* of the chunk's first channel, within a pixel */
    int last = l->kind == BONNET_LAYER_LAST, interleave = l->kind == BONNET_LAYER_CONV && l->post == BONNET_POST_INTERLEAVE;
    uint32_t depth = l->in_c / 64 * (k3 && grouped ? 1 : k);
    begin(b, BONNET_OP_CONV, c->layer);
    set(b, BONNET_F_CONV_IN, ref_word(b, l->in));
    set(b, BONNET_F_CONV_IN_W, l->in_w);
    set(b, BONNET_F_CONV_IN_H, l->in_h);
    set(b, BONNET_F_CONV_IN_ROW, in->pitch);
    set(b, BONNET_F_CONV_IN_PIX, in->pix);
    set(b, BONNET_F_CONV_OUT_W, l->out_w);
    set(b, BONNET_F_CONV_OUT_H, l->out_h);
    set(b, BONNET_F_CONV_ROWS, l->out_h);
    if (last) {
        set(b, BONNET_F_CONV_OUT, out->word + c->tile * tile_step / 4);
        set(b, BONNET_F_CONV_S1, l->s1);
        set(b, BONNET_F_CONV_S2, l->s2);
        set(b, BONNET_F_CONV_K, 9 * (uint64_t)l->in_c);
    } else {
        set(b, BONNET_F_CONV_OUT, out->word + word0 * (interleave ? 2u : 1u));
        set(b, BONNET_F_CONV_OUT_ROW, out->pitch);
        set(b, BONNET_F_CONV_OUT_PIX, out->pix);
    }
    if (l->res.map >= 0) {
        set(b, BONNET_F_CONV_RES, ref_word(b, l->res) + word0);
        set(b, BONNET_F_CONV_RES_ROW, b->job->layers[l->res.map].pitch);
        set(b, BONNET_F_CONV_RES_PIX, b->job->layers[l->res.map].pix);
    }
    if (interleave) {
        set(b, BONNET_F_CONV_PASS, ref_word(b, l->pass) + word0);
        set(b, BONNET_F_CONV_PASS_ROW, b->job->layers[l->pass.map].pitch);
        set(b, BONNET_F_CONV_PASS_PIX, b->job->layers[l->pass.map].pix);
    }
    set(b, BONNET_F_CONV_WROW, c->wrow);
    set(b, BONNET_F_CONV_TILES, c->tiles);
    set(b, BONNET_F_CONV_DEPTH, depth);
    set(b, BONNET_F_CONV_K3, k3);
    set(b, BONNET_F_CONV_STRIDE2, l->stride == 2);
    set(b, BONNET_F_CONV_DILATE2, l->dilation == 2);
    set(b, BONNET_F_CONV_GROUPED, grouped);
    set(b, BONNET_F_CONV_POOL2, !k3 && l->pool == 1);
    set(b, BONNET_F_CONV_K4, k == 4);
    set(b, BONNET_F_CONV_POST, last ? 4 : k3 ? (uint32_t)l->post : 0);
    set(b, BONNET_F_CONV_GROUP_STEP, grouped ? l->conv_c / 4 : lanes / 4);
    set(b, BONNET_F_CONV_TILE_STEP, tile_step);
    took(b, (uint64_t)l->out_w * l->out_h * (l->pool == 1 ? 4 : 1) * c->tiles * (depth * (k3 ? 9 : 1) + 4));
}

static void fully_connected(builder *b, const lower_chunk *c)
{
    const bonnet_layer *l = &b->net->layers[c->layer];
    begin(b, BONNET_OP_FC, c->layer);
    set(b, BONNET_F_FC_IN, b->job->layers[l->in.map].word);
    set(b, BONNET_F_FC_OUT, b->job->layers[c->layer].word + c->tile * b->job->geometry.lanes / 2);
    set(b, BONNET_F_FC_WROW, c->wrow);
    set(b, BONNET_F_FC_TILES, c->tiles);
    set(b, BONNET_F_FC_INPUTS, l->in_c);
    took(b, (uint64_t)c->tiles * ((uint64_t)l->in_c * 8 + b->job->geometry.lanes * 8));
}

static int reads_stem(const bonnet_layer *l) { return l->in.map == 0 || l->res.map == 0 || l->pass.map == 0; }

static void compute(builder *b, uint32_t n, uint32_t last_stem_reader)
{
    const lower_plan *plan = b->plan;
    const lower_chunk *c = &plan->chunks[n];
    int first = n == 0 || plan->chunks[n - 1].layer != c->layer, last = n + 1 == plan->n_chunks || plan->chunks[n + 1].layer != c->layer;
    int fc = b->net->layers[c->layer].kind == BONNET_LAYER_FC, traced = (int)b->job->traced;
    if (fc) fully_connected(b, c);
    else binary(b, c);
    wait_for(b, BONNET_SEM_WEIGHTS);
    if (first && traced) wait_for(b, BONNET_SEM_TRACE_DONE);
    if (first && fc) wait_for(b, BONNET_SEM_RESULT_FREE);
    if (b->first_reader && reads_stem(&b->net->layers[c->layer])) {
        wait_for(b, BONNET_SEM_STEM_MAP);
        b->first_reader = 0;
    }
    if (c->ring) post(b, BONNET_SEM_WEIGHTS_FREE);
    if (c->ring && c->ring == plan->n_ring && plan->slots == 2 && plan->n_ring % 2) post(b, BONNET_SEM_WEIGHTS_WRAP);
    if (last && c->layer == last_stem_reader && !plan->stem_shared && !traced) post(b, BONNET_SEM_STEM_FREE);
    if (last && fc) post(b, BONNET_SEM_RESULT);
    if (last && traced && !fc) {
        post(b, BONNET_SEM_TRACE);
        trace_store(b, c->layer, BONNET_SEM_TRACE);
        post(b, BONNET_SEM_TRACE_DONE);
    }
}

/* The logits; in a traced job first a copy of them as the last layer's map. */
static void results(builder *b)
{
    uint32_t layer = b->net->n_layers - 1;
    if (b->job->traced) trace_store(b, layer, BONNET_SEM_RESULT);
    begin(b, BONNET_OP_STORE, layer);
    set(b, BONNET_F_STORE_BASE, 2);
    set(b, BONNET_F_STORE_BYTES, b->job->output_bytes);
    set(b, BONNET_F_STORE_ADDR, b->job->layers[layer].word);
    if (!b->job->traced) wait_for(b, BONNET_SEM_RESULT);
    post(b, BONNET_SEM_RESULT_FREE);
    if (b->plan->stem_shared || b->job->traced) post(b, BONNET_SEM_STEM_FREE);
    set(b, BONNET_F_JOB_LAST, 1);
}

static void header(builder *b)
{
    const lower_plan *p = b->plan;
    uint64_t sems = UINT64_C(1) << 4 * BONNET_SEM_STEM_FREE | UINT64_C(1) << 4 * BONNET_SEM_RESULT_FREE;
    sems |= (uint64_t)p->slots << 4 * BONNET_SEM_WEIGHTS_FREE;
    if (p->stem_reload) sems |= UINT64_C(1) << 4 * BONNET_SEM_STEM_ROWS_FREE;
    if (p->slots == 2 && p->n_ring % 2) sems |= UINT64_C(1) << 4 * BONNET_SEM_WEIGHTS_WRAP;
    b->d = b->job->desc[0];
    set(b, BONNET_F_JOB_OP, BONNET_OP_HEADER);
    set(b, BONNET_F_HDR_MAGIC, BONNET_JOB_MAGIC);
    set(b, BONNET_F_HDR_COUNT, b->job->n_desc - 1);
    set(b, BONNET_F_HDR_SEMS_LO, sems & 0xFFFFFFFFu);
    set(b, BONNET_F_HDR_SEMS_HI, sems >> 32);
}

bonnet_status lower_descriptors(bonnet_job *job, const lower_plan *plan, const bonnet_net *net, bonnet_error *err)
{
    builder b = {.job = job, .plan = plan, .net = net, .first_reader = 1};
    uint32_t last_stem_reader = 0, loaded = 0;
    for (uint32_t i = 1; i < net->n_layers; i++)
        if (reads_stem(&net->layers[i])) last_stem_reader = i;
    job->n_desc = 1;
    for (uint32_t pass = 0; pass < plan->stem_passes; pass++) stem_pass(&b, pass);
    for (uint32_t n = 0, ring_done = 0; n < plan->n_chunks; n++) {
        /* Ahead, but never before the portion that used the slot has been issued. */
        while (loaded < plan->n_chunks && loaded <= n + BONNET_QUEUE_DEPTH &&
               (!plan->chunks[loaded].ring || plan->chunks[loaded].ring <= ring_done + plan->slots))
            load_chunk(&b, &plan->chunks[loaded++]);
        compute(&b, n, last_stem_reader);
        ring_done += plan->chunks[n].ring ? 1 : 0;
    }
    results(&b);
    header(&b);
    uint64_t dog = 8 * b.longest + 1000000;
    job->watchdog_cycles = dog > UINT32_MAX ? UINT32_MAX : (uint32_t)dog;
    if (b.bad && job->n_desc > BONNET_JOB_MAX)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "more than %d descriptors for this chip's buffers", BONNET_JOB_MAX);
    if (b.bad) return bonnet_fail(err, BONNET_EUNSUPPORTED, "a size does not fit its descriptor field");
    return BONNET_OK;
}
