/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message_test.c - the client's side of the protocol: metadata of this server and of others, requests as this server reads them, replies whole, cut off at every
 * byte and damaged at every byte.
 */
#include <stdbool.h>
#include <zlib.h>
#include "message.h"
#include "oip.h"
#include "unit.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static const message_want split = {.bytes = 16, .classes = 3, .digest = DIGEST}, other = {.bytes = 12, .is_signed = true, .classes = 3};
static const char own[] =
    "{\"name\":\"n.tail0\",\"versions\":[\"0123456789ab\"],\"platform\":\"bonnet\",\"inputs\":[{\"name\":\"map\",\"datatype\":\"UINT8\",\"shape\":[-"
    "1,16]}],"
    "\"outputs\":[{\"name\":\"logits\",\"datatype\":\"INT32\",\"shape\":[-1,3]},{\"name\":\"label\",\"datatype\":\"INT32\",\"shape\":[-1]}],"
    "\"parameters\":{\"bonnet_digest\":\"" DIGEST "\"}}";
static const char foreign[] =
    "{\"name\":\"big\",\"versions\":[\"1\"],\"inputs\":[{\"name\":\"INPUT__0\",\"datatype\":\"INT8\",\"shape\":[-1,2,2,3]}],"
    "\"outputs\":[{\"name\":\"OUTPUT__0\",\"datatype\":\"FP32\",\"shape\":[-1,3]}]}";

static bool reads(message_model *m, const char *text, const message_want *want, char line[MESSAGE_LINE])
{
    return message_model_read(m, line, (const uint8_t *)text, strlen(text), want);
}

/* `text` with the first `from` replaced. */
static const char *but(const char *text, const char *from, const char *to)
{
    static char out[2048];
    const char *at = strstr(text, from);
    if (!at) exit(1);
    snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static void metadata(unit *u)
{
    static const struct {
        const char *what, *from, *to, *says;
    } wrong[] = {{"another network's digest", DIGEST "\"}", "ff23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}", "another network"},
                 {"no digest", "bonnet_digest", "digest", "does not say"},
                 {"other pixels", "UINT8", "FP32", "takes FP32"},
                 {"another size", "[-1,16]", "[-1,17]", "has not 16 bytes"},
                 {"an open size", "[-1,16]", "[-1,-1]", "has not 16 bytes"},
                 {"a size beyond any", "[-1,16]", "[2147483648,2147483648]", "has not 16 bytes"},
                 {"no shape", "[-1,16]", "[]", "no name, datatype or shape"},
                 {"a negative shape", "[-1,16]", "[-2,16]", "no name, datatype or shape"},
                 {"nine dimensions", "[-1,16]", "[1,1,1,1,1,1,1,1,16]", "no name, datatype or shape"},
                 {"two inputs", "\"inputs\":[", "\"inputs\":[{},", "not one input"},
                 {"other classes", "[-1,3]", "[-1,4]", "no output"},
                 {"strings", "\"INT32\",\"shape\":[-1,3]", "\"BYTES\",\"shape\":[-1,3]", "no output"},
                 {"a list", "{\"name\":\"n", "[{\"name\":\"n", "no JSON"},
                 {"something behind it", "\"}}", "\"}}x", "no JSON"}};
    message_model m;
    char line[MESSAGE_LINE] = "";
    UNIT(u,
         reads(&m, own, &split, line) && !strcmp(m.input, "map") && !strcmp(m.output, "logits") && !strcmp(m.version, "0123456789ab") &&
             m.shape[0] == 1 && !m.floats,
         "of this server", "%s", line);
    UNIT(u, reads(&m, foreign, &other, line) && m.floats && m.is_signed && m.dims == 4 && !strcmp(m.output, "OUTPUT__0"), "of another server", "%s",
         line);
    UNIT(u,
         !reads(&m, but(foreign, "\"outputs\":[", "\"outputs\":[{\"name\":\"aux\",\"datatype\":\"FP32\",\"shape\":[3]},"), &other, line) &&
             strstr(line, "several"),
         "two outputs that could be it", "%s", line);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        *line = '\0';
        UNIT(u, !reads(&m, but(own, wrong[i].from, wrong[i].to), &split, line) && strstr(line, wrong[i].says), wrong[i].what, "it says '%s'", line);
    }
    static const char yes[] = "{\"extensions\":[\"model_repository\",\"binary_tensor_data\"]}", no[] = "{\"extensions\":[3]}";
    UNIT(u,
         message_extends((const uint8_t *)yes, strlen(yes), "x", "binary_tensor_data") &&
             !message_extends((const uint8_t *)no, strlen(no), "3", NULL) && !message_extends((const uint8_t *)yes, strlen(yes), "model", NULL),
         "binary tensors", "extensions");
}

/* What it writes, the server's own reader reads. */
static void requests(unit *u)
{
    oip_model server = {
        .name = "n.tail0", .input = "map", .dims = 2, .shape = {0, 16}, .bytes = 16, .classes = 3, .batch = 4, .cut = 0, .digest = DIGEST};
    message_model m;
    char line[OIP_LINE], why[MESSAGE_LINE];
    uint8_t image[16], *body;
    size_t size, header;
    if (!reads(&m, own, &split, why)) exit(1);
    for (int i = 0; i < 16; i++) image[i] = (uint8_t)unit_below(u, 256);
    for (int binary = 0; binary < 2; binary++) {
        oip_request r = {0};
        const bool made = message_request(&body, &size, &header, &m, &split, image, binary, 77, 12345);
        const int status = made ? oip_request_read(&r, line, &server, body, size, header ? (int64_t)header : -1) : 0;
        UNIT(u,
             status == 200 && !strcmp(r.id, "77") && r.timeout_us == 12345 && r.count == 1 && !memcmp(r.pixels, image, 16) && r.outputs == 1 &&
                 r.output[0] == OIP_LOGITS && r.binary[OIP_LOGITS] == (binary != 0),
             binary ? "a binary request" : "a request in JSON", "status %d: %s", status, line);
        oip_request_free(&r);
        free(body);
    }
    server.digest[0] = 'f';
    if (!message_request(&body, &size, &header, &m, &split, image, true, 1, 0)) exit(1);
    oip_request r = {0};
    UNIT(u, oip_request_read(&r, line, &server, body, size, (int64_t)header) == 409, "the digest goes along", "%s", line);
    oip_request_free(&r);
    free(body);
    /* Signed pixels as numbers. */
    if (!reads(&m, foreign, &other, why) ||
        !message_request(&body, &size, &header, &m, &other, (const uint8_t *)"\xff\x80\x7f\0\1\2\3\4\5\6\7\x08", false, 1, 0))
        exit(1);
    char *text = strndup((const char *)body, size);
    if (!text) exit(1);
    UNIT(u, strstr(text, "[-1,-128,127,0,1,") && strstr(text, "\"INT8\"") && !strstr(text, "bonnet_digest"), "signed pixels in JSON, no digest", "%s",
         text);
    free(text), free(body);
}

static const int32_t logits[3] = {-5, 2000000000, 7};

/* This server's reply to request 9. */
static size_t reply_of(uint8_t **body, size_t *header, bool binary)
{
    const oip_model server = {.name = "n.tail0", .version = "0123456789ab", .classes = 3};
    const oip_request r = {.id = "9", .count = 1, .outputs = 1, .output = {OIP_LOGITS}, .binary = {binary}};
    const oip_answer a = {logits, NULL, 11, 22};
    size_t size;
    if (!oip_reply_write(body, &size, header, &server, &r, &a)) exit(1);
    return size;
}

static void replies(unit *u)
{
    message_model m;
    message_reply r;
    char line[MESSAGE_LINE];
    if (!reads(&m, own, &split, line)) exit(1);
    for (int binary = 0; binary < 2; binary++) {
        uint8_t *body;
        size_t header, size = reply_of(&body, &header, binary);
        const int64_t said = header ? (int64_t)header : -1;
        int32_t got[3] = {0};
        UNIT(u,
             message_reply_read(&r, got, line, &m, &split, 9, body, size, said) && !memcmp(got, logits, sizeof got) && r.queue_us == 11 &&
                 r.compute_us == 22,
             binary ? "binary logits" : "logits in JSON", "%s", line);
        UNIT(u, !message_reply_read(&r, got, line, &m, &split, 10, body, size, said) && strstr(line, "is to '9'"), "of another request", "%s", line);
        uint32_t wrong = 0, taken = 0;
        for (size_t n = 0; n < size; n++) {
            int32_t untouched[3] = {1, 2, 3};
            uint8_t *part = malloc(n ? n : 1); /* as long as it is: the sanitizer sees what is read beyond */
            if (!part) exit(1);
            memcpy(part, body, n);
            wrong += message_reply_read(&r, untouched, line, &m, &split, 9, part, n, said) || untouched[0] != 1 || !*line;
            free(part);
        }
        UNIT(u, !wrong, "cut off at every byte: refused with a line, logits untouched", "%u wrong", wrong);
        for (size_t n = 0; n < size * 8; n++) {
            int32_t any[3];
            body[n / 8] ^= (uint8_t)(1 << n % 8);
            taken += message_reply_read(&r, any, line, &m, &split, 9, body, size, said);
            body[n / 8] ^= (uint8_t)(1 << n % 8);
        }
        UNIT(u, taken < 8 * size / 2, "a flipped bit is refused, or in a number or a name that nobody reads", "%u of %zu taken", taken, 8 * size);
        for (int64_t h = -3; h < 100000; h = h < 1000 ? h + 1 : h * 2) {
            int32_t any[3];
            if (h >= 0 && h != said && (binary || h != (int64_t)size)) wrong += message_reply_read(&r, any, line, &m, &split, 9, body, size, h);
        }
        UNIT(u, !wrong, "any other length of the JSON", "%u taken", wrong);
        free(body);
    }
}

static void strange(unit *u)
{
    static const char head[] = "{\"outputs\":[{\"name\":\"logits\",\"datatype\":\"INT32\",\"shape\":[1,3],", tail[] = "}]}";
    static const struct {
        const char *what, *text, *says;
    } wrong[] = {{"two numbers", "\"data\":[1,2]", "has not 3 numbers"},
                 {"four numbers", "\"data\":[1,2,3,4]", "has not 3 numbers"},
                 {"a fraction", "\"data\":[1,2,3.5]", "has not 3 numbers"},
                 {"beyond 32 bits", "\"data\":[1,2,3000000000]", "has not 3 numbers"},
                 {"a text", "\"data\":[1,2,\"3\"]", "has not 3 numbers"},
                 {"no numbers", "\"x\":0", "has not 3 numbers"},
                 {"bytes that are not there", "\"parameters\":{\"binary_data_size\":12}", "0 are left"},
                 {"more bytes than there are in the world", "\"parameters\":{\"binary_data_size\":9223372036854775807}", "0 are left"},
                 {"negative bytes", "\"parameters\":{\"binary_data_size\":-12}", "has not 3 numbers"}};
    message_model m, f;
    message_reply r;
    char line[MESSAGE_LINE], text[512];
    int32_t got[3];
    if (!reads(&m, own, &split, line) || !reads(&f, foreign, &other, line)) exit(1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "%s%s%s", head, wrong[i].text, tail);
        UNIT(u, !message_reply_read(&r, got, line, &m, &split, 1, (const uint8_t *)text, strlen(text), -1) && strstr(line, wrong[i].says),
             wrong[i].what, "it says '%s'", line);
    }
    snprintf(text, sizeof text, "%s\"data\":[[1,2,3]]%s", head, tail);
    UNIT(u, message_reply_read(&r, got, line, &m, &split, 1, (const uint8_t *)text, strlen(text), -1) && got[2] == 3, "nested", "%s", line);
    snprintf(text, sizeof text, "{\"outputs\":[{\"name\":\"OUTPUT__0\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[0.5,-1e300,2]}]}");
    UNIT(u,
         message_reply_read(&r, got, line, &f, &other, 1, (const uint8_t *)text, strlen(text), -1) && r.floats && got[0] == 32768 &&
             got[1] == INT32_MIN && got[2] == 131072,
         "floats are whole numbers of 2^-16, the farthest ones stay", "%s, %d %d %d", line, got[0], got[1], got[2]);
    uint8_t bytes[256];
    const int n = snprintf((char *)bytes, sizeof bytes,
                           "{\"outputs\":[{\"name\":\"OUTPUT__0\",\"datatype\":\"FP32\",\"shape\":[1,3],\"parameters\":{\"binary_data_size\":12}}]}");
    memcpy(bytes + n, "\0\0\0\x3f\0\0\xc0\x7f\0\0\0\0", 12);
    UNIT(u, !message_reply_read(&r, got, line, &f, &other, 1, bytes, (size_t)n + 12, n), "no number among floats", "%s", line);
    bytes[n + 7] = 0x3f; /* 1.5 */
    UNIT(u, message_reply_read(&r, got, line, &f, &other, 1, bytes, (size_t)n + 12, n) && got[0] == 32768 && got[1] == 98304 && !got[2],
         "binary floats", "%s", line);

    char *deep = malloc(100000);
    if (!deep) exit(1);
    memset(deep, '[', 99999), deep[99999] = '\0';
    UNIT(u, !message_reply_read(&r, got, line, &m, &split, 1, (const uint8_t *)deep, 40000, -1) && strstr(line, "40000 lists"),
         "forty thousand lists", "%s", line);
    UNIT(u, !message_reply_read(&r, got, line, &m, &split, 1, (const uint8_t *)deep, 99999, -1) && strstr(line, "99999 bytes"),
         "more bytes than any answer", "%s", line);
    free(deep);
    message_error(line, (const uint8_t *)"{\"error\":\"queue \\u0007 full\"}", 29);
    UNIT(u, !strcmp(line, "queue ? full"), "an error is one printable line", "%s", line);
}

/* Packed where that pays: what comes out is what went in, and numbers decide. */
static void packing(unit *u)
{
    enum { BYTES = 6000 };
    uint8_t *body = malloc(BYTES), back[BYTES], first[BYTES];
    size_t size = BYTES;
    uLongf whole = BYTES;
    message_packing p = {0, 0, 0};
    if (!body) exit(1);
    for (int i = 0; i < BYTES; i++) body[i] = first[i] = unit_below(u, 4) ? 0 : (uint8_t)unit_below(u, 256);
    UNIT(u,
         message_pack(&body, &size) && size < BYTES * 2 / 3 && uncompress(back, &whole, body, (uLong)size) == Z_OK && whole == BYTES &&
             !memcmp(back, first, BYTES),
         "packed and back", "%zu bytes", size);
    free(body);
    body = malloc(BYTES), size = BYTES;
    if (!body) exit(1);
    for (int i = 0; i < BYTES; i++) body[i] = first[i] = (uint8_t)unit_below(u, 256);
    UNIT(u, !message_pack(&body, &size) && size == BYTES && !memcmp(body, first, BYTES), "noise stays as it is", "%zu bytes", size);
    free(body);
    UNIT(u, !message_pays(&p, BYTES, 0) && !message_pays(&p, BYTES, 1e9) && message_pays(&p, BYTES, 1e7), "tried where the way takes a millisecond",
         "pays");
    message_packed(&p, BYTES, BYTES / 2, 100);
    UNIT(u, message_pays(&p, BYTES, 1e8) && !message_pays(&p, BYTES, 2e8), "half of 480 us for 100 us of work pays, half of 240 does not", "pays");
    for (int i = 0; i < 60; i++) message_packed(&p, BYTES, BYTES, 100);
    UNIT(u, !message_pays(&p, BYTES, 1e6), "nothing left out: not any more", "pays");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "message", 1, 1);
    metadata(&u);
    requests(&u);
    replies(&u);
    strange(&u);
    packing(&u);
    return unit_end(&u);
}
