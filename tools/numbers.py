#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measure every number that README.md and docs/performance.md show, now, on this machine, into one CSV; and paste their tables from it.

    tools/numbers.py CLI MODELS IMAGENET CSV [--into]

CLI: the `bonnet` program. MODELS: folder with the compiled Fashion-MNIST networks. IMAGENET: folder with the four networks at 224 x 224.
A row of the CSV: commit (with -dirty behind it where files differ from it), geometry, clock in MHz (nominal), network, what, value, unit, command.
Simulated cycles are exact and the same everywhere; seconds are this machine's, on one core. --into: put the tables between the lines
<!-- NAME --> and <!-- /NAME --> of the two pages; without it they go to stdout.
"""
import csv
import glob
import json
import os
import subprocess
import sys
import time

NETS = ("basenet_k1", "basenet_k4", "boolnet_k4", "boolnet_k4_star")
FLAGS = ["--dram-latency", "100", "--dram-port", "128"]
FIELDS = ("commit", "geometry", "clock_mhz", "network", "what", "value", "unit", "command")
PICTURES = sorted(glob.glob("tests/vectors/fashion/*.pgm"))


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"numbers.py: {' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def one_core(*command):
    return output("taskset", "-c", "0", *command)


class Numbers:
    """Rows in the order in which they were measured, found again by (geometry, network, what)."""

    def __init__(self, cli):
        self.cli, self.rows, self.json = cli, [], {}
        head = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"], capture_output=True, text=True, check=False)
        self.commit = head.stdout.strip() or "unknown"

    def add(self, geometry, clock, network, what, value, unit, command):
        self.rows.append(dict(zip(FIELDS, (self.commit, geometry, clock, network, what, value, unit, command))))

    def get(self, geometry, network, what):
        return next(r["value"] for r in self.rows if (r["geometry"], r["network"], r["what"]) == (geometry, network, what))

    def bench(self, network, path, geometry, flags=FLAGS, note=""):
        """bonnet bench --json, and its rows."""
        device = "sim:" if geometry == "asic" else "sim:geometry=" + geometry
        found = json.loads(one_core(self.cli, "bench", path, "--device", device, *flags, "--json"))
        command = " ".join(["bonnet bench", os.path.basename(path), "--device", device, *flags, "--json"])
        peak, clock = found["peak"], found["totals"]["clock_hz"] // 1000000

        def put(what, value, unit):
            self.add(geometry, clock, network, what + note, value, unit, command)

        put("cycles of one walk", round(peak["single_cycles"]), "cycles")
        put("frames of a walk", peak["walk_frames"], "frames")
        put("cycles of a streamed frame", round(peak["streamed_cycles_per_frame"]), "cycles")
        put("streamed frames", round(peak["streamed_frames_per_second"], 1), "frames/s at the nominal clock")
        put("array utilisation, binary layers", round(peak["utilisation"], 5), "1")
        put("array utilisation, binary layers, streamed", round(peak["streamed_utilisation"], 5), "1")
        for kind in ("binary", "stem", "head"):
            put(f"ideal cycles, {kind}", round(peak[f"ideal_{kind}_cycles"]), "cycles")
        put("DRAM bytes read, one walk", found["dram_bytes_in"], "bytes")
        put("DRAM bytes written, one walk", found["dram_bytes_out"], "bytes")
        put("simulation of one frame", round(found["sim_seconds_per_frame"], 2), "s")
        put("simulation speed", round(found["sim_cycles_per_second"]), "cycles/s")
        for layer in found["layers"]:
            for what in ("macs", "cycles", "ideal", "fill", "drain", "waited", "starved", "stall_out", "dram_bytes"):
                put(f"{layer['name']}: {what}", layer[what], "bytes" if what == "dram_bytes" else what if what == "macs" else "cycles")
        self.json[geometry, network + note] = found

    def estimate(self, network, path):
        """bonnet estimate --json beside what bench() found: the largest difference of a layer's cycles."""
        found = json.loads(output(self.cli, "estimate", path, *FLAGS[:2], "--json"))
        command = " ".join(["bonnet estimate", os.path.basename(path), *FLAGS[:2], "--json"])
        worst = 0
        for layer, counted in zip(found["layers"], self.json["asic", network]["layers"]):
            self.add("asic", 1000, network, layer["name"] + ": estimated cycles", layer["cycles"], "cycles", command)
            worst = max(worst, abs(layer["cycles"] - counted["cycles"]) / counted["cycles"])
        self.add("asic", 1000, network, "estimated cycles of one walk", found["totals"]["cycles"], "cycles", command)
        self.add("asic", 1000, network, "estimate, largest error of a layer", round(worst, 6), "1", command)

    def write(self, path):
        with open(path + ".part", "w", newline="", encoding="utf-8") as f:
            table = csv.DictWriter(f, FIELDS, lineterminator="\n")
            table.writeheader()
            table.writerows(self.rows)
        os.replace(path + ".part", path)


def measure(n, models, imagenet):
    bool_, base = f"{models}/boolnet_k4.bonnet", f"{models}/basenet_k1.bonnet"
    for name, path in (("boolnet_k4 fashion", bool_), ("basenet_k1 fashion", base)):
        text = output(n.cli, "run", path, "--dataset", "fashion-mnist", "--quiet")
        n.add("none", "", name, "accuracy", float(text.split("accuracy ")[1].split(" %")[0]), "%",
              f"bonnet run {os.path.basename(path)} --dataset fashion-mnist")
    n.bench("boolnet_k4 fashion", bool_, "asic")
    before = time.monotonic()
    one_core(n.cli, "run", bool_, "--dataset", "fashion-mnist", "--device", "cpu:", "--quiet")
    n.add("none", "", "boolnet_k4 fashion", "cpu: over 10,000 images", round(time.monotonic() - before, 1), "s",
          "bonnet run boolnet_k4.bonnet --dataset fashion-mnist --device cpu:")
    for net in NETS:
        n.bench(net, f"{imagenet}/{net}.bonnet", "asic")
        n.estimate(net, f"{imagenet}/{net}.bonnet")
    path = f"{imagenet}/boolnet_k4.bonnet"
    for latency in ("0", "200"):
        n.bench("boolnet_k4", path, "asic", ["--dram-latency", latency, "--dram-port", "128"], f", latency {latency}")
    n.bench("boolnet_k4", path, "zcu102")


def percent(x):
    return f"{100 * x:.1f} %"


def small_table(n):
    f = "boolnet_k4 fashion"
    get = lambda what: n.get("asic", f, what)
    bench = "`bonnet bench boolnet_k4.bonnet`"
    yield from ("| what | measured | command |", "|---|---|---|")
    accuracy = "`bonnet run boolnet_k4.bonnet --dataset fashion-mnist`"
    yield f"| Fashion-MNIST test accuracy, all 10,000 images, integers only, BoolNet k=4 | {n.get('none', f, 'accuracy'):.2f} % | {accuracy} |"
    yield f"| the same, BaseNet k=1 | {n.get('none', 'basenet_k1 fashion', 'accuracy'):.2f} % | `bonnet run basenet_k1.bonnet --dataset fashion-mnist` |"
    yield f"| one 28x28 frame on the simulated chip (asic geometry) | {get('cycles of one walk')} cycles | {bench} |"
    yield f"| 28x28 frames streamed | {get('cycles of a streamed frame')} cycles a frame | {bench} |"
    yield f"| one 224x224 frame, BoolNet k=4 | {n.get('asic', 'boolnet_k4', 'cycles of one walk')} cycles | the table below |"
    yield f"| whole-chip simulation, one core | {n.get('asic', 'boolnet_k4', 'simulation speed')} cycles/s | the same |"
    yield (f"| `cpu:` over the 10,000 images, one core, files and start included | {n.get('none', f, 'cpu: over 10,000 images')} s "
           "| `time bonnet run boolnet_k4.bonnet --dataset fashion-mnist --device cpu:` |")


def peak_table(n):
    get = lambda what, geometry="asic": n.get(geometry, "boolnet_k4", what)
    binary, stem, head = (get(f"ideal cycles, {kind}") for kind in ("binary", "stem", "head"))
    single, streamed = get("cycles of one walk"), get("cycles of a streamed frame")
    most = max(binary, stem)
    waits = ", latency 0", ", latency 200"
    util = [get("array utilisation, binary layers" + w) for w in waits]
    yield from ("| BoolNet k=4, 224x224 | must | aim | measured |", "|---|---|---|---|")
    yield (f"| binary layers, MAC/cycle over 4096, loads and stores included | 0.92 | 0.97 | {get('array utilisation, binary layers'):.3f} |")
    yield (f"| whole frame, single: cycles over {binary} (binary) + {stem + head} (stem, head) | 1.10 | 1.04 | "
           f"{single / (binary + stem + head):.3f} ({single} cycles) |")
    yield (f"| whole frames, streamed: cycles a frame over {most}, the longer of binary and stem | 1.12 | 1.05 | "
           f"{streamed / most:.3f} ({streamed} cycles) |")
    yield (f"| `zcu102` geometry, streamed, at a nominal 250 MHz | 1000 frames/s | 1500 frames/s | {get('streamed frames', 'zcu102'):.0f} frames/s "
           f"({get('cycles of a streamed frame', 'zcu102')} cycles a frame) |")
    yield f"| simulation of one whole frame, one core | 10 s | 2 s | {get('simulation of one frame'):.1f} s |"
    worst = max(n.get("asic", net, "estimate, largest error of a layer") for net in NETS)
    yield f"| `bonnet estimate` against the RTL, every layer of the four networks, largest error | 2 % | exact | {100 * worst:.2f} % |"
    yield f"| the first row with a memory of 0 and of 200 cycles of latency | equal | equal | {util[0]:.3f}, {util[1]:.3f} |"


def networks_table(n):
    yield "| network | one frame, cycles | streamed, cycles a frame | frames/s at a nominal 1 GHz | array busy, single / streamed | DRAM bytes read, written | simulation, s a frame |"
    yield "|---|---|---|---|---|---|---|"
    for net in NETS:
        get = lambda what: n.get("asic", net, what)
        yield (f"| {net} | {get('cycles of one walk')} | {get('cycles of a streamed frame')} | {get('streamed frames'):.0f} "
               f"| {percent(get('array utilisation, binary layers'))} / {percent(get('array utilisation, binary layers, streamed'))} "
               f"| {get('DRAM bytes read, one walk')}, {get('DRAM bytes written, one walk')} | {get('simulation of one frame'):.1f} |")


def layers_table(n):
    yield "| layer | MACs | cycles | at the peak | ideal | fill | drain | stall-in: tokens | stall-in: operands | stall-out | estimate off by | DRAM bytes |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for layer in n.json["asic", "boolnet_k4"]["layers"]:
        off = n.get("asic", "boolnet_k4", layer["name"] + ": estimated cycles") - layer["cycles"]
        yield "| " + " | ".join(map(str, (
            layer["name"], layer["macs"], layer["cycles"], percent(layer["ideal"] / layer["cycles"]), layer["ideal"], layer["fill"], layer["drain"],
            layer["waited"], layer["starved"], layer["stall_out"], off, layer["dram_bytes"]))) + " |"


def shown(n, models):
    """What `make run` shows, shortened: four photographs, the lines of two layers, the verdict."""
    path = os.path.abspath(f"{models}/boolnet_k4.bonnet")
    here = os.path.dirname(PICTURES[0])
    names = [os.path.basename(p) for p in PICTURES]
    run = subprocess.run([os.path.abspath(n.cli), "run", path, *names[:4], "--device", "sim:"], cwd=here, capture_output=True, text=True, check=True)
    bench = one_core(n.cli, "bench", path, PICTURES[0], "--device", "sim:").splitlines()
    verify = output(n.cli, "verify", path, *PICTURES, "--device", "sim:").splitlines()
    lines = [*run.stdout.splitlines(), "...", *bench[:4], *(l for l in bench if " busy over " in l), "...", verify[-1]]
    yield ""
    yield from ("    " + line for line in lines)
    yield ""


def fill(path, name, lines):
    with open(path, encoding="utf-8") as f:
        page = f.read()
    first, last = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    head, rest = page.split(first)
    tail = rest.split(last, 1)[1]
    with open(path + ".part", "w", encoding="utf-8") as f:
        f.write(head + first + "".join(line + "\n" for line in lines) + last + tail)
    os.replace(path + ".part", path)


def main():
    if len(sys.argv) not in (5, 6) or (len(sys.argv) == 6 and sys.argv[5] != "--into"):
        sys.exit(__doc__.split("\n\n")[1])
    cli, models, imagenet, path = sys.argv[1:5]
    n = Numbers(cli)
    measure(n, models, imagenet)
    n.write(path)
    tables = (("README.md", "numbers", small_table(n)), ("README.md", "peak", peak_table(n)), ("docs/performance.md", "peak", peak_table(n)),
              ("docs/performance.md", "networks", networks_table(n)), ("docs/performance.md", "layers", layers_table(n)))
    if len(sys.argv) == 6:
        for page, name, lines in (*tables, ("README.md", "run", shown(n, models))):
            fill(page, name, list(lines))
    else:
        for _, name, lines in tables[:2] + tables[3:]:
            print(f"\n{name}\n", *lines, sep="\n")
    print(f"\n{len(n.rows)} numbers of commit {n.commit}: {path}")


if __name__ == "__main__":
    main()
