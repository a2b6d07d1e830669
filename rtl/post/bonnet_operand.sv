// SPDX-License-Identifier: Apache-2.0
//
// bonnet_operand - fetches what a segment is combined with: the RES word (XNOR, OR, INTERLEAVE, HEAD) and the PASS word
// (INTERLEAVE), all slices, from the feature buffer.
//
// Rows leave as four slices: k = 4 as read; k = 1 the addressed bank stands in slice 0, the others are undefined.
// Two segments are held at most, so the reads run ahead of the array by that much.
// Rate    one read per cycle; a segment that reads nothing passes through at 1 per cycle.
// Stall   both sides by handshake; a read is asked for only when there is a place for its answer.
// Test    tests/rtl/bonnet_post_tb.cpp        Proof  tests/formal/bonnet_operand.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_operand (
  input  wire logic                      clk_i,
  input  wire logic                      rst_ni,
  input  wire logic                      k4_i,         // four slices
  input  wire logic                      use_res_i,
  input  wire logic                      use_pass_i,   // only with use_res_i
  // segments in
  input  wire logic                      seg_valid_i,
  output      logic                      seg_ready_o,
  input  wire bonnet_post_pkg::seg_t     seg_i,
  // segments with their rows out
  output      logic                      valid_o,
  input  wire logic                      ready_i,
  output      bonnet_post_pkg::seg_t     seg_o,
  output      logic [255:0]              res_o,        // slice j at [64*j +: 64]
  output      logic [255:0]              pass_o,
  output      logic                      empty_o,      // no segment held
  // reads
  output      logic                      rd_valid_o,
  input  wire logic                      rd_ready_i,
  output      logic [bonnet_pkg::FbRowW-1:0] rd_row_o,
  input  wire logic                      rvalid_i,     // one cycle after the read was taken
  input  wire logic [255:0]              rdata_i
);
  localparam int unsigned SegW = $bits(seg_i);
  logic [SegW-1:0] seg_q  [2];
  logic [255:0]    res_q  [2];
  logic [255:0]    pass_q [2];

  // ---- control -------------------------------------------------------------
  logic [1:0] full_q;                 // slot holds a segment whose answers are on their way or there
  logic       head_q, tail_q;         // oldest slot, next slot
  logic       phase_q;                // RES was asked for, PASS is next
  logic       wait_q, wait_pass_q, wait_slot_q;  // an answer comes this cycle, for whom
  logic [1:0] bank_q;
  logic       room, take, last_rd;

  assign room        = !full_q[tail_q];
  assign rd_valid_o  = seg_valid_i && room && use_res_i;
  assign last_rd     = !use_pass_i || phase_q;
  assign take        = seg_valid_i && room && (!use_res_i || (rd_ready_i && last_rd));
  assign seg_ready_o = take;
  logic [15:0] word;
  assign word     = phase_q ? seg_i.pass_word : seg_i.res_word;
  assign rd_row_o = word[2 +: bonnet_pkg::FbRowW];

  // The oldest segment may go when no answer of its own is still to come.
  assign valid_o = full_q[head_q] && !(wait_q && wait_slot_q == head_q);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      full_q  <= '0;
      head_q  <= 1'b0;
      tail_q  <= 1'b0;
      phase_q <= 1'b0;
      wait_q  <= 1'b0;
    end else begin
      if (valid_o && ready_i) begin
        full_q[head_q] <= 1'b0;
        head_q         <= !head_q;
      end
      if (take) begin
        full_q[tail_q] <= 1'b1;
        tail_q         <= !tail_q;
      end
      if (rd_valid_o && rd_ready_i) phase_q <= !last_rd;
      wait_q <= rd_valid_o && rd_ready_i;
    end
  end

  // ---- data ------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (take) seg_q[tail_q] <= seg_i;
    if (rd_valid_o && rd_ready_i) begin
      wait_pass_q <= phase_q;
      wait_slot_q <= tail_q;
      bank_q      <= k4_i ? 2'd0 : word[1:0];
    end
    if (rvalid_i && !wait_pass_q) res_q[wait_slot_q]  <= {rdata_i[255:64], rdata_i[64*bank_q +: 64]};
    if (rvalid_i &&  wait_pass_q) pass_q[wait_slot_q] <= {rdata_i[255:64], rdata_i[64*bank_q +: 64]};
  end
  assign empty_o = full_q == '0;
  assign seg_o  = seg_q[head_q];
  assign res_o  = res_q[head_q];
  assign pass_o = pass_q[head_q];

  // ---- contract ------------------------------------------------------------
  logic unused_word;  // words past the feature buffer are refused by the conv unit
  assign unused_word = ^word;
`ifdef FORMAL  // in simulation the unit before us asserts it
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(seg_valid_i && !seg_ready_o)) assume (seg_valid_i && $stable(seg_i));
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && (seg_valid_i || !empty_o)) assume ($stable({k4_i, use_res_i, use_pass_i}));
`endif
  // Slots are taken in turn: the oldest is full if any is, the next is free unless both are full.
  `BONNET_ASSERT(HeadFull_A, empty_o || full_q[head_q])
  `BONNET_ASSERT(TailFree_A, full_q == 2'b11 || !full_q[tail_q])
  `BONNET_ASSERT(OrderKept_A, (head_q == tail_q) == (full_q == 2'b00 || full_q == 2'b11))
  // An answer finds its slot reserved by the read that asked for it, and no segment leaves before its answers.
  `BONNET_ASSERT(AnswerHasSlot_A, !wait_q || full_q[wait_slot_q] || (phase_q && wait_slot_q == tail_q))
  `BONNET_ASSUME(AnswerInTime_A, rvalid_i == wait_q)
  `BONNET_ASSUME(PassNeedsRes_A, !use_pass_i || use_res_i)
  `BONNET_ASSUME(RowsAligned_A, !rd_valid_o || !k4_i || word[1:0] == 2'd0)
  `BONNET_ASSERT_HELD(ReadHeld_A, rd_valid_o, rd_ready_i, rd_row_o)
  `BONNET_ASSERT_HELD(OutHeld_A, valid_o, ready_i, {seg_o, res_o, pass_o})
endmodule
`default_nettype wire
