// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40_window - which word of the input map comes next: pixels row by row, in each the taps, in each the words of a tap.
//
//   addr = IN + clamp(S*y + D*(ky-1)) * IN_ROW + clamp(S*x + D*(kx-1)) * IN_PIX + d * IN_STEP
//
// Without a multiplier: the row and the column of the centre are kept as addresses, and a tap is 0, 1 or 2 rows and columns away from it,
// fewer where the edge is nearer (the edge is replicated). A 1x1 convolution is the tap in the middle; the four positions of its pool
// are the taps (1, 1) to (2, 2), each a dot product of its own.
//
// Rate    one word a cycle while step_i.       Stall  none: nothing moves without step_i, pixel_i, start_i, of which one at most is up.
// Golden  sim/golden (binary convolution, downsample)       Test  tests/rtl/bonnet_ice40_tb.cpp, tests/ice40
`default_nettype none
module bonnet_ice40_window #(
  localparam int unsigned AddrW = bonnet_ice40_pkg::AddrW,
  localparam int unsigned SideW = bonnet_ice40_pkg::SideW
) (
  input  wire logic                   clk_i,
  /* verilator lint_off UNUSEDSIGNAL */                // the fields of others
  input  wire bonnet_ice40_pkg::cfg_t cfg_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire logic                   start_i,         // to the first pixel
  input  wire logic                   pixel_i,         // to the next pixel
  input  wire logic                   step_i,          // to the next word
  output      logic [AddrW-1:0]       addr_o,
  output      logic                   last_word_o,     // of a dot product
  output      logic                   last_position_o, // of a pixel: else the next dot product is the pool's next position
  output      logic                   last_pixel_o
);
  logic [SideW-1:0] cy_q, cx_q, left_y_q, left_x_q;  // the centre; output rows and columns to go
  logic [AddrW-1:0] row_q, col_q, step_q;            // addresses of the centre, and d * IN_STEP
  logic [1:0]       ky_q, kx_q;
  logic [7:0]       d_q;
  logic             corner, row_ends;
  logic [1:0]       k_first;

  // ---- taps ------------------------------------------------------------------
  assign k_first         = cfg_i.kernel3 ? 2'd0 : 2'd1;
  assign corner          = ky_q == 2'd2 && kx_q == 2'd2;
  assign last_word_o     = d_q == cfg_i.depth && (!cfg_i.kernel3 || corner);
  assign last_position_o = !cfg_i.pool2 || corner;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      {d_q, step_q} <= '0;
      {ky_q, kx_q} <= {k_first, k_first};
    end else if (step_i) begin
      d_q    <= d_q == cfg_i.depth ? '0 : d_q + 1'b1;
      step_q <= d_q == cfg_i.depth ? '0 : step_q + cfg_i.in_step;
      if (d_q == cfg_i.depth && (cfg_i.kernel3 || cfg_i.pool2)) begin
        kx_q <= kx_q == 2'd2 ? k_first : kx_q + 1'b1;
        if (kx_q == 2'd2) ky_q <= ky_q == 2'd2 ? k_first : ky_q + 1'b1;
      end
    end
  end

  // ---- pixels ----------------------------------------------------------------
  assign row_ends     = left_x_q == '0;
  assign last_pixel_o = row_ends && left_y_q == '0;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      {cy_q, cx_q, col_q} <= '0;
      {left_y_q, left_x_q} <= {cfg_i.out_h, cfg_i.out_w};
      row_q <= cfg_i.in;
    end else if (pixel_i) begin
      left_x_q <= row_ends ? cfg_i.out_w : left_x_q - 1'b1;
      cx_q     <= row_ends ? '0 : cx_q + (cfg_i.stride2 ? SideW'(2) : SideW'(1));
      col_q    <= row_ends ? '0 : col_q + (cfg_i.in_pix << cfg_i.stride2);
      if (row_ends) begin
        left_y_q <= left_y_q - 1'b1;
        cy_q     <= cy_q + (cfg_i.stride2 ? SideW'(2) : SideW'(1));
        row_q    <= row_q + (cfg_i.in_row << cfg_i.stride2);
      end
    end
  end

  // ---- the tap's place ---------------------------------------------------------
  // How far from the centre: D, or what is left to the edge. One distance, because a tap looks one way only.
  function automatic logic [1:0] reach(input logic far, input logic [SideW-1:0] room);
    reach = room == '0 ? 2'd0 : (far && room != SideW'(1)) ? 2'd2 : 2'd1;
  endfunction
  function automatic logic [AddrW-1:0] away(input logic [1:0] k, input logic [1:0] far, input logic [AddrW-1:0] pitch);
    logic [AddrW-1:0] off;
    off  = far[1] ? pitch << 1 : far[0] ? pitch : '0;
    away = k == 2'd0 ? -off : k == 2'd2 ? off : '0;
  endfunction
  logic [1:0] reach_y, reach_x;
  assign reach_y = reach(cfg_i.dilation2, ky_q == 2'd0 ? cy_q : cfg_i.in_h - cy_q);
  assign reach_x = reach(cfg_i.dilation2, kx_q == 2'd0 ? cx_q : cfg_i.in_w - cx_q);
  assign addr_o  = (row_q + away(ky_q, reach_y, cfg_i.in_row)) + (col_q + away(kx_q, reach_x, cfg_i.in_pix)) + step_q;
endmodule
`default_nettype wire
