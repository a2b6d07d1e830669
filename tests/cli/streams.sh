#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet streams: cameras on one device in the time of the chip's cycles, to the frame; what is admitted misses nothing; docs/schedule.md.
. "$ROOT/tests/cli/lib.sh"
check 0 'exit2' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet
mkdir shoes && cp "$pictures"/*.pgm shoes
/usr/bin/python3 -B - "$ROOT/examples/edge/fashion/thresholds.json" > left_out.json << 'P'
import json, sys
d = json.load(open(sys.argv[1]))
d["points"][0].update(thresholds=[None, 5], share=[0, 0.5, 0.5])
d["chosen"] = 0
print(json.dumps(d))
P
thresholds=$ROOT/examples/edge/fashion/thresholds.json
value() { /usr/bin/python3 -B -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2], {}, d))' "$1" "$2"; }
same() { cmp -s "$1" "$2" || { diff "$1" "$2" > out; die "$1 and $2 differ"; }; checks=$((checks + 1)); }
is() { [ "$(value "$1" "$2")" = "$3" ] || die "$2 is $(value "$1" "$2") in $1, not $3"; checks=$((checks + 1)); }

# On the simulated chip: pictures of a folder, 4 cameras, every frame's stages as cycles say.
cameras="cam*4:period=0.04,deadline=0.06,images=shoes"
chip=(streams exits.bonnet --stream "$cameras" --device sim: --virtual --exits "$thresholds" --point 18 --frames 8 --margin 0 --json -q)
check 0 'exit2' "$BONNET" "${chip[@]}"
mv out chip.json
check 0 'exit2' "$BONNET" "${chip[@]}"
same out chip.json
is chip.json 'stage_ms["exit1"]' 0.007597
is chip.json 'all["missed"] + all["dropped"]' 0
is chip.json 'sum(all["answered"].values())' 32
is chip.json admitted True
cycles=$(value chip.json '",".join(str(round(1e6 * v)) for v in stage_ms.values())')
# The same cycles as numbers, on a device that counts none: the same schedule, the same answers.
check 0 'exit2' "$BONNET" streams exits.bonnet --stream "$cameras" --device cpu: --virtual --mhz 1000 --stage-cycles "$cycles" --exits "$thresholds" --point 18 --frames 8 --json -q
mv out cpu.json
same cpu.json chip.json
# Without any numbers: those of the file of thresholds, which are estimates.
check 0 'exit2' "$BONNET" streams exits.bonnet --stream "$cameras" --virtual --exits "$thresholds" --point 18 --frames 8 --json -q
mv out cpu.json
same cpu.json chip.json
for policy in fifo:0.020524 first:0.007597; do
    check 0 'exit|final' "$BONNET" streams exits.bonnet --stream "$cameras" --virtual --exits "$thresholds" --point 18 --policy ${policy%:*} --frames 2 --json -q
    is out 'list(stage_ms.values())' "[${policy#*:}]"
done
# Frames of one stage in one call.
check 0 'exit1' "$BONNET" streams exits.bonnet --stream "cam*6:period=0.06,deadline=0.06,images=shoes" --device sim: --virtual --policy first --frames 4 --batch 4 --json -q
is out 'calls < 20 and all["missed"] == 0 and all["answered"]["exit1"] == 24' True
# In the time of the wall: all come back, whatever this machine is doing.
check 0 'exit1' "$BONNET" streams exits.bonnet --stream "a:period=20,deadline=2000,images=shoes" --stream 'b:period=30,deadline=2000' --frames 8 --force --json -q
is out 'all["missed"] == 0 and all["frames"] == 16 and sum(all["answered"].values()) == 16' True

# The test at the door: each term, which stream is too much, and that what is not admitted is refused.
camera='--device cpu: --virtual --mhz 1000 --stage-cycles'
# shellcheck disable=SC2086 # words on purpose
{
    check 1 '^last  .*this one is too much' "$BONNET" streams exits.bonnet $camera 7597 --policy first --stream 'cam*2:period=0.03,deadline=0.0155' --stream 'last:period=1,deadline=1' --admit
    grep -qE 'within 0.015500 ms: 0.015194 ms of work, 0.007597 ms blocked by last, 0.007291 ms too much' out || die "the terms are not there"
    check 0 '^admitted' "$BONNET" streams exits.bonnet $camera 7597 --policy first --stream 'cam*2:period=0.03,deadline=0.0228' --stream 'last:period=1,deadline=1' --admit
    check 20 "stream 'last' is too much: within 0.015500 ms 0.015194 ms of work, and 0.007597 ms that last may block" "$BONNET" streams exits.bonnet $camera 7597 --policy first \
        --stream 'cam*2:period=0.03,deadline=0.0155' --stream 'last:period=1,deadline=1'
    check 0 'not admitted' "$BONNET" streams exits.bonnet $camera 20572 --policy edf --stream 'cam*2:period=0.03,deadline=0.06' --force --frames 5
    check 20 "stream 'cam1' is too much: 137.15 % of the time" "$BONNET" streams exits.bonnet $camera 20572 --policy edf --stream 'cam*2:period=0.03,deadline=0.6'
    check 0 'no test for this policy' "$BONNET" streams exits.bonnet $camera 20572 --policy fifo --stream 'cam*2:period=0.03,deadline=0.06' --frames 5
    check 0 'exit1' "$BONNET" streams exits.bonnet $camera 7597,9909,15739 --stream 'cam*6:period=0.05,deadline=0.02' --frames 50 --force --drop-stale --json
}
is out 'all["missed"] + all["dropped"] + sum(all["answered"].values())' 300
# As docs/schedule.md shows it.
ln -s exits.bonnet net.bonnet
sed -n '/^<!-- admit -->/,/^<!-- \/admit -->/s/^    //p' "$ROOT/docs/schedule.md" > page
read -r -a words < page
check 1 '^not admitted$' "$BONNET" "${words[@]:1}"
sed 1d page > want
same out want
check 2 "wants 3 numbers for --policy imprecise, of exit1 to final, not '5,6'" "$BONNET" streams exits.bonnet --stream a:period=1,deadline=1 --virtual --stage-cycles 5,6
check 2 'leaves out an exit before exit2' "$BONNET" streams exits.bonnet --virtual --exits left_out.json --stream a:period=1,deadline=1
check 2 'cpu: has no cycles' "$BONNET" streams exits.bonnet --stream a:period=1,deadline=1 --virtual
check 2 'at least one --stream' "$BONNET" streams exits.bonnet
check 2 "period and deadline are both wanted: 'a:period=1'" "$BONNET" streams exits.bonnet --stream a:period=1
check 2 "a period is 0.000001 to 1000000 ms: 'a:period=-1,deadline=2'" "$BONNET" streams exits.bonnet --stream a:period=-1,deadline=2
check 2 "entries are period, deadline" "$BONNET" streams exits.bonnet --stream a:rate=3
check 2 "a count is 1 to 64" "$BONNET" streams exits.bonnet --stream 'a*65:period=1,deadline=1'
check 2 "at most 64 streams" "$BONNET" streams exits.bonnet --stream 'a*40:period=1,deadline=1' --stream 'b*25:period=1,deadline=1'
check 2 "policy is fifo, edf, first or imprecise, not 'lifo'" "$BONNET" streams exits.bonnet --policy lifo --stream a:period=1,deadline=1
check 2 'point wants --exits' "$BONNET" streams exits.bonnet --point 1 --stream a:period=1,deadline=1
check 2 'mhz wants megahertz from 0.001' "$BONNET" streams exits.bonnet --virtual --mhz 0 --stream a:period=1,deadline=1
check 2 'no admission test for fifo' "$BONNET" streams exits.bonnet --policy fifo --admit --stream a:period=1,deadline=1
check 2 'batch wants --virtual' "$BONNET" streams exits.bonnet --batch 2 --stream a:period=1,deadline=1
check 20 'a network without exits' "$BONNET" streams "$bool" --stream a:period=1,deadline=1
check 14 'no such folder' "$BONNET" streams exits.bonnet --stream 'a:period=1,deadline=1,images=no such folder'

# Plain EDF is the network: as many right as bonnet run has. And what docs/schedule.md shows, two loads of it.
"$BONNET" run exits.bonnet --dataset fashion-mnist --limit 400 > whole 2> err || { echo "SKIP the labelled part: $(cat err)"; passed; exit; }
check 0 'final' "$BONNET" streams exits.bonnet --policy edf --virtual --stage-cycles 20572 --stream 'cam*4:period=0.4,deadline=0.4' --dataset fashion-mnist --frames 100 --json
grep -q " $(value out 'all["right"]') of 400 right" whole || { cat whole > out; die "not as many right as bonnet run has"; }
checks=$((checks + 1))
check 0 '^0 wrong$' "$ROOT/tests/streams/page.py" "$BONNET" exits.bonnet "$ROOT/docs" --check 0.5 1.25
passed
