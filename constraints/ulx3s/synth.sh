#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# synth.sh TOP OUT FILE... - Yosys for an ECP5: OUT.json, a netlist for nextpnr (flat), OUT.stat.json, its cells by unit (OUT.il: before flattening), OUT.log.
# $SMALL: the geometry's define. What synth_ecp5 does, with these differences:
#   - units stay modules until they are mapped: minutes less, and their numbers can be told apart
#   - sums become carry chains (adders.v)
#   - a block RAM's port may read anything in the cycle in which the other writes the same word: the chip's tokens keep the two apart
#     (docs/chip.md), and what would give the old bits is two flip-flops a bit around each
#   - no LUT5 to LUT7: the mapper takes depth first, and pays with a third more LUTs than this FPGA has
#   - 156 multipliers are for the stem's, the head's and the FC's MACs; depthwise and address products are LUTs
#   - the stem's parameter rows go to block RAM: as LUT RAM they are 4,096 cells and 6,656 LUTs
set -eu
top=$1 out=$2
shift 2
dir=$(dirname "$0")
yosys -q -l "$out.log" -p "
read_verilog -sv -DSYNTHESIS ${SMALL:--DBONNET_GEOMETRY_SMALL} -Irtl/include $*
read_verilog -lib -specify +/ecp5/cells_sim.v +/ecp5/cells_bb.v
hierarchy -check -top $top
proc; tribuf -logic; deminout; opt_expr; opt_clean; check; opt -nodffe -nosdff; fsm; opt; wreduce; peepopt; opt_clean; share
techmap -map +/cmp2lut.v -D LUT_WIDTH=4; opt_expr; opt_clean
setattr -set ram_style \"block\" */m:*gen_col*mem
select -set soft */t:\$mul *bonnet_mac8*/t:\$mul *bonnet_fc*/t:\$mul *bonnet_head*/t:\$mul %u %u %d
chtype -set \$__soft_mul @soft
techmap -map +/mul2dsp.v -map +/ecp5/dsp_map.v -D DSP_A_MAXWIDTH=18 -D DSP_B_MAXWIDTH=18 -D DSP_A_MINWIDTH=2 -D DSP_B_MINWIDTH=2 -D DSP_NAME=\$__MUL18X18
chtype -set \$mul t:\$__soft_mul
techmap -map $dir/adders.v
alumacc; opt; memory -nomap -no-rw-check; opt_clean
synth_ecp5 -run map_ram:map_luts -top $top
techmap -map +/ecp5/latches_map.v; abc -dress -lut 4; clean
techmap -map +/ecp5/cells_map.v; opt_lut_ins -tech ecp5; clean
hierarchy -check; check -noinit
tee -q -o $out.stat stat -json
blackbox =A:whitebox
write_rtlil $out.il
flatten; opt_lut_ins -tech ecp5; clean
write_json $out.json
"
# Yosys 0.23 prints its tree of modules into the middle, and a module's name not as its place's.
sed -e '/^ *[^":{} ]* *[0-9]*$/d' -e 's/"\\\\bonnet_/"bonnet_/' "$out.stat" > "$out.stat.json"
