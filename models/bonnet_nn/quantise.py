"""Integer form of the last block's epilogue and of the head (docs/operators.md, section 5)."""
import numpy as np
import torch

PRODUCT_LIMIT = 2 ** 23     # float32 evaluators stay exact below 2^24


def _affine(bn):
    slope = bn.weight.double() / torch.sqrt(bn.running_var.double() + bn.eps)
    return slope, bn.bias.double() - bn.running_mean.double() * slope


def pooled_maps(network, images):
    """n (signed dot of the last conv2) and m (sum over slices of its input), [N,H,W,C] each."""
    seen = {}
    last = network.stages[-1][-1]
    hooks = [last.conv2.bn.register_forward_hook(lambda _, i, o: seen.__setitem__("n", i[0])),
             last.bn3.register_forward_hook(lambda _, i, o: seen.__setitem__("m", i[0] * network.k))]
    with torch.no_grad():
        network(images)
    for hook in hooks:
        hook.remove()
    return seen["n"].double().numpy().round().astype(np.int64), seen["m"].double().numpy().round().astype(np.int64)


def round_shift(x, s):
    return (x + ((1 << s) >> 1)) >> s


def apply_head(head, n, m):
    """Integer logits from n and m."""
    v = np.clip(round_shift(head["A"] * n + head["B"] * m + head["C"], head["s1"]), -32768, 32767)
    u = np.where(v >= 0, v, np.clip(round_shift(head["S"] * v, 8), -32768, 32767))
    f = np.clip(round_shift(u.sum((1, 2)), head["s2"]), -32768, 32767)
    return f @ head["W"].T + head["bias"], f


def quantise_head(network, images):
    """network in eval mode; images calibrate the average-pool shift. Returns a dict of integers and the logit scale."""
    with torch.no_grad():
        last = network.stages[-1][-1]
        a, c2 = _affine(last.conv2.bn)
        b, c3 = _affine(last.bn3)
        b, c = (b / network.k).numpy(), (c2 + c3).numpy()
        a = a.numpy()
        slope = network.prelu.weight.double().numpy()
        w, bias = network.fc.weight.double().numpy(), network.fc.bias.double().numpy()
    length = last.conv2.weight[0].numel()
    bound = (np.abs(a) * length + np.abs(b) * network.k + np.abs(c)).max()
    gain = min(PRODUCT_LIMIT * 0.99 / bound, 32767 / np.abs(a).max(), 32767 / np.abs(b).max())
    head = dict(A=np.rint(a * gain).astype(np.int64), B=np.rint(b * gain).astype(np.int64),
                C=np.rint(c * gain).astype(np.int64), S=np.rint(slope * 256).astype(np.int64))
    reach = int((np.abs(head["A"]) * length + np.abs(head["B"]) * network.k + np.abs(head["C"])).max())
    assert reach < PRODUCT_LIMIT and np.abs(head["S"]).max() <= 32767
    # smallest shift without saturation, and with |S * v| below the limit
    s1 = 0
    while reach / 2 ** s1 >= 32767 or np.abs(head["S"]).max() * (reach / 2 ** s1 + 1) >= PRODUCT_LIMIT:
        s1 += 1
    head["s1"] = s1
    step = np.abs(w).max() / 127
    head["W"] = np.rint(w / step).astype(np.int64)
    n, m = pooled_maps(network, images)
    pixels = n.shape[1] * n.shape[2]
    for s2 in range(0, 32):
        scale = step * 2 ** s2 * 2 ** s1 / (pixels * gain)
        head.update(s2=s2, bias=np.rint(bias / scale).astype(np.int64), scale=float(scale))
        _, f = apply_head(head, n, m)
        if (np.abs(f).max() < 16384 and np.abs(head["bias"]).max() < 2 ** 22
                and (np.abs(f) @ np.abs(head["W"]).T).max() < 2 ** 22):
            break
    return head
