/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verb_options.h - the options of a verb, as a table: what each is called, what it wants, where it goes. Why: docs/decisions/0014-options.md.
 *
 *     typedef struct greet_line { cli_options o; const char *name; bool loud; unsigned long times; } greet_line;   cli_options comes first
 *     static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_output_options), CLI_OPT_TEXT("name", greet_line, name), CLI_OPT_FLAG("loud", greet_line, loud),
 *                                          CLI_OPT_WHOLE("times", greet_line, times, 1, 100), CLI_OPT_END};
 *     greet_line g = {.times = 1};
 *     int code = cli_parse(&g.o, verb_options, argc, argv, usage);
 *
 * What is not given stays as it was before. A number outside its range is refused here; what depends on other options is the verb's to refuse.
 */
#ifndef BONNET_CLI_VERB_OPTIONS_H
#define BONNET_CLI_VERB_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>

#define CLI_WHOLE_MOST 1000000000 /* of what has no smaller limit */
enum { CLI_TEXTS_MOST = 64 };
/* What an option that may come several times was given, in this order. */
typedef struct cli_texts { const char *text[CLI_TEXTS_MOST]; size_t count; } cli_texts;

typedef enum cli_option_kind { CLI_IS_END, CLI_IS_GROUP, CLI_IS_FLAG, CLI_IS_TEXT, CLI_IS_TEXTS, CLI_IS_WHOLE, CLI_IS_NUMBER } cli_option_kind;

typedef struct cli_option {
    cli_option_kind kind;
    const char *name;               /* --name */
    char letter;                    /* -l, or 0 */
    size_t at;                      /* where in the verb's struct */
    double least, most;             /* of a number */
    const char *unit;               /* of a number: "milliseconds" */
    const struct cli_option *group; /* another table, as if it stood here */
} cli_option;

/* offsetof(type, member), for a member of this type only. */
#define CLI_AT(type, member, of) (offsetof(type, member) + 0 * sizeof(&((type *)0)->member == (of *)0))

#define CLI_OPT_FLAG(name, type, member) CLI_OPT_FLAG_OR(0, name, type, member)
#define CLI_OPT_FLAG_OR(letter, name, type, member) {CLI_IS_FLAG, name, letter, CLI_AT(type, member, bool), 0, 0, NULL, NULL}
#define CLI_OPT_TEXT(name, type, member) CLI_OPT_TEXT_OR(0, name, type, member)
#define CLI_OPT_TEXT_OR(letter, name, type, member) {CLI_IS_TEXT, name, letter, CLI_AT(type, member, const char *), 0, 0, NULL, NULL}
/* Any number of times, up to CLI_TEXTS_MOST. */
#define CLI_OPT_TEXTS(name, type, member) {CLI_IS_TEXTS, name, 0, CLI_AT(type, member, cli_texts), 0, 0, NULL, NULL}
/* unsigned long, written in digits; least and most: 0 to 2^53. */
#define CLI_OPT_WHOLE(name, type, member, least, most) {CLI_IS_WHOLE, name, 0, CLI_AT(type, member, unsigned long), least, most, "a whole number", NULL}
/* double. unit: what the complaint says is wanted, "a number" or "milliseconds". */
#define CLI_OPT_NUMBER(name, type, member, unit, least, most) {CLI_IS_NUMBER, name, 0, CLI_AT(type, member, double), least, most, unit, NULL}
#define CLI_OPT_GROUP(table) {CLI_IS_GROUP, NULL, 0, 0, 0, 0, NULL, table}
#define CLI_OPT_END {CLI_IS_END, NULL, 0, 0, 0, 0, NULL, NULL}

/* Groups of options that several verbs take alike; all go into cli_options. */
extern const cli_option cli_quiet_options[];    /* -q, --quiet */
extern const cli_option cli_json_options[];     /* -j, --json; -q, --quiet */
extern const cli_option cli_output_options[];   /* -o, --output FILE */
extern const cli_option cli_device_options[];   /* --device URI, --timeout-ms N, --seed N */
extern const cli_option cli_dataset_options[];  /* --dataset NAME, --dataset-dir DIR, --limit N */
extern const cli_option cli_frames_options[];   /* --images N, --frames N: 1 to 100000 */
#endif
