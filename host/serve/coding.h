/* SPDX-License-Identifier: Apache-2.0 */
/* coding.h - bodies that are compressed on the way: gzip and deflate (RFC 9110, 8.4.1), by zlib. No socket. What comes in is foreign: it grows to a bound and no further. */
#ifndef BONNET_SERVE_CODING_H
#define BONNET_SERVE_CODING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_OTHER } coding;
/* Of Content-Encoding; NULL: none. */
coding coding_named(const char *text);
/* What a reply may be compressed by, of Accept-Encoding; NULL: none. */
coding coding_accepted(const char *text);
const char *coding_name(coding c); /* "gzip", "deflate" */
/* The most bytes that so many become when they do not compress at all. */
size_t coding_most(size_t bytes);

enum { CODING_LINE = 96 };
/* *out: free(). Returns 200, or 400, 413 (more than `most` bytes), 503 with a line in message. */
int coding_unpack(uint8_t **out, size_t *size, char message[CODING_LINE], coding c, const uint8_t *in, size_t bytes, size_t most);
/* In place of *body, which is freed then. false: it stays as it is, for it would not become smaller. */
bool coding_pack(uint8_t **body, size_t *size, coding c);
#endif
