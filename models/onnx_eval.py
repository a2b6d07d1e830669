#!/usr/bin/python3
"""A small ONNX evaluator in numpy, float64, for exactly the operators of docs/operators.md, section 6.

It knows nothing about binary networks: it is the independent oracle for the integer implementations.

    models/onnx_eval.py FILE.onnx --images 100 [--integer]      # accuracy on the first test images
"""
import numpy as np
import onnx
from onnx import numpy_helper


def _attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def _conv(x, w, bias=None, *, kernel_shape=None, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), group=1, **_):
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    outputs, per_group, kh, kw = w.shape
    n = x.shape[0]
    oh = (x.shape[2] - dilations[0] * (kh - 1) - 1) // strides[0] + 1
    ow = (x.shape[3] - dilations[1] * (kw - 1) - 1) // strides[1] + 1
    windows = np.empty((n, x.shape[1], kh, kw, oh, ow))
    for i in range(kh):
        for j in range(kw):
            windows[:, :, i, j] = x[:, :, i * dilations[0]:i * dilations[0] + strides[0] * (oh - 1) + 1:strides[0],
                                    j * dilations[1]:j * dilations[1] + strides[1] * (ow - 1) + 1:strides[1]]
    windows = windows.reshape(n, group, per_group * kh * kw, oh * ow)
    y = (w.reshape(group, outputs // group, -1) @ windows).reshape(n, outputs, oh, ow)
    return y if bias is None else y + bias.reshape(1, -1, 1, 1)


def _max_pool(x, *, kernel_shape, strides, pads=(0, 0, 0, 0), ceil_mode=0, **_):
    top, left, bottom, right = pads
    if ceil_mode:           # the windows that begin within the map
        bottom += -(x.shape[2] + top + bottom - kernel_shape[0]) % strides[0]
        right += -(x.shape[3] + left + right - kernel_shape[1]) % strides[1]
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=-np.inf)
    oh = (x.shape[2] - kernel_shape[0]) // strides[0] + 1
    ow = (x.shape[3] - kernel_shape[1]) // strides[1] + 1
    views = [x[:, :, i:i + strides[0] * (oh - 1) + 1:strides[0], j:j + strides[1] * (ow - 1) + 1:strides[1]]
             for i in range(kernel_shape[0]) for j in range(kernel_shape[1])]
    return np.maximum.reduce(views)


def _batch_norm(x, scale, bias, mean, var, *, epsilon=1e-5, **_):
    scale, bias, mean, var = (v.reshape(1, -1, 1, 1) for v in (scale, bias, mean, var))
    return scale * (x - mean) / np.sqrt(var + epsilon) + bias


def _pad(x, pads, value=0.0, *, mode=b"constant"):
    half = len(pads) // 2
    widths = list(zip(pads[:half].astype(int), pads[half:].astype(int)))
    if mode == b"constant":
        return np.pad(x, widths, constant_values=value)
    return np.pad(x, widths, mode=mode.decode())


def _slice(x, starts, ends, axes, steps=None):
    index = [slice(None)] * x.ndim
    for i, axis in enumerate(axes.astype(int)):
        index[axis] = slice(int(starts[i]), int(ends[i]), 1 if steps is None else int(steps[i]))
    return x[tuple(index)]


def _gemm(a, b, c=0.0, *, alpha=1.0, beta=1.0, transA=0, transB=0):
    return alpha * (a.T if transA else a) @ (b.T if transB else b) + beta * c


OPERATORS = {
    "Add": lambda a, b: a + b,
    "BatchNormalization": _batch_norm,
    "Clip": lambda x, low, high: np.clip(x, low, high),
    "Concat": lambda *x, axis: np.concatenate(x, axis),
    "Conv": _conv,
    "DequantizeLinear": lambda x, scale, zero=0.0, **_: (x - zero) * scale,
    "Floor": np.floor,
    "Gemm": _gemm,
    "Max": lambda *x: np.maximum.reduce(x),
    "MaxPool": _max_pool,
    "Mul": lambda a, b: a * b,
    "PRelu": lambda x, slope: np.where(x < 0, slope * x, x),
    "Pad": _pad,
    "ReduceSum": lambda x, axes, keepdims=1: x.sum(tuple(axes.astype(int)), keepdims=bool(keepdims)),
    "Reshape": lambda x, shape: x.reshape(shape.astype(int)),
    "Sign": np.sign,
    "Slice": _slice,
}


class Model:
    def __init__(self, path):
        self.model = onnx.load(path)
        self.constants = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in self.model.graph.initializer}
        self.metadata = {p.key: p.value for p in self.model.metadata_props}

    def run(self, image, keep=False):
        """image [1, P, H, W] -> logits [1, N]; keep=True returns every tensor by name."""
        values = dict(self.constants, image=image.astype(np.float64))
        for node in self.model.graph.node:
            inputs = [values[name] for name in node.input]
            values[node.output[0]] = OPERATORS[node.op_type](*inputs, **_attributes(node))
        return values if keep else values["logits"]


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
