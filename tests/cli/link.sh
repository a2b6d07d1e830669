#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet link: the three formats, both detectors, and traces that are none.
. "$ROOT/tests/cli/lib.sh"
# Three minutes at 8, 1, 4 Mbit/s, a sample a second, noise of 0.1 either way from a fixed generator: as a report, as seconds, as milliseconds.
awk 'BEGIN {
    x = 1
    for (i = 0; i < 180; i++) {
        x = (x * 16807) % 2147483647
        mbit = (i < 60 ? 8 : i < 120 ? 1 : 4) + 0.2 * (x / 2147483647 - 0.5)
        printf "%d %d 51.0 3.7 %d 1000\n", 1450274031000 + 1000 * i, 1000 * i, mbit * 125000 > "report.log"
        printf "%d %.6f\n", i, mbit > "seconds.txt"
        printf "%d.0 %.6f\n", 1000 * i, 1000 * mbit > "millis.txt"
    }
}'
for trace in report.log seconds.txt millis.txt; do
    check 0 "^$trace: 180 samples in 179.000 s, read as ${trace%.*}\$" "$BONNET" link $trace --threshold 0.5
    awk '/^Mbit/ {ok = 1} /from s/ {n = 0} /^ +[0-9]/ {from[n] = $1; mean[n++] = $4} END {
        exit !(ok && n == 3 && from[0] == 0 && from[1] == 60 && from[2] == 120 && mean[0] > 7.95 && mean[0] < 8.05 && mean[1] > 0.95 && mean[1] < 1.05 && mean[2] > 3.95 && mean[2] < 4.05)
    }' out || die "$trace: not the states at 0, 60, 120 s"
    check 0 '^2 changes; detector bayes, threshold 0.5$' "$BONNET" link $trace --threshold 0.5
    check 0 '^2 changes; detector ewma, threshold 0.3$' "$BONNET" link $trace --detector ewma
done
check 0 ' 119.000 ' "$BONNET" link report.log --threshold 0.01
check 0 'min 0.9[0-9]*, p10 0.9[0-9]*, median [34].[0-9]*, mean 4.3[0-9]*, p90 8.0[0-9]*, max 8.[01][0-9]*$' "$BONNET" link seconds.txt
check 0 '^0 changes' "$BONNET" link seconds.txt --detector ewma --threshold 0.99
check 0 'read as millis$' "$BONNET" link seconds.txt --format millis
check 0 '^2 changes' "$BONNET" link seconds.txt --scale 10 --threshold 0.5
check 0 '"format": "report"' "$BONNET" link report.log --threshold 0.5 --json
/usr/bin/python3 -B - << 'P' || die "not the JSON that was promised"
import json
j = json.load(open("out"))
assert [s["first_sample"] for s in j["states"]] == [0, 60, 120] and sum(s["samples"] for s in j["states"]) == 180, j["states"]
assert j["samples"] == 180 and j["mbit_per_s"]["min"] <= j["mbit_per_s"]["p10"] <= j["mbit_per_s"]["median"] <= j["mbit_per_s"]["max"], j
P
checks=$((checks + 1))
echo '3 5' > one.txt
check 0 '^one.txt: 1 samples in 0.000 s, read as seconds$' "$BONNET" link one.txt

# docs/edge.md shows what is printed.
"$BONNET" link report.log --threshold 0.5 > out 2> err
sed -n '/^<!-- link -->/,/^<!-- \/link -->/s/^    //p' "$ROOT/docs/edge.md" | cmp -s - out || die "not as in docs/edge.md"
checks=$((checks + 1))

check 2 'give one trace' "$BONNET" link
check 2 'give one trace' "$BONNET" link one.txt one.txt
check 2 "detector is bayes or ewma, not 'best'" "$BONNET" link one.txt --detector best
for bad in 0 1 -1 x nan ''; do check 2 'threshold wants a number between 0 and 1' "$BONNET" link one.txt --threshold "$bad"; done
for bad in 0 -1 1e9 x; do check 2 'scale wants Mbit/s' "$BONNET" link one.txt --scale "$bad"; done
check 2 'scale goes with' "$BONNET" link one.txt --detector ewma --scale 1
for bad in seconds2 '' reports; do check 2 'format is report, seconds or millis' "$BONNET" link one.txt --format "$bad"; done
check 14 'No such file' "$BONNET" link none.txt
check 14 '.' "$BONNET" link .
bad() { # bad PATTERN TEXT [OPTION...]
    local pattern=$1
    printf '%b' "$2" > bad.txt
    shift 2
    check 16 "bad.txt: .*$pattern" "$BONNET" link bad.txt "$@"
}
bad 'no sample' ''
bad 'line 1: numbers are wanted' '\x89PNG'
bad 'line 1: numbers are wanted' '1 2\0003\n'
bad 'line 2: two numbers are wanted' '1 2\n1 2 3 4 5 6\n'
bad 'line 1: six numbers are wanted' '1 2\n' --format report
bad 'line 3: time goes back' '1 2\n2 2\n1 2\n'
bad 'line 2: a rate below 0' '1 2\n2 -2\n'
bad 'line 1: bytes below 0, or a time' '1 2 3 4 5 0\n'
passed
