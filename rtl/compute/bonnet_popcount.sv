// SPDX-License-Identifier: Apache-2.0
//
// bonnet_popcount - equal bits of two 64-bit words, registered.
//
//   count = popcount(~(a ^ b))        0..64
//
// Two forms of one sum. Synthesis sees counters that FPGA and cell library take whole: three pairs to two bits (XNOR and full adder are
// two functions of six inputs, two LUT6), then six bits of one weight to three (three LUT6, or three full adders and a half). A counter takes
// away as many bits as it costs LUTs, and a chain of `+` would cost twice that. tests/formal/popcount.ys proves it against counting bit by
// bit, part by part. Simulation sees an adder tree and one multiplication, which a C compiler turns into one popcount instruction (64 lanes
// a cycle are most of the simulator's work). No SAT solver likes that multiplication, but it depends on eight byte counts only: the
// bench walks all 9^8 of them, and all values of each byte.
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
  always_ff @(posedge clk_i) if (en_i) count_o <= ones(~(a_i ^ b_i));  // only when it is asked for
`else
  logic [63:0] same;
  logic [6:0]  ones;
  assign same = ~(a_i ^ b_i);
  always_ff @(posedge clk_i) if (en_i) count_o <= ones;

  function automatic logic [1:0] three(input logic [2:0] x);  // a full adder
    three = {(x[0] & x[1]) | (x[2] & (x[0] ^ x[1])), x[0] ^ x[1] ^ x[2]};
  endfunction
  function automatic logic [2:0] six(input logic [5:0] x);    // three full adders and a half
    logic [1:0] low, high, over;
    low  = three(x[2:0]);
    high = three(x[5:3]);
    over = three({low[1], high[1], low[0] & high[0]});
    six  = {over, low[0] ^ high[0]};
  endfunction
  // 21 triples and bit 63. Six triples of one and two: sums and carries are counted on their own, 18 bits = a + 2b.
  logic [20:0] s, c;
  logic [8:0]  a, b;
  always_comb begin
    for (int unsigned i = 0; i < 21; i++) {c[i], s[i]} = three(same[3*i +: 3]);
    for (int unsigned g = 0; g < 3; g++) begin
      a[3*g +: 3] = six(s[6*g +: 6]);
      b[3*g +: 3] = six(c[6*g +: 6]);
    end
  end
  // Weights 1, 2, 4, 8, 16, what is late in the last place; every name is {weight 4, 2, 1} times the weight it counts.
  logic [2:0] one, two, two_late, four, four_late, eight, sixteen;
  logic [1:0] eight_late;
  logic       one_over;
  always_comb begin
    one        = six({s[20:18], a[6], a[3], a[0]});
    one_over   = one[0] & same[63];
    two        = six({c[20:18], a[7], a[4], a[1]});
    two_late   = six({one_over, one[1], two[0], b[6], b[3], b[0]});
    four       = six({a[8], a[5], a[2], b[7], b[4], b[1]});
    four_late  = six({2'b00, two_late[1], one[2], two[1], four[0]});
    eight      = six({1'b0, b[2], b[5], b[8], two[2], four[1]});
    eight_late = three({eight[0], two_late[2], four_late[1]});
    sixteen    = six({2'b00, four[2], four_late[2], eight[1], eight_late[1]});
    ones       = {sixteen[2] | (sixteen[1] & eight[2]), sixteen[1] ^ eight[2], sixteen[0], eight_late[0], four_late[0], two_late[0], one[0] ^ same[63]};
  end
`ifdef FORMAL  // two halves that popcount.ys proves one after the other: no solver sees through all the counters at once
  logic [17:0] f_group;  // a + 2b of the three groups, 6 bits each
  logic [6:0]  f_tail;
  function automatic logic [5:0] f_count(input logic [17:0] bits);
    f_count = '0;
    for (int unsigned i = 0; i < 18; i++) f_count = f_count + 6'(bits[i]);
  endfunction
  always_comb begin
    for (int unsigned g = 0; g < 3; g++) f_group[6*g +: 6] = 6'(a[3*g +: 3]) + {2'b00, b[3*g +: 3], 1'b0};
    f_tail = 7'(f_group[5:0]) + 7'(f_group[11:6]) + 7'(f_group[17:12]) + 7'(f_count({8'd0, same[63:54]}));
  end
  always @(*) begin
    if (1'b1) Group0_A: assert (f_group[5:0] == f_count(same[17:0]));
    if (1'b1) Group1_A: assert (f_group[11:6] == f_count(same[35:18]));
    if (1'b1) Group2_A: assert (f_group[17:12] == f_count(same[53:36]));
    if (1'b1) Tail_A: assert (ones == f_tail);
  end
`endif
`endif
endmodule
`default_nettype wire
