/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - the container of a .bonnet file: header, hash, section table. See file.h, docs/format.md. */
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "file_extra.h"
#include "file_net.h"

enum {
    HEADER_BYTES = 64,
    HASH_AT = 32,
    HASH_BYTES = 32,
    ENTRY_BYTES = 64,
    ENTRY_RESERVED_BYTES = 24,
    ALIGN = 64,
    MAX_SECTIONS = 32,
    SECTION_NET = 0x2054454e, /* "NET " */
    SECTION_JOB = 0x20424f4a, /* "JOB " */
    FLAG_OPTIONAL = 1         /* a reader that does not know the type skips the section */
};
static const uint8_t magic[8] = {'B', 'O', 'N', 'N', 'E', 'T', 0x1a, '\n'}; /* DOS and text-mode transfers damage it visibly */

typedef struct section {
    uint32_t type, flags;
    size_t offset, bytes;
    char name[BONNET_GEOMETRY_BYTES];
} section;

/* Over the whole file, with the hash's own bytes taken as zero. */
static void hash(uint8_t out[HASH_BYTES], const uint8_t *bytes, size_t size)
{
    static const uint8_t zero[HASH_BYTES];
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, bytes, HASH_AT);
    SHA256Update(&context, zero, HASH_BYTES);
    SHA256Update(&context, bytes + HEADER_BYTES, size - HEADER_BYTES);
    SHA256Final(out, &context);
}

static bonnet_status damaged(bonnet_error *err, const char *what) { return bonnet_fail(err, BONNET_EFORMAT, "damaged .bonnet file: %s", what); }

/* ---- in ------------------------------------------------------------------------------------------------------------ */

/* Header fields; the order of the checks is the order of usefulness of their messages. */
static bonnet_status header_check(const uint8_t *bytes, size_t size, uint32_t *n_sections, bonnet_error *err)
{
    uint8_t want[HASH_BYTES];
    if (size < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0)
        return bonnet_fail(err, BONNET_EFORMAT, "not a .bonnet file; make one with `bonnet compile`");
    if (size < HEADER_BYTES) return damaged(err, "it is cut short");
    if (size > BONNET_FILE_MAX_BYTES) return damaged(err, "it is larger than 64 MiB");
    bonnet_reader r = {bytes + sizeof magic, HEADER_BYTES - sizeof magic, 0};
    const unsigned major = (unsigned)bonnet_get(&r, 2), minor = (unsigned)bonnet_get(&r, 2);
    *n_sections = (uint32_t)bonnet_get(&r, 4);
    const uint64_t file_bytes = bonnet_get(&r, 8), reserved = bonnet_get(&r, 8);
    if (major != BONNET_FILE_MAJOR)
        return bonnet_fail(err, BONNET_EABI, ".bonnet version %u.%u, this library reads %d.x; compile the network again", major, minor,
                           BONNET_FILE_MAJOR);
    if (file_bytes != size) return damaged(err, file_bytes > size ? "it is cut short" : "it is longer than it says");
    hash(want, bytes, size);
    if (memcmp(want, bytes + HASH_AT, HASH_BYTES) != 0) return damaged(err, "its SHA-256 does not match; copy or compile it again");
    if (reserved) return damaged(err, "a reserved field is not zero");
    if (*n_sections < 1 || *n_sections > MAX_SECTIONS || HEADER_BYTES + (size_t)*n_sections * ENTRY_BYTES > size)
        return damaged(err, "the section table does not fit");
    return BONNET_OK;
}

/* Sections follow each other in table order, each at the next multiple of 64, with zeros between, up to the end of the file. */
static bonnet_status table_check(section s[], uint32_t n, const uint8_t *bytes, size_t size, bonnet_error *err)
{
    bonnet_reader r = {bytes + HEADER_BYTES, size - HEADER_BYTES, 0};
    size_t end = HEADER_BYTES + (size_t)n * ENTRY_BYTES;
    for (uint32_t i = 0; i < n; i++) {
        s[i].type = (uint32_t)bonnet_get(&r, 4);
        s[i].flags = (uint32_t)bonnet_get(&r, 4);
        const uint64_t offset = bonnet_get(&r, 8), length = bonnet_get(&r, 8);
        memcpy(s[i].name, bonnet_get_bytes(&r, BONNET_GEOMETRY_BYTES), BONNET_GEOMETRY_BYTES); /* the table fits: header_check */
        const size_t name = strnlen(s[i].name, sizeof s[i].name);
        for (size_t j = name; j < sizeof s[i].name; j++)
            if (s[i].name[j]) return damaged(err, "a section's name is not padded with zeros");
        if (!bonnet_get_zero(&r, ENTRY_RESERVED_BYTES) || s[i].flags > FLAG_OPTIONAL || name == sizeof s[i].name)
            return damaged(err, "the section table is not well formed");
        if (offset != end || length > size - end) return damaged(err, "a section lies outside the file or over another");
        s[i].offset = (size_t)offset;
        s[i].bytes = (size_t)length;
        end += s[i].bytes;
        bonnet_reader gap = {bytes + end, size - end, 0};
        const size_t pad = (ALIGN - end % ALIGN) % ALIGN;
        if (!bonnet_get_zero(&gap, pad)) return damaged(err, "a section is not padded with zeros");
        end += pad;
    }
    return end == size ? BONNET_OK : damaged(err, "something follows the last section");
}

static bonnet_status job_take(bonnet_file *f, const section *s, const uint8_t *bytes, bonnet_error *err)
{
    if (f->n_jobs == BONNET_FILE_MAX_JOBS || !s->bytes || !s->name[0]) return damaged(err, "too many jobs, or an empty one");
    for (uint32_t i = 0; i < f->n_jobs; i++)
        if (strcmp(f->jobs[i].geometry, s->name) == 0) return damaged(err, "two jobs for one geometry");
    uint8_t *copy = bonnet_net_reserve(f->net, s->bytes);
    if (!copy) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a job");
    memcpy(copy, bytes + s->offset, s->bytes);
    bonnet_file_job *job = &f->jobs[f->n_jobs++];
    memcpy(job->geometry, s->name, sizeof job->geometry);
    job->bytes = copy;
    job->size = s->bytes;
    return BONNET_OK;
}

/* The one WIN section, which the network cannot be read without: 1 and *r; 0: there is none; -1: there are two. */
static int windows_find(bonnet_reader *r, const section s[], uint32_t n, const uint8_t *bytes)
{
    int found = 0;
    for (uint32_t i = 1; i < n; i++) {
        if (!bonnet_extra_is_windows(s[i].type)) continue;
        if (found) return -1;
        *r = (bonnet_reader){bytes + s[i].offset, s[i].bytes, 0};
        found = 1;
    }
    return found;
}

bonnet_status bonnet_file_parse(bonnet_file *out, const void *bytes, size_t size, bonnet_error *err)
{
    bonnet_file f = {0};
    section s[MAX_SECTIONS];
    uint32_t n = 0;
    if (!out || !bytes) return bonnet_fail(err, BONNET_EINVAL, "bonnet_file_parse: out and bytes must not be NULL");
    bonnet_status status = header_check(bytes, size, &n, err);
    if (status == BONNET_OK) status = table_check(s, n, bytes, size, err);
    if (status == BONNET_OK && (s[0].type != SECTION_NET || s[0].name[0])) status = damaged(err, "the first section is not the network");
    bonnet_reader windows = {0};
    const int found = status == BONNET_OK ? windows_find(&windows, s, n, bytes) : 0;
    if (found < 0) status = damaged(err, "two lists of windows");
    if (status == BONNET_OK) status = bonnet_net_decode(&f.net, (const uint8_t *)bytes + s[0].offset, s[0].bytes, found ? &windows : NULL, 0, err);
    for (uint32_t i = 1; status == BONNET_OK && i < n; i++) {
        if (s[i].type == SECTION_JOB) status = job_take(&f, &s[i], bytes, err);
        else if (bonnet_extra_known(s[i].type))
            status = bonnet_extra_take(f.net, s[i].type, s[i].flags, s[i].name, (const uint8_t *)bytes + s[i].offset, s[i].bytes, err);
        else if (s[i].type == SECTION_NET) status = damaged(err, "two networks in one file");
        else if (!(s[i].flags & FLAG_OPTIONAL))
            status = bonnet_fail(err, BONNET_EABI, ".bonnet file with a section 0x%08x that this library does not know; use a newer one",
                                 (unsigned)s[i].type);
    }
    char why[200];
    if (status == BONNET_OK && bonnet_net_check_exits(f.net, why, sizeof why)) status = damaged(err, why);
    if (status != BONNET_OK) {
        bonnet_file_free(&f);
        return status;
    }
    memcpy(f.sha256, (const uint8_t *)bytes + HASH_AT, HASH_BYTES);
    *out = f;
    return BONNET_OK;
}

bonnet_status bonnet_file_read(bonnet_file *out, const char *path, bonnet_error *err)
{
    uint8_t *bytes;
    size_t size;
    if (!out || !path) return bonnet_fail(err, BONNET_EINVAL, "bonnet_file_read: out and path must not be NULL");
    bonnet_status status = bonnet_file_load(&bytes, &size, path, BONNET_FILE_MAX_BYTES, err);
    if (status != BONNET_OK) return status;
    status = bonnet_file_parse(out, bytes, size, err);
    free(bytes);
    return status;
}

void bonnet_file_free(bonnet_file *file)
{
    if (!file) return;
    bonnet_net_free(file->net);
    *file = (bonnet_file){0};
}

/* ---- out ----------------------------------------------------------------------------------------------------------- */

static void put_entry(bonnet_writer *w, uint32_t type, uint32_t flags, size_t *at, size_t bytes, const char name[BONNET_GEOMETRY_BYTES])
{
    bonnet_put(w, type, 4);
    bonnet_put(w, flags, 4);
    bonnet_put(w, *at, 8);
    bonnet_put(w, bytes, 8);
    bonnet_put_bytes(w, name, BONNET_GEOMETRY_BYTES);
    bonnet_put_zero(w, ENTRY_RESERVED_BYTES);
    *at += (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static void put_file(bonnet_writer *w, size_t file_bytes, const bonnet_net *net, size_t net_bytes, const bonnet_file_job *jobs, uint32_t n_jobs)
{
    static const char unnamed[BONNET_GEOMETRY_BYTES];
    bonnet_extra extra[BONNET_EXTRAS];
    const uint32_t extras = bonnet_extra_list(extra, net), sections = 1 + extras + n_jobs;
    size_t at = HEADER_BYTES + (size_t)sections * ENTRY_BYTES;
    bonnet_put_bytes(w, magic, sizeof magic);
    bonnet_put(w, BONNET_FILE_MAJOR, 2);
    bonnet_put(w, bonnet_extra_minor(extra, extras), 2);
    bonnet_put(w, sections, 4);
    bonnet_put(w, file_bytes, 8);
    bonnet_put_zero(w, 8 + HASH_BYTES);
    put_entry(w, SECTION_NET, 0, &at, net_bytes, unnamed);
    for (uint32_t i = 0; i < extras; i++) put_entry(w, extra[i].type, extra[i].flags, &at, extra[i].bytes, unnamed);
    for (uint32_t i = 0; i < n_jobs; i++) put_entry(w, SECTION_JOB, FLAG_OPTIONAL, &at, jobs[i].size, jobs[i].geometry);
    bonnet_net_encode(w, net);
    bonnet_put_zero(w, (ALIGN - w->bytes % ALIGN) % ALIGN);
    for (uint32_t i = 0; i < extras; i++) {
        bonnet_extra_put(w, &extra[i], net);
        bonnet_put_zero(w, (ALIGN - w->bytes % ALIGN) % ALIGN);
    }
    for (uint32_t i = 0; i < n_jobs; i++) {
        bonnet_put_bytes(w, jobs[i].bytes, jobs[i].size);
        bonnet_put_zero(w, (ALIGN - w->bytes % ALIGN) % ALIGN);
    }
}

bonnet_status bonnet_file_build(uint8_t **bytes, size_t *size, const bonnet_net *net, const bonnet_file_job *jobs, uint32_t n_jobs, bonnet_error *err)
{
    char why[200];
    if (!bytes || !size || !net || (n_jobs && !jobs) || n_jobs > BONNET_FILE_MAX_JOBS)
        return bonnet_fail(err, BONNET_EINVAL, "bonnet_file_build: bad argument");
    if (bonnet_net_check(net, why, sizeof why)) return bonnet_fail(err, BONNET_EINVAL, "the network is not sound: %s", why);
    bonnet_writer count = {0}, all = {0};
    bonnet_net_encode(&count, net);
    put_file(&all, 0, net, count.bytes, jobs, n_jobs);
    if (all.bytes > BONNET_FILE_MAX_BYTES)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "the .bonnet file would be %zu bytes, at most %zu", all.bytes, BONNET_FILE_MAX_BYTES);
    uint8_t *buffer = calloc(1, all.bytes);
    if (!buffer) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a .bonnet file of %zu bytes", all.bytes);
    bonnet_writer w = {.at = buffer};
    put_file(&w, all.bytes, net, count.bytes, jobs, n_jobs);
    hash(buffer + HASH_AT, buffer, all.bytes);
    *bytes = buffer;
    *size = all.bytes;
    return BONNET_OK;
}
