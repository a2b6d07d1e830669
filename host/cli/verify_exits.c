/* SPDX-License-Identifier: Apache-2.0 */
/* verify_exits.c - bonnet verify, the branches of early exits: each on the maps that golden makes of the image, bit by bit. */
#include <stdlib.h>
#include "verify_exits.h"

int cli_branches_open(cli_branches *b, const cli_session *s, const cli_options *o)
{
    cli_options golden = *o;
    bonnet_exit e;
    bonnet_cut c;
    int code = CLI_OK;
    b->n = cli_exit_count(s->model);
    if (!b->n) return CLI_OK;
    golden.device = "golden:";
    code = cli_open(&b->golden, &golden, s->path);
    for (uint32_t i = 0; i < b->n && code == CLI_OK; i++) {
        bonnet_status status = bonnet_exit_get(&e, s->model, i);
        if (status == BONNET_OK) status = bonnet_cut_get(&c, s->model, e.cut);
        if (status == BONNET_OK) status = bonnet_model_branch(&b->branch[i], s->model, i);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, s->path);
        else if ((status = bonnet_model_head(&b->head[i], b->golden.model, e.cut)) != BONNET_OK)
            code = cli_fail_status(status, b->golden.dev, s->path);
        b->name[i] = e.name;
        b->maps[i] = code == CLI_OK ? malloc(c.bytes) : NULL;
        if (code == CLI_OK && !b->maps[i]) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for a map");
    }
    return code;
}

bonnet_status cli_branch_verify(bonnet_divergence *out, const cli_branches *b, uint32_t exit, cli_session *s, const uint8_t *pixels)
{
    bonnet_status status = bonnet_run_head(b->maps[exit], b->golden.dev, b->head[exit], pixels, 1);
    if (status != BONNET_OK) return status;
    return bonnet_verify_image(out, s->dev, b->branch[exit], b->maps[exit], bonnet_model_input_bytes(b->branch[exit]));
}

void cli_branches_close(cli_branches *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        bonnet_model_free(b->branch[i]);
        bonnet_model_free(b->head[i]);
        free(b->maps[i]);
    }
    cli_close(&b->golden);
}
