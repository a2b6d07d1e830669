"""Early exits: small branches on the binary maps of a trained network, whose weights stay as they are.

A branch ends as the network does, so a chip runs it with the same units: dense 1x1 downsample with its pool, one 3x3
with XNOR, the last block's 3x3 and the head. It learns from the maps that `bonnet run --until CUT` writes.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper
import torch
import torch.nn as nn

from . import net as nets, onnx_writer, ops
from .onnx_graph import Graph

HEADER = 136        # bytes before the maps of a .cut file (docs/cuts.md)


class Maps:
    """The maps of a .cut file; maps[indices] is what the networks of net.py compute on: bfloat16 [n, H, W, k, C] of +-1."""

    def __init__(self, path):
        with open(path, "rb") as f:
            header = f.read(HEADER)
        if header[:8] != b"BNNCUT1\0":
            raise SystemExit(f"{path}: not a file of maps; `bonnet run MODEL.bonnet IMAGES --until CUT -o FILE.cut` writes one")
        _, self.count, self.channels, self.height, self.width, self.k = np.frombuffer(header, "<u4", 6, 8).tolist()
        self.words = np.memmap(path, "<u8", "r", HEADER, (self.count, self.height, self.width, self.channels // 64, self.k))
        signs = torch.tensor([[1.0 if value >> bit & 1 else -1.0 for bit in range(8)] for value in range(256)])
        self.table = signs.bfloat16().view(torch.int16).numpy().view(np.complex128).ravel()    # 16 bytes for a byte

    def __getitem__(self, indices):
        words = np.ascontiguousarray(self.words[indices].transpose(0, 1, 2, 4, 3))
        bits = np.take(self.table, words.view(np.uint8).ravel()).view(np.int16)
        return torch.from_numpy(bits.reshape(*words.shape[:4], self.channels)).view(ops.BF16)


class Exit(nn.Module):
    """Map [N, 2H, 2W, k, inputs] -> logits [N, classes]."""

    def __init__(self, inputs, k, channels=64, classes=10):
        super().__init__()
        self.k, self.inputs, self.channels = k, inputs, channels
        self.downsample = nets.Downsample(inputs, channels, k)
        self.conv1 = nets.SlicedConv(channels, channels, k)
        self.conv2 = nets.SlicedConv(channels, channels, k, slices=False)
        self.bn3 = nets.BatchNorm(channels)
        self.prelu = nn.PReLU(channels)
        self.fc = nn.Linear(channels, classes)

    @property
    def stages(self):
        """for quantise.py: the last block of the last stage"""
        return [[self]]

    def forward(self, x):
        r = self.downsample(x)
        b = ops.Xnor.apply(self.conv1(r), r)
        z = self.conv2(b) + self.bn3(b.float().mean(3))
        return self.fc(self.prelu(z.permute(0, 3, 1, 2)).mean((2, 3)))

    def binary_weights(self):
        return [self.downsample.weight, self.conv1.weight, self.conv2.weight]


def value_behind(model, cut):
    """Name and shape [k, C, H, W] of the value that the layer `cut` of the trunk writes."""
    nodes = {n.name: n for n in model.graph.node}
    layer = cut.rpartition(".")[0]
    names = [name for name in (layer + ".interleave", layer + ".or", layer + ".slices") if name in nodes]
    if cut not in nodes or not names:
        raise SystemExit(f"no cut '{cut}' in this network; `bonnet cut` lists them")
    k = 4 if nodes["stem.slices"].op_type == "Concat" else 1
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in model.graph.value_info}
    _, channels, height, width = shapes[names[0]]
    return names[0], (k, channels // k, height, width)


def graft(model, network, head, name, cut):
    """Adds a branch behind `cut` to the ONNX model: nodes NAME.*, an output NAME, the scale of its logits."""
    value, (k, channels, height, width) = value_behind(model, cut)
    if (k, channels) != (network.k, network.inputs):
        raise SystemExit(f"exit '{name}' was trained on maps of {network.inputs} channels, '{cut}' has {channels}")
    g = Graph()
    g.known = {t.name for t in model.graph.initializer}
    r = onnx_writer.downsample(g, name + ".downsample", value, network.downsample)
    a = onnx_writer.binary3x3(g, name + ".conv1", r, network.conv1, k)
    a = g.slices(name + ".slices1", g.batch_norm(name + ".bn1", a, network.conv1.bn), network.conv1.thresholds.tolist())
    b = g.op("Mul", name + ".xnor", a, r)
    z = onnx_writer.binary3x3(g, name + ".conv2", b, network.conv2, k)
    onnx_writer.last_and_head(g, name, name + ".head", z, b, head, (k, network.channels, height // 2, width // 2), name)
    model.graph.node.extend(g.nodes)
    model.graph.initializer.extend(g.initialisers)
    model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, len(head["W"])]))
    metadata(model, {f"bonnet.logit_scale.{name}": repr(head["scale"])})


def metadata(model, changes):
    values = {p.key: p.value for p in model.metadata_props}
    values.update(changes)
    helper.set_model_props(model, values)


def save(model, path):
    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def only(model, output):
    """The network that ends at one of the outputs: a copy with nothing but what leads there."""
    wanted, nodes = {output}, []
    for node in reversed(model.graph.node):
        if wanted & set(node.output):
            wanted |= set(node.input)
            nodes.insert(0, node)
    graph = helper.make_graph(nodes, model.graph.name, list(model.graph.input),
                              [o for o in model.graph.output if o.name == output],
                              [t for t in model.graph.initializer if t.name in wanted])
    part = helper.make_model(graph, opset_imports=list(model.opset_import), producer_name=model.producer_name)
    part.ir_version = model.ir_version
    values = {p.key: p.value for p in model.metadata_props}
    scale = values.get("bonnet.logit_scale." + output, values["bonnet.logit_scale"])
    values = {key: value for key, value in values.items() if not key.startswith("bonnet.logit_scale")}
    helper.set_model_props(part, dict(values, **{"bonnet.logit_scale": scale, "bonnet.name": f"{values['bonnet.name']}.{output}"}))
    return part
