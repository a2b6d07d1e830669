#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# synth.sh MAP OUT MODULE.. -- RTL.. - each MODULE (or MODULE:Parameter=value) as cells, in OUT/MODULE.v. MAP: xcup (synth_xilinx, UltraScale+) or osu018 (gates of
# Debian's qflow-tech-osu018). Same module, same ports: the RTL's bench runs on it. One run of Yosys for all of them.
# Memories of WORDS words or more stay what they are in the RTL (block RAM or a macro: no open model of either); all else becomes cells.
# No DSP blocks (no open model either: products are LUTs), and nets of one bit each: a vector that runs through its own bits is a loop to Verilator.
# Environment: DEFS (-DBONNET_GEOMETRY_TINY ..), WORDS (32), XILINX (options for synth_xilinx: -nolutram ..), LIBERTY,
# FLAT (-flatten; empty, for a whole chip: modules are mapped one by one, by a script of abc that takes seconds instead of minutes for
# multipliers, and are put together as gates).
set -eu
map=$1 out=$2 modules=()
shift 2
while [ "$1" != -- ]; do modules+=("$1"); shift; done
shift
lib=${LIBERTY:-/usr/share/qflow/tech/osu018/osu018_stdcells.lib}
flat=${FLAT--flatten}
abc=; [ -n "$flat" ] || abc="-script +strash;ifraig;dc2;&get,-n;&nf;&put"
big="t:\$mem_v2 r:SIZE>=${WORDS:-32} %i"
xilinx="synth_xilinx -family xcup -noiopad -noclkbuf -nodsp $flat ${XILINX:-}"
mkdir -p "$out"
case $map in
xcup)
    begin="read_verilog -lib +/xilinx/cells_sim.v; read_verilog -lib +/xilinx/cells_xtra.v"
    lutram="memory_libmap -lib +/xilinx/lutrams_xcu.txt t:\$mem_v2 @big %d; techmap -map +/xilinx/lutrams_xc5v_map.v"
    case ${XILINX:-} in *-nolutram*) lutram= ;; esac
    cells="$xilinx -run prepare:map_memory; opt_clean; select -set big $big; $lutram; opt -fast -full; memory_map t:\$mem_v2 @big %d
      $xilinx -run fine:check"
    ;;
osu018)
    [ -e "$lib" ] || { echo "SKIP no $lib: apt-get install qflow-tech-osu018"; exit 77; }
    begin=
    cells="proc; ${flat:+flatten;} synth -run coarse:fine; opt_clean; select -set big $big; opt -fast -full; memory_map t:\$mem_v2 @big %d
      opt -undriven -fine; techmap; opt -fast; dfflibmap -liberty $lib; opt -fast
      abc -liberty $lib $abc; opt_clean -purge; flatten; opt_clean -purge"
    ;;
*)
    echo "synth.sh: xcup or osu018"
    exit 2
    ;;
esac
script="$begin
read_verilog -sv -DSYNTHESIS ${DEFS:-} -Irtl/include $*
design -save rtl"
for spec in "${modules[@]}"; do
    module=${spec%%:*} set=
    [ "$spec" = "$module" ] || { set=${spec#*:} && set="chparam -set ${set%=*} ${set#*=} $module"; }
    script="$script
design -load rtl
$set
hierarchy -check -top $module
$cells
tee -q -o $out/$module.stat stat
splitnets
write_verilog -noattr $out/$module.v"
done
printf '%s\n' "$script" > "$out/synth.ys"
yosys -q -s "$out/synth.ys" > "$out/synth.log" 2>&1 || { grep ERROR "$out/synth.log"; exit 1; }
