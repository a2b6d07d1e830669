/* SPDX-License-Identifier: Apache-2.0 */
/* load_mix.c - one request of a kind drawn at random, and whether its reply is right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "load.h"

const char *const load_kind_name[LOAD_KINDS] = {"whole", "many", "tail", "json", "error", "deadline", "get", "cut-off"};
static const unsigned share[LOAD_KINDS] = {40, 5, 20, 10, 8, 10, 5, 2}; /* of a hundred requests */

static load_kind drawn(uint32_t kinds, uint64_t *random)
{
    unsigned sum = 0;
    for (int k = 0; k < LOAD_KINDS; k++) sum += kinds >> k & 1 ? share[k] : 0;
    unsigned at = (unsigned)(load_random(random) % (sum ? sum : 1));
    for (int k = 0; k < LOAD_KINDS; k++) {
        if (!(kinds >> k & 1)) continue;
        if (at < share[k]) return (load_kind)k;
        at -= share[k];
    }
    return LOAD_WHOLE;
}

static const load_model *any(const load_set *s, bool tail, uint64_t *random)
{
    const load_model *m;
    do m = &s->model[load_random(random) % s->count];
    while (m->tail != tail);
    return m;
}

/* JSON, and behind it the tensors unless the numbers are in it. timeout: microseconds, 0: none. */
static bool written(load_request *r, uint64_t timeout, bool json, uint64_t *random)
{
    const load_model *m = r->model;
    const size_t bytes = r->count * m->bytes, room = 512 + (json ? 4 * bytes : bytes);
    uint8_t *body = r->room < room ? realloc(r->body, room) : r->body;
    if (!body) return false;
    if (r->room < room) r->body = body, r->room = room;
    char *text = (char *)body;
    snprintf(r->id, sizeof r->id, "%016llx", (unsigned long long)load_random(random));
    size_t at =
        (size_t)sprintf(text,
                        "{\"id\":\"%s\",\"parameters\":{\"timeout\":%llu,\"binary_data_output\":%s},\"inputs\":[{\"name\":\"%s\",\"datatype\":"
                        "\"%s\",\"shape\":[%u,%s],",
                        r->id, (unsigned long long)timeout, json ? "false" : "true", m->input, m->type, r->count, m->shape);
    if (json) at += (size_t)sprintf(text + at, "\"data\":[");
    else at += (size_t)sprintf(text + at, "\"parameters\":{\"binary_data_size\":%zu}}]}", bytes);
    r->header = json ? 0 : at;
    for (uint32_t i = 0; i < r->count; i++) {
        const uint8_t *in = m->inputs + r->picture[i] * m->bytes;
        if (!json) memcpy(body + at, in, m->bytes), at += m->bytes;
        for (size_t b = 0; json && b < m->bytes; b++) at += (size_t)sprintf(text + at, "%d,", *m->type == 'I' ? (int8_t)in[b] : in[b]);
    }
    if (json) at = at - 1 + (size_t)sprintf(text + at - 1, "]}]}");
    r->size = at;
    return true;
}

/* The body as zlib packs it. */
static bool pack(load_request *r)
{
    uLongf size = compressBound(r->size);
    uint8_t *out = malloc(size);
    const bool good = out && compress2(out, &size, r->body, r->size, 1) == Z_OK;
    if (good) {
        free(r->body);
        r->body = out, r->room = compressBound(r->size), r->size = size;
    } else free(out);
    return r->packed = good;
}

/* Something that is none, of a list. */
static bool spoiled(load_request *r, uint64_t *random)
{
    if (!written(r, 0, false, random)) return false;
    r->method = "POST";
    switch (load_random(random) % 8) {
    case 0: r->want = 400, r->size = 10, r->header = 0; break; /* JSON that ends too soon */
    case 1: r->want = 400, r->size--; break;                   /* a byte of the tensor is missing */
    case 2: r->want = 400, r->body[0] = 'x'; break;            /* no JSON */
    case 3: r->want = 404, snprintf(r->path, sizeof r->path, "/v2/models/none/infer"); break;
    case 4: r->want = 404, snprintf(r->path, sizeof r->path, "/v2/models/%s/versions/0/infer", r->model->name); break;
    case 5: r->want = 405, r->method = "PUT"; break;
    case 6: r->want = 400, r->header = 0; break; /* bytes where JSON should have ended */
    default:
        r->want = 409;
        r->header = 0;
        r->size = (size_t)sprintf((char *)r->body, "{\"parameters\":{\"bonnet_digest\":\"%064d\"},\"inputs\":[]}", 7);
    }
    r->model = NULL;
    return true;
}

static void got(load_request *r, uint64_t *random)
{
    static const char *const paths[] = {"/v2", "/v2/health/live", "/v2/health/ready", "/metrics", "/v2/models/", "/v2/models/"};
    const unsigned i = (unsigned)(load_random(random) % 6);
    r->method = "GET";
    r->size = 0;
    snprintf(r->path, sizeof r->path, "%s%s%s", paths[i], i >= 4 ? r->model->name : "", i == 5 ? "/ready" : "");
    r->model = NULL;
}

bool load_request_make(load_request *r, const load_set *s, uint32_t kinds, uint64_t *random)
{
    const uint64_t tight = 50 + load_random(random) % 2000, dice = load_random(random) % 4;
    r->kind = drawn(kinds, random);
    r->model = any(s, r->kind == LOAD_TAIL || (r->kind != LOAD_WHOLE && r->kind != LOAD_JSON && dice == 0), random);
    r->method = "POST";
    r->count = r->kind == LOAD_MANY ? 2 + (uint32_t)(load_random(random) % (LOAD_MOST - 1)) : 1;
    r->want = 200;
    r->packed = false;
    r->accepts_packed = r->kind == LOAD_JSON && dice >= 2;
    r->may_refuse = r->kind == LOAD_DEADLINE && dice != 1;
    r->cut = (int)(load_random(random) % 3);
    for (uint32_t i = 0; i < r->count; i++) r->picture[i] = (uint32_t)(load_random(random) % LOAD_PICTURES);
    snprintf(r->path, sizeof r->path, "/v2/models/%s/infer", r->model->name);
    switch (r->kind) {
    case LOAD_ERROR: return spoiled(r, random);
    case LOAD_GET: got(r, random); return true;
    case LOAD_DEADLINE: return written(r, dice == 0 ? 1 : dice == 1 ? 60000000 : tight, false, random); /* none, ample, tight */
    default: return written(r, 0, r->kind == LOAD_JSON, random) && (r->kind != LOAD_JSON || dice % 2 || pack(r));
    }
}

/* The numbers of one tensor as the server prints them, in the reply? */
static bool listed(const char *text, const int32_t *numbers, uint32_t count)
{
    char want[16 + 12 * 64];
    size_t at = (size_t)sprintf(want, "\"data\":[");
    for (uint32_t i = 0; i < count && at + 16 < sizeof want; i++) at += (size_t)sprintf(want + at, "%d,", numbers[i]);
    want[at - 1] = ']';
    return strstr(text, want) != NULL;
}

/* body: a zero byte follows it. */
load_verdict load_judge(const load_request *r, int status, size_t header, const uint8_t *body, size_t size)
{
    const load_model *m = r->model;
    char id[64];
    if (status >= 400 && memcmp(body, "{\"error\":\"", size < 10 ? size + 1 : 10) != 0) return LOAD_WRONG;
    if (r->may_refuse && (status == 503 || status == 504)) return LOAD_REFUSED;
    if (status != r->want) return LOAD_WRONG;
    if (!m) return size > 0 ? LOAD_RIGHT : LOAD_WRONG;
    snprintf(id, sizeof id, "\"id\":\"%s\"", r->id);
    const size_t each = 4 * (size_t)m->classes, numbers = header ? r->count * (each + 4) : 0;
    if ((header == 0) != (r->header == 0) || size != (header ? header : size) + numbers || !memmem(body, header ? header : size, id, strlen(id)))
        return LOAD_WRONG;
    bool right = true;
    for (uint32_t i = 0; i < r->count && right; i++) {
        const int32_t *logits = m->logits + (size_t)r->picture[i] * m->classes, *label = m->labels + r->picture[i];
        const uint8_t *at = body + header;
        if (header) right = !memcmp(at + i * each, logits, each) && !memcmp(at + r->count * each + 4 * (size_t)i, label, 4);
        else right = m->classes <= 64 && listed((const char *)body, logits, m->classes) && listed((const char *)body, label, 1);
    }
    return right ? LOAD_RIGHT : LOAD_WRONG;
}
