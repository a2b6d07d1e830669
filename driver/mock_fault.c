/* SPDX-License-Identifier: Apache-2.0 */
/* mock_fault.c - the faults of mock_fault.h: named, armed, and asked for where they happen. */
#include <stdlib.h>
#include <string.h>
#include "mock.h"

static const struct {
    const char *name;
    mock_fault_kind kind;
} kinds[] = {
#define KIND(name, text, at, what) {text, MOCK_##name},
    MOCK_FAULT_LIST(KIND)
#undef KIND
};

static mock_fault *armed(mock *m, mock_fault_kind kind, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < m->n_faults; i++) {
        mock_fault *f = &m->faults[i];
        if (f->kind == kind && f->at >= from && f->at <= to && !f->spent) return f;
    }
    return NULL;
}

int mock_strikes(mock *m, mock_fault_kind kind, uint32_t at)
{
    mock_fault *f = armed(m, kind, at, at);
    if (f) f->spent = 1;
    return f != NULL;
}

int mock_strikes_since(mock *m, mock_fault_kind kind, uint32_t at)
{
    int strikes = 0;
    for (uint32_t i = 0; i < m->n_faults; i++) {
        if (m->faults[i].kind != kind || m->faults[i].at > at) continue;
        m->faults[i].spent = strikes = 1;
    }
    return strikes;
}

int mock_strikes_within(mock *m, mock_fault_kind kind, uint64_t from, uint64_t count)
{
    mock_fault *f = count && from <= UINT32_MAX
                        ? armed(m, kind, (uint32_t)from, (uint32_t)(from + count - 1 < UINT32_MAX ? from + count - 1 : UINT32_MAX))
                        : NULL;
    if (f) f->spent = 1;
    return f != NULL;
}

uint32_t mock_wrong_geometry(mock *m, uint32_t index)
{
    uint32_t wrong = 0;
    for (uint32_t bit = 0; bit < 32; bit++)
        if (mock_strikes(m, MOCK_GEOMETRY, 32 * index + bit)) wrong |= 1u << bit;
    return wrong;
}

int mock_fault_parse(mock *m, const char *text, size_t length)
{
    const char *at = memchr(text, '@', length);
    size_t name = at ? (size_t)(at - text) : length;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strlen(kinds[i].name) != name || strncmp(kinds[i].name, text, name) || m->n_faults == MOCK_FAULTS) continue;
        mock_fault f = {.kind = kinds[i].kind};
        if (at) {
            char *end;
            unsigned long n = strtoul(at + 1, &end, 10);
            if (at[1] < '0' || at[1] > '9' || n > UINT32_MAX || end != text + length) return 0;
            f.at = (uint32_t)n;
        }
        m->faults[m->n_faults++] = f;
        return 1;
    }
    return 0;
}
