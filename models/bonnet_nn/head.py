"""Integers of the last block's epilogue and of the head (docs/operators.md, section 5), from real numbers. No torch."""
import numpy as np

INT32 = 2 ** 31 - 1


def round_shift(x, s):
    return (x + ((1 << s) >> 1)) >> s


def apply_head(head, n, m):
    """Integer logits and features from n and m, int64 [N, C, ...] with the channels last: [N, H, W, C]."""
    v = np.clip(round_shift(head["A"] * n + head["B"] * m + head["C"], head["s1"]), -32768, 32767)
    u = np.where(v >= 0, v, np.clip(round_shift(head["S"] * v, 8), -32768, 32767))
    f = np.clip(round_shift(u.sum((1, 2)), head["s2"]), -32768, 32767)
    return f @ head["W"].T + head["bias"], f


def multipliers(a, b, c, slope, length, k, limit, usual=None):
    """A, B, C, S of v = round_shift(A*n + B*m + C, s1) and the gain that they carry: A*n + B*m + C = gain * (a*n + b*m + c).

    Sums stay below `limit` for every n in -length..length and m in -k..k. usual: the largest real value that is met in practice,
    of which nothing may be saturated; None: the largest that is possible. ValueError if a slope does not fit."""
    bound = (np.abs(a) * length + np.abs(b) * k + np.abs(c)).max()
    gain = limit * 0.99 / max(bound, 1e-30)
    for x in (a, b):
        if np.abs(x).max() > 0:
            gain = min(gain, 32767 / np.abs(x).max())
    head = dict(A=np.rint(a * gain).astype(np.int64), B=np.rint(b * gain).astype(np.int64),
                C=np.rint(c * gain).astype(np.int64), S=np.rint(slope * 256).astype(np.int64))
    if np.abs(head["S"]).max() > 32767:
        raise ValueError(f"'prelu2.weight' holds a slope of {slope[np.abs(slope).argmax()]:g}; slopes from -127.9 to 127.9 fit")
    most = int((np.abs(head["A"]) * length + np.abs(head["B"]) * k + np.abs(head["C"])).max())
    reach = most if usual is None else min(most, usual * gain)
    s1 = 0
    while reach / 2 ** s1 >= 32767:
        s1 += 1
    head.update(s1=s1)
    return head, gain, most


def classifier(head, w, bias, gain, pixels):
    """Adds s2, W, bias and scale to head. The shift leaves a factor of two for a pooled feature above half of the largest value;
    features saturate beyond. No sum leaves 32 bits whatever the features are."""
    s2 = max((pixels - 1).bit_length() - 1, 0)
    step = np.abs(w).max() / 127
    if step == 0:
        step = 1.0
    while True:
        scale = step * 2.0 ** (s2 + head["s1"]) / (pixels * gain)
        weights, offsets = np.rint(w / step).astype(np.int64), np.rint(bias / scale)
        most = np.abs(weights).sum(1) * 32768 + np.abs(offsets)
        if most.max() <= INT32:
            break
        step *= 1.25
        if step > 1e30:
            raise ValueError("'fc.bias' is too large for 32-bit sums")
    head.update(s2=s2, W=weights, bias=offsets.astype(np.int64), scale=float(scale))
    return head
