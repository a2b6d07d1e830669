/* SPDX-License-Identifier: Apache-2.0 */
/* move.c - LOAD and STORE: rtl/fetch/bonnet_load.sv and rtl/store/bonnet_store.sv. Port B of the feature buffer: conv unit before stem before STORE before LOAD. */
#include "walk.h"

enum { ROW_BYTES = 32, ROWS_AHEAD = 4 }; /* of port B: four words; of them read ahead */

static uint32_t ceil_div(uint32_t a, uint32_t b) { return (a + b - 1) / b; }

/* The next beat is the last of four feature words, or of all. */
static bool row_ends(const walk *w, const mover *m) { return m->part == ROW_BYTES * 8 / w->g->bus_bits - 1 || m->left == 1; }

void bonnet_walk_load_wires(walk *w)
{
    const mover *m = &w->load;
    unit_ctl *u = &w->unit[0];
    const bool features = m->state != M_IDLE && bonnet_desc_get(desc_of(w, u->cmd.index), BONNET_F_LOAD_DEST) == 2;
    const bool there = w->rd.owner == 1, stuck = m->fb && (w->post_busy || w->stem_busy || w->store_busy);
    if (there && features && stuck && row_ends(w, m)) w->rd.take = false;
    w->rd.valid[1] = m->state == M_ASK;
    w->rd.ask_addr[1] = m->addr;
    w->rd.ask_beats[1] = m->left;
    u->beat = there && w->rd.take;
    u->stall_in = m->state == M_DATA && !there;
    u->stall_out = stuck;
    u->done = m->state == M_LAND && !m->fb && (!features || m->array == w->g->arrays - 1);
}

static void load_begin(walk *w, mover *m)
{
    m->left = ceil_div(bonnet_desc_get(desc_of(w, w->unit[0].cmd.index), BONNET_F_LOAD_BYTES), w->g->bus_bits / 8);
    m->part = 0;
    m->state = M_ASK;
}

void bonnet_walk_load_step(walk *w)
{
    mover *m = &w->load;
    const unit_ctl *u = &w->unit[0];
    const bool fb = m->fb;
    if (!u->stall_out) m->fb = false;
    w->moved |= fb && !m->fb;
    switch (m->state) {
    case M_IDLE:
        if (u->start) {
            m->array = 0;
            m->addr = bonnet_walk_address(w, u->cmd, &m->step);
            load_begin(w, m);
        }
        break;
    case M_ASK:
        if (w->rd.ready[1]) m->state = M_DATA;
        break;
    case M_DATA:
        if (!u->beat) return;
        if (bonnet_desc_get(desc_of(w, u->cmd.index), BONNET_F_LOAD_DEST) == 2) {
            m->fb |= row_ends(w, m);
            m->part = row_ends(w, m) ? 0 : m->part + 1;
        }
        if (--m->left == 0) m->state = M_LAND;
        break;
    case M_LAND:
        if (fb) break;
        if (u->done) {
            m->state = M_IDLE;
        } else {
            m->array++;
            m->addr += m->step;
            load_begin(w, m);
        }
        break;
    }
    w->moved |= m->state != M_IDLE || u->start || u->done;
}

void bonnet_walk_store_wires(walk *w)
{
    const mover *m = &w->store;
    unit_ctl *u = &w->unit[3];
    const bool data = m->state == M_DATA, row = m->held != 0;
    w->store_busy = (m->state == M_ASK || data) && m->rows && m->room;
    w->wr.valid = m->state == M_ASK;
    w->wr.ask_addr = m->addr;
    w->wr.ask_beats = m->left;
    w->wr.wdata = data && row;
    u->beat = w->wr.beat;
    u->stall_in = data && !row;
    u->stall_out = data && row && !w->wr.ready;
    u->done = m->state == M_LAND && w->wr.done && m->array == w->g->arrays - 1;
}

static void store_begin(walk *w, mover *m)
{
    const uint32_t bytes = bonnet_desc_get(desc_of(w, w->unit[3].cmd.index), BONNET_F_STORE_BYTES);
    m->rows = ceil_div(bytes, ROW_BYTES);
    m->left = ceil_div(bytes, w->g->bus_bits / 8);
    m->part = 0;
    m->room = ROWS_AHEAD;
    m->state = M_ASK;
}

void bonnet_walk_store_step(walk *w)
{
    mover *m = &w->store;
    const unit_ctl *u = &w->unit[3];
    const bool read = w->store_busy && !w->post_busy && !w->stem_busy, beat = w->wr.wdata && w->wr.ready;
    const bool row_done = beat && (m->part == ROW_BYTES * 8 / w->g->bus_bits - 1 || m->left == 1), arrive = m->arrive != 0;
    w->moved |= read || beat || arrive || u->start || u->done;
    m->arrive = read;
    m->held += (uint32_t)arrive - (uint32_t)row_done;
    m->room += (uint32_t)row_done - (uint32_t)read;
    if (read) m->rows--;
    switch (m->state) {
    case M_IDLE:
        if (u->start) {
            m->array = 0;
            m->addr = bonnet_walk_address(w, u->cmd, &m->step);
            store_begin(w, m);
        }
        break;
    case M_ASK:
        w->moved = true;
        if (w->wr.free) m->state = M_DATA;
        break;
    case M_DATA:
        if (!beat) break;
        m->part = row_done ? 0 : m->part + 1;
        if (--m->left == 0) m->state = M_LAND;
        break;
    case M_LAND:
        if (!w->wr.done) break;
        if (u->done) {
            m->state = M_IDLE;
        } else {
            m->array++;
            m->addr += m->step;
            store_begin(w, m);
        }
        break;
    }
}
