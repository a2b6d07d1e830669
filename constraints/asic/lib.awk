# SPDX-License-Identifier: Apache-2.0
# lib.awk LEF LIB - the library as it is, with the areas of its layouts: osu018_stdcells.lib says 0 um2 for LATCH, 36 for NAND3X1 and
# 23 for OAI21X1, their layouts in osu018_stdcells.lef are 56, 32 and 32. The other 29 agree. A cell without a layout is an error.
FNR == NR { if ($1 == "MACRO") cell = $2; else if ($1 == "SIZE") lef[cell] = $2 * $4; next }
/^ *cell *\(/ { cell = $0; gsub(/.*\( *| *\).*/, "", cell); cells++ }
/^ *area *:/ {
    if (!(cell in lef)) { print "lib.awk: no layout of " cell > "/dev/stderr"; exit bad = 1 }
    sub(/area *:.*/, "area : " lef[cell] ";")
}
{ print }
END { if (!bad && cells == 0) { print "lib.awk: no cells" > "/dev/stderr"; exit 1 } }
