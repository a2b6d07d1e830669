/* SPDX-License-Identifier: Apache-2.0 */
/* tensor_write.c - arrays as numpy reads them: a .npz file, through libzip. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include "cli.h"
#include "tensor.h"

enum { ALIGN = 64, FIXED = 10 /* magic, version, length of the header */ };

/* A .npy file of version 1.0; free(). NULL: no memory. */
static uint8_t *npy(const cli_numbers *a, size_t *size)
{
    char header[160], shape[64];
    const size_t count = a->rank == 1 ? a->shape[0] : a->shape[0] * a->shape[1];
    if (a->rank == 1) snprintf(shape, sizeof shape, "(%zu,)", a->shape[0]);
    else snprintf(shape, sizeof shape, "(%zu, %zu)", a->shape[0], a->shape[1]);
    int n = snprintf(header, sizeof header, "{'descr': '%c%c%u', 'fortran_order': False, 'shape': %s, }", a->item == 1 ? '|' : '<', a->kind, a->item,
                     shape);
    const size_t padded = (FIXED + (size_t)n + 1 + ALIGN - 1) / ALIGN * ALIGN - FIXED;
    *size = FIXED + padded + count * a->item;
    uint8_t *bytes = malloc(*size);
    if (!bytes) return NULL;
    memcpy(bytes, "\x93NUMPY\x01\x00", 8);
    bytes[8] = (uint8_t)padded, bytes[9] = (uint8_t)(padded >> 8);
    memset(bytes + FIXED, ' ', padded);
    memcpy(bytes + FIXED, header, (size_t)n);
    bytes[FIXED + padded - 1] = '\n';
    const uint8_t *from = a->data;
    uint8_t *to = bytes + FIXED + padded;
    const uint16_t one = 1;
    const int little = *(const uint8_t *)&one;
    for (size_t i = 0; i < count * a->item; i++) to[i] = little ? from[i] : from[i / a->item * a->item + (a->item - 1 - i % a->item)];
    return bytes;
}

static int add(zip_t *zip, const cli_numbers *a)
{
    char name[CLI_TENSOR_NAME_BYTES + 8];
    size_t size = 0;
    uint8_t *bytes = npy(a, &size);
    zip_source_t *source = bytes ? zip_source_buffer(zip, bytes, size, 1) : NULL; /* libzip frees the bytes */
    if (!source) {
        free(bytes);
        return 0;
    }
    snprintf(name, sizeof name, "%.*s.npy", CLI_TENSOR_NAME_BYTES - 1, a->name);
    const zip_int64_t at = zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        return 0;
    }
    /* no clock in the file: 1 January 1980 is the first day that a zip archive knows */
    return zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0 && zip_file_set_dostime(zip, (zip_uint64_t)at, 0, 0x21, 0) == 0;
}

int cli_npz_write(const char *path, const cli_numbers *arrays, size_t count)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = archive ? zip_open_from_source(archive, ZIP_TRUNCATE, &error) : NULL;
    zip_error_fini(&error);
    if (!zip) {
        zip_source_free(archive);
        return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    }
    int good = 1;
    for (size_t i = 0; i < count && good; i++) good = add(zip, &arrays[i]);
    zip_source_keep(archive); /* over zip_close(), which puts the archive into it */
    if (!good || zip_close(zip) != 0) {
        zip_discard(zip);
        zip_source_free(archive);
        return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory for the arrays", path);
    }
    zip_stat_t st;
    uint8_t *bytes = NULL;
    good = zip_source_stat(archive, &st) == 0 && (bytes = malloc(st.size ? st.size : 1)) && zip_source_open(archive) == 0;
    if (good) {
        good = zip_source_read(archive, bytes, st.size) == (zip_int64_t)st.size;
        zip_source_close(archive);
    }
    zip_source_free(archive);
    int code = good ? cli_write_file(path, (const char *)bytes, (size_t)st.size) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    free(bytes);
    return code;
}
