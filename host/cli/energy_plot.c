/* SPDX-License-Identifier: Apache-2.0 */
/* energy_plot.c - the picture of `bonnet energy --compare`: published totals, the model's stacks, Bonnet's stacks with their targets; by gnuplot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "joules.h"

/* A line of data: place, the stack from below, the sum. */
static void bar(FILE *f, double at, const bonnet_energy *e)
{
    fprintf(f, "%.2f %.6f %.6f %.6f\n", at, 1e-3 * (e->compute + e->leak), 1e-3 * (e->compute + e->leak + e->sram), 1e-3 * e->total);
}

static const char *const plot = "set border 3\nset grid y lc '#dddddd'\nset bmargin 5\nset boxwidth 0.36\nset style fill solid 1 noborder\n"
                                "set yrange [0:4.4]\nset xrange [-0.7:11.6]\nset ylabel 'mJ a frame'\nset key top right reverse Left\n"
                                "set arrow 1 from 5.6,0 to 5.6,4.4 nohead lc '#999999' dt 2\n"
                                "plot $p using 1:2 with boxes lc '#222222' title 'published', \\\n"
                                "'' using 1:2:(sprintf('%.2f',$2)) with labels offset 0,0.6 font ',10' notitle, \\\n"
                                "$b using 1:4 with boxes lc '#d95f02' title 'DRAM', '' using 1:3 with boxes lc '#7570b3' title 'SRAM', \\\n"
                                "'' using 1:2 with boxes lc '#1b9e77' title 'units, leakage included', \\\n"
                                "'' using 1:4:(sprintf('%.2f',$4)) with labels offset 0,0.6 font ',10' notitle, \\\n"
                                "$t using 1:2:(0.3) with xerrorbars pt -1 lw 2 lc '#e31a1c' title 'target'\n";

/* gnuplot: boxes over one another, the tallest first. */
static void script(FILE *f, const bonnet_energy_row *rows, bool analytic)
{
    int at = BONNET_ENERGY_NETS;
    fputs("set terminal svg size 1000,540 font 'DejaVu Sans,13' background '#ffffff'\nset xtics nomirror scale 0\nset ytics nomirror\n$b << EOD\n",
          f);
    for (int i = 0; i < BONNET_ENERGY_NETS; i++) {
        bonnet_energy e = bonnet_energy_of(&rows[i].published, &bonnet_energy_fitted);
        bar(f, i + 0.2, &e);
    }
    for (int n = 0; n < 2 * BONNET_ENERGY_NETS; n++) {
        const bonnet_energy_row *r = &rows[n % BONNET_ENERGY_NETS];
        if (!r->family) continue;
        bonnet_energy e = bonnet_energy_of(n < BONNET_ENERGY_NETS ? &r->single : &r->streamed, &bonnet_energy_fitted);
        bar(f, at++, &e);
    }
    fputs("EOD\n$t << EOD\n", f);
    at = BONNET_ENERGY_NETS;
    for (int n = 0; n < 2 * BONNET_ENERGY_NETS; n++) {
        const bonnet_energy_row *r = &rows[n % BONNET_ENERGY_NETS];
        if (r->target_uj[n / BONNET_ENERGY_NETS] > 0) fprintf(f, "%d %.6f\n", at, 1e-3 * r->target_uj[n / BONNET_ENERGY_NETS]);
        at += r->family;
    }
    fputs("EOD\n$p << EOD\n", f);
    for (int i = 0; i < BONNET_ENERGY_NETS; i++) fprintf(f, "%.2f %.6f\n", i - 0.2, 1e-3 * rows[i].published_uj);
    fputs("EOD\nset xtics (\"\" -1", f);
    for (int i = 0; i < BONNET_ENERGY_NETS; i++) { /* the second word goes below the first */
        int first = (int)strcspn(rows[i].name, " ");
        fprintf(f, ", \"%.*s\\n%s\" %d", first, rows[i].name, rows[i].name[first] ? rows[i].name + first + 1 : "", i);
    }
    for (int n = 0, place = BONNET_ENERGY_NETS; n < 2 * BONNET_ENERGY_NETS; n++) {
        const bonnet_energy_row *r = &rows[n % BONNET_ENERGY_NETS];
        int first = (int)strcspn(r->name, " ");
        if (!r->family) continue;
        fprintf(f, ", \"Bonnet\\n%.*s\\n%s\\n", first, r->name, r->name + first + 1);
        if (n < BONNET_ENERGY_NETS) fprintf(f, "single\" %d", place++);
        else fprintf(f, "stream/%u\" %d", r->batch, place++);
    }
    fprintf(f, ")\nset title 'One frame of 224x224: published, the model of the published machine, and Bonnet on the same constants (%s)'\n",
            analytic ? "analytic" : "RTL counters");
    fputs(plot, f);
}

int cli_energy_plot(const bonnet_energy_row *rows, bool analytic, const char *path)
{
    char *text = NULL, *svg = NULL;
    size_t size = 0, bytes = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    script(f, rows, analytic);
    int code = fclose(f) == 0 ? cli_gnuplot(&svg, &bytes, text) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_write_file(path, svg, bytes);
    free(text);
    free(svg);
    return code;
}
