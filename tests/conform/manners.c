/* SPDX-License-Identifier: Apache-2.0 */
/* manners.c - see manners.h. Every check that fails says which. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "golden/golden.h"
#include "manners.h"
#include "mixed.h"
#include "net_build.h"

int bonnet_conform_open(bonnet_conform_device *dev, const char *uri)
{
    const char *colon = strchr(uri, ':');
    size_t scheme = colon ? (size_t)(colon - uri) : strlen(uri);
    bonnet_error err = {""};
    bonnet_open_config config = {.timeout_ms = 600000, .seed = 1};
    *dev = (bonnet_conform_device){.uri = uri};
    for (size_t i = 0; bonnet_backends[i]; i++)
        if (strlen(bonnet_backends[i]->scheme) == scheme && !strncmp(uri, bonnet_backends[i]->scheme, scheme)) dev->backend = bonnet_backends[i];
    if (!dev->backend) {
        printf("conform: %s: skipped, no such backend in this build\n", uri);
        return 77;
    }
    bonnet_status st = dev->backend->open(&dev->self, colon ? colon + 1 : "", &config, &err);
    if (st == BONNET_ENODEV && !dev->backend->mmio) { /* an instruction set that this machine lacks; a chip that will not open is a failure */
        printf("conform: %s: skipped: %s\n", uri, err.text);
        return 77;
    }
    if (st) fprintf(stderr, "conform: %s: open: status %d: %s\n", uri, st, err.text);
    return st != BONNET_OK;
}

int bonnet_conform_mix(bonnet_conform_device *dev)
{
    const bonnet_open_config config = {.timeout_ms = 600000, .seed = 1};
    bonnet_error err = {""};
    void *self = NULL;
    if (!dev->backend->mmio) return 0;
    const bonnet_status st = bonnet_mixed_open(&self, dev->self, &config, &err);
    if (st) return fprintf(stderr, "conform: %s: with the CPU: status %d: %s\n", dev->uri, st, err.text), 1;
    dev->chip = dev->self;
    dev->self = self;
    dev->alone = dev->backend;
    dev->backend = &bonnet_mixed_backend;
    return 0;
}

void bonnet_conform_close(bonnet_conform_device *dev)
{
    dev->backend->close(dev->self);
    if (dev->chip) dev->alone->close(dev->chip);
}

#define EXPECT(holds, what)                                                                                                                          \
    do {                                                                                                                                             \
        if (!(holds)) {                                                                                                                              \
            fprintf(stderr, "conform: %s: manners: %s (last error: %s)\n", dev->uri, what, err.text);                                                \
            return 1;                                                                                                                                \
        }                                                                                                                                            \
    } while (0)

/* Runs one frame and compares the logits with golden's. */
static int right(const bonnet_conform_device *dev, void *slot, const bonnet_net *net, const uint8_t *pixels)
{
    int32_t want[BONNET_MAX_CLASSES] = {0}, got[BONNET_MAX_CLASSES] = {0};
    bonnet_error err = {""};
    bonnet_run run = {.pixels = pixels, .frames = 1, .logits = got, .timeout_ms = 600000};
    return bonnet_golden_run(net, pixels, NULL, want, NULL, NULL) == BONNET_OK && dev->backend->run(dev->self, slot, &run, &err) == BONNET_OK &&
           !memcmp(want, got, net->classes * sizeof *want);
}

static int bad_arguments(const bonnet_conform_device *dev, void *slot, const bonnet_net *net, const uint8_t *pixels)
{
    bonnet_error err = {""};
    int32_t logits[BONNET_MAX_CLASSES];
    uint64_t *maps[BONNET_MAX_LAYERS] = {0};
    const bonnet_run good = {.pixels = pixels, .frames = 1, .logits = logits, .timeout_ms = 600000};
    bonnet_run run = good;
    run.frames = 0;
    EXPECT(dev->backend->run(dev->self, slot, &run, &err) == BONNET_EINVAL && err.text[0], "0 frames must be BONNET_EINVAL with a line of text");
    run = good, run.frames = 2, run.maps = maps;
    EXPECT(dev->backend->run(dev->self, slot, &run, &err) == BONNET_EINVAL, "maps of two frames must be BONNET_EINVAL");
    void *self = NULL;
    bonnet_open_config config = {.timeout_ms = 1000, .seed = 1};
    err.text[0] = 0;
    bonnet_status st = dev->backend->open(&self, "no such option", &config, &err);
    EXPECT(st != BONNET_OK && !self && err.text[0], "an unknown option must fail with a line of text and leave *self alone");

    bonnet_net *broken = bonnet_net_clone(net);
    void *none = NULL;
    EXPECT(broken, "out of memory");
    broken->layers[broken->n_layers - 1].in.map = 0; /* logits from a binary map: not a network */
    st = dev->backend->load(dev->self, &none, broken, &err);
    bonnet_net_free(broken);
    EXPECT(st == BONNET_EINVAL && !none, "a net that fails bonnet_net_check must be BONNET_EINVAL");
    EXPECT(right(dev, slot, net, pixels), "the device must work after bad arguments");
    return 0;
}

static int cancelled(const bonnet_conform_device *dev, void *slot, const bonnet_net *net, const uint8_t *pixels)
{
    bonnet_error err = {""};
    int32_t logits[BONNET_MAX_CLASSES];
    volatile int cancel = 1;
    bonnet_run run = {.pixels = pixels, .frames = 1, .logits = logits, .timeout_ms = 600000, .cancel = &cancel};
    EXPECT(dev->backend->run(dev->self, slot, &run, &err) == BONNET_EINTR && err.text[0],
           "a raised cancel flag must be BONNET_EINTR with a line of text");
    cancel = 0;
    EXPECT(dev->backend->run(dev->self, slot, &run, &err) == BONNET_OK, "a lowered cancel flag must not stop a run");
    EXPECT(right(dev, slot, net, pixels), "the device must work after a cancel");
    return 0;
}

/* Far more frames than fit in a millisecond: BONNET_ETIMEOUT, and the device is idle and works. */
static int out_of_time(const bonnet_conform_device *dev, void *slot, const bonnet_net *net, const uint8_t *pixels)
{
    enum { FRAMES = 400 };
    bonnet_error err = {""};
    bonnet_build b;
    bonnet_build_start(&b, 9, 4);
    int s = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = 12, .w = 12, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64});
    bonnet_build_last(&b, BONNET_ALL(&b, s), 1);
    bonnet_build_fc(&b, 10);
    bonnet_net *slow = bonnet_build_finish(&b);
    uint8_t *images = slow ? bonnet_random_image(slow, 1, FRAMES) : NULL;
    int32_t *logits = calloc((size_t)FRAMES * 10, sizeof *logits);
    void *other = NULL;
    bonnet_run run = {.pixels = images, .frames = FRAMES, .logits = logits, .timeout_ms = 1};
    bonnet_status loaded = images && logits ? dev->backend->load(dev->self, &other, slow, &err) : BONNET_ENOMEM, st = loaded;
    if (!loaded) st = dev->backend->run(dev->self, other, &run, &err);
    const int timely = st == BONNET_ETIMEOUT && err.text[0], again = !loaded && right(dev, other, slow, images);
    if (!loaded) dev->backend->unload(dev->self, other);
    free(logits);
    free(images);
    bonnet_net_free(slow);
    EXPECT(!loaded, "the network of the timeout check must load");
    EXPECT(timely, "400 frames in 1 ms must be BONNET_ETIMEOUT with a line of text");
    EXPECT(again, "the network that ran out of time must run right after it");
    EXPECT(right(dev, slot, net, pixels), "the device must work after a timeout");
    return 0;
}

/* Two networks loaded, run in turns, one unloaded under the other. */
static int two_at_once(const bonnet_conform_device *dev, void *slot, const bonnet_net *net, const uint8_t *pixels)
{
    bonnet_error err = {""};
    void *other = NULL;
    bonnet_net *second = bonnet_random_net(77, &bonnet_room_tiny, 0);
    uint8_t *image = second ? bonnet_random_image(second, 7, 1) : NULL;
    bonnet_status st = image ? dev->backend->load(dev->self, &other, second, &err) : BONNET_ENOMEM;
    int ok = st == BONNET_OK && right(dev, slot, net, pixels) && right(dev, other, second, image) && right(dev, slot, net, pixels) &&
             right(dev, other, second, image);
    if (st == BONNET_OK) dev->backend->unload(dev->self, other);
    ok = ok && right(dev, slot, net, pixels);
    free(image);
    bonnet_net_free(second);
    EXPECT(ok, "two loaded networks must not disturb each other");
    return 0;
}

int bonnet_conform_manners(const bonnet_conform_device *dev)
{
    bonnet_error err = {""};
    void *slot = NULL;
    bonnet_net *net = bonnet_random_net(42, &bonnet_room_tiny, 0);
    uint8_t *pixels = net ? bonnet_random_image(net, 42, 1) : NULL;
    bonnet_status st = pixels ? dev->backend->load(dev->self, &slot, net, &err) : BONNET_ENOMEM;
    int bad = st != BONNET_OK;
    if (bad) fprintf(stderr, "conform: %s: manners: load: status %d: %s\n", dev->uri, st, err.text);
    bad = bad || bad_arguments(dev, slot, net, pixels) || cancelled(dev, slot, net, pixels) || out_of_time(dev, slot, net, pixels) ||
          two_at_once(dev, slot, net, pixels);
    if (st == BONNET_OK) dev->backend->unload(dev->self, slot);
    free(pixels);
    bonnet_net_free(net);
    return bad;
}
