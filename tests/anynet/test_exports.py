# SPDX-License-Identifier: Apache-2.0
"""Modules as torch.onnx exports them, at several opsets: compiled, run on cpu:, against what PyTorch says of the same picture."""

import pathlib
import tempfile
import unittest
import warnings

import numpy as np

import bonnet

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    torch = None


def modules():
    def sign(x):  # no number here is 0: Sign of ONNX and >= 0 agree
        return torch.sign(x + 0.5)

    class Signed(nn.Module):
        """Its weights as signs."""
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            w = torch.sign(self.layer.weight)
            if isinstance(self.layer, nn.Linear):
                return F.linear(x, w)
            return F.conv2d(x, w, None, self.layer.stride, self.layer.padding, 1, self.layer.groups)

    def conv(i, o, k, **more):
        return Signed(nn.Conv2d(i, o, k, bias=False, **more))

    class Shuffle(nn.Module):
        """ShuffleNet's block: halves, a depthwise convolution, the halves together, shuffled."""
        def __init__(self):
            super().__init__()
            self.first, self.deep, self.norm = conv(3, 16, 3, padding=1), conv(8, 8, 3, padding=1, groups=8), nn.BatchNorm2d(8)
            self.last = Signed(nn.Linear(16 * 81, 5, bias=False))

        def forward(self, x):
            x = sign(self.first(x))
            a, b = x.chunk(2, 1)
            x = torch.cat([a, sign(self.norm(self.deep(b)))], 1)
            x = x.view(x.size(0), 2, 8, 9, 9).transpose(1, 2).contiguous().view(x.size(0), 16, 9, 9)
            return self.last(x.view(x.size(0), -1))

    class Residual(nn.Module):
        """A 1-bit shortcut around a convolution, and two convolutions in one sum."""
        def __init__(self):
            super().__init__()
            self.first, self.inner, self.right, self.left = conv(3, 12, 3, padding=1), conv(12, 12, 3, padding=1), conv(12, 10, 3, stride=2, padding=1), conv(12, 10, 1, stride=2)
            self.last = Signed(nn.Linear(10, 6, bias=False))

        def forward(self, x):
            x = sign(self.first(x))
            x = sign(self.inner(x) + x)
            x = sign(self.right(x) + self.left(x))
            return self.last(F.adaptive_avg_pool2d(x, 1).flatten(1))

    class Last(nn.Module):
        """Channels last before the dense layer; split by sizes; channels in an order of their own."""
        def __init__(self):
            super().__init__()
            self.first, self.last = conv(3, 9, 3), Signed(nn.Linear(7 * 49, 4, bias=False))

        def forward(self, x):
            a, b = torch.split(sign(self.first(x)), [2, 7], 1)
            return self.last(b[:, [6, 5, 4, 3, 2, 1, 0]].permute(0, 2, 3, 1).flatten(1))

    class React(nn.Module):
        """Weights and activations with what their gradients need left in: (sign(x) - clamp(x)).detach() + clamp(x), mean(|w|) * sign(w)."""
        def __init__(self):
            super().__init__()
            self.first, self.deep, self.norm = conv(3, 12, 3), nn.Conv2d(12, 10, 3, padding=1, bias=False), nn.BatchNorm2d(10)
            self.last = Signed(nn.Linear(490, 5, bias=False))

        def forward(self, x):
            x, w = self.straight(self.first(x)), self.deep.weight
            scale = w.abs().mean(3, keepdim=True).mean(2, keepdim=True).mean(1, keepdim=True)
            signs = (scale * torch.sign(w)).detach() - torch.clamp(w, -1.0, 1.0).detach() + torch.clamp(w, -1.0, 1.0)
            return self.last(self.straight(self.norm(F.conv2d(x, signs, padding=1))).flatten(1))

        def straight(self, x):
            return (sign(x) - torch.clamp(x, -1.0, 1.0)).detach() + torch.clamp(x, -1.0, 1.0)

    class Folded(nn.Module):
        """int8 weights of a first layer: the exporter multiplies its BatchNorm2d into them. Then round(w) in the graph, signs by where."""
        def __init__(self):
            super().__init__()
            self.first, self.norm, self.deep = nn.Conv2d(3, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12), nn.Conv2d(12, 10, 3, bias=False)
            self.first.weight.data = torch.round(self.first.weight * 64) / 64
            self.norm.weight.data, self.norm.running_var = torch.randn(12), torch.rand(12) + 0.5
            self.last = Signed(nn.Linear(490, 5, bias=False))

        def forward(self, x):
            x, w = sign(self.norm(self.first(x))), self.deep.weight
            x = sign(F.conv2d(x, torch.where(w >= 0, torch.ones_like(w), -torch.ones_like(w))))
            return self.last(x.flatten(1))

    class Pads(nn.Module):
        """F.pad, whose pads torch.onnx computes in the graph; int8 weights by round and clamp."""
        def __init__(self):
            super().__init__()
            self.first, self.deep = nn.Conv2d(3, 12, 3, bias=False), Signed(nn.Conv2d(12, 10, 3, bias=False))
            self.last = Signed(nn.Linear(10 * 9 * 8, 5, bias=False))

        def forward(self, x):
            x = sign(F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), torch.round(self.first.weight * 64).clamp(-128, 127) / 64))
            return self.last(sign(self.deep(F.pad(x, (1, 0, 2, 0)))).flatten(1))

    class Compared(nn.Module):
        """Signs by comparison; bits of 0 and 1 by relu(); pads of -1 and 1."""
        def __init__(self):
            super().__init__()
            self.first, self.second, self.third = conv(3, 12, 3), conv(12, 10, 3), conv(10, 8, 3)
            self.last = Signed(nn.Linear(8 * 49, 5, bias=False))

        def forward(self, x):
            x = self.first(x)
            x = F.pad(torch.where(x >= 0, torch.ones_like(x), -torch.ones_like(x)), (1, 1, 1, 1), value=-1.0)
            x = F.relu(F.pad((self.second(x) > 0).float() * 2 - 1, (1, 1, 1, 1), value=1.0))
            return self.last((self.third(x) < 0.5).float().flatten(1))

    class Pooled(nn.Module):
        """AvgPool2d, in front of which torch.onnx writes a Pad; sum() and amax() over a map; one pixel squeezed and indexed."""
        def __init__(self):
            super().__init__()
            self.first, self.second, self.third, self.last = conv(3, 12, 3), conv(12, 10, 3), conv(12, 10, 3), Signed(nn.Linear(40, 5, bias=False))

        def forward(self, x):
            x = sign(F.avg_pool2d(sign(self.first(x)), 3, 2, 1) - 0.2)
            y, z = sign(self.second(x)), 4 * F.avg_pool2d(self.third(x), 2)
            return self.last(torch.cat([sign(y.sum((2, 3))), y.amax((2, 3)), sign(z).squeeze(-1).squeeze(-1), sign(z)[:, :, 0, 0]], 1))

    return Shuffle, Residual, Last, React, Folded, Pads, Compared, Pooled


@unittest.skipIf(torch is None, "no PyTorch (python3-torch)")
class Exports(unittest.TestCase):
    def test_modules(self):
        torch.manual_seed(1)
        warnings.simplefilter("ignore")  # the exporter thinks aloud
        picture = np.random.default_rng(1).integers(0, 256, (9, 9, 3)).astype(np.uint8)
        x = torch.from_numpy(picture.transpose(2, 0, 1)[None].astype(np.float32))
        with tempfile.TemporaryDirectory() as folder, bonnet.open("cpu:") as cpu:
            path, out = pathlib.Path(folder, "n.onnx"), pathlib.Path(folder, "n.bonnet")
            for make in modules():
                for opset in (11, 13, 16):
                    module = make().eval()
                    with torch.no_grad():
                        want = module(x)[0].numpy()
                        torch.onnx.export(module, x, path, opset_version=opset)
                    with self.subTest(module=make.__name__, opset=opset):
                        bonnet.compile(path, out)
                        net = cpu.load(out)
                        got = net.run(picture).logits[0] * net.info.logit_scale
                        self.assertLess(np.abs(got - want).max(), 1e-4, f"{got} {want}")
