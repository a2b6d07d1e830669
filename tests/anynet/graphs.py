# SPDX-License-Identifier: Apache-2.0
"""Binary networks as ONNX and QONNX graphs, node by node."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QONNX = "qonnx.custom_op.general"


class Graph:
    """Nodes one after the other; a value is (name, shape), shape without the batch of 1: (c, h, w) or (n,)."""

    def __init__(self, rng, shape, opset=13):
        self.rng, self.nodes, self.constants, self.opset, self.shape = rng, [], [], opset, shape
        self.value = "image", shape
        self.places = len(shape) == 1  # numbers of a map, some to a channel

    def const(self, array, kind=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array, kind), name))
        return name

    def node(self, op, inputs, shape=None, domain=None, **attributes):
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, domain=domain, **attributes))
        return name, shape

    def split(self, sizes):
        """Channels: a list of values, sizes as an input or, before opset 13, an attribute."""
        name, (c, *rest) = f"split{len(self.nodes)}", self.value[1]
        given = dict(split=sizes) if self.opset < 13 else {}
        more = [] if self.opset < 13 else [self.const(sizes, np.int64)]
        names = [f"{name}_{i}" for i in range(len(sizes))]
        self.nodes.append(helper.make_node("Split", [self.value[0], *more], names, name, axis=1, **given))
        return [(n, (s, *rest)) for n, s in zip(names, sizes)]

    def concat(self, values):
        channels = sum(v[1][0] for v in values)
        self.value = self.node("Concat", [v[0] for v in values], (channels, *values[0][1][1:]), axis=rng_choice(self.rng, [1, -len(values[0][1])]))
        return self.value

    def then(self, op, *more, shape=None, **attributes):
        self.value = self.node(op, [self.value[0], *more], shape or self.value[1], **attributes)
        return self.value

    def model(self):
        name, shape = self.value
        graph = helper.make_graph(self.nodes, "net", [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, *self.shape))],
                                  [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset), helper.make_opsetid(QONNX, 1)])

    # ---- pieces ------------------------------------------------------------------------------------------------------

    def weight(self, shape, kinds=("sign", "signs", "bipolar", "plain"), by=None):
        """A constant tensor of +-1 times a scale, or of small integers times a scale, hidden in different ways."""
        kind, rng = self.rng.choice(kinds), self.rng
        real = rng.normal(size=shape)
        real[real == 0] = 1
        if kind == "plain":
            return self.const(np.where(real >= 0, 1.0, -1.0))
        if kind == "signs":  # a scale for each output channel, as XNOR-Net has
            return self.const(np.where(real >= 0, 1.0, -1.0) * rng.integers(1, 9, (shape[0],) + (1,) * (len(shape) - 1)) / 16)
        if kind == "scaled":  # max(|w|) * sign(w), and what a straight-through estimator leaves of itself; dyadic numbers, whose sums are exact
            axes, real = [i for i in range(len(shape)) if i != by], np.where(real >= 0, 1, -1) * (np.rint(np.abs(real) * 4) + 1) / 4
            signs, real = self.node("Sign", [self.const(real)])[0], self.const(real)
            product = self.node("Mul", [self.node("ReduceMax", [self.node("Abs", [real])[0]], axes=axes)[0], signs])[0]
            clipped = self.node("Clip", [real, self.const(-1.0), self.const(1.0)])[0]
            return self.node("Add", [self.node("Sub", [product, clipped])[0], clipped])[0]
        if kind == "linear":  # QCDQ: 8-bit integers, a scale for each output channel
            scale = self.const(2.0 ** -rng.integers(4, 8, shape[by]))
            zero = self.const(np.zeros(shape[by]), np.int8)
            clipped = self.node("Clip", [self.const(np.rint(real * 40).clip(-128, 127), np.int8), self.const(-100, np.int8), self.const(100, np.int8)])[0]
            return self.node("DequantizeLinear", [clipped if rng.integers(2) else self.const(np.rint(real * 9), np.int8), scale, zero], axis=by)[0]
        if kind == "where":
            first = self.const(np.ones(shape))
            return self.node("Where", [self.node("GreaterOrEqual", [self.const(real), self.const(0.0)])[0], first, self.node("Neg", [first])[0]])[0]
        if kind == "rounded":  # round(clip(w * 64)) / 64
            real = self.node("Round", [self.node("Clip", [self.node("Mul", [self.const(real), self.const(64.0)])[0], self.const(-128.0), self.const(127.0)])[0]])[0]
            return self.node("Div", [real, self.const(64.0)])[0]
        if kind == "sign":
            return self.node("Sign", [self.const(real)])[0]
        if kind == "bipolar":
            return self.node("BipolarQuant", [self.const(real), self.const(rng.choice([1, 0.5, 0.125]))], domain=QONNX)[0]
        if kind == "integers":
            return self.const(rng.integers(-128, 128, shape))
        bits = 2.0 if kind == "ternary" else float(rng.integers(2, 9))
        scale = 0.25 if bits < 4 else 2.0 ** -6
        if kind == "quants":  # a scale for each output channel
            scale = scale * rng.integers(1, 9, [n if i == by else 1 for i, n in enumerate(shape)])
        return self.node("Quant", [self.const(real), self.const(scale), self.const(0.0), self.const(bits)], domain=QONNX,
                         signed=1, narrow=int(kind == "ternary" or rng.integers(2)))[0]

    def conv(self, out, kernel, stride=1, dilation=1, pads=(0, 0, 0, 0), group=1, kinds=("sign", "signs", "bipolar", "plain", "scaled", "where"), bias=False):
        c, h, w = self.value[1]
        size = [(n + a + b - d * (k - 1) - 1) // s + 1
                for n, a, b, k, s, d in zip((h, w), pads[:2], pads[2:], kernel, (stride,) * 2, (dilation,) * 2)]
        more = [self.weight((out, c // group, *kernel), kinds, 0)]
        if bias:
            more.append(self.const(self.rng.integers(-9, 10, out) / 4))
        return self.then("Conv", *more, shape=(out, *size), kernel_shape=kernel, strides=[stride] * 2, dilations=[dilation] * 2, pads=list(pads), group=group)

    def norm(self):
        c, rng = self.value[1][0], self.rng
        gamma = rng.normal(size=c) * (rng.random(c) > 0.1)  # both directions, and some channels are constant
        return self.then("BatchNormalization", *map(self.const, (gamma, rng.normal(size=c) * rng.integers(0, 2), rng.integers(-9, 10, c), rng.random(c) + 0.1)))

    def sign(self, kinds=("Sign", "BipolarQuant", "MultiThreshold", "MultiThreshold", "Levels", "Compare")):
        kind, rng = rng_choice(self.rng, kinds), self.rng
        if kind == "Sign":
            return self.then("Sign")
        if kind == "BipolarQuant":
            return self.then("BipolarQuant", self.const(rng.choice([1.0, 0.5])), domain=QONNX)
        if kind == "Levels" and len(self.value[1]) == 3:
            return self.levels()
        if kind == "Compare":
            return self.compare()
        t = rng.integers(-4, 5, (self.value[1][0], 1)) + rng.choice([0, 0.5])
        scale, bias = rng_choice(rng, [(2.0, -1.0), (1.0, 0.0)])
        return self.then("MultiThreshold", self.const(t), domain=QONNX, out_scale=scale, out_bias=bias)

    def compare(self):
        """A sign by another name: one comparison, turned or not, and two numbers for it."""
        rng, (c, *rest) = self.rng, self.value[1]
        op, t = rng_choice(rng, ["Greater", "GreaterOrEqual", "Less", "LessOrEqual"]), rng.integers(-4, 5, rng_choice(rng, [[], [c, *[1] * len(rest)]])) / 2
        if self.opset < 16:  # LessOrEqual and GreaterOrEqual are the others, turned
            turned = op.endswith("Equal")
            op = op if not turned else "Less" if op[0] == "G" else "Greater"
        both = [self.value[0], self.const(t)]
        self.value = self.node(op, both if rng.integers(2) else both[::-1], self.value[1])
        if self.opset < 16 and turned:
            self.then("Not")
        if rng.integers(2):
            a, b = rng_choice(rng, [(1.0, -1.0), (-1.0, 1.0), (1.0, 0.0)])
            self.value = self.node("Where", [self.value[0], self.const(a), self.const(np.full((1, c, *rest), b))], self.value[1])
            return self.value
        self.then("Cast", to=TensorProto.FLOAT)
        if rng.integers(2):
            self.then("Mul", self.const(2.0))
            self.then("Sub", self.const(1.0))
        return self.value

    def levels(self):
        """An activation of several levels: 3 to 16, fewer where there are many channels."""
        rng, c = self.rng, self.value[1][0]
        bits = int(rng.integers(2, 5 if c <= 12 else 4 if c <= 24 else 3))
        how = rng.random()
        if how < 0.15:  # QCDQ
            scale, low = self.const(rng.choice([0.5, 1.0, 2.0])), -int(rng.integers(1, 2 ** (bits - 1) + 1))
            zero = self.const(int(rng.integers(-1, 2)), np.int8)
            self.then("QuantizeLinear", scale, zero)
            self.then("Clip", self.const(low, np.int8), self.const(2 ** (bits - 1) - 1, np.int8))
            return self.then("DequantizeLinear", scale, zero)
        if how < 0.25:  # round(clip(x)) / n, of DoReFa-Net
            self.then("Clip", self.const(rng.choice([0.0, -0.5])), self.const(1.0))
            self.then("Mul", self.const(2.0 ** (bits - 1)))
            self.then(rng_choice(rng, ["Round", "Round", "Ceil"]))
            return self.then("Div", self.const(2.0 ** (bits - 1)))
        if how < 0.5:
            t = rng.integers(-9, 10, (rng_choice(rng, [1, c]), int(rng.integers(2, 2 ** bits)))) + rng.choice([0, 0.5])
            scale, bias = rng_choice(rng, [(1.0, 0.0), (2.0, -float(t.shape[1])), (-0.5, 0.0), (1.0, -1.0)])
            return self.then("MultiThreshold", self.const(np.sort(t, 1)), domain=QONNX, out_scale=scale, out_bias=bias)
        signed = int(rng.integers(2))
        if not signed:
            self.then("Relu")
        return self.then("Quant", self.const(rng.choice([0.5, 1.0, 2.0])), self.const(0.0), self.const(float(bits)), domain=QONNX, signed=signed,
                         narrow=int(rng.integers(2)), rounding_mode=rng_choice(rng, ["ROUND", "ROUND", "FLOOR", "CEIL"]))

    def flatten(self):
        n = int(np.prod(self.value[1]))
        self.places = n > self.value[1][0] or self.places
        how = self.rng.random()
        if how < 0.4:
            return self.then("Flatten", shape=(n,))
        if how < 0.6:  # x.view(x.size(0), -1) of torch
            first = self.node("Gather", [self.node("Shape", [self.value[0]])[0], self.const(0, np.int64)], axis=0)[0]
            more = dict(axes=[0]) if self.opset < 13 else {}
            one = self.node("Unsqueeze", [first] + ([] if more else [self.const([0], np.int64)]), **more)[0]
            return self.then("Reshape", self.node("Concat", [one, self.const([-1], np.int64)], axis=0)[0], shape=(n,))
        return self.then("Reshape", self.const([1, -1], np.int64), shape=(n,))

    def dense(self, out, kinds=("sign", "bipolar", "plain", "where"), bias=None):
        n = self.value[1][0]
        self.places = False
        if self.rng.integers(2) and bias is None:
            return self.then("MatMul", self.weight((n, out), kinds, 1), shape=(out,))
        more = [self.weight((out, n), kinds, 0)] + ([self.const(bias)] if bias is not None else [])
        return self.then("Gemm", *more, shape=(out,), transB=1)


def rng_choice(rng, options):
    return options[int(rng.integers(len(options)))]
