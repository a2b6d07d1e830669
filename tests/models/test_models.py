#!/usr/bin/python3
"""Tests of models/: /usr/bin/python3 -m unittest discover -s tests/models

BONNET_TEST_IMAGES sets how many test images the float64 evaluator and the integer reference are compared on (default 8).
"""
import os
import sys
import tempfile
import unittest

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MODELS = os.path.join(ROOT, "models")
sys.path[:0] = [os.path.join(MODELS, "fashion"), MODELS]        # both have an export.py; the one in fashion is meant

import numpy as np
import onnx

import integer_ref
import onnx_eval
import onnx_ops
from bonnet_nn import data

try:
    import torch
except ImportError:
    torch = None

SHIPPED = [path for path in (os.path.join(MODELS, "fashion", name + ".onnx") for name in ("boolnet_k4", "basenet_k1"))
           if os.path.exists(path)]
IMAGES = int(os.environ.get("BONNET_TEST_IMAGES", "8"))


def test_images(count=IMAGES):
    """Real images where the data set is installed, else noise (the comparison holds for any pixels)."""
    try:
        return data.load("t10k")[0][:count]
    except OSError:
        return np.random.default_rng(1).integers(0, 256, (count, 28, 28), np.uint8)


class Arithmetic(unittest.TestCase):
    def test_round_shift_rounds_half_up(self):
        x = np.arange(-1000, 1000)
        self.assertEqual(integer_ref.round_shift(x, 0).tolist(), x.tolist())
        for s in range(1, 8):
            self.assertEqual(integer_ref.round_shift(x, s).tolist(), np.floor(x / 2.0 ** s + 0.5).tolist())

    def test_fold_of_special_slopes(self):
        ones = np.ones(5)
        bn = (np.array([0.0, 0.0, 1.0, -1.0, 1e-30]), np.array([0.5, -0.5, 0.0, 0.0, 1.0]), 0 * ones, ones, 0.0)
        t, negate = integer_ref.fold(bn, [0.0], -10, 10)
        self.assertEqual([row[0] for row in t], [None, float("inf"), 0, 0, None])
        self.assertEqual(negate.tolist(), [False, False, False, True, False])


def check_network(case, path):
    """Checker, sizes, evaluator against integers, and thresholds against BatchNorm on every reachable integer."""
    onnx.checker.check_model(onnx.load(path), full_check=True)
    case.assertLess(os.path.getsize(path), 1 << 20)
    model, network = onnx_eval.Model(path), integer_ref.load(path)
    images = test_images()
    logits = np.concatenate([model.run(x[None, None]) for x in images])
    integers = integer_ref.infer(network, images)
    case.assertEqual(logits.tolist(), integers.tolist())
    case.assertLess(np.abs(integers).max(), 2 ** 24)            # exact for float32 evaluators as well
    check_tables(case, path, network)
    check_head_range(case, network)
    case.assertEqual(network["metadata"]["bonnet.pixels"], "uint8")
    case.assertEqual(network["metadata"]["bonnet.labels"].split(","), list(data.LABELS))
    case.assertGreater(float(network["metadata"]["bonnet.logit_scale"]), 0)


def check_tables(case, path, network):
    reader = integer_ref.Reader(path)
    checked = 0

    def expected(bn, slices, x):
        z = onnx_ops.batch_norm(x.reshape(1, 1, 1, -1) * np.ones((1, len(bn[0]), 1, 1)), *bn[:4], epsilon=bn[4])
        return np.stack([z[0, :, 0] + b >= 0 for b in reader.offsets(slices)], 1)       # [C, k, x]

    stem = network["stem"]
    bn, reach = reader.batch_norm("stem.bn"), 128 * int(np.abs(stem["dw"]).sum((1, 2)).max())
    x = np.arange(-reach, reach + 1)
    turned = np.where(bn[0][:, None] < 0, -x, x)
    want = expected(bn, "stem.slices", x)
    got = turned[:, None] >= stem["T"][:, :, None]
    case.assertEqual(int((want != got).sum()), 0)
    checked += want.size
    for block in network["blocks"]:
        name = block["name"]
        for key, bn, slices in (("downsample", name + ".downsample.bn", name + ".downsample.slices"),
                                ("conv1", name + ".bn1", name + ".slices1"),
                                ("conv2", name + ".bn2", name + ".slices2")):
            layer = block.get(key, {})
            if "Tp" not in layer:
                continue
            length = layer["w"][0].size
            p = np.arange(length + 1)
            parameters = reader.batch_norm(bn)
            # with a negated filter, popcount p stands for the dot product -(2p - K)
            n = 2 * p - length
            want = expected(parameters, slices, n)
            want[layer["negate"]] = want[layer["negate"]][..., ::-1]
            got = p >= layer["Tp"][:, :, None]
            case.assertEqual(int((want != got).sum()), 0, f"{name}.{key}")
            case.assertTrue((layer["Tp"] >= 0).all() and (layer["Tp"] <= length + 1).all())
            checked += want.size
    case.assertGreater(checked, 100000)


def check_head_range(case, network):
    block = network["blocks"][-1]
    last = block["last"]
    reach = (np.abs(last["A"]) * block["conv2"]["w"][0].size + 4 * np.abs(last["B"]) + np.abs(last["C"])).max()
    case.assertLess(reach, 2 ** 23)
    for key in "ABS":
        case.assertLess(np.abs(last[key]).max(), 2 ** 15)
    case.assertLess(np.abs(network["head"]["W"]).max(), 128)


class ShippedNetworks(unittest.TestCase):
    def test_shipped(self):
        self.assertTrue(SHIPPED)
        for path in SHIPPED:
            with self.subTest(os.path.basename(path)):
                check_network(self, path)

    def test_committed_logits(self):
        """tests/vectors/fashion/logits_*.csv against the integer reference"""
        try:
            images, labels = data.load("t10k")
        except OSError:
            self.skipTest("dataset-fashion-mnist is not installed")
        for path in SHIPPED:
            name = os.path.basename(path)[:-len(".onnx")]
            rows = np.loadtxt(os.path.join(ROOT, "tests", "vectors", "fashion", f"logits_{name}.csv"), np.int64,
                              delimiter=",", skiprows=1)[:IMAGES]
            got = integer_ref.infer(integer_ref.load(path), images[rows[:, 0]])
            self.assertEqual(rows[:, 2:].tolist(), got.tolist())
            self.assertEqual(rows[:, 1].tolist(), labels[rows[:, 0]].tolist())


@unittest.skipUnless(torch, "needs python3-torch")
class Torch(unittest.TestCase):
    def setUp(self):
        from bonnet_nn import ops
        torch.set_num_threads(2)
        torch.manual_seed(1)
        self.ops = ops

    @staticmethod
    def bits(*shape):
        return torch.where(torch.rand(*shape) < 0.5, -1.0, 1.0).to(torch.bfloat16)

    def same(self, fast, plain, *inputs):
        """Forward and gradients of a kernel against plain tensor code, in float32."""
        a = [x.clone().requires_grad_() for x in inputs]
        b = [x.clone().requires_grad_() for x in inputs]
        ya, yb = fast(*a), plain(*b)
        self.assertTrue(torch.equal(ya.float(), yb.float()))
        g = torch.randint(-8, 9, ya.shape)
        ya.backward(g.to(ya.dtype))
        yb.backward(g.to(yb.dtype))
        for p, q in zip(a, b):
            self.assertTrue(torch.equal(p.grad.float(), q.grad.float()))

    def test_pad(self):
        self.same(self.ops.Pad.apply,
                  lambda x: torch.nn.functional.pad(x.float().permute(0, 3, 1, 2), (1,) * 4, mode="replicate")
                  .permute(0, 2, 3, 1), self.bits(2, 5, 4, 6))

    def test_xnor(self):
        self.same(self.ops.Xnor.apply, lambda a, r: a * r, self.bits(2, 3, 3, 4, 8), self.bits(2, 3, 3, 4, 8))

    def test_or_and_interleave(self):
        z, r, p = (self.bits(2, 3, 3, 4, 8) for _ in range(3))
        both = lambda z, r: torch.nn.functional.hardtanh(z.float() + r.float() + 1, -3.5, 1.5) * 2 / 2
        y = self.ops.OrInterleave.apply(z, r, p)
        self.assertTrue(torch.equal(y[..., 0::2], torch.maximum(z, r)))
        self.assertTrue(torch.equal(y[..., 1::2], p))
        self.assertTrue(torch.equal(self.ops.Or.apply(z, r), torch.maximum(z, r)))
        za, ra, pa = (t.clone().requires_grad_() for t in (z, r, p))
        g = torch.randint(-8, 9, y.shape).to(torch.bfloat16)
        self.ops.OrInterleave.apply(za, ra, pa).backward(g)
        zb, rb = z.float().requires_grad_(), r.float().requires_grad_()
        both(zb, rb).backward(g[..., 0::2].float())
        self.assertTrue(torch.equal(za.grad.float(), zb.grad) and torch.equal(ra.grad.float(), rb.grad))
        self.assertTrue(torch.equal(pa.grad, g[..., 1::2]))

    def test_stem_conv(self):
        images = torch.from_numpy(test_images(3).copy())
        images[0] = 0                                   # ties everywhere: any of the four may take the gradient
        w = torch.randint(-127, 128, (32, 1, 5, 5)).float()

        def plain(w):
            y = torch.nn.functional.conv2d(images.float().unsqueeze(1), w, None, 1, 2)
            return torch.nn.functional.max_pool2d(y, 2).permute(0, 2, 3, 1)
        self.assertTrue(torch.equal(self.ops.StemConv.apply(images, w), plain(w)))
        # gradients on noise, where there are no ties
        images = torch.randint(0, 256, (3, 28, 28), dtype=torch.uint8)
        self.same(lambda w: self.ops.StemConv.apply(images, w), plain, w)

    def test_depthwise(self):
        a, w = torch.randint(-128, 128, (2, 5, 4, 32)).float(), torch.randint(-127, 128, (32, 1, 3, 3)).float()

        def plain(a, w):
            x = torch.nn.functional.pad(a.permute(0, 3, 1, 2), (1,) * 4, mode="replicate")
            return torch.nn.functional.conv2d(x, w, groups=32).permute(0, 2, 3, 1)
        self.same(self.ops.Depthwise.apply, plain, a, w)

    def test_halves(self):
        r, p = self.ops.Halves.apply(self.bits(2, 3, 3, 4, 8))
        self.assertEqual(tuple(r.shape), (2, 3, 3, 4, 4))
        self.assertEqual(p.shape, r.shape)

    def test_slices(self):
        t = torch.tensor([2 / 3, 1 / 3, -1 / 3, -2 / 3])

        def plain(z):
            d = z.unsqueeze(3) - t.view(4, 1)
            hard = torch.where(d >= 0, 1.0, -1.0)
            soft = torch.nn.functional.hardtanh(d)
            return (hard - soft).detach() + soft
        z = torch.randint(-12, 13, (2, 3, 3, 32)) / 7
        self.same(lambda z: self.ops.Slices.apply(z, t), lambda z: plain(z), z)

    def test_binary_conv(self):
        x, w = self.bits(2, 6, 6, 64), torch.rand(32, 16, 3, 3) - 0.5
        for stride in (1, 2):
            y = self.ops.BinaryConv.apply(x, w, stride, 4)
            want = torch.nn.functional.conv2d(x.float().permute(0, 3, 1, 2), torch.where(w >= 0, 1.0, -1.0),
                                              None, stride, 0, 1, 4)
            self.assertTrue(torch.equal(y.permute(0, 3, 1, 2), want))

    def test_random_networks(self):
        """Untrained networks with negative slopes: exporter, evaluator, integers and the torch network agree."""
        import export
        from bonnet_nn import onnx_writer, quantise
        images = torch.from_numpy(test_images(64).copy())
        self.ops.USE_FLOAT32 = True
        for name in ("boolnet_k4", "basenet_k1"):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                network = export.random_network(name, 7, images)
                head = quantise.quantise_head(network, images)
                path = os.path.join(folder, "random.onnx")
                onnx_writer.write(network, head, path, name)
                check_network(self, path)
                integers = integer_ref.infer(integer_ref.load(path), images[:IMAGES].numpy())
                with torch.no_grad():
                    real = network(images[:IMAGES]).numpy()
                self.assertLess(np.abs(integers * head["scale"] - real).max(), 0.02)


@unittest.skipUnless(torch, "needs python3-torch")
class Training(unittest.TestCase):
    def test_two_steps(self):
        """The training script runs, and its loss is finite."""
        import subprocess
        try:
            data.load("t10k")
        except OSError:
            self.skipTest("dataset-fashion-mnist is not installed")
        with tempfile.TemporaryDirectory() as folder:
            out = subprocess.run(["/usr/bin/python3", os.path.join(MODELS, "fashion", "train.py"), "--net", "basenet_k1",
                                  "--iterations", "2", "--report", "1", "--batch", "20", "--out", folder], capture_output=True, text=True)
        self.assertEqual(out.returncode, 0, out.stderr)
        self.assertRegex(out.stdout, r"loss \d+\.\d+")


if __name__ == "__main__":
    unittest.main()
