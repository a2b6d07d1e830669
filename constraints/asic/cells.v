// SPDX-License-Identifier: Apache-2.0
// cells.v - how word-level cells become cells of osu018, beyond what Yosys finds by itself. Read by synth.tcl with `techmap -map`.
//
//   $fa, $alu        ripple chains of the library's full adder; a bit with a constant operand is left to gates
//   $dffe, $adffe    at least GateMin bits under one enable: a clock gate (latch, AND) for every GateMax of them; fewer: a multiplexer a bit
//   comparisons      a chain of borrows without the sum, which a full adder would pay for
//
// A clock gate opens with the clock low and is a latch of the library, so the enable may arrive until the rising edge.
(* techmap_celltype = "$fa" *)
module bonnet_map_fa (A, B, C, X, Y);
  parameter WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_C_ = 0;
  input  [WIDTH-1:0] A, B, C;
  output [WIDTH-1:0] X, Y;   // carry, sum
  localparam [WIDTH-1:0] Fixed = _TECHMAP_CONSTMSK_A_ | _TECHMAP_CONSTMSK_B_ | _TECHMAP_CONSTMSK_C_;
  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : gen_bit
      if (Fixed[i]) begin
        assign X[i] = (A[i] & B[i]) | (C[i] & (A[i] | B[i]));
        assign Y[i] = A[i] ^ B[i] ^ C[i];
      end else begin
        FAX1 u_fa (.A(A[i]), .B(B[i]), .C(C[i]), .YC(X[i]), .YS(Y[i]));
      end
    end
  endgenerate
endmodule

(* techmap_celltype = "$alu" *)
module bonnet_map_alu (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_BI_ = 0;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  input                CI, BI;
  output [Y_WIDTH-1:0] X, Y, CO;
  localparam Ripple = 40;  // longer ones: Yosys' own carry look-ahead
  wire [Y_WIDTH-1:0] a, b;
  wire [Y_WIDTH:0]   c;
  wire _TECHMAP_FAIL_ = Y_WIDTH > Ripple || _TECHMAP_CONSTMSK_BI_ == 0;
  assign c[0] = CI;
  assign X    = a ^ (b ^ {Y_WIDTH{BI}});
  assign CO   = c[Y_WIDTH:1];
  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : gen_bit
      if (i < A_WIDTH) assign a[i] = A[i]; else assign a[i] = A_SIGNED ? A[A_WIDTH-1] : 1'b0;  // an operand may have no bits at all
      if (i < B_WIDTH) assign b[i] = B[i]; else assign b[i] = B_SIGNED ? B[B_WIDTH-1] : 1'b0;
      localparam Fixed = i == 0 || (i < A_WIDTH ? _TECHMAP_CONSTMSK_A_[i] : !A_SIGNED)
                                || (i < B_WIDTH ? _TECHMAP_CONSTMSK_B_[i] : !B_SIGNED);
      if (Fixed) begin
        assign Y[i]   = a[i] ^ (b[i] ^ BI) ^ c[i];
        assign c[i+1] = (a[i] & (b[i] ^ BI)) | (c[i] & (a[i] | (b[i] ^ BI)));
      end else begin
        FAX1 u_fa (.A(a[i]), .B(b[i] ^ BI), .C(c[i]), .YC(c[i+1]), .YS(Y[i]));
      end
    end
  endgenerate
endmodule

(* techmap_celltype = "$lt $le $gt $ge" *)
module bonnet_map_cmp (A, B, Y);
  parameter _TECHMAP_CELLTYPE_ = "";
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  localparam Width  = A_WIDTH > B_WIDTH ? A_WIDTH : B_WIDTH;
  localparam Signed = A_SIGNED && B_SIGNED;
  localparam Swap   = _TECHMAP_CELLTYPE_ == "$gt" || _TECHMAP_CELLTYPE_ == "$le";  // a > b is b < a
  localparam Not    = _TECHMAP_CELLTYPE_ == "$le" || _TECHMAP_CELLTYPE_ == "$ge";
  wire [Width-1:0] a, b, x, y;
  wire [Width:0]   less;     // of the bits below
  assign x       = (Swap ? b : a) ^ (Signed ? {1'b1, {Width-1{1'b0}}} : {Width{1'b0}});
  assign y       = (Swap ? a : b) ^ (Signed ? {1'b1, {Width-1{1'b0}}} : {Width{1'b0}});
  assign less[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < Width; i = i + 1) begin : gen_bit
      if (i < A_WIDTH) assign a[i] = A[i]; else assign a[i] = Signed ? A[A_WIDTH-1] : 1'b0;
      if (i < B_WIDTH) assign b[i] = B[i]; else assign b[i] = Signed ? B[B_WIDTH-1] : 1'b0;
      assign less[i+1] = (~x[i] & y[i]) | (less[i] & (~x[i] | y[i]));
    end
  endgenerate
  assign Y = Not ? ~less[Width] : less[Width];
endmodule

// ---- storage -------------------------------------------------------------------
module bonnet_icg (input clk, input en, output gated);   // clock gate, no cell of its own in the library
  wire open;
  LATCH u_latch (.CLK(~clk), .D(en), .Q(open));           // one inverter for all of a module: abc drives them
  AND2X2 u_and (.A(clk), .B(open), .Y(gated));
endmodule

(* techmap_celltype = "$dffe" *)
module bonnet_map_dffe (CLK, EN, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  parameter EN_POLARITY = 1;
  input              CLK, EN;
  input  [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  localparam GateMin = 4;
  localparam GateMax = 32;
  localparam Gates   = (WIDTH + GateMax - 1) / GateMax;
  wire _TECHMAP_FAIL_ = WIDTH < GateMin || !CLK_POLARITY;
  genvar g, i;
  generate
    for (g = 0; g < Gates; g = g + 1) begin : gen_gate
      wire gated;
      bonnet_icg u_icg (.clk(CLK), .en(EN_POLARITY ? EN : ~EN), .gated(gated));
      for (i = g * GateMax; i < WIDTH && i < (g + 1) * GateMax; i = i + 1) begin : gen_bit
        DFFPOSX1 u_ff (.CLK(gated), .D(D[i]), .Q(Q[i]));
      end
    end
  endgenerate
endmodule

(* techmap_celltype = "$adffe" *)
module bonnet_map_adffe (CLK, ARST, EN, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  parameter EN_POLARITY = 1;
  parameter ARST_POLARITY = 1;
  parameter [WIDTH-1:0] ARST_VALUE = 0;
  input              CLK, ARST, EN;
  input  [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  localparam GateMin = 4;
  localparam GateMax = 32;
  localparam Gates   = (WIDTH + GateMax - 1) / GateMax;
  wire _TECHMAP_FAIL_ = WIDTH < GateMin || !CLK_POLARITY || ARST_POLARITY;
  genvar g, i;
  generate
    for (g = 0; g < Gates; g = g + 1) begin : gen_gate
      wire gated;
      bonnet_icg u_icg (.clk(CLK), .en(EN_POLARITY ? EN : ~EN), .gated(gated));
      for (i = g * GateMax; i < WIDTH && i < (g + 1) * GateMax; i = i + 1) begin : gen_bit
        DFFSR u_ff (.CLK(gated), .D(D[i]), .R(ARST_VALUE[i] ? 1'b1 : ARST), .S(ARST_VALUE[i] ? ARST : 1'b1), .Q(Q[i]));
      end
    end
  endgenerate
endmodule
