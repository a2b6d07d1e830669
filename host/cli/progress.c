/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - a line for people: stderr, only on a terminal, rate-limited, and gone when done. */
#include <stdio.h>
#include <unistd.h>
#include "cli.h"

enum { WIDTH = 30 };

/* The loop around the calls, if there is one, and the call that runs. */
static struct {
    bool shown;
    const char *what;
    size_t done, total;
    double last, began; /* seconds: last line, start of the running call */
    uint64_t cycles;    /* of the running call, last seen */
    double share;       /* of it, when it began to be watched */
} state;

static void line_begin(void)
{
    fputs("\r\033[K", stderr);
    if (state.total) fprintf(stderr, "%s %zu/%zu ", state.what, state.done, state.total);
    state.shown = true;
}

static void draw_bar(double share)
{
    char bar[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++) bar[i] = i < share * WIDTH ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "[%s]", bar);
}

void cli_progress(const char *what, size_t done, size_t total)
{
    if (!isatty(STDERR_FILENO) || !total) return;
    double t = cli_seconds();
    state.what = what, state.done = done, state.total = total;
    state.began = 0, state.cycles = 0; /* the next call is a new one */
    if (done < total && t - state.last < 0.1) return;
    state.last = t;
    line_begin();
    draw_bar((double)done / (double)total);
    fflush(stderr);
}

static void watch(void *user, const bonnet_progress *p)
{
    (void)user;
    double t = cli_seconds();
    if (p->cycles < state.cycles || state.began <= 0) state.began = t, state.share = p->share, state.cycles = 0; /* another call than last time */
    uint64_t since = p->cycles - state.cycles;
    double seconds = t - state.last;
    if (state.cycles && seconds < 0.1) return;
    line_begin();
    draw_bar(p->share);
    fprintf(stderr, " %s", p->layer);
    if (p->frames > 1) fprintf(stderr, ", frame %u of %u", p->frames_done + 1 < p->frames ? p->frames_done + 1 : p->frames, p->frames);
    fprintf(stderr, ", %llu cycles", (unsigned long long)p->cycles);
    if (state.cycles && seconds > 0) fprintf(stderr, ", %.0f cycles/s", (double)since / seconds);
    if (p->share > state.share) fprintf(stderr, ", %.0f s left", (t - state.began) * (1 - p->share) / (p->share - state.share));
    fflush(stderr);
    state.cycles = p->cycles;
    state.last = t;
}

bonnet_progress_function *cli_progress_watcher(void) { return isatty(STDERR_FILENO) ? watch : NULL; }

void cli_progress_end(void)
{
    state.total = 0;
    state.cycles = 0;
    state.began = 0;
    if (!state.shown) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    state.shown = false;
}
