/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_seq.c - the sequencer: header, four lists walk after walk, checks, tokens, and the end. In the RTL: rtl/seq/, rtl/shell/bonnet_sums.sv.
 *
 * A step fills the queue of each unit as far as it has places, as bonnet_seq_fetch.sv does, so a descriptor that is wrong is found that early; then runs
 * one descriptor. Loops are bounded by units, places and semaphores: a step ends whatever the job says.
 */
#include "hls_chip.h"

static uint32_t cause(uint32_t code, uint32_t unit, uint32_t index) { return code | unit << 4 | index << 8; }

/* The job ends early with the next event. */
static void stop(hls_chip *c, uint32_t why)
{
    c->over = 1;
    c->cause = why;
}

/* Descriptor `index` of the job; 0: it is not in memory. */
static int fetch(hls_chip *c, const hls_word *mem, uint32_t index, uint32_t d[HLS_DESC_WORDS])
{
    const uint64_t at = c->config.job + (uint64_t)index * HLS_DESC_BYTES;
    if (!hls_reach(c, at, HLS_DESC_BYTES / HLS_BUS_BYTES)) return 0;
    for (uint32_t i = 0; i < HLS_DESC_WORDS / 2; i++) {
#pragma HLS PIPELINE II = 1
        const hls_word w = mem[(at - c->mem_base) / 8 + i];
        d[2 * i] = (uint32_t)(w & 0xFFFFFFFFu);
        d[2 * i + 1] = (uint32_t)(w >> 32);
        c->sum[0] += w;
    }
    c->beats_in += HLS_DESC_BYTES / HLS_BUS_BYTES;
    return 1;
}

void HLS_NAME(hls_chip_reset)(hls_chip *c)
{
    static const hls_head_state no_head;
    static const hls_counts no_counts;
    c->over = 1;
    c->cause = 0;
    c->stem.held = 0;
    c->head = no_head;
    c->counts = no_counts;
}

void HLS_NAME(hls_chip_begin)(hls_chip *c, const hls_word *mem, const hls_config *config)
{
    uint32_t d[HLS_DESC_WORDS];
    HLS_NAME(hls_chip_reset)(c);
    c->over = 0;
    c->config = *config;
    c->beats_in = c->beats_out = 0;
    for (int i = 0; i < 4; i++) c->sum[i] = 0;
    if (!fetch(c, mem, 0, d)) {
        stop(c, cause(config->job % 64 ? HLS_CAUSE_DESCRIPTOR : HLS_CAUSE_BUS, 0, 0));
        return;
    }
    if (config->job % 64 || !config->frames || config->frames >> 16 || !HLS_NAME(hls_header_good)(d)) {
        stop(c, cause(HLS_CAUSE_DESCRIPTOR, 0, 0));
        return;
    }
    const uint32_t counts[HLS_UNITS] = {HLS_G(d, HDR_LOADS), HLS_G(d, HDR_CONVS), HLS_G(d, HDR_STEMS), HLS_G(d, HDR_STORES)};
    uint32_t next = 1;
    for (uint32_t u = 0; u < HLS_UNITS; u++) {
        hls_list *l = &c->list[u];
        l->first = l->next = next;
        next += counts[u];
        l->end = next;
        l->walks = counts[u] ? config->frames : 0;
        l->later = l->head = l->count = 0;
        l->input = config->input;
        l->output = config->output;
    }
    for (uint32_t s = 0; s < HLS_SEMS; s++) c->tokens[s] = (s < 8 ? HLS_G(d, HDR_SEMS_LO) : HLS_G(d, HDR_SEMS_HI)) >> 4 * (s % 8) & 15;
}

/* BASE + OFFSET in this walk of the list; the two fields are the same in LOAD, STEM and STORE. */
static uint64_t address(const hls_chip *c, const hls_list *l, const uint32_t d[HLS_DESC_WORDS])
{
    const uint32_t base = HLS_G(d, LOAD_BASE);
    return (base == 0 ? c->config.model : base == 1 ? l->input : base == 2 ? l->output : c->config.scratch) + HLS_G(d, LOAD_OFFSET);
}

/* The next descriptor of a unit's list into its queue. */
static void enqueue(hls_chip *c, const hls_word *mem, uint32_t unit)
{
    hls_list *l = &c->list[unit];
    const uint32_t place = (l->head + l->count) % HLS_PLACES, index = l->next, last = index + 1 == l->end;
    uint32_t *d = l->desc[place];
    if (!fetch(c, mem, index, d)) {
        stop(c, cause(HLS_CAUSE_BUS, 0, index));
        return;
    }
    const uint64_t addr = unit == 1 ? 0 : address(c, l, d);
    if (!HLS_NAME(hls_desc_good)(d, unit, last) || addr % 64) {
        stop(c, cause(HLS_CAUSE_DESCRIPTOR, 0, index));
        return;
    }
    l->index[place] = index;
    l->addr[place] = addr;
    l->skip[place] = l->later && HLS_G(d, JOB_ONCE);
    if (l->skip[place]) { /* ONCE: later walks neither take nor give */
        d[0] &= ~(0xFFFu << 16);
        d[1] &= ~0xFFFu;
    }
    if (l->later && HLS_G(d, JOB_WAIT_ONCE)) d[0] &= ~(0xFu << 16);
    l->count++;
    l->next = index + 1;
    if (last) { /* its next walk */
        l->next = l->first;
        l->later = 1;
        l->walks--;
        l->input += c->config.input_stride;
        l->output += c->config.output_stride;
    }
}

static void fill(hls_chip *c, const hls_word *mem)
{
    for (uint32_t u = 0; u < HLS_UNITS; u++)
        for (uint32_t n = 0; n < HLS_PLACES; n++)
            if (!c->over && c->list[u].walks && c->list[u].count < HLS_PLACES) enqueue(c, mem, u);
}

/* Does the oldest descriptor of a unit have its tokens? */
static int able(const hls_chip *c, uint32_t unit)
{
    const hls_list *l = &c->list[unit];
    const uint32_t *d = l->desc[l->head];
    const uint32_t a = HLS_G(d, JOB_WAIT0), b = HLS_G(d, JOB_WAIT1), e = HLS_G(d, JOB_WAIT2);
    return l->count && (!a || c->tokens[a]) && (!b || c->tokens[b]) && (!e || c->tokens[e]);
}

static void take(hls_chip *c, uint32_t sem)
{
    if (sem) c->tokens[sem]--;
}

static void give(hls_chip *c, uint32_t sem)
{
    if (!sem) return;
    if (c->tokens[sem] == HLS_SEM_MAX) stop(c, cause(HLS_CAUSE_DESCRIPTOR, 0, 0));
    else c->tokens[sem]++;
}

static hls_result execute(hls_chip *c, hls_word *mem, const uint32_t d[HLS_DESC_WORDS], uint64_t addr)
{
    switch (HLS_G(d, JOB_OP)) {
    case HLS_OP_LOAD: return HLS_NAME(hls_load)(c, mem, d, addr);
    case HLS_OP_STEM: return HLS_NAME(hls_stem)(c, mem, d, addr);
    case HLS_OP_STORE: return HLS_NAME(hls_store)(c, mem, d, addr);
    case HLS_OP_CONV: return HLS_NAME(hls_conv)(d, c->feature, c->weight, &c->head, &c->counts) ? HLS_REFUSED : HLS_OK;
    default: return HLS_NAME(hls_fc)(d, c->feature, c->weight, &c->counts) ? HLS_REFUSED : HLS_OK;
    }
}

/* The oldest descriptor of a unit, from its tokens to its record. */
static void run(hls_chip *c, hls_word *mem, uint32_t unit, hls_event *event)
{
    hls_list *l = &c->list[unit];
    const uint32_t place = l->head, index = l->index[place], before = c->beats_in + c->beats_out;
    const uint32_t *d = l->desc[place];
    take(c, HLS_G(d, JOB_WAIT0));
    take(c, HLS_G(d, JOB_WAIT1));
    take(c, HLS_G(d, JOB_WAIT2));
    const hls_result r = l->skip[place] ? HLS_OK : execute(c, mem, d, l->addr[place]);
    if (r != HLS_OK) {
        stop(c, cause(r == HLS_REFUSED ? HLS_CAUSE_DESCRIPTOR : HLS_CAUSE_BUS, unit + 1, index));
        return;
    }
    l->head = (l->head + 1) % HLS_PLACES;
    l->count--;
    give(c, HLS_G(d, JOB_POST0));
    give(c, HLS_G(d, JOB_POST1));
    give(c, HLS_G(d, JOB_POST2));
    event->frame = unit == HLS_UNITS - 1 && HLS_G(d, JOB_LAST);
    event->rec_we = 1;
    event->rec_index = index;
    event->rec[5] = (c->beats_in + c->beats_out - before) * HLS_BUS_BYTES;
}

static int ended(const hls_chip *c)
{
    uint32_t left = 0;
    for (uint32_t u = 0; u < HLS_UNITS; u++) left |= c->list[u].walks | c->list[u].count;
    return !left;
}

void HLS_NAME(hls_chip_step)(hls_chip *c, hls_word *mem, hls_event *event)
{
    static const hls_event nothing;
    *event = nothing;
    if (!c->over) fill(c, mem);
    if (!c->over) {
        uint32_t unit = HLS_UNITS;
        for (uint32_t u = 0; u < HLS_UNITS; u++)
            if (unit == HLS_UNITS && able(c, u)) unit = u; /* the lowest */
        if (unit < HLS_UNITS) run(c, mem, unit, event);
        else if (!ended(c) && c->config.watchdog) stop(c, cause(HLS_CAUSE_WATCHDOG, 0, 0));
    }
    event->stop = c->cause != 0;
    event->cause = c->cause;
    event->done = !c->cause && !c->over && ended(c);
    event->beats_in = c->beats_in;
    event->beats_out = c->beats_out;
    c->beats_in = c->beats_out = 0;
    c->cause = 0;
    c->over |= event->done;
}
