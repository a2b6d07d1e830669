// SPDX-License-Identifier: Apache-2.0
//
// bonnet_conv - the conv unit: CONV (window, weight rows, array, post) and FC. One walk for all arrays; each has its bonnet_conv_path, its
// ports to its feature buffer (array a: bit a, or the a-th part of a vector), and sees the same words of other frames.
//
//   CONV: the window's addresses go to port A one a cycle, a weight row beside the first pixel of each block-row. A block starts again at
//   the tile's first binary row. The parameter rows of a tile are read while the tile before it runs, in cycles that need no weight row
//   (the array keeps the row it works with); post has two sets of them, by parity of the tile.
//
// Rate    start_i is cycle 0, the first address is in cycle 3, then one a cycle without a gap; done_o, if port B never refuses, in cycle
//           D = 2 + N + wait + drain       N = TILES * P * taps * DEPTH, P = OUT_W * ROWS (times 4 if POOL2), taps = 9 if K3, else 1
//           drain = 8 + n*(W-1); POOL2: 9 + n/4*(W-1); HEAD: 13 + 7*n, with MORE 12 + 7*n       n = pixels of the last block (1..8), W = words written a pixel
//           wait = 0; P = 1: all parameter rows but two, if there are more (every cycle reads a weight row)
//         to the cycle, if P * taps * DEPTH >= 8 and post keeps up: taps * DEPTH >= A, the accesses of port B a pixel (HEAD: 9); where RES or
//         PASS are read, at most two words of them, n * taps * DEPTH >= 8 * A. If a block ends later than the last one needs (n small, W
//         large), D is later by the backlog: free(i) = max(last read of pixel i + 5, free(i-1)) + W, HEAD + 8; D = free(last) + 2, POOL2 + 3,
//         HEAD + 6, with MORE + 5 (conv_cost in the bench). Where post does not keep up: all accesses + 3 (nothing read: + 10), HEAD
//         8 * TILES * P + 14, with MORE + 13.
// Stall   sts_o.stall_out: the last weight row of a block waits for room in post, or for the parameters of its tile: their set is free when the
//         results of the tile before the last have left. Tiles of one pixel read a weight row every cycle and lose one for each parameter row.
// Golden  sim/golden (binary convolution, fully connected)       Test  tests/rtl/bonnet_conv_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_conv #(
  parameter  int unsigned Arrays  = bonnet_pkg::Arrays,
  localparam int unsigned FbW     = bonnet_pkg::FbReqBits,
  localparam int unsigned RowBits = bonnet_pkg::RowBits,
  localparam int unsigned FbWordW = bonnet_pkg::FbWordW,
  localparam int unsigned WbRowW  = bonnet_pkg::WbRowW,
  localparam int unsigned PixW    = $clog2(bonnet_pkg::Block)
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,
  // unit control
  input  wire logic                    start_i,
  input  wire bonnet_pkg::cmd_t        cmd_i,
  output      logic                    done_o,
  output      logic                    bad_o,
  output bonnet_pkg::unit_sts_t        sts_o,
  // feature buffer port A
  output      logic                    fa_re_o,
  output      logic [FbWordW-1:0]      fa_word_o,
  input  wire logic [Arrays*256-1:0]   fa_data_i,
  // weight buffer
  output      logic                    wb_re_o,
  output      logic [WbRowW-1:0]       wb_row_o,
  input  wire logic [RowBits-1:0]      wb_data_i,
  // feature buffer port B
  output      logic [Arrays-1:0]       fb_valid_o,
  input  wire logic [Arrays-1:0]       fb_ready_i,
  output      logic [Arrays*FbW-1:0]   fb_req_o,      // fb_req_t
  input  wire logic [Arrays-1:0]       fb_rvalid_i,
  input  wire logic [Arrays*256-1:0]   fb_rdata_i
);
  logic unused_cmd;  // no DRAM address, no skip here
  assign unused_cmd = ^cmd_i;

  // ---- start, done -----------------------------------------------------------
  localparam logic [1:0] Idle = 2'd0, Check = 2'd1, Run = 2'd2, Fc = 2'd3;
  logic [1:0] state_q;
  logic       is_fc, bad, go_conv, go_fc, win_busy, fc_busy, fc_done, post_idle;
  logic [1:0] pend, post_busy;
  bonnet_conv_check u_check (.en_i(state_q == Check), .desc_i(cmd_i.desc), .fc_o(is_fc), .bad_o(bad));
  assign go_conv = state_q == Check && !bad && !is_fc;
  assign go_fc   = state_q == Check && !bad && is_fc;
  assign done_o  = (state_q == Run && !win_busy && pend == 2'b00 && post_idle) || (state_q == Fc && fc_done);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      bad_o   <= 1'b0;
    end else begin
      bad_o <= 1'b0;
      unique case (state_q)
        Idle:  if (start_i) state_q <= Check;
        Check: begin
          bad_o   <= bad;
          state_q <= bad ? Idle : is_fc ? Fc : Run;
        end
        default: if (done_o) state_q <= Idle;
      endcase
    end
  end

  // ---- window ----------------------------------------------------------------
  logic               win_valid, win_mask, win_new, win_first, win_last, win_tile, win_end, win_tile_end;
  logic [FbWordW-1:0] win_word;
  logic [1:0]         win_slice;
  logic [PixW-1:0]    win_pix;
  logic               fire, room, tile_done, par_re, head;
  assign head = cmd_i.desc[bonnet_job_pkg::CONV_POST_LSB +: 3] == 3'd4;
  bonnet_window u_window (
    .clk_i, .rst_ni, .prep_i(start_i), .start_i(go_conv), .desc_i(cmd_i.desc), .busy_o(win_busy), .valid_o(win_valid), .ready_i(fire),
    .word_o(win_word), .slice_o(win_slice), .mask_o(win_mask), .pix_o(win_pix), .new_o(win_new), .first_o(win_first), .last_o(win_last), .tile_o(win_tile),
    .end_o(win_end), .tile_end_o(win_tile_end)
  );
  assign fire      = win_valid && !(win_new && win_last && (!room || have_q == 2'd0));
  assign tile_done = fire && win_end && win_last && win_tile_end;

  // ---- weight rows, parameter rows -------------------------------------------
  logic [15:0] wrow_q, wfirst_q, prow_q, next_tile;
  logic [11:0] rows_q;       // binary rows of a tile
  logic [7:0]  par_left_q;   // tiles whose parameters are not read
  logic [1:0]  have_q;       // tiles from the one under way on whose parameters are read: 0..2
  logic        par_tile_q, par_second_q, par_done;
  assign par_re    = (go_conv || state_q == Run) && par_left_q != '0 && have_q != 2'd2 && !post_busy[par_tile_q] && !pend[par_tile_q] && !(fire && win_new);
  assign par_done  = par_re && (!head || par_second_q);
  assign next_tile = wrow_q + (head ? 16'd3 : 16'd2);
  logic [7:0]  depth;
  logic [15:0] first_row;
  assign depth     = cmd_i.desc[bonnet_job_pkg::CONV_DEPTH_LSB +: 8];
  assign first_row = cmd_i.desc[bonnet_job_pkg::CONV_WROW_LSB +: 16];
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      {wrow_q, wfirst_q}         <= {2{first_row + (head ? 16'd2 : 16'd1)}};
      prow_q                     <= first_row;
      rows_q                     <= cmd_i.desc[bonnet_job_pkg::CONV_K3_LSB] ? {1'b0, depth, 3'b0} + 12'(depth) : 12'(depth);
      par_left_q                 <= cmd_i.desc[bonnet_job_pkg::CONV_TILES_LSB +: 8];
      {par_tile_q, par_second_q} <= 2'b00;
      have_q                     <= 2'd0;
    end else begin
      if (par_re) begin
        prow_q       <= prow_q + (par_done ? 16'(rows_q) + 16'd1 : 16'd1);
        par_second_q <= !par_done;
      end
      if (par_done) begin
        par_left_q <= par_left_q - 8'd1;
        par_tile_q <= !par_tile_q;
      end
      if (par_done != tile_done) have_q <= par_done ? have_q + 2'd1 : have_q - 2'd1;
      if (tile_done) {wrow_q, wfirst_q} <= {2{next_tile}};
      else if (fire && win_end) wrow_q <= win_last ? wfirst_q : wrow_q + 16'd1;
    end
  end

  // ---- operands, a cycle behind ----------------------------------------------
  logic            op_q, op_mask_q, op_new_q, op_first_q, op_last_q, op_tile_q, op_end_q;
  logic [1:0]      op_slice_q;
  logic [PixW-1:0] op_pix_q;
  logic            prow_valid_q, prow_tile_q, prow_second_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {op_q, op_new_q, prow_valid_q} <= 3'b000;
    else         {op_q, op_new_q, prow_valid_q} <= {fire, fire && win_new, par_re};
  end
  always_ff @(posedge clk_i) begin
    if (fire) begin
      {op_slice_q, op_mask_q, op_pix_q} <= {win_slice, win_mask, win_pix};
      {op_first_q, op_last_q, op_tile_q, op_end_q} <= {win_first, win_last, win_tile, win_last && win_tile_end};
    end
    if (par_re) {prow_tile_q, prow_second_q} <= {par_tile_q, par_second_q};
  end

  // ---- paths: array, post, fc -------------------------------------------------
  localparam int unsigned FcW = 4 + FbWordW + WbRowW;   // where the walk of FC stands
  localparam int unsigned LendW = bonnet_pkg::PostLendW + 8 * bonnet_pkg::Lanes + 64;
  logic [Arrays-1:0]     rooms, idles, waits;
  logic [2*Arrays-1:0]   pends, busys;
  logic [FcW*Arrays-1:0] fc_walks;
  logic [LendW-1:0]      lend;   // of the first path, to the others
  for (genvar a = 0; a < Arrays; a++) begin : gen_path
    logic [LendW-1:0]    lent;
    bonnet_pkg::fb_req_t req;
    logic                busy, done, fa_re, wb_re;
    logic [FbWordW-1:0]  fa_word;
    logic [WbRowW-1:0]   wb_row;
    bonnet_conv_path #(.Own(a == 0)) u_path (
      .clk_i, .rst_ni, .desc_i(cmd_i.desc), .go_conv_i(go_conv), .go_fc_i(go_fc), .op_i(op_q), .op_new_i(op_new_q), .op_slice_i(op_slice_q), .op_mask_i(op_mask_q),
      .op_pix_i(op_pix_q), .op_first_i(op_first_q), .op_last_i(op_last_q), .op_tile_i(op_tile_q), .op_end_i(op_end_q),
      .fa_data_i(fa_data_i[256*a +: 256]), .wb_data_i, .prow_valid_i(prow_valid_q), .prow_tile_i(prow_tile_q), .prow_second_i(prow_second_q), .lend_i((a == 0) ? '0 : lend), .lend_o(lent),
      .pend_o(pends[2*a +: 2]), .room_o(rooms[a]), .busy_o(busys[2*a +: 2]), .idle_o(idles[a]), .wait_o(waits[a]),
      .fc_busy_o(busy), .fc_done_o(done), .fc_fa_re_o(fa_re), .fc_fa_word_o(fa_word), .fc_wb_re_o(wb_re), .fc_wb_row_o(wb_row),
      .fb_valid_o(fb_valid_o[a]), .fb_ready_i(fb_ready_i[a]), .fb_req_o(req), .fb_rvalid_i(fb_rvalid_i[a]), .fb_rdata_i(fb_rdata_i[256*a +: 256])
    );
    if (a == 0) begin : gen_lend
      assign lend = lent;
    end else begin : gen_keep
      logic unused_lent;
      assign unused_lent = ^lent;
    end
    assign fb_req_o[FbW*a +: FbW] = req;
    assign fc_walks[FcW*a +: FcW] = {busy, done, fa_re, wb_re, fa_word, wb_row};
  end
  always_comb begin
    {pend, post_busy} = '0;
    for (int unsigned a = 0; a < Arrays; a++) begin
      pend      |= pends[2*a +: 2];
      post_busy |= busys[2*a +: 2];
    end
  end
  assign room      = rooms == '1;
  assign post_idle = idles == '1;
  // FC walks in every path alike; the first one speaks for all.
  logic               fc_fa_re, fc_wb_re;
  logic [FbWordW-1:0] fc_fa_word;
  logic [WbRowW-1:0]  fc_wb_row;
  assign {fc_busy, fc_done, fc_fa_re, fc_wb_re, fc_fa_word, fc_wb_row} = fc_walks[FcW-1:0];
  assign fa_re_o    = fc_busy ? fc_fa_re : fire;
  assign fa_word_o  = fc_busy ? fc_fa_word : win_word;
  assign wb_re_o    = fc_busy ? fc_wb_re : par_re || (fire && win_new);
  assign wb_row_o   = fc_busy ? fc_wb_row : par_re ? prow_q[WbRowW-1:0] : wrow_q[WbRowW-1:0];
  assign sts_o.stall_in  = 1'b0;  // operands wait in the buffers: tokens saw to that
  assign sts_o.stall_out = (win_valid && !fire && !par_re) || waits != '0;

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(StartIdle_A, !(start_i && state_q != Idle))
  `BONNET_ASSUME(CmdStable_A, !($past(state_q != Idle) && state_q != Idle) || $stable(cmd_i.desc))
  `BONNET_ASSERT(WeightInside_A, !(fire && win_new) || 32'(wrow_q) < bonnet_pkg::WeightRows)
  `BONNET_ASSERT(ParamInside_A, !par_re || 32'(prow_q) < bonnet_pkg::WeightRows)
  `BONNET_ASSERT(InStep_A, fc_walks == {Arrays{fc_walks[FcW-1:0]}} && (rooms == '0 || room) && (idles == '0 || post_idle))
endmodule
`default_nettype wire
