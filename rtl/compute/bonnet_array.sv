// SPDX-License-Identifier: Apache-2.0
//
// bonnet_array - Lanes output channels on four slice buses.
//
//   grouped_i: lane group g (Lanes/4 lanes) reads slice g: word g of the four, or decoded of the three words of a thermometer code
//   (therm_i). Else every lane reads word 0, or slice slice_i of the code.       s0 = t0, s1 = t1 & t2, s2 = t1, s3 = t1 | t2
//
// mask_i: the pixel is padding; of each of its words half the bits match, whatever the weights.
// Operands arrive with en_i and wait in registers of the array: the weight row that comes with load_i serves until the next one, so the
// weight buffer is free for parameters in between. The pixel's sum leaves four cycles after its read was issued, three after en_i.
// pend_o says of which tile parities a result is under way, so that nobody overwrites their parameters.
//
// Rate    1 pixel's words a cycle.       Stall  none: room for results is reserved before the last weight row starts.
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
  input  wire logic                  therm_i,
  input  wire logic [1:0]            slice_i,
  input  wire logic                  mask_i,
  input  wire logic [255:0]          act_i,     // feature words
  input  wire logic                  load_i,    // a weight row comes with it: first pixel of the block
  input  wire logic [RowBits-1:0]    weight_i,  // lane l at [64*l +: 64]
  input  wire logic [PixW-1:0]       pix_i,
  input  wire logic                  first_i,   // first weight row of the block
  input  wire logic                  last_i,    // last weight row of the block
  input  wire logic                  tile_i,    // parity of the tile
  input  wire logic                  end_i,     // last pixel of the tile
  output      logic [1:0]            pend_o,    // a result of this parity has not left yet
  // results, in pixel order
  output      logic                  res_valid_o,
  output      logic [Lanes*SumW-1:0] res_sum_o, // anything without res_valid_o
  output      logic                  res_tile_o,
  output      logic                  res_last_o
);
  // ---- control ---------------------------------------------------------------
  logic            op_q, op_mask_q, op_first_q, op_last_q, op_tile_q, op_end_q, add_q, mask_q, first_q, last_q, tile_q, end_q, res_q, res_tile_q, res_end_q;
  logic [PixW-1:0] op_pix_q, pix_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {op_q, add_q, res_q} <= 3'b000;
    else         {op_q, add_q, res_q} <= {en_i, op_q, add_last};
  end
  always_ff @(posedge clk_i) begin
    if (en_i)  {op_pix_q, op_mask_q, op_first_q, op_last_q, op_tile_q, op_end_q} <= {pix_i, mask_i, first_i, last_i, tile_i, end_i};
    if (op_q)  {pix_q, mask_q, first_q, last_q, tile_q, end_q} <= {op_pix_q, op_mask_q, op_first_q, op_last_q, op_tile_q, op_end_q};
    if (add_q) {res_tile_q, res_end_q} <= {tile_q, end_q};
  end
  logic en_last, op_last, add_last;
  assign en_last   = en_i && last_i;
  assign op_last   = op_q && op_last_q;
  assign add_last  = add_q && last_q;
  assign pend_o[0] = (en_last && !tile_i) || (op_last && !op_tile_q) || (add_last && !tile_q) || (res_q && !res_tile_q);
  assign pend_o[1] = (en_last && tile_i) || (op_last && op_tile_q) || (add_last && tile_q) || (res_q && res_tile_q);

  // ---- operands: slice buses, weight row -------------------------------------
  logic [63:0]        bus0_q, bus1_q, bus2_q, bus3_q, t0, t1, t2, same;
  logic [RowBits-1:0] weight_q;
  assign t0 = act_i[63:0];
  assign t1 = act_i[127:64];
  assign t2 = act_i[191:128];
  always_comb begin
    same = t0;
    if (therm_i) begin
      unique case (slice_i)
        2'd0:    same = t0;
        2'd1:    same = t1 & t2;
        2'd2:    same = t1;
        default: same = t1 | t2;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (!grouped_i)   {bus3_q, bus2_q, bus1_q, bus0_q} <= {4{same}};
      else if (therm_i) {bus3_q, bus2_q, bus1_q, bus0_q} <= {t1 | t2, t1, t1 & t2, t0};
      else              {bus3_q, bus2_q, bus1_q, bus0_q} <= act_i;
    end
    if (load_i) weight_q <= weight_i;
  end

  // ---- lanes -----------------------------------------------------------------
  logic [SumW-1:0] sums [Lanes];
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam int unsigned Slice = l / bonnet_pkg::Group;
    bonnet_lane u_lane (
      .clk_i,
      .count_en_i(op_q),
      .weight_i  (weight_q[64*l +: 64]),
      .act_i     ((Slice == 0) ? bus0_q : (Slice == 1) ? bus1_q : (Slice == 2) ? bus2_q : bus3_q),
      .add_en_i  (add_q),
      .mask_i    (mask_q),
      .pix_i     (pix_q),
      .first_i   (first_q),
      .last_i    (last_q),
      .sum_o     (sums[l])
    );
  end
  assign res_valid_o = res_q;
  assign res_tile_o  = res_tile_q;
  assign res_last_o  = res_end_q;
  always_comb begin  // between results nobody looks; the lanes hold theirs, so the wide wires to post are quiet
    res_sum_o = 'x;
    if (res_q) begin
      for (int unsigned l = 0; l < Lanes; l++) res_sum_o[SumW*l +: SumW] = sums[l];
    end
  end

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(LoadEnabled_A, !load_i || en_i)
  `BONNET_ASSUME(EndOnLast_A, !(en_i && end_i && !last_i))
endmodule
`default_nettype wire
