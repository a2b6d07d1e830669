#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wires.sh FILE.. - a wrapper of rtl/board may only rename: .m_axi_awaddr(m_axi_gmem_awaddr), .s_axil_bready(s_axi_control_bready), one outer interface
# for each interface of an instance. Lint sees widths and directions; two wires of the same kind crossed are seen here.
set -eu
for file in "$@"; do
    awk '
    / u_[a-z]+ \($/ { instance = $(NF - 1); split("", outer) }
    match($0, /\.(m_axi|s_axil)_[a-z]+\([a-z_]+\)/) {
        split(substr($0, RSTART + 1, RLENGTH - 2), side, "(")
        pin = side[1]; sub(/^(m_axi|s_axil)_/, "", pin)
        bus = substr(side[1], 1, length(side[1]) - length(pin) - 1)
        net = side[2]; sub(/^.*_/, "", net)
        name = substr(side[2], 1, length(side[2]) - length(net) - 1)
        if (!(bus in outer)) outer[bus] = name
        if (pin != net || name != outer[bus]) { print FILENAME ": " instance " " side[1] " is wired to " side[2]; bad = 1 }
        wires++
    }
    END { if (!wires) { print FILENAME ": no wires found"; bad = 1 } exit bad }' "$file"
done
