/* SPDX-License-Identifier: Apache-2.0 */
/* listen.h - the socket that requests come in by. */
#ifndef BONNET_SERVE_LISTEN_H
#define BONNET_SERVE_LISTEN_H
#include <stdbool.h>
#include <stdio.h>
#include "serve.h"

typedef struct serve_listening { int fd; uint32_t port; bool six; char host[64]; } serve_listening; /* host: as numbers */
/* BONNET_EINVAL: no address, or one that others can reach, and not open. BONNET_EIO: it is in use, or not of this machine. *out: close(fd). */
bonnet_status serve_listen(serve_listening *out, char message[SERVE_LINE], const char *text, bool open);
#endif
