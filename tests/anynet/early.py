# SPDX-License-Identifier: Apache-2.0
"""Early exits of graphs that are not of BoolNet's family: every output of a random graph, as a branch, against an evaluator of its ONNX."""

import os
import pathlib
import tempfile
import unittest

import numpy as np
import onnx

import bonnet
import graphs
import onnx_eval

SEED = int(os.environ.get("SEED", "1"))


def random_graph(rng):
    """A chain of convolutions and signs with an exit behind some of them; *names* by depth, the end last."""
    g, names, classes = graphs.Graph(rng, (int(rng.integers(1, 4)), 8, 8)), [], int(rng.integers(2, 9))

    def end():
        g.flatten()
        g.dense(classes, ("plain",))
        names.append(g.value[0])

    for depth in range(3):
        g.conv(out=int(rng.integers(3, 40)), kernel=[3, 3], pads=[1] * 4 if depth else [0] * 4, kinds=("plain", "sign"))
        g.norm()
        g.sign(("Sign", "BipolarQuant", "MultiThreshold"))
        if depth < 2 and rng.integers(3):
            here = g.value
            end()
            g.value = here
    end()
    model = g.model()
    for name in names[:-1]:
        model.graph.output.insert(int(rng.integers(len(model.graph.output) + 1)), onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    model.metadata_props.add(key="bonnet.final", value=names[-1])
    return model, names


class EarlyExits(unittest.TestCase):
    def test_exits(self):
        seen = 0
        with tempfile.TemporaryDirectory() as folder, bonnet.open("golden:") as golden, bonnet.open("cpu:") as cpu, bonnet.open("mock:") as mock:
            for i in range(40):
                rng, what = np.random.default_rng((SEED, i, 7)), f"graph {i}; replay: SEED={SEED} make test-anynet"
                model, names = random_graph(rng)
                onnx.save(model, f"{folder}/n.onnx")
                bonnet.compile(f"{folder}/n.onnx", f"{folder}/n.bonnet")
                x = rng.integers(0, 256, [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim][1:]).astype(np.uint8)
                values = onnx_eval.Model(model).run(x[None].astype(float), keep=True)
                pixels = x[0] if len(x) == 1 else np.ascontiguousarray(x.transpose(1, 2, 0))
                if len(x) == 2:
                    continue  # a picture has one plane or three
                for device in (golden, cpu, mock):
                    net = device.load(pathlib.Path(folder, "n.bonnet"))
                    self.assertEqual([e.name for e in net.exits()], names[:-1], what)
                    for at, name in enumerate(names):
                        scale = net.exits()[at].logit_scale if at + 1 < len(names) else net.info.logit_scale
                        result = net.run_exits(pixels, [0 if e == at else None for e in range(len(names) - 1)])
                        want = np.asarray(values[name]).reshape(-1)
                        self.assertEqual(result.exits[0], at, what)
                        self.assertTrue(np.allclose(result.logits[0] * scale, want, rtol=1e-9, atol=1e-9 * max(1, np.abs(want).max())), f"{what}: {name}")
                        seen += at + 1 < len(names)
        self.assertGreater(seen, 60)

    def test_pool_behind(self):
        """The exit reads a map, scaled, that the network goes on to pool: the map is where they part."""
        g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
        for _ in range(2):
            g.conv(out=8, kernel=[3, 3], kinds=("plain",))
            g.then("Sign")
        here = g.value
        g.then("Mul", g.const(2.0))
        g.flatten()
        g.dense(3, ("plain",))
        early = g.value[0]
        g.value = here
        g.then("MaxPool", kernel_shape=[2, 2], strides=[2, 2], shape=(8, 1, 1))
        g.flatten()
        g.dense(3, ("plain",))
        model = g.model()
        model.graph.output.append(onnx.helper.make_tensor_value_info(early, onnx.TensorProto.FLOAT, None))
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(model, f"{folder}/n.onnx")
            bonnet.compile(f"{folder}/n.onnx", f"{folder}/n.bonnet")
            with bonnet.open("cpu:") as device:
                self.assertEqual(len(device.load(f"{folder}/n.bonnet").exits()), 1)

    def test_strict(self):
        """--strict is of the branches, too."""
        g = graphs.Graph(np.random.default_rng(SEED), (1, 9, 9))
        for _ in range(2):
            g.conv(out=64, kernel=[3, 3], kinds=("plain",))
            g.then("Sign")
        here = g.value
        g.conv(out=64, kernel=[4, 4], kinds=("plain",))
        g.then("Sign")
        g.flatten()
        g.dense(3, ("plain",))
        early = g.value[0]
        g.value = here
        for _ in range(2):
            g.conv(out=64, kernel=[3, 3], kinds=("plain",))
            g.then("Sign")
        g.flatten()
        g.dense(3, ("plain",))
        model, end = g.model(), g.value[0]
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(model, f"{folder}/n.onnx")
            bonnet.compile(f"{folder}/n.onnx", f"{folder}/n.bonnet", strict=True)
            model.graph.output.append(onnx.helper.make_tensor_value_info(early, onnx.TensorProto.FLOAT, None))
            model.metadata_props.add(key="bonnet.final", value=end)
            onnx.save(model, f"{folder}/n.onnx")
            bonnet.compile(f"{folder}/n.onnx", f"{folder}/n.bonnet")
            with self.assertRaisesRegex(bonnet.Unsupported, f"exit '{early}': layer 'conv[0-9]*' runs on the CPU"):
                bonnet.compile(f"{folder}/n.onnx", f"{folder}/n.bonnet", strict=True)
