// SPDX-License-Identifier: Apache-2.0
//
// bonnet_sems - fifteen counting semaphores, 0..63 tokens, between four units.
//
// Take    A unit holds want_i with its set of semaphores; gnt_o takes one token of each at once, or none. One grant a cycle,
//         lowest unit first.
// Give    Every unit may give to any set in any cycle.
// Errors  overflow_o for a cycle: a give found 63 tokens (the job is wrong); the count stays at 63.
// Test    tests/rtl/bonnet_sems_tb.cpp        Proof  tests/formal/bonnet_sems.ys: never below 0, never above 63
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_sems #(
  localparam int unsigned Units = 4,
  localparam int unsigned Sems  = 15,       // 1..15; bit s-1 of a set is semaphore s
  localparam int unsigned CntW  = 6
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic                  load_i,      // start of a job: initial tokens
  input  wire logic [4*Sems-1:0]     init_i,      // four bits each
  input  wire logic [Units-1:0]      want_i,
  input  wire logic [Units*Sems-1:0] take_i,      // set of unit u at [Sems*u +: Sems]
  output      logic [Units-1:0]      gnt_o,
  input  wire logic [Units-1:0]      give_valid_i,
  input  wire logic [Units*Sems-1:0] give_i,
  output      logic                  overflow_o
);
  logic [Sems*CntW-1:0] cnt_q, cnt_d;
  logic [Sems-1:0]      some_q, some_d;           // count is not 0
  logic [Units-1:0]     able;
  logic [Sems-1:0]      taken;
  logic                 overflow_d, overflow_q;

  // ---- who may go -------------------------------------------------------------------
  for (genvar u = 0; u < Units; u++) begin : gen_able
    assign able[u] = want_i[u] && (take_i[Sems*u +: Sems] & ~some_q) == '0;
  end
  assign gnt_o = able & (~able + 1'b1);           // lowest set bit
  always_comb begin
    taken = '0;
    for (int u = 0; u < Units; u++) if (gnt_o[u]) taken |= take_i[Sems*u +: Sems];
  end

  // ---- counts -----------------------------------------------------------------------
  function automatic logic [2:0] gives_of(input logic [Units-1:0] valid, input logic [Units*Sems-1:0] sets, input int sem);
    gives_of = '0;
    for (int u = 0; u < Units; u++) gives_of += 3'(valid[u] && sets[Sems*u + sem]);
  endfunction
  logic [CntW:0] sum;   // one count at a time
  always_comb begin
    cnt_d      = cnt_q;
    some_d     = some_q;
    overflow_d = 1'b0;
    sum        = '0;
    if (give_valid_i != '0 || taken != '0) begin
      for (int s = 0; s < Sems; s++) begin
        sum = {1'b0, cnt_q[CntW*s +: CntW]} + (CntW+1)'(gives_of(give_valid_i, give_i, s)) - (CntW+1)'(taken[s]);
        if (sum[CntW]) begin
          overflow_d = 1'b1;
          sum        = (CntW+1)'((1 << CntW) - 1);
        end
        cnt_d[CntW*s +: CntW] = sum[CntW-1:0];
        some_d[s]             = sum[CntW-1:0] != '0;
      end
    end
    if (load_i) begin
      for (int s = 0; s < Sems; s++) begin
        cnt_d[CntW*s +: CntW] = CntW'(init_i[4*s +: 4]);
        some_d[s]             = init_i[4*s +: 4] != '0;
      end
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cnt_q      <= '0;
      some_q     <= '0;
      overflow_q <= 1'b0;
    end else begin
      cnt_q      <= cnt_d;
      some_q     <= some_d;
      overflow_q <= overflow_d;
    end
  end
  assign overflow_o = overflow_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(OneGrant_A, (gnt_o & (gnt_o - 1'b1)) == '0)
  `BONNET_ASSERT(NeverNegative_A, (taken & ~some_q) == '0)
`ifdef FORMAL  // what induction has to know
  logic [Sems-1:0] nonzero;
  for (genvar s = 0; s < Sems; s++) begin : gen_nonzero
    assign nonzero[s] = cnt_q[CntW*s +: CntW] != '0;
  end
  `BONNET_ASSERT(SomeIsNotZero_A, some_q == nonzero)
`endif
endmodule
`default_nettype wire
