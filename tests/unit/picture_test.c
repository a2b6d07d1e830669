/* SPDX-License-Identifier: Apache-2.0 */
/*
 * picture_test.c - host/lib/picture.c and resample.c under the sanitizers: recipes through the file and back, mean and std to a table of pixels, planes in the
 * other order, and random sizes to random sizes. That the numbers are Pillow's is tests/cli/preprocess.sh.
 */
#include <math.h>
#include "../conform/net_build.h"
#include "file.h"
#include "internal.h"
#include "resample.h"
#include "unit.h"

enum { H = 5, W = 4 };

static bonnet_net *make_net(uint64_t seed, uint32_t planes, uint32_t pixels_signed)
{
    bonnet_build b;
    bonnet_build_start(&b, seed, 1);
    const bonnet_stem_spec stem = {.h = H, .w = W, .planes = planes, .kernel = 3, .stride = 1, .out_c = 64, .pixels_signed = pixels_signed};
    int s = bonnet_build_stem(&b, &stem);
    bonnet_build_last(&b, BONNET_ALL(&b, s), 1);
    bonnet_build_fc(&b, 3);
    bonnet_net *net = bonnet_build_finish(&b);
    if (!net) exit(1);
    return net;
}

/* The net as it comes out of a file that it was written to. */
static bonnet_net *through_file(unit *u, bonnet_net *net, unsigned minor)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    bonnet_file f = {0};
    bonnet_error err = {""};
    if (bonnet_file_build(&bytes, &size, net, NULL, 0, &err) != BONNET_OK || bonnet_file_parse(&f, bytes, size, &err) != BONNET_OK) exit(1);
    UNIT(u, bytes[10] == minor, "minor version", "%u, not %u", bytes[10], minor);
    bonnet_net *clone = bonnet_net_clone(f.net);
    if (!clone) exit(1);
    bonnet_file_free(&f);
    bonnet_net_free(net);
    free(bytes);
    return clone;
}

static void recipes(unit *u)
{
    const bonnet_preprocess p = {
        .size = sizeof p, .convert = 1, .resize = BONNET_RESIZE_EXACT, .resize_width = 9, .resize_height = 8, .filter = 1, .crop = 1, .bgr = 1};
    bonnet_net *net = make_net(u->seed, 3, 0);
    bonnet_error err = {""};
    if (bonnet_net_set_preprocess(net, &p, &err) != BONNET_OK) exit(1);
    net = through_file(u, net, 2);
    const bonnet_net_pictures want = {BONNET_RESIZE_EXACT, 9, 8, 1, 1, 1, 1};
    UNIT(u, net->pictures && memcmp(net->pictures, &want, sizeof want) == 0, "a recipe comes back", "differs");
    bonnet_net_free(net);

    net = make_net(u->seed, 1, 0);
    if (!bonnet_net_set_tensor(net, 0, "stem.slices") || !bonnet_net_set_tensor(net, 2, "logits")) exit(1);
    net = through_file(u, net, 0);
    UNIT(u, net->tensors && !strcmp(net->tensors[0], "stem.slices") && !net->tensors[1][0] && !strcmp(net->tensors[2], "logits"),
         "names of tensors come back", "differ");
    uint8_t *bytes = NULL;
    size_t size = 0;
    bonnet_file f = {0};
    if (!bonnet_net_set_tensor(net, 1, "a\nb") || bonnet_file_build(&bytes, &size, net, NULL, 0, &err) != BONNET_OK) exit(1);
    UNIT(u, bonnet_file_parse(&f, bytes, size, &err) == BONNET_EFORMAT && strstr(err.text, "not printable"), "a name with a new line", "%s",
         err.text);
    free(bytes);
    bonnet_net_free(net);

    const struct {
        const char *what, *says;
        bonnet_net_pictures p;
    } wrong[] = {{"no such resize", "code", {.resize = 3, .width = 8, .height = 8}},
                 {"no such filter", "code", {.filter = 3}},
                 {"crop is a flag", "code", {.crop = 2}},
                 {"size without resize", "without", {.width = 8}},
                 {"height of the shorter side", "without", {.resize = 1, .width = 8, .height = 8, .crop = 1}},
                 {"resize to nothing", "1..4096", {.resize = 1}},
                 {"resize to too much", "1..4096", {.resize = 2, .width = 4097, .height = 8, .crop = 1}},
                 {"resize to another size", "wants 4x5", {.resize = 2, .width = 5, .height = 4}},
                 {"crop of less", "wants 4x5", {.resize = 2, .width = 4, .height = 4, .crop = 1}},
                 {"shorter than both", "wants 4x5", {.resize = 1, .width = 3, .crop = 1}}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char why[200] = "";
        bonnet_net *n = make_net(u->seed, 3, 0);
        n->pictures = &wrong[i].p;
        UNIT(u, bonnet_net_check(n, why, sizeof why) && strstr(why, wrong[i].says), wrong[i].what, "%s", why);
        bonnet_net_free(n);
    }
}

static void pixels(unit *u)
{
    const bonnet_preprocess p = {
        .size = sizeof p, .normalise = 1, .bgr = 1, .mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}, .steps = 48};
    bonnet_net *net = make_net(u->seed, 3, 1);
    bonnet_error err = {""};
    if (bonnet_net_set_preprocess(net, &p, &err) != BONNET_OK) exit(1);
    net = through_file(u, net, 2);
    struct bonnet_device dev = {0};
    struct bonnet_model model = {.dev = &dev, .net = net};
    uint8_t picture[H * W * 3], out[H * W * 3];
    unsigned off = 0;
    for (int round = 0; round < 100; round++) {
        for (size_t i = 0; i < sizeof picture; i++) picture[i] = (uint8_t)unit_random(u);
        if (bonnet_model_picture(out, &model, picture, W, H, 3) != BONNET_OK) exit(1);
        for (size_t i = 0; i < sizeof out; i++) {
            const size_t plane = i % 3, from = i - plane + (2 - plane); /* blue first */
            const double v = fmin(fmax(rint((picture[from] / 255.0 - p.mean[plane]) / p.deviation[plane] * 48), -128), 127);
            off += (int8_t)out[i] != (int)v;
        }
    }
    UNIT(u, !off, "mean, std and order reach the pixels", "%u differ", off);
    UNIT(u, bonnet_model_picture(out, &model, picture, W, H, 1) == BONNET_EINVAL && strstr(dev.error.text, "gray"), "gray without convert", "%s",
         dev.error.text);
    bonnet_net_free(net);
}

static void sizes(unit *u)
{
    unsigned lost = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        const uint32_t in_w = 1 + unit_below(u, 40), in_h = 1 + unit_below(u, 40), w = 1 + unit_below(u, 60), h = 1 + unit_below(u, 60);
        const uint32_t planes = unit_below(u, 2) ? 3 : 1;
        const uint8_t level = (uint8_t)unit_random(u);
        uint8_t *in = malloc((size_t)in_w * in_h * planes), *out = malloc((size_t)w * h * planes); /* exact: the sanitizer watches the ends */
        if (!in || !out) exit(1);
        memset(in, level, (size_t)in_w * in_h * planes);
        if (!bonnet_resample(out, w, h, in, in_w, in_h, planes, i % 3)) exit(1);
        for (size_t at = 0; at < (size_t)w * h * planes; at++) lost += out[at] != level; /* weights sum to 1 */
        free(in), free(out);
    }
    UNIT(u, !lost, "an even picture stays even", "%u pixels of another level", lost);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "picture", 1, 400);
    recipes(&u);
    pixels(&u);
    sizes(&u);
    return unit_end(&u);
}
