/* SPDX-License-Identifier: Apache-2.0 */
/* cache_file.h - how far a cache reaches, by class, as a file: `bonnet cache -o` writes it, `bonnet offload --cache-tau` reads it (docs/cache.md). */
#ifndef BONNET_CLI_CACHE_FILE_H
#define BONNET_CLI_CACHE_FILE_H
#include "bonnet_cache.h"
#include "cli.h"

typedef struct cli_cache_file {
    uint8_t model_sha256[32];
    uint32_t cut, words, classes;
    double budget, level;
    bonnet_cache_tau tau[BONNET_EXIT_CLASSES]; /* [classes] */
} cli_cache_file;

/* Exit code, after the complaint. */
int cli_cache_read(cli_cache_file *out, const char *path);
int cli_cache_parse(cli_cache_file *out, const char *path, const uint8_t *bytes, size_t size);
struct json_object *cli_cache_json(const cli_cache_file *f);
int cli_cache_write(const char *path, const cli_cache_file *f);
/* tau [classes] for the maps of key: of such a file, or as many bits for every class. */
int cli_cache_reach(uint32_t *tau, const char *text, const cli_session *s, const bonnet_cache_key *key);
#endif
