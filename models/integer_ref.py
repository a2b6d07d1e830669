"""Integer-only inference of an exported network, written directly from docs/operators.md.

load() reads the ONNX file and folds BatchNorm + slices to integer thresholds; infer() then uses bits, popcounts and
integers, no floating point. Layers are found by the node names that bonnet_nn/onnx_writer.py gives.
"""
import math
import re

import numpy as np
import onnx
from onnx import numpy_helper

ALWAYS, NEVER = -(2 ** 19), 2 ** 19 - 1         # stem thresholds, 20 bits


def round_shift(x, s):
    return (x + ((1 << s) >> 1)) >> s


def sat8(x):
    return np.clip(x, -128, 127)


def sat16(x):
    return np.clip(x, -32768, 32767)


# ---- folding -------------------------------------------------------------------------------------------------------

def fold(bn, offsets, low, high):
    """bit_j(x) = BN(x) + offsets[j] >= 0 for integers x in [low, high].

    Returns T [C, k] and negate [C] such that bit_j(x) = (-x if negate else x) >= T_j. A bit that no reachable x changes
    has T None (always set) or math.inf (never set).
    """
    scale, bias, mean, var, epsilon = bn
    thresholds, negate = [], scale < 0
    for c in range(len(scale)):
        row = []
        for b in offsets:
            if scale[c] == 0:
                row.append(None if bias[c] + b >= 0 else math.inf)
                continue
            boundary = mean[c] - (bias[c] + b) * math.sqrt(var[c] + epsilon) / scale[c]
            t = math.ceil(boundary) if scale[c] > 0 else -math.floor(boundary)
            first, final = (low, high) if scale[c] > 0 else (-high, -low)
            row.append(None if t <= first else math.inf if t > final else t)
        thresholds.append(row)
    return thresholds, negate


def _numbers(thresholds, always, never, convert=lambda t: t):
    return np.array([[always if t is None else never if t == math.inf else convert(t) for t in row]
                     for row in thresholds], np.int64)


def _popcount_thresholds(thresholds, length):
    """n = 2p - K >= T  <=>  p >= ceil((T + K) / 2)"""
    return _numbers(thresholds, 0, length + 1, lambda t: (t + length + 1) // 2)


class Reader:
    def __init__(self, path):
        model = onnx.load(path)
        self.nodes = {n.name: n for n in model.graph.node}
        self.values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        self.metadata = {p.key: p.value for p in model.metadata_props}

    def attribute(self, node, name, default=None):
        found = [onnx.helper.get_attribute_value(a) for a in self.nodes[node].attribute if a.name == name]
        assert found or default is not None, (node, name)
        return found[0] if found else default

    def integers(self, name):
        value = self.values[name].astype(np.float64)
        assert (value == np.rint(value)).all(), name
        return value.astype(np.int64)

    def weight(self, node):
        return self.integers(self.nodes[self.nodes[node].input[1]].input[0])

    def shift(self, name):
        shift = -np.log2(self.values[name].astype(np.float64)).ravel()
        assert (shift == np.rint(shift)).all(), name
        return shift.astype(np.int64)

    def batch_norm(self, node):
        parameters = [self.values[i].astype(np.float64) for i in self.nodes[node].input[1:]]
        return (*parameters, self.attribute(node, "epsilon"))

    def offsets(self, node):
        """slice offsets b_j of the Concat (k = 4) or Sign (k = 1) called node"""
        n = self.nodes[node]
        if n.op_type == "Sign":
            return [0.0]
        return [float(self.values[self.nodes[self.nodes[s].input[0]].input[1]]) for s in n.input]

    def binary_layer(self, conv, bn, slices):
        """+-1 weights, popcount thresholds and signs of a 3x3 or 1x1 layer; filters of negative slopes are negated."""
        w = self.weight(conv)
        length = w[0].size
        t, negate = fold(self.batch_norm(bn), self.offsets(slices), -length, length)
        w[negate] *= -1
        return dict(w=w, Tp=_popcount_thresholds(t, length), negate=negate, **self.steps(conv))

    def steps(self, conv):
        return dict(stride=self.attribute(conv, "strides")[0], dilation=self.attribute(conv, "dilations", (1, 1))[0])

    def last(self, block, head):
        return dict({key: self.integers(f"{block}.{key}").reshape(-1, 1, 1) for key in "ABC"},
                    s1=int(self.shift(block + ".shift.factor")),
                    S=np.rint(self.values[head + ".prelu.slope"].astype(np.float64) * 256).astype(np.int64))

    def head(self, name):
        return dict(s2=int(self.shift(name + ".pool.shift.factor")), W=self.weight(name + ".fc"), bias=self.integers(name + ".fc.bias"))

    def border(self, channels):
        """int8 per channel around the stem map, or None: the edge is replicated"""
        if self.attribute("stem.depthwise.pad", "mode", b"constant") == b"edge":
            return None
        if "stem.border" not in self.nodes:
            return np.zeros(channels, np.int64)
        # Add(x), Pad(0), filter, Add(-x * sum of the filter): a border of -x
        lift = self.integers(self.nodes["stem.border"].input[1]).ravel()
        back = self.integers(self.nodes["stem.depthwise.sum"].input[1]).ravel()
        assert (back == -lift * self.weight("stem.depthwise").sum((1, 2, 3))).all()
        return -lift


def load(path):
    r = Reader(path)
    stem = dict(w=r.weight("stem.conv"), sh=r.shift("stem.shift.factor"), stride=r.steps("stem.conv")["stride"],
                pool=r.attribute("stem.pool", "kernel_shape")[0], border=None)
    channels = len(stem["w"])
    if "stem.depthwise" in r.nodes:
        stem["border"] = r.border(channels)
        stem["dw"] = r.weight("stem.depthwise")[:, 0]
        reach = 128 * int(np.abs(stem["dw"]).sum((1, 2)).max())
    else:                       # unit filter: only its sign matters
        stem["dw"] = np.zeros((channels, 3, 3), np.int64)
        stem["dw"][:, 1, 1] = 1
        reach = 128
    t, negate = fold(r.batch_norm("stem.bn"), r.offsets("stem.slices"), -reach, reach)
    stem["dw"][negate] *= -1
    stem["T"] = _numbers(t, ALWAYS, NEVER)
    blocks = []
    for name in sorted({m.group(1) for m in (re.match(r"(layer\d+\.\d+)\.conv1$", n) for n in r.nodes) if m}):
        block = dict(name=name, conv1=r.binary_layer(name + ".conv1", name + ".bn1", name + ".slices1"),
                     split=name + ".split" in r.nodes, interleave=name + ".interleave" in r.nodes)
        if name + ".downsample.conv" in r.nodes:
            d = name + ".downsample"
            block["downsample"] = dict(r.binary_layer(d + ".conv", d + ".bn", d + ".slices"), pool=d + ".pool" in r.nodes,
                                       keeps=d + ".pool" in r.nodes and r.attribute(d + ".pool", "ceil_mode", 0))
        if name + ".slices2" in r.nodes:
            block["conv2"] = r.binary_layer(name + ".conv2", name + ".bn2", name + ".slices2")
        else:
            block["conv2"] = dict(w=r.weight(name + ".conv2"), **r.steps(name + ".conv2"))
            block["last"] = r.last(name, "head")
        blocks.append(block)
    return dict(stem=stem, blocks=blocks, head=r.head("head"), metadata=r.metadata)


# ---- inference -----------------------------------------------------------------------------------------------------

def _replicate(x, by=1):
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [(by, by), (by, by)], mode="edge")


def _slices(x, thresholds):
    """x [N,C,H,W], thresholds [C,k] -> bits [N,k,C,H,W]"""
    return (x[:, None] >= thresholds.T[None, :, :, None, None]).astype(np.uint8)


def _pack(bits):
    """last axis of 0/1 to 64-bit words, zero filled"""
    missing = -bits.shape[-1] % 64
    return np.ascontiguousarray(np.packbits(np.pad(bits, ((0, 0), (0, missing))), -1)).view(np.uint64)


def _popcount(words):
    """set bits of the words along the last axis (at most 31); overwrites words"""
    assert words.shape[-1] <= 31
    m1, m2, m4 = (np.uint64(m) for m in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F))
    t = words >> np.uint64(1)
    words -= np.bitwise_and(t, m1, out=t)
    np.right_shift(words, np.uint64(2), out=t)
    words &= m2
    words += np.bitwise_and(t, m2, out=t)
    total = np.zeros(words.shape[:-1], np.uint64)
    for i in range(0, words.shape[-1], 2):      # nibbles of two words hold at most 8
        nibbles = words[..., i:i + 2].sum(-1)
        total += (nibbles & m4) + (nibbles >> np.uint64(4) & m4)
    total = (total & np.uint64(0x00FF00FF00FF00FF)) + (total >> np.uint64(8) & np.uint64(0x00FF00FF00FF00FF))
    return (total * np.uint64(0x0001000100010001) >> np.uint64(48)).astype(np.int64)


def _popcounts(rows, filters):
    """rows [M,K] bits, filters [O,K] bits -> number of equal positions, int64 [M,O]"""
    a, w = _pack(rows), _pack(filters)
    result = np.full((len(a), len(w)), rows.shape[1], np.int64)
    for o in range(len(w)):
        for i in range(0, a.shape[1], 31):
            result[:, o] -= _popcount(a[:, i:i + 31] ^ w[o, i:i + 31])
    return result


def _binary_3x3(x, layer):
    """bits [N,k,C,H,W] -> popcounts [N,O,H',W']; output channel o reads slice o / (O / k)"""
    n, k, c, h, w = x.shape
    s, d, filters = layer["stride"], layer["dilation"], (layer["w"] > 0).astype(np.uint8)
    oh, ow = -(-h // s), -(-w // s)
    padded = _replicate(x, d)
    per_group = len(filters) // k
    out = np.empty((n, len(filters), oh, ow), np.int64)
    for g in range(k):
        taps = [padded[:, g, :, i:i + s * (oh - 1) + 1:s, j:j + s * (ow - 1) + 1:s] for i in (0, d, 2 * d) for j in (0, d, 2 * d)]
        rows = np.stack(taps, 2).reshape(n, c * 9, oh, ow).transpose(0, 2, 3, 1).reshape(-1, c * 9)
        chosen = filters[g * per_group:(g + 1) * per_group].reshape(per_group, -1)
        p = _popcounts(rows, chosen).reshape(n, oh, ow, per_group)
        out[:, g * per_group:(g + 1) * per_group] = p.transpose(0, 3, 1, 2)
    return out


def sliced(x, layer):
    """3x3 and its slices"""
    return _slices(_binary_3x3(x, layer), layer["Tp"])


def finish(b, block):
    """bits that the last 3x3 reads -> integer logits"""
    last, head = block["last"], block["head"]
    n = 2 * _binary_3x3(b, block["conv2"]) - block["conv2"]["w"][0].size
    m = 2 * b.astype(np.int64).sum(1) - b.shape[1]
    v = sat16(round_shift(last["A"] * n + last["B"] * m + last["C"], last["s1"]))
    u = np.where(v >= 0, v, sat16(round_shift(last["S"] * v, 8)))
    f = sat16(round_shift(u.sum((2, 3)), head["s2"]))
    return f @ head["W"].T + head["bias"]


def downsample(x, layer):
    """1x1 over all slices, threshold every position, then OR (AND for a negative slope) the four bits, if it pools"""
    n, k, c, h, w = x.shape
    rows = x.reshape(n, k * c, h, w).transpose(0, 2, 3, 1).reshape(-1, k * c)
    p = _popcounts(rows, (layer["w"][:, :, 0, 0] > 0).astype(np.uint8)).reshape(n, h, w, -1).transpose(0, 3, 1, 2)
    if not layer["pool"]:
        return _slices(p, layer["Tp"])
    bits = _slices(p, layer["Tp"])
    if layer["keeps"]:          # an odd edge pools with itself
        bits = np.pad(bits, ((0, 0),) * 3 + ((0, h % 2), (0, w % 2)), mode="edge")
        h, w = h + h % 2, w + w % 2
    bits = bits[..., :h // 2 * 2, :w // 2 * 2]
    four = bits.reshape(*bits.shape[:3], h // 2, 2, w // 2, 2)
    return np.where(layer["negate"][:, None, None], four.min((4, 6)), four.max((4, 6)))


def stem_map(stem, images):
    """integers [N,H,W] or [N,P,H,W] -> int8-valued map after max-pool and requantisation"""
    images = images.astype(np.int64)
    if images.ndim == 3:
        images = images[:, None]
    w, s = stem["w"], stem["stride"]
    size = w.shape[-1]
    h, wd = -(-images.shape[2] // s), -(-images.shape[3] // s)
    x = np.pad(images, ((0, 0), (0, 0)) + ((size // 2, size // 2),) * 2)
    c = np.zeros((len(x), len(w), h, wd), np.int64)
    for p in range(w.shape[1]):
        for i in range(size):
            for j in range(size):
                c += x[:, None, p, i:i + s * (h - 1) + 1:s, j:j + s * (wd - 1) + 1:s] * w[:, p, i, j].reshape(1, -1, 1, 1)
    a = sat8(round_shift(c, stem["sh"].reshape(-1, 1, 1)))
    if stem["pool"] == 2:
        return a.reshape(len(a), len(w), h // 2, 2, wd // 2, 2).max((3, 5))
    a = np.pad(a, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-128)       # 3x3/2; -128 is never larger
    h, wd = -(-h // 2), -(-wd // 2)
    return np.maximum.reduce([a[:, :, i:i + 2 * h - 1:2, j:j + 2 * wd - 1:2] for i in range(3) for j in range(3)])


def stem_bits(stem, images):
    """bits [N,k,C,H,W] of the stem"""
    a = stem_map(stem, images)
    n, c, h, w = a.shape
    padded = _replicate(a)
    if stem["border"] is not None:
        padded = np.broadcast_to(stem["border"].reshape(1, -1, 1, 1), padded.shape).copy()
        padded[:, :, 1:-1, 1:-1] = a
    d = sum(padded[:, :, i:i + h, j:j + w] * stem["dw"][:, i, j].reshape(1, -1, 1, 1) for i in range(3) for j in range(3))
    return _slices(d, stem["T"])


def infer(network, images, keep=None):
    """pixels as the network reads them (uint8 [N,28,28], int8 [N,3,H,W]) -> integer logits [N,classes].

    keep: a dict that takes the bits behind every layer by the name of its node."""
    x = stem_bits(network["stem"], images)
    keep = {} if keep is None else keep
    keep["stem.conv"] = x
    for block in network["blocks"]:
        if "downsample" in block:
            r = through = downsample(x, block["downsample"])
            keep[block["name"] + ".downsample.conv"] = r
        elif block["split"]:
            half = x.shape[2] // 2
            r, through = x[:, :, :half], x[:, :, half:]
            x = r
        else:
            r = through = x
        name = block["name"]
        b = 1 ^ sliced(x, block["conv1"]) ^ r
        keep[name + ".conv1"] = b
        if "last" in block:
            break
        x = sliced(b, block["conv2"]) | r
        if block["interleave"]:
            x = np.stack((x, through), 3).reshape(*x.shape[:2], -1, *x.shape[3:])
        keep[name + ".conv2"] = x
    return finish(b, dict(block, head=network["head"]))
