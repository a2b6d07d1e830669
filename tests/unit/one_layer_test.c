/* SPDX-License-Identifier: Apache-2.0 */
/* one_layer_test.c - a part for one layer: of every kind, the shape that was asked for, the same bits on cpu: and golden:; what no network may have is refused. */
#include "one_layer.h"
#include "backends.h"
#include "unit.h"

static const char *const kinds[] = {"stem", "conv", "down", "last", "fc", "iconv", "bconv", "bpool", "belt", "bsum", "bpick"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static uint32_t one_of(unit *u, uint32_t a, uint32_t b, uint32_t c) { return unit_below(u, 3) ? unit_below(u, 2) ? a : b : c; }

static void draw(bonnet_layer_shape *s, unit *u, uint32_t kind)
{
    const int general = kind >= 5;
    *s = (bonnet_layer_shape){.kind = kinds[kind],
                              .slices = general || unit_below(u, 2) ? 1 : 4,
                              .kernel_h = 1,
                              .kernel_w = 1,
                              .stride_h = 1,
                              .stride_w = 1,
                              .dilation_h = 1,
                              .dilation_w = 1,
                              .groups = 1};
    s->height_in = 1 + unit_below(u, 12), s->width_in = 1 + unit_below(u, 12);
    s->channels_in = general ? 1 + unit_below(u, 140) : 64 * (1 + unit_below(u, 3)),
    s->channels_out = general ? 1 + unit_below(u, 140) : 64 * (1 + unit_below(u, 3));
    if (kind == 0 || kind == 5) s->channels_in = one_of(u, 1, 3, 3), s->pixels_signed = unit_below(u, 2);
    if (kind == 0)
        s->height_in += 8, s->width_in += 8, s->kernel_h = s->kernel_w = one_of(u, 3, 5, 7), s->pool = unit_below(u, 3),
                                             s->depthwise = unit_below(u, 2);
    if (kind == 1 || kind == 3) s->kernel_h = s->kernel_w = 3, s->dilation_h = s->dilation_w = 1 + unit_below(u, 2);
    if (kind <= 1) s->stride_h = s->stride_w = 1 + unit_below(u, 2);
    if (kind == 1) s->post = unit_below(u, 4);
    if (kind == 2) s->pool = unit_below(u, 2);
    if (kind == 3) s->channels_out = s->channels_in;
    if (kind == 4) s->height_in = s->width_in = 1, s->channels_out = 1 + unit_below(u, 30);
    if (kind == 5) s->multiply = 1;
    if (kind >= 5 && kind <= 7) s->kernel_h = 1 + unit_below(u, s->height_in), s->kernel_w = 1 + unit_below(u, s->width_in);
    if (kind >= 5 && kind <= 7)
        s->stride_h = 1 + unit_below(u, 2), s->stride_w = 1 + unit_below(u, 2), s->top = unit_below(u, 2), s->edge = unit_below(u, 2);
    if (kind == 7 || kind == 8) s->channels_out = s->channels_in;
    if (kind == 8) s->join = unit_below(u, 3);
    if (kind == 9) s->kernel_h = s->height_in, s->kernel_w = s->width_in;
    if (kind == 10) s->second = unit_below(u, 2);
}

/* Runs the part; logits, of bits two words each. */
static int run(const bonnet_backend *b, const bonnet_net *net, const uint8_t *pixels, int32_t *logits)
{
    void *self = NULL, *slot = NULL;
    bonnet_error err = {""};
    const bonnet_open_config config = {.timeout_ms = 60000};
    bonnet_run r = {.pixels = pixels, .frames = 1, .logits = logits};
    int ok = b->open(&self, "", &config, &err) == BONNET_OK;
    if (ok) ok = b->load(self, &slot, net, &err) == BONNET_OK && b->run(self, slot, &r, &err) == BONNET_OK;
    if (*err.text) printf("      %s\n", err.text);
    if (slot) b->unload(self, slot);
    if (self) b->close(self);
    return ok;
}

static int same_bits(unit *u, const bonnet_net *net)
{
    const size_t bytes = bonnet_net_input_bytes(net);
    uint8_t *pixels = malloc(bytes);
    int32_t *a = calloc(net->classes, sizeof *a), *b = calloc(net->classes, sizeof *b);
    int same = pixels && a && b;
    const uint32_t c = net->layers[0].out_c, words = (c + 63) / 64;
    for (size_t i = 0; pixels && i < bytes; i++) pixels[i] = (uint8_t)unit_random(u);
    for (size_t i = 0; same && bonnet_net_given(net) && c % 64 && i < bytes / 8; i++) /* bits behind the last channel are 0 */
        if (i % words == words - 1)
            for (uint32_t k = 0; k < 64; k++)
                if (k >= c % 64) pixels[8 * i + k / 8] &= (uint8_t) ~(1u << k % 8);
    same = same && run(&bonnet_cpu_backend, net, pixels, a) && run(&bonnet_golden_backend, net, pixels, b) && !memcmp(a, b, net->classes * sizeof *a);
    free(pixels), free(a), free(b);
    return same;
}

static int as_asked(const bonnet_layer *l, const bonnet_layer_shape *s)
{
    return !strcmp(bonnet_kind_name(l->kind), s->kind) && l->in_c == s->channels_in && l->in_h == s->height_in && l->in_w == s->width_in &&
           l->conv_c == s->channels_out && l->kernel == s->kernel_h && l->stride == s->stride_h && l->pool == s->pool &&
           (uint32_t)l->post == s->post && l->dw == s->depthwise;
}

static void every_kind(unit *u)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        uint32_t refused = 0, wrong = 0;
        for (uint32_t i = 0; i < u->cases; i++) {
            bonnet_layer_shape s;
            bonnet_net *net = NULL;
            bonnet_error err = {""};
            uint32_t index = 99;
            draw(&s, u, kind);
            const bonnet_status status = bonnet_one_layer(&net, &index, &s, i, &err);
            refused += status != BONNET_OK;
            if (status != BONNET_OK) printf("      %s\n", err.text);
            else wrong += index >= net->n_layers || !as_asked(&net->layers[index], &s) || !same_bits(u, net);
            bonnet_net_free(net);
        }
        UNIT(u, !refused && !wrong, kinds[kind], "%u refused, %u wrong of %u", refused, wrong, u->cases);
    }
}

static void refused(unit *u)
{
    bonnet_layer_shape good;
    do draw(&good, u, 1);
    while (good.post || good.stride_h != 1);
#define REFUSED(field, value, says)                                                                                                                  \
    do {                                                                                                                                             \
        bonnet_layer_shape s = good;                                                                                                                 \
        bonnet_net *net = NULL;                                                                                                                      \
        bonnet_error err = {""};                                                                                                                     \
        uint32_t index = 99;                                                                                                                         \
        s.field = value;                                                                                                                             \
        const bonnet_status status = bonnet_one_layer(&net, &index, &s, 1, &err);                                                                    \
        UNIT(u, status == BONNET_EINVAL && !net && strstr(err.text, says), "refused: " #field " " #value, "%d: %s", (int)status, err.text);          \
    } while (0)
    REFUSED(kind, NULL, "no such kind");
    REFUSED(kind, "map", "no such kind");
    REFUSED(slices, 2, "2 slices");
    REFUSED(slices, 0, "1..8192");
    REFUSED(channels_in, 63, "not a multiple of 64");
    REFUSED(channels_in, 576, "dot product");
    REFUSED(channels_out, 4000000000u, "1..8192");
    REFUSED(height_in, 513, "1..512");
    REFUSED(kernel_h, 5, "kernel 5");
    REFUSED(stride_h, 0, "1..8192");
    REFUSED(stride_h, 3, "stride 3");
    REFUSED(post, 4, "no such value");
    REFUSED(top, 513, "border");
    REFUSED(dilation_h, 3, "dilation 3");
}

/* Any numbers at all: refused, or sound. */
static void anything(unit *u)
{
    uint32_t sound = 0;
    for (uint32_t i = 0; i < 20 * u->cases; i++) {
        bonnet_layer_shape s;
        bonnet_net *net = NULL;
        bonnet_error err = {""};
        uint32_t index = 0;
        draw(&s, u, unit_below(u, KINDS));
        const uint32_t first = offsetof(bonnet_layer_shape, slices), fields = (offsetof(bonnet_layer_shape, pixels_signed) - first) / 4 + 1;
        for (uint32_t k = 1 + unit_below(u, 2); k; k--) {
            const uint32_t number = unit_below(u, 3) ? unit_below(u, 9) : (uint32_t)unit_random(u);
            memcpy((char *)&s + first + 4 * unit_below(u, fields), &number, sizeof number);
        }
        const bonnet_status status = bonnet_one_layer(&net, &index, &s, i, &err);
        sound += status == BONNET_OK;
        if (status != BONNET_OK && status != BONNET_EINVAL) UNIT(u, 0, "anything", "%d: %s", (int)status, err.text);
        bonnet_net_free(net);
    }
    UNIT(u, sound, "any numbers: refused or sound", "none was sound");
    printf("      %u of %u are sound\n", sound, 20 * u->cases);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "one_layer", 1, 30);
    every_kind(&u);
    refused(&u);
    anything(&u);
    return unit_end(&u);
}
