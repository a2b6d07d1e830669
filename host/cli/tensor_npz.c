/* SPDX-License-Identifier: Apache-2.0 */
/* tensor_npz.c - .npy and .npz files by content; the zip archive through libzip. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include "cli.h"
#include "tensor_parts.h"

enum { MAX_MEMBERS = 4096, UNPACKED_MIB = 256 };
static const uint8_t npy_magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
static bool is_npy(const uint8_t *bytes, size_t size) { return size >= sizeof npy_magic && !memcmp(bytes, npy_magic, sizeof npy_magic); }

void cli_tensors_free(cli_tensors *t)
{
    for (size_t i = 0; i < t->n_blocks; i++) free(t->blocks[i]);
    free(t->blocks);
    free(t->at);
    memset(t, 0, sizeof *t);
}

/* Member `index`, unpacked and parsed. left: bytes that may still be unpacked. */
static int take_member(cli_tensors *t, const char *path, zip_t *zip, size_t index, uint64_t *left)
{
    cli_tensor *tensor = &t->at[t->count];
    zip_stat_t st;
    if (zip_stat_index(zip, index, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE) || !(st.valid & ZIP_STAT_NAME))
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: damaged archive: %s", path, zip_strerror(zip));
    const size_t name = strlen(st.name);
    if (name < 5 || strcmp(st.name + name - 4, ".npy") != 0 || name - 4 >= CLI_TENSOR_NAME_BYTES)
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: member '%.40s' is no array of a reasonable name; numpy.savez() makes such files", path,
                        st.name);
    if (st.size > *left) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: unpacks to more than %d MiB; save fewer arrays", path, UNPACKED_MIB);
    *left -= st.size;
    memcpy(tensor->name, st.name, name - 4);
    uint8_t *block = malloc((size_t)st.size + 1);
    if (!block) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    t->blocks[t->n_blocks++] = block;
    zip_file_t *f = zip_fopen_index(zip, index, 0);
    const zip_int64_t n = f ? zip_fread(f, block, st.size + 1) : -1; /* one more: the end is where the CRC is checked */
    if (f) zip_fclose(f);
    if (n < 0 || (uint64_t)n != st.size) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: member '%s' is damaged", path, st.name);
    const char *why = is_npy(block, (size_t)st.size) ? cli_npy_parse(tensor, block, (size_t)st.size) : "it is no .npy file";
    if (why) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: member '%s': %s", path, st.name, why);
    t->count++;
    return CLI_OK;
}

static int take_archive(cli_tensors *t, const char *path, const uint8_t *bytes, size_t size)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!zip) {
        int code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: damaged archive: %s", path, zip_error_strerror(&error));
        zip_source_free(source);
        zip_error_fini(&error);
        return code;
    }
    const zip_int64_t members = zip_get_num_entries(zip, 0);
    uint64_t left = (uint64_t)UNPACKED_MIB << 20;
    int code = CLI_OK;
    if (members > MAX_MEMBERS) code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: more than %d arrays", path, MAX_MEMBERS);
    t->at = calloc((size_t)members + 1, sizeof *t->at);
    t->blocks = calloc((size_t)members + 1, sizeof *t->blocks);
    if (code == CLI_OK && (!t->at || !t->blocks)) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    for (size_t i = 0; code == CLI_OK && i < (size_t)members; i++) code = take_member(t, path, zip, i, &left);
    zip_discard(zip);
    zip_error_fini(&error);
    return code;
}

int cli_tensors_parse(cli_tensors *out, const char *path, const uint8_t *bytes, size_t size)
{
    cli_tensors t = {0};
    int code = CLI_OK;
    if (is_npy(bytes, size)) {
        t.at = calloc(1, sizeof *t.at);
        const char *why = t.at ? cli_npy_parse(t.at, bytes, size) : NULL;
        if (!t.at) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
        else if (why) code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: %s", path, why);
        t.count = 1;
    } else code = take_archive(&t, path, bytes, size);
    if (code != CLI_OK) cli_tensors_free(&t);
    else *out = t;
    return code;
}
