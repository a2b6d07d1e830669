// SPDX-License-Identifier: Apache-2.0
// popcount.v - rtl/compute/bonnet_popcount.sv out of full adders, in its place in the netlist (synth.tcl).
//
//   2n + 1 bits are counted by two counters of n bits and a ripple adder, whose carry input takes the odd bit: 63 bits need 57 full
//   adders, of which none is wasted, against 61 and 26 half adders of the form that suits LUTs. Bit 63 is added last. asic_test.sh proves
//   bonnet_ripple with the library's own FAX1 for every width used here; replayed with a chip's operands, the array's netlist sums as the chip did.
module bonnet_popcount (input clk_i, input en_i, input [63:0] a_i, input [63:0] b_i, output reg [6:0] count_o);
  wire [63:0] same = ~(a_i ^ b_i);
  wire [31:0] n1;   // 16 counters of 3 bits, 2 bits each
  wire [23:0] n2;   //  8 of 7
  wire [15:0] n3;   //  4 of 15
  wire [9:0]  n4;   //  2 of 31
  wire [5:0]  n5;   //  1 of 63
  genvar i;
  generate
    for (i = 0; i < 16; i = i + 1) begin : gen_1
      bonnet_ripple #(.W(1)) u (.a(same[3*i]), .b(same[3*i+1]), .c(same[3*i+2]), .y(n1[2*i +: 2]));
    end
    for (i = 0; i < 8; i = i + 1) begin : gen_2
      bonnet_ripple #(.W(2)) u (.a(n1[4*i +: 2]), .b(n1[4*i+2 +: 2]), .c(same[48+i]), .y(n2[3*i +: 3]));
    end
    for (i = 0; i < 4; i = i + 1) begin : gen_3
      bonnet_ripple #(.W(3)) u (.a(n2[6*i +: 3]), .b(n2[6*i+3 +: 3]), .c(same[56+i]), .y(n3[4*i +: 4]));
    end
    for (i = 0; i < 2; i = i + 1) begin : gen_4
      bonnet_ripple #(.W(4)) u (.a(n3[8*i +: 4]), .b(n3[8*i+4 +: 4]), .c(same[60+i]), .y(n4[5*i +: 5]));
    end
  endgenerate
  bonnet_ripple #(.W(5)) u_5 (.a(n4[4:0]), .b(n4[9:5]), .c(same[62]), .y(n5));
  always @(posedge clk_i) if (en_i) count_o <= {1'b0, n5} + {6'd0, same[63]};
endmodule

// y = a + b + c
module bonnet_ripple #(parameter W = 1) (input [W-1:0] a, input [W-1:0] b, input c, output [W:0] y);
  wire [W:0] carry;
  assign carry[0] = c;
  assign y[W]     = carry[W];
  genvar i;
  generate
    for (i = 0; i < W; i = i + 1) begin : gen_bit
      FAX1 u_fa (.A(a[i]), .B(b[i]), .C(carry[i]), .YC(carry[i+1]), .YS(y[i]));
    end
  endgenerate
endmodule
