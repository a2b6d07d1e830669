/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_file.c - a job as bytes, for the JOB section of a .bonnet file, and back.
 *
 *     "BJOB", version 2, then 32-bit little-endian words: the eleven sizes of the geometry; the scalars of bonnet_job in order of their
 *     declaration from `traced` to `rows_bytes`; fifteen words per layer; nine words per piece; sixteen words per descriptor; the rows as
 *     they are.
 *
 * The section's length must be exactly what those counts say.
 */
#include <stdlib.h>
#include <string.h>
#include "lower.h"

enum {
    MAGIC = 0x424F4A42 /* "BJOB" */,
    VERSION = 2,
    GEOMETRY_WORDS = 11,
    SCALARS = 15,
    LAYER_WORDS = 15,
    PIECE_WORDS = 9,
    HEAD_WORDS = 2 + GEOMETRY_WORDS + SCALARS
};

/* The words of a struct, in file order; the same lists write and read. */
static void geometry_words(bonnet_geometry *g, uint32_t **w)
{
    uint32_t *const list[GEOMETRY_WORDS] = {&g->lanes,     &g->arrays, &g->bus_bits,     &g->weight_rows, &g->feature_words, &g->stem_rows,
                                            &g->stem_taps, &g->block,  &g->stem_image_w, &g->stem_map_w,  &g->records};
    memcpy(w, list, sizeof list);
}

static void scalar_words(bonnet_job *j, uint32_t **w)
{
    uint32_t *const list[SCALARS] = {&j->traced,        &j->k,
                                     &j->classes,       &j->batch,
                                     &j->input_bytes,   &j->input_stride,
                                     &j->output_bytes,  &j->output_stride,
                                     &j->scratch_bytes, &j->watchdog_cycles,
                                     &j->resident,      &j->n_layers,
                                     &j->n_desc,        &j->n_pieces,
                                     &j->rows_bytes};
    memcpy(w, list, sizeof list);
}

/* Structs of nothing but 32-bit words, in order of their declaration; copied whole, so that adding a field changes the count here. */
_Static_assert(sizeof(bonnet_job_layer) == 4 * LAYER_WORDS && sizeof(bonnet_job_piece) == 4 * PIECE_WORDS, "the file has every field");

static void put(uint8_t **p, uint32_t v)
{
    for (int i = 0; i < 4; i++) *(*p)++ = (uint8_t)(v >> 8 * i);
}

static uint32_t get(const uint8_t **p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) v |= (uint32_t) * (*p)++ << 8 * i;
    return v;
}

static void put_words(uint8_t **p, const void *from, size_t words)
{
    for (size_t i = 0; i < words; i++) {
        uint32_t v;
        memcpy(&v, (const uint8_t *)from + 4 * i, 4);
        put(p, v);
    }
}

static void get_words(void *to, const uint8_t **p, size_t words)
{
    for (size_t i = 0; i < words; i++) {
        uint32_t v = get(p);
        memcpy((uint8_t *)to + 4 * i, &v, 4);
    }
}

static uint64_t size_of(const bonnet_job *j)
{
    return 4 * ((uint64_t)HEAD_WORDS + (uint64_t)LAYER_WORDS * j->n_layers + (uint64_t)PIECE_WORDS * j->n_pieces +
                (uint64_t)BONNET_DESC_WORDS * j->n_desc) +
           j->rows_bytes;
}

bonnet_status bonnet_job_serialise(uint8_t **bytes, size_t *size, const bonnet_job *job, bonnet_error *err)
{
    bonnet_job copy = *job; /* the lists want something writable */
    uint32_t *words[GEOMETRY_WORDS + SCALARS];
    size_t total = (size_t)size_of(job);
    uint8_t *out = malloc(total), *p = out;
    if (!out) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a job of %zu bytes", total);
    put(&p, MAGIC);
    put(&p, VERSION);
    geometry_words(&copy.geometry, words);
    scalar_words(&copy, words + GEOMETRY_WORDS);
    for (int i = 0; i < GEOMETRY_WORDS + SCALARS; i++) put(&p, *words[i]);
    put_words(&p, job->layers, LAYER_WORDS * (size_t)job->n_layers);
    put_words(&p, job->pieces, PIECE_WORDS * (size_t)job->n_pieces);
    for (uint32_t i = 0; i < job->n_desc; i++, p += BONNET_DESC_BYTES) bonnet_desc_to_bytes(p, job->desc[i]);
    memcpy(p, job->rows, job->rows_bytes);
    *bytes = out;
    *size = total;
    return BONNET_OK;
}

static bonnet_status read_head(bonnet_job *job, const uint8_t *bytes, size_t size, bonnet_error *err)
{
    const uint8_t *p = bytes;
    uint32_t *words[GEOMETRY_WORDS + SCALARS];
    if (!bytes || size < 4 * HEAD_WORDS || get(&p) != MAGIC) return bonnet_fail(err, BONNET_EFORMAT, "job: not a job section");
    uint32_t version = get(&p);
    if (version != VERSION) return bonnet_fail(err, BONNET_EABI, "job: version %u, this library reads %d", version, VERSION);
    geometry_words(&job->geometry, words);
    scalar_words(job, words + GEOMETRY_WORDS);
    for (int i = 0; i < GEOMETRY_WORDS + SCALARS; i++) *words[i] = get(&p);
    /* Counts first: they bound what is allocated, by the bytes that are really there. */
    if (job->n_layers < 3 || job->n_layers > BONNET_MAX_LAYERS || job->n_desc < 2 || job->n_desc > BONNET_JOB_MAX + 1 ||
        job->n_pieces > BONNET_JOB_MAX + 1 || size_of(job) != size)
        return bonnet_fail(err, BONNET_EFORMAT, "job: its length is not what its counts say");
    return BONNET_OK;
}

bonnet_status bonnet_job_parse(bonnet_job **out, const uint8_t *bytes, size_t size, bonnet_error *err)
{
    bonnet_job *job = calloc(1, sizeof *job);
    if (!job) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a job");
    bonnet_status st = read_head(job, bytes, size, err);
    if (st == BONNET_OK) {
        job->layers = calloc(job->n_layers, sizeof *job->layers);
        job->desc = calloc(job->n_desc, sizeof *job->desc);
        job->pieces = job->n_pieces ? calloc(job->n_pieces, sizeof *job->pieces) : NULL;
        job->rows = malloc(job->rows_bytes ? job->rows_bytes : 1);
        if (!job->layers || !job->desc || !job->rows || (job->n_pieces && !job->pieces))
            st = bonnet_fail(err, BONNET_ENOMEM, "no memory for a job of %zu bytes", size);
    }
    if (st == BONNET_OK) {
        const uint8_t *p = bytes + 4 * HEAD_WORDS;
        get_words(job->layers, &p, LAYER_WORDS * (size_t)job->n_layers);
        if (job->pieces) get_words(job->pieces, &p, PIECE_WORDS * (size_t)job->n_pieces);
        for (uint32_t i = 0; i < job->n_desc; i++, p += BONNET_DESC_BYTES) bonnet_desc_from_bytes(job->desc[i], p);
        memcpy(job->rows, p, job->rows_bytes);
        st = bonnet_job_check(job, 3, err);
    }
    if (st != BONNET_OK) {
        bonnet_job_free(job);
        return st;
    }
    *out = job;
    return BONNET_OK;
}
