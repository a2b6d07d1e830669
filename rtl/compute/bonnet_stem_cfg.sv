// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_cfg - reads a STEM descriptor, refuses what the unit cannot do, computes what the links need once.
//
// Refused: another OP; KERNEL or POOL 3; a size of 0; an image wider than StemImageW or a map wider than StemMapW; CONV or OUT
// sizes that do not follow from IN, KERNEL, STRIDE2 and POOL; CHANNEL not a multiple of Lanes; an unaligned image or k = 4 map;
// an output word or a parameter row beyond its memory.
//
// Rate    go_o or bad_o one cycle after start_i; cfg_o stable from go_o until the next start_i.
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
  output      logic                  go_o,
  output      logic                  bad_o,
  output      bonnet_stem_pkg::cfg_t cfg_o
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
  logic [31:0] bytes, word;   // of the image; of pixel (0, 0) in the feature buffer
  // verilator lint_on UNUSED
  logic [11:0] channel;
  logic [9:0]  in_w, in_h;
  logic        planes3, k4;
  assign planes3 = cmd_i.desc[bonnet_job_pkg::STEM_PLANES3_LSB];
  assign k4      = cmd_i.desc[bonnet_job_pkg::STEM_K4_LSB];
  assign in_w    = cmd_i.desc[bonnet_job_pkg::STEM_IN_W_LSB +: 10];
  assign in_h    = cmd_i.desc[bonnet_job_pkg::STEM_IN_H_LSB +: 10];
  assign channel = cmd_i.desc[bonnet_job_pkg::STEM_CHANNEL_LSB +: 12];
  always_comb begin
    {bytes, word} = '0;
    if (start_i) begin  // guarded: between descriptors it costs the simulation nothing
      bytes = (planes3 ? 32'd3 : 32'd1) * 32'(in_w) * 32'(in_h) + BusBytes - 1;
      word  = 32'(cmd_i.desc[bonnet_job_pkg::STEM_OUT_LSB +: 16])
              + (k4 ? {24'd0, channel[11:6], 2'b00} : {26'd0, channel[11:6]});
    end
  end

  bonnet_stem_pkg::cfg_t cfg_q;
  logic                  asked_q, wrong_q;
  always_ff @(posedge clk_i) if (start_i) begin  // no reset: asked_q guards them
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
    cfg_q.k4        <= k4;
    cfg_q.in_w      <= in_w;
    cfg_q.in_h      <= in_h;
    cfg_q.conv_w    <= cmd_i.desc[bonnet_job_pkg::STEM_CONV_W_LSB +: 10];
    cfg_q.conv_h    <= cmd_i.desc[bonnet_job_pkg::STEM_CONV_H_LSB +: 10];
    cfg_q.out_w     <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_W_LSB +: 10];
    cfg_q.out_h     <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_H_LSB +: 10];
    cfg_q.out       <= word[15:0];
    cfg_q.out_row   <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_ROW_LSB +: 16];
    cfg_q.out_pix   <= cmd_i.desc[bonnet_job_pkg::STEM_OUT_PIX_LSB +: 8];
    cfg_q.chan      <= channel[5:0];
    cfg_q.prow      <= cmd_i.desc[bonnet_job_pkg::STEM_PROW_LSB +: 8];
    cfg_q.taprow    <= cmd_i.desc[bonnet_job_pkg::STEM_PROW_LSB +: 8] + 8'(bonnet_stem_pkg::PrmRows);
    cfg_q.taprows   <= tap_rows(planes3, cmd_i.desc[bonnet_job_pkg::STEM_KERNEL_LSB +: 2]);
    wrong_q <= cmd_i.desc[bonnet_job_pkg::JOB_OP_LSB +: 4] != bonnet_job_pkg::OP_STEM
               || (channel & 12'(bonnet_pkg::Lanes - 1)) != '0 || word >= bonnet_pkg::FeatureWords;
  end

  // ---- checks, on the registered fields ------------------------------------
  logic [9:0]  want_cw, want_ch, want_ow, want_oh;
  logic [31:0] last_word;
  logic        bad;
  always_comb begin
    {want_cw, want_ch, want_ow, want_oh} = '0;
    last_word = '0;
    bad       = 1'b0;
    if (asked_q) begin
      want_cw = cfg_q.stride2 ? half_up(cfg_q.in_w) : cfg_q.in_w;
      want_ch = cfg_q.stride2 ? half_up(cfg_q.in_h) : cfg_q.in_h;
      unique case (cfg_q.pool)
        bonnet_stem_pkg::PoolNone: {want_ow, want_oh} = {cfg_q.conv_w, cfg_q.conv_h};
        bonnet_stem_pkg::Pool2x2:  {want_ow, want_oh} = {cfg_q.conv_w >> 1, cfg_q.conv_h >> 1};
        default:                   {want_ow, want_oh} = {half_up(cfg_q.conv_w), half_up(cfg_q.conv_h)};
      endcase
      last_word = 32'(cfg_q.out) + 32'(cfg_q.out_row) * (32'(cfg_q.out_h) - 32'd1)
                  + 32'(cfg_q.out_pix) * (32'(cfg_q.out_w) - 32'd1) + (cfg_q.k4 ? 32'd3 : 32'd0);
      bad = wrong_q || cfg_q.kernel == 2'd3 || cfg_q.pool == 2'd3
            || cfg_q.in_w == '0 || cfg_q.in_h == '0 || cfg_q.out_w == '0 || cfg_q.out_h == '0
            || 32'(cfg_q.in_w) > bonnet_pkg::StemImageW || 32'(cfg_q.out_w) > bonnet_pkg::StemMapW
            || cfg_q.conv_w != want_cw || cfg_q.conv_h != want_ch || cfg_q.out_w != want_ow || cfg_q.out_h != want_oh
            || cfg_q.addr[$clog2(BusBytes)-1:0] != '0
            || (cfg_q.k4 && {cfg_q.out[1:0], cfg_q.out_row[1:0], cfg_q.out_pix[1:0]} != '0)
            || last_word >= bonnet_pkg::FeatureWords
            || 32'(cfg_q.prow) + bonnet_stem_pkg::PrmRows + 32'(cfg_q.taprows) > bonnet_pkg::StemRows;
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) asked_q <= 1'b0;
    else         asked_q <= start_i;
  end
  assign go_o  = asked_q && !bad;
  assign bad_o = asked_q && bad;
  assign cfg_o = cfg_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(OneAnswer_A, !(go_o && bad_o))
  `BONNET_ASSUME(Started_A, !start_i || !cmd_i.skip)
endmodule
`default_nettype wire
