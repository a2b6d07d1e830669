"""Write a BinaryNet as ONNX in the dialect of docs/operators.md, section 6."""
import numpy as np
import onnx
from onnx import TensorProto, helper
import torch

from . import data
from .onnx_graph import Graph


def signs(weight):
    return torch.where(weight.detach() >= 0, 1, -1).numpy()


def column(v):
    return np.asarray(v, np.float64).reshape(1, -1, 1, 1)


def conv(g, layer, x, w, groups=1, **attributes):
    return g.op("Conv", layer, x, g.weight(layer, w), kernel_shape=list(w.shape[2:]), group=groups, **attributes)


def binary3x3(g, layer, x, module, k):
    s = module.stride
    return conv(g, layer, g.edge_pad(layer + ".pad", x), signs(module.weight), k, strides=[s, s])


def downsample(g, layer, x, module):
    """Dense binary 1x1, pool, BatchNorm, slices"""
    y = conv(g, layer + ".conv", x, signs(module.weight), strides=[1, 1])
    y = g.op("MaxPool", layer + ".pool", y, kernel_shape=[2, 2], strides=[2, 2])
    y = g.batch_norm(layer + ".bn", y, module.bn)
    return g.slices(layer + ".slices", y, module.thresholds.tolist())


def last_and_head(g, layer, prefix, z, b, head, shape, output):
    """From the sum z of the last 3x3 and the map b that it read, shape k, C, H, W, to the logits called `output`."""
    n = g.op("Mul", layer + ".scale_n", z, g.constant(layer + ".A", column(head["A"])))
    m = g.op("Reshape", layer + ".mean.split", b, g.shape(1, *shape))
    m = g.op("ReduceSum", layer + ".mean", m, g.constant("const.axis1", [1], np.int64), keepdims=0)
    m = g.op("Mul", layer + ".scale_m", m, g.constant(layer + ".B", column(head["B"])))
    x = g.op("Add", layer + ".sum", n, m)
    x = g.op("Add", layer + ".offset", x, g.constant(layer + ".C", column(head["C"])))
    x = g.op("Mul", layer + ".shift", x, g.constant(layer + ".shift.factor", 2.0 ** -head["s1"]))
    x = g.round_saturate(layer + ".requant", x, -32768, 32767)
    x = g.op("PRelu", prefix + ".prelu", x, g.constant(prefix + ".prelu.slope", head["S"].reshape(-1, 1, 1) / 256))
    x = g.round_saturate(prefix + ".prelu.requant", x, -32768, 32767)
    x = g.op("ReduceSum", prefix + ".pool", x, g.constant("const.axes23", [2, 3], np.int64), keepdims=0)
    x = g.op("Mul", prefix + ".pool.shift", x, g.constant(prefix + ".pool.shift.factor", 2.0 ** -head["s2"]))
    x = g.round_saturate(prefix + ".pool.requant", x, -32768, 32767)
    g.nodes.append(helper.make_node(
        "Gemm", [x, g.weight(prefix + ".fc", head["W"]), g.constant(prefix + ".fc.bias", head["bias"])], [output],
        name=prefix + ".fc", transB=1))


def write(network, head, path, name):
    """network: BinaryNet in eval mode; head: quantise.quantise_head(network, ...)."""
    g = Graph()
    k, boolnet = network.k, network.boolnet
    # stem
    stem = network.stem
    r = stem.weight.shape[-1] // 2
    size = 28
    x = conv(g, "stem.conv", "image", stem.integer(stem.weight).detach().numpy(), pads=[r] * 4, strides=[1, 1])
    x = g.op("MaxPool", "stem.pool", x, kernel_shape=[2, 2], strides=[2, 2])
    size //= 2
    x = g.op("Mul", "stem.shift", x, g.constant("stem.shift.factor", column(torch.exp2(-stem.shift).numpy())))
    x = g.round_saturate("stem.requant", x, -128, 127)
    if boolnet:
        w = stem.integer(stem.depthwise).detach().numpy()
        x = conv(g, "stem.depthwise", g.edge_pad("stem.depthwise.pad", x), w, len(w), strides=[1, 1])
    x = g.slices("stem.slices", g.batch_norm("stem.bn", x, stem.bn), stem.thresholds.tolist())
    width = stem.weight.shape[0]

    for s, blocks in enumerate(network.stages):
        for i, block in enumerate(blocks):
            layer = f"layer{s + 1}.{i}"
            c = block.channels
            source = x
            if block.downsample is not None:
                shortcut = through = downsample(g, layer + ".downsample", x, block.downsample)
            elif width == 2 * c:
                y = g.op("Reshape", layer + ".split", x, g.shape(1, k, 2 * c, size, size))
                halves = []
                for half, first in (("working", 0), ("through", c)):
                    if half == "through" and block.last:
                        continue        # nothing reads it
                    z = g.op("Slice", f"{layer}.{half}.slice", y,
                             g.constant(f"const.i{first}", [first], np.int64),
                             g.constant(f"const.i{first + c}", [first + c], np.int64),
                             g.constant("const.axis2", [2], np.int64))
                    halves.append(g.op("Reshape", f"{layer}.{half}", z, g.shape(1, k * c, size, size)))
                source = shortcut = halves[0]
                through = halves[-1]
            else:
                shortcut = through = x
            size //= block.conv1.stride
            a = binary3x3(g, layer + ".conv1", source, block.conv1, k)
            a = g.slices(layer + ".slices1", g.batch_norm(layer + ".bn1", a, block.conv1.bn),
                         block.conv1.thresholds.tolist())
            b = g.op("Mul", layer + ".xnor", a, shortcut)
            z = binary3x3(g, layer + ".conv2", b, block.conv2, k)
            if block.last:
                break
            z = g.slices(layer + ".slices2", g.batch_norm(layer + ".bn2", z, block.conv2.bn),
                         block.conv2.thresholds.tolist())
            x = g.op("Max", layer + ".or", z, shortcut)
            width = c
            if boolnet:
                pair = [g.op("Reshape", f"{layer}.interleave.{n}", v, g.shape(1, k, c, 1, size, size))
                        for n, v in (("or", x), ("through", through))]
                x = g.op("Concat", layer + ".interleave.concat", *pair, axis=3)
                x = g.op("Reshape", layer + ".interleave", x, g.shape(1, 2 * k * c, size, size))
                width = 2 * c

    last_and_head(g, layer, "head", z, b, head, (k, c, size, size), "logits")

    graph = helper.make_graph(
        g.nodes, name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(head["W"])])], g.initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="bonnet")
    model.ir_version = 8
    helper.set_model_props(model, {
        "bonnet.name": name, "bonnet.labels": ",".join(data.LABELS),
        "bonnet.logit_scale": repr(head["scale"]), "bonnet.pixels": "uint8"})
    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return model
