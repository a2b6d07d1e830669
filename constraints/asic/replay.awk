# SPDX-License-Identifier: Apache-2.0
# replay.awk -v top=MODULE -v want=probe|bench ... NETLIST - a unit's pins as they were in a running chip, put to its netlist again.
#   want=probe  -v unit=NAME -v trigger=EXPRESSION -v skip=N -v cycles=N
#               a bind for the Verilated chip: from the trigger's cycle on (seen from inside the module; the first N times it is 1 do not count)
#               it writes NAME.trace, a line a cycle: inputs and outputs in hex
#   want=bench  -v period=NS
#               a bench for Icarus: resets the netlist with the first line's inputs, plays the lines, one a cycle, 0.3 ns after the edge, and
#               looks at the outputs 0.1 ns before the next. A bit that is known and another than the chip's is wrong: the bench fails, and also
#               if more than one in ten stays unknown in the window, which begins with line +from=N and has +cycles=N. +vcd=FILE: the wave of the window.
#               The chip was recorded twice, with every x of its RTL as 0 (+trace=FILE) and as 1 (+other=FILE): an output bit that differs is one that nobody looks at.
# Pins are the netlist's own, without clk_i and rst_ni. Ports of memories that were left out (with dots in their names) cannot be replayed: an error.
function fail(what) { print "replay.awk: " what > "/dev/stderr"; bad = 1; exit 1 }
$1 == "module" { name = $2; sub(/\(.*/, "", name); inside = name == top; found = found || inside }
inside && ($1 == "input" || $1 == "output") {
    port = $NF; sub(/;$/, "", port); bits = 1
    if ($2 ~ /^\[/) { split(substr($2, 2), range, ":"); bits = range[1] + 1 }
    if (port ~ /^\\/) fail(top " has a port " port)
    if (port != "clk_i" && port != "rst_ni") {
        n = ++ports[$1]; list[$1, n] = port; width[$1, n] = bits; total[$1] += bits
    }
    if (port == "rst_ni") reset = 1
}
$1 == "endmodule" { inside = 0 }
function all(dir,   i, text) {
    for (i = 1; i <= ports[dir]; i++) text = text (i > 1 ? ", " : "") list[dir, i]
    return "{" text "}"
}
function declare(dir, kind,   i) { for (i = 1; i <= ports[dir]; i++) printf "  %s [%d:0] %s;\n", kind, width[dir, i] - 1, list[dir, i] }
function pins(dir,   i) { for (i = 1; i <= ports[dir]; i++) printf ",\n    .%s(%s)", list[dir, i], list[dir, i] }
# Statements that write a vector in hex, from the top: Verilator 5.006 prints 8,192 bits at most at once.
function hex(name, bits,   text, low) {
    for (low = bits - 1 - (bits - 1) % 4096; low >= 0; low -= 4096) {
        text = text sprintf("        $fwrite(file, \"%%h\", %s[%d:%d]);\n", name, bits - 1, low)
        bits = low
    }
    return text
}
END {
    if (bad) exit 1
    if (!found || !ports["input"] || !ports["output"]) fail("no pins of " top)
    in_n = total["input"]; out_n = total["output"]
    if (want == "probe") {
        printf "module asic_probe_%s (input clk_i, input go_i, input [%d:0] in_i, input [%d:0] out_i);\n", unit, in_n - 1, out_n - 1
        printf "  integer file, seen = 0, n = 0;\n  always @(negedge clk_i) begin\n"
        printf "    if (n != 0 || (go_i && seen == %d)) begin\n      if (n == 0) file = $fopen(\"%s.trace\", \"w\");\n", skip, unit
        printf "      if (n < %d) begin\n%s        $fwrite(file, \" \");\n%s        $fwrite(file, \"\\n\");\n      end\n", cycles, hex("in_i", in_n), hex("out_i", out_n)
        printf "      if (n == %d) $fclose(file);\n      n = n + 1;\n    end\n", cycles
        printf "    if (go_i) seen = seen + 1;\n  end\nendmodule\n"
        printf "bind %s asic_probe_%s asic_probe (.clk_i(clk_i), .go_i(%s), .in_i(%s), .out_i(%s));\n", top, unit, trigger, all("input"), all("output")
        exit
    }
    printf "`timescale 1ns / 10ps\nmodule tb;\n  reg clk = 0, rst_n = 0;\n"
    declare("input", "reg"); declare("output", "wire")
    printf "  reg [%d:0] out;\n  wire [%d:0] got = %s;\n", out_n - 1, out_n - 1, all("output")
    printf "  %s dut (.clk_i(clk)%s", top, reset ? ", .rst_ni(rst_n)" : ""
    pins("input"); pins("output")
    printf ");\n  always #%g clk = ~clk;\n", period / 2
    print "  integer file, other, n, from, cycles, wrong, unknown, any, bits, read, b;"
    print "  reg [8*256-1:0] name;"
    print "  task line; begin read = $fscanf(file, \"%h %h\\n\", in, out) + $fscanf(other, \"%h %h\\n\", skipped, out_other); end endtask"
    printf "  reg [%d:0] out_other;\n  reg [%d:0] skipped;\n", out_n - 1, in_n - 1
    printf "  reg [%d:0] in;\n  always @* %s = in;\n", in_n - 1, all("input")
    print "  initial begin"
    print "    wrong = 0; unknown = 0; any = 0; bits = 0;"
    print "    if (!$value$plusargs(\"trace=%s\", name)) $finish_and_return(1);"
    print "    file = $fopen(name, \"r\");"
    print "    if (!$value$plusargs(\"other=%s\", name)) $finish_and_return(1);"
    print "    other = $fopen(name, \"r\");"
    print "    if (!$value$plusargs(\"from=%d\", from)) from = 0;"
    print "    if (!$value$plusargs(\"cycles=%d\", cycles)) cycles = 100;"
    print "    if ($value$plusargs(\"vcd=%s\", name)) begin $dumpfile(name); $dumpvars(0, dut); $dumpoff; end"
    print "    line; #0.1 rst_n = 0;"
    print "    repeat (4) @(posedge clk);"
    print "    #0.3 rst_n = 1;"
    print "    for (n = 0; n < from + cycles; n = n + 1) begin"
    printf "      #%g;\n", period - 0.4
    print "      for (b = 0; n >= from && b < $bits(got); b = b + 1) begin"
    print "        bits = bits + 1;"
    print "        if (out[b] !== out_other[b]) any = any + 1;"
    print "        else if (got[b] === 1'bx || got[b] === 1'bz) unknown = unknown + 1;"
    print "        else if (got[b] !== out[b]) begin wrong = wrong + 1; if (wrong < 4) $display(\"line %0d: bit %0d is %b\", n, b, got[b]); end"
    print "      end"
    print "      @(posedge clk); #0.3 line;"
    print "      if (n + 1 == from) $dumpon;"
    print "      if (n + 1 == from + cycles) $dumpoff;"
    print "      if (read != 4) begin $display(\"replay: the trace has %0d lines\", n + 1); $finish_and_return(1); end"
    print "    end"
    print "    $display(\"replay: %0d cycles, %0d bits of outputs, %0d that nobody looks at, %0d unknown, %0d wrong\", cycles, bits, any, unknown, wrong);"
    print "    if (wrong != 0 || unknown * 10 > bits) $finish_and_return(1);"
    print "    $finish;\n  end\nendmodule"
}
