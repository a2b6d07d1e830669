/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_option.c - what stands behind "mock:": options, separated by commas.
 *
 *     geometry=asic|zcu102|small|tiny     the chip's sizes (default asic)
 *     fault=KIND[@N]         one thing that goes wrong, once; several may be given. Kinds: mock_fault.h
 *     slow=N                 a job takes N looks at CTRL and milliseconds of waiting before it does its work (0)
 *     millisecond=US         how long a millisecond of waiting takes, microseconds (1000): short time-outs for tests
 */
#include <stdlib.h>
#include <string.h>
#include "mock.h"

static int number(const char *text, size_t length, uint32_t most, uint32_t *value)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || end != text + length || n > most) return 0;
    *value = (uint32_t)n;
    return 1;
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
        {"small", 8, 1, 1024, 4096, 128, 64, 32, 64, 512},
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
        else if (length > 6 && !strncmp(path, "fault=", 6)) good = mock_fault_parse(m, path + 6, length - 6);
        else if (length > 5 && !strncmp(path, "slow=", 5)) good = number(path + 5, length - 5, 1000000, &m->slow);
        else if (length > 12 && !strncmp(path, "millisecond=", 12)) good = number(path + 12, length - 12, 100000, &m->millisecond_us);
        if (!good)
            return bonnet_fail(err, BONNET_EINVAL,
                               "mock: unknown option '%.*s'; known: geometry=asic|zcu102|small|tiny, fault=KIND@N, slow=N, millisecond=US",
                               (int)length, path);
        path += length + (path[length] == ',');
    }
    return BONNET_OK;
}
