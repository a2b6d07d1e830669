// SPDX-License-Identifier: Apache-2.0
//
// bonnet_turn - four words turned: word i of y is word (i + n) % 4 of x, while en_i; else y is anything.
//
// A cell of its own because Yosys' mapper lets neighbours share the halves of such a choice and so spends two LUTs a bit where one would
// do: constraints/zcu102/cells.v has it as one LUT6 a bit.
// en_i    somebody looks: simulation does nothing without it, synthesis needs nothing of it.
// Test    tests/rtl/bonnet_turn_tb.cpp; its cells against this: make test-netlist-equal
`default_nettype none
module bonnet_turn #(
  parameter int unsigned Width = 64
) (
  input  wire logic               en_i,
  input  wire logic [1:0]         n_i,
  input  wire logic [4*Width-1:0] x_i,   // word i at [Width*i +: Width]
  output      logic [4*Width-1:0] y_o
);
  always_comb begin
    y_o = 'x;
    if (en_i) begin
      unique case (n_i)
        2'd0:    y_o = x_i;
        2'd1:    y_o = {x_i[Width-1:0], x_i[4*Width-1:Width]};
        2'd2:    y_o = {x_i[2*Width-1:0], x_i[4*Width-1:2*Width]};
        default: y_o = {x_i[3*Width-1:0], x_i[4*Width-1:3*Width]};
      endcase
    end
  end
endmodule
`default_nettype wire
