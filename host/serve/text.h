/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - small files of the operator's, read whole. */
#ifndef BONNET_SERVE_TEXT_H
#define BONNET_SERVE_TEXT_H
#include <stdbool.h>
#include "serve.h"

/* A line into message; returns status. */
bonnet_status serve_wrong(char message[SERVE_LINE], bonnet_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A whole file, most bytes at most, with a zero behind it, which size (or NULL) does not count. secret: others may not read it, nor its group change it. *out: free() */
bonnet_status serve_text(char **out, size_t *size, char message[SERVE_LINE], const char *path, size_t most, bool secret);
#endif
