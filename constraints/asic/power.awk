# SPDX-License-Identifier: Apache-2.0
# power.awk TOGGLES STILL BUSY - the power of a unit out of what its cells did and what OpenSTA says they cost.
#   -v cycles=N  clock cycles of the toggles    -v under=PREFIX  only the cells below that instance ("": all)
#
#   cell = leakage + still * (changes of its clock pin / 2N) + (busy - still) * (changes of its outputs / N)      W, at the clock of sta.tcl
#
# STILL and BUSY are OpenSTA's power of every cell with nothing but the clock moving and with one change a cycle everywhere, from the library's
# tables at the cell's own load and slew: half a CV^2 and the cell's internal energy a change. Of a cell in the clock's path (clock gate,
# inverter) OpenSTA gives the clock's two changes a cycle in both, so it is still * (changes of its outputs / 2N).
# Prints: cells, W total, of it clock (clock pins and clock gates), data, leakage.
function fail(what) { print "power.awk: " what > "/dev/stderr"; bad = 1; exit 1 }
FILENAME == ARGV[1] {
    out[$1] = $2; clk[$1] = $3
    for (name = $1; match(name, /\.[^.]*$/); ) { name = substr(name, 1, RSTART - 1); inner[name] }   # modules, whose power is their cells'
    next
}
$1 + 0 == 0 && $1 !~ /^0/ { next }  # titles
NF == 5 {
    name = $5
    gsub(/\\/, "", name); gsub(/\//, ".", name)
    if (name in inner) next
    if (FILENAME == ARGV[2]) { still[name] = $1 + $2; leak[name] = $3; next }
    if (!(name in still)) fail("a cell of " ARGV[3] " that is not in " ARGV[2] ": " name)
    if (!(name in out)) fail("a cell that the wave does not have: " name)
    cells++
    if (under != "" && index(name, under) != 1) next
    n++
    leakage += leak[name]
    busy = $1 + $2
    if (busy == still[name] && still[name] > 0) { clock += still[name] * out[name] / (2 * cycles); next }
    clock += still[name] * clk[name] / (2 * cycles)
    data += (busy - still[name]) * out[name] / cycles
}
END {
    if (bad) exit 1
    if (n == 0) fail("no cells")
    printf "%d %.6e %.6e %.6e %.6e\n", n, clock + data + leakage, clock, data, leakage
}
