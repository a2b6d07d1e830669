// SPDX-License-Identifier: Apache-2.0
//
// bonnet_afifo - queue between two clocks that are not related. The oldest word shows at the output without being asked for.
//
//   Each side counts in Gray code, so that one bit changes a step and the other side's synchroniser sees the old count or the new
//   one, never a third. A word is in memory before the count that announces it has left its flip-flops.
//
// Rate    1 word a cycle on either side; a word is visible 2 to 3 edges of rclk_i after the edge of wclk_i that took it.
// Stall   wready_o falls when Depth words are held, and rises 2 to 3 edges of wclk_i after one was taken. A stopped clock stops its
//         side only: the other goes on with what it knows, which is never too much.
// Note    wfree_o, rvalid_o are what the side knows: at most, never more than, what is so. Both resets together, any time: a side may
//         be released before the other if it does nothing until then.
// Test    tests/rtl/bonnet_afifo_tb.cpp        Proof  tests/formal/bonnet_afifo.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_afifo #(
  parameter  int unsigned Width = 8,
  parameter  int unsigned Depth = 4,                  // a power of two
  localparam int unsigned AddrW = $clog2(Depth)
) (
  // in
  input  wire logic             wclk_i,
  input  wire logic             wrst_ni,
  input  wire logic             wvalid_i,
  output      logic             wready_o,
  input  wire logic [Width-1:0] wdata_i,
  output      logic [AddrW:0]   wfree_o,              // words that still fit
  // out
  input  wire logic             rclk_i,
  input  wire logic             rrst_ni,
  output      logic             rvalid_o,
  input  wire logic             rready_i,
  output      logic [Width-1:0] rdata_o
);
  if (Depth < 2 || (Depth & (Depth - 1)) != 0) $error("bonnet_afifo: Depth must be a power of two");
  logic [Width-1:0] mem_q [Depth];
  logic [AddrW:0]   wptr_q, wgray_q, rptr_q, rgray_q; // one bit more than an address: full is not empty
  logic [AddrW:0]   wptr_d, rptr_d, wstep, rstep;
  logic [AddrW:0]   rgray_w, wgray_r;                 // the other side's count, as this side knows it
  logic [AddrW:0]   rptr_w;
`ifdef FORMAL
  logic [AddrW:0]   rgray_m, wgray_m;
`endif

  function automatic logic [AddrW:0] to_gray(input logic [AddrW:0] n);
    to_gray = n ^ (n >> 1);
  endfunction
  function automatic logic [AddrW:0] from_gray(input logic [AddrW:0] g);
    for (int unsigned i = 0; i <= AddrW; i++) from_gray[i] = ^(g >> i);
  endfunction

  // ---- write side ------------------------------------------------------------
  // Crossing rclk_i -> wclk_i: a Gray count straight out of flip-flops.
  bonnet_sync #(.Width(AddrW + 1)) u_to_w (.clk_i(wclk_i), .rst_ni(wrst_ni), .d_i(rgray_q),
`ifdef FORMAL
    .meta_o(rgray_m),
`endif
    .q_o(rgray_w));
  assign rptr_w   = from_gray(rgray_w);
  assign wfree_o  = (AddrW+1)'(Depth) - (wptr_q - rptr_w);
  assign wready_o = wfree_o != '0;
  assign wptr_d   = wptr_q + (AddrW+1)'(wvalid_i && wready_o);
  always_ff @(posedge wclk_i or negedge wrst_ni) begin
    if (!wrst_ni) begin
      wptr_q  <= '0;
      wgray_q <= '0;
    end else begin
      wptr_q  <= wptr_d;
      wgray_q <= to_gray(wptr_d);
    end
  end
  always_ff @(posedge wclk_i) if (wvalid_i && wready_o) mem_q[wptr_q[AddrW-1:0]] <= wdata_i;  // no reset: the counts guard it

  // ---- read side -------------------------------------------------------------
  // Crossing wclk_i -> rclk_i: a Gray count; and mem_q, whose word has been still for two edges of rclk_i when it is looked at.
  bonnet_sync #(.Width(AddrW + 1)) u_to_r (.clk_i(rclk_i), .rst_ni(rrst_ni), .d_i(wgray_q),
`ifdef FORMAL
    .meta_o(wgray_m),
`endif
    .q_o(wgray_r));
  assign rvalid_o = wgray_r != rgray_q;
  assign rdata_o  = mem_q[rptr_q[AddrW-1:0]];
  assign rptr_d   = rptr_q + (AddrW+1)'(rvalid_o && rready_i);
  always_ff @(posedge rclk_i or negedge rrst_ni) begin
    if (!rrst_ni) begin
      rptr_q  <= '0;
      rgray_q <= '0;
    end else begin
      rptr_q  <= rptr_d;
      rgray_q <= to_gray(rptr_d);
    end
  end

  // ---- contract ------------------------------------------------------------
  logic step_ok, range_ok;
  assign wstep    = to_gray(wptr_d) ^ wgray_q;
  assign rstep    = to_gray(rptr_d) ^ rgray_q;
  assign step_ok  = (wstep & (wstep - 1'b1)) == '0 && (rstep & (rstep - 1'b1)) == '0;
  assign range_ok = wfree_o <= (AddrW+1)'(Depth) && (AddrW+1)'(from_gray(wgray_r) - rptr_q) <= (AddrW+1)'(Depth);
`ifdef FORMAL
  // From the oldest news of the reader to the newest word is never further than Depth, at any instant, whatever the clocks do:
  // rptr as seen by the writer <= on its way <= rptr <= wptr as seen by the reader <= on its way <= wptr.
  logic [AddrW+3:0] span;
  function automatic logic [AddrW+3:0] ahead(input logic [AddrW:0] a, input logic [AddrW:0] b);
    ahead = (AddrW+4)'((AddrW+1)'(a - b));
  endfunction
  assign span = ahead(wptr_q, from_gray(wgray_m)) + ahead(from_gray(wgray_m), from_gray(wgray_r)) + ahead(from_gray(wgray_r), rptr_q)
              + ahead(rptr_q, from_gray(rgray_m)) + ahead(from_gray(rgray_m), rptr_w);
  logic gray_ok;
  assign gray_ok = wgray_q == to_gray(wptr_q) && rgray_q == to_gray(rptr_q);
  always @(*) begin
    assume (wrst_ni == rrst_ni);
    if (wrst_ni) Span_A: assert (span <= (AddrW+4)'(Depth));
    if (wrst_ni) Gray_A: assert (gray_ok);
    if (wrst_ni) Step_A: assert (step_ok);
    if (wrst_ni) Range_A: assert (range_ok);
  end
`else
  `BONNET_ASSERT_ON(wclk_i, wrst_ni, WriteStepIsOneBit_A, step_ok)
  `BONNET_ASSERT_ON(rclk_i, rrst_ni, ReadStepIsOneBit_A, step_ok)
  `BONNET_ASSERT_ON(wclk_i, wrst_ni, FreeInRange_A, range_ok)
  `BONNET_ASSERT_ON(rclk_i, rrst_ni, HeldInRange_A, range_ok)
`endif
endmodule
`default_nettype wire
