// SPDX-License-Identifier: Apache-2.0
//
// bonnet_walk_map - the first word of the current pixel of one map, for bonnet_walk.
//
//   word = base + slot(y)*row + x*pix        slot(y) = y, or in a ring SLOT + (y - Y0), from slot RING-1 on to slot 0
//
// Latency two cycles: start_i multiplies, sum_i adds, then word_o is pixel (Y0, 0). One small multiplier, registered.
// Test    tests/rtl/bonnet_post_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_walk_map (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  // descriptor
  input  wire logic [15:0] base_i,   // word of slot 0
  input  wire logic [15:0] row_i,    // words from row to row
  input  wire logic [7:0]  pix_i,    // words from pixel to pixel
  input  wire logic [5:0]  ring_i,   // rows of the ring, 0: none
  input  wire logic [5:0]  slot_i,   // slot of row Y0
  input  wire logic [9:0]  y0_i,
  // one of these at a time
  input  wire logic        start_i,
  input  wire logic        sum_i,    // the cycle after start_i
  input  wire logic        pix_en_i, // to the next pixel of the row
  input  wire logic        row_en_i, // to the next row
  input  wire logic        top_en_i, // to pixel (Y0, 0) again
  output      logic [15:0] word_o
);
  logic [15:0] skip_q;   // words from slot 0 to row Y0
  logic [15:0] row_q;    // word of pixel (y, 0)
  logic [15:0] word_q;
  logic [5:0]  slot_q;
  logic [15:0] top, row_d;
  logic        wrap;
  logic [9:0]  rows;     // from slot 0 to row Y0
  assign rows  = (ring_i != '0) ? {4'b0, slot_i} : y0_i;
  assign top   = base_i + skip_q;
  assign wrap  = ring_i != '0 && slot_q == ring_i - 6'd1;
  assign row_d = wrap ? base_i : row_q + row_i;
  always_ff @(posedge clk_i) begin
    if (start_i) skip_q <= {6'b0, rows} * row_i;
    if (sum_i || top_en_i) begin
      {row_q, word_q} <= {top, top};
      slot_q          <= slot_i;
    end else if (row_en_i) begin
      {row_q, word_q} <= {row_d, row_d};
      slot_q          <= wrap ? 6'd0 : slot_q + 6'd1;
    end else if (pix_en_i) begin
      word_q <= word_q + {8'b0, pix_i};
    end
  end
  assign word_o = word_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(SlotInRing_A, !start_i || ring_i == '0 || slot_i < ring_i)
endmodule
`default_nettype wire
