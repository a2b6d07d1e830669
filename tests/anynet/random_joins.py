# SPDX-License-Identifier: Apache-2.0
"""Random pieces that add: two maps, a map and a sum, two sums, as residual networks do."""

import re

from graphs import rng_choice
from random_sums import between


def one_bit(value):
    return re.match(r"(sign|bipolarquant|max|min)\d", value[0])


def same(g, start, out=None, kernel=3, stride=1, kinds=("sign", "plain", "bipolar")):
    """A Conv that keeps the size of the map (over the stride)."""
    g.value = start
    return g.conv(out=out or start[1][0], kernel=[kernel] * 2, pads=[kernel // 2] * 4, stride=stride, kinds=kinds)


def add(g, a, b):
    g.value = g.node("Add", [a[0], b[0]] if g.rng.random() < 0.5 else [b[0], a[0]], a[1])
    return g.value


def joins(g):
    rng, start = g.rng, g.value
    how = rng.random()
    if how < 0.35:  # maps: -2, 0, 2, or what two scales make of it
        values = [start]
        for _ in range(int(rng.integers(1, 3))):
            same(g, start, kernel=rng_choice(rng, [1, 3]))
            if rng.random() < 0.5:
                g.norm()
            values.append(g.sign(("Sign", "BipolarQuant")))
            if rng.random() < 0.3:
                values[-1] = g.then("Mul", g.const(-1.0))
        if not one_bit(start):
            values[0] = g.node("Sign", [start[0]], start[1])
        total = values[0]
        for v in values[1:]:
            total = add(g, total, v)
        if rng.random() < 0.5:
            same(g, total, out=int(rng.integers(1, 30)))
        return between(g, pools=g.nodes[-1].op_type == "Conv")
    if how < 0.65:  # a shortcut of bits around a sum
        same(g, start, kernel=rng_choice(rng, [1, 3]), kinds=("sign", "signs", "plain", "bipolar"))
        if rng.random() < 0.7:
            g.norm()
        if rng.random() < 0.2:
            g.then("Mul", g.const(-1.0))
        total = g.value
        if not one_bit(start):
            start = g.node("Sign", [start[0]], start[1])
        add(g, total, start)
        return between(g, pools=False)
    out, stride = int(rng.integers(1, 30)), int(rng.integers(1, 3))
    if not one_bit(start):  # bits of 0 and 1 have a border of their own
        start = g.node("Sign", [start[0]], start[1])
    other = start
    if rng.random() < 0.5:
        same(g, start, out=int(rng.integers(1, 30)))
        g.norm()
        other = g.sign(("Sign",))
    a = same(g, start, out, rng_choice(rng, [1, 3, 5]), stride)
    if rng.random() < 0.3:
        a = g.then("Mul", g.const(2.0))
    b = same(g, other, out, rng_choice(rng, [1, 3]), stride)
    if rng.random() < 0.3:
        b = g.then("Add", g.const(rng.integers(-4, 5, (out, 1, 1))))
    add(g, a, b)
    return between(g)
