#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cells_equal.sh OUT - the cells of constraints/zcu102/cells.v that are made of LUTs and carries are their RTL in rtl/cell: Yosys' SAT proves it for all
# inputs, with Yosys' own models of the blocks; and with one bit of a LUT's table turned round it finds the input that tells.
# (Those made of DSP48E2 have no open model of it: make test-dsp.)
set -eu
out=${1:?usage: cells_equal.sh OUT}
mkdir -p "$out"
sim=$(dirname "$(readlink -f "$(command -v yosys)")")/../share/yosys/xilinx/cells_sim.v
equal() {   # MODULE CELLS PARAMETER VALUE: 0 equal, 1 not
    timeout 120 yosys -q -p "
        read_verilog -sv -DSYNTHESIS rtl/cell/$1.sv; chparam -set $3 $4 $1; hierarchy -top $1; proc; opt -full; rename $1 gold; design -stash gold
        read_verilog $sim; read_verilog $2; chparam -set $3 $4 $1; hierarchy -top $1; proc; flatten; opt -full; rename $1 gate; design -stash gate
        design -copy-from gold gold; design -copy-from gate gate; miter -equiv -flatten -make_outputs gold gate miter
        sat -set in_en_i 1 -prove trigger 0 -verify miter" > "$out/$1.log" 2>&1
}
failed=0
while read -r module parameter value; do
    if equal "$module" constraints/zcu102/cells.v "$parameter" "$value"; then echo "EQUAL cells.v $module"; else echo "NOT EQUAL $module: $out/$module.log"; failed=1; fi
    # The broken twin: the last digit of the table in this module.
    awk -v m="$module" '$1 == "module" { on = $2 == m } on && !done && match($0, /INIT\(64.h[0-9A-F_]+\)/) { at = RSTART + RLENGTH - 2
        c = substr($0, at, 1); $0 = substr($0, 1, at - 1) (c == "0" ? "1" : "0") substr($0, at + 1); done = 1 } { print } END { exit !done }' \
        constraints/zcu102/cells.v > "$out/$module.twin.v"
    if equal "$module" "$out/$module.twin.v" "$parameter" "$value" || ! grep -q 'proof did fail' "$out/$module.log"; then
        echo "BROKEN TWIN NOT REFUTED $module: $out/$module.log"
        failed=1
    fi
done << 'LIST'
bonnet_turn Width 3
bonnet_compare Lanes 1
LIST
exit $failed
