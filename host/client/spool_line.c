/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool_line.c - an example as a line of JSON, and the other way round. Any reader of JSON reads what is written; what is read must be written by spool_line_write()
 * to the byte, so that no other line can mean anything.
 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "spool.h"

static void hex(char out[65], const uint8_t sha256[32])
{
    for (int i = 0; i < 32; i++) snprintf(out + 2 * i, 3, "%02x", sha256[i]);
}

static bool unhex(uint8_t out[32], const char *text)
{
    for (int i = 0; i < 32; i++) {
        unsigned byte;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1) return false;
        out[i] = (uint8_t)byte;
    }
    return true;
}

size_t spool_line_write(char out[SPOOL_LINE], const bonnet_spool_example *e)
{
    char model[65], file[65], above[16] = "null";
    hex(model, e->model_sha256), hex(file, e->sha256);
    if (e->above != BONNET_SPOOL_NOBODY) snprintf(above, sizeof above, "%" PRIu32, e->above);
    return (size_t)snprintf(out, SPOOL_LINE,
                            "{\"bonnet_spool\": 1, \"id\": %" PRIu64
                            ", \"time_s\": %.17g, \"model_sha256\": \"%s\", \"what\": \"%s\", \"label\": %" PRIu32
                            ", \"above\": %s, \"confidence\": %.17g, \"height\": %" PRIu32 ", \"width\": %" PRIu32 ", \"planes\": %" PRIu32
                            ", \"signed\": %" PRIu32 ", \"bytes\": %" PRIu64 ", \"sha256\": \"%s\"}\n",
                            e->id, e->time_s, model, e->what == BONNET_SPOOL_PICTURE ? "picture" : "map", e->label, above, e->confidence, e->height,
                            e->width, e->planes, e->pixels_signed, e->bytes, file);
}

/* What stands behind `key`, up to the comma or brace; "": nothing. */
static void field(char *out, size_t room, const char *text, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    const char *at = strstr(text, quoted);
    out[0] = 0;
    if (!at) return;
    at += strlen(quoted);
    if (*at == '"') at++;
    const size_t length = strcspn(at, ",}\"\n");
    if (length >= room) return;
    memcpy(out, at, length);
    out[length] = 0;
}

static uint32_t small(const char *text) { return (uint32_t)strtoul(text, NULL, 10); }

size_t spool_picture_bytes(const bonnet_spool_example *e)
{
    if (!e->height || !e->width || !e->planes || e->height > 65536 || e->width > 65536 || e->planes > 4 || e->pixels_signed > 1) return 0;
    const uint64_t bytes = (uint64_t)e->height * e->width * e->planes;
    return bytes <= BONNET_SPOOL_MAX_BYTES - SPOOL_HEADER ? (size_t)bytes : 0;
}

static bool is_possible(const bonnet_spool_example *e)
{
    if (!e->id || e->id > SPOOL_MOST_ID || !isfinite(e->time_s) || !isfinite(e->confidence) || !e->bytes || e->bytes > BONNET_SPOOL_MAX_BYTES)
        return false;
    if (e->what == BONNET_SPOOL_PICTURE) return spool_picture_bytes(e) && e->bytes == spool_picture_bytes(e) + SPOOL_HEADER;
    return !e->height && !e->width && !e->planes && !e->pixels_signed;
}

bool spool_line_read(bonnet_spool_example *out, const char *text, size_t size)
{
    char copy[SPOOL_LINE] = "", again[SPOOL_LINE], word[80];
    bonnet_spool_example e = {0};
    if (size >= sizeof copy || memchr(text, 0, size)) return false;
    memcpy(copy, text, size);
    field(word, sizeof word, copy, "id"), e.id = strtoull(word, NULL, 10);
    field(word, sizeof word, copy, "time_s"), e.time_s = strtod(word, NULL);
    field(word, sizeof word, copy, "model_sha256");
    if (strlen(word) != 64 || !unhex(e.model_sha256, word)) return false;
    field(word, sizeof word, copy, "what"), e.what = strcmp(word, "picture") == 0 ? BONNET_SPOOL_PICTURE : BONNET_SPOOL_MAP;
    field(word, sizeof word, copy, "label"), e.label = small(word);
    field(word, sizeof word, copy, "above"), e.above = strcmp(word, "null") == 0 ? BONNET_SPOOL_NOBODY : small(word);
    field(word, sizeof word, copy, "confidence"), e.confidence = strtod(word, NULL);
    field(word, sizeof word, copy, "height"), e.height = small(word);
    field(word, sizeof word, copy, "width"), e.width = small(word);
    field(word, sizeof word, copy, "planes"), e.planes = small(word);
    field(word, sizeof word, copy, "signed"), e.pixels_signed = small(word);
    field(word, sizeof word, copy, "bytes"), e.bytes = strtoull(word, NULL, 10);
    field(word, sizeof word, copy, "sha256");
    if (strlen(word) != 64 || !unhex(e.sha256, word) || !is_possible(&e)) return false;
    if (spool_line_write(again, &e) != size || memcmp(again, text, size) != 0) return false;
    *out = e;
    return true;
}

void spool_npy_header(uint8_t out[SPOOL_HEADER], const bonnet_spool_example *e)
{
    char text[SPOOL_HEADER - 10 + 1];
    memcpy(out, "\x93NUMPY\x01\x00\x76\x00", 10); /* version 1.0, 118 bytes of text */
    const int n = snprintf(text, sizeof text, "{'descr': '|%c1', 'fortran_order': False, 'shape': (1, %" PRIu32 ", %" PRIu32 ", %" PRIu32 "), }",
                           e->pixels_signed ? 'i' : 'u', e->height, e->width, e->planes);
    memset(out + 10, ' ', SPOOL_HEADER - 10);
    memcpy(out + 10, text, (size_t)n);
    out[SPOOL_HEADER - 1] = '\n';
}

void spool_sha256(uint8_t out[32], const void *head, size_t head_size, const void *bytes, size_t size)
{
    SHA2_CTX context;
    SHA256Init(&context);
    if (head_size) SHA256Update(&context, head, head_size);
    SHA256Update(&context, bytes, size);
    SHA256Final(out, &context);
}

int bonnet_spool_harder(const bonnet_spool_example *a, const bonnet_spool_example *b)
{
    const bool other_a = a->above != BONNET_SPOOL_NOBODY && a->above != a->label, other_b = b->above != BONNET_SPOOL_NOBODY && b->above != b->label;
    if (other_a != other_b) return other_a;
    if (a->confidence < b->confidence || a->confidence > b->confidence) return (a->confidence > b->confidence) == other_a;
    return a->id > b->id;
}
