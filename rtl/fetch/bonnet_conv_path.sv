// SPDX-License-Identifier: Apache-2.0
//
// bonnet_conv_path - what the conv unit has once an array: the array, post, and FC. bonnet_conv tells all of them the same in the same cycle.
//
// Port B of an array's feature buffer serves post first, so the paths stay in step; what they answer is gathered all the same.
// Rate, stall  as bonnet_array, bonnet_post, bonnet_fc.
// Test         tests/rtl/bonnet_conv_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_conv_path #(
  parameter  bit          Own     = 1'b1,                   // keeps the parameter rows, picks FC's weights: for itself and all others
  localparam int unsigned LendW   = bonnet_pkg::PostLendW + 8 * bonnet_pkg::Lanes + 64,
  localparam int unsigned Lanes   = bonnet_pkg::Lanes,
  localparam int unsigned SumW    = bonnet_pkg::SumW,
  localparam int unsigned RowBits = bonnet_pkg::RowBits,
  localparam int unsigned FbWordW = bonnet_pkg::FbWordW,
  localparam int unsigned WbRowW  = bonnet_pkg::WbRowW,
  localparam int unsigned PixW    = $clog2(bonnet_pkg::Block)
) (
  input  wire logic                            clk_i,
  input  wire logic                            rst_ni,
  // descriptor
  input  wire logic [bonnet_pkg::DescBits-1:0] desc_i,
  input  wire logic                            go_conv_i,
  input  wire logic                            go_fc_i,
  // operands: beside the answer of port A
  input  wire logic                            op_i,
  input  wire logic                            op_new_i,     // a weight row comes with it
  input  wire logic [1:0]                      op_slice_i,
  input  wire logic                            op_mask_i,
  input  wire logic [PixW-1:0]                 op_pix_i,
  input  wire logic                            op_first_i,
  input  wire logic                            op_last_i,
  input  wire logic                            op_tile_i,
  input  wire logic                            op_end_i,
  input  wire logic [255:0]                    fa_data_i,
  input  wire logic [RowBits-1:0]              wb_data_i,
  // parameter rows
  input  wire logic                            prow_valid_i,
  input  wire logic                            prow_tile_i,
  input  wire logic                            prow_second_i,
  // what the path with Own has for all
  input  wire logic [LendW-1:0]                lend_i,
  output      logic [LendW-1:0]                lend_o,
  // state, docs/units.md
  output      logic [1:0]                      pend_o,
  output      logic                            room_o,
  output      logic [1:0]                      busy_o,
  output      logic                            idle_o,
  output      logic                            wait_o,       // FC: port B refuses
  // FC: its own walk of port A and the weight rows
  output      logic                            fc_busy_o,
  output      logic                            fc_done_o,
  output      logic                            fc_fa_re_o,
  output      logic [FbWordW-1:0]              fc_fa_word_o,
  output      logic                            fc_wb_re_o,
  output      logic [WbRowW-1:0]               fc_wb_row_o,
  // feature buffer port B
  output      logic                            fb_valid_o,
  input  wire logic                            fb_ready_i,
  output      bonnet_pkg::fb_req_t             fb_req_o,
  input  wire logic                            fb_rvalid_i,
  input  wire logic [255:0]                    fb_rdata_i
);
  logic                  res_valid, res_tile, res_last;
  logic [Lanes*SumW-1:0] res_sum;
  bonnet_array u_array (
    .clk_i, .rst_ni, .en_i(op_i), .grouped_i(desc_i[bonnet_job_pkg::CONV_GROUPED_LSB]), .therm_i(desc_i[bonnet_job_pkg::CONV_IN_T_LSB]),
    .slice_i(op_slice_i), .mask_i(op_mask_i), .act_i(fa_data_i), .load_i(op_new_i), .weight_i(wb_data_i), .pix_i(op_pix_i), .first_i(op_first_i), .last_i(op_last_i),
    .tile_i(op_tile_i), .end_i(op_end_i), .pend_o, .res_valid_o(res_valid), .res_sum_o(res_sum), .res_tile_o(res_tile), .res_last_o(res_last)
  );

  logic                  post_fb_valid, fc_fb_valid;
  bonnet_pkg::fb_req_t   post_fb_req, fc_fb_req;
  bonnet_pkg::unit_sts_t unused_sts;  // post's own waits show in room_o when they matter
  localparam int unsigned PostW = bonnet_pkg::PostLendW;
  bonnet_post #(.Own(Own)) u_post (
    .clk_i, .rst_ni, .cfg_i(desc_i), .cfg_start_i(go_conv_i), .res_valid_i(res_valid), .res_sum_i(res_sum), .res_tile_i(res_tile),
    .res_last_i(res_last), .room_o, .prow_valid_i, .prow_tile_i, .prow_second_i, .prow_data_i(wb_data_i), .lend_i(lend_i[PostW-1:0]), .lend_o(lend_o[PostW-1:0]), .busy_o, .idle_o,
    .fb_valid_o(post_fb_valid), .fb_ready_i, .fb_req_o(post_fb_req), .fb_rvalid_i, .fb_rdata_i, .sts_o(unused_sts)
  );
  bonnet_fc #(.Own(Own)) u_fc (
    .clk_i, .rst_ni, .start_i(go_fc_i), .desc_i, .busy_o(fc_busy_o), .done_o(fc_done_o), .fa_re_o(fc_fa_re_o), .fa_word_o(fc_fa_word_o),
    .lend_i(lend_i[LendW-1:PostW]), .lend_o(lend_o[LendW-1:PostW]), .fa_data_i, .wb_re_o(fc_wb_re_o), .wb_row_o(fc_wb_row_o), .wb_data_i, .fb_valid_o(fc_fb_valid), .fb_ready_i, .fb_req_o(fc_fb_req)
  );
  assign fb_valid_o = fc_busy_o ? fc_fb_valid : post_fb_valid;
  always_comb begin  // a logit is in the first word, its mask says so: the others may as well be post's
    fb_req_o = post_fb_req;
    if (fc_busy_o) begin
      {fb_req_o.we, fb_req_o.word, fb_req_o.mask} = {fc_fb_req.we, fc_fb_req.word, fc_fb_req.mask};
      fb_req_o.wdata[63:0]                        = fc_fb_req.wdata[63:0];
    end
  end
  logic unused_fc;
  assign unused_fc = ^fc_fb_req;
  assign wait_o     = fc_fb_valid && !fb_ready_i;

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSERT(OnePortB_A, !(fc_busy_o && post_fb_valid))
  `BONNET_ASSERT_HELD(PortBHeld_A, fb_valid_o, fb_ready_i, {fb_req_o.we, fb_req_o.word, fb_req_o.mask & {bonnet_pkg::FbMaskW{fb_req_o.we}}})
endmodule
`default_nettype wire
