// SPDX-License-Identifier: Apache-2.0
//
// bonnet_mul_add - a product and a constant, a lane, without a register: y[lane] = a[lane] * b[lane] + Add       signed, 32 bits
//
// Cell    this body is what simulation, gates and other FPGAs get; constraints/zcu102/dsp.v has the same in a DSP block a lane, adder
//         and all. make test-dsp compares the two.
// en_i    somebody looks: simulation does nothing without it, synthesis needs nothing of it; without it y is anything.
// Test    tests/rtl/bonnet_head_tb.cpp
`default_nettype none
module bonnet_mul_add #(
  parameter int unsigned Lanes = 8,
  parameter logic [31:0] Add   = 32'd0
) (
  input  wire logic                en_i,
  input  wire logic [16*Lanes-1:0] a_i,
  input  wire logic [16*Lanes-1:0] b_i,
  output      logic [32*Lanes-1:0] y_o
);
  function automatic logic [31:0] product(input logic signed [15:0] x, input logic signed [15:0] y);
    product = x * y;
  endfunction
  always_comb begin
    y_o = 'x;
    if (en_i)
      for (int unsigned l = 0; l < Lanes; l++) y_o[32*l +: 32] = product(a_i[16*l +: 16], b_i[16*l +: 16]) + Add;
  end
endmodule
`default_nettype wire
