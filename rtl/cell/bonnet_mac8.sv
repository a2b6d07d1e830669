// SPDX-License-Identifier: Apache-2.0
//
// bonnet_mac8 - eight multiply-accumulates a lane and cycle, two lanes to a multiplier.
//
//   sum[lane] = (first_i ? 0 : sum[lane]) + sum over i < 8 of tap[i] * weight[lane][i]      24 bits a lane, wraps
//   bias_i    = 2^18 - 128 * sum over i < 8 of tap[i], the caller's: it is the same for all lanes
//
// With weights u and v of lanes 2p and 2p + 1, u taken as u + 128 (its top bit flipped, so unsigned), eight products
//
//   bias + sum of tap * {v, 0 x 11, u + 128}  =  2^19 * sum of tap*v  +  (2^18 + sum of tap*u)
//
// and the second bracket never leaves its 19 bits: |8 * 255 * 128| < 2^18. The two sums are cut apart there, without a borrow.
// Taps are -255 .. 255: half the multipliers, and half the work in simulation.
// Cell    this body is what simulation, gates and other FPGAs get; for UltraScale+ constraints/zcu102/dsp.v has the same in nine
//         DSP blocks a pair: products cascaded, then two accumulators in one. make test-dsp compares the two.
// Rate    1 beat/cycle, the sum a cycle later.
// Test    tests/rtl/bonnet_mac8_tb.cpp
`default_nettype none
module bonnet_mac8 #(
  parameter int unsigned Lanes = 64   // even
) (
  input  wire logic                clk_i,
  input  wire logic                en_i,
  input  wire logic                first_i,
  input  wire logic [71:0]         tap_i,     // tap i is [9*i +: 9], signed
  input  wire logic [18:0]         bias_i,
  input  wire logic [64*Lanes-1:0] weight_i,  // weight i of lane l is [64*l + 8*i +: 8], signed
  output      logic [24*Lanes-1:0] sum_o      // lane l is [24*l +: 24], signed
);
  logic [24*Lanes-1:0] sum_q;
  always_ff @(posedge clk_i) if (en_i) begin : accumulate
    logic [24*Lanes-1:0] next;
    logic signed [37:0]  s;
    logic [63:0]         u, v;
    logic [23:0]         even, odd;
    for (int unsigned p = 0; p < Lanes / 2; p++) begin
      u = weight_i[128*p +: 64] ^ {8{8'h80}};
      v = weight_i[128*p + 64 +: 64];
      s = $signed({19'd0, bias_i});
      for (int unsigned i = 0; i < 8; i++) s = s + $signed(tap_i[9*i +: 9]) * $signed({v[8*i +: 8], 11'd0, u[8*i +: 8]});
      even = first_i ? '0 : sum_q[48*p +: 24];
      odd  = first_i ? '0 : sum_q[48*p + 24 +: 24];
      next[48*p +: 24]      = even + 24'($signed({!s[18], s[17:0]}));
      next[48*p + 24 +: 24] = odd + 24'($signed(s[37:19]));
    end
    sum_q <= next;
  end
  assign sum_o = sum_q;
endmodule
`default_nettype wire
