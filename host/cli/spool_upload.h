/* SPDX-License-Identifier: Apache-2.0 */
/* spool_upload.h - bonnet spool --upload. */
#ifndef BONNET_CLI_SPOOL_UPLOAD_H
#define BONNET_CLI_SPOOL_UPLOAD_H
#include "bonnet_spool.h"
#include "cli.h"

typedef struct spool_upload { const char *url, *model, *ca, *cert, *key; bool insecure, no_raw_upload; } spool_upload;
/* Pictures of the network at `path` to a model of the server, one after another; each is removed when the server has answered. Exit code. */
int cli_spool_upload(const spool_upload *u, const cli_options *o, const char *folder, const char *path, const bonnet_spool_list *l);
#endif
