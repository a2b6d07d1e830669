# SPDX-License-Identifier: Apache-2.0
"""Any binary network: compiled, run on golden:, cpu:, mock: and sim:, against models/onnx_ops.py, which evaluates the same ONNX in float64.

SEED=n GRAPHS=n make test-anynet; a failure prints the line that replays its one graph.
"""

import os
import pathlib
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
import published  # noqa: E402
import random_graphs  # noqa: E402
import onnx_eval  # noqa: E402
import onnx_ops  # noqa: E402
from test_exports import Exports  # noqa: E402,F401 - its tests run here
from refusals import CommandLine  # noqa: E402,F401 - its tests run here
from early import EarlyExits  # noqa: E402,F401 - its tests run here

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


def check(case, model, images, what, folder, devices, norm=False):
    """norm: the logits may be less by one number for all classes, below their scale."""
    path, out = folder / "net.onnx", folder / "net.bonnet"
    onnx.save(model, path)
    try:
        bonnet.compile(path, out)
    except bonnet.Error as why:
        case.fail(f"{what}: {why}")
    oracle, last = onnx_eval.Model(model), model.graph.node[-1]
    for x in images:
        values = oracle.run(x[None].astype(float), keep=True)
        want = np.asarray(values[last.input[0] if last.op_type in ("ArgMax", "Softmax", "TopK") else last.output[0]]).reshape(-1)
        for device in devices:
            net = device.load(out)
            result = net.run(as_pixels(x))
            got = result.logits[0] * net.info.logit_scale
            if norm:
                case.assertLess(abs((want - got)[0]), net.info.logit_scale, what)
                got += (want - got)[0]
            case.assertTrue(np.allclose(got, want, rtol=1e-9, atol=1e-9 * max(1, np.abs(want).max())), f"{what} on {device.uri}:\n{got}\n{want}")
            case.assertAlmostEqual(want[result.labels[0]], want.max(), 6, what)
            if last.op_type == "TopK":  # the host's order is that of the graph: the largest first, of equals the lowest index
                top = np.asarray(values[last.output[1]]).reshape(-1).astype(int)
                host = np.argsort(-result.logits[0].astype(np.int64), kind="stable")[:len(top)]
                case.assertTrue(np.allclose(want[host], want[top], rtol=1e-9, atol=1e-9 * max(1, np.abs(want).max())), f"{what}: {host} {top}")
            if last.op_type == "ArgMax":
                case.assertAlmostEqual(want[int(np.asarray(values[last.output[0]]).reshape(-1)[0])], want[result.labels[0]], 6, what)


class Random(unittest.TestCase):
    def test_graphs(self):
        print(f"seed {SEED}, {COUNT} graphs", flush=True)
        seen, shared = {}, 0
        with tempfile.TemporaryDirectory() as folder, bonnet.open("golden:") as golden, bonnet.open("cpu:threads=2") as cpu, bonnet.open("mock:") as mock, \
                bonnet.open("sim:geometry=tiny") as sim:
            for i in range(FIRST, FIRST + COUNT):
                model, rng = random_graphs.random_graph((SEED, i)), np.random.default_rng((SEED, i, 1))
                images, replay = [image_of(rng, model) for _ in range(2)], f"replay: SEED={SEED} FIRST={i} GRAPHS=1 make test-anynet"
                check(self, model, images, replay, pathlib.Path(folder), (golden, cpu, mock))
                if mock.stats().cycles:  # else the Verilated chip would have nothing to do
                    check(self, model, images[:1], replay, pathlib.Path(folder), (sim,))
                    shared += 1
                for node in model.graph.node:
                    seen[node.op_type] = seen.get(node.op_type, 0) + 1
        print(", ".join(f"{op} {n}" for op, n in sorted(seen.items())))
        print(f"{shared} of them run on the chip in part, the C one and the Verilated one")
        self.assertTrue(shared or COUNT < 50)


class Published(unittest.TestCase):
    def both(self, model, name, count=2, norm=False):
        rng = np.random.default_rng(SEED)
        with tempfile.TemporaryDirectory() as folder, bonnet.open("golden:") as golden, bonnet.open("cpu:") as cpu:
            check(self, model, [image_of(rng, model) for _ in range(count)], name, pathlib.Path(folder), (golden, cpu), norm)

    def test_tfc(self):
        self.both(published.mlp(SEED, 64, True), "TFC")

    def test_tfc_norm(self):
        """With a norm of one number behind the last layer: a bias that is no multiple of the weights' scale, the same for all classes."""
        self.both(published.mlp(SEED, 64, False, norm=True), "TFC, norm", norm=True)

    def test_lfc(self):
        self.both(published.mlp(SEED, 1024, False), "LFC")

    def test_tfc_2(self):
        """2-bit activations; and 2-bit weights."""
        self.both(published.mlp(SEED, 64, True, bits=2), "TFC 1W2A")
        self.both(published.mlp(SEED, 64, False, ("ternary",), 2), "TFC 2W2A")

    def test_cnv(self):
        self.both(published.cnv(SEED), "CNV", 1)

    def test_cnv_2(self):
        self.both(published.cnv(SEED, ("ternary",), 2), "CNV 2W2A", 1)

    def test_resnet(self):
        self.both(published.resnet(SEED), "ResNet")


class Register(unittest.TestCase):
    def test_register_device(self):
        """On a chip's driver, chip and CPU share a network; its layers between the first and the last take cycles of the chip's."""
        for name, model in (("TFC", published.mlp(SEED, 64, True)), ("LFC", published.mlp(SEED, 1024, False)), ("CNV", published.cnv(SEED)), ("ResNet", published.resnet(SEED))):
            rng = np.random.default_rng(SEED)
            for uri in ("mock:", "mock:geometry=zcu102", "sim:geometry=tiny"):
                with tempfile.TemporaryDirectory() as folder, bonnet.open(uri) as device:
                    check(self, model, [image_of(rng, model)], f"{name} on {uri}", pathlib.Path(folder), (device,))
                    self.assertGreater(device.stats().cycles, 0, f"{name} on {uri}")


if __name__ == "__main__":
    unittest.main()
