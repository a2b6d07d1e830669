// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_pool - max-pool of the int8 map: none, 2x2 stride 2, or 3x3 stride 2 padding 1, half of the lanes a cycle.
//
// A row is reduced sideways as it comes (h); rows meet in a buffer of one reduced row (v = max(buffer, h)).
//   2x2: even rows leave h in the buffer, odd rows give v. An odd last row or column gives nothing.
//   3x3: even rows leave v, odd rows give v and leave h for the next; an even last row gives v. Positions outside do not exist.
// A pixel comes and leaves as two halves, lanes 0 .. Lanes/2 - 1 first. What a half needs of the pixel on its left stands two halves back
// in registers that move on with every half, so no choice stands before them; the buffer is twice as deep and half as wide.
// Rate    1 half/cycle in, so a pixel every 2 cycles (a convolution pixel takes at least 2); results in raster order.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_pool.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_pool #(
  parameter int unsigned MapW = bonnet_pkg::StemMapW
) (
  input  wire logic                            clk_i,
  input  wire logic                            rst_ni,
  input  wire logic                            go_i,
  // verilator lint_off UNUSED
  input  wire bonnet_stem_pkg::cfg_t           cfg_i,  // every link reads its own part
  // verilator lint_on UNUSED
  // halves of convolution pixels
  input  wire logic                            a_valid_i,
  output      logic                            a_ready_o,
  input  wire logic [4*bonnet_pkg::Lanes-1:0]  a_data_i,
  // halves of pooled pixels
  output      logic                            p_valid_o,
  input  wire logic                            p_ready_i,
  output      logic [4*bonnet_pkg::Lanes-1:0]  p_data_o,
  output      logic                            busy_o        // convolution pixels are still to come, or one is inside
);
  localparam int unsigned HalfL = bonnet_pkg::Lanes / 2;
  localparam int unsigned HalfW = 8 * HalfL;
  localparam int unsigned AddrW = $clog2(2 * MapW);

  function automatic logic [7:0] max8(input logic signed [7:0] a, input logic signed [7:0] b);
    max8 = (a > b) ? a : b;
  endfunction

  // ---- sideways ------------------------------------------------------------
  logic [9:0]       x_q, y_q;
  logic             upper_q;      // the upper half of pixel x comes
  logic             run_q, last_x, last_y, none, three, take, whole, merge, join_left;
  logic [HalfW-1:0] a1_q, a2_q;   // as they came, one and two halves back
  logic [HalfW-1:0] h1_q, h2_q;   // so far; h1 is complete when b_valid_q
  logic             b_valid_q, b_merge_q, b_emit_q, b_keep_h_q, b_go;
  logic [AddrW-1:0] at, b_at_q;   // where in the buffer
  assign none   = cfg_i.pool == bonnet_stem_pkg::PoolNone;
  assign three  = cfg_i.pool == bonnet_stem_pkg::Pool3x3;
  assign last_x = x_q == cfg_i.conv_w - 10'd1;
  assign last_y = y_q == cfg_i.conv_h - 10'd1;
  assign whole  = none || x_q[0] || (three && last_x);
  assign merge  = !none && (three ? y_q != '0 : y_q[0]);
  assign at     = AddrW'({x_q >> 1, upper_q});
  assign join_left = !none && (x_q[0] || (three && x_q != '0));
  assign a_ready_o = run_q && (!b_valid_q || b_go);
  assign take      = a_valid_i && a_ready_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {run_q, b_valid_q, upper_q} <= 3'b000;
      {x_q, y_q}                  <= '0;
    end else if (go_i) begin
      {run_q, b_valid_q, upper_q} <= 3'b100;
      {x_q, y_q}                  <= '0;
    end else begin
      if (take) upper_q <= !upper_q;
      if (take && upper_q) begin
        x_q <= last_x ? '0 : x_q + 10'd1;
        if (last_x) y_q <= y_q + 10'd1;
        if (last_x && last_y) run_q <= 1'b0;
      end
      if (take)      b_valid_q <= whole;
      else if (b_go) b_valid_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) if (take) begin : sideways
    logic [HalfW-1:0] other, t;   // the neighbour on the left: 3x3, even column: the odd one before this pair
    other = x_q[0] ? h2_q : a2_q; // loops stand in the blocks because wide functions simulate slowly
    for (int unsigned l = 0; l < HalfL; l++) t[8*l +: 8] = max8(other[8*l +: 8], a_data_i[8*l +: 8]);
    {a2_q, a1_q} <= {a1_q, a_data_i};
    {h2_q, h1_q} <= {h1_q, join_left ? t : a_data_i};
    b_merge_q  <= merge;
    b_emit_q   <= none || y_q[0] || (three && last_y);
    b_keep_h_q <= y_q[0];
    b_at_q     <= at;
  end

  // ---- downwards -----------------------------------------------------------
  logic [HalfW-1:0] above, v;
  bonnet_ram_1r1w #(.Width(HalfW), .Depth(2 * MapW)) u_row (
    .clk_i, .rst_ni, .we_i(b_go && !none), .waddr_i(b_at_q), .wdata_i(b_keep_h_q ? h1_q : v),
    .re_i(take && whole && merge), .raddr_i(at), .rdata_o(above)
  );
  always_comb begin
    v = h1_q;
    if (b_valid_q && b_merge_q) begin
      for (int unsigned l = 0; l < HalfL; l++) v[8*l +: 8] = max8(above[8*l +: 8], h1_q[8*l +: 8]);
    end
  end
  logic             p_valid_q;
  logic [HalfW-1:0] p_q;
  assign b_go = b_valid_q && (!b_emit_q || !p_valid_q || p_ready_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)               p_valid_q <= 1'b0;
    else if (b_go && b_emit_q) p_valid_q <= 1'b1;
    else if (p_ready_i)        p_valid_q <= 1'b0;
  end
  always_ff @(posedge clk_i) if (b_go && b_emit_q) p_q <= v;
  assign p_valid_o = p_valid_q;
  assign p_data_o  = p_q;
  assign busy_o    = run_q || b_valid_q;

  // ---- contract ------------------------------------------------------------
`ifdef FORMAL
  `BONNET_ASSUME(CfgStable_A, !$past(run_q || b_valid_q || go_i) || $stable(cfg_i))  // the run's descriptor; checked at the unit's port
`endif
  `BONNET_ASSUME(NotWhileBusy_A, !go_i || !busy_o)
  `BONNET_ASSERT_HELD(PooledHeld_A, p_valid_o, p_ready_i, p_data_o)
endmodule
`default_nettype wire
