// SPDX-License-Identifier: Apache-2.0
//
// bonnet_conv - the conv unit: CONV (window, weight rows, array, post) and FC.
//
//   CONV: for each tile, its parameter rows go to post; then the window's addresses go to port A one a cycle, a weight row beside the first
//   pixel of each block-row. Rows follow each other in the buffer: a block starts again at the tile's first binary row, and after the last
//   block the next row is the next tile's parameters.
//
// Rate    the array counts every cycle, less one cycle a tile (two for HEAD) in which the weight buffer reads parameters, and about
//         10 cycles a descriptor (start, and the last results through post).
// Stall   sts_o.stall_out: the last weight row of a block waits for room in post, parameters wait for the set of their parity.
// Golden  sim/golden (binary convolution, fully connected)       Test  tests/rtl/bonnet_conv_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_conv #(
  localparam int unsigned Lanes   = bonnet_pkg::Lanes,
  localparam int unsigned SumW    = bonnet_pkg::SumW,
  localparam int unsigned RowBits = bonnet_pkg::RowBits,
  localparam int unsigned FbRowW  = bonnet_pkg::FbRowW,
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
  output      logic [FbRowW-1:0]       fa_row_o,
  input  wire logic [255:0]            fa_data_i,
  // weight buffer
  output      logic                    wb_re_o,
  output      logic [WbRowW-1:0]       wb_row_o,
  input  wire logic [RowBits-1:0]      wb_data_i,
  // feature buffer port B
  output      logic                    fb_valid_o,
  input  wire logic                    fb_ready_i,
  output bonnet_pkg::fb_req_t          fb_req_o,
  input  wire logic                    fb_rvalid_i,
  input  wire logic [255:0]            fb_rdata_i
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
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      {done_o, bad_o} <= 2'b00;
    end else begin
      {done_o, bad_o} <= 2'b00;
      unique case (state_q)
        Idle:  if (start_i) state_q <= Check;
        Check: begin
          bad_o   <= bad;
          state_q <= bad ? Idle : is_fc ? Fc : Run;
        end
        Run: if (!win_busy && pend == 2'b00 && post_idle) begin
          done_o  <= 1'b1;
          state_q <= Idle;
        end
        default: if (fc_done) begin
          done_o  <= 1'b1;
          state_q <= Idle;
        end
      endcase
    end
  end

  // ---- window and weight rows ------------------------------------------------
  logic              win_valid, win_new, win_first, win_last, win_tile, win_tile_new, win_end, win_tile_end;
  logic [FbRowW-1:0] win_row;
  logic [1:0]        win_word;
  logic [PixW-1:0]   win_pix;
  logic              fire, room, par_re, par_want, par_second, head, grouped, wait_room;
  logic [15:0]       wrow_q, wfirst_q;
  logic              have_q;   // the tile's parameters have been read
  logic              second_q; // the second parameter row is next
  bonnet_window u_window (
    .clk_i, .rst_ni, .start_i(go_conv), .desc_i(cmd_i.desc), .busy_o(win_busy), .valid_o(win_valid), .ready_i(fire), .row_o(win_row),
    .word_o(win_word), .pix_o(win_pix), .new_o(win_new), .first_o(win_first), .last_o(win_last), .tile_o(win_tile),
    .tile_new_o(win_tile_new), .end_o(win_end), .tile_end_o(win_tile_end)
  );
  assign head       = desc_post == 3'd4;
  assign par_want   = win_valid && win_tile_new && !have_q;
  assign par_re     = par_want && !post_busy[win_tile] && !pend[win_tile];
  assign par_second = head && second_q;
  assign wait_room  = win_new && win_last && !room;
  assign fire       = win_valid && !par_want && !wait_room;
  logic [2:0] desc_post;
  assign desc_post = cmd_i.desc[bonnet_job_pkg::CONV_POST_LSB +: 3];
  assign grouped   = cmd_i.desc[bonnet_job_pkg::CONV_GROUPED_LSB];
  always_ff @(posedge clk_i) begin
    if (go_conv) begin
      wrow_q   <= cmd_i.desc[bonnet_job_pkg::CONV_WROW_LSB +: 16];
      have_q   <= 1'b0;
      second_q <= 1'b0;
    end else if (par_re) begin
      wrow_q   <= wrow_q + 16'd1;
      wfirst_q <= wrow_q + 16'd1;
      have_q   <= !head || second_q;
      second_q <= head && !second_q;
    end else if (fire && win_end) begin
      wrow_q <= (win_last && !win_tile_end) ? wfirst_q : wrow_q + 16'd1;
      have_q <= !(win_last && win_tile_end);
    end
  end

  // ---- array -----------------------------------------------------------------
  logic                  op_q, op_first_q, op_last_q, op_tile_q, op_end_q;
  logic [1:0]            op_word_q;
  logic [PixW-1:0]       op_pix_q;
  logic                  res_valid, res_tile, res_last, prow_q, prow_tile_q, prow_second_q;
  logic [Lanes*SumW-1:0] res_sum;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {op_q, prow_q} <= 2'b00;
    else         {op_q, prow_q} <= {fire, par_re};
  end
  always_ff @(posedge clk_i) begin
    if (fire) begin
      {op_word_q, op_pix_q} <= {win_word, win_pix};
      {op_first_q, op_last_q, op_tile_q, op_end_q} <= {win_first, win_last, win_tile, win_last && win_tile_end};
    end
    if (par_re) {prow_tile_q, prow_second_q} <= {win_tile, par_second};
  end
  bonnet_array u_array (
    .clk_i, .rst_ni, .en_i(op_q), .grouped_i(grouped), .word_i(op_word_q), .act_i(fa_data_i), .weight_i(wb_data_i), .pix_i(op_pix_q),
    .first_i(op_first_q), .last_i(op_last_q), .tile_i(op_tile_q), .end_i(op_end_q), .pend_o(pend), .res_valid_o(res_valid),
    .res_sum_o(res_sum), .res_tile_o(res_tile), .res_last_o(res_last)
  );

  // ---- post and fc: they share port B ----------------------------------------
  logic                post_fb_valid, fc_fb_valid;
  bonnet_pkg::fb_req_t post_fb_req, fc_fb_req;
  bonnet_pkg::unit_sts_t unused_sts;  // post's own waits show in room_o when they matter
  bonnet_post u_post (
    .clk_i, .rst_ni, .cfg_i(cmd_i.desc), .cfg_start_i(go_conv), .res_valid_i(res_valid), .res_sum_i(res_sum), .res_tile_i(res_tile),
    .res_last_i(res_last), .room_o(room), .prow_valid_i(prow_q), .prow_tile_i(prow_tile_q), .prow_second_i(prow_second_q),
    .prow_data_i(wb_data_i), .busy_o(post_busy), .idle_o(post_idle), .fb_valid_o(post_fb_valid), .fb_ready_i(fb_ready_i),
    .fb_req_o(post_fb_req), .fb_rvalid_i, .fb_rdata_i, .sts_o(unused_sts)
  );
  logic              fc_fa_re, fc_wb_re;
  logic [FbRowW-1:0] fc_fa_row;
  logic [WbRowW-1:0] fc_wb_row;
  bonnet_fc u_fc (
    .clk_i, .rst_ni, .start_i(go_fc), .desc_i(cmd_i.desc), .busy_o(fc_busy), .done_o(fc_done), .fa_re_o(fc_fa_re), .fa_row_o(fc_fa_row),
    .fa_data_i, .wb_re_o(fc_wb_re), .wb_row_o(fc_wb_row), .wb_data_i, .fb_valid_o(fc_fb_valid), .fb_ready_i, .fb_req_o(fc_fb_req)
  );
  assign fb_valid_o = fc_busy ? fc_fb_valid : post_fb_valid;
  assign fb_req_o   = fc_busy ? fc_fb_req : post_fb_req;
  assign fa_re_o    = fc_busy ? fc_fa_re : fire;
  assign fa_row_o   = fc_busy ? fc_fa_row : win_row;
  assign wb_re_o    = fc_busy ? fc_wb_re : par_re || (fire && win_new);
  assign wb_row_o   = fc_busy ? fc_wb_row : wrow_q[WbRowW-1:0];
  assign sts_o.stall_in  = 1'b0;  // operands wait in the buffers: tokens saw to that
  assign sts_o.stall_out = (win_valid && !fire && !par_re) || (fc_fb_valid && !fb_ready_i);

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(StartIdle_A, !(start_i && state_q != Idle))
  `BONNET_ASSUME(CmdStable_A, !($past(state_q != Idle) && state_q != Idle) || $stable(cmd_i.desc))
  `BONNET_ASSERT(OnePortB_A, !(fc_busy && post_fb_valid))
  `BONNET_ASSERT(WeightInside_A, !(par_re || (fire && win_new)) || 32'(wrow_q) < bonnet_pkg::WeightRows)
  `BONNET_ASSERT_HELD(PortBHeld_A, fb_valid_o, fb_ready_i, {fb_req_o.we, fb_req_o.row, fb_req_o.mask & {bonnet_pkg::FbMaskW{fb_req_o.we}}})
endmodule
`default_nettype wire
