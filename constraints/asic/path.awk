# SPDX-License-Identifier: Apache-2.0
# path.awk NETLIST STA - the shortest period of sta.tcl's output and where the path that decides it begins and ends, as JSON. A cell of the
# netlist is named by the net at its Q, as in the RTL; a port by itself. A unit without a path through a gate (a memory's pins) has null for
# its period. No such line in STA: exit 1.
function name(cell,   at, tail) {
    tail = cell; sub(/^.*\//, "", tail)
    at = substr(cell, 1, length(cell) - length(tail))
    return at ((tail in q) ? q[tail] : tail)
}
FILENAME == ARGV[1] {
    if ($2 ~ /^(_|\\)/ && $0 ~ /\($/) cell = $2
    if ($1 ~ /^\.Q\(/) { net = $0; sub(/^ *\.Q\(/, "", net); sub(/ *\),? *$/, "", net); gsub(/\\| /, "", net); q[cell] = net }
    next
}
$1 == "asic" && $2 == "period" { period = $3 }
$1 == "asic" && $2 == "slack" { slack = $3 }
/^Startpoint:/ { start = $2 }
/^Endpoint:/ { end = $2 }
/slack \(VIOLATED\)/ { from = start; to = end }
/slack \(MET\)/ && period <= 0.01 { wires = 1 }
END {
    if (wires && from == "") { print "{\"period_ns\": null, \"mhz\": null, \"slack_ns\": null, \"from\": \"wires\", \"to\": \"wires\"}"; exit }
    if (period == "" || from == "") exit 1
    from = name(from); to = name(to)
    gsub(/\\/, "", from); gsub(/\\/, "", to)
    printf "{\"period_ns\": %s, \"mhz\": %.0f, \"slack_ns\": %s, \"from\": \"%s\", \"to\": \"%s\"}\n", period, 1000 / period, slack, from, to
}
