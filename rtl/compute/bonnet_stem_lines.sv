// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_lines - ring of eight image rows: pixels in, in raster order; columns of the sliding window out.
//
//   Column c of convolution row y: row ky of it is pixel (S*y - pad + ky, c), zero outside the image; c = 0 .. S*(CONV_W-1) + pad.
//
// A row may be overwritten when the window has left it, and a column is read as soon as its lowest pixel is there. That is enough even
// for a stride-2 7x7 window, which needs two new rows and has one spare: the columns run ahead of the taps by more than the few
// pixels that a row needs to begin.
// Rate    1 pixel in and 1 column out per cycle.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_lines.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_lines #(
  parameter int unsigned ImageW = bonnet_pkg::StemImageW
) (
  input  wire logic                                clk_i,
  input  wire logic                                rst_ni,
  input  wire logic                                go_i,   // a new image; cfg_i is stable from here on
  // verilator lint_off UNUSED
  input  wire bonnet_stem_pkg::cfg_t               cfg_i,  // every link reads its own part
  // verilator lint_on UNUSED
  // pixels
  input  wire logic                                pix_valid_i,
  output      logic                                pix_ready_o,
  input  wire logic [23:0]                         pix_data_i,
  // columns
  output      logic                                col_valid_o,
  input  wire logic                                col_ready_i,
  output      logic [bonnet_stem_pkg::ColBits-1:0] col_data_o,
  output      logic                                col_first_o,  // column 0: nothing but zeros to its left
  output      logic                                col_full_o,   // completes the window of a convolution pixel
  output      logic                                busy_o        // columns are left to read
);
  localparam int unsigned AddrW = $clog2(ImageW);
  localparam int unsigned Rows  = bonnet_stem_pkg::RingRows;

  // ---- walk ----------------------------------------------------------------
  logic [9:0]         wrow_q, wcol_q;       // next pixel to write
  logic [10:0]        c_q, c_last;          // next column to read, last of the row
  logic [9:0]         y_q;                  // convolution row
  logic signed [11:0] top_q;                // image row of ky = 0
  logic signed [11:0] bottom, over, step;
  logic [9:0]         need_row;
  logic               run_q, write, read, there, in_cols, s1_valid_q, s1_move;

  always_comb begin  // guarded: an idle stem costs the simulation next to nothing
    {step, c_last, bottom, need_row, over} = '0;
    {in_cols, there, pix_ready_o} = '0;
    if (run_q) begin
      step     = cfg_i.stride2 ? 12'sd2 : 12'sd1;
      c_last   = (cfg_i.stride2 ? {cfg_i.conv_w - 10'd1, 1'b0} : {1'b0, cfg_i.conv_w - 10'd1}) + 11'(cfg_i.pad);
      bottom   = top_q + $signed({9'd0, cfg_i.pad, 1'b0});
      need_row = (bottom >= $signed({2'b00, cfg_i.in_h})) ? cfg_i.in_h - 10'd1 : bottom[9:0];
      in_cols  = c_q < {1'b0, cfg_i.in_w};
      there    = !in_cols || wrow_q > need_row || (wrow_q == need_row && {1'b0, wcol_q} > c_q);
      over     = $signed({2'b00, wrow_q}) - $signed(12'(Rows));  // the row a write replaces
      pix_ready_o = wrow_q != cfg_i.in_h && over < top_q;
    end
  end
  assign read    = there && (!s1_valid_q || s1_move);
  assign write   = pix_valid_i && pix_ready_o;
  assign s1_move = s1_valid_q && col_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {run_q, s1_valid_q} <= 2'b00;
      {wrow_q, wcol_q, c_q, y_q, top_q} <= '0;
    end else if (go_i) begin
      {run_q, s1_valid_q} <= 2'b10;
      {wrow_q, wcol_q, c_q, y_q} <= '0;
      top_q <= -$signed({10'd0, cfg_i.pad});
    end else begin
      if (write) begin
        wcol_q <= (wcol_q == cfg_i.in_w - 10'd1) ? '0 : wcol_q + 10'd1;
        if (wcol_q == cfg_i.in_w - 10'd1) wrow_q <= wrow_q + 10'd1;
      end
      if (read) begin
        c_q <= (c_q == c_last) ? '0 : c_q + 11'd1;
        if (c_q == c_last) begin
          y_q   <= y_q + 10'd1;
          top_q <= top_q + step;
          if (y_q == cfg_i.conv_h - 10'd1) run_q <= 1'b0;
        end
      end
      if (read)         s1_valid_q <= 1'b1;
      else if (s1_move) s1_valid_q <= 1'b0;
    end
  end

  // ---- rows ----------------------------------------------------------------
  logic [Rows*24-1:0] ring;   // rows 0, 2, 4, 6, then 1, 3, 5, 7
  for (genvar r = 0; r < Rows; r++) begin : gen_row
    bonnet_ram_1r1w #(.Width(24), .Depth(ImageW)) u_row (
      .clk_i, .rst_ni, .we_i(write && wrow_q[2:0] == 3'(r)), .waddr_i(AddrW'(wcol_q)), .wdata_i(pix_data_i),
      .re_i(read && in_cols), .raddr_i(AddrW'(c_q)), .rdata_o(ring[24*(r/2 + (r%2)*Rows/2) +: 24])
    );
  end

  // ---- column: turn to ky order, zero what is outside -----------------------
  // With the top row T the even rows are turned by T/2 rounded up, the odd ones by T/2; T odd: then the two change places.
  logic                             s1_first_q, s1_full_q, s1_swap_q;
  logic [1:0]                       s1_even_q, s1_odd_q;
  logic [bonnet_stem_pkg::MaxK-1:0] s1_rows_q;  // row ky of the column is inside the image
  logic [Rows/2*24-1:0]             even, odd;
  always_ff @(posedge clk_i) if (read) begin : stage1
    logic signed [11:0] below;   // image rows from the window's top on
    below = $signed({2'b00, cfg_i.in_h}) - top_q;
    for (int unsigned k = 0; k < bonnet_stem_pkg::MaxK; k++)   // a top_q below 0 is -3 at least: row 0 is where three bits run over
      s1_rows_q[k] <= in_cols && (!top_q[11] || {1'b0, top_q[2:0]} + 4'(k) > 4'd7) && !below[11] && (below[10:3] != '0 || below[2:0] > 3'(k));
    s1_first_q <= c_q == '0;
    s1_full_q  <= c_q >= 11'(cfg_i.pad) && !(cfg_i.stride2 && (c_q[0] != cfg_i.pad[0]));
    s1_swap_q  <= top_q[0];
    s1_even_q  <= top_q[2:1] + 2'(top_q[0]);
    s1_odd_q   <= top_q[2:1];
  end
  bonnet_turn #(.Width(24)) u_even (.en_i(s1_valid_q), .n_i(s1_even_q), .x_i(ring[0 +: Rows/2*24]), .y_o(even));
  bonnet_turn #(.Width(24)) u_odd (.en_i(s1_valid_q), .n_i(s1_odd_q), .x_i(ring[Rows/2*24 +: Rows/2*24]), .y_o(odd));
  always_comb begin
    col_data_o = '0;
    if (s1_valid_q) begin
      for (int unsigned k = 0; k < bonnet_stem_pkg::MaxK; k++)
        if (s1_rows_q[k]) col_data_o[24*k +: 24] = (s1_swap_q == k[0]) ? even[24*(k/2) +: 24] : odd[24*(k/2) +: 24];
    end
  end
  assign col_valid_o = s1_valid_q;
  assign col_first_o = s1_first_q;
  assign col_full_o  = s1_full_q;
  assign busy_o      = run_q;

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL
  `BONNET_ASSUME(CfgStable_A, !$past(run_q || go_i) || $stable(cfg_i))  // the run's descriptor; checked at the unit's port
`endif
`ifndef FORMAL  // needs the history of the run
  `BONNET_ASSERT(EveryPixelTaken_A, !(read && c_q == c_last && y_q == cfg_i.conv_h - 10'd1) || wrow_q == cfg_i.in_h)
`endif
  `BONNET_ASSERT_HELD(ColumnHeld_A, col_valid_o, col_ready_i || go_i, {col_data_o, col_first_o, col_full_o})
endmodule
`default_nettype wire
