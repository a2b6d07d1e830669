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
// Rate    1 pixel/cycle when the buffer takes it, one cycle of latency.
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
  logic        run_q, ring_q, take, last_x, wrap, fb_valid_q;
  assign last_x    = x_q == cfg_i.out_w - 10'd1;
  assign wrap      = ring_q && slot_q == last_slot_q;
  assign next_row  = wrap ? base_q : row_q + out_row_q;
  assign d_ready_o = run_q && (!fb_valid_q || fb_ready_i);
  assign take      = d_valid_i && d_ready_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {run_q, fb_valid_q} <= 2'b00;
      {x_q, left_q}       <= '0;
    end else if (go_i) begin
      {run_q, fb_valid_q} <= 2'b10;
      x_q                 <= '0;
      left_q              <= strip_i.rows;
    end else begin
      if (take)            fb_valid_q <= 1'b1;
      else if (fb_ready_i) fb_valid_q <= 1'b0;
      if (take) begin
        x_q <= last_x ? '0 : x_q + 10'd1;
        if (last_x) left_q <= left_q - 10'd1;
        if (last_x && left_q == 10'd1) run_q <= 1'b0;
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
  bonnet_pkg::fb_req_t req_q;
  logic [Parts-1:0]    part;     // the lanes' place in a word
  assign part = Parts'(4'hf) << (cfg_i.chan / 6'(bonnet_pkg::Group));
  always_ff @(posedge clk_i) if (take) begin : request
    logic [Lanes-1:0] s0, s1, s2, s3;
    {s1, s2, s3} = '0;
    for (int unsigned l = 0; l < Lanes; l++) s0[l] = $signed(d_data_i[32*l +: 20]) >= $signed(t0_q[32*l +: 20]);
    if (cfg_i.k4) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        s1[l] = $signed(d_data_i[32*l +: 20]) >= $signed(t1_q[32*l +: 20]);
        s2[l] = $signed(d_data_i[32*l +: 20]) >= $signed(t2_q[32*l +: 20]);
        s3[l] = $signed(d_data_i[32*l +: 20]) >= $signed(t3_q[32*l +: 20]);
      end
    end
    req_q.we    <= 1'b1;
    req_q.word  <= bonnet_pkg::FbWordW'(word_q);
    req_q.mask  <= {cfg_i.k4 && !cfg_i.out_t ? part : Parts'(0), {2{cfg_i.k4 ? part : Parts'(0)}}, part};
    req_q.wdata <= cfg_i.out_t ? {64'd0, {64 / Lanes{(s2 & s1) | (~s2 & s3)}}, {64 / Lanes{s2}}, {64 / Lanes{s0}}}
                               : {{64 / Lanes{s3}}, {64 / Lanes{s2}}, {64 / Lanes{s1}}, {64 / Lanes{s0}}};
  end
  assign fb_valid_o = fb_valid_q;
  assign fb_req_o   = req_q;
  assign busy_o     = run_q || fb_valid_q;

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL
  `BONNET_ASSUME(CfgStable_A, !$past(run_q || go_i) || $stable(cfg_i))  // the run's descriptor; checked at the unit's port
`endif
  `BONNET_ASSUME(NotWhileBusy_A, !go_i || !busy_o)
  `BONNET_ASSUME(Rows_A, !go_i || strip_i.rows != '0)
  `BONNET_ASSERT_HELD(WriteHeld_A, fb_valid_o, fb_ready_i, fb_req_o)
endmodule
`default_nettype wire
