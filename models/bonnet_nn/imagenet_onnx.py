"""Write a folded network (imagenet_fold.fold) as ONNX in the dialect of docs/operators.md, section 6. No torch."""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper

from . import imagenet, imagenet_float
from .onnx_graph import Graph


def _column(v):
    return np.asarray(v, np.float64).reshape(1, -1, 1, 1)


class _Writer:
    def __init__(self, net):
        self.net, self.g = net, Graph()
        self.spec, self.k = net["spec"], net["spec"].k
        self.side = net["size"]

    def conv(self, layer, x, w, groups=1, **attributes):
        return self.g.op("Conv", layer, x, self.g.weight(layer, w), kernel_shape=list(w.shape[2:]), group=groups, **attributes)

    def slices(self, name, x, bn, normal):
        values = dict(scale=normal["scale"], bias=normal["bias"], mean=normal["mean"], var=np.ones(len(normal["mean"])))
        return self.g.slices(name, self.g.normalise(bn, x, values, 0.0), [-b for b in imagenet.OFFSETS[self.k]])

    def stem(self):
        g, stem = self.g, self.net["stem"]
        x = self.conv("stem.conv", "image", stem["w"], pads=[3] * 4, strides=[2, 2])
        x = g.op("MaxPool", "stem.pool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
        self.side = imagenet.half_up(imagenet.half_up(self.side))
        x = g.op("Mul", "stem.shift", x, g.constant("stem.shift.factor", _column(2.0 ** -stem["sh"])))
        x = g.round_saturate("stem.requant", x, -128, 127)
        if self.spec.boolnet:
            # A border of its own for every channel: moved to 0, where the padding is.
            x = g.op("Add", "stem.border", x, g.constant("stem.border.offset", -_column(stem["border"])))
            x = g.op("Pad", "stem.depthwise.pad", x, g.constant("const.pad1", [0, 0, 1, 1, 0, 0, 1, 1], np.int64), mode="constant")
            x = self.conv("stem.depthwise", x, stem["dw"][:, None], len(stem["dw"]), strides=[1, 1])
            back = stem["border"] * stem["dw"].sum((1, 2))
            x = g.op("Add", "stem.depthwise.sum", x, g.constant("stem.depthwise.offset", _column(back)))
        return self.slices("stem.slices", x, "stem.bn", stem["normal"])

    def binary(self, layer, x, block, stride):
        d, n = block.dilation, str(block.dilation)
        x = self.g.op("Pad", layer + ".pad", x, self.g.constant("const.pad" + n, [0, 0, d, d, 0, 0, d, d], np.int64), mode="edge")
        return self.conv(layer, x, self.net["layers"][layer]["w"], self.k, strides=[stride] * 2, dilations=[d, d])

    def downsample(self, block, x):
        g, d = self.g, block.name + ".downsample"
        layer = self.net["layers"][d + ".0"]
        y = self.conv(d + ".conv", x, layer["w"], strides=[1, 1])
        if block.pool:
            odd = dict(ceil_mode=1) if self.side % 2 else {}
            y = g.op("MaxPool", d + ".pool", y, kernel_shape=[2, 2], strides=[2, 2], **odd)
        return self.slices(d + ".slices", y, d + ".bn", layer["normal"])

    def halves(self, block, x):
        g, k, c, side = self.g, self.k, block.channels, self.side
        y = g.op("Reshape", block.name + ".split", x, g.shape(1, k, 2 * c, side, side))
        found = []
        for half, first in (("working", 0), ("through", c)):
            if half == "through" and block.last:
                continue            # nothing reads it
            limits = [g.constant(f"const.i{i}", [i], np.int64) for i in (first, first + c)]
            z = g.op("Slice", f"{block.name}.{half}.slice", y, *limits, g.constant("const.axis2", [2], np.int64))
            found.append(g.op("Reshape", f"{block.name}.{half}", z, g.shape(1, k * c, side, side)))
        return found[0], found[-1]

    def interleave(self, block, x, through):
        g, k, c, side = self.g, self.k, block.channels, self.side
        pair = [g.op("Reshape", f"{block.name}.interleave.{n}", v, g.shape(1, k, c, 1, side, side))
                for n, v in (("or", x), ("through", through))]
        x = g.op("Concat", block.name + ".interleave.concat", *pair, axis=3)
        return g.op("Reshape", block.name + ".interleave", x, g.shape(1, 2 * k * c, side, side))

    def block(self, block, x):
        """The next map; of the last block the pair (sum of conv2, its input map)."""
        g, name = self.g, block.name
        source = shortcut = through = x
        if block.downsample:
            shortcut = through = self.downsample(block, x)
        elif block.halves:
            source, through = self.halves(block, x)
            shortcut = source
        self.side = imagenet.half_up(self.side) if block.stride == 2 else self.side
        a = self.binary(name + ".conv1", source, block, block.stride)
        a = self.slices(name + ".slices1", a, name + ".bn1", self.net["layers"][name + ".conv1"]["normal"])
        b = g.op("Mul", name + ".xnor", a, shortcut)
        z = self.binary(name + ".conv2", b, block, 1)
        if block.last:
            return z, b
        z = self.slices(name + ".slices2", z, name + ".bn2", self.net["layers"][name + ".conv2"]["normal"])
        x = g.op("Max", name + ".or", z, shortcut)
        return self.interleave(block, x, through) if self.spec.boolnet else x

    def head(self, block, z, b):
        g, head, layer = self.g, self.net["head"], block.name
        n = g.op("Mul", layer + ".scale_n", z, g.constant(layer + ".A", _column(head["A"])))
        m = g.op("Reshape", layer + ".mean.split", b, g.shape(1, self.k, block.channels, self.side, self.side))
        m = g.op("ReduceSum", layer + ".mean", m, g.constant("const.axis1", [1], np.int64), keepdims=0)
        m = g.op("Mul", layer + ".scale_m", m, g.constant(layer + ".B", _column(head["B"])))
        x = g.op("Add", layer + ".sum", n, m)
        x = g.op("Add", layer + ".offset", x, g.constant(layer + ".C", _column(head["C"])))
        x = g.op("Mul", layer + ".shift", x, g.constant(layer + ".shift.factor", 2.0 ** -head["s1"]))
        x = g.round_saturate(layer + ".requant", x, -32768, 32767)
        x = g.op("PRelu", "head.prelu", x, g.constant("head.prelu.slope", head["S"].reshape(-1, 1, 1) / 256))
        x = g.round_saturate("head.prelu.requant", x, -32768, 32767)
        x = g.op("ReduceSum", "head.pool", x, g.constant("const.axes23", [2, 3], np.int64), keepdims=0)
        x = g.op("Mul", "head.pool.shift", x, g.constant("head.pool.shift.factor", 2.0 ** -head["s2"]))
        x = g.round_saturate("head.pool.requant", x, -32768, 32767)
        g.nodes.append(helper.make_node(
            "Gemm", [x, g.weight("head.fc", head["W"]), g.constant("head.fc.bias", head["bias"])], ["logits"],
            name="head.fc", transB=1))


def metadata(net, name, labels):
    lut = imagenet_float.pixel_lut()
    found = {
        "bonnet.name": name, "bonnet.logit_scale": repr(net["head"]["scale"]), "bonnet.pixels": "int8",
        "bonnet.pixel_lut": lut.astype(np.uint8).tobytes().hex(),
        "bonnet.preprocess": "RGB, q = round((x/255 - mean)/std * 127/%g), mean %s, std %s" % (
            imagenet.REACH, " ".join(map(str, imagenet.MEAN)), " ".join(map(str, imagenet.STD)))}
    if labels:
        found["bonnet.labels"] = ",".join(labels)
    return found


def build(net, name, labels=()):
    """net: imagenet_fold.fold(...). Returns the ONNX model, checked."""
    w = _Writer(net)
    x = w.stem()
    for block in imagenet.blocks(net["spec"]):
        x = w.block(block, x)
    w.head(block, *x)
    size = net["size"]
    graph = helper.make_graph(
        w.g.nodes, name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, size, size])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, net["classes"]])], w.g.initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="bonnet")
    model.ir_version = 8
    helper.set_model_props(model, metadata(net, name, labels))
    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    onnx.checker.check_model(model, full_check=True)
    return model


def write(model, path):
    """The whole file or none of it."""
    part = path + ".part"
    try:
        onnx.save(model, part)
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.unlink(part)
