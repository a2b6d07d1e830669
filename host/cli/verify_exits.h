/* SPDX-License-Identifier: Apache-2.0 */
/* verify_exits.h - private to cmd_verify.c and verify_exits.c. */
#ifndef BONNET_CLI_VERIFY_EXITS_H
#define BONNET_CLI_VERIFY_EXITS_H
#include "bonnet_exits.h"
#include "cli.h"

/* The branches of a session's network on its device, and on golden what leads to them. All zero: none. */
typedef struct cli_branches {
    uint32_t n;
    cli_session golden;
    const char *name[BONNET_EXITS_MAX];
    bonnet_model *branch[BONNET_EXITS_MAX], *head[BONNET_EXITS_MAX];
    uint8_t *maps[BONNET_EXITS_MAX];
} cli_branches;

int cli_branches_open(cli_branches *b, const cli_session *s, const cli_options *o); /* close in any case, before the session */
/* As bonnet_verify_image(). */
bonnet_status cli_branch_verify(bonnet_divergence *out, const cli_branches *b, uint32_t exit, cli_session *s, const uint8_t *pixels);
void cli_branches_close(cli_branches *b);
#endif
