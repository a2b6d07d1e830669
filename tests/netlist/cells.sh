#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cells.sh MAP OUT.v - what the cells of a netlist do, in Verilog that Verilator takes: Yosys' own models of the Xilinx cells, or the
# functions in the standard cell library's Liberty file (its Verilog has user-defined primitives).
set -eu
map=$1 out=$2
lib=${LIBERTY:-/usr/share/qflow/tech/osu018/osu018_stdcells.lib}
mkdir -p "$(dirname "$out")"
case $map in
xcup)
    # CARRY4 reads its own output vector there, which Verilator 5.006 takes for a loop and gets wrong: the same function in four wires.
    awk '/^module CARRY4\(/ { carry = 1 } carry && /^  assign O = / { body = 1
        print "  wire c0 = S[0] ? CI | CYINIT : DI[0], c1 = S[1] ? c0 : DI[1], c2 = S[2] ? c1 : DI[2], c3 = S[3] ? c2 : DI[3];"
        print "  assign CO = {c3, c2, c1, c0}, O = S ^ {c2, c1, c0, CI | CYINIT};" }
        /^endmodule/ { carry = body = 0 } !body' "$(dirname "$(readlink -f "$(command -v yosys)")")/../share/yosys/xilinx/cells_sim.v" > "$out"
    ;;
osu018)
    [ -e "$lib" ] || { echo "SKIP no $lib: apt-get install qflow-tech-osu018"; exit 77; }
    yosys -q -w . -p "read_liberty -ignore_miss_func $lib; delete FILL; proc; write_verilog -noattr $out"
    ;;
*) exit 2 ;;
esac
