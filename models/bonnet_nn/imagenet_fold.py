"""A state_dict of the published networks to the numbers of docs/operators.md: integers, signs and one affine map per channel.

    fold(state, size) -> dict(spec, size, classes, stem, layers, last, head)

stem:   w int8 [64, 3, 7, 7], sh [64]; BoolNet also dw int8 [64, 3, 3] and border int8 [64]; normal, the affine map before the slices
layers: {name of a binary convolution: dict(w +-1, normal)}; the last one has no normal
A `normal` is dict(scale, mean, bias): z = scale * (sum - mean) + bias, float64 per channel; the ONNX carries float32.
"""
import numpy as np

from . import head as heads, imagenet
from .imagenet_float import PIXEL_STEP

SUM_LIMIT = 2 ** 30         # of the last block's 32-bit sums


def _affine(state, name):
    """BatchNorm as (slope, offset): y = slope * x + offset"""
    s = {key: state[f"{name}.{key}"].astype(np.float64) for key in ("weight", "bias", "running_mean", "running_var")}
    spread = s["running_var"] + imagenet.EPSILON
    if (spread <= 0).any():
        raise ValueError(f"'{name}.running_var' holds a negative variance")
    slope = s["weight"] / np.sqrt(spread)
    return slope, s["bias"] - slope * s["running_mean"]


def _signs(weight):
    return np.where(weight >= 0, 1, -1).astype(np.int8)


def _sum_normal(state, conv, bn):
    """z = BN(alpha * n + conv bias) = scale * (n - mean) + bias, with scale = slope * alpha"""
    w = state[conv + ".weight"]
    alpha = np.abs(w.astype(np.float64)).mean((1, 2, 3))
    inner = state[conv + ".bias"].astype(np.float64) if conv + ".bias" in state else np.zeros(len(w))
    s = {key: state[f"{bn}.{key}"].astype(np.float64) for key in ("weight", "bias", "running_mean", "running_var")}
    slope, _ = _affine(state, bn)
    dead = (alpha == 0) | (slope == 0)       # nothing that the convolution sums up matters
    mean = np.where(dead, 0, (s["running_mean"] - inner) / np.where(dead, 1, alpha))
    bias = s["bias"] + np.where(dead, slope * (inner - s["running_mean"]), 0)
    return dict(w=_signs(w), normal=dict(scale=np.where(dead, 0, slope * alpha), mean=mean, bias=bias))


def _shift_for(reach):
    """smallest shifts that bring reach within 127"""
    return np.clip(np.ceil(np.log2(np.maximum(reach, 1) / 127)), 0, 24).astype(np.int64)


def fold_stem(spec, state):
    w = state["conv1.weight"].astype(np.float64)
    slope, offset = _affine(state, "maxpool.0")
    step = np.abs(w).max((1, 2, 3)) / 127
    step[step == 0] = 1
    # The pool takes the largest value after BatchNorm: a negative slope turns the filter around, so that it is the largest sum.
    q = np.rint(np.sign(slope).reshape(-1, 1, 1, 1) * w / step.reshape(-1, 1, 1, 1)).astype(np.int64)
    gain = np.abs(slope) * PIXEL_STEP * step                # m = gain * sum + offset
    most = 127 * np.abs(q).sum((1, 2, 3))                   # no sum is larger
    live = gain > 0
    safe = np.where(live, gain, 1)
    stem = dict(w=q)
    if not spec.boolnet:
        a2, c2 = _affine(state, "ghostbnsign.0")
        # Only the thresholds need to be told apart: shift no more than the farthest that any image can reach asks for.
        used = live & (a2 != 0)
        factor = np.where(used, a2 * safe, 1)
        reach = np.zeros(len(w))
        for b in imagenet.OFFSETS[spec.k]:
            t = np.abs((-b - c2 - a2 * offset) / factor)
            reach = np.maximum(reach, np.where(used & (t <= most), t, 0))
        stem["sh"] = _shift_for(reach * 127 / 126)
        gain = gain * 2.0 ** stem["sh"]
        stem["normal"] = dict(scale=a2 * gain, mean=np.zeros(len(w)), bias=a2 * offset + c2)
        return stem
    g = "ghostbnsign."
    (a1, c1), (a2, c2), (a3, c3) = (_affine(state, g + n) for n in ("bn1", "bn2", "adaptive_zero_points.1"))
    filters = state[g + "adaptive_zero_points.0.weight"].astype(np.float64)[:, 0]
    # Four deviations of the pooled map on either side of its mean fit int8.
    mean, deviation = state[g + "bn1.running_mean"].astype(np.float64), np.sqrt(np.maximum(state[g + "bn1.running_var"].astype(np.float64), 0))
    reach = (np.abs(mean - offset) + 4 * deviation) / safe
    stem["sh"] = _shift_for(np.minimum(np.where(live, reach, 0), most))
    gain = gain * 2.0 ** stem["sh"]                         # m = gain * a + offset
    border_m = np.where(a2 != 0, -c2 / np.where(a2 != 0, a2, 1), offset)    # what BN2 turns into the zero of the padding
    lift = border_m - offset
    gain = np.where(live, gain, np.where(lift != 0, lift, 1))   # a dead channel: a = 0 inside, 1 in the border
    stem["border"] = np.clip(np.rint(lift / gain), -128, 127).astype(np.int64)
    kernel = (a3 * a2)[:, None, None] * filters
    kernel[:, 1, 1] += a1
    fine = np.abs(kernel).max((1, 2)) / 127
    fine[fine == 0] = 1
    stem["dw"] = np.rint(kernel / fine[:, None, None]).astype(np.int64)
    stem["normal"] = dict(scale=gain * fine, mean=np.zeros(len(w)),
                          bias=offset * fine * stem["dw"].sum((1, 2)) + c1 + c3 + a3 * c2 * filters.sum((1, 2)))
    return stem


def fold_head(spec, state, block, size):
    """Multipliers of the last block and the classifier; size: side of the last map."""
    conv = block.name + ".conv2"
    w = state[conv + ".weight"]
    alpha = np.abs(w.astype(np.float64)).mean((1, 2, 3))
    (a2, c2), (a3, c3) = _affine(state, block.name + ".bn2"), _affine(state, block.name + ".bn3")
    # Eight deviations of BatchNorm's output; beyond, int16 saturates.
    weight, bias = (state[f"{block.name}.bn2.{key}"].astype(np.float64) for key in ("weight", "bias"))
    usual = (8 * np.abs(weight) + np.abs(bias) + np.abs(a3) + np.abs(c3)).max()
    head, gain, most = heads.multipliers(a2 * alpha, a3 / spec.k, c2 + c3, state["prelu2.weight"].astype(np.float64), w[0].size, spec.k,
                                         SUM_LIMIT, usual)
    assert most < SUM_LIMIT
    return heads.classifier(head, state["fc.weight"].astype(np.float64), state["fc.bias"].astype(np.float64), gain, size * size)


def fold(state, size):
    """state: {key: array}, checked by imagenet.identify. ValueError, one line: what does not fit."""
    for key, value in state.items():
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise ValueError(f"'{key}' holds a number that is not finite")
    spec, classes = imagenet.identify({key: value.shape for key, value in state.items()})
    table = imagenet.layers(spec, size, classes)
    layers = {}
    for b in imagenet.blocks(spec):
        if b.downsample:
            d = b.name + ".downsample"
            layers[d + ".0"] = _sum_normal(state, d + ".0", f"{d}.{imagenet.pool_index(b)}")
        layers[b.name + ".conv1"] = _sum_normal(state, b.name + ".conv1", b.name + ".bn1")
        if b.last:
            layers[b.name + ".conv2"] = dict(w=_signs(state[b.name + ".conv2.weight"]), normal=None)
        else:
            layers[b.name + ".conv2"] = _sum_normal(state, b.name + ".conv2", b.name + ".bn2")
    return dict(spec=spec, size=size, classes=classes, stem=fold_stem(spec, state), layers=layers,
                head=fold_head(spec, state, b, table[-2].outputs[2]))
