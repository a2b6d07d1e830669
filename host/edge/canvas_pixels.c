/* SPDX-License-Identifier: Apache-2.0 */
/* canvas_pixels.c - pixels onto the canvas, boxes back from it. */
#include <math.h>
#include "canvas.h"

bonnet_status bonnet_canvas_back(bonnet_box *out, uint32_t *out_tile, const bonnet_canvas *canvas, const bonnet_region *regions,
                                 const bonnet_box *box)
{
    if (!out || !out_tile || !canvas || !regions || !box || canvas->count > BONNET_CANVAS_REGIONS) return BONNET_EINVAL;
    if (!(box->width >= 0) || !(box->height >= 0) || !isfinite(box->x + box->y + box->width + box->height)) return BONNET_EINVAL;
    const double x = box->x + box->width / 2, y = box->y + box->height / 2;
    for (uint32_t i = 0; i < canvas->count; i++) {
        const bonnet_tile *t = &canvas->tile[i];
        if (x < t->x || y < t->y || x >= t->x + t->width || y >= t->y + t->height) continue;
        const bonnet_region *r = &regions[t->region];
        const double across = (double)r->width / t->width, down = (double)r->height / t->height;
        const double left = fmax(box->x - t->x, 0), right = fmin(box->x + box->width - t->x, t->width);
        const double top = fmax(box->y - t->y, 0), bottom = fmin(box->y + box->height - t->y, t->height);
        *out = (bonnet_box){r->x + left * across, r->y + top * down, (right - left) * across, (bottom - top) * down};
        *out_tile = i;
        return BONNET_OK;
    }
    return BONNET_EINVAL;
}

static bool pixels_ok(const bonnet_pixels *p)
{
    return p && p->at && p->width && p->height && p->planes && p->stride >= (size_t)p->width * p->planes;
}

/* The part of pixel i that lies between from and to. */
static double part(uint32_t i, double from, double to) { return fmin(i + 1, to) - fmax(i, from); }

/* Mean of the frame over [left, right) x [top, bottom), rounded. */
static uint8_t mean_of(const bonnet_pixels *f, uint32_t plane, double left, double right, double top, double bottom)
{
    double sum = 0;
    for (uint32_t y = (uint32_t)top; y < bottom && y < f->height; y++)
        for (uint32_t x = (uint32_t)left; x < right && x < f->width; x++)
            sum += part(y, top, bottom) * part(x, left, right) * f->at[y * f->stride + (size_t)x * f->planes + plane];
    return (uint8_t)(sum / ((right - left) * (bottom - top)) + 0.5);
}

bonnet_status bonnet_canvas_draw(bonnet_pixels *to, const bonnet_canvas *canvas, const bonnet_region *regions, const bonnet_pixels *frames)
{
    if (!pixels_ok(to) || !canvas || canvas->count > BONNET_CANVAS_REGIONS || (canvas->count && (!regions || !frames))) return BONNET_EINVAL;
    for (uint32_t i = 0; i < canvas->count; i++) {
        const bonnet_tile *t = &canvas->tile[i];
        const bonnet_region *r = &regions[t->region];
        const bonnet_pixels *f = &frames[t->region];
        if (!pixels_ok(f) || f->planes != to->planes || r->x > f->width || r->width > f->width - r->x || r->y > f->height ||
            r->height > f->height - r->y)
            return BONNET_EINVAL;
        if (!t->width || !t->height || t->x > to->width || t->width > to->width - t->x || t->y > to->height || t->height > to->height - t->y)
            return BONNET_EINVAL;
    }
    for (uint32_t i = 0; i < canvas->count; i++) {
        const bonnet_tile *t = &canvas->tile[i];
        const bonnet_region *r = &regions[t->region];
        const double across = (double)r->width / t->width, down = (double)r->height / t->height;
        for (uint32_t y = 0; y < t->height; y++)
            for (uint32_t x = 0; x < t->width; x++)
                for (uint32_t p = 0; p < to->planes; p++)
                    to->at[(t->y + y) * to->stride + (size_t)(t->x + x) * to->planes + p] =
                        mean_of(&frames[t->region], p, r->x + x * across, r->x + (x + 1) * across, r->y + y * down, r->y + (y + 1) * down);
    }
    return BONNET_OK;
}
