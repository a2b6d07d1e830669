/* SPDX-License-Identifier: Apache-2.0 */
/* linkem_way.c - one way of an emulated link. */
#include "linkem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool way_open(way *w, uint64_t seed)
{
    *w = (way){.rate = INFINITY, .queue = 1 << 20, .scale = 1, .speed = 1, .random = seed, .ring = calloc(WAY_PACKETS, sizeof(way_packet))};
    return w->ring != NULL;
}

void way_close(way *w)
{
    bonnet_link_trace_free(&w->trace);
    free(w->ring);
}

/* 0..1, splitmix64 */
static double chance(way *w)
{
    uint64_t z = w->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static bool read_trace(way *w, const char *path, int64_t now)
{
    FILE *f = strcmp(path, "none") ? fopen(path, "rb") : NULL;
    bonnet_link_trace t = {0};
    char *text = f ? malloc(1 << 24) : NULL;
    const size_t bytes = text ? fread(text, 1, 1 << 24, f) : 0;
    const bool good = !strcmp(path, "none") || (text && bonnet_link_trace_read(&t, text, bytes, BONNET_LINK_GUESS, NULL, 0) == BONNET_OK);
    if (f) fclose(f);
    free(text);
    if (!good) return false;
    bonnet_link_trace_free(&w->trace);
    w->trace = t;
    w->trace_from = now;
    return true;
}

static bool set_one(way *w, const char *key, const char *value, int64_t now)
{
    char *end;
    if (!strcmp(key, "trace")) return read_trace(w, value, now);
    if (!strcmp(key, "rate") && !strcmp(value, "none")) return w->rate = INFINITY, read_trace(w, "none", now);
    const double v = strtod(value, &end), unit = *end == 'k' ? 1e3 : *end == 'M' ? 1e6 : 1;
    if (end == value || !isfinite(v) || v < 0 || end[*end == 'k' || *end == 'M'] || v > 1e12) return false;
    if (!strcmp(key, "rate")) return w->rate = v * unit, read_trace(w, "none", now);
    if (!strcmp(key, "queue")) return w->queue = (size_t)v, true;
    if (!strcmp(key, "delay")) return w->delay = (int64_t)(v * 1e6), true;
    if (!strcmp(key, "jitter")) return w->jitter = (int64_t)(v * 1e6), true;
    if (!strcmp(key, "loss")) return w->loss = v / 100, v <= 100;
    if (!strcmp(key, "scale")) return w->scale = v, true;
    if (!strcmp(key, "speed")) return w->speed = v, v > 0;
    return false;
}

bool way_set(way *w, char *words, int64_t now, const char **bad)
{
    char *rest = words;
    for (char *word; (word = strtok_r(rest, " \t\n", &rest)) != NULL;) {
        char *equals = strchr(word, '=');
        *bad = word;
        if (!equals) return false;
        *equals = '\0';
        if (!set_one(w, word, equals + 1, now)) return false;
    }
    return true;
}

/* The rate now, and when it may be another one. A trace begins again at its end. */
static double rate_at(const way *w, int64_t now, int64_t *until)
{
    *until = WAY_NEVER;
    if (!w->trace.samples) return w->rate;
    const bonnet_link_sample *s = w->trace.samples;
    const size_t n = w->trace.count;
    const double step = n > 1 ? (s[n - 1].at_s - s[0].at_s) / (double)(n - 1) : 1, length = s[n - 1].at_s - s[0].at_s + (step > 0 ? step : 1);
    const double at = fmod(1e-9 * (double)(now - w->trace_from) * w->speed, length);
    size_t low = 0, high = n; /* the last sample that has begun */
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (s[middle].at_s - s[0].at_s <= at) low = middle;
        else high = middle;
    }
    const double end = low + 1 < n ? s[low + 1].at_s - s[0].at_s : length;
    *until = now + (int64_t)(1e9 * (end - at) / w->speed) + 1;
    return s[low].bits_per_s * w->scale;
}

static uint32_t next_of(uint32_t i) { return i + 1 == WAY_PACKETS ? 0 : i + 1; }

void way_take(way *w, const uint8_t *data, uint32_t bytes, int64_t now)
{
    w->in++;
    if (w->loss > 0 && chance(w) < w->loss) w->lost++;
    else if (bytes > WAY_PACKET || next_of(w->tail) == w->head || w->waiting + bytes > w->queue) w->full++;
    else {
        way_packet *p = &w->ring[w->tail];
        p->at = now;
        p->bytes = bytes;
        memcpy(p->data, data, bytes);
        w->waiting += bytes;
        w->tail = next_of(w->tail);
    }
}

/* Packets whose turn it is go to the line. The caller may be late: the line begins when it could have. */
static int64_t serve(way *w, int64_t now)
{
    int64_t until;
    while (w->served != w->tail && w->free_at <= now) {
        way_packet *p = &w->ring[w->served];
        const double rate = rate_at(w, now, &until);
        if (!(rate > 0)) return w->stalled = true, until;
        if (w->stalled) w->free_at = now, w->stalled = false; /* what could not be sent meanwhile is not made up for */
        const int64_t start = w->free_at > p->at ? w->free_at : p->at;
        w->free_at = start + (int64_t)(8e9 * p->bytes / rate);
        p->at = w->free_at + w->delay +
                (w->jitter ? (int64_t)((double)w->jitter * (2 * chance(w) - 1)) : 0); /* nobody overtakes the one before, however late it is */
        w->waiting -= p->bytes;
        w->served = next_of(w->served);
    }
    return w->served != w->tail ? w->free_at : WAY_NEVER;
}

int64_t way_next(way *w, int64_t now)
{
    const int64_t line = serve(w, now), due = w->head != w->served ? w->ring[w->head].at : WAY_NEVER;
    return line < due ? line : due;
}

const way_packet *way_due(way *w, int64_t now)
{
    serve(w, now);
    return w->head != w->served && w->ring[w->head].at <= now ? &w->ring[w->head] : NULL;
}

void way_sent(way *w, bool accepted)
{
    if (accepted) w->out++, w->bytes += w->ring[w->head].bytes;
    else w->refused++;
    w->head = next_of(w->head);
}
