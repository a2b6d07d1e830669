# SPDX-License-Identifier: Apache-2.0
"""graph_seeds.py FOLDER - small random graphs of the general importer, as first inputs of the ONNX fuzzer."""

import pathlib
import sys

import onnx

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "anynet")]
import random_graphs  # noqa: E402

for i in range(60):
    data = random_graphs.random_graph((7, i)).SerializeToString()
    if len(data) < 100000:
        pathlib.Path(sys.argv[1], f"graph{i}").write_bytes(data)
