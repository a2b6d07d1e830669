/* SPDX-License-Identifier: Apache-2.0 */
/* listen.c - where requests are taken: HOST:PORT, and off loopback only if the caller insists. */
#include "listen.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "127.0.0.1:8600", "[::1]:8600", "localhost:0" in two. */
static bool split(char host[64], char port[8], const char *text)
{
    const char *colon = strrchr(text, ':');
    if (!colon) return false;
    size_t n = (size_t)(colon - text);
    const bool bracket = n > 2 && text[0] == '[' && text[n - 1] == ']';
    if (bracket) text++, n -= 2;
    if (!n || n >= 64 || strlen(colon + 1) > 5 || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")] || atol(colon + 1) > 65535) return false;
    if (!bracket && memchr(text, ':', n)) return false;
    memcpy(host, text, n);
    host[n] = '\0';
    memcpy(port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static bonnet_status opened(serve_listening *out, char message[SERVE_LINE], const char *text, const struct addrinfo *a)
{
    const int one = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    char port[8];
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) || bind(fd, a->ai_addr, a->ai_addrlen) || listen(fd, 1024) ||
        getsockname(fd, (struct sockaddr *)&bound, &length) ||
        getnameinfo((struct sockaddr *)&bound, length, out->host, sizeof out->host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV)) {
        snprintf(message, SERVE_LINE, "cannot listen on %.80s: %s", text, strerror(errno));
        if (fd >= 0) close(fd);
        return BONNET_EIO;
    }
    out->fd = fd;
    out->port = (uint32_t)atol(port);
    out->six = a->ai_family == AF_INET6;
    return BONNET_OK;
}

bonnet_status serve_listen(serve_listening *out, char message[SERVE_LINE], const char *text, bool open)
{
    char host[64], port[8];
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *list = NULL;
    if (!split(host, port, text)) {
        snprintf(message, SERVE_LINE, "--listen wants HOST:PORT, such as 127.0.0.1:8600 or [::1]:0, not '%.80s'", text);
        return BONNET_EINVAL;
    }
    const int error = getaddrinfo(host, port, &hints, &list);
    if (error) {
        snprintf(message, SERVE_LINE, "--listen %.80s: %s", text, gai_strerror(error));
        return BONNET_EINVAL;
    }
    bonnet_status status = BONNET_EINVAL;
    if (!open && !is_loopback(list->ai_addr))
        snprintf(
            message, SERVE_LINE,
            "--listen %.80s can be reached from other machines: give --cert, --key and --ca, so that clients must show a certificate; or listen on "
            "127.0.0.1 behind a proxy that asks for one; or add --insecure",
            text);
    else status = opened(out, message, text, list);
    freeaddrinfo(list);
    return status;
}
