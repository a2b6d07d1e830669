/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oip_test.c - requests of the Open Inference Protocol without a socket: what was written is read, whatever its layout; a request damaged at random is
 * refused with a line or means what it says; the queue keeps its promises on random loads.
 */
#include "oip.h"
#include "queue.h"
#include "unit.h"

enum { ROOM = 1 << 16 };

static oip_model a_model(unit *u)
{
    oip_model m = {.name = "net", .version = "0123456789ab", .input = "image", .dims = 4, .batch = 5, .cut = -1};
    memset(m.digest, 'd', 64);
    m.is_signed = unit_below(u, 2);
    m.bytes = 1;
    for (uint32_t i = 1; i < 4; i++) m.shape[i] = 1 + unit_below(u, 6), m.bytes *= m.shape[i];
    m.classes = 1 + unit_below(u, 12);
    return m;
}

static size_t numbers(char *to, const oip_model *m, const uint8_t **pixels, uint32_t dim, uint32_t count)
{
    size_t n = 0;
    const uint32_t size = dim ? m->shape[dim] : count;
    n += (size_t)sprintf(to + n, "[");
    for (uint32_t i = 0; i < size; i++) {
        if (i) n += (size_t)sprintf(to + n, ",");
        if (dim + 1 < m->dims) n += numbers(to + n, m, pixels, dim + 1, count);
        else n += (size_t)sprintf(to + n, " %d", m->is_signed ? (int)(int8_t) * (*pixels)++ : *(*pixels)++);
    }
    return n + (size_t)sprintf(to + n, "]");
}

/* A request as text; kind 0: flat, 1: nested, 2: binary. Returns its bytes, and those of the JSON in *header, or -1. */
static size_t written(char *to, int64_t *header, const oip_model *m, const uint8_t *pixels, uint32_t count, uint32_t kind)
{
    size_t n = (size_t)sprintf(
        to,
        "{\"id\":\"i\",\"parameters\":{\"timeout\":77,\"other\":[1],\"binary_data_output\":true},\"outputs\":[{\"name\":\"label\",\"parameters\":{"
        "\"binary_data\":false}},{\"name\":\"logits\"}],\"inputs\":[{\"name\":\"image\",\"datatype\":\"%s\",\"shape\":[%u,%u,%u,%u],",
        m->is_signed ? "INT8" : "UINT8", count, m->shape[1], m->shape[2], m->shape[3]);
    const uint8_t *at = pixels;
    *header = -1;
    if (kind == 2) n += (size_t)sprintf(to + n, "\"parameters\":{\"binary_data_size\":%zu}", count * m->bytes);
    else n += (size_t)sprintf(to + n, "\"data\":");
    if (kind == 1) n += numbers(to + n, m, &at, 0, count);
    if (kind == 0) {
        oip_model flat = *m;
        flat.dims = 1;
        n += numbers(to + n, &flat, &at, 0, (uint32_t)(count * m->bytes));
    }
    n += (size_t)sprintf(to + n, "}]}");
    if (kind != 2) return n + (size_t)sprintf(to + n, " \n");
    *header = (int64_t)n;
    memcpy(to + n, pixels, count * m->bytes);
    return n + count * m->bytes;
}

static void round_trips(unit *u, char *text)
{
    uint32_t right = 0, refused = 0, silent = 0, all = 0, damaged = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        const oip_model m = a_model(u);
        const uint32_t count = 1 + unit_below(u, m.batch);
        uint8_t pixels[5 * 6 * 6 * 6];
        int64_t header;
        char line[OIP_LINE];
        oip_request r = {0};
        for (size_t b = 0; b < count * m.bytes; b++) pixels[b] = (uint8_t)unit_random(u);
        const size_t size = written(text, &header, &m, pixels, count, i % 3);
        all++;
        if (oip_request_read(&r, line, &m, (uint8_t *)text, size, header) == 200)
            right += r.count == count && !memcmp(r.pixels, pixels, count * m.bytes) && !strcmp(r.id, "i") && r.timeout_us == 77 && r.outputs == 2 &&
                     r.output[0] == OIP_LABEL && r.output[1] == OIP_LOGITS && !r.binary[OIP_LABEL] && r.binary[OIP_LOGITS] &&
                     size <= oip_body_most(&m, header);
        oip_request_free(&r);
        /* A byte less, a byte more, another byte. */
        const uint32_t how = unit_below(u, 3);
        const size_t length = how == 0 ? unit_below(u, (uint32_t)size) : how == 1 ? size + 1 : size;
        uint8_t *copy = malloc(length ? length : 1); /* of its own, so that a read beyond it is seen */
        if (!copy) exit(1);
        memcpy(copy, text, length < size ? length : size);
        if (how == 1) copy[size] = 'x';
        const uint32_t json = (uint32_t)(header > 0 ? (size_t)header : size);
        if (how == 2) copy[unit_below(u, json)] = "\"{[,}]:0"[unit_below(u, 8)];
        const int status = oip_request_read(&r, line, &m, copy, length, header);
        damaged += how != 2;
        refused += how != 2 && (status == 400 || status == 413);
        silent += status == 200 ? line[0] != 0 : !line[0];
        oip_request_free(&r);
        free(copy);
    }
    UNIT(u, right == all, "what is written is read", "%u of %u", right, all);
    UNIT(u, refused + all / 100 + 3 >= damaged, "a length that is not right is refused", "%u of %u", refused,
         damaged); /* blanks at the end may be missing */
    UNIT(u, !silent, "every refusal has a line", "%u have none", silent);
}

static void replies(unit *u)
{
    const int32_t logits[] = {-2, 1 << 30, 7, -2147483647 - 1, 0, 255}, labels[] = {1, 2};
    oip_model m = a_model(u);
    oip_request r = {.count = 2, .outputs = 2, .output = {OIP_LOGITS, OIP_LABEL}, .binary = {true, true}, .id = "a\"b"};
    const oip_answer a = {logits, labels, 12, 34};
    uint8_t *body = NULL;
    size_t size = 0, header = 0;
    m.classes = 3;
    UNIT(u,
         oip_reply_write(&body, &size, &header, &m, &r, &a) && size == header + 32 && body[header] == 0xfe && body[header + 4 + 3] == 0x40 &&
             body[header + 12 + 3] == 0x80 && body[header + 24] == 1 && body[size - 4] == 2,
         "binary outputs are little-endian, in the order of the request", "%zu bytes, %zu of JSON", size, header);
    free(body);
    r.binary[0] = r.binary[1] = false;
    UNIT(u,
         oip_reply_write(&body, &size, &header, &m, &r, &a) && !header && memmem(body, size, "[-2,1073741824,7,-2147483648,0,255]", 35) &&
             memmem(body, size, "\"bonnet_queue_us\":12", 20) && memmem(body, size, "\"a\\\"b\"", 6),
         "the same in JSON", "%.*s", (int)size, (char *)body);
    free(body);
    int64_t n = 0;
    UNIT(u,
         oip_header_length(&n, NULL) && n == -1 && oip_header_length(&n, "17") && n == 17 && !oip_header_length(&n, "") &&
             !oip_header_length(&n, "0") && !oip_header_length(&n, "-1") && !oip_header_length(&n, "1x") && !oip_header_length(&n, "65537") &&
             !oip_header_length(&n, "999999999999"),
         "the header field's number", "%lld", (long long)n);
}

/* What one case of promises() knows. */
typedef struct pool_case {
    serve_wait w[40];
    serve_queue q;
    serve_pool pool;
    uint32_t together, late, disorder, over, taken;
} pool_case;

/* Every device that is idle at `now` takes what it is given; each takes as long as was estimated. */
static void devices_take(pool_case *p, int64_t now)
{
    for (uint32_t d = 0; d < p->pool.devices; d++) {
        uint32_t count = 0;
        if (p->pool.free_at[d] > now) continue;
        serve_wait *first = serve_queue_take(&p->q, now, &p->pool, d, p->together);
        if (first) p->pool.free_at[d] = now;
        for (const serve_wait *o = first; o; o = o->next) {
            p->pool.free_at[d] += o->cost[d], count += o->count, p->taken++;
            p->disorder += o->next && o->next->deadline < o->deadline;
        }
        for (const serve_wait *o = first; o; o = o->next) p->late += o->deadline != SERVE_NEVER && p->pool.free_at[d] > o->deadline;
        p->over += count > p->together || (first && p->pool.free_at[d] == now);
    }
}

static int64_t next_free(const pool_case *p, int64_t now)
{
    int64_t next = SERVE_NEVER;
    for (uint32_t d = 0; d < p->pool.devices; d++)
        if (p->pool.free_at[d] > now && p->pool.free_at[d] < next) next = p->pool.free_at[d];
    return next;
}

/* Time passes until `until`, or until nothing waits. */
static void pass(pool_case *p, int64_t now, int64_t until)
{
    for (devices_take(p, now); (now = next_free(p, now)) <= until && (until != SERVE_NEVER || p->q.first); devices_take(p, now)) continue;
}

/* Requests that come at random to devices that take as long as was estimated: who is let in with a deadline is done by then. */
static void promises(unit *u)
{
    uint32_t late = 0, admitted = 0, refused = 0, disorder = 0, over = 0, early = 0, left = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        pool_case p = {.q.most = 1 + unit_below(u, 12), .pool.devices = 1 + i % 3, .together = 1 + unit_below(u, 4)};
        uint32_t in = 0;
        int64_t now = 1, backlog;
        for (uint32_t n = 0; n < 40; n++) {
            const int64_t cost = 1 + unit_below(u, 40), then = now + unit_below(u, 30 / p.pool.devices);
            pass(&p, now, then);
            now = then;
            serve_wait *w = &p.w[n];
            *w = (serve_wait){.model = &p.w[unit_below(u, 2)], .count = 1, .deadline = SERVE_NEVER};
            for (uint32_t d = 0; d < p.pool.devices; d++) w->cost[d] = cost;
            if (unit_below(u, 3)) w->deadline = now + unit_below(u, 200);
            const bool idle = p.pool.free_at[0] <= now && !p.q.first;
            const serve_admission s = serve_queue_add(&p.q, w, now, &p.pool, &backlog);
            in += s == SERVE_ADMITTED;
            refused += s != SERVE_ADMITTED;
            early += s == SERVE_LATE && w->deadline - now >= cost && idle;
            over += p.q.length > p.q.most || s == SERVE_NO_DEVICE;
        }
        pass(&p, now, SERVE_NEVER);
        admitted += in, late += p.late, disorder += p.disorder, over += p.over, left += in != p.taken;
    }
    UNIT(u, admitted && refused, "some are let in, some are not", "%u, %u", admitted, refused);
    UNIT(u, !late, "who is let in is in time", "%u of %u late", late, admitted);
    UNIT(u, !disorder && !over, "earliest deadline first, no more than may wait or be taken", "%u, %u", disorder, over);
    UNIT(u, !early, "an idle device refuses nobody who has the time", "%u", early);
    UNIT(u, !left, "whoever was let in is taken", "%u cases", left);
}

/* Devices of different speed, some out of use, some that a request may not go to again: each goes where it can, and as if each were alone there. */
static void unequal(unit *u)
{
    uint32_t wrong = 0, stranded = 0, none = 0, slow = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        serve_pool pool = {.devices = 3, .free_at = {5, 5, 5}};
        serve_queue q = {.most = 9};
        serve_wait w[2] = {{.model = w, .deadline = SERVE_NEVER, .count = 1, .cost = {10, 100, 10}},
                           {.model = w, .deadline = 7, .count = 1, .cost = {10, 1, 10}}};
        int64_t backlog;
        const uint32_t out = unit_below(u, 3), not = unit_below(u, 3);
        pool.free_at[out] = SERVE_NEVER;
        w[0].cost[not ] = SERVE_NEVER;
        none += serve_queue_add(&q, &w[0], 5, &pool, &backlog) != SERVE_ADMITTED;
        uint32_t best = SERVE_DEVICES;
        for (uint32_t d = 0; d < 3; d++)
            if (d != out && d != not &&(best == SERVE_DEVICES || w[0].cost[d] < w[0].cost[best])) best = d;
        for (uint32_t d = 0; d < 3 && q.first; d++) {
            const serve_wait *got = serve_queue_take(&q, 5, &pool, d, 1);
            wrong += (got != NULL) != (d == best);
        }
        /* In time on the second device only, though the first is free as well. */
        const serve_admission s = serve_queue_add(&q, &w[1], 5, &pool, &backlog);
        slow += out == 1 ? s != SERVE_LATE : s != SERVE_ADMITTED || serve_queue_take(&q, 5, &pool, 0, 1) || serve_queue_pop(&q) != &w[1];
        w[0].next = NULL;
        serve_queue_return(&q, &w[0]);
        for (uint32_t d = 0; d < 3; d++)
            if (d != not ) pool.free_at[d] = SERVE_NEVER;
        stranded += serve_queue_stranded(&q, &pool) != &w[0] || q.length;
        none += serve_queue_add(&q, &w[0], 5, &pool, &backlog) != SERVE_NO_DEVICE;
    }
    UNIT(u, !wrong && !slow, "each goes to the device that is done first", "%u, %u", wrong, slow);
    UNIT(u, !stranded && !none, "who has no device is told so", "%u, %u", stranded, none);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "oip", 1, 2000);
    char *text = malloc(ROOM);
    if (!text) return 1;
    round_trips(&u, text);
    replies(&u);
    promises(&u);
    unequal(&u);
    free(text);
    return unit_end(&u);
}
