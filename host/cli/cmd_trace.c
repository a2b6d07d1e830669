/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_trace.c - bonnet trace: when each unit of the chip worked, waited and stalled, for a trace viewer. */
#include <stdio.h>
#include "cli.h"

static const char usage[] =
    "usage: bonnet trace MODEL.bonnet [IMAGE] -o trace.json [--device URI] [--images N]\n\n"
    "Run images and write what load, conv, stem and store did in the last of them as Chrome trace events: open the file in ui.perfetto.dev\n"
    "or chrome://tracing. Each slice is a descriptor; its arguments are layer, stalls, DRAM bytes, buffer accesses.\n"
    "  -o FILE           where to write\n  --device URI      default sim:\n  --images N        frames in one job (default 1)\n"
    "  --timeout-ms N, --seed N\n"
    "`bonnet run` and `bonnet bench` take --trace FILE and write the same.\n";

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_device_options), CLI_OPT_GROUP(cli_frames_options), CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_GROUP(cli_quiet_options), CLI_OPT_END};

int cli_trace(int argc, char **argv)
{
    cli_options o = {.device = "sim:", .limit = 1};
    cli_session s = {0};
    bonnet_stats stats = {0};
    int code = cli_parse(&o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (o.argc < 1 || o.argc > 2 || !o.output)
        return cli_fail(CLI_USAGE, "trace: give one .bonnet file, at most one image, and -o FILE; try `bonnet trace --help`");
    code = cli_open(&s, &o, o.argv[0]);
    if (code == CLI_OK) code = cli_need_counters(&s, &o);
    if (code == CLI_OK) code = cli_run_frames(&s, &o, o.argc == 2 ? o.argv[1] : NULL, &stats, NULL);
    if (code == CLI_OK) code = cli_trace_write(&s, &o, o.output);
    if (code == CLI_OK) {
        printf("%s: %s, device %s, %llu cycles, %u frame%s\n", o.output, s.info.name, o.device, (unsigned long long)stats.cycles, stats.frames,
               stats.frames == 1 ? "" : "s");
        code = cli_finish_stdout();
    }
    cli_close(&s);
    return code;
}
