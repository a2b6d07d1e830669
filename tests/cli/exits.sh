#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Early exits from outside: the trained network with two branches. What leaves where under always, never and mixed thresholds is what the logits of all exits
# say; those are the same on every device; the network's own logits are those of the network without exits; and what does not fit is refused.
. "$ROOT/tests/cli/lib.sh"
image=$pictures/00000_ankle-boot.pgm
all=("$pictures"/*.pgm)
count=${#all[@]}
say() { python3 -c "import json, sys; j = json.load(open('out')); $1"; }

check 0 'exit exit1: behind .* MACs' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o x.bonnet
check 0 '' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o json.bonnet --json
say 'e = j["exits"]; assert len(e) == 2 and e[0]["macs_before"] < e[1]["macs_before"] and all(x["macs"] and x["weight_bits"] for x in e)' || die "exits of compile"
cmp -s x.bonnet json.bonnet || die "the same graph makes other bytes"
check 0 'exit exit2: behind' "$BONNET" info x.bonnet
check 0 '' "$BONNET" info "$bool" --json
say 'assert j["exits"] == []' || die "exits of a network without"

# The network behind its exits is the one that it was without: the same logits.
check 0 '' "$BONNET" run x.bonnet "${all[@]}" --json
say 'print(json.dumps([i["logits"] for i in j["images"]]))' > with
check 0 '' "$BONNET" run "$bool" "${all[@]}" --json
say 'print(json.dumps([i["logits"] for i in j["images"]]))' > without
cmp -s with without || die "a network with exits has other logits of its own"

# All logits, on every device the same bytes; the end's are the network's.
check 0 "logits of 2 exits and the end, $count images" "$BONNET" run x.bonnet "${all[@]}" --all-exits -o want.npz --device golden:
for device in cpu: mock: mock:geometry=tiny sim: hls:; do
    check 0 '' "$BONNET" run x.bonnet "${all[@]}" --all-exits -o got.npz --device $device
    cmp -s want.npz got.npz || die "$device has other logits at an exit than golden"
done
python3 - <<'PY' > arrays || die "the archive is not as numpy would have it"
import json, struct, zipfile
z = zipfile.ZipFile("want.npz")
arrays = {}
assert z.testzip() is None
for name in z.namelist():
    b = z.read(name)
    assert b[:8] == b"\x93NUMPY\x01\x00"
    n = struct.unpack("<H", b[8:10])[0]
    assert (10 + n) % 64 == 0
    head = eval(b[10:10 + n])
    assert head["descr"] == "<i4" and not head["fortran_order"]
    rows, columns = head["shape"]
    v = struct.unpack("<%di" % (rows * columns), b[10 + n:])
    arrays[name[:-4]] = [list(v[i * columns:(i + 1) * columns]) for i in range(rows)]
assert list(arrays) == ["exit1", "exit2", "final"]
assert arrays["final"] == json.load(open("without"))
print(json.dumps(arrays))
PY

# Thresholds: every image leaves at the first exit in use that is sure enough; null, 0 and those in between.
hash=$("$BONNET" info x.bonnet --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["sha256"])')
python3 - "$hash" > t.json <<'PY'
import json, sys
margin = lambda l: sorted(l)[-1] - sorted(l)[-2]
a = json.load(open("arrays"))
middle = lambda n: sorted(margin(l) for l in a[n])[len(a[n]) // 2]
points = [[None, None], [0, None], [None, 0], [middle("exit1"), None], [middle("exit1"), middle("exit2")], [None, middle("exit2")]]
point = lambda t: {"thresholds": t, "share": [0, 0, 1], "accuracy": 0.5, "accuracy_low": 0, "accuracy_high": 1, "cost": 1}
exit = lambda n, c: {"name": n, "accuracy": 0.5, "accuracy_low": 0, "accuracy_high": 1, "cost": c, "alone": c}
json.dump({"bonnet_exits": 1, "network": "boolnet_k4_exits", "sha256": sys.argv[1], "confidence": "margin", "temperature": [1, 1, 1],
           "samples": 1, "interval": 0.95, "budget": 1, "cost": {"unit": "cycles"}, "exits": [exit("exit1", 1), exit("exit2", 2), exit("final", 3)],
           "points": [point(t) for t in points], "chosen": 4}, sys.stdout)
PY
for device in cpu: mock:; do
    for point in 0 1 2 3 4 5; do
        check 0 '' "$BONNET" run x.bonnet "${all[@]}" --exits t.json --point $point --device $device --json
        say '
a, t = json.load(open("arrays")), json.load(open("t.json"))
names, use = ["exit1", "exit2", "final"], t["points"]['$point']["thresholds"] + [0]
margin = lambda l: sorted(l)[-1] - sorted(l)[-2]
for i, image in enumerate(j["images"]):
    at = next(k for k in range(3) if use[k] is not None and (k == 2 or margin(a[names[k]][i]) >= use[k]))
    l = a[names[at]][i]
    assert (image["exit"], image["confidence"], image["index"]) == (names[at], margin(l), l.index(max(l))), (i, image)
assert sum(s["left"] for s in j["stages"]) == j["frames"] == len(j["images"])
assert [s["exit"] for s in j["stages"]] == [n for n, u in zip(names, use) if u is not None][:1 + [u for u in use if u is not None].index(0)]
came = j["frames"]
for s in j["stages"]:
    assert s["frames"] == came and (s["macs"] or not came)
    came -= s["left"]' || die "point $point on $device"
    done
done
check 0 '' "$BONNET" run x.bonnet "${all[@]}" --exits t.json --json
cp out chosen
check 0 ' exit1 +[0-9]+$' "$BONNET" run x.bonnet "$image" --exits t.json --point 1
sed 's/"margin"/"probability"/; s/"temperature": .1, 1, 1./"temperature": [40000, 40000, 40000]/' t.json > p.json
check 0 ' exit1 +(0[.][0-9]{4}|1[.]0000)$' "$BONNET" run x.bonnet "$image" --exits p.json --point 1
check 0 '' "$BONNET" run x.bonnet "${all[@]}" --exits t.json --point 4 --json
cmp -s out chosen || die "the chosen point is not taken"

# On a chip a stage says what it took: trunk and branch, and their mean a frame.
check 0 '' "$BONNET" run x.bonnet "${all[@]}" --exits t.json --point 3 --device sim: --json
say '
s = j["stages"]
assert [x["exit"] for x in s] == ["exit1", "final"] and s[0]["cycles"] and s[0]["branch_cycles"] and s[1]["cycles"] and not s[1]["branch_cycles"]
assert abs(j["cycles_per_frame"] * j["frames"] - sum(x["cycles"] + x["branch_cycles"] for x in s)) < 1e-6 * j["frames"]' || die "cycles of the stages"
check 0 'exit1 +[0-9]+ +[0-9]+ +[0-9.]+ % .*' "$BONNET" run x.bonnet "${all[@]}" --exit exit1 --device sim:
check 0 'final +[0-9]+ +[0-9]+ 100.00 %' "$BONNET" run x.bonnet "$image" --exit final
check 0 'accuracy [0-9.]+ %' "$BONNET" run x.bonnet --dataset fashion-mnist --limit 50 --exits t.json
check 0 'boolnet_k4_exits, device cpu:, 1 images, every exit, [0-9]+ maps' "$BONNET" verify x.bonnet "$image" --device cpu:
check 0 'every exit' "$BONNET" verify x.bonnet "$image" --device mock:geometry=tiny

# Refusals.
check 15 'other exits than those of' "$BONNET" run x.bonnet "$image" --exits <(sed 's/"exit2"/"exit3"/' t.json)
check 15 'thresholds of another network than' "$BONNET" run x.bonnet "$image" --exits <(sed "s/$hash/${hash//[0-7]/8}/" t.json)
check 20 'a network without exits' "$BONNET" run "$bool" "$image" --exits t.json
check 20 'a network without exits' "$BONNET" run "$bool" "$image" --all-exits -o none.npz
check 2 "no exit 'nowhere'" "$BONNET" run x.bonnet "$image" --exit nowhere
check 2 'point wants a number from 0 to 5' "$BONNET" run x.bonnet "$image" --exits t.json --point 6
check 2 'point wants a number from 0 to 5' "$BONNET" run x.bonnet "$image" --exits t.json --point -1
check 2 'one of them' "$BONNET" run x.bonnet "$image" --exits t.json --exit exit1
check 2 'one of them' "$BONNET" run x.bonnet "$image" --point 1
check 2 'wants -o FILE.npz' "$BONNET" run x.bonnet "$image" --all-exits
check 2 'is for --until and --all-exits' "$BONNET" run x.bonnet "$image" --exit exit1 -o x.npz
check 14 'none.json' "$BONNET" run x.bonnet "$image" --exits none.json
check 14 '' "$BONNET" run x.bonnet "$image" --all-exits -o no/such/folder.npz
[ ! -e none.npz ] || die "a file of nothing"
passed
