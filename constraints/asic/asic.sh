#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# asic.sh - units of the chip as cells of osu018: area, timing, power. From the repository's root; needs what build/gen holds.
#   asic.sh unit NAME OUT    synthesises, times: OUT/NAME.v, OUT/NAME.log, OUT/NAME.unit.json      asic.sh names [SIGN]   units.txt
#   asic.sh power OUT        the array's netlist in simulation: OUT/power.json (wants OUT/array.*)
#   asic.sh table OUT        all of OUT/*.unit.json beside the seeds' numbers                       asic.sh counts JSON... for drift.sh
# ASIC_SRCS names the sources. 77: a tool or the library is missing, one line says which. Any other failure: 1 and one line.
set -eu
here=constraints/asic
lib=${ASIC_TECH:-/usr/share/qflow/tech/osu018}
period=${ASIC_PERIOD:-10}

die() { echo "asic.sh: $*" >&2; exit 1; }
need() {
    for tool in "$@"; do
        command -v "$tool" > /dev/null || { echo "asic.sh: no $tool: install it with tools/deps.sh test"; exit 77; }
    done
    [ -z "${ASIC_TECH:-}" ] || [ -e "$lib/osu018_stdcells.lib" ] || die "no osu018_stdcells.lib in $lib"
    [ -e "$lib/osu018_stdcells.lib" ] || { echo "asic.sh: no cell library in $lib: install qflow-tech-osu018 with tools/deps.sh test"; exit 77; }
}
line_of() { awk -v u="$1" '/^[+.]/ && $2 == u' "$here/units.txt"; }
left_out() { awk '$1 == "-" { printf "%s", $2; for (i = 7; i <= NF; i++) printf " %s", $i; print "" }' "$here/units.txt"; }
words() { [ "$1" = - ] || echo "$1" | tr , ' '; }

prepare() {  # the library with its layouts' areas, its pins, its areas
    mkdir -p "$1"
    [ -e "$1/areas.json" ] && return
    awk -f "$here/lib.awk" "$lib/osu018_stdcells.lef" "$lib/osu018_stdcells.lib" > "$1/osu018.lib"
    awk -f "$here/pins.awk" "$lib/osu018_stdcells.v" > "$1/pins.v"
    awk '/^ *cell *\(/ { c = $0; gsub(/.*\( *| *\).*/, "", c) } /^ *area *:/ { print "{\"" c "\":" $3 + 0 "}" }' "$1/osu018.lib" | jq -s add > "$1/areas.json.new"
    mv "$1/areas.json.new" "$1/areas.json"
}

unit() {
    name=$1 out=$2
    need yosys sta jq
    line=$(line_of "$name")
    [ -n "$line" ] || [ -z "$(left_out | awk -v u="$name" '$1 == u')" ] || die "$name is left out: $(left_out | sed -n "s/^$name //p")"
    [ -n "$line" ] || die "no unit '$name'; one of: $(awk '/^[+.]/ { printf "%s ", $2 }' "$here/units.txt")"
    prepare "$out"
    # shellcheck disable=SC2086 # the line's columns
    set -- $line
    module=${3%%:*}
    ASIC_PARAMS=$(echo "${3#"$module"}" | tr ':=' '  ')
    export ASIC_PARAMS ASIC_LIB="$out/osu018.lib" ASIC_CELLS="$out/pins.v" ASIC_TOP="$module" ASIC_OUT="$out/$name" ASIC_PERIOD="$period"
    ASIC_OUTSIDE=$(words "$4") ASIC_KEEP=$(words "$5")
    export ASIC_OUTSIDE ASIC_KEEP ASIC_MAP="$6"
    rm -f "$out/$name.unit.json"
    yosys -q -l "$out/$name.log" -c "$here/synth.tcl" > /dev/null 2>&1 || die "$name: $(grep -m1 ERROR "$out/$name.log" || tail -1 "$out/$name.log")"
    awk -v counts="$out/$name.buffers.json" -f "$here/buffer.awk" "$out/$name.raw.v" "$out/$name.raw.v" > "$out/$name.v"
    timeout "${ASIC_STA_LIMIT:-600}" sta -exit "$here/sta.tcl" > "$out/$name.sta" 2>&1 || die "$name: sta: $(tail -1 "$out/$name.sta")"
    ! grep -m1 '^Error' "$out/$name.sta" >&2 || die "$name: sta failed"
    awk -f "$here/path.awk" "$out/$name.v" "$out/$name.sta" > "$out/$name.path.json" || die "$name: no timing in $out/$name.sta"
    awk -f "$here/macros.awk" "$out/$name.macros" > "$out/$name.macros.json"
    jq -n --arg unit "$name" --arg sign "$1" --arg top "$module" --slurpfile areas "$out/areas.json" --slurpfile stat "$out/$name.json" \
        --slurpfile path "$out/$name.path.json" --slurpfile macros "$out/$name.macros.json" \
        --slurpfile buffers "$out/$name.buffers.json" -f "$here/unit.jq" > "$out/$name.unit.json.new" ||
        die "$name: counting failed"
    mv "$out/$name.unit.json.new" "$out/$name.unit.json"
}

power() {
    out=$1
    need iverilog jq
    [ -e "$out/array.unit.json" ] || die "no $out/array.unit.json"
    iverilog -g2012 -gspecify -Ttyp -o "$out/array.vvp" -s tb "$here/array_tb.v" "$out/array.v" "$lib/osu018_stdcells.v" || die "iverilog"
    rm -f "$out/array.vcd"
    mkfifo "$out/array.vcd"
    vvp -n "$out/array.vvp" "+vcd=$out/array.vcd" "+cycles=$ASIC_CYCLES" > "$out/array.sim" 2>&1 &
    sim=$!
    # The wave's unit is 10 ps. Cycle c of the bench begins at 30 + 10 c ns; the first 72 fill the netlist with defined sums.
    from=$((3000 + 72 * 1000))
    "${ASIC_TOGGLES:-build/asic_toggles}" tb.dut. "$from" $((from + 1000 * ASIC_CYCLES)) < "$out/array.vcd" > "$out/array.toggles" || die "no toggles"
    wait "$sim" || [ $? -eq 141 ] || die "the netlist counts wrong: $(tail -1 "$out/array.sim")"  # 141: toggles had seen enough
    rm -f "$out/array.vcd"
    export ASIC_LIB="$out/osu018.lib" ASIC_TOP=bonnet_array ASIC_OUT="$out/array" ASIC_PERIOD="$period" ASIC_CELLS_POWER="$out/array"
    timeout "${ASIC_STA_LIMIT:-600}" sta -exit "$here/sta.tcl" > "$out/array.power.sta" 2>&1 || die "sta: $(tail -1 "$out/array.power.sta")"
    for part in array: "lane:gen_lane[5]."; do
        awk -v cycles="$ASIC_CYCLES" -v under="${part#*:}" -f "$here/power.awk" "$out/array.toggles" "$out/array.still" "$out/array.busy" |
            sed "s/^/${part%%:*} /"
    done > "$out/power.txt"
    jq -R -n --argjson period "$period" --argjson cycles "$ASIC_CYCLES" '[inputs | split(" ") | {(.[0]): {cells: (.[1] | tonumber),
        mw: (.[2] | tonumber * 1000), clock_mw: (.[3] | tonumber * 1000), data_mw: (.[4] | tonumber * 1000), leakage_mw: (.[5] | tonumber * 1000),
        period_ns: $period, cycles: $cycles}}] | add' "$out/power.txt" > "$out/power.json"
}

case ${1:-} in
names) awk -v sign="${2:-+.}" 'index("+.", substr($0, 1, 1)) && index(sign, $1) { print $2 }' "$here/units.txt" ;;
unit) unit "${2:?asic.sh unit NAME OUT}" "${3:?asic.sh unit NAME OUT}" ;;
power) ASIC_CYCLES=${ASIC_CYCLES:-72} && power "${2:?asic.sh power OUT}" ;;
table)
    out=${2:?asic.sh table OUT}
    [ -e "$out/power.json" ] && power=$out/power.json || power=/dev/null
    # The units of the list, not what else lies there.
    for name in $("$0" names); do [ ! -e "$out/$name.unit.json" ] || cat "$out/$name.unit.json"; done |
        jq -s -r --argjson left "$(left_out | jq -R -s -c 'split("\n")[:-1]')" --slurpfile seeds "$here/seeds.json" --argjson power "$(jq -c -s ".[0]" "$power")" -f "$here/table.jq" ;;
counts)
    shift
    cat "$@" | jq -s "map({key: .unit, value: {ge: (.ge | round), ff: .ff, latch: .latch}}) | from_entries" ;;
*) die "usage: asic.sh unit NAME OUT | power OUT | table OUT | counts OUT | names [+|.]" ;;
esac
