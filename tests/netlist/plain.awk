# SPDX-License-Identifier: Apache-2.0
# plain.awk LIBERTY NETLIST - a netlist of library cells, as `write_verilog` writes it, with every cell in place: an assign or an always block
# that says what the Liberty file says of it (function, ff), instead of an instance. A chip of 350,000 instances of little modules costs Verilator
# ten gigabytes before it has flattened them; the same as expressions a tenth of that. Modules of the netlist stay modules.
# A cell whose kind has a pin that the library gives no function for, and a latch, are errors.
function fail(what) { print "plain.awk: " what > "/dev/stderr"; bad = 1; exit 1 }
# Liberty's expression to Verilog's: a blank between operands is "and", + is "or".
function verilog(text,   out, c, i, last) {
    out = ""; last = ""
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == " ") continue
        if (c == "!") c = "~"
        if (c == "+") c = "|"
        if (c == "*") c = "&"
        if (last ~ /[A-Za-z0-9_)]/ && c ~ /[A-Za-z0-9_(~]/ && substr(text, i - 1, 1) == " ") out = out " & "
        out = out c
        last = c
    }
    return out
}
# The nets of instance `net` put for the pins of an expression.
function put(text,   out, pin) {
    out = ""
    while (match(text, /[A-Za-z][A-Za-z0-9_]*/)) {
        pin = substr(text, RSTART, RLENGTH)
        if (!(pin in net)) fail("a " kind " without a net at " pin)
        out = out substr(text, 1, RSTART - 1) net[pin]
        text = substr(text, RSTART + RLENGTH)
    }
    return out text
}
function quoted(line) { sub(/^[^"]*"/, "", line); sub(/".*/, "", line); return line }
FILENAME == ARGV[1] {
    if ($1 == "cell") { cell = $2; gsub(/[()]/, "", cell); known[cell] = 1 }
    else if (/^ *pin *\(/) { pin = $0; gsub(/^[^(]*\(|\).*/, "", pin) }
    else if ($1 == "ff") { state[cell] = $2; gsub(/[(),].*|\(/, "", state[cell]); sub(/.*\(/, "", state[cell]) }
    else if ($1 == "latch") latch[cell] = 1
    else if ($1 == "next_state") next_state[cell] = verilog(quoted($0))
    else if ($1 == "clocked_on") clock[cell] = verilog(quoted($0))
    else if ($1 == "clear") clear[cell] = verilog(quoted($0))
    else if ($1 == "preset") preset[cell] = verilog(quoted($0))
    else if ($1 == "function") { outs[cell] = outs[cell] " " pin; does[cell, pin] = verilog(quoted($0)) }
    next
}
kind == "" && ($1 in known) && /\($/ {
    kind = $1
    if (kind in latch) fail("latches are not handled")
    if (!(kind in outs)) fail("no function of " kind)
    delete net
    next
}
kind != "" && /^ *\);/ {
    n = split(outs[kind], list, " ")
    for (i = 1; i <= n; i++) {
        if (!(list[i] in net)) continue  # nobody looks at it
        if (!(kind in state)) { printf "  assign %s = %s;\n", net[list[i]], put(does[kind, list[i]]); continue }
        edge = put(clock[kind]); low = clear[kind] == "" ? "1'h0" : put(clear[kind]); high = preset[kind] == "" ? "1'h0" : put(preset[kind])
        edge = (edge ~ /^\(~/) ? "negedge " substr(edge, 3, length(edge) - 3) : "posedge " edge
        sense = ""
        # Active low both, as the cell's pins are: (~R). A constant never moves.
        if (low ~ /^\(~/ && low !~ /1'h1/) sense = sense " or negedge " substr(low, 3, length(low) - 3)
        if (high ~ /^\(~/ && high !~ /1'h1/) sense = sense " or negedge " substr(high, 3, length(high) - 3)
        q = "ff_" ++flops  # its own variable: a vector may have bits of flip-flops beside bits of gates
        printf "  reg %s;\n  assign %s = %s;\n", q, net[list[i]], q
        printf "  always @(%s%s) ", edge, sense
        if (low ~ /^\(~/ && low !~ /1'h1/) printf "if (%s) %s <= 1'h0; else ", low, q
        if (high ~ /^\(~/ && high !~ /1'h1/) printf "if (%s) %s <= 1'h1; else ", high, q
        printf "%s <= %s;\n", q, put(next_state[kind])
    }
    kind = ""
    next
}
kind != "" {
    pin = $1; sub(/^\./, "", pin); sub(/\(.*/, "", pin)
    value = $0; sub(/^[^(]*\(/, "", value); sub(/\),? *$/, "", value)
    if (value !~ /^ *$/) net[pin] = value
    next
}
{ print }
END { if (!bad && kind != "") fail("the netlist ends in a cell") }
