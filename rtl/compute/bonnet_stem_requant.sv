// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_requant - int32 sums to the int8 stem map.
//
//   a[lane] = sat8((sum + ((1 << sh) >> 1)) >> sh), arithmetic shift: rounds half up
//
// Made as ((2 * sum >> sh) + 1) >> 1, the same for every sum of 24 bits (all there are: bonnet_stem_mac): the half that is added sits at
// bit 0 behind one shifter, instead of needing one of its own before it. tests/formal/stem_requant.ys compares the two for all sums and shifts.
// Rate    1 pixel/cycle, one cycle of latency.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_requant.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_requant (
  input  wire logic                                clk_i,
  input  wire logic                                rst_ni,
  // parameter row 0: [4:0] of a lane is its shift
  input  wire logic                                prm_valid_i,
  input  wire logic [2:0]                          prm_row_i,
  // verilator lint_off UNUSED
  input  wire logic [bonnet_pkg::RowBits-1:0]      prm_data_i,
  // verilator lint_on UNUSED
  // sums
  input  wire logic                                sum_valid_i,
  output      logic                                sum_ready_o,
  input  wire logic [32*bonnet_pkg::Lanes-1:0] sum_data_i,
  // map pixels: lane l is [8*l +: 8], signed
  output      logic                                a_valid_o,
  input  wire logic                                a_ready_i,
  output      logic [8*bonnet_pkg::Lanes-1:0]    a_data_o
);
  localparam int unsigned Lanes = bonnet_pkg::Lanes;
  localparam int unsigned PixW  = 8 * Lanes;

  function automatic logic [7:0] requant(input logic signed [23:0] x, input logic [4:0] sh);
    logic signed [24:0] y;
    logic               fits;   // y is a signed number of nine bits
    y       = $signed({x, 1'b0}) >>> sh;
    fits    = y[24:8] == '0 || y[24:8] == '1;
    requant = !fits || y[8:0] == 9'd255 ? {y[24], {7{!y[24]}}} : y[8:1] + 8'(y[0]);
  endfunction

  logic            valid_q, take;
  logic [PixW-1:0] a_q, sh_q;   // sh_q: a byte a lane, the top three bits stay 0
  assign sum_ready_o = !valid_q || a_ready_i;
  assign take        = sum_valid_i && sum_ready_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        valid_q <= 1'b0;
    else if (take)      valid_q <= 1'b1;
    else if (a_ready_i) valid_q <= 1'b0;
  end
  always_ff @(posedge clk_i) if (prm_valid_i && prm_row_i == 3'd0) begin : load
    logic [PixW-1:0] t;
    for (int unsigned l = 0; l < Lanes; l++) t[8*l +: 8] = {3'd0, prm_data_i[64*l +: 5]};
    sh_q <= t;
  end
  always_ff @(posedge clk_i) if (take) begin : compute
    logic [PixW-1:0] t;
    for (int unsigned l = 0; l < Lanes; l++) t[8*l +: 8] = requant($signed(sum_data_i[32*l +: 24]), sh_q[8*l +: 5]);
    a_q <= t;
  end
  assign a_valid_o = valid_q;
  assign a_data_o  = a_q;

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL  // what the header says, for any sum of 24 bits
  logic signed [31:0] f_sum, f_r;
  logic [4:0]         f_sh;
  assign f_sum = 32'($signed(sum_data_i[23:0]));
  assign f_sh  = sum_data_i[36:32];
  assign f_r   = $signed(f_sum + $signed((32'd1 << f_sh) >> 1)) >>> f_sh;
  always @(posedge clk_i) begin
    SaysSo_A: assert (requant(f_sum[23:0], f_sh) == ((f_r > 32'sd127) ? 8'h7f : (f_r < -32'sd128) ? 8'h80 : f_r[7:0]));
  end
`endif
  `BONNET_ASSERT_HELD(MapHeld_A, a_valid_o, a_ready_i, a_data_o)
endmodule
`default_nettype wire
