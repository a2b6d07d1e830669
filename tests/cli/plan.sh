#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet plan: what it answers for a measured profile and for a network of the tree, what limits cost, its plan file, and every way in which its files can be wrong.
. "$ROOT/tests/cli/lib.sh"
cp "$ROOT"/examples/edge/efficientnet.json net.json

# PORTEND's measured profile: with 1-bit maps a cut is worth having from 0.25 to 16 Mbit/s.
check 0 '^ +1 +175.105 .* a1.medium partition1..partition2 >1 bit 25088 B> g4dn partition3..partition8$' "$BONNET" plan net.json
grep -q '^      75.080 ms less than the next$' out || die "what the best gains over the next"
grep -q '^EfficientNet-B0: 30 plans, 30 within the limits; goal ms$' out || die "how many plans there are"
[ "$(grep -c '^    [0-9]' out)" -eq 3 ] || die "three plans"
check 0 '^ +30 ' "$BONNET" plan net.json --best 31
grep -q 'the last one within the limits' out || die "the last of all"
check 0 'least late, by 75.105 ms; no plan meets the deadline' "$BONNET" plan net.json --deadline 100
check 0 'the only one within the limits$' "$BONNET" plan net.json --policy no_raw_upload,must_local_answer --deadline 605 --only device
check 0 'a1.medium partition1..partition8$' "$BONNET" plan net.json --policy must_local_answer
grep -qE '; better ones left out: [0-9]+ without a local answer$' out || die "what the policy costs"
grep -q '^without limits: 175.105 ms' out || die "the best without limits"
check 0 '^ +1 +631.136 ' "$BONNET" plan net.json --only server --best 1
check 20 'no plan of 1 is within the limits: all miss no_raw_upload' "$BONNET" plan net.json --only server --policy no_raw_upload
for goal in ms mj accuracy reward; do check 0 "goal $goal\$" "$BONNET" plan net.json --goal $goal; done
check 0 '^    1 .*25088' "$BONNET" plan net.json --pareto
check 0 '^    2.000  final, server 7, 807.277 ms ' "$BONNET" plan net.json --edgent map --states 1:3:1
check 0 '^   64.000 .*a1.medium >none 150528 B> g4dn partition1..partition8$' "$BONNET" plan net.json --edgent map --states 0.05,64
check 0 '^as printed: NULL, nothing within 200.000 ms$' "$BONNET" plan net.json --edgent static --deadline 200
grep -q '^device first: 175.105 ms' out || die "device first"
check 0 '"as_printed"' "$BONNET" plan net.json --edgent static --deadline 900 --json

# The plan file: written, read back, refused when it does not fit together.
check 0 '' "$BONNET" plan net.json -o plan.json
check 0 '^plan.json: sound; EfficientNet-B0, 8 layers on 2 tiers, expected 175.105 ms' "$BONNET" plan --check plan.json
check 0 '' "$BONNET" plan net.json --deadline 100 -o late.json
check 0 'late$' "$BONNET" plan --check late.json
broken() { # broken CODE PATTERN PYTHON
    /usr/bin/python3 -B -c "
import json
j = json.load(open('plan.json'))
$3
json.dump(j, open('broken.json', 'w'))"
    check "$1" "broken.json: .*($2)" "$BONNET" plan --check broken.json
}
broken 16 '"bonnet_plan", its version, is missing' 'del j["bonnet_plan"]'
broken 15 'of another version' 'j["bonnet_plan"] = 2'
broken 11 'no entry "extra"; there are' 'j["extra"] = 1'
broken 11 '"network" is missing' 'del j["network"]'
broken 11 '"layers" wants the sum' 'j["layers"] = 7'
broken 11 '"tiers\[0\]": no entry "cores"' 'j["tiers"][0]["cores"] = 2'
broken 11 '"tiers\[1\]" wants "first" and "last"' 'del j["tiers"][1]["last"]'
broken 11 '"links" wants one from each' 'j["links"] = []'
broken 11 '"links\[0\]": "share" wants' 'j["links"][0]["share"] = 2'
broken 11 '"exits" wants shares that sum to 1' 'j["exits"][0]["share"] = 0.5'
broken 11 '"exits" wants the end on the last tier' 'j["exits"][0]["tier"] = 0'
broken 11 '"exits" wants at least' 'j["exits"] = []'
broken 11 '"sha256" wants 64' 'j["sha256"] = "12"'
broken 11 '"reason" wants texts' 'j["reason"] = [1]'

/usr/bin/python3 -B -c "
import json
j = json.load(open('plan.json'))
j['exits'] = [{'name': 'a', 'behind': 'partition4', 'tier': 1, 'share': 0.1}, {'name': 'b', 'behind': 'partition5', 'tier': 0, 'share': 0.1}, {'name': 'final', 'tier': 1, 'share': 0.8}]
json.dump(j, open('back.json', 'w'))"
check 11 '"exits\[1\]" wants a tier not before' "$BONNET" plan --check back.json

# Energy: what lists and profiles say, or power times time; then of a cut behind the second block: 2 mJ, 128.834 ms of waiting at 0.1 W, the radio.
energy() { # energy MJ PYTHON OPTION...
    /usr/bin/python3 -B -c "
import json
j = json.load(open('net.json'))
$2
json.dump(j, open('energy.json', 'w'))"
    check 0 "^    1 .* $1    1.0000  a1" "$BONNET" plan energy.json --best 1 "${@:3}"
}
energy 604.745 'j["tiers"][0]["busy_mw"] = 1000' --only device
energy 8.000 'j["tiers"][0].update(busy_mw=1000, mj=[1] * 8)' --only device
energy 14.883 'j["tiers"][0].update(idle_mw=100, mj=[1] * 8)' # 2 + 0.1 * 128.834
energy 15.484 'j["tiers"][0].update(idle_mw=100, mj=[1] * 8); j["links"][0].update(nj_per_bit=1, mj_per_wake=0.4)' # and 0.4 + 201,024 bits

# A network of the tree: profiles of its layers, exits between them.
/usr/bin/python3 -B - "$BONNET" "$bool" << 'P' || die "no profiles"
import json, subprocess, sys
info = json.loads(subprocess.check_output([sys.argv[1], "info", sys.argv[2], "--json"]))
names = [l["name"] for l in info["layers"]]
for tier, ms in (("slow", 4.0), ("fast", 0.1)):
    layers = [{"name": n, "kind": "conv", "ms": ms, "ms_lo": ms, "ms_hi": 1.25 * ms} for n in names]
    branches = [{"name": "early", "behind": "layer1.0.conv2", "ms": ms / 4, "ms_lo": ms / 4, "ms_hi": ms / 2, "mj": 1}]
    json.dump({"bonnet_profile": 1, "network": info["model"], "sha256": info["sha256"], "tier": tier, "source": "measured", "start_ms": 0.5, "layers": layers,
               "branches": branches, "ms": 0.5 + ms * len(names), "ms_lo": 0.5 + ms * len(names), "ms_hi": 0.5 + 1.25 * ms * len(names)}, open(tier + ".json", "w"))
json.dump({"bonnet_tiers": 1, "input_bytes": 20000, "tiers": [{"name": "board", "profile": "slow.json", "busy_mw": 2000, "idle_mw": 400, "memory_bytes": 9e15},
           {"name": "edge", "profile": "fast.json"}], "links": [{"mbit_per_s": 8, "mbit_per_s_sd": 1, "rtt_ms": 5, "nj_per_bit": 50, "mj_per_wake": 1}],
           "codecs": [{"name": "deflate", "ratio": {"*": 0.6, "layer2.1.conv1": 0.99}, "encode_ms_per_mb": [40, 9], "decode_ms_per_mb": [10, 3]}],
           "exits": [{"name": "early", "behind": "layer1.0.conv2", "accuracy": 0.85}], "accuracy": 0.92,
           "points": [{"thresholds": [None], "share": [0, 1], "accuracy": 0.92}, {"thresholds": [0], "share": [1, 0], "accuracy": 0.85},
                      {"thresholds": [12], "share": [0.6, 0.4], "accuracy": 0.915}]}, open("tiers.json", "w"))
j = json.load(open("tiers.json"))
del j["exits"], j["points"]
json.dump(j, open("tiers2.json", "w"))
P
check 0 ' board stem.conv..layer1.0.conv2; ends: early 1.0000$' "$BONNET" plan "$bool" --tiers tiers.json
check 0 '^ +1 .* 0.9150  board stem.conv..layer1.0.conv2 >deflate 7526 B> edge layer1.1.conv1..head.fc; ends: early 0.6000, final 0.4000$' "$BONNET" plan "$bool" \
    --tiers tiers.json --accuracy 0.9 --policy must_local_answer -o plan.json
check 0 '^plan.json: sound; .*, [0-9]+ layers on 2 tiers' "$BONNET" plan --check plan.json "$bool"
check 15 '"sha256" is of another network than .*basenet' "$BONNET" plan --check plan.json "$base"
check 15 'slow.json: "sha256" is of another network' "$BONNET" plan "$base" --tiers tiers.json
grep -q '"threshold": 12' plan.json || die "the threshold"
sed 's/"behind": "layer1.0.conv2"/"behind": "layer1.1.conv2"/' plan.json > behind.json
check 11 '"exits\[0\]" wants "behind": a layer of its tier' "$BONNET" plan --check behind.json "$bool"
sed 's/"ms_hi": 5.0/"ms_hi": 5.0, "mj": 3/g' slow.json > known.json
sed 's/slow.json/known.json/' tiers.json > tiers3.json
check 0 ' 34.000    0.9200  board' "$BONNET" plan "$bool" --tiers tiers3.json --accuracy 0.92 --only device # 2 W for half a millisecond's start, 11 layers of 3 mJ
/usr/bin/python3 -B -c "
import json
j = json.load(open('plan.json'))
j['tiers'][0]['layers'] -= 1; j['tiers'][1]['layers'] += 1
json.dump(j, open('moved.json', 'w'))
j['tiers'][0]['last'], j['tiers'][1]['first'] = 'layer1.0.conv1', 'layer1.0.conv2'
j['exits'][0]['tier'] = 1
json.dump(j, open('uncut.json', 'w'))"
check 11 '"tiers\[1\]" wants to begin where the network can be cut' "$BONNET" plan --check uncut.json "$bool"
check 11 '"tiers\[0\]" wants "last"' "$BONNET" plan --check moved.json "$bool"
check 0 '' "$BONNET" plan --check moved.json
check 0 'by state' "$BONNET" plan "$bool" --tiers tiers.json --accuracy 0.9 --deadline 60 --trace "$ROOT"/tests/vectors/edge/bus.log --detector ewma --states 1:40:1
check 0 '"by_state"' "$BONNET" plan "$bool" --tiers tiers.json --trace "$ROOT"/tests/vectors/edge/bus.log --times 0.1 --json

# From end to end, each file by the command that makes it: profiles, measured ratios, thresholds of trained exits.
net=$MODELS/boolnet_k4_exits.bonnet
if [ ! -s "$net" ]; then
    net=exits.bonnet
    "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o $net > out 2> err || die "the network with exits"
fi
check 0 '' "$BONNET" estimate "$net" --geometry tiny -o tiny.json
check 0 '' "$BONNET" estimate "$net" --geometry zcu102 -o zcu102.json
check 0 '' "$BONNET" cut "$net" "$pictures"/0000?_*.pgm -o codecs.json
check 0 '' "$BONNET" run "$net" --dataset fashion-mnist --limit 2000 --all-exits -o logits.npz
check 0 '' "$BONNET" calibrate logits.npz "$net" --budget 0.5 -o thresholds.json
cat > end.json << 'END'
{"bonnet_tiers": 1, "tiers": [{"name": "tiny", "profile": "tiny.json"}, {"name": "zcu102", "profile": "zcu102.json"}], "links": [{"mbit_per_s": 800, "rtt_ms": 0.2}],
 "codecs": [{"name": "zstd", "measured": "codecs.json"}, {"name": "deflate", "measured": "codecs.json", "encode_ms_per_mb": [9, 1]}]}
END
check 0 ' tiny stem.conv >zstd [0-9]+ B> zcu102 layer1.0.conv1..head.fc$' "$BONNET" plan "$net" --tiers end.json --exits thresholds.json --only partition --policy no_raw_upload
check 0 ' zcu102 .*; ends: exit1 0.[0-9]+, ' "$BONNET" plan "$net" --tiers end.json --exits thresholds.json --policy no_raw_upload,must_local_answer --best 31
check 0 ' tiny stem.conv; ends: exit1 1.0000$' "$BONNET" plan "$net" --tiers end.json --exits thresholds.json --only device -o plan.json
check 0 ' 1 layer on 1 tier,' "$BONNET" plan --check plan.json "$net"
# What layers and branches weigh: of stem and exit1 14,080 bytes, so that a device with one byte less cannot answer alone.
for room in 14080 14079; do sed "s/\"tiny.json\"/&, \"memory_bytes\": $room/" end.json > room$room.json; done
check 0 ' tiny stem.conv; ends: exit1 1.0000$' "$BONNET" plan "$net" --tiers room14080.json --exits thresholds.json --only device
check 20 'all miss a tier.s memory' "$BONNET" plan "$net" --tiers room14079.json --exits thresholds.json --only device
for field in '"confidence": "margin"' '"temperature": 1' '"threshold": 0'; do grep -q "$field" plan.json || die "how sure an exit must be: $field"; done
check 15 'thresholds.json: "sha256" is of another network' "$BONNET" plan "$bool" --tiers tiers2.json --exits thresholds.json
check 0 '' "$BONNET" cut "$bool" "$pictures"/00000_*.pgm -o codecs.json
check 15 'codecs.json: "sha256" is of another network' "$BONNET" plan "$net" --tiers end.json --exits thresholds.json
sed 's/"name": "zstd"/"name": "lz4"/' end.json > lz4.json
check 11 '"codecs\[0\]": "measured" goes with' "$BONNET" plan "$net" --tiers lz4.json --exits thresholds.json

# Command lines.
check 2 'give a network and --tiers FILE' "$BONNET" plan
check 2 'give a network and --tiers FILE' "$BONNET" plan net.json net.json
check 2 'goal is ms, mj, accuracy or reward' "$BONNET" plan net.json --goal speed
check 2 'policy is no_raw_upload or' "$BONNET" plan net.json --policy no_raw
check 2 'only is device, server or partition' "$BONNET" plan net.json --only cloud
check 2 'edgent is static or map' "$BONNET" plan net.json --edgent 3
check 2 'edgent static wants --deadline' "$BONNET" plan net.json --edgent static
check 2 'one of -o, --pareto' "$BONNET" plan net.json --pareto --edgent map
check 2 'best wants a whole number from 1 to 31' "$BONNET" plan net.json --best 32
check 2 'check wants a plan' "$BONNET" plan --check
for bad in 0 -1 x 1e10 ''; do check 2 'deadline wants a number' "$BONNET" plan net.json --deadline "$bad"; done
for bad in -1 1.5 x; do check 2 'accuracy wants a number, 0 to 1' "$BONNET" plan net.json --accuracy "$bad"; done
for bad in 0 1,x 1:2 2:1:1 1:2:0 ''; do check 2 'states wants Mbit/s' "$BONNET" plan net.json --edgent map --states "$bad"; done
check 2 'times wants a number' "$BONNET" plan net.json --trace net.json --times 0
check 16 'net.json: line 1' "$BONNET" plan net.json --trace net.json
check 14 'none.json' "$BONNET" plan none.json
check 14 'none.json' "$BONNET" plan net.json --exits none.json
check 11 '"exits" and "points" are those of none.json here' "$BONNET" plan "$bool" --tiers tiers.json --exits none.json

# Files of tiers: each wrong field by its name.
wrong() { # wrong CODE PATTERN PYTHON, of net.json
    /usr/bin/python3 -B -c "
import json
j = json.load(open('net.json'))
$3
json.dump(j, open('wrong.json', 'w'))"
    check "$1" "wrong.json: .*($2)" "$BONNET" plan wrong.json
}
wrong 16 '"bonnet_tiers", its version, is missing' 'del j["bonnet_tiers"]'
wrong 15 'of another version' 'j["bonnet_tiers"] = 2'
wrong 11 'no entry "tier"' 'j["tier"] = []'
wrong 11 '"layers" is missing; or give a network' 'del j["layers"]'
wrong 11 '"layers" wants at least one' 'j["layers"] = []'
wrong 11 '"layers\[1\]": "name" wants a name that no other' 'j["layers"][1]["name"] = "partition1"'
wrong 11 '"input_bytes" is missing' 'del j["input_bytes"]'
wrong 11 '"tiers" wants at least one' 'j["tiers"] = []'
wrong 11 '"tiers\[0\]": "ms" wants 8 numbers' 'j["tiers"][0]["ms"] = [1]'
wrong 11 '"tiers\[0\]": "ms" wants 8 numbers' 'j["tiers"][0]["ms"][3] = -1'
wrong 11 '"tiers\[0\]": "ms_hi" wants numbers not below' 'j["tiers"][0]["ms_hi"] = [1] * 8'
wrong 11 '"tiers\[1\]": either "profile"' 'del j["tiers"][1]["ms"]'
wrong 11 '"tiers\[0\]" lacks "exit_ms"' 'j["exits"] = [{"name": "e", "behind": "partition2", "accuracy": 0.5}]'
wrong 11 '"exits\[0\]": "behind" wants the name of a layer' 'j["exits"] = [{"name": "e", "behind": "x"}]'
wrong 11 '"exits\[0\]": "behind" wants exits in the order' 'j["exits"] = [{"name": "e", "behind": "partition8"}]'
wrong 11 '"points\[0\]": "share" wants 1 number' 'j["points"] = [{"thresholds": [], "share": [], "accuracy": 1}]'
wrong 11 '"points\[0\]": "share" wants numbers that sum to 1' 'j["points"] = [{"thresholds": [], "share": [0.5], "accuracy": 1}]'
wrong 11 '"links" wants 1, one from each' 'j["links"] = []'
wrong 11 '"links\[0\]" lacks "rtt_ms"' 'del j["links"][0]["rtt_ms"]'
wrong 11 '"links\[0\]": "mbit_per_s" wants' 'j["links"][0]["mbit_per_s"] = 0'
wrong 11 '"links\[0\]": "rtt_ms_hi" wants' 'j["links"][0]["rtt_ms_hi"] = 1'
wrong 11 '"codecs\[1\]": "name" wants a name that no other' 'j["codecs"][1]["name"] = "none"'
wrong 11 '"codecs\[0\]": "ratio": "\*" wants a number' 'j["codecs"][0]["ratio"]["*"] = "x"'
wrong 11 '"codecs\[0\]": "ratio": no cut behind "partition8"' 'j["codecs"][0]["ratio"]["partition8"] = 1'
wrong 11 '"codecs\[0\]": either "ratio" or' 'del j["codecs"][0]["ratio"]'
wrong 11 '"codecs\[0\]": "encode_ms_per_mb" wants 2 numbers' 'j["codecs"][0]["encode_ms_per_mb"] = [1]'
wrong 20 'no tier can run' 'j["tiers"][0]["ms"][1] = j["tiers"][1]["ms"][1] = None'
/usr/bin/python3 -B -c "
import json
j = json.load(open('tiers.json'))
j['layers'] = []
json.dump(j, open('own.json', 'w'))
k = json.load(open('slow.json'))
k['layers'][3]['name'] = 'other'
json.dump(k, open('slow2.json', 'w'))
del j['layers']
j['tiers'][0]['profile'] = 'slow2.json'
json.dump(j, open('renamed.json', 'w'))
k = json.load(open('fast.json'))
k['branches'] = []
json.dump(k, open('bare.json', 'w'))
j['tiers'][0]['profile'] = 'slow.json'
j['tiers'][1]['profile'] = 'bare.json'
json.dump(j, open('nobranch.json', 'w'))"
check 11 '"layers" are those of' "$BONNET" plan "$bool" --tiers own.json
check 11 'slow2.json: "layers\[3\]": "name" is other' "$BONNET" plan "$bool" --tiers renamed.json
check 11 'bare.json: "branches" lacks the exit "early"; the tier.s "exit_ms"' "$BONNET" plan "$bool" --tiers nobranch.json
sed 's/"profile": "bare.json"/&, "exit_ms": [0.5]/' nobranch.json > branch.json
check 0 'board stem.conv' "$BONNET" plan "$bool" --tiers branch.json
check 11 '"tiers\[1\]": "exit_ms" wants 1 number' "$BONNET" plan "$bool" --tiers <(sed 's/0.5\]/0.5, 1]/; s#"profile": "#&'"$PWD"'/#g' branch.json)
passed
