# SPDX-License-Identifier: Apache-2.0
"""Binary networks as ONNX and QONNX graphs: random legal ones from a seed, and the shapes that the literature uses, with random weights."""

import re

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QONNX = "qonnx.custom_op.general"


class Graph:
    """Nodes one after the other; a value is (name, shape), shape without the batch of 1: (c, h, w) or (n,)."""

    def __init__(self, rng, shape, opset=13):
        self.rng, self.nodes, self.constants, self.opset, self.shape = rng, [], [], opset, shape
        self.value = "image", shape

    def const(self, array, kind=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array, kind), name))
        return name

    def node(self, op, inputs, shape=None, domain=None, **attributes):
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, domain=domain, **attributes))
        return name, shape

    def then(self, op, *more, shape=None, **attributes):
        self.value = self.node(op, [self.value[0], *more], shape or self.value[1], **attributes)
        return self.value

    def model(self):
        name, shape = self.value
        graph = helper.make_graph(self.nodes, "net", [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, *self.shape))],
                                  [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset), helper.make_opsetid(QONNX, 1)])

    # ---- pieces ------------------------------------------------------------------------------------------------------

    def weight(self, shape, kinds=("sign", "signs", "bipolar", "plain")):
        """A constant tensor of +-1 times a scale, or of small integers times a scale, hidden in different ways."""
        kind, rng = self.rng.choice(kinds), self.rng
        real = rng.normal(size=shape)
        real[real == 0] = 1
        if kind == "plain":
            return self.const(np.where(real >= 0, 1.0, -1.0))
        if kind == "signs":  # a scale for each output channel, as XNOR-Net has
            return self.const(np.where(real >= 0, 1.0, -1.0) * rng.integers(1, 9, (shape[0],) + (1,) * (len(shape) - 1)) / 16)
        if kind == "sign":
            return self.node("Sign", [self.const(real)])[0]
        if kind == "bipolar":
            return self.node("BipolarQuant", [self.const(real), self.const(rng.choice([1, 0.5, 0.125]))], domain=QONNX)[0]
        if kind == "integers":
            return self.const(rng.integers(-128, 128, shape))
        bits = float(rng.integers(2, 9))
        return self.node("Quant", [self.const(real), self.const(0.25 if bits < 4 else 2.0 ** -6), self.const(0.0), self.const(bits)], domain=QONNX,
                         signed=1, narrow=int(rng.integers(2)))[0]

    def conv(self, out, kernel, stride=1, dilation=1, pads=(0, 0, 0, 0), group=1, kinds=("sign", "signs", "bipolar", "plain"), bias=False):
        c, h, w = self.value[1]
        size = [(n + a + b - d * (k - 1) - 1) // s + 1
                for n, a, b, k, s, d in zip((h, w), pads[:2], pads[2:], kernel, (stride,) * 2, (dilation,) * 2)]
        more = [self.weight((out, c // group, *kernel), kinds)]
        if bias:
            more.append(self.const(self.rng.integers(-9, 10, out) / 4))
        return self.then("Conv", *more, shape=(out, *size), kernel_shape=kernel, strides=[stride] * 2, dilations=[dilation] * 2, pads=list(pads), group=group)

    def norm(self):
        c, rng = self.value[1][0], self.rng
        gamma = rng.normal(size=c) * (rng.random(c) > 0.1)  # both directions, and some channels are constant
        return self.then("BatchNormalization", *map(self.const, (gamma, rng.normal(size=c) * rng.integers(0, 2), rng.integers(-9, 10, c), rng.random(c) + 0.1)))

    def sign(self, kinds=("Sign", "BipolarQuant", "MultiThreshold")):
        kind, rng = rng_choice(self.rng, kinds), self.rng
        if kind == "Sign":
            return self.then("Sign")
        if kind == "BipolarQuant":
            return self.then("BipolarQuant", self.const(rng.choice([1.0, 0.5])), domain=QONNX)
        t = rng.integers(-4, 5, (self.value[1][0], 1)) + rng.choice([0, 0.5])
        return self.then("MultiThreshold", self.const(t), domain=QONNX, out_scale=2.0, out_bias=-1.0)

    def flatten(self):
        n = int(np.prod(self.value[1]))
        if self.rng.integers(2):
            return self.then("Flatten", shape=(n,))
        return self.then("Reshape", self.const([1, -1], np.int64), shape=(n,))

    def dense(self, out, kinds=("sign", "bipolar", "plain"), bias=None):
        n = self.value[1][0]
        if self.rng.integers(2) and bias is None:
            return self.then("MatMul", self.weight((n, out), kinds), shape=(out,))
        more = [self.weight((out, n), kinds)] + ([self.const(bias)] if bias is not None else [])
        return self.then("Gemm", *more, shape=(out,), transB=1)


def rng_choice(rng, options):
    return options[int(rng.integers(len(options)))]


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
        g.dense(int(rng.integers(1, 140)), ("sign", "plain", "integers", "quant"))
        between(g)
    else:
        g.conv(**window(g, rng), kinds=("sign", "signs", "plain", "integers", "quant"))
        between(g)
    for _ in range(int(rng.integers(0, 4))):
        body(g, rng)
    head(g, rng)
    return g.model()


def body(g, rng):
    if len(g.value[1]) == 1:
        g.dense(int(rng.integers(1, 140)))
        between(g)
    elif rng.random() < 0.15:
        pool(g)
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


# ---- published shapes, random weights -----------------------------------------------------------------------------------

def mlp(seed, hidden, flat):
    """LFC (1024) and TFC (64) of FINN: 784 - hidden x 3 - 10."""
    rng = np.random.default_rng(seed)
    g = Graph(rng, (784,) if flat else (1, 28, 28))
    if not flat:
        g.then("Flatten", shape=(784,))
    g.then("Mul", g.const(2.0 / 255))
    g.then("Add", g.const(-1.0))
    g.then("BipolarQuant", g.const(1.0), domain=QONNX)
    for _ in range(3):
        g.dense(hidden, ("sign",))
        g.norm()
        g.then("BipolarQuant", g.const(1.0), domain=QONNX)
    g.dense(10, ("sign",))
    return g.model()


def cnv(seed):
    """FINN's CNV: VGG-like, valid padding, max-pool on bits."""
    g = Graph(np.random.default_rng(seed), (3, 32, 32))
    g.then("Mul", g.const(2.0 / 255))
    g.then("Add", g.const(-1.0))
    for i, out in enumerate((64, 64, 128, 128, 256, 256)):
        g.conv(out, [3, 3], kinds=("quant",) if i == 0 else ("sign",))
        g.norm()
        g.then("BipolarQuant", g.const(1.0), domain=QONNX)
        if i in (1, 3):
            c, h, w = g.value[1]
            g.then("MaxPool", shape=(c, h // 2, w // 2), kernel_shape=[2, 2], strides=[2, 2])
    g.flatten()
    for _ in range(2):
        g.dense(512, ("sign",))
        g.norm()
        g.sign(("Sign",))
    g.dense(10, ("sign",))
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
