/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uio_test.c - driver/uio in a program of its own, with the sanitizers, under build/board/libbonnet_uio.so.
 *
 *     uio_test expect STATUS TEXT [OPTIONS]   open, load, run three frames: this status, this text in the error; status 0: golden's logits
 *     uio_test survive [OPTIONS]              the same, and it may fail, with one line - but never with wrong logits
 *     uio_test manners [--seed N]             what neither the conformance suite nor an expectation can see
 */
#include <dlfcn.h>
#include <poll.h>
#include "../conform/net_build.h"
#include "../unit/unit.h"
#include "backends.h"
#include "golden/golden.h"
#include "regdev.h"
#include "regs.h"

enum { FRAMES = 3, ANY = 1 /* no bonnet_status */ };

typedef struct job {
    bonnet_net *net;
    uint8_t *pixels;
    int32_t want[FRAMES][BONNET_MAX_CLASSES], got[FRAMES * BONNET_MAX_CLASSES];
} job;

static int job_make(job *j, uint64_t seed)
{
    *j = (job){.net = bonnet_random_net(seed, &bonnet_room_tiny, 0)};
    j->pixels = j->net ? bonnet_random_image(j->net, seed, FRAMES) : NULL;
    if (!j->pixels) return 0;
    const size_t image = (size_t)j->net->layers[0].in_h * j->net->layers[0].in_w * j->net->layers[0].in_c;
    for (int f = 0; f < FRAMES; f++)
        if (bonnet_golden_run(j->net, j->pixels + f * image, NULL, j->want[f], NULL, NULL) != BONNET_OK) return 0;
    return 1;
}

static void job_free(job *j)
{
    bonnet_net_free(j->net);
    free(j->pixels);
}

static int right(const job *j)
{
    for (int f = 0; f < FRAMES; f++)
        if (memcmp(j->want[f], j->got + f * j->net->classes, j->net->classes * sizeof j->got[0])) return 0;
    return 1;
}

/* Load and run on an open device. */
static bonnet_status run(void *dev, job *j, bonnet_run *how, bonnet_error *err)
{
    void *slot = NULL;
    bonnet_status st = bonnet_uio_backend.load(dev, &slot, j->net, err);
    memset(j->got, 0x55, sizeof j->got);
    how->pixels = j->pixels, how->frames = FRAMES, how->logits = j->got;
    if (st == BONNET_OK) st = bonnet_uio_backend.run(dev, slot, how, err);
    if (slot) bonnet_uio_backend.unload(dev, slot);
    return st;
}

static const bonnet_open_config config = {.timeout_ms = 60000, .seed = 1};
static bonnet_status open_uio(void **dev, const char *path, bonnet_error *err) { return bonnet_uio_backend.open(dev, path, &config, err); }

static int expect(int status, const char *text, const char *path)
{
    bonnet_error err = {""};
    bonnet_run how = {.timeout_ms = 120000}; /* the simulated chip's watchdog must come first, on a busy machine too */
    void *dev = NULL;
    job j;
    if (!job_make(&j, 5)) return fprintf(stderr, "uio_test: no network\n"), 1;
    bonnet_status st = open_uio(&dev, path, &err);
    if (st == BONNET_OK) {
        st = run(dev, &j, &how, &err);
        bonnet_uio_backend.close(dev);
    }
    const int said = err.text[0] && strlen(err.text) < sizeof err.text - 1 && !strchr(err.text, '\n') && strstr(err.text, text);
    int bad = (status != ANY && (int)st != status) || (st != BONNET_OK && !said) || (st == BONNET_OK && !right(&j));
    if (bad)
        fprintf(stderr, "uio_test: uio:%s: status %d (wanted %d), '%s' (wanted '%s')%s\n", path, st, status, err.text, text,
                st ? "" : ", or wrong logits");
    job_free(&j);
    return bad;
}

/* Starts what was run last once more, and forgets about it. */
static void leave_running(void *dev, uint32_t frames)
{
    void *io = bonnet_regdev_mmio_self(dev);
    const bonnet_mmio *m = bonnet_uio_backend.mmio;
    bonnet_error err = {""};
    (void)m->write(io, BONNET_REG_FRAMES, frames, &err);
    (void)m->write(io, BONNET_REG_CTRL, 1, &err);
}

static uint32_t ctrl_raw(void *dev)
{
    uint32_t value = 0;
    bonnet_error err = {""};
    (void)bonnet_uio_backend.mmio->read(bonnet_regdev_mmio_self(dev), BONNET_REG_CTRL, &value, &err);
    return value;
}

/* A process dies in mid-job: `pause_ms` later the next one opens the chip. */
static void left_behind(unit *u, job *j, int pause_ms, uint32_t frames, const char *label)
{
    bonnet_error err = {""};
    bonnet_run how = {.timeout_ms = 60000};
    void *dev = NULL;
    bonnet_status st = open_uio(&dev, "", &err);
    if (st == BONNET_OK) st = run(dev, j, &how, &err);
    UNIT(u, st == BONNET_OK && right(j), "a run before", "%d %s", st, err.text);
    if (!dev) return;
    leave_running(dev, frames);
    poll(NULL, 0, pause_ms);
    bonnet_uio_backend.close(dev);
    dev = NULL;
    st = open_uio(&dev, "", &err);
    UNIT(u, st == BONNET_OK, label, "open: %d %s", st, err.text);
    if (st != BONNET_OK) return;
    UNIT(u, (ctrl_raw(dev) & 0xf) == 4, "idle, and nothing done", "CTRL 0x%x", ctrl_raw(dev));
    st = run(dev, j, &how, &err);
    UNIT(u, st == BONNET_OK && right(j), "the right answer after it", "%d %s", st, err.text);
    bonnet_uio_backend.close(dev);
}

static void one_at_a_time(unit *u, job *j)
{
    bonnet_error err = {""};
    bonnet_run how = {.timeout_ms = 60000};
    void *dev = NULL, *other = NULL;
    bonnet_status st = open_uio(&dev, "/dev/uio0", &err);
    UNIT(u, st == BONNET_OK, "open", "%d %s", st, err.text);
    st = open_uio(&other, "/dev/uio0", &err);
    UNIT(u, st == BONNET_ENODEV && !other && strstr(err.text, "/dev/uio0 is in use"), "a second open is refused", "%d %s", st, err.text);
    if (!dev) return;
    st = run(dev, j, &how, &err);
    UNIT(u, st == BONNET_OK && right(j), "the first does not notice", "%d %s", st, err.text);
    bonnet_uio_backend.close(dev);
    st = open_uio(&other, "/dev/uio0", &err);
    UNIT(u, st == BONNET_OK, "and after close it is free", "%d %s", st, err.text);
    if (other) bonnet_uio_backend.close(other);
}

static void buffers(unit *u, const bonnet_mmio *m, void *io)
{
    bonnet_error err = {""};
    bonnet_dma big = {0}, a = {0}, b = {0};
    bonnet_status st = m->alloc(io, &big, (size_t)1 << 40, &err);
    UNIT(u, st == BONNET_ENOMEM && strstr(err.text, "too small") && !big.host, "a terabyte", "%d %s", st, err.text);
    st = m->alloc(io, &a, 100, &err);
    if (st == BONNET_OK) st = m->alloc(io, &b, 100, &err);
    UNIT(u, st == BONNET_OK && a.addr % 64 == 0 && b.addr % 64 == 0 && b.addr - a.addr >= 128, "whole cache lines", "%d %s", st, err.text);
    if (st != BONNET_OK) return;
    const uint8_t *bytes = a.host;
    int zero = 1;
    for (int i = 0; i < 100; i++) zero &= !bytes[i];
    UNIT(u, zero, "zeroed", "not");
    /* The chip's zeros too: what the CPU says is forgotten, what it has not said stays away. */
    st = m->to_host(io, &a, 0, 100, &err);
    for (int i = 0; i < 100; i++) zero &= !bytes[i];
    UNIT(u, st == BONNET_OK && zero, "zeroed for the chip too", "%d %s", st, err.text);
    const struct {
        size_t offset, bytes;
    } outside[] = {{0, 101}, {101, 0}, {100, 1}, {SIZE_MAX, 2}, {2, SIZE_MAX}};
    int refused = 1;
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        refused &= m->to_device(io, &a, outside[i].offset, outside[i].bytes, &err) == BONNET_EINVAL &&
                   m->to_host(io, &a, outside[i].offset, outside[i].bytes, &err) == BONNET_EINVAL;
    UNIT(u, refused, "transfers outside a buffer", "%s", err.text);
    UNIT(u, m->to_device(io, &a, 100, 0, &err) == BONNET_OK && m->to_device(io, &a, 7, 1, &err) == BONNET_OK, "odd ones within", "%s", err.text);
    m->free(io, &a);
    m->free(io, &b);
    UNIT(u, !a.host && !b.host, "free", "still there");
}

/* Random pieces of a buffer there and back, against the chip's own bytes: what was named is carried, whole lines at most, and nothing else. */
static void transfers(unit *u, const bonnet_mmio *m, void *io)
{
    enum { BYTES = 4096, LINE = 64, ROUNDS = 300 };
    uint8_t *(*chip_at)(uint64_t);
    void *found = dlsym(RTLD_DEFAULT, "bonnet_uio_chip_at");
    bonnet_error err = {""};
    bonnet_dma d = {0};
    memcpy(&chip_at, &found, sizeof chip_at);
    bonnet_status st = found ? m->alloc(io, &d, BYTES, &err) : BONNET_ENODEV;
    UNIT(u, st == BONNET_OK, "a buffer, and the chip's side of it", "%d %s", st, found ? err.text : "run this under libbonnet_uio.so");
    if (st != BONNET_OK) return;
    uint8_t *host = d.host, *chip = chip_at(d.addr), before[BYTES];
    uint32_t bad[4] = {0};
    for (int i = 0; i < ROUNDS; i++) {
        const size_t offset = unit_below(u, BYTES), bytes = 1 + unit_below(u, (uint32_t)(BYTES - offset));
        const size_t first = offset / LINE * LINE, last = (offset + bytes + LINE - 1) / LINE * LINE;
        memset(host, (int)unit_random(u), BYTES);
        memcpy(before, chip, BYTES);
        bad[0] += m->to_device(io, &d, offset, bytes, &err) != BONNET_OK || memcmp(chip + offset, host + offset, bytes);
        bad[1] += memcmp(chip, before, first) || (last < BYTES && memcmp(chip + last, before + last, BYTES - last));
        bad[2] += m->to_device(io, &d, 0, BYTES, &err) != BONNET_OK;
        memset(chip, (int)unit_random(u), BYTES);
        memcpy(before, host, BYTES);
        bad[2] += m->to_host(io, &d, offset, bytes, &err) != BONNET_OK || memcmp(chip + offset, host + offset, bytes);
        bad[3] += memcmp(host, before, first) || (last < BYTES && memcmp(host + last, before + last, BYTES - last));
    }
    UNIT(u, !bad[0] && !bad[2], "pieces there and back", "%u and %u of %d wrong", bad[0], bad[2], ROUNDS);
    UNIT(u, !bad[1] && !bad[3], "and nothing beyond their lines", "%u and %u of %d wrong", bad[1], bad[3], ROUNDS);
    m->free(io, &d);
}

static void interrupts(unit *u, void *dev, job *j)
{
    const bonnet_mmio *m = bonnet_uio_backend.mmio;
    void *io = bonnet_regdev_mmio_self(dev);
    bonnet_error err = {""};
    bonnet_run how = {.timeout_ms = 60000};
    bonnet_status st = run(dev, j, &how, &err);
    UNIT(u, st == BONNET_OK && right(j), "a run", "%d %s", st, err.text);
    for (int i = 0; i < 2; i++) { /* the second: unmasked again */
        leave_running(dev, 1);
        st = m->wait(io, 20000, NULL, &err);
        UNIT(u, st == BONNET_OK && (ctrl_raw(dev) & 2), "the interrupt comes when the job is done", "%d %s", st, err.text);
        (void)m->write(io, BONNET_REG_ISR, 1, &err);
    }
}

static void registers(unit *u, const bonnet_mmio *m, void *io)
{
    bonnet_error err = {""};
    uint32_t value = 7;
    UNIT(u, m->read(io, 0x10000, &value, &err) == BONNET_EINVAL && m->read(io, 2, &value, &err) == BONNET_EINVAL && value == 7, "no such register",
         "%s", err.text);
    UNIT(u, m->write(io, 0x10000, 0, &err) == BONNET_EINVAL && m->write(io, 3, 0, &err) == BONNET_EINVAL, "to write neither", "%s", err.text);
    UNIT(u, m->write(io, BONNET_REG_OUTPUT_STRIDE, UINT32_MAX, &err) == BONNET_OK && m->read(io, BONNET_REG_OUTPUT_STRIDE, &value, &err) == BONNET_OK,
         "a register may read all ones", "%s", err.text);
    const volatile int cancel = 1;
    UNIT(u, m->wait(io, 60000, &cancel, &err) == BONNET_EINTR, "a wait is cancelled", "%s", err.text);
    UNIT(u, m->wait(io, 30, NULL, &err) == BONNET_ETIMEOUT && m->wait(io, 0, NULL, &err) == BONNET_ETIMEOUT, "or ends in time", "%s", err.text);
}

static int manners(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "uio", 1, 0);
    bonnet_error err = {""};
    void *dev = NULL;
    job j;
    if (!job_make(&j, u.seed)) return fprintf(stderr, "uio_test: no network\n"), 1;
    UNIT(&u, bonnet_uio_backend.present(), "present", "no");
    one_at_a_time(&u, &j);
    left_behind(&u, &j, 0, 1000, "a job left running");
    left_behind(&u, &j, 300, 1, "a job left done");
    if (open_uio(&dev, "", &err) == BONNET_OK) {
        buffers(&u, bonnet_uio_backend.mmio, bonnet_regdev_mmio_self(dev));
        transfers(&u, bonnet_uio_backend.mmio, bonnet_regdev_mmio_self(dev));
        interrupts(&u, dev, &j);
        registers(&u, bonnet_uio_backend.mmio, bonnet_regdev_mmio_self(dev));
        bonnet_uio_backend.close(dev);
    } else UNIT(&u, 0, "open", "%s", err.text);
    job_free(&j);
    return unit_end(&u);
}

int main(int argc, char **argv)
{
    if (argc >= 4 && !strcmp(argv[1], "expect")) return expect(atoi(argv[2]), argv[3], argc > 4 ? argv[4] : "");
    if (argc >= 2 && !strcmp(argv[1], "survive")) return expect(ANY, "uio:", argc > 2 ? argv[2] : "");
    if (argc >= 2 && !strcmp(argv[1], "manners")) return manners(argc, argv);
    fprintf(stderr, "usage: uio_test expect STATUS TEXT [OPTIONS] | survive [OPTIONS] | manners [--seed N]\n");
    return 2;
}
