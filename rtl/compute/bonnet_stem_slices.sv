// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_slices - thresholds, and the write of each pixel into the feature buffer.
//
//   s_j[lane] = d[lane] >= T[lane][j], signed 20 bit.
//   k = 4: four words s0..s3; coded: three words s0, s2, s2 ? s1 : s3; k = 1: one word s0.
//   Words of pixel (y, x): from OUT + slot*OUT_ROW + x*OUT_PIX on, slot = y, or in a ring the slot after the last row's, 0 after RING-1;
//   channels CHANNEL .. CHANNEL + Lanes - 1 of it, the others stay.
//
// A strip is strip_i.rows rows; between two strips the sums wait, and with them the whole chain.
// Two thresholds of a lane a cycle; the sums wait here meanwhile, so that those of the next pixel may already form behind them.
// Rate    k = 4: 1 pixel every 2 cycles when the buffer takes it, three cycles of latency; k = 1: every cycle, two.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_slices.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_slices (
  input  wire logic                                clk_i,
  input  wire logic                                rst_ni,
  input  wire logic                                go_i,   // a new strip
  // verilator lint_off UNUSED
  input  wire bonnet_stem_pkg::cfg_t               cfg_i,  // every link reads its own part
  input  wire bonnet_stem_pkg::strip_t             strip_i, // at go_i
  // verilator lint_on UNUSED
  // parameter rows 3 (T0, T1) and 4 (T2, T3)
  input  wire logic                                prm_valid_i,
  input  wire logic [2:0]                          prm_row_i,
  // verilator lint_off UNUSED
  input  wire logic [bonnet_pkg::RowBits-1:0]      prm_data_i,
  // sums
  input  wire logic                                d_valid_i,
  output      logic                                d_ready_o,
  input  wire logic [32*bonnet_pkg::Lanes-1:0] d_data_i,
  // verilator lint_on UNUSED
  // feature buffer
  output      logic                                fb_valid_o,
  input  wire logic                                fb_ready_i,
  output      bonnet_pkg::fb_req_t                 fb_req_o,
  output      logic                                busy_o      // pixels of the strip are still to come, or one is not yet written
);
  localparam int unsigned Lanes = bonnet_pkg::Lanes;
  localparam int unsigned SumW  = 32 * Lanes;
  localparam int unsigned Parts = 64 / bonnet_pkg::Group;   // mask bits of a word

  // ---- thresholds: slice j of lane l is t_j_q[32*l +: 20] ------------------
  logic [SumW-1:0] t0_q, t1_q, t2_q, t3_q;
  always_ff @(posedge clk_i) if (prm_valid_i && prm_row_i[2:1] != 2'd0) begin : load
    logic [SumW-1:0] lower, upper;
    {lower, upper} = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      lower[32*l +: 20] = prm_data_i[64*l +: 20];
      upper[32*l +: 20] = prm_data_i[64*l + 32 +: 20];
    end
    if (prm_row_i == 3'd3) {t1_q, t0_q} <= {upper, lower};
    if (prm_row_i == 3'd4) {t3_q, t2_q} <= {upper, lower};
  end

  // ---- walk ----------------------------------------------------------------
  logic [9:0]  x_q, left_q;               // column; rows of the strip not finished
  logic [5:0]  slot_q, last_slot_q;
  logic [15:0] base_q, out_row_q;
  logic [15:0] row_q, word_q, next_row;   // word of pixel (y, 0), of pixel (y, x), of pixel (y + 1, 0)
  logic        run_q, ring_q, last_x, last, wrap, fb_valid_q;
  logic        held_q;                    // sum_q is the pixel at x_q
  logic        second_q;                  // k = 4: T1 and T3 are to come
  logic        step, take;                // two thresholds are compared; the last of the pixel
  assign last_x    = x_q == cfg_i.out_w - 10'd1;
  assign last      = last_x && left_q == 10'd1;
  assign wrap      = ring_q && slot_q == last_slot_q;
  assign next_row  = wrap ? base_q : row_q + out_row_q;
  assign step      = held_q && (!fb_valid_q || fb_ready_i);
  assign take      = step && (second_q || !cfg_i.k4);
  assign d_ready_o = run_q && (!held_q || (take && !last));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {run_q, held_q, second_q, fb_valid_q} <= 4'b0000;
      {x_q, left_q}                         <= '0;
    end else if (go_i) begin
      {run_q, held_q, second_q, fb_valid_q} <= 4'b1000;
      x_q                                   <= '0;
      left_q                                <= strip_i.rows;
    end else begin
      held_q <= (d_valid_i && d_ready_o) || (held_q && !take);
      if (step) second_q <= cfg_i.k4 && !second_q;
      if (take)            fb_valid_q <= 1'b1;
      else if (fb_ready_i) fb_valid_q <= 1'b0;
      if (take) begin
        x_q <= last_x ? '0 : x_q + 10'd1;
        if (last_x) left_q <= left_q - 10'd1;
        if (last) run_q <= 1'b0;
      end
    end
  end
  always_ff @(posedge clk_i) begin  // no reset: run_q guards them
    if (go_i) begin
      {base_q, out_row_q} <= {strip_i.base, strip_i.out_row};
      {row_q, word_q}     <= {2{strip_i.first}};
      ring_q              <= strip_i.ring != '0;
      last_slot_q         <= strip_i.ring - 6'd1;
      slot_q              <= strip_i.slot;
    end else if (take) begin
      word_q <= last_x ? next_row : word_q + 16'(cfg_i.out_pix);
      if (last_x) begin
        row_q  <= next_row;
        slot_q <= wrap ? '0 : slot_q + 6'd1;
      end
    end
  end

  // ---- request -------------------------------------------------------------
  // At the first step T0 and T2, at the second T1 and T3: with s2 known before s1 and s3 the coded words need nothing kept beside them.
  // The comparison is a subtraction, which on an FPGA takes a LUT a bit with the choice of threshold in it.
  function automatic logic reaches(input logic [19:0] d, input logic [19:0] t);
    // verilator lint_off UNUSED
    logic [20:0] over;  // 2^20 + d - t, both moved up by 2^19
    // verilator lint_on UNUSED
    over    = {1'b1, !d[19], d[18:0]} - {1'b0, !t[19], t[18:0]};
    reaches = over[20];
  endfunction
  logic [20*Lanes-1:0]             sum_q;
  always_ff @(posedge clk_i) if (d_valid_i && d_ready_o) begin : keep
    logic [20*Lanes-1:0] t;
    for (int unsigned l = 0; l < Lanes; l++) t[20*l +: 20] = d_data_i[32*l +: 20];
    sum_q <= t;
  end
  logic [Lanes-1:0]                w0_q, w1_q, w2_q, w3_q;
  logic [bonnet_pkg::FbWordW-1:0]  req_word_q;
  logic [bonnet_pkg::FbMaskW-1:0]  req_mask_q;
  logic [Parts-1:0]                part;     // the lanes' place in a word
  assign part = Parts'(4'hf) << (cfg_i.chan / 6'(bonnet_pkg::Group));
  always_ff @(posedge clk_i) if (step) begin : compare
    logic [SumW-1:0]  low, high;
    logic [Lanes-1:0] s01, s23;
    low  = second_q ? t1_q : t0_q;
    high = second_q ? t3_q : t2_q;
    for (int unsigned l = 0; l < Lanes; l++) s01[l] = reaches(sum_q[20*l +: 20], low[32*l +: 20]);
    if (!second_q) w0_q <= s01;
    if (cfg_i.k4) begin
      for (int unsigned l = 0; l < Lanes; l++) s23[l] = reaches(sum_q[20*l +: 20], high[32*l +: 20]);
      if (second_q != cfg_i.out_t) w1_q <= cfg_i.out_t ? s23 : s01;
      if (!second_q || cfg_i.out_t) w2_q <= (second_q ? w1_q & s01 : '0) | (second_q ? ~w1_q & s23 : s23);
      w3_q <= s23;
    end
  end
  always_ff @(posedge clk_i) if (take) begin
    req_word_q <= bonnet_pkg::FbWordW'(word_q);
    req_mask_q <= {cfg_i.k4 && !cfg_i.out_t ? part : Parts'(0), {2{cfg_i.k4 ? part : Parts'(0)}}, part};
  end
  assign fb_valid_o = fb_valid_q;
  assign fb_req_o   = {1'b1, req_word_q, req_mask_q, {64 / Lanes{w3_q}}, {64 / Lanes{w2_q}}, {64 / Lanes{w1_q}}, {64 / Lanes{w0_q}}};
  assign busy_o     = run_q || fb_valid_q;

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL
  `BONNET_ASSUME(CfgStable_A, !$past(run_q || go_i) || $stable(cfg_i))  // the run's descriptor; checked at the unit's port
`endif
  `BONNET_ASSUME(NotWhileBusy_A, !go_i || !busy_o)
  `BONNET_ASSUME(Rows_A, !go_i || strip_i.rows != '0)
  `BONNET_ASSERT(SumsKept_A, !(d_valid_i && d_ready_o && held_q && !take))
  `BONNET_ASSERT(InStrip_A, !held_q || run_q)
  `BONNET_ASSERT_HELD(WriteHeld_A, fb_valid_o, fb_ready_i, fb_req_o)
endmodule
`default_nettype wire
