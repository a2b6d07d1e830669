/* SPDX-License-Identifier: Apache-2.0 */
/* cut_maps.c - cuts by name, the maps there, and their files: run --until and --from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codec.h"

int cli_cut_find(uint32_t *cut, const cli_session *s, const char *text)
{
    bonnet_cut c;
    char *end;
    const unsigned long number = strtoul(text, &end, 10);
    for (*cut = 0; bonnet_cut_get(&c, s->model, *cut) == BONNET_OK; ++*cut)
        if (!strcmp(c.name, text) || (*text && !*end && number == *cut)) return CLI_OK;
    return cli_fail(CLI_USAGE, "%s: no cut '%.60s'; `bonnet cut %s` lists them", s->path, text, s->path);
}

int cli_images_of_all(uint8_t **pixels, size_t *count, const cli_session *s, const cli_options *o)
{
    const size_t bytes = bonnet_model_input_bytes(s->model);
    int code = CLI_OK;
    *pixels = NULL;
    *count = 0;
    for (int i = 0; i < o->argc && code == CLI_OK; i++) {
        cli_image image = {0};
        code = cli_images_read_for(&image, o->argv[i], s);
        uint8_t *more = code == CLI_OK ? realloc(*pixels, bytes * (*count + image.count)) : NULL;
        if (code == CLI_OK && !more) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %zu images", *count + image.count);
        if (more) {
            memcpy(more + bytes * *count, image.pixels, bytes * image.count);
            *pixels = more;
            *count += image.count;
        }
        free(image.pixels);
    }
    return code;
}

int cli_maps_at(uint8_t **maps, const cli_session *s, uint32_t cut, const uint8_t *pixels, size_t count)
{
    bonnet_cut c;
    bonnet_model *head = NULL;
    bonnet_status status = bonnet_cut_get(&c, s->model, cut);
    if (status == BONNET_OK) status = bonnet_model_head(&head, s->model, cut);
    *maps = status == BONNET_OK ? malloc(c.bytes * count) : NULL;
    int code = status == BONNET_OK && !*maps ? cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for the maps of %zu images", count) : CLI_OK;
    if (*maps) status = bonnet_run_head(*maps, s->dev, head, pixels, count);
    cli_progress_end();
    bonnet_model_free(head);
    return code == CLI_OK && status != BONNET_OK ? cli_fail_status(status, s->dev, s->path) : code;
}

int cli_run_until(cli_session *s, const cli_options *o, const char *until, const char *codec_name)
{
    uint8_t *pixels = NULL, *maps = NULL, *bytes = NULL;
    size_t count = 0, size = 0;
    uint32_t cut = 0;
    long codec = BONNET_CODEC_NONE;
    bonnet_cut c;
    int code = cli_cut_find(&cut, s, until);
    if (code == CLI_OK && bonnet_cut_get(&c, s->model, cut) == BONNET_OK) code = cli_cut_codec(&codec, s, &c, codec_name);
    if (code == CLI_OK) code = cli_images_of_all(&pixels, &count, s, o);
    if (code == CLI_OK) code = cli_maps_at(&maps, s, cut, pixels, count);
    if (code == CLI_OK) {
        const bonnet_status status = bonnet_cut_encode(&bytes, &size, s->model, cut, maps, count, (uint32_t)codec, 0);
        code = status == BONNET_OK ? cli_write_file(o->output, (const char *)bytes, size) : cli_fail_status(status, s->dev, o->output);
    }
    if (code == CLI_OK && bonnet_cut_get(&c, s->model, cut) == BONNET_OK) {
        printf("%s: %zu image%s as far as '%s', layer %u: %zu bytes each", o->output, count, count == 1 ? "" : "s", c.name, c.layer, c.bytes);
        if (codec) printf(", %zu with %s, as a file %.2f", size, codec_names[codec], (double)size / (double)(count * c.bytes));
        putchar('\n');
        code = cli_finish_stdout();
    }
    free(pixels);
    free(maps);
    free(bytes);
    return code;
}

int cli_maps_read(uint8_t **maps, size_t *count, cli_session *s, const char *path)
{
    uint8_t *bytes = NULL, *decoded = NULL;
    size_t size = 0;
    uint32_t cut = 0;
    bonnet_model *tail = NULL;
    int code = cli_read_file(&bytes, &size, path);
    if (code != CLI_OK) return code;
    bonnet_status status = bonnet_cut_decode(&decoded, count, &cut, s->model, bytes, size);
    free(bytes);
    if (status == BONNET_OK) status = bonnet_model_tail(&tail, s->model, cut);
    if (status == BONNET_OK) status = bonnet_model_info_get(&s->info, tail);
    if (status != BONNET_OK) code = cli_fail_status(status, s->dev, path);
    else {
        bonnet_model_free(s->model); /* its name goes, too: info is the tail's now */
        s->model = tail;
        *maps = decoded;
        decoded = NULL;
    }
    free(decoded);
    return code;
}
