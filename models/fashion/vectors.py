#!/usr/bin/python3
"""Write test vectors: some test images as PGM, and integer logits of the first 100 test images.

    models/fashion/vectors.py            # into tests/vectors/fashion/
"""
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import exits_ref
import integer_ref
from bonnet_nn import data

PER_CLASS = 2
README = """# Fashion-MNIST test vectors

`NNNNN_label.pgm`: image number NNNNN (from 0) of the Fashion-MNIST test set, two per class, raw 8-bit pixels, unchanged.
From Debian's package `dataset-fashion-mnist`; Copyright 2017 Zalando SE, Expat (MIT) licence:

> Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
> documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
> rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
> persons to whom the Software is furnished to do so, subject to the following conditions:
>
> The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
> Software.
>
> THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
> WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
> COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
> OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

`logits_NETWORK.csv`: index, true label, and the ten integer logits of `models/fashion/NETWORK.onnx` for the first 100
test images, from `models/integer_ref.py`. Every implementation must reproduce them exactly.
`logits_boolnet_k4_exits.EXIT.csv`: the same of each early exit of `models/fashion/boolnet_k4_exits.onnx`, from
`models/exits_ref.py`; those of its end are `logits_boolnet_k4.csv`.

Regenerate with `models/fashion/vectors.py`.
"""


def write_logits(folder, name, labels, logits):
    with open(os.path.join(folder, f"logits_{name}.csv"), "w") as f:
        f.write("index,label," + ",".join(f"logit{i}" for i in range(logits.shape[1])) + "\n")
        for i, row in enumerate(logits):
            f.write(f"{i},{labels[i]}," + ",".join(map(str, row)) + "\n")


def main():
    folder = os.path.join(HERE, "..", "..", "tests", "vectors", "fashion")
    os.makedirs(folder, exist_ok=True)
    images, labels = data.load("t10k")
    with open(os.path.join(folder, "README.md"), "w") as f:
        f.write(README)
    for label, text in enumerate(data.LABELS):
        slug = text.lower().replace(" ", "-").replace("/", "-")
        for i in np.flatnonzero(labels == label)[:PER_CLASS]:
            with open(os.path.join(folder, f"{i:05d}_{slug}.pgm"), "wb") as f:
                f.write(b"P5\n28 28\n255\n" + images[i].tobytes())
    for name in ("boolnet_k4", "basenet_k1"):
        path = os.path.join(HERE, name + ".onnx")
        if not os.path.exists(path):
            continue
        write_logits(folder, name, labels, integer_ref.infer(integer_ref.load(path), images[:100]))
    path = os.path.join(HERE, "boolnet_k4_exits.onnx")
    for name, logits in exits_ref.infer_all(path, images[:100]).items():
        if name != "logits":
            write_logits(folder, "boolnet_k4_exits." + name, labels, logits)


if __name__ == "__main__":
    main()
