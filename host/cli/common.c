/* SPDX-License-Identifier: Apache-2.0 */
/* common.c - complaints, sessions, the end of stdout. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "cli.h"

double cli_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int cli_fail(int code, const char *format, ...)
{
    char line[8192]; /* two paths and a sentence */
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (char *c = line; *c; c++) /* names out of foreign files: one line stays one line, and moves no cursor */
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
    cli_progress_end();
    fprintf(stderr, "bonnet: %s\n", line);
    return code;
}

int cli_fail_status(bonnet_status status, const bonnet_device *dev, const char *what)
{
    if (status == BONNET_EINTR) return cli_fail(CLI_INTERRUPTED, "%s: interrupted; the device is idle", what);
    const char *detail = bonnet_last_error(dev);
    return cli_fail(CLI_STATUS - (int)status, "%s: %s", what, *detail ? detail : bonnet_status_text(status));
}

int cli_open(cli_session *s, const cli_options *o, const char *model_path)
{
    bonnet_open_options options = BONNET_OPEN_OPTIONS_INIT;
    options.timeout_ms = (uint32_t)(o->timeout_ms ? o->timeout_ms : 600000);
    options.seed = o->seed;
    options.progress = o->quiet ? NULL : cli_progress_watcher();
    options.cancel = (const volatile int *)&cli_cancelled;
    memset(s, 0, sizeof *s);
    s->path = model_path;
    bonnet_status status = bonnet_open(&s->dev, o->device, &options);
    if (status != BONNET_OK) return cli_fail_status(status, NULL, o->device);
    status = bonnet_model_load(&s->model, s->dev, model_path);
    if (status != BONNET_OK) return cli_fail_status(status, s->dev, model_path);
    status = bonnet_model_info_get(&s->info, s->model);
    if (status != BONNET_OK) return cli_fail_status(status, s->dev, model_path);
    return CLI_OK;
}

int cli_need_counters(const cli_session *s, const cli_options *o)
{
    bonnet_chip_info chip;
    if (bonnet_chip_info_get(&chip, s->dev) == BONNET_OK) return CLI_OK;
    return cli_fail(CLI_USAGE, "%s has no counters; use --device sim:", o->device);
}

void cli_close(cli_session *s)
{
    bonnet_model_free(s->model);
    bonnet_close(s->dev);
    memset(s, 0, sizeof *s);
}

int cli_finish_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EIO, "cannot write the results to stdout: %s", strerror(errno));
}

int cli_print_json(struct json_object *object)
{
    puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
    return cli_finish_stdout();
}

const char *cli_label(const bonnet_model *model, uint32_t index, char *buffer, size_t bytes)
{
    const char *name = bonnet_model_label(model, index);
    if (*name) return name;
    snprintf(buffer, bytes, "%u", index);
    return buffer;
}
