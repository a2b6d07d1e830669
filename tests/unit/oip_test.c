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

/* Requests that come at random to a device that takes as long as was estimated: who is let in with a deadline is done by then. */
static void promises(unit *u)
{
    uint32_t late = 0, admitted = 0, refused = 0, disorder = 0, over = 0, early = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        serve_wait w[40] = {{0}};
        serve_queue q = {.most = 1 + unit_below(u, 12)};
        const uint32_t together = 1 + unit_below(u, 4);
        int64_t now = 1, free_at = 0, backlog;
        for (uint32_t n = 0; n < 40 || q.first; n++) {
            if (n < 40) {
                now += unit_below(u, 30);
                w[n] = (serve_wait){.model = &w[unit_below(u, 2)], .cost = 1 + unit_below(u, 40), .count = 1, .deadline = SERVE_NEVER};
                if (unit_below(u, 3)) w[n].deadline = now + unit_below(u, 200);
            } else now = free_at > now ? free_at : now;
            while (free_at <= now && q.first) { /* the device takes the next as soon as it is idle; its clock is ahead by no more than a request */
                const int64_t at = free_at > 0 ? free_at : now;
                serve_wait *first = serve_queue_take(&q, at, together);
                uint32_t count = 0;
                free_at = at;
                for (const serve_wait *o = first; o; o = o->next) {
                    free_at += o->cost, count += o->count;
                    disorder += o->next && o->next->deadline < o->deadline;
                }
                for (const serve_wait *o = first; o; o = o->next) late += o->deadline != SERVE_NEVER && free_at > o->deadline;
                over += count > together;
            }
            if (n >= 40) continue;
            const serve_admission s = serve_queue_add(&q, &w[n], now, free_at, &backlog);
            if (s == SERVE_ADMITTED) {
                admitted++;
                if (free_at < now) free_at = now;
            } else refused++;
            early += s == SERVE_LATE && w[n].deadline - now >= w[n].cost && free_at <= now && !q.first;
            over += q.length > q.most;
        }
    }
    UNIT(u, admitted && refused, "some are let in, some are not", "%u, %u", admitted, refused);
    UNIT(u, !late, "who is let in is in time", "%u of %u late", late, admitted);
    UNIT(u, !disorder && !over, "earliest deadline first, no more than may wait or be taken", "%u, %u", disorder, over);
    UNIT(u, !early, "an idle device refuses nobody who has the time", "%u", early);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "oip", 1, 2000);
    char *text = malloc(ROOM);
    if (!text) return 1;
    round_trips(&u, text);
    replies(&u);
    promises(&u);
    free(text);
    return unit_end(&u);
}
