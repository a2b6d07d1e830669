/* SPDX-License-Identifier: Apache-2.0
 *
 * toggles PREFIX FROM UNTIL < wave.vcd - how often every cell's output and clock pin of a simulated netlist changed between 0 and 1.
 *
 * PREFIX is the scope of the netlist ("tb.dut."), FROM and UNTIL times of the wave (its own unit), FROM included, UNTIL not. A line each:
 *     <instance> <changes of outputs> <changes of the clock pin>
 * with dots between levels; a cell whose pins never moved is listed with 0. Outputs are the pins Y, Q, YC, YS of osu018, their changes added
 * up; the clock pin is CLK. x and z are not counted. Exits 1 with a line on stderr when the wave is not one, holds no such pin, or ends early. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pin {
    char *instance;
    uint32_t net;
    bool clock;
};

struct wave {
    struct pin *pins;
    size_t n_pins, room;
    uint64_t *changes; /* by net */
    char *level;       /* by net: 0, 1, anything else: unknown */
    size_t n_nets;
};

static void die(const char *what)
{
    fprintf(stderr, "toggles: %s\n", what);
    exit(1);
}

static void *grow(void *p, size_t bytes)
{
    p = realloc(p, bytes);
    if (!p) die("out of memory");
    return p;
}

/* A VCD identifier is a number in base 94. */
static size_t net_of(const char *id)
{
    size_t n = 0, power = 1;

    for (size_t i = 0; id[i]; i++, power *= 94) {
        if (id[i] < '!' || id[i] > '~' || i == 4) die("an identifier of the wave is none");
        n += (size_t)(id[i] - '!' + (i > 0)) * power;
    }
    return n;
}

static void need_net(struct wave *w, size_t net)
{
    if (net < w->n_nets) return;
    size_t n = net + net / 2 + 1024;
    w->changes = grow(w->changes, n * sizeof *w->changes);
    w->level = grow(w->level, n);
    memset(w->changes + w->n_nets, 0, (n - w->n_nets) * sizeof *w->changes);
    memset(w->level + w->n_nets, 'x', n - w->n_nets);
    w->n_nets = n;
}

static void add_pin(struct wave *w, const char *instance, const char *pin, size_t net)
{
    if (w->n_pins == w->room) {
        w->room = w->room * 2 + 1024;
        w->pins = grow(w->pins, w->room * sizeof *w->pins);
    }
    struct pin *p = &w->pins[w->n_pins++];
    p->instance = strdup(instance);
    if (!p->instance) die("out of memory");
    p->net = (uint32_t)net;
    p->clock = !strcmp(pin, "CLK");
}

static bool is_pin(const char *name)
{
    static const char *const pins[] = {"Y", "Q", "YC", "YS", "CLK"};

    for (size_t i = 0; i < sizeof pins / sizeof *pins; i++)
        if (!strcmp(name, pins[i])) return true;
    return false;
}

static void read_header(struct wave *w, const char *prefix)
{
    static char line[65536], scope[65536];
    size_t depth = 0, ends[256];

    while (fgets(line, sizeof line, stdin)) {
        char kind[32], name[8192], id[16];
        int bits;
        if (sscanf(line, " $scope %31s %8191s", kind, name) == 2) {
            size_t at = strlen(scope);
            if (depth == 256 || at + strlen(name) + 2 > sizeof scope) die("scopes too deep");
            ends[depth++] = at;
            sprintf(scope + at, "%s.", name);
        } else if (!strncmp(line, "$upscope", 8)) {
            if (depth == 0) die("a scope ends that never began");
            scope[ends[--depth]] = 0;
        } else if (sscanf(line, " $var %31s %d %15s %8191s", kind, &bits, id, name) == 4) {
            size_t net = net_of(id);
            need_net(w, net);
            if (bits == 1 && is_pin(name) && !strncmp(scope, prefix, strlen(prefix)) && strlen(scope) > strlen(prefix)) {
                size_t end = strlen(scope) - 1;
                scope[end] = 0;
                add_pin(w, scope + strlen(prefix), name, net);
                scope[end] = '.';
            }
        } else if (!strncmp(line, "$enddefinitions", 15)) {
            if (w->n_pins == 0) die("the wave has no pins of cells below the prefix");
            return;
        }
    }
    die("not a wave: no $enddefinitions");
}

static void read_changes(struct wave *w, uint64_t from, uint64_t until)
{
    static char line[65536];
    uint64_t now = 0;

    while (fgets(line, sizeof line, stdin)) {
        if (line[0] == '#') {
            now = strtoull(line + 1, NULL, 10);
            if (now >= until) { /* the rest is read, so that the simulation comes to its own end */
                while (fgets(line, sizeof line, stdin)) {}
                return;
            }
        } else if (line[0] == '0' || line[0] == '1' || line[0] == 'x' || line[0] == 'z') {
            line[strcspn(line, "\r\n")] = 0;
            size_t net = net_of(line + 1);
            need_net(w, net);
            char was = w->level[net];
            w->level[net] = line[0];
            if (now >= from && ((was == '0' && line[0] == '1') || (was == '1' && line[0] == '0'))) w->changes[net]++;
        }
    }
    die("the wave ends before UNTIL");
}

static int by_instance(const void *a, const void *b) { return strcmp(((const struct pin *)a)->instance, ((const struct pin *)b)->instance); }

int main(int argc, char **argv)
{
    struct wave w = {0};

    if (argc != 4) die("usage: toggles PREFIX FROM UNTIL < wave.vcd");
    read_header(&w, argv[1]);
    read_changes(&w, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    qsort(w.pins, w.n_pins, sizeof *w.pins, by_instance);
    for (size_t i = 0; i < w.n_pins;) {
        uint64_t out = 0, clock = 0;
        const char *instance = w.pins[i].instance;
        for (; i < w.n_pins && !strcmp(w.pins[i].instance, instance); i++) *(w.pins[i].clock ? &clock : &out) += w.changes[w.pins[i].net];
        printf("%s %llu %llu\n", instance, (unsigned long long)out, (unsigned long long)clock);
    }
    for (size_t i = 0; i < w.n_pins; i++) free(w.pins[i].instance); /* instance stays valid while lines are printed above */
    free(w.pins), free(w.changes), free(w.level);
    return 0;
}
