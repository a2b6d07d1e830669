#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# asic.sh - units of the chip as cells of osu018: area, timing, power. From the repository's root; needs what build/gen holds.
#   asic.sh unit NAME OUT    synthesises, times: OUT/NAME.v, OUT/NAME.log, OUT/NAME.unit.json      asic.sh names [SIGN]   units.txt
#   asic.sh probes OUT       binds that record the pins of the units of probes.txt in a running chip, on stdout (wants OUT/NAME.v)
#   asic.sh power NAME OUT   the netlist in simulation, on what was recorded: OUT/NAME.power.json (wants OUT/NAME.v, OUT/NAME.trace, OUT/ones/NAME.trace)
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
words() { [ "$1" = - ] || echo "$1" | tr , ' '; }

prepare() {  # the library with its layouts' areas, its pins, its areas
    mkdir -p "$1"
    [ -e "$1/areas.json" ] && return
    awk -f "$here/lib.awk" "$lib/osu018_stdcells.lef" "$lib/osu018_stdcells.lib" > "$1/osu018.lib"
    awk -f "$here/pins.awk" "$lib/osu018_stdcells.v" > "$1/pins.v"
    awk '/^ *cell *\(/ { c = $0; gsub(/.*\( *| *\).*/, "", c) } /^ *area *:/ { print "{\"" c "\":" $3 + 0 "}" }' "$1/osu018.lib" | jq -s add > "$1/areas.json.new"
    mv "$1/areas.json.new" "$1/areas.json"
}

count() {  # $3: sign, $4: module
    awk -f "$here/path.awk" "$2/$1.v" "$2/$1.sta" > "$2/$1.path.json" || die "$1: no timing in $2/$1.sta"
    awk -f "$here/macros.awk" "$2/$1.macros" > "$2/$1.macros.json"
    jq -n --arg unit "$1" --arg sign "$3" --arg top "$4" --slurpfile areas "$2/areas.json" --slurpfile stat "$2/$1.json" \
        --slurpfile path "$2/$1.path.json" --slurpfile macros "$2/$1.macros.json" \
        --slurpfile buffers "$2/$1.buffers.json" -f "$here/unit.jq" > "$2/$1.unit.json.new" ||
        die "$1: counting failed"
    mv "$2/$1.unit.json.new" "$2/$1.unit.json"
}

unit() {
    name=$1 out=$2
    need yosys sta jq
    line=$(line_of "$name")
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
    begun=$(date +%s)
    yosys -q -l "$out/$name.log" -c "$here/synth.tcl" > /dev/null 2>&1 || die "$name: $(grep -m1 ERROR "$out/$name.log" || tail -1 "$out/$name.log")"
    awk -v counts="$out/$name.buffers.json" -f "$here/buffer.awk" "$out/$name.raw.v" "$out/$name.raw.v" > "$out/$name.v"
    timeout "${ASIC_STA_LIMIT:-600}" sta -exit "$here/sta.tcl" > "$out/$name.sta" 2>&1 || die "$name: sta: $(tail -1 "$out/$name.sta")"
    ! grep -m1 '^Error' "$out/$name.sta" >&2 || die "$name: sta failed"
    count "$name" "$out" "$1" "$module"
    jq -r --argjson s "$(($(date +%s) - begun))" '"asic: \(.unit): \(.ge / 10 | round / 100) kGE, \(.mhz // "-") MHz, \($s) s"' "$out/$name.unit.json"
}

probed() { awk '/^[a-z]/ { print $1 }' "$here/probes.txt"; }
probe_of() { awk -v u="$1" '$1 == u' "$here/probes.txt"; }
top_of() { line_of "$1" | awk '{ sub(/:.*/, "", $3); print $3 }'; }

probes() {  # binds for the Verilated chip, one a unit of probes.txt
    out=$1
    for name in $(probed); do
        # shellcheck disable=SC2046 # the line's columns
        set -- $(probe_of "$name")
        awk -v top="$(top_of "$name")" -v want=probe -v unit="$name" -v trigger="$2" -v skip="$3" -v cycles="$4" -f "$here/replay.awk" "$out/$name.v" || die "no probe of $name"
    done
}

power() {
    name=$1 out=$2
    need iverilog jq
    [ -e "$out/$name.unit.json" ] || die "no $out/$name.unit.json"
    for trace in "$out/$name.trace" "$out/ones/$name.trace"; do [ -e "$trace" ] || die "no $trace"; done
    # shellcheck disable=SC2046 # the line's columns
    set -- $(probe_of "$name")
    cycles=$(($4 - $5 - 1)) settle=$5 period=$6 doing=$7
    ASIC_TOP=$(top_of "$name")
    awk -v top="$ASIC_TOP" -v want=bench -v period="$period" -f "$here/replay.awk" "$out/$name.v" > "$out/$name.tb.v" || die "no bench of $name"
    iverilog -g2012 -gspecify -Ttyp -o "$out/$name.vvp" -s tb "$out/$name.tb.v" "$out/$name.v" "$lib/osu018_stdcells.v" 2> "$out/$name.sim" || die "iverilog: $(tail -1 "$out/$name.sim")"
    rm -f "$out/$name.vcd"
    mkfifo "$out/$name.vcd"
    vvp -n "$out/$name.vvp" "+trace=$out/$name.trace" "+other=$out/ones/$name.trace" "+vcd=$out/$name.vcd" "+from=$settle" "+cycles=$cycles" > "$out/$name.sim" 2>&1 &
    sim=$!
    # The wave's unit is 10 ps; line n begins at the edge at (3.5 + n) periods.
    "${ASIC_TOGGLES:-build/asic_toggles}" tb.dut. $(((7 + 2 * settle) * period * 50)) $(((7 + 2 * (settle + cycles)) * period * 50)) < "$out/$name.vcd" > "$out/$name.toggles" || die "no toggles"
    wait "$sim" || die "$name's netlist is not the chip: $(tail -1 "$out/$name.sim")"
    rm -f "$out/$name.vcd"
    export ASIC_TOP ASIC_LIB="$out/osu018.lib" ASIC_OUT="$out/$name" ASIC_PERIOD="$period" ASIC_CELLS_POWER="$out/$name"
    timeout "${ASIC_STA_LIMIT:-600}" sta -exit "$here/sta.tcl" > "$out/$name.power.sta" 2>&1 || die "sta: $(tail -1 "$out/$name.power.sta")"
    awk -v cycles="$cycles" -v under="" -f "$here/power.awk" "$out/$name.toggles" "$out/$name.still" "$out/$name.busy" > "$out/$name.power" || die "no power of $name"
    jq -R -n --arg unit "$name" --argjson period "$period" --argjson cycles "$cycles" --arg doing "$doing" --arg sim "$(tail -1 "$out/$name.sim")" --slurpfile u "$out/$name.unit.json" \
        'input | split(" ") | map(tonumber) | {unit: $unit, doing: $doing, cells: .[0], mw: (.[1] * 1000), clock_mw: (.[2] * 1000), data_mw: (.[3] * 1000), leakage_mw: (.[4] * 1000),
         period_ns: $period, cycles: $cycles, ge: $u[0].ge, pj_cycle: (.[1] * 1000 * $period), fj_ge_cycle: (.[1] * 1e6 * $period / $u[0].ge), sim: $sim}' \
        "$out/$name.power" > "$out/$name.power.json"
    jq -r '"asic: \(.unit): \(.mw | round) mW at \(.period_ns) ns; \(.sim)"' "$out/$name.power.json"
}

case ${1:-} in
names) awk -v sign="${2:-+.}" 'index("+.", substr($0, 1, 1)) && index(sign, $1) { print $2 }' "$here/units.txt" ;;
unit) unit "${2:?asic.sh unit NAME OUT}" "${3:?asic.sh unit NAME OUT}" ;;
probes) probes "${2:?asic.sh probes OUT}" ;;
power) power "${2:?asic.sh power NAME OUT}" "${3:?asic.sh power NAME OUT}" ;;
table)
    out=${2:?asic.sh table OUT}
    cat "$out"/*.power.json > "$out/power.json" 2> /dev/null || :
    # The units of the list, not what else lies there.
    for name in $("$0" names); do [ ! -e "$out/$name.unit.json" ] || cat "$out/$name.unit.json"; done |
        jq -s -r --slurpfile seeds "$here/seeds.json" --slurpfile power "$out/power.json" -f "$here/table.jq" ;;
counts)
    shift
    cat "$@" | jq -s "map({key: .unit, value: {ge: (.ge | round), ff: .ff, latch: .latch}}) | from_entries" ;;
*) die "usage: asic.sh unit NAME OUT | probes OUT | power NAME OUT | table OUT | counts OUT | names [+|.]" ;;
esac
