// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_cfg - reads a STEM descriptor, refuses what the unit cannot do, computes what the links need once.
//
// Refused: another OP; KERNEL or POOL 3; a size of 0; an image wider than StemImageW or a map wider than StemMapW; CONV or OUT
// sizes that do not follow from IN, KERNEL, STRIDE2 and POOL; CHANNEL not a multiple of Lanes; an unaligned image; OUT_T without K4;
// an output word (a ring: of any slot) or a parameter row beyond its memory; OUT_SLOT past OUT_RING; more ROWS than are left;
// CONT without a pass held, or no CONT while one is.
//
// A pass is held from its first strip's start until the start of the strip with its last row. Then the fields of the pass stay,
// whatever the next descriptor says; only those of the strip are read.
// Rate    go_o and strip_o or bad_o one cycle after start_i; cfg_o stable until the start of the next pass.
// Test    tests/rtl/bonnet_stem_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_cfg (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic                  start_i,
  // verilator lint_off UNUSED
  input  wire bonnet_pkg::cmd_t      cmd_i,
  // verilator lint_on UNUSED
  output      logic                  go_o,      // a strip begins
  output      logic                  fresh_o,   // with go_o: of a new pass
  output      logic                  bad_o,
  output      bonnet_stem_pkg::cfg_t cfg_o,
  output      bonnet_stem_pkg::strip_t strip_o
);
  localparam int unsigned BusBytes = bonnet_pkg::BusBits / 8;

  function automatic logic [9:0] half_up(input logic [9:0] n);
    half_up = 10'((11'(n) + 11'd1) >> 1);
  endfunction
  function automatic logic [4:0] tap_rows(input logic planes3, input logic [1:0] kernel);  // ceil(K * K * planes / 8)
    unique case ({planes3, kernel})
      {1'b0, 2'd0}: tap_rows = 5'd2;
      {1'b0, 2'd1}: tap_rows = 5'd4;
      {1'b0, 2'd2}: tap_rows = 5'd7;
      {1'b1, 2'd0}: tap_rows = 5'd4;
      {1'b1, 2'd1}: tap_rows = 5'd10;
      default:      tap_rows = 5'd19;
    endcase
  endfunction

  // ---- fields --------------------------------------------------------------
  // verilator lint_off UNUSED
  logic [31:0] bytes;   // of the image
  // verilator lint_on UNUSED
  logic [11:0] channel;
  logic [9:0]  in_w, in_h;
  logic        planes3;
  assign planes3 = cmd_i.desc[bonnet_job_pkg::STEM_PLANES3_LSB];
  assign in_w    = cmd_i.desc[bonnet_job_pkg::STEM_IN_W_LSB +: 10];
  assign in_h    = cmd_i.desc[bonnet_job_pkg::STEM_IN_H_LSB +: 10];
  assign channel = cmd_i.desc[bonnet_job_pkg::STEM_CHANNEL_LSB +: 12];
  always_comb begin
    bytes = '0;
    if (start_i)  // guarded: between descriptors it costs the simulation nothing
      bytes = (planes3 ? 32'd3 : 32'd1) * 32'(in_w) * 32'(in_h) + BusBytes - 1;
  end

  bonnet_stem_pkg::cfg_t cfg_q;
  logic                  asked_q, held_q, op_q, cont_q, wrong_q;
  logic [9:0]            y_q;         // rows made or being made; 0 unless held_q
  logic [15:0]           out_q, out_row_q;
  logic [9:0]            rows_q;
  logic [5:0]            ring_q, slot_q;
  always_ff @(posedge clk_i) if (start_i) begin  // no reset: asked_q guards them
    op_q      <= cmd_i.desc[bonnet_job_pkg::JOB_OP_LSB +: 4] == bonnet_job_pkg::OP_STEM;
    cont_q    <= cmd_i.desc[bonnet_job_pkg::STEM_CONT_LSB];
    out_q     <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_LSB +: 16];
    out_row_q <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_ROW_LSB +: 16];
    rows_q    <= cmd_i.desc[bonnet_job_pkg::STEM_ROWS_LSB +: 10];
    ring_q    <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_RING_LSB +: 6];
    slot_q    <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_SLOT_LSB +: 6];
  end
  always_ff @(posedge clk_i) if (start_i && !held_q) begin
    cfg_q.base      <= cmd_i.desc[bonnet_job_pkg::STEM_BASE_LSB +: 2];
    cfg_q.addr      <= cmd_i.addr;
    cfg_q.beats     <= 20'(bytes / BusBytes);
    cfg_q.planes3   <= planes3;
    cfg_q.is_signed <= cmd_i.desc[bonnet_job_pkg::STEM_SIGNED_LSB];
    cfg_q.kernel    <= cmd_i.desc[bonnet_job_pkg::STEM_KERNEL_LSB +: 2];
    cfg_q.pad       <= cmd_i.desc[bonnet_job_pkg::STEM_KERNEL_LSB +: 2] + 2'd1;
    cfg_q.stride2   <= cmd_i.desc[bonnet_job_pkg::STEM_STRIDE2_LSB];
    cfg_q.pool      <= cmd_i.desc[bonnet_job_pkg::STEM_POOL_LSB +: 2];
    cfg_q.dw        <= cmd_i.desc[bonnet_job_pkg::STEM_DW_LSB];
    cfg_q.dw_const  <= cmd_i.desc[bonnet_job_pkg::STEM_DW_CONST_LSB];
    cfg_q.k4        <= cmd_i.desc[bonnet_job_pkg::STEM_K4_LSB];
    cfg_q.out_t     <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_T_LSB];
    cfg_q.in_w      <= in_w;
    cfg_q.in_h      <= in_h;
    cfg_q.conv_w    <= cmd_i.desc[bonnet_job_pkg::STEM_CONV_W_LSB +: 10];
    cfg_q.conv_h    <= cmd_i.desc[bonnet_job_pkg::STEM_CONV_H_LSB +: 10];
    cfg_q.out_w     <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_W_LSB +: 10];
    cfg_q.out_h     <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_H_LSB +: 10];
    cfg_q.out_pix   <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_PIX_LSB +: 8];
    cfg_q.out_chan  <= !cmd_i.desc[bonnet_job_pkg::STEM_K4_LSB] ? 8'(channel[11:6])
                       : 8'(channel[11:6]) * (cmd_i.desc[bonnet_job_pkg::STEM_OUT_T_LSB] ? 8'd3 : 8'd4);
    cfg_q.chan      <= channel[5:0];
    cfg_q.prow      <= cmd_i.desc[bonnet_job_pkg::STEM_PROW_LSB +: 8];
    cfg_q.taprow    <= cmd_i.desc[bonnet_job_pkg::STEM_PROW_LSB +: 8] + 8'(bonnet_stem_pkg::PrmRows);
    cfg_q.taprows   <= tap_rows(planes3, cmd_i.desc[bonnet_job_pkg::STEM_KERNEL_LSB +: 2]);
    wrong_q <= (channel & 12'(bonnet_pkg::Lanes - 1)) != '0;
  end

  // ---- checks, on the registered fields ------------------------------------
  logic [9:0]  want_cw, want_ch, want_ow, want_oh;
  logic [31:0] base, last_word, last_row;
  logic [9:0]  left, rows;
  logic        bad;
  always_comb begin
    {want_cw, want_ch, want_ow, want_oh} = '0;
    {base, last_word, last_row, left, rows} = '0;
    strip_o   = '0;
    bad       = 1'b0;
    if (asked_q) begin
      want_cw = cfg_q.stride2 ? half_up(cfg_q.in_w) : cfg_q.in_w;
      want_ch = cfg_q.stride2 ? half_up(cfg_q.in_h) : cfg_q.in_h;
      unique case (cfg_q.pool)
        bonnet_stem_pkg::PoolNone: {want_ow, want_oh} = {cfg_q.conv_w, cfg_q.conv_h};
        bonnet_stem_pkg::Pool2x2:  {want_ow, want_oh} = {cfg_q.conv_w >> 1, cfg_q.conv_h >> 1};
        default:                   {want_ow, want_oh} = {half_up(cfg_q.conv_w), half_up(cfg_q.conv_h)};
      endcase
      base     = 32'(out_q) + 32'(cfg_q.out_chan);
      left     = cfg_q.out_h - y_q;
      rows     = (rows_q == '0) ? left : rows_q;
      last_row = (ring_q != '0) ? 32'(ring_q) - 32'd1 : 32'(y_q) + 32'(rows) - 32'd1;
      last_word = base + 32'(out_row_q) * last_row + 32'(cfg_q.out_pix) * (32'(cfg_q.out_w) - 32'd1)
                  + (!cfg_q.k4 ? 32'd0 : cfg_q.out_t ? 32'd2 : 32'd3);
      strip_o.base    = base[15:0];
      strip_o.first   = 16'(base + 32'(out_row_q) * ((ring_q != '0) ? 32'(slot_q) : 32'(y_q)));
      strip_o.out_row = out_row_q;
      strip_o.rows    = rows;
      strip_o.ring    = ring_q;
      strip_o.slot    = slot_q;
      strip_o.last    = rows == left;
      bad = !op_q || wrong_q || cont_q != held_q || rows > left || (ring_q != '0 && slot_q >= ring_q)
            || (cfg_q.out_t && !cfg_q.k4) || cfg_q.kernel == 2'd3 || cfg_q.pool == 2'd3
            || cfg_q.in_w == '0 || cfg_q.in_h == '0 || cfg_q.out_w == '0 || cfg_q.out_h == '0
            || 32'(cfg_q.in_w) > bonnet_pkg::StemImageW || 32'(cfg_q.out_w) > bonnet_pkg::StemMapW
            || cfg_q.conv_w != want_cw || cfg_q.conv_h != want_ch || cfg_q.out_w != want_ow || cfg_q.out_h != want_oh
            || cfg_q.addr[$clog2(BusBytes)-1:0] != '0
            || base >= bonnet_pkg::FeatureWords || last_word >= bonnet_pkg::FeatureWords
            || 32'(cfg_q.prow) + bonnet_stem_pkg::PrmRows + 32'(cfg_q.taprows) > bonnet_pkg::StemRows;
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {asked_q, held_q} <= 2'b00;
      y_q               <= '0;
    end else begin
      asked_q <= start_i;
      if (go_o) begin
        held_q <= !strip_o.last;
        y_q    <= strip_o.last ? '0 : y_q + rows;
      end
    end
  end
  assign go_o  = asked_q && !bad;
  assign bad_o = asked_q && bad;
  assign cfg_o = cfg_q;
  assign fresh_o = !held_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(OneAnswer_A, !(go_o && bad_o))
  `BONNET_ASSUME(Started_A, !start_i || !cmd_i.skip)
endmodule
`default_nettype wire
