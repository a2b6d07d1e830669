/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sockets.c - which socket a request went out on: libcurl does not say while it is on its way, but it says when it opens and closes one, and before each request
 * from which port. What a socket still holds unacknowledged tells a slow link from a slow server.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include "client.h"

static int opened(void *of, curl_socket_t s, curlsocktype purpose)
{
    bonnet_client *c = of;
    (void)purpose;
    for (int i = 0; i < CLIENT_SOCKETS; i++)
        if (c->sockets[i] < 0) {
            c->sockets[i] = s;
            break; /* one too many is not watched, no more */
        }
    return CURL_SOCKOPT_OK;
}

static int closed(void *of, curl_socket_t s)
{
    bonnet_client *c = of;
    for (int i = 0; i < CLIENT_SOCKETS; i++)
        if (c->sockets[i] == s) c->sockets[i] = -1;
    return close(s);
}

static int about_to_send(void *of, char *there, char *here, int there_port, int here_port)
{
    transfer *t = of;
    (void)there, (void)here, (void)there_port;
    t->port = here_port;
    return CURL_PREREQFUNC_OK;
}

void client_watch_sockets(bonnet_client *c, transfer *t)
{
    t->port = 0;
    curl_easy_setopt(t->easy, CURLOPT_SOCKOPTFUNCTION, opened);
    curl_easy_setopt(t->easy, CURLOPT_SOCKOPTDATA, c);
    curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, closed);
    curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, c);
    curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, about_to_send);
    curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
}

int client_socket(const bonnet_client *c, int port)
{
    struct sockaddr_storage a;
    for (int i = 0; port && i < CLIENT_SOCKETS; i++) {
        socklen_t size = sizeof a;
        if (c->sockets[i] < 0 || getsockname(c->sockets[i], (struct sockaddr *)&a, &size) != 0) continue;
        const in_port_t at = a.ss_family == AF_INET    ? ((struct sockaddr_in *)&a)->sin_port
                             : a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
                                                       : 0;
        if (ntohs(at) == port) return c->sockets[i];
    }
    return -1;
}
