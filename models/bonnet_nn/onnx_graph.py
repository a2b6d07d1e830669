"""Building blocks of the ONNX dialect of docs/operators.md, section 6. No torch."""
import numpy as np
from onnx import helper, numpy_helper


class Graph:
    """Collects nodes; a node's output carries the node's name."""

    def __init__(self):
        self.nodes, self.initialisers, self.known = [], [], set()

    def constant(self, name, value, dtype=np.float32):
        if name not in self.known:
            self.known.add(name)
            self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(np.asarray(value, dtype)), name))
        return name

    def op(self, kind, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def shape(self, *dims):
        return self.constant("shape." + "x".join(map(str, dims)), dims, np.int64)

    def weight(self, name, value):
        """int8 initialiser behind DequantizeLinear with scale 1"""
        q = self.constant(name + ".weight_int8", value, np.int8)
        return self.op("DequantizeLinear", name + ".weight", q, self.constant("const.one", 1.0))

    def edge_pad(self, name, x):
        return self.op("Pad", name, x, self.constant("const.pad1", [0, 0, 1, 1, 0, 0, 1, 1], np.int64), mode="edge")

    def batch_norm(self, name, x, bn):
        """bn: a torch BatchNorm"""
        values = dict(scale=bn.weight, bias=bn.bias, mean=bn.running_mean, var=bn.running_var)
        return self.normalise(name, x, {key: t.detach().numpy() for key, t in values.items()}, bn.eps)

    def normalise(self, name, x, values, epsilon):
        """values: scale, bias, mean, var, one number per channel each"""
        inputs = [self.constant(f"{name}.{key}", values[key]) for key in ("scale", "bias", "mean", "var")]
        return self.op("BatchNormalization", name, x, *inputs, epsilon=epsilon)

    def slices(self, name, x, thresholds):
        if len(thresholds) == 1:
            return self.op("Sign", name, x)
        parts = []
        for j, t in enumerate(thresholds):
            added = self.op("Add", f"{name}.add{j}", x, self.constant(f"const.slice{j}", -t))
            parts.append(self.op("Sign", f"{name}.sign{j}", added))
        return self.op("Concat", name, *parts, axis=1)

    def round_saturate(self, name, x, low, high):
        x = self.op("Add", name + ".half", x, self.constant("const.half", 0.5))
        x = self.op("Floor", name + ".floor", x)
        return self.op("Clip", name, x, self.constant(f"const.{low}", low), self.constant(f"const.{high}", high))
