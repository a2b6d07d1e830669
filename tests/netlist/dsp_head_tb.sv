// SPDX-License-Identifier: Apache-2.0
// constraints/zcu102/cells.v, its bonnet_dot2 and bonnet_mul_add renamed to mapped_*, around the vendor's model of the DSP48E2, beside the cells of
// rtl/cell and beside the sums themselves. Operands at random, every third at an end of its range; enables at random. glbl: dsp_tb.sv.
// +seed=n +cycles=n. Prints PASS, or the first difference with the seed.
`timescale 1ps / 1ps
module dsp_head_tb;
  localparam integer Lanes = 4;
  integer seed, first_seed, cycles, n, l, bad = 0, differed = 0;
  reg clk = 0, en;
  reg  [15:0]         d;
  reg  [16*Lanes-1:0] a, b, e;
  reg  [4*Lanes-1:0]  f;
  reg  [32*Lanes-1:0] c, dot, sum;
  wire [32*Lanes-1:0] dot_rtl, dot_dsp, sum_rtl, sum_dsp;
  rtl_dot2 u_dot_rtl (.clk_i(clk), .en_i(en), .d_i(d), .a_i(a), .b_i(b), .e_i(e), .f_i(f), .c_i(c), .y_o(dot_rtl));
  mapped_dot2 #(.Lanes(Lanes)) u_dot_dsp (.clk_i(clk), .en_i(en), .d_i(d), .a_i(a), .b_i(b), .e_i(e), .f_i(f), .c_i(c), .y_o(dot_dsp));
  rtl_mul_add u_sum_rtl (.en_i(1'b1), .a_i(a), .b_i(b), .y_o(sum_rtl));
  mapped_mul_add #(.Lanes(Lanes), .Add(128)) u_sum_dsp (.en_i(1'b1), .a_i(a), .b_i(b), .y_o(sum_dsp));

`include "dsp_operands.svh"
  function integer s4(input [3:0] x);
    s4 = $signed(x);
  endfunction

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    if (!$value$plusargs("cycles=%d", cycles)) cycles = 2000;
    first_seed = seed;
    {en, d, a, b, e, f, c, dot, sum} = 0;
    #1000;
    for (n = 0; n < cycles && bad == 0; n = n + 1) begin
      d = -pick(0, 4608);   // a + d stays within 16 bits
      for (l = 0; l < Lanes; l = l + 1) begin
        a[16*l +: 16] = pick(-28160, 32767);
        b[16*l +: 16] = pick(-32768, 32767);
        e[16*l +: 16] = pick(-32768, 32767);
        f[4*l +: 4]   = pick(-8, 7);
        c[32*l +: 32] = below(4) ? $random(seed) : {below(2), 31'd0};
      end
      en = n == 0 || below(8) != 0;
      for (l = 0; l < Lanes; l = l + 1) begin
        if (en) dot[32*l +: 32] = (s16(a[16*l +: 16]) + s16(d)) * s16(b[16*l +: 16]) + s16(e[16*l +: 16]) * s4(f[4*l +: 4]) + c[32*l +: 32];
        sum[32*l +: 32] = s16(a[16*l +: 16]) * s16(b[16*l +: 16]) + 128;
      end
      #500 clk = 1;
      #500 clk = 0;
      if (dot !== dot_rtl || dot !== dot_dsp || sum !== sum_rtl || sum !== sum_dsp) begin
        bad = 1;
        $display("FAIL cycle %0d: bonnet_dot2 %h, RTL %h, DSP48E2 %h; bonnet_mul_add %h, RTL %h, DSP48E2 %h; replay: make test-dsp SEED=%0d",
                 n, dot, dot_rtl, dot_dsp, sum, sum_rtl, sum_dsp, first_seed);
      end
      if (dot != 0) differed = differed + 1;
    end
    if (bad == 0 && differed * 10 > cycles * 9) $display("PASS dsp head cycles=%0d seed=%0d", cycles, first_seed);
    else if (bad == 0) $display("FAIL dsp head: the sums were hardly ever other than 0");
    $finish;
  end
endmodule
