// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stems - the stem unit of a chip: one bonnet_stem an array, all with the same descriptor, each with its own frame, parameters
// memory and feature buffer. Array a reads its image at cmd_i.addr + a * cmd_i.step.
//
// Done    done_o when the last of them is; bad_o when any refuses (they refuse the same descriptor, but for a step that is not aligned).
// Rate    as bonnet_stem; the images share one bus. With one array there is nothing here.
// Stall   sts_o: any of them.
// Test    tests/rtl/bonnet_stems_tb.cpp, tests/sim
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stems #(
  parameter  int unsigned Arrays  = bonnet_pkg::Arrays,
  localparam int unsigned BusBits = bonnet_pkg::BusBits,
  localparam int unsigned ReqW    = bonnet_pkg::RdReqBits,
  localparam int unsigned FbW     = bonnet_pkg::FbReqBits,
  localparam int unsigned SpRowW  = bonnet_pkg::SpRowW,
  localparam int unsigned ColW    = $clog2(bonnet_pkg::RowBits / BusBits)
) (
  input  wire logic                          clk_i,
  input  wire logic                          rst_ni,
  // unit
  input  wire logic                          start_i,
  input  wire bonnet_pkg::cmd_t              cmd_i,
  output      logic                          done_o,
  output      logic                          bad_o,
  output      bonnet_pkg::unit_sts_t         sts_o,
  // images
  output      logic [Arrays-1:0]             rd_valid_o,
  input  wire logic [Arrays-1:0]             rd_ready_i,
  output      logic [Arrays*ReqW-1:0]        rd_req_o,
  input  wire logic [Arrays-1:0]             rdata_valid_i,
  output      logic [Arrays-1:0]             rdata_ready_o,
  input  wire logic [BusBits-1:0]            rdata_i,
  // stem parameter memories: written together
  input  wire logic                          sp_we_i,
  input  wire logic [SpRowW-1:0]             sp_wrow_i,
  input  wire logic [ColW-1:0]               sp_wcol_i,
  input  wire logic [BusBits-1:0]            sp_wdata_i,
  // feature buffers, port B
  output      logic [Arrays-1:0]             fb_valid_o,
  input  wire logic [Arrays-1:0]             fb_ready_i,
  output      logic [Arrays*FbW-1:0]         fb_req_o
);
  logic [Arrays-1:0] done, bad, stall_in, stall_out, got_q;
  for (genvar a = 0; a < Arrays; a++) begin : gen_stem
    bonnet_pkg::cmd_t               cmd;
    bonnet_pkg::rd_req_t            rd_req;
    bonnet_pkg::fb_req_t            fb_req;
    logic [1:0]                     sts;
    logic                           sp_re;
    logic [SpRowW-1:0]              sp_row;
    logic [bonnet_pkg::RowBits-1:0] sp_data;
    // Members by position: Yosys 0.23 does not find those of a struct inside a generate block.
    assign cmd = {cmd_i.desc, cmd_i.addr + bonnet_pkg::AddrW'(cmd_i.step) * a, cmd_i.step, cmd_i.index, cmd_i.skip};
    bonnet_wbuf #(.Rows(bonnet_pkg::StemRows), .Style(bonnet_pkg::StemStyle)) u_params (
      .clk_i, .rst_ni, .we_i(sp_we_i), .wrow_i(sp_wrow_i), .wcol_i(sp_wcol_i), .wdata_i(sp_wdata_i),
      .re_i(sp_re), .row_i(sp_row), .rdata_o(sp_data)
    );
    bonnet_stem u_stem (
      .clk_i, .rst_ni, .start_i, .cmd_i(cmd), .done_o(done[a]), .bad_o(bad[a]), .sts_o(sts),
      .rd_valid_o(rd_valid_o[a]), .rd_ready_i(rd_ready_i[a]), .rd_req_o(rd_req),
      .rdata_valid_i(rdata_valid_i[a]), .rdata_ready_o(rdata_ready_o[a]), .rdata_i,
      .sp_re_o(sp_re), .sp_row_o(sp_row), .sp_data_i(sp_data),
      .fb_valid_o(fb_valid_o[a]), .fb_ready_i(fb_ready_i[a]), .fb_req_o(fb_req)
    );
    assign rd_req_o[a*ReqW +: ReqW] = rd_req;
    assign fb_req_o[a*FbW +: FbW]   = fb_req;
    assign {stall_in[a], stall_out[a]} = sts;
  end

  assign done_o          = (done | got_q) == '1;
  assign bad_o           = bad != '0;
  assign sts_o.stall_in  = stall_in != '0;
  assign sts_o.stall_out = stall_out != '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) got_q <= '0;
    else         got_q <= done_o ? '0 : got_q | done;
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(StartWhenIdle_A, !start_i || got_q == '0)
endmodule
`default_nettype wire
