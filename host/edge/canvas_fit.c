/* SPDX-License-Identifier: Apache-2.0 */
/* canvas_fit.c - rectangles of any size on a canvas of any size: a skyline, and the factor by which all are made smaller. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "canvas.h"

enum { STEPS = 64 };

/* The upper edge of what lies there, from left to right; the last piece ends at the canvas's width. */
typedef struct skyline {
    uint32_t x[BONNET_CANVAS_REGIONS + 2], y[BONNET_CANVAS_REGIONS + 2], pieces;
    uint32_t width, height;
} skyline;

static uint32_t end_of(const skyline *s, uint32_t piece) { return piece + 1 < s->pieces ? s->x[piece + 1] : s->width; }

/* How high a box of this width would lie if it began with `piece`; UINT32_MAX: it does not fit beside. */
static uint32_t rest_on(const skyline *s, uint32_t piece, uint32_t width)
{
    uint32_t y = 0;
    if (width > s->width || s->x[piece] > s->width - width) return UINT32_MAX;
    for (uint32_t i = piece; i < s->pieces && s->x[i] < s->x[piece] + width; i++)
        if (s->y[i] > y) y = s->y[i];
    return y;
}

/* The piece from x to x + width is now at y. */
static void raise_to(skyline *s, uint32_t piece, uint32_t width, uint32_t y)
{
    skyline to = {.width = s->width, .height = s->height};
    const uint32_t from = s->x[piece], end = from + width;
    for (uint32_t i = 0; i < s->pieces; i++) {
        if (i == piece) to.x[to.pieces] = from, to.y[to.pieces++] = y;
        const uint32_t left = s->x[i] >= from && s->x[i] < end ? end : s->x[i];
        if (left < end_of(s, i) && !(s->x[i] >= from && end_of(s, i) <= end)) to.x[to.pieces] = left, to.y[to.pieces++] = s->y[i];
    }
    *s = to;
}

/* As low as can be, of equal places the left one. */
static bool put(skyline *s, bonnet_tile *t)
{
    uint32_t best = UINT32_MAX, at = 0;
    for (uint32_t i = 0; i < s->pieces; i++) {
        const uint32_t y = rest_on(s, i, t->width);
        if (y != UINT32_MAX && t->height <= s->height && y <= s->height - t->height && y < best) best = y, at = i;
    }
    if (best == UINT32_MAX) return false;
    t->x = s->x[at], t->y = best;
    raise_to(s, at, t->width, best + t->height);
    return true;
}

static double loss_at(const bonnet_canvas_loss *loss, uint32_t points, double scale)
{
    uint32_t i = 1;
    if (scale <= loss[0].scale) return loss[0].loss;
    while (i + 1 < points && loss[i].scale < scale) i++;
    const double share = (scale - loss[i - 1].scale) / (loss[i].scale - loss[i - 1].scale);
    return loss[i - 1].loss + share * (loss[i].loss - loss[i - 1].loss);
}

/* The first `count` of the order by deadline, the highest first: all, or none of them. */
static bool lay(bonnet_tile *tile, const bonnet_region *r, const uint32_t *order, uint32_t count, double scale, uint32_t width, uint32_t height)
{
    skyline s = {.pieces = 1, .width = width, .height = height};
    uint32_t by_height[BONNET_CANVAS_REGIONS];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        tile[i] = canvas_tile(r, order[i], scale);
        for (; at && (tile[by_height[at - 1]].height < tile[i].height ||
                      (tile[by_height[at - 1]].height == tile[i].height && tile[by_height[at - 1]].width < tile[i].width));
             at--)
            by_height[at] = by_height[at - 1];
        by_height[at] = i;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!put(&s, &tile[by_height[i]])) return false;
    return true;
}

static double area_of(const bonnet_region *r, uint32_t index, double scale)
{
    const bonnet_tile t = canvas_tile(r, index, scale);
    return (double)t.width * t.height;
}

/* By deadline, everybody with whom all that are on still find room. */
static void add_one_by_one(bonnet_canvas *c, const bonnet_region *r, const uint32_t *order, uint32_t count, double scale, uint32_t width,
                           uint32_t height)
{
    uint32_t on[BONNET_CANVAS_REGIONS];
    bonnet_tile tile[BONNET_CANVAS_REGIONS];
    double area = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double more = area_of(r, order[i], scale);
        on[c->count] = order[i];
        if (area + more <= (double)width * height && lay(tile, r, on, c->count + 1, scale, width, height)) {
            memcpy(c->tile, tile, ++c->count * sizeof *tile);
            area += more;
        } else c->left_out[c->left++] = order[i], c->loss += r[order[i]].weight;
    }
}

/* Who comes on at this scale, and what is lost by it. */
static void try_scale(bonnet_canvas *c, const bonnet_region *r, const uint32_t *order, uint32_t count, double scale, uint32_t width, uint32_t height,
                      double lost)
{
    double area = 0;
    memset(c, 0, sizeof *c);
    if (lay(c->tile, r, order, count, scale, width, height)) c->count = count;
    else add_one_by_one(c, r, order, count, scale, width, height);
    for (uint32_t i = 0; i < c->count; i++) {
        area += (double)c->tile[i].width * c->tile[i].height;
        c->loss += r[c->tile[i].region].weight * lost;
    }
    c->used = area / ((double)width * height);
}

static bool loss_ok(const bonnet_canvas_loss *loss, uint32_t points)
{
    if (points < 2 || points > 64 || !(loss[0].scale >= 0) || loss[points - 1].scale < 1) return false;
    for (uint32_t i = 0; i < points; i++)
        if (!(loss[i].loss >= 0 && loss[i].loss <= 1) || !isfinite(loss[i].scale) || (i && !(loss[i].scale > loss[i - 1].scale))) return false;
    return true;
}

bonnet_status bonnet_canvas_fit(bonnet_canvas *out, const bonnet_region *regions, uint32_t count, uint32_t width, uint32_t height, double least_scale,
                                const bonnet_canvas_loss *loss, uint32_t points)
{
    static const bonnet_canvas_loss resized[] = {{0, 1}, {0.125, 0.327}, {0.25, 0.119}, {0.5, 0.015}, {1, 0}};
    uint32_t order[BONNET_CANVAS_REGIONS];
    if (!loss) loss = resized, points = sizeof resized / sizeof *resized;
    if (!out || !canvas_regions_ok(regions, count) || !width || !height || width > BONNET_CANVAS_SIDE || height > BONNET_CANVAS_SIDE)
        return BONNET_EINVAL;
    if (!(least_scale > 0 && least_scale <= 1) || !loss_ok(loss, points)) return BONNET_EINVAL;
    bonnet_canvas *c = calloc(2, sizeof *c);
    if (!c) return BONNET_ENOMEM;
    bonnet_canvas *best = c, *now = c + 1;
    canvas_by_deadline(order, regions, count);
    best->loss = HUGE_VAL;
    for (int step = STEPS; step > 0 && (step == STEPS || step >= least_scale * STEPS); step--) {
        const double scale = (double)step / STEPS;
        try_scale(now, regions, order, count, scale, width, height, loss_at(loss, points, scale));
        if (now->loss < best->loss) {
            bonnet_canvas *swap = best;
            best = now, now = swap;
        }
    }
    *out = *best;
    free(c);
    return BONNET_OK;
}
