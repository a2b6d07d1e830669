/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_option.c - what stands behind "cpu:": options, separated by commas.
 *
 *     isa=NAME      force one set of kernels (default: the best this machine has)
 *     threads=N     1..64 threads for one frame (default 1)
 */
#include <stdlib.h>
#include <string.h>
#include "cpu.h"

const bonnet_cpu_kernels *const bonnet_cpu_sets[] = {
#if defined(__x86_64__)
    &bonnet_cpu_amx,      &bonnet_cpu_avx512,
    &bonnet_cpu_avx2,
#elif defined(__aarch64__)
    &bonnet_cpu_neon,
#endif
    &bonnet_cpu_portable, NULL,
};

/* "avx512, avx2, portable": of this build, or of this machine. */
static const char *set_names(char *text, size_t bytes, int of_machine)
{
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; bonnet_cpu_sets[i]; i++) {
        const size_t length = strlen(bonnet_cpu_sets[i]->name);
        if ((of_machine && !bonnet_cpu_sets[i]->supported()) || used + length + 3 > bytes) continue;
        if (used) memcpy(text + used, ", ", 2), used += 2;
        memcpy(text + used, bonnet_cpu_sets[i]->name, length + 1);
        used += length;
    }
    return text;
}

static bonnet_status read_isa(bonnet_cpu_options *o, const char *name, size_t length, bonnet_error *err)
{
    char names[80];
    for (size_t i = 0; bonnet_cpu_sets[i]; i++) {
        const bonnet_cpu_kernels *set = bonnet_cpu_sets[i];
        if (strlen(set->name) != length || strncmp(set->name, name, length)) continue;
        if (!set->supported())
            return bonnet_fail(err, BONNET_ENODEV, "cpu: this machine lacks %s; it has %s", set->name, set_names(names, sizeof names, 1));
        o->kernels = set;
        return BONNET_OK;
    }
    return bonnet_fail(err, BONNET_EINVAL, "cpu: no isa '%.*s' in this build; known: %s", (int)length, name, set_names(names, sizeof names, 0));
}

static bonnet_status read_threads(bonnet_cpu_options *o, const char *text, size_t length, bonnet_error *err)
{
    char *end = NULL;
    const unsigned long n = length && *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
    if (!end || end != text + length || n < 1 || n > BONNET_CPU_THREADS)
        return bonnet_fail(err, BONNET_EINVAL, "cpu: threads=%.*s; give a number from 1 to %d", (int)length, text, BONNET_CPU_THREADS);
    o->threads = (uint32_t)n;
    return BONNET_OK;
}

bonnet_status bonnet_cpu_options_read(bonnet_cpu_options *o, const char *path, bonnet_error *err)
{
    size_t best = 0;
    while (!bonnet_cpu_sets[best]->supported()) best++; /* the last one always is */
    *o = (bonnet_cpu_options){.kernels = bonnet_cpu_sets[best], .threads = 1};
    while (path && *path) {
        const size_t length = strcspn(path, ",");
        bonnet_status st;
        if (length >= 4 && !strncmp(path, "isa=", 4)) st = read_isa(o, path + 4, length - 4, err);
        else if (length >= 8 && !strncmp(path, "threads=", 8)) st = read_threads(o, path + 8, length - 8, err);
        else st = bonnet_fail(err, BONNET_EINVAL, "cpu: unknown option '%.*s'; known: isa=NAME, threads=N", (int)length, path);
        if (st) return st;
        path += length + (path[length] == ',');
    }
    return BONNET_OK;
}
