// SPDX-License-Identifier: Apache-2.0
//
// bonnet_dot2 - the sum of two products and a number, a lane; the products are registered.
//
//   y[lane] = (a[lane] + d) * b[lane] + e[lane] * f[lane] + c[lane]       signed, 32 bits, wraps
//
// Cell    this body is what simulation, gates and other FPGAs get; constraints/zcu102/dsp.v has the same in two DSP blocks a lane,
//         every adder in them. make test-dsp compares the two.
// Rate    1 a cycle; y_o one cycle after en_i, held until the next.       Stall  none.
// Test    tests/rtl/bonnet_head_tb.cpp
`default_nettype none
module bonnet_dot2 #(
  parameter int unsigned Lanes = 8
) (
  input  wire logic                clk_i,
  input  wire logic                en_i,
  input  wire logic [15:0]         d_i,     // a + d: 16 bits
  input  wire logic [16*Lanes-1:0] a_i,
  input  wire logic [16*Lanes-1:0] b_i,
  input  wire logic [16*Lanes-1:0] e_i,
  input  wire logic [4*Lanes-1:0]  f_i,
  input  wire logic [32*Lanes-1:0] c_i,
  output      logic [32*Lanes-1:0] y_o
);
  function automatic logic [31:0] product(input logic signed [15:0] x, input logic signed [15:0] y);
    product = x * y;
  endfunction
  logic [32*Lanes-1:0] ab_q, efc_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        ab_q[32*l +: 32]  <= product(a_i[16*l +: 16] + d_i, b_i[16*l +: 16]);
        efc_q[32*l +: 32] <= product(e_i[16*l +: 16], {{12{f_i[4*l + 3]}}, f_i[4*l +: 4]}) + c_i[32*l +: 32];
      end
    end
  end
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) y_o[32*l +: 32] = ab_q[32*l +: 32] + efc_q[32*l +: 32];
  end
endmodule
`default_nettype wire
