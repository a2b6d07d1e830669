/* SPDX-License-Identifier: Apache-2.0 */
/* draw.c - which faults a case meets, and when. */
#include <stdio.h>
#include <string.h>
#include "script.h"

/* How many moments there are for a fault; 0: it has none. */
static uint64_t moments(mock_fault_kind kind, const mock *m, uint32_t descriptors)
{
    switch (kind) {
    case MOCK_BUS:
    case MOCK_BADDESC:
    case MOCK_HANG:
    case MOCK_DEAD:
    case MOCK_RESET:
    case MOCK_HALT: return descriptors;
    case MOCK_AXI_READ: return m->read_beats;
    case MOCK_AXI_WRITE: return m->write_beats;
    case MOCK_SHORT:
    case MOCK_IRQLOST:
    case MOCK_IRQ_EARLY:
    case MOCK_IRQ_LATE:
    case MOCK_DONE_LOST:
    case MOCK_DONE_TWICE:
    case MOCK_DONE_LATE: return m->n_jobs;
    case MOCK_GEOMETRY: return 6 * 32;
    case MOCK_READ:
    case MOCK_READ_ONES:
    case MOCK_READ_FLIP: return m->n_read;
    case MOCK_WRITE:
    case MOCK_WRITE_LOST:
    case MOCK_WRITE_HALF: return m->n_write;
    case MOCK_GONE:
    case MOCK_BLANK: return m->n_access;
    case MOCK_UNPLUG: return m->n_call;
    case MOCK_ALLOC: return m->n_alloc;
    case MOCK_XFER:
    case MOCK_XFER_PART: return m->n_xfer;
    case MOCK_STALE_IN:
    case MOCK_STALE_IN_LINE: return m->n_to_device;
    case MOCK_STALE_OUT:
    case MOCK_STALE_OUT_LINE: return m->n_to_host;
    case MOCK_IRQ_SPURIOUS:
    case MOCK_WAIT:
    case MOCK_WAIT_TIMEOUT: return m->n_wait;
    default: return 1;
    }
}

static int lasts(mock_fault_kind k) { return k == MOCK_STUCK || k == MOCK_GONE || k == MOCK_BLANK || k == MOCK_UNPLUG; }
/* Nothing comes after it. */
static int refuses(mock_fault_kind k) { return k == MOCK_ID || k == MOCK_ABI || k == MOCK_GEOMETRY; }
/* A few registers and bits matter most: half of these faults hit one that changes what the job is. */
static uint32_t geometry_bit(bonnet_rng *draw)
{
    return bonnet_rng_chance(draw, 50) ? 8 + bonnet_rng_below(draw, 8) : bonnet_rng_below(draw, 6 * 32);
}

static void arm(session *x, mock_fault_kind kind, uint32_t at)
{
    const size_t used = strlen(x->path);
    snprintf(x->path + used, sizeof x->path - used, ",fault=%s@%u", fault_name(kind), at);
    x->w->table.armed[kind]++;
    x->w->table.faults++;
    x->lasting |= lasts(kind) || refuses(kind);
    x->geometry_wrong |= kind == MOCK_GEOMETRY;
}

int script_faults(session *x, bonnet_rng *draw, uint32_t descriptors)
{
    if (x->w->faults) {
        if (strlen(x->clean) + strlen(x->w->faults) + 2 > sizeof x->path) return 0;
        strcpy(x->path, x->clean);
        strcat(strcat(x->path, ","), x->w->faults);
        x->lasting = 1; /* of which we do not know */
        return 1;
    }
    const char *without = x->w->without;
    uint32_t n = 1 + bonnet_rng_below(draw, CASE_FAULTS), only = 0;
    for (uint32_t i = 0; i < n && !only; i++) {
        mock_fault_kind kind;
        do kind = (mock_fault_kind)(1 + bonnet_rng_below(draw, MOCK_FAULT_KINDS - 1));
        while ((i && refuses(kind)) || (without && !strncmp(fault_name(kind), without, strlen(without))));
        const uint64_t many = moments(kind, &x->left, descriptors);
        if (!many) continue;
        const uint32_t at = kind == MOCK_GEOMETRY ? geometry_bit(draw) : bonnet_rng_below(draw, (uint32_t)many);
        if (kind == MOCK_STUCK) arm(x, MOCK_DEAD, 1 + bonnet_rng_below(draw, descriptors - 1)); /* else it has nothing to do */
        arm(x, kind, many == descriptors && !at ? 1 : at);                                      /* descriptor 0 is the header */
        only = refuses(kind);
    }
    return 1;
}
