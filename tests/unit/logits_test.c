/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logits_test.c - the imported network is the network that was trained: golden logits of real images against models/.
 *
 * models/fashion/NAME.onnx through the importer and golden, on the images of tests/vectors/fashion (NNNNN_class.pgm), against
 * logits_NAME.csv, which models/integer_ref.py wrote from the same ONNX by its own reading of docs/operators.md. Run from the
 * repository root. Skipped (77) if no network or no vectors are there.
 */
#include <glob.h>
#include "golden/golden.h"
#include "file.h"
#include "onnx.h"
#include "unit.h"

/* The line of image `index`, cut into numbers after index and label. Returns how many. */
static uint32_t csv_row(const char *csv, unsigned index, int32_t *logits, uint32_t max)
{
    for (const char *line = csv; line; line = (line = strchr(line, '\n')) ? line + 1 : NULL) {
        char *end;
        if (strtoul(line, &end, 10) != index || end == line || *end != ',') continue;
        strtol(end + 1, &end, 10); /* label */
        uint32_t n = 0;
        while (n < max && *end == ',') logits[n++] = (int32_t)strtol(end + 1, &end, 10);
        return n;
    }
    return 0;
}

/* Pixels of a raw PGM with one comment-free header, as the vectors are. */
static const uint8_t *pgm_pixels(const uint8_t *bytes, size_t size, uint32_t h, uint32_t w)
{
    unsigned width, height, most;
    int header;
    if (sscanf((const char *)bytes, "P5 %u %u %u%n", &width, &height, &most, &header) != 3 || width != w || height != h || most != 255) return NULL;
    return size == (size_t)header + 1 + (size_t)w * h ? bytes + header + 1 : NULL;
}

static void network(unit *u, const char *name, const glob_t *images)
{
    char path[128], label[160];
    bonnet_net *net = NULL;
    bonnet_error err = {""};
    bonnet_fold_stats stats;
    uint8_t *csv = NULL;
    size_t size;
    unsigned compared = 0, differ = 0;
    snprintf(path, sizeof path, "models/fashion/%s.onnx", name);
    if (bonnet_onnx_load(&net, path, &stats, &err) != BONNET_OK) {
        UNIT(u, 0, path, "%s", err.text);
        return;
    }
    snprintf(path, sizeof path, "tests/vectors/fashion/logits_%s.csv", name);
    if (bonnet_file_load(&csv, &size, path, 1 << 20, &err) != BONNET_OK) {
        printf("skip  %s\n", err.text);
        bonnet_net_free(net);
        return;
    }
    for (size_t i = 0; i < images->gl_pathc && compared < u->cases; i++) {
        int32_t want[BONNET_MAX_CLASSES], got[BONNET_MAX_CLASSES] = {0};
        uint8_t *pgm = NULL;
        const unsigned index = (unsigned)strtoul(strrchr(images->gl_pathv[i], '/') + 1, NULL, 10);
        if (csv_row((const char *)csv, index, want, net->classes) != net->classes) continue;
        if (bonnet_file_load(&pgm, &size, images->gl_pathv[i], 1 << 20, &err) != BONNET_OK) continue;
        const uint8_t *pixels = pgm_pixels(pgm, size, net->layers[0].in_h, net->layers[0].in_w);
        compared++;
        if (!pixels || bonnet_golden_run(net, pixels, NULL, got, NULL, NULL) != BONNET_OK || memcmp(want, got, net->classes * sizeof *got)) {
            differ++;
            printf("      %s: logit 0 is %d, not %d\n", images->gl_pathv[i], got[0], want[0]);
        }
        free(pgm);
    }
    snprintf(label, sizeof label, "%s: golden logits equal models/integer_ref.py on %u images (%u thresholds, %u ties, %u near)", name, compared,
             stats.thresholds, stats.ties, stats.near);
    UNIT(u, compared && !differ, label, "%u of %u differ", differ, compared);
    free(csv);
    bonnet_net_free(net);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "logits", 1, 5);
    glob_t nets, images;
    if (glob("models/fashion/*.onnx", 0, NULL, &nets) || glob("tests/vectors/fashion/*.pgm", 0, NULL, &images)) {
        puts("logits: skipped, no trained network or no vectors (run from the repository root)");
        return 77;
    }
    for (size_t i = 0; i < nets.gl_pathc; i++) {
        char name[64] = "";
        sscanf(strrchr(nets.gl_pathv[i], '/') + 1, "%63[^.]", name);
        network(&u, name, &images);
    }
    globfree(&nets);
    globfree(&images);
    return unit_end(&u);
}
