# SPDX-License-Identifier: Apache-2.0
"""The shapes that the literature uses, with random weights."""

import numpy as np

from graphs import QONNX, Graph


def activation(g, bits):
    """Of FINN's networks: signs, or 2 bits and more, narrow: -1, 0, 1."""
    if bits == 1:
        return g.then("BipolarQuant", g.const(1.0), domain=QONNX)
    g.then("Clip", g.const(-1.0), g.const(1.0))  # HardTanh
    return g.then("Quant", g.const(2.0 ** (2 - bits)), g.const(0.0), g.const(float(bits)), domain=QONNX, signed=1, narrow=1)


def tensor_norm(g):
    """TensorNorm of Brevitas' examples, as it exports it: one number of each for all classes, (x - mean) / (var + eps) ** 0.5 * weight + bias."""
    g.then("Sub", g.const(1.7))
    g.then("Div", g.node("Pow", [g.node("Add", [g.const(9.3), g.const(1e-4)])[0], g.const(0.5)])[0])
    g.then("Mul", g.const(0.62))
    g.then("Add", g.const(0.37))


def mlp(seed, hidden, flat, weights=("sign",), bits=1, norm=False):
    """LFC (1024) and TFC (64) of FINN: 784 - hidden x 3 - 10; 1W1A, 1W2A (bits 2), 2W2A (weights, too)."""
    rng = np.random.default_rng(seed)
    g = Graph(rng, (784,) if flat else (1, 28, 28))
    if not flat:
        g.then("Flatten", shape=(784,))
    g.then("Mul", g.const(2.0 / 255))
    g.then("Add", g.const(-1.0))
    activation(g, bits)
    for _ in range(3):
        g.dense(hidden, weights)
        g.norm()
        activation(g, bits)
    g.dense(10, weights)
    if norm:
        tensor_norm(g)
    return g.model()


def cnv(seed, weights=("sign",), bits=1):
    """FINN's CNV: VGG-like, valid padding, max-pool on bits."""
    g = Graph(np.random.default_rng(seed), (3, 32, 32))
    g.then("Mul", g.const(2.0 / 255))
    g.then("Add", g.const(-1.0))
    for i, out in enumerate((64, 64, 128, 128, 256, 256)):
        g.conv(out, [3, 3], kinds=("quant",) if i == 0 else weights)
        g.norm()
        activation(g, bits)
        if i in (1, 3):
            c, h, w = g.value[1]
            g.then("MaxPool", shape=(c, h // 2, w // 2), kernel_shape=[2, 2], strides=[2, 2])
    g.flatten()
    for _ in range(2):
        g.dense(512, weights)
        g.norm()
        activation(g, bits)
    g.dense(10, weights)
    return g.model()


def resnet(seed):
    """A small residual network: 1-bit shortcuts by Mul and Max, zero padding, channel counts that are no multiples of 64."""
    g = Graph(np.random.default_rng(seed), (3, 24, 24))
    g.conv(24, [3, 3], pads=[1] * 4, kinds=("integers",))
    g.norm()
    g.sign(("Sign",))
    for channels, stride in ((24, 1), (40, 2), (72, 2)):
        if stride == 2:
            g.conv(channels, [1, 1], stride=2)
            g.norm()
            g.sign(("Sign",))
        for op in ("Mul", "Max"):
            start = g.value
            g.conv(channels, [3, 3], pads=[1] * 4)
            g.norm()
            g.sign(("Sign",))
            g.value = g.node(op, [g.value[0], start[0]], start[1])
    g.then("GlobalAveragePool", shape=(72, 1, 1))
    g.then("Flatten", shape=(72,))
    g.dense(10, ("quant",))
    return g.model()


NETWORKS = {"lfc": lambda seed: mlp(seed, 1024, False), "tfc": lambda seed: mlp(seed, 64, True), "cnv": cnv, "resnet": resnet}

if __name__ == "__main__":
    import sys

    import onnx
    if len(sys.argv) != 3 or sys.argv[1] not in NETWORKS:
        sys.exit(f"usage: published.py {'|'.join(NETWORKS)} FILE.onnx")
    onnx.save(NETWORKS[sys.argv[1]](1), sys.argv[2])
