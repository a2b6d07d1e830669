/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_option.c - what stands behind "mock:": options, separated by commas.
 *
 *     geometry=asic|zcu102|tiny     the chip's sizes (default asic)
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
    static const struct {
        const char *name;
        uint32_t lanes, arrays, weight_rows, feature_words, stem_rows, stem_image_w, stem_map_w, bus_bits, records;
    } known[] = {
        {"asic", 64, 1, 576, 24576, 32, 512, 128, 128, 1024},
        {"zcu102", 64, 4, 576, 24576, 32, 512, 128, 128, 1024},
        {"tiny", 16, 1, 256, 4096, 64, 64, 32, 64, 1024},
    };
    size_t i = 0;
    while (i < sizeof known / sizeof known[0] && (strlen(known[i].name) != length || strncmp(text, known[i].name, length))) i++;
    if (i == sizeof known / sizeof known[0]) return 0;
    m->lanes = known[i].lanes;
    m->arrays = known[i].arrays;
    m->weight_rows = known[i].weight_rows;
    m->feature_words = known[i].feature_words;
    m->stem_rows = known[i].stem_rows;
    m->stem_image_w = known[i].stem_image_w;
    m->stem_map_w = known[i].stem_map_w;
    m->bus_bits = known[i].bus_bits;
    m->records = known[i].records;
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
        if (!good)
            return bonnet_fail(err, BONNET_EINVAL, "mock: unknown option '%.*s'; known: geometry=asic|zcu102|tiny, fault=KIND@N", (int)length, path);
        path += length + (path[length] == ',');
    }
    return BONNET_OK;
}
