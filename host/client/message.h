/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - the Open Inference Protocol, version 2, from the client's side, as texts and bytes: no socket, no clock. What comes in is foreign: every length is
 * checked before it is used, and nothing is kept that the model's own sizes do not allow.
 */
#ifndef BONNET_CLIENT_MESSAGE_H
#define BONNET_CLIENT_MESSAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MESSAGE_NAME = 128,         /* of models, tensors, versions; with the zero */
    MESSAGE_LINE = 160,
    MESSAGE_JSON = 64 << 10,    /* of a reply, without the numbers; of metadata */
    MESSAGE_LISTS = 4096, MESSAGE_OBJECTS = 256, /* in a reply, at most */
    MESSAGE_DIMS = 8,
    MESSAGE_FLOAT_BITS = 16     /* floats become whole numbers of 2^-16 */
};

/* What upstream says of a model, as far as it matters. */
typedef struct message_model {
    char input[MESSAGE_NAME], output[MESSAGE_NAME]; /* names of tensors */
    char version[MESSAGE_NAME]; /* the first it lists, or "" */
    bool is_signed;             /* INT8, else UINT8 */
    uint32_t dims;
    int64_t shape[MESSAGE_DIMS]; /* of the input, one image; shape[0] = 1 if it is a batch */
    bool floats;                /* the output: FP32, else INT32 */
    uint32_t out_dims;
    int64_t out_shape[MESSAGE_DIMS];
} message_model;

/* What it must be. */
typedef struct message_want {
    size_t bytes;               /* of one picture or map */
    bool is_signed;
    uint32_t classes;
    const char *digest;         /* 64 digits: it must be of this very network; or NULL */
} message_want;

/* Metadata (GET /v2/models/NAME). false: not JSON, or another model than wanted; a line says which. */
bool message_model_read(message_model *out, char line[MESSAGE_LINE], const uint8_t *text, size_t size, const message_want *want);
/* GET /v2: is one of these among its extensions? `other` may be NULL. */
bool message_extends(const uint8_t *text, size_t size, const char *name, const char *other);

/*
 * A request of one image. *header: bytes of JSON in front of the image; 0: all is JSON (binary false). timeout_us 0: none. *body: free(); false: no memory.
 */
bool message_request(uint8_t **body, size_t *size, size_t *header, const message_model *m, const message_want *want, const uint8_t *image, bool binary, uint64_t id,
                     int64_t timeout_us);

/* The body packed, in place of the old one; false: it stays as it was, since it would not be smaller. */
bool message_pack(uint8_t **body, size_t *size);
/* What packing left and took, moving means: does it pay for so many bytes on a link that carries so much? */
typedef struct message_packing { double left, us; uint64_t seen; } message_packing;
void message_packed(message_packing *p, size_t from, size_t to, int64_t us);
bool message_pays(const message_packing *p, size_t size, double bits_per_s);

typedef struct message_reply {
    int64_t queue_us, compute_us; /* 0 where it does not say */
    bool floats;
} message_reply;
/* Most bytes that a reply for so many classes has. */
size_t message_reply_most(uint32_t classes);
/*
 * header: of Inference-Header-Content-Length; negative: all is JSON. logits [want->classes], written on success only. false: no answer of this model to request
 * `id`; a line says why.
 */
bool message_reply_read(message_reply *out, int32_t *logits, char line[MESSAGE_LINE], const message_model *m, const message_want *want, uint64_t id, const uint8_t *body,
                        size_t size, int64_t header);
/* The server's "error" of a reply that is none, for people; "" if it has none. */
void message_error(char line[MESSAGE_LINE], const uint8_t *text, size_t size);
#endif
