/* SPDX-License-Identifier: Apache-2.0 */
/* events.c - the queue before the broker: bounded, the oldest goes first; begin and end. */
#include <errno.h>
#include <json-c/json.h>
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "room.h"

enum { END_MS = 1500 }; /* of the thread; longer: a look-up of the broker's name hangs */

static void poke(events *e)
{
    const uint64_t one = 1;
    if (write(e->wake, &one, sizeof one) < 0) return; /* an eventfd that is full wakes as well */
}

/* With the lock. */
static events_message shift(events *e)
{
    const events_message gone = e->ring[e->first];
    e->first = (e->first + 1) % EVENTS_WAITING;
    e->length--;
    e->bytes -= gone.bytes;
    return gone;
}

void events_post(events *e, events_kind kind, struct json_object *object)
{
    struct timespec now;
    char time[32];
    if (!e) {
        json_object_put(object);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(time, sizeof time, "%lld.%03ld", (long long)now.tv_sec, now.tv_nsec / 1000000);
    json_object_object_add(object, "time", json_object_new_double_s((double)now.tv_sec, time));
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    char *copy = text ? strdup(text) : NULL;
    json_object_put(object);
    const events_message m = {copy, copy ? strlen(copy) : 0, kind};
    char *old[EVENTS_WAITING];
    size_t dropped = 0;
    pthread_mutex_lock(&e->lock);
    e->counts.posted++;
    const bool fits = copy && m.bytes <= EVENTS_BYTES;
    while (fits && (e->length == EVENTS_WAITING || e->bytes + m.bytes > EVENTS_BYTES)) old[dropped++] = shift(e).text;
    if (fits) {
        e->ring[(e->first + e->length++) % EVENTS_WAITING] = m;
        e->bytes += m.bytes;
        e->counts.waiting++;
    } else e->counts.dropped++;
    e->counts.waiting -= dropped;
    e->counts.dropped += dropped;
    pthread_mutex_unlock(&e->lock);
    for (size_t i = 0; i < dropped; i++) free(old[i]);
    if (fits) poke(e);
    else free(copy);
}

bool events_take(events_message *out, events *e)
{
    pthread_mutex_lock(&e->lock);
    const bool some = e->length > 0;
    if (some) *out = shift(e);
    pthread_mutex_unlock(&e->lock);
    return some;
}

void events_settle(events *e, uint32_t published, uint32_t dropped)
{
    pthread_mutex_lock(&e->lock);
    e->counts.published += published;
    e->counts.dropped += dropped;
    e->counts.waiting -= published + dropped;
    pthread_mutex_unlock(&e->lock);
}

void events_counts_get(events_counts *out, events *e)
{
    memset(out, 0, sizeof *out);
    if (!e) return;
    pthread_mutex_lock(&e->lock);
    *out = e->counts;
    pthread_mutex_unlock(&e->lock);
}

static void discard(events *e)
{
    events_message m;
    while (events_take(&m, e)) free(m.text);
    if (e->m) mosquitto_destroy(e->m); /* the thread never ran */
    if (e->wake >= 0) close(e->wake);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

bonnet_status events_open(events **out, char message[EVENTS_LINE], const events_options *options)
{
    events *e = calloc(1, sizeof *e);
    if (!e) return events_wrong(message, BONNET_ENOMEM, "out of memory");
    pthread_mutex_init(&e->lock, NULL);
    e->qos = options->qos;
    e->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bonnet_status status = e->wake < 0 ? events_wrong(message, BONNET_EIO, "no eventfd: %s", strerror(errno)) : BONNET_OK;
    if (status == BONNET_OK) status = events_address_read(&e->to, message, options);
    if (status == BONNET_OK) status = events_client(e, message, options);
    if (status == BONNET_OK && pthread_create(&e->thread, NULL, events_thread, e) != 0)
        status = events_wrong(message, BONNET_ENOMEM, "cannot start a thread");
    if (status == BONNET_OK) *out = e;
    else discard(e);
    return status;
}

void events_close(events *e)
{
    struct timespec until;
    if (!e) return;
    pthread_mutex_lock(&e->lock);
    e->quit = true;
    pthread_mutex_unlock(&e->lock);
    poke(e);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += END_MS / 1000, until.tv_nsec += END_MS % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    if (pthread_timedjoin_np(e->thread, NULL, &until) == 0) discard(e);
    else pthread_detach(e->thread); /* and it keeps what it uses: the program is about to end */
}
