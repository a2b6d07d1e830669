/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnx_test.c - host/compiler/onnx*.c: what is imported computes what the graph says, and what does not fit is refused in one line.
 *
 * Random graphs of the dialect (make_net.c) are evaluated as ONNX in double precision and, imported, by golden: all logits must be equal.
 * Then one thing at a time is made wrong. Then the bytes are cut and damaged. Run under ASan and UBSan.
 */
#include "golden/golden.h"
#include "make_onnx.h"
#include "onnx.h"

static int one_line(const bonnet_error *err) { return err->text[0] && !strchr(err->text, '\n'); }

/* ---- the same numbers ---------------------------------------------------------------------------------------------- */

static int agree(uint64_t seed, bonnet_fold_stats *stats, uint32_t kinds[5])
{
    make_onnx m;
    bonnet_net *net = NULL;
    bonnet_error err = {""};
    bonnet_fold_stats s = {0};
    size_t size;
    make_start(&m, seed);
    make_network(&m);
    uint8_t *bytes = make_bytes(&m, &size);
    int same = bonnet_onnx_import(&net, bytes, size, &s, &err) == BONNET_OK;
    if (!same) printf("      seed %llu: %s\n", (unsigned long long)seed, err.text);
    const size_t pixels = (size_t)m.planes * m.h * m.w;
    for (int frame = 0; same && frame < 2; frame++) {
        uint8_t image[3 * 32 * 32];
        double real[3 * 32 * 32], want[BONNET_MAX_CLASSES];
        int32_t got[BONNET_MAX_CLASSES];
        for (size_t i = 0; i < pixels; i++) { /* interleaved for golden, planar for ONNX */
            image[i] = (uint8_t)unit_random(&m.u);
            real[i % m.planes * m.h * m.w + i / m.planes] = m.is_signed ? (int8_t)image[i] : image[i];
        }
        same = make_evaluate(&m, real, "logits", want, m.classes) && bonnet_golden_run(net, image, NULL, got, NULL, NULL) == BONNET_OK;
        for (uint32_t i = 0; same && i < m.classes; i++)
            if (want[i] != got[i]) same = 0, printf("      seed %llu: logit %u is %d, not %.1f\n", (unsigned long long)seed, i, got[i], want[i]);
    }
    for (uint32_t i = 0; net && i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        for (uint32_t o = 0; l->pool_and && o < l->conv_c; o++) kinds[0] += l->pool_and[o];
        kinds[1] += l->kind == BONNET_LAYER_CONV && l->post == BONNET_POST_INTERLEAVE;
        kinds[2] += l->dilation == 2;
        kinds[3] += l->dw_const;
        kinds[4] += l->kind == BONNET_LAYER_DOWN;
    }
    stats->thresholds += s.thresholds, stats->ties += s.ties, stats->near += s.near;
    bonnet_net_free(net);
    free(bytes);
    make_end(&m);
    return same;
}

static void random_graphs(unit *u)
{
    bonnet_fold_stats stats = {0};
    uint32_t kinds[5] = {0};
    unsigned differ = 0;
    for (uint32_t i = 0; i < u->cases; i++) differ += !agree(u->seed * 1000 + i, &stats, kinds);
    printf("      %u graphs: %u thresholds, %u AND-pooled channels, %u interleaves, %u dilations, %u constant borders, %u downsamples\n", u->cases,
           stats.thresholds, kinds[0], kinds[1], kinds[2], kinds[3], kinds[4]);
    UNIT(u, differ == 0, "golden on the imported net equals the graph, every logit", "%u of %u graphs differ", differ, u->cases);
    UNIT(u, u->cases < 24 || (kinds[0] && kinds[1] && kinds[2] && kinds[3] && kinds[4]), "all of the dialect was met", "see the counts above");
}

/* ---- what does not fit --------------------------------------------------------------------------------------------- */

typedef void spoil(make_onnx *m);
static void bad_stride(make_onnx *m) { make_ints(m, make_find(m, "b0.conv1"), "strides", 2, (int64_t[]){3, 3}); }
static void bad_group(make_onnx *m) { make_int(m, make_find(m, "b0.conv1"), "group", 2); }
static void bad_dilation(make_onnx *m) { make_ints(m, make_find(m, "b0.conv2"), "dilations", 2, (int64_t[]){3, 3}); }
static void bad_pads(make_onnx *m) { make_ints(m, make_find(m, "b0.conv1"), "pads", 4, (int64_t[]){1, 1, 1, 1}); }
static void bad_auto_pad(make_onnx *m) { make_string(m, make_find(m, "stem.conv"), "auto_pad", "SAME_UPPER"); }
static void bad_mode(make_onnx *m) { make_string(m, make_find(m, "b0.conv1.pad"), "mode", "reflect"); }
static void bad_op(make_onnx *m) { make_find(m, "b0.xnor")->op_type = (char *)(uintptr_t) "Softmax"; }
static void bad_weight(make_onnx *m) { make_find_tensor(m, "b0.conv1.w.int8")->raw_data.data[5] = 3; }
static void bad_stem_weight(make_onnx *m) { make_find_tensor(m, "stem.w.int8")->raw_data.data[5] = 0x80; }
static void bad_dims(make_onnx *m) { make_find_tensor(m, "b0.conv1.w.int8")->dims[0] = INT64_C(1) << 62; }
static void bad_negative(make_onnx *m) { make_find_tensor(m, "b0.conv1.w.int8")->dims[1] = -64; }
static void bad_bytes(make_onnx *m) { make_find_tensor(m, "b0.conv1.w.int8")->raw_data.len--; }
static void bad_type(make_onnx *m) { make_find_tensor(m, "head.fc.b")->data_type = 8; }
static void bad_nan(make_onnx *m) { memset(make_find_tensor(m, "b0.slices1.bn.var")->raw_data.data, 0xff, 4); }
static void bad_var(make_onnx *m) { make_find_tensor(m, "b0.slices1.bn.var")->raw_data.data[3] |= 0x80; }
static void bad_name(make_onnx *m) { make_find(m, "b0.conv2")->input[0] = (char *)(uintptr_t) "nowhere"; }
static void bad_twice(make_onnx *m) { make_find(m, "b0.conv2")->output[0] = (char *)(uintptr_t) "b0.conv1"; }
static void bad_order(make_onnx *m)
{
    Onnx__NodeProto *t = m->nodes[m->graph.n_node - 1];
    memmove(m->nodes + 1, m->nodes, (m->graph.n_node - 1) * sizeof t);
    m->nodes[0] = t;
}
static void bad_shift(make_onnx *m) { make_find_tensor(m, "stem.factor")->raw_data.data[0] = 1; }
static void bad_clip(make_onnx *m) { make_find(m, "stem.map")->input[1] = (char *)(uintptr_t) "head.u.low"; }
static void bad_a(make_onnx *m) { make_find_tensor(m, "last.A")->raw_data.data[0] = 1; }
static void bad_slice(make_onnx *m) { make_find(m, "b0.slices1.sign1")->input[0] = (char *)(uintptr_t) "stem.slices.add1"; }
static void bad_count(make_onnx *m) { make_find(m, "b0.slices1")->n_input = 3; }
static void bad_or(make_onnx *m)
{
    make_find(m, "b0.or")->input[0] = (char *)(uintptr_t) "stem.slices", make_find(m, "b0.or")->input[1] = (char *)(uintptr_t) "stem.slices";
}
static void bad_shared(make_onnx *m) { make_find(m, "b0.or")->input[1] = (char *)(uintptr_t) "b0.slices1"; }
static void bad_axis(make_onnx *m) { make_int(m, make_find(m, "b0.slices1"), "axis", 2); }
static void bad_axis_type(make_onnx *m) { make_find(m, "b0.slices1")->attribute[0]->has_i = 0; }
static void bad_end(make_onnx *m) { m->graph.n_node--, make_find(m, "head.f")->output[0] = (char *)(uintptr_t) "logits"; }
static void bad_planes(make_onnx *m) { m->planes = 2; }
static void bad_image(make_onnx *m) { m->w = 0; }
/* Add(0.25) between the stem map and its Pad */
static void bad_lift(make_onnx *m)
{
    const int64_t one = 1;
    const double quarter = 0.25;
    Onnx__NodeProto *pad = make_find(m, "stem.pad");
    const char *const in[2] = {pad->input[0], make_floats(m, "stem.lift.c", 1, &one, &quarter)};
    Onnx__NodeProto *lift = make_node(m, "Add", "stem.lift", 2, in);
    uint32_t at = 0;
    while (m->nodes[at] != pad) at++;
    memmove(m->nodes + at + 1, m->nodes + at, (m->graph.n_node - 1 - at) * sizeof lift);
    m->nodes[at] = lift;
    pad->input[0] = (char *)(uintptr_t) "stem.lift";
    make_string(m, pad, "mode", "constant");
}
static void bad_lifted_edge(make_onnx *m)
{
    bad_lift(m);
    make_string(m, make_find(m, "stem.pad"), "mode", "edge");
}
static void bad_control(make_onnx *m) { bad_stride(m), make_find(m, "b0.conv1")->name = (char *)(uintptr_t) "two\nlines\033[31m"; }

static void refusals(unit *u)
{
    static const struct {
        const char *what;
        spoil *spoil;
        bonnet_status want;
        const char *says;
    } table[] = {
        {"stride 3", bad_stride, BONNET_EUNSUPPORTED, "node 'b0.conv1' (Conv): stride 3; 1 or 2 fits"},
        {"group 2 with 4 slices", bad_group, BONNET_EUNSUPPORTED, "group 2"},
        {"dilation 3", bad_dilation, BONNET_EUNSUPPORTED, "dilation 3"},
        {"zero padding of bits", bad_pads, BONNET_EUNSUPPORTED, "Pad(mode=edge)"},
        {"auto_pad", bad_auto_pad, BONNET_EUNSUPPORTED, "auto_pad"},
        {"reflecting pad", bad_mode, BONNET_EUNSUPPORTED, "mode edge"},
        {"an unknown operator", bad_op, BONNET_EUNSUPPORTED, "(Softmax)"},
        {"a binary weight of 3", bad_weight, BONNET_EUNSUPPORTED, "weight 5 is 3"},
        {"a stem weight of -128", bad_stem_weight, BONNET_EUNSUPPORTED, "-128"},
        {"dimensions that overflow", bad_dims, BONNET_EFORMAT, "dimension 0"},
        {"a negative dimension", bad_negative, BONNET_EFORMAT, "dimension 1"},
        {"a byte too few", bad_bytes, BONNET_EFORMAT, "bytes of data"},
        {"a tensor of strings", bad_type, BONNET_EUNSUPPORTED, "data type 8"},
        {"a variance that is not a number", bad_nan, BONNET_EFORMAT, "finite"},
        {"a negative variance", bad_var, BONNET_EUNSUPPORTED, "must be positive"},
        {"an input that nothing defines", bad_name, BONNET_EFORMAT, "nothing defines"},
        {"a value defined twice", bad_twice, BONNET_EFORMAT, "more than once"},
        {"nodes out of order", bad_order, BONNET_EFORMAT, "order"},
        {"a shift that is no power of two", bad_shift, BONNET_EUNSUPPORTED, "power of two"},
        {"a stem map of 16 bits", bad_clip, BONNET_EUNSUPPORTED, "-128..127"},
        {"a border between the integers", bad_lift, BONNET_EUNSUPPORTED, "channel 0: 0 - 0.25 is no border"},
        {"an edge of a map that was added to", bad_lifted_edge, BONNET_EUNSUPPORTED, "the mode is constant"},
        {"A that is no integer", bad_a, BONNET_EUNSUPPORTED, "A[0]"},
        {"slices of two convolutions", bad_slice, BONNET_EUNSUPPORTED, "not a slice of the same"},
        {"a slice that no Concat takes", bad_count, BONNET_EUNSUPPORTED, "1 slices, but the stem has 4"},
        {"OR of a map with itself", bad_or, BONNET_EUNSUPPORTED, "neither"},
        {"XNOR into a map that is used elsewhere, too", bad_shared, BONNET_EUNSUPPORTED, "node 'b0.xnor' (Mul): neither"},
        {"slices joined along the rows", bad_axis, BONNET_EUNSUPPORTED, "axis 2"},
        {"an attribute of the wrong type", bad_axis_type, BONNET_EFORMAT, "'axis'"},
        {"an output before the Gemm", bad_end, BONNET_EUNSUPPORTED, "not the logits"},
        {"2 planes", bad_planes, BONNET_EUNSUPPORTED, "[1, 2, 4, 4]"},
        {"an empty image", bad_image, BONNET_EUNSUPPORTED, "[1, 1, 4, 0]"},
        {"a name that would move the cursor", bad_control, BONNET_EUNSUPPORTED, "'two?lines?[31m'"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        make_onnx m;
        bonnet_net *net = NULL;
        bonnet_error err = {""};
        size_t size;
        make_start(&m, u->seed);
        m.plain = 1;
        make_network(&m);
        table[i].spoil(&m);
        uint8_t *bytes = make_bytes(&m, &size);
        bonnet_status status = bonnet_onnx_import(&net, bytes, size, NULL, &err);
        UNIT(u, status == table[i].want && one_line(&err) && strstr(err.text, table[i].says) && !net, table[i].what, "status %d: %s", status,
             err.text);
        bonnet_net_free(net);
        free(bytes);
        make_end(&m);
    }
}

/* ---- damage -------------------------------------------------------------------------------------------------------------- */

/* Imports a copy that ends where it ends. 1: refused in one line, or a sound net. */
static int survives(const uint8_t *bytes, size_t size, unsigned *accepted)
{
    uint8_t *copy = malloc(size ? size : 1);
    bonnet_net *net = NULL;
    bonnet_error err = {""};
    char why[200];
    if (!copy) exit(1);
    memcpy(copy, bytes, size);
    bonnet_status status = bonnet_onnx_import(&net, copy, size, NULL, &err);
    free(copy);
    int fine = status == BONNET_OK ? net && !bonnet_net_check(net, why, sizeof why)
                                   : one_line(&err) && (status == BONNET_EFORMAT || status == BONNET_EUNSUPPORTED);
    if (!fine) printf("      status %d: %s\n", status, err.text);
    *accepted += status == BONNET_OK;
    bonnet_net_free(net);
    return fine;
}

static void damage(unit *u)
{
    make_onnx m;
    size_t size;
    unsigned bad = 0, accepted = 0, taken = 0;
    make_start(&m, u->seed);
    m.plain = 1;
    make_network(&m);
    uint8_t *bytes = make_bytes(&m, &size);
    for (size_t n = 0; n < size; n += n < 4096 || n + 4096 > size ? 1 : 97) bad += !survives(bytes, n, &taken);
    /* Cut exactly before the metadata it is a whole model without metadata. */
    UNIT(u, !bad && taken <= 1, "truncations are refused in one line", "%u not, %u taken", bad, taken);
    bad = 0;
    const uint32_t tries = u->cases * 20 < 2000 ? 2000 : u->cases * 20;
    for (uint32_t i = 0; i < tries; i++) {
        const size_t at = unit_below(u, 2) ? unit_below(u, (uint32_t)size) : unit_below(u, 4096) + (unit_below(u, 2) ? size - 4096 : 0);
        const uint8_t old = bytes[at];
        bytes[at] ^= (uint8_t)(1 + unit_below(u, 255));
        bad += !survives(bytes, size, &accepted);
        bytes[at] = old;
    }
    printf("      of %u damaged models %u were other sound networks\n", tries, accepted);
    UNIT(u, !bad, "random byte damage: a sound network, or refused in one line", "%u of %u", bad, tries);
    free(bytes);
    make_end(&m);
}

/* Puts a field header of `tag` in front of what nest[*at..end) holds. */
static void wrap(uint8_t *nest, size_t *at, size_t end, uint8_t tag)
{
    uint8_t header[8] = {tag};
    size_t n = 1;
    for (size_t length = end - *at; n == 1 || length; length >>= 7) header[n++] = (uint8_t)((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
    memcpy(nest + (*at -= n), header, n);
}

/* Graph in attribute in node in graph ..: protobuf-c recurses as deep as the bytes say, and has no limit of its own. */
static void deep_nesting(unit *u)
{
    const size_t end = 1 << 20;
    size_t at = end;
    unsigned taken = 0;
    uint8_t *nest = malloc(end);
    if (!nest) exit(1);
    while (at > 64) {
        wrap(nest, &at, end, 0x32); /* AttributeProto.g         */
        wrap(nest, &at, end, 0x2a); /* NodeProto.attribute      */
        wrap(nest, &at, end, 0x0a); /* GraphProto.node          */
    }
    wrap(nest, &at, end, 0x3a); /* ModelProto.graph         */
    UNIT(u, survives(nest + at, end - at, &taken) && !taken, "messages nested without end do not exhaust the stack", "taken");
    free(nest);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "onnx", 1, 24);
    refusals(&u);
    random_graphs(&u);
    damage(&u);
    deep_nesting(&u);
    return unit_end(&u);
}
