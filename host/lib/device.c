/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - opening and closing: which backend a URI names, and the error texts of both. */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

/* The last failure of bonnet_open() in this thread, when there is no device to ask. */
static _Thread_local bonnet_error open_error;

static bool scheme_matches(const char *scheme, const char *uri, const char **path)
{
    size_t n = strlen(scheme);
    if (strncmp(uri, scheme, n) != 0) return false;
    if (uri[n] == ':') *path = uri + n + 1;
    else if (uri[n] == '\0') *path = uri + n;
    else return false;
    return true;
}

static const bonnet_backend *find_backend(const char *uri, const char **path)
{
    for (size_t i = 0; bonnet_backends[i]; i++)
        if (scheme_matches(bonnet_backends[i]->scheme, uri, path)) return bonnet_backends[i];
    return NULL;
}

static bonnet_status unknown_device(const char *uri)
{
    char known[128] = "";
    for (size_t i = 0; bonnet_backends[i]; i++) {
        size_t used = strlen(known);
        if (used + strlen(bonnet_backends[i]->scheme) + 3 > sizeof known) break;
        strcat(known, i ? ", " : "");
        strcat(known, bonnet_backends[i]->scheme);
        strcat(known, ":");
    }
    return bonnet_fail(&open_error, BONNET_ENODEV, "no device '%.60s'; this build has %s", uri, known);
}

bonnet_status bonnet_open(bonnet_device **out, const char *uri, const bonnet_open_options *options)
{
    const char *path = "";
    if (!out || !uri) return bonnet_fail(&open_error, BONNET_EINVAL, "bonnet_open: out and uri must not be NULL");
    bonnet_open_options o = BONNET_OPEN_OPTIONS_INIT;
    if (options) { /* an older caller's struct is shorter */
        if (options->size < offsetof(bonnet_open_options, seed) || options->size > 4096)
            return bonnet_fail(&open_error, BONNET_EINVAL, "bonnet_open: options not initialised with BONNET_OPEN_OPTIONS_INIT");
        memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    }
    const bonnet_backend *backend = find_backend(uri, &path);
    if (!backend) return unknown_device(uri);

    bonnet_device *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(&open_error, BONNET_ENOMEM, "out of memory");
    dev->backend = backend;
    dev->timeout_ms = o.timeout_ms ? o.timeout_ms : 60000;
    dev->cancel = o.cancel;
    dev->progress = o.progress;
    dev->progress_user = o.progress_user;
    bonnet_open_config config = {.timeout_ms = dev->timeout_ms, .seed = o.seed ? o.seed : 1};
    bonnet_status status = backend->open(&dev->self, path, &config, &open_error);
    if (status != BONNET_OK) {
        free(dev);
        return status;
    }
    *out = dev;
    return BONNET_OK;
}

void bonnet_close(bonnet_device *dev)
{
    if (!dev) return;
    dev->backend->close(dev->self);
    free(dev->events);
    free(dev);
}

bonnet_status bonnet_device_kind_get(bonnet_device_kind *out, size_t index)
{
    if (!out) return BONNET_EINVAL;
    for (size_t i = 0; bonnet_backends[i]; i++)
        if (i == index) {
            *out = (bonnet_device_kind){bonnet_backends[i]->scheme, bonnet_backends[i]->summary,
                                        !bonnet_backends[i]->present || bonnet_backends[i]->present()};
            return BONNET_OK;
        }
    return BONNET_EINVAL;
}

const char *bonnet_last_error(const bonnet_device *dev) { return dev ? dev->error.text : open_error.text; }
