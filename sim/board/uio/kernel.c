/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.c - uio_pdrv_genirq and u-dma-buf, as the program sees them, in front of the chip. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "board/board.h"
#include "board/trap.h"
#include "stand_in.h"

enum { LINE = 64, WORK_CYCLES = 4096, READ_SECONDS = 60 };
#define DMA_ADDR (BOARD_DRAM_ADDR + BOARD_DRAM_BYTES / 2)

/* One board a process. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static board *chip;
static uint8_t *host, *clean; /* the CPU's view, and what it was when CPU and memory last agreed */
static uint8_t *dram;         /* the chip's view */
static uint32_t count;        /* interrupts that the kernel has counted */
static uint64_t came, synced; /* interrupts that the chip has raised, syncs asked for */
static int unmasked, unbound;

/* Different for every line and every memory, never 0. */
static void garbage(uint8_t *p, size_t n, uint8_t salt)
{
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)((i * 7 + i / LINE * 13) | 1) ^ salt;
}

static int start(void)
{
    char text[BOARD_TEXT] = "";
    if (chip) return 0;
    const size_t size = (size_t)si_get_knobs()->size;
    if (board_new(&chip, NULL, text)) {
        fprintf(stderr, "libbonnet_uio: %s\n", text);
        chip = NULL;
        errno = ENXIO;
        return -1;
    }
    dram = board_dram(chip, DMA_ADDR, size);
    garbage(dram, size, 0x5a);
    host = si_get_knobs()->coherent ? dram : mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    clean = malloc(size + 1);
    if (host == MAP_FAILED || !clean) {
        fprintf(stderr, "libbonnet_uio: out of memory\n");
        abort();
    }
    if (host != dram) garbage(host, size, 0xa4);
    memcpy(clean, host, size);
    return 0;
}

/* The interrupt handler: count it, mask it. */
static void interrupt(void)
{
    if (!unmasked || !board_irq(chip)) return;
    const si_knobs *k = si_get_knobs();
    unmasked = 0;
    came++;
    if (came == k->gone) unbound = 1;
    if (came != k->lost) count++;
}

static void complain(void)
{
    static int said;
    if (said || !board_failed(chip)[0]) return;
    said = 1;
    fprintf(stderr, "libbonnet_uio: the chip: %s\n", board_failed(chip));
}

static uint32_t reg_read(void *user, uint32_t offset)
{
    (void)user;
    pthread_mutex_lock(&lock);
    const uint32_t value = board_read(chip, offset);
    interrupt();
    complain();
    pthread_mutex_unlock(&lock);
    return value;
}

static void reg_write(void *user, uint32_t offset, uint32_t value)
{
    (void)user;
    pthread_mutex_lock(&lock);
    board_write(chip, offset, value);
    interrupt();
    complain();
    pthread_mutex_unlock(&lock);
}

si_kind si_kind_of(const char *path)
{
    const char *name = strrchr(path, '/') + 1; /* every path of the tree has one */
    if (!strcmp(path, "/dev/uio0")) return SI_UIO;
    if (!strncmp(path, "/dev/", 5) && !strcmp(name, si_get_knobs()->dma)) return SI_DMA;
    return !strcmp(name, "sync_for_device") ? SI_FOR_DEVICE : !strcmp(name, "sync_for_cpu") ? SI_FOR_CPU : SI_NOT_OURS;
}

int si_may(si_kind kind)
{
    const si_knobs *k = si_get_knobs();
    if ((kind == SI_UIO && k->noperm) || (kind == SI_DMA && k->dmaperm) || ((kind == SI_FOR_DEVICE || kind == SI_FOR_CPU) && k->syncperm))
        return errno = EACCES, -1;
    return 0;
}

int si_open(si_kind kind)
{
    if (kind == SI_NOT_OURS) return 0;
    pthread_mutex_lock(&lock);
    const int rc = si_may(kind) || start() ? -1 : 0;
    pthread_mutex_unlock(&lock);
    return rc;
}

void *si_map(si_kind kind, size_t bytes, off_t offset)
{
    const trap_calls calls = {reg_read, reg_write, NULL};
    const size_t window = si_get_knobs()->window ? 0x1000 : (size_t)BOARD_REGS_BYTES;
    if ((kind != SI_UIO && kind != SI_DMA) || offset || bytes > (kind == SI_UIO ? window : (size_t)si_get_knobs()->size)) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    if (kind == SI_DMA) return host;
    void *base = trap_open(bytes, &calls);
    if (!base) errno = ENOMEM;
    return base ? base : MAP_FAILED;
}

int si_unmap(void *address) { return trap_close(address) || (address && address == host); }

/* For tests that want to see what the chip sees. */
__attribute__((visibility("default"))) uint8_t *bonnet_uio_chip_at(uint64_t address) { return chip ? board_dram(chip, address, 1) : NULL; }

/* "0x..." as u-dma-buf's sync files take it: driver/uio_dma.c. 1 alone: the whole buffer, both ways. */
static int sync_lines(si_kind kind, const char *text, size_t n)
{
    char copy[40], *end;
    const si_knobs *k = si_get_knobs();
    if (n >= sizeof copy) return errno = EINVAL, -1;
    memcpy(copy, text, n);
    copy[n] = '\0';
    errno = 0;
    const uint64_t command = strtoull(copy, &end, 0);
    const int whole = !(command >> 1);
    const uint64_t offset = whole ? 0 : command >> 32, size = whole ? k->size : command & 0xfffffff0u, direction = whole ? 0 : command >> 2 & 3;
    if (end == copy || (*end && *end != '\n') || errno || offset + size > k->size || k->syncfail) return errno = EINVAL, -1;
    if (!(command & 1) || k->nosync || ++synced == k->skip || (k->nosynccpu && kind == SI_FOR_CPU) || k->coherent) return 0;
    const uint64_t first = offset / LINE * LINE, last = (offset + size + LINE - 1) / LINE * LINE;
    for (uint64_t at = first; at < last && at < k->size; at += LINE) {
        const size_t line = k->size - at < LINE ? (size_t)(k->size - at) : LINE;
        const int dirty = memcmp(host + at, clean + at, line) != 0;
        if (kind == SI_FOR_DEVICE ? direction != 2 : dirty) memcpy(dram + at, host + at, line);
        else if (kind == SI_FOR_CPU && direction == 1) continue;
        if (kind == SI_FOR_CPU && direction != 1) memcpy(host + at, dram + at, line);
        memcpy(clean + at, host + at, line);
    }
    return 0;
}

ssize_t si_write(si_kind kind, const void *bytes, size_t n)
{
    uint32_t on;
    ssize_t done = (ssize_t)n;
    pthread_mutex_lock(&lock);
    if (kind == SI_FOR_DEVICE || kind == SI_FOR_CPU) {
        if (sync_lines(kind, bytes, n)) done = -1;
    } else if (kind != SI_UIO || n != sizeof on) {
        errno = EINVAL;
        done = -1;
    } else if (si_get_knobs()->noirq || unbound) {
        errno = EIO;
        done = -1;
    } else {
        memcpy(&on, bytes, sizeof on);
        unmasked = on != 0;
        interrupt();
    }
    pthread_mutex_unlock(&lock);
    return done;
}

uint32_t si_interrupts(void) { return count; }
int si_unbound(void) { return unbound; }

int si_work(void)
{
    const struct timespec nap = {.tv_nsec = 200000};
    pthread_mutex_lock(&lock);
    const int there = chip != NULL;
    const int up = there && board_run(chip, WORK_CYCLES);
    if (there) interrupt(), complain();
    pthread_mutex_unlock(&lock);
    if (up) nanosleep(&nap, NULL); /* the line is up and masked: nothing for the chip to do */
    return there;
}

ssize_t si_read(void *bytes, size_t n, uint32_t *seen, int wait)
{
    const time_t end = time(NULL) + READ_SECONDS;
    if (n != sizeof count) return errno = EINVAL, -1;
    if (unbound || si_get_knobs()->noirq) return errno = EIO, -1;
    while (si_interrupts() == *seen) {
        if (wait && (unbound || time(NULL) > end)) return errno = EIO, -1;
        if (!wait) return errno = EAGAIN, -1;
        si_work();
    }
    *seen = si_interrupts();
    memcpy(bytes, seen, sizeof *seen);
    return sizeof *seen;
}
