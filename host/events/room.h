/* SPDX-License-Identifier: Apache-2.0 */
/* room.h - within the room: the queue that all threads fill (events.c), and the thread that empties it (mqtt.c). */
#ifndef BONNET_EVENTS_ROOM_H
#define BONNET_EVENTS_ROOM_H
#include <pthread.h>
#include "events.h"

struct mosquitto;

enum { EVENTS_TOPIC = 200, EVENTS_HOST = 256 };
typedef struct events_address { char host[EVENTS_HOST], topic[EVENTS_TOPIC]; int port; bool tls; } events_address;
typedef struct events_message { char *text; size_t bytes; events_kind kind; } events_message;

struct events {
    events_address to;
    unsigned long qos;
    int wake;                  /* eventfd: something to publish, or the end */
    pthread_t thread;

    pthread_mutex_t lock;      /* of the rest of this part; held for moments */
    events_message ring[EVENTS_WAITING];
    size_t first, length, bytes;
    events_counts counts;      /* its `waiting`: with those that the thread has in hand */
    bool quit;

    struct mosquitto *m;       /* from here on: the thread's */
    uint32_t in_flight;        /* given to the library, not yet published */
    int status_mid;            /* of our last word about ourselves; 0: none is on its way */
    bool online, refused, told; /* the broker took us; did not; we said so */
    int64_t since, next, pause; /* microseconds: of the attempt; of the next one; until the one behind it */
    uint32_t chance;
    char why[160];             /* the broker is away, as said last on stderr; "": it is there */
};

/* address.c */
bonnet_status events_wrong(char message[EVENTS_LINE], bonnet_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
bonnet_status events_address_read(events_address *out, char message[EVENTS_LINE], const events_options *o);
/* User and password into m. */
bonnet_status events_login(struct mosquitto *m, char message[EVENTS_LINE], const char *path);

/* events.c */
bool events_take(events_message *out, events *e); /* false: nothing waits. out->text: free() */
void events_settle(events *e, uint32_t published, uint32_t dropped); /* what was taken */

/* mqtt.c */
bonnet_status events_client(events *e, char message[EVENTS_LINE], const events_options *o); /* e->m, ready to connect */
void *events_thread(void *of);
#endif
