/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_eval.c - runs a make_onnx graph as ONNX defines it, in double precision, for the operators that make_net.c uses.
 *
 * Knows nothing of slices, halves or thresholds: it is the other witness. Sign is >= 0, as docs/operators.md has it.
 */
#include <math.h>
#include "make_onnx.h"

typedef struct {
    const char *name;
    uint32_t rank;
    int64_t d[6];
    double *x;
} array;
typedef struct {
    make_onnx *m;
    array *all;
    size_t n;
} world;

static size_t size_of(const array *a)
{
    size_t n = 1;
    for (uint32_t i = 0; i < a->rank; i++) n *= (size_t)a->d[i];
    return n;
}

static array *add(world *w, const char *name, uint32_t rank, const int64_t *d)
{
    array *a = &w->all[w->n++];
    *a = (array){.name = name, .rank = rank};
    memcpy(a->d, d, rank * sizeof *d);
    a->x = bonnet_arena_calloc(&w->m->arena, size_of(a), sizeof *a->x);
    if (!a->x) exit(1);
    return a;
}

static const array *find(const world *w, const char *name)
{
    for (size_t i = w->n; i--;)
        if (strcmp(w->all[i].name, name) == 0) return &w->all[i];
    printf("no value %s\n", name);
    exit(1);
}

static void constant(world *w, const char *name, const Onnx__TensorProto *t)
{
    array *a = add(w, name, (uint32_t)t->n_dims, t->dims);
    for (size_t i = 0; i < size_of(a); i++) {
        float f;
        int64_t l;
        switch (t->data_type) {
        case ONNX__TENSOR_PROTO__DATA_TYPE__INT8: a->x[i] = t->has_raw_data ? ((int8_t *)t->raw_data.data)[i] : t->int32_data[i]; break;
        case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
            if (t->has_raw_data) memcpy(&l, t->raw_data.data + 8 * i, 8);
            a->x[i] = (double)(t->has_raw_data ? l : t->int64_data[i]);
            break;
        default:
            if (t->has_raw_data) memcpy(&f, t->raw_data.data + 4 * i, 4);
            a->x[i] = t->has_raw_data ? f : t->float_data[i];
        }
    }
}

static const int64_t *ints(const Onnx__NodeProto *n, const char *name, const int64_t *missing)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (strcmp(n->attribute[i]->name, name) == 0) return n->attribute[i]->n_ints ? n->attribute[i]->ints : &n->attribute[i]->i;
    return missing;
}

/* Index into b of element (i) of the result shape r, right-aligned and repeated where b has 1. */
static size_t broadcast(const array *r, const array *b, size_t i)
{
    size_t at = 0, step = 1;
    for (uint32_t k = 0; k < r->rank; k++) {
        const int64_t size = r->d[r->rank - 1 - k], here = (int64_t)(i % (size_t)size);
        i /= (size_t)size;
        if (k >= b->rank) continue;
        const int64_t own = b->d[b->rank - 1 - k];
        if (own != 1) at += step * (size_t)here;
        step *= (size_t)own;
    }
    return at;
}

static double binary(char op, double a, double b) /* Add, Mul, Max (x), PRelu */
{
    return op == 'A' ? a + b : op == 'M' ? a * b : op == 'x' ? fmax(a, b) : a < 0 ? a * b : a;
}

static void elementwise(world *w, const Onnx__NodeProto *n, char op)
{
    const array *a = find(w, n->input[0]), *b = find(w, n->input[1]);
    const int64_t more = (int64_t)size_of(a) - (int64_t)size_of(b);
    const array *big = more > 0 || (!more && a->rank >= b->rank) ? a : b; /* a map of 1x1 is no larger than its constant */
    array *y = add(w, n->output[0], big->rank, big->d);
    for (size_t i = 0; i < size_of(y); i++) y->x[i] = binary(op, a->x[broadcast(y, a, i)], b->x[broadcast(y, b, i)]);
}

static int ceil_mode(const Onnx__NodeProto *n)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (strcmp(n->attribute[i]->name, "ceil_mode") == 0) return n->attribute[i]->i != 0;
    return 0;
}

static void convolve(world *w, const Onnx__NodeProto *n, int pool)
{
    static const int64_t one[4] = {1, 1, 1, 1}, zero[4] = {0};
    const array *x = find(w, n->input[0]), *f = pool ? NULL : find(w, n->input[1]);
    const int64_t *s = ints(n, "strides", one), *d = ints(n, "dilations", one), *p = ints(n, "pads", zero),
                  group = pool ? x->d[1] : *ints(n, "group", one);
    const int64_t *kernel = pool ? ints(n, "kernel_shape", one) : f->d + 2, out = pool ? x->d[1] : f->d[0], in = pool ? 1 : f->d[1];
    const int64_t up[2] = {ceil_mode(n) ? s[0] - 1 : 0, ceil_mode(n) ? s[1] - 1 : 0};
    const int64_t dims[4] = {1, out, (x->d[2] + p[0] + p[2] - d[0] * (kernel[0] - 1) - 1 + up[0]) / s[0] + 1,
                             (x->d[3] + p[1] + p[3] - d[1] * (kernel[1] - 1) - 1 + up[1]) / s[1] + 1};
    array *y = add(w, n->output[0], 4, dims);
    double *to = y->x;
    for (int64_t o = 0; o < out; o++)
        for (int64_t r = 0; r < dims[2]; r++)
            for (int64_t c = 0; c < dims[3]; c++) {
                double v = pool ? -INFINITY : 0;
                for (int64_t i = 0; i < in; i++)
                    for (int64_t ky = 0; ky < kernel[0]; ky++)
                        for (int64_t kx = 0; kx < kernel[1]; kx++) {
                            const int64_t yy = r * s[0] + ky * d[0] - p[0], xx = c * s[1] + kx * d[1] - p[1], ch = o / (out / group) * in + i;
                            if (yy < 0 || xx < 0 || yy >= x->d[2] || xx >= x->d[3]) continue;
                            const double e = x->x[(ch * x->d[2] + yy) * x->d[3] + xx];
                            v = pool ? fmax(v, e) : v + e * f->x[((o * in + i) * kernel[0] + ky) * kernel[1] + kx];
                        }
                *to++ = v;
            }
}

static void pad(world *w, const Onnx__NodeProto *n)
{
    const array *x = find(w, n->input[0]), *p = find(w, n->input[1]);
    const double value = n->n_input > 2 ? find(w, n->input[2])->x[0] : 0;
    const int edge = n->n_attribute && n->attribute[0]->s.len == 4;
    const int64_t by = (int64_t)p->x[2], dims[4] = {1, x->d[1], x->d[2] + 2 * by, x->d[3] + 2 * by};
    array *y = add(w, n->output[0], 4, dims);
    double *to = y->x;
    for (int64_t c = 0; c < dims[1]; c++)
        for (int64_t r = -by; r < x->d[2] + by; r++)
            for (int64_t k = -by; k < x->d[3] + by; k++) {
                const int64_t yy = r < 0 ? 0 : r >= x->d[2] ? x->d[2] - 1 : r, xx = k < 0 ? 0 : k >= x->d[3] ? x->d[3] - 1 : k;
                *to++ = (yy == r && xx == k) || edge ? x->x[(c * x->d[2] + yy) * x->d[3] + xx] : value;
            }
}

static void batchnorm(world *w, const Onnx__NodeProto *n)
{
    const array *x = find(w, n->input[0]), *p[4];
    for (int i = 0; i < 4; i++) p[i] = find(w, n->input[i + 1]);
    const double eps = n->n_attribute ? n->attribute[0]->f : 1e-5f;
    const size_t plane = (size_t)(x->d[2] * x->d[3]);
    array *y = add(w, n->output[0], 4, x->d);
    for (size_t i = 0; i < size_of(x); i++) {
        const size_t c = i / plane;
        y->x[i] = p[0]->x[c] * (x->x[i] - p[2]->x[c]) / sqrt(p[3]->x[c] + eps) + p[1]->x[c];
    }
}

/* Concat, Slice and ReduceSum see [outer][axis][inner]. */
static size_t inner_of(const array *a, int64_t axis)
{
    size_t n = 1;
    for (uint32_t i = (uint32_t)axis + 1; i < a->rank; i++) n *= (size_t)a->d[i];
    return n;
}

static void concat(world *w, const Onnx__NodeProto *n)
{
    const int64_t axis = n->attribute[0]->i;
    const array *first = find(w, n->input[0]);
    int64_t dims[6];
    memcpy(dims, first->d, sizeof dims);
    dims[axis] *= (int64_t)n->n_input; /* all alike here */
    array *y = add(w, n->output[0], first->rank, dims);
    const size_t run = (size_t)first->d[axis] * inner_of(first, axis);
    for (size_t j = 0; j < n->n_input; j++) {
        const array *a = find(w, n->input[j]);
        for (size_t i = 0; i < size_of(a); i++) y->x[(i / run * n->n_input + j) * run + i % run] = a->x[i];
    }
}

static void slice(world *w, const Onnx__NodeProto *n)
{
    const array *a = find(w, n->input[0]);
    const int64_t start = (int64_t)find(w, n->input[1])->x[0], end = (int64_t)find(w, n->input[2])->x[0], axis = (int64_t)find(w, n->input[3])->x[0];
    int64_t dims[6];
    memcpy(dims, a->d, sizeof dims);
    dims[axis] = end - start;
    array *y = add(w, n->output[0], a->rank, dims);
    const size_t inner = inner_of(a, axis), run = (size_t)dims[axis] * inner;
    for (size_t i = 0; i < size_of(y); i++) y->x[i] = a->x[i / run * (size_t)a->d[axis] * inner + (size_t)start * inner + i % run];
}

static void reduce(world *w, const Onnx__NodeProto *n)
{
    const array *a = find(w, n->input[0]), *axes = find(w, n->input[1]);
    const int64_t axis = (int64_t)axes->x[0];
    const uint32_t gone = (uint32_t)size_of(axes); /* one axis, or the last two */
    int64_t dims[6];
    size_t inner = gone == 2 ? 1 : inner_of(a, axis), run = (size_t)a->d[axis] * (gone == 2 ? (size_t)a->d[axis + 1] : inner);
    memcpy(dims, a->d, sizeof dims);
    for (uint32_t i = (uint32_t)axis; i + gone < a->rank; i++) dims[i] = dims[i + gone];
    array *y = add(w, n->output[0], a->rank - gone, dims);
    for (size_t i = 0; i < size_of(a); i++) y->x[i / run * inner + i % inner] += a->x[i];
}

static void reshape(world *w, const Onnx__NodeProto *n)
{
    const array *a = find(w, n->input[0]), *s = find(w, n->input[1]);
    int64_t dims[6], known = 1;
    for (size_t i = 0; i < size_of(s); i++) dims[i] = (int64_t)s->x[i], known *= dims[i] > 0 ? dims[i] : 1;
    for (size_t i = 0; i < size_of(s); i++)
        if (dims[i] < 0) dims[i] = (int64_t)size_of(a) / known;
    memcpy(add(w, n->output[0], (uint32_t)size_of(s), dims)->x, a->x, size_of(a) * sizeof *a->x);
}

static void gemm(world *w, const Onnx__NodeProto *n)
{
    const array *a = find(w, n->input[0]), *b = find(w, n->input[1]), *c = find(w, n->input[2]);
    const int64_t dims[2] = {1, b->d[0]};
    array *y = add(w, n->output[0], 2, dims);
    for (int64_t o = 0; o < dims[1]; o++) {
        y->x[o] = c->x[o];
        for (int64_t i = 0; i < b->d[1]; i++) y->x[o] += a->x[i] * b->x[o * b->d[1] + i];
    }
}

static void unary(world *w, const Onnx__NodeProto *n, char op)
{
    const array *a = find(w, n->input[0]);
    const double low = op == 'C' ? find(w, n->input[1])->x[0] : 0, high = op == 'C' ? find(w, n->input[2])->x[0] : 0;
    array *y = add(w, n->output[0], a->rank, a->d);
    for (size_t i = 0; i < size_of(a); i++) {
        const double v = a->x[i];
        y->x[i] = op == 'S' ? (v >= 0 ? 1 : -1) : op == 'F' ? floor(v) : op == 'C' ? (v < low ? low : v > high ? high : v) : v;
    }
}

static int run(world *w, const Onnx__NodeProto *n)
{
    static const struct {
        const char *op;
        char kind;
    } table[] = {{"Add", 'A'},          {"Mul", 'M'},   {"Max", 'x'},  {"PRelu", 'p'},           {"Sign", 'S'},
                 {"BipolarQuant", 'S'}, {"Floor", 'F'}, {"Clip", 'C'}, {"DequantizeLinear", '='}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(n->op_type, table[i].op) == 0) return i < 4 ? elementwise(w, n, table[i].kind) : unary(w, n, table[i].kind), 1;
    if (strcmp(n->op_type, "Conv") == 0) convolve(w, n, 0);
    else if (strcmp(n->op_type, "MaxPool") == 0) convolve(w, n, 1);
    else if (strcmp(n->op_type, "Pad") == 0) pad(w, n);
    else if (strcmp(n->op_type, "BatchNormalization") == 0) batchnorm(w, n);
    else if (strcmp(n->op_type, "Concat") == 0) concat(w, n);
    else if (strcmp(n->op_type, "Slice") == 0) slice(w, n);
    else if (strcmp(n->op_type, "ReduceSum") == 0) reduce(w, n);
    else if (strcmp(n->op_type, "Reshape") == 0) reshape(w, n);
    else if (strcmp(n->op_type, "Gemm") == 0) gemm(w, n);
    else if (strcmp(n->op_type, "Constant") == 0) constant(w, n->output[0], n->attribute[0]->t);
    else return 0;
    return 1;
}

int make_evaluate(make_onnx *m, const double *image, const char *output, double *logits, uint32_t n)
{
    world w = {m, bonnet_arena_calloc(&m->arena, MAKE_NODES + MAKE_TENSORS + 1, sizeof(array)), 0};
    const int64_t dims[4] = {1, m->planes, m->h, m->w};
    if (!w.all) return 0;
    array *x = add(&w, "image", 4, dims);
    memcpy(x->x, image, size_of(x) * sizeof *image);
    for (size_t i = 0; i < m->graph.n_initializer; i++) constant(&w, m->tensors[i]->name, m->tensors[i]);
    for (size_t i = 0; i < m->graph.n_node; i++)
        if (!run(&w, m->nodes[i])) return 0;
    memcpy(logits, find(&w, output)->x, n * sizeof *logits);
    return 1;
}
