#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet estimate: the table, and the same numbers as bench on the simulated chip.
. "$ROOT/tests/cli/lib.sh"
check 0 'estimated, not simulated' "$BONNET" estimate "$bool"
check 0 '% while a binary descriptor runs' "$BONNET" estimate "$bool" --geometry tiny --frames 3 --dram-latency 200
check 0 '^boolnet_k4, geometry zcu102' "$BONNET" estimate "$bool" --geometry zcu102 --batch 2 --frames 16
check 11 "no geometry 'huge'" "$BONNET" estimate "$bool" --geometry huge
check 14 'nothing.bonnet' "$BONNET" estimate nothing.bonnet
# cycles of every layer, bytes of every layer and of the run
for frames in 1 3; do
    "$BONNET" estimate "$bool" --frames $frames > estimated || die "estimate failed"
    "$BONNET" bench "$bool" --device sim: --images $frames > counted || die "bench failed"
    paste -d'|' <(grep -E ' (stem|conv|down|last|fc) ' estimated) <(grep -E ' (stem|conv|down|last|fc) ' counted) |
        awk -F'|' '{ split($1, a, " "); split($2, b, " "); off = a[5] - b[5]; if (off < 0) off = -off
            if (off > 0.02 * b[5] || a[1] != b[1] || (a[2] != "stem" && a[13] != b[13])) { print; bad = 1 } } END { exit bad }' ||
        die "$frames frames: estimate and bench disagree"
    [ "$(grep '^DRAM' estimated)" = "$(grep '^DRAM' counted)" ] || die "$frames frames: DRAM bytes differ"
done

# Milliseconds and millijoules: bench's cycles at the chip's own clock, and what `bonnet energy` says of that run.
for geometry in asic tiny; do
    "$BONNET" bench "$bool" --device sim:geometry=$geometry --images 1 --json > counted || die "bench failed"
    "$BONNET" energy "$bool" --device sim:geometry=$geometry --json > joules || die "energy failed"
    "$BONNET" estimate "$bool" --geometry $geometry --json -o $geometry.profile > out 2> err || die "estimate failed"
    /usr/bin/python3 -B - $geometry.profile << 'P' || die "$geometry: milliseconds or millijoules"
import json, sys
e, b, j, p = (json.load(open(f)) for f in ("out", "counted", "joules", sys.argv[1]))
t = e["totals"]
assert t["clock_hz"] == b["totals"]["clock_hz"], (t, b["totals"])
assert abs(t["ms"] / (1e3 * b["totals"]["cycles"] / t["clock_hz"]) - 1) < 0.02, t
assert abs(t["ms_lo"] / t["ms"] - 0.98) < 1e-6 and abs(t["ms_hi"] / t["ms"] - 1.02) < 1e-6, t
assert abs(1e3 * t["mj"] / j["frame"]["total_uj"] - 1) < 0.01, (t["mj"], j["frame"])
# The profile: a start and all layers are the whole; so are their energies.
assert p["tier"] == sys.argv[1].split(".")[0] and p["source"] == "array" and p["branches"] == [] and len(p["sha256"]) == 64
assert abs(p["start_ms"] + sum(l["ms"] for l in p["layers"]) - p["ms"]) < 1e-7 and p["start_ms"] > 0, p
assert abs(sum(l["mj"] for l in p["layers"]) / p["mj"] - 1) < 1e-6 and p["ms"] == t["ms"], p
assert all(0 <= l["ms_lo"] <= l["ms"] <= l["ms_hi"] for l in p["layers"]), p
P
    checks=$((checks + 1))
done
# Whatever is cut off at either end takes a time within the bounds of a start and its layers: `bonnet cut` has the cycles of these parts.
for geometry in asic zcu102 tiny; do
    "$BONNET" cut "$bool" --geometry $geometry --json > cuts || die "cut failed"
    "$BONNET" estimate "$bool" --geometry $geometry --json -o cut.profile > out 2> err || die "estimate failed"
    /usr/bin/python3 -B - $geometry << 'P' || die "$geometry: a part is outside the bounds of its layers"
import json, sys
cuts, p, hz = json.load(open("cuts"))["cuts"], json.load(open("cut.profile")), json.load(open("out"))["totals"]["clock_hz"]
names = [l["name"] for l in p["layers"]]
off = []
for c in cuts:
    at = names.index(c["name"]) + 1
    for layers, cycles in ((p["layers"][:at], c["cycles_before"]), (p["layers"][at:], c["cycles_after"])):
        low, middle, high = (p["start_ms"] + sum(l[k] for l in layers) for k in ("ms_lo", "ms", "ms_hi"))
        assert low <= 1e3 * cycles / hz <= high, (c["name"], low, 1e3 * cycles / hz, high)
        off.append(abs(middle / (1e3 * cycles / hz) - 1))
assert len(off) == 10, off
print("boolnet_k4, %s: a start and its layers miss a head or a tail by at most %.1f %%" % (sys.argv[1], 100 * max(off)))
P
    checks=$((checks + 1))
done
check 0 '^[0-9.]+ ms at 200 MHz' "$BONNET" estimate "$bool" --clock-mhz 200
check 0 '^[0-9.]+ ms at 1000 MHz, .* mJ in all by' "$BONNET" estimate "$bool" --frames 3
check 2 'clock-mhz wants a whole number from 1 to 4000' "$BONNET" estimate "$bool" --clock-mhz 5000
check 2 '-o is about one frame' "$BONNET" estimate "$bool" --frames 2 -o two.profile
check 14 'cannot write' "$BONNET" estimate "$bool" -o no/such/folder

# Early exits: branches behind the layers that they read.
check 0 '' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet
check 0 '^each start' "$BONNET" estimate exits.bonnet -o exits.profile
/usr/bin/python3 -B - << 'P' || die "branches"
import json
p = json.load(open("exits.profile"))
names = [l["name"] for l in p["layers"]]
assert len(p["branches"]) == 2 and all(b["behind"] in names and b["ms_hi"] > b["ms"] > p["start_ms"] / 2 and 0 < b["mj"] < p["mj"] for b in p["branches"]), p
P
checks=$((checks + 1))

# Widths that leave lanes idle, and layers of which this estimate knows nothing.
if /usr/bin/python3 -c 'import onnx' 2> err; then
    PYTHONPATH=$ROOT/tests/anynet /usr/bin/python3 -B -c 'import onnx, published; onnx.save(published.mlp(1, 72, True), "mlp.onnx")' || die "no network"
    check 0 '' "$BONNET" compile mlp.onnx -o mlp.bonnet
    check 0 ' 72 -> next useful width 128 \(56 lanes idle\)' "$BONNET" estimate mlp.bonnet
    grep -q '; layers on the CPU are in neither$' out || die "what is missing is not said"
    [ "$(grep -c 'on the CPU: no estimate$' out)" -ge 1 ] || die "layers on the CPU have numbers"
    check 0 'reads 72 -> next useful width 128 \(56 of 64 bits idle\)' "$BONNET" estimate mlp.bonnet
    grep -q 'reads 1 -> ' out && die "a window of the whole map goes without gaps"
    check 0 ' 72 -> next useful width 80 \(8 lanes idle\)' "$BONNET" estimate mlp.bonnet --geometry tiny
    check 20 "no profile: layer '.*' runs on the CPU" "$BONNET" estimate mlp.bonnet -o mlp.profile
    # The CPU beside the chip as a platform: its layers by that, the others as before, and one after the other.
    cpu=$ROOT/examples/edge/platforms/cpu_epyc_avx512.json
    check 0 '' "$BONNET" estimate mlp.bonnet --json
    cp out alone.json
    check 0 '' "$BONNET" estimate mlp.bonnet --platform "$cpu" --json
    cp out cpu.json
    check 0 '' "$BONNET" estimate mlp.bonnet --cpu "$cpu" -o mlp.profile --json
    cp out both.json
    /usr/bin/python3 -B - << 'P' || die "layers of chip and CPU"
import json
alone, cpu, both, profile = (json.load(open(f)) for f in ("alone.json", "cpu.json", "both.json", "mlp.profile"))
close = lambda a, b: abs(a - b) <= 1e-9 + 1e-6 * abs(b)
taken = 0
for a, c, b, p in zip(alone["layers"], cpu["layers"], both["layers"], profile["layers"]):
    on_cpu = not a["cycles"] and "within" not in a
    taken += c["ms"] if on_cpu else 0
    assert close(b["ms"], c["ms"] if on_cpu else a.get("ms", 0)) and close(p["ms"], b["ms"]), (a, c, b, p)
    assert p["ms_lo"] <= p["ms"] <= p["ms_hi"]
assert profile["start_ms"] > 0, "a head that the CPU does alone starts no chip"
assert taken > 0 and close(both["totals"]["ms"], alone["totals"]["ms"] + taken) and close(profile["ms"], both["totals"]["ms"]), taken
P
    checks=$((checks + 1))
    check 0 'layers on the CPU by ' "$BONNET" estimate mlp.bonnet --cpu "$cpu" --frames 3
    check 2 '--cpu are of the chip' "$BONNET" estimate mlp.bonnet --cpu "$cpu" --platform "$cpu"
    check 14 'No such file' "$BONNET" estimate mlp.bonnet --cpu none.json
fi
check 0 '' "$BONNET" estimate "$bool"
grep -q 'next useful' out && die "no lane of this network is idle"
passed
