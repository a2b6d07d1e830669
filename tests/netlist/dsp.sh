#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dsp.sh OUT SEED - the cells of constraints/zcu102/dsp.v and cells.v that have DSP blocks around the vendor's own model of the DSP48E2, in Icarus,
# against their RTL (dsp_tb.sv, dsp_head_tb.sv); then with one setting of the block wrong at a time, which must be noticed.
# UNISIMS: a folder with DSP48E2.v, of the vendor's simulation library (Apache 2.0): data/verilog/src/unisims of a Vivado, or of the public
# repository XilinxUnisimLibrary. It is not ours and not here; 77 without it. What the model itself complains about fails the test.
set -eu
out=${1:?usage: dsp.sh OUT SEED} seed=${2:?usage: dsp.sh OUT SEED}
model=${UNISIMS:-}/DSP48E2.v
if [ -z "${UNISIMS:-}" ] || [ ! -r "$model" ]; then
    echo "SKIP needs the vendor's DSP48E2.v: UNISIMS=folder (verilog/src/unisims of XilinxUnisimLibrary)"
    exit 77
fi
for tool in yosys iverilog; do
    command -v $tool > /dev/null || { echo "SKIP no $tool: install it with tools/deps.sh test"; exit 77; }
done
mkdir -p "$out"
# The RTL as Yosys reads it, in plain Verilog: Icarus 11 does not read it.
rtl() {   # NAME CELL SETTINGS of chparam
    yosys -q -p "read_verilog -sv -DSYNTHESIS rtl/cell/$2.sv; chparam $3 $2; prep -top $2; rename -top $1; write_verilog -noattr $out/$1.v"
}
rtl rtl_mac8 bonnet_mac8 '-set Lanes 4'
rtl rtl_mul_acc bonnet_mul_acc '-set Lanes 4'
rtl rtl_stage bonnet_mul_acc '-set Lanes 4 -set AW 16 -set SumW 32 -set Stage 1'
rtl rtl_dot2 bonnet_dot2 '-set Lanes 4'
rtl rtl_mul_add bonnet_mul_add '-set Lanes 4 -set Add 128'

runs() {   # NAME SED CYCLES BENCH: the bench's last word in OUT/NAME.txt
    cat constraints/zcu102/dsp.v constraints/zcu102/cells.v | sed -e 's/^module bonnet_\(mac8\|mul_acc\|mul_add\|dot2\)/module mapped_\1/' -e "$2" > "$out/$1.v"
    iverilog -g2012 -Itests/netlist -s "$4" -s glbl -o "$out/$1.vvp" tests/netlist/dsp_tb.sv tests/netlist/dsp_head_tb.sv "$out"/rtl_*.v "$out/$1.v" "$model" > "$out/$1.log" 2>&1 ||
        { tail -20 "$out/$1.log" >&2; exit 1; }
    vvp -n "$out/$1.vvp" "+seed=$seed" "+cycles=$3" > "$out/$1.txt"
}
for bench in dsp_tb dsp_head_tb; do
    runs mapped '' "${CYCLES:-2000}" $bench
    if grep -v '^PASS' "$out/mapped.txt" >&2; then exit 1; fi
    grep '^PASS' "$out/mapped.txt"
done

n=0
bench=dsp_tb
while read -r edit; do
    case $edit in dsp_head_tb) bench=$edit; continue ;; esac
    n=$((n + 1))
    runs "broken$n" "$edit" 200 "$bench"
    ! cmp -s "$out/mapped.v" "$out/broken$n.v" || { echo "dsp.sh: stale: $edit" >&2; exit 1; }
    grep -q '^FAIL' "$out/broken$n.txt" || { echo "dsp.sh: not noticed: $edit" >&2; exit 1; }
done << 'EDITS'
s/9'b00_001_01_01/9'b00_000_01_01/
s/9'b00_011_01_01/9'b00_001_01_01/
s/9'b00_001_01_01/9'b00_001_01_11/
s/ALUMODE(4'b0000)/ALUMODE(4'b0010)/
s/5'b00100/5'b00000/
s/!first_i, 5'b00011/!first_i, 5'b00010/
s/!first_i, 5'b00101/!first_i, 5'b00100/
s/{2'b00, alt_i, alt_i, 1'b0}/{2'b00, alt_i, 2'b00}/
s/USE_SIMD("TWO24")/USE_SIMD("ONE48")/
s/MREG(Stage ? 1 : 0)/MREG(0)/
dsp_head_tb
s/.PREG(1)) u_efc/.PREG(0)) u_efc/
s/.MREG(1), .AMULTSEL("AD")) u_ab/.AMULTSEL("AD")) u_ab/
s/.pc_i(efc)/.pc_i(48'd0)/
s/.d_i({{11{d_i\[15\]}}, d_i})/.d_i({11'd0, d_i})/
s/9'b00_011_01_01/9'b00_000_01_01/
s/{{16{Add\[31\]}}, Add}/48'd0/
EDITS
echo "PASS dsp: $n wrong settings noticed"
