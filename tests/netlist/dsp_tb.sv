// SPDX-License-Identifier: Apache-2.0
// constraints/zcu102/dsp.v, its modules renamed to mapped_*, around the vendor's model of the DSP48E2, beside the cells of rtl/cell and beside
// sums made one product at a time. Operands at random, every third at an end of its range; enables at random, so that sums also stand still.
// +seed=n +cycles=n. Prints PASS, or the first difference with the seed.
`timescale 1ps / 1ps
module glbl;   // the model looks at the chip's global reset
  wire GSR = 1'b0;
endmodule

module dsp_tb;
  localparam integer Lanes = 4;
  integer seed, first_seed, cycles, n, bad = 0, differed = 0;
  reg clk = 0;

  // ---- bonnet_mac8 -----------------------------------------------------------
  reg                    m_en, m_first;
  reg [71:0]             tap;
  reg [18:0]             bias;
  reg [64*Lanes-1:0]     weight;
  wire [24*Lanes-1:0]    m_rtl, m_dsp;
  reg [24*Lanes-1:0]     m_sum;
  rtl_mac8 u_mac_rtl (.clk_i(clk), .en_i(m_en), .first_i(m_first), .tap_i(tap), .bias_i(bias), .weight_i(weight), .sum_o(m_rtl));
  mapped_mac8 #(.Lanes(Lanes)) u_mac_dsp (.clk_i(clk), .en_i(m_en), .first_i(m_first), .tap_i(tap), .bias_i(bias), .weight_i(weight), .sum_o(m_dsp));

  // ---- bonnet_mul_acc: as in the depthwise unit, and with a stage -------------
  reg                    en, first, alt, mul_en, en2, first2;
  reg [8*Lanes-1:0]      a, d, b;
  reg [16*Lanes-1:0]     a2, d2;
  wire [32*Lanes-1:0]    s_rtl, s_dsp, t_rtl, t_dsp;
  reg [32*Lanes-1:0]     s_sum, t_mul, t_sum;
  rtl_mul_acc u_acc_rtl (.clk_i(clk), .mul_en_i(1'b0), .en_i(en), .first_i(first), .alt_i(alt), .a_i(a), .d_i(d), .b_i(b), .sum_o(s_rtl));
  mapped_mul_acc #(.Lanes(Lanes)) u_acc_dsp (.clk_i(clk), .mul_en_i(1'b0), .en_i(en), .first_i(first), .alt_i(alt), .a_i(a), .d_i(d), .b_i(b), .sum_o(s_dsp));
  rtl_stage u_two_rtl (
    .clk_i(clk), .mul_en_i(mul_en), .en_i(en2), .first_i(first2), .alt_i(alt), .a_i(a2), .d_i(d2), .b_i(b), .sum_o(t_rtl));
  mapped_mul_acc #(.Lanes(Lanes), .AW(16), .SumW(32), .Stage(1)) u_two_dsp (
    .clk_i(clk), .mul_en_i(mul_en), .en_i(en2), .first_i(first2), .alt_i(alt), .a_i(a2), .d_i(d2), .b_i(b), .sum_o(t_dsp));

`include "dsp_operands.svh"
  function integer s8(input [7:0] x);
    s8 = $signed(x);
  endfunction

  task operands;
    integer i, sum, ends, kind;
    begin
      kind = below(3);          // unsigned image, signed image, whatever the cell takes
      ends = below(8);          // now and then all alike: the longest sums
      sum  = 0;
      for (i = 0; i < 8; i = i + 1) begin : each_tap
        integer t;
        t = (kind == 0) ? (ends ? pick(0, 255) : 255) : (kind == 1) ? (ends ? pick(-128, 127) : -128) : pick(-255, 255);
        tap[9*i +: 9] = t;
        sum = sum + t;
      end
      bias = 19'h40000 - 128 * sum;
      for (i = 0; i < 8 * Lanes; i = i + 1) weight[8*i +: 8] = (ends < 2) ? (ends ? 127 : -128) : pick(-128, 127);
      for (i = 0; i < Lanes; i = i + 1) begin
        a[8*i +: 8]    = pick(-128, 127);
        d[8*i +: 8]    = pick(-128, 127);
        b[8*i +: 8]    = pick(-128, 127);
        a2[16*i +: 16] = pick(-32768, 32767);
        d2[16*i +: 16] = pick(-32768, 32767);
      end
      m_en   = below(8) != 0;
      en     = below(8) != 0;
      mul_en = below(8) != 0;
      en2    = below(8) != 0;
      {m_first, first, first2} = (n == 0) ? 3'b111 : {below(19) == 0, below(9) == 0, below(50) == 0};
      if (n == 0) {m_en, en, mul_en, en2} = 4'b1111;
      alt    = below(4) == 0;
    end
  endtask

  task expected;   // what the clock edge that comes will make
    integer l, i, sum;
    begin
      for (l = 0; l < Lanes; l = l + 1) begin
        if (m_en) begin
          sum = m_first ? 0 : m_sum[24*l +: 24];
          for (i = 0; i < 8; i = i + 1) sum = sum + $signed(tap[9*i +: 9]) * s8(weight[64*l + 8*i +: 8]);
          m_sum[24*l +: 24] = sum;
        end
        if (en) begin
          sum = (first ? 0 : s_sum[32*l +: 20]) + s8(alt ? d[8*l +: 8] : a[8*l +: 8]) * s8(b[8*l +: 8]);
          s_sum[32*l +: 32] = sum & 20'hfffff;
        end
        if (en2) t_sum[32*l +: 32] = (first2 ? 0 : t_sum[32*l +: 32]) + t_mul[32*l +: 32];
        if (mul_en) t_mul[32*l +: 32] = s16(alt ? d2[16*l +: 16] : a2[16*l +: 16]) * s8(b[8*l +: 8]);
      end
    end
  endtask

  task compare(input [8*16-1:0] what, input [32*Lanes-1:0] want, input [32*Lanes-1:0] rtl, input [32*Lanes-1:0] dsp);
    if (bad == 0 && (want !== rtl || want !== dsp)) begin
      bad = 1;
      $display("FAIL %0s cycle %0d: sums %h, RTL %h, DSP48E2 %h; replay: make test-dsp SEED=%0d", what, n, want, rtl, dsp, first_seed);
    end
  endtask

  initial begin
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    if (!$value$plusargs("cycles=%d", cycles)) cycles = 2000;
    first_seed = seed;
    {m_en, m_first, en, first, alt, mul_en, en2, first2} = 8'd0;
    {tap, bias, weight, a, d, b, a2, d2} = 0;
    #1000;
    // The first cycle fills the stage, the second starts the sums that come out of it.
    for (n = 0; n < cycles && bad == 0; n = n + 1) begin
      operands;
      if (n == 1) {en2, first2} = 2'b11;
      #500 expected;
      clk = 1;
      #500 clk = 0;
      compare("bonnet_mac8", m_sum, m_rtl, m_dsp);
      compare("bonnet_mul_acc", s_sum, s_rtl, s_dsp);
      if (n > 0) compare("with Stage", t_sum, t_rtl, t_dsp);
      if (m_sum != 0 && s_sum != 0 && t_sum != 0) differed = differed + 1;
    end
    if (bad == 0 && differed * 10 > cycles * 9) $display("PASS dsp cycles=%0d seed=%0d", cycles, first_seed);
    else if (bad == 0) $display("FAIL dsp: the sums were hardly ever other than 0");
    $finish;
  end
endmodule
