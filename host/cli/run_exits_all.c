/* SPDX-License-Identifier: Apache-2.0 */
/* run_exits_all.c - bonnet run --all-exits: the logits of every exit for every image, as bonnet calibrate reads them. */
#include <stdio.h>
#include <stdlib.h>
#include "bonnet_exits.h"
#include "run_exits.h"
#include "tensor.h"

enum { CHUNK = 200 };

/* From the exit before as far as this one's cut; both models, and how large its maps are. The last has no branch: its trunk ends in logits. */
typedef struct step {
    bonnet_model *trunk, *branch; /* trunk NULL: the exit before is at the same cut */
    size_t map_bytes;
    int32_t *logits; /* [images][classes] */
} step;

static bonnet_status steps_open(step *t, const cli_session *s, uint32_t exits)
{
    bonnet_status status = BONNET_OK;
    bonnet_exit e = {0};
    bonnet_cut cut;
    for (uint32_t i = 0, before = UINT32_MAX; i <= exits && status == BONNET_OK; i++) {
        if (i == exits) return before == UINT32_MAX ? BONNET_OK : bonnet_model_tail(&t[i].trunk, s->model, before);
        status = bonnet_exit_get(&e, s->model, i);
        if (status == BONNET_OK) status = bonnet_cut_get(&cut, s->model, e.cut);
        if (status == BONNET_OK && before == UINT32_MAX) status = bonnet_model_head(&t[i].trunk, s->model, e.cut);
        else if (status == BONNET_OK && before != e.cut) status = bonnet_model_part(&t[i].trunk, s->model, before, e.cut);
        if (status == BONNET_OK) status = bonnet_model_branch(&t[i].branch, s->model, i);
        if (status == BONNET_OK) t[i].map_bytes = cut.bytes;
        before = e.cut;
    }
    return status;
}

/* Images done .. done + n - 1 through all of it; two buffers of maps in turn. */
static bonnet_status chunk(const step *t, const cli_session *s, uint32_t exits, const uint8_t *pixels, size_t done, size_t n, uint8_t *const maps[2])
{
    const size_t to = done * s->info.classes;
    const uint8_t *at = pixels;
    bonnet_status status = BONNET_OK;
    int turn = 0;
    for (uint32_t i = 0; i < exits && status == BONNET_OK; i++) {
        if (t[i].trunk) {
            status = bonnet_run_head(maps[turn], s->dev, t[i].trunk, at, n);
            at = maps[turn];
            turn = !turn;
        }
        if (status == BONNET_OK) status = bonnet_run_batch(NULL, t[i].logits + to, s->dev, t[i].branch, at, n);
    }
    return status == BONNET_OK ? bonnet_run_batch(NULL, t[exits].logits + to, s->dev, t[exits].trunk ? t[exits].trunk : s->model, at, n) : status;
}

static int run(step *t, const cli_session *s, const cli_options *o, uint32_t exits, const cli_exits_images *images)
{
    const size_t bytes = bonnet_model_input_bytes(s->model);
    const uint8_t *pixels = images->dataset.pixels ? images->dataset.pixels : images->pixels;
    size_t most = 1;
    int good = 1;
    for (uint32_t i = 0; i <= exits; i++) {
        if (t[i].map_bytes > most) most = t[i].map_bytes;
        good = good && (t[i].logits = calloc(images->count, s->info.classes * sizeof *t[i].logits)) != NULL;
    }
    uint8_t *const maps[2] = {malloc(most * CHUNK), malloc(most * CHUNK)};
    int code =
        good && maps[0] && maps[1] ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for the logits of %zu images", images->count);
    for (size_t done = 0; done < images->count && code == CLI_OK;) {
        const size_t n = images->count - done < CHUNK ? images->count - done : CHUNK;
        if (!o->quiet) cli_progress(s->info.name, done, images->count);
        bonnet_status status = chunk(t, s, exits, pixels + done * bytes, done, n, maps);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, s->path);
        done += n;
    }
    cli_progress_end();
    free(maps[0]), free(maps[1]);
    return code;
}

static int write_all(const step *t, const cli_session *s, const cli_options *o, uint32_t exits, const cli_exits_images *images)
{
    cli_numbers a[BONNET_EXITS_MAX + 1];
    bonnet_exit e;
    size_t n = 0;
    if (images->labels) a[n++] = (cli_numbers){"labels", 'u', 1, 1, {images->count, 0}, images->labels};
    for (uint32_t i = 0; i <= exits; i++) {
        const char *name = bonnet_exit_get(&e, s->model, i) == BONNET_OK ? e.name : "final";
        a[n++] = (cli_numbers){name, 'i', 4, 2, {images->count, s->info.classes}, t[i].logits};
    }
    int code = cli_npz_write(o->output, a, n);
    if (code != CLI_OK) return code;
    printf("%s: logits of %u exits and the end, %zu images%s\n", o->output, exits, images->count, images->labels ? ", labels" : "");
    return cli_finish_stdout();
}

int cli_run_all_exits(cli_session *s, const cli_options *o)
{
    const uint32_t exits = cli_exit_count(s->model);
    step t[BONNET_EXITS_MAX] = {{0}};
    cli_exits_images images = {0};
    int code = exits ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "%s: a network without exits; docs/exits.md", s->path);
    if (code == CLI_OK) code = cli_exits_images_open(&images, s, o);
    if (code == CLI_OK) {
        bonnet_status status = steps_open(t, s, exits);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, s->path);
    }
    if (code == CLI_OK) code = run(t, s, o, exits, &images);
    if (code == CLI_OK) code = write_all(t, s, o, exits, &images);
    for (uint32_t i = 0; i <= exits && i < BONNET_EXITS_MAX; i++) {
        bonnet_model_free(t[i].branch);
        bonnet_model_free(t[i].trunk);
        free(t[i].logits);
    }
    cli_exits_images_free(&images);
    return code;
}
