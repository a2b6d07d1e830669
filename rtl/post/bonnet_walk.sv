// SPDX-License-Identifier: Apache-2.0
//
// bonnet_walk - the output pixels of a CONV descriptor in the array's order, as segments.
//
//   for tile, for y in Y0 .. Y0+ROWS-1, for x, for each 64-channel word w that the tile's four lane groups touch:
//     out  = first word of pixel (y, x) in the output map + w*n   (INTERLEAVE: 2*w*n; HEAD: OUT + 16*w)       res, pass likewise
//   with n words for 64 channels: 1 (k = 1), 4, or 3 where the map is thermometer coded; the pixels' words: bonnet_walk_map;
//   channel c0(g) = CHANNEL + t*TILE_STEP + g*GROUP_STEP of lane group g, w = c0/64, place = c0%64 / Group.
//
// Rate    1 segment per cycle; the first one two cycles after start_i.
// Stall   valid_o waits for ready_i. Runs ahead of the array, so that operands are there when results come.
// Test    tests/rtl/bonnet_post_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_walk (
  input  wire logic                            clk_i,
  input  wire logic                            rst_ni,
  input  wire logic [bonnet_pkg::DescBits-1:0] cfg_i,    // stable from start_i to done_o
  input  wire logic                            start_i,
  output      logic                            done_o,   // every segment was handed over
  output      logic                            valid_o,
  input  wire logic                            ready_i,
  output      bonnet_post_pkg::seg_t           seg_o
);
  localparam int unsigned PosW   = bonnet_post_pkg::PosW;
  localparam int unsigned GroupW = $clog2(bonnet_pkg::Group);

  // ---- fields ----------------------------------------------------------------
  logic [7:0]  tiles;
  logic [9:0]  width, y0, rows;
  logic [11:0] group_step, tile_step, channel;
  logic [2:0]  post;
  logic        k4;
  assign tiles      = cfg_i[bonnet_job_pkg::CONV_TILES_LSB +: bonnet_job_pkg::CONV_TILES_W];
  assign width      = cfg_i[bonnet_job_pkg::CONV_OUT_W_LSB +: bonnet_job_pkg::CONV_OUT_W_W];
  assign y0         = cfg_i[bonnet_job_pkg::CONV_Y0_LSB +: bonnet_job_pkg::CONV_Y0_W];
  assign rows       = cfg_i[bonnet_job_pkg::CONV_ROWS_LSB +: bonnet_job_pkg::CONV_ROWS_W];
  assign group_step = cfg_i[bonnet_job_pkg::CONV_GROUP_STEP_LSB +: bonnet_job_pkg::CONV_GROUP_STEP_W];
  assign tile_step  = cfg_i[bonnet_job_pkg::CONV_TILE_STEP_LSB +: bonnet_job_pkg::CONV_TILE_STEP_W];
  assign channel    = cfg_i[bonnet_job_pkg::CONV_CHANNEL_LSB +: bonnet_job_pkg::CONV_CHANNEL_W];
  assign post       = cfg_i[bonnet_job_pkg::CONV_POST_LSB +: bonnet_job_pkg::CONV_POST_W];
  assign k4         = cfg_i[bonnet_job_pkg::CONV_K4_LSB];
  logic unused_cfg;  // the array's fields
  assign unused_cfg = ^cfg_i;

  // ---- where we are ----------------------------------------------------------
  typedef enum logic [1:0] {
    IDLE,
    SUM,  // the maps add the words of Y0 rows to their bases
    RUN
  } state_e;
  state_e      state_q;
  logic [7:0]  tile_q;
  logic [9:0]  x_q, y_q;                             // y from 0
  logic [1:0]  group_q;                              // first lane group of the segment
  logic [12:0] c0_q, c1_q, c2_q, c3_q;               // first channel of each lane group
  logic        first_q;                              // first pixel of the tile in this descriptor
  logic        pix_en, row_en, top_en;
  logic [15:0] out_beg, out_pix, res_pix, pass_pix;  // word of slot 0; words of pixel (y, x)
  assign out_beg = cfg_i[bonnet_job_pkg::CONV_OUT_LSB +: 16];
  bonnet_walk_map u_out (
    .clk_i, .rst_ni, .base_i(cfg_i[bonnet_job_pkg::CONV_OUT_LSB +: 16]), .row_i(cfg_i[bonnet_job_pkg::CONV_OUT_ROW_LSB +: 16]),
    .pix_i(cfg_i[bonnet_job_pkg::CONV_OUT_PIX_LSB +: 8]), .ring_i(cfg_i[bonnet_job_pkg::CONV_OUT_RING_LSB +: 6]),
    .slot_i(cfg_i[bonnet_job_pkg::CONV_OUT_SLOT_LSB +: 6]), .y0_i(y0), .start_i, .sum_i(state_q == SUM), .pix_en_i(pix_en), .row_en_i(row_en),
    .top_en_i(top_en), .word_o(out_pix)
  );
  bonnet_walk_map u_res (
    .clk_i, .rst_ni, .base_i(cfg_i[bonnet_job_pkg::CONV_RES_LSB +: 16]), .row_i(cfg_i[bonnet_job_pkg::CONV_RES_ROW_LSB +: 16]),
    .pix_i(cfg_i[bonnet_job_pkg::CONV_RES_PIX_LSB +: 8]), .ring_i(cfg_i[bonnet_job_pkg::CONV_RES_RING_LSB +: 6]),
    .slot_i(cfg_i[bonnet_job_pkg::CONV_RES_SLOT_LSB +: 6]), .y0_i(y0), .start_i, .sum_i(state_q == SUM), .pix_en_i(pix_en), .row_en_i(row_en),
    .top_en_i(top_en), .word_o(res_pix)
  );
  bonnet_walk_map u_pass (
    .clk_i, .rst_ni, .base_i(cfg_i[bonnet_job_pkg::CONV_PASS_LSB +: 16]), .row_i(cfg_i[bonnet_job_pkg::CONV_PASS_ROW_LSB +: 16]),
    .pix_i(cfg_i[bonnet_job_pkg::CONV_PASS_PIX_LSB +: 8]), .ring_i(cfg_i[bonnet_job_pkg::CONV_PASS_RING_LSB +: 6]),
    .slot_i(cfg_i[bonnet_job_pkg::CONV_PASS_SLOT_LSB +: 6]), .y0_i(y0), .start_i, .sum_i(state_q == SUM), .pix_en_i(pix_en), .row_en_i(row_en),
    .top_en_i(top_en), .word_o(pass_pix)
  );

  // ---- the segment -------------------------------------------------------------
  logic [6:0] w0, w1, w2, w3, word;
  logic [3:0] same;
  logic [1:0] group_d;
  logic       last_seg, last_x, last_y, last_tile, take;
  assign w0 = c0_q[12:6];
  assign w1 = c1_q[12:6];
  assign w2 = c2_q[12:6];
  assign w3 = c3_q[12:6];
  always_comb begin
    unique case (group_q)
      2'd0:    word = w0;
      2'd1:    word = w1;
      2'd2:    word = w2;
      default: word = w3;
    endcase
  end
  // Words never fall with g, so the groups of a segment are neighbours.
  assign same      = {w3 == word, w2 == word && group_q <= 2'd2, w1 == word && group_q <= 2'd1, w0 == word && group_q == 2'd0};
  assign last_seg  = same[3];
  assign group_d   = same[2] ? 2'd3 : same[1] ? 2'd2 : 2'd1;  // unless last_seg
  assign last_x    = x_q == width - 10'd1;
  assign last_y    = y_q == rows - 10'd1;
  assign last_tile = tile_q == tiles - 8'd1;

  // Words from channel 0 to the segment.
  function automatic logic [15:0] words(input logic four, input logic therm, input logic [6:0] w);
    words = !four ? {9'b0, w} : therm ? {9'b0, w} + {8'b0, w, 1'b0} : {7'b0, w, 2'b0};
  endfunction
  logic [15:0] out_step;
  assign out_step        = words(k4, cfg_i[bonnet_job_pkg::CONV_OUT_T_LSB], word);
  assign seg_o.out_word  = (post == bonnet_post_pkg::PostHead) ? out_beg + {5'b0, word, 4'b0}
                           : out_pix + ((post == bonnet_post_pkg::PostInterleave) ? {out_step[14:0], 1'b0} : out_step);
  assign seg_o.res_word  = res_pix + words(k4, cfg_i[bonnet_job_pkg::CONV_RES_T_LSB], word);
  assign seg_o.pass_word = pass_pix + words(k4, cfg_i[bonnet_job_pkg::CONV_PASS_T_LSB], word);
  assign seg_o.groups    = same;
  assign seg_o.pos       = {PosW'(c3_q[5:GroupW]), PosW'(c2_q[5:GroupW]), PosW'(c1_q[5:GroupW]), PosW'(c0_q[5:GroupW])};
  assign seg_o.last_seg  = last_seg;
  assign seg_o.first_pix = first_q;
  assign seg_o.last_pix  = last_x && last_y;
  assign valid_o = state_q == RUN;
  assign done_o  = state_q == IDLE;
  assign take    = valid_o && ready_i;
  assign pix_en  = take && last_seg && !last_x;
  assign row_en  = take && last_seg && last_x && !last_y;
  assign top_en  = take && last_seg && last_x && last_y;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else unique case (state_q)
      IDLE:    if (start_i) state_q <= SUM;
      SUM:     state_q <= RUN;
      RUN:     if (top_en && last_tile) state_q <= IDLE;
      default: state_q <= IDLE;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      c0_q <= {1'b0, channel};
      c1_q <= {1'b0, channel} + {1'b0, group_step};
      c2_q <= {1'b0, channel} + {group_step, 1'b0};
      c3_q <= {1'b0, channel} + {group_step, 1'b0} + {1'b0, group_step};
      {tile_q, x_q, y_q, group_q, first_q} <= {8'd0, 10'd0, 10'd0, 2'd0, 1'b1};
    end else if (take) begin
      group_q <= last_seg ? 2'd0 : group_d;
      if (last_seg) begin
        first_q <= last_x && last_y;
        x_q     <= last_x ? 10'd0 : x_q + 10'd1;
        if (row_en) y_q <= y_q + 10'd1;
        if (top_en) begin
          y_q    <= '0;
          tile_q <= tile_q + 8'd1;
          c0_q   <= c0_q + {1'b0, tile_step};
          c1_q   <= c1_q + {1'b0, tile_step};
          c2_q   <= c2_q + {1'b0, tile_step};
          c3_q   <= c3_q + {1'b0, tile_step};
        end
      end
    end
  end

  // ---- contract ------------------------------------------------------------
  logic unused_low;  // channels below a lane group: always 0
  assign unused_low = ^{c0_q[GroupW-1:0], c1_q[GroupW-1:0], c2_q[GroupW-1:0], c3_q[GroupW-1:0]};
  `BONNET_ASSUME(StartWhenDone_A, !start_i || state_q == IDLE)
  `BONNET_ASSUME(Sizes_A, !start_i || (width != '0 && rows != '0 && tiles != '0))
  `BONNET_ASSUME(Steps_A, !start_i || {group_step[GroupW-1:0], tile_step[GroupW-1:0], channel[GroupW-1:0]} == '0)
  `BONNET_ASSUME(CodedHasFour_A, !start_i || k4 || cfg_i[bonnet_job_pkg::CONV_OUT_T_LSB +: 3] == '0)  // OUT_T, RES_T, PASS_T
  `BONNET_ASSERT(GroupsFound_A, !valid_o || same[group_q])
  `BONNET_ASSERT_HELD(SegHeld_A, valid_o, ready_i, seg_o)
endmodule
`default_nettype wire
