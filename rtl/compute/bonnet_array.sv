// SPDX-License-Identifier: Apache-2.0
//
// bonnet_array - Lanes output channels on four slice buses.
//
//   grouped_i: lane group g (Lanes/4 lanes) reads word g of the feature row, its slice. Else every lane reads word word_i.
//
// Operands arrive with en_i; the pixel's sum leaves three cycles after its read was issued, two after en_i.
// pend_o says of which tile parities a result is under way, so that nobody overwrites their parameters.
//
// Rate    1 feature row a cycle.       Stall  none: room for results is reserved before the last weight row starts.
// Golden  sim/golden (binary convolution)       Test  tests/rtl/bonnet_array_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_array #(
  localparam int unsigned PixW    = $clog2(bonnet_pkg::Block),
  localparam int unsigned SumW    = bonnet_pkg::SumW,
  localparam int unsigned Lanes   = bonnet_pkg::Lanes,
  localparam int unsigned RowBits = bonnet_pkg::RowBits
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  // operands
  input  wire logic                  en_i,
  input  wire logic                  grouped_i,
  input  wire logic [1:0]            word_i,
  input  wire logic [255:0]          act_i,     // feature row
  input  wire logic [RowBits-1:0]    weight_i,  // weight row, lane l at [64*l +: 64]
  input  wire logic [PixW-1:0]       pix_i,
  input  wire logic                  first_i,   // first weight row of the block
  input  wire logic                  last_i,    // last weight row of the block
  input  wire logic                  tile_i,    // parity of the tile
  input  wire logic                  end_i,     // last pixel of the tile
  output      logic [1:0]            pend_o,    // a result of this parity has not left yet
  // results, in pixel order
  output      logic                  res_valid_o,
  output      logic [Lanes*SumW-1:0] res_sum_o, // 0 without res_valid_o
  output      logic                  res_tile_o,
  output      logic                  res_last_o
);
  // ---- control ---------------------------------------------------------------
  logic            add_q, first_q, last_q, tile_q, end_q, res_q, res_tile_q, res_end_q;
  logic [PixW-1:0] pix_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {add_q, res_q} <= 2'b00;
    else         {add_q, res_q} <= {en_i, add_q && last_q};
  end
  always_ff @(posedge clk_i) begin
    if (en_i) {pix_q, first_q, last_q, tile_q, end_q} <= {pix_i, first_i, last_i, tile_i, end_i};
    if (add_q) {res_tile_q, res_end_q} <= {tile_q, end_q};
  end
  assign pend_o[0] = (en_i && !tile_i) || (add_q && !tile_q) || (res_q && !res_tile_q);
  assign pend_o[1] = (en_i && tile_i) || (add_q && tile_q) || (res_q && res_tile_q);

  // ---- slice buses -----------------------------------------------------------
  logic [63:0] same, bus0, bus1, bus2, bus3;
  always_comb begin
    unique case (word_i)
      2'd0:    same = act_i[63:0];
      2'd1:    same = act_i[127:64];
      2'd2:    same = act_i[191:128];
      default: same = act_i[255:192];
    endcase
  end
  assign bus0 = grouped_i ? act_i[63:0] : same;
  assign bus1 = grouped_i ? act_i[127:64] : same;
  assign bus2 = grouped_i ? act_i[191:128] : same;
  assign bus3 = grouped_i ? act_i[255:192] : same;

  // ---- lanes -----------------------------------------------------------------
  logic [SumW-1:0] sums [Lanes];
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam int unsigned Slice = l / bonnet_pkg::Group;
    bonnet_lane u_lane (
      .clk_i,
      .count_en_i(en_i),
      .weight_i  (weight_i[64*l +: 64]),
      .act_i     ((Slice == 0) ? bus0 : (Slice == 1) ? bus1 : (Slice == 2) ? bus2 : bus3),
      .add_en_i  (add_q),
      .pix_i     (pix_q),
      .first_i   (first_q),
      .last_i    (last_q),
      .sum_o     (sums[l])
    );
  end
  assign res_valid_o = res_q;
  assign res_tile_o  = res_tile_q;
  assign res_last_o  = res_end_q;
  always_comb begin  // quiet between results: the wires to post are wide
    res_sum_o = '0;
    if (res_q) begin
      for (int unsigned l = 0; l < Lanes; l++) res_sum_o[SumW*l +: SumW] = sums[l];
    end
  end

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(EndOnLast_A, !(en_i && end_i && !last_i))
endmodule
`default_nettype wire
