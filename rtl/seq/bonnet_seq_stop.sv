// SPDX-License-Identifier: Apache-2.0
//
// bonnet_seq_stop - the first thing that goes wrong in a job, and the watchdog.
//
// Cause   as the register: code [3:0], unit [7:4] (0 sequencer, 1 load, 2 conv, 3 stem, 4 store), descriptor index [19:8], 0 if unknown.
// Note    stop_o is one cycle and comes once per job: the registers answer with a reset of the core.
// Test    tests/sim/jobs_test.c
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_seq_stop #(
  localparam int unsigned IndexW = bonnet_pkg::IndexW
) (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  input  wire logic        start_i,
  input  wire logic        done_i,
  input  wire logic [31:0] limit_i,          // watchdog, cycles; 0 = off
  input  wire logic        alive_i,          // a data beat, or a descriptor finished
  input  wire logic        refused_i,        // by the walker
  input  wire logic        overflow_i,       // of a semaphore
  input  wire logic [3:0]  unit_err_i,       // load, conv, stem, store
  input  wire logic        rd_err_i,
  input  wire logic [1:0]  rd_err_client_i,  // 0 sequencer, 1 load, 2 stem
  input  wire logic        wr_err_i,
  input  wire logic [IndexW-1:0]   walk_index_i,
  input  wire logic [4*IndexW-1:0] unit_index_i,
  output      logic        stop_o,
  output      logic [19:0] cause_o
);
  localparam logic [3:0] BAD_DESCRIPTOR = 4'd1, BUS_ERROR = 4'd2, WATCHDOG = 4'd3;
  logic        running_q, stop_q, stop_d, late;
  logic [31:0] quiet_q;                      // cycles without a sign of life
  logic [19:0] cause_q, cause_d;
  assign late = limit_i != '0 && quiet_q == limit_i;
  always_comb begin
    stop_d  = 1'b1;
    cause_d = '0;
    if (rd_err_i && rd_err_client_i == 2'd1)      cause_d = {unit_index_i[IndexW*0 +: IndexW], 4'd1, BUS_ERROR};
    else if (rd_err_i && rd_err_client_i == 2'd2) cause_d = {unit_index_i[IndexW*2 +: IndexW], 4'd3, BUS_ERROR};
    else if (rd_err_i)                            cause_d = {walk_index_i, 4'd0, BUS_ERROR};
    else if (wr_err_i)                            cause_d = {unit_index_i[IndexW*3 +: IndexW], 4'd4, BUS_ERROR};
    else if (unit_err_i[0])                       cause_d = {unit_index_i[IndexW*0 +: IndexW], 4'd1, BAD_DESCRIPTOR};
    else if (unit_err_i[1])                       cause_d = {unit_index_i[IndexW*1 +: IndexW], 4'd2, BAD_DESCRIPTOR};
    else if (unit_err_i[2])                       cause_d = {unit_index_i[IndexW*2 +: IndexW], 4'd3, BAD_DESCRIPTOR};
    else if (unit_err_i[3])                       cause_d = {unit_index_i[IndexW*3 +: IndexW], 4'd4, BAD_DESCRIPTOR};
    else if (refused_i)                           cause_d = {walk_index_i, 4'd0, BAD_DESCRIPTOR};
    else if (overflow_i)                          cause_d = {IndexW'(0), 4'd0, BAD_DESCRIPTOR};
    else if (late)                                cause_d = {IndexW'(0), 4'd0, WATCHDOG};
    else                                          stop_d  = 1'b0;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      stop_q    <= 1'b0;
    end else begin
      if (start_i)                running_q <= 1'b1;
      else if (done_i || stop_d)  running_q <= 1'b0;
      stop_q <= running_q && stop_d;
    end
  end
  always_ff @(posedge clk_i) begin
    quiet_q <= (!running_q || alive_i) ? '0 : quiet_q + 32'd1;
    cause_q <= cause_d;
  end
  assign stop_o  = stop_q;
  assign cause_o = cause_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(StopOnce_A, !stop_o || !running_q || start_i)
endmodule
`default_nettype wire
