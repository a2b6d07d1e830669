/* SPDX-License-Identifier: Apache-2.0 */
/* file_extra.c - see file_extra.h. */
#include "file_extra.h"
#include <string.h>
#include "file.h"

enum {
    PIX = 0x20584950, /* "PIX ": what the bytes of a picture mean */
    PRE = 0x20455250, /* "PRE ": what happens to a picture first */
    TEN = 0x204e4554, /* "TEN ": names in the user's graph */
    BRA = 0x20415242, /* "BRA ": an early exit */
    WIN = 0x204e4957, /* "WIN ": what general layers slide; read with the network, which is nothing without it */
    PRE_BYTES = 64,
    OPTIONAL = 1,
    NAME_BYTES = 256 /* of a tensor, its zero included */
};

static bonnet_status damaged(bonnet_error *err, const char *what) { return bonnet_fail(err, BONNET_EFORMAT, "damaged .bonnet file: %s", what); }

int bonnet_extra_is_windows(uint32_t type) { return type == WIN; }

int bonnet_extra_known(uint32_t type) { return type == PIX || type == PRE || type == TEN || type == BRA || type == WIN; }

static bonnet_status pixels_take(bonnet_net *net, uint32_t flags, const uint8_t *bytes, size_t size, bonnet_error *err)
{
    const bonnet_layer *stem = &net->layers[0];
    if (net->pixel_lut) return damaged(err, "two tables of pixels");
    if (!stem->pixels_signed || size != (size_t)stem->in_c * 256 || flags) return damaged(err, "its table of pixels does not fit the network");
    int8_t *lut = bonnet_net_reserve(net, size);
    if (!lut) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a table of pixels");
    memcpy(lut, bytes, size);
    net->pixel_lut = lut;
    return BONNET_OK;
}

static bonnet_status pictures_take(bonnet_net *net, uint32_t flags, const uint8_t *bytes, size_t size, bonnet_error *err)
{
    char why[200];
    if (net->pictures) return damaged(err, "two recipes for pictures");
    if (size != PRE_BYTES || flags) return damaged(err, "its recipe for pictures is not well formed");
    bonnet_reader r = {bytes, size, 0};
    bonnet_net_pictures *p = bonnet_net_reserve(net, sizeof *p);
    if (!p) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a recipe for pictures");
    uint32_t *const field[] = {&p->resize, &p->width, &p->height, &p->filter, &p->crop, &p->convert, &p->bgr};
    for (size_t i = 0; i < sizeof field / sizeof *field; i++) *field[i] = (uint32_t)bonnet_get(&r, 4);
    if (!bonnet_get_zero(&r, PRE_BYTES - 4 * sizeof field / sizeof *field)) return damaged(err, "a reserved field is not zero");
    net->pictures = p;
    return bonnet_net_check_shape(net, why, sizeof why) ? damaged(err, why) : BONNET_OK;
}

/* For each layer 2 bytes of length and so many of printable ASCII. */
static bonnet_status tensors_take(bonnet_net *net, uint32_t flags, const uint8_t *bytes, size_t size, bonnet_error *err)
{
    bonnet_reader r = {bytes, size, 0};
    if (net->tensors) return damaged(err, "two lists of tensors");
    if (flags != OPTIONAL) return damaged(err, "its list of tensors is not well formed");
    for (uint32_t i = 0; i < net->n_layers; i++) {
        char text[NAME_BYTES] = "";
        const size_t length = (size_t)bonnet_get(&r, 2);
        const uint8_t *at = length < sizeof text ? bonnet_get_bytes(&r, length) : NULL;
        if (!at || r.short_) return damaged(err, "the name of a tensor is too long, or cut short");
        for (size_t c = 0; c < length; c++)
            if (at[c] < ' ' || at[c] > '~') return damaged(err, "the name of a tensor is not printable");
        memcpy(text, at, length);
        if (!bonnet_net_set_tensor(net, i, text)) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for the names of tensors");
    }
    return r.left ? damaged(err, "its list of tensors is followed by something else") : BONNET_OK;
}

bonnet_status bonnet_extra_take(bonnet_net *net, uint32_t type, uint32_t flags, const char *name, const uint8_t *bytes, size_t size,
                                bonnet_error *err)
{
    if (name[0]) flags |= OPTIONAL << 1; /* these have none: as wrong as a flag that does not exist */
    if (type == WIN) return flags ? damaged(err, "its windows are not well formed") : BONNET_OK; /* file.c has found them */
    if (type == PIX) return pixels_take(net, flags, bytes, size, err);
    if (type == BRA) return flags != OPTIONAL ? damaged(err, "its branches are not well formed") : bonnet_branch_decode(net, bytes, size, err);
    return type == PRE ? pictures_take(net, flags, bytes, size, err) : tensors_take(net, flags, bytes, size, err);
}

static size_t tensors_bytes(const bonnet_net *net)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) bytes += 2 + strlen(net->tensors[i]);
    return bytes;
}

uint32_t bonnet_extra_list(bonnet_extra out[BONNET_EXTRAS], const bonnet_net *net)
{
    uint32_t n = 0;
    if (bonnet_net_general(net)) out[n++] = (bonnet_extra){WIN, 0, 3, 0, bonnet_windows_bytes(net)};
    if (net->pixel_lut) out[n++] = (bonnet_extra){PIX, 0, 1, 0, (size_t)net->layers[0].in_c * 256};
    if (net->pictures) out[n++] = (bonnet_extra){PRE, 0, 2, 0, PRE_BYTES};
    if (net->tensors) out[n++] = (bonnet_extra){TEN, OPTIONAL, 0, 0, tensors_bytes(net)};
    for (uint32_t i = 0; i < net->n_exits; i++) out[n++] = (bonnet_extra){BRA, OPTIONAL, 4, i, bonnet_branch_bytes(&net->exits[i])};
    return n;
}

uint32_t bonnet_extra_minor(const bonnet_extra extra[], uint32_t count)
{
    uint32_t minor = 0;
    for (uint32_t i = 0; i < count; i++) minor = extra[i].minor > minor ? extra[i].minor : minor;
    return minor;
}

void bonnet_extra_put(bonnet_writer *w, const bonnet_extra *extra, const bonnet_net *net)
{
    if (extra->type == WIN) bonnet_windows_encode(w, net);
    if (extra->type == BRA) bonnet_branch_encode(w, &net->exits[extra->index]);
    if (extra->type == PIX) bonnet_put_bytes(w, net->pixel_lut, extra->bytes);
    if (extra->type == PRE) {
        const bonnet_net_pictures *p = net->pictures;
        const uint32_t field[PRE_BYTES / 4] = {p->resize, p->width, p->height, p->filter, p->crop, p->convert, p->bgr};
        for (size_t i = 0; i < PRE_BYTES / 4; i++) bonnet_put(w, field[i], 4);
    }
    for (uint32_t i = 0; extra->type == TEN && i < net->n_layers; i++) {
        bonnet_put(w, strlen(net->tensors[i]), 2);
        bonnet_put_bytes(w, net->tensors[i], strlen(net->tensors[i]));
    }
}
