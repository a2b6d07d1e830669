/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.c - who is connected, and for how long a request has been coming or a reply going. A connection is cut off by its total time, not by its last
 * byte: one that sends a byte a second is as slow as one that sends none.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "server.h"

void serve_peer_notify(void *of, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
    server *s = of;
    serve_peer *p = *context;
    pthread_mutex_lock(&s->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = p = calloc(1, sizeof *p);
        if (p) {
            *p = (serve_peer){.next = s->peers, .fd = info ? info->connect_fd : -1, .phase = SERVE_READING, .since = serve_now()};
            if (s->peers) s->peers->before = p;
            s->peers = p;
            s->peer_count++;
            info = s->tls.files ? MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION) : NULL;
            if (s->tls.files && !(info && tls_begin(&s->tls, &p->tls, info->tls_session))) shutdown(p->fd, SHUT_RDWR);
        } else if (info) shutdown(info->connect_fd, SHUT_RDWR); /* nobody unwatched */
    } else if (p) {                                             /* the socket is closed after this */
        if (p->before) p->before->next = p->next;
        else s->peers = p->next;
        if (p->next) p->next->before = p->before;
        s->peer_count--;
        tls_end(&s->tls, &p->tls);
        free(p);
        *context = NULL;
    }
    pthread_mutex_unlock(&s->lock);
}

void serve_peer_phase(struct MHD_Connection *connection, serve_phase phase)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    serve_peer *p = info ? info->socket_context : NULL;
    if (!p) return;
    p->phase = phase;
    p->since = serve_now();
}

/*
 * libmicrohttpd asks epoll for edges and takes a short read for the last one: of a client that hung up in the midst of a body, with the end already behind
 * the bytes, it hears no more. Ending the reading side is an edge; a client that only closed its own side still gets its reply.
 */
static void hung_up(server *s)
{
    struct pollfd list[SERVE_CONNECTIONS];
    nfds_t n = 0;
    for (const serve_peer *p = s->peers; p && n < SERVE_CONNECTIONS; p = p->next)
        if (p->phase == SERVE_READING && p->fd >= 0) list[n++] = (struct pollfd){.fd = p->fd, .events = POLLRDHUP};
    if (n == 0 || poll(list, n, 0) <= 0) return;
    while (n-- > 0)
        if (list[n].revents & POLLRDHUP) shutdown(list[n].fd, SHUT_RD);
}

void serve_peers_sweep(server *s, int64_t now)
{
    hung_up(s);
    for (serve_peer *p = s->peers; p; p = p->next) {
        if (p->phase == SERVE_WAITING || now - p->since <= (int64_t)s->o.timeout_ms * 1000 || p->fd < 0) continue;
        shutdown(p->fd, SHUT_RDWR);
        p->fd = -1;
        s->totals.cut_off++;
    }
}
