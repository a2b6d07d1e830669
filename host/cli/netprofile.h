/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netprofile.h - what a network takes on one tier, layer by layer: the file "bonnet_profile" (docs/estimate.md) that `bonnet estimate -o` and `bonnet profile`
 * write and `bonnet plan` reads.
 */
#ifndef BONNET_CLI_NETPROFILE_H
#define BONNET_CLI_NETPROFILE_H
#include "bonnet_profile.h"
#include "fields.h"

enum { CLI_PROFILE_LAYERS = 4096, CLI_PROFILE_BRANCHES = 64, CLI_PROFILE_KIB = 2048 };

/* Where the numbers are from. */
typedef enum cli_profile_source { CLI_FROM_ARRAY, CLI_FROM_FIT, CLI_FROM_MEASUREMENT, CLI_FROM_MODEL } cli_profile_source;

typedef struct cli_profile_layer { char name[CLI_TEXT], kind[CLI_TEXT]; bonnet_cost cost; } cli_profile_layer;
/* A side branch: what its own layers take, on top of the trunk as far as the layer `behind`. */
typedef struct cli_profile_branch { char name[CLI_TEXT], behind[CLI_TEXT]; bonnet_cost cost; } cli_profile_branch;

/* A run of consecutive layers takes start_ms and the sum of its layers. */
typedef struct cli_profile {
    char network[CLI_TEXT], sha256[CLI_TEXT], tier[CLI_TEXT]; /* sha256: 64 hexadecimal digits, of the .bonnet; "": the network is none */
    cli_profile_source source;
    double start_ms;
    uint32_t n_layers, n_branches;
    cli_profile_layer *layers;    /* [n_layers], in order, at least one; names differ */
    cli_profile_branch *branches; /* [n_branches] */
    bonnet_cost whole;            /* the trunk, started once */
} cli_profile;

/* Room for so many, all zero; exit code. cli_profile_free() in any case. */
int cli_profile_make(cli_profile *out, uint32_t layers, uint32_t branches);
int cli_profile_read(cli_profile *out, const char *path);
int cli_profile_write(const cli_profile *profile, const char *path);
void cli_profile_free(cli_profile *profile);
const char *cli_profile_source_name(cli_profile_source source);
/* Adds "ms", "ms_lo", "ms_hi" and, where it is known, "mj". */
void cli_cost_json(struct json_object *to, const bonnet_cost *cost);
struct json_object *cli_branches_json(const cli_profile *profile); /* the array "branches" */
#endif
