// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem - the int8 stem: image in DRAM to a binary map in the feature buffer, Lanes channels a pass.
//
//   pixels -> lines -> window -> mac -> requantise -> pool -> depthwise -> slices -> feature buffer    (docs/operators.md, 2)
//
// One chain of valid/ready links; every link works on its own part of the map at the same time. A convolution pixel takes two cycles at least, so
// what lies between its sums and the depthwise's ring works on half of the lanes a cycle, and slices on two of the four thresholds.
// Rate    a convolution pixel every ceil(K*K*planes / 8) cycles without a bubble, but not faster than the pixels come in
//         (STRIDE2: 4 a convolution pixel, which binds for 3x3 on one plane only).
// Stall   the feature buffer refusing stops the chain link by link; the bus is never kept waiting.
// Cycles  of one pass, start_i to done_o: fill + work + drain, rows = ceil(K*K*planes / 8), latency from an accepted request to its first beat:
//           fill   latency + 7 + pad*IN_W + pad       up to the first window's last pixel, one a cycle
//           work   rows * CONV_W * CONV_H             (POOL 2x2: of an odd size up to the last pixel that counts)
//           drain  13; DW: 30 + 9*OUT_W; K4: 1 more   pool, thresholds; DW: the last map row begins when it is complete
//         if pixels and depthwise keep up: rows >= STRIDE^2, and with DW rows >= 9, POOL 5 (3x3 of an odd size: two cycles more); IN and OUT
//         at least 2, IN more than pad.
//         224x224x3, 7x7/2, POOL 3x3, DW, latency 10: 692 + 19*12544 + 535 = 239,563. Row by row, any stem, exact: tests/rtl/stem_time.h.
// Strips  a descriptor may make some rows only: the chain then stands where it is, full of what comes next, until a CONT goes on.
// Errors  bad_o instead of done_o: bonnet_stem_cfg says what is refused. Nothing was read or written.
// Golden  sim/golden        Test  tests/rtl/bonnet_stem_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem (
  input  wire logic                           clk_i,
  input  wire logic                           rst_ni,
  // unit
  input  wire logic                           start_i,
  input  wire bonnet_pkg::cmd_t               cmd_i,
  output      logic                           done_o,
  output      logic                           bad_o,
  output      bonnet_pkg::unit_sts_t          sts_o,
  // image
  output      logic                           rd_valid_o,
  input  wire logic                           rd_ready_i,
  output      bonnet_pkg::rd_req_t            rd_req_o,
  input  wire logic                           rdata_valid_i,
  output      logic                           rdata_ready_o,
  input  wire logic [bonnet_pkg::BusBits-1:0] rdata_i,
  // stem parameter memory
  output      logic                           sp_re_o,
  output      logic [bonnet_pkg::SpRowW-1:0]  sp_row_o,
  input  wire logic [bonnet_pkg::RowBits-1:0] sp_data_i,
  // feature buffer, port B
  output      logic                           fb_valid_o,
  input  wire logic                           fb_ready_i,
  output      bonnet_pkg::fb_req_t            fb_req_o
);
  // ---- control -------------------------------------------------------------
  bonnet_stem_pkg::cfg_t cfg;
  bonnet_stem_pkg::strip_t strip;
  logic go, strip_go, fresh, last_q, run_q, done_q, lines_busy, pool_busy, slices_busy, finished;
  bonnet_stem_cfg u_cfg (
    .clk_i, .rst_ni, .start_i, .cmd_i, .go_o(strip_go), .fresh_o(fresh), .bad_o, .cfg_o(cfg), .strip_o(strip)
  );
  assign go = strip_go && fresh;   // the links begin a pass, slices a strip of it
  // An odd last row or column of a 2x2 pool leaves the convolution after the last write.
  assign finished = run_q && !slices_busy && !(last_q && (lines_busy || pool_busy));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {run_q, done_q, last_q} <= 3'b000;
    else begin
      run_q  <= strip_go || (run_q && !finished);
      done_q <= finished;
      if (strip_go) last_q <= strip.last;
    end
  end
  assign done_o = done_q;

  // ---- chain ---------------------------------------------------------------
  logic                                pix_valid, pix_ready, col_valid, col_ready, col_first, col_full;
  logic                                tap_valid, tap_ready, tap_first, tap_last, sum_valid, sum_ready;
  logic                                a_valid, a_ready, p_valid, p_ready, d_valid, d_ready;
  logic                                prm_valid, prm_ready, tap_re;
  logic [2:0]                          prm_row;
  logic [bonnet_pkg::SpRowW-1:0]       tap_row;
  logic [23:0]                         pix_data;
  logic [bonnet_stem_pkg::ColBits-1:0] col_data;
  logic [71:0]                         tap_data;
  logic [32*bonnet_pkg::Lanes-1:0]     sum_data, d_data;
  logic [4*bonnet_pkg::Lanes-1:0]      a_data, p_data;   // half a pixel

  bonnet_stem_pixels u_pixels (
    .clk_i, .rst_ni, .go_i(go), .base_i(cfg.base), .addr_i(cfg.addr), .beats_i(cfg.beats), .planes3_i(cfg.planes3),
    .rd_valid_o, .rd_ready_i, .rd_req_o, .rdata_valid_i, .rdata_ready_o, .rdata_i,
    .pix_valid_o(pix_valid), .pix_ready_i(pix_ready), .pix_data_o(pix_data)
  );
  bonnet_stem_lines u_lines (
    .clk_i, .rst_ni, .go_i(go), .cfg_i(cfg), .pix_valid_i(pix_valid), .pix_ready_o(pix_ready), .pix_data_i(pix_data),
    .col_valid_o(col_valid), .col_ready_i(col_ready), .col_data_o(col_data), .col_first_o(col_first), .col_full_o(col_full),
    .busy_o(lines_busy)
  );
  bonnet_stem_window u_window (
    .clk_i, .rst_ni, .cfg_i(cfg), .col_valid_i(col_valid), .col_ready_o(col_ready), .col_data_i(col_data),
    .col_first_i(col_first), .col_full_i(col_full),
    .tap_valid_o(tap_valid), .tap_ready_i(tap_ready), .tap_data_o(tap_data), .tap_first_o(tap_first), .tap_last_o(tap_last)
  );
  bonnet_stem_params u_params (
    .clk_i, .rst_ni, .go_i(go), .prow_i(bonnet_pkg::SpRowW'(cfg.prow)), .sp_re_o, .sp_row_o, .prm_valid_o(prm_valid), .prm_row_o(prm_row),
    .ready_o(prm_ready), .tap_re_i(tap_re), .tap_row_i(tap_row)
  );
  bonnet_stem_mac u_mac (
    .clk_i, .rst_ni, .ready_i(prm_ready), .taprow_i(bonnet_pkg::SpRowW'(cfg.taprow)), .tap_valid_i(tap_valid), .tap_ready_o(tap_ready),
    .tap_data_i(tap_data), .tap_first_i(tap_first), .tap_last_i(tap_last), .sp_re_o(tap_re), .sp_row_o(tap_row), .sp_data_i,
    .sum_valid_o(sum_valid), .sum_ready_i(sum_ready), .sum_data_o(sum_data)
  );
  bonnet_stem_requant u_requant (
    .clk_i, .rst_ni, .prm_valid_i(prm_valid), .prm_row_i(prm_row), .prm_data_i(sp_data_i),
    .sum_valid_i(sum_valid), .sum_ready_o(sum_ready), .sum_data_i(sum_data),
    .a_valid_o(a_valid), .a_ready_i(a_ready), .a_data_o(a_data)
  );
  bonnet_stem_pool u_pool (
    .clk_i, .rst_ni, .go_i(go), .cfg_i(cfg), .a_valid_i(a_valid), .a_ready_o(a_ready), .a_data_i(a_data),
    .p_valid_o(p_valid), .p_ready_i(p_ready), .p_data_o(p_data), .busy_o(pool_busy)
  );
  bonnet_stem_dw u_dw (
    .clk_i, .rst_ni, .go_i(go), .cfg_i(cfg), .prm_valid_i(prm_valid), .prm_row_i(prm_row), .prm_data_i(sp_data_i),
    .p_valid_i(p_valid), .p_ready_o(p_ready), .p_data_i(p_data),
    .d_valid_o(d_valid), .d_ready_i(d_ready), .d_data_o(d_data)
  );
  bonnet_stem_slices u_slices (
    .clk_i, .rst_ni, .go_i(strip_go), .cfg_i(cfg), .strip_i(strip), .prm_valid_i(prm_valid), .prm_row_i(prm_row), .prm_data_i(sp_data_i),
    .d_valid_i(d_valid), .d_ready_o(d_ready), .d_data_i(d_data), .fb_valid_o, .fb_ready_i, .fb_req_o, .busy_o(slices_busy)
  );
  assign sts_o.stall_in  = run_q && lines_busy && !tap_valid;
  assign sts_o.stall_out = fb_valid_o && !fb_ready_i;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(StartWhenIdle_A, !start_i || !(run_q || strip_go))
  `BONNET_ASSERT(Drained_A, !(done_q && last_q) || !(col_valid || tap_valid || sum_valid || a_valid || p_valid || d_valid || fb_valid_o))
  `BONNET_ASSERT(OneAnswer_A, !(done_o && bad_o))
  `BONNET_ASSERT(OnlyWrites_A, !fb_valid_o || fb_req_o.we)
endmodule
`default_nettype wire
