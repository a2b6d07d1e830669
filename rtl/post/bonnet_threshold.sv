// SPDX-License-Identifier: Apache-2.0
//
// bonnet_threshold - popcounts of one pixel to bits: bit[j][l] = sum[l] >= Tp[l][j], 13 bits unsigned.
//
// Rate    one pixel per cycle, one cycle later. With k4_i = 0 only slice 0 means anything.
// Stall   valid_o && !ready_i drops ready_o.
// Test    tests/rtl/bonnet_threshold_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_threshold #(
  parameter int unsigned Lanes = bonnet_pkg::Lanes,
  parameter int unsigned SumW  = 13                   // at most 13: the field in the row
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  // parameter row of the pixel's tile: lane l is [64*l +: 64]; thresholds: Tp of slice j at [16*j +: 13], bit 15 = AND-pool
  input  wire logic [Lanes*64-1:0]   row_i,
  // popcounts in
  input  wire logic                  valid_i,
  output      logic                  ready_o,
  input  wire logic [Lanes*SumW-1:0] sum_i,
  input  wire logic                  last_i,        // last pixel of the tile, handed on
  // bits out
  output      logic                  valid_o,
  input  wire logic                  ready_i,
  output      logic [4*Lanes-1:0]    bits_o,        // slice j at [Lanes*j +: Lanes]
  output      logic [Lanes-1:0]      and_o,         // AND-pool, per lane
  output      logic                  last_o
);
  if (SumW > 13) $error("bonnet_threshold: a threshold has 13 bits");

  // ---- control ---------------------------------------------------------------
  logic valid_q, take;
  assign ready_o = !valid_q || ready_i;
  assign take    = valid_i && ready_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= take || (valid_q && !ready_i);
  end

  // ---- compares: only when a pixel moves ---------------------------------------
  logic [4*Lanes-1:0] ge;  // lane l, slice j at 4*l + j
  bonnet_compare #(.Lanes(Lanes), .Width(SumW)) u_compare (.en_i(take), .a_i(sum_i), .row_i, .ge_o(ge));
  function automatic logic [Lanes-1:0] and_flags(input logic [Lanes*64-1:0] tp);
    for (int unsigned l = 0; l < Lanes; l++) and_flags[l] = tp[64*l + 15];
  endfunction
  logic [4*Lanes-1:0] bits_q;
  logic [Lanes-1:0]   and_q;
  logic               last_q;
  always_ff @(posedge clk_i) begin
    if (take) begin
      last_q <= last_i;
      for (int unsigned l = 0; l < Lanes; l++)
        for (int unsigned j = 0; j < 4; j++) bits_q[Lanes*j + l] <= ge[4*l + j];
      and_q  <= and_flags(row_i);
    end
  end
  assign valid_o = valid_q;
  assign bits_o  = bits_q;
  assign and_o   = and_q;
  assign last_o  = last_q;

  // ---- contract ------------------------------------------------------------
  logic unused;
  assign unused = ^row_i;
  `BONNET_ASSERT_HELD(BitsHeld_A, valid_o, ready_i, {bits_o, and_o, last_o})
endmodule
`default_nettype wire
