// SPDX-License-Identifier: Apache-2.0
//
// cells.v - rtl/cell/bonnet_turn.sv, bonnet_compare.sv, bonnet_dot2.sv, bonnet_mul_add.sv, ports and behaviour the same, out of the LUTs, carries and
// DSP48E2 they are made for. constraints/zcu102/synth.sh reads it over those files; bonnet_dsp, OPMODE, INMODE: dsp.v.
// make test-netlist-equal proves those of LUTs, `UNISIMS=folder make test-dsp` runs those of DSP blocks beside their RTL.
module bonnet_turn #(
  parameter Width = 64
) (
  input                en_i,
  input  [1:0]         n_i,
  input  [4*Width-1:0] x_i,
  output [4*Width-1:0] y_o
);
  wire unused = en_i;
  genvar b;
  generate
    for (b = 0; b < 4 * Width; b = b + 1) begin : gen_bit
      LUT6 #(.INIT(64'hFF00_F0F0_CCCC_AAAA)) u_lut (
        .O(y_o[b]), .I0(x_i[b]), .I1(x_i[(b + Width) % (4 * Width)]), .I2(x_i[(b + 2 * Width) % (4 * Width)]),
        .I3(x_i[(b + 3 * Width) % (4 * Width)]), .I4(n_i[0]), .I5(n_i[1])
      );
    end
  endgenerate
endmodule

module bonnet_dot2 #(
  parameter Lanes = 8
) (
  input                 clk_i,
  input                 en_i,
  input  [15:0]         d_i,
  input  [16*Lanes-1:0] a_i,
  input  [16*Lanes-1:0] b_i,
  input  [16*Lanes-1:0] e_i,
  input  [4*Lanes-1:0]  f_i,
  input  [32*Lanes-1:0] c_i,
  output [32*Lanes-1:0] y_o
);
  genvar l;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      wire [47:0] efc, y;   // PCOUT is P, its register included
      bonnet_dsp #(.PREG(1)) u_efc (
        .clk_i(clk_i), .m_en_i(1'b0), .p_en_i(en_i), .opmode_i(9'b00_011_01_01), .inmode_i(5'b00000),
        .a_i({{14{e_i[16*l + 15]}}, e_i[16*l +: 16]}), .b_i({{14{f_i[4*l + 3]}}, f_i[4*l +: 4]}), .c_i({{16{c_i[32*l + 31]}}, c_i[32*l +: 32]}),
        .d_i(27'd0), .pc_i(48'd0), .p_o(), .pc_o(efc)
      );
      bonnet_dsp #(.MREG(1), .AMULTSEL("AD")) u_ab (
        .clk_i(clk_i), .m_en_i(en_i), .p_en_i(1'b0), .opmode_i(9'b00_001_01_01), .inmode_i(5'b00100),
        .a_i({{14{a_i[16*l + 15]}}, a_i[16*l +: 16]}), .d_i({{11{d_i[15]}}, d_i}), .b_i({{2{b_i[16*l + 15]}}, b_i[16*l +: 16]}), .c_i(48'd0),
        .pc_i(efc), .p_o(y), .pc_o()
      );
      assign y_o[32*l +: 32] = y[31:0];
    end
  endgenerate
endmodule

module bonnet_mul_add #(
  parameter        Lanes = 8,
  parameter [31:0] Add   = 32'd0
) (
  input                 en_i,
  input  [16*Lanes-1:0] a_i,
  input  [16*Lanes-1:0] b_i,
  output [32*Lanes-1:0] y_o
);
  wire unused = en_i;
  genvar l;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      wire [47:0] y;
      bonnet_dsp u_dsp (
        .clk_i(1'b0), .m_en_i(1'b0), .p_en_i(1'b0), .opmode_i(9'b00_011_01_01), .inmode_i(5'b00000),
        .a_i({{14{a_i[16*l + 15]}}, a_i[16*l +: 16]}), .b_i({{2{b_i[16*l + 15]}}, b_i[16*l +: 16]}), .c_i({{16{Add[31]}}, Add}), .d_i(27'd0),
        .pc_i(48'd0), .p_o(y), .pc_o()
      );
      assign y_o[32*l +: 32] = y[31:0];
    end
  endgenerate
endmodule

// Two bits of both in a LUT6_2: O6 says that they are equal, O5 that a is greater; the carry chain goes from the low end to the first difference.
module bonnet_compare #(
  parameter Lanes = 64,
  parameter Width = 13
) (
  input                   en_i,
  input [Width*Lanes-1:0] a_i,
  input [64*Lanes-1:0]    row_i,
  output [4*Lanes-1:0]    ge_o
);
  wire unused = en_i;
  genvar l, j, i;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      wire [13:0] a = a_i[Width*l +: Width];
      for (j = 0; j < 4; j = j + 1) begin : gen_bound
        wire [13:0] b = {1'b0, row_i[64*l + 16*j +: 13]};
        wire [7:0]  same, more, carry;
        assign {same[7], more[7]} = 2'b00;
        for (i = 0; i < 7; i = i + 1) begin : gen_pair
          LUT6_2 #(.INIT(64'h9009900920F220F2)) u_lut (
            .O6(same[i]), .O5(more[i]), .I0(a[2*i]), .I1(b[2*i]), .I2(a[2*i + 1]), .I3(b[2*i + 1]), .I4(1'b0), .I5(1'b1)
          );
        end
        CARRY8 #(.CARRY_TYPE("SINGLE_CY8")) u_carry (.CI(1'b1), .CI_TOP(1'b0), .DI(more), .S(same), .O(), .CO(carry));
        assign ge_o[4*l + j] = carry[6];
      end
    end
  endgenerate
endmodule
