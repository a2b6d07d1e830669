#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet calibrate: what it writes against a recount of every sample, costs against the estimate, and every way in which its files can be wrong.
. "$ROOT/tests/cli/lib.sh"

# Tables of logits: later exits are right more often, and know when. SEED=n draws others.
draw() { # draw SEED SAMPLES > FILE
    /usr/bin/python3 -B - "$1" "$2" << 'P'
import random, sys
r = random.Random(int(sys.argv[1]))
print("bonnet_logits,1\nexits,exit1,exit2,final\nclasses,10")
for s in range(int(sys.argv[2])):
    label, easy, row = r.randrange(10), r.gauss(0, 1), []
    for sure in (1.6, 2.4, 3.2):
        z = [r.gauss(0, 1) for _ in range(10)]
        z[label] += sure + easy
        row += [round(40 * v) for v in z]
    print(label, *row, sep=",")
P
}
seed=${SEED:-1}
echo "calibrate: seed $seed; replay: make test-cli-calibrate SEED=$seed"
draw "$seed" 1500 > choose.csv
draw "$((seed + 1))" 1000 > judge.csv

# Every point of the file, recounted.
cat > recount.py << 'P'
import json, math, sys
said, ends = json.load(open(sys.argv[1])), [float(c) for c in sys.argv[3].split(",")]
lines = open(sys.argv[2]).read().split("\n")[3:-1]
rows = [[int(v) for v in line.split(",")] for line in lines]
kind = said["confidence"]

def sure(z, t):
    if kind == "margin":
        return sorted(z)[-1] - sorted(z)[-2]
    e = [math.exp((v - max(z)) / t) for v in z]
    p = [v / sum(e) for v in e]
    return max(p) if kind == "probability" else 1 + sum(v * math.log(v) for v in p if v > 0) / math.log(len(p))

exits, classes = len(ends), 10
t = said.get("temperature", [1] * exits)
table = [[(sure(z := row[1 + e * classes:1 + (e + 1) * classes], t[e]), z.index(max(z)) == row[0]) for e in range(exits)] for row in rows]
assert said["samples"] == len(rows) and len(said["points"]) <= 64 and [x["name"] for x in said["exits"]] == ["exit1", "exit2", "final"], said
for e, x in enumerate(said["exits"]):
    assert abs(x["accuracy"] - sum(s[e][1] for s in table) / len(table)) < 1e-8, x
    assert x["cost"] == ends[e] and x["alone"] == ends[e], x
for p in said["points"]:
    ended, right = [0] * exits, 0
    for s in table:
        e = next((e for e in range(exits - 1) if p["thresholds"][e] is not None and s[e][0] >= p["thresholds"][e]), exits - 1)
        ended[e] += 1
        right += s[e][1]
    n, a, z = len(table), right / len(table), 1.959963985
    middle, half = (a + z * z / 2 / n) / (1 + z * z / n), z / (1 + z * z / n) * math.sqrt(a * (1 - a) / n + z * z / 4 / n / n)
    for want, got in zip([e / n for e in ended] + [a, middle - half, middle + half, sum(c * e for c, e in zip(ends, ended)) / n],
                         p["share"] + [p["accuracy"], p["accuracy_low"], p["accuracy_high"], p["cost"]]):
        assert abs(want - got) < 1e-6 * max(1, want), (p, want, got)
alone = [p["thresholds"] for p in said["points"]]
assert [0, None] in alone and [None, 0] in alone and [None, None] in alone, alone
chosen = said["points"][said["chosen"]]
pairs = [(s[exits - 1][1], s[next((e for e in range(exits - 1) if chosen["thresholds"][e] is not None and s[e][0] >= chosen["thresholds"][e]), exits - 1)][1]) for s in table]
a, b, n = sum(p == (True, False) for p in pairs) + 0.5, sum(p == (False, True) for p in pairs) + 0.5, len(pairs) + 2
half = 1.959963985 * math.sqrt(a + b - (a - b) ** 2 / n) / n
told = json.load(open(sys.argv[4]))["chosen"]
for want, got in ((a - b) / n - half, told["points_lost_low"]), ((a - b) / n + half, told["points_lost_high"]), ((a - b) / (n - 2), told["points_lost"]):
    assert abs(100 * want - got) < 1e-6, (want, told)
assert chosen["cost"] < ends[-1], chosen
P
for kind in margin probability entropy; do
    check 0 '^chosen: point [0-9]+, the cheapest of all that loses at most 0.5 points' "$BONNET" calibrate choose.csv --judge judge.csv --budget 0.5 --costs 5,12,24 --confidence $kind -o t.json
    grep -q '^on 1000 others: ' out || die "judged on which samples?"
    grep -qE '^mean cost [0-9.]+ cost, the last exit alone 24.000: [1-9][0-9.]*% saved$' out || die "no saving"
    "$BONNET" calibrate choose.csv --judge judge.csv --budget 0.5 --costs 5,12,24 --confidence $kind --json > told.json
    /usr/bin/python3 -B recount.py t.json judge.csv 5,12,24 told.json > out 2> err || die "$kind: a recount gives other numbers"
    check 0 '' "$BONNET" calibrate --show t.json --json
    /usr/bin/python3 -B -c 'import json; assert json.load(open("out")) == json.load(open("t.json"))' || die "$kind: read back, it is another file"
    [ $kind = margin ] || {
        check 0 '^exit1 +[0-9.]+ +1.000 +0\.[0-9]+ 0\.0' "$BONNET" calibrate choose.csv --judge judge.csv --budget 0.5 --costs 5,12,24 --confidence $kind
    }
done

# Halves: as many to choose as to judge by, the same for the same seed, others for another.
check 0 '^on 500 others' "$BONNET" calibrate judge.csv --budget 0.5 --costs 5,12,24 -o a.json
check 0 '' "$BONNET" calibrate judge.csv --budget 0.5 --costs 5,12,24 -o b.json --seed 1
check 0 '' "$BONNET" calibrate judge.csv --budget 0.5 --costs 5,12,24 -o c.json --seed 2
cmp -s a.json b.json || die "the same seed gives another file"
cmp -s a.json c.json && die "another seed gives the same file"
# The two halves are all samples, each once: what is right in one and in the other is what is right in all.
"$BONNET" calibrate judge.csv --budget 0.5 --costs 5,12,24 --json > halves.json
/usr/bin/python3 -B - << 'P' > out 2> err || die "a sample chooses and judges, or neither"
import json
j = json.load(open("halves.json"))
rows = [[int(v) for v in line.split(",")] for line in open("judge.csv").read().split("\n")[3:-1]]
points = j["thresholds"]["points"]
for e, alone in enumerate(([0, None], [None, 0], [None, None])):
    i = next(i for i, p in enumerate(points) if p["thresholds"] == alone)
    right = sum((z := row[1 + 10 * e:11 + 10 * e]).index(max(z)) == row[0] for row in rows)
    assert abs(500 * (points[i]["accuracy"] + j["accuracy_where_chosen"][i]) - right) < 1e-3, (alone, points[i], right)
P
checks=$((checks + 1))
check 0 'the last exit alone 24.000' "$BONNET" calibrate judge.csv --budget 100 --costs 5,12,24 --unit ms
grep -q '^mean cost 5.000 ms,' out || die "with 100 points to lose the first exit is the cheapest"

# The same as .npz.
/usr/bin/python3 -B - << 'P' || die "no numpy arrays"
import struct, zipfile
rows = [[int(v) for v in line.split(",")] for line in open("judge.csv").read().split("\n")[3:-1]]
def npy(kind, shape, values):
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    code = {"<i4": "i", "|u1": "B", "<i8": "q", "<f4": "f"}[kind]
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{len(values)}{code}", *values)
def save(path, arrays):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, array in arrays.items():
            z.writestr(name + ".npy", array)
n, arrays = len(rows), {}
arrays["labels"] = npy("|u1", (n,), [r[0] for r in rows])
for e, name in enumerate(("exit1", "exit2", "final")):
    arrays[name] = npy("<i4", (n, 10), [v for r in rows for v in r[1 + 10 * e:11 + 10 * e]])
save("judge.npz", arrays)
final = arrays["final"]
save("nolabels.npz", {k: v for k, v in arrays.items() if k != "labels"})
save("nofinal.npz", {k: v for k, v in arrays.items() if k != "final"})
save("order.npz", {"labels": arrays["labels"], "final": final, "exit1": arrays["exit1"]})
save("alone.npz", {"labels": arrays["labels"], "final": final})
save("float.npz", {**arrays, "exit2": npy("<f4", (n, 10), [0.5] * 10 * n)})
save("short.npz", {**arrays, "exit2": npy("<i4", (n - 1, 10), [0] * 10 * (n - 1))})
save("wide.npz", {**arrays, "exit2": npy("<i8", (n, 10), [1 << 40] * 10 * n)})
save("classes.npz", {**arrays, "exit2": npy("<i4", (n, 9), [0] * 9 * n)})
save("label.npz", {**arrays, "labels": npy("|u1", (n,), [10] * n)})
save("square.npz", {**arrays, "labels": npy("|u1", (n, 1), [1] * n)})
save("many.npz", {"labels": arrays["labels"], **{f"e{i}": npy("<i4", (n, 10), [0] * 10 * n) for i in range(17)}})
P
check 0 '' "$BONNET" calibrate judge.npz --budget 0.5 --costs 5,12,24 -o n.json
cmp -s a.json n.json || die "an .npz file gives other thresholds than the table"
npz() { check 11 "$1.npz: .*($2)" "$BONNET" calibrate "$1.npz" --budget 1 --costs 5,12,24; }
npz nolabels "no array 'labels'"
npz nofinal "the last one named 'final'"
npz order "the last one named 'final'"
npz alone "at least two exits"
npz float "'exit2' is float32 .1000, 10.; int32"
npz short "'exit2' is int32 .999, 10.; a row for each of the labels"
npz wide "numbers of 32 bits"
npz classes "for each exit as many"
npz label "sample 0 has label 10, there are 10 classes"
npz square "'labels' is uint8 .1000, 1.; one whole number"
npz many "more than 16 exits"

# With a model: names and digest from it, and the way without exits costs what `bonnet estimate` says.
check 0 'exit1' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet
check 0 '^final +- .* [0-9]+ +[0-9]+$' "$BONNET" calibrate choose.csv exits.bonnet --judge judge.csv --budget 0.5 -o m.json --plot m.svg
grep -qE '^mean cost [0-9.]+ mJ, the last exit alone' out || die "no joules"
head -c 300 m.svg | grep -q '<svg' || die "no picture"
grep -q '; the input has 784$' out || die "no bytes"
"$BONNET" calibrate choose.csv exits.bonnet --judge judge.csv --budget 0.5 --json > m.told
check 0 '' "$BONNET" calibrate choose.csv exits.bonnet --judge judge.csv --budget 0.5 -o j.json --unit mJ
"$BONNET" estimate exits.bonnet --json > whole.json
"$BONNET" cut exits.bonnet --json > cut.json
"$BONNET" info exits.bonnet > info.txt
"$BONNET" energy exits.bonnet --device sim: --json > energy.json
for exit in exit1 exit2 final; do "$BONNET" run exits.bonnet "$pictures"/00000_*.pgm --exit $exit --device sim: --json > run_$exit.json; done
"$BONNET" calibrate choose.csv exits.bonnet --judge judge.csv --budget 0.5 --frames 10 -o many.json > many.txt
/usr/bin/python3 -B - << 'P' > out 2> err || die "not what the model says"
import json
m, j, cuts = json.load(open("m.json")), json.load(open("j.json")), json.load(open("cut.json"))["cuts"]
assert m["network"] == "boolnet_k4_exits" and "sha256 " + m["sha256"] in open("info.txt").read().split("\n"), m["sha256"]
assert m["cost"] == {"unit": "cycles", "geometry": "asic", "frames": 1} and j["cost"]["unit"] == "mJ", m["cost"]
assert m["exits"][2]["alone"] == json.load(open("whole.json"))["totals"]["cycles"], m["exits"]
for e in 0, 1:  # a branch is more than nothing, and stops on the way are not free
    before = next(c["cycles_before"] for c in cuts if c["name"] == m["exits"][e]["behind"])
    assert before < m["exits"][e]["alone"] < before + 6000, (m["exits"][e], before)
assert m["exits"][0]["cost"] == m["exits"][0]["alone"] and m["exits"][2]["cost"] > m["exits"][2]["alone"], m["exits"]
for x in m["exits"]:  # the simulated chip takes as long
    ran = json.load(open(f"run_{x['name']}.json"))["cycles_per_frame"]
    assert abs(x["alone"] / ran - 1) < 0.02, (x, ran)
point, local = m["points"][m["chosen"]], 0  # scores of 10 classes, and the map for those who go on
for e, bytes in enumerate(json.load(open("m.told"))["chosen"]["bytes_sent_behind"]):
    local += point["share"][e]
    size = next(c["bytes"] for c in cuts if c["name"] == m["exits"][e]["behind"])
    assert bytes is None if point["thresholds"][e] is None else abs(bytes - (40 + (1 - local) * size)) < 1e-3, (e, bytes)
uj = json.load(open("energy.json"))["frame"]["total_uj"]
assert abs(1000 * j["exits"][2]["alone"] / uj - 1) < 0.02, (j["exits"], uj)
many = json.load(open("many.json"))
assert many["cost"]["frames"] == 10 and all(a["alone"] < b["alone"] for a, b in zip(many["exits"], m["exits"])), many["exits"]
assert j["exits"][0]["alone"] < j["exits"][1]["alone"] < j["exits"][2]["alone"] < 1, j["exits"]
P
checks=$((checks + 1))
printf 'bonnet_logits,1\nexits,exit1,final\nclasses,2\n0,5,1,9,0\n1,1,2,0,4\n' > two.csv
check 11 'boolnet_k4.bonnet has 0 early exits, two.csv has 1' "$BONNET" calibrate two.csv "$bool" --budget 1
check 11 'exits.bonnet has 2 early exits, two.csv has 1' "$BONNET" calibrate two.csv exits.bonnet --budget 1
printf 'bonnet_logits,1\nexits,exit1,exit2,final\nclasses,2\n0,5,1,9,0,9,0\n1,1,2,0,4,0,4\n' > three.csv
check 11 'exits.bonnet has 10 classes, three.csv has 2' "$BONNET" calibrate three.csv exits.bonnet --budget 1
sed 's/exit2/second/' judge.csv > named.csv
check 11 "its exit 1 is 'exit2', in named.csv it is 'second'" "$BONNET" calibrate named.csv exits.bonnet --budget 1
check 11 'named.csv: its exits or classes are not those of judge.csv' "$BONNET" calibrate judge.csv --judge named.csv --costs 1,2,3 --budget 1

# Other ways, by what none beats: a published table (Hu and others), docs/exits.md.
check 0 '^at most 13 ms: resize 128 px, 98.50%$' "$BONNET" calibrate --points "$ROOT/examples/edge/ways.csv" --at-most 13
grep -qx 'at most 13 ms: exits stage 2, 63.00%' out || die "the best exit within 13 ms"
grep -qx '4 of 8 that none other beats' out || die "the front"
cp out got
sed -n '/^<!-- ways -->/,/^<!-- \/ways -->/s/^    //p' "$ROOT/docs/exits.md" > want
cmp -s got want || die "not as in docs/exits.md"
check 0 '"name": "stage 2"' "$BONNET" calibrate --points "$ROOT/examples/edge/ways.csv" --at-most 13 --json
check 0 'nothing of exits' "$BONNET" calibrate --points "$ROOT/examples/edge/ways.csv" --at-most 5

# Command lines.
good=(judge.csv --costs "5,12,24" --budget 1)
check 2 'give a file of logits' "$BONNET" calibrate
check 2 'give a file of logits' "$BONNET" calibrate a b c --budget 1
check 2 'costs come from a .bonnet file or from --costs' "$BONNET" calibrate judge.csv --budget 1
check 2 'give one of them, not both' "$BONNET" calibrate judge.csv exits.bonnet --budget 1 --costs 1,2,3
check 2 '--budget POINTS is wanted' "$BONNET" calibrate judge.csv --costs 5,12,24
for bad in -1 101 half nan ''; do check 2 '--budget POINTS is wanted' "$BONNET" calibrate judge.csv --costs 5,12,24 --budget "$bad"; done
for bad in 0 1 95 x; do check 2 '--interval wants a level' "$BONNET" calibrate "${good[@]}" --interval "$bad"; done
check 2 "margin, probability or entropy, not 'softmax'" "$BONNET" calibrate "${good[@]}" --confidence softmax
for bad in 5,12 '' 5,,24 5,12,x; do check 2 '--costs wants 3 numbers' "$BONNET" calibrate judge.csv --budget 1 --costs "$bad"; done
check 2 'more numbers than there are exits, 3' "$BONNET" calibrate judge.csv --budget 1 --costs 1,2,3,4
for bad in 5,4,24 -1,4,24 1,2,1e16; do check 2 'each at least the one before' "$BONNET" calibrate judge.csv --budget 1 --costs $bad; done
check 2 "--unit is a word of at most 15 letters" "$BONNET" calibrate "${good[@]}" --unit 'a b'
check 2 "--unit is cycles or mJ with a model, not 'ms'" "$BONNET" calibrate judge.csv exits.bonnet --budget 1 --unit ms
for bad in 0 100001; do check 2 '--frames wants a whole number from 1 to 100000' "$BONNET" calibrate "${good[@]}" --frames $bad; done
check 2 '--at-most goes with --points' "$BONNET" calibrate "${good[@]}" --at-most 3
check 2 '--show and --points take no other files' "$BONNET" calibrate --show a.json b.json
check 2 "--at-most wants a number, not 'x'" "$BONNET" calibrate --points "$ROOT/examples/edge/ways.csv" --at-most x
check 14 'none.csv: No such file' "$BONNET" calibrate none.csv --costs 1,2 --budget 1
check 14 'cannot write' "$BONNET" calibrate "${good[@]}" -o /no/such/folder/t.json
printf 'bonnet_logits,1\nexits,exit1,final\nclasses,2\n0,5,1,9,0\n' > one.csv
check 11 'one sample cannot choose and be judged by' "$BONNET" calibrate one.csv --costs 1,2 --budget 1

# Wrong tables, each with its line.
rows() { # rows CODE PATTERN LINES...
    local code=$1 pattern=$2
    shift 2
    printf '%s\n' "$@" > bad.csv
    check "$code" "bad.csv: $pattern" "$BONNET" calibrate bad.csv --costs 1,2 --budget 1
}
v=bonnet_logits,1 n=exits,exit1,final c=classes,2 r=0,5,1,9,0
rows 15 'neither a .npz file nor a table' bonnet_logits,2 $n $c $r
rows 15 'neither a .npz file nor a table' ''
rows 11 'line 2 wants "exits"' $v $c
rows 11 'line 2 wants exits with names of 1 to 63' $v exits,,final
rows 11 'line 2 wants exits of different names' $v exits,a,a
rows 11 'line 2 wants at most 16 exits' $v "exits$(printf ',e%d' {1..17})"
for bad in 1 1025 2.5 x ''; do rows 11 'line 3 wants "classes"' $v $n "classes,$bad" $r; done
rows 11 'line 3 wants at least one sample' $v $n $c
rows 11 'line 4 wants a label first' $v $n $c 2,5,1,9,0
rows 11 'line 4 wants a whole number of 32 bits for each' $v $n $c 0,5,1,9
rows 11 'line 4 wants a whole number of 32 bits for each' $v $n $c 0,5,1,9,2147483648
rows 11 'line 5 wants no more than' $v $n $c $r $r,1
rows 11 'line 4 wants no more than' $v $n $c $r,
rows 11 ".*the last one named 'final'" $v exits,exit1,last $c $r
ways() {
    printf '%s\n' "${@:3}" > bad.csv
    check "$1" "bad.csv: $2" "$BONNET" calibrate --points bad.csv
}
ways 15 'begins with another line than "bonnet_points,1"' bonnet_points,2
ways 11 'line 2 wants "unit"' bonnet_points,1 ms
ways 11 'line 2 wants at least one way' bonnet_points,1 unit,ms
ways 11 'line 3 wants a group and a name' bonnet_points,1 unit,ms ,x,1,1
ways 11 'line 3 wants a cost' bonnet_points,1 unit,ms a,x,-1,1
ways 11 'line 3 wants an accuracy' bonnet_points,1 unit,ms a,x,1,1.01
ways 11 'line 3 wants an accuracy' bonnet_points,1 unit,ms a,x,1,1,1

# Files of thresholds, each wrong field named.
cat > sound.py << 'P'
import json, sys
one = {"accuracy": 0.5, "accuracy_low": 0.4, "accuracy_high": 0.6}
f = {"bonnet_exits": 1, "network": "n", "sha256": "0" * 64, "confidence": "margin", "samples": 10, "chosen_on": 5, "interval": 0.95, "budget": 1,
     "cost": {"unit": "ms"}, "exits": [{"name": "a", "behind": "b", **one, "cost": 1, "alone": 1}, {"name": "final", **one, "cost": 2, "alone": 2}],
     "points": [{"thresholds": [3], "share": [0.25, 0.75], **one, "cost": 1.75}, {"thresholds": [None], "share": [0, 1], **one, "cost": 2}], "chosen": 0}
exec(sys.argv[1])
json.dump(f, open("bad.json", "w"))
P
bad() { # bad CODE PATTERN CHANGE
    /usr/bin/python3 -B sound.py "$3" || die "$3"
    check "$1" "$2" "$BONNET" calibrate --show bad.json
}
bad 0 'chosen: point 0; of 10 samples, thresholds found on 5 others' 'pass'
bad 0 'chosen: point 0' 'del f["network"], f["sha256"], f["chosen_on"]'
bad 16 '"bonnet_exits", its version, is missing' 'del f["bonnet_exits"]'
bad 15 '"bonnet_exits" is of another version; this program reads 1' 'f["bonnet_exits"] = 2'
bad 16 'not a JSON object' 'f = []'
bad 11 'no entry "more"; there are' 'f["more"] = 1'
bad 11 '"network" wants a name' 'f["network"] = ""'
bad 11 '"network" wants a name' 'f["network"] = "x" * 64'
bad 11 '"sha256" wants "network" beside it' 'del f["network"]'
bad 11 '"sha256" wants "network" beside it' 'del f["sha256"]'
bad 11 '"sha256" wants 64 hexadecimal digits' 'f["sha256"] = "g" * 64'
bad 11 '"confidence" wants margin, probability or entropy' 'f["confidence"] = "softmax"'
bad 11 '"temperature" wants' 'f["confidence"] = "entropy"'
bad 11 '"temperature" wants' 'f["confidence"] = "entropy"; f["temperature"] = [1, 0]'
bad 11 '"temperature" wants' 'f["confidence"] = "entropy"; f["temperature"] = [1]'
bad 11 '"samples" wants' 'f["samples"] = 0'
bad 11 '"samples" wants' 'f["samples"] = 1.5'
bad 11 '"interval" wants' 'f["interval"] = 1'
bad 11 '"budget" wants' 'del f["budget"]'
bad 11 '"cost" wants an object' 'f["cost"] = "ms"'
bad 11 'cost: no entry "more"' 'f["cost"]["more"] = 1'
bad 11 '"cost.frames" wants' 'f["cost"]["frames"] = -1'
bad 11 '"cost.unit" wants' 'f["cost"] = {}'
bad 11 '"exits" wants an array of 2 to 16' 'f["exits"] = f["exits"][1:]'
bad 11 '"exits" wants an array of 2 to 16' 'f["exits"] = f["exits"] * 9'
bad 11 'exits\[0\]: no entry "branch"' 'f["exits"][0]["branch"] = 1'
bad 11 '"exits\[1\].name" wants "final" for the last one' 'f["exits"][1]["name"] = "last"'
bad 11 '"exits\[0\].name" wants "final" for the last one' 'f["exits"][0]["name"] = "final"'
bad 11 '"exits\[0\].name" wants a name without control' 'f["exits"][0]["name"] = "a\x1b[2J"'
bad 11 '"exits\[0\].accuracy" wants to lie between' 'f["exits"][0]["accuracy_low"] = 0.51'
bad 11 '"exits\[0\].accuracy_high" wants a share' 'f["exits"][0]["accuracy_high"] = 1.01'
bad 11 '"exits\[1\].cost" wants .* not below' 'f["exits"][1]["cost"] = 0.5'
bad 11 '"exits\[1\].alone" wants' 'del f["exits"][1]["alone"]'
bad 11 '"points" wants' 'f["points"] = []'
bad 11 '"points" wants' 'f["points"] = f["points"] * 33'
bad 11 'points\[1\]: no entry "x"' 'f["points"][1]["x"] = 1'
bad 11 '"points\[0\].thresholds" wants' 'f["points"][0]["thresholds"] = [3, 3]'
bad 11 '"points\[0\].thresholds" wants' 'f["points"][0]["thresholds"] = [-1]'
bad 11 '"points\[0\].thresholds" wants' 'f["points"][0]["thresholds"] = ["3"]'
bad 11 '"points\[0\].share" wants shares that make 1' 'f["points"][0]["share"] = [0.5, 0.4]'
bad 11 '"points\[0\].share" wants a share of 0 to 1' 'f["points"][0]["share"] = [0.5]'
bad 11 '"points\[1\].share" wants 0 of an exit that is not used' 'f["points"][1]["share"] = [0.5, 0.5]'
bad 11 '"points\[1\].cost" wants' 'f["points"][1]["cost"] = -1'
bad 11 '"chosen" wants' 'f["chosen"] = 2'
bad 11 '"chosen" wants' 'f["chosen"] = -1'
passed
