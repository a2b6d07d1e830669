"""BaseNet and BoolNet for ImageNet in PyTorch. The state_dict has the keys and shapes of imagenet.state_shapes, so that a checkpoint
of the published training code loads unchanged: build("boolnet_k4").load_state_dict(checkpoint["network"]).

Maps are float +1/-1, [N, k * C, H, W], slice-major. In eval mode a weight is its sign times alpha, the mean magnitude of its
filter, and sign(0) is +1. In training mode weights are hardtanh(weight / temperature), as published, and the gradient of a
sign is that of hardtanh; the schedule that lowers the temperatures is the trainer's.

Image sides of which 32 is no divisor: the published code stops at a stage with an odd map, because its pool drops the last row and
its convolution of stride 2 does not. Here the pool keeps it (ceil_mode), which changes nothing where the map is even.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from . import imagenet


class Temperature(nn.Module):
    def __init__(self):
        super().__init__()
        self.temperature = nn.Parameter(torch.ones(1), requires_grad=False)


class Slices(Temperature):
    """real [N, C, H, W] -> +-1 [N, kC, H, W]"""

    def __init__(self, k):
        super().__init__()
        self.offsets = imagenet.OFFSETS[k]

    def forward(self, z):
        shifted = torch.cat([z + b for b in self.offsets], 1)
        hard = torch.where(shifted >= 0, 1.0, -1.0).to(z.dtype)
        if not self.training:
            return hard
        soft = F.hardtanh(shifted)
        return hard.detach() + soft - soft.detach()


class BinaryConv(Temperature):
    """3x3 with a replicated edge and groups = k (group g of the outputs reads slice g), or dense 1x1 with bias."""

    def __init__(self, inputs, outputs, k, kernel=3, stride=1, dilation=1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs * (k if kernel == 1 else 1), kernel, kernel))
        nn.init.kaiming_normal_(self.weight)
        self.weight.data *= 0.01
        self.bias = nn.Parameter(torch.zeros(outputs)) if kernel == 1 else None
        self.stride, self.dilation, self.groups = stride, dilation, 1 if kernel == 1 else k
        self.border = dilation if kernel == 3 else 0

    def sums(self, x):
        """signed dot products, exact integers in float32"""
        x = F.pad(x, (self.border,) * 4, mode="replicate") if self.border else x
        w = torch.where(self.weight >= 0, 1.0, -1.0)
        return F.conv2d(x, w, None, self.stride, 0, self.dilation, self.groups)

    def forward(self, x):
        if self.training:
            x = F.pad(x, (self.border,) * 4, mode="replicate") if self.border else x
            return F.conv2d(x, F.hardtanh(self.weight / self.temperature), self.bias, self.stride, 0, self.dilation, self.groups)
        y = self.sums(x) * self.weight.abs().mean((1, 2, 3)).view(1, -1, 1, 1)
        return y if self.bias is None else y + self.bias.view(1, -1, 1, 1)


class Shift(Temperature):
    """BoolNet's local adaptive shift of the stem, then slices: BN1(m) + BN3(depthwise3x3(BN2(m)))"""

    def __init__(self, channels, k):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.adaptive_zero_points = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, groups=channels, bias=False), nn.BatchNorm2d(channels))
        self.GhostSign = Slices(k)

    def forward(self, m):
        return self.GhostSign(self.bn1(m) + self.adaptive_zero_points(self.bn2(m)))


class Block(nn.Module):
    def __init__(self, block, spec):
        super().__init__()
        k, c = spec.k, block.channels
        self.k, self.boolnet, self.halves, self.last = k, spec.boolnet, block.halves, block.last
        self.conv1 = BinaryConv(block.inputs, c, k, 3, block.stride, block.dilation)
        self.conv2 = BinaryConv(c, c, k, 3, 1, block.dilation)
        self.bn1, self.bn2, self.bn3 = (nn.BatchNorm2d(c) for _ in range(3))     # bn3: the last block's only
        self.ghostsign1, self.ghostsign2 = Slices(k), Slices(k)
        self.downsample = None
        if block.downsample:
            parts = [BinaryConv(block.inputs, c, k, 1)] + [nn.MaxPool2d(2, ceil_mode=True)] * block.pool + [nn.BatchNorm2d(c), Slices(k)]
            self.downsample = nn.Sequential(*parts)

    def split(self, x):
        """[N, k * 2C, H, W] -> working half and pass-through half, [N, kC, H, W]"""
        n, _, h, w = x.shape
        return (half.reshape(n, -1, h, w) for half in x.view(n, self.k, -1, h, w).chunk(2, 2))

    def forward(self, x):
        if self.downsample is not None:
            r = through = self.downsample(x)
        elif self.halves:
            r, through = self.split(x)
            x = r
        else:
            r = through = x
        b = self.ghostsign1(self.bn1(self.conv1(x))) * r
        z = self.bn2(self.conv2(b))
        n, c, h, w = z.shape
        if self.last:
            return z + self.bn3(b.view(n, self.k, c, h, w).mean(1))
        out = torch.maximum(self.ghostsign2(z), r)
        if not self.boolnet:
            return out
        return torch.stack([v.view(n, self.k, c, h, w) for v in (out, through)], 3).view(n, -1, h, w)


class Network(nn.Module):
    """normalised images [N, 3, H, W] -> logits [N, classes]"""

    def __init__(self, spec, classes):
        super().__init__()
        c = imagenet.WIDTHS[0]
        self.conv1 = nn.Conv2d(3, c, 7, 2, 3, bias=False)
        self.maxpool = nn.Sequential(nn.BatchNorm2d(c), nn.MaxPool2d(3, 2, 1))
        self.ghostbnsign = Shift(c, spec.k) if spec.boolnet else nn.Sequential(nn.BatchNorm2d(c), Slices(spec.k))
        blocks = imagenet.blocks(spec)
        for stage in range(len(imagenet.WIDTHS)):
            mine = blocks[imagenet.BLOCKS * stage:imagenet.BLOCKS * (stage + 1)]
            self.add_module(f"layer{stage + 1}", nn.Sequential(*(Block(b, spec) for b in mine)))
        self.prelu2 = nn.PReLU(imagenet.WIDTHS[-1])
        self.fc = nn.Linear(imagenet.WIDTHS[-1], classes)

    def stem(self, x):
        return self.ghostbnsign(self.maxpool(self.conv1(x)))

    def head(self, f):
        return self.fc(self.prelu2(f).mean((2, 3)))

    def forward(self, x):
        return self.head(self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x))))))


def build(name, classes=1000):
    """name: one of imagenet.NETS. In eval mode."""
    return Network(imagenet.NETS[name], classes).eval()
