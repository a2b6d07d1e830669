#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet estimate --platform: published networks on a published platform, rules, tables, and every way in which the two files can be wrong.
. "$ROOT/tests/cli/lib.sh"
dpu=$ROOT/examples/edge/platforms/zcu102_dpu.json
sed 's/"refined"/"roofline"/' "$dpu" > roofline.json
# Milliseconds by an independent program, roofline and refined; to 1e-3 of them.
while read -r net roofline refined; do
    "$ROOT"/tests/vectors/edge/networks.sh "$net" > "$net.json"
    for of in "roofline.json $roofline" "$dpu $refined"; do
        check 0 "^$net on ZCU102 with a DPU" "$BONNET" estimate "$net.json" --platform "${of% *}"
        awk -v want="${of#* }" '/^.* on ZCU102/ { sub(".*DNNDK: ", ""); off = $1 / want - 1; exit !(off <= 1e-3 && off >= -1e-3) }' out ||
            die "$net on ${of% *}: not ${of#* } ms"
        checks=$((checks + 1))
    done
done << 'END'
resnet50 8.471 8.745
resnet18 3.433 3.529
vgg16 50.442 51.153
alexnet 12.893 12.968
yolov3 53.758 53.774
fpn 10.277 10.299
mobilenetv2 1.863 1.915
END
check 0 '^alexnet on Intel Neural' "$BONNET" estimate alexnet.json --platform "$ROOT/examples/edge/platforms/ncs2.json"
check 0 '^maxpool11 .* in conv9$|^maxpool3' "$BONNET" estimate vgg16.json --platform "$dpu"
grep -q '^relu2 .*in conv1$' out || die "an activation is done with its convolution"

# A small network on a platform of round numbers: 1 Gop/s, 1 MB/s.
net() { printf '{"bonnet_layers": 1, "name": "small", "layers": [%s]}' "$1" > net.json; }
platform() { printf '{"bonnet_platform": 1, "name": "round", %s}' "$1" > round.json; }
roof='"model": "roofline", "ops_per_s": 1e9, "bytes_per_s": 1e6, "error": 0.1'
small='{"name": "in", "kind": "input", "out": [4, 4, 8]}, {"name": "a", "kind": "conv", "out": [4, 4, 8], "kernel": [1, 1]},
       {"name": "b", "kind": "relu"}, {"name": "sum", "kind": "add", "in": ["a", "b"]}, {"name": "fc", "kind": "fc", "out": [1, 1, 10]}'
net "$small"
platform "\"layers\": {\"other\": {$roof}}, \"start_ms\": 1, \"power\": {\"idle_mw\": 10, \"active_mw\": 1000}"
# bytes: a 128 + 128 + 64; b 256; sum 384, its two inputs; fc 128 + 10 + 1280. 1 ms to start.
check 0 '"ms": 3.378,' "$BONNET" estimate net.json --platform round.json --json -o small.profile
/usr/bin/python3 -B - << 'P' || die "not the numbers that follow from the file"
import json
j, p = json.load(open("out")), json.load(open("small.profile"))
assert [l["bytes"] for l in j["layers"]] == [0, 320, 256, 384, 1418], j
assert j["layers"][1]["ops"] == 2048 and j["layers"][4]["ops"] == 2560 and j["layers"][0]["ms"] == 0, j
assert abs(j["totals"]["ms_lo"] - 1 - 0.9 * 2.378) < 1e-6 and abs(j["totals"]["ms_hi"] - 1 - 1.1 * 2.378) < 1e-6, j
assert abs(j["totals"]["mj"] - 3.378) < 1e-6 and j["source"] == "model", j
assert p["bonnet_profile"] == 1 and p["tier"] == "round" and p["start_ms"] == 1 and p["branches"] == [] and "sha256" not in p, p
assert [l["name"] for l in p["layers"]] == ["in", "a", "b", "sum", "fc"] and p["layers"][3]["ms"] == 0.384 and p["ms"] == j["totals"]["ms"], p
P
checks=$((checks + 1))
platform "\"inputs\": \"first\", \"layers\": {\"other\": {$roof}}"
check 0 'small on round: 2.250 ms, from 2.025 to 2.475; estimated' "$BONNET" estimate net.json --platform round.json
# Two readers keep a layer apart; one reader lets it go. A sum that is done with its convolution still reads its other input.
platform "\"mapping\": [[\"conv\", \"relu\", \"conv\"]], \"layers\": {\"other\": {$roof}}"
check 0 '^b .* 256 ' "$BONNET" estimate net.json --platform round.json
net "${small/\"a\", \"b\"/\"in\", \"b\"}"
platform "\"mapping\": [[\"conv\", \"relu\", \"conv\"], [\"conv\", \"add\", \"convadd\"]], \"layers\": {\"other\": {$roof}, \"convadd\": {\"model\": \"free\"}}"
check 0 '^sum .* in a$' "$BONNET" estimate net.json --platform round.json
grep -q '^a  *convadd .* 448 ' out || die "the other input of the sum is read too"
net "$small"
# Measured layers.
rows='{"a": {"ms": 2, "ms_lo": 1, "ms_hi": 4, "mj": 3}, "fc": {"ms": 1, "ms_lo": 1, "ms_hi": 1}}'
platform "\"layers\": {\"conv\": {\"model\": \"table\", \"rows\": $rows}, \"fc\": {\"model\": \"table\", \"rows\": $rows}, \"other\": {\"model\": \"free\"}}"
check 0 'small on round: 3.000 ms, from 2.000 to 5.000; est' "$BONNET" estimate net.json --platform round.json
platform "\"layers\": {\"conv\": {\"model\": \"table\", \"rows\": {}}, \"other\": {\"model\": \"free\"}}"
check 11 '"layers.conv": "rows" has no layer "a", which is in net.json' "$BONNET" estimate net.json --platform round.json

# A .bonnet by the models of a platform: its own kinds, its own bits.
platform "\"layers\": {\"fc\": {\"model\": \"free\"}, \"other\": {$roof}}"
check 0 '"platform": "round"' "$BONNET" estimate "$bool" --platform round.json -o bool.profile --json
/usr/bin/python3 -B - "$BONNET" "$bool" << 'P' || die "layers of a .bonnet"
import json, subprocess, sys
p, j = json.load(open("bool.profile")), json.load(open("out"))
run = json.loads(subprocess.run([sys.argv[1], "estimate", sys.argv[2], "--json"], capture_output=True, check=True).stdout)
assert [l["name"] for l in p["layers"]] == [l["name"] for l in run["layers"]] and len(p["sha256"]) == 64
for mine, own in zip(j["layers"], run["layers"]):
    if own["kind"] != "stem": assert mine["ops"] == 2 * own["macs"], (mine, own) # a stem's second filter is not in it
P
checks=$((checks + 1))

check 0 '' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet
check 0 '' "$BONNET" estimate exits.bonnet --platform round.json -o exits.profile
/usr/bin/python3 -B -c 'import json; b = json.load(open("exits.profile"))["branches"]; assert len(b) == 2 and all(x["ms"] > 0 for x in b), b' || die "branches"
checks=$((checks + 1))

# Command lines.
check 2 'net.json is a list of layers; say what it runs on' "$BONNET" estimate net.json
check 2 'are of the chip, not of a --platform' "$BONNET" estimate net.json --platform round.json --geometry asic
check 14 'none.json: No such file' "$BONNET" estimate net.json --platform none.json
check 14 'none.json.*No such file' "$BONNET" estimate none.json --platform round.json
check 14 'cannot write' "$BONNET" estimate net.json --platform round.json -o no/such/folder

# Wrong platforms.
bad() { # bad CODE PATTERN ENTRIES
    platform "$3"
    check "$1" "round.json: $2" "$BONNET" estimate net.json --platform round.json
}
printf '{"bonnet_platform": 2}' > other.json
check 15 'other.json: "bonnet_platform" is of another version' "$BONNET" estimate net.json --platform other.json
check 16 '"bonnet_platform", its version, is missing' "$BONNET" estimate net.json --platform net.json
printf '[]' > other.json
check 16 'not a JSON object' "$BONNET" estimate net.json --platform other.json
bad 11 '"layers" is missing' '"act_bits": 8'
bad 11 'no entry "speed"; there are bonnet_platform, name,' '"speed": 1, "layers": {}'
bad 11 '"act_bits" wants a whole number, 1 to 64' '"act_bits": 0, "layers": {}'
bad 11 '"weight_bits" wants a whole number' '"weight_bits": 8.5, "layers": {}'
bad 11 '"inputs" wants "all" or "first"' '"inputs": "some", "layers": {}'
bad 11 '"start_ms" wants a number, 0 to' '"start_ms": -1, "layers": {}'
bad 11 '"power": no entry "watts"; there are idle_mw, active_mw' '"power": {"watts": 1}, "layers": {}'
bad 11 '"power" lacks "active_mw"' '"power": {"idle_mw": 1}, "layers": {}'
bad 11 '"mapping\[1\]" wants three kinds' '"mapping": [["a", "b", "c"], ["a", "b"]], "layers": {}'
bad 11 '"mapping\[0\]" wants three kinds' '"mapping": [["a", "b", "C"]], "layers": {}'
bad 11 '"layers": "Conv" is no kind' '"layers": {"Conv": {}}'
bad 11 '"layers.conv" wants an object' '"layers": {"conv": 1}'
bad 11 '"layers.conv" lacks "model"' '"layers": {"conv": {}}'
bad 11 '"layers.conv": "model" wants one of free, roofline, refined, table.*, not "mixed"' '"layers": {"conv": {"model": "mixed"}}'
bad 11 '"layers.conv": no entry "error"; there are model' '"layers": {"conv": {"model": "free", "error": 1}}'
bad 11 '"layers.conv" lacks "error"' '"layers": {"conv": {"model": "roofline", "ops_per_s": 1, "bytes_per_s": 1}}'
bad 11 '"layers.conv": "ops_per_s" wants a number' '"layers": {"conv": {"model": "roofline", "ops_per_s": 0, "bytes_per_s": 1, "error": 0}}'
bad 11 '"layers.conv": "error" wants a number, 0 to 1' '"layers": {"conv": {"model": "roofline", "ops_per_s": 1, "bytes_per_s": 1, "error": 2}}'
refined='"model": "refined", "ops_per_s": 1, "bytes_per_s": 1, "error": 0'
bad 11 '"layers.conv" lacks "parallel"' "\"layers\": {\"conv\": {$refined}}"
bad 11 '"layers.conv.parallel": "c_in" wants \[lanes, alpha\]' "\"layers\": {\"conv\": {$refined, \"parallel\": {\"c_in\": [0, 1]}}}"
bad 11 '"layers.conv.parallel": "c_in" wants \[lanes, alpha\]' "\"layers\": {\"conv\": {$refined, \"parallel\": {\"c_in\": [16]}}}"
bad 11 '"layers.conv.parallel": no entry "depth"' "\"layers\": {\"conv\": {$refined, \"parallel\": {\"depth\": [1, 1]}}}"
bad 11 '"layers.conv.rows.a": "ms" wants a number from ms_lo to ms_hi' '"layers": {"conv": {"model": "table", "rows": {"a": {"ms": 1, "ms_lo": 2, "ms_hi": 3}}}}'
bad 11 '"layers.conv.rows.a" lacks "ms_hi"' '"layers": {"conv": {"model": "table", "rows": {"a": {"ms": 1, "ms_lo": 1}}}}'
bad 11 "\"layers\" has no \"conv\" and no \"other\"; layer 'a' of net.json is one" '"layers": {}'

# Wrong networks.
platform "\"layers\": {\"other\": {$roof}}"
bad_net() {
    net "$2"
    check 11 "net.json: $1" "$BONNET" estimate net.json --platform round.json
}
in='{"name": "in", "kind": "input", "out": [4, 4, 8]}'
bad_net '"layers" wants at least one' ''
bad_net '"layers\[0\]" wants an object' 1
bad_net '"layers\[0\]" lacks "kind"' '{"name": "a"}'
bad_net '"layers\[0\]": "name" wants a text' '{"name": "", "kind": "input", "out": [1, 1, 1]}'
bad_net '"layers\[0\]": "kind" is none that is known, "cnov"' '{"name": "a", "kind": "cnov", "out": [1, 1, 1]}'
bad_net '"layers\[0\]": the first layer must be an "input"' '{"name": "a", "kind": "relu", "out": [1, 1, 1]}'
bad_net '"layers\[0\]": lacks "out"' '{"name": "a", "kind": "input"}'
bad_net '"layers\[0\]": no entry "shape"' '{"name": "a", "kind": "input", "shape": []}'
bad_net '"layers\[0\]": "out" wants 3 whole numbers' '{"name": "a", "kind": "input", "out": [1, 1]}'
bad_net '"layers\[0\]": "out" wants 3 whole numbers' '{"name": "a", "kind": "input", "out": [1, 1, 0]}'
bad_net '"layers\[0\]": "out" wants 3 whole numbers' '{"name": "a", "kind": "input", "out": [1, 1, 1048577]}'
bad_net '"layers\[1\]": "name" wants a name that no other' "$in, $in"
bad_net '"layers\[1\]": "in" wants names of layers before it, not "b"' "$in, {\"name\": \"a\", \"kind\": \"relu\", \"in\": [\"b\"]}"
bad_net '"layers\[1\]": "in" wants names of layers before it, not "a"' "$in, {\"name\": \"a\", \"kind\": \"relu\", \"in\": [\"a\"]}"
bad_net '"layers\[1\]": "in" wants at least one' "$in, {\"name\": \"a\", \"kind\": \"relu\", \"in\": []}"
bad_net '"layers\[1\]": lacks "kernel"' "$in, {\"name\": \"a\", \"kind\": \"conv\", \"out\": [1, 1, 1]}"
bad_net '"layers\[1\]": lacks "out"' "$in, {\"name\": \"a\", \"kind\": \"concat\"}"
bad_net '"layers\[1\]": "kernel" is of other kinds' "$in, {\"name\": \"a\", \"kind\": \"relu\", \"kernel\": [1, 1]}"
bad_net '"layers\[1\]": "groups" is of conv' "$in, {\"name\": \"a\", \"kind\": \"fc\", \"out\": [1, 1, 8], \"groups\": 2}"
bad_net '"layers\[1\]": "groups" wants a number that divides' "$in, {\"name\": \"a\", \"kind\": \"conv\", \"out\": [1, 1, 1], \"kernel\": [1, 1], \"groups\": 3}"
bad_net '"layers\[1\]": "out" of a depthwise' "$in, {\"name\": \"a\", \"kind\": \"depthwise\", \"out\": [1, 1, 1], \"kernel\": [1, 1]}"

# Both files with a few bytes changed, taken out or doubled: taken, or refused in one line; nothing else.
/usr/bin/python3 -B - "$BONNET" "${SEED:-1}" << 'P' || die "changed files (SEED=${SEED:-1})"
import random, subprocess, sys
rng = random.Random(int(sys.argv[2]))
good = {"net.json": open("alexnet.json", "rb").read(), "plat.json": open("roofline.json", "rb").read()}
codes = {}
for case in range(200):
    for name, text in good.items():
        text = bytearray(text)
        for _ in range(rng.choice([0, 1, 1, 3])):
            at, n = rng.randrange(len(text)), rng.choice([1, 1, 4, 40])
            text[at:at + n] = rng.choice([b"", text[at:at + n] * 2, bytes(rng.choices(b'0123456789.-eE[]{},:"nul', k=n))])
        open(name, "wb").write(text)
    done = subprocess.run([sys.argv[1], "estimate", "net.json", "--platform", "plat.json", "--json"], capture_output=True, timeout=60)
    assert done.returncode in (0, 11, 14, 15, 16), (case, done)
    assert (done.returncode == 0) == (done.stderr == b"") and done.stderr.count(b"\n") == (done.returncode != 0), (case, done)
    codes[done.returncode] = codes.get(done.returncode, 0) + 1
assert codes[0] > 10 and codes[11] > 10 and codes[16] > 10, codes
P
checks=$((checks + 1))
passed
