/* SPDX-License-Identifier: Apache-2.0 */
/* setup.c - the options: checked, copied, completed. */
#include <stdarg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "client.h"

bool client_complain(const bonnet_client_options *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (o->message && o->message_bytes) vsnprintf(o->message, o->message_bytes, format, args);
    va_end(args);
    return false;
}

/* 127.0.0.0/8, ::1, or the name that means them. */
static bool is_loopback(const char *host)
{
    unsigned a, b, d, e;
    char more;
    if (sscanf(host, "%3u.%3u.%3u.%3u%c", &a, &b, &d, &e, &more) == 4) return a == 127 && b < 256 && d < 256 && e < 256;
    return !strcmp(host, "localhost") || !strcmp(host, "[::1]");
}

static char *part(CURLU *u, CURLUPart which) /* curl_free(); NULL: none */
{
    char *text = NULL;
    return curl_url_get(u, which, &text, 0) == CURLUE_OK ? text : NULL;
}

static bool read_url(bonnet_client *c, const bonnet_client_options *o)
{
    CURLU *u = curl_url();
    char *scheme = NULL, *host = NULL, *strange = NULL, *all = NULL;
    bool good = u && curl_url_set(u, CURLUPART_URL, o->url, 0) == CURLUE_OK;
    if (good) scheme = part(u, CURLUPART_SCHEME), host = part(u, CURLUPART_HOST), all = part(u, CURLUPART_URL);
    for (int i = 0; good && !strange && i < 3; i++) strange = part(u, (CURLUPart[]){CURLUPART_QUERY, CURLUPART_FRAGMENT, CURLUPART_USER}[i]);
    good = good && scheme && host && all && !strange && (!strcmp(scheme, "http") || !strcmp(scheme, "https")) && strlen(all) < CLIENT_URL;
    if (!good) client_complain(o, "'%.200s' is not an address as https://HOST[:PORT]", o->url);
    c->loopback = good && is_loopback(host);
    if (good && strcmp(scheme, "https") != 0 && !c->loopback && !o->insecure)
        good = client_complain(o, "%.200s is plain http to another machine: use https, or allow it (insecure)", o->url);
    if (good) snprintf(c->base, sizeof c->base, "%s", all);
    for (size_t n = strlen(c->base); n && c->base[n - 1] == '/'; n--) c->base[n - 1] = '\0';
    curl_free(scheme), curl_free(host), curl_free(strange), curl_free(all);
    curl_url_cleanup(u);
    return good;
}

static bool copy_file(char **to, const bonnet_client_options *o, const char *path, const char *what)
{
    if (!path) return true;
    if (access(path, R_OK) != 0) return client_complain(o, "cannot read %s '%.200s'", what, path);
    *to = strdup(path);
    return *to || client_complain(o, "out of memory");
}

static uint64_t either(uint64_t value, uint64_t otherwise) { return value ? value : otherwise; }

static bool read_numbers(bonnet_client *c, const bonnet_client_options *o)
{
    static const uint64_t most = UINT64_C(1000000000000);
    const uint64_t first = either(o->backoff_us, 200000);
    c->margin_us = either(o->margin_us, 2000);
    c->timeout_us = either(o->timeout_us, 10000000);
    c->keep_us = either(o->keep_us, 10000000);
    c->trial_us = either(o->trial_us, 10000000);
    c->hysteresis = o->hysteresis > 0 ? o->hysteresis : 0.1;
    c->slot_count = o->in_flight ? o->in_flight : 4;
    if (c->margin_us > most || c->timeout_us > most || c->keep_us > most || c->trial_us > most || first > most || o->backoff_most_us > most)
        return client_complain(o, "a time is beyond 10^12 us");
    if (!(o->hysteresis >= 0 && o->hysteresis < 1)) return client_complain(o, "hysteresis is %g, not from 0 to below 1", o->hysteresis);
    if (c->slot_count > BONNET_CLIENT_IN_FLIGHT)
        return client_complain(o, "in_flight is %u, at most %d can be", c->slot_count, BONNET_CLIENT_IN_FLIGHT);
    if (o->confidence > BONNET_CONFIDENCE_ENTROPY) return client_complain(o, "no confidence numbered %u", o->confidence);
    for (uint32_t i = 0; o->temperatures && i <= c->local.exits; i++)
        if (!(o->temperatures[i] > 0) || !isfinite(o->temperatures[i]))
            return client_complain(o, "temperature %u is %g, not a positive number", i, o->temperatures[i]);
    breaker_start(&c->breaker, o->failures ? o->failures : 3, (int64_t)first, (int64_t)either(o->backoff_most_us, 30000000), either(o->seed, 1));
    return true;
}

bonnet_status client_setup(bonnet_client *c, const bonnet_client_options *o)
{
    bonnet_link_options link = BONNET_LINK_OPTIONS_INIT;
    link.method = o->detector;
    link.message = o->message, link.message_bytes = o->message_bytes;
    for (int i = 0; i < 32; i++) sprintf(c->digest + 2 * i, "%02x", c->local.info.sha256[i]);
    if (!read_numbers(c, o) || (o->url && !read_url(c, o))) return BONNET_EINVAL;
    if (!copy_file(&c->ca, o, o->ca, "the authority's certificate") || !copy_file(&c->certificate, o, o->certificate, "the certificate") ||
        !copy_file(&c->key, o, o->key, "the key"))
        return BONNET_EINVAL;
    if (!c->certificate != !c->key) return client_complain(o, "certificate and key: both or none"), BONNET_EINVAL;
    c->insecure = o->insecure;
    c->meter = (bonnet_link_meter)BONNET_LINK_METER_INIT;
    return bonnet_link_open(&c->link, &link);
}
