/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_test.c - bonnet_client.h from a program: options that make no sense, tickets in any order, a server that accepts and never answers, exits and plans, the
 * end in the midst of it. `client_test NET.bonnet NET_WITH_EXITS.bonnet URL PID`: a server that has both networks. Under the address sanitizer nothing may leak.
 */
#include <arpa/inet.h>
#include <math.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "bonnet_cache.h"
#include "bonnet_client.h"
#include "bonnet_spool.h"
#include "../unit/unit.h"

enum { PICTURES = 12, SECOND = 1000000, LONG = 60 * SECOND };

typedef struct net {
    bonnet_device *dev;
    bonnet_model *model;
    bonnet_model_info info;
    size_t bytes;
    uint32_t exits;
    uint8_t *pixels; /* [PICTURES] */
    int32_t *logits; /* of the whole network */
} net;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static net load(unit *u, const char *path)
{
    net n = {0};
    bonnet_exit e;
    if (bonnet_open(&n.dev, "cpu:", NULL) != BONNET_OK || bonnet_model_load(&n.model, n.dev, path) != BONNET_OK ||
        bonnet_model_info_get(&n.info, n.model) != BONNET_OK)
        exit(fprintf(stderr, "%s: %s\n", path, bonnet_last_error(n.dev)));
    n.bytes = bonnet_model_input_bytes(n.model);
    while (bonnet_exit_get(&e, n.model, n.exits) == BONNET_OK) n.exits++;
    n.pixels = malloc(PICTURES * n.bytes), n.logits = malloc(PICTURES * n.info.classes * sizeof *n.logits);
    if (!n.pixels || !n.logits) exit(1);
    for (size_t i = 0; i < PICTURES * n.bytes; i++) n.pixels[i] = (uint8_t)(unit_below(u, 256) * (i / n.bytes + 1) / PICTURES);
    if (bonnet_run_batch(NULL, n.logits, n.dev, n.model, n.pixels, PICTURES) != BONNET_OK) exit(1);
    return n;
}

static void unload(net *n)
{
    free(n->pixels), free(n->logits);
    bonnet_model_free(n->model);
    bonnet_close(n->dev);
}

static int is_whole(const bonnet_answer *a, const net *n, uint32_t picture)
{
    return a->classes == n->info.classes && !memcmp(a->logits, n->logits + (size_t)picture * a->classes, a->classes * sizeof *a->logits);
}

static bonnet_client *open_with(const net *n, const bonnet_client_options *o)
{
    bonnet_client *c = NULL;
    const bonnet_status status = bonnet_client_open(&c, n->dev, n->model, o);
    if (status != BONNET_OK) printf("note  open: %s: %s\n", bonnet_status_name(status), o->message ? o->message : "");
    return c;
}

/* ---- options ---- */

static void refuse(unit *u, const net *n, bonnet_client_options o, const char *what, const char *says)
{
    char line[256] = "";
    bonnet_client *c = (bonnet_client *)u;
    o.message = line, o.message_bytes = sizeof line;
    const bonnet_status status = bonnet_client_open(&c, n->dev, n->model, &o);
    UNIT(u, status == BONNET_EINVAL && c == (bonnet_client *)u && strstr(line, says), what, "%s, '%s'", bonnet_status_name(status), line);
}

static void options(unit *u, const net *n, const net *x)
{
    const bonnet_client_options none = BONNET_CLIENT_OPTIONS_INIT;
    const double sure[] = {0, 0, 0, 0}, negative[] = {-1, 0, 0, 0}, nan_first[] = {NAN, 1, 1, 1}, zero[] = {1, 0, 1, 1};
    bonnet_client_plan two[2] = {{.from_bits_per_s = 5, .send = BONNET_SEND_NOTHING}, {.from_bits_per_s = 5, .send = BONNET_SEND_NOTHING}};
    const bonnet_client_plan strange = {.send = 3}, far = {.send = BONNET_SEND_MAP, .cut = 99}, cascade = {.send = BONNET_SEND_PICTURE, .whole = 1};
    bonnet_client *c;
    bonnet_client_options o = none;
    bonnet_answer a;
    UNIT(u,
         bonnet_client_open(NULL, n->dev, n->model, &none) == BONNET_EINVAL && bonnet_client_open(&c, NULL, n->model, &none) == BONNET_EINVAL &&
             bonnet_client_open(&c, n->dev, NULL, &none) == BONNET_EINVAL && bonnet_client_open(&c, n->dev, n->model, NULL) == BONNET_EINVAL &&
             bonnet_client_run(&a, NULL, n->pixels, n->bytes, 0) == BONNET_EINVAL && bonnet_client_stats_get(NULL, NULL) == BONNET_EINVAL,
         "NULL anywhere", "taken");
    bonnet_client_close(NULL);
    o.plans = &strange, o.plan_count = 1;
    refuse(u, n, o, "no such thing to send", "nothing is called to send 3");
    o.plans = &far;
    refuse(u, n, o, "no such cut", "none numbered 99");
    o.plans = &cascade;
    refuse(u, n, o, "a cascade without a threshold", "a threshold for the network's own end");
    o.thresholds = sure, o.no_raw_upload = 1;
    refuse(u, n, o, "pictures against the policy", "no_raw_upload forbids");
    o = none, o.plans = two, o.plan_count = 2;
    refuse(u, n, o, "bandwidths that do not ascend", "must be finite and ascend");
    o.plan_count = 17;
    refuse(u, n, o, "too many plans", "1 to 16 plans");
    o = none, o.thresholds = negative;
    refuse(u, x, o, "a negative threshold", "threshold 0 is -1");
    o.thresholds = nan_first;
    refuse(u, x, o, "a threshold that is no number", "threshold 0 is nan");
    o = none, o.temperatures = zero;
    refuse(u, x, o, "a temperature of 0", "temperature 1 is 0");
    o = none, o.confidence = 3;
    refuse(u, n, o, "no such confidence", "no confidence numbered 3");
    o = none, o.in_flight = 65;
    refuse(u, n, o, "too much in flight", "in_flight is 65");
    o = none, o.hysteresis = NAN;
    refuse(u, n, o, "hysteresis", "hysteresis is nan");
    o = none, o.timeout_us = UINT64_MAX;
    refuse(u, n, o, "a time beyond all", "beyond 10^12");
    o = none, o.certificate = "/dev/null";
    refuse(u, n, o, "a certificate without its key", "both or none");
    o = none, o.detector = 9;
    refuse(u, n, o, "no such detector", "");
}

/* ---- here alone ---- */

static void alone(unit *u, const net *n)
{
    bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
    bonnet_client_stats st;
    bonnet_answer a;
    uint32_t wrong = 0;
    uint64_t ticket[5], none = 77;
    o.in_flight = 4;
    bonnet_client *c = open_with(n, &o);
    if (!c) exit(1);
    for (uint32_t i = 0; i < PICTURES; i++)
        wrong += bonnet_client_run(&a, c, n->pixels + i * n->bytes, n->bytes, LONG) != BONNET_OK || !is_whole(&a, n, i) ||
                 a.where != BONNET_WHERE_END || a.why != BONNET_WHY_PLAN || a.flags;
    UNIT(u, !wrong, "without a server", "%u wrong", wrong);
    UNIT(u, bonnet_client_run(&a, c, n->pixels, n->bytes, 1) == BONNET_OK && is_whole(&a, n, 0) && a.flags == BONNET_ANSWER_LATE,
         "a microsecond: late, and answered", "flags %u", a.flags);
    for (int i = 0; i < 4; i++) wrong += bonnet_client_submit(&ticket[i], c, n->pixels + (size_t)i * n->bytes, n->bytes, LONG) != BONNET_OK;
    wrong += bonnet_client_submit(&none, c, n->pixels, n->bytes, LONG) != BONNET_EINVAL || none != 77;
    for (int i = 3; i >= 0; i--) wrong += bonnet_client_wait(&a, c, ticket[i]) != BONNET_OK || a.ticket != ticket[i] || !is_whole(&a, n, (uint32_t)i);
    wrong += bonnet_client_wait(&a, c, ticket[0]) != BONNET_EINVAL || bonnet_client_wait(&a, c, 0) != BONNET_EINVAL;
    wrong += bonnet_client_submit(&none, c, n->pixels, n->bytes - 1, LONG) != BONNET_EINVAL ||
             bonnet_client_submit(&none, c, n->pixels, n->bytes, UINT64_MAX) != BONNET_EINVAL;
    UNIT(u, !wrong, "as many tickets as allowed, in any order, each once", "%u wrong", wrong);
    UNIT(u,
         bonnet_client_stats_get(&st, c) == BONNET_OK && st.answers == PICTURES + 5 && st.late == 1 && st.where[BONNET_WHERE_END] == st.answers &&
             st.why[BONNET_WHY_PLAN] == st.answers && st.upstream == BONNET_UPSTREAM_NONE,
         "statistics", "%llu answers", (unsigned long long)st.answers);
    bonnet_client_close(c);
}

/* ---- a server that never answers ---- */

static int hole(char url[64])
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof a;
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) != 0 || listen(s, 64) != 0 || getsockname(s, (struct sockaddr *)&a, &size) != 0) exit(1);
    snprintf(url, 64, "http://127.0.0.1:%d", ntohs(a.sin_port));
    return s;
}

static void silence(unit *u, const net *n)
{
    char url[64];
    const int s = hole(url);
    const bonnet_client_plan split = {.send = BONNET_SEND_MAP, .cut = 1};
    bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
    bonnet_answer a;
    uint32_t wrong = 0;
    o.url = url, o.plans = &split, o.plan_count = 1, o.connect_us = UINT64_MAX;
    double start = now();
    bonnet_client *c = open_with(n, &o);
    if (!c) exit(1);
    for (uint32_t i = 0; i < PICTURES; i++)
        wrong += bonnet_client_run(&a, c, n->pixels + i * n->bytes, n->bytes, LONG) != BONNET_OK || !is_whole(&a, n, i) ||
                 a.why != BONNET_WHY_NOT_READY || a.flags != BONNET_ANSWER_FALLBACK;
    UNIT(u, !wrong && now() - start < 10, "a server that accepts and says nothing: nobody waits for it", "%u wrong, %.1f s", wrong, now() - start);
    start = now();
    bonnet_client_close(c);
    UNIT(u, now() - start < 5, "and the end does not either", "%.1f s", now() - start);
    close(s);
}

/* ---- with a server ---- */

static void together(unit *u, const net *n, const char *url)
{
    const double never[BONNET_EXITS_MAX] = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    const bonnet_client_plan ways[] = {{.send = BONNET_SEND_MAP, .cut = 2},
                                       {.send = BONNET_SEND_MAP, .cut = 3, .whole = 1, .thresholds = never},
                                       {.send = BONNET_SEND_PICTURE},
                                       {.send = BONNET_SEND_PICTURE, .whole = 1, .thresholds = never}};
    bonnet_answer a;
    bonnet_client_stats st;
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
        uint64_t ticket[8];
        uint32_t wrong = 0, upstream = 0, picture[8], out = 0, done = 0;
        o.url = url, o.plans = &ways[way], o.plan_count = 1, o.in_flight = 8, o.connect_us = 30 * SECOND;
        bonnet_client *c = open_with(n, &o);
        if (!c) exit(1);
        while (done < 200) { /* in and out, in any order */
            if (out < 8 && (!out || unit_below(u, 2))) {
                picture[out] = unit_below(u, PICTURES);
                wrong += bonnet_client_submit(&ticket[out], c, n->pixels + picture[out] * n->bytes, n->bytes, LONG) != BONNET_OK;
                out++;
                continue;
            }
            const uint32_t i = unit_below(u, out);
            wrong += bonnet_client_wait(&a, c, ticket[i]) != BONNET_OK || !is_whole(&a, n, picture[i]) || a.total_us < a.network_us;
            upstream += a.where == BONNET_WHERE_UPSTREAM && a.flags == BONNET_ANSWER_OFFLOADED && a.bytes_sent > n->bytes / 2 && a.compute_us > 0;
            ticket[i] = ticket[--out], picture[i] = picture[out], done++;
        }
        wrong += bonnet_client_stats_get(&st, c) != BONNET_OK || st.upstream != BONNET_UPSTREAM_CLOSED || st.where[BONNET_WHERE_UPSTREAM] != 200 ||
                 st.fallback || *st.line;
        UNIT(u, !wrong && upstream == 200, "eight in flight, in any order: the whole network's logits", "way %zu: %u wrong, %u upstream, %s", way,
             wrong, upstream, st.line);
        for (uint32_t i = out; i < 8; i++) wrong += bonnet_client_submit(&ticket[i], c, n->pixels, n->bytes, LONG) != BONNET_OK;
        const double start = now();
        bonnet_client_close(c); /* with all of them on their way */
        UNIT(u, !wrong && now() - start < 5, "closed with eight on their way", "%.1f s", now() - start);
    }
}

/* Who leaves at the exits leaves with the exits' own answers; the others come back from the tail. Two plans: one sends, one does not. */
static void exits(unit *u, const net *x, const char *url)
{
    double threshold[BONNET_EXITS_MAX] = {0};
    bonnet_exit first;
    bonnet_exits *here;
    bonnet_exit_result want[PICTURES];
    int32_t *logits = malloc(PICTURES * x->info.classes * sizeof *logits);
    bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
    bonnet_exits_options e = BONNET_EXITS_OPTIONS_INIT;
    bonnet_client_plan split = {.send = BONNET_SEND_MAP};
    uint32_t wrong = 0, left = 0, sent = 0;
    bonnet_answer a;
    UNIT(u, x->exits >= 1 && bonnet_exit_get(&first, x->model, 0) == BONNET_OK, "a network with exits", "%u", x->exits);
    if (!logits || !x->exits) exit(1);
    e.count = x->exits, e.thresholds = threshold;
    for (uint32_t i = 1; i <= x->exits; i++) threshold[i] = HUGE_VAL;
    /* The median confidence of the first exit is its threshold: half of them leave. */
    if (bonnet_exits_open(&here, x->model, &e) != BONNET_OK || bonnet_exits_run(want, NULL, here, x->pixels, PICTURES) != BONNET_OK) exit(1);
    bonnet_exits_close(here);
    double low = want[0].confidence, high = low;
    for (int i = 1; i < PICTURES; i++) low = fmin(low, want[i].confidence), high = fmax(high, want[i].confidence);
    threshold[0] = (low + high) / 2;
    if (bonnet_exits_open(&here, x->model, &e) != BONNET_OK || bonnet_exits_run(want, logits, here, x->pixels, PICTURES) != BONNET_OK) exit(1);
    bonnet_exits_close(here);
    split.cut = first.cut;
    o.url = url, o.plans = &split, o.plan_count = 1, o.thresholds = threshold, o.connect_us = 30 * SECOND;
    bonnet_client *c = open_with(x, &o);
    if (!c) exit(1);
    for (uint32_t i = 0; i < PICTURES; i++) {
        wrong += bonnet_client_run(&a, c, x->pixels + i * x->bytes, x->bytes, LONG) != BONNET_OK;
        wrong += memcmp(a.logits, logits + (size_t)i * a.classes, a.classes * sizeof *a.logits) != 0 || a.result.label != want[i].result.label ||
                 a.exit != want[i].exit;
        wrong += (a.where == BONNET_WHERE_EXIT) != (want[i].exit == 0) ||
                 (a.where == BONNET_WHERE_EXIT ? a.why != BONNET_WHY_SURE : a.where != BONNET_WHERE_UPSTREAM);
        left += a.where == BONNET_WHERE_EXIT, sent += a.where == BONNET_WHERE_UPSTREAM;
    }
    UNIT(u, !wrong && left && sent, "exits answer as in bonnet_exits_run(), the others' maps go out", "%u wrong, %u left, %u sent", wrong, left,
         sent);
    bonnet_client_close(c);

    char dead[64];
    const int s = hole(dead);
    close(s); /* nobody listens there any more: refused */
    o.url = dead;
    c = open_with(x, &o);
    if (!c) exit(1);
    wrong = 0;
    for (uint32_t i = 0; i < PICTURES; i++) {
        wrong += bonnet_client_run(&a, c, x->pixels + i * x->bytes, x->bytes, LONG) != BONNET_OK;
        wrong += memcmp(a.logits, logits + (size_t)i * a.classes, a.classes * sizeof *a.logits) != 0 || a.where == BONNET_WHERE_UPSTREAM ||
                 a.exit != want[i].exit;
    }
    UNIT(u, !wrong, "without the server the same answers", "%u wrong", wrong);
    threshold[0] = 1e15; /* asked, and never sure: an answer in hand */
    bonnet_client_close(c);
    c = open_with(x, &o);
    if (!c) exit(1);
    wrong = 0;
    for (uint32_t i = 0; i < PICTURES; i++)
        wrong += bonnet_client_run(&a, c, x->pixels + i * x->bytes, x->bytes, 1) != BONNET_OK || a.where != BONNET_WHERE_EXIT ||
                 !(a.flags & BONNET_ANSWER_SHORT) || !(a.flags & BONNET_ANSWER_LATE) || a.exit != 0;
    UNIT(u, !wrong, "no time for the rest: the exit's answer, short and late", "%u wrong", wrong);
    bonnet_client_close(c);
    free(logits);
}

/* A cache, a budget, a spool: what each says of options that make no sense; two rounds of pictures, several on their way, with all three; what one client leaves to the next. */
static void keeps(unit *u, const net *n, const char *url)
{
    const bonnet_client_plan split = {.send = BONNET_SEND_MAP, .cut = 2};
    uint32_t *near = calloc(n->info.classes, sizeof *near), wrong = 0;
    bonnet_client_cache cache = {.cut = 1, .tau = near, .entries = 64};
    bonnet_client_budget budget = {.bytes_per_s = -1, .burst_bytes = 1e9, .state = "budget.json"};
    bonnet_client_spool spool = {.folder = "keeps", .what = BONNET_SPOOL_PICTURE, .below = 1e300};
    bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
    bonnet_client_stats st = {0};
    bonnet_answer a;
    if (!near) exit(1);
    o.url = url, o.plans = &split, o.plan_count = 1, o.connect_us = 30 * SECOND;
    o.cache = &cache;
    refuse(u, n, o, "a cache of another cut", "none sends that of cut 1");
    cache.cut = 2, cache.audit = 2;
    refuse(u, n, o, "a share of audits above one", "share of audits");
    cache.audit = 0, o.budget = &budget;
    refuse(u, n, o, "a rate below nothing", "-1 bytes/s");
    budget.bytes_per_s = 1e6, o.spool = &spool, spool.below = -1;
    refuse(u, n, o, "a confidence below nothing", "from 0 on");
    spool.below = 1e300;
    bonnet_client *c = open_with(n, &o);
    if (!c) exit(1);
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < PICTURES; i += 3) {
            uint64_t ticket[3];
            for (uint32_t k = 0; k < 3; k++)
                wrong += bonnet_client_submit(&ticket[k], c, n->pixels + (i + k) * n->bytes, n->bytes, LONG) != BONNET_OK;
            for (uint32_t k = 3; k-- > 0;)
                wrong += bonnet_client_wait(&a, c, ticket[k]) != BONNET_OK || !is_whole(&a, n, i + k) ||
                         a.where != (round ? BONNET_WHERE_CACHE : BONNET_WHERE_UPSTREAM) || a.why != (round ? BONNET_WHY_CACHED : BONNET_WHY_NONE);
        }
    UNIT(u, !wrong, "the second time by the cache, bit for bit", "%u wrong", wrong);
    bonnet_client_close(c); /* writes what the spool has */
    bonnet_spool_list l = {0};
    const int listed = bonnet_spool_list_get(&l, "keeps", NULL, 0) == BONNET_OK && l.count == 2 * PICTURES;
    UNIT(u, listed, "every one of them was less sure than that, and is on the disk", "%zu", l.count);
    bonnet_spool_list_free(&l);
    budget.bytes_per_s = 0, o.cache = NULL;
    if (!(c = open_with(n, &o)) || bonnet_client_stats_get(&st, c) != BONNET_OK) exit(1);
    const double left = st.budget_bytes;
    wrong = bonnet_client_run(&a, c, n->pixels, n->bytes, LONG) != BONNET_OK || a.where != BONNET_WHERE_UPSTREAM ||
            bonnet_client_stats_get(&st, c) != BONNET_OK;
    UNIT(u, !wrong && left < 1e9 && left > 1e9 - PICTURES * 20000.0 && fabs(left - st.budget_bytes - (double)a.bytes_sent) < 1,
         "the next client has what this one left", "%.0f, %.0f sent", left, (double)a.bytes_sent);
    o.budget = NULL;
    bonnet_client *second = NULL;
    char line[256] = "";
    o.message = line, o.message_bytes = sizeof line;
    UNIT(u, bonnet_client_open(&second, n->dev, n->model, &o) == BONNET_EIO && strstr(line, "another process"), "a spool has one client", "%s", line);
    bonnet_client_close(c);
    free(near);
}

static void sleep_to(double at)
{
    const double left = at - now();
    if (left > 0) usleep((useconds_t)(1e6 * left));
}

/* The server stops in the midst of it, and the program comes back for its first picture when the deadline has passed: the next picture's submit has finished it. */
static void rescued(unit *u, const net *n, const char *url, pid_t server)
{
    const bonnet_client_plan split = {.send = BONNET_SEND_MAP, .cut = 1};
    bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
    bonnet_answer a, b;
    uint64_t first, second;
    o.url = url, o.plans = &split, o.plan_count = 1, o.connect_us = 30 * SECOND, o.margin_us = 1600000;
    bonnet_client *c = open_with(n, &o);
    if (!c || bonnet_client_run(&a, c, n->pixels, n->bytes, LONG) != BONNET_OK) exit(1);
    UNIT(u, a.where == BONNET_WHERE_UPSTREAM, "before it stops", "%s", bonnet_why_name(a.why));
    kill(server, SIGSTOP);
    const double start = now();
    int wrong = bonnet_client_submit(&first, c, n->pixels, n->bytes, 2 * SECOND) != BONNET_OK;
    sleep_to(start + 0.5); /* the moment to turn back was at 0.4 s */
    wrong += bonnet_client_submit(&second, c, n->pixels + n->bytes, n->bytes, LONG) != BONNET_OK;
    sleep_to(start + 2.1);
    wrong += bonnet_client_wait(&a, c, first) != BONNET_OK || !is_whole(&a, n, 0) || a.where != BONNET_WHERE_END || a.why != BONNET_WHY_TIMEOUT;
    UNIT(u, !wrong && !(a.flags & BONNET_ANSWER_LATE) && a.total_us >= 400000, "submit finishes what would run out of time",
         "%d wrong, %s, flags %u, %llu us", wrong, bonnet_why_name(a.why), a.flags, (unsigned long long)a.total_us);
    kill(server, SIGCONT);
    UNIT(u, bonnet_client_wait(&b, c, second) == BONNET_OK && is_whole(&b, n, 1) && b.where == BONNET_WHERE_UPSTREAM,
         "and the server's going on answers the other", "%s", bonnet_why_name(b.why));
    bonnet_client_close(c);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "client", 1, 1);
    if (argc < 5) return fprintf(stderr, "usage: client_test NET.bonnet NET_WITH_EXITS.bonnet URL PID [--seed N]\n"), 2;
    net n = load(&u, argv[1]), x = load(&u, argv[2]);
    options(&u, &n, &x);
    alone(&u, &n);
    silence(&u, &n);
    together(&u, &n, argv[3]);
    exits(&u, &x, argv[3]);
    keeps(&u, &n, argv[3]);
    rescued(&u, &n, argv[3], (pid_t)atoi(argv[4]));
    unload(&n);
    unload(&x);
    return unit_end(&u);
}
