#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# synth.sh TOP OUT FILE... - Yosys for an ECP5: OUT.json, a netlist for nextpnr (flat), OUT.stat.json, its cells by unit (OUT.il: before flattening), OUT.log.
# $SMALL: the geometry's define. What synth_ecp5 does, with these differences:
#   - units stay modules until they are mapped: minutes less, and their numbers can be told apart
#   - sums become carry chains (adders.v)
#   - a block RAM's port may read anything in the cycle in which the other writes the same word: the chip's tokens keep the two apart
#     (docs/chip.md), and what would give the old bits is two flip-flops a bit around each
#   - no LUT5 to LUT7: the mapper takes depth first, and pays with a third more LUTs than this FPGA has
#   - multipliers are for the stem's, the head's and the FC's MACs; address products are LUTs
#   - the stem's parameter rows go to block RAM: as LUT RAM they are 4,096 cells and 6,656 LUTs
#   - three scripts of the mapper, by unit: which gives the fewest LUTs is the unit's own, 3,000 of 50,000 together
#   - LUTs that are alike become one: abc gives every output that is an inverted signal an inverter of its own, and 900 registers with an asynchronous
#     reset had 900 reset nets (of which the four slices of a tile may have two); 1,700 LUTs, and 1,700 reset nets are 60
#   - a block RAM that is read 36 bits wide gives the lower half at DOB, the upper at DOA: so nextpnr connects a PDPW16KD, whose bits have names. Yosys'
#     brams_map.v has it the other way round, and no memory of 36 bits could be what both say (docs/ulx3s.md)
#   - no block RAM's own reset: a register behind it. Somebody's board read zeros through it (docs/ulx3s.md)
set -eu
top=$1 out=$2
shift 2
dir=$(dirname "$0")
share=$(dirname "$(command -v yosys)")/../share/yosys/ecp5
sed -e '/(DO\[/{s/\.DOA/.DO_/; s/\.DOB/.DOA/; s/\.DO_/.DOB/}' -e 's/DO : DO\[35:18\]/DO : DO[17:0]/' -e "s/\.RST\([AB]\)(.*)/.RST\1(1'b0)/" "$share/brams_map.v" > "$out.brams_map.v"
[ "$(grep -c '\.DOB[0-9]*(DO\[\([0-9]\|1[0-7]\)\])' "$out.brams_map.v")" = 18 ] || { echo "synth.sh: $share/brams_map.v is not as expected" >&2; exit 1; }
sed '/option "RESETMODE"/,/}/d' "$share/brams.txt" > "$out.brams.txt"
yosys -q -l "$out.log" -p "
read_verilog -sv -DSYNTHESIS ${SMALL:--DBONNET_GEOMETRY_SMALL} -Irtl/include $*
read_verilog -lib -specify +/ecp5/cells_sim.v +/ecp5/cells_bb.v
hierarchy -check -top $top
proc; tribuf -logic; deminout; opt_expr; opt_clean; check; opt -nodffe -nosdff; fsm; opt; wreduce; peepopt; opt_clean; share
techmap -map +/cmp2lut.v -D LUT_WIDTH=4; opt_expr; opt_clean
setattr -set ram_style \"block\" */m:*gen_col*mem
select -set macs *bonnet_mac8*/t:\$mul *bonnet_mul_acc*/t:\$mul *bonnet_dot2*/t:\$mul *bonnet_mul_add*/t:\$mul %u %u %u
select -set soft */t:\$mul @macs %d
chtype -set \$__soft_mul @soft
techmap -map +/mul2dsp.v -map +/ecp5/dsp_map.v -D DSP_A_MAXWIDTH=18 -D DSP_B_MAXWIDTH=18 -D DSP_A_MINWIDTH=2 -D DSP_B_MINWIDTH=2 -D DSP_NAME=\$__MUL18X18
chtype -set \$mul t:\$__soft_mul
techmap -map $dir/adders.v
alumacc; opt; memory -nomap -no-rw-check; opt_clean
memory_libmap -lib +/ecp5/lutrams.txt -lib $out.brams.txt; techmap -map +/ecp5/lutrams_map.v -map $out.brams_map.v
synth_ecp5 -run map_ffram:map_luts -top $top
techmap -map +/ecp5/latches_map.v
select -set plain *bonnet_threshold* *bonnet_stem_dw* *bonnet_stem_lines* *bonnet_stem_slices* %u %u %u
select -set area *bonnet_stem_window*
select -set rest * @plain %d @area %d
abc -dress -lut 4 @plain
abc -lut 4 -script +strash;ifraig;scorr;dc2;dch,-f;if,-a;mfs2;lutpack @area
abc -lut 4 -script +strash;ifraig;scorr;dc2;dc2;dch,-f;if;mfs2,-a;if,-a;mfs2,-a;lutpack,-N,3,-S,3 @rest
opt_merge; clean
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
