/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - many requests of every kind to `bonnet serve`, on connections that are kept, each as fast as the replies come.
 *
 *   build/tests/load URL MODEL.bonnet... [--requests N] [--connections N] [--kinds whole,many,tail,json,error,deadline,get,cut-off] [--seed N]
 *                    [--pid PID --grow KIB] [--ca FILE] [--cert FILE --key FILE] [--brief]
 *
 * Every reply is compared with golden's. A request without a reply is lost, unless it was cut off on purpose. With --pid, that server's memory, threads and
 * descriptors are looked at ten times a second: from the first tenth of the requests on it may grow by --grow KiB, not more. Exit 0: nothing lost, nothing
 * wrong, no connection that closed unasked, no growth; 1: something of that; 2: cannot start.
 */
#include <curl/curl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "load.h"

enum { THREADS = 64 };
static struct {
    load_how how;
    const char *paths[LOAD_MODELS];
    uint64_t requests, seed;
    uint32_t models, connections;
    int pid;
    long grow;
    bool brief;
} o = {.requests = 1000, .connections = 8, .how.kinds = (1u << LOAD_KINDS) - 1, .seed = 1, .grow = 1024};
static atomic_ullong done;
static atomic_uint working;

typedef struct job {
    pthread_t thread;
    load_client *client;
    uint64_t requests;
} job;

static void *work(void *of)
{
    job *j = of;
    load_client_work(j->client, j->requests, &done);
    atomic_fetch_sub(&working, 1);
    return NULL;
}

/* Looks at the server until all is done. Growth from the first tenth to the most seen later, in KiB. */
static long watched(double start)
{
    load_held h = {0};
    long warm = 0, most = 0;
    uint64_t said = 0;
    while (atomic_load(&working)) {
        usleep(100000);
        const uint64_t n = atomic_load(&done);
        if (o.pid) h = load_look(o.pid);
        if (!warm && n >= o.requests / 10) warm = most = h.rss_kib;
        if (h.rss_kib > most) most = h.rss_kib;
        if (o.brief || 10 * n / o.requests <= said) continue;
        said = 10 * n / o.requests;
        printf("%10llu requests %8.1f s   %6ld KiB, %ld threads, %ld descriptors\n", (unsigned long long)n, load_now() - start, h.rss_kib, h.threads,
               h.fds);
        fflush(stdout);
    }
    return warm ? most - warm : 0;
}

/* As it is when the connections' ends have been noticed. */
static load_held rested(const load_held *first)
{
    load_held h = load_look(o.pid);
    for (int i = 0; i < 30 && (h.fds > first->fds || h.threads > first->threads); i++) {
        usleep(100000);
        h = load_look(o.pid);
    }
    return h;
}

/* Microseconds below which this part of the requests of a kind were. */
static double quantile(const load_counts *c, int kind, double part)
{
    uint64_t sum = 0, at = 0;
    int b = 0;
    for (int i = 0; i < LOAD_BUCKETS; i++) sum += c->time[kind][i];
    for (b = 0; b < LOAD_BUCKETS - 1; b++)
        if ((double)(at += c->time[kind][b]) >= part * (double)sum) break;
    return sum ? pow(1.01, b + 0.5) : 0;
}

static bool report(const load_counts *c, double seconds)
{
    const uint64_t answered = c->right + c->refused;
    for (int k = 0; k < LOAD_KINDS; k++)
        if (c->kind[k] && k != LOAD_CUT)
            printf("%-9s %9llu   p50 %7.0f us   p99 %7.0f us\n", load_kind_name[k], (unsigned long long)c->kind[k], quantile(c, k, 0.5),
                   quantile(c, k, 0.99));
    printf("%llu answered (%llu refused in time), %llu cut off on purpose, %llu lost, %llu wrong; %llu connections; %.1f s, %.0f requests/s\n",
           (unsigned long long)answered, (unsigned long long)c->refused, (unsigned long long)c->cut, (unsigned long long)c->lost,
           (unsigned long long)c->wrong, (unsigned long long)c->opened, seconds, (double)o.requests / seconds);
    if (c->opened > o.connections + c->may_open)
        printf("%llu connections were closed, and nobody had said so\n", (unsigned long long)(c->opened - o.connections - c->may_open));
    return !c->lost && !c->wrong && c->opened <= o.connections + c->may_open;
}

static bool held(const load_held *first, const load_held *last, long grew)
{
    printf("the server: %ld KiB at the start, %ld at the end, grew by %ld after the first tenth (allowed: %ld); threads %ld, %ld; descriptors %ld, "
           "%ld\n",
           first->rss_kib, last->rss_kib, grew, o.grow, first->threads, last->threads, first->fds, last->fds);
    return last->rss_kib && grew <= o.grow && last->threads <= first->threads && last->fds <= first->fds;
}

static bool kinds_of(const char *text)
{
    o.how.kinds = 0;
    for (size_t n = strcspn(text, ","); *text; text += n + (text[n] == ','), n = strcspn(text, ",")) {
        int k = 0;
        while (k < LOAD_KINDS && (strlen(load_kind_name[k]) != n || strncmp(text, load_kind_name[k], n) != 0)) k++;
        if (k == LOAD_KINDS) return false;
        o.how.kinds |= 1u << k;
    }
    return o.how.kinds != 0;
}

static bool option(const char *a, const char *v)
{
    if (!strcmp(a, "--kinds")) return kinds_of(v);
    if (!strcmp(a, "--requests")) return (o.requests = strtoull(v, NULL, 10)) > 0;
    if (!strcmp(a, "--connections")) return (o.connections = (uint32_t)atoi(v)) >= 1 && o.connections <= THREADS;
    if (!strcmp(a, "--seed")) return o.seed = strtoull(v, NULL, 10), true;
    if (!strcmp(a, "--pid")) return (o.pid = atoi(v)) > 0;
    if (!strcmp(a, "--grow")) return o.grow = atol(v), true;
    if (!strcmp(a, "--ca")) return o.how.ca = v, true;
    if (!strcmp(a, "--cert")) return o.how.cert = v, true;
    if (!strcmp(a, "--key")) return o.how.key = v, true;
    return false;
}

static bool options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (!strcmp(a, "--brief")) o.brief = true;
        else if (!strncmp(a, "--", 2)) {
            if (i + 1 == argc || !option(a, argv[++i])) return false;
        } else if (!o.how.url) o.how.url = a;
        else if (o.models < LOAD_MODELS) o.paths[o.models++] = a;
    }
    return o.models > 0;
}

int main(int argc, char **argv)
{
    static load_set set;
    static load_counts sum;
    static job jobs[THREADS];
    if (!options(argc, argv))
        return fprintf(stderr, "usage: load URL MODEL.bonnet... [--requests N] [--connections 1..64] ... (tests/net/load.c)\n"), 2;
    const char *why = load_set_open(&set, o.paths, o.models, o.seed);
    if (!why && curl_global_init(CURL_GLOBAL_ALL)) why = "no libcurl";
    o.how.set = &set;
    for (uint32_t i = 0; !why && i < o.connections; i++) {
        jobs[i] = (job){.client = load_client_open(&o.how, o.seed * 1000003 + i),
                        .requests = o.requests / o.connections + (i < o.requests % o.connections)};
        if (!jobs[i].client) why = "out of memory";
    }
    if (why) return fprintf(stderr, "load: %s\n", why), 2;
    const double start = load_now();
    const load_held first = load_look(o.pid);
    atomic_store(&working, o.connections);
    for (uint32_t i = 0; i < o.connections; i++)
        if (pthread_create(&jobs[i].thread, NULL, work, &jobs[i])) return fprintf(stderr, "load: no thread\n"), 2;
    const long grew = watched(start);
    const double seconds = load_now() - start;
    for (uint32_t i = 0; i < o.connections; i++) {
        pthread_join(jobs[i].thread, NULL);
        const uint64_t *from = (const uint64_t *)load_client_counts(jobs[i].client);
        for (size_t n = 0; n < sizeof sum / sizeof *from; n++) ((uint64_t *)&sum)[n] += from[n];
        load_client_close(jobs[i].client);
    }
    curl_global_cleanup();
    load_set_close(&set);
    const bool right = report(&sum, seconds);
    const load_held last = rested(&first);
    return !(o.pid ? held(&first, &last, grew) && right : right);
}
