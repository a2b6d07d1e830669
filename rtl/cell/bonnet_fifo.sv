// SPDX-License-Identifier: Apache-2.0
//
// bonnet_fifo - first-in first-out queue, the oldest word shows at the output without being asked for.
//
// Rate    1 word in and 1 out per cycle; a word is visible at the output one cycle after it was taken.
// Stall   ready_o falls when Depth words are held; it does not look at ready_i.
// Note    The output is an asynchronous read of a small memory: LUT RAM or flip-flops. Deep or wide queues whose reader can
//         wait a cycle are cheaper on bonnet_ram_1r1w.
// Test    tests/rtl/bonnet_fifo_tb.cpp        Proof  tests/formal/bonnet_fifo.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_fifo #(
  parameter  int unsigned Width  = 8,
  parameter  int unsigned Depth  = 4,
  localparam int unsigned PtrW   = (Depth > 1) ? $clog2(Depth) : 1,
  localparam int unsigned CountW = $clog2(Depth + 1)
) (
  input  wire logic              clk_i,
  input  wire logic              rst_ni,
  // in
  input  wire logic              valid_i,
  output      logic              ready_o,
  input  wire logic [Width-1:0]  data_i,
  // out
  output      logic              valid_o,
  input  wire logic              ready_i,
  output      logic [Width-1:0]  data_o
);
  if (Depth < 1) $error("bonnet_fifo: Depth must be at least 1");
  logic [Width-1:0]  mem_q [Depth];
  logic [PtrW-1:0]   wptr_q, rptr_q;
  logic [CountW-1:0] count_q;
  logic              push, pop;

  assign ready_o = count_q != CountW'(Depth);
  assign valid_o = count_q != '0;
  assign push    = valid_i && ready_o;
  assign pop     = valid_o && ready_i;
  assign data_o  = mem_q[rptr_q];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wptr_q  <= '0;
      rptr_q  <= '0;
      count_q <= '0;
    end else begin
      if (push) wptr_q <= (wptr_q == PtrW'(Depth - 1)) ? '0 : wptr_q + 1'b1;
      if (pop)  rptr_q <= (rptr_q == PtrW'(Depth - 1)) ? '0 : rptr_q + 1'b1;
      if (push != pop) count_q <= push ? count_q + 1'b1 : count_q - 1'b1;
    end
  end
  always_ff @(posedge clk_i) if (push) mem_q[wptr_q] <= data_i;  // no reset: count_q guards it

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(CountInRange_A, count_q <= CountW'(Depth))
`ifdef FORMAL  // what induction has to know; for a Depth that is a power of two
  `BONNET_ASSERT(PtrsAgree_A, PtrW'(wptr_q - rptr_q) == count_q[PtrW-1:0])
`endif
  `BONNET_ASSERT_HELD(OutHeld_A, valid_o, ready_i, data_o)
endmodule
`default_nettype wire
