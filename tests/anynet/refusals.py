# SPDX-License-Identifier: Apache-2.0
"""bonnet compile on graphs that it takes with a word to say, and on those that it does not take, in one line."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import numpy as np
import onnx

import bonnet
import graphs
import published

SEED = int(os.environ.get("SEED", "1"))


def large_window():
    """A network whose middle layer is a 5x5."""
    g = graphs.Graph(np.random.default_rng(SEED), (1, 9, 9))
    for kernel in (3, 5):
        g.conv(20, [kernel, kernel], kinds=("sign",))
        g.sign(("Sign",))
    size = int(np.prod(g.value[1]))
    g.then("Flatten", shape=(size,))
    g.dense(10, ("plain",))
    return g.model()


def two_parts():
    """Convolutions whose weights stay in a small chip, and a dense layer that sees their map as one pixel and whose weights do not."""
    g = graphs.Graph(np.random.default_rng(SEED), (1, 12, 12))
    for channels in (20, 30):
        g.conv(channels, [3, 3], kinds=("sign",))
        g.sign(("Sign",))
    size = int(np.prod(g.value[1]))
    g.then("Flatten", shape=(size,))
    g.dense(400, ("sign",))
    g.sign(("Sign",))
    g.dense(10, ("plain",))
    return g.model()


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
        done = self.compile(published.mlp(SEED, 64, True), "--explain")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(re.findall(r" +\d+  array$", done.stdout, re.M)), 3, done.stdout)
        self.assertEqual(len(re.findall(r" -  cpu: ", done.stdout)), 2, done.stdout)
        self.assertRegex(done.stdout, r"array: 58368 of 59792 MACs, \d+ cycles of a chip 'asic' \(64 lanes\)")
        small = self.compile(published.mlp(SEED, 64, True), "--explain", "--geometry", "tiny")
        self.assertIn("a chip 'tiny' (16 lanes)", small.stdout)

    def test_shared(self):
        """What the CPU runs beside the chip has neither cycles nor joules, and the pages say so."""
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(published.mlp(SEED, 64, True), f"{folder}/n.onnx")
            for command in ("compile n.onnx -o n.bonnet", "bench n.bonnet --device mock:", "energy n.bonnet --device mock:", "report n.bonnet --device mock: -o r.html"):
                done = subprocess.run([os.environ["BONNET"], *command.split()], cwd=folder, capture_output=True, text=True, timeout=60)
                self.assertEqual((done.returncode, done.stderr), (0, ""), command)
                if command.startswith("bench"):
                    self.assertEqual(len(re.findall(r"  on the CPU, \d+\.\d+ ms a frame$", done.stdout, re.M)), 2, done.stdout)
                    self.assertIn("all rates are of the chip's part alone", done.stdout)
                if command.startswith("energy"):
                    self.assertEqual(done.stdout.count("on the CPU, not counted"), 2, done.stdout)
            self.assertIn("all rates are of the chip's part alone", pathlib.Path(folder, "r.html").read_text())

    def test_estimate(self):
        """What bench counts on the Verilated chip, without it: every layer to the cycle, a run of many frames within 1 %; no layer above its peak."""
        def ask(folder, command):
            done = subprocess.run([os.environ["BONNET"], *command.split(), "--json"], cwd=folder, capture_output=True, text=True, timeout=120)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            return json.loads(done.stdout)

        for name, model in (("LFC", published.mlp(SEED, 1024, False)), ("CNV", published.cnv(SEED)), ("ResNet", published.resnet(SEED)), ("parts", two_parts())):
            with tempfile.TemporaryDirectory() as folder:
                onnx.save(model, f"{folder}/n.onnx")
                self.assertEqual(subprocess.run([os.environ["BONNET"], "compile", "n.onnx", "-o", "n.bonnet"], cwd=folder, capture_output=True).returncode, 0)
                for frames, geometry in ((1, "asic"), (20, "asic"), (20, "tiny")):
                    said = ask(folder, f"estimate n.bonnet --frames {frames} --geometry {geometry}")
                    counted = ask(folder, f"bench n.bonnet --device sim:geometry={geometry} --images {frames} --walks 0")
                    what = f"{name}, {frames} frames on {geometry}"
                    for a, b in zip(said["layers"], counted["layers"], strict=True):
                        self.assertEqual([a[k] for k in ("name", "cycles", "macs", "dram_bytes")], [b[k] for k in ("name", "cycles", "macs", "dram_bytes")], what)
                        self.assertEqual(a.get("within"), b.get("within"), what)
                        if a["cycles"]:
                            self.assertLessEqual(a["mac_per_cycle"], 64 * (64 if geometry == "asic" else 16), what)
                    self.assertLess(abs(said["totals"]["cycles"] / counted["totals"]["cycles"] - 1), 0.01, what)

    def test_strict(self):
        for model in (published.mlp(SEED, 64, True), published.cnv(SEED), published.resnet(SEED)):
            self.assertEqual(self.compile(model, "--strict").returncode, 0)
        self.refused(large_window(), r"layer '\w+' runs on the CPU: a window of 5x5; the conv unit has 1x1, 3x3 and the whole map; compile without --strict", "--strict")

    def test_published_on_array(self):
        """CNV from its second layer on and every block of the ResNet are the array's, with their pools and joins."""
        for model, sums, ends in ((published.cnv(SEED), 7, 2), (published.resnet(SEED), 8, 6)):
            done = self.compile(model, "--explain")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(len(re.findall(r" -  array, with conv\d+$", done.stdout, re.M)), ends, done.stdout)
            self.assertEqual(len(re.findall(r" +\d+  array$", done.stdout, re.M)), sums, done.stdout)
            self.assertEqual(len(re.findall(r" -  cpu: ", done.stdout)), 2, done.stdout)
            self.assertEqual(done.stdout.count("chip 'asic'"), 1)

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

    def test_common_bias(self):
        """One number added to all logits is left out, and said; one of the logits moved on its own is refused."""
        done = self.compile(published.mlp(SEED, 64, False, norm=True), "--explain")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"logits: exact, real = integer x [\d.e-]+ [+-] [\d.e-]+, which all classes have: it moves none before another\n")
        g = graphs.Graph(np.random.default_rng(SEED), (36,))
        g.dense(8, ("plain",))
        g.sign(("Sign",))
        g.dense(5, ("plain",))
        g.then("Add", g.const([0.37] * 4 + [0.38]))
        self.refused(g.model(), "biases are no small integers times one scale; --allow-inexact rounds them")

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
            onnx.save(large_window(), path)
            with self.assertRaisesRegex(bonnet.Unsupported, "runs on the CPU"):
                bonnet.compile(path, out, strict=True)
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
        self.refused(net(plain, lambda g: g.then("MaxPool", kernel_shape=[2, 2], dilations=[2, 2], shape=(4, 2, 2))), r"\(MaxPool\): dilations; 1 fits")

    def channels(self, then, kinds=("plain",)):
        """A network whose first map, of [6, 4, 4], `then` does something to."""
        g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
        g.conv(6, [3, 3], kinds=kinds)
        start = g.sign(("Sign",))
        then(g, start)
        g.value = g.value[0], g.value[1] or start[1]
        g.then("Flatten", shape=(int(np.prod(g.value[1])),))
        g.dense(3, ("plain",))
        return g.model()

    def test_channels(self):
        ints = lambda g, *x: [g.const([i], np.int64) for i in x]  # noqa: E731
        self.refused(self.channels(lambda g, v: g.then("Concat", v[0], axis=2)), r"node 'concat2' \(Concat\): axis 2; 1, the channels, fits")
        self.refused(self.channels(lambda g, v: g.conv(2, [3, 3]) and g.sign(("Sign",)) and g.then("Concat", v[0], axis=1)),
                     r"\(Concat\): input 1 has 4x4 pixels, the first 2x2; equal sizes fit")
        self.refused(self.channels(lambda g, v: g.then("Concat", "image", axis=1)), r"\(Concat\): its input is the image; Concat joins binary maps and sums")
        self.refused(self.channels(lambda g, v: g.then("Slice", *ints(g, 0, 2, 2))), r"\(Slice\): axis 2; 1, the channels, fits")
        self.refused(self.channels(lambda g, v: g.then("Slice", *ints(g, 4, 2, 1))), r"\(Slice\): takes 0 channels; 1 to 4096 fit")
        self.refused(self.channels(lambda g, v: g.then("Slice", *ints(g, 0, 2, 1, 0))), r"\(Slice\): steps is 0")
        self.refused(self.channels(lambda g, v: g.then("Slice", *[g.const([0, 2], np.int64)] * 2)), r"\(Slice\): starts is not one constant number")
        self.refused(self.channels(lambda g, v: g.then("Gather", g.const([6], np.int64), axis=1)), r"\(Gather\): index 0 is 6; there are 6 channels")
        self.refused(self.channels(lambda g, v: setattr(g, "value", g.split([3, 4])[0])), r"\(Split\): output 1 of 4 numbers, 3 are left")
        self.refused(self.channels(lambda g, v: setattr(g, "value", g.split([3, 2])[0])), r"\(Split\): its sizes are 5 together, the input has 6")
        self.refused(self.channels(lambda g, v: g.then("Flatten", shape=(96,)) and g.then("Slice", *ints(g, 8, 32, 1), shape=(24,))),
                     r"\(Slice\): takes numbers 8 to 32 of a flattened map; whole channels, of 16 numbers, fit")
        self.refused(self.channels(lambda g, v: g.then("Conv", g.node("Quant", [g.const(np.ones((2, 6, 1, 1))), g.const([[[[0.5]]], [[[-1.0]]]]), g.const(0.0),
                                                                                g.const(2.0)], domain=graphs.QONNX)[0], shape=(2, 4, 4)) and g.sign(("Sign",))),
                     r"\(Quant\): scale 1 is -1; scales above 0 fit")

    def test_joins(self):
        def two(other, then=lambda g: None):
            return self.channels(lambda g, v: (other(g), then(g), g.then("Add", v[0])))

        conv = lambda g: g.conv(6, [3, 3], pads=[1] * 4, kinds=("plain",))  # noqa: E731
        scaled = lambda x: lambda g: g.then("Mul", g.const(x))  # noqa: E731
        self.refused(self.channels(lambda g, v: conv(g) and g.sign(("Sign",)) and g.then("Mul", g.const(0.3)) and g.then("Add", v[0])),
                     r"node 'add5' \(Add\): adds bits that stand for \+-0.3 and \+-1; multiples of one number, up to 8, fit")
        self.refused(self.channels(lambda g, v: g.then("Add", "image")), r"\(Add\): adds a binary map and the image; binary maps and sums fit")
        self.refused(self.channels(lambda g, v: g.conv(6, [3, 3], kinds=("plain",)) and g.then("Add", v[0])), r"\(Add\): adds 6x2x2 and 6x4x4; equal shapes fit")
        self.refused(two(conv, lambda g: g.then("Add", "sign1")), r"\(Add\): adds sums behind a MaxPool, a Concat or another Add of a map; put a Sign between")

        def sums(g, v, then, **more):
            a = conv(g)
            g.value = v
            g.conv(6, kinds=("plain",), **more)
            then(g)
            g.then("Add", a[0])
            g.sign(("Sign",))

        self.refused(self.channels(lambda g, v: g.then("Add", v[0]) and conv(g) and g.then("Add", "add2")),
                     r"node 'add4' \(Add\): adds a map of 2 bits a value to a sum; one bit, behind a Sign, fits")
        alike = dict(kernel=[1, 1])
        self.refused(self.channels(lambda g, v: sums(g, v, lambda g: g.then("Relu"), **alike)), r"\(Add\): adds sums behind a Relu, PRelu or Clip; an Add before them")
        self.refused(self.channels(lambda g, v: sums(g, v, lambda g: None, kernel=[3, 3], dilation=2, pads=[2] * 4)), r"\(Add\): adds sums of windows with other strides, dilations")
        self.refused(self.channels(lambda g, v: sums(g, v, scaled(0.3), **alike)), r"node 'add\d+' \(Add\): .* it adds sums of different scales; a BatchNormalization behind it instead of before it fits")
        self.refused(self.channels(lambda g, v: sums(g, v, scaled(100.0), **alike)), r"\(Add\): its weights take \d+ copies of \d+ channels; up to 64 copies")
        self.refused(self.channels(lambda g, v: conv(g) and g.then("Add", v[0]) and g.then("MaxPool", kernel_shape=[1, 1]) and g.sign(("Sign",))),
                     r"\(MaxPool\): reads sums to which a map was added")
        self.refused(self.channels(lambda g, v: g.then("Add", v[0]) and g.then("MaxPool", kernel_shape=[1, 1])), r"\(MaxPool\): reads a sum of maps")

    def test_levels(self):
        def net(op, *more, channels=6, **attributes):
            g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
            g.conv(channels, [3, 3], kinds=("plain",))
            g.then(op, *(g.const(x) for x in more), domain=graphs.QONNX, **attributes)
            g.then("Flatten", shape=(16 * channels,))
            g.dense(3, ("plain",))
            return g.model()

        self.refused(net("Quant", 1.0, 0.0, 8.0, channels=40), r"node 'quant1' \(Quant\): 256 levels of 40 channels are 10200 bits a pixel; up to 4096 fit")
        self.refused(net("Quant", [1.0] * 6, 0.0, 4.0), r"\(Quant\): scale, zero point and bits of what is no constant are not one number each")
        self.refused(net("Quant", -1.0, 0.0, 4.0), r"\(Quant\): scale is -1; above 0 fits")
        self.refused(net("Quant", 1.0, 0.5, 4.0), r"\(Quant\): zero point is 0.5; whole numbers fit")
        self.refused(net("Quant", 1.0, 0.0, 9.0), r"\(Quant\): 9 bits; 1 to 8 fit")
        self.refused(net("Quant", 1.0, 0.0, 1.0, signed=0, narrow=1), r"\(Quant\): one level, 0, is all it makes")
        self.refused(net("Quant", 1.0, 0.0, 4.0, narrow=31), r"\(Quant\): narrow is 31; 0 and 1 fit")
        self.refused(net("Quant", 1.0, 0.0, 4.0, rounding_mode="UP"), r"\(Quant\): rounding_mode; ROUND, FLOOR and CEIL fit")
        self.refused(net("MultiThreshold", np.zeros((5, 3))), r"\(MultiThreshold\): thresholds of 5 channels; 1 or 6 fit")

    def test_layout(self):
        turn = lambda g, *perm: g.then("Transpose", perm=list(perm))  # noqa: E731
        self.refused(self.channels(lambda g, v: turn(g, 0, 1, 3, 2)), r"node 'transpose2' \(Transpose\): perm is not \[0, 2, 3, 1\], which only says where")
        self.refused(self.channels(lambda g, v: turn(g, 0, 2, 3, 1) and turn(g, 0, 2, 3, 1)), r"\(Transpose\): perm is not \[0, 3, 1, 2\]")
        self.refused(self.channels(lambda g, v: turn(g, 0, 2, 3, 1) and g.then("MaxPool", kernel_shape=[1, 1])),
                     r"\(MaxPool\): its input has its channels last since a Transpose; a Transpose with perm \[0, 3, 1, 2\] before it fits")
        self.refused(self.channels(lambda g, v: turn(g, 0, 2, 3, 1) and g.then("MultiThreshold", g.const(np.zeros((6, 1))), domain=graphs.QONNX)),
                     r"\(MultiThreshold\): data_layout is not that of its input; NHWC fits")
        self.refused(self.channels(lambda g, v: g.then("Reshape", g.const([1, 2, 3, 4, 4], np.int64)) and g.then("Sign")),
                     r"\(Sign\): its input has rank 5 since a Reshape; a Transpose and a Reshape to \[1, 6, 4, 4\] fit")
        self.refused(self.channels(lambda g, v: g.then("Reshape", g.const([1, 8, 3, 4], np.int64))), r"\(Reshape\): a shape other than \[1, numbers\], \[1, 6, 4, 4\]")
        self.refused(self.channels(lambda g, v: g.then("ReduceMean", axes=[1, 2])), r"\(ReduceMean\): axes are not 2 and 3, the rows and columns of a map")

    def test_shapes(self):
        def shape(g, op, *more, **attributes):
            one = g.node("Shape", [g.value[0]])[0]
            g.then("Reshape", g.node(op, [one, *more], **attributes)[0])

        self.refused(self.channels(lambda g, v: shape(g, "Gather", g.const([4], np.int64), axis=0)), r"\(Gather\): number 4 of a list of 4")
        self.refused(self.channels(lambda g, v: shape(g, "Squeeze")), r"\(Squeeze\): reads a constant of 4 numbers; one fits")
        self.refused(self.channels(lambda g, v: shape(g, "Concat", g.const(1, np.int64), axis=0)), r"\(Concat\): joins constants of rank 0; lists fit")
        self.refused(self.channels(lambda g, v: shape(g, "Cast", to=9)), r"\(Cast\): casts to type 9; float, int32 and int64 fit")
        self.refused(self.channels(lambda g, v: shape(g, "Slice", *(g.const([x], np.int64) for x in (0, 3, 0, 0)))), r"\(Slice\): step 0 along axis 0 of a constant")
        self.refused(self.channels(lambda g, v: g.then("Reshape", g.node("Shape", [v[0]], start=1)[0])), r"\(Shape\): takes a part of a shape")

    def test_exported(self):
        """What exporters write and no threshold does."""
        def image():
            g = graphs.Graph(np.random.default_rng(SEED), (3, 6, 6))
            g.then("Div", g.const(np.reshape([0.2, 0.3, 0.4], (1, 3, 1, 1))))
            g.conv(4, [3, 3], kinds=("plain",))
            return g.model()

        def shortcut():
            g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
            pixels = g.conv(4, [3, 3], pads=(1, 1, 1, 1), kinds=("plain",))
            g.sign(("Sign",))
            g.conv(4, [3, 3], pads=(1, 1, 1, 1), kinds=("plain",))
            g.then("Add", pixels[0])
            g.sign(("Sign",))
            return g.model()

        self.refused(shortcut(), r"\(Add\): adds sums of the image's pixels and sums of bits; a Sign of the pixels' before the Add fits")
        self.refused(image(), r"\(Conv\): its image is normalised plane by plane; one number for all planes fits, or int8 pixels")
        self.refused(self.channels(lambda g, v: g.norm() and g.then("Round")), r"\(Round\): rounds what has no bounds; a Clip to 0..255 or less before it fits")
        self.refused(self.channels(lambda g, v: g.then("Greater", g.node("Neg", [v[0]])[0])), r"\(Neg\): this operator is not read")
        self.refused(self.channels(lambda g, v: g.then("Greater", v[0])), r"\(Greater\): compares two values; one with a constant fits")
        self.refused(self.channels(lambda g, v: g.then("Greater", g.const(0.0)) and g.then("Where", v[0], g.const(1.0))), r"\(Where\): chooses between values; between two numbers")
        self.refused(self.channels(lambda g, v: g.then("QuantizeLinear", g.const(np.ones(6)), g.const(np.zeros(6), np.int8))), r"\(QuantizeLinear\): its scale and zero point are not one")
        self.refused(self.channels(lambda g, v: g.then("Pad", g.const([0, 0, 1, 1] * 2, np.int64), g.const(0.3))), r"\(Pad\): pads with 0.3; 0 fits, and around a map what its bits stand for")

    def test_end(self):
        def net(op, *more, outputs=(), **attributes):
            g = graphs.Graph(np.random.default_rng(SEED), (1, 6, 6))
            g.then("Flatten", shape=(36,))
            g.dense(8, ("plain",))
            g.sign(("Sign",))
            g.dense(5, ("plain",))
            g.then(op, *(g.const(x, np.int64) for x in more), **attributes)
            g.nodes[-1].output.extend(outputs)
            model = g.model()
            model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, None) for name in outputs)
            return model

        self.refused(net("TopK", [3], largest=0), r"\(TopK\): largest is 0; 1, the classes with the largest logits, fits")
        self.refused(net("TopK", [6]), r"\(TopK\): its k is not one constant of 1 to 5 classes")
        self.refused(net("ArgMax", axis=1, select_last_index=1), r"\(ArgMax\): select_last_index is 1; 0 fits")
        self.refused(net("ArgMax", axis=0), r"\(ArgMax\): axis 0; 1, the classes, fits")
        self.refused(net("Split", outputs=["more"], axis=1), "output 'more' has 2 classes, 'split[0-9]*' has 3; all exits answer the same question")
        done = self.compile(net("TopK", [3], outputs=["indices"]))
        self.assertEqual(done.returncode, 0, done.stderr)

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
