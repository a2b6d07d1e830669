/* SPDX-License-Identifier: Apache-2.0 */
/* file_net.c - a bonnet_net to bytes and back, see file_net.h. */
#include <string.h>
#include "file_net.h"

enum { NET_RESERVED_BYTES = 40, LAYER_RESERVED_BYTES = 12, LAYER_FIELDS = 29, ALIGN = 8 };

/* ---- cursors ------------------------------------------------------------------------------------------------------- */

void bonnet_put(bonnet_writer *w, uint64_t value, size_t bytes)
{
    for (size_t i = 0; w->at && i < bytes; i++) *w->at++ = (uint8_t)(value >> 8 * i);
    w->bytes += bytes;
}

void bonnet_put_bytes(bonnet_writer *w, const void *from, size_t bytes)
{
    if (w->at && bytes) memcpy(w->at, from, bytes), w->at += bytes;
    w->bytes += bytes;
}

void bonnet_put_zero(bonnet_writer *w, size_t bytes)
{
    if (w->at && bytes) memset(w->at, 0, bytes), w->at += bytes;
    w->bytes += bytes;
}

const uint8_t *bonnet_get_bytes(bonnet_reader *r, size_t bytes)
{
    if (r->short_ || bytes > r->left) {
        r->short_ = 1;
        return NULL;
    }
    const uint8_t *at = r->at;
    r->at += bytes;
    r->left -= bytes;
    return at;
}

uint64_t bonnet_get(bonnet_reader *r, size_t bytes)
{
    const uint8_t *at = bonnet_get_bytes(r, bytes);
    uint64_t value = 0;
    for (size_t i = bytes; at && i--;) value = value << 8 | at[i];
    return value;
}

int bonnet_get_zero(bonnet_reader *r, size_t bytes)
{
    const uint8_t *at = bonnet_get_bytes(r, bytes);
    uint8_t any = 0;
    for (size_t i = 0; at && i < bytes; i++) any |= at[i];
    return at && !any;
}

/* ---- one list of fields for both directions -------------------------------------------------------------------- */

/* The 32-bit fields of a layer in file order. Signed and enum fields travel as their bits. */
static void layer_fields(const bonnet_layer *l, uint32_t f[LAYER_FIELDS])
{
    const uint32_t all[LAYER_FIELDS] = {(uint32_t)l->kind,
                                        l->in_c,
                                        l->in_h,
                                        l->in_w,
                                        l->out_c,
                                        l->out_h,
                                        l->out_w,
                                        l->conv_c,
                                        l->kernel,
                                        l->stride,
                                        l->dilation,
                                        l->pool,
                                        l->conv_h,
                                        l->conv_w,
                                        (uint32_t)l->post,
                                        (uint32_t)l->in.map,
                                        l->in.first,
                                        l->in.channels,
                                        (uint32_t)l->res.map,
                                        l->res.first,
                                        l->res.channels,
                                        (uint32_t)l->pass.map,
                                        l->pass.first,
                                        l->pass.channels,
                                        l->pixels_signed,
                                        l->dw,
                                        l->dw_const,
                                        l->s1,
                                        l->s2};
    memcpy(f, all, sizeof all);
}

static void layer_from_fields(bonnet_layer *l, const uint32_t f[LAYER_FIELDS])
{
    l->kind = (bonnet_layer_kind)f[0];
    l->in_c = f[1], l->in_h = f[2], l->in_w = f[3], l->out_c = f[4], l->out_h = f[5], l->out_w = f[6], l->conv_c = f[7];
    l->kernel = f[8], l->stride = f[9], l->dilation = f[10], l->pool = f[11], l->conv_h = f[12], l->conv_w = f[13];
    l->post = (bonnet_post)f[14];
    l->in = (bonnet_map_ref){(int32_t)f[15], f[16], f[17]};
    l->res = (bonnet_map_ref){(int32_t)f[18], f[19], f[20]};
    l->pass = (bonnet_map_ref){(int32_t)f[21], f[22], f[23]};
    l->pixels_signed = f[24], l->dw = f[25], l->dw_const = f[26], l->s1 = f[27], l->s2 = f[28];
}

static size_t padding(size_t bytes) { return (ALIGN - bytes % ALIGN) % ALIGN; }

/* ---- out ----------------------------------------------------------------------------------------------------------------- */

static uint64_t element(const void *array, size_t size, size_t i)
{
    switch (size) {
    case 1: return ((const uint8_t *)array)[i];
    case 2: return ((const uint16_t *)array)[i];
    case 4: return ((const uint32_t *)array)[i];
    default: return ((const uint64_t *)array)[i];
    }
}

static void put_name(bonnet_writer *w, const char name[BONNET_NAME_BYTES])
{
    size_t length = strnlen(name, BONNET_NAME_BYTES - 1);
    bonnet_put_bytes(w, name, length);
    bonnet_put_zero(w, BONNET_NAME_BYTES - length);
}

void bonnet_net_encode(bonnet_writer *w, const bonnet_net *net)
{
    uint64_t scale;
    uint32_t f[LAYER_FIELDS];
    memcpy(&scale, &net->logit_scale, sizeof scale);
    put_name(w, net->name);
    bonnet_put(w, net->k, 4);
    bonnet_put(w, net->classes, 4);
    bonnet_put(w, net->n_layers, 4);
    bonnet_put(w, net->labels != NULL, 4);
    bonnet_put(w, scale, 8);
    bonnet_put_zero(w, NET_RESERVED_BYTES);
    for (uint32_t i = 0; i < net->n_layers; i++) {
        layer_fields(&net->layers[i], f);
        put_name(w, net->layers[i].name);
        for (int j = 0; j < LAYER_FIELDS; j++) bonnet_put(w, f[j], 4);
        bonnet_put_zero(w, LAYER_RESERVED_BYTES);
    }
    for (uint32_t i = 0; i < net->n_layers; i++)
        for (int which = 0; which < BONNET_PARAMS; which++) {
            const size_t size = bonnet_net_param_size((bonnet_param)which), count = bonnet_net_param_count(net, i, (bonnet_param)which);
            const void *array = bonnet_net_param(net, i, (bonnet_param)which);
            for (size_t j = 0; w->at && j < count; j++) bonnet_put(w, element(array, size, j), size);
            if (!w->at) w->bytes += count * size;
            bonnet_put_zero(w, padding(count * size));
        }
    size_t bytes = 0;
    for (uint32_t i = 0; net->labels && i < net->classes; i++) {
        const size_t length = strnlen(net->labels[i], 255);
        bonnet_put(w, length, 2);
        bonnet_put_bytes(w, net->labels[i], length);
        bytes += 2 + length;
    }
    bonnet_put_zero(w, padding(bytes));
}

/* ---- in ------------------------------------------------------------------------------------------------------------------ */

static bonnet_status damaged(bonnet_error *err, const char *what) { return bonnet_fail(err, BONNET_EFORMAT, "damaged .bonnet file: %s", what); }

/* A name ends in its field and nothing hides behind the end. */
static int get_name(bonnet_reader *r, char name[BONNET_NAME_BYTES])
{
    const uint8_t *at = bonnet_get_bytes(r, BONNET_NAME_BYTES);
    if (!at) return 0;
    const size_t length = strnlen((const char *)at, BONNET_NAME_BYTES);
    for (size_t i = length; i < BONNET_NAME_BYTES; i++)
        if (at[i]) return 0;
    memcpy(name, at, BONNET_NAME_BYTES);
    return length < BONNET_NAME_BYTES;
}

static int layers_decode(bonnet_net *net, bonnet_reader *r)
{
    uint32_t f[LAYER_FIELDS];
    for (uint32_t i = 0; i < net->n_layers; i++) {
        int named = get_name(r, net->layers[i].name);
        for (int j = 0; j < LAYER_FIELDS; j++) f[j] = (uint32_t)bonnet_get(r, 4);
        layer_from_fields(&net->layers[i], f);
        if (!bonnet_get_zero(r, LAYER_RESERVED_BYTES) || !named) return 0;
    }
    return 1;
}

static void set_element(void *array, size_t size, size_t i, uint64_t value)
{
    switch (size) {
    case 1: ((uint8_t *)array)[i] = (uint8_t)value; break;
    case 2: ((uint16_t *)array)[i] = (uint16_t)value; break;
    case 4: ((uint32_t *)array)[i] = (uint32_t)value; break;
    default: ((uint64_t *)array)[i] = value; break;
    }
}

/* The bytes are looked for before the memory is asked for: a short file cannot make it large. */
static bonnet_status params_decode(bonnet_net *net, bonnet_reader *r, bonnet_error *err)
{
    for (uint32_t i = 0; i < net->n_layers; i++) {
        size_t need = 0;
        for (int which = 0; which < BONNET_PARAMS; which++) {
            const size_t size = bonnet_net_param_size((bonnet_param)which), count = bonnet_net_param_count(net, i, (bonnet_param)which);
            if (count > r->left / size || need + count * size > r->left) return damaged(err, "it ends inside the parameters");
            need += count * size;
        }
        if (!bonnet_net_alloc_params(net, i)) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for the parameters of layer %u", (unsigned)i);
        for (int which = 0; which < BONNET_PARAMS; which++) {
            const size_t size = bonnet_net_param_size((bonnet_param)which), count = bonnet_net_param_count(net, i, (bonnet_param)which);
            void *array = bonnet_net_param_data(net, i, (bonnet_param)which);
            for (size_t j = 0; j < count; j++) set_element(array, size, j, bonnet_get(r, size));
            if (!bonnet_get_zero(r, padding(count * size))) return damaged(err, "it ends inside the parameters, or they run over");
        }
    }
    return BONNET_OK;
}

static bonnet_status labels_decode(bonnet_net *net, bonnet_reader *r, bonnet_error *err)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < net->classes; i++) {
        char text[256] = "";
        const size_t length = (size_t)bonnet_get(r, 2);
        const uint8_t *at = length < sizeof text ? bonnet_get_bytes(r, length) : NULL;
        if (!at || memchr(at, 0, length)) return damaged(err, "a label is too long, cut short, or holds a zero byte");
        memcpy(text, at, length);
        if (!bonnet_net_set_label(net, i, text)) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for the labels");
        bytes += 2 + length;
    }
    return bonnet_get_zero(r, padding(bytes)) ? BONNET_OK : damaged(err, "it ends inside the labels");
}

static bonnet_status body_decode(bonnet_net *net, bonnet_reader *r, uint32_t labelled, const bonnet_reader *windows, int part, bonnet_error *err)
{
    char why[200];
    if (!layers_decode(net, r)) return damaged(err, "a layer record is cut short or not well formed");
    if (windows && !bonnet_windows_decode(net, *windows)) return damaged(err, "its windows do not fit the network");
    if ((part ? bonnet_net_check_part_shape : bonnet_net_check_shape)(net, why, sizeof why)) return damaged(err, why);
    bonnet_status status = params_decode(net, r, err);
    if (status == BONNET_OK && labelled) status = labels_decode(net, r, err);
    if (status != BONNET_OK) return status;
    if (r->left) return damaged(err, "the network is followed by something else");
    return (part ? bonnet_net_check_part : bonnet_net_check)(net, why, sizeof why) ? damaged(err, why) : BONNET_OK;
}

bonnet_status bonnet_net_decode(bonnet_net **out, const uint8_t *bytes, size_t size, const bonnet_reader *windows, int part, bonnet_error *err)
{
    bonnet_reader r = {bytes, size, 0};
    char name[BONNET_NAME_BYTES] = "";
    int named = get_name(&r, name);
    const uint32_t k = (uint32_t)bonnet_get(&r, 4), classes = (uint32_t)bonnet_get(&r, 4), n_layers = (uint32_t)bonnet_get(&r, 4);
    const uint32_t labelled = (uint32_t)bonnet_get(&r, 4);
    const uint64_t scale = bonnet_get(&r, 8);
    if (!bonnet_get_zero(&r, NET_RESERVED_BYTES) || !named || labelled > 1) return damaged(err, "the network record is cut short or not well formed");
    if (n_layers < 1 || n_layers > BONNET_MAX_LAYERS) return damaged(err, "the number of layers is impossible");
    bonnet_net *net = bonnet_net_alloc(n_layers);
    if (!net) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    memcpy(net->name, name, sizeof name);
    net->k = k;
    net->classes = classes;
    memcpy(&net->logit_scale, &scale, sizeof scale);
    bonnet_status status = body_decode(net, &r, labelled, windows, part, err);
    if (status == BONNET_OK) *out = net;
    else bonnet_net_free(net);
    return status;
}
