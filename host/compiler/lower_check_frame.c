/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_check_frame.c - the part of bonnet_job_check() that needs no walk: sizes others rely on, the header and its lists, unknown bits,
 * what all CONVs of a layer say alike, which maps may be thermometer coded; and the pieces of a traced job.
 */
#include <stdlib.h>
#include <string.h>
#include "lower_check.h"

static int reads(const bonnet_job *job, int32_t map, uint32_t first, uint32_t channels)
{
    return map < 0 ? !first : first % 64 == 0 && (uint64_t)first + channels <= job->layers[map].out_c;
}

static const char *bad_layer(const bonnet_job *job, uint32_t i)
{
    const bonnet_job_layer *l = &job->layers[i];
    uint32_t lanes = job->geometry.lanes;
    int given = l->kind == BONNET_LAYER_MAP;
    int stem = l->kind == BONNET_LAYER_STEM || given, fc = l->kind == BONNET_LAYER_FC;
    if ((l->kind > BONNET_LAYER_FC && !given) || (fc && i + 1 != job->n_layers) || (l->kind == BONNET_LAYER_LAST && i + 2 != job->n_layers))
        return "a layer that does not belong there";
    if (stem != (i == 0)) return "layers in another order than stem .. FC, or those of a part";
    if (l->in < -1 || l->in >= (int32_t)i || l->res < -1 || l->res >= (int32_t)i || l->pass < -1 || l->pass >= (int32_t)i || stem != (l->in < 0))
        return "a layer that reads a later one";
    uint32_t most = check_given(job) ? BONNET_MAX_DOT : BONNET_MAX_CHANNELS;
    if ((l->in_c < 1 && !given) || l->in_c > most || l->conv_c < 1 || l->conv_c > most || l->out_c < 1 || l->out_c > 2 * most || l->out_h < 1 ||
        l->out_h > 1023 || l->out_w < 1 || l->out_w > 1023)
        return "size of a layer";
    if (!fc && (l->conv_c % 64 || l->out_c % 64 || (!stem && l->in_c % 64))) return "channels that are not whole words";
    if (l->out_c != l->conv_c && !(l->kind == BONNET_LAYER_CONV && l->out_c == 2 * l->conv_c)) return "channels of a map";
    if (!reads(job, l->in, l->in_first, l->in_c) || !reads(job, l->res, l->res_first, l->conv_c) || !reads(job, l->pass, l->pass_first, l->conv_c))
        return "channels read that a map does not have";
    for (int n = 0; n < 3; n++) { /* only an FC reads features, and only features */
        int32_t map = n == 0 ? l->in : n == 1 ? l->res : l->pass;
        if (map >= 0 && (job->layers[map].kind == BONNET_LAYER_LAST) != fc) return "features where a map is read, or the reverse";
    }
    if (fc && (l->conv_c != job->classes || l->in_c != job->layers[l->in].out_c || l->in_c % 8)) return "features or classes of the FC";
    if (given) return l->rows || l->tile_rows ? "rows of a map" : NULL;
    if (l->tile_rows < 1 || l->rows != (uint64_t)(l->conv_c + lanes - 1) / lanes * l->tile_rows ||
        (uint64_t)l->row + l->rows > job->rows_bytes / (8 * lanes))
        return "a layer's rows";
    return NULL;
}

static const char *bad_sizes(const bonnet_job *job)
{
    if (!bonnet_geometry_sound(&job->geometry)) return "a geometry that no chip has";
    if (job->n_layers < 1 || job->n_layers > BONNET_MAX_LAYERS || job->n_desc < 2 || job->n_desc > BONNET_JOB_MAX + 1 ||
        job->n_desc > job->geometry.records)
        return "number of layers or descriptors";
    if ((job->k != 1 && job->k != 4) || job->batch < 1 || job->batch > CHECK_MAX_BATCH) return "slices or frames of a walk";
    const bonnet_job_layer *end = &job->layers[job->n_layers - 1];
    uint32_t result = job->classes <= BONNET_MAX_CLASSES ? (job->classes + 1) / 2 * 8 : 0;
    if (check_to_bits(job)) /* the last map as it is */
        result = job->classes == (uint64_t)2 * end->out_h * end->out_w * (end->out_c / 64) * job->k ? 4 * job->classes : 0;
    if (job->classes < 1 || !result || job->output_bytes != result || job->output_stride < job->output_bytes || job->output_stride % 64 ||
        job->output_stride > 1u << 22)
        return "size of the results";
    if (job->input_bytes < 1 || job->input_stride < job->input_bytes || job->input_stride % 64 || job->input_stride > 1u << 22)
        return "size of the image";
    if (job->rows_bytes > INT32_MAX || job->rows_bytes % (8 * job->geometry.lanes) || job->rows_bytes % 64 || job->scratch_bytes > CHECK_SCRATCH ||
        job->scratch_bytes % 64 || job->traced > 1 || job->resident > 1 || !job->watchdog_cycles)
        return "sizes";
    if (job->traced ? !job->n_pieces || job->n_pieces > job->n_desc : job->n_pieces != 0) return "number of pieces";
    for (uint32_t i = 0; i < job->n_layers; i++) {
        const char *bad = bad_layer(job, i);
        if (bad) return bad;
    }
    return NULL;
}

/* Bits that each operation knows, word by word. */
static void known_bits(uint32_t *mask, uint32_t op)
{
    memset(mask, 0, BONNET_DESC_BYTES);
#define OP(name, code, text)
#define BITS(word, lsb, width)            mask[word] |= bonnet_desc_mask(width) << (lsb);
#define JOB(name, word, lsb, width, text) BITS(word, lsb, width)
#define HDR(name, word, lsb, width, text)                                                                                                            \
    if (op == BONNET_OP_HEADER) BITS(word, lsb, width)
#define LOAD(name, word, lsb, width, text)                                                                                                           \
    if (op == BONNET_OP_LOAD) BITS(word, lsb, width)
#define CONV(name, word, lsb, width, text)                                                                                                           \
    if (op == BONNET_OP_CONV) BITS(word, lsb, width)
#define FC(name, word, lsb, width, text)                                                                                                             \
    if (op == BONNET_OP_FC) BITS(word, lsb, width)
#define STEM(name, word, lsb, width, text)                                                                                                           \
    if (op == BONNET_OP_STEM) BITS(word, lsb, width)
#define STORE(name, word, lsb, width, text)                                                                                                          \
    if (op == BONNET_OP_STORE) BITS(word, lsb, width)
#include "bonnet_job.def"
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE
}

static const char *bad_header(check *c)
{
    const bonnet_job *job = c->job;
    const uint32_t *d = job->desc[0];
    uint32_t mask[BONNET_DESC_WORDS], at = 1;
    known_bits(mask, BONNET_OP_HEADER);
    if (d[0] || d[1] || G(HDR_MAGIC) != BONNET_JOB_MAGIC || G(HDR_COUNT) != job->n_desc - 1 || G(HDR_SEMS_LO) & 15) return "the header";
    for (int w = 2; w < BONNET_DESC_WORDS; w++)
        if (d[w] & ~mask[w]) return "unknown bits in the header";
    c->count[CHECK_LOAD] = G(HDR_LOADS);
    c->count[CHECK_CONV] = G(HDR_CONVS);
    c->count[CHECK_STEM] = G(HDR_STEMS);
    c->count[CHECK_STORE] = G(HDR_STORES);
    for (uint32_t u = 0; u < CHECK_UNITS; u++) {
        c->first[u] = at;
        at += c->count[u];
    }
    if (at != job->n_desc) return "the four lists are not the whole job";
    if (G(HDR_IN_STEP) != job->input_stride || G(HDR_OUT_STEP) != job->output_stride || G(HDR_SCRATCH_STEP) != job->scratch_bytes)
        return "steps from array to array";
    return NULL;
}

static uint32_t unit_of(uint32_t op)
{
    return op == BONNET_OP_LOAD                         ? CHECK_LOAD
           : op == BONNET_OP_STEM                       ? CHECK_STEM
           : op == BONNET_OP_STORE                      ? CHECK_STORE
           : op == BONNET_OP_CONV || op == BONNET_OP_FC ? CHECK_CONV
                                                        : CHECK_UNITS;
}

static bonnet_status one_descriptor(check *c, const uint32_t *d)
{
    static const int sems[2][3] = {{BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2},
                                   {BONNET_F_JOB_POST0, BONNET_F_JOB_POST1, BONNET_F_JOB_POST2}};
    uint32_t mask[BONNET_DESC_WORDS], op = G(JOB_OP);
    known_bits(mask, op);
    NEED(c, unit_of(op) == c->unit, "operation %u in another unit's list", op);
    for (int w = 0; w < BONNET_DESC_WORDS; w++) NEED(c, !(d[w] & ~mask[w]), "unknown bits 0x%08x in word %d", d[w] & ~mask[w], w);
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < i; j++)
                NEED(c, !bonnet_desc_get(d, sems[s][i]) || bonnet_desc_get(d, sems[s][i]) != bonnet_desc_get(d, sems[s][j]),
                     "the same semaphore twice");
    NEED(c, c->layer < c->job->n_layers, "layer %u", c->layer);
    NEED(c, !G(JOB_ONCE) || (op == BONNET_OP_LOAD && G(LOAD_DEST) != 2), "only a LOAD of rows may be ONCE");
    NEED(c, G(JOB_LAST) == (c->index + 1 == c->first[c->unit] + c->count[c->unit]), "LAST on the wrong descriptor");
    if (op != BONNET_OP_CONV) return BONNET_OK;
    const uint32_t strip = 3u << 13; /* KEEP, MORE */
    if (!c->model[c->layer]) c->model[c->layer] = c->index;
    const uint32_t *m = c->job->desc[c->model[c->layer]];
    NEED(c, !((d[10] ^ m[10]) & 0x7FFFF) && !((d[13] ^ m[13]) & ~strip), "is another convolution than the layer's first");
    return BONNET_OK;
}

/* 1 if no lane of the layer's thresholds breaks s0 <= s1 <= s2 <= s3, that is T0 >= T1 >= T2 >= T3. */
static int ordered_thresholds(const bonnet_job *job, const bonnet_job_layer *l)
{
    size_t row_bytes = 8 * (size_t)job->geometry.lanes;
    int stem = l->kind == BONNET_LAYER_STEM;
    for (uint32_t tile = 0; tile < l->rows / l->tile_rows; tile++)
        for (uint32_t lane = 0; lane < job->geometry.lanes; lane++) {
            int32_t t[4];
            for (uint32_t j = 0; j < 4; j++) {
                uint32_t row = l->row + tile * l->tile_rows + (stem ? 3 + j / 2 : 0), byte = stem ? 4 * (j % 2) : 2 * j;
                const uint8_t *p = job->rows + row * row_bytes + 8 * lane + byte;
                uint32_t v = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (stem ? (uint32_t)p[2] << 16 : 0);
                t[j] = stem ? (int32_t)((v & 0xFFFFF) ^ 0x80000) - 0x80000 : (int32_t)(v & 0x1FFF);
                if (j && t[j] > t[j - 1]) return 0;
            }
        }
    return 1;
}

static void find_ordered(check *c)
{
    const bonnet_job *job = c->job;
    for (uint32_t i = 0; i < job->n_layers; i++) {
        const bonnet_job_layer *l = &job->layers[i];
        uint32_t post = c->model[i] ? bonnet_desc_get(job->desc[c->model[i]], BONNET_F_CONV_POST) : 0;
        int good = job->k == 4 && l->kind <= BONNET_LAYER_DOWN && post != 1 && (l->res < 0 || c->ordered[l->res]) &&
                   (l->pass < 0 || c->ordered[l->pass]) && l->tile_rows >= (l->kind == BONNET_LAYER_STEM ? 6u : 1u);
        c->ordered[i] = (uint8_t)(good && (!job->rows || ordered_thresholds(job, l)));
    }
}

/* A STORE to where a piece lies stores that piece. */
static bonnet_status piece_stores(check *c)
{
    const bonnet_job *job = c->job;
    for (uint32_t i = 0; i < c->count[CHECK_STORE]; i++) {
        c->index = c->first[CHECK_STORE] + i;
        const uint32_t *d = job->desc[c->index];
        c->layer = G(JOB_LAYER);
        for (uint32_t n = 0; n < job->n_pieces && G(STORE_BASE) == 3; n++) {
            const bonnet_job_piece *p = &job->pieces[n];
            NEED(c, p->scratch != G(STORE_OFFSET) || (p->layer == c->layer && 8 * (uint64_t)p->words == G(STORE_BYTES)),
                 "STORE of something else than piece %u", n);
        }
    }
    return BONNET_OK;
}

bonnet_status check_frame(check *c)
{
    const bonnet_job *job = c->job;
    const char *bad = bad_sizes(job);
    if (!bad) bad = bad_header(c);
    if (bad) return bonnet_fail(c->err, BONNET_EFORMAT, "job: %s", bad);
    c->limit[SPACE_FEATURE] = job->geometry.feature_words;
    c->limit[SPACE_WEIGHT] = job->geometry.weight_rows;
    c->limit[SPACE_STEM] = job->geometry.stem_rows;
    c->limit[SPACE_SCRATCH] = job->scratch_bytes / 8;
    for (c->unit = 0; c->unit < CHECK_UNITS; c->unit++)
        for (uint32_t i = 0; i < c->count[c->unit]; i++) {
            c->index = c->first[c->unit] + i;
            c->layer = bonnet_desc_get(job->desc[c->index], BONNET_F_JOB_LAYER);
            TRY(one_descriptor(c, job->desc[c->index]));
        }
    find_ordered(c);
    TRY(piece_stores(c));
    /* Every frame's logits once; that they are the right ones is seen in the walk. */
    uint8_t results[CHECK_MAX_BATCH] = {0};
    for (uint32_t i = 0; i < c->count[CHECK_STORE]; i++) {
        const uint32_t *d = job->desc[c->first[CHECK_STORE] + i];
        uint32_t step = job->geometry.arrays * job->output_stride, frame = G(STORE_OFFSET) / step;
        if (G(STORE_BASE) != 2) continue;
        if (G(STORE_OFFSET) % step || frame >= job->batch || results[frame]++)
            return bonnet_fail(c->err, BONNET_EFORMAT, "job: logits stored twice, or where they do not belong");
    }
    for (uint32_t f = 0; f < job->batch; f++)
        if (!results[f]) return bonnet_fail(c->err, BONNET_EFORMAT, "job: the logits of frame %u of the walk are not stored", f);
    return BONNET_OK;
}

/* ---- pieces ---------------------------------------------------------------------------------------------------------- */

static int piece_word(const check *c, const bonnet_job_piece *p, uint64_t word, uint64_t tag)
{
    const check_cell *cell = &c->cells[SPACE_SCRATCH][p->scratch / 8 + word];
    return cell->tag == tag && cell->have == CHECK_ALL;
}

static const char *bad_piece(const check *c, const bonnet_job_piece *p, uint32_t walk, uint8_t *rows)
{
    const bonnet_job *job = c->job;
    if (p->layer >= job->n_layers || p->frame >= job->batch || p->scratch % 64 || (uint64_t)p->scratch / 8 + p->words > c->limit[SPACE_SCRATCH])
        return "is of no map, or outside scratch";
    const bonnet_job_layer *l = &job->layers[p->layer];
    uint8_t *seen = rows + ((size_t)p->layer * job->batch + p->frame) * 128;
    uint32_t frame = walk * job->batch + p->frame, per = l->kind == BONNET_LAYER_LAST ? 4 : 2;
    int whole = l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_FC;
    uint32_t n = whole ? (l->out_c + per - 1) / per : l->out_c / 64 * (p->therm ? 3 : job->k);
    if (whole) {
        if (p->y0 || p->rows != 1 || p->therm || p->pitch || p->pix || p->words != n) return "has the wrong size";
    } else if (p->therm > 1 || (p->therm && !c->ordered[p->layer]) || p->rows < 1 || (uint64_t)p->y0 + p->rows > l->out_h || p->pix < n ||
               p->pix > 4096 || p->pitch < l->out_w * p->pix || p->pitch > 1u << 23 ||
               (uint64_t)(p->rows - 1) * p->pitch + (uint64_t)(l->out_w - 1) * p->pix + n > p->words) {
        return "has the wrong size";
    }
    for (uint32_t y = p->y0; y < p->y0 + p->rows; y++) {
        if (seen[y / 8] >> y % 8 & 1) return "repeats a row";
        seen[y / 8] |= (uint8_t)(1u << y % 8);
        for (uint32_t x = 0; x < (whole ? 1 : l->out_w); x++)
            for (uint32_t i = 0; i < n; i++)
                if (!piece_word(c, p, (uint64_t)(y - p->y0) * p->pitch + (uint64_t)x * p->pix + i, check_tag(frame, p->layer, p->therm, y, x, i)))
                    return "does not hold its rows";
    }
    return NULL;
}

bonnet_status check_pieces(const check *c, uint32_t last_walk)
{
    const bonnet_job *job = c->job;
    if (!job->traced) return BONNET_OK;
    uint8_t *rows = calloc((size_t)job->n_layers * job->batch, 128);
    if (!rows) return bonnet_fail(c->err, BONNET_ENOMEM, "no memory to check a job");
    const char *bad = NULL;
    uint32_t i = 0;
    for (; i < job->n_pieces && !bad; i++) bad = bad_piece(c, &job->pieces[i], last_walk, rows);
    bonnet_status st = bad ? bonnet_fail(c->err, BONNET_EFORMAT, "job: piece %u %s", i - 1, bad) : BONNET_OK;
    for (uint32_t n = 0; n < job->n_layers * job->batch && st == BONNET_OK; n++) {
        const bonnet_job_layer *l = &job->layers[n / job->batch];
        uint32_t need = l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_FC ? 1 : l->out_h;
        for (uint32_t y = 0; y < need && st == BONNET_OK; y++)
            if (!(rows[(size_t)n * 128 + y / 8] >> y % 8 & 1))
                st = bonnet_fail(c->err, BONNET_EFORMAT, "job: row %u of the map of layer %u is not stored", y, n / job->batch);
    }
    free(rows);
    return st;
}
