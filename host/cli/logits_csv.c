/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logits_csv.c - logits of every exit as a table, for small cases:
 *
 *     bonnet_logits,1
 *     exits,first,final
 *     classes,3
 *     0,9,2,1,30,2,4      the label of a sample, then the logits of each exit in turn
 */
#include <stdlib.h>
#include <string.h>
#include "csv.h"
#include "logits.h"

static int read_head(cli_logits *l, cli_csv *csv)
{
    char name[CLI_EXITS_NAME];
    double value;
    if (!cli_csv_line(csv) || !cli_csv_word(csv, "bonnet_logits") || !cli_csv_word(csv, "1") || csv->field)
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s: neither a .npz file nor a table that begins with \"bonnet_logits,1\"", csv->path);
    if (!cli_csv_line(csv) || !cli_csv_word(csv, "exits")) return cli_csv_wants(csv, "\"exits\" and a name for each, the last one \"final\"");
    while (csv->field) {
        const char *wants = l->exits == BONNET_EXITS_MAX ? "at most 16 exits" : "exits with names of 1 to 63 bytes, without control characters";
        if (l->exits == BONNET_EXITS_MAX || !cli_csv_name(csv, name, sizeof name)) return cli_csv_wants(csv, wants);
        wants = cli_logits_name(l, l->exits, name);
        if (wants) return cli_csv_wants(csv, wants);
        l->exits++;
    }
    if (!cli_csv_line(csv) || !cli_csv_word(csv, "classes") || !cli_csv_number(csv, &value) || csv->field ||
        !(value >= 2 && value <= BONNET_EXIT_CLASSES) || value != (double)(uint32_t)value)
        return cli_csv_wants(csv, "\"classes\" and how many, 2 to 1024");
    l->classes = (uint32_t)value;
    return CLI_OK;
}

/* A whole number within bounds. */
static bool whole(cli_csv *csv, int64_t *out, int64_t least, int64_t most)
{
    double value;
    if (!cli_csv_number(csv, &value) || !(value >= (double)least && value <= (double)most)) return false;
    *out = (int64_t)value;
    return (double)*out == value;
}

static int read_row(cli_logits *l, cli_csv *csv)
{
    int64_t value = 0;
    if (!whole(csv, &value, 0, l->classes - 1)) return cli_csv_wants(csv, "a label first, 0 to classes - 1");
    l->labels[l->samples] = (uint16_t)value;
    for (uint32_t e = 0; e < l->exits; e++)
        for (uint32_t c = 0; c < l->classes; c++) {
            if (!whole(csv, &value, INT32_MIN, INT32_MAX)) return cli_csv_wants(csv, "a whole number of 32 bits for each class of each exit");
            l->logits[e][l->samples * l->classes + c] = (int32_t)value;
        }
    if (csv->field) return cli_csv_wants(csv, "no more than a label and the logits of each exit");
    l->samples++;
    return CLI_OK;
}

static bool grow(cli_logits *l, size_t room)
{
    uint16_t *labels = realloc(l->labels, room * sizeof *labels);
    if (labels) l->labels = labels;
    for (uint32_t e = 0; e < l->exits && labels; e++) {
        int32_t *more = realloc(l->logits[e], room * l->classes * sizeof *more);
        if (!more) return false;
        l->logits[e] = more;
    }
    return labels != NULL;
}

int cli_logits_csv(cli_logits *l, const char *path, const char *text, size_t size)
{
    cli_csv csv = {.path = path, .next = text, .end = text + size};
    size_t room = 0;
    l->path = path;
    int code = read_head(l, &csv);
    while (code == CLI_OK && cli_csv_line(&csv)) {
        if (l->samples == BONNET_EXIT_SAMPLES) return cli_csv_wants(&csv, "at most 1048576 samples");
        if (l->samples == room && !grow(l, room = room ? 2 * room : 64)) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
        code = read_row(l, &csv);
    }
    if (code == CLI_OK && !l->samples) return cli_csv_wants(&csv, "at least one sample");
    return code;
}
