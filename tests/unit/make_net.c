/* SPDX-License-Identifier: Apache-2.0 */
/* make_net.c - random networks of the dialect as ONNX, see make_onnx.h. */
#include <math.h>
#include "make_onnx.h"

enum { C = 64 };
#define NODE(m, op, name, ...) make_node((m), (op), (name), sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

static double *numbers(make_onnx *m, size_t count)
{
    double *x = bonnet_arena_calloc(&m->arena, count, sizeof *x);
    if (!x) exit(1);
    return x;
}

static double between(make_onnx *m, double low, double high) { return (float)(low + (high - low) * unit_real(&m->u)); }
static int chance(make_onnx *m, uint32_t percent) { return !m->plain && unit_below(&m->u, 100) < percent; }
static double integer(make_onnx *m, int32_t most) { return (double)unit_below(&m->u, 2 * (uint32_t)most + 1) - most; }

static const char *scalar(make_onnx *m, const char *name, double value)
{
    const int64_t one = 1;
    return make_floats(m, name, chance(m, 50) ? 0 : 1, &one, &value);
}

/* One number per channel, shape [1, C, 1, 1] or [C, 1, 1]. */
static const char *channels(make_onnx *m, const char *name, uint32_t count, const double *values)
{
    const int64_t dims[4] = {1, count, 1, 1};
    return chance(m, 30) ? make_floats(m, name, 3, dims + 1, values) : make_floats(m, name, 4, dims, values);
}

static const char *weights(make_onnx *m, const char *name, int64_t o, int64_t i, int64_t kernel, int binary)
{
    const int64_t dims[4] = {o, i, kernel, kernel};
    const size_t count = (size_t)(o * i * kernel * kernel);
    double *x = numbers(m, count);
    for (size_t j = 0; j < count; j++) x[j] = binary ? (unit_random(&m->u) & 1 ? 1 : -1) : integer(m, chance(m, 2) ? 127 : 20);
    return make_small(m, name, 4, dims, x);
}

static const char *conv(make_onnx *m, const char *name, const char *x, const char *w, int64_t group, int64_t stride, int64_t dilation, int64_t pad)
{
    Onnx__NodeProto *n = NODE(m, "Conv", name, x, w);
    if (group != 1) make_int(m, n, "group", group);
    if (stride != 1) make_ints(m, n, "strides", 2, (int64_t[]){stride, stride});
    if (dilation != 1) make_ints(m, n, "dilations", 2, (int64_t[]){dilation, dilation});
    if (pad) make_ints(m, n, "pads", 4, (int64_t[]){pad, pad, pad, pad});
    return name;
}

static const char *pad_edge(make_onnx *m, const char *name, const char *x, int64_t by)
{
    const char *pads = make_int64s(m, make_name(m, "%s.pads", name), 8, (int64_t[]){0, 0, by, by, 0, 0, by, by});
    make_string(m, NODE(m, "Pad", name, x, pads), "mode", "edge");
    return name;
}

static const char *scaled(make_onnx *m, const char *op, const char *name, const char *x, uint32_t count, double low, double high)
{
    double *v = numbers(m, count);
    for (uint32_t i = 0; i < count; i++) v[i] = between(m, low, high);
    const char *t = channels(m, make_name(m, "%s.value", name), count, v);
    if (chance(m, 50)) NODE(m, op, name, t, x);
    else NODE(m, op, name, x, t);
    return name;
}

static const char *batchnorm(make_onnx *m, const char *name, const char *x, uint32_t count, double spread)
{
    double *v = numbers(m, 4 * (size_t)count);
    const int64_t dims[1] = {count};
    const char *in[5] = {x, NULL, NULL, NULL, NULL};
    static const char *const part[4] = {"scale", "bias", "mean", "var"};
    for (uint32_t i = 0; i < count; i++) {
        v[i] = chance(m, 3) ? 0 : between(m, 0.3, 1.5) * (chance(m, 35) ? -1 : 1);
        v[count + i] = between(m, -0.5, 0.5);
        v[2 * count + i] = between(m, -spread / 2, spread / 2);
        v[3 * count + i] = between(m, spread * spread / 2, spread * spread);
    }
    for (int p = 0; p < 4; p++) in[p + 1] = make_floats(m, make_name(m, "%s.%s", name, part[p]), 1, dims, v + p * (size_t)count);
    Onnx__NodeProto *n = make_node(m, "BatchNormalization", name, 5, in);
    if (chance(m, 50)) make_float(m, n, "epsilon", 1e-3f);
    return name;
}

static const char *sign(make_onnx *m, const char *name, const char *x)
{
    if (!chance(m, 30)) return NODE(m, "Sign", name, x)->output[0];
    return NODE(m, "BipolarQuant", name, x, scalar(m, make_name(m, "%s.one", name), 1))->output[0];
}

static const char *slices(make_onnx *m, const char *name, const char *x, uint32_t count, double spread)
{
    static const float offset[4] = {-2.0f / 3, -1.0f / 3, 1.0f / 3, 2.0f / 3};
    const char *in[4];
    if (chance(m, 20)) x = scaled(m, "Mul", make_name(m, "%s.alpha", name), x, count, 0.5, 2);
    x = batchnorm(m, make_name(m, "%s.bn", name), x, count, spread);
    if (m->k == 1) return sign(m, name, x);
    for (int j = 0; j < 4; j++) {
        const char *add = make_name(m, "%s.add%d", name, j);
        NODE(m, "Add", add, x, scalar(m, make_name(m, "%s.b", add), offset[j]));
        in[j] = sign(m, make_name(m, "%s.sign%d", name, j), add);
    }
    make_int(m, make_node(m, "Concat", name, 4, in), "axis", 1);
    return name;
}

static const char *rounded(make_onnx *m, const char *name, const char *x, const char *factor, double low, double high)
{
    const char *half = make_name(m, "%s.half", name), *fl = make_name(m, "%s.floor", name), *mul = make_name(m, "%s.mul", name);
    if (factor) x = NODE(m, "Mul", mul, x, factor)->output[0];
    NODE(m, "Add", half, x, scalar(m, make_name(m, "%s.c", half), 0.5));
    NODE(m, "Floor", fl, half);
    NODE(m, "Clip", name, fl, scalar(m, make_name(m, "%s.low", name), low), scalar(m, make_name(m, "%s.high", name), high));
    return name;
}

/* Sides of the map it makes go to *h, *w. */
static const char *stem(make_onnx *m, int64_t *h, int64_t *w)
{
    const int64_t kernel = m->plain ? 3 : 3 + 2 * unit_below(&m->u, 3), stride = 1 + chance(m, 40);
    const uint32_t pool = m->plain ? 0 : unit_below(&m->u, 3), border = m->plain ? 1 : unit_below(&m->u, 5);
    double *v = numbers(m, C);
    const char *x = conv(m, "stem.conv", "image", weights(m, "stem.w", C, m->planes, kernel, 0), 1, stride, 1, (kernel - 1) / 2);
    *h = (m->h + stride - 1) / stride, *w = (m->w + stride - 1) / stride;
    if (pool) {
        const int64_t side = pool == 1 ? 2 : 3;
        Onnx__NodeProto *n = NODE(m, "MaxPool", "stem.pool", x);
        make_ints(m, n, "kernel_shape", 2, (int64_t[]){side, side});
        make_ints(m, n, "strides", 2, (int64_t[]){2, 2});
        if (pool == 2) make_ints(m, n, "pads", 4, (int64_t[]){1, 1, 1, 1});
        x = "stem.pool";
        *h = pool == 1 ? *h / 2 : (*h + 1) / 2, *w = pool == 1 ? *w / 2 : (*w + 1) / 2;
    }
    for (int i = 0; i < C; i++) v[i] = ldexp(1, -(int)(4 + unit_below(&m->u, 6)));
    x = rounded(m, "stem.map", x, channels(m, "stem.factor", C, v), -128, 127);
    if (border == 0) return slices(m, "stem.slices", x, C, 30);
    const char *dw = weights(m, "stem.dw.w", C, 1, 3, 0);
    if (border == 1) x = pad_edge(m, "stem.pad", x, 1);
    if (border == 4) { /* a border of its own for every channel: moved to the value that is padded with */
        for (int i = 0; i < C; i++) v[i] = integer(m, 27);
        x = NODE(m, "Add", "stem.lift", x, channels(m, "stem.lift.c", C, v))->output[0];
    }
    if (border == 2 || border == 4)
        x = NODE(m, "Pad", "stem.pad", x, make_int64s(m, "stem.pads", 8, (int64_t[]){0, 0, 1, 1, 0, 0, 1, 1}),
                 scalar(m, "stem.border", integer(m, 100)))
                ->output[0];
    x = conv(m, "stem.dw", x, dw, C, 1, 1, border == 3);
    return slices(m, "stem.slices", x, C, 800);
}

static const char *binary(make_onnx *m, const char *name, const char *x, int64_t in, int64_t out, int64_t stride, int64_t dilation)
{
    const char *p = pad_edge(m, make_name(m, "%s.pad", name), x, dilation), *w = weights(m, make_name(m, "%s.w", name), out, in, 3, 1);
    return conv(m, name, p, w, m->k, stride, dilation, 0);
}

static const char *both(make_onnx *m, const char *op, const char *name, const char *a, const char *r)
{
    return chance(m, 50) ? NODE(m, op, name, r, a)->output[0] : NODE(m, op, name, a, r)->output[0];
}

static const char *reshaped(make_onnx *m, const char *name, const char *x, uint32_t rank, const int64_t *dims)
{
    NODE(m, "Reshape", name, x, make_int64s(m, make_name(m, "%s.shape", name), rank, dims));
    return name;
}

/* conv1 XNOR, conv2 OR; the residual downsampled if stride is 2. */
static const char *block(make_onnx *m, const char *name, const char *x, int64_t in, int64_t stride, int64_t *h, int64_t *w, const char **residual)
{
    const char *r = x, *a = NULL, *late = make_name(m, "%s.conv1", name);
    const int first = chance(m, 50); /* conv1 before or after the downsample in the file */
    if (first) a = binary(m, late, x, in, C, stride, 1);
    if (stride == 2 || in != C) {
        const char *d = make_name(m, "%s.down", name), *wt = weights(m, make_name(m, "%s.w", d), C, m->k * in, 1, 1);
        r = conv(m, d, x, wt, 1, 1, 1, 0);
        if (chance(m, 50)) r = scaled(m, "Add", make_name(m, "%s.bias", d), r, C, -9, 9);
        if (stride == 2) {
            Onnx__NodeProto *n = NODE(m, "MaxPool", make_name(m, "%s.pool", d), r);
            make_ints(m, n, "kernel_shape", 2, (int64_t[]){2, 2});
            make_ints(m, n, "strides", 2, (int64_t[]){2, 2});
            const int keeps = (*h | *w) & 1; /* as the convolution of stride 2 does */
            if (keeps || chance(m, 20)) make_int(m, n, "ceil_mode", 1);
            r = n->output[0];
            *h = (*h + keeps) / 2, *w = (*w + keeps) / 2;
        }
        r = slices(m, make_name(m, "%s.slices", d), r, C, 16);
    }
    if (!a) a = binary(m, late, x, in, C, stride, 1);
    a = slices(m, make_name(m, "%s.slices1", name), a, C, 24);
    a = both(m, "Mul", make_name(m, "%s.xnor", name), a, r);
    a = slices(m, make_name(m, "%s.slices2", name), binary(m, make_name(m, "%s.conv2", name), a, C, C, 1, 1 + chance(m, 30)), C, 24);
    *residual = r;
    return both(m, "Max", make_name(m, "%s.or", name), a, r);
}

static const char *interleaved(make_onnx *m, const char *name, const char *z, const char *t, int64_t h, int64_t w)
{
    const int64_t k = m->k, lane[6] = {1, k, C, 1, h, w}, map[4] = {1, 2 * k * C, h, chance(m, 50) ? -1 : w};
    const char *in[2] = {reshaped(m, make_name(m, "%s.even", name), z, 6, lane), reshaped(m, make_name(m, "%s.odd", name), t, 6, lane)};
    const char *pair = make_name(m, "%s.pair", name);
    make_int(m, make_node(m, "Concat", pair, 2, in), "axis", 3);
    return reshaped(m, name, pair, 4, map);
}

static const char *half(make_onnx *m, const char *name, const char *x, int64_t start, int64_t h, int64_t w)
{
    const int64_t split[5] = {1, m->k, 2 * C, h, w}, map[4] = {1, m->k * (int64_t)C, h, w}, end = start + C, axis = 2;
    const char *s = reshaped(m, make_name(m, "%s.split", name), x, 5, split), *cut = make_name(m, "%s.cut", name);
    NODE(m, "Slice", cut, s, make_int64s(m, make_name(m, "%s.start", name), 1, &start), make_int64s(m, make_name(m, "%s.end", name), 1, &end),
         make_int64s(m, make_name(m, "%s.axis", name), 1, &axis));
    return reshaped(m, name, cut, 4, map);
}

#define NAMED(name) make_name(m, "%s%s", of, name)
/* `of`: what its names begin with; to: its output. */
static void head(make_onnx *m, const char *of, const char *to, const char *x, int64_t h, int64_t w)
{
    double *v = numbers(m, 4 * C + m->classes), *fc = numbers(m, (size_t)C * m->classes);
    const int64_t split[5] = {1, m->k, C, h, w}, one = 1, both_axes[2] = {2, 3}, fc_dims[2] = {m->classes, C}, bias_dims[1] = {m->classes};
    for (int i = 0; i < C; i++)
        v[i] = integer(m, 60), v[C + i] = integer(m, 2000), v[2 * C + i] = integer(m, 40000), v[3 * C + i] = integer(m, 300) / 256;
    for (uint32_t i = 0; i < m->classes; i++) v[4 * C + i] = integer(m, 1000000);
    for (size_t i = 0; i < (size_t)C * m->classes; i++) fc[i] = integer(m, 127);
    const char *n = NODE(m, "Mul", NAMED("last.n"), binary(m, NAMED("last.conv"), x, C, C, 1, 1), channels(m, NAMED("last.A"), C, v))->output[0];
    Onnx__NodeProto *sum =
        NODE(m, "ReduceSum", NAMED("last.m"), reshaped(m, NAMED("last.split"), x, 5, split), make_int64s(m, NAMED("last.axis"), 1, &one));
    make_int(m, sum, "keepdims", 0);
    const char *b = NODE(m, "Mul", NAMED("last.mB"), NAMED("last.m"), channels(m, NAMED("last.B"), C, v + C))->output[0];
    const char *y =
        NODE(m, "Add", NAMED("last.C.add"), both(m, "Add", NAMED("last.sum"), n, b), channels(m, NAMED("last.C"), C, v + 2 * C))->output[0];
    y = rounded(m, NAMED("last.v"), y, chance(m, 10) ? NULL : scalar(m, NAMED("last.s1"), ldexp(1, -(int)unit_below(&m->u, 6))), -32768, 32767);
    y = NODE(m, "PRelu", NAMED("head.prelu"), y, make_floats(m, NAMED("head.slope"), 3, (int64_t[]){C, 1, 1}, v + 3 * C))->output[0];
    y = rounded(m, NAMED("head.u"), y, NULL, -32768, 32767);
    make_int(m, NODE(m, "ReduceSum", NAMED("head.pool"), y, make_int64s(m, NAMED("head.axes"), 2, both_axes)), "keepdims", 0);
    y = rounded(m, NAMED("head.f"), NAMED("head.pool"), scalar(m, NAMED("head.s2"), ldexp(1, -(int)unit_below(&m->u, 7))), -32768, 32767);
    const char *w8 = make_small(m, NAMED("head.fc.w"), 2, fc_dims, fc), *bias = make_floats(m, NAMED("head.fc.b"), 1, bias_dims, v + 4 * C);
    make_int(m, NODE(m, "Gemm", to, y, w8, bias), "transB", 1);
}

void make_exit(make_onnx *m, const char *name, const char *x, int64_t c, int64_t h, int64_t w, int no_pool)
{
    const char *of = make_name(m, "%s.", name);
    if (c != C || chance(m, 50)) {
        const char *d = NAMED("down");
        x = conv(m, d, x, weights(m, NAMED("down.w"), C, m->k * c, 1, 1), 1, 1, 1, 0);
        if (!no_pool) {
            Onnx__NodeProto *n = NODE(m, "MaxPool", NAMED("down.pool"), x);
            make_ints(m, n, "kernel_shape", 2, (int64_t[]){2, 2});
            make_ints(m, n, "strides", 2, (int64_t[]){2, 2});
            x = n->output[0];
            h /= 2, w /= 2;
        }
        x = slices(m, NAMED("down.slices"), x, C, 16);
    }
    head(m, of, name, x, h, w);
    m->exits[m->n_exits++] = name;
}

/* Now and then one; if it does not make the map smaller it may take more work than the network itself. */
static void maybe_exit(make_onnx *m, const char *x, int64_t c, int64_t h, int64_t w)
{
    if (!m->with_exits || m->n_exits == MAKE_EXITS || unit_below(&m->u, 2)) return;
    const int no_pool = h < 2 || w < 2 || chance(m, 40);
    if (no_pool || c == C || unit_below(&m->u, 4) == 0) m->final = "logits";
    make_exit(m, make_name(m, "exit%u", (unsigned)m->n_exits), x, c, h, w, no_pool);
}

void make_network(make_onnx *m)
{
    int64_t h, w;
    const char *r;
    m->k = m->plain || unit_below(&m->u, 2) ? 4 : 1;
    m->planes = chance(m, 40) ? 3 : 1;
    m->h = m->plain ? 4 : 7 + unit_below(&m->u, 9), m->w = m->plain ? 4 : 7 + unit_below(&m->u, 9);
    if (chance(m, 60)) m->h = 8 + 4 * unit_below(&m->u, 2), m->w = 8 + 4 * unit_below(&m->u, 2); /* halves well */
    m->classes = m->plain ? 2 : 1 + unit_below(&m->u, 12);
    m->is_signed = chance(m, 40);
    const char *x = stem(m, &h, &w);
    maybe_exit(m, x, C, h, w);
    if (m->plain) {
        x = block(m, "b0", x, C, 1, &h, &w, &r);
    } else if (chance(m, 60)) { /* BoolNet: interleave, halves, perhaps a stage on all 128 channels */
        const char *z = block(m, "b0", x, C, 1, &h, &w, &r);
        x = interleaved(m, "b0.out", z, x, h, w);
        maybe_exit(m, x, 2 * C, h, w);
        if (chance(m, 70) && h > 3 && w > 3) {
            z = block(m, "b1", x, 2 * C, 2, &h, &w, &r);
            x = interleaved(m, "b1.out", z, r, h, w);
            maybe_exit(m, x, 2 * C, h, w);
        }
        const char *t = half(m, "b2.through", x, C, h, w);
        z = block(m, "b2", half(m, "b2.work", x, 0, h, w), C, 1, &h, &w, &r);
        x = half(m, "b3.work", interleaved(m, "b2.out", z, t, h, w), 0, h, w);
    } else {
        x = block(m, "b0", x, C, chance(m, 80) ? 2 : 1, &h, &w, &r);
        maybe_exit(m, x, C, h, w);
    }
    x = slices(m, "pre", binary(m, "pre.conv", x, C, C, 1, 1), C, 24); /* STORE */
    head(m, "", "logits", x, h, w);
}
