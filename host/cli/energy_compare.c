/* SPDX-License-Identifier: Apache-2.0 */
/* energy_compare.c - the published table, what the model makes of it, and Bonnet on the same constants: text, JSON, picture. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "joules.h"

static struct json_object *row_json(const bonnet_energy_row *r)
{
    const bonnet_energy_counts *c = &r->published;
    bonnet_energy e = bonnet_energy_of(c, &bonnet_energy_fitted);
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "name", json_object_new_string(r->name));
    json_object_object_add(o, "published_uj", json_object_new_double(r->published_uj));
    json_object_object_add(o, "modelled", cli_energy_json(&e));
    json_object_object_add(o, "residual_percent", json_object_new_double(100 * (e.total / r->published_uj - 1)));
    json_object_object_add(o, "cycles", json_object_new_double(c->cycles));
    json_object_object_add(o, "dram_weight_bits", json_object_new_double(c->weight_bits));
    json_object_object_add(o, "dram_image_bits", json_object_new_double(c->image_bits));
    json_object_object_add(o, "dram_map_bits", json_object_new_double(c->map_bits));
    json_object_object_add(o, "sram_bits", json_object_new_double(c->sram_bits));
    if (r->family) {
        bonnet_energy one = bonnet_energy_of(&r->single, &bonnet_energy_fitted), many = bonnet_energy_of(&r->streamed, &bonnet_energy_fitted);
        json_object_object_add(o, "bonnet_single", cli_energy_json(&one));
        json_object_object_add(o, "bonnet_streamed", cli_energy_json(&many));
    }
    return o;
}

static int print_json(const bonnet_energy_row *rows, unsigned long batch)
{
    struct json_object *j = json_object_new_object(), *k = json_object_new_object(), *array = json_object_new_array();
    json_object_object_add(k, "dram_pj_per_bit", json_object_new_double(bonnet_energy_fitted.dram_pj_per_bit));
    json_object_object_add(k, "sram_pj_per_bit", json_object_new_double(bonnet_energy_fitted.sram_pj_per_bit));
    json_object_object_add(k, "static_share", json_object_new_double(bonnet_energy_fitted.static_share));
    json_object_object_add(j, "constants", k);
    json_object_object_add(j, "batch", json_object_new_int64((int64_t)batch));
    for (int i = 0; i < BONNET_ENERGY_NETS; i++) json_object_array_add(array, row_json(&rows[i]));
    json_object_object_add(j, "networks", array);
    return cli_print_json(j);
}

static int print_table(const bonnet_energy_row *rows, unsigned long batch)
{
    printf("%-18s %9s %9s %9s | %7s %7s %7s %7s | %9s %9s %9s\n", "mJ a frame", "published", "modelled", "residual", "units", "leak", "SRAM", "DRAM",
           "weights", "maps Mb", "SRAM Mb");
    for (int i = 0; i < BONNET_ENERGY_NETS; i++) {
        const bonnet_energy_counts *c = &rows[i].published;
        bonnet_energy e = bonnet_energy_of(c, &bonnet_energy_fitted);
        printf("%-18s %9.2f %9.3f %+8.1f%% | %7.3f %7.3f %7.3f %7.3f | %9.2f %9.2f %9.1f\n", rows[i].name, 1e-3 * rows[i].published_uj,
               1e-3 * e.total, 100 * (e.total / rows[i].published_uj - 1), 1e-3 * e.compute, 1e-3 * e.leak, 1e-3 * e.sram, 1e-3 * e.dram,
               1e-6 * c->weight_bits, 1e-6 * c->map_bits, 1e-6 * c->sram_bits);
    }
    for (int streamed = 0; streamed < 2; streamed++)
        for (int i = 0; i < BONNET_ENERGY_NETS; i++) {
            if (!rows[i].family) continue;
            const bonnet_energy_counts *c = streamed ? &rows[i].streamed : &rows[i].single;
            bonnet_energy e = bonnet_energy_of(c, &bonnet_energy_fitted);
            char name[40];
            snprintf(name, sizeof name, "Bonnet %s %s", rows[i].name, streamed ? "stream" : "single");
            printf("%-27s  %9.3f %9s | %7.3f %7.3f %7.3f %7.3f | %9.2f %9.2f %9.1f\n", name, 1e-3 * e.total, "", 1e-3 * e.compute, 1e-3 * e.leak,
                   1e-3 * e.sram, 1e-3 * e.dram, 1e-6 * c->weight_bits, 1e-6 * c->map_bits, 1e-6 * c->sram_bits);
        }
    printf("%.2f pJ per DRAM bit, %.4f pJ per SRAM bit, static share %.3f: fitted to the published column (make energy-fit); docs/energy.md.\n",
           bonnet_energy_fitted.dram_pj_per_bit, bonnet_energy_fitted.sram_pj_per_bit, bonnet_energy_fitted.static_share);
    printf("Bonnet: counted from the layer tables, not run; single: one frame at a time; stream: %lu frames share the weights of stage 4 and the "
           "head.\n",
           batch);
    return cli_finish_stdout();
}

/* A line of data: place, the stack from below, the sum. */
static void bar(FILE *f, double at, const bonnet_energy *e)
{
    fprintf(f, "%.2f %.6f %.6f %.6f\n", at, 1e-3 * (e->compute + e->leak), 1e-3 * (e->compute + e->leak + e->sram), 1e-3 * e->total);
}

static const char *const plot = "set border 3\nset grid y lc '#dddddd'\nset bmargin 5\nset boxwidth 0.36\nset style fill solid 1 noborder\n"
                                "set yrange [0:4.4]\nset xrange [-0.7:11.6]\nset ylabel 'mJ a frame'\nset key top right reverse Left\n"
                                "set arrow 1 from 5.6,0 to 5.6,4.4 nohead lc '#999999' dt 2\n"
                                "set title 'One frame of 224x224: published, the model of the published machine, and Bonnet on the same constants'\n"
                                "plot $p using 1:2 with boxes lc '#222222' title 'published', \\\n"
                                "'' using 1:2:(sprintf('%.2f',$2)) with labels offset 0,0.6 font ',10' notitle, \\\n"
                                "$b using 1:4 with boxes lc '#d95f02' title 'DRAM', '' using 1:3 with boxes lc '#7570b3' title 'SRAM', \\\n"
                                "'' using 1:2 with boxes lc '#1b9e77' title 'units, leakage included', \\\n"
                                "'' using 1:4:(sprintf('%.2f',$4)) with labels offset 0,0.6 font ',10' notitle\n";

/* gnuplot: boxes over one another, the tallest first. */
static void script(FILE *f, const bonnet_energy_row *rows)
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
        if (r->family)
            fprintf(f, ", \"Bonnet\\n%.*s\\n%s\\n%s\" %d", first, r->name, r->name + first + 1, n < BONNET_ENERGY_NETS ? "single" : "stream",
                    place++);
    }
    fprintf(f, ")\n%s", plot);
}

static int draw(const bonnet_energy_row *rows, const char *path)
{
    char *text = NULL, *svg = NULL;
    size_t size = 0, bytes = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    script(f, rows);
    int code = fclose(f) == 0 ? cli_gnuplot(&svg, &bytes, text) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_write_file(path, svg, bytes);
    free(text);
    free(svg);
    return code;
}

int cli_energy_compare(const cli_options *o)
{
    bonnet_energy_row rows[BONNET_ENERGY_NETS];
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++)
        if (!bonnet_energy_row_get(&rows[i], i, (unsigned)o->batch)) return cli_fail(CLI_USAGE, "energy: no row %u", i);
    int code = o->output ? draw(rows, o->output) : CLI_OK;
    if (code != CLI_OK) return code;
    return o->json ? print_json(rows, o->batch) : print_table(rows, o->batch);
}
