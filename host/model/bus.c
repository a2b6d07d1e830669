/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bus.c - the two ports to memory as rtl/shell/bonnet_axi_rd.sv and bonnet_axi_wr.sv drive them, and a memory that takes an address a cycle, offers its first
 * beat `latency` cycles later and then a beat a cycle, in order (sim/verilator/memory.cpp without stalls).
 */
#include <string.h>
#include "walk.h"

/* Beats of the next burst: up to the next multiple of BURST beats. */
static uint32_t burst(const walk *w, uint64_t addr, uint32_t beats)
{
    const uint32_t at = (uint32_t)(addr / (w->g->bus_bits / 8) % BURST);
    return beats < BURST - at ? beats : BURST - at;
}

void bonnet_walk_bus_wires(walk *w)
{
    read_port *r = &w->rd;
    write_port *p = &w->wr;
    r->owner = r->skid && r->n_order ? (int)r->order[0].client : -1;
    r->take = r->owner >= 0; /* LOAD alone may refuse */
    for (uint32_t c = 0; c < 2 + w->g->arrays; c++) r->ready[c] = !r->req[c];
    p->free = !p->busy;
    p->ready = p->data_owed && !p->spare;
    p->done = p->busy && !p->beats && !p->aw && !p->resp_owed;
    p->beat = p->skid && p->wready;
}

static void read_step(walk *w)
{
    read_port *r = &w->rd;
    const uint32_t clients = 2 + w->g->arrays;
    uint32_t pick = 1;
    bool any = r->req[1];
    for (uint32_t c = clients - 1; c >= 2; c--)
        if (r->req[c]) pick = c, any = true;
    if (r->req[0]) pick = 0, any = true;
    const bool arrive = r->rvalid && !r->spare, asked = r->ar && r->arready, issue = any && (!r->ar || r->arready) && r->n_order < OUTSTANDING;

    /* memory */
    if (asked) {
        r->flight[r->n_flight].ready = w->now + 1 + w->config->latency;
        r->flight[r->n_flight++].beats = r->ar_len;
    }
    if (arrive) {
        w->beats_in++;
        if (--r->flight[0].beats == 0) memmove(r->flight, r->flight + 1, --r->n_flight * sizeof r->flight[0]);
    }
    const bool held = r->rvalid && r->spare;
    /* skid buffer */
    const bool was = r->skid, advance = !r->skid || r->take;
    if (advance) {
        r->skid = r->spare || r->rvalid;
        r->spare = false;
    } else if (r->rvalid) {
        r->spare = true;
    }
    w->moved |= asked || arrive || r->take || issue || was != r->skid;
    if (!held) r->rvalid = r->n_flight && r->flight[0].ready <= w->now + 1;
    /* order */
    if (r->take && --r->order[0].left == 0) memmove(r->order, r->order + 1, --r->n_order * sizeof r->order[0]);
    if (issue) {
        const uint32_t len = burst(w, r->addr[pick], r->beats[pick]);
        r->order[r->n_order].client = pick;
        r->order[r->n_order++].left = len;
        r->addr[pick] += (uint64_t)len * (w->g->bus_bits / 8);
        r->beats[pick] -= len;
        r->ar_len = len;
        if (!r->beats[pick]) r->req[pick] = false;
    }
    r->ar = issue || (r->ar && !asked);
    for (uint32_t c = 0; c < clients; c++)
        if (r->valid[c] && r->ready[c]) {
            r->req[c] = true;
            r->addr[c] = r->ask_addr[c];
            r->beats[c] = r->ask_beats[c];
            w->moved = true;
        }
}

static void write_step(walk *w)
{
    write_port *p = &w->wr;
    const bool accept = p->valid && !p->busy, issue = p->busy && p->beats && (!p->aw || p->awready) && p->resp_owed != OUTSTANDING;
    const bool push = p->ready && p->wdata, last = p->wpos == BURST - 1 || p->wbeats == 1, got = p->bvalid, asked = p->aw && p->awready;
    const uint32_t len = burst(w, p->addr, p->beats);
    if (!p->busy && !accept) return;
    w->moved |= accept || issue || push || got || asked || p->beat || p->done;

    /* memory */
    if (asked) p->flight[p->n_flight++] = p->aw_len;
    if (p->beat) {
        w->beats_out++;
        if (--p->flight[0] == 0) {
            p->answer[p->n_answer++] = w->now + 1 + w->config->latency;
            memmove(p->flight, p->flight + 1, --p->n_flight * sizeof p->flight[0]);
        }
    }
    if (got) memmove(p->answer, p->answer + 1, --p->n_answer * sizeof p->answer[0]);
    p->wready = p->n_flight != 0;
    p->bvalid = p->n_answer && p->answer[0] <= w->now + 1;
    /* skid buffer */
    const bool offered = p->data_owed && p->wdata;
    if (!p->skid || p->beat) {
        w->moved |= p->spare;
        p->skid = p->spare || offered;
        p->spare = false;
    } else if (offered) {
        p->spare = true;
    }
    if (p->done) p->busy = false;
    if (accept) {
        p->busy = true;
        p->addr = p->ask_addr;
        p->beats = p->wbeats = p->ask_beats;
        p->wpos = (uint32_t)(p->ask_addr / (w->g->bus_bits / 8) % BURST);
    }
    p->aw = issue || (p->aw && !asked);
    if (issue) {
        p->addr += (uint64_t)len * (w->g->bus_bits / 8);
        p->beats -= len;
        p->aw_len = len;
        p->data_owed++, p->resp_owed++;
    }
    if (push) {
        if (last) p->data_owed--;
        p->wbeats--;
        p->wpos = (p->wpos + 1) % BURST;
    }
    if (got) p->resp_owed--;
}

void bonnet_walk_bus_step(walk *w)
{
    read_step(w);
    write_step(w);
}
