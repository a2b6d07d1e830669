// SPDX-License-Identifier: Apache-2.0
//
// bonnet_reset - who is in reset when. Two domains of one clock: the shell and the registers follow the pin; the core (sequencer
// and units) is also held in reset while the bus engines drain after a stop.
//
//   halt_i -> core reset asserted and flush_o raised -> bus engines idle, at least MinCycles -> both released, ready_o
//
// Test    tests/rtl/bonnet_reset_tb.cpp, tests/sim/jobs_test.c        Proof  tests/formal/bonnet_reset.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_reset #(
  parameter int unsigned MinCycles = 4
) (
  input  wire logic clk_i,
  input  wire logic pin_rst_ni,   // any time
  output      logic rst_no,       // shell and registers: the pin, released on a clock edge
  output      logic core_rst_no,  // sequencer and units
  input  wire logic halt_i,       // one cycle: stop the core, drain the bus
  input  wire logic rd_idle_i,
  input  wire logic wr_idle_i,
  output      logic flush_o,      // bus engines: forget clients, finish what the bus already knows
  output      logic ready_o       // the core may start
);
  localparam int unsigned CountW = $clog2(MinCycles + 1);
  logic              rst_ni;      // named for the contract macros
  logic              run_q, run_d;
  logic              core_rst_q;  // as run_q; a net of its own, because it drives reset pins
  logic [CountW-1:0] count_q;

  bonnet_rst_sync u_sync (.clk_i, .rst_ni(pin_rst_ni), .rst_no(rst_ni));

  assign run_d = !halt_i && (run_q || (count_q == CountW'(MinCycles) && rd_idle_i && wr_idle_i));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      run_q      <= 1'b0;
      core_rst_q <= 1'b0;
      count_q    <= '0;
    end else begin
      run_q      <= run_d;
      core_rst_q <= run_d;
      if (halt_i)                                         count_q <= '0;
      else if (!run_q && count_q != CountW'(MinCycles))   count_q <= count_q + 1'b1;
    end
  end
  assign rst_no      = rst_ni;
  assign core_rst_no = core_rst_q;  // 0 while the pin is: falls with it, rises on a clock edge
  assign flush_o     = !run_q;
  assign ready_o     = run_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(CountInRange_A, count_q <= CountW'(MinCycles))
endmodule
`default_nettype wire
