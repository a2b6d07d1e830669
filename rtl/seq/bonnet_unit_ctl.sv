// SPDX-License-Identifier: Apache-2.0
//
// bonnet_unit_ctl - the queue in front of one unit, and the life of a descriptor:
//   queued -> oldest -> tokens taken -> unit runs -> done -> tokens given and counters written
//
// Rate    start_o two cycles after done_i, when the next descriptor is queued and has its tokens. Tokens are given in the cycle
//         after done_i, so the start of another unit that waited for them follows done_i by three cycles.
// Count   With W the first cycle in which the descriptor is the oldest and the unit is free, G the cycle of its grant (start_o is
//         at G + 1), D the cycle of done_i: START = W, END = D, BUSY = D - G, STALL_IN = G - W + cycles of sts_i.stall_in in G + 1 .. D.
// Skip    A ONCE descriptor of a later walk takes and gives its tokens, the unit is not started, cmd_o does not change; END = G.
//         One every two cycles.
// Note    cmd_o changes with start_o only.
// Errors  err_o for a cycle: the unit refused the descriptor (bad_i). Nothing is given; the job is over.
// Test    tests/rtl/bonnet_seq_tb.cpp        Proof  tests/formal/bonnet_unit_ctl.ys: the queue holds what it is given, nothing is lost
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_unit_ctl #(
  parameter  int unsigned Depth    = 8,     // a power of two
  localparam int unsigned PtrW     = $clog2(Depth),
  localparam int unsigned CountW   = $clog2(Depth + 1),
  localparam int unsigned Sems     = 15,
  localparam int unsigned IndexW   = bonnet_pkg::IndexW,
  localparam int unsigned CmdW     = bonnet_pkg::DescBits + bonnet_pkg::AddrW + 32 + IndexW + 1,
  localparam int unsigned BusBytes = bonnet_pkg::BusBits / 8
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic [31:0]           cycle_i,      // of the job
  // from the walker, which counts the places: at most Depth pushes more than pops
  input  wire logic                  push_i,
  input  wire bonnet_pkg::cmd_t      push_cmd_i,
  output      logic                  pop_o,        // a place became free
  output      logic                  idle_o,       // nothing queued, nothing running, no record left
  // unit
  output      logic                  start_o,
  output      bonnet_pkg::cmd_t      cmd_o,
  input  wire logic                  done_i,
  input  wire logic                  bad_i,
  input  wire bonnet_pkg::unit_sts_t sts_i,
  input  wire logic                  beat_i,       // a bus beat of this unit
  // semaphores
  output      logic                  want_o,
  output      logic [Sems-1:0]       take_o,
  input  wire logic                  gnt_i,
  output      logic                  give_valid_o, // one cycle for each finished descriptor
  output      logic [Sems-1:0]       give_o,
  output      logic                  last_o,       // with give_valid_o: it was the last of its list
  // record of a finished descriptor
  output      logic                  rec_valid_o,
  input  wire logic                  rec_ready_i,
  output      logic [IndexW-1:0]     rec_index_o,
  output      logic [191:0]          rec_o,
  // errors
  output      logic [IndexW-1:0]     index_o,      // the descriptor that runs, or ran last
  output      logic                  err_o
);
  // ---- queue: the oldest is read ahead, so that it waits in a register --------------------
  logic [PtrW-1:0]   wptr_q, rptr_q;
  logic [CountW-1:0] count_q;
  logic              head_q, run_q;
  bonnet_pkg::cmd_t  head;
  assign pop_o = count_q != '0 && !head_q;
  bonnet_ram_1r1w #(.Width(CmdW), .Depth(Depth)) u_queue (
    .clk_i, .rst_ni, .we_i(push_i), .waddr_i(wptr_q), .wdata_i(push_cmd_i), .re_i(pop_o), .raddr_i(rptr_q), .rdata_o(head)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wptr_q  <= '0;
      rptr_q  <= '0;
      count_q <= '0;
      head_q  <= 1'b0;
    end else begin
      if (push_i) wptr_q <= wptr_q + 1'b1;
      if (pop_o)  rptr_q <= rptr_q + 1'b1;
      if (push_i != pop_o) count_q <= push_i ? count_q + 1'b1 : count_q - 1'b1;
      head_q <= pop_o || (head_q && !gnt_i);
    end
  end

  // ---- life of a descriptor -------------------------------------------------------------
  function automatic logic [Sems-1:0] sem_set(input logic [11:0] three);   // three numbers, 0 = none
    sem_set = Sems'((16'd1 << three[3:0]) >> 1) | Sems'((16'd1 << three[7:4]) >> 1) | Sems'((16'd1 << three[11:8]) >> 1);
  endfunction
  bonnet_pkg::cmd_t  cmd_q;
  logic              start_q, rec_q, give_q, last_q, over, skipped;
  logic [Sems-1:0]   set_q;
  logic [IndexW-1:0] index_q, rec_index_q;
  assign want_o  = head_q && !run_q && (!rec_q || rec_ready_i);   // so a record never meets another
  assign take_o  = sem_set(head.desc[bonnet_job_pkg::JOB_WAIT0_LSB +: 12]);
  assign skipped = gnt_i && head.skip;
  assign over    = run_q && done_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      run_q   <= 1'b0;
      start_q <= 1'b0;
      rec_q   <= 1'b0;
      give_q  <= 1'b0;
    end else begin
      run_q   <= (gnt_i && !head.skip) || (run_q && !done_i);
      start_q <= gnt_i && !head.skip;
      rec_q   <= over || skipped || (rec_q && !rec_ready_i);
      give_q  <= over || skipped;
    end
  end
  always_ff @(posedge clk_i) begin
    if (gnt_i) begin
      set_q   <= sem_set(head.desc[bonnet_job_pkg::JOB_POST0_LSB +: 12]);
      last_q  <= head.desc[bonnet_job_pkg::JOB_LAST_LSB];
      index_q <= head.index;
      if (!head.skip) cmd_q <= head;
    end
  end
  assign start_o      = start_q;
  assign cmd_o        = cmd_q;
  assign idle_o       = count_q == '0 && !head_q && !run_q && !rec_q;
  assign give_valid_o = give_q;
  assign give_o       = set_q;   // a grant in the same cycle changes it after the edge
  assign last_o       = last_q;
  assign index_o      = index_q;
  assign err_o        = run_q && bad_i;

  // ---- counters -------------------------------------------------------------------------
  logic        oldest_q;   // it has been the oldest for a cycle or more, since first_q
  logic [31:0] first_q, first, begin_q, taken_q, in_q, out_q, beats_q, in_d, out_d, beats_d;
  logic [191:0] rec_data_q;
  assign first   = oldest_q ? first_q : cycle_i;
  assign in_d    = in_q + 32'(sts_i.stall_in);
  assign out_d   = out_q + 32'(sts_i.stall_out);
  assign beats_d = beats_q + 32'(beat_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) oldest_q <= 1'b0;
    else         oldest_q <= head_q && !run_q && !gnt_i;
  end
  always_ff @(posedge clk_i) begin
    if (head_q && !run_q && !oldest_q) first_q <= cycle_i;
    if (gnt_i) begin
      begin_q <= first;
      taken_q <= cycle_i;
      in_q    <= cycle_i - first;
      out_q   <= '0;
      beats_q <= '0;
    end else if (run_q) begin
      in_q    <= in_d;
      out_q   <= out_d;
      beats_q <= beats_d;
    end
    if (skipped) begin
      rec_index_q <= head.index;
      rec_data_q  <= {64'd0, cycle_i - first, 32'd0, cycle_i, first};
    end else if (over) begin
      rec_index_q <= index_q;
      rec_data_q  <= {beats_d << $clog2(BusBytes), out_d, in_d, cycle_i - taken_q, cycle_i, begin_q};
    end
  end
  assign rec_valid_o = rec_q;
  assign rec_index_o = rec_index_q;
  assign rec_o       = rec_data_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(QueueInRange_A, count_q <= CountW'(Depth))
  `BONNET_ASSERT(RecordFree_A, !(over || skipped) || !rec_q || rec_ready_i)
  `BONNET_ASSERT(StartRuns_A, !start_o || run_q)
  `BONNET_ASSUME(RoomForPush_A, !push_i || count_q != CountW'(Depth))
  `BONNET_ASSUME(GrantWhenAsked_A, !gnt_i || want_o)
  `BONNET_ASSUME(DoneInRun_A, !(done_i || bad_i) || run_q)
  `BONNET_ASSUME(OneAnswer_A, !(done_i && bad_i))
`ifdef FORMAL  // what induction has to know
  `BONNET_ASSERT(PtrsAgree_A, PtrW'(wptr_q - rptr_q) == count_q[PtrW-1:0])
  `BONNET_ASSERT(RunsAlone_A, !run_q || !rec_q)
`endif
endmodule
`default_nettype wire
