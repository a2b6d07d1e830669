"""The two binary networks and the float network of the same shape.

Every forward pass is the integer arithmetic of docs/operators.md, except that BatchNorm and the head stay real until
export (export.py folds the head to integers; the compiler folds BatchNorm to thresholds).
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from . import ops

SPECS = {
    # widths of the stages, (channels, blocks, stride)
    "boolnet_k4": dict(k=4, stages=((64, 2, 1), (128, 2, 2)), boolnet=True),
    "basenet_k1": dict(k=1, stages=((64, 2, 1), (128, 2, 2)), boolnet=False),
}


def slice_thresholds(k):
    """bit_j = z + b_j >= 0 with b = (0) or (-2/3, -1/3, 1/3, 2/3): thresholds are -b."""
    return torch.tensor([0.0] if k == 1 else [2 / 3, 1 / 3, -1 / 3, -2 / 3])


class BatchNorm(nn.BatchNorm2d):
    """BatchNorm on [N,H,W,C]."""

    def forward(self, x):
        return super().forward(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class Stem(nn.Module):
    """Integer 5x5 convolution, max-pool, requantisation, [depthwise 3x3], BatchNorm, slices."""

    def __init__(self, channels, k, depthwise, kernel=5):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, 1, kernel, kernel) / kernel)
        self.depthwise = None
        if depthwise:
            self.depthwise = nn.Parameter(torch.randn(channels, 1, 3, 3) * 0.05)
            self.depthwise.data[:, 0, 1, 1] += 1
        self.bn = BatchNorm(channels)
        self.register_buffer("shift", torch.zeros(channels))
        self.register_buffer("thresholds", slice_thresholds(k))

    @staticmethod
    def integer(w):
        return ops.IntegerWeight.apply(w, w.detach().abs().amax((1, 2, 3), keepdim=True) / 127)

    def choose_shift(self, pixels):
        """The smallest shifts that leave 99.5 % of the values of every channel within int8."""
        with torch.no_grad():
            a = ops.StemConv.apply(pixels, self.integer(self.weight)).abs().flatten(0, 2)
            top = torch.quantile(a[::3], 0.995, dim=0).clamp(min=1)
            self.shift.copy_(torch.ceil(torch.log2(top / 127)).clamp(0, 24))

    def forward(self, pixels):
        a = ops.StemConv.apply(pixels, self.integer(self.weight))
        a = ops.RoundSaturate.apply(a * torch.exp2(-self.shift), -128.0, 127.0)
        if self.depthwise is not None:
            a = ops.Depthwise.apply(a, self.integer(self.depthwise))
        return ops.Slices.apply(self.bn(a), self.thresholds)


class SlicedConv(nn.Module):
    """Grouped binary 3x3 (output group g reads slice g) and BatchNorm; slices unless it is the last one."""

    def __init__(self, inputs, outputs, k, stride=1, slices=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 3, 3).uniform_(-0.1, 0.1))
        self.bn = BatchNorm(outputs)
        self.stride, self.slices = stride, slices
        self.register_buffer("thresholds", slice_thresholds(k))

    def forward(self, x):
        k = x.shape[3]
        z = self.bn(ops.BinaryConv.apply(ops.Pad.apply(x.flatten(3)), self.weight, self.stride, k))
        return ops.Slices.apply(z, self.thresholds) if self.slices else z


class Downsample(nn.Module):
    """Dense binary 1x1 over all slices, integer max-pool 2x2, BatchNorm, slices."""

    def __init__(self, inputs, outputs, k):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs * k, 1, 1).uniform_(-0.1, 0.1))
        self.bn = BatchNorm(outputs)
        self.register_buffer("thresholds", slice_thresholds(k))

    def forward(self, x):
        y = ops.BinaryConv.apply(x.flatten(3), self.weight, 1, 1)
        y = F.max_pool2d(y.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
        return ops.Slices.apply(self.bn(y), self.thresholds)


class Block(nn.Module):
    def __init__(self, inputs, channels, k, stride, boolnet, last):
        super().__init__()
        self.channels, self.boolnet, self.last = channels, boolnet, last
        self.downsample = Downsample(inputs, channels, k) if stride == 2 else None
        self.conv1 = SlicedConv(inputs if stride == 2 else channels, channels, k, stride)
        self.conv2 = SlicedConv(channels, channels, k, slices=not last)
        if last:
            self.bn3 = BatchNorm(channels)

    def forward(self, x):
        if self.downsample is not None:
            r = p = self.downsample(x)
        elif x.shape[-1] == 2 * self.channels:
            r, p = ops.Halves.apply(x)
            x = r
        else:
            r = p = x
        b = ops.Xnor.apply(self.conv1(x), r)
        z = self.conv2(b)
        if self.last:
            return z + self.bn3(b.float().mean(3))
        return ops.OrInterleave.apply(z, r, p) if self.boolnet else ops.Or.apply(z, r)


class BinaryNet(nn.Module):
    """uint8 images [N,28,28] -> logits [N,10]."""

    def __init__(self, name):
        super().__init__()
        spec = SPECS[name]
        self.name, self.k, self.boolnet = name, spec["k"], spec["boolnet"]
        stages = spec["stages"]
        width = stages[0][0]
        self.stem = Stem(width, self.k, self.boolnet)
        self.stages = nn.ModuleList()
        for s, (channels, count, stride) in enumerate(stages):
            blocks = nn.ModuleList()
            for i in range(count):
                last = s == len(stages) - 1 and i == count - 1
                blocks.append(Block(width, channels, self.k, stride if i == 0 else 1, self.boolnet, last))
                width = channels * (2 if self.boolnet else 1)
            self.stages.append(blocks)
        self.prelu = nn.PReLU(channels)
        self.fc = nn.Linear(channels, 10)

    def forward(self, pixels):
        x = self.stem(pixels)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        return self.fc(self.prelu(x.permute(0, 3, 1, 2)).mean((2, 3)))

    def binary_weights(self):
        return [m.weight for m in self.modules() if isinstance(m, (SlicedConv, Downsample))]


class FloatNet(nn.Module):
    """The same shape with real weights, ReLU and additive shortcuts: the accuracy anchor and the teacher."""

    def __init__(self):
        super().__init__()
        stages = SPECS["boolnet_k4"]["stages"]
        width = stages[0][0]

        def conv_bn(inputs, outputs, size, stride=1):
            return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
                                 nn.BatchNorm2d(outputs))

        self.stem = nn.Sequential(nn.Conv2d(1, width, 5, 1, 2, bias=False), nn.MaxPool2d(2),
                                  nn.BatchNorm2d(width), nn.ReLU())
        self.blocks = nn.ModuleList()
        for channels, count, stride in stages:
            for i in range(count):
                block = nn.ModuleDict(dict(conv1=conv_bn(width, channels, 3, stride if i == 0 else 1),
                                           conv2=conv_bn(channels, channels, 3)))
                if i == 0 and stride == 2:
                    block["downsample"] = nn.Sequential(nn.MaxPool2d(2), *conv_bn(width, channels, 1))
                self.blocks.append(block)
                width = channels
        self.fc = nn.Linear(width, 10)

    def forward(self, pixels):
        x = (pixels.float().unsqueeze(1) / 255 - 0.286) / 0.353
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            r = block["downsample"](x) if "downsample" in block else x
            x = F.relu(block["conv2"](F.relu(block["conv1"](x))) + r)
        return self.fc(x.mean((2, 3)).float())
