// SPDX-License-Identifier: Apache-2.0
//
// bonnet_popcount - equal bits of two 64-bit words, registered.
//
//   count = popcount(~(a ^ b))        0..64
//
// Two forms of one sum. Synthesis sees an adder tree in which every field keeps its own room, so no carry leaves it:
// tests/formal/popcount.ys proves it against counting bit by bit. Simulation sees the same first three levels and one multiplication
// for the rest, which a C compiler turns into one popcount instruction (64 lanes a cycle are most of the simulator's work). No SAT
// solver likes that multiplication, but it depends on eight byte counts only: the bench walks all 9^8 of them, and all values of each byte.
//
// Rate    1 pair a cycle; count_o one cycle after en_i, held until the next.
// Stall   none.       Golden  sim/golden (binary convolution)       Test  tests/rtl/bonnet_popcount_tb.cpp, tests/formal
`default_nettype none
module bonnet_popcount (
  input  wire logic        clk_i,
  input  wire logic        en_i,
  input  wire logic [63:0] a_i,
  input  wire logic [63:0] b_i,
  output      logic [6:0]  count_o
);
`ifdef VERILATOR
  function automatic logic [6:0] ones(input logic [63:0] bits);
    logic [63:0] x;
    x    = bits - ((bits >> 1) & 64'h5555555555555555);
    x    = (x & 64'h3333333333333333) + ((x >> 2) & 64'h3333333333333333);
    x    = (x + (x >> 4)) & 64'h0f0f0f0f0f0f0f0f;
    x    = (x * 64'h0101010101010101) >> 56;
    ones = x[6:0];
  endfunction
`else
  function automatic logic [6:0] ones(input logic [63:0] bits);
    logic [63:0] x;
    x    = (bits & 64'h5555555555555555) + ((bits >> 1) & 64'h5555555555555555);
    x    = (x & 64'h3333333333333333) + ((x >> 2) & 64'h3333333333333333);
    x    = (x & 64'h0f0f0f0f0f0f0f0f) + ((x >> 4) & 64'h0f0f0f0f0f0f0f0f);
    x    = (x & 64'h00ff00ff00ff00ff) + ((x >> 8) & 64'h00ff00ff00ff00ff);
    x    = (x & 64'h0000ffff0000ffff) + ((x >> 16) & 64'h0000ffff0000ffff);
    ones = x[6:0] + x[38:32];
  endfunction
`endif
  always_ff @(posedge clk_i) if (en_i) count_o <= ones(~(a_i ^ b_i));
endmodule
`default_nettype wire
