#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet profile: structure, not speed. What is measured is only asked to be positive, ordered and within its own intervals.
. "$ROOT/tests/cli/lib.sh"
check 0 '^layer2.1.conv2 +last +[0-9.]+' "$BONNET" profile "$bool" --repeat 5 -o bool.json
grep -q '^whole ' out || die "the whole"
grep -q '^boolnet_k4 on cpu:, 5 runs.$' out || die "how many runs"
check 0 '"runs": 3' "$BONNET" profile "$bool" "$pictures"/00000_*.pgm --repeat 3 --json --active-mw 2500
/usr/bin/python3 -B - << 'P' || die "not the profile that was promised"
import json
for name, mj in (("bool.json", False), ("out", True)):
    p = json.load(open(name))
    assert len(p["layers"]) == 11 and p["start_ms"] >= 0, name
    for l in p["layers"] + [p]:
        assert 0 < l["ms_lo"] <= l["ms"] <= l["ms_hi"] < 1000, l
        assert ("mj" in l) == mj and (not mj or abs(l["mj"] / l["ms"] - 2.5) < 1e-6), l
    total = p["start_ms"] + sum(l["ms"] for l in p["layers"])
    assert abs(total - p["ms"]) < 1e-6 * total, (total, p["ms"])
p = json.load(open("bool.json"))
assert p["source"] == "measured" and p["tier"] == "cpu:" and len(p["sha256"]) == 64, p
P
checks=$((checks + 1))
# On the simulated chip: the ends of the layers add up to the run that bench counts; the memory of a second run answers otherwise by a few cycles.
check 0 '' "$BONNET" profile "$bool" --device sim: --repeat 1 --json
mv out chip.json
check 0 '' "$BONNET" bench "$bool" --device sim: --json
/usr/bin/python3 -B - << 'P' || die "the layers do not add up to the run"
import json
p, b = json.load(open("chip.json")), json.load(open("out"))["totals"]
hz = b["clock_hz"]
assert abs(p["ms"] * 1e-3 * hz - b["cycles"]) < 0.005 * b["cycles"], (p["ms"] * 1e-3 * hz, b["cycles"])
assert all(l["ms"] > 0 for l in p["layers"])
P
checks=$((checks + 1))

# Branches are measured on the map that the image leaves, and stand beside the trunk.
check 0 '' "$BONNET" compile "$ROOT"/models/fashion/boolnet_k4_exits.onnx -o exits.bonnet
check 0 '^exit2 +branch ' "$BONNET" profile exits.bonnet --repeat 3 -o exits.json
check 0 '"name": "exit1"' "$BONNET" profile exits.bonnet --repeat 3 --json
/usr/bin/python3 -B - << 'P' || die "not the branches that were promised"
import json
p = json.load(open("exits.json"))
assert [(b["name"], b["behind"]) for b in p["branches"]] == [("exit1", "stem.conv"), ("exit2", "layer1.0.conv2")], p["branches"]
assert all(0 < b["ms_lo"] <= b["ms"] <= b["ms_hi"] for b in p["branches"]) and len(p["layers"]) == 11
P
checks=$((checks + 1))

# Models of every kind: at most as many measurements as were asked for, intervals that hold them, shapes that took no part.
check 0 '^conv +[0-9]+ ' "$BONNET" profile --kinds -o here.json "$bool" "$base" --repeat 3 --budget 16
[ "$(grep -c "^$MODELS" out)" -eq 2 ] || die "errors of whole networks"
check 0 '' "$BONNET" profile --kinds -o here.json "$bool" --repeat 3 --budget 30 --seed 7 --json --idle-mw 900 --active-mw 2500.5
/usr/bin/python3 -B - << 'P' || die "not the models that were promised"
import json
j, p = json.load(open("out")), json.load(open("here.json"))
kinds = ["stem", "conv", "down", "last", "fc", "iconv", "bconv", "bpool", "belt", "bsum", "bpick"]
assert list(j["kinds"]) == kinds == list(p["layers"]) and j["seed"] == 7, j["kinds"].keys()
assert p["bonnet_platform"] == 1 and p["power"] == {"idle_mw": 900, "active_mw": 2500.5} and p["start_ms"] >= 0
for name, k in j["kinds"].items():
    points, held = k["points"], k["held_out"]
    assert 4 <= len(points) <= 30 and len(held) == 20, (name, len(points), len(held))
    shapes = [json.dumps(x["shape"]) for x in points]
    assert not set(shapes) & {json.dumps(x["shape"]) for x in held}, name
    assert all(x["ms"] > 0 and x["predicted_ms"] > 0 for x in points + held), name
    inside = sum(abs(x["ms"] / x["predicted_ms"] - 1) <= k["error"] + 1e-6 for x in points)
    assert k["error"] == 1 or inside >= 0.8 * len(points), (name, inside, len(points), k["error"])
    held_in = sum(abs(x["ms"] / x["predicted_ms"] - 1) <= k["error"] + 1e-6 for x in held)
    assert k["error"] == 1 or held_in >= 19, (name, held_in, k["error"])
    off = sorted(abs(x["predicted_ms"] / x["ms"] - 1) for x in held)
    assert abs(k["worst_error"] - off[-1]) < 1e-6 and abs(k["mean_error"] - sum(off) / 20) < 1e-6 and abs(k["median_error"] - (off[9] + off[10]) / 2) < 1e-6, name
    assert k["terms"] and all(t["ms"] > 0 for t in k["terms"]), name
    assert p["layers"][name] == {"model": "stairs", "error": k["error"], "terms": k["terms"]}, name
assert [n["network"].endswith("boolnet_k4.bonnet") for n in j["networks"]] == [True] and j["networks"][0]["measured_ms"] > 0
json.dump(j["networks"][0]["predicted_ms"] + p["start_ms"], open("predicted", "w"))
P
checks=$((checks + 1))
# The platform predicts what was printed, with energy.
check 0 '' "$BONNET" estimate "$bool" --platform here.json --json
/usr/bin/python3 -B - << 'P' || die "the platform predicts something else"
import json
e, want = json.load(open("out"))["totals"], json.load(open("predicted"))
assert abs(e["ms"] - want) < 1e-6 * want and e["ms_lo"] <= e["ms"] <= e["ms_hi"], (e["ms"], want)
assert abs(e["mj"] - e["ms"] * 2.5005) < 1e-6 * e["mj"], e["mj"]
P
checks=$((checks + 1))

check 0 '^exit1 +branch ' "$BONNET" estimate exits.bonnet --platform here.json

check 0 '^boolnet_k4 on cpu: of an AMD EPYC' "$BONNET" estimate "$bool" --platform "$ROOT"/examples/edge/platforms/cpu_epyc_avx512.json

# The same seed draws the same shapes.
for run in 1 2; do
    check 0 '' "$BONNET" profile --kinds -o again.json --repeat 1 --budget 4 --seed 3 --json
    /usr/bin/python3 -B -c 'import json; print([[x["shape"] for x in k["held_out"]] for k in json.load(open("out"))["kinds"].values()])' > shapes$run
done
cmp -s shapes1 shapes2 || die "a seed draws other shapes"

# Stairs along both channels: on the simulated chip they are 64 wide, by construction, and cycles have no noise.
check 0 '^conv, 14 x 14 pixels, device sim:; a stair is 64 input channels wide and 64 output channels$' "$BONNET" profile --steps conv --device sim: --repeat 1 --seed 5
grep -qE 'off by 0\.[01] % \(median\), 0\.[0-4] % \(mean\)' out || die "a chip that is no staircase"
check 0 '' "$BONNET" profile --steps bconv --repeat 3 --budget 20 --json
/usr/bin/python3 -B - << 'P' || die "not the stairs that were promised"
import json
j = json.load(open("out"))
assert j["kind"] == "bconv" and 4 <= len(j["points"]) <= 20 and j["step_in"] >= 1 and j["step_out"] >= 1, j
assert all(p["ms"] > 0 and 1 <= p["channels_in"] <= 512 and 1 <= p["channels_out"] <= 512 for p in j["points"]), j
assert len({(p["channels_in"], p["channels_out"]) for p in j["points"]}) == len(j["points"]), j
P
checks=$((checks + 1))

# Refused.
check 2 "steps wants bconv, conv or down, not 'fc'" "$BONNET" profile --steps fc
check 2 'goes without models' "$BONNET" profile --steps conv "$bool"
check 2 'draws what --steps finds' "$BONNET" profile "$bool" --plot x.svg
check 2 'golden: has no clock' "$BONNET" profile --steps conv --device golden:
check 2 'give a model' "$BONNET" profile
check 2 'give a model and at most one image' "$BONNET" profile a b c
check 2 'give -o PLATFORM.json' "$BONNET" profile --kinds
check 2 "repeat wants a whole number from 1 to 1000, not '1001'" "$BONNET" profile "$bool" --repeat 1001
check 2 "budget wants a whole number from 4 to 100, not '3'" "$BONNET" profile --kinds -o x.json --budget 3
check 2 "budget wants a whole number from 4 to 100, not '101'" "$BONNET" profile --kinds -o x.json --budget 101
check 2 "active-mw wants milliwatts, 0 to 10\^7, not 'nan'" "$BONNET" profile "$bool" --active-mw nan
check 2 "idle-mw wants milliwatts, 0 to 10\^7, not '-1'" "$BONNET" profile --kinds -o x.json --idle-mw -1 --active-mw 2
check 2 'idle-mw and --active-mw, or neither' "$BONNET" profile --kinds -o x.json --idle-mw 1
check 2 'golden: has no clock' "$BONNET" profile "$bool" --device golden: --repeat 1
check 2 'golden: has no clock' "$BONNET" profile --kinds -o x.json --device golden: --repeat 1
check 2 'mock: has no clock' "$BONNET" profile "$bool" --device mock: --repeat 1
check 2 "kinds fits what cpu: does" "$BONNET" profile --kinds -o x.json --device sim:
check 14 'no/where.json' "$BONNET" profile "$bool" --repeat 1 -o no/where.json
check 14 'none.bonnet' "$BONNET" profile none.bonnet
[ ! -e x.json ] || die "a refused command wrote a file"
# A platform with stairs, broken in one place at a time.
broken() { # PATTERN PYTHON
    check 0 '' /usr/bin/python3 -B -c "import json; j = json.load(open('here.json')); c = j['layers']['conv']; $2; json.dump(j, open('bad.json', 'w'))"
    check 11 "bad.json: .*$1" "$BONNET" estimate "$bool" --platform bad.json
}
broken 'layers.conv.terms\[0\].of.*"wings" is no dimension' 'c["terms"][0]["of"] = {"wings": 2}'
broken 'layers.conv.terms\[1\].of.*"pixels" wants a whole step, 1 to 65536' 'c["terms"][1]["of"] = {"pixels": 0}'
broken '"pixels" wants a whole step' 'c["terms"][1]["of"] = {"pixels": 1.5}'
broken 'terms.* wants at least one' 'c["terms"] = []'
broken 'terms' 'c["terms"] = c["terms"] * 13'
broken 'terms\[0\].*"ms"' 'c["terms"][0]["ms"] = -1'
broken 'error' 'c["error"] = 1.5'
broken 'colour' 'c["colour"] = 1'
# A list of layers is no .bonnet: stairs say so.
check 0 '' /usr/bin/python3 -B -c "import json; j = json.load(open('here.json')); j['layers']['other'] = j['layers']['conv']; json.dump(j, open('other.json', 'w'))"

# One layer at a time, from C.
cat > layer.c << 'END'
#include <bonnet_stairs.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    bonnet_layer_shape s;
    bonnet_device *dev;
    double seconds[4] = {0, 0, 0, -1}, untouched = -1;
    memset(&s, 0, sizeof s);
    s.kind = "conv", s.slices = 4, s.channels_in = s.channels_out = 64, s.height_in = s.width_in = 14, s.kernel_h = s.kernel_w = 3;
    s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = s.groups = 1;
    for (int chip = 0; chip < 2; chip++) {
        if (bonnet_open(&dev, chip ? "sim:" : "cpu:", NULL)) return puts(bonnet_last_error(NULL)), 1;
        if (bonnet_profile_layer(seconds, dev, &s, 3)) return puts(bonnet_last_error(dev)), 1;
        for (int i = 0; i < 3; i++)
            if (!(seconds[i] > 0 && seconds[i] < 1)) return puts("no time"), 1;
        if (seconds[3] != -1) return puts("more times than were asked for"), 1;
        s.channels_in = 63;
        if (bonnet_profile_layer(&untouched, dev, &s, 1) != BONNET_EINVAL || untouched != -1) return puts("63 channels were taken"), 1;
        puts(bonnet_last_error(dev));
        s.channels_in = 64;
        if (bonnet_profile_layer(&untouched, dev, &s, 0) != BONNET_EINVAL || bonnet_profile_layer(&untouched, dev, &s, 10001) != BONNET_EINVAL ||
            bonnet_profile_layer(&untouched, dev, NULL, 1) != BONNET_EINVAL || bonnet_profile_layer(NULL, dev, &s, 1) != BONNET_EINVAL ||
            bonnet_profile_layer(&untouched, NULL, &s, 1) != BONNET_EINVAL || untouched != -1)
            return puts("bad arguments were taken"), 1;
        bonnet_close(dev);
    }
    if (bonnet_open(&dev, "golden:", NULL)) return 1;
    if (bonnet_profile_layer(&untouched, dev, &s, 1) != BONNET_EUNSUPPORTED || untouched != -1) return puts("golden: has a clock?"), 1;
    bonnet_close(dev);
    return 0;
}
END
library=$(dirname "$BONNET")
"$CC" -std=c99 -Wall -Wextra -Werror -I"$ROOT/host/include" layer.c "$library"/libbonnet.so -Wl,-rpath,"$library" -o layer 2> err || die "C99"
check 0 'no layer of this shape: layer 0 .layer.: out_c is 63, not a multiple of 64' ./layer
passed
