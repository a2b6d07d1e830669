# SPDX-License-Identifier: Apache-2.0
"""Random pieces that move no number: channels put together, cut and shuffled; channels last and back."""

import numpy as np

from graphs import QONNX, rng_choice
from random_sums import between


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
            each = (c + 2) // 3
            if rng.random() < 0.5 and len(rest) and c > each:  # x.chunk(3, 1)[1] of torch
                number = g.node("Gather", [g.node("Shape", [g.value[0]])[0], g.const([1], np.int64)], axis=0)[0]
                first = g.node("Div", [g.node("Add", [number, g.const([2], np.int64)])[0], g.const([3], np.int64)])[0]
                c = min(c, 2 * each) - each
                g.then("Slice", first, g.node("Mul", [first, g.const([2], np.int64)])[0], g.const([1], np.int64), shape=(c, *rest))
            step = int(rng.choice([1, 1, 2, -1]))
            first, last = sorted(int(x) for x in rng.integers(-c, 2 * c, 2))
            first, last = (last, first) if step < 0 else (first, last)
            size = len(range(c)[first:last:step])
            if size:
                ints = [g.const([x], np.int64) for x in (first, last, 1, step)]
                g.then("Slice", *(ints if step != 1 else ints[:3]), shape=(size, *rest))
        elif rng.random() < 0.4 and len(rest):  # a shuffle, as ShuffleNet has it
            fold = rng_choice(rng, [d for d in range(1, c + 1) if c % d == 0])
            g.then("Reshape", g.const([1, fold, c // fold, *rest], np.int64))
            g.then("Transpose", perm=[0, 2, 1, 3, 4])
            g.then("Reshape", g.const([0, -1, *rest], np.int64))
        else:
            which = rng.integers(-c, c, int(rng.integers(1, 2 * c + 1)))
            g.then("Gather", g.const(which, np.int64), shape=(len(which), *rest), axis=1)
        if summed:
            between(g)


def layout(g):
    """Channels last, something that does not mind, and back."""
    rng, (c, h, w) = g.rng, g.value[1]
    if rng.random() < 0.5:
        g.conv(out=int(rng.integers(1, 20)), kernel=[1, 1])
        c = g.value[1][0]
    else:
        g.norm()
    g.then("Transpose", perm=[0, 2, 3, 1], shape=(h, w, c))
    if rng.random() < 0.5:
        g.then("Add", g.const(rng.integers(-4, 5, c)))
    if rng.random() < 0.3:
        g.then("PRelu", g.const(rng.integers(0, 9, c) / 4))
    if rng.random() < 0.5:
        g.then("Sign")
    else:
        g.then("MultiThreshold", g.const(rng.integers(-4, 5, (c, 1))), domain=QONNX, out_scale=2.0, out_bias=-1.0, data_layout="NHWC")
    if rng.random() < 0.2:
        g.value = g.node("Concat", [g.value[0]] * 2, (h, w, 2 * c), axis=rng_choice(rng, [3, -1]))
        c *= 2
    g.then("Transpose", perm=[0, 3, 1, 2], shape=(c, h, w))


def flatten(g):
    """Of a map to numbers, its channels first or last."""
    if g.rng.random() < 0.3:
        c, h, w = g.value[1]
        g.then("Transpose", perm=[0, 2, 3, 1], shape=(h, w, c))
        places = h * w > 1
        g.flatten()
        g.places = places
    else:
        g.flatten()
