/* SPDX-License-Identifier: Apache-2.0 */
/* cache_file.c - reads and writes how far a cache reaches. */
#include "cache_file.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong(const char *path, const char *key, const char *wants)
{
    return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: \"%s\" wants %s; `bonnet cache -o` writes such files", path, key, wants);
}

/* A whole number 0..most. */
static bool whole(uint64_t *out, struct json_object *j, uint64_t most)
{
    if (!json_object_is_type(j, json_type_int) || json_object_get_int64(j) < 0 || (uint64_t)json_object_get_int64(j) > most) return false;
    *out = (uint64_t)json_object_get_int64(j);
    return true;
}

static bool member(uint64_t *out, struct json_object *of, const char *key, uint64_t least, uint64_t most)
{
    struct json_object *j;
    return json_object_object_get_ex(of, key, &j) && whole(out, j, most) && *out >= least;
}

static bool share(double *out, struct json_object *of, const char *key)
{
    struct json_object *j;
    if (!json_object_object_get_ex(of, key, &j) || !json_object_is_type(j, json_type_double)) return false;
    *out = json_object_get_double(j);
    return *out > 0 && *out < 1;
}

static bool digest(uint8_t out[32], struct json_object *of)
{
    struct json_object *j;
    if (!json_object_object_get_ex(of, "model_sha256", &j) || !json_object_is_type(j, json_type_string)) return false;
    const char *text = json_object_get_string(j);
    if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64) return false;
    for (int i = 0; i < 32; i++) {
        const char byte[3] = {text[2 * i], text[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    return true;
}

static int read_class(bonnet_cache_tau *out, const char *path, struct json_object *j, uint32_t words)
{
    struct json_object *tau;
    uint64_t bits = 0, hits, false_hits;
    const bool is_object = json_object_is_type(j, json_type_object) && json_object_object_get_ex(j, "tau", &tau);
    const bool never = is_object && json_object_is_type(tau, json_type_null);
    if (!is_object || (!never && !whole(&bits, tau, (uint64_t)words * 64))) return wrong(path, "tau", "null, or a number of bits of the map");
    if (!member(&hits, j, "hits", 0, UINT32_MAX) || !member(&false_hits, j, "false_hits", 0, hits))
        return wrong(path, "hits", "hits and false_hits, among them");
    *out = (bonnet_cache_tau){never ? BONNET_CACHE_NEVER : (uint32_t)bits, hits, false_hits};
    return CLI_OK;
}

static int read_all(cli_cache_file *out, const char *path, struct json_object *j)
{
    struct json_object *classes;
    uint64_t version, cut, words;
    if (!json_object_is_type(j, json_type_object) || !member(&version, j, "bonnet_cache", 1, 1)) return wrong(path, "bonnet_cache", "1");
    if (!digest(out->model_sha256, j)) return wrong(path, "model_sha256", "64 digits");
    if (!member(&cut, j, "cut", 0, 65535)) return wrong(path, "cut", "the number of a cut");
    if (!member(&words, j, "words", 1, BONNET_CACHE_MAX_WORDS)) return wrong(path, "words", "the 64-bit words of a map");
    if (!share(&out->budget, j, "budget") || !share(&out->level, j, "level")) return wrong(path, "budget", "budget and level between 0 and 1");
    if (!json_object_object_get_ex(j, "classes", &classes) || !json_object_is_type(classes, json_type_array)) return wrong(path, "classes", "a list");
    const size_t n = json_object_array_length(classes);
    if (n < 2 || n > BONNET_EXIT_CLASSES) return wrong(path, "classes", "2 to 1024 of them");
    out->cut = (uint32_t)cut, out->words = (uint32_t)words, out->classes = (uint32_t)n;
    int code = CLI_OK;
    for (size_t i = 0; i < n && code == CLI_OK; i++) code = read_class(&out->tau[i], path, json_object_array_get_idx(classes, i), out->words);
    return code;
}

int cli_cache_parse(cli_cache_file *out, const char *path, const uint8_t *bytes, size_t size)
{
    struct json_object *j;
    int code = cli_parse_json_of(&j, path, bytes, size, 512);
    if (code != CLI_OK) return code;
    memset(out, 0, sizeof *out);
    code = read_all(out, path, j);
    json_object_put(j);
    return code;
}

int cli_cache_read(cli_cache_file *out, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int code = cli_read_file(&bytes, &size, path);
    if (code == CLI_OK) code = cli_cache_parse(out, path, bytes, size);
    free(bytes);
    return code;
}

struct json_object *cli_cache_json(const cli_cache_file *f)
{
    char hex[65] = "";
    struct json_object *j = json_object_new_object(), *classes = json_object_new_array();
    for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", f->model_sha256[i]);
    for (uint32_t i = 0; i < f->classes; i++) {
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "tau", f->tau[i].tau == BONNET_CACHE_NEVER ? NULL : json_object_new_int64(f->tau[i].tau));
        json_object_object_add(one, "hits", json_object_new_uint64(f->tau[i].hits));
        json_object_object_add(one, "false_hits", json_object_new_uint64(f->tau[i].false_hits));
        json_object_array_add(classes, one);
    }
    json_object_object_add(j, "bonnet_cache", json_object_new_int(1));
    json_object_object_add(j, "model_sha256", json_object_new_string(hex));
    json_object_object_add(j, "cut", json_object_new_int64(f->cut));
    json_object_object_add(j, "words", json_object_new_int64(f->words));
    json_object_object_add(j, "budget", json_object_new_double(f->budget));
    json_object_object_add(j, "level", json_object_new_double(f->level));
    json_object_object_add(j, "classes", classes);
    return j;
}

int cli_cache_write(const char *path, const cli_cache_file *f)
{
    struct json_object *j = cli_cache_json(f);
    const char *text = json_object_to_json_string_ext(j, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
    const int code = cli_write_file(path, text, strlen(text));
    json_object_put(j);
    return code;
}

int cli_cache_reach(uint32_t *tau, const char *text, const cli_session *s, const bonnet_cache_key *key)
{
    double bits;
    if (cli_number(&bits, text)) {
        if (!(bits >= 0 && bits <= 64.0 * key->words) || floor(bits) < bits)
            return cli_fail(CLI_USAGE, "tau is a file, or a whole number of the map's %u bits, not '%.40s'", key->words * 64, text);
        for (uint32_t i = 0; i < s->info.classes; i++) tau[i] = (uint32_t)bits;
        return CLI_OK;
    }
    cli_cache_file *f = calloc(1, sizeof *f);
    int code = f ? cli_cache_read(f, text) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK &&
        (memcmp(f->model_sha256, key->model_sha256, sizeof f->model_sha256) != 0 || f->cut != key->cut || f->classes != s->info.classes))
        code = cli_fail(CLI_STATUS - BONNET_EABI, "%s: of another network or cut than %s, cut %u; make it again with `bonnet cache`", text, s->path,
                        key->cut);
    for (uint32_t i = 0; code == CLI_OK && i < s->info.classes; i++) tau[i] = f->tau[i].tau;
    free(f);
    return code;
}
