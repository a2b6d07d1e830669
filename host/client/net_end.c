/* SPDX-License-Identifier: Apache-2.0 */
/* net_end.c - what became of a request: a reply, a failure and whose, and what the link has to do with it. */
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "client.h"

enum { LENGTH_DIGITS = 8 };

/* Inference-Header-Content-Length: -1 if there is none, -2 if it is no number that could be one. */
static int64_t json_length(CURL *e)
{
    struct curl_header *h;
    if (curl_easy_header(e, "Inference-Header-Content-Length", 0, CURLH_HEADER, -1, &h) != CURLHE_OK) return -1;
    const size_t n = strlen(h->value);
    return n && n <= LENGTH_DIGITS && strspn(h->value, "0123456789") == n ? strtol(h->value, NULL, 10) : -2;
}

static uint64_t number(CURL *e, CURLINFO what)
{
    curl_off_t value = 0;
    return curl_easy_getinfo(e, what, &value) == CURLE_OK && value > 0 ? (uint64_t)value : 0;
}

static uint64_t bytes_out(const transfer *t)
{
    long head = 0;
    if (curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &head) != CURLE_OK || head < 0) head = 0;
    return (uint64_t)head >= t->size ? (uint64_t)head
                                     : (uint64_t)head + number(t->easy, CURLINFO_SIZE_UPLOAD_T); /* a short body is counted with the head */
}

static uint32_t why_of(CURLcode code)
{
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return BONNET_WHY_TIMEOUT;
    case CURLE_WRITE_ERROR: /* longer than any answer */
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return BONNET_WHY_GARBAGE;
    default: return BONNET_WHY_CONNECT;
    }
}

/* A status that is not 200. With the lock. */
static uint32_t refused(bonnet_client *c, const transfer *t, long status, int64_t now)
{
    char line[MESSAGE_LINE];
    const uint64_t pause_s = number(t->easy, CURLINFO_RETRY_AFTER);
    message_error(line, t->reply, t->filled);
    client_line(c, "HTTP %ld%s%s", status, *line ? ": " : "", line);
    if ((status == 503 || status == 429) && pause_s) {
        breaker_pause(&c->breaker, now + 1000000 * (int64_t)(pause_s < CLIENT_PAUSE_MOST_S ? pause_s : CLIENT_PAUSE_MOST_S));
        return BONNET_WHY_RETRY;
    }
    if (status == 404 || status == 409) {
        c->targets[t->target].state = TARGET_BAD;
        c->recheck = now + CLIENT_RECHECK_US;
        return BONNET_WHY_MISMATCH;
    }
    breaker_result(&c->breaker, false, now);
    return status >= 500 ? BONNET_WHY_SERVER : BONNET_WHY_REFUSED;
}

/* The link's part of a request that was answered: what is left without the server's own. */
static void measured(bonnet_client *c, const transfer *t, const message_reply *r, uint64_t bytes)
{
    const double ready = (double)number(t->easy, CURLINFO_PRETRANSFER_TIME_T), all = (double)number(t->easy, CURLINFO_TOTAL_TIME_T);
    const double seconds = (all - ready - (double)r->queue_us - (double)r->compute_us) / 1e6;
    if (seconds > 0) client_link(c, bytes, seconds);
}

/* A refusal for want of time, too, came when the body was there; or before it, and then it says nothing. So it counts where it shows that the link is slow. */
static void measured_refusal(bonnet_client *c, const transfer *t, uint64_t bytes)
{
    const double seconds = (double)number(t->easy, CURLINFO_TOTAL_TIME_T) / 1e6;
    if (bytes > c->meter.small_bytes && seconds > 0 && 8 * (double)bytes / seconds < c->link_state.bits_per_s / 2) client_link(c, bytes, seconds);
}

void client_ended(bonnet_client *c, transfer *t, CURLcode code, int64_t now)
{
    target *g = &c->targets[t->target];
    message_reply reply = {0, 0, false};
    char line[MESSAGE_LINE] = "";
    int32_t *logits = malloc(g->want.classes * sizeof *logits);
    long status = 0, made = 0;
    uint32_t why = code == CURLE_OK ? BONNET_WHY_NONE : why_of(code);
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &made);
    const int64_t header = code == CURLE_OK && status == 200 ? json_length(t->easy) : -1;
    if (code == CURLE_OK && status == 200) { /* foreign bytes are read without the lock */
        if (header == -2 || !logits || !message_reply_read(&reply, logits, line, &g->model, &g->want, t->id, t->reply, t->filled, header))
            why = BONNET_WHY_GARBAGE;
    }
    pthread_mutex_lock(&c->lock);
    const uint64_t out = bytes_out(t), in = t->heads + t->filled;
    c->stats.connections += made > 0 ? (uint64_t)made : 0;
    c->stats.bytes_sent += out, c->stats.bytes_received += in;
    client_budget_spent(c, t, out);
    if (code != CURLE_OK) client_line(c, "%s", curl_easy_strerror(code));
    else if (status != 200) why = refused(c, t, status, now);
    else if (why == BONNET_WHY_GARBAGE) client_line(c, "%s", *line ? line : "the reply's header fields do not fit it");
    if (why == BONNET_WHY_NONE) {
        measured(c, t, &reply, out + in);
        upper_add(&t->plan->network, now - t->began);
    } else if (code == CURLE_OK && status == 503) measured_refusal(c, t, out + in);
    if (t->slot) { /* else its failure was counted when the wait for it ended */
        if (why == BONNET_WHY_NONE || code != CURLE_OK || why == BONNET_WHY_GARBAGE) breaker_result(&c->breaker, why == BONNET_WHY_NONE, now);
        t->slot->why = why;
        t->slot->replied = now;
        t->slot->reply = reply;
        t->slot->bytes_sent = out, t->slot->bytes_received = in;
        if (why == BONNET_WHY_NONE) memcpy(t->slot->logits, logits, g->want.classes * sizeof *logits);
        t->slot->state = why == BONNET_WHY_NONE ? SLOT_REPLIED : SLOT_FAILED;
        t->slot = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    free(logits);
}

void client_given_up(bonnet_client *c, transfer *t, int64_t now)
{
    const int s = client_socket(c, t->port);
    int unsent = 0;
    t->ended = false;
    if (s < 0 || ioctl(s, SIOCOUTQ, &unsent) != 0) return; /* still connecting, then */
    const uint64_t out = bytes_out(t),
                   carried = out > (uint64_t)unsent ? out - (uint64_t)unsent : 0; /* the kernel took `out`, the other side has not all of it */
    if (carried >= t->size || now <= t->began) return;                            /* the link carried it: the server was slow */
    if (carried > c->meter.small_bytes) client_link(c, carried, (double)(now - t->began) / 1e6);
}
