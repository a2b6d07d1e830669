// SPDX-License-Identifier: Apache-2.0
//
// bonnet_threshold - popcounts of one pixel to bits: bit[j][l] = sum[l] >= Tp[l][j], 13 bits unsigned.
//
// Owns the first parameter row (thresholds, or A, B, C of the head: the same 64 bits per lane) of the tile under way and of the next,
// and lends the head an eighth of it per cycle.
// Rate    one pixel per cycle, one cycle later. With k4_i = 0 only slice 0 means anything.
// Stall   valid_o && !ready_i drops ready_o.
// Test    tests/rtl/bonnet_threshold_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_threshold #(
  parameter  int unsigned Lanes    = bonnet_pkg::Lanes,  // multiple of 8
  parameter  int unsigned SumW     = 13,                 // at most 13: the field in the row
  localparam int unsigned BeatBits = Lanes / 8 * 64
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  // parameter rows: lane l is [64*l +: 64]; thresholds: Tp of slice j at [16*j +: 13], bit 15 = AND-pool
  input  wire logic                  prow_valid_i,
  input  wire logic [Lanes*64-1:0]   prow_data_i,
  input  wire logic                  prow_done_i,   // the tile's last pixel leaves, here or to the head: now the next row
  // an eighth of the row for the head, one cycle later
  input  wire logic                  beat_en_i,
  input  wire logic [2:0]            beat_i,        // lanes Lanes/8 * beat_i ..
  output      logic [BeatBits-1:0]   beat_row_o,
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
  if (Lanes % 8 != 0) $error("bonnet_threshold: Lanes must be a multiple of 8");
  if (SumW > 13) $error("bonnet_threshold: a threshold has 13 bits");

  // ---- parameters ------------------------------------------------------------
  logic [Lanes*64-1:0] row;
  bonnet_param #(.Width(Lanes * 64)) u_row (.clk_i, .rst_ni, .valid_i(prow_valid_i), .data_i(prow_data_i), .done_i(prow_done_i), .row_o(row));
  always_ff @(posedge clk_i) if (beat_en_i) beat_row_o <= row[BeatBits*beat_i +: BeatBits];

  // ---- control ---------------------------------------------------------------
  logic valid_q, take;
  assign ready_o = !valid_q || ready_i;
  assign take    = valid_i && ready_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= take || (valid_q && !ready_i);
  end

  // ---- compares: only when a pixel moves ---------------------------------------
  function automatic logic [4*Lanes-1:0] compare(input logic [Lanes*SumW-1:0] sum, input logic [Lanes*64-1:0] tp);
    for (int unsigned l = 0; l < Lanes; l++)
      for (int unsigned j = 0; j < 4; j++) compare[Lanes*j + l] = 13'(sum[SumW*l +: SumW]) >= tp[64*l + 16*j +: 13];
  endfunction
  function automatic logic [Lanes-1:0] and_flags(input logic [Lanes*64-1:0] tp);
    for (int unsigned l = 0; l < Lanes; l++) and_flags[l] = tp[64*l + 15];
  endfunction
  logic [4*Lanes-1:0] bits_q;
  logic [Lanes-1:0]   and_q;
  logic               last_q;
  always_ff @(posedge clk_i) begin
    if (take) begin
      last_q <= last_i;
      bits_q <= compare(sum_i, row);
      and_q  <= and_flags(row);
    end
  end
  assign valid_o = valid_q;
  assign bits_o  = bits_q;
  assign and_o   = and_q;
  assign last_o  = last_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT_HELD(BitsHeld_A, valid_o, ready_i, {bits_o, and_o, last_o})
endmodule
`default_nettype wire
