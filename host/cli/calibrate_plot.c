/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate_plot.c - accuracy against mean cost: the points with their intervals, each exit alone, the chosen one; by gnuplot. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calibrate.h"

/* Names into gnuplot strings: nothing that ends one. */
static void add_name(FILE *f, const char *name)
{
    for (; *name; name++) fputc(strchr("'\"\\\n", *name) ? ' ' : *name, f);
}

static void point(FILE *f, double cost, double accuracy, double low, double high)
{
    fprintf(f, "%.9g %.6f %.6f %.6f\n", cost, 100 * accuracy, 100 * low, 100 * high);
}

static bool is_alone(const cli_exits_file *t, const bonnet_exit_point *p)
{
    uint32_t first = 0, used = 0;
    while (first + 1 < t->exits && p->threshold[first] == HUGE_VAL) first++;
    for (uint32_t e = first + 1; e + 1 < t->exits; e++) used += p->threshold[e] != HUGE_VAL;
    return !used && (first + 1 == t->exits || p->threshold[first] <= 0);
}

static void script(FILE *f, const cli_exits_file *t)
{
    const bonnet_exit_point *chosen = &t->point[t->chosen];
    fputs(
        "set terminal svg noenhanced size 900,540 font 'DejaVu Sans,13' background '#ffffff'\nset border 3\nset rmargin 5\nset xtics nomirror\nset "
        "ytics nomirror\n"
        "set grid lc '#dddddd'\nset key bottom right reverse Left\nset offsets graph 0.04, graph 0.06, graph 0.04, graph 0.1\nset format y '%g %%'\n"
        "set ylabel 'accuracy'\nset xlabel 'mean cost of a sample, ",
        f);
    add_name(f, t->unit);
    if (*t->geometry) fputs(", geometry ", f), add_name(f, t->geometry);
    fputs("'\nset title '", f);
    add_name(f, *t->network ? t->network : "early exits");
    fprintf(f, ": %llu samples, %g %% intervals; thresholds chosen on %llu others'\n$p << EOD\n", (unsigned long long)t->samples, 100 * t->interval,
            (unsigned long long)t->chosen_on);
    for (uint32_t i = 0; i < t->points; i++)
        if (!is_alone(t, &t->point[i])) point(f, t->point[i].cost, t->point[i].accuracy, t->point[i].accuracy_low, t->point[i].accuracy_high);
    fputs("EOD\n$a << EOD\n", f);
    for (uint32_t e = 0; e < t->exits; e++) point(f, t->exit[e].alone, t->exit[e].accuracy, t->exit[e].accuracy_low, t->exit[e].accuracy_high);
    fputs("EOD\n$c << EOD\n", f);
    point(f, chosen->cost, chosen->accuracy, chosen->accuracy_low, chosen->accuracy_high);
    fputs("EOD\n", f);
    for (uint32_t e = 0; e < t->exits; e++) {
        fprintf(f, "set label '%s", e + 1 == t->exits ? "" : "all at ");
        add_name(f, e + 1 == t->exits ? "no exit" : t->exit[e].name);
        fprintf(f, "' at %.9g,%.6f center offset 0,-0.8 font ',11' tc '#d95f02'\n", t->exit[e].alone, 100 * t->exit[e].accuracy_low);
    }
    fputs("plot $p using 1:2:3:4 with yerrorbars pt 7 ps 0.5 lc '#1b9e77' title 'thresholds that none beats where they were chosen', \\\n"
          "$a using 1:2:3:4 with yerrorbars pt 5 ps 0.9 lw 1.5 lc '#d95f02' title 'one exit for all', \\\n"
          "$c using 1:2 with points pt 6 ps 2 lw 2.5 lc '#222222' title 'chosen'\n",
          f);
}

int calibrate_plot(const calibrate_result *r, const char *path)
{
    char *text = NULL, *svg = NULL;
    size_t size = 0, bytes = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    script(f, &r->file);
    int code = fclose(f) == 0 ? cli_gnuplot(&svg, &bytes, text) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_write_file(path, svg, bytes);
    free(text);
    free(svg);
    return code;
}
