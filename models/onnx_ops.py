# SPDX-License-Identifier: Apache-2.0
"""ONNX and QONNX in numpy, float64, operator by operator as the standard says.

It knows nothing of binary networks, of Bonnet, or of its importer. Opsets 11 to 18: what moved between attribute and input is taken from either.
tests/models/test_onnx_ops.py compares each operator with PyTorch where PyTorch is installed.
"""
import numpy as np
import onnx
from onnx import numpy_helper


def _pads(x, kernel, strides, dilations, pads, auto_pad):
    """pads as [begin..., end...] with auto_pad resolved."""
    n = len(kernel)
    if auto_pad in (b"NOTSET", "NOTSET"):
        return list(pads) if pads is not None else [0] * (2 * n)
    if auto_pad in (b"VALID", "VALID"):
        return [0] * (2 * n)
    begin, end = [], []
    for i in range(n):
        size = x.shape[2 + i]
        total = max((-(-size // strides[i]) - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - size, 0)
        less, more = total // 2, total - total // 2
        begin.append(less if auto_pad in (b"SAME_UPPER", "SAME_UPPER") else more)
        end.append(more if auto_pad in (b"SAME_UPPER", "SAME_UPPER") else less)
    return begin + end


def _windows(x, kernel, strides, dilations, pads, fill, ceil_mode=0):
    """[N, C, kernel..., out...] of a 2-D map; positions outside hold `fill`."""
    pads = list(pads)
    if ceil_mode:  # the windows that begin within the map or its first padding
        for i in range(2):
            size = x.shape[2 + i] + pads[i] + pads[2 + i] - (kernel[i] - 1) * dilations[i] - 1
            extra = -size % strides[i]
            if (size + extra) // strides[i] * strides[i] < x.shape[2 + i] + pads[i]:
                pads[2 + i] += extra
    x = np.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=fill)
    out = [(x.shape[2 + i] - (kernel[i] - 1) * dilations[i] - 1) // strides[i] + 1 for i in range(2)]
    w = np.empty(x.shape[:2] + tuple(kernel) + tuple(out))
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            w[:, :, i, j] = x[:, :, i * dilations[0]:i * dilations[0] + strides[0] * (out[0] - 1) + 1:strides[0],
                              j * dilations[1]:j * dilations[1] + strides[1] * (out[1] - 1) + 1:strides[1]]
    return w


def conv(x, w, bias=None, *, kernel_shape=None, strides=(1, 1), pads=None, dilations=(1, 1), group=1, auto_pad=b"NOTSET"):
    outputs, per_group, kh, kw = w.shape
    pads = _pads(x, (kh, kw), strides, dilations, pads, auto_pad)
    v = _windows(x, (kh, kw), strides, dilations, pads, 0.0)
    n, oh, ow = v.shape[0], v.shape[4], v.shape[5]
    v = v.reshape(n, group, per_group * kh * kw, oh * ow)
    y = (w.reshape(group, outputs // group, -1) @ v).reshape(n, outputs, oh, ow)
    return y if bias is None else y + bias.reshape(1, -1, 1, 1)


def max_pool(x, *, kernel_shape, strides=(1, 1), pads=None, dilations=(1, 1), ceil_mode=0, auto_pad=b"NOTSET", storage_order=0):
    pads = _pads(x, kernel_shape, strides, dilations, pads, auto_pad)
    return _windows(x, kernel_shape, strides, dilations, pads, -np.inf, ceil_mode).max((2, 3))


def average_pool(x, *, kernel_shape, strides=(1, 1), pads=None, ceil_mode=0, count_include_pad=0, auto_pad=b"NOTSET"):
    pads = _pads(x, kernel_shape, strides, (1, 1), pads, auto_pad)
    total = _windows(x, kernel_shape, strides, (1, 1), pads, 0.0, ceil_mode).sum((2, 3))
    inside = np.ones_like(x)
    if count_include_pad:
        inside = np.pad(inside, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=1)
        pads = [0] * 4
    return total / _windows(inside, kernel_shape, strides, (1, 1), pads, 0.0, ceil_mode).sum((2, 3))


def batch_norm(x, scale, bias, mean, var, *, epsilon=1e-5, momentum=0.9, training_mode=0, spatial=1):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    scale, bias, mean, var = (v.reshape(shape) for v in (scale, bias, mean, var))
    return scale * (x - mean) / np.sqrt(var + epsilon) + bias


def pad(x, pads=None, value=0.0, axes=None, *, mode=b"constant", pads_=None):
    pads = np.asarray(pads).astype(int)
    half = len(pads) // 2
    axes = range(x.ndim) if axes is None else np.asarray(axes).astype(int) % x.ndim
    widths = [(0, 0)] * x.ndim
    for i, axis in enumerate(axes):
        widths[axis] = (pads[i], pads[half + i])
    mode = mode if isinstance(mode, str) else mode.decode()
    return np.pad(x, widths, constant_values=0.0 if value is None else float(value)) if mode == "constant" else np.pad(x, widths, mode=mode)


def slice_(x, starts, ends, axes=None, steps=None):
    index = [slice(None)] * x.ndim
    starts, ends = np.asarray(starts).astype(int), np.asarray(ends).astype(int)
    axes = range(len(starts)) if axes is None else np.asarray(axes).astype(int)
    for i, axis in enumerate(axes):
        step = 1 if steps is None else int(np.asarray(steps)[i])
        end = int(ends[i])
        index[axis] = slice(int(starts[i]), None if step < 0 and end < -x.shape[axis] else end, step)
    return x[tuple(index)]


def quantize_linear(x, scale, zero=0.0, *, axis=1, signed=False):
    low, high = (-128, 127) if signed else (0, 255)
    return np.clip(np.round(x / scale) + zero, low, high)


def dequantize_linear(x, scale, zero=0.0, *, axis=1):
    shape = [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)] if np.size(scale) > 1 else np.shape(scale)
    return (x - np.reshape(zero, shape if np.size(zero) > 1 else np.shape(zero))) * np.reshape(scale, shape)


def gemm(a, b, c=0.0, *, alpha=1.0, beta=1.0, transA=0, transB=0):
    return alpha * (a.T if transA else a) @ (b.T if transB else b) + beta * c


def reshape(x, shape, *, allowzero=0):
    shape = np.asarray(shape).astype(int)
    return x.reshape([x.shape[i] if n == 0 and not allowzero else n for i, n in enumerate(shape)])


def softmax(x, *, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def arg_max(x, *, axis=0, keepdims=1, select_last_index=0):
    if select_last_index:
        y = x.shape[axis] - 1 - np.flip(x, axis).argmax(axis)
    else:
        y = x.argmax(axis)
    return np.expand_dims(y, axis) if keepdims else y


def top_k(x, k, *, axis=-1, largest=1, sorted=1):
    order = np.argsort(-x if largest else x, axis=axis, kind="stable")
    index = np.take(order, range(int(np.asarray(k).reshape(-1)[0])), axis)
    return np.take_along_axis(x, index, axis), index


def reduce(function):
    def run(x, axes=None, *, axes_=None, keepdims=1, noop_with_empty_axes=0):
        axes = axes if axes is not None else axes_
        axis = None if axes is None else tuple(np.asarray(axes).astype(int))
        return function(x, axis=axis, keepdims=bool(keepdims))
    return run


def split(x, sizes=None, *, axis=0, split=None, num_outputs=None, outputs=1):
    sizes = sizes if sizes is not None else split
    if sizes is None:
        part = -(-x.shape[axis] // (num_outputs or outputs))
        sizes = [min(part, x.shape[axis] - at) for at in range(0, x.shape[axis], part)]
    return np.split(x, np.cumsum(np.asarray(sizes).astype(int))[:-1], axis)


def squeeze(x, axes=None, *, axes_=None):
    axes = axes if axes is not None else axes_
    return np.squeeze(x, None if axes is None else tuple(np.asarray(axes).astype(int)))


def unsqueeze(x, axes=None, *, axes_=None):
    axes = np.asarray(axes if axes is not None else axes_).astype(int)
    for axis in sorted(axes % (x.ndim + len(axes))):
        x = np.expand_dims(x, axis)
    return x


# ---- QONNX: domain qonnx.custom_op.general ----------------------------------------------------------------------

ROUNDING = {"ROUND": np.round, "CEIL": np.ceil, "FLOOR": np.floor, "ROUND_TO_ZERO": np.trunc}


def bipolar_quant(x, scale):
    return np.where(x >= 0, 1.0, -1.0) * scale


def quant(x, scale, zero, bits, *, signed=1, narrow=0, rounding_mode=b"ROUND"):
    mode = rounding_mode if isinstance(rounding_mode, str) else rounding_mode.decode()
    bits = np.asarray(bits)
    low = np.where(signed, -(2.0 ** (bits - 1)) + narrow, 0.0)
    high = 2.0 ** (bits - 1) - 1 if signed else 2.0 ** bits - 1 - narrow
    return (np.clip(ROUNDING[mode](x / scale + zero), low, high) - zero) * scale


def multi_threshold(x, thresholds, *, out_scale=1.0, out_bias=0.0, out_dtype=b"", data_layout=b"NCHW"):
    layout = data_layout if isinstance(data_layout, str) else data_layout.decode()
    shape = [1] * x.ndim
    shape[x.ndim - 1 if layout.endswith("C") else 1] = -1
    count = np.zeros_like(x)
    for i in range(thresholds.shape[1]):
        count += x >= thresholds[:, i].reshape(shape)
    return out_scale * count + out_bias


OPERATORS = {
    "Abs": np.abs,
    "Add": lambda a, b: a + b,
    "ArgMax": arg_max,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "BipolarQuant": bipolar_quant,
    "Cast": lambda x, *, to: x.astype(bool).astype(float) if to == 9 else np.trunc(x) if to in (2, 3, 4, 5, 6, 7, 12, 13) else x,
    "Clip": lambda x, low=None, high=None, *, min=None, max=None:
        np.clip(x, next(v for v in (low, min, -np.inf) if v is not None), next(v for v in (high, max, np.inf) if v is not None)),
    "Concat": lambda *x, axis: np.concatenate(x, axis),
    "Constant": lambda *, value=None, value_float=None, value_int=None, value_floats=None, value_ints=None:
        next(np.asarray(v if not isinstance(v, onnx.TensorProto) else numpy_helper.to_array(v), float)
             for v in (value, value_float, value_int, value_floats, value_ints) if v is not None),
    "Conv": conv,
    "Ceil": np.ceil,
    "DequantizeLinear": dequantize_linear,
    "Div": lambda a, b: a / b,
    "Equal": lambda a, b: (a == b).astype(float),
    "Flatten": lambda x, *, axis=1: x.reshape(int(np.prod(x.shape[:axis])), -1),
    "Floor": np.floor,
    "Gemm": gemm,
    "ConstantOfShape": lambda shape, *, value=None: np.full(np.asarray(shape).astype(int), 0.0 if value is None else numpy_helper.to_array(value)[0]),
    "Expand": lambda x, shape: x * np.ones(np.asarray(shape).astype(int)),
    "Gather": lambda x, index, *, axis=0: np.take(x, np.asarray(index).astype(int), axis),
    "GlobalAveragePool": lambda x: x.mean((2, 3), keepdims=True),
    "GlobalMaxPool": lambda x: x.max((2, 3), keepdims=True),
    "Greater": lambda a, b: (a > b).astype(float),
    "GreaterOrEqual": lambda a, b: (a >= b).astype(float),
    "Identity": lambda x: x,
    "IntQuant": quant,
    "LeakyRelu": lambda x, *, alpha=0.01: np.where(x < 0, alpha * x, x),
    "Less": lambda a, b: (a < b).astype(float),
    "LessOrEqual": lambda a, b: (a <= b).astype(float),
    "LogSoftmax": lambda x, *, axis=-1: np.log(softmax(x, axis=axis)),
    "MatMul": lambda a, b: a @ b,
    "Max": lambda *x: np.maximum.reduce(np.broadcast_arrays(*x)),
    "MaxPool": max_pool,
    "Min": lambda *x: np.minimum.reduce(np.broadcast_arrays(*x)),
    "Mul": lambda a, b: a * b,
    "MultiThreshold": multi_threshold,
    "Neg": lambda x: -x,
    "Not": lambda x: (x == 0).astype(float),
    "PRelu": lambda x, slope: np.where(x < 0, slope * x, x),
    "Pad": pad,
    "Pow": lambda a, b: a ** b,
    "Quant": quant,
    "QuantizeLinear": quantize_linear,
    "ReduceMax": reduce(np.max),
    "ReduceMean": reduce(np.mean),
    "ReduceSum": reduce(np.sum),
    "Relu": lambda x: np.maximum(x, 0),
    "Reshape": reshape,
    "Round": np.round,
    "Shape": lambda x: np.array(x.shape, float),
    "Sign": np.sign,
    "Slice": slice_,
    "Softmax": softmax,
    "Split": split,
    "Sqrt": np.sqrt,
    "Squeeze": squeeze,
    "Sub": lambda a, b: a - b,
    "TopK": top_k,
    "Transpose": lambda x, *, perm=None: np.transpose(x, perm),
    "Unsqueeze": unsqueeze,
    "Where": lambda c, a, b: np.where(c != 0, a, b),
}
RENAMED = {("Pad", "pads"): "pads", ("ReduceSum", "axes"): "axes_", ("ReduceMean", "axes"): "axes_", ("ReduceMax", "axes"): "axes_",
           ("Squeeze", "axes"): "axes_", ("Unsqueeze", "axes"): "axes_"}


def attributes(node):
    return {RENAMED.get((node.op_type, a.name), a.name): onnx.helper.get_attribute_value(a) for a in node.attribute}
