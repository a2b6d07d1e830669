#!/usr/bin/python3
"""Runs an ONNX file in numpy, float64 (operators: onnx_ops.py).

It knows nothing about binary networks: it is the independent oracle for the integer implementations.

    models/onnx_eval.py FILE.onnx --images 100 [--integer]      # accuracy on the first test images
"""
import numpy as np
import onnx
from onnx import numpy_helper

from onnx_ops import OPERATORS, attributes


INTEGERS = (onnx.TensorProto.INT32, onnx.TensorProto.INT64)
SHAPES = ("Add", "Concat", "Div", "Gather", "Identity", "Mul", "Slice", "Squeeze", "Sub", "Unsqueeze")  # what stays an integer of integers


class Model:
    """A graph that can be run. path: of a file, or a ModelProto."""

    def __init__(self, path):
        self.model = path if isinstance(path, onnx.ModelProto) else onnx.load(path)
        self.constants = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in self.model.graph.initializer}
        self.whole = {t.name for t in self.model.graph.initializer if t.data_type in INTEGERS}
        self.int8 = {t.name for t in self.model.graph.initializer if t.data_type == onnx.TensorProto.INT8}
        self.metadata = {p.key: p.value for p in self.model.metadata_props}
        self.inputs = [i.name for i in self.model.graph.input if i.name not in self.constants]
        self.outputs = [o.name for o in self.model.graph.output]

    def is_whole(self, node):
        """Of an integer type: its Div drops the rest."""
        if node.op_type == "Constant":
            return any(a.name == "value" and a.t.data_type in INTEGERS or a.name.startswith("value_int") for a in node.attribute)
        if node.op_type == "Cast":
            return any(a.i in INTEGERS for a in node.attribute)
        return node.op_type == "Shape" or node.op_type in SHAPES and all(name in self.whole for name in node.input if name)

    def run(self, *inputs, keep=False):
        """Arrays in the order of the graph's inputs (an image: [1, P, H, W]) -> its first output; keep=True returns every tensor by name."""
        values = dict(self.constants)
        values.update({name: np.asarray(x, np.float64) for name, x in zip(self.inputs, inputs)})
        for node in self.model.graph.node:
            given = [values[name] if name else None for name in node.input]
            extra = {"outputs": len(node.output)} if node.op_type == "Split" else {}
            if node.op_type == "QuantizeLinear":
                extra = {"signed": node.input[2] in self.int8 if len(node.input) > 2 else False}
            out = OPERATORS[node.op_type](*given, **attributes(node), **extra)
            if self.is_whole(node):
                self.whole.update(node.output)
                out = np.trunc(out) if node.op_type == "Div" else out
            for name, value in zip(node.output, out if isinstance(out, (list, tuple)) else [out]):
                values[name] = np.asarray(value, np.float64)
        return values if keep else values[self.outputs[0]]


def main():
    import argparse
    import time
    from bonnet_nn import data
    import integer_ref
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--integer", action="store_true", help="also run integer_ref and compare every logit")
    args = parser.parse_args()
    images, labels = data.load("t10k")
    images, labels = images[:args.images], labels[:args.images]
    model = Model(args.file)
    start = time.time()
    logits = np.concatenate([model.run(x[None, None]) for x in images])
    print(f"float64 ONNX: {100 * (logits.argmax(1) == labels).mean():.2f} % of {len(images)} "
          f"({time.time() - start:.0f} s)")
    if args.integer:
        start = time.time()
        network = integer_ref.load(args.file)
        integer = np.concatenate([integer_ref.infer(network, images[i:i + 50]) for i in range(0, len(images), 50)])
        print(f"integer only: {100 * (integer.argmax(1) == labels).mean():.2f} % of {len(images)} "
              f"({time.time() - start:.0f} s), images with a different logit: {(integer != logits).any(1).sum()}, "
              f"ties for the first place: {((integer == integer.max(1, keepdims=True)).sum(1) > 1).sum()}")


if __name__ == "__main__":
    main()
