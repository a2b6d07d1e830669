# SPDX-License-Identifier: Apache-2.0
"""Random pieces: what stands between a sum and its sign, pools, means."""

from graphs import rng_choice


def between(g, pools=True):
    """What may stand between a sum and its sign."""
    rng = g.rng
    pools = pools and len(g.value[1]) == 3 and min(g.value[1][1:]) >= 2
    if pools and rng.random() < 0.3:
        pool(g)
    if rng.random() < 0.7:
        g.norm()
    if pools and rng.random() < 0.15 and g.nodes[-1].op_type == "BatchNormalization" \
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
