#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Write what the figures of docs/plan.md are planned from: BaseNet k = 1 at 224 x 224 as a chain, on two tiers.

    tests/plan/inputs.py CLI MODEL FOLDER

device.json: a device that does BINARY_MACS in CYCLES of 12 MHz, as the iCE40's machine does on the small BaseNet (docs/ice40.md); a rate, not a board: this network has
no room on it. server.json: the zcu102 geometry at its nominal 250 MHz, by `bonnet estimate`. tiers.json: the chain, a raw camera (no JPEG), exits behind the first three
stages. board.json: the zcu102 itself as the device, with a JPEG of 20 kB. Their accuracies, as parts of the whole network's: Hu and others (RTCSA 2021) for a network of four stages; BaseNet has no
trained exits of this size. A branch: the pool and a dense layer of its channels.
"""
import json
import subprocess
import sys

BINARY_MACS, CYCLES, DEVICE_HZ, SERVER_HZ, CLASSES = 55795712, 340896, 12e6, 250e6, 1000
EXITS = (("stage1", "layer1.1.conv2", 64, 0.432), ("stage2", "layer2.1.conv2", 128, 0.630), ("stage3", "layer3.1.conv2", 256, 0.899))


def ask(*command):
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def profile(info, tier, source, ms, branch_ms):
    def cost(value):
        return {"ms": round(value, 6), "ms_lo": round(value, 6), "ms_hi": round(value, 6)}

    layers = [{"name": layer["name"], "kind": layer["kind"], **cost(ms(layer))} for layer in info["layers"]]
    branches = [{"name": name, "behind": behind, **cost(branch_ms(channels * CLASSES))} for name, behind, channels, _ in EXITS]
    return {"bonnet_profile": 1, "network": info["model"], "sha256": info["sha256"], "tier": tier, "source": source, "start_ms": 0, "layers": layers,
            "branches": branches, **cost(sum(layer["ms"] for layer in layers))}


def write(path, value):
    """A line for each entry of a list."""
    text = ",\n".join(f' {json.dumps(key)}: ' + ("[\n" + ",\n".join("  " + json.dumps(one) for one in entry) + "\n ]" if isinstance(entry, list) else json.dumps(entry))
                      for key, entry in value.items())
    with open(path, "w", encoding="utf-8") as file:
        file.write("{\n" + text + "\n}\n")


def main():
    cli, model, folder = sys.argv[1:]
    info, cuts = ask(cli, "info", model, "--json"), ask(cli, "cut", model, "--json")
    cycles = {layer["name"]: layer["cycles"] for layer in ask(cli, "estimate", model, "--geometry", "zcu102", "--json")["layers"]}
    slow = 1e3 * CYCLES / BINARY_MACS / DEVICE_HZ
    fc = cycles["head.fc"] / next(layer["macs"] for layer in info["layers"] if layer["name"] == "head.fc")
    write(f"{folder}/device.json", profile(info, "iCE40's rate", "model", lambda layer: slow * layer["macs"], lambda macs: slow * macs))
    write(f"{folder}/server.json", profile(info, "zcu102 at 250 MHz", "array", lambda layer: 1e3 * cycles[layer["name"]] / SERVER_HZ, lambda macs: 1e3 * fc * macs / SERVER_HZ))
    crossing = {cut["name"]: cut["bytes"] for cut in cuts["cuts"]}
    tiers = {
        "bonnet_tiers": 1, "network": info["model"], "input_bytes": cuts["input_bytes"], "result_bytes": 4, "accuracy": 1,
        "layers": [{"name": layer["name"], **({"bytes": crossing[layer["name"]]} if layer["name"] in crossing else {})} for layer in info["layers"]],
        "exits": [{"name": name, "behind": behind, "accuracy": accuracy} for name, behind, _, accuracy in EXITS],
        "tiers": [{"name": "device", "profile": "device.json"}, {"name": "server", "profile": "server.json"}],
        "links": [{"mbit_per_s": 1, "rtt_ms": 20}]}
    write(f"{folder}/tiers.json", tiers)
    write(f"{folder}/board.json", {**tiers, "input_bytes": 20000, "tiers": [{"name": "board", "profile": "server.json"}, tiers["tiers"][1]]})


main()
