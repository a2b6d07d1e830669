/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - bonnet: one program, one verb. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"

volatile int cli_cancelled;

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} verbs[] = {
    {"run", cli_run, "classify images, or measure the accuracy on a data set"},
    {"cut", cli_cut, "where a network can be cut in two, and what crosses the cut"},
    {"verify", cli_verify, "compare every intermediate map of every layer with the golden model"},
    {"bench", cli_bench, "cycles, MAC/cycle, stalls and DRAM bytes of every layer"},
    {"estimate", cli_estimate, "what bench would count, worked out without running anything"},
    {"profile", cli_profile_verb, "what every layer takes on a device, measured; or a model of every kind of layer there"},
    {"energy", cli_energy, "joules of a frame, and the published table beside them"},
    {"trace", cli_trace, "what every unit did when, for a trace viewer"},
    {"report", cli_report, "one page about a run: roofline, stalls, bytes, energy, buffers"},
    {"compile", cli_compile, "turn an ONNX file into a .bonnet file"},
    {"info", cli_info, "what is in a .bonnet file"},
    {"order", cli_order, "which classifiers to ask before the one that always answers, and in which order"},
    {"plan", cli_plan, "which part of a network runs on which tier, and what crosses between them"},
    {"link", cli_link, "what a link carried: statistics of a trace, and the states that it went through"},
    {"codec", cli_codec, "a tensor in 1 to 8 bits a value, compressed where that pays, and back"},
    {"calibrate", cli_calibrate, "thresholds of early exits: what they save within a budget of accuracy"},
    {"serve", cli_serve, "networks and their tails as an inference endpoint over HTTP"},
    {"offload", cli_offload, "images here, what is not sure here on a server, every answer by its deadline"},
    {"streams", cli_streams, "several cameras on one device: whose frame is next, how far, and what is in time"},
    {"cache", cli_cache, "how far a cache of maps may reach, and what it makes of a sequence of images"},
    {"spool", cli_spool, "hard examples that were kept on disk: list, export, send on, remove"},
    {"flash", cli_flash, "load a bitstream into a ZCU102, by its cable or on the board itself"},
    {"doctor", cli_doctor, "what a board still needs, and what to type next"},
    {"devices", cli_devices, "the devices this build can reach, and the boards that are connected"},
    {"selftest", cli_selftest, "run a small built-in network on every device and compare"},
};

/* The second signal kills: whoever presses Ctrl-C twice means it. */
static void on_signal(int number)
{
    cli_cancelled = 1;
    signal(number, SIG_DFL);
}

static int help(FILE *to)
{
    fprintf(to,
            "bonnet %s - binary neural networks on a 64x64 XNOR-popcount accelerator (simulated; no board has run this)\n\n"
            "usage: bonnet VERB [OPTION]... [FILE]...     bonnet VERB --help\n\n",
            bonnet_version());
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) fprintf(to, "  %-9s %s\n", verbs[i].name, verbs[i].summary);
    fprintf(to, "\nExit codes: 0 success, 1 results differ, 2 usage, 11..21 failures (bonnet_status), 130 interrupted. See man bonnet.\n");
    return to == stdout ? cli_finish_stdout() : CLI_USAGE;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, reported like a full disk */

    if (argc < 2) return help(stderr);
    if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) return help(stdout);
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
        printf("bonnet %s\n", bonnet_version());
        return cli_finish_stdout();
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(argv[1], verbs[i].name)) return verbs[i].run(argc - 1, argv + 1);
    return cli_fail(CLI_USAGE, "no verb '%.40s'; `bonnet help` lists them", argv[1]);
}
