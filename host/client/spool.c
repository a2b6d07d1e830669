/* SPDX-License-Identifier: Apache-2.0 */
/* spool.c - the spool while a process has it: opened under a lock, a bounded queue, a thread that writes and makes room. */
#include "spool.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void destroy(bonnet_spool *s)
{
    for (; s->queue && s->waiting; s->waiting--) {
        free(s->queue[s->first].data);
        s->first = (s->first + 1) % s->o.queue;
    }
    free(s->queue), free(s->held);
    if (s->lock_file >= 0) close(s->lock_file); /* and with it the lock */
    if (s->at >= 0) close(s->at);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void disk_failed(bonnet_spool *s, int why)
{
    pthread_mutex_lock(&s->lock);
    s->stats.dropped_disk++;
    snprintf(s->stats.line, sizeof s->stats.line, "an example was dropped: %s", strerror(why));
    pthread_mutex_unlock(&s->lock);
}

/* Others may have removed examples: what is there now. */
static void look_again(bonnet_spool *s)
{
    bonnet_spool_list l;
    if (spool_scan(&l, s->at) != 0) return;
    const size_t n = l.count < s->o.examples ? l.count : s->o.examples;
    if (n) memcpy(s->held, l.example + (l.count - n), n * sizeof *s->held);
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++) bytes += s->held[i].bytes;
    bonnet_spool_list_free(&l);
    pthread_mutex_lock(&s->lock);
    s->stats.examples = (uint32_t)n, s->stats.bytes = bytes;
    pthread_mutex_unlock(&s->lock);
}

static bool fits(const bonnet_spool *s, uint64_t bytes) { return s->stats.examples < s->o.examples && s->stats.bytes + bytes <= s->o.bytes; }

/* The one that goes first. */
static uint32_t easiest(const bonnet_spool *s)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < s->stats.examples; i++) {
        const bool first = s->o.keep == BONNET_SPOOL_NEWEST ? s->held[i].id < s->held[least].id : bonnet_spool_harder(&s->held[least], &s->held[i]);
        if (first) least = i;
    }
    return least;
}

/* Those that would go before it take enough with them. */
static bool can_make_room(const bonnet_spool *s, const bonnet_spool_example *e)
{
    uint64_t bytes = s->stats.bytes;
    uint32_t examples = s->stats.examples;
    for (uint32_t i = 0; i < s->stats.examples; i++)
        if (s->o.keep == BONNET_SPOOL_NEWEST || !bonnet_spool_harder(&s->held[i], e)) bytes -= s->held[i].bytes, examples--;
    return examples < s->o.examples && bytes + e->bytes <= s->o.bytes;
}

/* false: too much of what is there is harder, or there is no room for as much at all; nothing was removed. */
static bool make_room(bonnet_spool *s, const bonnet_spool_example *e)
{
    if (!fits(s, e->bytes)) look_again(s);
    if (!can_make_room(s, e)) return false;
    while (!fits(s, e->bytes)) {
        const uint32_t i = easiest(s);
        spool_erase(s->at, &s->held[i]);
        pthread_mutex_lock(&s->lock);
        s->stats.bytes -= s->held[i].bytes;
        s->held[i] = s->held[--s->stats.examples];
        s->stats.evicted++;
        pthread_mutex_unlock(&s->lock);
    }
    return true;
}

static void keep(bonnet_spool *s, spool_item *item)
{
    bonnet_spool_example *e = &item->example;
    uint8_t header[SPOOL_HEADER];
    const size_t head = e->what == BONNET_SPOOL_PICTURE ? SPOOL_HEADER : 0;
    if (head) spool_npy_header(header, e);
    e->id = s->next_id, e->bytes = head + item->size;
    if (!make_room(s, e)) {
        pthread_mutex_lock(&s->lock);
        s->stats.dropped_easy++;
        pthread_mutex_unlock(&s->lock);
        return;
    }
    spool_sha256(e->sha256, header, head, item->data, item->size);
    const int why = spool_store(s->at, e, item->data, item->size);
    if (why) {
        disk_failed(s, why);
        return;
    }
    s->next_id++;
    pthread_mutex_lock(&s->lock);
    s->held[s->stats.examples++] = *e;
    s->stats.bytes += e->bytes;
    s->stats.kept++, s->stats.last_id = e->id;
    pthread_mutex_unlock(&s->lock);
}

static void *writer(void *argument)
{
    bonnet_spool *s = argument;
    pthread_mutex_lock(&s->lock);
    while (!s->gone) {
        if (!s->waiting && s->quit) break;
        if (!s->waiting) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        spool_item item = s->queue[s->first]; /* its place is not free before it is on the disk */
        pthread_mutex_unlock(&s->lock);
        keep(s, &item);
        free(item.data);
        pthread_mutex_lock(&s->lock);
        s->first = (s->first + 1) % s->o.queue, s->waiting--, s->waiting_bytes -= item.size, s->done++;
        pthread_cond_broadcast(&s->changed);
    }
    const bool gone = s->gone;
    s->ended = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (gone) destroy(s);
    return NULL;
}

static bonnet_status complain(const bonnet_spool_options *o, bonnet_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bonnet_status complain(const bonnet_spool_options *o, bonnet_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (o->message && o->message_bytes) vsnprintf(o->message, o->message_bytes, format, arguments);
    va_end(arguments);
    return status;
}

/* The folder, locked, read and repaired. */
static bonnet_status take(bonnet_spool *s)
{
    const bonnet_spool_options *o = &s->o;
    bonnet_spool_list l = {0};
    if (mkdir(o->folder, 0700) != 0 && errno != EEXIST) return complain(o, BONNET_EIO, "spool %.150s: %s", o->folder, strerror(errno));
    s->at = open(o->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->at >= 0) s->lock_file = openat(s->at, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->at < 0 || s->lock_file < 0) return complain(o, BONNET_EIO, "spool %.150s: %s", o->folder, strerror(errno));
    if (flock(s->lock_file, LOCK_EX | LOCK_NB) != 0)
        return complain(o, BONNET_EIO,
                        errno == EWOULDBLOCK ? "spool %.150s: another process writes to it; give each its own folder"
                                             : "spool %.150s: it cannot be locked",
                        o->folder);
    const int why = spool_scan(&l, s->at);
    if (why) return complain(o, why == ENOMEM ? BONNET_ENOMEM : BONNET_EIO, "spool %.150s: %s", o->folder, strerror(why));
    s->stats.repaired = spool_repair(s->at, &l);
    s->next_id = l.count ? l.example[l.count - 1].id + 1 : 1;
    bonnet_spool_list_free(&l);
    look_again(s);
    return BONNET_OK;
}

bonnet_status bonnet_spool_open(bonnet_spool **out, const bonnet_spool_options *options)
{
    bonnet_spool_options o = BONNET_SPOOL_OPTIONS_INIT;
    if (!out || !options || options->size < sizeof o || !options->folder || !*options->folder) return BONNET_EINVAL;
    o = *options;
    if (!o.bytes) o.bytes = UINT64_C(256) << 20;
    if (!o.examples) o.examples = 10000;
    if (!o.queue) o.queue = 32;
    if (!o.queue_bytes) o.queue_bytes = UINT64_C(8) << 20;
    if (!o.close_us) o.close_us = 5000000;
    if (o.examples > BONNET_SPOOL_MAX_EXAMPLES || o.queue > 4096 || o.keep > BONNET_SPOOL_NEWEST || o.close_us > UINT64_C(3600000000))
        return complain(&o, BONNET_EINVAL, "spool: at most %d examples, a queue of at most 4096", BONNET_SPOOL_MAX_EXAMPLES);
    bonnet_spool *s = calloc(1, sizeof *s);
    if (!s) return complain(&o, BONNET_ENOMEM, "spool: out of memory");
    pthread_condattr_t monotonic;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    s->o = o, s->at = s->lock_file = -1;
    s->queue = calloc(o.queue, sizeof *s->queue), s->held = calloc(o.examples, sizeof *s->held);
    bonnet_status status = s->queue && s->held ? take(s) : complain(&o, BONNET_ENOMEM, "spool: out of memory");
    if (status == BONNET_OK && pthread_create(&s->thread, NULL, writer, s) != 0) status = complain(&o, BONNET_ENOMEM, "spool: no thread");
    s->o.folder = NULL, s->o.message = NULL;
    if (status != BONNET_OK) destroy(s);
    else *out = s;
    return status;
}

bonnet_status bonnet_spool_put(bonnet_spool *s, const bonnet_spool_example *example, const void *data, size_t size)
{
    struct timespec now;
    if (!s || !example || !data || !size || size > BONNET_SPOOL_MAX_BYTES || !isfinite(example->confidence)) return BONNET_EINVAL;
    bonnet_spool_example e = *example;
    if (e.what > BONNET_SPOOL_PICTURE || (e.what == BONNET_SPOOL_PICTURE && spool_picture_bytes(&e) != size)) return BONNET_EINVAL;
    if (e.what == BONNET_SPOOL_MAP) e.height = e.width = e.planes = e.pixels_signed = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    e.time_s = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    pthread_mutex_lock(&s->lock);
    s->stats.put++;
    void *copy = s->waiting < s->o.queue && s->waiting_bytes + size <= s->o.queue_bytes ? malloc(size) : NULL;
    if (copy) {
        memcpy(copy, data, size);
        s->queue[(s->first + s->waiting++) % s->o.queue] = (spool_item){e, copy, size};
        s->waiting_bytes += size;
        pthread_cond_broadcast(&s->changed);
    } else s->stats.dropped_queue++, s->done++;
    pthread_mutex_unlock(&s->lock);
    return BONNET_OK;
}

/* With the lock. */
static bool wait_until(bonnet_spool *s, const struct timespec *at, const bool *flag, uint64_t done)
{
    while (flag ? !*flag : s->done < done)
        if (pthread_cond_timedwait(&s->changed, &s->lock, at) != 0) return false;
    return true;
}

static struct timespec from_now(uint64_t us)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    const uint64_t ns = (uint64_t)t.tv_nsec + us % 1000000 * 1000;
    return (struct timespec){t.tv_sec + (time_t)(us / 1000000 + ns / 1000000000), (long)(ns % 1000000000)};
}

bonnet_status bonnet_spool_sync(bonnet_spool *s, uint64_t timeout_us)
{
    if (!s || timeout_us > UINT64_C(3600000000)) return BONNET_EINVAL;
    const struct timespec at = from_now(timeout_us);
    pthread_mutex_lock(&s->lock);
    const bool done = wait_until(s, &at, NULL, s->stats.put);
    pthread_mutex_unlock(&s->lock);
    return done ? BONNET_OK : BONNET_ETIMEOUT;
}

bonnet_status bonnet_spool_stats_get(bonnet_spool_stats *out, bonnet_spool *s)
{
    if (!out || !s) return BONNET_EINVAL;
    pthread_mutex_lock(&s->lock);
    *out = s->stats;
    pthread_mutex_unlock(&s->lock);
    return BONNET_OK;
}

void bonnet_spool_close(bonnet_spool *s)
{
    if (!s) return;
    const struct timespec at = from_now(s->o.close_us);
    const pthread_t thread = s->thread;
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    pthread_cond_broadcast(&s->changed);
    const bool ended = wait_until(s, &at, &s->ended, 0);
    s->gone = !ended;
    pthread_mutex_unlock(&s->lock);
    if (ended) {
        pthread_join(thread, NULL);
        destroy(s);
    } else pthread_detach(thread);
}
