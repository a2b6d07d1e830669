/* SPDX-License-Identifier: Apache-2.0 */
/* tour MODEL.bonnet IMAGE.pgm BLOCK - prints one block of numbers of docs/tour.md: what really stands in each room for one real image.
 * tests/tour/fill.sh puts the blocks into the page; the test compares the page with what this prints now. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desc.h"
#include "file.h"
#include "golden/golden.h"
#include "lower.h"

enum { PIXEL_Y = 5, PIXEL_X = 6, CHANNEL = 20 }; /* the place in the map that the tour watches */

typedef struct tour {
    bonnet_file file;
    const bonnet_net *net;
    const uint8_t *pixels;
    uint64_t *maps[BONNET_MAX_LAYERS];
    int32_t logits[BONNET_MAX_CLASSES];
    bonnet_job *job;
} tour;

static void print_image(const tour *t)
{
    const bonnet_layer *l = &t->net->layers[0];
    for (uint32_t y = 8; y < 16; y++) {
        printf("row %2u ", y);
        for (uint32_t x = 0; x < l->in_w; x++) printf(" %02x", t->pixels[y * l->in_w + x]);
        putchar('\n');
    }
}

static void print_stem(const tour *t)
{
    const bonnet_layer *l = &t->net->layers[0];
    int8_t *plane = malloc((size_t)l->out_h * l->out_w);
    if (!plane) return;
    for (uint32_t y = 0; y < l->out_h; y++)
        for (uint32_t x = 0; x < l->out_w; x++) {
            int8_t best = -128;
            for (uint32_t i = 0; i < 4; i++) {
                int32_t c = bonnet_golden_stem_conv(l, t->pixels, CHANNEL, 2 * y + i / 2, 2 * x + i % 2);
                int8_t a = bonnet_golden_requantise(c, l->sh[CHANNEL]);
                if (y == PIXEL_Y && x == PIXEL_X)
                    printf("sum at (%u, %u) = %" PRId32 ", shifted by %u: %d\n", 2 * y + i / 2, 2 * x + i % 2, c, l->sh[CHANNEL], a);
                if (a > best) best = a;
            }
            plane[y * l->out_w + x] = best;
        }
    printf("2x2 max-pool: a = %d\n", plane[PIXEL_Y * l->out_w + PIXEL_X]);
    int32_t d = l->dw ? bonnet_golden_depthwise(plane, l->out_h, l->out_w, l->dw8 + 9 * CHANNEL, NULL, PIXEL_Y, PIXEL_X)
                      : plane[PIXEL_Y * l->out_w + PIXEL_X];
    printf("depthwise 3x3: d = %" PRId32 "; thresholds", d);
    for (uint32_t j = 0; j < t->net->k; j++) printf(" %" PRId32, l->t[CHANNEL * t->net->k + j]);
    printf("; bits");
    for (uint32_t j = 0; j < t->net->k; j++) printf(" %u", bonnet_golden_slice(d, l->t[CHANNEL * t->net->k + j]));
    putchar('\n');
    free(plane);
}

static const uint64_t *words_at(const tour *t, uint32_t layer, uint32_t y, uint32_t x)
{
    const bonnet_layer *l = &t->net->layers[layer];
    return t->maps[layer] + ((size_t)y * l->out_w + x) * (l->out_c / 64) * t->net->k;
}

/* The words of one pixel as the stem leaves them in the feature buffer: where, from the STEM that makes its row, and in which code. */
static void print_words(const tour *t)
{
    const uint64_t *s = words_at(t, 0, PIXEL_Y, PIXEL_X);
    uint32_t y0 = 0, k = t->net->k;
    for (uint32_t i = 1; i < t->job->n_desc; i++) {
        const uint32_t *d = t->job->desc[i];
        if (bonnet_desc_get(d, BONNET_F_JOB_OP) != BONNET_OP_STEM) continue;
        uint32_t rows = bonnet_desc_get(d, BONNET_F_STEM_ROWS), ring = bonnet_desc_get(d, BONNET_F_STEM_OUT_RING);
        if (!rows) rows = t->net->layers[0].out_h - y0;
        y0 += rows;
        if (PIXEL_Y >= y0) continue;
        uint32_t therm = bonnet_desc_get(d, BONNET_F_STEM_OUT_T), slot = ring ? PIXEL_Y % ring : PIXEL_Y;
        uint32_t word = bonnet_desc_get(d, BONNET_F_STEM_OUT) + slot * bonnet_desc_get(d, BONNET_F_STEM_OUT_ROW) +
                        PIXEL_X * bonnet_desc_get(d, BONNET_F_STEM_OUT_PIX);
        for (uint32_t j = 0; j < (therm ? 3 : k); j++) {
            uint64_t v = !therm || j == 0 ? s[j] : j == 1 ? s[2] : (s[2] & s[1]) | (~s[2] & s[3]);
            printf("feature word %u, %s %u: %016" PRIx64 "   bit %d = %u\n", word + j, therm ? "t" : "slice", j, v, CHANNEL,
                   (unsigned)(v >> CHANNEL & 1));
        }
        return;
    }
}

static void print_job(const tour *t)
{
    static const char *const ops[] = {"HEADER", "LOAD", "CONV", "FC", "STEM", "STORE"};
    for (uint32_t i = 1; i < t->job->n_desc; i++) {
        const uint32_t *d = t->job->desc[i];
        printf("%2u %-6s %-24s waits", i, ops[bonnet_desc_get(d, BONNET_F_JOB_OP)], t->net->layers[bonnet_desc_get(d, BONNET_F_JOB_LAYER)].name);
        printf(" %u %u %u  posts %u %u %u%s%s\n", bonnet_desc_get(d, BONNET_F_JOB_WAIT0), bonnet_desc_get(d, BONNET_F_JOB_WAIT1),
               bonnet_desc_get(d, BONNET_F_JOB_WAIT2), bonnet_desc_get(d, BONNET_F_JOB_POST0), bonnet_desc_get(d, BONNET_F_JOB_POST1),
               bonnet_desc_get(d, BONNET_F_JOB_POST2), bonnet_desc_get(d, BONNET_F_JOB_ONCE) ? "  once" : "",
               bonnet_desc_get(d, BONNET_F_JOB_LAST) ? "  last" : "");
    }
}

static void print_descriptor(const tour *t)
{
    for (uint32_t i = 1; i < t->job->n_desc; i++)
        if (bonnet_desc_get(t->job->desc[i], BONNET_F_JOB_OP) == BONNET_OP_CONV) {
            for (int w = 0; w < BONNET_DESC_WORDS; w++) printf("%08x%c", t->job->desc[i][w], w % 8 == 7 ? '\n' : ' ');
            return;
        }
}

static void print_conv(const tour *t)
{
    const bonnet_layer *l = &t->net->layers[1], *before = &t->net->layers[0];
    bonnet_golden_map in = {t->maps[0], before->out_h, before->out_w, before->out_c, t->net->k, l->in.first, l->in.channels};
    uint32_t p = bonnet_golden_binary_conv(l, &in, CHANNEL, PIXEL_Y, PIXEL_X), k = t->net->k;
    printf("%s, channel %d of group %u: p = %u of %u agree, signed dot %d; thresholds", l->name, CHANNEL, CHANNEL / (l->conv_c / k), p, 9 * l->in_c,
           (int)(2 * p) - (int)(9 * l->in_c));
    for (uint32_t j = 0; j < k; j++) printf(" %u", l->tp[CHANNEL * k + j]);
    printf("\nslice bits a");
    for (uint32_t j = 0; j < k; j++) printf(" %u", p >= l->tp[CHANNEL * k + j]);
    printf(", residual r");
    for (uint32_t j = 0; j < k; j++) printf(" %u", (unsigned)(words_at(t, 0, PIXEL_Y, PIXEL_X)[j] >> CHANNEL & 1));
    printf(", XNOR b");
    for (uint32_t j = 0; j < k; j++) printf(" %u", (unsigned)(words_at(t, 1, PIXEL_Y, PIXEL_X)[j] >> CHANNEL & 1));
    putchar('\n');
}

static void print_head(const tour *t)
{
    for (uint32_t i = 0; i < t->net->n_layers; i++) {
        const bonnet_layer *l = &t->net->layers[i];
        if (l->kind != BONNET_LAYER_LAST) continue;
        printf("features 0..7:");
        for (uint32_t c = 0; c < 8; c++) printf(" %d", (int16_t)(t->maps[i][c / 4] >> c % 4 * 16));
        putchar('\n');
    }
    uint32_t best = 0;
    printf("logits:");
    for (uint32_t i = 0; i < t->net->classes; i++) {
        printf(" %" PRId32, t->logits[i]);
        if (t->logits[i] > t->logits[best]) best = i;
    }
    printf("\nlabel %u: %s\n", best, t->net->labels ? t->net->labels[best] : "");
}

static const struct {
    const char *name;
    void (*print)(const tour *t);
} blocks[] = {
    {"image", print_image},           {"stem", print_stem}, {"words", print_words}, {"job", print_job},
    {"descriptor", print_descriptor}, {"conv", print_conv}, {"head", print_head},
};

static int load(tour *t, const char *model, uint8_t **bytes, const char *image)
{
    bonnet_error err = {""};
    size_t size = 0, want;
    if (bonnet_file_read(&t->file, model, &err) != BONNET_OK || bonnet_file_load(bytes, &size, image, 1 << 20, &err) != BONNET_OK)
        return fprintf(stderr, "tour: %s\n", err.text), 1;
    t->net = t->file.net;
    want = (size_t)t->net->layers[0].in_h * t->net->layers[0].in_w * t->net->layers[0].in_c;
    if (size < want) return fprintf(stderr, "tour: %s is too short\n", image), 1;
    t->pixels = *bytes + size - want; /* a PGM ends with its pixels */
    for (uint32_t i = 0; i < t->net->n_layers; i++)
        if (!(t->maps[i] = calloc(bonnet_net_map_words(t->net, i), 8))) return fprintf(stderr, "tour: out of memory\n"), 1;
    if (bonnet_golden_run(t->net, t->pixels, t->maps, t->logits, NULL, NULL) != BONNET_OK) return fprintf(stderr, "tour: golden failed\n"), 1;
    if (bonnet_lower(&t->job, t->net, bonnet_geometry_named("asic"), NULL, &err) != BONNET_OK) return fprintf(stderr, "tour: %s\n", err.text), 1;
    return 0;
}

int main(int argc, char **argv)
{
    tour t = {0};
    uint8_t *bytes = NULL;
    int rc = 2;
    if (argc != 4) return fprintf(stderr, "usage: tour MODEL.bonnet IMAGE.pgm BLOCK\n"), 2;
    if (load(&t, argv[1], &bytes, argv[2]) == 0)
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
            if (!strcmp(blocks[i].name, argv[3])) blocks[i].print(&t), rc = 0;
    for (uint32_t i = 0; i < BONNET_MAX_LAYERS; i++) free(t.maps[i]);
    bonnet_job_free(t.job);
    bonnet_file_free(&t.file);
    free(bytes);
    return rc;
}
