// SPDX-License-Identifier: Apache-2.0
//
// bonnet_round - integers to 16 bits: y = sat16(round_shift(x, s)), round half up, one s for all.
//
//   round_shift(x, s) = (x >> s) + bit s-1 of x: so the shift comes before the adder, only 17 bits of it are needed, and the bits of x
//   beyond them say whether to saturate. A third of the LUTs of an adder, a shifter and two compares of 33 bits.
//
// en_i    somebody looks: simulation does nothing without it, synthesis needs nothing of it; without it y is anything.
// Golden  sim/golden (last.c)       Test  tests/rtl/bonnet_round_tb.cpp
`default_nettype none
module bonnet_round #(
  parameter int unsigned Numbers = 8
) (
  input  wire logic                  en_i,
  input  wire logic [4:0]            s_i,   // 0..24
  input  wire logic [32*Numbers-1:0] x_i,
  output      logic [16*Numbers-1:0] y_o
);
  // mask: which of the bits 15..30 of x must be sign bits for x >> s to have 16 bits.
  function automatic logic [15:0] rounded(input logic [31:0] x, input logic [4:0] s, input logic [15:0] mask);
    logic [40:0] full;   // {sign, x, 0}: bit 0 of the shifted word is what rounding adds
    logic [23:0] by8;    // shifted by the multiples of 8 in s
    logic [17:0] by2;
    logic [16:0] by1;
    logic        over, top;
    logic [15:0] base;
    full    = {{8{x[31]}}, x, 1'b0};
    by8     = s[4] ? (s[3] ? {{7{x[31]}}, full[40:24]} : full[39:16]) : (s[3] ? full[31:8] : full[23:0]);
    by2     = s[2] ? (s[1] ? by8[23:6] : by8[21:4]) : (s[1] ? by8[19:2] : by8[17:0]);
    by1     = s[0] ? by2[17:1] : by2[16:0];
    over    = |((x[30:15] ^ {16{x[31]}}) & mask);
    top     = !by1[16] && &by1[15:1];
    base    = over ? {x[31], {15{!x[31]}}} : by1[16:1];
    rounded = base + 16'(by1[0] && !over && !top);
  endfunction
  logic [15:0] mask;
  assign mask = s_i[4] ? '0 : 16'hFFFF << s_i[3:0];
  always_comb begin
    y_o = 'x;
    if (en_i) for (int unsigned i = 0; i < Numbers; i++) y_o[16*i +: 16] = rounded(x_i[32*i +: 32], s_i, mask);
  end
endmodule
`default_nettype wire
