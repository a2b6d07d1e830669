#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# asic_test.sh UNIT... - the ASIC flow itself on small units, whose counts have to be the committed ones: what it refuses, and that timing and
# power follow from what they are made of. `make synth-asic` is the whole chip.
set -eu
cd "$(dirname "$0")/../.."
asic=constraints/asic/asic.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
say() { echo "asic_test: $*"; exit 1; }
for tool in yosys sta jq iverilog; do
    command -v $tool > /dev/null || { echo "asic_test: no $tool: install it with tools/deps.sh test"; exit 77; }
done
[ -e /usr/share/qflow/tech/osu018/osu018_stdcells.lib ] || { echo "asic_test: no osu018 library: install qflow-tech-osu018 with tools/deps.sh test"; exit 77; }

for unit in "$@"; do
    $asic unit "$unit" "$tmp/units"
done
# Counts beside the committed ones, these units alone.
baseline=tests/synth/baseline/yosys-$(yosys -V | awk '{print $2}')/asic.json
[ ! -e "$baseline" ] || {
    tool=$(basename "$(dirname "$baseline")")
    mkdir -p "$tmp/base/$tool"
    jq --args 'with_entries(select(.key as $k | $ARGS.positional | index($k)))' "$@" < "$baseline" > "$tmp/base/$tool/asic.json"
    $asic counts "$tmp"/units/*.unit.json > "$tmp/counts.json"
    SYNTH_BASELINES=$tmp/base tests/synth/drift.sh asic "$tmp/counts.json"
}

# A clock of 1 ns is missed by a lane, one of 100 ns is not, and the period that was found stands between met and missed.
lane() { ASIC_LIB=$tmp/units/osu018.lib ASIC_OUT=$tmp/units/lane ASIC_TOP=bonnet_lane ASIC_PERIOD=$1 ASIC_CELLS_POWER=${2:-} timeout 60 sta -exit constraints/asic/sta.tcl; }
slack() { lane "$1" "$tmp/p" | awk '$2 == "slack" { print ($3 < 0) ? "missed" : "met" }'; }
found=$(jq .period_ns "$tmp/units/lane.unit.json")
[ "$(slack 1)" = missed ] || say "a lane at 1 GHz is not missed"
[ "$(slack 100)" = met ] || say "a lane at 10 MHz is missed"
[ "$(slack "$found")" = met ] || say "a lane at $found ns is missed"
[ "$(slack "$(echo "$found" | awk '{ print $1 - 0.03 }')")" = missed ] || say "a lane faster than $found ns is met"

# Power: without a change it is leakage; twice the changes in the same time, or half the period, is twice the dynamic power.
watts() { awk -v cycles="$1" -v under="" -f constraints/asic/power.awk "$2" "$3.still" "$3.busy" | awk '{ print $2 - $5, $5 }'; }
about() { awk -v a="$1" -v b="$2" -v f="$3" 'BEGIN { exit !(b > 0 && a / b > f * 0.98 && a / b < f * 1.02) }' || say "$4: $1 beside $2"; }
lane 10 "$tmp/p10" > "$tmp/log"
lane 5 "$tmp/p5" > "$tmp/log"
awk 'NF == 5 && $5 ~ /^[_a-z]/ && $5 !~ /Power/ { print $5, 0, 0 }' "$tmp/p10.still" > "$tmp/none"
awk '{ print $1, 50, 200 }' "$tmp/none" > "$tmp/some"
# shellcheck disable=SC2046 # two numbers
set -- $(watts 100 "$tmp/none" "$tmp/p10")
awk -v d="$1" -v l="$2" 'BEGIN { exit !(d > -1e-9 && d < 1e-9 && l > 0) }' || say "a lane at rest takes $1 W besides leakage $2 W"
at10=$(watts 100 "$tmp/some" "$tmp/p10") at5=$(watts 100 "$tmp/some" "$tmp/p5") twice=$(watts 50 "$tmp/some" "$tmp/p10")
about "${at5% *}" "${at10% *}" 2 "half the period is not twice the power"
about "${twice% *}" "${at10% *}" 2 "twice the changes are not twice the power"

# The adder that counts are made of, with the library's FAX1, for all inputs; with carry and sum exchanged it is none.
ripple() { yosys -q -p "read_liberty $tmp/units/osu018.lib; read_verilog -sv -formal $1 $tmp/miter.v; hierarchy -top miter; proc; flatten; opt_clean; sat -verify -prove-asserts"; }
for width in 1 2 3 4 5; do
    echo "module miter(input [$width-1:0] a, b, input c); wire [$width:0] y; bonnet_ripple #(.W($width)) u(.a(a), .b(b), .c(c), .y(y));
        always @(*) assert (y == a + b + c); endmodule" > "$tmp/miter.v"
    ripple constraints/asic/popcount.v > "$tmp/log" 2>&1 || say "$width bits and $width bits are not added: $(tail -1 "$tmp/log")"
done
sed 's/\.YC(/.YX(/; s/\.YS(/.YC(/; s/\.YX(/.YS(/' constraints/asic/popcount.v > "$tmp/broken.v"
if ripple "$tmp/broken.v" > "$tmp/log" 2>&1; then say "an adder with carry and sum exchanged is proved"; fi
grep -q 'proof did fail' "$tmp/log" || say "the broken adder failed for another reason: $(tail -1 "$tmp/log")"

# The replay: a popcount that gets what a chip saw passes, one that gets a wrong count does not unless it is an x, nor one that never gets operands.
trace() { awk -v wrong="$1" -v en="$2" 'BEGIN { for (n = 0; n < 20; n++) {   # a, b, enable; the count of the line before
    if (en) printf "1%s %02x\n", (n % 2 ? "ffffffffffffffffffffffffffffffff" : "fffffffffffffffe0000000000000001"), (n % 2 ? 0 : 64) + (n == wrong)
    else print "1fffffffffffffffe0000000000000000 00" } }'; }
replay() {
    awk -v top=bonnet_popcount -v want=bench -v period=10 -f constraints/asic/replay.awk "$tmp/units/popcount.v" > "$tmp/bench.v" &&
        iverilog -g2012 -gspecify -Ttyp -o "$tmp/bench" -s tb "$tmp/bench.v" "$tmp/units/popcount.v" /usr/share/qflow/tech/osu018/osu018_stdcells.v 2> "$tmp/log" &&
        vvp -n "$tmp/bench" "+trace=$tmp/trace" "+other=${1:-$tmp/trace}" +from=4 +cycles=12 > "$tmp/log"
}
trace -1 1 > "$tmp/trace"
replay || say "a popcount is not replayed: $(tail -1 "$tmp/log")"
trace 9 1 > "$tmp/trace"
if replay || ! grep -q ' 1 wrong' "$tmp/log"; then say "a wrong count is not found: $(tail -1 "$tmp/log")"; fi
trace -1 1 > "$tmp/other"   # the bit is x: 1 in one recording, 0 in the other
if ! replay "$tmp/other" || ! grep -q ' 1 that nobody looks at' "$tmp/log"; then say "a bit that nobody looks at is looked at: $(tail -1 "$tmp/log")"; fi
trace -1 0 > "$tmp/trace"
if replay || ! grep -q ' 84 unknown' "$tmp/log"; then say "a popcount without operands is believed: $(tail -1 "$tmp/log")"; fi

# What is refused, with one line.
refused() {
    want=$1
    shift
    if "$@" > "$tmp/out" 2>&1; then say "not refused: $*"; fi
    if ! grep -qF -- "$want" "$tmp/out" || [ "$(wc -l < "$tmp/out")" -ne 1 ]; then cat "$tmp/out"; say "wants one line with '$want': $*"; fi
}
refused "no unit 'lanes'" $asic unit lanes "$tmp/units"
refused "no osu018_stdcells.lib in $tmp" env ASIC_TECH="$tmp" $asic unit lane "$tmp/other"
refused "not a wave" "${ASIC_TOGGLES:-build/asic_toggles}" tb. 0 1 < constraints/asic/units.txt
sed 's/bonnet_popcount u_popcount/bonnet_popcuont u_popcount/' rtl/compute/bonnet_lane.sv > "$tmp/bonnet_lane.sv"
refused "lane: " env ASIC_SRCS="rtl/pkg/bonnet_pkg.sv $tmp/bonnet_lane.sv" $asic unit lane "$tmp/units"
sed 's/MACRO LATCH/MACRO LATCHES/' /usr/share/qflow/tech/osu018/osu018_stdcells.lef > "$tmp/x.lef"
refused "no layout of LATCH" sh -c "awk -f constraints/asic/lib.awk $tmp/x.lef /usr/share/qflow/tech/osu018/osu018_stdcells.lib > /dev/null"
echo "asic_test: counts, timing, power, adders, replays, refusals"
