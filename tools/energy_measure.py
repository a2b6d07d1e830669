#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the counters of the simulated chip say of the networks of the energy table: writes host/energy/measured.h.

    tools/energy_measure.py CLI HEADER              # make energy-measure
    tools/energy_measure.py CLI HEADER --check      # make energy-check: the committed header and the table are what a run says now

Random weights of seed 1 (models/export.py) at 224x224 and 1000 classes: cycles and bytes do not depend on the values. Per network a single
frame, and a stream compiled for the batch that moves the fewest DRAM bytes a frame by the compiler's own promise (`bonnet compile --explain`);
the stream has FRAMES frames or the whole walks that fit in them: its start is in the mean, and counts for little.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

NETS = (("BoolNet k=4", "boolnet_k4"), ("BaseNet k=4", "basenet_k4"), ("BaseNet k=1", "basenet_k1"))
MAX_BATCH, FRAMES = 8, 24
EXPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models", "export.py")
WALK = re.compile(r"DRAM bytes of a walk: (\d+) of weights, (\d+) of maps in, (\d+) of maps out, (\d+) of images, (\d+) of results")

HEAD = """/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measured.h - written by `make energy-measure` (tools/energy_measure.py); do not edit. What it means: docs/energy.md.
 *
 * Counters of the Verilated chip, geometry asic, 224x224, 1000 classes, random weights of seed 1; SRAM bits: the descriptors' accesses.
 * All per frame: { frames in a walk, frames of the run, cycles, DRAM bits in, DRAM bits out, SRAM bits }, one frame alone and a stream.
 */
#ifndef BONNET_ENERGY_MEASURED_H
#define BONNET_ENERGY_MEASURED_H
/* clang-format off */
#define BONNET_ENERGY_MEASURED \\
"""


def call(*command):
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}: {run.stderr.strip() or run.returncode}")
    return run.stdout


def walk_bytes(cli, onnx, model, batch):
    """DRAM bytes of a frame in a walk of so many; None where the chip's buffers or the descriptors end before."""
    run = subprocess.run((cli, "compile", onnx, "-o", model, "--batch", str(batch), "--explain", "--json"), capture_output=True, text=True,
                         check=False)
    if run.returncode:
        return None
    found = WALK.search(json.loads(run.stdout)["explain"])
    if not found:
        raise SystemExit(f"{cli} compile --explain: no line 'DRAM bytes of a walk'")
    return sum(int(n) for n in found.groups()) / batch


def measure(cli, model, batch, frames):
    j = json.loads(call(cli, "energy", model, "--device", "sim:", "--images", str(frames), "--json", "--quiet"))
    if j["source"] != "counters" or j["frames"] != frames:
        raise SystemExit(f"{cli} energy: not the counters of {frames} frames")
    keys = ("cycles", "dram_bits_in", "dram_bits_out", "sram_bits")
    return (batch, frames) + tuple(j[key + "_per_frame"] for key in keys), j["frame"]["total_uj"]


def network(cli, name, net, folder):
    """A line of the header, and the two totals in microjoules."""
    onnx, model = os.path.join(folder, net + ".onnx"), os.path.join(folder, net + ".bonnet")
    call("/usr/bin/python3", EXPORT, "--random", "1", "--net", net, "--size", "224", "--classes", "1000", "-o", onnx)
    promise = {batch: walk_bytes(cli, onnx, model, batch) for batch in range(1, MAX_BATCH + 1)}
    if promise[1] is None:
        call(cli, "compile", onnx, "-o", model)  # says what is wrong
    best = min((b for b in promise if promise[b] is not None), key=lambda b: promise[b])
    runs, totals = [], []
    for batch, frames in ((1, 1), (best, FRAMES // best * best)):
        call(cli, "compile", onnx, "-o", model, "--batch", str(batch))
        run, total = measure(cli, model, batch, frames)
        runs.append("{%d, %d, %.3f, %.3f, %.3f, %.3f}" % run)
        totals.append(total)
        print(f"{name}: batch {batch}, {frames} frames: {run[2]:.0f} cycles, {run[3] + run[4]:.0f} DRAM bits, {1e-3 * total:.3f} mJ a frame",
              file=sys.stderr)
    return f'    {{"{name}", {{{runs[0]}, {runs[1]}}}}}', totals


def check(cli, text, header, totals):
    """The committed header is this run's; the table makes the same joules of it as `bonnet energy MODEL` of the run."""
    with open(header, encoding="utf-8") as f:
        if f.read() != text:
            raise SystemExit(f"{header} is not what the chip counts now; run make energy-measure energy, and look at the difference")
    rows = {row["name"]: row for row in json.loads(call(cli, "energy", "--compare", "--json"))["networks"]}
    for name, want in totals.items():
        for key, uj in zip(("bonnet_single", "bonnet_streamed"), want):
            # The table counts slices by layer table, MODEL by the channels of the map written (BoolNet's are twice as many): 0.01 %.
            if abs(rows[name][key]["total_uj"] / uj - 1) > 2e-4:
                raise SystemExit(f"{name}, {key}: the table says {rows[name][key]['total_uj']:.2f} uJ, bonnet energy MODEL {uj:.2f}")
    print(f"{header} is what the chip counts, and the table is made of it")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("cli")
    parser.add_argument("header")
    parser.add_argument("--check", action="store_true", help="compare with the header instead of writing it")
    args = parser.parse_args()
    lines, totals = [], {}
    with tempfile.TemporaryDirectory(prefix="bonnet-energy.") as folder:
        for name, net in NETS:
            line, totals[name] = network(args.cli, name, net, folder)
            lines.append(line)
    text = HEAD + ", \\\n".join(lines) + "\n/* clang-format on */\n#endif\n"
    if args.check:
        check(args.cli, text, args.header, totals)
        return
    with open(args.header + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    os.replace(args.header + ".new", args.header)


if __name__ == "__main__":
    main()
