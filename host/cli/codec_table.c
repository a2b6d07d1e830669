/* SPDX-License-Identifier: Apache-2.0 */
/* codec_table.c - what every number of bits and every codec makes of tensors: bytes, errors, speed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codec.h"

#define LONG_ENOUGH_S 0.02 /* of encoding or decoding, for a rate */

static double value(const void *data, uint32_t type, size_t i)
{
    return type == BONNET_CODEC_F32   ? (double)((const float *)data)[i]
           : type == BONNET_CODEC_I32 ? ((const int32_t *)data)[i]
           : type == BONNET_CODEC_I16 ? ((const int16_t *)data)[i]
           : type == BONNET_CODEC_I8  ? ((const int8_t *)data)[i]
                                      : ((const uint8_t *)data)[i];
}

/* One tensor, there and back, into the row. */
static int add(codec_row *r, const codec_tensor *n, uint32_t level)
{
    char message[128] = "out of memory";
    bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
    bonnet_codec_info info = {0};
    uint8_t *stream = NULL;
    size_t size = 0, turns = 0;
    o.bits = r->bits, o.codec = r->codec, o.level = level, o.range = r->bits ? &n->range : NULL;
    o.message = message, o.message_bytes = sizeof message;
    bonnet_status status = bonnet_codec_encode(&stream, &size, &n->t, &o); /* as it would be sent */
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "%s: %s", n->name, message);
    r->bytes += size;
    o.keep_above = 1e9; /* from here on: compressed, whatever that gives */
    double start = cli_seconds(), end = start;
    while (status == BONNET_OK && (!turns || end - start < LONG_ENOUGH_S) && !cli_cancelled) {
        free(stream);
        stream = NULL;
        status = bonnet_codec_encode(&stream, &size, &n->t, &o);
        end = cli_seconds(), turns++;
    }
    r->encode_s += turns ? (end - start) / (double)turns : 0;
    if (status == BONNET_OK) status = bonnet_codec_look(&info, stream, size, message, sizeof message);
    void *back = malloc(n->bytes + 1);
    if (!back) status = BONNET_ENOMEM;
    start = end = cli_seconds(), turns = 0;
    while (status == BONNET_OK && (!turns || end - start < LONG_ENOUGH_S) && !cli_cancelled) {
        status = bonnet_codec_decode(back, n->bytes, stream, size, message, sizeof message);
        end = cli_seconds(), turns++;
    }
    r->decode_s += turns ? (end - start) / (double)turns : 0;
    for (size_t i = 0; status == BONNET_OK && i < n->count; i++) {
        const double f = value(n->t.data, n->t.type, i), e = value(back, n->t.type, i) - f;
        r->most = fmax(r->most, fabs(e)), r->square += e * e, r->signal += f * f;
    }
    r->values += n->count, r->from += n->bytes, r->packed += info.packed_bytes, r->payload += info.payload_bytes;
    free(back);
    free(stream);
    if (cli_cancelled) return cli_fail(CLI_INTERRUPTED, "interrupted");
    return status == BONNET_OK ? CLI_OK : cli_fail(CLI_STATUS - (int)status, "%s: %s", n->name, message);
}

static double ratio(size_t a, size_t b) { return b ? (double)a / (double)b : 1; }
static bool worth(const codec_row *r) { return r->codec == BONNET_CODEC_NONE || ratio(r->payload, r->packed) <= BONNET_CODEC_KEEP_ABOVE; }
double codec_decibel(const codec_row *r) { return 10 * log10(r->signal / r->square); }
static double rate(const codec_row *r, double seconds) { return seconds > 0 ? 1e-6 * (double)r->from / seconds : 0; }

static void print(const codec_row *r)
{
    char bits[12] = "all", rms[16] = "0", most[16] = "0", db[16] = "-";
    if (r->bits) snprintf(bits, sizeof bits, "%u", r->bits);
    if (r->square > 0) {
        snprintf(rms, sizeof rms, "%.4g", sqrt(r->square / (double)r->values));
        snprintf(most, sizeof most, "%.4g", r->most);
        snprintf(db, sizeof db, "%.2f", codec_decibel(r));
    }
    printf("%4s %-8s %10zu %8.4f %8.4f %11s %11s %8s %8.0f %8.0f%s\n", bits, codec_names[r->codec], r->bytes, ratio(r->bytes, r->from),
           ratio(r->payload, r->packed), most, rms, db, rate(r, r->encode_s), rate(r, r->decode_s), worth(r) ? "" : "  skip");
}

static struct json_object *json(const codec_row *r)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "bits", json_object_new_int64(r->bits));
    json_object_object_add(o, "codec", json_object_new_string(codec_names[r->codec]));
    json_object_object_add(o, "bytes", json_object_new_uint64(r->bytes));
    json_object_object_add(o, "ratio", json_object_new_double(ratio(r->bytes, r->from)));
    json_object_object_add(o, "packed_ratio", json_object_new_double(ratio(r->payload, r->packed)));
    json_object_object_add(o, "skip", json_object_new_boolean(!worth(r)));
    json_object_object_add(o, "max_error", json_object_new_double(r->most));
    json_object_object_add(o, "rms_error", json_object_new_double(r->values ? sqrt(r->square / (double)r->values) : 0));
    if (r->square > 0 && r->signal > 0) json_object_object_add(o, "snr_db", json_object_new_double(codec_decibel(r)));
    json_object_object_add(o, "encode_mb_per_s", json_object_new_double(rate(r, r->encode_s)));
    json_object_object_add(o, "decode_mb_per_s", json_object_new_double(rate(r, r->decode_s)));
    return o;
}

static int print_json(const codec_question *q, const codec_row *rows, size_t n, double low, double high)
{
    struct json_object *j = json_object_new_object(), *names = json_object_new_array(), *list = json_object_new_array();
    for (size_t i = 0; i < q->count; i++) json_object_array_add(names, json_object_new_string(q->tensor[i].name));
    for (size_t i = 0; i < n; i++) json_object_array_add(list, json(&rows[i]));
    json_object_object_add(j, "tensors", names);
    json_object_object_add(j, "type", json_object_new_string(codec_type_text(q->tensor[0].t.type)));
    json_object_object_add(j, "low", json_object_new_double(low));
    json_object_object_add(j, "high", json_object_new_double(high));
    json_object_object_add(j, "rows", list);
    return cli_print_json(j);
}

static int print_table(const codec_question *q, const codec_row *rows, size_t n, double low, double high)
{
    printf("%zu tensor%s, %zu %s values from %g to %g\n", q->count, q->count == 1 ? "" : "s", n ? rows[0].values : 0,
           codec_type_text(q->tensor[0].t.type), low, high);
    printf("%4s %-8s %10s %8s %8s %11s %11s %8s %8s %8s\n", "bits", "codec", "bytes", "/values", "/packed", "max error", "RMS error", "SNR dB",
           "enc MB/s", "dec MB/s");
    for (size_t i = 0; i < n; i++) print(&rows[i]);
    return cli_finish_stdout();
}

int codec_table(const codec_question *q, const char *plot)
{
    enum { ROWS = (BONNET_CODEC_MAX_BITS + 1) * BONNET_CODEC_NAMES };
    codec_row rows[ROWS] = {{0}};
    const long most = q->tensor[0].t.type == BONNET_CODEC_U8 ? 0 : BONNET_CODEC_MAX_BITS;
    double low = q->tensor[0].range.low, high = q->tensor[0].range.high;
    for (size_t i = 1; i < q->count; i++) low = fmin(low, q->tensor[i].range.low), high = fmax(high, q->tensor[i].range.high);
    int code = CLI_OK;
    size_t n = 0;
    for (long bits = 1; bits <= most + 1; bits++) /* without loss: last */
        for (long codec = 0; codec < BONNET_CODEC_NAMES && code == CLI_OK; codec++) {
            codec_row *r = &rows[n];
            *r = (codec_row){.bits = bits <= most ? (uint32_t)bits : 0, .codec = (uint32_t)codec};
            if ((q->bits >= 0 && q->bits != r->bits) || (q->codec >= 0 && q->codec != codec)) continue;
            for (size_t i = 0; i < q->count && code == CLI_OK; i++) code = add(r, &q->tensor[i], q->codec == codec ? q->level : 0);
            n++;
        }
    if (code == CLI_OK && plot) code = codec_plot(rows, n, plot);
    if (code != CLI_OK) return code;
    return q->json ? print_json(q, rows, n, low, high) : print_table(q, rows, n, low, high);
}
