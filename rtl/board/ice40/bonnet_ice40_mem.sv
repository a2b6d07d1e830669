// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40_mem - 16,384 words of 64 bits, one port, nibbles written alone: infers the four SPRAMs of an UP5K.
//
// Rate    one read or one write a cycle; rdata_o follows a read by one cycle.
// Note    rdata_o is nothing after a write: take it the cycle after the read. Contents are unknown until written.
// Test    tests/rtl/bonnet_ice40_tb.cpp, tests/ice40
`default_nettype none
module bonnet_ice40_mem #(
  localparam int unsigned AddrW = bonnet_ice40_pkg::AddrW
) (
  input  wire logic             clk_i,
  input  wire logic             re_i,
  input  wire logic [15:0]      nibbles_i, // written; any: no read
  input  wire logic [AddrW-1:0] addr_i,
  input  wire logic [63:0]      wdata_i,
  output      logic [63:0]      rdata_o
);
  logic [63:0] mem_q [2**AddrW];
  logic [63:0] rdata_q;
  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < 16; i++) if (nibbles_i[i]) mem_q[addr_i][4*i +: 4] <= wdata_i[4*i +: 4];
    if (re_i && nibbles_i == '0) rdata_q <= mem_q[addr_i];
  end
  assign rdata_o = rdata_q;
endmodule
`default_nettype wire
