/* SPDX-License-Identifier: Apache-2.0 */
/* experts_log.c - the CSV table that `bonnet order` reads: who answered which input. The last column is the deterministic expert. */
#include <stdlib.h>
#include <string.h>
#include "experts.h"

/* The lines of a text, each cut into fields. */
typedef struct table {
    const char *path, *next, *end;
    uint32_t line, fields;
    struct {
        const char *text;
        size_t bytes;
    } field[BONNET_ORDER_LOGGED_MAX + 2];
} table;

static int complain(const table *t, const char *wants)
{
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: line %u wants %s", t->path, t->line, wants);
}

/* The next line that is not empty. fields 0: the end. More than fit count, and are not kept. */
static void next_line(table *t)
{
    do {
        const char *stop = t->next < t->end ? memchr(t->next, '\n', (size_t)(t->end - t->next)) : NULL;
        const char *end = stop ? stop : t->end, *from = t->next;
        t->fields = 0;
        t->line++;
        t->next = stop ? stop + 1 : t->end;
        if (end > from && end[-1] == '\r') end--;
        for (bool more = from < end; more;) { /* a comma at the end opens an empty field */
            const char *comma = from < end ? memchr(from, ',', (size_t)(end - from)) : NULL, *to = comma ? comma : end;
            if (t->fields < sizeof t->field / sizeof *t->field) t->field[t->fields].text = from, t->field[t->fields].bytes = (size_t)(to - from);
            t->fields++;
            more = comma != NULL;
            from = to + 1;
        }
    } while (!t->fields && t->next < t->end);
}

static bool is(const table *t, uint32_t i, const char *word)
{
    return i < t->fields && t->field[i].bytes == strlen(word) && !memcmp(t->field[i].text, word, t->field[i].bytes);
}

static bool field_number(double *out, const table *t, uint32_t i)
{
    char text[40];
    if (t->field[i].bytes >= sizeof text) return false;
    memcpy(text, t->field[i].text, t->field[i].bytes);
    text[t->field[i].bytes] = 0;
    return cli_number(out, text);
}

static int read_head(cli_experts *of, table *t)
{
    double value;
    next_line(t);
    if (!is(t, 0, "bonnet_outcomes") || !is(t, 1, "1") || t->fields != 2)
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s: begins with another line than \"bonnet_outcomes,1\"; this program reads version 1", t->path);
    next_line(t);
    if (!is(t, 0, "name") || t->fields < 2 || t->fields > BONNET_ORDER_LOGGED_MAX + 2)
        return complain(t, "\"name\" and 1 to 17 names, the deterministic expert last");
    of->count = t->fields - 2;
    for (uint32_t i = 0; i <= of->count; i++) {
        const char *wants = cli_experts_name(of, i, t->field[i + 1].text, t->field[i + 1].bytes);
        if (wants) return complain(t, wants);
    }
    next_line(t);
    if (!is(t, 0, "cost_ms") || t->fields != of->count + 2) return complain(t, "\"cost_ms\" and a time for each name");
    for (uint32_t i = 0; i <= of->count; i++)
        if (!field_number(&value, t, i + 1) || !cli_experts_us(&of->expert[i].cost_us, value))
            return complain(t, "milliseconds, 0.001 to 10^9 in steps of 0.001");
    next_line(t);
    if (!is(t, 0, "storage_bytes")) return CLI_OK;
    for (uint32_t i = 0; i <= of->count; i++) {
        if (t->fields != of->count + 2 || !field_number(&value, t, i + 1) || !(value >= 0 && value <= 9007199254740992.0) ||
            value != (double)(uint64_t)value)
            return complain(t, "a whole number of bytes, 0 to 2^53, for each name");
        of->expert[i].storage_bytes = (uint64_t)value;
    }
    next_line(t);
    return CLI_OK;
}

/* One input: any name, then 1 for every expert that answered, 0 for the others. */
static int read_row(cli_experts *of, const table *t, uint16_t *outcome)
{
    *outcome = 0;
    if (t->fields != of->count + 2) return complain(t, "the name of an input and 0 or 1 for each expert");
    for (uint32_t i = 0; i <= of->count; i++) {
        if (!is(t, i + 1, "0") && !is(t, i + 1, "1")) return complain(t, "0 or 1 for each expert");
        if (i == of->count) return is(t, i + 1, "1") ? CLI_OK : complain(t, "1 in the last column: the deterministic expert always answers");
        *outcome |= (uint16_t)(is(t, i + 1, "1") << i);
    }
    return CLI_OK;
}

int cli_experts_csv(cli_experts *out, const char *path, const char *text, size_t size)
{
    table t = {.path = path, .next = text, .end = text + size};
    uint64_t answered[BONNET_ORDER_LOGGED_MAX] = {0};
    size_t room = 0;
    int code = read_head(out, &t);
    for (; code == CLI_OK && t.fields; next_line(&t)) {
        if (out->samples == room) {
            uint16_t *more = realloc(out->outcomes, (room = room ? 2 * room : 1024) * sizeof *more);
            if (!more) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
            out->outcomes = more;
        }
        code = read_row(out, &t, &out->outcomes[out->samples]);
        for (uint32_t i = 0; code == CLI_OK && i < out->count; i++) answered[i] += out->outcomes[out->samples] >> i & 1;
        out->samples++;
    }
    if (code == CLI_OK && !out->samples) return complain(&t, "at least one input");
    for (uint32_t i = 0; code == CLI_OK && i < out->count; i++) out->expert[i].answers = (double)answered[i] / (double)out->samples;
    out->dependence = BONNET_LOGGED;
    return code;
}
