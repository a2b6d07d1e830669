/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums_test.c - a cache line that stays behind, in either direction, in any buffer of a job, is told and is never an answer. The mock chip behind an
 * mmio that forgets one line of one buffer's transfers.
 */
#include "backends.h"
#include "golden/golden.h"
#include "mock.h"
#include "regdev_parts.h"
#include "../conform/net_build.h"
#include "unit.h"

enum { FRAMES = 3, CLASSES = 9, LINE = 64, LINES = 12, PIXELS = 42, BUFFERS = 16 };
/* In the order in which a job's buffers are taken; of a job with scratch, and of the traced one that follows. */
enum { DESC, ROWS, INPUT, OUTPUT, T_DESC, T_ROWS, T_INPUT, T_OUTPUT, T_SCRATCH };

/* What goes wrong; for the wrapper's functions, which know nothing but the mock. */
static struct {
    uint32_t abi; /* what the register says, 0: the truth */
    uint32_t n_alloc;
    uint64_t addr[BUFFERS];
    size_t bytes[BUFFERS];
    int stale; /* which buffer, -1 none */
    size_t line;
} world;

static bonnet_status w_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    bonnet_status st = bonnet_mock_backend.mmio->alloc(self, out, bytes, err);
    if (st == BONNET_OK && world.n_alloc < BUFFERS) {
        world.addr[world.n_alloc] = out->addr;
        world.bytes[world.n_alloc++] = bytes;
    }
    return st;
}

static bonnet_status w_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    bonnet_status st = bonnet_mock_backend.mmio->read(self, offset, value, err);
    if (offset == BONNET_REG_ABI && world.abi) *value = world.abi;
    return st;
}

/* The transfer, and then the line as it was. */
static bonnet_status transfer(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, int to_device, bonnet_error *err)
{
    const bonnet_mmio *io = bonnet_mock_backend.mmio;
    const size_t at = world.line * LINE;
    uint8_t kept[LINE], *line = to_device ? mock_dram(self, buffer->addr + at, LINE) : (uint8_t *)buffer->host + at;
    const int hit = world.stale >= 0 && buffer->addr == world.addr[world.stale] && at >= offset && at < offset + bytes && line;
    const size_t n = hit && bytes - (at - offset) < LINE ? bytes - (at - offset) : LINE;
    if (hit) memcpy(kept, line, n);
    bonnet_status st = (to_device ? io->to_device : io->to_host)(self, buffer, offset, bytes, err);
    if (hit) memcpy(line, kept, n);
    return st;
}

static bonnet_status w_to_device(void *self, const bonnet_dma *b, size_t at, size_t n, bonnet_error *err) { return transfer(self, b, at, n, 1, err); }
static bonnet_status w_to_host(void *self, const bonnet_dma *b, size_t at, size_t n, bonnet_error *err) { return transfer(self, b, at, n, 0, err); }

typedef struct bench {
    bonnet_net *net;
    uint8_t *pixels; /* [FRAMES] */
    int32_t wanted[FRAMES * CLASSES];
    bonnet_mmio io;
    const char *path;
} bench;

static int bench_make(bench *b, uint64_t seed)
{
    bonnet_build build;
    bonnet_build_start(&build, seed, 4);
    int a = bonnet_build_stem(&build, &(bonnet_stem_spec){.h = 6, .w = 7, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64, .dw = 1});
    int c = bonnet_build_conv(&build, BONNET_ALL(&build, a), 64, 1, 1, BONNET_POST_XNOR, BONNET_ALL(&build, a), BONNET_NONE);
    bonnet_build_last(&build, BONNET_ALL(&build, c), 1);
    bonnet_build_fc(&build, CLASSES);
    b->net = bonnet_build_finish(&build);
    b->pixels = b->net ? bonnet_random_image(b->net, seed, FRAMES) : NULL;
    b->io = *bonnet_mock_backend.mmio;
    b->io.alloc = w_alloc;
    b->io.read = w_read;
    b->io.to_device = w_to_device;
    b->io.to_host = w_to_host;
    for (uint32_t f = 0; b->pixels && f < FRAMES; f++)
        if (bonnet_golden_run(b->net, b->pixels + (size_t)f * PIXELS, NULL, b->wanted + (size_t)f * CLASSES, NULL, NULL) != BONNET_OK) return 0;
    return b->pixels != NULL;
}

static bonnet_status open_net(const bench *b, void **dev, void **slot, bonnet_error *err)
{
    world.n_alloc = 0;
    bonnet_status st = bonnet_regdev_open(dev, &b->io, b->path, NULL, err);
    return st == BONNET_OK ? bonnet_regdev_load(*dev, slot, b->net, err) : st;
}

static void close_net(void *dev, void *slot)
{
    if (dev) bonnet_regdev_unload(dev, slot);
    bonnet_regdev_close(dev);
}

/* Status, and whether the answer is golden's (after a failure: whether there is none). `traced` also takes the first frame's maps. */
static bonnet_status run(const bench *b, void *dev, void *slot, int traced, int *good, bonnet_error *err)
{
    int32_t logits[FRAMES * CLASSES], none[FRAMES * CLASSES];
    uint64_t *maps[BONNET_MAX_LAYERS] = {0}, *map = NULL;
    memset(none, 0x3C, sizeof none);
    memcpy(logits, none, sizeof logits);
    bonnet_run r = {.pixels = b->pixels, .frames = traced ? 1 : FRAMES, .logits = logits};
    if (traced) {
        maps[1] = map = calloc((size_t)bonnet_net_map_words(b->net, 1), sizeof *map);
        r.maps = maps;
    }
    bonnet_status st = bonnet_regdev_run(dev, slot, &r, err);
    *good = !memcmp(logits, st == BONNET_OK ? b->wanted : none, r.frames * CLASSES * sizeof *logits);
    free(map);
    return st;
}

/* Lines of a buffer, the first, the last, and some between: told by this text, or without effect. Weights stay wrong until they are placed again. */
static void stale(unit *u, const bench *b, const char *label, int buffer, const char *text)
{
    const int traced = buffer >= T_DESC;
    uint32_t told = 0, wrong = 0, lines = 1, seen = 0;
    bonnet_error err = {""}, first = {""};
    for (uint32_t n = 0; n < LINES && n < lines; n++, seen++) {
        void *dev = NULL, *slot = NULL;
        int good = 0;
        world.stale = buffer;
        world.line = lines <= LINES ? n : n == 1 ? lines - 1 : n ? unit_below(u, lines) : 0;
        bonnet_status st = open_net(b, &dev, &slot, &err);
        if (st == BONNET_OK) st = run(b, dev, slot, traced, &good, &err);
        lines = (uint32_t)((world.bytes[buffer] + LINE - 1) / LINE);
        const int named = st == BONNET_EIO && strstr(err.text, text);
        const int refused = st == BONNET_EABI && buffer % T_DESC == DESC; /* a descriptor of zeros */
        if (named && good) told++, first = err;
        else if (!(st == BONNET_OK && good) && !(refused && good)) wrong++, first = err, told = 0;
        world.stale = -1;
        if (buffer % T_DESC == DESC || buffer % T_DESC == ROWS) {
            close_net(dev, slot);
            continue;
        }
        st = run(b, dev, slot, traced, &good, &err);
        if (st != BONNET_OK || !good) wrong++, first = err;
        close_net(dev, slot);
    }
    UNIT(u, !wrong && (told || buffer % T_DESC == DESC), label, "of %u lines %u told, %u wrong: %s", seen, told, wrong, first.text);
}

/* One bit of a descriptor that changes no answer: the layer it is counted for. */
static void descriptor_bit(unit *u, const bench *b)
{
    void *dev = NULL, *slot = NULL;
    int good = 0;
    bonnet_error err = {""};
    bonnet_status st = open_net(b, &dev, &slot, &err);
    uint8_t *p = st == BONNET_OK ? mock_dram(bonnet_regdev_mmio_self(dev), world.addr[DESC] + BONNET_DESC_BYTES, BONNET_DESC_BYTES) : NULL;
    uint32_t d[BONNET_DESC_WORDS];
    if (p) {
        bonnet_desc_from_bytes(d, p);
        bonnet_desc_set(d, BONNET_F_JOB_LAYER, bonnet_desc_get(d, BONNET_F_JOB_LAYER) ^ 1);
        bonnet_desc_to_bytes(p, d);
        st = run(b, dev, slot, 0, &good, &err);
    }
    UNIT(u, p && st == BONNET_EIO && good && strstr(err.text, "chip read other weights or descriptors than the host wrote"), "a bit of a descriptor",
         "status %d: %s", st, err.text);
    close_net(dev, slot);
}

static void old_chip(unit *u, const bench *b)
{
    void *dev = NULL;
    bonnet_error err = {""};
    world.abi = 0x00020000;
    bonnet_status st = bonnet_regdev_open(&dev, &b->io, b->path, NULL, &err);
    UNIT(u, st == BONNET_EABI && strstr(err.text, "register version 2.0, an older one"), "an older chip", "status %d: %s", st, err.text);
    world.abi = 0x00020001; /* without PAD of a CONV */
    st = bonnet_regdev_open(&dev, &b->io, b->path, NULL, &err);
    UNIT(u, st == BONNET_EABI && strstr(err.text, "register version 2.1, an older one"), "the chip before this one", "status %d: %s", st, err.text);
    world.abi = 0x00020007; /* additions of a later one */
    st = bonnet_regdev_open(&dev, &b->io, b->path, NULL, &err);
    UNIT(u, st == BONNET_OK, "a chip with more", "status %d: %s", st, err.text);
    bonnet_regdev_close(dev);
    world.abi = 0;
}

/* Words of any bytes, against the definition. */
static void sum(unit *u)
{
    uint8_t bytes[700];
    int bad = 0;
    for (int n = 0; n < 2000; n++) {
        const size_t at = unit_below(u, 64), size = unit_below(u, 600);
        uint64_t wanted = 0;
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)unit_random(u);
        for (size_t i = 0; i < size; i++) wanted += (uint64_t)bytes[at + i] << 8 * (i % 8);
        bad += regdev_sum(bytes + at, size) != wanted;
    }
    UNIT(u, !bad, "sum of bytes", "%d of 2000 wrong", bad);
}

/* Jobs of which no sum can be told are refused. */
static void jobs(unit *u, const bench *b)
{
    static const char *const labels[] = {"a sound job",   "two stores to one place", "a store past the end",         "weights past the end",
                                         "half an image", "weights from the images", "weights to the feature buffer"};
    for (uint32_t n = 0; n < sizeof labels / sizeof labels[0]; n++) {
        bonnet_job *job = NULL;
        bonnet_error err = {""};
        regdev_sums sums = {0};
        bonnet_status st = bonnet_lower(&job, b->net, bonnet_geometry_named("tiny"), &(bonnet_lower_options){.traced = 1}, &err);
        uint32_t *last = NULL; /* store of the job */
        for (uint32_t i = 1; st == BONNET_OK && i < job->n_desc; i++) {
            uint32_t *d = job->desc[i], op = bonnet_desc_get(d, BONNET_F_JOB_OP);
            if (op == BONNET_OP_STORE && bonnet_desc_get(d, BONNET_F_STORE_BASE) == 3) {
                if (n == 1 && last) bonnet_desc_set(d, BONNET_F_STORE_OFFSET, bonnet_desc_get(last, BONNET_F_STORE_OFFSET) + 8);
                if (n == 2 && !last) bonnet_desc_set(d, BONNET_F_STORE_OFFSET, job->scratch_bytes);
                last = d;
            }
            if (op == BONNET_OP_LOAD && n == 3) bonnet_desc_set(d, BONNET_F_LOAD_OFFSET, job->rows_bytes);
            if (op == BONNET_OP_LOAD && n == 5) bonnet_desc_set(d, BONNET_F_LOAD_BASE, 1);
            if (op == BONNET_OP_LOAD && n == 6) bonnet_desc_set(d, BONNET_F_LOAD_DEST, 2);
            if (op == BONNET_OP_STEM && n == 4) bonnet_desc_set(d, BONNET_F_STEM_OFFSET, 32);
        }
        if (st == BONNET_OK) st = regdev_sums_plan(&sums, job, 1, &err);
        UNIT(u, st == (n ? BONNET_EFORMAT : BONNET_OK), labels[n], "status %d: %s", st, err.text);
        regdev_sums_free(&sums);
        bonnet_job_free(job);
    }
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "sums", 1, 1);
    static const char *const geometries[] = {"geometry=tiny", "geometry=asic", "geometry=zcu102"};
    bench b = {.path = geometries[0]};
    world.stale = -1;
    if (!bench_make(&b, u.seed)) {
        UNIT(&u, 0, "bench", "no memory, or golden does not run");
        return unit_end(&u);
    }
    sum(&u);
    old_chip(&u, &b);
    jobs(&u, &b);
    for (size_t g = 0; g < sizeof geometries / sizeof geometries[0]; g++) {
        b.path = geometries[g];
        printf("%s\n", b.path);
        descriptor_bit(&u, &b);
        stale(&u, &b, "stale descriptors", DESC, "chip read other weights or descriptors than the host wrote");
        stale(&u, &b, "stale weights", ROWS, "chip read other weights or descriptors than the host wrote");
        stale(&u, &b, "stale images", INPUT, "chip read other image bytes than the host wrote");
        stale(&u, &b, "stale results", OUTPUT, "host read other results than the chip wrote");
        stale(&u, &b, "stale image of a traced job", T_INPUT, "chip read other image bytes than the host wrote");
        stale(&u, &b, "stale results of a traced job", T_OUTPUT, "host read other results than the chip wrote");
        stale(&u, &b, "stale maps", T_SCRATCH, "host read other maps than the chip wrote");
    }
    bonnet_net_free(b.net);
    free(b.pixels);
    return unit_end(&u);
}
