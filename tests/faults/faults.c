/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.c - build/tests/faults/NAME [--seed N] [--cases N] [--threads N] [--case N] [--faults LINE] [--without KINDS]: see faults.h.
 *
 * --case N runs that case alone, --faults 'fault=KIND@N,...' with these faults instead of random ones, --without stale leaves
 * out those whose name begins so. Exit 0: every call of every case ended
 * with an error code and one line, or with golden's answer, within its time. Built with ASan, UBSan and LSan, with TSan, and plain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "deadline.h"
#include "faults.h"

enum { CASE_SECONDS = 60 }; /* far more than a case takes under a sanitizer on a busy machine; a hang lasts for ever */

static void *work(void *self)
{
    worker *w = self;
    subject s = {.net = NULL};
    uint64_t made = UINT64_MAX;
    for (uint64_t i = w->first; i < w->first + w->cases && !w->bad; i++) {
        if (i / NET_CASES % w->threads != w->index && !w->only) continue;
        __atomic_store_n(&w->since_us, (uint64_t)bonnet_now_us(), __ATOMIC_RELAXED);
        __atomic_store_n(&w->now, i + 1, __ATOMIC_RELAXED);
        if (made != i / NET_CASES) {
            subject_free(&s);
            made = i / NET_CASES;
            if (!subject_make(&s, w->seed + 1000003 * made)) {
                fprintf(stderr, "faults: no network from seed %llu\n", (unsigned long long)w->seed);
                w->bad = 1;
                break;
            }
        }
        if (!case_run(w, &s, i)) {
            fprintf(stderr, "replay: build/tests/faults/asan --seed %llu --case %llu\n", (unsigned long long)w->seed, (unsigned long long)i);
            w->bad = 1;
        }
        __atomic_store_n(&w->now, 0, __ATOMIC_RELAXED);
    }
    subject_free(&s);
    return NULL;
}

typedef struct watch {
    worker *workers;
    uint32_t n;
    int over; /* atomic */
} watch;

/* A case that hangs ends the program, with its line. */
static void *watchdog(void *self)
{
    watch *d = self;
    while (!__atomic_load_n(&d->over, __ATOMIC_RELAXED)) {
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        for (uint32_t i = 0; i < d->n; i++) {
            worker *w = &d->workers[i];
            const uint64_t now = __atomic_load_n(&w->now, __ATOMIC_RELAXED), since = __atomic_load_n(&w->since_us, __ATOMIC_RELAXED);
            if (!now || (uint64_t)bonnet_now_us() < since + UINT64_C(1000000) * CASE_SECONDS) continue;
            fprintf(stderr, "faults: case %llu hangs\nreplay: build/tests/faults/asan --seed %llu --case %llu\n", (unsigned long long)(now - 1),
                    (unsigned long long)w->seed, (unsigned long long)(now - 1));
            _exit(1);
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, cases = 1000, first = 0;
    uint32_t threads = 1;
    const char *line = NULL, *without = NULL;
    int only = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--cases")) cases = strtoull(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--threads")) threads = (uint32_t)strtoul(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--case")) first = strtoull(argv[i + 1], NULL, 0), cases = 1, only = 1;
        else if (!strcmp(argv[i], "--faults")) line = argv[i + 1];
        else if (!strcmp(argv[i], "--without")) without = argv[i + 1];
        else return fprintf(stderr, "usage: faults [--seed N] [--cases N] [--threads N] [--case N] [--faults LINE] [--without KINDS]\n"), 2;
    }
    if (threads < 1 || threads > MAX_THREADS || only) threads = 1;
    static worker workers[MAX_THREADS];
    watch dog = {.workers = workers, .n = threads};
    pthread_t dog_thread;
    table sum = {.cases = 0};
    for (uint32_t i = 0; i < threads; i++)
        workers[i] =
            (worker){.index = i, .threads = threads, .seed = seed, .cases = cases, .first = first, .only = only, .faults = line, .without = without};
    int bad = pthread_create(&dog_thread, NULL, watchdog, &dog) != 0;
    if (bad) return fprintf(stderr, "faults: no thread\n"), 1;
    uint32_t started = 0;
    while (started < threads && !pthread_create(&workers[started].thread, NULL, work, &workers[started])) started++;
    bad = started < threads;
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        table_add(&sum, &workers[i].table);
        bad |= workers[i].bad;
    }
    __atomic_store_n(&dog.over, 1, __ATOMIC_RELAXED);
    pthread_join(dog_thread, NULL);
    if (bad) return 1;
    table_print(&sum);
    printf("faults: passed, seed %llu, %u threads\n", (unsigned long long)seed, threads);
    return only || line || without || table_covers(&sum) ? 0 : 1;
}
