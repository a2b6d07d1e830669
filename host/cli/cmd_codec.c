/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_codec.c - bonnet codec: tensors quantised and compressed, what that costs and saves, and streams back to tensors (docs/codecs.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codec.h"

static const char usage[] =
    "usage: bonnet codec TENSORS.npy|.npz... [--bits N] [--codec NAME] [--level N] [--range RANGE] [--plot FILE.svg] [--json]\n"
    "       bonnet codec TENSOR.npy [--bits N] [--codec NAME] [--level N] [--range RANGE] -o FILE\n"
    "       bonnet codec --decode FILE [-o TENSOR.npy]\n\n"
    "A tensor (float32, int32, int16, int8, uint8) in 1 to 8 bits a value, compressed where that pays. Without -o a table: bytes of the stream, by "
    "those of "
    "the\nvalues and by those of the bits uncompressed, errors, MB/s of values, for every number of bits and codec, or the ones asked for.\n"
    "  --bits N        1 to 8; 0: the values as they are, without loss (default with -o)\n"
    "  --codec NAME    none (default with -o), deflate, zstd; skipped where more than 0.95 would be left\n"
    "  --level N       deflate 1 to 9 (default 6), zstd 1 to 19 (default 3)\n"
    "  --range LO:HI   values from LO to HI; beyond them: the nearest step. Default: each tensor's own, in its stream\n"
    "  --range SHARE   found over all tensors given: 1: smallest to largest, below: the middle share of the values\n"
    "  --decode FILE   the tensor of a stream, to -o TENSOR.npy; without: what the stream says of itself\n"
    "  --plot FILE     the table as a drawing: bits that a value takes, and its signal-to-noise ratio (gnuplot)\n  --json\n";

typedef struct line {
    cli_options o;
    const char *bits, *codec, *level, *range, *decode, *plot;
} line;

static const cli_option verb_options[] = {
    CLI_OPT_GROUP(cli_output_options),  CLI_OPT_TEXT("bits", line, bits),   CLI_OPT_TEXT("codec", line, codec),
    CLI_OPT_TEXT("level", line, level), CLI_OPT_TEXT("range", line, range), CLI_OPT_TEXT("decode", line, decode),
    CLI_OPT_TEXT("plot", line, plot),   CLI_OPT_GROUP(cli_json_options),    CLI_OPT_END};

static int number(long *out, const char *option, const char *text, long least, long most)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (!*text || *end || strspn(text, "0123456789") != strlen(text) || value < least || value > most)
        return cli_fail(CLI_USAGE, "codec: --%s wants a number from %ld to %ld, not '%.40s'", option, least, most, text);
    *out = value;
    return CLI_OK;
}

/* --bits, --codec, --level. */
static int read_options(codec_question *q, const line *l)
{
    static const long levels[BONNET_CODEC_NAMES] = {0, 9, 19};
    long level = 0;
    int code = l->bits ? number(&q->bits, "bits", l->bits, 0, BONNET_CODEC_MAX_BITS) : CLI_OK;
    if (code == CLI_OK && l->codec && !codec_named(&q->codec, l->codec))
        return cli_fail(CLI_USAGE, "codec: --codec is none, deflate or zstd, not '%.40s'", l->codec);
    if (code == CLI_OK && l->level && q->codec <= BONNET_CODEC_NONE) return cli_fail(CLI_USAGE, "codec: --level wants --codec deflate or zstd");
    if (code == CLI_OK && l->level) code = number(&level, "level", l->level, 1, levels[q->codec]);
    q->level = (uint32_t)level;
    q->json = l->o.json;
    return code;
}

/* Smallest to largest, or the middle share, of tensors [from, to). */
static int find_range(bonnet_range *out, const codec_question *q, size_t from, size_t to, double share)
{
    char message[128] = "out of memory";
    bonnet_range_search *search = NULL;
    const char *name = q->tensor[from].name;
    bonnet_status status = bonnet_range_open(&search, share);
    for (size_t i = from; i < to && status == BONNET_OK; i++) {
        const bonnet_values v = {q->tensor[i].t.type, q->tensor[i].count, q->tensor[i].t.data};
        name = q->tensor[i].name;
        status = bonnet_range_add(search, &v, message, sizeof message);
    }
    if (status == BONNET_OK && bonnet_range_get(out, search) != BONNET_OK) *out = (bonnet_range){0, 0}; /* no values at all */
    bonnet_range_close(search);
    return status == BONNET_OK ? CLI_OK : cli_fail(CLI_STATUS - (int)status, "%s: %s", name, message);
}

/* --range: every tensor's own, given, or one of all. */
static int set_ranges(codec_question *q, const char *text)
{
    char low[64] = "";
    bonnet_range r = {0, 0};
    double share = 0;
    int code = CLI_OK;
    const char *colon = text ? strchr(text, ':') : NULL;
    if (colon && (size_t)(colon - text) < sizeof low) memcpy(low, text, (size_t)(colon - text));
    if (colon ? !cli_number(&r.low, low) || !cli_number(&r.high, colon + 1) || r.low > r.high
              : text && (!cli_number(&share, text) || !(share > 0 && share <= 1)))
        return cli_fail(CLI_USAGE, "codec: --range wants LO:HI with LO first, or a share above 0 up to 1, not '%.40s'", text);
    if (q->tensor[0].t.type == BONNET_CODEC_U8) return text ? cli_fail(CLI_USAGE, "codec: uint8 is never quantised, and has no --range") : CLI_OK;
    if (text && !colon) code = find_range(&r, q, 0, q->count, share);
    for (size_t i = 0; i < q->count && code == CLI_OK; i++) {
        if (text) q->tensor[i].range = r;
        else if (q->bits) code = find_range(&q->tensor[i].range, q, i, i + 1, 1);
    }
    return code;
}

static int encode(const codec_question *q, const char *path)
{
    char message[128] = "out of memory";
    bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
    bonnet_codec_info info;
    uint8_t *stream = NULL;
    size_t size = 0;
    const codec_tensor *n = q->tensor;
    if (q->count != 1) return cli_fail(CLI_USAGE, "codec: -o FILE wants one tensor, not %zu", q->count);
    o.bits = q->bits > 0 ? (uint32_t)q->bits : 0, o.codec = q->codec > 0 ? (uint32_t)q->codec : 0, o.level = q->level;
    o.range = o.bits ? &n->range : NULL, o.message = message, o.message_bytes = sizeof message;
    bonnet_status status = bonnet_codec_encode(&stream, &size, &n->t, &o);
    if (status == BONNET_OK) status = bonnet_codec_look(&info, stream, size, message, sizeof message);
    int code =
        status == BONNET_OK ? cli_write_file(path, (const char *)stream, size) : cli_fail(CLI_STATUS - (int)status, "%s: %s", n->name, message);
    free(stream);
    if (code != CLI_OK) return code;
    printf("%s: %zu bytes, %.4f of %s%s%s%s\n", path, size, n->bytes ? (double)size / (double)n->bytes : 1, n->name,
           info.codec == info.stored ? "" : "; ", info.codec == info.stored ? "" : codec_names[info.codec],
           info.codec == info.stored ? "" : " skipped, it would save next to nothing");
    return cli_finish_stdout();
}

static int describe(const bonnet_codec_info *info, const char *path, size_t size)
{
    printf("%s: %s [", path, codec_type_text(info->type));
    for (uint32_t i = 0; i < info->rank; i++) printf("%s%llu", i ? ", " : "", (unsigned long long)info->shape[i]);
    if (info->bits) printf("] in %u bits from %.9g to %.9g", info->bits, info->range.low, info->range.high);
    else printf("] without loss");
    printf("; %s%s, %zu bytes of %zu\n", codec_names[info->codec], info->codec == info->stored ? "" : " skipped", size, info->bytes);
    return cli_finish_stdout();
}

static int decode(const char *path, const char *output)
{
    char message[128] = "out of memory";
    uint8_t *bytes = NULL;
    void *values = NULL;
    size_t size = 0;
    bonnet_codec_info info;
    int code = cli_read_file(&bytes, &size, path);
    if (code != CLI_OK) return code;
    bonnet_status status = bonnet_codec_look(&info, bytes, size, message, sizeof message);
    if (status == BONNET_OK && output) {
        values = malloc(info.bytes + 1);
        status = values ? bonnet_codec_decode(values, info.bytes, bytes, size, message, sizeof message) : BONNET_ENOMEM;
    }
    if (status != BONNET_OK) code = cli_fail(CLI_STATUS - (int)status, "%s: %s", path, message);
    else if (output) code = codec_write_npy(output, &info, values);
    if (code == CLI_OK) code = describe(&info, path, size);
    free(values);
    free(bytes);
    return code;
}

int cli_codec(int argc, char **argv)
{
    line l = {.bits = NULL};
    codec_question q = {.bits = -1, .codec = -1};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.decode) {
        if (l.o.argc || l.bits || l.codec || l.level || l.range || l.plot || l.o.json)
            return cli_fail(CLI_USAGE, "codec: --decode FILE takes -o TENSOR.npy and nothing else");
        return decode(l.decode, l.o.output);
    }
    if (!l.o.argc) return cli_fail(CLI_USAGE, "codec: give .npy or .npz files; try `bonnet codec --help`");
    if (l.o.output && (l.o.json || l.plot)) return cli_fail(CLI_USAGE, "codec: --json and --plot are for the table, without -o");
    if ((code = read_options(&q, &l)) != CLI_OK) return code;
    if (l.o.output && q.bits < 0) q.bits = 0;
    for (int i = 0; i < l.o.argc && code == CLI_OK; i++) code = codec_read(&q, l.o.argv[i]);
    if (code == CLI_OK && !q.count) code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no arrays in it", l.o.argv[0]);
    if (code == CLI_OK) code = set_ranges(&q, l.range);
    if (code == CLI_OK && q.bits > 0 && q.tensor[0].t.type == BONNET_CODEC_U8)
        code = cli_fail(CLI_USAGE, "codec: uint8 is never quantised; --bits 0 keeps it as it is");
    if (code == CLI_OK) code = l.o.output ? encode(&q, l.o.output) : codec_table(&q, l.plot);
    codec_free(&q);
    return code;
}
