#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# drift_test.sh - drift.sh, count.jq and lines.jq themselves, on made-up counts: what is let through, what is refused, and with which words.
set -eu
cd "$(dirname "$0")/../.."
command -v jq > /dev/null || { echo "drift_test.sh: no jq: install it with tools/deps.sh test"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0
mkdir -p "$tmp/base/yosys-0.0"
was='{"a":{"lut":1000,"ff":100,"n":1},"b":{"lut":20,"n":4}}'
echo "$was" > "$tmp/base/yosys-0.0/t.json"
# expect STATUS TEXT COUNTS: drift.sh on these counts ends with STATUS and says TEXT.
expect() {
    n=$((n + 1))
    printf '%s' "$3" > "$tmp/is.json"
    got=0
    SYNTH_BASELINES=$tmp/base SYNTH_TOOL=${tool:-yosys-0.0} tests/synth/drift.sh "${target:-t}" "$tmp/is.json" > "$tmp/out" 2>&1 || got=$?
    if [ "$got" -ne "$1" ] || ! grep -qF -- "$2" "$tmp/out"; then
        echo "drift_test: case $n wants $1 and '$2', got $got:"
        cat "$tmp/out"
        exit 1
    fi
}
expect 0 "2 units within 2 %" "$was"
expect 0 "within" '{"a":{"lut":1020,"ff":102,"n":1},"b":{"lut":22,"n":4}}'      # 2 % exactly; 10 %, but 2
expect 1 "a: lut from 1000 to 1021 (2.1 %)" '{"a":{"lut":1021,"ff":100,"n":1},"b":{"lut":20,"n":4}}'
expect 1 "make baseline TARGET=t" '{"a":{"lut":1030,"ff":100,"n":1},"b":{"lut":20,"n":4}}'
expect 1 "a: lut from 1000 to 970 (-3 %)" '{"a":{"lut":970,"ff":100,"n":1},"b":{"lut":20,"n":4}}'
expect 1 "b: lut from 20 to 23 (15 %)" '{"a":{"lut":1000,"ff":100,"n":1},"b":{"lut":23,"n":4}}'
expect 1 "b: bram36 from 0 to 3" '{"a":{"lut":1000,"ff":100,"n":1},"b":{"lut":20,"n":4,"bram36":3}}'
expect 1 "a: ff from 100 to 0" '{"a":{"lut":1000,"n":1},"b":{"lut":20,"n":4}}'
expect 1 "b: in the baseline, not measured" '{"a":{"lut":1000,"ff":100,"n":1}}'
expect 1 "c: measured, not in the baseline" '{"a":{"lut":1000,"ff":100,"n":1},"b":{"lut":20,"n":4},"c":{"lut":1}}'
expect 1 "holds no counts" '{}'
expect 1 "holds no counts" 'ERROR'
target=u expect 1 "no baseline for u at all" "$was"
tool=yosys-9.9 expect 77 "t has no baseline for yosys-9.9 (only yosys-0.0/t.json)" "$was"
tool=none expect 77 "no yosys" "$was"

# Counting: top has two of sub (once as another size) and a LUT; sub has two LUTs, a flip-flop, half a block RAM.
cat > "$tmp/stat.json" << 'STAT'
{"modules": {"\\top": {"num_cells_by_type": {"LUT2": 1, "sub": 1, "$paramod$0123\\sub": 2}},
  "\\sub": {"num_cells_by_type": {"LUT6": 2, "FDRE": 1, "RAMB18E2": 1}},
  "$paramod$0123\\sub": {"num_cells_by_type": {"LUT6": 3, "RAM32M16": 1}}}}
STAT
counts() { jq -S --slurpfile cells tests/synth/cells.json --arg family "$1" --arg top top -f tests/synth/count.jq "$tmp/stat.json"; }
counts xcup | jq -e '.sub == {"n": 3, "lut": 24, "lutram": 16, "ff": 1, "bram36": 0.5, "dsp": 0, "carry": 0} and .total.lut == 25 and .total.n == 1' > /dev/null ||
    { echo "drift_test: counted wrong:"; counts xcup; exit 1; }
if counts ice40 > "$tmp/out" 2>&1; then echo "drift_test: cells of another device were counted"; exit 1; fi
grep -q 'does not know in ice40: LUT' "$tmp/out"
echo "$was" | jq -r -f tests/synth/lines.jq > "$tmp/lines"
jq -e --argjson was "$was" '. == $was' "$tmp/lines" > /dev/null && [ "$(wc -l < "$tmp/lines")" -eq 4 ]
echo "drift_test: $n checks of drift.sh, counting"
