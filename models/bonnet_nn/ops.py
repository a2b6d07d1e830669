"""Differentiable operators on binary maps.

A binary map is a bfloat16 tensor [N, H, W, k, C] of +1/-1, contiguous (channels last). bfloat16 halves the memory
traffic, lets oneDNN use the matrix unit of recent x86 processors, and is exact where it matters: a dot product of an
even number of +-1 is even, so every value up to 512 in magnitude is represented exactly.
"""
import atexit
import ctypes
import os
import shutil
import subprocess
import tempfile

import torch
import torch.nn.functional as F

BF16 = torch.bfloat16
USE_FLOAT32 = False     # True: convolutions in float32 (exact for any length; slower with a bfloat16 matrix unit)


def compile_kernels():
    """Compile kernels.c into a temporary folder, once; child processes find it through BONNET_KERNELS."""
    if "BONNET_KERNELS" not in os.environ:
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernels.c")
        folder = tempfile.mkdtemp(prefix="bonnet_kernels_")
        atexit.register(shutil.rmtree, folder, True)
        library = os.path.join(folder, "kernels.so")
        subprocess.run([os.environ.get("CC", "gcc"), "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC",
                        "-o", library, source], check=True)
        os.environ["BONNET_KERNELS"] = library
    return ctypes.CDLL(os.environ["BONNET_KERNELS"])


_LIB = None


def _call(name, *arguments):
    """Tensors are passed as pointers, Python ints as long (c, s, h, w as int: same register on LP64)."""
    global _LIB
    if _LIB is None:
        _LIB = compile_kernels()
    converted = [ctypes.c_void_p(a.data_ptr()) if isinstance(a, torch.Tensor) else ctypes.c_long(a)
                 for a in arguments]
    getattr(_LIB, name)(*converted)


class Slices(torch.autograd.Function):
    """z float [N,H,W,C] -> bits [N,H,W,k,C]: bit_j = z >= threshold_j."""

    @staticmethod
    def forward(ctx, z, thresholds):
        z = z.contiguous()
        n, h, w, c = z.shape
        k = thresholds.numel()
        out = torch.empty(n, h, w, k, c, dtype=BF16)
        _call("slices_forward", z, out, n * h * w, c, k, thresholds)
        ctx.save_for_backward(z, thresholds)
        return out

    @staticmethod
    def backward(ctx, g):
        z, thresholds = ctx.saved_tensors
        n, h, w, c = z.shape
        gz = torch.empty_like(z)
        _call("slices_backward", z, g.contiguous(), gz, n * h * w, c, thresholds.numel(), thresholds)
        return gz, None


class Pad(torch.autograd.Function):
    """Edge replication by one pixel: [N,H,W,C] -> [N,H+2,W+2,C], bfloat16."""

    @staticmethod
    def forward(ctx, x):
        x = x.contiguous()
        n, h, w, c = x.shape
        y = torch.empty(n, h + 2, w + 2, c, dtype=BF16)
        _call("pad_forward", x, y, n, h, w, c)
        return y

    @staticmethod
    def backward(ctx, g):
        n, h, w, c = g.shape
        gx = torch.empty(n, h - 2, w - 2, c, dtype=BF16)
        _call("pad_backward", g.contiguous(), gx, n, h - 2, w - 2, c)
        return gx


class Xnor(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, r):
        out = torch.empty_like(a)
        _call("xnor_forward", a, r, out, a.numel())
        ctx.save_for_backward(a, r)
        return out

    @staticmethod
    def backward(ctx, g):
        a, r = ctx.saved_tensors
        ga, gr = torch.empty_like(a), torch.empty_like(a)
        _call("xnor_backward", g.contiguous(), a, r, ga, gr, a.numel())
        return ga, gr


class Or(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, r):
        out = torch.empty_like(z)
        _call("or_forward", z, r, out, z.numel())
        ctx.save_for_backward(z, r)
        return out

    @staticmethod
    def backward(ctx, g):
        z, r = ctx.saved_tensors
        gz = torch.empty_like(z)
        _call("or_backward", g.contiguous(), z, r, gz, z.numel())
        return gz, gz


class OrInterleave(torch.autograd.Function):
    """out[2c] = z[c] | r[c], out[2c+1] = p[c], within every slice."""

    @staticmethod
    def forward(ctx, z, r, p):
        n, h, w, k, c = z.shape
        out = torch.empty(n, h, w, k, 2 * c, dtype=BF16)
        _call("merge_forward", z, r, p, out, z.numel())
        ctx.save_for_backward(z, r)
        return out

    @staticmethod
    def backward(ctx, g):
        z, r = ctx.saved_tensors
        gz, gp = torch.empty_like(z), torch.empty_like(z)
        _call("merge_backward", g.contiguous(), z, r, gz, gp, z.numel())
        return gz, gz, gp


class Halves(torch.autograd.Function):
    """[N,H,W,k,2C] -> working half, pass-through half."""

    @staticmethod
    def forward(ctx, x):
        c = x.shape[-1] // 2
        return x[..., :c].contiguous(), x[..., c:].contiguous()

    @staticmethod
    def backward(ctx, gr, gp):
        return torch.cat((gr, gp), -1)


class BinaryConv(torch.autograd.Function):
    """Valid convolution of a bfloat16 [N,H,W,kC] map with sign(weight); returns float32 [N,H',W',O].

    Stride 2 is computed at stride 1 and subsampled: the backward pass of a strided grouped convolution is several
    times slower than that.
    """

    @staticmethod
    def forward(ctx, x, weight, stride, groups):
        w = torch.where(weight >= 0, 1.0, -1.0).to(BF16).contiguous(memory_format=torch.channels_last)
        ctx.save_for_backward(x, w)
        ctx.stride, ctx.groups = stride, groups
        x = x.permute(0, 3, 1, 2)
        if USE_FLOAT32:
            y = F.conv2d(x.float(), w.float(), None, 1, 0, 1, groups)
        else:
            y = F.conv2d(x, w, None, 1, 0, 1, groups)
        ctx.size = y.shape
        return y.permute(0, 2, 3, 1)[:, ::stride, ::stride].contiguous().float()

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        if ctx.stride == 1:
            gy = g.to(BF16).contiguous()
        else:
            n, o, h, wd = ctx.size
            gy = torch.zeros(n, h, wd, o, dtype=BF16)
            gy[:, ::ctx.stride, ::ctx.stride] = g.to(BF16)
        gy, x = gy.permute(0, 3, 1, 2), x.permute(0, 3, 1, 2)
        if USE_FLOAT32:
            gy, x, w = gy.float(), x.float(), w.float()
        wanted = ctx.needs_input_grad[0]        # not of a map that is given
        gx, gw, _ = torch.ops.aten.convolution_backward(
            gy, x, w, None, [1, 1], [0, 0], [1, 1], False, [0, 0], ctx.groups, [wanted, True, False])
        return gx.permute(0, 2, 3, 1).to(BF16) if wanted else None, gw.float(), None, None


class StemConv(torch.autograd.Function):
    """uint8 [N,side,side], weight [C,1,size,size] -> convolution and 2x2 max-pool, [N,side/2,side/2,C] float32."""

    @staticmethod
    def forward(ctx, images, weight):
        images = images.contiguous()
        n, side, _ = images.shape
        c, _, size, _ = weight.shape
        w = weight.reshape(c, size * size).t().contiguous()
        out = torch.empty(n, side // 2, side // 2, c)
        which = torch.empty(out.shape, dtype=torch.int32)
        _call("stem_forward", images, w, out, which, n, side, size, c)
        ctx.save_for_backward(images, which)
        ctx.size = size
        return out

    @staticmethod
    def backward(ctx, g):
        images, which = ctx.saved_tensors
        size, c = ctx.size, g.shape[3]
        gw = torch.empty(size * size, c)
        _call("stem_backward", images, g.contiguous(), which, gw, len(images), images.shape[1], size, c)
        return None, gw.t().reshape(c, 1, size, size)


class Depthwise(torch.autograd.Function):
    """3x3 with edge replication on [N,H,W,C] float32, weight [C,1,3,3]."""

    @staticmethod
    def forward(ctx, a, weight):
        a = a.contiguous()
        w = weight.reshape(-1, 9).t().contiguous()
        d = torch.empty_like(a)
        _call("depthwise_forward", a, w, d, *a.shape)
        ctx.save_for_backward(a, w)
        return d

    @staticmethod
    def backward(ctx, g):
        a, w = ctx.saved_tensors
        ga, gw = torch.empty_like(a), torch.empty_like(w)
        _call("depthwise_backward", g.contiguous(), a, w, ga, gw, *a.shape)
        return ga, gw.t().reshape(-1, 1, 3, 3)


class IntegerWeight(torch.autograd.Function):
    """round(w / scale) clipped to [-127, 127]; the gradient passes to w, divided by the scale."""

    @staticmethod
    def forward(ctx, w, scale):
        ctx.save_for_backward(scale)
        return (w / scale).round().clamp_(-127, 127)

    @staticmethod
    def backward(ctx, g):
        scale, = ctx.saved_tensors
        return g / scale, None


class RoundSaturate(torch.autograd.Function):
    """floor(x + 1/2) saturated to [low, high]: with x = c * 2^-s this is sat(round_shift(c, s))."""

    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward(x)
        ctx.bounds = low, high
        return (x + 0.5).floor_().clamp_(low, high)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * ((x >= ctx.bounds[0]) & (x <= ctx.bounds[1])), None, None
