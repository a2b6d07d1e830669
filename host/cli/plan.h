/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - what the files of `bonnet plan` share: the question as asked, plans in words and as JSON, and the file "bonnet_plan" (docs/plan.md). */
#ifndef BONNET_CLI_PLAN_H
#define BONNET_CLI_PLAN_H
#include "tiers.h"

typedef struct plan_line {
    cli_options o;
    const char *tiers, *exits, *goal, *policy, *only, *edgent, *states, *trace;
    const char *deadline, *accuracy, *energy, *weight, *times; /* numbers as text, or NULL */
    unsigned long best;
    bool pareto, check;
} plan_line;

typedef struct cli_question { cli_tiers *t; bonnet_place_options o; const char *path; char message[256]; } cli_question;

extern const char *const cli_goal_names[4], *const cli_limit_names[BONNET_PLACE_LIMITS];

/* "board stem.conv..layer1.0.conv2 >deflate 3820 B> edge layer1.1.conv1..fc; ends: early 0.400, final 0.600" */
void cli_plan_words(char *out, size_t bytes, const cli_tiers *t, const bonnet_place_plan *plan);
/* Why plan i stands where it stands. */
void cli_plan_reason(char *out, size_t bytes, const bonnet_place_result *r, uint32_t i, const cli_question *q);
/* As in the file, without its version and network. */
struct json_object *cli_plan_json(const cli_question *q, const bonnet_place_plan *plan, const char *reason);
/* The first layer of tier i and how many it runs. */
uint32_t cli_plan_layers(uint32_t *first, const cli_tiers *t, const bonnet_place_plan *plan, uint32_t tier);

/* --edgent static|map, --trace LOG. */
int cli_plan_edgent(cli_question *q, const plan_line *l);
int cli_plan_trace(cli_question *q, const plan_line *l);
/* --states, or 0.1 to 6 Mbit/s in tenths: bit/s, ascending as given. */
int cli_plan_states(double *out, uint32_t *count, const char *text);

/* A plan as the runtime wants it. */
enum { CLI_PLAN_KIB = 256 };
typedef struct cli_plan_exit { char name[CLI_TEXT], behind[CLI_TEXT]; uint32_t tier; double share, threshold, temperature; } cli_plan_exit; /* threshold below 0: not known; behind "": the end */
typedef struct cli_planfile {
    char network[CLI_TEXT], sha256[CLI_TEXT], goal[CLI_TEXT], policy[CLI_TEXT], confidence[CLI_TEXT], reason[CLI_TEXT * 4];
    uint32_t layers, tiers, exits;                 /* layers that run; tiers that are needed; exits asked, with the end */
    char tier[BONNET_PLACE_TIERS][CLI_TEXT], first[BONNET_PLACE_TIERS][CLI_TEXT], last[BONNET_PLACE_TIERS][CLI_TEXT];
    uint32_t count[BONNET_PLACE_TIERS];            /* layers of each tier; 0: passes on what it gets */
    char codec[BONNET_PLACE_TIERS - 1][CLI_TEXT];  /* of each link */
    double bytes[BONNET_PLACE_TIERS - 1], share[BONNET_PLACE_TIERS - 1];
    cli_plan_exit exit[BONNET_PLACE_EXITS + 1];
    double ms, ms_hi, mj, accuracy, reward;        /* ms_hi below 0: no bound */
    double deadline_ms, late_ms;                   /* below 0: none, not late */
} cli_planfile;
int cli_planfile_write(const char *path, const cli_question *q, const bonnet_place_plan *plan, const char *reason);
/* Every field, and that they fit together. */
int cli_planfile_read(cli_planfile *out, const char *path);
/* Is it of this network, and can the network be cut so? */
int cli_planfile_check(const cli_planfile *f, const char *path, const cli_session *s);
#endif
