// SPDX-License-Identifier: Apache-2.0
//
// bonnet_operand - fetches what a segment is combined with: the RES word (XNOR, OR, INTERLEAVE, HEAD) and the PASS word
// (INTERLEAVE), all slices, from the feature buffer.
//
// Words leave as four slices: k = 4 as read, or decoded where the map is thermometer coded (s0 = t0, s2 = t1, s1 = t1 & t2,
// s3 = t1 | t2); k = 1 slice 0 is the word, the others are undefined.
// Slots segments are held at most: the reads run ahead of the array by that much, so that the last block of a descriptor finds its
// operands read and port B is left to its writes.
// Rate    one read per cycle; a segment that reads nothing passes through at 1 per cycle.
// Stall   both sides by handshake; a read is asked for only when there is a place for its answer.
// Test    tests/rtl/bonnet_post_tb.cpp        Proof  tests/formal/bonnet_operand.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_operand #(
  parameter int unsigned Slots = 2 * bonnet_pkg::Block  // a power of two; smaller in proofs
) (
  input  wire logic                      clk_i,
  input  wire logic                      rst_ni,
  input  wire logic                      res_t_i,      // RES is thermometer coded
  input  wire logic                      pass_t_i,
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
  output      logic [bonnet_pkg::FbWordW-1:0] rd_word_o,
  input  wire logic                      rvalid_i,     // one cycle after the read was taken
  input  wire logic [255:0]              rdata_i
);
  localparam int unsigned SegW  = $bits(seg_i);
  localparam int unsigned SlotW = $clog2(Slots);
  if (2 ** SlotW != Slots) $error("bonnet_operand: Slots must be a power of two");
  logic [SegW-1:0] seg_q  [Slots];
  logic [255:0]    res_q  [Slots];
  logic [255:0]    pass_q [Slots];

  // ---- control -------------------------------------------------------------
  logic [SlotW-1:0] head_q, tail_q;    // oldest slot, next slot
  logic [SlotW:0]   count_q;           // segments whose answers are on their way or there
  logic             phase_q;           // RES was asked for, PASS is next
  logic             wait_q, wait_pass_q;  // an answer comes this cycle, for whom
  logic [SlotW-1:0] wait_slot_q;
  logic             room, take, leave, last_rd;

  assign room        = count_q != (SlotW+1)'(Slots);
  assign rd_valid_o  = seg_valid_i && room && use_res_i;
  assign last_rd     = !use_pass_i || phase_q;
  assign take        = seg_valid_i && room && (!use_res_i || (rd_ready_i && last_rd));
  assign seg_ready_o = take;
  logic [15:0] word;
  assign word      = phase_q ? seg_i.pass_word : seg_i.res_word;
  assign rd_word_o = word[bonnet_pkg::FbWordW-1:0];

  // The oldest segment may go when no answer of its own is still to come.
  assign valid_o = !empty_o && !(wait_q && wait_slot_q == head_q);
  assign leave   = valid_o && ready_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      head_q  <= '0;
      tail_q  <= '0;
      phase_q <= 1'b0;
      wait_q  <= 1'b0;
    end else begin
      if (leave) head_q <= head_q + SlotW'(1);
      if (take) tail_q <= tail_q + SlotW'(1);
      if (take != leave) count_q <= take ? count_q + (SlotW+1)'(1) : count_q - (SlotW+1)'(1);
      if (rd_valid_o && rd_ready_i) phase_q <= !last_rd;
      wait_q <= rd_valid_o && rd_ready_i;
    end
  end

  function automatic logic [255:0] decode(input logic therm, input logic [255:0] w);
    decode = therm ? {w[127:64] | w[191:128], w[127:64], w[127:64] & w[191:128], w[63:0]} : w;
  endfunction

  // ---- data ------------------------------------------------------------------
  logic [255:0] answer;
  always_comb begin
    answer = 'x;
    if (rvalid_i) answer = decode(wait_pass_q ? pass_t_i : res_t_i, rdata_i);
  end
  always_ff @(posedge clk_i) begin
    if (take) seg_q[tail_q] <= seg_i;
    if (rd_valid_o && rd_ready_i) begin
      wait_pass_q <= phase_q;
      wait_slot_q <= tail_q;
    end
    if (rvalid_i && !wait_pass_q) res_q[wait_slot_q]  <= answer;
    if (rvalid_i &&  wait_pass_q) pass_q[wait_slot_q] <= answer;
  end
  assign empty_o = count_q == '0;
  assign seg_o  = seg_q[head_q];
  assign res_o  = res_q[head_q];
  assign pass_o = pass_q[head_q];

  // ---- contract ------------------------------------------------------------
  logic unused_word;  // words past the feature buffer are refused by the conv unit
  assign unused_word = ^word;
`ifdef FORMAL  // in simulation the unit before us asserts it
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past(seg_valid_i && !seg_ready_o)) assume (seg_valid_i && $stable(seg_i));
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && (seg_valid_i || !empty_o)) assume ($stable({res_t_i, pass_t_i, use_res_i, use_pass_i}));
`endif
  // Slots are taken in turn.
  `BONNET_ASSERT(CountFits_A, count_q <= (SlotW+1)'(Slots))
  `BONNET_ASSERT(OrderKept_A, tail_q == head_q + count_q[SlotW-1:0])
  // An answer finds its slot reserved by the read that asked for it, and no segment leaves before its answers.
  logic [SlotW-1:0] age;  // of the slot that the answer is for
  assign age = wait_slot_q - head_q;
  `BONNET_ASSERT(AnswerHasSlot_A, !wait_q || {1'b0, age} < count_q || (phase_q && wait_slot_q == tail_q))
  `BONNET_ASSUME(AnswerInTime_A, rvalid_i == wait_q)
  `BONNET_ASSUME(PassNeedsRes_A, !use_pass_i || use_res_i)
  `BONNET_ASSERT_HELD(ReadHeld_A, rd_valid_o, rd_ready_i, rd_word_o)
  `BONNET_ASSERT_HELD(OutHeld_A, valid_o, ready_i, {seg_o, res_o, pass_o})
endmodule
`default_nettype wire
