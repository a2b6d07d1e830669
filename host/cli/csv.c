/* SPDX-License-Identifier: Apache-2.0 */
/* csv.c - lines of fields between commas. */
#include "csv.h"
#include <string.h>
#include "cli.h"

bool cli_csv_line(cli_csv *csv)
{
    csv->field = NULL;
    while (csv->next < csv->end) {
        const char *stop = memchr(csv->next, '\n', (size_t)(csv->end - csv->next));
        csv->field = csv->next;
        csv->stop = stop ? stop : csv->end;
        csv->next = stop ? stop + 1 : csv->end;
        csv->line++;
        if (csv->stop > csv->field && csv->stop[-1] == '\r') csv->stop--;
        if (csv->stop > csv->field) return true;
    }
    csv->field = NULL;
    return false;
}

bool cli_csv_field(cli_csv *csv, const char **text, size_t *bytes)
{
    if (!csv->field) return false;
    const char *comma = memchr(csv->field, ',', (size_t)(csv->stop - csv->field));
    *text = csv->field;
    *bytes = (size_t)((comma ? comma : csv->stop) - csv->field);
    csv->field = comma ? comma + 1 : NULL; /* a comma at the end opens an empty field */
    return true;
}

bool cli_csv_number(cli_csv *csv, double *out)
{
    char copy[40];
    const char *text;
    size_t bytes;
    if (!cli_csv_field(csv, &text, &bytes) || !bytes || bytes >= sizeof copy) return false;
    memcpy(copy, text, bytes);
    copy[bytes] = 0;
    return strlen(copy) == bytes && cli_number(out, copy);
}

bool cli_csv_word(cli_csv *csv, const char *word)
{
    cli_csv ahead = *csv;
    const char *text;
    size_t bytes;
    if (!cli_csv_field(&ahead, &text, &bytes) || bytes != strlen(word) || memcmp(text, word, bytes) != 0) return false;
    csv->field = ahead.field;
    return true;
}

bool cli_csv_name(cli_csv *csv, char *out, size_t room)
{
    const char *text;
    size_t bytes;
    if (!cli_csv_field(csv, &text, &bytes) || !bytes || bytes >= room) return false;
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f) return false;
    memcpy(out, text, bytes);
    out[bytes] = 0;
    return true;
}

int cli_csv_wants(const cli_csv *csv, const char *what)
{
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: line %zu wants %s", csv->path, csv->line, what);
}
