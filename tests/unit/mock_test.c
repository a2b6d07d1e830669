/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_test.c - the register device on the mock chip: every fault gives its status and its text and leaves a device that works; registers
 * have the access types of bonnet_csr.def; a missing transfer is noticed.
 */
#include <pthread.h>
#include <time.h>
#include "backends.h"
#include "golden/golden.h"
#include "../conform/net_build.h"
#include "regdev.h"
#include "regs.h"
#include "unit.h"

enum { FRAMES = 3, CLASSES = 100 };

typedef struct bench {
    bonnet_net *net;
    uint8_t *pixels;
    int32_t *wanted; /* golden's logits, [FRAMES][classes] */
} bench;

static int bench_make(bench *b, uint64_t seed)
{
    bonnet_build build;
    bonnet_build_start(&build, seed, 4);
    int a = bonnet_build_stem(&build, &(bonnet_stem_spec){.h = 6, .w = 7, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64, .dw = 1});
    int c = bonnet_build_conv(&build, BONNET_ALL(&build, a), 64, 1, 1, BONNET_POST_XNOR, BONNET_ALL(&build, a), BONNET_NONE);
    bonnet_build_last(&build, BONNET_ALL(&build, c), 1);
    bonnet_build_fc(&build, 9);
    b->net = bonnet_build_finish(&build);
    b->pixels = b->net ? bonnet_random_image(b->net, seed, FRAMES) : NULL;
    b->wanted = calloc((size_t)FRAMES * 9, sizeof *b->wanted);
    for (uint32_t f = 0; b->pixels && b->wanted && f < FRAMES; f++)
        if (bonnet_golden_run(b->net, b->pixels + (size_t)f * 42, NULL, b->wanted + (size_t)f * 9, NULL, NULL) != BONNET_OK) return 0;
    return b->pixels && b->wanted;
}

static bonnet_status run(void *dev, void *slot, const bench *b, const volatile int *cancel, uint32_t timeout_ms, int *equal, bonnet_error *err)
{
    int32_t logits[FRAMES * 9] = {0};
    bonnet_run r = {.pixels = b->pixels, .frames = FRAMES, .logits = logits, .timeout_ms = timeout_ms, .cancel = cancel};
    bonnet_status st = bonnet_mock_backend.run(dev, slot, &r, err);
    *equal = st == BONNET_OK && !memcmp(logits, b->wanted, sizeof logits);
    return st;
}

/* One fault while running: this status, this text; the same device then gives golden's logits. */
static void run_fault(unit *u, const bench *b, const char *path, bonnet_status status, const char *text, int usable)
{
    void *dev = NULL, *slot = NULL;
    bonnet_error err = {""};
    int equal;
    bonnet_status st = bonnet_mock_backend.open(&dev, path, NULL, &err);
    if (st == BONNET_OK) st = bonnet_mock_backend.load(dev, &slot, b->net, &err);
    if (st == BONNET_OK) st = run(dev, slot, b, NULL, 300, &equal, &err);
    UNIT(u, st == status && strstr(err.text, text), path, "status %d, wanted %d: %s", st, status, err.text);
    if (slot) {
        st = run(dev, slot, b, NULL, 0, &equal, &err);
        UNIT(u, usable ? st == BONNET_OK && equal : st == BONNET_ENODEV, "afterwards", "status %d, equal %d: %s", st, equal, err.text);
        bonnet_mock_backend.unload(dev, slot);
    }
    if (dev) bonnet_mock_backend.close(dev);
}

/* Not by the call's time-out. */
static void at_once(unit *u, const bench *b, const char *path, bonnet_status status)
{
    void *dev = NULL, *slot = NULL;
    bonnet_error err = {""};
    int equal;
    bonnet_status st = bonnet_mock_backend.open(&dev, path, NULL, &err);
    if (st == BONNET_OK) st = bonnet_mock_backend.load(dev, &slot, b->net, &err);
    const time_t began = time(NULL);
    if (st == BONNET_OK) st = run(dev, slot, b, NULL, 20000, &equal, &err);
    UNIT(u, st == status && time(NULL) - began < 8, path, "status %d after %d s: %s", st, (int)(time(NULL) - began), err.text);
    if (slot) bonnet_mock_backend.unload(dev, slot);
    if (dev) bonnet_mock_backend.close(dev);
}

static void open_fault(unit *u, const bench *b, const char *path, bonnet_status status, const char *text)
{
    void *dev = NULL, *slot = NULL;
    bonnet_error err = {""};
    bonnet_status st = bonnet_mock_backend.open(&dev, path, NULL, &err);
    if (st == BONNET_OK) st = bonnet_mock_backend.load(dev, &slot, b->net, &err);
    UNIT(u, st == status && strstr(err.text, text), path, "status %d, wanted %d: %s", st, status, err.text);
    if (!dev) return;
    int equal = 0;
    st = bonnet_mock_backend.load(dev, &slot, b->net, &err); /* the fault is spent */
    if (st == BONNET_OK) st = run(dev, slot, b, NULL, 0, &equal, &err);
    UNIT(u, st == BONNET_OK && equal, "afterwards", "status %d: %s", st, err.text);
    bonnet_mock_backend.unload(dev, slot);
    bonnet_mock_backend.close(dev);
}

/* Layers wider than the weight buffer: portions of tiles, streamed every frame, land where the layer's channels belong. */
static void streamed(unit *u, const char *path, uint32_t k, uint32_t channels, bonnet_post post)
{
    bonnet_build build;
    void *dev = NULL, *slot = NULL;
    bonnet_error err = {""};
    char label[64];
    snprintf(label, sizeof label, "streamed, %s, %u slices, %u channels, post %d", path, k, channels, post);
    bonnet_build_start(&build, u->seed, k);
    int a = bonnet_build_stem(&build, &(bonnet_stem_spec){.h = 4, .w = 3, .planes = 1, .kernel = 3, .stride = 1, .out_c = channels});
    int c = post == BONNET_POST_INTERLEAVE
                ? bonnet_build_conv(&build, BONNET_UPPER(&build, a), channels / 2, 1, 1, post, BONNET_UPPER(&build, a), BONNET_LOWER(&build, a))
                : bonnet_build_conv(&build, BONNET_ALL(&build, a), channels, 1, 1, post,
                                    post == BONNET_POST_STORE ? BONNET_NONE : BONNET_ALL(&build, a), BONNET_NONE);
    c = bonnet_build_down(&build, BONNET_ALL(&build, c), 64, 0);
    bonnet_build_last(&build, BONNET_ALL(&build, c), 1);
    bonnet_build_fc(&build, CLASSES);
    bonnet_net *net = bonnet_build_finish(&build);
    uint8_t *pixels = net ? bonnet_random_image(net, u->seed, FRAMES) : NULL;
    int32_t *wanted = calloc(2 * FRAMES * CLASSES, sizeof *wanted), *got = wanted ? wanted + FRAMES * CLASSES : NULL;
    bonnet_status st = pixels && wanted ? bonnet_mock_backend.open(&dev, path, NULL, &err) : BONNET_ENOMEM;
    for (uint32_t f = 0; f < FRAMES && st == BONNET_OK; f++)
        st = bonnet_golden_run(net, pixels + (size_t)f * 12, NULL, wanted + (size_t)f * CLASSES, NULL, NULL);
    if (st == BONNET_OK) st = bonnet_mock_backend.load(dev, &slot, net, &err);
    bonnet_run r = {.pixels = pixels, .frames = FRAMES, .logits = got};
    if (st == BONNET_OK) st = bonnet_mock_backend.run(dev, slot, &r, &err);
    UNIT(u, st == BONNET_OK && !memcmp(wanted, got, FRAMES * CLASSES * sizeof *got), label, "status %d: %s", st, err.text);
    if (dev) {
        bonnet_mock_backend.unload(dev, slot);
        bonnet_mock_backend.close(dev);
    }
    bonnet_net_free(net);
    free(pixels);
    free(wanted);
}

/* The job that came with a file is used for its geometry, and refused if it is damaged or another network's. */
static void carried(unit *u, const bench *b)
{
    static const struct {
        const char *label;
        bonnet_status status;
    } cases[] = {{"carried job", BONNET_OK}, {"carried job, damaged", BONNET_EFORMAT}, {"carried job, of another net", BONNET_EFORMAT}};
    bonnet_net *other = bonnet_random_net(u->seed, &bonnet_room_tiny, 0);
    for (size_t i = 0; other && i < sizeof cases / sizeof cases[0]; i++) {
        void *dev = NULL, *slot = NULL;
        bonnet_job *job = NULL;
        uint8_t *bytes = NULL;
        size_t size = 0;
        int equal = 0;
        bonnet_error err = {""};
        bonnet_net net = *b->net;
        bonnet_status st = bonnet_lower(&job, i == 2 ? other : b->net, bonnet_geometry_named("tiny"), NULL, &err);
        if (st == BONNET_OK) st = bonnet_job_serialise(&bytes, &size, job, &err);
        if (st == BONNET_OK && i == 1) bytes[4 * 24 + 2] ^= 1; /* in the first layer */
        if (st == BONNET_OK) st = bonnet_mock_backend.open(&dev, "geometry=tiny", NULL, &err);
        bonnet_net_job carry = {.geometry = "tiny", .bytes = bytes, .size = size};
        net.jobs = &carry;
        net.n_jobs = 1;
        if (st == BONNET_OK) st = bonnet_mock_backend.load(dev, &slot, &net, &err);
        if (st == BONNET_OK) st = run(dev, slot, b, NULL, 0, &equal, &err);
        UNIT(u, st == cases[i].status && (st || equal), cases[i].label, "status %d: %s", st, err.text);
        if (slot) bonnet_mock_backend.unload(dev, slot);
        if (dev) bonnet_mock_backend.close(dev);
        bonnet_job_free(job);
        free(bytes);
    }
    bonnet_net_free(other);
}

/* Batches and arrays: a walk takes several frames, and the last walk need not be full. */
static void walks(unit *u, const char *geometry, uint32_t batch, uint32_t frames)
{
    bonnet_build build;
    void *dev = NULL, *slot = NULL;
    bonnet_job *job = NULL;
    uint8_t *bytes = NULL;
    bonnet_error err = {""};
    char label[64], path[32];
    snprintf(label, sizeof label, "%s, batch %u, %u frames", geometry, batch, frames);
    snprintf(path, sizeof path, "geometry=%s", geometry);
    bonnet_build_start(&build, u->seed + batch, 4);
    int x = bonnet_build_stem(&build, &(bonnet_stem_spec){.h = 8, .w = 7, .planes = 1, .kernel = 3, .stride = 1, .out_c = 128, .dw = 1});
    int y = bonnet_build_conv(&build, BONNET_LOWER(&build, x), 64, 1, 1, BONNET_POST_XNOR, BONNET_LOWER(&build, x), BONNET_NONE);
    x = bonnet_build_conv(&build, BONNET_ALL(&build, y), 64, 1, 1, BONNET_POST_INTERLEAVE, BONNET_LOWER(&build, x), BONNET_UPPER(&build, x));
    x = bonnet_build_down(&build, BONNET_ALL(&build, x), 64, 1);
    bonnet_build_last(&build, BONNET_ALL(&build, x), 1);
    bonnet_build_fc(&build, 9);
    bonnet_net *net = bonnet_build_finish(&build);
    uint8_t *pixels = net ? bonnet_random_image(net, u->seed, frames) : NULL;
    int32_t *wanted = calloc(2 * (size_t)frames * 9, sizeof *wanted), *got = wanted ? wanted + (size_t)frames * 9 : NULL;
    bonnet_layer_cycles layers[BONNET_MAX_LAYERS] = {{0}};
    bonnet_net_job carry = {.size = 0};
    bonnet_status st = pixels && wanted ? bonnet_mock_backend.open(&dev, path, NULL, &err) : BONNET_ENOMEM;
    if (st == BONNET_OK) st = bonnet_lower(&job, net, bonnet_geometry_named(geometry), &(bonnet_lower_options){.batch = batch}, &err);
    if (st == BONNET_OK) st = bonnet_job_serialise(&bytes, &carry.size, job, &err);
    for (uint32_t f = 0; f < frames && st == BONNET_OK; f++)
        st = bonnet_golden_run(net, pixels + (size_t)f * 56, NULL, wanted + (size_t)f * 9, NULL, NULL);
    snprintf(carry.geometry, sizeof carry.geometry, "%s", geometry);
    carry.bytes = bytes;
    if (net) {
        net->jobs = &carry;
        net->n_jobs = 1;
    }
    if (st == BONNET_OK) st = bonnet_mock_backend.load(dev, &slot, net, &err);
    bonnet_run r = {.pixels = pixels, .frames = frames, .logits = got, .layers = layers};
    if (st == BONNET_OK) st = bonnet_mock_backend.run(dev, slot, &r, &err);
    UNIT(u, st == BONNET_OK && !memcmp(wanted, got, (size_t)frames * 9 * sizeof *got), label, "status %d: %s", st, err.text);
    UNIT(u, st == BONNET_OK && r.walk_frames == batch * job->geometry.arrays && r.lanes == 64 * job->geometry.arrays && layers[1].busy, label,
         "%u frames a walk, %u lanes", r.walk_frames, r.lanes);
    if (dev) {
        bonnet_mock_backend.unload(dev, slot);
        bonnet_mock_backend.close(dev);
    }
    if (net) net->jobs = NULL;
    bonnet_job_free(job);
    bonnet_net_free(net);
    free(bytes);
    free(pixels);
    free(wanted);
}

static void *cancel_soon(void *flag)
{
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
    *(volatile int *)flag = 1;
    return NULL;
}

/* Cancelled in the middle of a job that would never end. */
static void cancelled(unit *u, const bench *b)
{
    void *dev = NULL, *slot = NULL;
    bonnet_error err = {""};
    volatile int flag = 0;
    int equal = 0;
    pthread_t thread;
    bonnet_status st = bonnet_mock_backend.open(&dev, "fault=dead@3", NULL, &err);
    if (st == BONNET_OK) st = bonnet_mock_backend.load(dev, &slot, b->net, &err);
    if (st == BONNET_OK && pthread_create(&thread, NULL, cancel_soon, (void *)&flag) == 0) {
        st = run(dev, slot, b, &flag, 60000, &equal, &err);
        pthread_join(thread, NULL);
    }
    UNIT(u, st == BONNET_EINTR, "cancel", "status %d: %s", st, err.text);
    st = run(dev, slot, b, NULL, 0, &equal, &err);
    UNIT(u, st == BONNET_OK && equal, "after cancel", "status %d: %s", st, err.text);
    bonnet_mock_backend.unload(dev, slot);
    bonnet_mock_backend.close(dev);
}

/* Every register keeps what its access type says, of every bit. */
static void access_types(unit *u)
{
    static const struct {
        uint32_t offset, reset;
        bonnet_access access;
        const char *name;
    } regs[] = {
#define RO                                     BONNET_RO
#define RW                                     BONNET_RW
#define WO                                     BONNET_WO
#define COR                                    BONNET_COR
#define TOW                                    BONNET_TOW
#define REG(offset, name, access, reset, text) {offset, reset, access, #name},
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
    };
    const bonnet_mmio *io = bonnet_mock_backend.mmio;
    void *self = NULL;
    uint32_t before, v, w, bad = 0;
    bonnet_error err = {""};
    const char *name = "";
    if (io->open(&self, "geometry=tiny", NULL, &err) != BONNET_OK) {
        UNIT(u, 0, "access types", "%s", err.text);
        return;
    }
    for (size_t i = 0; i < sizeof regs / sizeof regs[0]; i++) {
        if (regs[i].offset == BONNET_REG_CTRL) /* starts jobs: below */
            continue;
        bonnet_status st = io->read(self, regs[i].offset, &before, &err);
        if (st == BONNET_OK) st = io->write(self, regs[i].offset, 0xFFFFFFFFu, &err);
        if (st == BONNET_OK) st = io->read(self, regs[i].offset, &v, &err);
        if (st == BONNET_OK) st = io->write(self, regs[i].offset, regs[i].access == BONNET_TOW ? 1 : 0x5A5A5A5Au, &err);
        if (st == BONNET_OK) st = io->read(self, regs[i].offset, &w, &err);
        int good = st == BONNET_OK;
        if (regs[i].access == BONNET_RW) good = good && before == regs[i].reset && (w & v) == (0x5A5A5A5Au & v) && v;
        else if (regs[i].access == BONNET_TOW) good = good && before == 0 && v == 3 && w == 2;
        else good = good && v == before && w == before && (regs[i].access == BONNET_RO || v == 0);
        bad += !good;
        name = good ? name : regs[i].name;
    }
    UNIT(u, !bad, "access types", "%u registers, the last %s", bad, name);
    bonnet_status st = io->write(self, BONNET_REG_CTRL, 1, &err); /* no job at address 0x5A5A...: a bus error, but done */
    if (st == BONNET_OK) st = io->read(self, BONNET_REG_CTRL, &v, &err);
    if (st == BONNET_OK) st = io->read(self, BONNET_REG_CTRL, &w, &err);
    UNIT(u, st == BONNET_OK && v == 0xE && w == 4, "DONE and READY clear on read", "first 0x%x, then 0x%x", v, w);
    st = io->read(self, 0x018, &v, &err);
    UNIT(u, st == BONNET_OK && v == 0 && io->read(self, 2, &v, &err) == BONNET_EINVAL, "holes read 0, odd addresses are refused", "0x%x", v);
    io->close(self);
}

/* Host and device copies differ until somebody moves them. */
static void two_copies(unit *u)
{
    const bonnet_mmio *io = bonnet_mock_backend.mmio;
    void *self = NULL;
    bonnet_dma d = {0};
    bonnet_error err = {""};
    bonnet_status st = io->open(&self, "", NULL, &err);
    if (st == BONNET_OK) st = io->alloc(self, &d, 100, &err);
    if (st == BONNET_OK) {
        memset(d.host, 7, 100);
        st = io->to_host(self, &d, 50, 50, &err); /* brings back what the device still has: zeros */
        UNIT(u, st == BONNET_OK && ((uint8_t *)d.host)[49] == 7 && ((uint8_t *)d.host)[50] == 0, "two copies", "status %d", st);
        UNIT(u, io->to_device(self, &d, 90, 11, &err) == BONNET_EINVAL && d.addr % 64 == 0, "transfer past the end", "accepted");
        io->free(self, &d);
    }
    io->close(self);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "mock", 1, 1);
    bench b = {0};
    if (!bench_make(&b, u.seed)) {
        UNIT(&u, 0, "bench", "no memory, or golden does not run");
        return unit_end(&u);
    }
    run_fault(&u, &b, "geometry=tiny", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=bus@1", BONNET_EBUS, "bus error in the load unit at descriptor 1 (", 1);
    run_fault(&u, &b, "fault=bus@6,geometry=tiny", BONNET_EBUS, "bus error in the ", 1);
    run_fault(&u, &b, "fault=baddesc@2", BONNET_EABI, "the sequencer refused descriptor 2 (", 1);
    run_fault(&u, &b, "fault=hang@3", BONNET_ETIMEOUT, "no progress for ", 1);
    run_fault(&u, &b, "fault=dead@3", BONNET_ETIMEOUT, "did not finish in time", 1);
    run_fault(&u, &b, "fault=dead@3,fault=stuck", BONNET_ENODEV, "does not come back from reset", 0);
    run_fault(&u, &b, "fault=irqlost@0", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=xfer@2", BONNET_EIO, "to the device failed", 1);
    run_fault(&u, &b, "fault=xfer@3", BONNET_EIO, "to the host failed", 1);
    run_fault(&u, &b, "fault=write@3", BONNET_EIO, "register write", 1);
    run_fault(&u, &b, "fault=read@9", BONNET_EIO, "register read", 1);
    run_fault(&u, &b, "fault=axi-read@0", BONNET_EBUS, "bus error in the sequencer at descriptor 0 (header)", 1);
    run_fault(&u, &b, "fault=axi-write@0", BONNET_EBUS, "bus error in the store unit at descriptor ", 1);
    run_fault(&u, &b, "fault=reset@3", BONNET_EIO, "it was reset, or runs somebody else's jobs", 1);
    run_fault(&u, &b, "fault=reset@3,slow=9", BONNET_EIO, "it was reset, or runs somebody else's jobs", 1);
    run_fault(&u, &b, "fault=halt@3", BONNET_EIO, "somebody wrote RESET", 1);
    run_fault(&u, &b, "fault=done-lost@0", BONNET_EIO, "never said done: it did not start, or somebody else read DONE", 1);
    run_fault(&u, &b, "fault=busy", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=irq-early@0", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=irq-late@0", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=irq-spurious@0,slow=30", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=done-twice@0", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=done-late@0,slow=30", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=short@0", BONNET_EIO, "the chip says done after 1 of 3 walks", 1);
    at_once(&u, &b, "fault=reset@3", BONNET_EIO);
    at_once(&u, &b, "fault=halt@3", BONNET_EIO);
    at_once(&u, &b, "fault=done-lost@0", BONNET_EIO);
    at_once(&u, &b, "fault=blank@68,slow=1000", BONNET_ENODEV);
    at_once(&u, &b, "fault=gone@60", BONNET_ENODEV);
    at_once(&u, &b, "fault=irqlost@0", BONNET_OK);
    run_fault(&u, &b, "fault=wait@0", BONNET_EIO, "the wait for the interrupt failed", 1);
    run_fault(&u, &b, "fault=wait-timeout@0,slow=5", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=write-lost@0", BONNET_OK, "", 1); /* read back, written again */
    run_fault(&u, &b, "fault=write-half@6", BONNET_OK, "", 1);
    run_fault(&u, &b, "fault=gone@24", BONNET_ENODEV, "the chip is gone (its ID register reads 0xffffffff)", 0);
    run_fault(&u, &b, "fault=blank@60", BONNET_ENODEV, "the chip is gone (its ID register reads 0x00000000)", 0);
    run_fault(&u, &b, "fault=unplug@60", BONNET_ENODEV, "unplugged", 0);
    run_fault(&u, &b, "fault=xfer-part@2", BONNET_EIO, "to the device failed", 1);
    run_fault(&u, &b, "fault=stale-in@0", BONNET_EABI, "or it read other bytes than were sent", 1);
    run_fault(&u, &b, "fault=stale-in@1", BONNET_EIO, "the chip read other weights or descriptors than the host wrote", 1);
    run_fault(&u, &b, "fault=stale-in@2", BONNET_EIO, "the chip read other image bytes than the host wrote", 1);
    run_fault(&u, &b, "fault=stale-in-line@1", BONNET_EIO, "the chip read other weights or descriptors than the host wrote", 1);
    run_fault(&u, &b, "fault=stale-out@0", BONNET_EIO, "the host read other results than the chip wrote", 1);
    run_fault(&u, &b, "fault=stale-out-line@0", BONNET_EIO, "the host read other results than the chip wrote", 1);
    open_fault(&u, &b, "fault=geometry@0", BONNET_EABI, "a geometry that this library cannot use");
    open_fault(&u, &b, "fault=gone@1", BONNET_ENODEV, "the chip is gone");
    open_fault(&u, &b, "slow=many", BONNET_EINVAL, "unknown option 'slow=many'");
    for (int i = 3; i < 15; i += 2) { /* a register that is read twice and reads differently */
        char path[32];
        snprintf(path, sizeof path, "fault=read-flip@%d", i);
        open_fault(&u, &b, path, BONNET_EIO, "reads 0x");
    }
    open_fault(&u, &b, "fault=id", BONNET_ENODEV, "no Bonnet chip there");
    open_fault(&u, &b, "fault=abi", BONNET_EABI, "register version 3.");
    open_fault(&u, &b, "fault=read@2", BONNET_EIO, "register read");
    open_fault(&u, &b, "fault=teeth", BONNET_EINVAL, "unknown option 'fault=teeth'");
    open_fault(&u, &b, "geometry=huge", BONNET_EINVAL, "unknown option 'geometry=huge'");
    for (int i = 0; i < 4; i++) {
        char path[32];
        snprintf(path, sizeof path, "fault=alloc@%d", i);
        open_fault(&u, &b, path, BONNET_ENOMEM, "no device memory");
    }
    open_fault(&u, &b, "fault=xfer@0", BONNET_EIO, "to the device failed");
    open_fault(&u, &b, "fault=xfer@1", BONNET_EIO, "to the device failed");
    cancelled(&u, &b);
    carried(&u, &b);
    streamed(&u, "geometry=tiny", 1, 256, BONNET_POST_XNOR);
    streamed(&u, "geometry=tiny", 1, 512, BONNET_POST_INTERLEAVE);
    streamed(&u, "geometry=tiny", 1, 192, BONNET_POST_STORE); /* an odd number of portions in two slots */
    streamed(&u, "geometry=tiny", 4, 128, BONNET_POST_OR);
    streamed(&u, "geometry=asic", 4, 512, BONNET_POST_XNOR);
    streamed(&u, "geometry=asic", 1, 512, BONNET_POST_OR);
    walks(&u, "asic", 1, 20);
    walks(&u, "asic", 3, 7);
    walks(&u, "zcu102", 1, 6);
    walks(&u, "zcu102", 2, 9);
    access_types(&u);
    two_copies(&u);
    bonnet_net_free(b.net);
    free(b.pixels);
    free(b.wanted);
    return unit_end(&u);
}
