/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - a bar for people: stderr, only on a terminal, rate-limited, and gone when done. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "cli.h"

static bool shown;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void cli_progress(const char *what, size_t done, size_t total)
{
    static double last;
    enum { WIDTH = 40 };
    if (!isatty(STDERR_FILENO) || !total) return;
    double t = now();
    if (done < total && t - last < 0.1) return;
    last = t;
    char bar[WIDTH + 1];
    for (size_t i = 0; i < WIDTH; i++) bar[i] = i < done * WIDTH / total ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %zu/%zu", what, bar, done, total);
    fflush(stderr);
    shown = true;
}

void cli_progress_end(void)
{
    if (!shown) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    shown = false;
}
