# SPDX-License-Identifier: Apache-2.0
"""Any binary network: compiled, run on golden: and cpu:, against models/onnx_ops.py, which evaluates the same ONNX in float64.

SEED=n GRAPHS=n make test-anynet; a failure prints the line that replays its one graph.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy as np
    import onnx
except ImportError as why:
    print(f"SKIP: {why}; python3-numpy and python3-onnx make the graphs")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "models"), str(ROOT / "python"), str(pathlib.Path(__file__).resolve().parent)]
import bonnet  # noqa: E402
import graphs  # noqa: E402
import onnx_eval  # noqa: E402
import onnx_ops  # noqa: E402

onnx_ops.OPERATORS["Sign"] = lambda x: np.where(x >= 0, 1.0, -1.0)  # docs/operators.md: Sign stands for >= 0
SEED, COUNT = int(os.environ.get("SEED", "1")), int(os.environ.get("GRAPHS", "500"))
FIRST = int(os.environ.get("FIRST", "0"))


def image_of(rng, model):
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim][1:]
    how = rng.integers(3)
    x = rng.integers(0, 256, shape) if how else np.full(shape, int(rng.choice([0, 255, 128])))
    if how == 2:
        x = np.where(x > 127, 255, 0)
    return x.astype(np.uint8)


def as_pixels(x):
    """[c, h, w] or [n] to what the library reads: [h, w] or [h, w, c]."""
    if x.ndim == 1:
        side = int(round(len(x) ** 0.5))
        return x.reshape(side, side) if side * side == len(x) else x.reshape(1, 1, -1)
    return x[0] if len(x) == 1 else np.ascontiguousarray(x.transpose(1, 2, 0))


def check(case, model, images, what, folder, devices):
    path, out = folder / "net.onnx", folder / "net.bonnet"
    onnx.save(model, path)
    try:
        bonnet.compile(path, out)
    except bonnet.Error as why:
        case.fail(f"{what}: {why}")
    oracle, last = onnx_eval.Model(model), model.graph.node[-1]
    for x in images:
        values = oracle.run(x[None].astype(float), keep=True)
        want = np.asarray(values[last.input[0] if last.op_type in ("ArgMax", "Softmax") else last.output[0]]).reshape(-1)
        for device in devices:
            net = device.load(out)
            result = net.run(as_pixels(x))
            got = result.logits[0] * net.info.logit_scale
            case.assertTrue(np.allclose(got, want, rtol=1e-9, atol=1e-9 * max(1, np.abs(want).max())), f"{what} on {device.uri}:\n{got}\n{want}")
            case.assertAlmostEqual(want[result.labels[0]], want.max(), 6, what)
            if last.op_type == "ArgMax":
                case.assertAlmostEqual(want[int(np.asarray(values[last.output[0]]).reshape(-1)[0])], want[result.labels[0]], 6, what)


class Random(unittest.TestCase):
    def test_graphs(self):
        print(f"seed {SEED}, {COUNT} graphs", flush=True)
        seen = {}
        with tempfile.TemporaryDirectory() as folder, bonnet.open("golden:") as golden, bonnet.open("cpu:threads=2") as cpu:
            for i in range(FIRST, FIRST + COUNT):
                model, rng = graphs.random_graph((SEED, i)), np.random.default_rng((SEED, i, 1))
                check(self, model, [image_of(rng, model) for _ in range(2)], f"replay: SEED={SEED} FIRST={i} GRAPHS=1 make test-anynet", pathlib.Path(folder),
                      (golden, cpu))
                for node in model.graph.node:
                    seen[node.op_type] = seen.get(node.op_type, 0) + 1
        print(", ".join(f"{op} {n}" for op, n in sorted(seen.items())))


class Published(unittest.TestCase):
    def both(self, model, name, count=2):
        rng = np.random.default_rng(SEED)
        with tempfile.TemporaryDirectory() as folder, bonnet.open("golden:") as golden, bonnet.open("cpu:") as cpu:
            check(self, model, [image_of(rng, model) for _ in range(count)], name, pathlib.Path(folder), (golden, cpu))

    def test_tfc(self):
        self.both(graphs.mlp(SEED, 64, True), "TFC")

    def test_lfc(self):
        self.both(graphs.mlp(SEED, 1024, False), "LFC")

    def test_cnv(self):
        self.both(graphs.cnv(SEED), "CNV", 1)

    def test_resnet(self):
        self.both(graphs.resnet(SEED), "ResNet")


class CommandLine(unittest.TestCase):
    """--explain, --strict, --allow-inexact, and refusals in one line."""

    def compile(self, model, *more):
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(model, f"{folder}/n.onnx")
            return subprocess.run([os.environ["BONNET"], "compile", f"{folder}/n.onnx", "-o", f"{folder}/n.bonnet", *more], capture_output=True, text=True, timeout=30)

    def refused(self, model, pattern, *more):
        done = self.compile(model, *more)
        self.assertEqual(done.returncode, 20, done.stdout + done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertRegex(done.stderr, pattern)

    def test_explain(self):
        done = self.compile(graphs.mlp(SEED, 64, True), "--explain")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(re.findall(r" cpu$", done.stdout, re.M)), 5, done.stdout)
        self.assertIn("why cpu: general layers have no form for a chip yet", done.stdout)

    def test_strict(self):
        self.refused(graphs.mlp(SEED, 64, True), "run on the CPU: general layers have no form for a chip yet", "--strict")

    def test_inexact(self):
        g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
        g.conv(20, [3, 3], kinds=("plain",))
        g.sign(("Sign",))
        g.then("Flatten", shape=(320,))
        g.then("Gemm", g.const(g.rng.normal(size=(10, 320))), shape=(10,), transB=1)
        self.refused(g.model(), r"node 'gemm\d+' \(Gemm\): .*--allow-inexact rounds them, logits are then off by up to")
        done = self.compile(g.model(), "--allow-inexact", "--explain")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, "rounded: the last layer; a real logit .* is off by up to")

    def test_large_mean(self):
        """A mean of 40,401 windows of 40,000 taps: a second, where window by window it is minutes (the timeout of compile())."""
        g = graphs.Graph(np.random.default_rng(SEED), (1, 400, 400))
        g.conv(20, [200, 200], kinds=("sign",))
        g.then("GlobalAveragePool", shape=(20, 1, 1))
        g.then("Flatten", shape=(20,))
        self.refused(g.model(), r"\(GlobalAveragePool\): reads the image and is the output")

    def test_python(self):
        """The same words in bonnet.compile()."""
        g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
        g.then("Flatten", shape=(36,))
        g.dense(8, ("plain",))
        g.sign(("Sign",))
        g.then("Gemm", g.const(g.rng.normal(size=(10, 8))), shape=(10,), transB=1)
        with tempfile.TemporaryDirectory() as folder:
            path, out = pathlib.Path(folder, "n.onnx"), pathlib.Path(folder, "n.bonnet")
            onnx.save(g.model(), path)
            with self.assertRaisesRegex(bonnet.Unsupported, "--allow-inexact rounds them"):
                bonnet.compile(path, out)
            self.assertIn("rounded: the last layer", bonnet.compile(path, out, allow_inexact=True))
            out.unlink()
            with self.assertRaisesRegex(bonnet.Unsupported, "run on the CPU"):
                bonnet.compile(path, out, allow_inexact=True, strict=True)
            self.assertFalse(out.exists())

    def test_refusals(self):
        def net(before, after=lambda g: None):
            g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
            before(g)
            g.sign(("Sign",))
            after(g)
            g.then("Flatten", shape=(int(np.prod(g.value[1])),))
            g.dense(3, ("plain",))
            return g.model()

        plain = lambda g: g.conv(4, [3, 3], kinds=("plain",))  # noqa: E731
        self.refused(net(lambda g: g.then("Conv", g.const(g.rng.normal(size=(4, 1, 3, 3))), shape=(4, 4, 4))), r"node 'conv0' \(Conv\): its weights are not")
        self.refused(net(plain, lambda g: g.then("Conv", g.const(g.rng.normal(size=(2, 4, 3, 3))), shape=(2, 2, 2)) and g.sign(("Sign",))), r"\(Conv\): its weights")
        self.refused(net(plain, lambda g: g.then("Tanh")), r"node 'tanh\d+' \(Tanh\): this operator is not read")
        self.refused(net(plain, lambda g: g.then("HardSigmoid")), r"\(HardSigmoid\): this operator is not read")
        self.refused(net(lambda g: plain(g) and g.then("PRelu", g.const(-0.5))), r"\(PRelu\): slope 0 is -0.5; 0 or more fits")
        self.refused(net(plain, lambda g: g.then("AveragePool", kernel_shape=[2, 2], pads=[1] * 4, shape=(4, 5, 5))), r"\(AveragePool\): pads what it averages")
        self.refused(net(lambda g: plain(g) and g.then("Relu") and g.then("AveragePool", kernel_shape=[2, 2], shape=(4, 3, 3))),
                     r"\(AveragePool\): averages sums behind a Relu")
        self.refused(net(lambda g: plain(g) and g.then("Sqrt")), r"\(Sqrt\)")
        self.refused(net(plain, lambda g: g.then("Add", g.value[0])), r"\(Add\): adds a binary map and a binary map; join two binary maps with Mul, Max or Min")
        self.refused(net(plain, lambda g: g.then("MaxPool", kernel_shape=[2, 2], dilations=[2, 2], shape=(4, 2, 2))), r"\(MaxPool\): dilations; 1 fits")

    def test_extremes(self):
        """Numbers and sizes that no layer has are refused where they arise, before anything is computed with them."""
        def net(shape, before, channels=4, pads=(0, 0, 0, 0)):
            g = graphs.Graph(np.random.default_rng(SEED), shape)
            before(g)
            g.conv(channels, [3, 3], pads=pads, kinds=("signs",))
            g.sign(("Sign",))
            g.then("Flatten", shape=(int(np.prod(g.value[1])),))
            g.dense(3, ("plain",))
            return g.model()

        self.refused(net((1, 6, 6), lambda g: [g.then("Mul", g.const(1e38)) for _ in range(140)]), r"\(Mul\): makes the image 0 or infinite")
        self.refused(net((1, 6, 6), lambda g: [g.then("Div", g.const(1e38)) for _ in range(140)]), r"\(Div\): makes the image 0 or infinite")
        self.refused(net((1, 6, 6), lambda g: g.then("Add", g.const(1e30)), pads=(1, 1, 1, 1)), r"\(Conv\): pads zeros around an image of x \+ 1e\+30")
        self.refused(net((1, 600, 6), lambda g: None), r"an image of 1 planes of 600x6; up to 4096 of 512x512 fit")
        self.refused(net((1, 3, 3), lambda g: None, channels=4097), r"\(Conv\): 4097 output channels; 1 to 4096 fit")

    def test_register_device(self):
        """On a chip's driver the whole network runs on the CPU, with the same logits."""
        model, rng = graphs.resnet(SEED), np.random.default_rng(SEED)
        with tempfile.TemporaryDirectory() as folder, bonnet.open("mock:") as device, bonnet.open("cpu:") as cpu:
            check(self, model, [image_of(rng, model)], "ResNet on mock:", pathlib.Path(folder), (device, cpu))


if __name__ == "__main__":
    unittest.main()
