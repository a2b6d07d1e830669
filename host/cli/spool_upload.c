/* SPDX-License-Identifier: Apache-2.0 */
/* spool_upload.c - spooled pictures to a server of the Open Inference Protocol: a picture that it has answered is removed here, any other stays. */
#include "spool_upload.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bonnet_client.h"

enum { DEADLINE_US = 20000000, CONNECT_US = 5000000 };

/* A picture of this network? */
static bool is_ours(const bonnet_spool_example *e, const cli_session *s)
{
    return e->what == BONNET_SPOOL_PICTURE && memcmp(e->model_sha256, s->info.sha256, sizeof e->model_sha256) == 0 && e->height == s->info.height &&
           e->width == s->info.width && e->planes == s->info.planes;
}

static int send_one(bonnet_client *c, const cli_session *s, const char *folder, const bonnet_spool_example *e)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    char message[256] = "";
    const size_t pixels = bonnet_model_input_bytes(s->model);
    bonnet_answer *a = malloc(sizeof *a);
    if (!a) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    bonnet_status status = bonnet_spool_read(&bytes, &size, folder, e, message, sizeof message);
    int code = status == BONNET_OK ? CLI_OK : cli_fail(CLI_STATUS - (int)status, "%s", message);
    if (code == CLI_OK && size < pixels)
        code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: example %" PRIu64 " is no picture of %s", folder, e->id, s->path);
    if (code == CLI_OK) {
        status = bonnet_client_run(a, c, bytes + (size - pixels), pixels, DEADLINE_US);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, s->path);
        else if (a->where != BONNET_WHERE_UPSTREAM)
            code = cli_fail(CLI_STATUS - BONNET_EIO, "spool: example %" PRIu64 " was not taken (%s); it and the rest stay", e->id,
                            bonnet_why_name(a->why));
    }
    if (code == CLI_OK && bonnet_spool_remove(folder, e) != BONNET_OK)
        code = cli_fail(CLI_STATUS - BONNET_EIO, "%s: example %" PRIu64 " was taken and cannot be removed", folder, e->id);
    if (code == CLI_OK) printf("%12" PRIu64 " taken, answered %u\n", e->id, a->result.label);
    free(bytes), free(a);
    return code;
}

int cli_spool_upload(const spool_upload *u, const cli_options *o, const char *folder, const char *path, const bonnet_spool_list *l)
{
    char message[256] = "";
    cli_session s = {0};
    bonnet_client *c = NULL;
    size_t sent = 0, other = 0;
    const bonnet_client_plan whole = {.send = BONNET_SEND_PICTURE, .model = u->model};
    bonnet_client_options to = BONNET_CLIENT_OPTIONS_INIT;
    to.url = u->url, to.ca = u->ca, to.certificate = u->cert, to.key = u->key, to.insecure = u->insecure, to.no_raw_upload = u->no_raw_upload;
    to.plans = &whole, to.plan_count = 1, to.connect_us = CONNECT_US, to.message = message, to.message_bytes = sizeof message;
    int code = cli_open(&s, o, path);
    if (code == CLI_OK) {
        const bonnet_status status = bonnet_client_open(&c, s.dev, s.model, &to);
        if (status != BONNET_OK) code = cli_fail(CLI_STATUS - (int)status, "spool: %s", *message ? message : bonnet_status_text(status));
    }
    for (size_t i = 0; i < l->count && code == CLI_OK; i++) {
        if (cli_cancelled) code = CLI_INTERRUPTED;
        else if (!is_ours(&l->example[i], &s)) other++;
        else if ((code = send_one(c, &s, folder, &l->example[i])) == CLI_OK) sent++;
    }
    bonnet_client_close(c);
    cli_close(&s);
    if (code == CLI_OK || code == CLI_INTERRUPTED) {
        printf("%zu pictures taken and removed; %zu maps or pictures of other networks stay\n", sent, other);
        if (code == CLI_OK) code = cli_finish_stdout();
    }
    return code;
}
