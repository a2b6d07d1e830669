// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_requant - int32 sums to the int8 stem map, half of the lanes a cycle.
//
//   a[lane] = sat8((sum + ((1 << sh) >> 1)) >> sh), arithmetic shift: rounds half up
//
// Made as ((2 * sum >> sh) + 1) >> 1, the same for every sum of 24 bits (all there are: bonnet_stem_mac): the half that is added sits at
// bit 0 behind one shifter, instead of needing one of its own before it. tests/formal/stem_requant.ys compares the two for all sums and shifts.
// A pixel leaves as two halves, lanes 0 .. Lanes/2 - 1 first: one shifter for two lanes, as a convolution pixel takes two cycles at least.
// The upper sums wait here, so that those of the next pixel may already form behind them.
// Rate    1 pixel every 2 cycles, the first half with one cycle of latency.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_requant.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_requant (
  input  wire logic                            clk_i,
  input  wire logic                            rst_ni,
  // parameter row 0: [4:0] of a lane is its shift
  input  wire logic                            prm_valid_i,
  input  wire logic [2:0]                      prm_row_i,
  // verilator lint_off UNUSED
  input  wire logic [bonnet_pkg::RowBits-1:0]  prm_data_i,
  // sums
  input  wire logic                            sum_valid_i,
  output      logic                            sum_ready_o,
  input  wire logic [32*bonnet_pkg::Lanes-1:0] sum_data_i,
  // verilator lint_on UNUSED
  // halves of map pixels: lane l of a half is [8*l +: 8], signed
  output      logic                            a_valid_o,
  input  wire logic                            a_ready_i,
  output      logic [4*bonnet_pkg::Lanes-1:0]  a_data_o
);
  localparam int unsigned Lanes = bonnet_pkg::Lanes;
  localparam int unsigned HalfL = Lanes / 2;
  localparam int unsigned HalfW = 8 * HalfL;

  // The fine part of the shift first, over all bits; of its result the coarse part then takes nine bits, and what lies above them must be sign.
  function automatic logic [7:0] requant(input logic signed [23:0] x, input logic [4:0] sh);
    logic signed [24:0] y, z;
    logic [8:0]         r;
    logic               fits;
    y = sh[0] ? 25'(x) : $signed({x, 1'b0});
    z = y >>> {sh[2:1], 1'b0};
    r = sh[4] ? (sh[3] ? {9{z[24]}} : z[24:16]) : (sh[3] ? z[16:8] : z[8:0]);
    fits    = sh[4] || (z[23:16] == {8{z[24]}} && (sh[3] || z[15:8] == {8{z[24]}}));
    requant = !fits || r == 9'd255 ? {z[24], {7{!z[24]}}} : r[8:1] + 8'(r[0]);
  endfunction

  logic                valid_q, upper_q, go;   // upper_q: upper_sum_q waits
  logic [HalfW-1:0]    a_q;
  logic [5*Lanes-1:0]  sh_q;
  logic [5*HalfL-1:0]  half_sh_q;              // of the half that comes next
  logic [24*HalfL-1:0] upper_sum_q;
  assign go          = (sum_valid_i || upper_q) && (!valid_q || a_ready_i);
  assign sum_ready_o = !upper_q && (!valid_q || a_ready_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {valid_q, upper_q} <= 2'b00;
    else begin
      if (go)             valid_q <= 1'b1;
      else if (a_ready_i) valid_q <= 1'b0;
      if (go)             upper_q <= !upper_q;
    end
  end
  always_ff @(posedge clk_i) if (prm_valid_i && prm_row_i == 3'd0) begin : load
    logic [5*Lanes-1:0] t;
    for (int unsigned l = 0; l < Lanes; l++) t[5*l +: 5] = prm_data_i[64*l +: 5];
    sh_q <= t;
  end
  always_ff @(posedge clk_i) half_sh_q <= (upper_q != go) ? sh_q[5*HalfL +: 5*HalfL] : sh_q[0 +: 5*HalfL];
  always_ff @(posedge clk_i) if (sum_valid_i && sum_ready_o) begin : keep
    logic [24*HalfL-1:0] t;
    for (int unsigned l = 0; l < HalfL; l++) t[24*l +: 24] = sum_data_i[32*(HalfL + l) +: 24];
    upper_sum_q <= t;
  end
  always_ff @(posedge clk_i) if (go) begin : compute
    logic [HalfW-1:0] t;
    for (int unsigned l = 0; l < HalfL; l++)
      t[8*l +: 8] = requant(upper_q ? $signed(upper_sum_q[24*l +: 24]) : $signed(sum_data_i[32*l +: 24]), half_sh_q[5*l +: 5]);
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
  logic f_loaded_q;   // the shifts have stood for two cycles, as they do long before the first sum
  always @(posedge clk_i) f_loaded_q <= rst_ni && !(prm_valid_i && prm_row_i == 3'd0);
  `BONNET_ASSUME(ShiftsFirst_A, !go || f_loaded_q)
  `BONNET_ASSERT(ItsShift_A, !go || half_sh_q == (upper_q ? sh_q[5*HalfL +: 5*HalfL] : sh_q[0 +: 5*HalfL]))
`endif
  `BONNET_ASSERT(UpperFirst_A, !(upper_q && sum_valid_i && sum_ready_o))
  `BONNET_ASSERT_HELD(MapHeld_A, a_valid_o, a_ready_i, a_data_o)
endmodule
`default_nettype wire
