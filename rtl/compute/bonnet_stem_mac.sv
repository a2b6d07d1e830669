// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_mac - StemTaps x Lanes int8 multiply-accumulates a cycle.
//
//   sum[lane] = sum over the beats of a pixel, over i, of tap[i] * weight[lane][i], int32
//
// The arithmetic is bonnet_mac8's; here are the weight rows, the beats of a pixel and the bias that all lanes share.
// The sum of a whole pixel fits 24 bits: at most 152 taps (7 x 7 x 3 in rows of 8), 152 * 255 * 128 < 2^23.
// Rate    1 beat/cycle; the sum is valid two cycles after the last beat was taken.
// Stall   sum_ready_i low keeps the sum and stops the beat behind it; one more beat is taken.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_mac.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_mac #(
  parameter int unsigned Lanes = bonnet_pkg::Lanes
) (
  input  wire logic                                clk_i,
  input  wire logic                                rst_ni,
  input  wire logic                                ready_i,      // the parameter port is ours
  input  wire logic [bonnet_pkg::SpRowW-1:0]       taprow_i,     // first tap row
  // beats of taps
  input  wire logic                                tap_valid_i,
  output      logic                                tap_ready_o,
  input  wire logic [71:0]                         tap_data_i,
  input  wire logic                                tap_first_i,
  input  wire logic                                tap_last_i,
  // weights: the row asked for shows in the next cycle and stays until the next one is asked for
  output      logic                                sp_re_o,
  output      logic [bonnet_pkg::SpRowW-1:0]       sp_row_o,
  input  wire logic [64*Lanes-1:0]                 sp_data_i,
  // sums: lane l is [32*l +: 32], signed
  output      logic                                sum_valid_o,
  input  wire logic                                sum_ready_i,
  output      logic [32*Lanes-1:0]                 sum_data_o
);
  // ---- control -------------------------------------------------------------
  logic                          s1_valid_q, s1_last_q, s1_first_q, sum_valid_q;
  logic [bonnet_pkg::SpRowW-1:0] row_q;  // offset of the beat after a pixel's first
  logic                          take, go;
  assign tap_ready_o = ready_i && (!s1_valid_q || go);
  assign take        = tap_valid_i && tap_ready_o;
  assign go          = s1_valid_q && (!sum_valid_q || sum_ready_i);
  assign sp_re_o     = take;
  assign sp_row_o    = taprow_i + (tap_first_i ? '0 : row_q);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {s1_valid_q, sum_valid_q} <= 2'b00;
      row_q                     <= '0;
    end else begin
      if (take)    s1_valid_q <= 1'b1;
      else if (go) s1_valid_q <= 1'b0;
      if (go)               sum_valid_q <= s1_last_q;
      else if (sum_ready_i) sum_valid_q <= 1'b0;
      if (take) row_q <= (tap_first_i ? '0 : row_q) + bonnet_pkg::SpRowW'(1);
    end
  end

  // ---- datapath ------------------------------------------------------------
  localparam int unsigned AccW = 24;
  logic [71:0]           tap_q;
  logic [18:0]           bias_q;
  logic [AccW*Lanes-1:0] sums;
  always_ff @(posedge clk_i) if (take) begin : operands
    logic signed [11:0] s;   // eight taps
    s = '0;
    for (int unsigned i = 0; i < 8; i++) s = s + 12'($signed(tap_data_i[9*i +: 9]));
    bias_q     <= 19'h40000 - {s, 7'd0};
    tap_q      <= tap_data_i;
    s1_first_q <= tap_first_i;
    s1_last_q  <= tap_last_i;
  end
  bonnet_mac8 #(.Lanes(Lanes)) u_mac (
    .clk_i, .en_i(go), .first_i(s1_first_q), .tap_i(tap_q), .bias_i(bias_q), .weight_i(sp_data_i), .sum_o(sums)
  );
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) sum_data_o[32*l +: 32] = 32'($signed(sums[AccW*l +: AccW]));
  end
  assign sum_valid_o = sum_valid_q;

  // ---- contract ------------------------------------------------------------
  // A tap is 0 .. 255 or -128 .. 127: its ninth bit comes with the eighth (bonnet_mac8 needs -255 .. 255).
  `BONNET_ASSUME(TapRange_A, !tap_valid_i || (tap_data_i & ~(tap_data_i << 1) & {8{9'h100}}) == '0)
  `BONNET_ASSUME(BeatsHeld_A, !$past(rst_ni) || !$past(tap_valid_i && !tap_ready_o) || tap_valid_i)
  `BONNET_ASSERT_HELD(SumHeld_A, sum_valid_o, sum_ready_i, sum_data_o)
endmodule
`default_nettype wire
