// SPDX-License-Identifier: Apache-2.0
//
// bonnet_walk - the output pixels of a CONV descriptor in the array's order, as segments.
//
//   for tile, for y in Y0 .. Y0+ROWS-1, for x, for each 64-channel word w that the tile's four lane groups touch:
//     out  = OUT  + y*OUT_ROW  + x*OUT_PIX  + w*k   (INTERLEAVE: 2*w*k; HEAD: OUT + 16*w)
//     res  = RES  + y*RES_ROW  + x*RES_PIX  + w*k        pass likewise
//   with channel c0(g) = t*TILE_STEP + g*GROUP_STEP of lane group g, w = c0/64, place = c0%64 / Group.
//
// Rate    1 segment per cycle; the first one 2 + log2(Y0) cycles after start_i (Y0 rows are skipped by shift and add).
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
  logic [15:0] out_beg, res_beg, pass_beg, out_row, res_row, pass_row;
  logic [7:0]  out_pix, res_pix, pass_pix, tiles;
  logic [9:0]  width, y0, rows;
  logic [11:0] group_step, tile_step;
  logic [2:0]  post;
  logic        k4;
  assign out_beg    = cfg_i[bonnet_job_pkg::CONV_OUT_LSB +: bonnet_job_pkg::CONV_OUT_W];
  assign res_beg    = cfg_i[bonnet_job_pkg::CONV_RES_LSB +: bonnet_job_pkg::CONV_RES_W];
  assign pass_beg   = cfg_i[bonnet_job_pkg::CONV_PASS_LSB +: bonnet_job_pkg::CONV_PASS_W];
  assign out_row    = cfg_i[bonnet_job_pkg::CONV_OUT_ROW_LSB +: bonnet_job_pkg::CONV_OUT_ROW_W];
  assign res_row    = cfg_i[bonnet_job_pkg::CONV_RES_ROW_LSB +: bonnet_job_pkg::CONV_RES_ROW_W];
  assign pass_row   = cfg_i[bonnet_job_pkg::CONV_PASS_ROW_LSB +: bonnet_job_pkg::CONV_PASS_ROW_W];
  assign out_pix    = cfg_i[bonnet_job_pkg::CONV_OUT_PIX_LSB +: bonnet_job_pkg::CONV_OUT_PIX_W];
  assign res_pix    = cfg_i[bonnet_job_pkg::CONV_RES_PIX_LSB +: bonnet_job_pkg::CONV_RES_PIX_W];
  assign pass_pix   = cfg_i[bonnet_job_pkg::CONV_PASS_PIX_LSB +: bonnet_job_pkg::CONV_PASS_PIX_W];
  assign tiles      = cfg_i[bonnet_job_pkg::CONV_TILES_LSB +: bonnet_job_pkg::CONV_TILES_W];
  assign width      = cfg_i[bonnet_job_pkg::CONV_OUT_W_LSB +: bonnet_job_pkg::CONV_OUT_W_W];
  assign y0         = cfg_i[bonnet_job_pkg::CONV_Y0_LSB +: bonnet_job_pkg::CONV_Y0_W];
  assign rows       = cfg_i[bonnet_job_pkg::CONV_ROWS_LSB +: bonnet_job_pkg::CONV_ROWS_W];
  assign group_step = cfg_i[bonnet_job_pkg::CONV_GROUP_STEP_LSB +: bonnet_job_pkg::CONV_GROUP_STEP_W];
  assign tile_step  = cfg_i[bonnet_job_pkg::CONV_TILE_STEP_LSB +: bonnet_job_pkg::CONV_TILE_STEP_W];
  assign post       = cfg_i[bonnet_job_pkg::CONV_POST_LSB +: bonnet_job_pkg::CONV_POST_W];
  assign k4         = cfg_i[bonnet_job_pkg::CONV_K4_LSB];
  logic unused_cfg;  // the array's fields
  assign unused_cfg = ^cfg_i;

  // ---- where we are ----------------------------------------------------------
  typedef enum logic [1:0] {
    IDLE,
    SKIP,  // add Y0 rows to the three bases, one bit of Y0 per cycle
    RUN
  } state_e;
  state_e      state_q;
  logic [9:0]  skip_q;                               // bits of Y0 left
  logic [15:0] out_beg_q, res_beg_q, pass_beg_q;     // word of pixel (Y0, 0)
  logic [15:0] out_row_q, res_row_q, pass_row_q;     // word of pixel (y, 0); SKIP: the row pitch times a power of two
  logic [15:0] out_pix_q, res_pix_q, pass_pix_q;     // word of pixel (y, x)
  logic [7:0]  tile_q;
  logic [9:0]  x_q, y_q;                             // y from 0
  logic [1:0]  group_q;                              // first lane group of the segment
  logic [12:0] c0_q, c1_q, c2_q, c3_q;               // first channel of each lane group
  logic        first_q;                              // first pixel of the tile

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

  logic [15:0] step, out_step;  // words from channel 0 to the segment
  assign step     = k4 ? {7'b0, word, 2'b0} : {9'b0, word};
  assign out_step = (post == bonnet_post_pkg::PostInterleave) ? {step[14:0], 1'b0} : step;
  assign seg_o.out_word  = (post == bonnet_post_pkg::PostHead) ? out_beg + {5'b0, word, 4'b0} : out_pix_q + out_step;
  assign seg_o.res_word  = res_pix_q + step;
  assign seg_o.pass_word = pass_pix_q + step;
  assign seg_o.groups    = same;
  assign seg_o.pos       = {PosW'(c3_q[5:GroupW]), PosW'(c2_q[5:GroupW]), PosW'(c1_q[5:GroupW]), PosW'(c0_q[5:GroupW])};
  assign seg_o.last_seg  = last_seg;
  assign seg_o.first_pix = first_q;
  assign seg_o.last_pix  = last_x && last_y;
  assign valid_o = state_q == RUN;
  assign done_o  = state_q == IDLE;
  assign take    = valid_o && ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else unique case (state_q)
      IDLE:    if (start_i) state_q <= SKIP;
      SKIP:    if (skip_q == '0) state_q <= RUN;
      RUN:     if (ready_i && last_seg && last_x && last_y && last_tile) state_q <= IDLE;
      default: state_q <= IDLE;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      skip_q <= y0;
      {out_beg_q, res_beg_q, pass_beg_q} <= {out_beg, res_beg, pass_beg};
      {out_row_q, res_row_q, pass_row_q} <= {out_row, res_row, pass_row};
      {c0_q, c1_q} <= {13'd0, {1'b0, group_step}};
      {c2_q, c3_q} <= {{group_step, 1'b0}, {group_step, 1'b0} + {1'b0, group_step}};
      {tile_q, x_q, y_q, group_q, first_q} <= {8'd0, 10'd0, 10'd0, 2'd0, 1'b1};
    end else if (state_q == SKIP) begin
      skip_q <= {1'b0, skip_q[9:1]};
      if (skip_q == '0) begin
        {out_row_q, res_row_q, pass_row_q} <= {out_beg_q, res_beg_q, pass_beg_q};
        {out_pix_q, res_pix_q, pass_pix_q} <= {out_beg_q, res_beg_q, pass_beg_q};
      end else begin
        {out_row_q, res_row_q, pass_row_q} <= {out_row_q << 1, res_row_q << 1, pass_row_q << 1};
        if (skip_q[0]) begin
          out_beg_q  <= out_beg_q + out_row_q;
          res_beg_q  <= res_beg_q + res_row_q;
          pass_beg_q <= pass_beg_q + pass_row_q;
        end
      end
    end else if (take) begin
      group_q <= last_seg ? 2'd0 : group_d;
      if (last_seg) begin
        first_q <= last_x && last_y;
        x_q     <= last_x ? 10'd0 : x_q + 10'd1;
        if (!last_x) begin
          out_pix_q  <= out_pix_q + {8'b0, out_pix};
          res_pix_q  <= res_pix_q + {8'b0, res_pix};
          pass_pix_q <= pass_pix_q + {8'b0, pass_pix};
        end else if (!last_y) begin
          y_q <= y_q + 10'd1;
          {out_row_q, out_pix_q}   <= {out_row_q + out_row, out_row_q + out_row};
          {res_row_q, res_pix_q}   <= {res_row_q + res_row, res_row_q + res_row};
          {pass_row_q, pass_pix_q} <= {pass_row_q + pass_row, pass_row_q + pass_row};
        end else begin
          y_q    <= '0;
          tile_q <= tile_q + 8'd1;
          {out_row_q, res_row_q, pass_row_q} <= {out_beg_q, res_beg_q, pass_beg_q};
          {out_pix_q, res_pix_q, pass_pix_q} <= {out_beg_q, res_beg_q, pass_beg_q};
          c0_q <= c0_q + {1'b0, tile_step};
          c1_q <= c1_q + {1'b0, tile_step};
          c2_q <= c2_q + {1'b0, tile_step};
          c3_q <= c3_q + {1'b0, tile_step};
        end
      end
    end
  end

  // ---- contract ------------------------------------------------------------
  logic unused_low;  // channels below a lane group: always 0
  assign unused_low = ^{c0_q[GroupW-1:0], c1_q[GroupW-1:0], c2_q[GroupW-1:0], c3_q[GroupW-1:0]};
  `BONNET_ASSUME(StartWhenDone_A, !start_i || state_q == IDLE)
  `BONNET_ASSUME(Sizes_A, !start_i || (width != '0 && rows != '0 && tiles != '0))
  `BONNET_ASSUME(Steps_A, !start_i || (group_step[GroupW-1:0] == '0 && tile_step[GroupW-1:0] == '0))
  `BONNET_ASSERT(GroupsFound_A, !valid_o || same[group_q])
  `BONNET_ASSERT_HELD(SegHeld_A, valid_o, ready_i, seg_o)
endmodule
`default_nettype wire
