/* SPDX-License-Identifier: Apache-2.0 */
/* quantise.c - numbers to b bits and back: d = floor((f - S) / (M - S) * 2^(b - 1)), packed without gaps. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "quantise.h"

size_t quantise_item(uint32_t type)
{
    static const uint8_t items[] = {1, 4, 4, 2, 1};
    return type < sizeof items ? items[type] : 0;
}

void quantise_load(double *x, const bonnet_values *values, size_t at, size_t n)
{
    const void *p = (const char *)values->data + at * quantise_item(values->type);
    switch (values->type) {
    case BONNET_CODEC_U8:
        for (size_t i = 0; i < n; i++) x[i] = ((const uint8_t *)p)[i];
        break;
    case BONNET_CODEC_F32:
        for (size_t i = 0; i < n; i++) x[i] = (double)((const float *)p)[i];
        break;
    case BONNET_CODEC_I32:
        for (size_t i = 0; i < n; i++) x[i] = ((const int32_t *)p)[i];
        break;
    case BONNET_CODEC_I16:
        for (size_t i = 0; i < n; i++) x[i] = ((const int16_t *)p)[i];
        break;
    default:
        for (size_t i = 0; i < n; i++) x[i] = ((const int8_t *)p)[i];
    }
}

const char *quantise_wrong_values(const bonnet_values *values)
{
    if (!values || (values->count && !values->data)) return "values must not be NULL";
    if (values->type == BONNET_CODEC_U8) return "bytes are not quantised; 0 bits keep them as they are";
    if (!quantise_item(values->type)) return "no such type of values";
    if (values->count > BONNET_CODEC_MAX_BYTES / quantise_item(values->type)) return "larger than 2^30 bytes";
    if (values->type != BONNET_CODEC_F32) return NULL;
    const float *f = values->data;
    for (size_t i = 0; i < values->count; i++)
        if (!isfinite(f[i])) return "a value is infinite or no number; such a tensor has no range";
    return NULL;
}

const char *quantise_wrong_range(const bonnet_range *range)
{
    if (!range || !(fabs(range->low) <= (double)FLT_MAX && fabs(range->high) <= (double)FLT_MAX)) return "a range wants two finite numbers";
    if (range->low > range->high) return "a range wants its low end first";
    if (range->low < range->high && range->high - range->low < ldexp(fmax(fabs(range->low), fabs(range->high)), -32))
        return "the ends of a range are too close to be told apart";
    return NULL;
}

bonnet_status quantise_fail(bonnet_status status, const char *why, char *message, size_t message_bytes)
{
    if (message && message_bytes) snprintf(message, message_bytes, "%s", why);
    return status;
}

bonnet_status bonnet_quantised_bytes(size_t *out, uint32_t type, size_t count, uint32_t bits)
{
    const size_t item = quantise_item(type);
    if (!out || !item || type == BONNET_CODEC_U8 || bits < 1 || bits > BONNET_CODEC_MAX_BITS || count > BONNET_CODEC_MAX_BYTES / item)
        return BONNET_EINVAL;
    *out = count / 8 * bits + (count % 8 * bits + 7) / 8;
    return BONNET_OK;
}

/* d of one value; by a division, as the formula says, and a floor without a call. */
static inline int32_t step_of(double f, double middle, double half, int32_t most)
{
    const double y = (f - middle) / half * most;
    if (!(y > -most)) return -most; /* also 0 / 0: f and the whole range are one number */
    if (y >= most) return most - 1;
    const int32_t d = (int32_t)y;
    return d - (d > y);
}

bonnet_status bonnet_quantise(uint8_t *packed, const bonnet_values *values, uint32_t bits, const bonnet_range *range, char *message,
                              size_t message_bytes)
{
    const char *why = quantise_wrong_values(values);
    if (!why) why = quantise_wrong_range(range);
    if (!why && (bits < 1 || bits > BONNET_CODEC_MAX_BITS)) why = "1 to 8 bits are wanted";
    if (!why && !packed && values->count) why = "packed must not be NULL";
    if (why) return quantise_fail(BONNET_EINVAL, why, message, message_bytes);
    const double half = (range->high - range->low) / 2, middle = range->low + half;
    const int32_t most = 1 << (bits - 1);
    double x[QUANTISE_BLOCK];
    uint32_t waiting = 0, held = 0; /* bits that make no byte yet */
    for (size_t at = 0; at < values->count; at += QUANTISE_BLOCK) {
        const size_t n = values->count - at < QUANTISE_BLOCK ? values->count - at : QUANTISE_BLOCK;
        quantise_load(x, values, at, n);
        for (size_t i = 0; i < n; i++) {
            waiting |= (uint32_t)(step_of(x[i], middle, half, most) + most) << held;
            held += bits;
            if (held >= 8) *packed++ = (uint8_t)waiting, waiting >>= 8, held -= 8;
        }
    }
    if (held) *packed = (uint8_t)waiting;
    return BONNET_OK;
}

/* What every code stands for, in the type's own numbers. */
static void table_of(double *value, uint32_t type, uint32_t bits, const bonnet_range *range)
{
    const double half = (range->high - range->low) / 2, middle = range->low + half, most = 1 << (bits - 1);
    const double least = type == BONNET_CODEC_I8 ? INT8_MIN : type == BONNET_CODEC_I16 ? INT16_MIN : INT32_MIN;
    for (int code = 0; code < 1 << bits; code++) {
        value[code] = middle + (code - most + 0.5) * half / most;
        if (type != BONNET_CODEC_F32) value[code] = fmin(fmax(floor(value[code] + 0.5), least), -1 - least);
    }
}

bonnet_status bonnet_dequantise(void *values, uint32_t type, size_t count, const uint8_t *packed, uint32_t bits, const bonnet_range *range)
{
    size_t bytes;
    double value[1 << BONNET_CODEC_MAX_BITS];
    if (bonnet_quantised_bytes(&bytes, type, count, bits) != BONNET_OK || quantise_wrong_range(range) || (count && (!values || !packed)))
        return BONNET_EINVAL;
    table_of(value, type, bits, range);
    uint32_t waiting = 0, held = 0;
    const uint32_t mask = (1u << bits) - 1;
    for (size_t i = 0; i < count; i++) {
        if (held < bits) waiting |= (uint32_t)*packed++ << held, held += 8;
        const double v = value[waiting & mask];
        waiting >>= bits, held -= bits;
        if (type == BONNET_CODEC_F32) ((float *)values)[i] = (float)v;
        else if (type == BONNET_CODEC_I32) ((int32_t *)values)[i] = (int32_t)v;
        else if (type == BONNET_CODEC_I16) ((int16_t *)values)[i] = (int16_t)v;
        else ((int8_t *)values)[i] = (int8_t)v;
    }
    return BONNET_OK;
}
