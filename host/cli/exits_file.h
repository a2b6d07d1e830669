/* SPDX-License-Identifier: Apache-2.0 */
/* exits_file.h - thresholds of early exits as `bonnet calibrate` writes them and `bonnet run --exits` and `bonnet plan` read them (docs/exits.md). */
#ifndef BONNET_CLI_EXITS_FILE_H
#define BONNET_CLI_EXITS_FILE_H
#include "bonnet_exits.h"
#include "cli.h"

enum { CLI_EXITS_NAME = 64 };

typedef struct cli_exit {
    char name[CLI_EXITS_NAME];          /* no other's; of the last one "final" */
    char behind[CLI_EXITS_NAME];        /* layer that its branch starts behind; "": not known, or the last one */
    double accuracy, accuracy_low, accuracy_high; /* as the only one */
    double alone;                       /* cost of a sample then */
    double cost;                        /* of a sample that ends here where every exit before is used: each was a stop */
} cli_exit;

typedef struct cli_exits_file {
    char network[CLI_EXITS_NAME];       /* "": for any network with these exits, and then */
    uint8_t sha256[32];                 /* zero; else bonnet_model_info.sha256 of the network */
    uint32_t confidence;                /* enum bonnet_confidence */
    double temperature[BONNET_EXITS_MAX]; /* [exits], divisors of the integer logits; MARGIN: 1 */
    uint64_t samples;                   /* that shares, accuracies and costs are of */
    uint64_t chosen_on;                 /* other samples, by which thresholds and the chosen point were found */
    double interval, budget;            /* level of the intervals 0..1; accuracy that might be lost on `chosen_on`, in points: 0..100 */
    char unit[16], geometry[32];        /* of costs: "cycles", "ms", "mJ", ...; geometry "": none */
    uint32_t frames;                    /* that came at once when costs were estimated; 0: costs are not of a geometry */
    uint32_t exits;                     /* the last one included; at least 2 */
    cli_exit exit[BONNET_EXITS_MAX];
    uint32_t points, chosen;            /* chosen < points <= BONNET_EXIT_POINTS */
    bonnet_exit_point point[BONNET_EXIT_POINTS];
} cli_exits_file;

/* A failure is reported, with the file and the field; the exit code is returned. */
int cli_exits_read(cli_exits_file *out, const char *path);
int cli_exits_parse(cli_exits_file *out, const char *path, const uint8_t *bytes, size_t size);
int cli_exits_write(const char *path, const cli_exits_file *file);
struct json_object *cli_exits_json(const cli_exits_file *file); /* as written */
/* "margin", "probability", "entropy"; false: none of them. */
bool cli_confidence(uint32_t *out, const char *name);
#endif
