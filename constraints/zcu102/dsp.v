// SPDX-License-Identifier: Apache-2.0
//
// dsp.v - rtl/cell/bonnet_mac8.sv and bonnet_mul_acc.sv, ports and behaviour the same, out of DSP48E2. constraints/zcu102/synth.sh reads it
// over those: Yosys 0.23 puts products alone into this block, its adder and its register stay empty and become LUTs and flip-flops.
// How the block is set follows AMD's UG579; `UNISIMS=folder make test-dsp` compares with the vendor's own model of the block.
//
//   OPMODE  {W, Z, Y, X}, the four that are added:  X = 01, Y = 01 the product    X = 11 {A, B}    Z = 001 PCIN, 010 P, 011 C
//   INMODE  [1] 1: A counts as 0    [2] 1: D counts; A and D are added before the multiplier
//
// A cascade stands in one column of DSP blocks; eight in a row without a register between them are slow. No tool has timed it.

// One block, all its registers off but those asked for.
module bonnet_dsp #(
  parameter MREG = 0,
  parameter PREG = 0,
  parameter AMULTSEL = "A",
  parameter USE_MULT = "MULTIPLY",
  parameter USE_SIMD = "ONE48"
) (
  input         clk_i,
  input         m_en_i,
  input         p_en_i,
  input  [8:0]  opmode_i,
  input  [4:0]  inmode_i,
  input  [29:0] a_i,
  input  [17:0] b_i,
  input  [47:0] c_i,
  input  [26:0] d_i,
  input  [47:0] pc_i,
  output [47:0] p_o,
  output [47:0] pc_o
);
  DSP48E2 #(
    .ACASCREG(0), .ADREG(0), .ALUMODEREG(0), .AMULTSEL(AMULTSEL), .AREG(0), .BCASCREG(0), .BREG(0), .CARRYINREG(0), .CARRYINSELREG(0),
    .CREG(0), .DREG(0), .INMODEREG(0), .MREG(MREG), .OPMODEREG(0), .PREG(PREG), .USE_MULT(USE_MULT), .USE_SIMD(USE_SIMD)
  ) u_dsp (
    .CLK(clk_i), .A(a_i), .B(b_i), .C(c_i), .D(d_i), .PCIN(pc_i), .P(p_o), .PCOUT(pc_o),
    .OPMODE(opmode_i), .INMODE(inmode_i), .ALUMODE(4'b0000), .CARRYINSEL(3'b000), .CARRYIN(1'b0), .CEM(m_en_i), .CEP(p_en_i),
    .ACIN(30'd0), .BCIN(18'd0), .CARRYCASCIN(1'b0), .MULTSIGNIN(1'b0),
    .CEA1(1'b0), .CEA2(1'b0), .CEAD(1'b0), .CEALUMODE(1'b0), .CEB1(1'b0), .CEB2(1'b0), .CEC(1'b0), .CECARRYIN(1'b0), .CECTRL(1'b0),
    .CED(1'b0), .CEINMODE(1'b0),
    .RSTA(1'b0), .RSTALLCARRYIN(1'b0), .RSTALUMODE(1'b0), .RSTB(1'b0), .RSTC(1'b0), .RSTCTRL(1'b0), .RSTD(1'b0), .RSTINMODE(1'b0),
    .RSTM(1'b0), .RSTP(1'b0)
  );
endmodule

module bonnet_mac8 #(
  parameter Lanes = 64
) (
  input                 clk_i,
  input                 en_i,
  input                 first_i,
  input  [71:0]         tap_i,
  input  [18:0]         bias_i,
  input  [64*Lanes-1:0] weight_i,
  output [24*Lanes-1:0] sum_o
);
  genvar p, i;
  generate
    for (p = 0; p < Lanes / 2; p = p + 1) begin : gen_pair
      wire [63:0]     u = weight_i[128*p +: 64];
      wire [63:0]     v = weight_i[128*p + 64 +: 64];
      wire [48*9-1:0] cascade;   // [48*i +: 48] goes into product i
      wire [47:0]     s;
      assign cascade[47:0] = 48'd0;
      for (i = 0; i < 8; i = i + 1) begin : gen_tap
        wire [8:0]  tap = tap_i[9*i +: 9];
        wire [47:0] sum;
        // u + 128 = (128 + u[6:0]) - 128 * u[7]: the adder before the multiplier spares the inverter that a flipped bit would be.
        bonnet_dsp #(.AMULTSEL("AD")) u_mul (
          .clk_i(clk_i), .m_en_i(1'b0), .p_en_i(1'b0), .opmode_i((i == 0) ? 9'b00_011_01_01 : 9'b00_001_01_01), .inmode_i(5'b00100),
          .a_i({{3{v[8*i + 7]}}, v[8*i +: 8], 11'd0, 1'b1, u[8*i +: 7]}), .d_i({{20{u[8*i + 7]}}, 7'd0}),
          .b_i({{9{tap[8]}}, tap}), .c_i((i == 0) ? {29'd0, bias_i} : 48'd0),
          .pc_i(cascade[48*i +: 48]), .p_o(sum), .pc_o(cascade[48*(i + 1) +: 48])
        );
        if (i == 7) assign s = sum;
      end
      // Two accumulators of 24 bits: {odd, even} is A and B in a row.
      wire [47:0] add = {{5{s[37]}}, s[37:19], {6{!s[18]}}, s[17:0]};
      bonnet_dsp #(.PREG(1), .USE_MULT("NONE"), .USE_SIMD("TWO24")) u_acc (
        .clk_i(clk_i), .m_en_i(1'b0), .p_en_i(en_i), .opmode_i({3'b000, !first_i, 5'b00011}), .inmode_i(5'b00000),
        .a_i(add[47:18]), .b_i(add[17:0]), .c_i(48'd0), .d_i(27'd0), .pc_i(48'd0), .p_o(sum_o[48*p +: 48]), .pc_o()
      );
    end
  endgenerate
endmodule

module bonnet_mul_acc #(
  parameter Lanes = 64,
  parameter AW    = 8,
  parameter BW    = 8,
  parameter SumW  = 20,
  parameter Stage = 0
) (
  input                 clk_i,
  input                 mul_en_i,
  input                 en_i,
  input                 first_i,
  input                 alt_i,
  input  [AW*Lanes-1:0] a_i,
  input  [AW*Lanes-1:0] d_i,
  input  [BW*Lanes-1:0] b_i,
  output [32*Lanes-1:0] sum_o
);
  genvar l;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      wire [47:0] p;
      bonnet_dsp #(.MREG(Stage ? 1 : 0), .PREG(1), .AMULTSEL("AD")) u_mul_acc (
        .clk_i(clk_i), .m_en_i(mul_en_i), .p_en_i(en_i), .opmode_i({3'b000, !first_i, 5'b00101}), .inmode_i({2'b00, alt_i, alt_i, 1'b0}),
        .a_i({{30 - AW{a_i[AW*l + AW - 1]}}, a_i[AW*l +: AW]}), .b_i({{18 - BW{b_i[BW*l + BW - 1]}}, b_i[BW*l +: BW]}), .c_i(48'd0),
        .d_i({{27 - AW{d_i[AW*l + AW - 1]}}, d_i[AW*l +: AW]}), .pc_i(48'd0), .p_o(p), .pc_o()
      );
      assign sum_o[32*l +: 32] = {{32 - SumW{1'b0}}, p[SumW-1:0]};
    end
  endgenerate
endmodule
