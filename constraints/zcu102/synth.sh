#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# synth.sh GEOMETRY OUT TOP FILE... - Yosys' synth_xilinx for UltraScale+ (xcup) of TOP and what it needs of FILE..., in GEOMETRY (asic, tiny,
# small, zcu102). Writes OUT/stat.json (cells of every module), OUT/memories (what was written as a memory and became flip-flops), OUT/*.log.
#
# Every module is mapped on its own, two at a time, so four arrays cost the time of one and each unit has its numbers; cells and what is a
# part of a lane dissolve into their users. Nothing is optimised across units, as nothing can be that is placed apart: the sum errs high.
# No I/O and clock buffers: the chip sits between the AXI ports of a processor. -nowidelut: else Yosys spends two LUTs and a MUXF7 on any function
# of seven inputs. LUTs that could share a site (LUT6_2) are counted one by one. Yosys 0.23 packs no adder and no register into a DSP48E2 (its pass
# knows the DSP48E1): cells of rtl/cell that want them stand in this folder too (dsp.v, cells.v), out of the family's blocks. opt_merge before
# the mapper: else the gate of enable and synchronous reset stands once for every flip-flop of a register. abc maps for the fewest LUTs, as they are
# counted; synth_xilinx would take two small ones for half a big one each, which is right only where they find a site to share. No placement, no timing.
set -eu
geometry=${1:?usage: synth.sh GEOMETRY OUT TOP FILE...} out=${2:?usage: synth.sh GEOMETRY OUT TOP FILE...} top=${3:?usage: synth.sh GEOMETRY OUT TOP FILE...}
shift 3
here=$(dirname "$0")
modules=$here/../../tests/synth/modules.sed
case $geometry in
asic) define= ;;
tiny) define=-DBONNET_GEOMETRY_TINY ;;
small) define=-DBONNET_GEOMETRY_SMALL ;;
zcu102) define=-DBONNET_GEOMETRY_ZCU102 ;;
*) echo "synth.sh: no geometry '$geometry': asic, tiny, small or zcu102" >&2; exit 2 ;;
esac
for tool in yosys jq; do
    command -v $tool > /dev/null || { echo "synth.sh: no $tool: install it with tools/deps.sh test"; exit 77; }
done
seconds=${SYNTH_SECONDS:-1800}   # for one module

# Those are taken from here.
family="read_verilog -lib +/xilinx/cells_sim.v; read_verilog -lib +/xilinx/cells_xtra.v"
files=
for file in "$@"; do
    name=$(basename "$file" .sv)
    grep -qs "^module $name " "$here"/*.v || files="$files $file"
done
dissolve=$(sed -n 's/^module \(bonnet_[a-z0-9_]*\) .*/*\1*/p' "$here"/*.v | tr '\n' ' ')
rm -rf "$out"
mkdir -p "$out"
fail() { echo "synth.sh: $1; the whole story: $2" >&2; tail -3 "$2" >&2; exit 1; }

# The design as RTL, its modules under plain names: bonnet_fifo with parameters is bonnet_fifo__ and something of its own.
timeout "$seconds" yosys -q -l "$out/elaborate.log" -p "
    $family
    read_verilog $(echo "$here"/*.v)
    read_verilog -sv -DSYNTHESIS $define -Irtl/include $files
    hierarchy -check -top $top
    setattr -mod -set keep_hierarchy 1 *
    setattr -mod -unset keep_hierarchy *bonnet_fifo* *bonnet_skid* *bonnet_ram_1r1w* *bonnet_rst_sync* *bonnet_popcount* *bonnet_param* $dissolve
    proc
    flatten
    opt_clean
    write_ilang $out/paramod.il" > "$out/elaborate.err" 2>&1 || fail "elaboration failed" "$out/elaborate.log"
# shellcheck disable=SC2016 # Yosys' $paramod, no variable
sed -E -e 's/\$paramod\$([0-9a-f]{6})[0-9a-f]*\\(bonnet_[a-z0-9_]+)/\\\2__\1/g' \
    -e "s/\\\$paramod\\\\(bonnet_[a-z0-9_]+)\\\\([A-Za-z0-9]+)=s?[0-9]+'0*([01]+)/\\\\\1__\2\3/g" "$out/paramod.il" > "$out/design.il"
yosys -q -p "read_ilang $out/design.il; tee -q -o $out/elaborate.json stat -json; blackbox =*; write_ilang $out/boxes.il" > "$out/boxes.log" 2>&1 ||
    fail "elaboration failed" "$out/boxes.log"
units=$(sed -f "$modules" "$out/elaborate.json" | jq -r '.modules | keys[] | ltrimstr("\\") | select(startswith("bonnet_"))')
[ -n "$units" ] || fail "no modules" "$out/elaborate.json"

# One Yosys for each, which knows the others by their ports only.
cat > "$out/unit.sh" << UNIT
set -eu
cd "$out"
start=\$(date +%s)
awk -v unit="\$1" '/^(attribute|autoidx)/ { held = held \$0 "\n"; next }
  /^module/ { on = substr(\$2, 2) == unit; if (on) printf "%s", held; held = "" } on { print } /^end\$/ { on = 0 }' design.il > "\$1.il"
nice timeout $seconds yosys -q -l "\$1.log" -p "
    read_ilang boxes.il
    delete \$1
    read_ilang \$1.il
    synth_xilinx -family xcup -noiopad -noclkbuf -nowidelut -flatten -top \$1 -run begin:map_luts
    opt_merge
    opt_expr -mux_undef -noclkinv
    abc -lut 6
    clean
    techmap -map +/xilinx/ff_map.v
    xilinx_srl -fixed -minlen 3
    techmap -map +/xilinx/lut_map.v -map +/xilinx/cells_map.v -D LUT_WIDTH=6
    xilinx_dffopt
    opt_lut_ins -tech xilinx
    synth_xilinx -family xcup -noiopad -noclkbuf -nowidelut -flatten -top \$1 -run finalize:
    tee -q -o \$1.json stat -json" > "\$1.err" 2>&1 || { echo "\$1: Yosys stopped with \$?" >> "\$1.err"; exit 1; }
echo "\$1: \$((\$(date +%s) - start)) s" >> seconds
UNIT
echo "$units" | xargs -P "${SYNTH_JOBS:-2}" -n 1 sh "$out/unit.sh" || {
    tail -n 3 "$out"/*.err >&2
    echo "synth.sh: a unit did not come through: $out/*.err" >&2
    exit 1
}
# Of each file the module that it is about; the others are boxes there.
for unit in $units; do
    sed -f "$modules" "$out/$unit.json" | jq --arg unit "\\$unit" '{($unit): .modules[$unit]}'
done | jq -s '{modules: add}' > "$out/stat.json"
sed -n 's/^Warning: Replacing memory \\\([^ ]*\) with list of registers. See \(.*\)/\2 \1/p' "$out"/*.err | sort -u > "$out/memories"
