/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - /dev and /sys of a board as files in a temporary folder. */
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "board/board.h"
#include "stand_in.h"

/* A library that is loaded before a program has no other place for what it knows. */
static si_knobs knobs = {.size = 32 << 20, .dma = "udmabuf-bonnet"};
static char root[SI_PATH - 256];
static pid_t owner;
static pthread_once_t once_knobs = PTHREAD_ONCE_INIT, once_tree = PTHREAD_ONCE_INIT;

static const struct {
    const char *name;
    size_t at;
} flags[] =
    {
        {"none", offsetof(si_knobs, none)},         {"foreign", offsetof(si_knobs, foreign)}, {"two", offsetof(si_knobs, two)},
        {"noperm", offsetof(si_knobs, noperm)},     {"window", offsetof(si_knobs, window)},   {"noirq", offsetof(si_knobs, noirq)},
        {"nodma", offsetof(si_knobs, nodma)},       {"dmaperm", offsetof(si_knobs, dmaperm)}, {"syncperm", offsetof(si_knobs, syncperm)},
        {"garbage", offsetof(si_knobs, garbage)},   {"badaddr", offsetof(si_knobs, badaddr)}, {"nosynccpu", offsetof(si_knobs, nosynccpu)},
        {"coherent", offsetof(si_knobs, coherent)}, {"nosync", offsetof(si_knobs, nosync)},   {"syncfail", offsetof(si_knobs, syncfail)},
        {"legacy", offsetof(si_knobs, legacy)},
},
  numbers[] = {
      {"size", offsetof(si_knobs, size)}, {"clock", offsetof(si_knobs, clock_hz)}, {"lost", offsetof(si_knobs, lost)},
      {"gone", offsetof(si_knobs, gone)}, {"skip", offsetof(si_knobs, skip)},
};

static int knob(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0] && !value; i++)
        if (!strcmp(name, flags[i].name)) return *(int *)(void *)((char *)&knobs + flags[i].at) = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && value; i++)
        if (!strcmp(name, numbers[i].name)) return *(uint64_t *)(void *)((char *)&knobs + numbers[i].at) = strtoull(value, NULL, 0), 1;
    if (!value || strcmp(name, "dma") || strlen(value) >= sizeof knobs.dma) return 0;
    strcpy(knobs.dma, value);
    return 1;
}

static void read_knobs(void)
{
    const char *list = getenv("BONNET_UIO");
    char copy[256];
    snprintf(copy, sizeof copy, "%s", list ? list : "");
    for (char *at = copy, *next; *at; at = next) {
        next = at + strcspn(at, ",");
        if (*next) *next++ = '\0';
        char *value = strchr(at, '=');
        if (value) *value++ = '\0';
        if (knob(at, value)) continue;
        fprintf(stderr, "libbonnet_uio: BONNET_UIO has no '%s'; sim/board/uio/stand_in.h lists what it has\n", at);
        _exit(2);
    }
    if (knobs.size > BOARD_DRAM_BYTES / 2) knobs.size = BOARD_DRAM_BYTES / 2;
}

const si_knobs *si_get_knobs(void)
{
    pthread_once(&once_knobs, read_knobs);
    return &knobs;
}

/* Folders on the way, then the file. Nothing to write means a folder. */
static void put(const char *dir, const char *name, const void *bytes, size_t n)
{
    char path[SI_PATH];
    snprintf(path, sizeof path, "%s%s/%s", root, dir, name);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        mkdir(path, 0755);
    }
    FILE *f = fopen(path, "we");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f)) {
        fprintf(stderr, "libbonnet_uio: cannot write %s\n", path);
        _exit(2);
    }
}

static void put_text(const char *dir, const char *name, const char *text) { put(dir, name, text, strlen(text)); }

static void put_uio(int n, const char *name, uint64_t window)
{
    char dir[64], maps[80], text[40];
    snprintf(dir, sizeof dir, "/sys/class/uio/uio%d", n);
    snprintf(maps, sizeof maps, "%s/maps/map0", dir);
    snprintf(text, sizeof text, "%s\n", name);
    put_text(dir, "name", text);
    put_text(dir, "version", "devicetree\n");
    put_text(dir, "event", "0\n");
    snprintf(text, sizeof text, "0x%016llx\n", (unsigned long long)BOARD_REGS_ADDR);
    put_text(maps, "addr", text);
    snprintf(text, sizeof text, "0x%016llx\n", (unsigned long long)window);
    put_text(maps, "size", text);
    put_text(maps, "offset", "0x0\n");
    put_text(maps, "name", "bonnet@a0000000\n");
    snprintf(text, sizeof text, "uio%d", n);
    put_text("/dev", text, "");
    if (n || !knobs.clock_hz) return;
    const unsigned char cell[4] = {(unsigned char)(knobs.clock_hz >> 24), (unsigned char)(knobs.clock_hz >> 16), (unsigned char)(knobs.clock_hz >> 8),
                                   (unsigned char)knobs.clock_hz};
    snprintf(maps, sizeof maps, "%s/device/of_node", dir);
    put(maps, "clock-frequency", cell, sizeof cell);
}

static void put_dma(void)
{
    char dir[128], text[40];
    snprintf(dir, sizeof dir, "/sys/class/%s/%s", knobs.legacy ? "udmabuf" : "u-dma-buf", knobs.dma);
    snprintf(text, sizeof text, "0x%016llx\n", (unsigned long long)(BOARD_DRAM_ADDR + BOARD_DRAM_BYTES / 2 + (knobs.badaddr ? 1 : 0)));
    put_text(dir, "phys_addr", knobs.garbage ? "(null)\n" : text);
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)knobs.size);
    put_text(dir, "size", text);
    put_text(dir, "sync_size", text);
    put_text(dir, "dma_coherent", knobs.coherent ? "1\n" : "0\n");
    put_text(dir, "driver_version", "4.5.2\n");
    put_text(dir, "sync_mode", "1\n");
    put_text(dir, "sync_offset", "0x0\n");
    put_text(dir, "sync_direction", "0\n");
    put_text(dir, "sync_owner", "0\n");
    put_text(dir, "sync_for_cpu", "0\n");
    put_text(dir, "sync_for_device", "0\n");
    put_text("/dev", knobs.dma, "");
}

static void make_tree(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(root, sizeof root, "%.180s/bonnet_uio.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(root)) {
        fprintf(stderr, "libbonnet_uio: cannot make %s\n", root);
        _exit(2);
    }
    owner = getpid();
    if (!knobs.none) put_uio(0, knobs.foreign ? "axi-gpio" : "bonnet", knobs.window ? 0x1000 : BOARD_REGS_BYTES);
    if (knobs.two) put_uio(1, "axi-timer", BOARD_REGS_BYTES);
    if (!knobs.nodma) put_dma();
}

const char *si_path(char out[SI_PATH], const char *path)
{
    static const char *const ours[] = {"/dev/uio", "/dev/udmabuf", "/sys/class/uio", "/sys/class/u-dma-buf", "/sys/class/udmabuf"};
    int hit = 0;
    for (size_t i = 0; path && i < sizeof ours / sizeof ours[0] && !hit; i++) hit = !strncmp(path, ours[i], strlen(ours[i]));
    if (path && !hit && !strncmp(path, "/dev/", 5)) hit = !strcmp(path + 5, si_get_knobs()->dma);
    if (!hit) return NULL;
    si_get_knobs();
    pthread_once(&once_tree, make_tree);
    snprintf(out, SI_PATH, "%s%.200s", root, path);
    return out;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void remove_tree(void) __attribute__((destructor));
static void remove_tree(void)
{
    if (owner && owner == getpid()) nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS); /* not a fork of the process that made it */
}
