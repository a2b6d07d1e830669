/* SPDX-License-Identifier: Apache-2.0 */
/* address.c - which broker, under which topic, as whom: what cannot be meant is said before anything is served. */
#include <errno.h>
#include <mosquitto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "room.h"

bonnet_status events_wrong(char message[EVENTS_LINE], bonnet_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(message, EVENTS_LINE, format, args);
    va_end(args);
    return status;
}

static bool loopback(const char *host)
{
    return !strcmp(host, "localhost") || !strcmp(host, "::1") || (!strncmp(host, "127.", 4) && host[strspn(host, "0123456789.")] == 0);
}

/* HOST or [HOST], and what is behind it. NULL: neither. */
static const char *host(char out[EVENTS_HOST], const char *at)
{
    const bool six = *at == '[';
    const size_t n = strcspn(at += six, six ? "]" : ":/");
    if (!n || n >= EVENTS_HOST || (six && at[n] != ']') ||
        at[strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-:_%")] == '@')
        return NULL;
    memcpy(out, at, n);
    out[n] = 0;
    return at + n + six;
}

bonnet_status events_address_read(events_address *out, char message[EVENTS_LINE], const events_options *o)
{
    const char *at = o->url;
    out->tls = !strncmp(at, "mqtts://", 8);
    out->port = out->tls ? 8883 : 1883;
    if (!out->tls && strncmp(at, "mqtt://", 7) != 0)
        return events_wrong(message, BONNET_EINVAL, "--mqtt wants mqtt://HOST[:PORT]/TOPIC or mqtts:, not '%.80s'", o->url);
    at += 7 + out->tls;
    if (memchr(at, '@', strcspn(at, "/")))
        return events_wrong(message, BONNET_EINVAL, "--mqtt: user and password do not go into the address, which others see; --mqtt-login FILE");
    at = host(out->host, at);
    if (at && *at == ':') {
        const size_t digits = strspn(++at, "0123456789");
        out->port = digits && digits < 6 ? atoi(at) : 0;
        at += digits;
    }
    if (!at || *at != '/' || out->port < 1 || out->port > 65535)
        return events_wrong(message, BONNET_EINVAL, "--mqtt wants mqtt://HOST[:PORT]/TOPIC or mqtts:, not '%.80s'", o->url);
    const size_t n = strlen(++at);
    bool fine = n && n < EVENTS_TOPIC && *at != '/' && *at != '$' && at[n - 1] != '/';
    for (size_t i = 0; i < n && fine; i++) fine = at[i] > ' ' && at[i] <= '~' && at[i] != '+' && at[i] != '#';
    if (!fine)
        return events_wrong(message, BONNET_EINVAL, "--mqtt: the topic wants 1 to %d printable characters without + # and blanks, not '%.80s'",
                            EVENTS_TOPIC - 1, at);
    memcpy(out->topic, at, n + 1);
    if (!out->tls && (o->ca || o->cert || o->key)) return events_wrong(message, BONNET_EINVAL, "--mqtt-ca, --mqtt-cert, --mqtt-key go with mqtts:");
    if (!o->cert != !o->key) return events_wrong(message, BONNET_EINVAL, "--mqtt-cert and --mqtt-key go together");
    if (!out->tls && !o->insecure && !loopback(out->host))
        return events_wrong(message, BONNET_EINVAL, "mqtt: to %.80s could be read and changed on the way; use mqtts:, or --insecure", out->host);
    return BONNET_OK;
}

bonnet_status events_login(struct mosquitto *m, char message[EVENTS_LINE], const char *path)
{
    char user[256] = "", password[256] = "", more[2];
    struct stat st;
    FILE *f = fopen(path, "re");
    if (!f || fstat(fileno(f), &st)) {
        const int error = errno;
        if (f) fclose(f);
        return events_wrong(message, BONNET_EIO, "%.200s: %s", path, strerror(error));
    }
    bonnet_status status = BONNET_OK;
    const bool read = S_ISREG(st.st_mode) && fgets(user, sizeof user, f) && fgets(password, sizeof password, f) && !fgets(more, sizeof more, f);
    fclose(f);
    const size_t u = strcspn(user, "\r\n"), p = strcspn(password, "\r\n");
    if (st.st_mode & 027 & ~040)
        status = events_wrong(message, BONNET_EINVAL, "%.200s: others may read this password (mode %03o); chmod 600 it (640 where a group must)",
                              path, (unsigned)st.st_mode & 0777u);
    else if (!read || !user[u] || !u || !p) status = events_wrong(message, BONNET_EINVAL, "%.200s wants two lines: user, password", path);
    user[u] = password[p] = 0;
    if (status == BONNET_OK && mosquitto_username_pw_set(m, user, password) != MOSQ_ERR_SUCCESS)
        status = events_wrong(message, BONNET_EINVAL, "%.200s: user or password is no UTF-8", path);
    explicit_bzero(password, sizeof password);
    return status;
}
