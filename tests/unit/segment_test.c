/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_test.c - what a chip runs of a general network: which layers and why not the others, every rule of a segment broken once, every field of its
 * job's LOAD and STORE turned, and that files and the other devices take no segment. That they compute the same bits: tests/conform --general; here
 * the CPU's side of that under the sanitizers.
 */
#include "../conform/compare.h"
#include "../conform/net_build.h"
#include "backends.h"
#include "break.h"
#include "golden/golden.h"
#include "lower.h"
#include "mixed.h"

/* A layer of 64 channels on 6x6, as the conv unit takes it. */
static bonnet_layer fitting(void)
{
    bonnet_layer l = {.kind = BONNET_LAYER_BCONV, .in_c = 64, .in_h = 6, .in_w = 6, .out_c = 64, .out_h = 6, .out_w = 6, .name = "layer"};
    l.win = (bonnet_net_window){.kernel_h = 3,
                                .kernel_w = 3,
                                .stride_h = 1,
                                .stride_w = 1,
                                .dilation_h = 1,
                                .dilation_w = 1,
                                .top = 1,
                                .left = 1,
                                .bottom = 1,
                                .right = 1,
                                .edge = 1,
                                .groups = 1};
    return l;
}

#define REFUSED(u, change, word)                                                                                                                     \
    do {                                                                                                                                             \
        bonnet_layer l = fitting();                                                                                                                  \
        change;                                                                                                                                      \
        char why[128] = "";                                                                                                                          \
        const char *said = bonnet_segment_why(&l, why, sizeof why);                                                                                  \
        UNIT(u, said &&strstr(said, word), #change, "said: %s", said ? said : "fits");                                                               \
    } while (0)

static void fits(unit *u)
{
    char why[128];
    bonnet_layer l = fitting();
    UNIT(u, !bonnet_segment_why(&l, why, sizeof why), "3x3 with edge padding fits", "said: %s", why);
    l.win.edge = 0;
    UNIT(u, !bonnet_segment_why(&l, why, sizeof why), "3x3 with zero padding fits", "said: %s", why);
    l.win.top = l.win.left = l.win.bottom = l.win.right = 0, l.in_c = 63;
    UNIT(u, !bonnet_segment_why(&l, why, sizeof why), "3x3 without padding fits", "said: %s", why);
    l = fitting(), l.win.kernel_h = l.win.kernel_w = 1, l.win.stride_h = l.win.stride_w = 2, l.out_h = l.out_w = 3;
    l.win.top = l.win.left = l.win.bottom = l.win.right = 0;
    UNIT(u, !bonnet_segment_why(&l, why, sizeof why), "1x1 of stride 2 fits", "said: %s", why);
    l = fitting();
    l.win = (bonnet_net_window){.kernel_h = 6, .kernel_w = 6, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1};
    l.out_h = l.out_w = 1;
    UNIT(u, !bonnet_segment_why(&l, why, sizeof why), "a window of the whole map fits", "said: %s", why);
    l.in_h = l.in_w = l.win.kernel_h = l.win.kernel_w = 9; /* 81 words */
    UNIT(u, bonnet_segment_why(&l, why, sizeof why) && strstr(why, "sums of 5184 bits"), "a larger one does not", "fits");
}

static void reasons(unit *u)
{
    REFUSED(u, l.kind = BONNET_LAYER_ICONV, "sums of pixels");
    REFUSED(u, l.kind = BONNET_LAYER_BSUM, "8-bit weights");
    REFUSED(u, l.kind = BONNET_LAYER_BPOOL, "pool");
    REFUSED(u, l.kind = BONNET_LAYER_BELT, "join");
    REFUSED(u, l.kind = BONNET_LAYER_BPICK, "choice");
    REFUSED(u, l.win.groups = 2, "group");
    REFUSED(u, l.in_c = 513, "sums of 5184 bits");
    REFUSED(u, (l.win.edge = 0, l.in_c = 63), "zero padding of an odd number");
    REFUSED(u, l.win.top = 0, "another border");
    REFUSED(u, l.win.dilation_h = l.win.dilation_w = 2, "another border");
    REFUSED(u, l.win.stride_h = l.win.stride_w = 3, "strides");
    REFUSED(u, l.win.stride_h = 2, "unequal");
    REFUSED(u, l.win.kernel_h = l.win.kernel_w = 5, "5x5");
    REFUSED(u, l.win.kernel_h = l.win.kernel_w = 1, "1x1 with a border");
    REFUSED(u, (l.win = (bonnet_net_window){1, 1, 3, 3, 1, 1, .groups = 1}), "1x1 with a border, or a stride beyond 2");
}

/* A segment of two layers and more, one of which pads or ends in a way that BoolNet's do not. */
static int telling(const bonnet_net *s)
{
    uint32_t more = 0;
    for (uint32_t i = 1; i < s->n_layers; i++) more += s->layers[i].pool || s->layers[i].post || s->layers[i].pad == BONNET_PAD_NONE;
    return s->n_layers >= 3 && more;
}

/* The first random network with one. */
static bonnet_net *some(uint64_t seed, const bonnet_geometry *g, bonnet_segment **segments, uint32_t *n, uint32_t *which)
{
    for (;; seed++) {
        bonnet_net *net = bonnet_random_general(seed);
        if (!net || bonnet_segments(segments, n, net, g, NULL) != BONNET_OK) exit(1);
        for (*which = 0; *which < *n; ++*which)
            if (telling((*segments)[*which].net)) return net;
        bonnet_segments_free(*segments, *n);
        bonnet_net_free(net);
    }
}

#define BROKEN(u, change, word) BREAK_FOR(u, bonnet_net_check_segment, change, word)

static void rules(unit *u, const bonnet_net *sound)
{
    char text[200];
    bonnet_error err;
    void *dev = NULL, *slot = NULL;
    UNIT(u, bonnet_net_check(sound, text, sizeof text), "a segment is no network", "taken");
    if (bonnet_cpu_backend.open(&dev, "", NULL, &err) != BONNET_OK) exit(1);
    UNIT(u, bonnet_cpu_backend.load(dev, &slot, sound, &err) == BONNET_EINVAL, "cpu: takes no segment", "taken");
    bonnet_cpu_backend.close(dev);
    BROKEN(u, n->classes++, "classes");
    BROKEN(u, n->k = 4, "classes");
    BROKEN(u, n->k = 2, "slices");
    BROKEN(u, l[0].kind = BONNET_LAYER_STEM, "input of");
    BROKEN(u, l[1].kind = BONNET_LAYER_MAP, "kind");
    BROKEN(u, l[1].kind = BONNET_LAYER_LAST, "kind");
    BROKEN(u, l[0].out_c += 1, "reads nothing");
    BROKEN(u, l[0].conv_c = l[0].out_c += 1, "multiple of 64");
    BROKEN(u, l[0].conv_c = l[0].out_c = 64 * 73, "multiple of 64");
    BROKEN(u, l[0].conv_h = l[0].out_h = 0, "map of");
    BROKEN(u, l[0].in = l[1].in, "in must be none");
    BROKEN(u, l[1].in.map = 1, "earlier");
    BROKEN(u, l[1].post = (bonnet_post)9, "post-processing");
    BROKEN(u, l[1].s1 = 1, "head shifts");
    BREAK_FOR(u, bonnet_net_check_part, l[1].pad = BONNET_PAD_NONE, "padding"); /* only a chip's */
    BROKEN(u, l[1].pad = (bonnet_pad)3, "padding");
    BROKEN(u, l[1].pool = 2, "pool");
    BROKEN(u, l[1].stride = 3, "stride");
    BROKEN(u, l[1].in_h++, " x ");
    BROKEN(u, l[1].tp = NULL, "missing");
    BROKEN(u, ((uint16_t *)bonnet_net_param_data(n, 1, BONNET_PARAM_TP))[0] = 4610, "threshold");
}

/* Every bit of every field that moves the segment's maps, turned: refused, whatever it is, or the same job in other words (never for these). */
static void job_fields(unit *u, const bonnet_segment *s, const bonnet_geometry *g, uint32_t batch)
{
    static const int loads[] = {BONNET_F_LOAD_OFFSET, BONNET_F_LOAD_BASE, BONNET_F_LOAD_DEST, BONNET_F_LOAD_BYTES, BONNET_F_LOAD_ADDR};
    static const int stores[] = {BONNET_F_STORE_OFFSET, BONNET_F_STORE_BASE, BONNET_F_STORE_BYTES, BONNET_F_STORE_ADDR};
    static const int convs[] = {BONNET_F_CONV_IN,    BONNET_F_CONV_OUT,  BONNET_F_CONV_IN_W,  BONNET_F_CONV_IN_H,  BONNET_F_CONV_OUT_W,
                                BONNET_F_CONV_OUT_H, BONNET_F_CONV_WROW, BONNET_F_CONV_TILES, BONNET_F_CONV_DEPTH, BONNET_F_CONV_CHANNEL,
                                BONNET_F_CONV_Y0,    BONNET_F_CONV_ROWS, BONNET_F_CONV_POOL2, BONNET_F_CONV_K3};
    bonnet_job *job = NULL;
    bonnet_error err = {""};
    uint32_t tried = 0, taken = 0;
    if (bonnet_lower(&job, s->net, g, &(bonnet_lower_options){.batch = batch}, &err) != BONNET_OK) {
        UNIT(u, 0, "a segment is lowered", "%s", err.text);
        return;
    }
    for (uint32_t i = 1; i < job->n_desc; i++) {
        uint32_t *d = job->desc[i], op = bonnet_desc_get(d, BONNET_F_JOB_OP), kept[BONNET_DESC_WORDS];
        const int load = op == BONNET_OP_LOAD && bonnet_desc_get(d, BONNET_F_LOAD_BASE) == 1;
        const int *fields = load ? loads : op == BONNET_OP_STORE ? stores : op == BONNET_OP_CONV ? convs : NULL;
        memcpy(kept, d, sizeof kept);
        for (uint32_t f = 0; fields && f < (load ? 5 : fields == stores ? 4 : sizeof convs / sizeof convs[0]); f++)
            for (uint32_t bit = 0; bit < 24; bit++) {
                const int field = fields[f];
                if (!bonnet_desc_set(d, field, (bonnet_desc_get(d, field) ^ UINT32_C(1) << bit))) continue;
                if (field == BONNET_F_CONV_POOL2 && bonnet_desc_get(d, BONNET_F_CONV_IN_W) == 1 && bonnet_desc_get(d, BONNET_F_CONV_IN_H) == 1) {
                    memcpy(d, kept, sizeof kept); /* a pixel pooled with itself */
                    continue;
                }
                tried++;
                if (bonnet_job_check(job, 3, &err) == BONNET_OK) taken++;
                memcpy(d, kept, sizeof kept);
            }
    }
    UNIT(u, tried > 40 && !taken, "LOAD, CONV and STORE of a segment, bit by bit", "%u of %u turned bits were taken", taken, tried);
    const uint32_t classes = job->classes, bytes = job->input_bytes;
    job->classes = classes - 2;
    UNIT(u, bonnet_job_check(job, 3, &err) == BONNET_EFORMAT, "fewer results than the map has words", "taken");
    job->classes = classes;
    job->input_bytes = bytes - 8;
    UNIT(u, bonnet_job_check(job, 3, &err) == BONNET_EFORMAT, "a shorter input", "taken");
    job->input_bytes = bytes;
    job->batch = batch + 1;
    UNIT(u, bonnet_job_check(job, 3, &err) == BONNET_EFORMAT, "more frames than it loads and stores", "taken");
    job->batch = batch;
    UNIT(u, bonnet_job_check(job, 3, &err) == BONNET_OK, "sound again", "%s", err.text);
    bonnet_job_free(job);
}

/* There and back as bytes; and a net that never was in a file. */
static void bytes(unit *u, const bonnet_segment *s, const bonnet_geometry *g)
{
    bonnet_job *job = NULL, *back = NULL;
    bonnet_error err = {""};
    uint8_t *p = NULL;
    size_t size = 0;
    bonnet_status st = bonnet_lower(&job, s->net, g, &(bonnet_lower_options){.traced = 1}, &err);
    if (st == BONNET_OK) st = bonnet_job_serialise(&p, &size, job, &err);
    if (st == BONNET_OK) st = bonnet_job_parse(&back, p, size, &err);
    UNIT(u, st == BONNET_OK && back->n_desc == job->n_desc && !memcmp(back->desc, job->desc, job->n_desc * sizeof *job->desc),
         "a traced job of a segment, there and back", "status %d: %s", st, err.text);
    free(p);
    bonnet_job_free(job);
    bonnet_job_free(back);
}

/* A device whose n-th allocation fails: the CPU does what then finds no room, and the logits are golden's; nothing leaks. */
static void little_memory(unit *u)
{
    bonnet_net *net = NULL;
    bonnet_segment *segments = NULL;
    uint32_t n = 0, which = 0, wrong = 0, most = 0, first = 0;
    net = some(u->seed, bonnet_geometry_named("tiny"), &segments, &n, &which);
    bonnet_segments_free(segments, n);
    enum { FRAMES = 33 };
    uint8_t *pixels = bonnet_random_image(net, u->seed, FRAMES);
    int32_t *want = calloc(2 * FRAMES * (size_t)net->classes, sizeof *want), *got = want ? want + FRAMES * net->classes : NULL;
    const size_t bytes = (size_t)net->layers[0].in_h * net->layers[0].in_w * net->layers[0].in_c;
    if (!pixels || !want) exit(1);
    for (uint32_t f = 0; f < FRAMES; f++)
        if (bonnet_golden_run(net, pixels + f * bytes, NULL, want + f * net->classes, NULL, NULL) != BONNET_OK) exit(1);
    for (uint32_t at = 0; at < 24; at++) {
        void *chip = NULL, *dev = NULL, *slot = NULL;
        bonnet_error err = {""};
        char path[64];
        snprintf(path, sizeof path, "geometry=tiny,fault=alloc@%u", (unsigned)at);
        if (bonnet_mock_backend.open(&chip, path, NULL, &err) != BONNET_OK || bonnet_mixed_open(&dev, chip, NULL, &err) != BONNET_OK) exit(1);
        bonnet_run run = {.pixels = pixels, .frames = FRAMES, .logits = got};
        memset(got, 0xa5, FRAMES * net->classes * sizeof *got);
        if (bonnet_mixed_backend.load(dev, &slot, net, &err) != BONNET_OK || bonnet_mixed_backend.run(dev, slot, &run, &err) != BONNET_OK ||
            memcmp(want, got, FRAMES * net->classes * sizeof *got) != 0)
            wrong++;
        most = run.cycles > most ? (uint32_t)run.cycles : most;
        if (at == 0) first = (uint32_t)run.cycles;
        if (slot) bonnet_mixed_backend.unload(dev, slot);
        bonnet_mixed_backend.close(dev);
        bonnet_mock_backend.close(chip);
    }
    UNIT(u, !wrong && first < most, "a device with little memory", "%u of 24 went wrong; %u cycles without the first segment, %u with all", wrong,
         first, most);
    free(pixels);
    free(want);
    bonnet_net_free(net);
}

/* The kernels of general layers read and write what is theirs: random networks on cpu: under the sanitizers, every map as golden's. */
static void on_cpu(unit *u, const char *options)
{
    void *dev = NULL;
    bonnet_error err = {""};
    uint32_t wrong = 0;
    const bonnet_status opened = bonnet_cpu_backend.open(&dev, options, NULL, &err);
    if (opened == BONNET_ENODEV) return; /* a kernel set that this machine lacks */
    if (opened != BONNET_OK) exit(1);
    for (uint32_t i = 0; i < u->cases; i++) {
        bonnet_net *net = bonnet_random_general(u->seed + i);
        uint8_t *pixels = net ? bonnet_random_image(net, u->seed + i, 1) : NULL;
        bonnet_frame want, got;
        bonnet_parting at;
        void *slot = NULL;
        if (!pixels || !bonnet_frame_make(&want, net) || !bonnet_frame_make(&got, net)) exit(1);
        bonnet_run run = {.pixels = pixels, .frames = 1, .logits = got.logits, .maps = got.maps};
        if (bonnet_golden_run(net, pixels, want.maps, want.logits, NULL, NULL) != BONNET_OK ||
            bonnet_cpu_backend.load(dev, &slot, net, &err) != BONNET_OK || bonnet_cpu_backend.run(dev, slot, &run, &err) != BONNET_OK ||
            !bonnet_frame_equal(&at, net, &want, &got))
            wrong++;
        if (slot) bonnet_cpu_backend.unload(dev, slot);
        bonnet_frame_free(&want);
        bonnet_frame_free(&got);
        free(pixels);
        bonnet_net_free(net);
    }
    bonnet_cpu_backend.close(dev);
    UNIT(u, !wrong, *options ? options : "cpu:", "%u of %u networks are not golden's: %s", wrong, u->cases, err.text);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "segment", 1, 12);
    static const char *const sets[] = {"", "isa=avx512", "isa=avx2", "isa=portable,threads=3"};
    for (uint32_t i = 0; i < 4; i++) on_cpu(&u, sets[i]);
    little_memory(&u);
    static const char *const names[] = {"asic", "zcu102", "small", "tiny"};
    fits(&u);
    reasons(&u);
    for (uint32_t i = 0; i < 4; i++) {
        const bonnet_geometry *g = bonnet_geometry_named(names[i]);
        bonnet_segment *segments = NULL;
        uint32_t n, which;
        bonnet_net *net = some(u.seed + 100 * i, g, &segments, &n, &which);
        if (i == 0) rules(&u, segments[which].net);
        job_fields(&u, &segments[which], g, 1);
        job_fields(&u, &segments[which], g, 2);
        bytes(&u, &segments[which], g);
        bonnet_segments_free(segments, n);
        bonnet_net_free(net);
    }
    return unit_end(&u);
}
