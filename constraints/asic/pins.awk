# SPDX-License-Identifier: Apache-2.0
# pins.awk osu018_stdcells.v - the cells' names and pins alone, for Yosys' `read_verilog -lib`.
/^module/ { inside = 1 }
/^ *specify/ { inside = 0 }
/^ *endspecify/ { inside = 1; next }
inside && /^(module|input|output|endmodule)/
/^endmodule/ { inside = 0 }
