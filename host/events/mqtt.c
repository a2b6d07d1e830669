/* SPDX-License-Identifier: Apache-2.0 */
/* mqtt.c - the thread that talks to the broker: connects, again and again if it must, hands over what waits, says "online" and "offline". */
#include <errno.h>
#include <json-c/json.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "room.h"

enum {
    IN_FLIGHT = 32, /* messages that the library has at once */
    KEEPALIVE_S = 15,
    ANSWER_US = 10000000, /* from an attempt to the broker's first word */
    PAUSE_US = 250000,
    PAUSE_MOST_US = 15000000, /* between attempts: the first one; doubled up to */
    FAREWELL_US = 500000,     /* at the end */
    GATHER_US = 5000,         /* after messages: others that come meanwhile go together, and wake this thread once */
    LOOK_US = 500000          /* the library wants to see the clock now and then */
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A line of JSON on stderr when the broker comes and goes. */
static void say(events *e, const char *why)
{
    if (!strcmp(e->why, why) && (*why || e->told)) return;
    struct json_object *o = json_object_new_object();
    e->told = true;
    snprintf(e->why, sizeof e->why, "%s", why);
    json_object_object_add(o, "event", json_object_new_string("mqtt"));
    json_object_object_add(o, "connected", json_object_new_boolean(!*why));
    json_object_object_add(o, "host", json_object_new_string(e->to.host));
    json_object_object_add(o, "port", json_object_new_int(e->to.port));
    if (*why) json_object_object_add(o, "error", json_object_new_string(why));
    fprintf(stderr, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

static void on_connect(struct mosquitto *m, void *of, int code)
{
    events *e = of;
    (void)m;
    e->online = code == 0;
    e->refused = code != 0;
    if (code) say(e, mosquitto_connack_string(code));
}

/* The socket took it, or the broker has it, by its QoS. */
static void on_publish(struct mosquitto *m, void *of, int mid)
{
    events *e = of;
    (void)m;
    if (mid == e->status_mid) {
        e->status_mid = 0;
        return;
    }
    if (!e->in_flight) return; /* a word about ourselves from before the connection broke */
    e->in_flight--;
    events_settle(e, 1, 0);
}

static const char *topic(char out[EVENTS_TOPIC + 16], const events *e, const char *leaf)
{
    snprintf(out, EVENTS_TOPIC + 16, "%s/%s", e->to.topic, leaf);
    return out;
}

/* Retained, so that whoever comes later sees it. */
static void status(events *e, const char *text)
{
    char to[EVENTS_TOPIC + 16];
    mosquitto_publish(e->m, &e->status_mid, topic(to, e, "status"), (int)strlen(text), text, 1, true);
}

static void set_connected(events *e, bool connected)
{
    pthread_mutex_lock(&e->lock);
    e->counts.connected = connected;
    e->counts.connections += connected;
    pthread_mutex_unlock(&e->lock);
}

/* No connection. What went out unconfirmed with QoS 0 is lost; with QoS 1 the library sends it again. */
static void lost(events *e, int error, int64_t now)
{
    if (!e->refused)
        say(e, error == MOSQ_ERR_ERRNO ? (errno ? strerror(errno) : "no connection") : error ? mosquitto_strerror(error) : "no answer in time");
    if (!e->qos) {
        events_settle(e, 0, e->in_flight);
        e->in_flight = 0;
    }
    set_connected(e, false);
    e->online = e->refused = false;
    e->chance = e->chance * 1664525u + 1013904223u;
    e->next = now + e->pause * (int64_t)(80 + (e->chance >> 16) % 41) / 100;
    e->pause = e->pause * 2 < PAUSE_MOST_US ? e->pause * 2 : PAUSE_MOST_US;
    e->since = 0;
}

static void attempt(events *e, int64_t now)
{
    e->since = now;
    const int error = mosquitto_connect_async(e->m, e->to.host, e->to.port, KEEPALIVE_S);
    if (error != MOSQ_ERR_SUCCESS && error != MOSQ_ERR_CONN_PENDING) lost(e, error, now);
}

/* From the queue to the library, as many as it may have. true: there were some. */
static bool hand_over(events *e)
{
    bool some = false;
    static const char *const leaf[EVENTS_KINDS] = {"results", "events"};
    char to[EVENTS_TOPIC + 16];
    events_message m;
    while (e->in_flight < IN_FLIGHT && events_take(&m, e)) {
        some = true;
        e->in_flight++;
        const int error = mosquitto_publish(e->m, NULL, topic(to, e, leaf[m.kind]), (int)m.bytes, m.text, (int)e->qos, false);
        free(m.text);
        if (error == MOSQ_ERR_SUCCESS) continue;
        e->in_flight--;
        events_settle(e, 0, 1);
        break; /* the connection: the next look at it says so */
    }
    return some;
}

/* Waits for the broker, the time, and where that is wanted the queue; lets the library read and write. */
static int serve(events *e, int64_t until, bool queue)
{
    const int64_t us = until - now_us();
    const int fd = e->since ? mosquitto_socket(e->m) : -1;
    struct pollfd p[2] = {{.fd = queue ? e->wake : -1, .events = POLLIN},
                          {.fd = fd, .events = (short)(POLLIN | (mosquitto_want_write(e->m) ? POLLOUT : 0))}};
    const struct timespec t = {us > 0 ? us / 1000000 : 0, us > 0 ? us % 1000000 * 1000 : 0};
    uint64_t count;
    int error = MOSQ_ERR_SUCCESS;
    if (ppoll(p, fd < 0 ? 1 : 2, &t, NULL) > 0 && p[0].revents && read(e->wake, &count, sizeof count) < 0) return error;
    if (fd < 0) return error;
    if (p[1].revents & (POLLIN | POLLHUP | POLLERR)) error = mosquitto_loop_read(e->m, 1);
    if (error == MOSQ_ERR_SUCCESS && p[1].revents & POLLOUT) error = mosquitto_loop_write(e->m, 1);
    if (error == MOSQ_ERR_SUCCESS) error = mosquitto_loop_misc(e->m);
    return error;
}

static bool quit(events *e)
{
    pthread_mutex_lock(&e->lock);
    const bool is = e->quit;
    pthread_mutex_unlock(&e->lock);
    return is;
}

/* What waits, then "offline", and a goodbye, without which the broker would send the will. */
static void farewell(events *e)
{
    const int64_t last = now_us() + FAREWELL_US;
    bool said = false;
    for (int64_t now; (now = now_us()) < last;) {
        hand_over(e);
        if (!said && !e->in_flight) status(e, "{\"status\":\"offline\",\"why\":\"stopped\"}"), said = true;
        if (said && !e->status_mid) break;
        if (serve(e, last, false) != MOSQ_ERR_SUCCESS) return;
    }
    if (!said) status(e, "{\"status\":\"offline\",\"why\":\"stopped\"}");
    mosquitto_disconnect(e->m);
    mosquitto_loop_write(e->m, 1);
}

void *events_thread(void *of)
{
    events *e = of;
    e->pause = PAUSE_US;
    e->chance = (uint32_t)now_us();
    for (bool greeted = false; !quit(e);) {
        const int64_t now = now_us();
        if (!e->since && now >= e->next) attempt(e, now), greeted = false;
        if (e->online && !greeted) {
            greeted = true;
            e->pause = PAUSE_US;
            set_connected(e, true);
            say(e, "");
            if (!e->status_mid) status(e, "{\"status\":\"online\"}"); /* else the library sends it again */
        }
        const bool some = e->online && hand_over(e);
        const int64_t look = now_us() + (some ? GATHER_US : LOOK_US), due = e->since ? look : e->next;
        const int error = serve(e, due < look ? due : look, !some);
        if (e->since && (error != MOSQ_ERR_SUCCESS || mosquitto_socket(e->m) < 0)) lost(e, error ? error : MOSQ_ERR_CONN_LOST, now_us());
        else if (e->since && !e->online && now_us() > e->since + ANSWER_US) lost(e, 0, now_us());
    }
    if (e->online) farewell(e);
    mosquitto_destroy(e->m);
    e->m = NULL;
    return NULL;
}

static bonnet_status by_tls(events *e, char message[EVENTS_LINE], const events_options *o)
{
    const char *const files[] = {o->ca, o->cert, o->key};
    for (int i = 0; i < 3; i++)
        if (files[i] && access(files[i], R_OK) != 0) return events_wrong(message, BONNET_EIO, "%.200s: %s", files[i], strerror(errno));
    int error = o->ca ? MOSQ_ERR_SUCCESS : mosquitto_int_option(e->m, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    if (error == MOSQ_ERR_SUCCESS) error = mosquitto_tls_set(e->m, o->ca, o->ca ? NULL : "/etc/ssl/certs", o->cert, o->key, NULL);
    return error == MOSQ_ERR_SUCCESS ? BONNET_OK : events_wrong(message, BONNET_EINVAL, "mqtts: %s", mosquitto_strerror(error));
}

bonnet_status events_client(events *e, char message[EVENTS_LINE], const events_options *o)
{
    static const char will[] = "{\"status\":\"offline\",\"why\":\"lost\"}";
    char to[EVENTS_TOPIC + 16];
    mosquitto_lib_init();
    e->m = mosquitto_new(NULL, true, e);
    if (!e->m) return events_wrong(message, BONNET_ENOMEM, "out of memory");
    mosquitto_connect_callback_set(e->m, on_connect);
    mosquitto_publish_callback_set(e->m, on_publish);
    bonnet_status status = BONNET_OK;
    if (mosquitto_will_set(e->m, topic(to, e, "status"), sizeof will - 1, will, 1, true) != MOSQ_ERR_SUCCESS)
        status = events_wrong(message, BONNET_EINVAL, "--mqtt: '%.80s' is no topic", e->to.topic);
    if (status == BONNET_OK && o->login) status = events_login(e->m, message, o->login);
    if (status == BONNET_OK && e->to.tls) status = by_tls(e, message, o);
    return status;
}
