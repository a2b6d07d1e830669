#!/usr/bin/python3
"""Tests of the ImageNet networks: /usr/bin/python3 -m unittest tests/models/test_imagenet.py

Definitions against tests/vectors/boolnet_layers.csv, export against float, `bonnet` (where it is built) against both.
BONNET_SEED chooses the random networks and images (default 1).
"""
import csv
import functools
import json
import os
import pickle
import subprocess
import sys
import tempfile
import unittest
import zipfile

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "models"))

import numpy as np

import integer_ref
import onnx_eval
from bonnet_nn import checkpoint, imagenet, imagenet_float, imagenet_fold, imagenet_onnx

try:
    import torch
    from bonnet_nn import imagenet_torch
    torch.set_num_threads(2)
except ImportError:
    torch = None

SEED = int(os.environ.get("BONNET_SEED", "1"))
EXPORT = os.path.join(ROOT, "models", "export.py")
BONNET = os.path.join(ROOT, "build", "bonnet")
built = unittest.skipUnless(os.path.exists(BONNET), "needs build/bonnet: make")
with_torch = unittest.skipUnless(torch, "needs python3-torch")


def vectors():
    """{(network, size): [row]}; numbers as int, shapes as tuples"""
    found = {}
    with open(os.path.join(ROOT, "tests", "vectors", "boolnet_layers.csv")) as f:
        for row in csv.DictReader(line for line in f if not line.startswith("#")):
            for key in ("in", "out", "weight"):
                row[key] = tuple(map(int, row[key].split("x")))
            for key in ("size", "stride", "dilation", "bmacs", "int_macs", "weight_bits"):
                row[key] = int(row[key])
            found.setdefault((row["network"], row["size"]), []).append(row)
    return found


def classes_at(size):
    return 1000 if size == 224 else 10


def count(shape):
    return int(np.prod(shape))


def images(number, size):
    return imagenet_float.smooth_images(np.random.default_rng(SEED + 100), number, size)


@functools.lru_cache(None)
def _random(name, classes):
    return imagenet_float.random_state(imagenet.NETS[name], classes, SEED)


def random_state(name, classes=10):
    return {key: value.copy() for key, value in _random(name, classes).items()}


def content(path):
    with open(path, "rb") as f:
        return f.read()


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True)


class Definitions(unittest.TestCase):
    def test_layer_table(self):
        table = vectors()
        self.assertEqual(sorted(table), sorted((name, size) for name in imagenet.NETS for size in (32, 224)))
        for (name, size), rows in table.items():
            with self.subTest(name, size=size):
                layers = imagenet.layers(imagenet.NETS[name], size, classes_at(size))
                self.assertEqual([row["layer"] for row in rows], [l.name for l in layers])
                for row, l in zip(rows, layers):
                    self.assertEqual((row["bmacs"], row["int_macs"], row["weight_bits"]), (l.bmacs, l.imacs, l.weight_bits), l.name)
                    for shape, (slices, channels, side) in ((row["in"], l.inputs), (row["out"], l.outputs)):
                        self.assertEqual(count(shape), slices * channels * side * side, l.name)

    def test_totals(self):
        """Binary MACs, 8-bit MACs, binary weight bits at 224: the sums that the publication's numbers come from."""
        want = dict(basenet_k1=(1753350144, 118525952, 11157504), basenet_k4=(1984561152, 118525952, 11673600),
                    boolnet_k4=(2466250752, 120332288, 13910016), boolnet_k4_star=(3853516800, 120332288, 13910016))
        for name, sums in want.items():
            layers = imagenet.layers(imagenet.NETS[name], 224, 1000)
            got = (sum(l.bmacs for l in layers), sum(l.imacs for l in layers), sum(l.weight_bits for l in layers if l.bmacs))
            self.assertEqual(got, sums, name)

    def test_state_keys(self):
        for name, spec in imagenet.NETS.items():
            shapes = imagenet.state_shapes(spec, 1000)
            self.assertEqual(len(shapes), 222 if spec.boolnet else 210)
            self.assertEqual(imagenet.identify(shapes), (spec, 1000))
            for key, shape in {
                    "conv1.weight": (64, 3, 7, 7), "maxpool.0.running_var": (64,), "prelu2.weight": (512,), "fc.weight": (1000, 512),
                    "layer1.0.conv1.temperature": (1,), "layer4.1.bn3.weight": (512,), "layer4.1.ghostsign2.temperature": (1,),
                    "layer2.0.downsample.0.weight": (128, 64 * spec.k * (2 if spec.boolnet else 1), 1, 1),
                    "layer3.0.downsample.0.bias": (256,), "layer3.0.downsample.3.temperature": (1,),
                    ("layer4.0.downsample.1.bias" if spec.star else "layer4.0.downsample.2.bias"): (512,),
                    ("ghostbnsign.adaptive_zero_points.0.weight" if spec.boolnet else "ghostbnsign.0.weight"):
                        ((64, 1, 3, 3) if spec.boolnet else (64,)),
                    ("ghostbnsign.GhostSign.temperature" if spec.boolnet else "ghostbnsign.1.temperature"): (1,)}.items():
                self.assertEqual(shapes.get(key), shape, key)

    def test_identify_refuses(self):
        shapes = imagenet.state_shapes(imagenet.NETS["boolnet_k4"], 1000)

        def spoilt(**changes):
            changed = dict(shapes, **{key.replace("__", "."): shape for key, shape in changes.items()})
            return {key: shape for key, shape in changed.items() if shape is not None}
        for says, wrong in (("missing key 'layer3.1.bn2.bias'", spoilt(layer3__1__bn2__bias=None)), ("missing key 'fc.weight'", spoilt(fc__weight=None)),
                            ("'fc.bias' has shape (7,)", spoilt(fc__bias=(7,))), ("2000 classes", spoilt(fc__weight=(2000, 512))),
                            ("3 slices", spoilt(layer2__0__downsample__0__weight=(128, 384, 1, 1))),
                            ("missing key 'layer2.0.downsample.0.weight'", {})):
            with self.assertRaisesRegex(ValueError, says.replace("(", r"\(").replace(")", r"\)")):
                imagenet.identify(wrong)

    @with_torch
    def test_torch_shapes(self):
        """Hooks on the PyTorch modules: shapes, MACs and weight bits of every layer of the vector file."""
        for (name, size), rows in vectors().items():
            with self.subTest(name, size=size):
                network, seen = imagenet_torch.build(name, classes_at(size)), []
                modules = dict(network.named_modules())
                for row in rows:
                    modules[row["layer"]].register_forward_hook(
                        lambda module, inputs, output, row=row: seen.append((row, module, inputs[0].shape, output.shape)))
                with torch.no_grad():
                    network(torch.zeros(1, 3, size, size))
                self.assertEqual([row["layer"] for row in rows], sorted((r[0]["layer"] for r in seen), key=[r["layer"] for r in rows].index))
                self.assertEqual(len(seen), len(rows))
                for row, module, inputs, output in seen:
                    self.assertEqual(count(inputs), count(row["in"]), row["layer"])
                    self.assertEqual(tuple(output[1:]), row["out"], row["layer"])
                    self.assertEqual(tuple(module.weight.shape), row["weight"], row["layer"])
                    macs = count(output[1:]) * count(module.weight.shape[1:])
                    self.assertEqual(macs, row["bmacs"] + row["int_macs"], row["layer"])
                    if len(row["weight"]) == 4:
                        self.assertEqual((module.stride if isinstance(module.stride, int) else module.stride[0]), row["stride"])
                        self.assertEqual((module.dilation if isinstance(module.dilation, int) else module.dilation[0]), row["dilation"])

    @with_torch
    def test_torch_state(self):
        for name, spec in imagenet.NETS.items():
            state = imagenet_torch.build(name, 100).state_dict()
            self.assertEqual({key: tuple(value.shape) for key, value in state.items()}, dict(imagenet.state_shapes(spec, 100)))

    @with_torch
    def test_training_step(self):
        """Gradients reach every weight but those of what the last block does not use."""
        network = imagenet_torch.build("boolnet_k4", 10).train()
        torch.nn.functional.cross_entropy(network(torch.randn(4, 3, 64, 64)), torch.arange(4)).backward()
        idle = {key for key, value in network.named_parameters() if value.requires_grad and value.grad is None}
        self.assertEqual(idle, {f"{b.name}.bn3.{field}" for b in imagenet.blocks(imagenet.NETS["boolnet_k4"]) if not b.last
                                for field in ("weight", "bias")})


class Exactness(unittest.TestCase):
    """Random networks with 30 % negative slopes: real numbers, the ONNX in float64 and the integers say the same."""

    def networks(self, size, number=1):
        q = imagenet_float.quantise_pixels(images(number, size))
        for name, spec in imagenet.NETS.items():
            with self.subTest(name, size=size, seed=SEED), tempfile.TemporaryDirectory() as folder:
                state = random_state(spec.name)
                net = imagenet_fold.fold(state, size)
                path = os.path.join(folder, "net.onnx")
                imagenet_onnx.write(imagenet_onnx.build(net, name), path)
                keep = {}
                integers = integer_ref.infer(integer_ref.load(path), q, keep)
                yield spec, state, net, path, q, keep, integers

    def test_onnx(self):
        """64: as usual. 45: odd maps at two of the three downsamples."""
        for size in (64, 45):
            for spec, state, net, path, q, keep, integers in self.networks(size):
                model = onnx_eval.Model(path)
                logits = np.concatenate([model.run(x[None]) for x in q])
                self.assertEqual(logits.tolist(), integers.tolist())

    def test_slopes(self):
        state = random_state("boolnet_k4")
        slopes = np.concatenate([state[key[:-len("running_mean")] + "weight"] for key in state if key.endswith("running_mean")])
        self.assertAlmostEqual((slopes < 0).mean(), 0.3, delta=0.03)

    def test_stem(self):
        """int8 weights and an int8 map flip few bits of the real stem."""
        for spec, state, net, path, q, keep, integers in self.networks(64):
            real = imagenet_float.FloatNet(spec, state)
            flips = ((real.slices(real.stem(q)) > 0) != keep["stem.conv"]).mean()
            self.assertLess(flips, 0.015 if spec.boolnet else 0.004)

    def test_thermometer(self):
        for spec, state, net, path, q, keep, integers in self.networks(64):
            for name, bits in keep.items():
                if not name.endswith("conv1"):          # XNOR breaks the order of the slices, nothing else does
                    self.assertTrue((bits[:, :-1] <= bits[:, 1:]).all(), name)

    @with_torch
    def test_torch_layers(self):
        """Every layer of the PyTorch network, fed with the integers' maps. A bit may differ only where the real value is a rounding
        error away from its threshold."""
        total = near = 0
        for spec, state, net, path, q, keep, integers in self.networks(64):
            network = imagenet_torch.build(spec.name, 10)
            network.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
            as_map = lambda bits: torch.from_numpy(bits.astype(np.float32) * 2 - 1).flatten(1, 2)
            x = as_map(keep["stem.conv"])
            for b in imagenet.blocks(spec):
                block, seen = network.get_submodule(b.name), {}
                hooks = []

                def watch(module, key):
                    hooks.append(module.register_forward_hook(lambda _, i, o: seen.__setitem__(key, (i[0], o))))
                watch(block.ghostsign1, "conv1")
                watch(block.ghostsign2, "conv2")
                if b.downsample:
                    watch(block.downsample[-1], "downsample.conv")
                with torch.no_grad():
                    y = block(x)
                for hook in hooks:
                    hook.remove()
                r = seen["downsample.conv"][1] if b.downsample else x
                if b.halves:
                    r = as_map(keep_before[:, :, :b.channels])
                for key, (value, bits) in seen.items():
                    want = as_map(keep[f"{b.name}.{key}"])
                    if key == "conv1":
                        bits = bits * r
                    elif key == "conv2":
                        bits, want = y, want
                    wrong = bits != want
                    total += wrong.numel()
                    if wrong.any():
                        # all slices of one value come from it; interleaving and OR only hide differences
                        distance = torch.stack([(value + o).abs() for o in imagenet.OFFSETS[spec.k]]).amin(0)
                        near += int(wrong.sum())
                        self.assertLess(distance.min(), 1e-5, f"{b.name}.{key}")
                        self.assertLess(int(wrong.sum()), 10, f"{b.name}.{key}")
                if b.last:
                    with torch.no_grad():
                        logits = network.head(y).numpy()
                    self.assertLess(np.abs(logits - integers * net["head"]["scale"]).max(), 0.02)
                else:
                    keep_before = keep[b.name + ".conv2"]
                    x = as_map(keep_before)
        self.assertGreater(total, 2000000)
        self.assertLess(near, 20)

    @with_torch
    def test_torch_equals_numpy(self):
        q = imagenet_float.quantise_pixels(images(1, 64))
        for name, spec in imagenet.NETS.items():
            state = random_state(spec.name)
            network = imagenet_torch.build(name, 10)
            network.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
            with torch.no_grad():
                got = network(torch.from_numpy((q * imagenet_float.PIXEL_STEP).astype(np.float32))).numpy()
            self.assertLess(np.abs(got - imagenet_float.FloatNet(spec, state).run(q)).max(), 1e-4, name)


class Head(unittest.TestCase):
    def test_dead_channels(self):
        """Filters and slopes of zero, a slope of PReLU that does not fit, numbers that are none."""
        spec = imagenet.NETS["boolnet_k4"]
        state = random_state(spec.name)
        state["conv1.weight"][0] = 0
        state["maxpool.0.weight"][1] = 0
        state["ghostbnsign.bn1.weight"][2] = 0
        state["ghostbnsign.adaptive_zero_points.1.weight"][3] = 0
        state["layer1.0.conv1.weight"][0] = 0
        state["layer1.0.bn1.weight"][1] = 0
        state["layer2.0.downsample.0.weight"][0] = 0
        q = imagenet_float.quantise_pixels(images(1, 64))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "net.onnx")
            imagenet_onnx.write(imagenet_onnx.build(imagenet_fold.fold(state, 64), "dead"), path)
            keep = {}
            integers = integer_ref.infer(integer_ref.load(path), q, keep)
            self.assertEqual(onnx_eval.Model(path).run(q).tolist(), integers.tolist())
            real = imagenet_float.FloatNet(spec, state)
            flips = (real.slices(real.stem(q)) > 0) != keep["stem.conv"]
            self.assertLess(flips.mean((0, 1, 3, 4))[:4].max(), 0.05)
        state["prelu2.weight"][7] = 200
        with self.assertRaisesRegex(ValueError, "prelu2.weight.*200"):
            imagenet_fold.fold(state, 64)
        state["layer3.1.bn2.running_var"][0] = -1
        with self.assertRaisesRegex(ValueError, "layer3.1.bn2.running_var.*negative"):
            imagenet_fold.fold(state, 64)
        state["fc.bias"][0] = np.nan
        with self.assertRaisesRegex(ValueError, "fc.bias.*finite"):
            imagenet_fold.fold(state, 64)


class Command:
    """stands for a class whose unpickling would run a command"""

    def __reduce__(self):
        return os.system, ("touch " + os.path.join(tempfile.gettempdir(), "bonnet_checkpoint_ran"),)


class Checkpoints(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "net.pth")

    def refused(self, says):
        with self.assertRaisesRegex(checkpoint.CheckpointError, says) as caught:
            checkpoint.read(self.path)
        self.assertNotIn("\n", str(caught.exception))

    def write(self, data):
        with open(self.path, "wb") as f:
            f.write(data)

    def test_not_a_checkpoint(self):
        self.write(b"")
        self.refused("not a PyTorch checkpoint")
        self.write(b"\x7fELF" + bytes(1000))
        self.refused("not a PyTorch checkpoint")
        self.write(b"PK\3\4" + bytes(1000))
        self.refused("damaged zip")
        with zipfile.ZipFile(self.path, "w") as z:
            z.writestr("word/document.xml", "x")
        self.refused("without one data.pkl")
        self.write(pickle.dumps({"network": 1}))
        self.refused("not a PyTorch checkpoint")

    def archive(self, value):
        with zipfile.ZipFile(self.path, "w") as z:
            z.writestr("net/data.pkl", value if isinstance(value, bytes) else pickle.dumps(value, 2))

    def test_no_code_runs(self):
        witness = os.path.join(tempfile.gettempdir(), "bonnet_checkpoint_ran")
        self.assertFalse(os.path.exists(witness))
        for protocol in range(5):
            self.archive(pickle.dumps({"network": Command()}, protocol))
            self.refused("it wants to call 'posix.system'")
        for program in (b"cbuiltins\neval\n(S'1'\ntR.", b"(S'true'\nios\nsystem\n.", b"(cos\nsystem\nS'true'\no.", b"\x82\x01."):
            self.archive(program)
            self.refused("it wants to call|no state_dict needs")
        self.archive(b"\x80\x02]q\x00h\x00)R.")             # calls a list
        self.refused("no constructor")
        self.assertFalse(os.path.exists(witness))

    def test_contents(self):
        self.archive({"epoch": 1})
        self.refused("missing key 'network'")
        self.archive([1])
        self.refused("no dictionary")
        self.archive({"network": {"conv1.weight": 5}})
        self.refused("'conv1.weight' is no tensor")

    @with_torch
    def test_published_form(self):
        """What the training code saves, in both containers: optimiser, scheduler and arrays beside the network."""
        spec = imagenet.NETS["basenet_k1"]
        state = random_state(spec.name)
        network = imagenet_torch.build("basenet_k1", 10)
        network.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
        optimiser = torch.optim.RAdam([network.fc.weight], lr=1e-3)
        network.fc.weight.grad = torch.zeros_like(network.fc.weight)
        optimiser.step()
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 10)
        whole = dict(epoch=3, network=network.state_dict(), train_optimizer=optimiser.state_dict(), train_lr_scheduler=schedule.state_dict(),
                     best_acc=torch.tensor(1.5), running_loss=[np.zeros(3), np.float64(2), np.arange(4)])
        for modern in (True, False):
            torch.save(whole, self.path, _use_new_zipfile_serialization=modern)
            got = checkpoint.read(self.path)
            self.assertEqual(list(got), list(network.state_dict()))
            for key, value in state.items():
                self.assertEqual(got[key].dtype, value.dtype)
                self.assertTrue((got[key] == value).all(), key)
            with open(self.path, "rb") as f:
                data = f.read()
            for at in (10, 1000, 30000, len(data) // 2, len(data) - 1):
                self.write(data[:at])
                self.refused("not a PyTorch checkpoint|ends inside|does not fit")
        torch.save(network.state_dict(), self.path)             # the state_dict alone
        self.assertEqual(len(checkpoint.read(self.path)), 210)
        strange = {"conv1.weight": torch.arange(24.).view(4, 6).t()[1:4, ::2], "b": torch.arange(3).to(torch.bfloat16), "h": torch.ones(2).half()}
        torch.save(strange, self.path)
        got = checkpoint.read(self.path)
        for key, value in strange.items():
            self.assertEqual(got[key].tolist(), value.tolist())

    @with_torch
    def test_random_damage(self):
        rng = np.random.default_rng(SEED)
        torch.save({"network": {"conv1.weight": torch.ones(4), "b": torch.zeros(2, 3)}}, self.path, _use_new_zipfile_serialization=False)
        with open(self.path, "rb") as f:
            data = bytearray(f.read())
        for _ in range(1500):
            spoilt = bytearray(data)
            for _ in range(rng.integers(1, 4)):
                spoilt[rng.integers(len(data))] = rng.integers(256)
            self.write(spoilt)
            try:
                checkpoint.read(self.path)
            except checkpoint.CheckpointError as e:
                self.assertNotIn("\n", str(e))


class Export(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def random(self, name, net, size, classes, seed=SEED):
        done = run(EXPORT, "--random", str(seed), "--net", net, "--size", str(size), "--classes", str(classes), "-o", self.path(name))
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.path(name)

    def test_deterministic(self):
        a, b = (content(self.random(f"{i}.onnx", "boolnet_k4", 32, 10)) for i in range(2))
        self.assertEqual(a, b)
        self.assertNotEqual(a, content(self.random("c.onnx", "boolnet_k4", 32, 10, SEED + 1)))

    def test_refusals(self):
        out = self.path("x.onnx")
        random = ["--random", "1", "--net", "basenet_k1"]
        for arguments, says in ((random + ["--size", "8000"], "8000 x 8000; 32 to 512 fit"), (random + ["--size", "31"], "31 x 31"),
                                (random + ["--classes", "9"], "9 classes; 10 to 1000 fit"), (["--random", "-1", "--net", "basenet_k1"], "negative"),
                                ([self.path("none.pth")], "No such file"), ([__file__], "not a PyTorch checkpoint"), ([self.folder.name], "not a file")):
            done = run(EXPORT, *arguments, "-o", out)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertFalse(os.path.exists(out))

    @with_torch
    def test_checkpoint(self):
        state = random_state("boolnet_k4_star", 17)
        tensors = {key: torch.from_numpy(value) for key, value in state.items()}
        torch.save({"network": tensors}, self.path("net.pth"))
        labels = self.path("labels.txt")
        with open(labels, "w") as f:
            f.write("\n".join(f"label {i}, of 17" for i in range(17)))
        done = run(EXPORT, self.path("net.pth"), "-o", self.path("net.onnx"), "--size", "64", "--labels", labels)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("boolnet_k4_star, 64 x 64, 17 classes", done.stdout)
        imagenet_onnx.write(imagenet_onnx.build(imagenet_fold.fold(state, 64), "net", [f"label {i}; of 17" for i in range(17)]), self.path("want.onnx"))
        self.assertEqual(content(self.path("net.onnx")), content(self.path("want.onnx")))
        for key, says in (("layer2.1.conv1.weight", "missing key 'layer2.1.conv1.weight'"), (None, "'fc.bias' has shape (16,)")):
            spoilt = {k: v for k, v in tensors.items() if k != key}
            if not key:
                spoilt["fc.bias"] = torch.zeros(16)
            torch.save({"network": spoilt}, self.path("bad.pth"))
            done = run(EXPORT, self.path("bad.pth"), "-o", self.path("bad.onnx"))
            self.assertEqual(done.returncode, 1)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def compiled(self, source):
        target = source.replace(".onnx", ".bonnet")
        done = run(BONNET, "compile", source, "-o", target)
        if done.returncode and "feature buffer" in done.stderr:
            self.skipTest("the lowering does not partition maps yet: " + done.stderr.strip())
        self.assertEqual(done.returncode, 0, done.stderr)
        return target

    @built
    def test_compiled_layers(self):
        """`bonnet info --json` of compiled networks against the vector file, no torch in it."""
        renamed = {"conv1": "stem.conv", "fc": "head.fc"}
        for (name, size), rows in vectors().items():
            with self.subTest(name, size=size):
                target = self.compiled(self.random(f"{name}_{size}.onnx", name, size, classes_at(size)))
                info = json.loads(run(BONNET, "info", "--json", target).stdout)
                layers = {l["name"]: l for l in info["layers"]}
                self.assertEqual((info["width"], info["height"], info["planes"]), (size, size, 3))
                self.assertEqual(len(layers) + (name.startswith("boolnet")), len(rows))
                for row in rows:
                    depthwise = row["layer"].startswith("ghostbnsign")
                    l = layers["stem.conv" if depthwise else renamed.get(row["layer"], row["layer"].replace("downsample.0", "downsample.conv"))]
                    prefix = "depthwise_" if depthwise else ""
                    self.assertEqual(l[prefix + "macs"], row["bmacs"] + row["int_macs"], row["layer"])
                    self.assertEqual(l[prefix + "weight_bits"], row["weight_bits"], row["layer"])
                    if depthwise:
                        continue
                    self.assertEqual((l["channels_out"], l["height_out"], l["width_out"]), (row["out"] + (1, 1))[:3], row["layer"])
                    self.assertEqual(l["slices"] * l["channels_in"] * l["height_in"] * l["width_in"], count(row["in"]), row["layer"])
                    if len(row["weight"]) == 4:
                        self.assertEqual((l["kernel"], l["stride"], l["dilation"]), (row["weight"][2], row["stride"], row["dilation"]), row["layer"])

    @built
    def test_picture(self):
        """A PPM through the command line: the table of pixels in the file, golden and cpu, and the integers in numpy."""
        picture = images(1, 64)
        with open(self.path("i.ppm"), "wb") as f:
            f.write(b"P6\n64 64\n255\n" + picture[0].transpose(1, 2, 0).tobytes())
        for name in imagenet.NETS:
            source = self.random(name + ".onnx", name, 64, 10)
            want = integer_ref.infer(integer_ref.load(source), imagenet_float.quantise_pixels(picture))[0].tolist()
            target = self.compiled(source)
            for device in ("golden:", "cpu:"):
                done = run(BONNET, "run", target, self.path("i.ppm"), "--device", device, "--json")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout)["images"][0]["logits"], want, (name, device))


if __name__ == "__main__":
    unittest.main()
