// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_window - columns in, the taps of each convolution pixel out, StemTaps = 8 of them a beat.
//
//   tap = (plane * K + ky) * K + kx, beat b carries taps 8b .. 8b + 7 as signed 9-bit numbers; taps past the last are 0 or
//   meet a weight of 0.
//
// The next window is assembled while the taps of the current one leave.
// Rate    1 beat/cycle; no gap between pixels when columns arrive (a pixel takes at least as many beats as columns).
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_window.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_window (
  input  wire logic                                clk_i,
  input  wire logic                                rst_ni,
  // verilator lint_off UNUSED
  input  wire bonnet_stem_pkg::cfg_t               cfg_i,  // every link reads its own part
  // verilator lint_on UNUSED
  // columns
  input  wire logic                                col_valid_i,
  output      logic                                col_ready_o,
  input  wire logic [bonnet_stem_pkg::ColBits-1:0] col_data_i,
  input  wire logic                                col_first_i,
  input  wire logic                                col_full_i,
  // beats of taps
  output      logic                                tap_valid_o,
  input  wire logic                                tap_ready_i,
  output      logic [71:0]                         tap_data_o,   // tap i of the beat is [9*i +: 9], signed
  output      logic                                tap_first_o,
  output      logic                                tap_last_o
);
  localparam int unsigned Col     = bonnet_stem_pkg::ColBits;
  localparam int unsigned K       = bonnet_stem_pkg::MaxK;
  localparam int unsigned TapBits = bonnet_stem_pkg::MaxTapRows * 64;

  // ---- window: column j is [Col*j +: Col], the newest on the right (j = 6) --
  logic [K*Col-1:0] win_q;
  logic             full_q, shift, copy;
  logic             busy_q;        // tap_q is being sent
  logic [4:0]       beat_q;
  assign col_ready_o = !full_q || copy;
  assign shift       = col_valid_i && col_ready_o;
  assign copy        = full_q && (!busy_q || (tap_ready_i && tap_last_o));
  always_ff @(posedge clk_i) if (shift) begin
    win_q[(K - 1)*Col +: Col] <= col_data_i;
    if (col_first_i) win_q[0 +: (K - 1)*Col] <= '0;   // flip-flops have a synchronous reset of their own
    else             win_q[0 +: (K - 1)*Col] <= win_q[Col +: (K - 1)*Col];
  end

  // ---- taps in order -------------------------------------------------------
  logic [TapBits-1:0] tap_q;
  logic [63:0]        bytes;
  always_ff @(posedge clk_i) if (copy) begin : reorder
    logic [TapBits-1:0] t;
    t = '0;
    unique case (cfg_i.kernel)
      2'd0: for (int unsigned p = 0; p < 3; p++) for (int unsigned ky = 0; ky < 3; ky++) for (int unsigned kx = 0; kx < 3; kx++)
        t[8*((p*3 + ky)*3 + kx) +: 8] = win_q[Col*(4 + kx) + 24*ky + 8*p +: 8];
      2'd1: for (int unsigned p = 0; p < 3; p++) for (int unsigned ky = 0; ky < 5; ky++) for (int unsigned kx = 0; kx < 5; kx++)
        t[8*((p*5 + ky)*5 + kx) +: 8] = win_q[Col*(2 + kx) + 24*ky + 8*p +: 8];
      default: for (int unsigned p = 0; p < 3; p++) for (int unsigned ky = 0; ky < 7; ky++) for (int unsigned kx = 0; kx < 7; kx++)
        t[8*((p*7 + ky)*7 + kx) +: 8] = win_q[Col*kx + 24*ky + 8*p +: 8];
    endcase
    tap_q <= t;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {full_q, busy_q} <= 2'b00;
      beat_q           <= '0;
    end else begin
      if (shift)     full_q <= col_full_i;
      else if (copy) full_q <= 1'b0;
      if (copy)                           busy_q <= 1'b1;
      else if (tap_ready_i && tap_last_o) busy_q <= 1'b0;
      if (busy_q && tap_ready_i) beat_q <= tap_last_o ? '0 : beat_q + 5'd1;
    end
  end

  assign bytes       = tap_q[64*beat_q +: 64];
  assign tap_valid_o = busy_q;
  assign tap_first_o = beat_q == '0;
  assign tap_last_o  = beat_q == cfg_i.taprows - 5'd1;
  always_comb begin
    for (int unsigned i = 0; i < 8; i++) tap_data_o[9*i +: 9] = {cfg_i.is_signed && bytes[8*i + 7], bytes[8*i +: 8]};
  end

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL
  `BONNET_ASSUME(CfgStable_A, cfg_i.taprows != '0 && (!$past(busy_q) || $stable(cfg_i)))  // the run's descriptor; checked at the unit's port
`endif
  `BONNET_ASSERT(BeatInRange_A, !busy_q || beat_q < cfg_i.taprows)
  `BONNET_ASSERT(TapRange_A, (tap_data_o & ~(tap_data_o << 1) & {8{9'h100}}) == '0)  // the ninth bit comes with the eighth
  `BONNET_ASSERT(StartsAtZero_A, busy_q || beat_q == '0)
  `BONNET_ASSERT_HELD(TapsHeld_A, tap_valid_o, tap_ready_i, {tap_data_o, tap_first_o, tap_last_o})
endmodule
`default_nettype wire
