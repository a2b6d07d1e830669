/* SPDX-License-Identifier: Apache-2.0 */
/* link_trace.c - recorded bandwidth: three formats of lines to samples, and the statistics of them. Foreign bytes: every number is checked, none is trusted. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "link.h"

enum { COLUMNS = 6, SLOW_STEP = 50 };
#define MOST_SECONDS 1e10

/* A decimal number, whatever the locale: text up to end or a blank. NULL: none, else behind it. */
static const char *number(double *out, const char *text, const char *end)
{
    uint64_t digits = 0;
    int exponent = 0, any = 0, point = 0, sign = 1, e = 0, e_sign = 1;
    if (text < end && (*text == '-' || *text == '+')) sign = *text++ == '-' ? -1 : 1;
    for (; text < end && ((*text >= '0' && *text <= '9') || (*text == '.' && !point)); text++) {
        if (*text == '.') {
            point = 1;
            continue;
        }
        any = 1;
        if (digits < UINT64_C(100000000000000000)) digits = 10 * digits + (uint64_t)(*text - '0'), exponent -= point;
        else exponent += !point; /* beyond 17 digits they say nothing more */
    }
    if (!any) return NULL;
    if (text < end && (*text == 'e' || *text == 'E')) {
        text++, any = 0;
        if (text < end && (*text == '-' || *text == '+')) e_sign = *text++ == '-' ? -1 : 1;
        for (; text < end && *text >= '0' && *text <= '9'; text++, any = 1)
            if (e < 1000) e = 10 * e + (*text - '0');
        if (!any) return NULL;
    }
    exponent += e_sign * e;
    /* by a power that is exact, the common case rounds once */
    *out = sign * (exponent < 0 && exponent >= -22 ? (double)digits / pow(10, -exponent) : (double)digits * pow(10, exponent));
    return text == end || *text == ' ' || *text == '\t' ? text : NULL;
}

/* The numbers of a line; 0: nothing in it, -1: something else. */
static int columns(double *column, const char *text, const char *end)
{
    int n = 0;
    while (end > text && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t')) end--;
    while (text < end && (*text == ' ' || *text == '\t')) text++;
    if (text == end || *text == '#') return 0;
    while (text < end) {
        if (n == COLUMNS || !(text = number(&column[n++], text, end))) return -1;
        while (text < end && (*text == ' ' || *text == '\t')) text++;
    }
    return n;
}

/* A line's numbers as time and rate in the units of the file; NULL, or what is wrong with it. */
static const char *sample_of(bonnet_link_sample *out, const double *column, int n, int wanted)
{
    if (n != wanted) return wanted == 2 ? "two numbers are wanted, time and rate" : "six numbers are wanted: ms, ms, latitude, longitude, bytes, ms";
    if (n == 2) *out = (bonnet_link_sample){column[0], column[1]};
    else if (!(column[5] >= 1 && column[5] <= 1e9 && column[4] >= 0)) return "bytes below 0, or a time for them outside of 1 ms to 10^9 ms";
    else *out = (bonnet_link_sample){column[1] / 1000, column[4] * 8 / column[5] * 1000};
    if (!(out->at_s >= 0 && out->at_s <= MOST_SECONDS * 1000)) return "a time below 0 or out of range";
    if (!(out->bits_per_s >= 0 && out->bits_per_s <= LINK_MAX_BITS_PER_S)) return "a rate below 0 or above 10^12 bit/s";
    return NULL;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Two columns: seconds or milliseconds? By the median step. */
static bonnet_status guess(uint32_t *format, const bonnet_link_sample *s, size_t count, bonnet_error *err)
{
    double *step = malloc(count * sizeof *step);
    if (!step) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    for (size_t i = 1; i < count; i++) step[i - 1] = s[i].at_s - s[i - 1].at_s;
    qsort(step, count - 1, sizeof *step, ascending);
    *format = count > 1 && step[(count - 1) / 2] >= SLOW_STEP ? BONNET_LINK_MILLIS : BONNET_LINK_SECONDS;
    free(step);
    return BONNET_OK;
}

/* Room for one more sample. */
static bonnet_status grow(bonnet_link_trace *t, size_t *room, bonnet_error *err)
{
    if (t->count < *room) return BONNET_OK;
    if (t->count == BONNET_LINK_MAX_SAMPLES) return bonnet_fail(err, BONNET_EFORMAT, "more than %d samples", BONNET_LINK_MAX_SAMPLES);
    const size_t more = *room ? 2 * *room : 1024;
    bonnet_link_sample *samples = realloc(t->samples, (*room = more < BONNET_LINK_MAX_SAMPLES ? more : BONNET_LINK_MAX_SAMPLES) * sizeof *samples);
    if (!samples) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    t->samples = samples;
    return BONNET_OK;
}

static bonnet_status read_lines(bonnet_link_trace *t, const char *text, size_t bytes, bonnet_error *err)
{
    const char *end = text + bytes;
    int wanted = t->format == BONNET_LINK_REPORT ? COLUMNS : t->format == BONNET_LINK_GUESS ? 0 : 2;
    size_t room = 0;
    bonnet_status status = BONNET_OK;
    for (size_t line = 1; text < end && status == BONNET_OK; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        double column[COLUMNS];
        const int n = columns(column, text, stop ? stop : end);
        text = stop ? stop + 1 : end;
        if (n == 0) continue;
        if (!wanted) wanted = n == COLUMNS ? COLUMNS : 2;
        status = grow(t, &room, err);
        if (status != BONNET_OK) break;
        bonnet_link_sample *s = &t->samples[t->count];
        const char *wrong = n < 0 ? "numbers are wanted, two or six" : sample_of(s, column, n, wanted);
        if (!wrong && t->count && s->at_s < s[-1].at_s) wrong = "time goes back";
        if (wrong) status = bonnet_fail(err, BONNET_EFORMAT, "line %zu: %s", line, wrong);
        else t->count++;
    }
    if (status == BONNET_OK && !t->count) return bonnet_fail(err, BONNET_EFORMAT, "no sample in it");
    if (status == BONNET_OK && t->format == BONNET_LINK_GUESS) {
        if (wanted == COLUMNS) t->format = BONNET_LINK_REPORT;
        else status = guess(&t->format, t->samples, t->count, err);
    }
    return status;
}

/* To seconds and bit/s. */
static bonnet_status convert(bonnet_link_trace *t, bonnet_error *err)
{
    if (t->format == BONNET_LINK_REPORT) return BONNET_OK;
    const int millis = t->format == BONNET_LINK_MILLIS;
    for (size_t i = 0; i < t->count; i++) {
        bonnet_link_sample *s = &t->samples[i];
        if (millis) s->at_s /= 1000;
        s->bits_per_s *= millis ? 1e3 : 1e6;
        if (s->bits_per_s > LINK_MAX_BITS_PER_S || s->at_s > MOST_SECONDS)
            return bonnet_fail(err, BONNET_EFORMAT, "sample %zu: a time or a rate above 10^12 bit/s that is out of range", i + 1);
    }
    return BONNET_OK;
}

bonnet_status bonnet_link_trace_read(bonnet_link_trace *out, const char *text, size_t bytes, uint32_t format, char *message, size_t message_bytes)
{
    bonnet_link_trace t = {.format = format};
    bonnet_error err = {""};
    bonnet_status status = BONNET_OK;
    if (!out || (!text && bytes) || format > BONNET_LINK_MILLIS) status = bonnet_fail(&err, BONNET_EINVAL, "no text, or no format %u", format);
    if (status == BONNET_OK) status = read_lines(&t, text, bytes, &err);
    if (status == BONNET_OK) status = convert(&t, &err);
    if (status == BONNET_OK) *out = t;
    else free(t.samples);
    if (status != BONNET_OK && message && message_bytes) snprintf(message, message_bytes, "%s", err.text);
    return status;
}

void bonnet_link_trace_free(bonnet_link_trace *trace)
{
    if (!trace) return;
    free(trace->samples);
    *trace = (bonnet_link_trace){0};
}

bonnet_status bonnet_link_stats_get(bonnet_link_stats *out, const bonnet_link_sample *samples, size_t count)
{
    if (!out || !samples || !count || count > BONNET_LINK_MAX_SAMPLES) return BONNET_EINVAL;
    double *rate = malloc(count * sizeof *rate);
    link_mean mean = {0, 0};
    if (!rate) return BONNET_ENOMEM;
    for (size_t i = 0; i < count; i++) link_mean_add(&mean, rate[i] = samples[i].bits_per_s);
    qsort(rate, count, sizeof *rate, ascending);
    *out = (bonnet_link_stats){rate[0], rate[count / 10], rate[count / 2], mean.value, rate[9 * count / 10], rate[count - 1]};
    free(rate);
    return BONNET_OK;
}
