#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Write what docs/plan.md plans from: BaseNet k = 1 at 224 x 224 as a chain, on two tiers; the small BoolNet with trained exits on three.

    tests/plan/inputs.py CLI BASENET EXITS FOLDER       writes FOLDER/basenet and FOLDER/fashion

device.json: a device that does BINARY_MACS in CYCLES of 12 MHz, as the iCE40's machine does on the small BaseNet (docs/ice40.md); a rate, not a board: this network has
no room on it. server.json: the zcu102 geometry at its nominal 250 MHz, by `bonnet estimate`. tiers.json: the chain, a raw camera (no JPEG), exits behind the first three
stages. board.json: the zcu102 itself as the device, with a JPEG of 20 kB. Their accuracies, as parts of the whole network's: Hu and others (RTCSA 2021) for a network of four stages; BaseNet has no
trained exits of this size. A branch: the pool and a dense layer of its channels.

fashion/: device.json the iCE40's rate on BoolNet k = 4, whose stem is the host's there; edge.json and cloud.json `bonnet estimate` on tiny and zcu102; codecs.json `bonnet cut` on the
pictures of the tree; thresholds.json `bonnet calibrate` on the 10,000 test images.
"""
import glob
import json
import os
import subprocess
import sys

BINARY_MACS, CYCLES, DEVICE_HZ, SERVER_HZ, CLASSES = 55795712, 340896, 12e6, 250e6, 1000
BOOLNET_MACS, BOOLNET_CYCLES = 70647808, 611072
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


def basenet(cli, model, folder):
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


def fashion(cli, model, folder):
    info, images = ask(cli, "info", model, "--json"), sorted(glob.glob("tests/vectors/fashion/*.pgm"))
    slow = 1e3 * BOOLNET_CYCLES / BOOLNET_MACS / DEVICE_HZ
    cuts = ask(cli, "cut", model, *images, "--json")
    for command in (["estimate", model, "--geometry", "tiny", "-o", f"{folder}/edge.json"], ["estimate", model, "--geometry", "zcu102", "-o", f"{folder}/cloud.json"],
                    ["cut", model, *images, "-o", f"{folder}/codecs.json"], ["run", model, "--dataset", "fashion-mnist", "--all-exits", "-o", f"{folder}/logits.npz"],
                    ["calibrate", f"{folder}/logits.npz", model, "--budget", "0.5", "-o", f"{folder}/thresholds.json"]):
        subprocess.run([cli, *command], stdout=subprocess.DEVNULL, check=True)
    os.remove(f"{folder}/logits.npz")
    with open(f"{folder}/edge.json", encoding="utf-8") as file:
        profile_ = json.load(file)
    macs = {layer["name"]: layer["macs"] + layer["depthwise_macs"] for layer in info["layers"]} | {one["name"]: one["macs"] for one in info["exits"]}
    for entry in profile_["layers"] + profile_["branches"]:
        entry["ms"] = entry["ms_lo"] = entry["ms_hi"] = round(slow * macs[entry["name"]], 6)
        entry.pop("mj", None)
    whole = round(sum(layer["ms"] for layer in profile_["layers"]), 6)
    write(f"{folder}/device.json", {**{key: value for key, value in profile_.items() if key != "mj"}, "tier": "iCE40's rate", "source": "model", "start_ms": 0, "ms": whole, "ms_lo": whole, "ms_hi": whole})
    crossing = {cut["name"]: cut["bytes"] for cut in cuts["cuts"]}
    codec = {"measured": "codecs.json", "encode_ms_per_mb": [400, 40, 4], "decode_ms_per_mb": [100, 10, 1]}
    write(f"{folder}/tiers.json", {
        "bonnet_tiers": 1, "network": info["model"], "input_bytes": cuts["input_bytes"], "result_bytes": 40,
        "layers": [{"name": layer["name"], **({"bytes": crossing[layer["name"]]} if layer["name"] in crossing else {}), "memory_bytes": (layer["weight_bits"] + layer["depthwise_weight_bits"]) // 8}
                   for layer in info["layers"]],
        "tiers": [{"name": "device", "profile": "device.json", "memory_bytes": 131072, "busy_mw": 20, "idle_mw": 2}, {"name": "edge", "profile": "edge.json"}, {"name": "cloud", "profile": "cloud.json"}],
        "links": [{"mbit_per_s": 2, "mbit_per_s_sd": 0.3, "rtt_ms": 4, "nj_per_bit": 100, "mj_per_wake": 0.05}, {"mbit_per_s": 50, "rtt_ms": 20}],
        "codecs": [{"name": "deflate", **codec}, {"name": "zstd", **codec}]})


def main():
    cli, large, small, folder = sys.argv[1:]
    for name, model, make in (("basenet", large, basenet), ("fashion", small, fashion)):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
        make(cli, model, f"{folder}/{name}")


main()
