/* SPDX-License-Identifier: Apache-2.0 */
/* run_exits.h - private to run_exits*.c. */
#ifndef BONNET_CLI_RUN_EXITS_H
#define BONNET_CLI_RUN_EXITS_H
#include "cli.h"

/* The images of the command line: of files, or of a data set, with labels. */
typedef struct cli_exits_images {
    cli_dataset dataset;
    uint8_t *pixels;
    const uint8_t *labels; /* or NULL */
    size_t count;
} cli_exits_images;
int cli_exits_images_open(cli_exits_images *to, cli_session *s, const cli_options *o);
void cli_exits_images_free(cli_exits_images *i);

/* The thresholds of a point of the file, if it is of this network; o->count is known. */
int cli_exits_thresholds(bonnet_exits_options *o, double *thresholds, double *temperatures, const cli_exits_wish *w, const cli_session *s);

typedef struct cli_exits_run {
    const cli_exits_images *images;
    uint32_t confidence;
    size_t right;
    struct json_object *answers;
} cli_exits_run;
/* run_exits_show.c: what the stages took. */
int cli_exits_table(const cli_exits_run *r, const cli_session *s, const cli_options *o, const bonnet_exits *x);
int cli_exits_report(cli_exits_run *r, const cli_session *s, const cli_options *o, const bonnet_exits *x);
#endif
