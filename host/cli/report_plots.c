/* SPDX-License-Identifier: Apache-2.0 */
/* report_plots.c - the six drawings of the report, as gnuplot scripts. Data are inline blocks; names are made plain before they get here. */
#include <string.h>
#include "report.h"

#define COMMON                                                                                                                                       \
    "font 'DejaVu Sans,12' background '#ffffff'\nset border 3 lc '#555555'\nset grid lc '#e4e4e4'\nset xtics nomirror\nset ytics nomirror\n"         \
    "set style fill solid 1 noborder\n"
#define BINARY "#1b9e77"
#define INT8   "#d95f02"
#define MEMORY "#7570b3"
#define LATE   "#e7298a"
#define IDLE   "#bdbdbd"

static const char *const units[] = {"load", "conv", "stem", "store"};

static void terminal(FILE *f, const char *name, int height)
{
    fprintf(f, "set terminal svg size 1040,%d name '%s' noenhanced " COMMON, height, name);
}

static int rows_height(const report *r) { return 110 + 22 * (int)r->joules.layers; }

/* Layers from the top down on the y axis. */
static void layer_axis(FILE *f, const report *r)
{
    char plain[64];
    fprintf(f, "set yrange [-0.6:%.1f]\nset ytics scale 0 (\"\" -9", (double)r->joules.layers - 0.4);
    for (uint32_t i = 0; i < r->joules.layers; i++)
        fprintf(f, ", \"%s\" %u", report_plain(plain, sizeof plain, r->joules.layer[i].stats.name), r->joules.layers - 1 - i);
    fputs(")\nset key outside top center horizontal\n", f);
}

/* A horizontal bar: columns `from` and `to` of a block whose first column is the place. */
static void bars(FILE *f, const char *block, int from, int to, const char *colour, const char *title)
{
    fprintf(f, "%s using %d:1:%d:%d:($1-0.36):($1+0.36) with boxxyerror lc '%s' title '%s'", block, from, from, to, colour, title);
}

/* Block $d: the place, 0, and the running sum of the values. */
static void stacked(FILE *f, const report *r, int n, void (*values)(double *v, const joules_layer *l))
{
    fputs("$d << EOD\n", f);
    for (uint32_t i = 0; i < r->joules.layers; i++) {
        double v[4] = {0}, sum = 0;
        values(v, &r->joules.layer[i]);
        fprintf(f, "%u 0", r->joules.layers - 1 - i);
        for (int k = 0; k < n; k++) fprintf(f, " %.6g", sum += v[k]);
        fputs("\n", f);
    }
    fputs("EOD\nplot ", f);
}

static void timeline(FILE *f, const report *r)
{
    terminal(f, "timeline", 260);
    fprintf(f, "set xlabel 'cycles of the job'\nset xrange [%llu:%llu]\nset yrange [-0.6:3.6]\nset key outside top center horizontal\n",
            (unsigned long long)r->first, (unsigned long long)r->last);
    fputs("set ytics scale 0 ('load' 3, 'conv' 2, 'stem' 1, 'store' 0)\n", f);
    for (int u = 0; u < 4; u++) {
        fprintf(f, "$u%d << EOD\n", u);
        for (uint32_t i = 0; i < r->n_events; i++) {
            const bonnet_event *e = &r->events[i];
            if (strcmp(e->unit, units[u]) == 0 && e->busy)
                fprintf(f, "%d %llu %llu\n", 3 - u, (unsigned long long)(e->end - e->busy), (unsigned long long)e->end);
        }
        fputs("-9 0 0\nEOD\n", f); /* never empty */
    }
    static const char *const colours[] = {MEMORY, BINARY, INT8, LATE};
    fputs("set style fill solid 1 border lc '#ffffff'\nplot ", f);
    for (int u = 0; u < 4; u++) {
        char block[8];
        snprintf(block, sizeof block, "$u%d", u);
        bars(f, block, 2, 3, colours[u], units[u]);
        fputs(u < 3 ? ", " : "\n", f);
    }
}

typedef struct point {
    double x, y;
    uint32_t layer, more; /* the first there, and how many others are too near to be told apart */
} point;

static double ratio(double a, double b) { return a > b ? a / b : b / a; }

/* Layers that moved bytes and took cycles, near ones under one label. */
static uint32_t points(point *list, const report *r)
{
    enum { APART_X = 120, APART_Y = 115 }; /* percent */
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->joules.layers; i++) {
        const bonnet_layer_stats *l = &r->joules.layer[i].stats;
        if (!l->cycles || !l->macs || !l->dram_bytes) continue;
        point p = {(double)l->macs / (double)l->dram_bytes, (double)l->macs / (double)l->cycles, i, 0};
        list[n] = p;
        for (uint32_t k = 0; k < n; k++)
            if (list[k].more != UINT32_MAX && ratio(list[k].x, p.x) < 0.01 * APART_X && ratio(list[k].y, p.y) < 0.01 * APART_Y) {
                list[k].more++;
                list[n].more = UINT32_MAX; /* no label of its own */
                break;
            }
        n++;
    }
    return n;
}

static void roofline(FILE *f, const report *r)
{
    char plain[64];
    point list[JOULES_LAYERS];
    uint32_t n = points(list, r);
    double peak = 64.0 * r->chip.lanes, int8 = 8.0 * r->chip.lanes, bus = r->chip.bus_bits / 8.0, left = peak / bus, right = left;
    for (uint32_t i = 0; i < n; i++) {
        if (list[i].x < left) left = list[i].x;
        if (list[i].x > right) right = list[i].x;
    }
    terminal(f, "roofline", 460);
    fprintf(
        f,
        "set logscale xy\nset xlabel 'MAC per DRAM byte'\nset ylabel 'MAC per cycle'\nset xrange [%g:%g]\nset yrange [1:%g]\nset key bottom right\n"
        "peak = %g\nint8 = %g\nbus = %g\nmin(a, b) = a < b ? a : b\nset samples 400\n$d << EOD\n",
        left / 4, right * 10, 4 * peak, peak, int8, bus);
    for (uint32_t i = 0, shown = 0; i < n; i++) {
        fprintf(f, "%.6g %.6g %u \"", list[i].x, list[i].y, r->joules.layer[list[i].layer].stats.binary);
        if (list[i].more != UINT32_MAX) {
            fputs(report_plain(plain, sizeof plain, r->joules.layer[list[i].layer].stats.name), f);
            if (list[i].more) fprintf(f, " and %u more", list[i].more);
        }
        fprintf(f, "\" %u\n", list[i].more != UINT32_MAX ? shown++ % 2 : 0);
    }
    fputs("EOD\nplot min(peak, bus * x) lw 2 lc '" BINARY "' title sprintf('array: %d MAC/cycle', peak), min(int8, bus * x) lw 2 lc '" INT8
          "' title sprintf('int8 unit: %d MAC/cycle', int8), \\\n"
          "$d using 1:($3 > 0 ? $2 : NaN) with points pt 7 ps 0.7 lc '" BINARY "' title 'binary layers', "
          "$d using 1:($3 > 0 ? NaN : $2) with points pt 5 ps 0.7 lc '" INT8 "' title 'stem, head', "
          "$d using ($5 > 0 ? NaN : $1):2:4 with labels left offset 0.6,-0.7 font ',9' notitle, "
          "$d using ($5 > 0 ? $1 : NaN):2:4 with labels left offset 0.6,-1.6 font ',9' notitle\n",
          f);
}

static void cycle_values(double *v, const joules_layer *l)
{
    report_cycles c = report_layer_cycles(&l->stats);
    double all = l->stats.cycles ? 0.01 * (double)l->stats.cycles : 1;
    v[0] = c.useful / all, v[1] = c.stall_in / all, v[2] = c.stall_out / all, v[3] = c.other / all;
}

static void cycles(FILE *f, const report *r)
{
    terminal(f, "cycles", rows_height(r));
    fputs("set xlabel '% of the layer''s cycles'\nset xrange [0:100]\n", f);
    layer_axis(f, r);
    stacked(f, r, 4, cycle_values);
    bars(f, "$d", 2, 3, BINARY, "at the peak of its unit");
    fputs(", ", f), bars(f, "$d", 3, 4, MEMORY, "stall-in");
    fputs(", ", f), bars(f, "$d", 4, 5, LATE, "stall-out");
    fputs(", ", f), bars(f, "$d", 5, 6, IDLE, "fill, drain, lanes without work");
    fputs("\n", f);
}

static void dram_values(double *v, const joules_layer *l) { v[0] = (double)l->stats.dram_bytes; }

static void dram(FILE *f, const report *r)
{
    terminal(f, "dram", rows_height(r));
    fputs("set xlabel 'bytes to and from DRAM, last frame'\nset xrange [0:*]\n", f);
    layer_axis(f, r);
    stacked(f, r, 1, dram_values);
    bars(f, "$d", 2, 3, MEMORY, "weights, image, maps, logits");
    fputs(", $d using 3:1:(sprintf('%.0f', $3)) with labels left offset 0.5,0 font ',9' notitle\n", f);
}

static void energy_values(double *v, const joules_layer *l) { v[0] = l->compute, v[1] = l->sram, v[2] = l->dram; }

static void energy(FILE *f, const report *r)
{
    terminal(f, "energy", rows_height(r));
    fputs("set xlabel 'uJ, modelled, last frame; leakage of idle units is not in the layers'\nset xrange [0:*]\n", f);
    layer_axis(f, r);
    stacked(f, r, 3, energy_values);
    bars(f, "$d", 2, 3, BINARY, "units");
    fputs(", ", f), bars(f, "$d", 3, 4, MEMORY, "SRAM");
    fputs(", ", f), bars(f, "$d", 4, 5, INT8, "DRAM");
    fputs("\n", f);
}

static void occupancy(FILE *f, const report *r)
{
    terminal(f, "occupancy", 320);
    fprintf(f,
            "set xlabel 'cycles of the job'\nset ylabel '%% of the buffer'\nset xrange [%llu:%llu]\nset yrange [0:105]\n"
            "set key outside top center horizontal\n$d << EOD\n",
            (unsigned long long)r->first, (unsigned long long)r->last);
    for (int t = 0; t < REPORT_STEPS; t++)
        fprintf(f, "%.0f %.3f %.3f\n", (double)r->first + (double)(r->last - r->first) * t / REPORT_STEPS, 100 * r->feature[t], 100 * r->weight[t]);
    fprintf(f,
            "EOD\nplot $d using 1:3 with filledcurves x1 lc '#cfc9ea' title 'weights: %u rows of %u bytes', $d using 1:2 with lines lw 2 lc '" BINARY
            "' title 'features: %u KiB'\n",
            r->chip.weight_rows, 8 * r->chip.lanes, r->chip.feature_words / 128);
}

void report_script(FILE *f, const report *r, report_plot plot)
{
    static void (*const drawings[PLOTS])(FILE *, const report *) = {timeline, roofline, cycles, dram, energy, occupancy};
    drawings[plot](f, r);
}
