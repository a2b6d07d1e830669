# SPDX-License-Identifier: Apache-2.0
"""Random legal graphs from a seed: every operator that the general importer reads, in the order that a seed says."""

import re

import numpy as np

from graphs import Graph, rng_choice
from random_joins import joins
from random_sums import average, between, pool
from random_views import channels, flatten, layout


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
        g.dense(int(rng.integers(1, 140)), ("sign", "plain", "integers", "quant", "quants", "rounded", "linear"))
        between(g)
    else:
        g.conv(**window(g, rng), kinds=("sign", "signs", "plain", "integers", "quant", "quants", "rounded", "linear"))
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
    elif rng.random() < 0.2:
        joins(g)
    elif rng.random() < 0.3:  # a shortcut
        start = g.value
        g.conv(out=start[1][0], kernel=[3, 3], pads=[1] * 4)
        if rng.random() < 0.7:
            g.norm()
        g.sign(("Sign",))
        end = g.value
        if re.match(r"(sign|mul|max|min)\d", start[0]):
            # Others may be +-0.5, and the larger of +-0.5 and +-1 is no bit.
            one = re.match(r"(sign|max|min)\d", start[0])
            g.value = g.node(rng_choice(rng, ["Mul", "Max", "Min"] if one else ["Mul"]), [start[0], end[0]], start[1])
    elif rng.random() < 0.1:
        layout(g)
    elif rng.random() < 0.15:
        flatten(g)
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


def squeeze(g):
    """A map to one number of a channel: the mean by two names, the largest."""
    how, channels = g.rng.random(), g.value[1][0]
    if how < 0.4:
        g.then("GlobalAveragePool", shape=(channels, 1, 1))
    elif how < 0.6:
        g.then("GlobalMaxPool", shape=(channels, 1, 1))
    else:
        keep = int(g.rng.integers(2))
        g.then("ReduceMean", shape=(channels, 1, 1) if keep else (channels,), axes=rng_choice(g.rng, [[2, 3], [-1, -2]]), keepdims=keep)
        g.places = False


def head(g, rng):
    classes = int(rng.integers(1, 20))
    if len(g.value[1]) == 3 and rng.random() < 0.2:  # the mean of sums is the logits
        g.conv(out=classes, kernel=[min(3, n) for n in g.value[1][1:]], pads=rng_choice(rng, [[0] * 4, [1] * 4]), kinds=("sign", "plain"))
        if rng.random() < 0.3:
            g.then("Mul", g.const(0.5))
        g.then("GlobalAveragePool", shape=(classes, 1, 1))
        return g.flatten()
    if len(g.value[1]) == 3 and rng.random() < 0.4:
        squeeze(g)
    if len(g.value[1]) == 3:
        flatten(g)
    bias = rng.integers(-20, 21, classes) / 4.0 if rng.random() < 0.4 else None
    g.dense(classes, ("sign", "plain", "quant", "integers") if bias is None else ("sign", "plain"), bias)
    if rng.random() < 0.3:
        g.then("Mul", g.const(rng.choice([0.5, 0.1])))
    end = rng.random()
    if end < 0.1:
        g.then("ArgMax", axis=1)
    elif end < 0.2:
        g.then("Softmax", axis=1)
    elif end < 0.3:
        g.then("TopK", g.const([int(rng.integers(1, classes + 1))], np.int64))
        g.nodes[-1].output.append("indices")
