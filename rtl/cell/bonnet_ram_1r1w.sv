// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ram_1r1w - memory with one write and one read port, one clock: infers block RAM.
//
// Rate    1 write and 1 read per cycle. rdata_o follows re_i by one cycle and holds until the next read.
// Note    Reading the word that is written in the same cycle gives the old word. Not reset: contents and rdata_o are unknown
//         until written and read.
// Test    every bench of a module that has one
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_ram_1r1w #(
  parameter  int unsigned Width = 32,
  parameter  int unsigned Depth = 256,
  localparam int unsigned AddrW = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,    // for the contract only
  input  wire logic             we_i,
  input  wire logic [AddrW-1:0] waddr_i,
  input  wire logic [Width-1:0] wdata_i,
  input  wire logic             re_i,
  input  wire logic [AddrW-1:0] raddr_i,
  output      logic [Width-1:0] rdata_o
);
  logic [Width-1:0] mem_q [Depth];
  logic [Width-1:0] rdata_q;
  always_ff @(posedge clk_i) begin
    if (we_i) mem_q[waddr_i] <= wdata_i;
    if (re_i) rdata_q <= mem_q[raddr_i];
  end
  assign rdata_o = rdata_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(WriteInRange_A, !we_i || 32'(waddr_i) < Depth)
  `BONNET_ASSUME(ReadInRange_A, !re_i || 32'(raddr_i) < Depth)
`ifdef SYNTHESIS
  logic unused;
  assign unused = rst_ni;
`endif
endmodule
`default_nettype wire
