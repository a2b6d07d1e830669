#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet estimate: the table, and the same numbers as bench on the simulated chip.
. "$ROOT/tests/cli/lib.sh"
check 0 'estimated, not simulated' "$BONNET" estimate "$bool"
check 0 '% while a binary descriptor runs' "$BONNET" estimate "$bool" --geometry tiny --frames 3 --dram-latency 200
check 0 '^boolnet_k4, geometry zcu102' "$BONNET" estimate "$bool" --geometry zcu102 --batch 2 --frames 16
check 11 "no geometry 'huge'" "$BONNET" estimate "$bool" --geometry huge
check 14 'nothing.bonnet' "$BONNET" estimate nothing.bonnet
# cycles of every layer, bytes of every layer and of the run
for frames in 1 3; do
    "$BONNET" estimate "$bool" --frames $frames > estimated || die "estimate failed"
    "$BONNET" bench "$bool" --device sim: --images $frames > counted || die "bench failed"
    paste -d'|' <(grep -E ' (stem|conv|down|last|fc) ' estimated) <(grep -E ' (stem|conv|down|last|fc) ' counted) |
        awk -F'|' '{ split($1, a, " "); split($2, b, " "); off = a[5] - b[5]; if (off < 0) off = -off
            if (off > 0.02 * b[5] || a[1] != b[1] || (a[2] != "stem" && a[13] != b[13])) { print; bad = 1 } } END { exit bad }' ||
        die "$frames frames: estimate and bench disagree"
    [ "$(grep '^DRAM' estimated)" = "$(grep '^DRAM' counted)" ] || die "$frames frames: DRAM bytes differ"
done
passed
