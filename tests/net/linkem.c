/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linkem.c - a slow, long, lossy, changing link between two network namespaces, where the kernel has no netem: two TUN devices and one process.
 *
 *   build/tests/linkem NS_A DEVICE_A NS_B DEVICE_B [--seed N] [--control FIFO] [--a "rate=1M delay=20 ..."] [--b "..."]
 *
 * NS: a file such as /run/netns/NAME. a: the way from A to B; words as in linkem.h. Packets keep their order. The same seed loses the same packets, counted from
 * the first. Lines from the FIFO, while it runs: "a WORDS", "b WORDS", "both WORDS" ("loss=100" is a black hole), "quit". Prints "up" when both devices are there (without
 * addresses, down: the caller's), a line for each command, and at the end (quit, SIGTERM, SIGINT) a line of JSON for each way. Exit 0; 2: cannot start.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "linkem.h"

enum { A, B, CONTROL, SIGNAL, TIMER, FDS, BURST = 64, LINE = 1024 }; /* BURST: packets between two looks at the clock */

static struct {
    int fd[FDS];
    way way[2];      /* from A, from B */
    char line[LINE]; /* of the FIFO, so far */
    size_t have;
    bool quit;
} l = {.fd = {-1, -1, -1, -1, -1}};

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A TUN device of that name in that namespace; the descriptor works from any. */
static int tun(const char *space, const char *name)
{
    struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    const int ns = open(space, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET)) return fprintf(stderr, "linkem: %s: %s\n", space, strerror(errno)), -1;
    close(ns);
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    strncpy(r.ifr_name, name, IFNAMSIZ - 1);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &r)) return fprintf(stderr, "linkem: /dev/net/tun, %s in %s: %s\n", name, space, strerror(errno)), -1;
    return fd;
}

/* "a rate=1M": done, or said what is wrong with it. */
static bool command(char *line)
{
    char *words = line + strcspn(line, " \t\n"), which[16] = "", said[LINE];
    const char *bad = line;
    snprintf(said, sizeof said, "%s", line);
    if (words - line < (ptrdiff_t)sizeof which) memcpy(which, line, (size_t)(words - line));
    const bool a = !strcmp(which, "a") || !strcmp(which, "both"), b = !strcmp(which, "b") || !strcmp(which, "both");
    if (!strcmp(which, "quit")) l.quit = true;
    char again[LINE];
    snprintf(again, sizeof again, "%s", words);
    const bool good = l.quit || ((a || b) && (!a || way_set(&l.way[A], words, now(), &bad)) && (!b || way_set(&l.way[B], again, now(), &bad)));
    if (good) printf("%s\n", said);
    else printf("not understood: %s\n", bad);
    fflush(stdout);
    return good;
}

static void controlled(void)
{
    const ssize_t n = read(l.fd[CONTROL], l.line + l.have, sizeof l.line - 1 - l.have);
    if (n > 0) l.have += (size_t)n;
    l.line[l.have] = '\0';
    for (char *end; (end = strchr(l.line, '\n')) != NULL;) {
        *end = '\0';
        if (*l.line) command(l.line);
        l.have -= (size_t)(end + 1 - l.line);
        memmove(l.line, end + 1, l.have + 1);
    }
    if (l.have == sizeof l.line - 1) l.have = 0; /* a line without an end */
}

static void taken(int from)
{
    uint8_t data[WAY_PACKET];
    for (int i = 0; i < BURST; i++) {
        const ssize_t n = read(l.fd[from], data, sizeof data);
        if (n <= 0) break;
        way_take(&l.way[from], data, (uint32_t)n, now());
    }
}

/* What is due goes on. Returns when to look again. */
static int64_t passed_on(int from, int64_t at)
{
    const way_packet *p;
    while ((p = way_due(&l.way[from], at)) != NULL) {
        const ssize_t n = write(l.fd[1 - from], p->data, p->bytes);
        if (n < 0 && errno == EAGAIN) return at + 1000000; /* the far end's own queue is full */
        way_sent(&l.way[from], n == (ssize_t)p->bytes);
    }
    return way_next(&l.way[from], at);
}

static void run(int poll)
{
    struct epoll_event events[FDS];
    while (!l.quit) {
        const int64_t at = now(), a = passed_on(A, at), b = passed_on(B, at), next = a < b ? a : b;
        struct itimerspec t = {.it_value = {next / 1000000000, next % 1000000000}};
        if (next == WAY_NEVER) t = (struct itimerspec){0};
        timerfd_settime(l.fd[TIMER], TFD_TIMER_ABSTIME, &t, NULL);
        const int n = epoll_wait(poll, events, FDS, -1);
        for (int i = 0; i < n; i++) {
            const int which = events[i].data.fd;
            uint64_t times;
            if (which == A || which == B) taken(which);
            else if (which == CONTROL) controlled();
            else if (which == SIGNAL) l.quit = true;
            else if (read(l.fd[TIMER], &times, sizeof times) < 0) continue;
        }
    }
}

static void report(const char *name, const way *w)
{
    printf("{\"way\":\"%s\",\"in\":%llu,\"out\":%llu,\"lost\":%llu,\"queue_full\":%llu,\"refused\":%llu,\"bytes\":%llu}\n", name,
           (unsigned long long)w->in, (unsigned long long)w->out, (unsigned long long)w->lost, (unsigned long long)w->full,
           (unsigned long long)w->refused, (unsigned long long)w->bytes);
}

static int watched(void)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    l.fd[SIGNAL] = signalfd(-1, &stop, SFD_CLOEXEC);
    l.fd[TIMER] = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < FDS; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.fd = i};
        if (l.fd[i] >= 0 && epoll_ctl(poll, EPOLL_CTL_ADD, l.fd[i], &e)) return -1;
    }
    return poll;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1;
    if (argc < 5 || argc % 2 == 0)
        return fprintf(stderr, "usage: linkem NS_A DEVICE_A NS_B DEVICE_B [--seed N] [--control FIFO] [--a WORDS] [--b WORDS]\n"), 2;
    for (int i = 5; i < argc; i += 2)
        if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], NULL, 10);
    if (!way_open(&l.way[A], seed) || !way_open(&l.way[B], ~seed)) return fprintf(stderr, "linkem: out of memory\n"), 2;
    for (int i = 5; i < argc; i += 2) {
        char words[LINE];
        snprintf(words, sizeof words, "%s %s", argv[i] + 2, argv[i + 1]);
        if (!strcmp(argv[i], "--control")) l.fd[CONTROL] = open(argv[i + 1], O_RDWR | O_NONBLOCK | O_CLOEXEC);
        else if (strcmp(argv[i], "--seed") != 0 && (strncmp(argv[i], "--", 2) != 0 || !command(words))) return 2;
        if (!strcmp(argv[i], "--control") && l.fd[CONTROL] < 0) return fprintf(stderr, "linkem: %s: %s\n", argv[i + 1], strerror(errno)), 2;
    }
    l.fd[A] = tun(argv[1], argv[2]);
    l.fd[B] = l.fd[A] < 0 ? -1 : tun(argv[3], argv[4]);
    const int poll = l.fd[B] < 0 ? -1 : watched();
    if (poll < 0) return 2;
    printf("up\n");
    fflush(stdout);
    run(poll);
    report("a", &l.way[A]);
    report("b", &l.way[B]);
    way_close(&l.way[A]);
    way_close(&l.way[B]);
    return 0;
}
