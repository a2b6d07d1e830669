// SPDX-License-Identifier: Apache-2.0
//
// bonnet_unit_ctl - the queue in front of one unit, and the life of a descriptor:
//   queued -> oldest -> tokens taken -> unit runs -> done -> tokens given and counters written
//
// Rate    Four cycles between the end of one descriptor and the start of the next that is queued and has its tokens.
// Skip    A ONCE descriptor of a later frame takes and gives its tokens, the unit is not started.
// Errors  err_o for a cycle: the unit refused the descriptor (bad_i). Nothing is given; the job is over.
// Test    tests/sim/jobs_test.c
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_unit_ctl #(
  localparam int unsigned Depth    = 4,
  localparam int unsigned Sems     = 15,
  localparam int unsigned CmdW     = bonnet_pkg::DescBits + bonnet_pkg::AddrW + 9,
  localparam int unsigned BusBytes = bonnet_pkg::BusBits / 8
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic [31:0]           cycle_i,      // of the job
  // from the walker
  input  wire logic                  push_valid_i,
  output      logic                  push_ready_o,
  input  wire bonnet_pkg::cmd_t      push_cmd_i,
  output      logic                  idle_o,       // nothing queued, nothing running
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
  output      logic                  give_valid_o,
  output      logic [Sems-1:0]       give_o,
  // record of a finished descriptor
  output      logic                  rec_valid_o,
  input  wire logic                  rec_ready_i,
  output      logic [191:0]          rec_o,
  output      logic                  last_o,       // with rec_valid_o && rec_ready_i: it was the last of its frame
  output      logic                  err_o
);
  typedef enum logic [2:0] { IDLE, LOAD, WAIT, RUN, POST } state_e;
  state_e     state_q;
  logic [1:0] wptr_q, rptr_q;
  logic [2:0] count_q;
  logic       push, pop;

  // ---- queue ------------------------------------------------------------------------
  assign push_ready_o = count_q != 3'(Depth);
  assign push         = push_valid_i && push_ready_o;
  assign pop          = state_q == IDLE && count_q != '0;
  bonnet_ram_1r1w #(.Width(CmdW), .Depth(Depth)) u_queue (
    .clk_i, .rst_ni, .we_i(push), .waddr_i(wptr_q), .wdata_i(push_cmd_i), .re_i(pop), .raddr_i(rptr_q), .rdata_o(cmd_o)
  );

  // ---- life of a descriptor -------------------------------------------------------------
  function automatic logic [Sems-1:0] sem_set(input logic [11:0] three);   // three numbers, 0 = none
    sem_set = Sems'((16'd1 << three[3:0]) >> 1) | Sems'((16'd1 << three[7:4]) >> 1) | Sems'((16'd1 << three[11:8]) >> 1);
  endfunction
  logic [Sems-1:0] take_q, give_q;
  logic            start_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      wptr_q  <= '0;
      rptr_q  <= '0;
      count_q <= '0;
      start_q <= 1'b0;
    end else begin
      if (push) wptr_q <= wptr_q + 2'd1;
      if (pop)  rptr_q <= rptr_q + 2'd1;
      if (push != pop) count_q <= push ? count_q + 3'd1 : count_q - 3'd1;
      start_q <= state_q == WAIT && gnt_i && !cmd_o.skip;
      unique case (state_q)
        IDLE:    if (pop) state_q <= LOAD;
        LOAD:    state_q <= WAIT;
        WAIT:    if (gnt_i) state_q <= cmd_o.skip ? POST : RUN;
        RUN:     if (done_i) state_q <= POST;
        POST:    if (rec_ready_i) state_q <= IDLE;
        default: state_q <= IDLE;
      endcase
    end
  end
  assign idle_o       = state_q == IDLE && count_q == '0;
  assign start_o      = start_q;
  assign want_o       = state_q == WAIT;
  assign take_o       = take_q;
  assign rec_valid_o  = state_q == POST;
  assign give_valid_o = rec_valid_o && rec_ready_i;
  assign give_o       = give_q;
  assign last_o       = cmd_o.desc[bonnet_job_pkg::JOB_LAST_LSB];
  assign err_o        = state_q == RUN && bad_i;

  // ---- counters ---------------------------------------------------------------------
  logic [31:0] first_q, taken_q, end_q, in_q, out_q, beats_q;
  always_ff @(posedge clk_i) begin
    if (state_q == LOAD) begin
      take_q  <= sem_set(cmd_o.desc[bonnet_job_pkg::JOB_WAIT0_LSB +: 12]);
      give_q  <= sem_set(cmd_o.desc[bonnet_job_pkg::JOB_POST0_LSB +: 12]);
      first_q <= cycle_i;
      in_q    <= '0;
      out_q   <= '0;
      beats_q <= '0;
    end
    if (state_q == WAIT) begin
      in_q    <= in_q + 32'd1;
      taken_q <= cycle_i;
      end_q   <= cycle_i;
    end
    if (state_q == RUN) begin
      end_q <= cycle_i;
      if (sts_i.stall_in)  in_q    <= in_q + 32'd1;
      if (sts_i.stall_out) out_q   <= out_q + 32'd1;
      if (beat_i)          beats_q <= beats_q + 32'd1;
    end
  end
  assign rec_o = {beats_q << $clog2(BusBytes), out_q, in_q, end_q - taken_q, end_q, first_q};

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(QueueInRange_A, count_q <= 3'(Depth))
  `BONNET_ASSERT(GrantWhenAsked_A, !gnt_i || want_o)
  `BONNET_ASSUME(DoneInRun_A, !(done_i || bad_i) || state_q == RUN)
  `BONNET_ASSUME(OneAnswer_A, !(done_i && bad_i))
endmodule
`default_nettype wire
