/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_report.c - bonnet report: a run on one page. */
#include <stdlib.h>
#include <string.h>
#include "report.h"

static const char usage[] =
    "usage: bonnet report MODEL.bonnet [IMAGE] -o report.html [--device URI] [--images N]\n\n"
    "Run images and write one self-contained HTML page about the last frame: who worked when, where the cycles went, roofline, DRAM bytes, energy,\n"
    "what the buffers held. The drawings are SVG, made by gnuplot (Debian: gnuplot-nox).\n"
    "  -o FILE           where to write\n  --device URI      default sim:\n  --images N        frames in one job (default 1)\n"
    "  --timeout-ms N, --seed N\n";

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_device_options), CLI_OPT_GROUP(cli_frames_options), CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_GROUP(cli_quiet_options), CLI_OPT_END};

static int draw_all(char *svg[PLOTS], const report *r)
{
    int code = CLI_OK;
    for (int p = 0; p < PLOTS && code == CLI_OK; p++) {
        char *script = NULL;
        size_t size = 0, bytes = 0;
        FILE *f = open_memstream(&script, &size);
        if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
        report_script(f, r, (report_plot)p);
        code = fclose(f) == 0 ? cli_gnuplot(&svg[p], &bytes, script) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
        free(script);
    }
    return code;
}

static int write_page(const report *r, char *const svg[PLOTS], const char *path)
{
    char *page = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&page, &size);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    report_page(f, r, svg);
    int code = fclose(f) == 0 ? cli_write_file(path, page, size) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    free(page);
    return code;
}

int cli_report(int argc, char **argv)
{
    cli_options o = {.device = "sim:", .limit = 1};
    cli_session s = {0};
    bonnet_stats stats = {0};
    char *svg[PLOTS] = {0};
    int code = cli_parse(&o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (o.argc < 1 || o.argc > 2 || !o.output)
        return cli_fail(CLI_USAGE, "report: give one .bonnet file, at most one image, and -o FILE; try `bonnet report --help`");
    report *r = calloc(1, sizeof *r);
    code = r ? cli_open(&s, &o, o.argv[0]) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_need_counters(&s, &o);
    if (code == CLI_OK) code = cli_run_frames(&s, &o, o.argc == 2 ? o.argv[1] : NULL, &stats, NULL);
    if (code == CLI_OK) code = report_gather(r, &s, &o, &stats);
    if (code == CLI_OK) code = draw_all(svg, r);
    if (code == CLI_OK) code = write_page(r, svg, o.output);
    if (code == CLI_OK) {
        printf("%s: %s, device %s, %llu cycles, %u frame%s\n", o.output, s.info.name, o.device, (unsigned long long)stats.cycles, stats.frames,
               stats.frames == 1 ? "" : "s");
        code = cli_finish_stdout();
    }
    for (int p = 0; p < PLOTS; p++) free(svg[p]);
    if (r) report_free(r);
    free(r);
    cli_close(&s);
    return code;
}
