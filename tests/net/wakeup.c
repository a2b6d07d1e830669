/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wakeup.c - how late a process wakes up on this machine, while something else is measured: sleeps a millisecond at a time until SIGTERM or SIGINT, then prints how much
 * too long it slept: {"sleeps":N,"p99_ms":X,"worst_ms":X,"stalled":S}; S: the share
 * of the time that was such lateness of 10 ms and more. What is late by no more than that, and no more often, says nothing about a program.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { BUCKETS = 10000, BUCKET_US = 100 };
static volatile sig_atomic_t stop;
static void stopped(int signal) { stop = signal; }

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int main(void)
{
    static uint64_t count[BUCKETS];
    uint64_t all = 0, seen = 0;
    int64_t worst = 0, stalled = 0;
    const int64_t began = now_us();
    size_t p99 = 0;
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = stopped}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = stopped}, NULL);
    while (!stop) {
        const int64_t start = now_us();
        nanosleep(&(struct timespec){0, 1000000}, NULL);
        const int64_t late = now_us() - start - 1000;
        if (late > worst) worst = late;
        if (late >= 10000) stalled += late;
        count[late < 0 ? 0 : late / BUCKET_US < BUCKETS ? late / BUCKET_US : BUCKETS - 1]++;
        all++;
    }
    while (p99 < BUCKETS - 1 && (seen += count[p99]) * 100 < all * 99) p99++;
    printf("{\"sleeps\":%llu,\"p99_ms\":%.1f,\"worst_ms\":%.3f,\"stalled\":%.6f}\n", (unsigned long long)all, (double)(p99 + 1) * BUCKET_US / 1000,
           (double)worst / 1000, (double)stalled / (double)(now_us() - began));
    return 0;
}
