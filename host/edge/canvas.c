/* SPDX-License-Identifier: Apache-2.0 */
/* canvas.c - squares of powers of two on a canvas: by deadline who comes on, by size where it lies. docs/schedule.md. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "canvas.h"

static bool power(uint32_t n) { return n && !(n & (n - 1)) && n <= BONNET_CANVAS_SIDE; }

bool canvas_regions_ok(const bonnet_region *r, uint32_t count)
{
    if (count > BONNET_CANVAS_REGIONS || (count && !r)) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!r[i].width || !r[i].height || r[i].width > BONNET_CANVAS_SIDE || r[i].height > BONNET_CANVAS_SIDE ||
            !(r[i].weight >= 0 && r[i].weight <= 1000))
            return false;
    return true;
}

void canvas_by_deadline(uint32_t *order, const bonnet_region *r, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at && r[order[at - 1]].deadline_ns > r[i].deadline_ns; at--) order[at] = order[at - 1];
        order[at] = i;
    }
}

bonnet_tile canvas_tile(const bonnet_region *r, uint32_t index, double scale)
{
    bonnet_tile t = {.region = index, .scale = scale};
    t.width = (uint32_t)fmax(1, floor(scale * r[index].width + 0.5));
    t.height = (uint32_t)fmax(1, floor(scale * r[index].height + 0.5));
    return t;
}

static bonnet_tile square_of(const bonnet_region *r, uint32_t index, const bonnet_canvas_options *o)
{
    const uint32_t side = r[index].width > r[index].height ? r[index].width : r[index].height;
    uint32_t slot = o->smallest;
    while (slot < side && slot < o->largest) slot *= 2;
    if (slot > o->smallest && side < slot && slot / 2 >= o->least_scale * side) slot /= 2;
    bonnet_tile t = canvas_tile(r, index, slot < side ? (double)slot / side : 1);
    t.slot = slot;
    return t;
}

/* Even bits of a number that counts cells along the curve that goes through a quadtree's quarters in turn. */
static uint32_t even_bits(uint64_t n)
{
    uint32_t to = 0;
    for (uint32_t bit = 0; bit < 32; bit++) to |= (uint32_t)(n >> 2 * bit & 1) << bit;
    return to;
}

/*
 * Largest first, each behind the one before on that curve. All before are multiples of its own area, so it begins at a cell of its own size: no two overlap, and
 * the last ends where the sum of areas does.
 */
static void place(bonnet_canvas *c, uint32_t side)
{
    uint64_t area = 0;
    for (uint32_t slot = side; slot; slot /= 2)
        for (uint32_t i = 0; i < c->count; i++) {
            bonnet_tile *t = &c->tile[i];
            if (t->slot != slot) continue;
            const uint64_t cell = area / ((uint64_t)slot * slot);
            t->x = even_bits(cell) * slot, t->y = even_bits(cell >> 1) * slot;
            area += (uint64_t)slot * slot;
        }
    c->used = (double)area / ((double)side * side);
}

bonnet_status bonnet_canvas_pack(bonnet_canvas *out, const bonnet_region *regions, uint32_t count, const bonnet_canvas_options *options)
{
    bonnet_canvas_options o = BONNET_CANVAS_OPTIONS_INIT;
    uint32_t order[BONNET_CANVAS_REGIONS];
    if (!out || !canvas_regions_ok(regions, count) || (options && (options->size < sizeof options->size || options->size > 4096)))
        return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    if (!power(o.side) || !power(o.smallest) || !power(o.largest) || o.smallest > o.largest || o.largest > o.side) return BONNET_EINVAL;
    if (!(o.least_scale > 0 && o.least_scale <= 1)) return BONNET_EINVAL;
    bonnet_canvas *c = calloc(1, sizeof *c);
    if (!c) return BONNET_ENOMEM;
    uint64_t area = 0;
    canvas_by_deadline(order, regions, count);
    for (uint32_t i = 0; i < count; i++) {
        const bonnet_tile t = square_of(regions, order[i], &o);
        const uint64_t more = (uint64_t)t.slot * t.slot;
        if (area + more > (uint64_t)o.side * o.side) {
            c->left_out[c->left++] = order[i];
            continue;
        }
        area += more;
        c->tile[c->count++] = t;
    }
    place(c, o.side);
    *out = *c;
    free(c);
    return BONNET_OK;
}

bonnet_status bonnet_canvas_admit(bonnet_canvas_admission *out, const bonnet_canvas_stream *streams, uint32_t count, uint32_t side,
                                  uint64_t canvas_ns, uint32_t aligned)
{
    bonnet_canvas_admission r = {.admitted = 1};
    double largest = 0;
    if (!out || (count && !streams) || !power(side) || !canvas_ns) return BONNET_EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        const bonnet_canvas_stream *s = &streams[i];
        if (!power(s->slot) || s->slot > side || !s->deadline_ns || s->deadline_ns > s->period_ns) return BONNET_EINVAL;
        const uint64_t whole = s->deadline_ns / canvas_ns, canvases = aligned || !whole ? whole : whole - 1;
        const double area = (double)s->slot * s->slot / ((double)side * side);
        if (!canvases) r.admitted = 0;
        else r.density += area / (double)canvases;
        if (area > largest) largest = area;
    }
    r.room = 1 - largest;
    if (r.density > r.room * (1 + 1e-12)) r.admitted = 0;
    *out = r;
    return BONNET_OK;
}
