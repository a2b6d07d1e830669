/* SPDX-License-Identifier: Apache-2.0 */
/* tiers.h - what `bonnet plan` reads (docs/plan.md): tiers and links, the network's chain, its exits, codecs, as a problem for bonnet_place(). */
#ifndef BONNET_CLI_TIERS_H
#define BONNET_CLI_TIERS_H
#include "bonnet_place.h"
#include "fields.h"

enum { CLI_TIERS_KIB = 1024 };

typedef struct cli_tiers {
    char network[CLI_TEXT], sha256[CLI_TEXT];       /* sha256: "" where the chain is the file's own */
    double sigmas;                                  /* 0: default */
    char layer[BONNET_PLACE_BLOCKS][CLI_TEXT], exit[BONNET_PLACE_EXITS + 1][CLI_TEXT]; /* exit[exits]: "final" */
    char tier[BONNET_PLACE_TIERS][CLI_TEXT], codec[BONNET_PLACE_CODECS + 1][CLI_TEXT]; /* codec[0]: "none" */
    double accuracy[BONNET_PLACE_EXITS + 1];        /* of each exit alone, of the whole; below 0: not known */
    bool thresholds;                                /* known: [points][exits], HUGE_VAL where an exit is not asked */
    double threshold[BONNET_PLACE_POINTS][BONNET_PLACE_EXITS], temperature[BONNET_PLACE_EXITS];
    char confidence[CLI_TEXT];                      /* "": not known */
    bonnet_place_problem p;                         /* points into what follows */
    bonnet_place_block blocks[BONNET_PLACE_BLOCKS];
    bonnet_place_exit exits[BONNET_PLACE_EXITS];
    bonnet_place_point points[BONNET_PLACE_POINTS];
    bonnet_place_tier tiers[BONNET_PLACE_TIERS];
    bonnet_place_cost cost[BONNET_PLACE_TIERS][BONNET_PLACE_BLOCKS], branch[BONNET_PLACE_TIERS][BONNET_PLACE_EXITS];
    bonnet_place_link links[BONNET_PLACE_TIERS - 1];
    bonnet_place_codec codecs[BONNET_PLACE_CODECS];
    double ratio[BONNET_PLACE_CODECS][BONNET_PLACE_BLOCKS], loss[BONNET_PLACE_CODECS][BONNET_PLACE_BLOCKS];
} cli_tiers;

/* s: the network, or NULL: the file's own chain. exits: a file of thresholds (docs/exits.md), or NULL. Exit code. *out: free(). */
int cli_tiers_read(cli_tiers **out, const char *path, const cli_session *s, const char *exits);

/* Its parts. layers, exits, points: the file's, or NULL. */
int cli_tiers_chain(cli_tiers *t, const char *path, const cli_session *s, struct json_object *layers);
int cli_tiers_exits(cli_tiers *t, const char *path, struct json_object *exits, struct json_object *points);
int cli_tiers_exits_file(cli_tiers *t, const char *path, const cli_session *s);
/* Memory of exits that the network has, where the file does not say. */
void cli_tiers_branches(cli_tiers *t, const cli_session *s);
int cli_tiers_list(cli_tiers *t, const char *path, struct json_object *tiers);
int cli_tiers_links(cli_tiers *t, const char *path, struct json_object *links);
int cli_tiers_codecs(cli_tiers *t, const char *path, struct json_object *codecs);
/* The path of a file that is named in the file at `path`: beside it. free(). */
char *cli_tiers_beside(const char *path, const char *name);
/* The layer of this name; false: none. */
bool cli_tiers_layer(uint32_t *out, const cli_tiers *t, const char *name);
/* Exactly `count` numbers of least to most, null where `null` is not NAN: that. Nothing is done for a list that is NULL. */
int cli_tiers_numbers(double *out, uint32_t count, struct json_object *list, const char *path, const char *where, const char *key, double most, double null);
#endif
