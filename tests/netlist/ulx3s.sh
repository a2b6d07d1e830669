#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ulx3s.sh - the ULX3S's netlist over its serial pins: nets of the conformance suite, trained networks; then broken twins, each with one row of one LUT's table
# inverted or two block RAMs exchanged, which the nets must notice.
# BONNET, BOARD (sim/board/ecp5 behind board.cpp), RTL (the Verilated board), CONFORM, NETLIST (JSON of Yosys or nextpnr), GATES (a folder for what is made of it),
# MODELS, ROOT: set by make. NET_STEP: every which of the suite's directed nets is run (15; SEED says with which it begins). TWINS: LUTs to break (3).
. "$ROOT/tests/cli/lib.sh"
: "${BOARD:?}" "${RTL:?}" "${CONFORM:?}" "${NETLIST:?}" "${GATES:?}" "${SEED:=1}"
export BONNET ULX3S_GATES="$GATES/ulx3s.gates"
slow=timeout-ms=60000   # the line is as fast as it is simulated
ecp5() { python3 "$ROOT/tests/netlist/ecp5.py" "$NETLIST" "$@"; }
suite() { "$BOARD" -v -s "$((SEED + $1))" "$work/tty" "$CONFORM" --backend "serial:$work/tty,$slow" --size small --some --directed "$1"; }
run() { "$@" "$BONNET" run "$network" "$pictures"/00000_*.pgm --device "serial:$work/tty,$slow" --timeout-ms 3600000 --json; }
answer() { jq -c '.images[] | [.logits, .cycles]' "$1"; }
what() { sed -n -e 's/^ulx3s: \(.*\), LEDs.*/\1/p' -e 's/^gates: //p' err | paste -sd';' | sed 's/;/; /'; }

mkdir -p "$GATES"
ecp5 > "$ULX3S_GATES" || die "ecp5.py"
nets=0 maps=0 cycles=0 short=0
for ((i = (SEED - 1) % ${NET_STEP:-15}; ; i += ${NET_STEP:-15})); do
    "$CONFORM" --backend golden: --size small --some --directed "$i" > golden.out 2>&1 || { grep -q 'took none' golden.out && break; die "$(< golden.out)"; }
    if suite "$i" > out 2> err; then
        read -r n m c <<< "$(sed -n 's/.*golden: \([0-9]*\) nets, \([0-9]*\) maps, [0-9]* words, \([0-9]*\) batch.*/\1 \2 \3/p' out)"
        nets=$((nets + n)) maps=$((maps + m)) cycles=$((cycles + c))
        what >> whats
    else
        grep -q 'took none' err || die "net $i of the suite"
        short=$((short + 1))
    fi
done
[ "$nets" -gt 0 ] || die "no net was run"
checks=$((checks + nets))
echo "netlist: $nets nets of the conformance suite, $maps maps, $cycles cycles of their batches, equal to golden; $short do not fit the board;" \
    "$(awk '{ c += $1; for (i = 2; i <= NF; i++) if ($i == "reads") r += $(i - 1) } END { print c " cycles of the board in all, " r " reads of words as they were written" }' whats)"
for network in "$base" "$bool"; do
    name=$(basename "$network" .bonnet)
    "$BONNET" run "$network" "$pictures"/00000_*.pgm --device golden: --json > golden.json || die "golden"
    check 0 '' run "$RTL" "$work/tty"
    mv out rtl.json
    check 0 '' run "$BOARD" -v -s "$SEED" "$work/tty"
    [ "$(jq -c '.images[].logits' golden.json)" = "$(jq -c '.images[].logits' out)" ] || die "logits of $name from the netlist differ from golden's"
    [ "$(answer rtl.json)" = "$(answer out)" ] || die "the netlist took $(answer out) for $name, the RTL $(answer rtl.json)"
    echo "netlist: $name, one image: $(jq '.images[0].logits | length' out) logits of 32 bits as golden's, $(jq '.images[0].cycles' out) cycles as the RTL's; $(what)"
done

# Twins: a row of a LUT that hears four flip-flops in the array's popcounts, and two columns of the weight buffer. Net 108 is a convolution with all that.
twin() {
    local how=$1
    shift
    ecp5 "$@" > "$GATES/twin.gates" || die "ecp5.py $*"
    ULX3S_GATES=$GATES/twin.gates suite 108 > out 2> err && die "nobody noticed $how"
    grep -q 'replay:' out err || die "$how: not noticed, but something else went wrong"
    checks=$((checks + 1))
    echo "netlist: noticed: $how"
}
ecp5 --list LUT4 | grep 'u_array.*u_pop' | sort |
    awk -v n="${TWINS:-3}" -v seed="$SEED" 'BEGIN { srand(seed) } { lut[NR] = $0 } END { while (NR && n-- > 0) print lut[int(rand() * NR) + 1] "/" int(rand() * 16) }' > twins
[ -s twins ] || die "no LUT of the array's popcounts is known by its name"
while read -r lut; do twin "$lut inverted" --flip "$lut"; done < twins
mapfile -t columns < <(ecp5 --list DP16KD | grep 'u_wbuf.gen_col' | sort | head -2)
twin "${columns[*]} exchanged" --swap "${columns[0]},${columns[1]}"
echo "netlist: $checks checks passed, seed $SEED"
