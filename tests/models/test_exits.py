#!/usr/bin/python3
"""Early exits: the graph with several outputs against the evaluator, the integers, the committed logits, and its own trunk."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MODELS = os.path.join(ROOT, "models")
sys.path[:0] = [os.path.join(MODELS, "fashion"), MODELS]

import numpy as np
import onnx

import exits_ref
import onnx_eval
from bonnet_nn import data

try:
    import torch
except ImportError:
    torch = None

PATH = os.path.join(MODELS, "fashion", "boolnet_k4_exits.onnx")
TRUNK = os.path.join(MODELS, "fashion", "boolnet_k4.onnx")
BONNET = os.path.join(ROOT, "build", "bonnet")
IMAGES = int(os.environ.get("BONNET_TEST_IMAGES", "8"))


def test_images():
    try:
        return data.load("t10k")
    except OSError:
        return None, None


def rows_of(name):
    return np.loadtxt(os.path.join(ROOT, "tests", "vectors", "fashion", f"logits_{name}.csv"), np.int64, delimiter=",", skiprows=1)[:IMAGES]


class ShippedExits(unittest.TestCase):
    def test_evaluator_against_integers(self):
        images = test_images()[0]
        images = np.random.default_rng(1).integers(0, 256, (IMAGES, 28, 28), np.uint8) if images is None else images[:IMAGES]
        onnx.checker.check_model(onnx.load(PATH), full_check=True)
        model, integers = onnx_eval.Model(PATH), exits_ref.infer_all(PATH, images)
        self.assertEqual(set(model.outputs), set(integers))
        self.assertGreaterEqual(len(integers), 3)
        for i, image in enumerate(images):
            values = model.run(image[None, None], keep=True)
            for name, logits in integers.items():
                self.assertEqual(values[name][0].tolist(), logits[i].tolist(), f"{name}, image {i}")
        for logits in integers.values():
            self.assertLess(np.abs(logits).max(), 2 ** 24)      # exact for float32 evaluators as well

    def test_committed_logits(self):
        images, labels = test_images()
        if images is None:
            self.skipTest("dataset-fashion-mnist is not installed")
        for name, logits in exits_ref.infer_all(PATH, images[:IMAGES]).items():
            rows = rows_of("boolnet_k4" if name == "logits" else "boolnet_k4_exits." + name)
            self.assertEqual(rows[:, 2:].tolist(), logits.tolist(), name)
            self.assertEqual(rows[:, 1].tolist(), labels[:IMAGES].tolist())

    def test_trunk_is_the_trained_network(self):
        """Every node and number of boolnet_k4.onnx, unchanged; the rest belongs to an exit."""
        whole, trunk = onnx.load(PATH).graph, onnx.load(TRUNK).graph
        exits = tuple(o.name + "." for o in whole.output if o.name != "logits")
        nodes = {n.name: n.SerializeToString() for n in whole.node}
        values = {t.name: t.SerializeToString() for t in whole.initializer}
        self.assertEqual(len(nodes), len(whole.node))
        for mine, theirs in ((nodes, trunk.node), (values, trunk.initializer)):
            for item in theirs:
                self.assertEqual(mine.pop(item.name), item.SerializeToString(), item.name)
        for name in list(nodes) + list(values):
            self.assertTrue(name.startswith(exits) or name.startswith("shape."), name)

    def test_head_range(self):
        for name, _, branch in exits_ref.load(PATH):
            last, length = branch["last"], branch["conv2"]["w"][0].size
            reach = np.abs(last["A"]) * length + 4 * np.abs(last["B"]) + np.abs(last["C"])
            self.assertLess(reach.max(), 2 ** 23, name)
            self.assertGreater(branch["scale"], 0)


@unittest.skipUnless(torch, "needs python3-torch")
class TrainingOfExits(unittest.TestCase):
    def test_maps_are_those_of_the_integers(self):
        """What `bonnet run --until` writes, as training reads it, is what integer_ref computes."""
        import integer_ref
        from bonnet_nn import exits
        images = test_images()[0]
        if images is None:
            self.skipTest("dataset-fashion-mnist is not installed")
        with tempfile.TemporaryDirectory() as folder:
            np.save(folder + "/in.npy", images[:3])
            subprocess.run([BONNET, "compile", TRUNK, "-o", folder + "/trunk.bonnet"], check=True, stdout=subprocess.DEVNULL)
            kept = {}
            integer_ref.infer(integer_ref.load(TRUNK), images[:3], kept)
            for cut in ("stem.conv", "layer1.0.conv2", "layer2.0.conv2"):
                subprocess.run([BONNET, "run", folder + "/trunk.bonnet", folder + "/in.npy", "--until", cut, "-o", folder + "/x.cut", "--quiet"],
                               check=True, stdout=subprocess.DEVNULL)
                got = exits.Maps(folder + "/x.cut")[np.array([2, 0, 1])].float().numpy()        # [N,H,W,k,C]
                want = 2.0 * kept[cut][[2, 0, 1]].transpose(0, 3, 4, 1, 2) - 1
                self.assertTrue((got == want).all(), cut)

    def test_train_and_export(self):
        """A few steps on few images: what the script learns, exports and asks `bonnet` for is what the integers say."""
        if test_images()[0] is None:
            self.skipTest("dataset-fashion-mnist is not installed")
        script = os.path.join(MODELS, "fashion", "exits.py")
        with tempfile.TemporaryDirectory() as folder:
            model, npz = folder + "/exits.onnx", folder + "/held.npz"
            common = ["--out", folder, "--model", model, "--npz", npz, "--images", "600", "--bonnet", BONNET]
            for step in ("train", "export", "logits"):
                done = subprocess.run(["/usr/bin/python3", script, step, *common, "--epochs", "1"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
            saved = np.load(npz)
            self.assertEqual(saved["labels"].shape, (100,))
            images = np.load(folder + "/held.npy")[:4]
            for name, logits in exits_ref.infer_all(model, images).items():
                name = "final" if name == "logits" else name
                self.assertEqual(saved[name].dtype, np.int32)
                self.assertEqual(saved[name][:4].tolist(), logits.tolist(), name)
            self.assertEqual(os.listdir(folder).count("maps.cut"), 0)
            # each output's ancestors as a network of their own, which knows of no exits
            done = subprocess.run(["/usr/bin/python3", script, "alone", *common], capture_output=True, text=True)
            self.assertRegex(done.stdout, r"exit1.bonnet: \d+ cycles", done.stderr)
            for name in exits_ref.infer_all(model, images):
                told = json.loads(subprocess.run([BONNET, "run", f"{folder}/{name}.bonnet", folder + "/held.npy", "--json", "--quiet"],
                                                 capture_output=True, check=True).stdout)
                name = "final" if name == "logits" else name
                self.assertEqual([image["logits"] for image in told["images"]], saved[name].tolist(), name)


if __name__ == "__main__":
    unittest.main()
