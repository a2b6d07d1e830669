// SPDX-License-Identifier: Apache-2.0
//
// popcount_miter - bonnet_popcount beside counting bit by bit, 18 bits at a time. For popcount.ys.
// The comparison register makes the words of the cycle before free again: one step proves all of them.
`default_nettype none
module popcount_miter (
  input  wire logic        clk_i,
  input  wire logic        en_i,
  input  wire logic [63:0] a_i,
  input  wire logic [63:0] b_i
);
  logic [6:0] count, want_q;
  logic       known_q = 1'b0;
  bonnet_popcount u_dut (.clk_i, .en_i, .a_i, .b_i, .count_o(count));
  function automatic logic [6:0] ones(input logic [17:0] bits);
    ones = '0;
    for (int i = 0; i < 18; i++) ones = ones + {6'b0, bits[i]};
  endfunction
  logic [63:0] equal;
  assign equal = a_i ~^ b_i;
  always_ff @(posedge clk_i) begin
    if (en_i) want_q <= ones(equal[17:0]) + ones(equal[35:18]) + ones(equal[53:36]) + ones({8'd0, equal[63:54]});
    known_q <= en_i || known_q;
  end
  always @(posedge clk_i) if (known_q) Equal_A: assert (count == want_q);
endmodule
`default_nettype wire
