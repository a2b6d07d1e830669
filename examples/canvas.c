/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canvas.c - regions of two cameras' frames on one canvas, a detector that looks at it once, and its boxes back on the frames.
 *
 *     cc canvas.c $(pkg-config --cflags --libs bonnet) -lm -o canvas && ./canvas canvas.ppm
 *
 * The frames are made up: bright ellipses on noise. The detector is the simplest there is, the boxes around bright patches; what it finds on the canvas is
 * compared with the ellipses that were drawn. Exit 0: all of them were found, to a pixel of the canvas. The picture: both frames, and the canvas right of them.
 */
#include <bonnet_canvas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 640,
    HEIGHT = 360,
    SIDE = 512,
    REGIONS = 14,
    FRAMES = 2,
    BRIGHT = 150,
    GAP = 16,
    ALL_WIDTH = WIDTH + GAP + SIDE,
    ALL_HEIGHT = FRAMES * HEIGHT + GAP
};

typedef struct object {
    int frame;
    double x, y, across, down;
} object; /* middle, half axes */

static const object objects[REGIONS] = {{0, 90, 80, 60, 40},   {0, 250, 70, 25, 50},  {0, 400, 60, 18, 14},   {0, 520, 90, 75, 62},
                                        {0, 120, 250, 28, 20}, {0, 260, 250, 50, 55}, {0, 420, 270, 14, 26},  {0, 560, 280, 28, 24},
                                        {1, 80, 90, 26, 45},   {1, 210, 100, 55, 22}, {1, 380, 110, 100, 90}, {1, 560, 90, 12, 12},
                                        {1, 110, 280, 30, 27}, {1, 540, 270, 50, 58}};

static uint32_t noise(uint32_t *state) { return (*state = *state * 1664525u + 1013904223u) >> 24; }

static void draw_frame(uint8_t *to, int frame)
{
    uint32_t state = 7u + (uint32_t)frame;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t value = (uint8_t)(30 + y / 8 + (int)noise(&state) / 8);
            for (int i = 0; i < REGIONS; i++) {
                const object *o = &objects[i];
                const double dx = (x + 0.5 - o->x) / o->across, dy = (y + 0.5 - o->y) / o->down;
                if (o->frame == frame && dx * dx + dy * dy <= 1) value = (uint8_t)(190 + noise(&state) / 8);
            }
            to[y * WIDTH + x] = value;
        }
}

/* What a tracker or the last frame would say: about where it is. */
static bonnet_region region_of(const object *o, uint32_t index)
{
    const double margin = 4;
    bonnet_region r;
    r.x = (uint32_t)(o->x - o->across - margin), r.y = (uint32_t)(o->y - o->down - margin);
    r.width = (uint32_t)(2 * (o->across + margin)), r.height = (uint32_t)(2 * (o->down + margin));
    r.deadline_ns = 1000 * ((index * 5) % REGIONS), r.weight = 1;
    return r;
}

/* The box around the bright patch at `from`; its pixels are made dark. */
static bonnet_box patch(uint8_t *canvas, uint32_t from)
{
    static uint32_t stack[SIDE * SIDE];
    uint32_t n = 0, left = SIDE, right = 0, top = SIDE, bottom = 0;
    stack[n++] = from, canvas[from] = 0;
    while (n) {
        const uint32_t at = stack[--n], x = at % SIDE, y = at / SIDE;
        const uint32_t beside[4] = {x ? at - 1 : at, x + 1 < SIDE ? at + 1 : at, y ? at - SIDE : at, y + 1 < SIDE ? at + SIDE : at};
        left = x < left ? x : left, right = x > right ? x : right, top = y < top ? y : top, bottom = y > bottom ? y : bottom;
        for (int i = 0; i < 4; i++)
            if (canvas[beside[i]] >= BRIGHT) stack[n++] = beside[i], canvas[beside[i]] = 0;
    }
    const bonnet_box box = {left, top, right - left + 1.0, bottom - top + 1.0};
    return box;
}

static void outline(uint8_t *all, double x, double y, double width, double height, uint32_t colour)
{
    for (int i = 0; i < (int)width; i++)
        for (int side = 0; side < 2; side++)
            for (int p = 0; p < 3; p++)
                all[3 * ((size_t)(y + side * (height - 1)) * ALL_WIDTH + (size_t)x + (size_t)i) + (size_t)p] = (uint8_t)(colour >> 8 * (2 - p));
    for (int i = 0; i < (int)height; i++)
        for (int side = 0; side < 2; side++)
            for (int p = 0; p < 3; p++)
                all[3 * ((size_t)(y + i) * ALL_WIDTH + (size_t)(x + side * (width - 1))) + (size_t)p] = (uint8_t)(colour >> 8 * (2 - p));
}

static void paste(uint8_t *all, int x, int y, const uint8_t *from, int width, int height)
{
    for (int i = 0; i < width * height; i++)
        for (int p = 0; p < 3; p++) all[3 * ((size_t)(y + i / width) * ALL_WIDTH + (size_t)(x + i % width)) + (size_t)p] = from[i];
}

static int write_picture(const char *path, const uint8_t *all)
{
    FILE *f = fopen(path, "wb");
    int ok = f && fprintf(f, "P6\n%d %d\n255\n", ALL_WIDTH, ALL_HEIGHT) > 0 &&
             fwrite(all, 3, (size_t)ALL_WIDTH * ALL_HEIGHT, f) == (size_t)ALL_WIDTH * ALL_HEIGHT;
    if (f && fclose(f)) ok = 0;
    return ok;
}

int main(int argc, char **argv)
{
    static uint8_t frame[FRAMES][WIDTH * HEIGHT], canvas[SIDE * SIDE], all[3 * ALL_WIDTH * ALL_HEIGHT];
    static const uint32_t colours[4] = {0xe6ab02, 0x1b9e77, 0xd95f02, 0x8da0cb};
    static bonnet_canvas c;
    bonnet_region regions[REGIONS];
    bonnet_pixels frames[REGIONS], to = {canvas, SIDE, SIDE, 1, SIDE};
    bonnet_canvas_options options = BONNET_CANVAS_OPTIONS_INIT;
    double worst = 0;
    uint32_t found = 0;
    memset(all, 255, sizeof all);
    for (int f = 0; f < FRAMES; f++) {
        draw_frame(frame[f], f);
        paste(all, 0, f * (HEIGHT + GAP), frame[f], WIDTH, HEIGHT);
    }
    for (uint32_t i = 0; i < REGIONS; i++) {
        const bonnet_pixels of = {frame[objects[i].frame], WIDTH, HEIGHT, 1, WIDTH};
        regions[i] = region_of(&objects[i], i), frames[i] = of;
    }
    options.largest = 128, options.least_scale = 0.75; /* larger regions are made smaller; so are those that would waste a square */
    if (bonnet_canvas_pack(&c, regions, REGIONS, &options) != BONNET_OK || bonnet_canvas_draw(&to, &c, regions, frames) != BONNET_OK) return 1;
    paste(all, WIDTH + GAP, 0, canvas, SIDE, SIDE);
    for (uint32_t i = 0; i < c.count; i++) {
        const bonnet_tile *t = &c.tile[i];
        const bonnet_region *r = &regions[t->region];
        outline(all, WIDTH + GAP + t->x, t->y, t->slot, t->slot, 0x555555);
        outline(all, WIDTH + GAP + t->x, t->y, t->width, t->height, colours[t->region % 4]);
        outline(all, r->x, objects[t->region].frame * (HEIGHT + GAP) + (int)r->y, r->width, r->height, colours[t->region % 4]);
    }
    for (uint32_t at = 0; at < SIDE * SIDE; at++) {
        uint32_t tile;
        bonnet_box on_frame;
        if (canvas[at] < BRIGHT) continue;
        const bonnet_box box = patch(canvas, at);
        if (bonnet_canvas_back(&on_frame, &tile, &c, regions, &box) != BONNET_OK) return 1;
        const object *o = &objects[c.tile[tile].region];
        const double scale = c.tile[tile].scale, dx = fabs(on_frame.x - (o->x - o->across)), dy = fabs(on_frame.y - (o->y - o->down));
        const double dw = fabs(on_frame.width - 2 * o->across), dh = fabs(on_frame.height - 2 * o->down);
        const double off = scale * fmax(fmax(dx, dy), fmax(dw, dh) / 2);
        printf("region %2u, camera %d, scale %.3f: on the canvas %3.0f,%3.0f %3.0fx%3.0f, on the frame %5.1f,%5.1f %5.1fx%5.1f\n",
               (unsigned)c.tile[tile].region, o->frame, scale, box.x, box.y, box.width, box.height, on_frame.x, on_frame.y, on_frame.width,
               on_frame.height);
        worst = off > worst ? off : worst;
        found++;
    }
    printf("%u of %d regions on a canvas of %dx%d, %.1f %% of it; %u objects found, at most %.2f pixels of the canvas off\n", (unsigned)c.count,
           REGIONS, SIDE, SIDE, 100 * c.used, (unsigned)found, worst);
    if (argc > 1 && !write_picture(argv[1], all)) return 1;
    return c.left || found != REGIONS || worst > 1.5;
}
