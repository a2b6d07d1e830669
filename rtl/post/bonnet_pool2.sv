// SPDX-License-Identifier: Apache-2.0
//
// bonnet_pool2 - 2x2 pooling of bits: four pixels that follow each other become one, OR or AND per lane (all slices alike).
//
//   The max of a monotone function is the function of the max: OR where the slope was positive, AND where it was negated.
// Rate    pool2_i: four pixels in, one out, one cycle after the fourth; sustained. Else a wire: every pixel at once.
// Stall   a pooled pixel that is not taken drops ready_o.
// Test    tests/rtl/bonnet_pool2_tb.cpp        Proof  tests/formal/bonnet_pool2.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_pool2 #(
  parameter int unsigned Lanes = bonnet_pkg::Lanes
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,
  input  wire logic               pool2_i,   // stable while pixels are under way
  // one pixel
  input  wire logic               valid_i,
  output      logic               ready_o,
  input  wire logic [4*Lanes-1:0] bits_i,    // slice j at [Lanes*j +: Lanes]
  input  wire logic [Lanes-1:0]   and_i,     // 1: AND, 0: OR
  input  wire logic               last_i,    // last pixel of the tile
  // one pixel, or a quarter of the input rate
  output      logic               valid_o,
  input  wire logic               ready_i,
  output      logic [4*Lanes-1:0] bits_o,
  output      logic               last_o
);
  // ---- control -------------------------------------------------------------
  logic [1:0] pos_q;   // which of the four comes next
  logic       full_q;  // acc_q is a finished pixel
  logic       take;
  assign ready_o = pool2_i ? (!full_q || ready_i) : ready_i;
  assign take    = valid_i && ready_o && pool2_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pos_q  <= 2'd0;
      full_q <= 1'b0;
    end else begin
      if (take) pos_q <= pos_q + 2'd1;
      full_q <= (take && pos_q == 2'd3) || (full_q && !ready_i);
    end
  end

  // ---- data ------------------------------------------------------------------
  logic [4*Lanes-1:0] acc_q;
  logic               last_q;
  always_ff @(posedge clk_i) begin
    if (take) begin
      last_q <= last_i;
      if (pos_q == 2'd0) acc_q <= bits_i;
      else               acc_q <= ({4{and_i}} & acc_q & bits_i) | (~{4{and_i}} & (acc_q | bits_i));
    end
  end
  assign valid_o = pool2_i ? full_q : valid_i;
  assign bits_o  = pool2_i ? acc_q : bits_i;
  assign last_o  = pool2_i ? last_q : last_i;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT_HELD(OutHeld_A, valid_o, ready_i, {bits_o, last_o})
  `BONNET_ASSERT(WholeBeforeNext_A, !full_q || pos_q == 2'd0)
  `BONNET_ASSUME(ModeStable_A, !$past(rst_ni) || pool2_i == $past(pool2_i) || (!full_q && pos_q == 2'd0 && !$past(valid_i && !ready_o)))
`ifdef FORMAL  // in simulation the unit before us asserts it
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(valid_i && !ready_o)) assume (valid_i && $stable({bits_i, and_i, last_i}));
`endif
  `BONNET_ASSUME(LastIsFourth_A, !(valid_i && pool2_i && last_i) || pos_q == 2'd3)
endmodule
`default_nettype wire
