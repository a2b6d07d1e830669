/* SPDX-License-Identifier: Apache-2.0 */
/* csv.h - lines of fields between commas, without quotes: a cursor over text that is not the program's. */
#ifndef BONNET_CLI_CSV_H
#define BONNET_CLI_CSV_H
#include <stdbool.h>
#include <stddef.h>

typedef struct cli_csv {
    const char *path, *next, *end; /* next: behind the line that the fields are of */
    size_t line;                   /* its number, from 1 */
    const char *field;             /* what is left of it; NULL: nothing, not even an empty field */
    const char *stop;              /* its end */
} cli_csv;

/* To the next line that is not empty; false: there is none. */
bool cli_csv_line(cli_csv *csv);
/* The next field of the line; false: there is none. */
bool cli_csv_field(cli_csv *csv, const char **text, size_t *bytes);
bool cli_csv_number(cli_csv *csv, double *out);             /* finite, decimal, at most 39 bytes */
bool cli_csv_word(cli_csv *csv, const char *word);          /* is the next field this? Then it is taken. */
bool cli_csv_name(cli_csv *csv, char *out, size_t room);    /* 1 to room - 1 bytes without control characters */
/* "PATH: line N wants WHAT"; the exit code. */
int cli_csv_wants(const cli_csv *csv, const char *what);
#endif
