/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oip.h - the Open Inference Protocol, version 2, with the binary tensor extension, as texts and bytes: no socket, no device. docs/serve.md.
 * Whatever comes in is foreign: every size is checked before it is used, and nothing is allocated beyond what the model's own sizes allow.
 */
#ifndef BONNET_SERVE_OIP_H
#define BONNET_SERVE_OIP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OIP_NAME = 96,              /* of a model, with its zero */
    OIP_ID = 129,               /* of a request's id, with its zero */
    OIP_LINE = 320,             /* of an error */
    OIP_HEADER = 64 << 10,      /* JSON in front of binary tensors, at most */
    OIP_TEXT = 2 << 20,         /* JSON with the data inside, at most */
    OIP_LISTS = 1 << 17, OIP_OBJECTS = 64, /* in the JSON of a request, at most */
    OIP_BATCH = 1024,           /* images of one request, at most, whatever the server's --batch */
    OIP_DIMS = 4
};
enum { OIP_LOGITS, OIP_LABEL, OIP_OUTPUTS };

/* What a request is held against. Strings are the owner's. */
typedef struct oip_model {
    char name[OIP_NAME];
    char digest[65], version[13]; /* SHA-256 of the .bonnet file as hexadecimal digits; the first twelve of them */
    const char *input;          /* "image", "map" */
    bool is_signed;             /* INT8, else UINT8 */
    uint32_t dims, shape[OIP_DIMS]; /* of a batch; shape[0] is not used */
    size_t bytes;               /* of one image or map: the product of the others */
    uint32_t classes, batch;    /* batch: images of one request, at most */
    int cut;                    /* of a tail, else -1 */
    char layer[64];             /* behind which it was cut */
    uint32_t map[4];            /* channels, height, width, slices */
    const char *const *labels;  /* [classes], "" where there is none; or NULL: no class has a name */
} oip_model;

typedef struct oip_request {
    char id[OIP_ID];            /* "" if none */
    int64_t timeout_us;         /* 0: none */
    uint32_t count;             /* images */
    const uint8_t *pixels;      /* [count][bytes]; within the body, or own */
    uint8_t *own;               /* or NULL; oip_request_free() */
    bool binary[OIP_OUTPUTS];
    uint32_t top;               /* of the logits only so many classes, as texts "value:index:label"; 0: the logits */
    uint32_t outputs, output[OIP_OUTPUTS]; /* which, in the order in which they were asked for */
} oip_request;

/* Most bytes of a body that can be a request to this model: known before any of it is read. header: of Inference-Header-Content-Length, or < 0. */
size_t oip_body_most(const oip_model *m, int64_t header);
/* The number in Inference-Header-Content-Length; text NULL: -1. false: no number from 1 to OIP_HEADER. */
bool oip_header_length(int64_t *out, const char *text);
/*
 * header: bytes of JSON at the beginning of the body, the rest are tensors; < 0: all of it is JSON. Returns an HTTP status: 200, or 400, 409, 413 with a line
 * in message that names the field; out owns nothing then. body must outlive out.
 */
int oip_request_read(oip_request *out, char message[OIP_LINE], const oip_model *m, const uint8_t *body, size_t size, int64_t header);
void oip_request_free(oip_request *r); /* of zeros: a no-op */

typedef struct oip_answer { const int32_t *logits, *labels; int64_t queue_us, compute_us; } oip_answer; /* logits: [count][classes] */
/* *body: free(). *header: bytes of JSON in front of tensors, or 0: all of it is JSON. false: no memory. */
bool oip_reply_write(uint8_t **body, size_t *size, size_t *header, const oip_model *m, const oip_request *r, const oip_answer *a);
/* JSON texts: free(); NULL: no memory. */
char *oip_metadata(const oip_model *m);
char *oip_config(const oip_model *m, uint32_t devices); /* Triton's model configuration */
/* Triton's statistics. Times in nanoseconds. */
typedef struct oip_stats { uint64_t last_ms, images, runs, done, failed, queue_ns, compute_ns, done_ns, failed_ns; } oip_stats;
char *oip_stats_text(const oip_model *const *models, const oip_stats *stats, uint32_t count);
char *oip_error(const char *line);

/* Within the room: a class as text, malloc'ed; the `top` largest of [count][classes], largest first, equal ones by number: indices, malloc'ed. */
char *oip_class(const oip_model *m, int32_t value, uint32_t index);
uint32_t *oip_top(const int32_t *logits, uint32_t count, uint32_t classes, uint32_t top);

/* Within the room: the numbers of "data", flat or nested as shape says, as bytes. false: complained. */
struct json_object;
bool oip_numbers(uint8_t *to, char message[OIP_LINE], const oip_model *m, uint32_t count, struct json_object *data);
#endif
