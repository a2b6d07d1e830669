/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h - results and events to an MQTT broker, for whoever listens there (docs/mqtt.md). What is posted waits in a bounded queue for a thread of the
 * room's own, which alone talks to the broker: a broker that is slow, away, or refuses costs messages, which are counted, and nothing else.
 * Threads: post and counts from any; open and close from one.
 */
#ifndef BONNET_EVENTS_H
#define BONNET_EVENTS_H
#include <stdbool.h>
#include <stdint.h>
#include "bonnet.h"

struct json_object;

enum {
    EVENTS_LINE = 512,
    EVENTS_WAITING = 1024,     /* messages that wait; the oldest goes when one more comes */
    EVENTS_BYTES = 4 << 20     /* of them together */
};

/* Zero, NULL: not given. */
typedef struct events_options {
    const char *url;           /* mqtt://HOST[:PORT]/TOPIC, mqtts: by TLS */
    const char *login;         /* file: a line with the user's name, a line with the password; nobody else's to read */
    const char *ca, *cert, *key; /* PEM files: who may have signed the broker's certificate (default: the system's list); who we are */
    unsigned long qos;         /* 0: sent once; 1: until the broker has it, maybe twice */
    bool insecure;             /* mqtt: to another machine: neither the broker nor we are known, and everybody on the way can read */
} events_options;

typedef enum events_kind { EVENTS_RESULT, EVENTS_EVENT, EVENTS_KINDS } events_kind; /* TOPIC/results, TOPIC/events */

/* posted = published + dropped + waiting. */
typedef struct events_counts {
    bool connected;
    uint64_t posted, published, dropped, waiting; /* published: QoS 0: the socket took it; 1: the broker said that it has it */
    uint64_t connections;      /* made */
} events_counts;

/*
 * The broker need not be there. BONNET_EINVAL, BONNET_EIO: options or files that cannot work, a line says which. *out: events_close(). Signals that are to be
 * handled elsewhere must be blocked before, as for any thread. mosquitto's library is set up once and stays so.
 */
typedef struct events events;
bonnet_status events_open(events **out, char message[EVENTS_LINE], const events_options *options);
/* The object goes out as text, with "time" (seconds since 1970) added, and is freed. e NULL: only freed. Never waits for the broker. */
void events_post(events *e, events_kind kind, struct json_object *object);
void events_counts_get(events_counts *out, events *e); /* e NULL: zeros */
/* Half a second for what waits and for "offline"; at most a second more if the network hangs. NULL is a no-op. */
void events_close(events *e);
#endif
