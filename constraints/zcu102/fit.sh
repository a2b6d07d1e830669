#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fit.sh COUNTS.json - the counts of a synthesis (tests/synth/count.jq) as a table beside what the ZCU102's XCZU9EG has (board.mk), biggest unit
# first; a unit stands with all its places and everything below it. Fails if the whole takes more than 80 % of anything: placement and
# routing, the processor's interconnect and a debug core need the rest.
set -eu
counts=${1:?usage: fit.sh COUNTS.json}
jq -r 'to_entries | sort_by(-.value.lut) | .[] | [.key, .value.n, .value.lut, .value.lutram, .value.ff, .value.bram36, .value.dsp, .value.carry] | @tsv' "$counts" |
awk -v room=80 '
    FILENAME != "-" { if (sub(/^ZCU102_/, "") && $2 == ":=") has[$1] = $3; next }
    FNR == 1 { printf "%-24s %5s %8s %8s %8s %8s %6s %8s\n", "unit", "n", "LUT", "(LUTRAM)", "FF", "BRAM36", "DSP", "CARRY8" }
    { $1 == "total" ? name = "bonnet_top" : name = $1 }
    $1 == "total" { for (i = 3; i <= 7; i++) whole[i] = $i }
    name != last { printf "%-24s %5d %8d %8d %8d %8.1f %6d %8.1f\n", name, $2, $3, $4, $5, $6, $7, $8; last = name }
    END {
        split("- - LUT LUTRAM FF BRAM36 DSP", kind, " ")
        printf "%-24s %5s %8d %8d %8d %8d %6d\n", "XCZU9EG", "", has["LUT"], has["LUTRAM"], has["FF"], has["BRAM36"], has["DSP"]
        printf "%-24s %5s", "used, %", ""
        for (i = 3; i <= 7; i++) {
            used = whole[i] * 100 / has[kind[i]]
            printf i == 7 ? " %6.1f" : " %8.1f", used
            if (used > room) full = full " " kind[i]
        }
        print ""
        if (full) { print "does not fit with room: more than " room " % of" full; exit 1 }
    }' "$(dirname "$0")/board.mk" -
