/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h - the file "bonnet_platform": models of some hardware by kind of layer, which layers it does in one go, and its power (docs/estimate.md). */
#ifndef BONNET_CLI_PLATFORM_H
#define BONNET_CLI_PLATFORM_H
#include "bonnet_profile.h"
#include "fields.h"

enum { CLI_KIND = 24, CLI_PLATFORM_KINDS = 64, CLI_PLATFORM_RULES = 64, CLI_PLATFORM_ROWS = 4096, CLI_PLATFORM_KIB = 1024 };

/* A measured layer of a TABLE. */
typedef struct cli_platform_row { char name[CLI_TEXT]; bonnet_cost cost; } cli_platform_row;

typedef struct cli_platform_layer {
    char kind[CLI_KIND];
    bonnet_layer_model model;
    cli_platform_row *rows; /* [n_rows]: free() */
    uint32_t n_rows;
    void *owned;            /* that the model points into, or NULL: free() */
} cli_platform_layer;

typedef struct cli_platform_rule { char first[CLI_KIND], second[CLI_KIND], result[CLI_KIND]; } cli_platform_rule;

typedef struct cli_platform {
    char name[CLI_TEXT], source[CLI_TEXT]; /* source: "" where the file does not say */
    uint32_t act_bits, weight_bits;        /* of a foreign network's elements; a .bonnet knows its own */
    bool every_input, fitted;              /* fitted: some kind is a staircase */
    double start_ms, idle_mw, active_mw;   /* powers: -1 where the file does not say */
    uint32_t n_layers, n_rules;
    cli_platform_layer layers[CLI_PLATFORM_KINDS];
    cli_platform_rule rules[CLI_PLATFORM_RULES];
} cli_platform;

/* cli_platform_free() in any case. */
int cli_platform_read(cli_platform *out, const char *path);
void cli_platform_free(cli_platform *platform);
/*
 * The model of a layer: that of its kind, else that of the kind "other". *model: valid as long as the platform. of: the file that the layer is in; platform_path: for
 * the complaint where there is none.
 */
int cli_platform_model(bonnet_layer_model *model, const cli_platform *platform, const char *platform_path, const char *of, const char *kind,
                       const char *name);
/* One cost in an object of a platform's file, "ms", "ms_lo", "ms_hi" and, if it likes, "mj". */
int cli_platform_cost(bonnet_cost *out, const char *path, const char *where, struct json_object *object);
#endif
