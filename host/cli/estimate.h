/* SPDX-License-Identifier: Apache-2.0 */
/* estimate.h - what the files of `bonnet estimate` share: a network profile from the models of a platform, or from the job of a chip. */
#ifndef BONNET_CLI_ESTIMATE_H
#define BONNET_CLI_ESTIMATE_H
#include "netprofile.h"
#include "platform.h"

typedef struct estimate_line { cli_options o; const char *platform, *cpu; unsigned long dram_latency; } estimate_line;

/* By a platform's models: the profile, and what each layer was counted as. */
typedef struct estimate_row { bonnet_shape shape; bonnet_layer_shape layer; bonnet_work work; uint32_t into; } estimate_row; /* into: the layer that does this one too, or itself */
typedef struct estimate_modelled { cli_profile profile; estimate_row *rows; } estimate_modelled;
void estimate_modelled_free(estimate_modelled *m);
/* Of a file of layers; of a .bonnet that is open. estimate_modelled_free() in any case. */
int estimate_net(estimate_modelled *out, const char *path, const cli_platform *platform, const char *platform_path);
int estimate_layers(estimate_modelled *out, const cli_session *s, const cli_platform *platform, const char *platform_path);
/* A layer of a .bonnet as a platform's models see it. */
bonnet_shape cli_layer_shape(const bonnet_layer_info *l);
/* One layer of a model of the file `of`. */
int estimate_layer(bonnet_cost *out, const bonnet_model *model, const char *of, uint32_t index, const cli_platform *platform, const char *platform_path);
/* The whole command with --platform, or of a file of layers. */
int estimate_by_platform(const estimate_line *l);

/*
 * Of the chip: the estimate of the whole and of its parts at every cut and exit, at hz cycles a second (docs/estimate.md says how they become layers).
 * BONNET's stats of the whole are in `plan`. cli_profile_free() in any case.
 */
int estimate_array(cli_profile *out, const cli_session *s, const bonnet_estimate_options *options, const bonnet_plan *plan, uint32_t hz);
/*
 * Layers that the plan has no cycles for, by the platform that the CPU beside the chip is: added to each in *profile (NULL: there is none), to its whole and its
 * branches; and to *run for each of options->frames.
 */
int estimate_beside(cli_profile *profile, bonnet_cost *run, const cli_session *s, const bonnet_estimate_options *options, const bonnet_plan *plan,
                    const char *platform_path);
/* How far a time of the array may be off, in parts: the bound that tests hold. */
#define ESTIMATE_ARRAY_ERROR 0.02
#endif
