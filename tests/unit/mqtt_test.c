/* SPDX-License-Identifier: Apache-2.0 */
/* mqtt_test.c - messages for a broker that is not there, or hangs up again and again: from several threads, bounded, every one accounted for, an end in time. */
#include <arpa/inet.h>
#include <json-c/json.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "events.h"
#include "unit.h"

enum { POSTERS = 4, EACH = 3000 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A port of this machine's; nobody listens there until somebody does. */
static int port(int *number)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) || getsockname(fd, (struct sockaddr *)&at, &size)) abort();
    *number = ntohs(at.sin_port);
    return fd;
}

static events *opened(unit *u, int number, unsigned long qos)
{
    char url[64], message[EVENTS_LINE] = "";
    events *e = NULL;
    snprintf(url, sizeof url, "mqtt://127.0.0.1:%d/unit", number);
    const bonnet_status status = events_open(&e, message, &(events_options){.url = url, .qos = qos});
    UNIT(u, status == BONNET_OK && e, "a broker need not be there", "%s", message);
    return e;
}

static void post(events *e, size_t bytes)
{
    struct json_object *o = json_object_new_object();
    char *text = malloc(bytes + 1);
    memset(text, 'x', bytes);
    text[bytes] = 0;
    json_object_object_add(o, "text", json_object_new_string(text));
    free(text);
    events_post(e, bytes % 2 ? EVENTS_EVENT : EVENTS_RESULT, o);
}

static void *poster(void *of)
{
    for (size_t i = 0; i < EACH; i++) post(of, 1 + i % 300);
    return NULL;
}

static void from_all_sides(events *e)
{
    pthread_t thread[POSTERS];
    for (int i = 0; i < POSTERS; i++)
        if (pthread_create(&thread[i], NULL, poster, e)) abort();
    for (int i = 0; i < POSTERS; i++) pthread_join(thread[i], NULL);
}

static bool sums(const events_counts *c, uint64_t posted) { return c->posted == posted && c->posted == c->published + c->dropped + c->waiting; }

static void test_nobody(unit *u)
{
    int number;
    events_counts c;
    const int fd = port(&number);
    events *e = opened(u, number, unit_random(u) % 2);
    from_all_sides(e);
    events_counts_get(&c, e);
    UNIT(u, sums(&c, POSTERS * EACH), "all are accounted for", "%llu posted, %llu published, %llu dropped, %llu wait", (unsigned long long)c.posted,
         (unsigned long long)c.published, (unsigned long long)c.dropped, (unsigned long long)c.waiting);
    UNIT(u, c.waiting == EVENTS_WAITING && !c.connected && !c.published, "the newest wait", "%llu", (unsigned long long)c.waiting);
    for (int i = 0; i < 6; i++) post(e, 1 << 20);
    events_counts_get(&c, e);
    UNIT(u, sums(&c, POSTERS * EACH + 6) && c.waiting == 3, "as many as their bytes allow", "%llu", (unsigned long long)c.waiting);
    post(e, EVENTS_BYTES);
    events_counts_get(&c, e);
    UNIT(u, sums(&c, POSTERS * EACH + 7) && c.waiting == 3, "one that is larger than all is dropped, and no other", "%llu",
         (unsigned long long)c.waiting);
    const double start = seconds();
    events_close(e);
    UNIT(u, seconds() - start < 20, "the end comes", "after %.1f s", seconds() - start);
    close(fd);
}

/* Says that it takes each client, reads a little, and hangs up. */
static void *hang_up(void *of)
{
    const int fd = *(const int *)of;
    for (;;) {
        char some[4096];
        const int client = accept(fd, NULL, NULL);
        if (client < 0) return NULL;
        struct pollfd p = {.fd = client, .events = POLLIN};
        if (read(client, some, sizeof some) > 0 && write(client, "\x20\x02\0\0", 4) == 4)
            for (int i = 0; i < 3 && poll(&p, 1, 1000) > 0 && read(client, some, sizeof some) > 0; i++) {}
        close(client);
    }
}

static void test_hangs_up(unit *u, unsigned long qos)
{
    int number;
    pthread_t broker;
    events_counts c;
    int fd = port(&number);
    if (listen(fd, 16) || pthread_create(&broker, NULL, hang_up, &fd)) abort();
    events *e = opened(u, number, qos);
    uint64_t posted = 0;
    for (const double start = seconds(); events_counts_get(&c, e), c.connections < 3 && seconds() < start + 60; usleep(20000)) {
        from_all_sides(e);
        posted += POSTERS * EACH;
    }
    events_counts_get(&c, e);
    UNIT(u, c.connections >= 3, "it comes back", "%llu times in a minute, QoS %lu", (unsigned long long)c.connections, qos);
    UNIT(u, sums(&c, posted), "all are accounted for", "QoS %lu: %llu posted, %llu published, %llu dropped, %llu wait", qos,
         (unsigned long long)c.posted, (unsigned long long)c.published, (unsigned long long)c.dropped, (unsigned long long)c.waiting);
    UNIT(u, qos ? !c.published : c.published > 0, "published is what the socket took, or the broker has", "%llu with QoS %lu",
         (unsigned long long)c.published, qos);
    events_close(e);
    shutdown(fd, SHUT_RDWR);
    pthread_join(broker, NULL);
    close(fd);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "mqtt", 1, 1);
    events_counts c;
    test_nobody(&u);
    test_hangs_up(&u, 0);
    test_hangs_up(&u, 1);
    events_post(NULL, EVENTS_EVENT, json_object_new_object());
    events_counts_get(&c, NULL);
    UNIT(&u, !c.posted, "nothing without events", "%llu", (unsigned long long)c.posted);
    events_close(NULL);
    return unit_end(&u);
}
