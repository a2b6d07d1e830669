# SPDX-License-Identifier: Apache-2.0
"""Random legal graphs from a seed: every operator that the general importer reads, in the order that a seed says."""

import re

import numpy as np

from graphs import Graph, rng_choice


def between(g):
    """What may stand between a sum and its sign."""
    rng = g.rng
    if len(g.value[1]) == 3 and rng.random() < 0.3 and min(g.value[1][1:]) >= 2:
        pool(g)
    if rng.random() < 0.7:
        g.norm()
    if len(g.value[1]) == 3 and rng.random() < 0.15 and min(g.value[1][1:]) >= 2 and g.nodes[-1].op_type == "BatchNormalization" \
            and not any(n.op_type == "MaxPool" for n in g.nodes[-2:]):
        pool(g)
    if rng.random() < 0.2:
        g.then("Clip", g.const(-1.0), g.const(1.0))
    elif rng.random() < 0.1:
        g.then("LeakyRelu", alpha=0.25)
    elif rng.random() < 0.15:
        slopes = rng.integers(0, 9, rng_choice(rng, [1, g.value[1][0]])) / 4
        g.then("PRelu", g.const(slopes.reshape((-1,) + (1,) * (len(g.value[1]) - 1))))
    if rng.random() < 0.2:
        g.then("Mul", g.const(rng.choice([0.5, -2.0])))
    if rng.random() < 0.2:
        g.then("Add", g.const(rng.integers(-4, 5, (g.value[1][0],) + (1,) * (len(g.value[1]) - 1))))
    g.sign()


def pool(g):
    rng = g.rng
    c, h, w = g.value[1]
    k = [int(rng.integers(1, min(n, 3) + 1)) for n in (h, w)]
    stride = int(rng.integers(1, 4))
    pads = [int(rng.integers(0, k[i % 2] // 2 + 1)) if rng.random() < 0.3 else 0 for i in range(4)]
    up = int(rng.random() < 0.3 and not any(pads))
    size = [(-(-(n + a + b - j) // stride) if up else (n + a + b - j) // stride) + 1 for n, a, b, j in zip((h, w), pads[:2], pads[2:], k)]
    size = [s - (up and (s - 1) * stride >= n) for s, n in zip(size, (h, w))]
    g.then("MaxPool", shape=(c, *size), kernel_shape=k, strides=[stride] * 2, pads=pads, ceil_mode=up)


def channels(g):
    """Concat, Split, Slice and Gather of channels, of bits and of sums."""
    rng, (c, *rest) = g.rng, g.value[1]
    start, flat = g.value, len(rest) == 0 and g.places
    how = 0 if flat else rng.random()

    def branch(value, out, kernel):
        g.value = value
        if len(rest):
            g.conv(out=out, kernel=[kernel] * 2, pads=[kernel // 2] * 4, group=rng_choice(rng, [d for d in (1, 1, 2, 3) if value[1][0] % d == out % d == 0]))
        else:
            g.dense(out)
        if rng.random() < 0.5:
            g.norm()
        return g.value

    if how < 0.4:  # branches side by side, before or behind their signs
        signed, values = rng.random() < 0.5, []
        for kernel in (1, 3, 1)[:int(rng.integers(1, 4))]:
            branch(start, int(rng.integers(1, 40)), kernel)
            values.append(g.sign(("Sign",)) if signed else g.value)
        if rng.random() < 0.5 and not flat:
            g.value = start
            if rng.random() < 0.7:  # the same bits, for +-1, and turned
                g.sign(("Sign",)), g.then("Mul", g.const(-1.0))
            start = g.value
            values.append(start)
        g.value = g.concat([values[i] for i in rng.permutation(len(values))])
        if not signed or start in values:
            return between(g)
    elif how < 0.7 and c > 1:  # cut, one of the pieces is worked on, and back together
        cut = sorted(set(int(x) for x in rng.integers(1, c, int(rng.integers(1, 3)))))
        pieces = g.split([b - a for a, b in zip([0, *cut], [*cut, c])])
        if rng.random() < 0.7:
            branch(pieces[0], pieces[0][1][0], 3)
            pieces[0] = g.sign(("Sign",))
        pieces = [pieces[i] for i in rng.permutation(len(pieces))][int(rng.random() < 0.2):]
        g.concat(pieces)
        return between(g)
    else:
        summed = rng.random() < 0.5
        if summed:
            branch(start, int(rng.integers(2, 40)), 1)
        c = g.value[1][0]
        if rng.random() < 0.5:
            step = int(rng.choice([1, 1, 2, -1]))
            first, last = sorted(int(x) for x in rng.integers(-c, 2 * c, 2))
            first, last = (last, first) if step < 0 else (first, last)
            size = len(range(c)[first:last:step])
            if size:
                ints = [g.const([x], np.int64) for x in (first, last, 1, step)]
                g.then("Slice", *(ints if step != 1 else ints[:3]), shape=(size, *rest))
        else:
            which = rng.integers(-c, c, int(rng.integers(1, 2 * c + 1)))
            g.then("Gather", g.const(which, np.int64), shape=(len(which), *rest), axis=1)
        if summed:
            between(g)


def average(g):
    """Of a map: boxes of a power of two, so that means are numbers that float64 has."""
    rng = g.rng
    c, h, w = g.value[1]
    k = rng_choice(rng, [[1, 2], [2, 1], [2, 2], [4, 2]])
    stride = int(rng.integers(1, 4))
    pads = [int(rng.integers(0, k[i % 2])) if rng.random() < 0.3 else 0 for i in range(4)]
    g.then("AveragePool", shape=(c, *((n + a + b - j) // stride + 1 for n, a, b, j in zip((h, w), pads[:2], pads[2:], k))), kernel_shape=k,
           strides=[stride] * 2, pads=pads, count_include_pad=int(any(pads)) or int(rng.integers(2)))
    if rng.random() < 0.7:
        g.norm()
    g.sign()


def window(g, rng):
    c, h, w = g.value[1]
    dilation = int(rng.random() < 0.15) + 1
    pads = [int(rng.integers(0, 3)) if rng.random() < 0.5 else 0 for _ in range(4)]
    if rng.random() < 0.4:
        pads = [1] * 4
    kernel = [int(rng.integers(1, 1 + max(1, min(5, (n + a + b - 1) // dilation + 1)))) for n, a, b in zip((h, w), pads[:2], pads[2:])]
    group = rng_choice(rng, [d for d in range(1, c + 1) if c % d == 0]) if rng.random() < 0.3 else 1
    out = int(rng.integers(1, 6 if c < 4 else 80)) * group
    while out > 200:
        out -= group
    return dict(out=out, kernel=kernel, stride=int(rng.integers(1, 3)), dilation=dilation, pads=pads, group=group, bias=bool(rng.random() < 0.3))


def random_graph(seed):
    rng = np.random.default_rng(seed)
    if rng.random() < 0.2:
        g = Graph(rng, (int(rng.choice([9, 16, 23, 49, 130])),), opset=int(rng.choice([11, 13, 16])))
    else:
        g = Graph(rng, (int(rng.choice([1, 2, 3])), int(rng.integers(3, 11)), int(rng.integers(3, 11))), opset=int(rng.choice([11, 13, 16])))
    scaled = rng.random()
    if scaled < 0.2:
        g.then("Mul", g.const(2.0 ** -7))
        g.then("Add", g.const(-1.0))
    elif scaled < 0.3:
        g.then("Sub", g.const(127.5))
    elif scaled < 0.4:
        g.then("Div", g.const(255.0))
    if rng.random() < 0.15:
        g.sign(("BipolarQuant", "Sign") if 0.2 > scaled or 0.3 > scaled >= 0.2 else ("BipolarQuant",))
    elif len(g.shape) == 1:
        g.dense(int(rng.integers(1, 140)), ("sign", "plain", "integers", "quant", "quants"))
        between(g)
    else:
        g.conv(**window(g, rng), kinds=("sign", "signs", "plain", "integers", "quant", "quants"))
        between(g)
    for _ in range(int(rng.integers(0, 4))):
        body(g, rng)
    head(g, rng)
    return g.model()


def body(g, rng):
    if len(g.value[1]) == 1 and rng.random() < 0.2:
        channels(g)
    elif len(g.value[1]) == 1:
        g.dense(int(rng.integers(1, 140)))
        between(g)
    elif rng.random() < 0.15:
        pool(g)
    elif rng.random() < 0.2:
        channels(g)
    elif rng.random() < 0.15 and g.value[1][1] >= 4 and g.value[1][2] >= 2:
        average(g)
    elif rng.random() < 0.3:  # a shortcut
        start = g.value
        g.conv(out=start[1][0], kernel=[3, 3], pads=[1] * 4)
        if rng.random() < 0.7:
            g.norm()
        g.sign(("Sign",))
        end = g.value
        if start[0].startswith(("sign", "mul", "max", "min")):
            # Others may be +-0.5, and the larger of +-0.5 and +-1 is no bit.
            one = re.match(r"(sign|max|min)\d", start[0])
            g.value = g.node(rng_choice(rng, ["Mul", "Max", "Min"] if one else ["Mul"]), [start[0], end[0]], start[1])
    elif rng.random() < 0.15:
        g.flatten()
    else:
        if rng.random() < 0.15:
            c, h, w = g.value[1]
            p = [int(x) for x in rng.integers(0, 3, 4)]
            g.then("Pad", g.const([0, 0, p[0], p[1], 0, 0, p[2], p[3]], np.int64), shape=(c, h + p[0] + p[2], w + p[1] + p[3]),
                   mode=rng_choice(rng, ["edge", "constant"]))
            g.conv(out=int(rng.integers(1, 80)), kernel=[1 + int(rng.integers(min(3, n))) for n in g.value[1][1:]])
        else:
            g.conv(**window(g, rng))
        between(g)


def head(g, rng):
    classes = int(rng.integers(1, 20))
    if len(g.value[1]) == 3 and rng.random() < 0.2:  # the mean of sums is the logits
        g.conv(out=classes, kernel=[min(3, n) for n in g.value[1][1:]], pads=rng_choice(rng, [[0] * 4, [1] * 4]), kinds=("sign", "plain"))
        if rng.random() < 0.3:
            g.then("Mul", g.const(0.5))
        g.then("GlobalAveragePool", shape=(classes, 1, 1))
        return g.flatten()
    if len(g.value[1]) == 3 and rng.random() < 0.3:
        g.then("GlobalAveragePool", shape=(g.value[1][0], 1, 1))
    if len(g.value[1]) == 3:
        g.flatten()
    bias = rng.integers(-20, 21, classes) / 4.0 if rng.random() < 0.4 else None
    g.dense(classes, ("sign", "plain", "quant", "integers") if bias is None else ("sign", "plain"), bias)
    if rng.random() < 0.3:
        g.then("Mul", g.const(rng.choice([0.5, 0.1])))
    end = rng.random()
    if end < 0.1:
        g.then("ArgMax", axis=1)
    elif end < 0.2:
        g.then("Softmax", axis=1)
