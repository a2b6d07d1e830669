/* SPDX-License-Identifier: Apache-2.0 */
/* frames.c - one job of pictures for the verbs that look at the machine and not at the answer: bench, energy, trace, report. */
#include <stdlib.h>
#include "cli.h"

int cli_run_frames(cli_session *s, const cli_options *o, const char *image_path, bonnet_stats *stats, double *seconds)
{
    uint8_t *image = NULL, *pixels = NULL;
    size_t bytes = bonnet_model_input_bytes(s->model);
    int code = image_path ? cli_image_read_for(&image, image_path, s) : CLI_OK;
    if (code == CLI_OK && !(pixels = malloc(bytes * o->limit))) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %lu images", o->limit);
    if (code == CLI_OK) {
        for (size_t i = 0; i < bytes * o->limit; i++) pixels[i] = image ? image[i % bytes] : (uint8_t)(i * 2654435761u >> 24);
        double before = cli_seconds();
        bonnet_status status = bonnet_run_batch(NULL, NULL, s->dev, s->model, pixels, o->limit);
        cli_progress_end();
        if (seconds) *seconds = cli_seconds() - before;
        if (status == BONNET_OK) status = bonnet_stats_get(stats, s->dev);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, s->path);
    }
    free(image);
    free(pixels);
    return code;
}
