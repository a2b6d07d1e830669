/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_serve.c - bonnet serve: networks and their tails as an inference endpoint over HTTP (docs/serve.md). */
#include <signal.h>
#include "events_options.h"
#include "serve.h"

static const char usage[] =
    "usage: bonnet serve MODEL.bonnet... [--device URI]... [--listen HOST:PORT] [--queue N] [--batch N] [--timeout MS] [--timeout-ms N] "
    "[--insecure]\n\n"
    "Networks, and their tails behind every cut, by the Open Inference Protocol, version 2 (REST, with binary tensors). docs/serve.md\n"
    "  --device URI      golden:, cpu: (default), sim:, mock: ...   bonnet devices lists them; several times, up to 16: a pool\n"
    "  --listen H:P      default 127.0.0.1:8600; port 0: a free one, which the line on stdout says\n"
    "  --cert F, --key F this server's certificate and key, PEM: TLS 1.3 instead of plain HTTP\n"
    "  --ca FILE         clients must show a certificate of these authorities, PEM; --crl FILE: those that were revoked\n"
    "  --acl FILE        who may do what with which model, JSON\n"
    "  --mqtt URL        results and events to a broker, mqtt[s]://HOST[:PORT]/TOPIC (docs/mqtt.md)\n"
    "  --mqtt-login FILE its user and password, a line each; --mqtt-ca F, --mqtt-cert F, --mqtt-key F: as above; --mqtt-qos 0|1 (default 0)\n"
    "  --insecure        allow an address that other machines can reach, without client certificates\n"
    "  --upstream URL    the next tier: what is behind the cut --forward K is computed there, what an exit before it is sure of (--threshold T) is "
    "not sent;\n"
    "                    --upstream-ms N: an image may be gone for so long (default 1000); --upstream-ca FILE, --upstream-cert FILE, --upstream-key "
    "FILE: TLS to it\n"
    "  --queue N         requests that may wait, 1 to 4096 (default 64)\n"
    "  --batch N         images of one request, and of requests that are computed together, 1 to 1024 (default 16)\n"
    "  --timeout MS      in which a request must come whole, a reply be taken, the queue be finished at the end (default 30000)\n"
    "  --timeout-ms N    give up on a run of the device after N ms (default 60000)\n"
    "  --seed N          of the simulated memory's back-pressure\n";

enum { NO_CUT = 1001 }; /* --forward was not given */
static volatile int reload;

static void on_hangup(int number)
{
    (void)number;
    reload = (reload + 1) & 0xffff;
}

typedef struct line {
    cli_options o;
    cli_texts devices;
    const char *address, *cert, *key, *ca, *crl, *acl;
    unsigned long queue, timeout_ms;
    bool insecure;
    const char *upstream, *upstream_ca, *upstream_cert, *upstream_key;
    unsigned long forward, upstream_ms;
    double threshold;
    events_options events;
} line;

static const cli_option verb_options[] = {CLI_OPT_TEXTS("device", line, devices),
                                          CLI_OPT_WHOLE("timeout-ms", cli_options, timeout_ms, 0, CLI_WHOLE_MOST),
                                          CLI_OPT_WHOLE("seed", cli_options, seed, 0, CLI_WHOLE_MOST),
                                          CLI_OPT_TEXT("listen", line, address),
                                          CLI_OPT_FLAG("insecure", line, insecure),
                                          CLI_OPT_TEXT("cert", line, cert),
                                          CLI_OPT_TEXT("key", line, key),
                                          CLI_OPT_TEXT("ca", line, ca),
                                          CLI_OPT_TEXT("crl", line, crl),
                                          CLI_OPT_TEXT("acl", line, acl),
                                          CLI_OPT_EVENTS(line, events),
                                          CLI_OPT_TEXT("upstream", line, upstream),
                                          CLI_OPT_TEXT("upstream-ca", line, upstream_ca),
                                          CLI_OPT_TEXT("upstream-cert", line, upstream_cert),
                                          CLI_OPT_TEXT("upstream-key", line, upstream_key),
                                          CLI_OPT_WHOLE("forward", line, forward, 0, 1000),
                                          CLI_OPT_WHOLE("upstream-ms", line, upstream_ms, 1, 600000),
                                          CLI_OPT_NUMBER("threshold", line, threshold, "a confidence", 0.0, 1000000000.0),
                                          CLI_OPT_WHOLE("queue", line, queue, 1, 4096),
                                          CLI_OPT_WHOLE("batch", cli_options, batch, 1, 1024),
                                          CLI_OPT_WHOLE("timeout", line, timeout_ms, 100, 3600000),
                                          CLI_OPT_END};

int cli_serve(int argc, char **argv)
{
    line l = {.o = {.batch = 16, .timeout_ms = 60000},
              .address = "127.0.0.1:8600",
              .queue = 64,
              .timeout_ms = 30000,
              .forward = NO_CUT,
              .upstream_ms = 1000};
    const cli_options *o = &l.o;
    char message[SERVE_LINE] = "";
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code == CLI_OK) code = cli_events_check(&l.events, l.insecure, "serve");
    if (code != CLI_OK) return code;
    if (o->argc < 1 || o->argc > SERVE_MODELS) return cli_fail(CLI_USAGE, "serve: give 1 to %d .bonnet files", SERVE_MODELS);
    if (!l.devices.count) l.devices = (cli_texts){{"cpu:"}, 1};
    if (l.devices.count > SERVE_POOL) return cli_fail(CLI_USAGE, "serve: give at most %d devices", SERVE_POOL);
    if (!l.cert != !l.key) return cli_fail(CLI_USAGE, "serve: --cert and --key go together");
    if (l.ca && !l.cert) return cli_fail(CLI_USAGE, "serve: --ca wants --cert and --key");
    if (l.crl && !l.ca) return cli_fail(CLI_USAGE, "serve: --crl wants --ca");
    if (!l.upstream != (l.forward == NO_CUT)) return cli_fail(CLI_USAGE, "serve: --upstream and --forward go together");
    if (!l.upstream && (l.upstream_ca || l.upstream_cert || l.upstream_key || l.threshold > 0))
        return cli_fail(CLI_USAGE, "serve: --threshold and --upstream-... want --upstream");
    const serve_options s = {.paths = (const char *const *)o->argv,
                             .models = (uint32_t)o->argc,
                             .uris = l.devices.text,
                             .devices = (uint32_t)l.devices.count,
                             .listen = l.address,
                             .queue = (uint32_t)l.queue,
                             .batch = (uint32_t)o->batch,
                             .timeout_ms = (uint32_t)l.timeout_ms,
                             .run_timeout_ms = (uint32_t)(o->timeout_ms ? o->timeout_ms : 60000),
                             .upstream = l.upstream,
                             .upstream_ca = l.upstream_ca,
                             .upstream_cert = l.upstream_cert,
                             .upstream_key = l.upstream_key,
                             .forward = (uint32_t)l.forward,
                             .upstream_ms = (uint32_t)l.upstream_ms,
                             .threshold = l.threshold,
                             .seed = o->seed,
                             .insecure = l.insecure,
                             .cert = l.cert,
                             .key = l.key,
                             .ca = l.ca,
                             .crl = l.crl,
                             .acl = l.acl,
                             .events = l.events,
                             .stop = &cli_cancelled,
                             .reload = &reload};
    sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_hangup}, NULL);
    const bonnet_status status = serve_run(message, &s);
    return status == BONNET_OK ? CLI_OK
                               : cli_fail(status == BONNET_EINTR ? CLI_INTERRUPTED : CLI_STATUS - (int)status, "serve: %s",
                                          *message ? message : bonnet_status_text(status));
}
