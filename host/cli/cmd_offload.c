/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_offload.c - bonnet offload: pictures here as far as it is sure, the rest on a server, every answer by its deadline (docs/offload.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "offload.h"

static const char usage[] =
    "usage: bonnet offload MODEL.bonnet IMAGE|DIR... --upstream URL [--send CUT|picture|auto] [--model NAME] [--deadline-ms D] [--exits FILE | "
    "--threshold T]\n"
    "       bonnet offload MODEL.bonnet IMAGE|DIR... --upstream URL --plan [MBIT:]FILE... [--deadline-ms D]\n\n"
    "Classify images here, and on a server (bonnet serve, or another one of the Open Inference Protocol) what is not sure here; answers come by the "
    "deadline,\n"
    "whatever server and network do. docs/offload.md\n"
    "  --upstream URL    https://HOST[:PORT]; http: to this machine itself. Without: everything here\n"
    "  --send WHAT       a cut (bonnet cut lists them): the layers behind it run there; picture: the whole network runs here first, what it is not "
    "sure of goes\n"
    "                    out as a picture; auto (default): picture with --model, else the cut with the smallest map\n"
    "  --model NAME      of another model there; default: this network, or its tail\n"
    "  --plan FILE       of bonnet plan -o; several with MBIT: before them: from so many Mbit/s on\n"
    "  --exits FILE      thresholds of early exits (bonnet calibrate)\n"
    "  --threshold T     sure is who has at least this confidence: at the end, and without --exits at the exits, too\n"
    "  --deadline-ms D   each answer is due then (default 1000); --margin-ms M: this much earlier (default 2)\n"
    "  --connect-ms C    wait so long for the server's first answer before the first picture (default 500)\n"
    "  --rate FPS        pictures come so often (default: one after the other); --in-flight N: so many may be on their way (default 1)\n"
    "  --repeat N        all pictures N times\n"
    "  --cache N         of upstream's answers, the last N, again for maps that are near (plans that send a map)\n"
    "  --cache-tau WHAT  how near: a file of bonnet cache -o, or a number of bits; --cache-ttl S: for so many seconds\n"
    "  --audit SHARE     of the cache's hits that are sent all the same; who is wrong too often reaches less far (default 0.05)\n"
    "  --budget B[,BURST] bytes a second that requests may send, and at once (default: ten seconds of them, at least one request)\n"
    "  --budget-log FILE lines of confidence,here,above (1: right): send whom that helps most, by what is left; wants --rate\n"
    "  --spool DIR       keep hard examples there; --spool-mib N: so much of them (default 256); --spool-what map|picture (default map)\n"
    "  --spool-below X   hard, too, is an answer of less confidence\n"
    "  --no-raw-upload   refuse plans that send pictures\n"
    "  --ca FILE         who may have signed the server's certificate, PEM; --cert FILE, --key FILE: this client's own\n"
    "  --insecure        allow http: to other machines, and without --ca a certificate that nobody has signed\n"
    "  --device URI      golden:, cpu: (default), sim:, mock: ...   bonnet devices lists them\n"
    "  --timeout-ms N    give up on a run of the device after N ms (default 600000)\n"
    "  --seed N          of the simulated memory's back-pressure, and of the waits between attempts\n"
    "  --mqtt URL        answers and events to a broker, mqtt[s]://HOST[:PORT]/TOPIC (docs/mqtt.md)\n"
    "  --mqtt-login FILE its user and password, a line each; --mqtt-ca F, --mqtt-cert F, --mqtt-key F: as above; --mqtt-qos 0|1 (default 0)\n"
    "  --labels          names of classes, not their numbers\n"
    "  --json            a JSON object a line, the last one of all\n  --quiet           no line for each picture\n";

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_TEXT("upstream", offload_line, upstream),
                                          CLI_OPT_TEXT("send", offload_line, send),
                                          CLI_OPT_TEXT("model", offload_line, model),
                                          CLI_OPT_TEXTS("plan", offload_line, plans),
                                          CLI_OPT_TEXT("exits", offload_line, exits),
                                          CLI_OPT_TEXT("threshold", offload_line, threshold),
                                          CLI_OPT_NUMBER("deadline-ms", offload_line, deadline_ms, "milliseconds", 0.001, 600000),
                                          CLI_OPT_NUMBER("margin-ms", offload_line, margin_ms, "milliseconds", 0.001, 600000),
                                          CLI_OPT_NUMBER("connect-ms", offload_line, connect_ms, "milliseconds", 0.001, 60000),
                                          CLI_OPT_NUMBER("rate", offload_line, rate_fps, "pictures a second", 0.001, 1000000),
                                          CLI_OPT_WHOLE("in-flight", offload_line, in_flight, 1, BONNET_CLIENT_IN_FLIGHT),
                                          CLI_OPT_WHOLE("repeat", offload_line, repeat, 1, 100000000),
                                          CLI_OPT_WHOLE("cache", offload_line, cache, 1, 1 << 20),
                                          CLI_OPT_TEXT("cache-tau", offload_line, cache_tau),
                                          CLI_OPT_NUMBER("cache-ttl", offload_line, cache_ttl_s, "seconds", 0.001, 1000000000),
                                          CLI_OPT_NUMBER("audit", offload_line, audit, "a share", 0, 1),
                                          CLI_OPT_TEXT("budget", offload_line, budget),
                                          CLI_OPT_TEXT("budget-log", offload_line, budget_log),
                                          CLI_OPT_TEXT("spool", offload_line, spool),
                                          CLI_OPT_WHOLE("spool-mib", offload_line, spool_mib, 1, 1000000),
                                          CLI_OPT_TEXT("spool-what", offload_line, spool_what),
                                          CLI_OPT_NUMBER("spool-below", offload_line, spool_below, "a confidence", 0, 1000000000000),
                                          CLI_OPT_FLAG("no-raw-upload", offload_line, no_raw_upload),
                                          CLI_OPT_TEXT("ca", offload_line, ca),
                                          CLI_OPT_TEXT("cert", offload_line, cert),
                                          CLI_OPT_TEXT("key", offload_line, key),
                                          CLI_OPT_FLAG("insecure", offload_line, insecure),
                                          CLI_OPT_FLAG("labels", offload_line, labels),
                                          CLI_OPT_EVENTS(offload_line, events),
                                          CLI_OPT_END};

static void sleep_until(double at)
{
    const double left = at - cli_seconds();
    if (left > 0) nanosleep(&(struct timespec){(time_t)left, (long)(1e9 * (left - (double)(time_t)left))}, NULL);
}

typedef struct stream {
    const offload_line *l;
    const cli_session *s;
    const offload_pictures *p;
    bonnet_client *client;
    offload_result result;
    offload_events events;
    uint64_t ticket[BONNET_CLIENT_IN_FLIGHT];
    size_t sent, answered; /* pictures, counted through all repeats */
} stream;

static int answer(stream *m)
{
    bonnet_answer *a = malloc(sizeof *a);
    if (!a) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    const char *name = m->p->name[m->answered % m->p->count];
    const bonnet_status status = bonnet_client_wait(a, m->client, m->ticket[m->answered % BONNET_CLIENT_IN_FLIGHT]);
    int code = status == BONNET_OK ? CLI_OK : cli_fail_status(status, m->s->dev, name);
    if (code == CLI_OK) offload_events_answer(&m->events, m->s, name, a, m->client);
    if (code == CLI_OK) code = offload_show(&m->result, m->l, m->s, name, a);
    m->answered++;
    free(a);
    return code;
}

static int run(stream *m)
{
    const size_t bytes = bonnet_model_input_bytes(m->s->model), all = m->p->count * m->l->repeat;
    const double start = cli_seconds(), each = m->l->rate_fps > 0 ? 1 / m->l->rate_fps : 0;
    int code = CLI_OK;
    while (code == CLI_OK && m->sent < all && !cli_cancelled) {
        const size_t i = m->sent % m->p->count;
        if (each > 0) sleep_until(start + (double)m->sent * each);
        const bonnet_status status = bonnet_client_submit(&m->ticket[m->sent % BONNET_CLIENT_IN_FLIGHT], m->client, m->p->pixels + i * bytes, bytes,
                                                          (uint64_t)(1e3 * m->l->deadline_ms + 0.5));
        if (status != BONNET_OK) code = cli_fail_status(status, m->s->dev, m->p->name[i]);
        else m->sent++;
        /* Who has time before the next picture comes waits for this one's answer. */
        while (code == CLI_OK && m->answered < m->sent &&
               (m->sent - m->answered >= m->l->in_flight || m->sent == all || cli_seconds() < start + (double)m->sent * each))
            code = answer(m);
    }
    while (code == CLI_OK && m->answered < m->sent) code = answer(m);
    return code;
}

static int offload(const offload_line *l, const cli_session *s, const offload_pictures *p)
{
    offload_setup *setup = calloc(1, sizeof *setup);
    stream m = {.l = l, .s = s, .p = p};
    bonnet_client_stats stats;
    int code = setup ? offload_plans(setup, l, s) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = offload_events_open(&m.events, l, s);
    if (code == CLI_OK) {
        const bonnet_status status = bonnet_client_open(&m.client, s->dev, s->model, &setup->o);
        if (status != BONNET_OK) code = cli_fail(CLI_STATUS - (int)status, "offload: %s", *setup->line ? setup->line : bonnet_status_text(status));
    }
    m.result.setup = setup;
    const double start = cli_seconds();
    if (code == CLI_OK) code = run(&m);
    if (m.client && (code == CLI_OK || code == CLI_INTERRUPTED) && bonnet_client_stats_get(&stats, m.client) == BONNET_OK) {
        const int rc = offload_summary(&m.result, l, &stats, m.sent, cli_seconds() - start);
        if (code == CLI_OK) code = rc;
    }
    if (code == CLI_OK && cli_cancelled) code = CLI_INTERRUPTED;
    offload_events_close(&m.events, m.answered);
    bonnet_client_close(m.client);
    free(m.result.us);
    free(setup);
    return code;
}

int cli_offload(int argc, char **argv)
{
    offload_line l = {.o = {.device = "cpu:", .timeout_ms = 600000}, .deadline_ms = 1000, .repeat = 1, .in_flight = 1, .audit = 0.05};
    cli_session s = {0};
    offload_pictures p = {0};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code == CLI_OK) code = cli_events_check(&l.events, l.insecure, "offload");
    if (code != CLI_OK) return code;
    if (l.o.argc < 2) return cli_fail(CLI_USAGE, "offload: give a .bonnet file and images, or folders of them");
    if (l.plans.count && (l.send || l.exits || l.model || l.threshold))
        return cli_fail(CLI_USAGE,
                        "offload: --plan says what is sent and from which confidence on; leave --send, --model, --exits and --threshold out");
    if (!l.upstream && (l.send || l.model || l.ca || l.cert)) return cli_fail(CLI_USAGE, "offload: --upstream URL says where to");
    if (!l.cert != !l.key) return cli_fail(CLI_USAGE, "offload: --cert and --key go together");
    const char *path = l.o.argv[0];
    l.o.argc--, l.o.argv++;
    code = cli_open(&s, &l.o, path);
    if (code == CLI_OK) code = offload_pictures_open(&p, &s, &l.o);
    if (code == CLI_OK) code = offload(&l, &s, &p);
    offload_pictures_free(&p);
    cli_close(&s);
    return code;
}
