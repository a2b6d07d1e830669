"""The published networks in real numbers, in numpy: the definition that the integers are compared with, and the calibration of
random weights. Binary sums are computed in float32, where every sum of +-1 up to 2^24 is exact; everything else in float64.
"""
import numpy as np

from . import imagenet


def pixel_lut():
    """int8 [3, 256]: normalised and symmetrically quantised pixels."""
    x = np.arange(256) / 255
    q = [np.rint((x - m) / s * 127 / imagenet.REACH) for m, s in zip(imagenet.MEAN, imagenet.STD)]
    return np.clip(q, -127, 127).astype(np.int8)


PIXEL_STEP = imagenet.REACH / 127           # normalised pixel = PIXEL_STEP * q


def quantise_pixels(images):
    """uint8 [N, 3, H, W] -> int64 q of the same shape"""
    lut = pixel_lut().astype(np.int64)
    return np.stack([lut[p][images[:, p]] for p in range(3)], 1)


def smooth_images(rng, count, size):
    """uint8 [count, 3, size, size]: coarse noise, enlarged bilinearly, with a little fine noise."""
    at = np.linspace(0, 6, size)
    low = np.minimum(at.astype(int), 5)
    part = at - low
    coarse = rng.integers(0, 256, (count, 3, 7, 7)).astype(np.float64)
    rows = coarse[:, :, low] * (1 - part)[:, None] + coarse[:, :, low + 1] * part[:, None]
    image = rows[..., low] * (1 - part) + rows[..., low + 1] * part
    return np.clip(np.floor(image) + rng.integers(-12, 13, image.shape), 0, 255).astype(np.uint8)


def convolve(x, w, stride=1, groups=1, dilation=1):
    """x [N, C, H, W] already padded; x and w of one floating type."""
    n, c, h, wd = x.shape
    outputs, per_group, size, _ = w.shape
    reach = dilation * (size - 1)
    oh, ow = (h - reach - 1) // stride + 1, (wd - reach - 1) // stride + 1
    y = np.empty((n, outputs, oh, ow), x.dtype)
    each = outputs // groups
    for g in range(groups):
        part = x[:, g * per_group:(g + 1) * per_group]
        taps = [part[:, :, i * dilation:i * dilation + stride * (oh - 1) + 1:stride,
                     j * dilation:j * dilation + stride * (ow - 1) + 1:stride] for i in range(size) for j in range(size)]
        columns = np.stack(taps, 2).reshape(n, per_group * size * size, oh * ow)
        y[:, g * each:(g + 1) * each] = (w[g * each:(g + 1) * each].reshape(each, -1) @ columns).reshape(n, each, oh, ow)
    return y


def pad(x, by, mode="constant"):
    return np.pad(x, ((0, 0), (0, 0), (by, by), (by, by)), mode=mode)


def max_pool(x, size, border):
    """stride 2, an odd last row or column is kept, out-of-range positions ignored"""
    h, w = -(-x.shape[2] // 2), -(-x.shape[3] // 2)
    x = np.pad(x, ((0, 0), (0, 0), (border, 1), (border, 1)), constant_values=-np.inf)
    return np.maximum.reduce([x[:, :, i:i + 2 * h - 1:2, j:j + 2 * w - 1:2] for i in range(size) for j in range(size)])


class FloatNet:
    """state: {key: array}. With calibrate=True every BatchNorm takes its statistics from what it is given."""

    def __init__(self, spec, state, calibrate=False):
        self.spec, self.state, self.calibrate = spec, state, calibrate

    def column(self, key):
        return self.state[key].astype(np.float64).reshape(1, -1, 1, 1)

    def batch_norm(self, name, x):
        if self.calibrate:
            mean = x.mean((0, 2, 3))
            self.state[name + ".running_mean"] = mean.astype(np.float32)
            var = np.square(x - mean.reshape(1, -1, 1, 1)).mean((0, 2, 3))
            self.state[name + ".running_var"] = np.maximum(var, 1e-3 * var.max() + 1e-12).astype(np.float32)
        slope = self.column(name + ".weight") / np.sqrt(self.column(name + ".running_var") + imagenet.EPSILON)
        return slope * (x - self.column(name + ".running_mean")) + self.column(name + ".bias")

    def slices(self, z):
        """[N, C, H, W] -> +-1 [N, k, C, H, W]"""
        offsets = np.array(imagenet.OFFSETS[self.spec.k]).reshape(1, -1, 1, 1, 1)
        return np.where(z[:, None] + offsets >= 0, np.float32(1), np.float32(-1))

    def dot(self, name, x, stride=1, dilation=1):
        """signed dot products of a 3x3 (x [N, k, C, H, W]) or a dense 1x1"""
        w = np.where(self.state[name + ".weight"] >= 0, np.float32(1), np.float32(-1))
        flat = x.reshape(x.shape[0], -1, *x.shape[3:])
        if w.shape[2] == 1:
            return convolve(flat, w)
        return convolve(pad(flat, dilation, "edge"), w, stride, self.spec.k, dilation)

    def alpha(self, name):
        w = np.abs(self.state[name + ".weight"].astype(np.float64))
        return w.mean((1, 2, 3)).reshape(1, -1, 1, 1)

    def stem(self, q):
        """int q [N, 3, H, W] -> real values before the slices [N, 64, H/4, W/4]"""
        c = convolve(pad(q.astype(np.float64), 3), self.state["conv1.weight"].astype(np.float64), 2) * PIXEL_STEP
        m = max_pool(self.batch_norm("maxpool.0", c), 3, 1)
        if not self.spec.boolnet:
            return self.batch_norm("ghostbnsign.0", m)
        g = "ghostbnsign."
        w = self.state[g + "adaptive_zero_points.0.weight"].astype(np.float64)
        shifted = convolve(pad(self.batch_norm(g + "bn2", m), 1), w, groups=len(w))
        return self.batch_norm(g + "bn1", m) + self.batch_norm(g + "adaptive_zero_points.1", shifted)

    def downsample(self, block, x):
        name = block.name + ".downsample"
        y = self.alpha(name + ".0") * self.dot(name + ".0", x) + self.column(name + ".0.bias")
        if block.pool:
            y = max_pool(y, 2, 0)
        return self.slices(self.batch_norm(f"{name}.{imagenet.pool_index(block)}", y))

    def block(self, block, x):
        """+-1 [N, k, C, H, W] -> the next map, or the last block's real values [N, C, H, W]"""
        r = through = x
        if block.downsample:
            r = through = self.downsample(block, x)
        elif block.halves:
            x = r = x[:, :, :block.channels]
            through = through[:, :, block.channels:]
        n1, n2 = block.name + ".conv1", block.name + ".conv2"
        y = self.alpha(n1) * self.dot(n1, x, block.stride, block.dilation)
        b = self.slices(self.batch_norm(block.name + ".bn1", y)) * r
        z = self.batch_norm(block.name + ".bn2", self.alpha(n2) * self.dot(n2, b, 1, block.dilation))
        if block.last:
            return z + self.batch_norm(block.name + ".bn3", b.mean(1).astype(np.float64))
        out = np.maximum(self.slices(z), r)
        return np.stack((out, through), 3).reshape(*out.shape[:2], -1, *out.shape[3:]) if self.spec.boolnet else out

    def head(self, f):
        u = np.where(f >= 0, f, f * self.column("prelu2.weight"))
        return u.mean((2, 3)) @ self.state["fc.weight"].astype(np.float64).T + self.state["fc.bias"].astype(np.float64)

    def run(self, q):
        x = self.slices(self.stem(q))
        for block in imagenet.blocks(self.spec):
            x = self.block(block, x)
        return self.head(x)


def random_state(spec, classes, seed):
    """A state_dict of random weights with 30 % negative BatchNorm slopes, statistics measured on random smooth images.

    The same seed gives the same numbers everywhere: sums that decide a bit are exact whatever order they are taken in, up to
    the last place of the statistics."""
    rng = np.random.default_rng(seed)
    state = {}
    for key, shape in imagenet.state_shapes(spec, classes).items():
        if key.endswith("num_batches_tracked"):
            value = np.array(1, np.int64)
        elif key.endswith("temperature"):
            value = np.full(shape, 0.01, np.float32)
        elif key.endswith("running_mean"):
            value = np.zeros(shape, np.float32)
        elif key.endswith("running_var"):
            value = np.ones(shape, np.float32)
        elif key == "prelu2.weight":
            value = rng.uniform(0.05, 0.5, shape)
        elif key == "conv1.weight":         # integers over 1024: the stem's sums are exact in float64
            value = rng.integers(-127, 128, shape) / 1024
        elif key == "fc.weight":
            value = rng.uniform(-0.05, 0.05, shape)
        elif key.endswith("adaptive_zero_points.0.weight"):
            value = rng.integers(-127, 128, shape) / 512
        elif len(shape) == 4:
            value = rng.uniform(-0.1, 0.1, shape)
        elif key.endswith("downsample.0.bias") or key == "fc.bias":
            value = rng.uniform(-0.1, 0.1, shape)
        elif key.endswith(".weight"):       # BatchNorm
            value = rng.uniform(0.5, 1.5, shape) * np.where(rng.random(shape) < 0.3, -1, 1)
        else:
            value = rng.uniform(-0.5, 0.5, shape)
        state[key] = np.asarray(value, np.int64 if key.endswith("tracked") else np.float32)
    FloatNet(spec, state, calibrate=True).run(quantise_pixels(smooth_images(rng, 6, 96)))
    return state
