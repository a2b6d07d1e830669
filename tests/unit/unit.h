/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unit.h - a test program in plain C: one line per case, exit 0 passed, 1 failed, 77 skipped.
 *
 *     int main(int argc, char **argv)
 *     {
 *         unit u = unit_start(argc, argv, "fold", 1, 200);     // name, default seed, default cases
 *         UNIT(&u, 1 + 1 == 2, "sums", "got %d", 1 + 1);
 *         return unit_end(&u);
 *     }
 *
 * --seed N and --cases N on the command line; a failure prints the line that repeats it.
 */
#ifndef BONNET_UNIT_H
#define BONNET_UNIT_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct unit {
    const char *program, *name;
    uint64_t seed, state;
    uint32_t cases, passed, failed;
} unit;

static inline unit unit_start(int argc, char **argv, const char *name, uint64_t seed, uint32_t cases)
{
    unit u = {.program = argv[0], .name = name, .seed = seed, .cases = cases};
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0) u.seed = strtoull(argv[i + 1], NULL, 0);
        if (strcmp(argv[i], "--cases") == 0) u.cases = (uint32_t)strtoul(argv[i + 1], NULL, 0);
    }
    u.state = u.seed;
    return u;
}

static inline uint64_t unit_random(unit *u) /* splitmix64 */
{
    uint64_t z = u->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint32_t unit_below(unit *u, uint32_t n) { return (uint32_t)(unit_random(u) % n); }
static inline double unit_real(unit *u) { return (double)(unit_random(u) >> 11) / 9007199254740992.0; } /* 0..1 */

#define UNIT(u, holds, label, ...)                                                                                                                   \
    do {                                                                                                                                             \
        if (holds) {                                                                                                                                 \
            (u)->passed++;                                                                                                                           \
            printf("ok    %s: %s\n", (u)->name, (label));                                                                                            \
        } else {                                                                                                                                     \
            (u)->failed++;                                                                                                                           \
            printf("FAIL  %s: %s: ", (u)->name, (label));                                                                                            \
            printf(__VA_ARGS__);                                                                                                                     \
            printf("\n      replay: %s --seed %llu --cases %u\n", (u)->program, (unsigned long long)(u)->seed, (u)->cases);                          \
        }                                                                                                                                            \
    } while (0)

static inline int unit_end(const unit *u)
{
    printf("%s: %u passed, %u failed, seed %llu\n", u->name, u->passed, u->failed, (unsigned long long)u->seed);
    return u->failed ? 1 : 0;
}
#endif
