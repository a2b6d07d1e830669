/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_option.c - what stands behind "mock:": options, separated by commas.
 *
 *     geometry=asic|tiny     the chip's sizes (default asic)
 *     fault=KIND[@N]         one thing that goes wrong, once; several may be given. Kinds: mock.h, in small letters
 */
#include <stdlib.h>
#include <string.h>
#include "mock.h"

static const struct {
    const char *name;
    mock_fault_kind kind;
} kinds[] = {
    {"bus", MOCK_BUS}, {"baddesc", MOCK_BADDESC}, {"hang", MOCK_HANG},   {"dead", MOCK_DEAD}, {"stuck", MOCK_STUCK}, {"irqlost", MOCK_IRQLOST},
    {"id", MOCK_ID},   {"abi", MOCK_ABI},         {"alloc", MOCK_ALLOC}, {"xfer", MOCK_XFER}, {"read", MOCK_READ},   {"write", MOCK_WRITE},
};

int mock_strikes(mock *m, mock_fault_kind kind, uint32_t at)
{
    for (uint32_t i = 0; i < m->n_faults; i++) {
        mock_fault *f = &m->faults[i];
        if (f->kind == kind && f->at == at && !f->spent) {
            f->spent = 1;
            return 1;
        }
    }
    return 0;
}

static int fault(mock *m, const char *text, size_t length)
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

/* The sizes of rtl/pkg/bonnet_pkg.sv. */
static int geometry(mock *m, const char *text, size_t length)
{
    static const mock asic = {
        .lanes = 64, .weight_rows = 576, .feature_words = 24576, .stem_rows = 32, .stem_image_w = 512, .stem_map_w = 128, .bus_bits = 128};
    static const mock tiny = {
        .lanes = 16, .weight_rows = 256, .feature_words = 4096, .stem_rows = 64, .stem_image_w = 64, .stem_map_w = 32, .bus_bits = 64};
    const mock *g = length == 4 && !strncmp(text, "asic", 4) ? &asic : length == 4 && !strncmp(text, "tiny", 4) ? &tiny : NULL;
    if (!g) return 0;
    m->lanes = g->lanes;
    m->weight_rows = g->weight_rows;
    m->feature_words = g->feature_words;
    m->stem_rows = g->stem_rows;
    m->stem_image_w = g->stem_image_w;
    m->stem_map_w = g->stem_map_w;
    m->bus_bits = g->bus_bits;
    return 1;
}

bonnet_status mock_options(mock *m, const char *path, bonnet_error *err)
{
    geometry(m, "asic", 4);
    while (path && *path) {
        size_t length = strcspn(path, ",");
        int good = 0;
        if (length > 9 && !strncmp(path, "geometry=", 9)) good = geometry(m, path + 9, length - 9);
        else if (length > 6 && !strncmp(path, "fault=", 6)) good = fault(m, path + 6, length - 6);
        if (!good) return bonnet_fail(err, BONNET_EINVAL, "mock: unknown option '%.*s'; known: geometry=asic|tiny, fault=KIND@N", (int)length, path);
        path += length + (path[length] == ',');
    }
    return BONNET_OK;
}
