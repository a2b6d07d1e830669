/* SPDX-License-Identifier: Apache-2.0 */
/* logits.c - logits of every exit: arrays of integers in a .npz file, in order, beside their labels. */
#include "logits.h"
#include <stdlib.h>
#include <string.h>
#include "tensor.h"

const char *cli_logits_name(cli_logits *of, uint32_t index, const char *name)
{
    const size_t bytes = strlen(name);
    if (!bytes || bytes >= CLI_EXITS_NAME) return "exits with names of 1 to 63 bytes";
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f) return "exits with names without control characters";
    memcpy(of->name[index], name, bytes + 1);
    for (uint32_t i = 0; i < index; i++)
        if (strcmp(of->name[i], name) == 0) return "exits of different names";
    return NULL;
}

void cli_logits_free(cli_logits *l)
{
    for (uint32_t e = 0; e < BONNET_EXITS_MAX; e++) free(l->logits[e]);
    free(l->labels);
    memset(l, 0, sizeof *l);
}

static int wrong(const char *path, const cli_tensor *t, const char *wants)
{
    char is[160];
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: array '%.60s' is %s; %s is wanted", path, t->name, cli_tensor_text(is, sizeof is, t), wants);
}

static bool is_integer(const cli_tensor *t) { return t->kind == 'i' || t->kind == 'u'; }

static int take_labels(cli_logits *l, const cli_tensor *t)
{
    if (!is_integer(t) || t->rank != 1 || !t->count || t->count > BONNET_EXIT_SAMPLES)
        return wrong(l->path, t, "one whole number for each of 1 to 1048576 samples");
    l->samples = t->count;
    l->labels = malloc(t->count * sizeof *l->labels);
    if (!l->labels) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", l->path);
    for (size_t s = 0; s < t->count; s++) {
        const double value = cli_tensor_value(t, s);
        if (!(value >= 0 && value < BONNET_EXIT_CLASSES))
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: array 'labels': label %zu is %.0f, 0 to 1023 are wanted", l->path, s, value);
        l->labels[s] = (uint16_t)value;
    }
    return CLI_OK;
}

static int take_exit(cli_logits *l, const cli_tensor *t)
{
    const uint32_t e = l->exits;
    if (e == BONNET_EXITS_MAX) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: more than %d exits", l->path, BONNET_EXITS_MAX);
    const char *wants = cli_logits_name(l, e, t->name);
    if (wants) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: array '%.60s': %s are wanted", l->path, t->name, wants);
    if (!is_integer(t) || t->rank != 2 || t->shape[1] < 2 || t->shape[1] > BONNET_EXIT_CLASSES || (e && t->shape[1] != l->classes))
        return wrong(l->path, t, "int32 [samples, classes], 2 to 1024 classes and for each exit as many,");
    if (t->shape[0] != l->samples) return wrong(l->path, t, "a row for each of the labels");
    l->classes = (uint32_t)t->shape[1];
    l->logits[e] = malloc(t->count * sizeof **l->logits);
    l->exits++;
    if (!l->logits[e]) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", l->path);
    for (size_t i = 0; i < t->count; i++) {
        const double value = cli_tensor_value(t, i);
        if (!(value >= INT32_MIN && value <= INT32_MAX)) return wrong(l->path, t, "numbers of 32 bits in it");
        l->logits[e][i] = (int32_t)value;
    }
    return CLI_OK;
}

int cli_logits_npz(cli_logits *l, const char *path, const uint8_t *bytes, size_t size)
{
    cli_tensors all = {0};
    l->path = path;
    int code = cli_tensors_parse(&all, path, bytes, size);
    for (size_t i = 0; i < all.count && code == CLI_OK; i++)
        if (!strcmp(all.at[i].name, "labels"))
            code = l->labels ? cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: two arrays 'labels'", path) : take_labels(l, &all.at[i]);
    if (code == CLI_OK && !l->labels)
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no array 'labels'; it is needed beside one array for each exit", path);
    for (size_t i = 0; i < all.count && code == CLI_OK; i++)
        if (strcmp(all.at[i].name, "labels")) code = take_exit(l, &all.at[i]);
    cli_tensors_free(&all);
    return code;
}

static int check(const cli_logits *l)
{
    if (l->exits < 2 || strcmp(l->name[l->exits - 1], "final"))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: logits of at least two exits are wanted, in their order, the last one named 'final'",
                        l->path);
    for (size_t s = 0; s < l->samples; s++)
        if (l->labels[s] >= l->classes)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: sample %zu has label %u, there are %u classes", l->path, s, l->labels[s], l->classes);
    return CLI_OK;
}

int cli_logits_read(cli_logits *l, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    memset(l, 0, sizeof *l);
    int code = cli_read_file(&bytes, &size, path);
    l->path = path;
    if (code == CLI_OK)
        code = size >= 4 && !memcmp(bytes, "PK\3\4", 4) ? cli_logits_npz(l, path, bytes, size) : cli_logits_csv(l, path, (const char *)bytes, size);
    if (code == CLI_OK) code = check(l);
    free(bytes);
    return code;
}
