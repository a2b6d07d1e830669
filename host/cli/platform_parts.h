/* SPDX-License-Identifier: Apache-2.0 */
/* platform_parts.h - what the files that read platforms share. */
#ifndef BONNET_CLI_PLATFORM_PARTS_H
#define BONNET_CLI_PLATFORM_PARTS_H
#include "platform.h"

/* 1 to 23 of a-z, 0-9 and _? */
bool cli_kind_ok(const char *text);
/* One entry of "layers", where: "layers.conv"; by its "model". What l owns is freed by cli_platform_free() even on failure. */
int cli_platform_layer_read(cli_platform_layer *l, const char *path, const char *where, struct json_object *object);
/* "model": "stairs". */
int cli_platform_stairs_read(cli_platform_layer *l, const char *path, const char *where, struct json_object *object);
#endif
