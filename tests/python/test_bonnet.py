# SPDX-License-Identifier: Apache-2.0
"""The package in use: the same numbers as the command line, and one clear exception for everything that is wrong."""

import dataclasses
import gc
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

import numpy

import bonnet

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = pathlib.Path(os.environ.get("MODELS", ROOT / "build/models"))
BOOLNET, BASENET = MODELS / "boolnet_k4.bonnet", MODELS / "basenet_k1.bonnet"
SEED = int(os.environ.get("SEED", "1"))


def picture(path):
    """A binary PGM as uint8 [height, width]."""
    magic, width, height, most, pixels = path.read_bytes().split(maxsplit=4)
    assert magic == b"P5" and most == b"255"
    return numpy.frombuffer(pixels[-int(width) * int(height):], numpy.uint8).reshape(int(height), int(width))


PICTURES = sorted((ROOT / "tests/vectors/fashion").glob("*.pgm"))[:6]
IMAGES = numpy.stack([picture(path) for path in PICTURES])


class Run(unittest.TestCase):
    def test_same_as_command_line(self):
        for model in (BOOLNET, BASENET):
            with bonnet.open("cpu:") as device:
                net = device.load(model)
                result = net.run(IMAGES)
                self.assertEqual((result.labels.dtype, result.logits.dtype, result.scores.dtype), ("int64", "int32", "float64"))
                for path, label, logits, score in zip(PICTURES, *vars(result).values()):
                    out = subprocess.run([os.environ["BONNET"], "run", model, path, "--device", "golden:", "--json"], capture_output=True, check=True)
                    said = json.loads(out.stdout)["images"][0]
                    self.assertEqual((said["index"], said["logits"]), (label, logits.tolist()), path.name)
                    self.assertAlmostEqual(said["score"], score, 4)
                self.assertTrue((numpy.argmax(result.logits, 1) == result.labels).all())

    def test_devices_agree(self):
        images = numpy.random.default_rng(SEED).integers(0, 256, (3, 28, 28), numpy.uint8)
        want = None
        for uri in ("golden:", "cpu:", "sim:", "sim:geometry=tiny", "hls:"):
            with bonnet.open(uri) as device:
                logits = device.load(BOOLNET.read_bytes()).run(images).logits
                want = logits if want is None else want
                self.assertTrue((logits == want).all(), f"{uri}, SEED={SEED}")

    def test_one_none_strided(self):
        with bonnet.open("cpu:") as device:
            net = device.load(BOOLNET)
            whole = net.run(IMAGES)
            self.assertTrue((net.run(IMAGES[2]).logits == whole.logits[2:3]).all())
            self.assertTrue((net.run(IMAGES[::-2]).logits == whole.logits[::-2]).all())
            empty = net.run(IMAGES[:0])
            self.assertEqual((empty.labels.shape, empty.logits.shape), ((0,), (0, 10)))

    def test_info(self):
        with bonnet.open("cpu:") as device:
            net = device.load(BOOLNET)
            self.assertEqual((net.shape, net.info.classes, net.labels[9], len(net.layers)), ((28, 28), 10, "Ankle boot", net.info.layers))
            self.assertEqual(net.info.macs, sum(layer.macs + layer.depthwise_macs for layer in net.layers))
            self.assertEqual(len(net.info.sha256), 64)
            self.assertTrue((net.pixels(IMAGES) == IMAGES).all())

    def test_counters(self):
        with bonnet.open("sim:") as device:
            net = device.load(BOOLNET)
            net.run(IMAGES[:1])
            stats, layers = device.stats(), net.layer_stats()
            modelled, _ = bonnet.estimate(net)
            self.assertEqual((stats.frames, stats.lanes, len(layers)), (1, 64, net.info.layers))
            self.assertGreater(stats.cycles, 10000)
            self.assertLess(abs(modelled.cycles - stats.cycles) / stats.cycles, 0.05)
            self.assertEqual({layer.kind for layer in layers}, {"stem", "conv", "down", "last", "fc"})

    def test_time_layer(self):
        """Shapes are the layers'; a layer alone takes the cycles that it has in the network; what no network may have is refused."""
        with bonnet.open("sim:") as device:
            net = device.load(BOOLNET)
            net.run(IMAGES[:1])
            shapes, busy = net.layer_shapes(), {layer.name: layer.busy for layer in net.layer_stats()}
            self.assertEqual([s.kind for s in shapes], [layer.kind for layer in net.layers])
            at = [layer.name for layer in net.layers].index("layer1.1.conv2")
            seconds = device.time_layer(shapes[at], 2)
            self.assertEqual(len(seconds), 2)
            self.assertLess(abs(seconds[0] * device.stats().clock_hz - busy["layer1.1.conv2"]), 0.02 * busy["layer1.1.conv2"])
            with self.assertRaises(bonnet.InvalidArgument):
                device.time_layer(dataclasses.replace(shapes[at], channels_in=65))
        with bonnet.open("cpu:") as device:
            self.assertGreater(min(device.time_layer(shapes[at], 3)), 0)
            with self.assertRaises(bonnet.InvalidArgument):
                device.time_layer(shapes[at], 0)
        with bonnet.open("golden:") as device, self.assertRaises(bonnet.Unsupported):
            device.time_layer(shapes[at])

    def test_verify(self):
        with bonnet.open("sim:") as device:
            maps, words = device.load(BASENET).verify(IMAGES[0])
            self.assertEqual(maps, 11)
            self.assertGreater(words, 1000)

    def test_exits(self):
        """Branches by hand and run_exits(): the same answers; the end is the whole network."""
        with tempfile.TemporaryDirectory() as work, bonnet.open("cpu:") as device:
            path = pathlib.Path(work, "exits.bonnet")
            bonnet.compile(ROOT / "models/fashion/boolnet_k4_exits.onnx", path)
            net = device.load(path)
            exits = net.exits()
            self.assertEqual([e.name for e in exits], ["exit1", "exit2"])
            self.assertLess(exits[0].cut, exits[1].cut)
            maps = net.head(exits[0].cut).maps(IMAGES)
            later = net.part(exits[0].cut, exits[1].cut).maps(maps)
            self.assertTrue((later == net.head(exits[1].cut).maps(IMAGES)).all())
            each = [net.branch(0).run_maps(maps).logits, net.branch(1).run_maps(later).logits, net.run(IMAGES).logits]
            ordered = numpy.sort(each[0].astype(numpy.int64), axis=1)
            margin = ordered[:, -1] - ordered[:, -2]
            for thresholds, at in (([None, None], [2] * 6), ([0, None], [0] * 6), ([None, 0], [1] * 6),
                                   ([numpy.sort(margin)[3], 0], [0 if m >= numpy.sort(margin)[3] else 1 for m in margin])):
                result = net.run_exits(IMAGES, thresholds)
                self.assertEqual(result.exits.tolist(), at)
                want = numpy.array([each[e][i] for i, e in enumerate(at)])
                self.assertTrue((result.logits == want).all() and (result.labels == want.argmax(axis=1)).all())
                self.assertEqual(sum(s.left for s in result.stages), len(IMAGES))
            self.assertTrue((net.run_exits(IMAGES, [0, None], "probability", [1e5, 1, 1]).confidences <= 1).all())
            for wrong in (dict(thresholds=[0]), dict(thresholds=[0, -1]), dict(thresholds=[0, 0], confidence="hope"), dict(thresholds=[0, 0], temperatures=[1])):
                with self.assertRaises(bonnet.InvalidArgument):
                    net.run_exits(IMAGES, **wrong)
            with self.assertRaises(bonnet.InvalidArgument):
                net.branch(2)
            with self.assertRaises(bonnet.InvalidArgument):
                net.part(exits[1].cut, exits[0].cut)
            self.assertEqual(device.load(BOOLNET).exits(), [])

    def test_cuts(self):
        """Heads on one device, tails on another: the logits of the whole."""
        with bonnet.open("cpu:") as near, bonnet.open("mock:geometry=tiny") as far:
            here, there = near.load(BOOLNET), far.load(BOOLNET)
            whole, cuts = here.run(IMAGES[:3]), here.cuts()
            self.assertEqual((len(cuts), cuts[1].name, cuts[1].bytes), (5, "layer1.0.conv2", 12544))
            for index, cut in enumerate(cuts):
                maps = here.head(index).maps(IMAGES[:3])
                self.assertEqual(maps.shape, (3, cut.bytes))
                tail = there.tail(index)
                self.assertTrue((tail.run_maps(maps).logits == whole.logits).all(), cut.name)
                with self.assertRaises(bonnet.InvalidArgument):
                    tail.run_maps(maps[:, 1:])
            with self.assertRaises(bonnet.InvalidArgument):
                here.head(len(cuts))
            with self.assertRaises(bonnet.InvalidArgument):
                here.maps(IMAGES[:1])
            with self.assertRaises(bonnet.InvalidArgument):
                here.run_maps(maps)

    def test_tensors(self):
        """Every map of a device against an evaluator of the ONNX graph that knows nothing of it."""
        sys.path.insert(0, str(ROOT / "models"))
        import onnx_eval
        for model, uri in ((BOOLNET, "cpu:"), (BASENET, "sim:")):
            graph = onnx_eval.Model(ROOT / f"models/fashion/{model.stem}.onnx").run(IMAGES[0][None, None], keep=True)
            with bonnet.open(uri) as device:
                tensors = device.load(model).tensors(IMAGES[0])
            self.assertEqual((len(tensors), list(tensors)[-1]), (11, "logits"))
            for name, values in tensors.items():
                self.assertEqual(graph[name].shape, values.shape, name)
                self.assertTrue((graph[name] == values).all(), f"{name} on {uri}")

    def test_compile(self):
        with tempfile.TemporaryDirectory() as work, bonnet.open("cpu:") as device:
            table = bonnet.compile(ROOT / "models/fashion/boolnet_k4.onnx", pathlib.Path(work, "net.bonnet"))
            self.assertIn("layer1.0.conv1", table)
            self.assertEqual(device.load(pathlib.Path(work, "net.bonnet")).info.sha256, device.load(BOOLNET).info.sha256)


class Pictures(unittest.TestCase):
    """Resizing is compared with Pillow by tests/cli/preprocess.sh; here: that the words reach the file, and mean and std the pixels."""

    def test_preprocess(self):
        random = numpy.random.default_rng(SEED)
        with tempfile.TemporaryDirectory() as work, bonnet.open("cpu:") as device:
            path = pathlib.Path(work, "net.bonnet")
            bonnet.compile(ROOT / "models/fashion/basenet_k1.onnx", path, preprocess=bonnet.Preprocess(resize=40, center_crop=True, convert=True))
            net = device.load(path)
            self.assertEqual(net.picture(random.integers(0, 256, (50, 60, 3), numpy.uint8)).shape, (28, 28))
            with self.assertRaisesRegex(bonnet.InvalidArgument, "uint8"):
                net.picture(numpy.zeros((28, 28)))
            for wrong, says in ((dict(resize=0), "resize"), (dict(resize=(20, 28)), "resized to 28x20"), (dict(mean=1), "belong together"),
                                (dict(order="GBR"), "order"), (dict(mean=0.5, std=0.5, scale=64), "signed pixels")):
                with self.assertRaisesRegex(bonnet.InvalidArgument, says):
                    bonnet.compile(ROOT / "models/fashion/basenet_k1.onnx", path, preprocess=bonnet.Preprocess(**wrong))
            self.assertTrue((net.picture(IMAGES[0].repeat(2, 0).repeat(2, 1)[:40, :40]) == device.load(path).picture(IMAGES[0].repeat(2, 0).repeat(2, 1)[:40, :40])).all())


class Wrong(unittest.TestCase):
    """Each mistake has its exception, and the device works afterwards."""

    @classmethod
    def setUpClass(cls):
        cls.device = bonnet.open("cpu:")
        cls.net = cls.device.load(BOOLNET)
        cls.want = cls.net.run(IMAGES).logits

    @classmethod
    def tearDownClass(cls):
        cls.device.close()

    def tearDown(self):
        self.assertTrue((self.net.run(IMAGES).logits == self.want).all())

    def test_images(self):
        for wrong, says in ((IMAGES.astype(float), "float64"), (IMAGES[:, :27], "(6, 27, 28)"), (IMAGES[..., None], "(6, 28, 28, 1)"),
                            (IMAGES.view(numpy.int8), "int8"), (numpy.uint8(3), "()")):
            with self.assertRaises(bonnet.InvalidArgument) as caught:
                self.net.run(wrong)
            self.assertIn(says, str(caught.exception))
        with self.assertRaises(bonnet.InvalidArgument):
            self.net.verify(IMAGES)
        with self.assertRaises(bonnet.InvalidArgument):
            self.net.pixels(IMAGES.astype(numpy.int16))

    def test_files(self):
        good = BOOLNET.read_bytes()
        for wrong in (b"", b"nonsense", good[:-64], good[:300] + bytes([good[300] ^ 1]) + good[301:]):
            with self.assertRaises(bonnet.FormatError) as caught:
                self.device.load(wrong)
            self.assertEqual(caught.exception.status, -6)
            self.assertNotIn("\n", str(caught.exception))
        with self.assertRaises(OSError) as caught:  # bonnet.TransferError
            self.device.load("no/such.bonnet")
        self.assertIn("no/such.bonnet", str(caught.exception))

    def test_devices(self):
        with self.assertRaises(bonnet.NoDevice):
            bonnet.open("nothing:")
        with self.assertRaises(bonnet.InvalidArgument):
            bonnet.open("sim:geometry=huge")

    def test_compile(self):
        with tempfile.TemporaryDirectory() as work:
            wrong = pathlib.Path(work, "wrong.onnx")
            wrong.write_bytes(b"\x00" * 100)
            with self.assertRaises(bonnet.FormatError):
                bonnet.compile(wrong, pathlib.Path(work, "net.bonnet"))
            with self.assertRaises(bonnet.InvalidArgument):
                bonnet.compile(ROOT / "models/fashion/boolnet_k4.onnx", pathlib.Path(work, "net.bonnet"), geometry="huge")
            self.assertEqual(os.listdir(work), ["wrong.onnx"])

    def test_closed(self):
        device = bonnet.open("cpu:")
        net = device.load(BOOLNET)
        device.close()
        device.close()
        self.assertTrue(device.closed)
        for call in (lambda: net.run(IMAGES), lambda: net.verify(IMAGES[0]), lambda: device.load(BOOLNET), device.stats, net.layer_stats,
                     lambda: net.pixels(IMAGES)):
            with self.assertRaises(ValueError) as caught:
                call()
            self.assertIn("closed", str(caught.exception))

    def test_dropped_in_any_order(self):
        for _ in range(3):
            device = bonnet.open("cpu:")
            net, other = device.load(BOOLNET), device.load(BASENET)
            del device, other
            gc.collect()
            self.assertEqual(net.run(IMAGES[:1]).labels[0], 9)
            del net
            gc.collect()

    def test_no_library(self):
        environment = {**os.environ, "BONNET_LIBRARY": "/nowhere/libbonnet.so"}
        out = subprocess.run([sys.executable, "-c", "import bonnet"], env=environment, capture_output=True, text=True)
        self.assertIn("ImportError: no libbonnet", out.stderr)
        out = subprocess.run([sys.executable, "-c", "import bonnet"], env={**environment, "BONNET_LIBRARY": "libm.so.6"}, capture_output=True, text=True)
        self.assertIn("libm.so.6 is no libbonnet", out.stderr)


class Stop(unittest.TestCase):
    """A call that takes long can be watched and stopped, and the device is ready for the next."""

    def test_progress_and_stop(self):
        seen = []

        def progress(done, frames, share, layer):
            seen.append((done, frames, share, layer))
            if stop:
                raise RuntimeError("enough")

        images, stop = numpy.repeat(IMAGES[:1], 60, 0), False
        with bonnet.open("sim:", progress=progress) as device:
            net = device.load(BOOLNET)
            net.run(images)
            self.assertTrue(seen and all(frames == 60 and 0 <= share <= 1 for _, frames, share, _ in seen))
            stop = True
            with self.assertRaisesRegex(RuntimeError, "enough"):
                net.run(images)
            stop = False
            self.assertEqual(net.run(IMAGES[:1]).labels[0], 9)

    def test_cancel(self):
        with bonnet.open("sim:") as device:
            net = device.load(BOOLNET)
            timer = threading.Timer(0.3, device.cancel)
            timer.start()
            with self.assertRaises(bonnet.Cancelled):
                net.run(numpy.repeat(IMAGES[:1], 2000, 0))
            timer.join()
            self.assertEqual(net.run(IMAGES[:1]).labels[0], 9)

    def test_timeout(self):
        with bonnet.open("sim:", timeout=0.2) as device:
            net = device.load(BOOLNET)
            with self.assertRaises(TimeoutError):  # bonnet.DeviceTimeout
                net.run(numpy.repeat(IMAGES[:1], 2000, 0))

    def test_interrupt(self):  # Ctrl-C arrives while C code waits
        program = ("import bonnet, numpy, signal, threading, os\n"
                   "device = bonnet.open('sim:'); net = device.load(%r)\n"
                   "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
                   "try: net.run(numpy.zeros((2000, 28, 28), numpy.uint8))\n"
                   "except KeyboardInterrupt: print('interrupted', net.run(numpy.zeros((28, 28), numpy.uint8)).labels.shape)\n") % str(BOOLNET)
        out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
        self.assertEqual(out.stdout, "interrupted (1,)\n", out.stderr)


if __name__ == "__main__":
    unittest.main()
