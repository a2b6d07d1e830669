/* SPDX-License-Identifier: Apache-2.0 */
/* picture.c - a picture of any size as the network wants it: resize, crop, colours, pixels; and the recipe for it, checked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "resample.h"

typedef struct picture {
    uint8_t *bytes;
    uint32_t width, height, planes;
} picture;

/* Its size after the recipe's resize; torchvision's Resize(n): the shorter side n, the longer in proportion, rounded down. */
static void resized(uint32_t *width, uint32_t *height, const bonnet_net_pictures *r, uint32_t w, uint32_t h)
{
    *width = w, *height = h;
    if (r->resize == BONNET_RESIZE_EXACT) *width = r->width, *height = r->height;
    if (r->resize != BONNET_RESIZE_SHORTER) return;
    const uint32_t less = w < h ? w : h, more = w < h ? h : w, longer = (uint32_t)((uint64_t)r->width * more / less);
    *width = w < h ? r->width : longer;
    *height = w < h ? longer : r->width;
}

/* Gray to three equal planes; colour to gray as Pillow does (ITU-R 601, 16 bits). A picture of its own in *to; 0: out of memory. */
static int convert(picture *to, const picture *from, uint32_t planes)
{
    const size_t n = (size_t)from->width * from->height;
    *to = (picture){malloc(n * planes), from->width, from->height, planes};
    for (size_t i = 0; to->bytes && i < n; i++) {
        const uint8_t *in = from->bytes + i * from->planes;
        if (planes == 3) memset(to->bytes + 3 * i, in[0], 3);
        else to->bytes[i] = (uint8_t)((in[0] * 19595u + in[1] * 38470u + in[2] * 7471u + 0x8000u) >> 16);
    }
    return to->bytes != NULL;
}

static int resize(picture *to, const picture *from, uint32_t width, uint32_t height, uint32_t filter)
{
    *to = (picture){malloc((size_t)width * height * from->planes), width, height, from->planes};
    return to->bytes && bonnet_resample(to->bytes, width, height, from->bytes, from->width, from->height, from->planes, filter);
}

/* torchvision's CenterCrop: an odd rest is split as Python's round() does, to the even side. */
static uint32_t margin(uint32_t have, uint32_t want)
{
    const uint32_t rest = have - want, half = rest / 2;
    return rest % 2 ? half + half % 2 : half;
}

bonnet_status bonnet_model_picture(uint8_t *pixels, const bonnet_model *model, const uint8_t *bytes, uint32_t width, uint32_t height, uint32_t planes)
{
    static const bonnet_net_pictures none = {0};
    if (!model) return BONNET_EINVAL;
    const bonnet_net_pictures *r = model->net->pictures ? model->net->pictures : &none;
    const bonnet_layer *stem = &model->net->layers[0];
    bonnet_error *err = &model->dev->error;
    const char *hint =
        model->net->pictures ? "the network's preprocessing does not make it fit" : "resize the image, or compile the network with --preprocess";
    if (!pixels || !bytes || !width || !height || width > BONNET_PICTURE_MAX_SIDE || height > BONNET_PICTURE_MAX_SIDE || (planes != 1 && planes != 3))
        return bonnet_fail(err, BONNET_EINVAL, "a picture has 1..%d pixels a side and 1 or 3 planes", BONNET_PICTURE_MAX_SIDE);
    uint32_t w, h;
    resized(&w, &h, r, width, height);
    if (w > BONNET_PICTURE_MAX_SIDE || h > BONNET_PICTURE_MAX_SIDE)
        return bonnet_fail(err, BONNET_EINVAL, "a picture of %ux%u would be resized to %ux%u; at most %d a side", width, height, w, h,
                           BONNET_PICTURE_MAX_SIDE);
    if (r->crop ? w < stem->in_w || h < stem->in_h : w != stem->in_w || h != stem->in_h)
        return bonnet_fail(err, BONNET_EINVAL, "is %ux%u, the network %s wants %ux%u; %s", width, height, model->net->name, stem->in_w, stem->in_h,
                           hint);
    if (planes != stem->in_c && !r->convert)
        return bonnet_fail(err, BONNET_EINVAL, "is a %s image, the network %s wants %s; convert it", planes == 1 ? "gray" : "colour",
                           model->net->name, stem->in_c == 1 ? "gray" : "colour");

    picture given = {(uint8_t *)(uintptr_t)bytes, width, height, planes}, converted = {0}, sized = {0}; /* given: only read */
    const picture *p = &given;
    int ok = 1;
    if (planes != stem->in_c) ok = convert(&converted, p, stem->in_c), p = &converted;
    if (ok && (w != width || h != height)) ok = resize(&sized, p, w, h, r->filter), p = &sized;
    const uint32_t left = margin(w, stem->in_w), top = margin(h, stem->in_h);
    for (uint32_t y = 0; ok && y < stem->in_h; y++)
        memcpy(pixels + (size_t)y * stem->in_w * p->planes, p->bytes + ((size_t)(y + top) * w + left) * p->planes, (size_t)stem->in_w * p->planes);
    free(converted.bytes);
    free(sized.bytes);
    if (!ok) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a picture of %ux%u", width, height);
    for (size_t i = 0; r->bgr && i < bonnet_net_input_bytes(model->net); i += 3) {
        const uint8_t red = pixels[i];
        pixels[i] = pixels[i + 2];
        pixels[i + 2] = red;
    }
    return bonnet_model_pixels(model, pixels, bonnet_net_input_bytes(model->net));
}

bonnet_status bonnet_net_set_preprocess(bonnet_net *net, const bonnet_preprocess *from, bonnet_error *err)
{
    bonnet_preprocess p = BONNET_PREPROCESS_INIT;
    const bonnet_layer *stem = &net->layers[0];
    if (from->size < sizeof from->size || from->size > 4096) return bonnet_fail(err, BONNET_EINVAL, "preprocess: bonnet_preprocess.size is not set");
    memcpy(&p, from, from->size < sizeof p ? from->size : sizeof p);
    bonnet_net_pictures *r = bonnet_net_reserve(net, sizeof *r);
    int8_t *lut = p.normalise ? bonnet_net_reserve(net, (size_t)stem->in_c * 256) : NULL;
    if (!r || (p.normalise && !lut)) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    *r = (bonnet_net_pictures){p.resize, p.resize_width, p.resize_height, p.filter, p.crop, p.convert, p.bgr};
    net->pictures = r;
    if (!p.normalise) return BONNET_OK; /* what is not sound is refused by bonnet_net_check() before the file is written */
    if (!stem->pixels_signed)
        return bonnet_fail(err, BONNET_EINVAL, "preprocess: mean and std are for networks of signed pixels; %s takes the bytes of the picture",
                           net->name);
    for (uint32_t plane = 0; plane < stem->in_c; plane++) {
        if (!(p.deviation[plane] > 0) || !(p.steps > 0) || !isfinite(p.mean[plane]) || !isfinite(p.steps) || !isfinite(p.deviation[plane]))
            return bonnet_fail(err, BONNET_EINVAL, "preprocess: std and scale must be positive numbers");
        for (int v = 0; v < 256; v++) {
            const double q = nearbyint((v / 255.0 - p.mean[plane]) / p.deviation[plane] * p.steps); /* ties to even, as torch.round() */
            lut[plane * 256 + (uint32_t)v] = (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
        }
    }
    net->pixel_lut = lut;
    return BONNET_OK;
}

bonnet_status bonnet_model_preprocess_get(bonnet_preprocess *out, const bonnet_model *model)
{
    if (!out || !model) return BONNET_EINVAL;
    const bonnet_net_pictures *r = model->net->pictures;
    if (!r) return BONNET_EUNSUPPORTED;
    bonnet_preprocess p = BONNET_PREPROCESS_INIT;
    p.convert = r->convert, p.resize = r->resize, p.resize_width = r->width, p.resize_height = r->height;
    p.filter = r->filter, p.crop = r->crop, p.bgr = r->bgr;
    *out = p;
    return BONNET_OK;
}
