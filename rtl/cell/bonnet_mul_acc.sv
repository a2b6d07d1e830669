// SPDX-License-Identifier: Apache-2.0
//
// bonnet_mul_acc - a multiplier and an accumulator a lane.
//
//   sum[lane] = (first_i ? 0 : sum[lane]) + (alt_i ? d[lane] : a[lane]) * b[lane]      signed, SumW bits, wraps
//
// With Stage the product has a register, written with mul_en_i; en_i and first_i are then about the product that stands in it.
// Cell    this body is what simulation, gates and other FPGAs get; for UltraScale+ constraints/zcu102/dsp.v has the same in one DSP
//         block a lane, everything in it. make test-dsp compares the two.
// Rate    1 a cycle, the sum a cycle later (Stage: two).
// Test    tests/rtl/bonnet_mul_acc_tb.cpp
`default_nettype none
module bonnet_mul_acc #(
  parameter int unsigned Lanes = 64,
  parameter int unsigned AW    = 8,    // bits of a and d, up to 26
  parameter int unsigned BW    = 8,    // bits of b, up to 18
  parameter int unsigned SumW  = 20,   // bits of a sum, up to 32
  parameter bit          Stage = 1'b0
) (
  input  wire logic                clk_i,
  // verilator lint_off UNUSED
  input  wire logic                mul_en_i,  // Stage only
  // verilator lint_on UNUSED
  input  wire logic                en_i,
  input  wire logic                first_i,
  input  wire logic                alt_i,
  input  wire logic [AW*Lanes-1:0] a_i,
  input  wire logic [AW*Lanes-1:0] d_i,
  input  wire logic [BW*Lanes-1:0] b_i,
  output      logic [32*Lanes-1:0] sum_o      // lane l is [32*l +: SumW], the rest 0
);
  logic [32*Lanes-1:0] sum_q;
  if (Stage) begin : gen_stage
    logic [32*Lanes-1:0] mul_q;
    always_ff @(posedge clk_i) if (mul_en_i) begin : multiply
      logic [32*Lanes-1:0] next;
      next = '0;
      for (int unsigned l = 0; l < Lanes; l++)
        next[32*l +: SumW] = SumW'($signed(alt_i ? d_i[AW*l +: AW] : a_i[AW*l +: AW]) * $signed(b_i[BW*l +: BW]));
      mul_q <= next;
    end
    always_ff @(posedge clk_i) if (en_i) begin : accumulate
      logic [32*Lanes-1:0] next;
      next = '0;
      for (int unsigned l = 0; l < Lanes; l++) next[32*l +: SumW] = (first_i ? '0 : sum_q[32*l +: SumW]) + mul_q[32*l +: SumW];
      sum_q <= next;
    end
  end else begin : gen_direct
    always_ff @(posedge clk_i) if (en_i) begin : accumulate
      logic [32*Lanes-1:0] next;
      logic [AW*Lanes-1:0] a;
      next = '0;
      a    = alt_i ? d_i : a_i;
      for (int unsigned l = 0; l < Lanes; l++)
        next[32*l +: SumW] = (first_i ? '0 : sum_q[32*l +: SumW]) + SumW'($signed(a[AW*l +: AW]) * $signed(b_i[BW*l +: BW]));
      sum_q <= next;
    end
  end
  assign sum_o = sum_q;
endmodule
`default_nettype wire
