// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_cfg - reads a STEM descriptor, refuses what the unit cannot do, computes what the links need once.
//
// Refused: another OP; KERNEL or POOL 3; a size of 0; an image wider than StemImageW or a map wider than StemMapW; CONV or OUT
// sizes that do not follow from IN, KERNEL, STRIDE2 and POOL; CHANNEL not a multiple of Lanes; an unaligned image or k = 4 map;
// an output word or a parameter row beyond its memory.
//
// Rate    go_o or bad_o one cycle after start_i; cfg_o stable from go_o to the next.
// Test    tests/rtl/bonnet_stem_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_cfg (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic                  start_i,
  input  wire bonnet_pkg::cmd_t      cmd_i,
  output      logic                  go_o,
  output      logic                  bad_o,
  output      bonnet_stem_pkg::cfg_t cfg_o
);
  localparam int unsigned BusBytes = bonnet_pkg::BusBits / 8;

  // ---- fields --------------------------------------------------------------
  bonnet_stem_pkg::cfg_t f;
  logic [3:0]  op;
  logic [11:0] channel;
  logic [7:0]  prow;
  logic [31:0] bytes;
  always_comb begin
    f       = '0;
    bytes   = '0;
    op      = cmd_i.desc[bonnet_job_pkg::JOB_OP_LSB +: bonnet_job_pkg::JOB_OP_W];
    channel = cmd_i.desc[bonnet_job_pkg::STEM_CHANNEL_LSB +: 12];
    prow    = cmd_i.desc[bonnet_job_pkg::STEM_PROW_LSB +: 8];
    if (start_i) begin
      f.addr      = cmd_i.addr;
      f.planes3   = cmd_i.desc[bonnet_job_pkg::STEM_PLANES3_LSB];
      f.is_signed = cmd_i.desc[bonnet_job_pkg::STEM_SIGNED_LSB];
      f.kernel    = cmd_i.desc[bonnet_job_pkg::STEM_KERNEL_LSB +: 2];
      f.pad       = f.kernel + 2'd1;
      f.stride2   = cmd_i.desc[bonnet_job_pkg::STEM_STRIDE2_LSB];
      f.pool      = cmd_i.desc[bonnet_job_pkg::STEM_POOL_LSB +: 2];
      f.dw        = cmd_i.desc[bonnet_job_pkg::STEM_DW_LSB];
      f.dw_const  = cmd_i.desc[bonnet_job_pkg::STEM_DW_CONST_LSB];
      f.k4        = cmd_i.desc[bonnet_job_pkg::STEM_K4_LSB];
      f.in_w      = cmd_i.desc[bonnet_job_pkg::STEM_IN_W_LSB +: 10];
      f.in_h      = cmd_i.desc[bonnet_job_pkg::STEM_IN_H_LSB +: 10];
      f.conv_w    = cmd_i.desc[bonnet_job_pkg::STEM_CONV_W_LSB +: 10];
      f.conv_h    = cmd_i.desc[bonnet_job_pkg::STEM_CONV_H_LSB +: 10];
      f.out_w     = cmd_i.desc[bonnet_job_pkg::STEM_OUT_W_LSB +: 10];
      f.out_h     = cmd_i.desc[bonnet_job_pkg::STEM_OUT_H_LSB +: 10];
      f.out       = cmd_i.desc[bonnet_job_pkg::STEM_OUT_LSB +: 16]
                    + (f.k4 ? 16'({channel[11:6], 2'b00}) : 16'(channel[11:6]));
      f.out_row   = cmd_i.desc[bonnet_job_pkg::STEM_OUT_ROW_LSB +: 16];
      f.out_pix   = cmd_i.desc[bonnet_job_pkg::STEM_OUT_PIX_LSB +: 8];
      f.chan      = channel[5:0];
      f.prow      = prow;
      f.taprow    = prow + 8'(bonnet_stem_pkg::PrmRows);
      unique case ({f.planes3, f.kernel})  // ceil(K * K * planes / 8)
        {1'b0, 2'd0}: f.taprows = 5'd2;
        {1'b0, 2'd1}: f.taprows = 5'd4;
        {1'b0, 2'd2}: f.taprows = 5'd7;
        {1'b1, 2'd0}: f.taprows = 5'd4;
        {1'b1, 2'd1}: f.taprows = 5'd10;
        default:      f.taprows = 5'd19;
      endcase
      bytes   = (f.planes3 ? 32'd3 : 32'd1) * 32'(f.in_w) * 32'(f.in_h) + BusBytes - 1;
      f.beats = 20'(bytes / BusBytes);
    end
  end

  // ---- checks --------------------------------------------------------------
  logic [9:0]  want_cw, want_ch, want_ow, want_oh;
  logic [31:0] last_word;
  logic        bad;
  function automatic logic [9:0] half_up(input logic [9:0] n);
    half_up = 10'((11'(n) + 11'd1) >> 1);
  endfunction
  always_comb begin
    want_cw = f.stride2 ? half_up(f.in_w) : f.in_w;
    want_ch = f.stride2 ? half_up(f.in_h) : f.in_h;
    unique case (f.pool)
      bonnet_stem_pkg::PoolNone: {want_ow, want_oh} = {f.conv_w, f.conv_h};
      bonnet_stem_pkg::Pool2x2:  {want_ow, want_oh} = {f.conv_w >> 1, f.conv_h >> 1};
      default:                   {want_ow, want_oh} = {half_up(f.conv_w), half_up(f.conv_h)};
    endcase
    last_word = '0;
    bad       = 1'b0;
    if (start_i) begin
      last_word = 32'(cmd_i.desc[bonnet_job_pkg::STEM_OUT_LSB +: 16]) + 32'(f.out_row) * (32'(f.out_h) - 32'd1)
                  + 32'(f.out_pix) * (32'(f.out_w) - 32'd1) + (f.k4 ? 32'({channel[11:6], 2'b11}) : 32'(channel[11:6]));
      bad = op != bonnet_job_pkg::OP_STEM || f.kernel == 2'd3 || f.pool == 2'd3
            || f.in_w == '0 || f.in_h == '0 || f.out_w == '0 || f.out_h == '0
            || 32'(f.in_w) > bonnet_pkg::StemImageW || 32'(f.out_w) > bonnet_pkg::StemMapW
            || f.conv_w != want_cw || f.conv_h != want_ch || f.out_w != want_ow || f.out_h != want_oh
            || (channel & 12'(bonnet_pkg::Lanes - 1)) != '0
            || f.addr[$clog2(BusBytes)-1:0] != '0
            || (f.k4 && {f.out[1:0], f.out_row[1:0], f.out_pix[1:0]} != '0)
            || last_word >= bonnet_pkg::FeatureWords
            || 32'(prow) + bonnet_stem_pkg::PrmRows + 32'(f.taprows) > bonnet_pkg::StemRows;
    end
  end

  logic go_q, bad_q;
  bonnet_stem_pkg::cfg_t cfg_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {go_q, bad_q} <= 2'b00;
    else         {go_q, bad_q} <= {start_i && !bad, start_i && bad};
  end
  always_ff @(posedge clk_i) if (start_i && !bad) cfg_q <= f;  // no reset: go_q guards it
  assign go_o  = go_q;
  assign bad_o = bad_q;
  assign cfg_o = cfg_q;
  logic unused;
  assign unused = ^{cmd_i, bytes};

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(OneAnswer_A, !(go_q && bad_q))
  `BONNET_ASSUME(Started_A, !start_i || !cmd_i.skip)
endmodule
`default_nettype wire
