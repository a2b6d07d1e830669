/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_serve.c - bonnet serve: networks and their tails as an inference endpoint over HTTP (docs/serve.md). */
#include "cli.h"
#include "serve.h"

static const char usage[] =
    "usage: bonnet serve MODEL.bonnet... [--device URI] [--listen HOST:PORT] [--queue N] [--batch N] [--timeout MS] [--timeout-ms N] [--insecure]\n\n"
    "Networks, and their tails behind every cut, by the Open Inference Protocol, version 2 (REST, with binary tensors). docs/serve.md\n"
    "  --device URI      golden:, cpu: (default), sim:, mock: ...   bonnet devices lists them\n"
    "  --listen H:P      default 127.0.0.1:8600; port 0: a free one, which the line on stdout says\n"
    "  --insecure        allow an address that other machines can reach: there is no encryption and no password yet\n"
    "  --queue N         requests that may wait, 1 to 4096 (default 64)\n"
    "  --batch N         images of one request, and of requests that are computed together, 1 to 1024 (default 16)\n"
    "  --timeout MS      in which a request must come whole, a reply be taken, the queue be finished at the end (default 30000)\n"
    "  --timeout-ms N    give up on a run of the device after N ms (default 60000)\n"
    "  --seed N          of the simulated memory's back-pressure\n";

static int whole_number(uint32_t *out, const char *text, const char *name, uint32_t least, uint32_t most)
{
    double value;
    if (!text) return CLI_OK;
    if (!cli_number(&value, text) || value < least || value > most || value != (double)(uint32_t)value)
        return cli_fail(CLI_USAGE, "serve: --%s wants a whole number from %u to %u, not '%.40s'", name, least, most, text);
    *out = (uint32_t)value;
    return CLI_OK;
}

int cli_serve(int argc, char **argv)
{
    const char *address = "127.0.0.1:8600", *queue = NULL, *timeout = NULL;
    const cli_own_option own[] = {{"listen", &address}, {"queue", &queue}, {"timeout", &timeout}, {NULL, NULL}};
    cli_options o = {.device = "cpu:", .own = own, .batch = 16};
    char line[SERVE_LINE] = "";
    int code = cli_parse(&o, argc, argv, "dbtS^", usage);
    if (code != CLI_OK) return code;
    if (o.argc < 1 || o.argc > SERVE_MODELS) return cli_fail(CLI_USAGE, "serve: give 1 to %d .bonnet files", SERVE_MODELS);
    if (o.batch < 1 || o.batch > 1024) return cli_fail(CLI_USAGE, "serve: --batch wants a whole number from 1 to 1024");
    serve_options s = {.paths = (const char *const *)o.argv,
                       .models = (uint32_t)o.argc,
                       .device = o.device,
                       .listen = address,
                       .queue = 64,
                       .batch = (uint32_t)o.batch,
                       .timeout_ms = 30000,
                       .run_timeout_ms = (uint32_t)(o.timeout_ms ? o.timeout_ms : 60000),
                       .seed = o.seed,
                       .insecure = o.insecure,
                       .stop = &cli_cancelled};
    code = whole_number(&s.queue, queue, "queue", 1, 4096);
    if (code == CLI_OK) code = whole_number(&s.timeout_ms, timeout, "timeout", 100, 3600000);
    if (code != CLI_OK) return code;
    const bonnet_status status = serve_run(line, &s);
    return status == BONNET_OK ? CLI_OK
                               : cli_fail(status == BONNET_EINTR ? CLI_INTERRUPTED : CLI_STATUS - (int)status, "serve: %s",
                                          *line ? line : bonnet_status_text(status));
}
