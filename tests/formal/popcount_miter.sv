// SPDX-License-Identifier: Apache-2.0
//
// popcount_miter - bonnet_popcount beside counting bit by bit, eight bits a byte, eight bytes a word. For popcount.ys.
// The comparison register makes the words of the cycle before free again: one step proves all of them.
`default_nettype none
module popcount_miter (
  input  wire logic        clk_i,
  input  wire logic [63:0] a_i,
  input  wire logic [63:0] b_i
);
  logic [6:0] count, want_q;
  logic       known_q = 1'b0;
  bonnet_popcount u_dut (.clk_i, .en_i(1'b1), .a_i, .b_i, .count_o(count));
  function automatic logic [3:0] byte_ones(input logic [7:0] bits);
    byte_ones = '0;
    for (int i = 0; i < 8; i++) byte_ones = byte_ones + {3'b0, bits[i]};
  endfunction
  function automatic logic [6:0] word_ones(input logic [63:0] bits);
    word_ones = '0;
    for (int i = 0; i < 8; i++) word_ones = word_ones + {3'b0, byte_ones(bits[8*i +: 8])};
  endfunction
  always_ff @(posedge clk_i) begin
    want_q  <= word_ones(a_i ~^ b_i);
    known_q <= 1'b1;
  end
  always @(posedge clk_i) if (known_q) Equal_A: assert (count == want_q);
endmodule
`default_nettype wire
