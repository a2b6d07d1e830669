#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# equiv.sh MAP NETLIST-DIR CELLS.v MODULE.. -- RTL.. - each netlist is its RTL: Yosys joins both in a miter, ABC (yosys-abc) proves that no input
# in any cycle tells them apart, from flip-flops and memories that are all 0 on, with reset as one more input. And the proof can
# tell: the same netlist with one gate of another function is refuted. Environment as for synth.sh.
set -eu
map=$1 dir=$2 cells=$3 modules=()
shift 3
while [ "$1" != -- ]; do modules+=("$1"); shift; done
shift
rtl=$*
step="proc; flatten; memory_map; async2sync; opt -full"
proves() {  # $1: module[:Parameter=value]  $2: netlist  $3: what to call it
    local module=${1%%:*} set=
    [ "$1" = "$module" ] || { set=${1#*:} && set="chparam -set ${set%=*} ${set#*=} $module;"; }
    set -- "$module" "$2" "$3"
    timeout 300 yosys -q -p "
        read_verilog -sv -DSYNTHESIS ${DEFS:-} -Irtl/include $rtl; $set hierarchy -check -top $1; $step; rename $1 gold; design -stash gold
        read_verilog $cells; read_verilog $2; hierarchy -check -top $1; $step; rename $1 gate; design -stash gate
        design -copy-from gold gold; design -copy-from gate gate; miter -equiv -flatten -make_assert gold gate miter; hierarchy -top miter
        opt -full; techmap; opt -fast; dffunmap; aigmap; setundef -undriven -init -zero; clean; write_aiger $dir/$3.aig" > "$dir/$3.log" 2>&1 || return 2
    timeout 300 yosys-abc -c "read_aiger $dir/$3.aig; fold; strash; scorr; dc2; fraig; scorr; pdr -T 200" > "$dir/$3.abc.log" 2>&1
    grep -q 'Property proved' "$dir/$3.abc.log" && return 0
    grep -q 'was asserted in frame' "$dir/$3.abc.log" && return 1
    return 2
}
failed=0
for spec in "${modules[@]}"; do
    module=${spec%%:*}
    rc=0
    proves "$spec" "$dir/$module.v" "$module.equal" || rc=$?
    if [ $rc -eq 0 ]; then echo "EQUAL $map $module"; else
        echo "NOT EQUAL $map $module ($([ $rc -eq 1 ] && echo refuted || echo "no answer: $dir/$module.equal.log")"
        failed=1
    fi
    # The broken twin: the whole table of the first LUT turned round (of one bit, nobody may ever ask), or the first NAND made a NOR.
    awk -v map="$map" '
        !done && map == "xcup" && last ~ /LUT/ && match($0, /\.INIT\([0-9]+.h[0-9a-f]+\)/) { n = RSTART + RLENGTH - 1
            for (i = RSTART + 6; substr($0, i, 1) != "h"; i++);
            table = ""
            for (i++; i < n; i++) table = table substr("fedcba9876543210", index("0123456789abcdef", substr($0, i, 1)), 1)
            $0 = substr($0, 1, n - 1 - length(table)) table substr($0, n); done = 1 }
        !done && map == "osu018" && /^  NAND2X1 / { sub(/NAND2X1/, "NOR2X1"); done = 1 }
        { last = $0; print } END { exit !done }' "$dir/$module.v" > "$dir/$module.twin" || { echo "no gate to break in $module"; failed=1; continue; }
    rc=0
    proves "$spec" "$dir/$module.twin" "$module.broken" || rc=$?
    [ $rc -eq 1 ] || { echo "BROKEN TWIN NOT REFUTED $map $module"; failed=1; }
done
exit $failed
