# SPDX-License-Identifier: Apache-2.0
# buffer.awk -v counts=FILE NETLIST NETLIST - trees of BUFX4 for every net that drives more than Fanout pins, in a netlist of Yosys (the file twice).
# abc buffers what it sees, which ends at flip-flops and modules. Clocks are left alone: the clock is ideal (sta.tcl). FILE gets the number of
# buffers of each module, as JSON.
BEGIN {
    Fanout = 16
    split("Y Q YC YS", list); for (i in list) drives[list[i]] = 1
    Token = "\\\\[^ ]+ (\\[[0-9:]+\\])?|[A-Za-z_][A-Za-z0-9_$]*(\\[[0-9:]+\\])?|[0-9]+'[a-z][0-9a-z]+"
}
FNR == 1 { pass++ }
$1 == "module" { module = $2; sub(/\(.*/, "", module); kind = "" }
/^  (input|output|wire) \[[0-9]+:[0-9]+\] / && pass == 1 { split($2, range, /[\[:\]]/); name = $3; sub(/;$/, "", name); high[module, name] = range[2]; low[module, name] = range[3] }
$1 == "output" && pass == 1 {
    for (i = 2; i <= NF; i++) if ($i !~ /^\[[0-9:]+\]$/) { port = $i; gsub(/[;,]/, "", port); output[module, port] = 1 }
}
/^  [A-Za-z_\\][^ ]* [^ ].* \($/ && $1 != "module" { kind = $1; sub(/^\\/, "", kind) }
/^    \./ && kind != "" {
    pin = $1; sub(/^\./, "", pin); sub(/\(.*/, "", pin)
    if (!(pin in drives) && !((kind, pin) in output) && pin != "CLK" && pin != "clk_i") {
        head = $0; sub(/\(.*/, "(", head); rest = substr($0, length(head) + 1); line = head
        while (match(rest, Token)) {
            net = substr(rest, RSTART, RLENGTH)
            if (net != "clk_i" && net !~ /[0-9]'|:[0-9]+\]$/) {
                key = module SUBSEP net
                at = place[pass, key]++
                if (pass == 2 && sinks[key] > Fanout) net = leaf(key, int(at / Fanout))
            }
            line = line substr(rest, 1, RSTART - 1) net
            rest = substr(rest, RSTART + RLENGTH)
        }
        $0 = line rest
    }
}
/^  \);/ { kind = "" }
pass == 2 && $1 == "endmodule" { trees() }
pass == 2 && $1 == "assign" && /[{:]/ {  # OpenSTA reads none of several bits
    split($0, side, " = ")
    sub(/^ *assign /, "", side[1])
    if (bits(side[1], left) != bits(side[2], right)) { print "buffer.awk: widths differ: " $0 > "/dev/stderr"; exit 1 }
    for (i = 1; i <= bits_n; i++) printf "  assign %s = %s;\n", left[i], right[i]
    next
}
pass == 2 { print }
pass == 1 && $1 == "endmodule" { for (k in place) { split(k, part, SUBSEP); if (part[1] == 1) sinks[part[2] SUBSEP part[3]] = place[k] } }

function leaf(key, i) {
    if (!(key in id)) { id[key] = ++nets; of[module, ++trees_of[module]] = key }
    return "fan_" id[key] "_0_" i
}
# The nets of a concatenation, bit by bit.
function bits(text, list,   net, range, i, name) {
    bits_n = 0
    while (match(text, Token)) {
        net = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
        if (net ~ /^[0-9]+'b/) {
            sub(/^[0-9]+'b/, "", net)
            for (i = 1; i <= length(net); i++) list[++bits_n] = "1'b" substr(net, i, 1)
            continue
        }
        name = net; sub(/ $/, "", name)
        if ((module, name) in high) net = net "[" high[module, name] ":" low[module, name] "]"
        if (net !~ /:[0-9]+\]$/) { list[++bits_n] = net; continue }
        match(net, /\[[0-9]+:[0-9]+\]$/)
        split(substr(net, RSTART + 1, RLENGTH - 2), range, ":")
        net = substr(net, 1, RSTART - 1)
        for (i = range[1] + 0; i >= range[2] + 0; i--) list[++bits_n] = net "[" i "]"
    }
    return bits_n
}
# Level 0 drives the pins, the level above it level 0, until the net itself drives at most Fanout buffers.
function trees(   name, t, key, net, n, level, i, up, root) {
    for (t = 1; t <= trees_of[module]; t++) {
        key = of[module, t]; net = substr(key, length(module) + 2)
        n = int((sinks[key] + Fanout - 1) / Fanout); level = 0; root = 0
        while (!root) {
            root = n <= Fanout
            for (i = 0; i < n; i++) {
                up = root ? net : "fan_" id[key] "_" level + 1 "_" int(i / Fanout)
                printf "  wire fan_%d_%d_%d;\n  BUFX4 buf_%d_%d_%d (\n    .A(%s),\n    .Y(fan_%d_%d_%d)\n  );\n", id[key], level, i, id[key], level, i, up, id[key], level, i
                made[module]++
            }
            n = int((n + Fanout - 1) / Fanout); level++
        }
    }
    name = module; sub(/^\\/, "", name); gsub(/\\/, "&&", name)
    report = report (report == "" ? "" : ", ") "\"" name "\": " made[module] + 0
}
END { print "{" report "}" > counts }
