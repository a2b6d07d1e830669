/* SPDX-License-Identifier: Apache-2.0 */
/* codec_plot.c - the table of `bonnet codec` as a drawing, by gnuplot: what a value takes on the link, and how true it comes back. */
#include <stdio.h>
#include <stdlib.h>
#include "codec.h"

static void script(FILE *f, const codec_row *rows, size_t n)
{
    static const char *const colour[BONNET_CODEC_NAMES] = {"#222222", "#d95f02", "#1b9e77"};
    fputs("set terminal svg size 900,480 font 'DejaVu Sans,13' background '#ffffff'\nset border 3\nset grid lc '#dddddd'\nset xtics nomirror 1\n"
          "set ytics nomirror\nset xlabel 'bits of a value in the stream, its header included'\nset ylabel 'signal-to-noise ratio, dB'\n"
          "set key bottom right reverse Left\nset offsets 0, graph 0.03, 0, graph 0.08\n",
          f);
    for (int codec = 0; codec < BONNET_CODEC_NAMES; codec++) {
        fprintf(f, "$c%d << EOD\n", codec);
        for (size_t i = 0; i < n; i++)
            if (rows[i].codec == (uint32_t)codec && rows[i].square > 0 && rows[i].signal > 0)
                fprintf(f, "%.6f %.6f %u\n", 8 * (double)rows[i].bytes / (double)rows[i].values, codec_decibel(&rows[i]), rows[i].bits);
        fputs("EOD\n", f);
    }
    fputs("plot ", f);
    for (int codec = 0; codec < BONNET_CODEC_NAMES; codec++)
        fprintf(f, "%s$c%d using 1:2 with linespoints pt 7 ps 0.6 lw 2 lc '%s' title '%s'", codec ? ", " : "", codec, colour[codec],
                codec ? codec_names[codec] : "packed bits");
    fputs(", $c0 using 1:2:3 with labels offset 0,-0.9 font ',10' notitle\n", f);
}

int codec_plot(const codec_row *rows, size_t n, const char *path)
{
    char *text = NULL, *svg = NULL;
    size_t size = 0, bytes = 0;
    bool each[BONNET_CODEC_NAMES] = {false};
    for (size_t i = 0; i < n; i++) each[rows[i].codec] = each[rows[i].codec] || (rows[i].square > 0 && rows[i].signal > 0);
    if (!each[0] || !each[1] || !each[2])
        return cli_fail(CLI_USAGE, "codec: --plot draws every codec: give quantised values with errors, and no --codec or --bits 0");
    FILE *f = open_memstream(&text, &size);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    script(f, rows, n);
    int code = fclose(f) == 0 ? cli_gnuplot(&svg, &bytes, text) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_write_file(path, svg, bytes);
    free(text);
    free(svg);
    return code;
}
