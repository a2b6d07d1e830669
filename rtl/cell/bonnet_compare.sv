// SPDX-License-Identifier: Apache-2.0
//
// bonnet_compare - a number against four bounds, a lane: ge[4*lane + j] = a[lane] >= b[lane][j], unsigned.
//
//   b[lane][j] is row_i[64*lane + 16*j +: 13], as in a row of thresholds.
//
// Cell    this body is what simulation, gates and other FPGAs get; constraints/zcu102/cells.v has a compare in seven LUT6_2 and a CARRY8, two bits
//         in a LUT, where Yosys spends ten LUTs. make test-netlist-equal proves them equal.
// en_i    somebody looks: simulation does nothing without it, synthesis needs nothing of it; without it ge is anything.
// Test    tests/rtl/bonnet_threshold_tb.cpp
`default_nettype none
module bonnet_compare #(
  parameter int unsigned Lanes = 64,
  parameter int unsigned Width = 13                 // of a, at most 13
) (
  input  wire logic                   en_i,
  input  wire logic [Width*Lanes-1:0] a_i,
  input  wire logic [64*Lanes-1:0]    row_i,
  output      logic [4*Lanes-1:0]     ge_o
);
  always_comb begin
    ge_o = 'x;
    if (en_i) begin
      for (int unsigned l = 0; l < Lanes; l++)
        for (int unsigned j = 0; j < 4; j++) ge_o[4*l + j] = 13'(a_i[Width*l +: Width]) >= row_i[64*l + 16*j +: 13];
    end
  end
  logic unused;  // bits 13..15 of a field
  assign unused = ^row_i;
endmodule
`default_nettype wire
