#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the policies of `bonnet streams` make of four cameras, by load: the tables of docs/schedule.md and docs/schedule.svg.

    tests/streams/page.py BONNET NETWORK.bonnet DOCS            writes all
    tests/streams/page.py BONNET NETWORK.bonnet DOCS --check LOAD...   compares rows of the tables

The stages' cycles are those of the simulated array (sim:); answers are computed by cpu:, which has the same, in time that goes by these cycles.
Load: time that the whole network takes for a frame, times frames per time, on average over busy and calm.
"""
import json
import os
import re
import subprocess
import sys

LOADS = [0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]
CAMERAS, FRAMES, CALM, SEED, NEAR_MS, FAR_MS, MHZ = 4, 500, 2, 1, 0.07, 0.2, 1000
THRESHOLDS, POINT = "examples/edge/fashion/thresholds.json", "18"
PLANS = [  # what it is called, policy, options
    ("FIFO", "fifo", ["--run-late"]),
    ("EDF", "edf", ["--run-late"]),
    ("EDF, none begun too late", "edf", []),
    ("first exit", "first", []),
    ("imprecise", "imprecise", []),
]


def bonnet(*words):
    run = subprocess.run(words, capture_output=True, text=True)
    if run.returncode > 1:
        sys.exit(f"{' '.join(words)}: {run.stderr}")
    return json.loads(run.stdout)


class Bench:
    def __init__(self, program, network, root):
        self.program, self.network, self.exits = program, network, ["--exits", f"{root}/{THRESHOLDS}", "--point", POINT]
        self.cycles = {}
        for policy in ("edf", "first", "imprecise"):
            seen = bonnet(program, "streams", network, "--device", "sim:", "--virtual", "--mhz", str(MHZ), "--policy", policy, "--stream", "a:period=1000,deadline=1000",
                          "--margin", "0", "--admit", "--json", *self.exits)
            self.cycles[policy] = [round(1000 * MHZ * s["ms"]) for s in seen["stages"]]
        self.cycles["fifo"] = self.cycles["edf"]

    def period(self, load):
        """Half of the frames find their camera calm, and wait CALM periods for the next."""
        return CAMERAS * self.cycles["edf"][0] / (1000 * MHZ) / load / ((1 + CALM) / 2)

    def command(self, load, policy, options):
        cameras = [w for name, deadline in (("near", NEAR_MS), ("far", FAR_MS))
                   for w in ("--stream", f"{name}*{CAMERAS // 2}:period={self.period(load):.6f},deadline={deadline}")]
        return [self.program, "streams", self.network, *cameras, "--policy", policy, *options,
                "--virtual", "--mhz", str(MHZ), "--stage-cycles", ",".join(map(str, self.cycles[policy])), *self.exits, "--dataset", "fashion-mnist",
                "--frames", str(FRAMES), "--calm", str(CALM), "--seed", str(SEED), "--force", "--json", "-q"]

    def row(self, load):
        cells, numbers = [f"{load:.2f}"], []
        for _, policy, options in PLANS:
            seen = bonnet(*self.command(load, policy, options))
            frames, answered = seen["all"]["frames"], sum(seen["all"]["answered"].values())
            assert answered + seen["all"]["missed"] + seen["all"]["dropped"] == frames, seen
            assert not seen.get("admitted") or answered == frames, ("admitted, and yet frames are missed", load, policy)
            right, lost = 100 * seen["all"]["right"] / frames, 100 * (frames - answered) / frames
            numbers.append((right, lost))
            cells.append(f"{right:.1f} %, {lost:.1f} %" + (", admitted" if seen.get("admitted") else ""))
        return "| " + " | ".join(cells) + " |", numbers


def published(program, *loads):
    """The rows of the network of a published table: tests/streams/simulate.c, built beside the program."""
    return subprocess.run([f"{os.path.dirname(program)}/tests/streams", *loads], capture_output=True, text=True, check=True).stdout.rstrip("\n").split("\n")


def put(page, name, block):
    return re.sub(rf"(<!-- {name} -->\n\n).*?(\n\n<!-- /{name} -->)", lambda m: m[1] + block + m[2], page, flags=re.S)


def draw(path, rows):
    colours = ["#7570b3", "#d95f02", "#e6ab02", "#66a61e", "#1b9e77"]
    script = ("set terminal svg noenhanced size 980,420 font 'DejaVu Sans,13' background '#ffffff'\nset border 3\nset xtics nomirror\nset ytics nomirror\nset grid lc '#dddddd'\n"
              "set xlabel 'load'\nset format y '%g %%'\nset yrange [-3:103]\nset xrange [0.45:2.05]\nset multiplot layout 1,2\n")
    for i, _ in enumerate(PLANS):
        script += f"$d{i} << EOD\n" + "".join(f"{load} {n[i][0]:.4f} {n[i][1]:.4f}\n" for load, n in rows) + "EOD\n"
    for column, title, key in ((2, "right, of all frames", "set key bottom right reverse Left font ',11' spacing 0.95 at graph 1.0,0.16"), (3, "without an answer in time", "unset key")):
        lines = ", \\\n".join(f"$d{i} using 1:{column} with linespoints pt {5 + 2 * (i % 2)} ps {0.9 - 0.12 * i:.2f} lw {3.4 - 0.5 * i:.1f} lc '{colours[i]}' title '{plan[0]}'"
                              for i, plan in enumerate(PLANS))
        script += f"{key}\nset title '{title}'\nplot {lines}\n"
    svg = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True)
    if svg.returncode or "<svg" not in svg.stdout:
        sys.exit(f"gnuplot: {svg.stderr}")
    with open(path, "w", encoding="utf-8") as out:
        out.write(svg.stdout)


def main():
    program, network, docs, *rest = sys.argv[1:]
    bench, page = Bench(program, network, f"{docs}/.."), f"{docs}/schedule.md"
    with open(page, encoding="utf-8") as text:
        old = text.read()
    head = ["| load | " + " | ".join(plan[0] for plan in PLANS) + " |", "|" + "---|" * (len(PLANS) + 1)]
    stages = (f"Cycles of the simulated array: the whole network {bench.cycles['edf'][0]:,}; in stages " + ", ".join(f"{c:,}" for c in bench.cycles["imprecise"]) + ".")
    if rest[:1] == ["--check"]:
        want = [stages] + [bench.row(float(load))[0] for load in rest[1:]] + published(program, *rest[1:])
        wrong = [line for line in want if line not in old.split("\n")]
        print(*(f"not in {page}: {line}" for line in wrong), f"{len(wrong)} wrong", sep="\n")
        sys.exit(bool(wrong))
    rows = [(load, *bench.row(load)) for load in LOADS]
    block = "\n".join([stages, "", *head, *(line for _, line, _ in rows)])
    new = put(put(old, "policies", block), "published", "\n".join(published(program)))
    with open(page, "w", encoding="utf-8") as out:
        out.write(new)
    draw(f"{docs}/schedule.svg", [(load, numbers) for load, _, numbers in rows])
    print(block)


if __name__ == "__main__":
    main()
