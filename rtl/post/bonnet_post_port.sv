// SPDX-License-Identifier: Apache-2.0
//
// bonnet_post_port - the post room's reads and writes on port B of the feature buffer.
//
// Reads first: the operand unit asks for some segments ahead and no more, and what it waits for is what lets the writes go.
// Rate    one access per cycle, no delay. Stall  a refused access stays offered until it is taken.
// Test    tests/rtl/bonnet_post_tb.cpp        Proof  tests/formal/bonnet_post_port.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_post_port (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                rd_valid_i,
  output      logic                rd_ready_o,
  input  wire logic [bonnet_pkg::FbWordW-1:0] rd_word_i,
  input  wire logic                wr_valid_i,
  output      logic                wr_ready_o,
  input  wire bonnet_pkg::fb_req_t wr_req_i,
  output      logic                fb_valid_o,
  input  wire logic                fb_ready_i,
  output      bonnet_pkg::fb_req_t fb_req_o
);
  logic rd_held_q, wr_held_q;  // refused in the last cycle
  logic rd_sel;
  assign rd_sel         = rd_held_q || (rd_valid_i && !wr_held_q);
  assign fb_valid_o     = rd_valid_i || wr_valid_i;
  assign rd_ready_o     = fb_ready_i && rd_sel;
  assign wr_ready_o     = fb_ready_i && !rd_sel;
  assign fb_req_o.we    = wr_req_i.we && !rd_sel;
  assign fb_req_o.word  = rd_sel ? rd_word_i : wr_req_i.word;
  assign fb_req_o.mask  = wr_req_i.mask;
  assign fb_req_o.wdata = wr_req_i.wdata;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {rd_held_q, wr_held_q} <= 2'b00;
    else         {rd_held_q, wr_held_q} <= {2{fb_valid_o && !fb_ready_i}} & {rd_sel, !rd_sel};
  end

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL  // in simulation the units before us assert it
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(rd_valid_i && !rd_ready_o)) assume (rd_valid_i && $stable(rd_word_i));
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(wr_valid_i && !wr_ready_o)) assume (wr_valid_i && $stable(wr_req_i));
`endif
  `BONNET_ASSUME(WritesWrite_A, !wr_valid_i || wr_req_i.we)
  `BONNET_ASSERT(HeldIsOffered_A, !(rd_held_q && !rd_valid_i) && !(wr_held_q && !wr_valid_i) && !(rd_held_q && wr_held_q))
  `BONNET_ASSERT(OneTaken_A, !(rd_valid_i && rd_ready_o && wr_valid_i && wr_ready_o))
  `BONNET_ASSERT(Work_A, !(fb_valid_o && fb_ready_i) || (rd_valid_i && rd_ready_o) || (wr_valid_i && wr_ready_o))
  `BONNET_ASSERT(KindRight_A, !fb_valid_o || fb_req_o.we == !(rd_valid_i && rd_sel))
  `BONNET_ASSERT_HELD(FbHeld_A, fb_valid_o, fb_ready_i, {fb_req_o.we, fb_req_o.word, fb_req_o.mask & {bonnet_pkg::FbMaskW{fb_req_o.we}}})
endmodule
`default_nettype wire
