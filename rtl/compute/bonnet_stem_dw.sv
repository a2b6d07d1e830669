// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_dw - depthwise 3x3 of the pooled int8 map, or the map itself.
//
//   d[lane][y][x] = sum over ky, kx of w[lane][3*ky + kx] * a[lane][y + ky - 1][x + kx - 1]
//   outside the map: the nearest pixel, or with dw_const the lane's constant. Without dw: d = a.
//
// A ring of four rows: three are read, the fourth is filled, half a pixel a cycle. One multiplier a lane.
// Rate    a pixel every 9 cycles (1 without dw), hidden behind the convolution that fills the ring.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_dw.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_dw #(
  parameter int unsigned MapW  = bonnet_pkg::StemMapW,
  parameter int unsigned Lanes = bonnet_pkg::Lanes
) (
  input  wire logic                                clk_i,
  input  wire logic                                rst_ni,
  input  wire logic                                go_i,
  // verilator lint_off UNUSED
  input  wire bonnet_stem_pkg::cfg_t               cfg_i,  // every link reads its own part
  // verilator lint_on UNUSED
  // parameter rows 0 (constant), 1 (taps 0..7), 2 (tap 8)
  input  wire logic                                prm_valid_i,
  input  wire logic [2:0]                          prm_row_i,
  // verilator lint_off UNUSED
  input  wire logic [64*Lanes-1:0]                 prm_data_i,
  // verilator lint_on UNUSED
  // halves of map pixels, lanes 0 .. Lanes/2 - 1 first
  input  wire logic                                p_valid_i,
  output      logic                                p_ready_o,
  input  wire logic [4*Lanes-1:0]                  p_data_i,
  // sums: lane l is [32*l +: 20], signed; the rest is 0
  output      logic                                d_valid_o,
  input  wire logic                                d_ready_i,
  output      logic [32*Lanes-1:0]                 d_data_o
);
  localparam int unsigned PixW  = 8 * Lanes;
  localparam int unsigned ColW  = $clog2(MapW);

  // ---- walk ----------------------------------------------------------------
  logic [9:0] wrow_q, wcol_q;          // next pixel to write
  logic       wupper_q;                // its upper half is what comes
  logic [9:0] y_q, x_q;                // pixel being summed
  logic [1:0] ky_q, kx_q;
  logic       run_q, write, read, there, first, last, s1_valid_q, s1_go;
  logic [9:0] last_x, last_y, need_x, need_y, rx, ry;
  logic       left, right, up, down;   // the tap is outside
  always_comb begin  // guarded: an idle stem costs the simulation next to nothing
    {last_x, last_y, need_x, need_y, rx, ry} = '0;
    {there, left, right, up, down, first, last, p_ready_o} = '0;
    if (run_q) begin
      last_x = cfg_i.out_w - 10'd1;
      last_y = cfg_i.out_h - 10'd1;
      need_x = (!cfg_i.dw || x_q == last_x) ? x_q : x_q + 10'd1;
      need_y = (!cfg_i.dw || y_q == last_y) ? y_q : y_q + 10'd1;
      there  = wrow_q > need_y || (wrow_q == need_y && wcol_q > need_x);
      left   = kx_q == 2'd0 && x_q == '0;
      right  = kx_q == 2'd2 && x_q == last_x;
      up     = ky_q == 2'd0 && y_q == '0;
      down   = ky_q == 2'd2 && y_q == last_y;
      rx     = (left || right) ? x_q : x_q + 10'(kx_q) - 10'd1;
      ry     = (up || down) ? y_q : y_q + 10'(ky_q) - 10'd1;
      first  = !cfg_i.dw || (ky_q == 2'd0 && kx_q == 2'd0);
      last   = !cfg_i.dw || (ky_q == 2'd2 && kx_q == 2'd2);
      p_ready_o = wrow_q != cfg_i.out_h && 10'(wrow_q - y_q) < 10'd3;   // y + 3 has no room in 10 bits
    end
  end
  assign write = p_valid_i && p_ready_o;
  assign read  = there && (!s1_valid_q || s1_go);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {run_q, s1_valid_q, wupper_q} <= 3'b000;
      {wrow_q, wcol_q, y_q, x_q} <= '0;
      {ky_q, kx_q} <= '0;
    end else if (go_i) begin
      {run_q, s1_valid_q, wupper_q} <= 3'b100;
      {wrow_q, wcol_q, y_q, x_q} <= '0;
      {ky_q, kx_q} <= cfg_i.dw ? 4'b0000 : 4'b0101;  // without dw only the centre is walked
    end else begin
      if (write) wupper_q <= !wupper_q;
      if (write && wupper_q) begin
        wcol_q <= (wcol_q == last_x) ? '0 : wcol_q + 10'd1;
        if (wcol_q == last_x) wrow_q <= wrow_q + 10'd1;
      end
      if (read) begin
        if (cfg_i.dw) begin
          kx_q <= (kx_q == 2'd2) ? 2'd0 : kx_q + 2'd1;
          if (kx_q == 2'd2) ky_q <= (ky_q == 2'd2) ? 2'd0 : ky_q + 2'd1;
        end
        if (last) begin
          x_q <= (x_q == last_x) ? '0 : x_q + 10'd1;
          if (x_q == last_x) y_q <= y_q + 10'd1;
          if (x_q == last_x && y_q == last_y) run_q <= 1'b0;
        end
      end
      if (read)       s1_valid_q <= 1'b1;
      else if (s1_go) s1_valid_q <= 1'b0;
    end
  end

  // ---- ring: slot = row % 4 ------------------------------------------------
  logic [PixW-1:0] pix;
  for (genvar h = 0; h < 2; h++) begin : gen_half
    bonnet_ram_1r1w #(.Width(PixW / 2), .Depth(4 * MapW)) u_ring (
      .clk_i, .rst_ni, .we_i(write && wupper_q == 1'(h)), .waddr_i({wrow_q[1:0], wcol_q[ColW-1:0]}), .wdata_i(p_data_i),
      .re_i(read), .raddr_i({ry[1:0], rx[ColW-1:0]}), .rdata_o(pix[PixW/2*h +: PixW/2])
    );
  end

  // ---- parameters, one vector a tap ----------------------------------------
  logic [PixW-1:0] const_q;
  logic [PixW-1:0] weight_q [9];
  for (genvar t = 0; t < 9; t++) begin : gen_weight
    always_ff @(posedge clk_i) if (prm_valid_i && prm_row_i == ((t < 8) ? 3'd1 : 3'd2)) begin : load
      logic [PixW-1:0] v;
      for (int unsigned l = 0; l < Lanes; l++) v[8*l +: 8] = prm_data_i[64*l + 8*(t % 8) +: 8];
      weight_q[t] <= v;
    end
  end
  always_ff @(posedge clk_i) if (prm_valid_i && prm_row_i == 3'd0) begin : load_const
    logic [PixW-1:0] v;
    for (int unsigned l = 0; l < Lanes; l++) v[8*l +: 8] = prm_data_i[64*l + 8 +: 8];
    const_q <= v;
  end

  // ---- sum -----------------------------------------------------------------
  logic            s1_first_q, s1_last_q, s1_const_q, d_valid_q;
  logic [3:0]      s1_tap_q;
  assign s1_go = s1_valid_q && (!d_valid_q || d_ready_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        d_valid_q <= 1'b0;
    else if (s1_go)     d_valid_q <= s1_last_q;
    else if (d_ready_i) d_valid_q <= 1'b0;
  end
  always_ff @(posedge clk_i) if (read) begin
    s1_first_q <= first;
    s1_last_q  <= last;
    s1_const_q <= cfg_i.dw_const && (left || right || up || down);
    s1_tap_q   <= 4'(ky_q) * 4'd3 + 4'(kx_q);
  end
  logic [PixW-1:0] weight;
  assign weight = cfg_i.dw ? weight_q[s1_tap_q] : {Lanes{8'd1}};   // without dw the map itself
  bonnet_mul_acc #(.Lanes(Lanes)) u_sum (
    .clk_i, .mul_en_i(1'b0), .en_i(s1_go), .first_i(s1_first_q), .alt_i(s1_const_q), .a_i(pix), .d_i(const_q), .b_i(weight), .sum_o(d_data_o)
  );
  assign d_valid_o = d_valid_q;

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL
  `BONNET_ASSUME(CfgStable_A, !$past(run_q || go_i) || $stable(cfg_i))
  `BONNET_ASSUME(NotEmpty_A, cfg_i.out_w != '0 && cfg_i.out_h != '0)  // the run's descriptor; checked at the unit's port
`endif
  `BONNET_ASSUME(NotWhileBusy_A, !go_i || !(run_q || s1_valid_q || d_valid_q))
  `BONNET_ASSERT(InMap_A, !run_q || (x_q <= last_x && y_q <= last_y && ky_q != 2'd3 && kx_q != 2'd3
                          && (cfg_i.dw || (ky_q == 2'd1 && kx_q == 2'd1))))
  `BONNET_ASSERT(ReadIsWritten_A, !read || ry < wrow_q || (ry == wrow_q && rx < wcol_q))
  `BONNET_ASSERT_HELD(SumHeld_A, d_valid_o, d_ready_i, d_data_o)
endmodule
`default_nettype wire
