#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`make profile-cpu`: the errors of `bonnet profile --kinds` and what `--steps` finds on this machine, as the tables of docs/profile.md.

usage: profile_cpu.py BONNET OUT_DIR PICTURE.svg NETWORK.bonnet...
"""
import json
import os
import re
import statistics
import subprocess
import sys

SEEDS = (1, 2, 3)
REPEATS = "51"
PUBLISHED = ("lfc", "tfc", "cnv", "resnet")


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as f:
        names = re.findall(r"^model name\s*: (.*)$", f.read(), re.M)
    return f"{names[0] if names else 'a processor without a name'}, {os.cpu_count()} cores"


def bonnet(program, *arguments):
    done = subprocess.run([program, "profile", *arguments], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def published(program, folder):
    """Networks of the literature, where Python has onnx."""
    made = []
    for name in PUBLISHED:
        graph, net = f"{folder}/{name}.onnx", f"{folder}/{name}.bonnet"
        here = [sys.executable, "-B", "tests/anynet/published.py", name, graph]
        if subprocess.run(here, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            return made
        subprocess.run([program, "compile", graph, "-o", net], stdout=subprocess.DEVNULL, check=True)
        made.append(net)
    return made


def percent(x):
    return f"{100 * x:.1f} %"


def main():
    program, folder, picture, nets = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    os.makedirs(folder, exist_ok=True)
    nets += published(program, folder)
    runs = [bonnet(program, "--kinds", "-o", f"{folder}/platform.json", "--json", "--seed", str(s), "--repeat", REPEATS, *nets) for s in SEEDS]
    print(f"{machine()}; `cpu:`, one thread, median of {REPEATS} runs, seeds {', '.join(map(str, SEEDS))}.\n")
    print("| kind | terms | measurements | median error | mean | worst | interval for 90 % |\n|---|---|---|---|---|---|---|")
    for kind in runs[0]["kinds"]:
        k = [r["kinds"][kind] for r in runs]
        off = [abs(h["predicted_ms"] / h["ms"] - 1) for x in k for h in x["held_out"]]
        print(f"| {kind} | {statistics.median(len(x['terms']) for x in k)} | {max(len(x['points']) for x in k)} | {percent(statistics.median(off))} | "
              f"{percent(statistics.mean(off))} | {percent(max(off))} | {percent(statistics.median(x['error'] for x in k))} |")
    print(f"\n{len(SEEDS)} x {len(runs[0]['kinds']['conv']['held_out'])} layers of each kind that took no part. Whole networks, the sum of their layers:\n")
    print("| network | measured | error, seed by seed |\n|---|---|---|")
    for i, net in enumerate(nets):
        n = [r["networks"][i] for r in runs]
        errors = ", ".join(f"{100 * (x['predicted_ms'] / x['measured_ms'] - 1):+.1f} %" for x in n)
        print(f"| {os.path.basename(net).removesuffix('.bonnet')} | {statistics.median(x['measured_ms'] for x in n):.4f} ms | {errors} |")
    print("\n`bonnet profile --steps`, 14 x 14 pixels, no step known beforehand; 40 places that took no part:\n")
    print("| layer, device | steps found: in, out | measurements | median error | worst |\n|---|---|---|---|---|")
    for kind, device, more in (("bconv", "cpu:", ["--plot", picture]), ("conv", "cpu:", []), ("down", "cpu:", []), ("conv", "sim:", []), ("down", "sim:", [])):
        repeats = "1" if device == "sim:" else REPEATS
        s = bonnet(program, "--steps", kind, "--device", device, "--repeat", repeats, "--json", *more)
        print(f"| {kind}, `{device}` | {s['step_in']}, {s['step_out']} | {len(s['points'])} | {percent(s['median_error'])} | {percent(s['worst_error'])} |")


if __name__ == "__main__":
    main()
