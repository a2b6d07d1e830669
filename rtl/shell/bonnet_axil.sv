// SPDX-License-Identifier: Apache-2.0
//
// bonnet_axil - AXI4-Lite slave in front of the registers: 32-bit data, 64 KiB window.
//
// Rate    A write every 2 cycles, a read every 4. AW and W in any order, any distance apart. Everything answers OKAY.
// Stall   B and R hold until taken; the next access waits. All outputs are flip-flops.
// Note    A register read is one pulse of re_o; rdata_i is sampled one cycle later.
// Test    tests/rtl/bonnet_axil_tb.cpp, every simulation        Proof  tests/formal/bonnet_axil.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_axil (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  // AXI4-Lite
  input  wire logic        s_awvalid_i,
  output      logic        s_awready_o,
  input  wire logic [15:0] s_awaddr_i,
  input  wire logic        s_wvalid_i,
  output      logic        s_wready_o,
  input  wire logic [31:0] s_wdata_i,
  input  wire logic [3:0]  s_wstrb_i,
  output      logic        s_bvalid_o,
  input  wire logic        s_bready_i,
  output      logic [1:0]  s_bresp_o,
  input  wire logic        s_arvalid_i,
  output      logic        s_arready_o,
  input  wire logic [15:0] s_araddr_i,
  output      logic        s_rvalid_o,
  input  wire logic        s_rready_i,
  output      logic [31:0] s_rdata_o,
  output      logic [1:0]  s_rresp_o,
  // registers
  output      logic        we_o,      // one cycle
  output      logic [15:0] waddr_o,
  output      logic [31:0] wdata_o,
  output      logic [3:0]  wstrb_o,
  output      logic        re_o,      // one cycle
  output      logic [15:0] raddr_o,
  input  wire logic [31:0] rdata_i    // the cycle after re_o
);
  // ---- writes: both halves are held until both are there ----------------------
  logic        aw_q, w_q, b_q;
  logic [15:0] awaddr_q;
  logic [31:0] wdata_q;
  logic [3:0]  wstrb_q;
  assign s_awready_o = !aw_q;
  assign s_wready_o  = !w_q;
  assign s_bvalid_o  = b_q;
  assign s_bresp_o   = 2'b00;
  assign we_o        = aw_q && w_q && !b_q;
  assign waddr_o     = awaddr_q;
  assign wdata_o     = wdata_q;
  assign wstrb_o     = wstrb_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {aw_q, w_q, b_q} <= 3'b000;
    end else begin
      if (we_o)             aw_q <= 1'b0;
      else if (s_awvalid_i) aw_q <= 1'b1;
      if (we_o)             w_q <= 1'b0;
      else if (s_wvalid_i)  w_q <= 1'b1;
      if (we_o)             b_q <= 1'b1;
      else if (s_bready_i)  b_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (s_awvalid_i && !aw_q) awaddr_q <= s_awaddr_i;
    if (s_wvalid_i && !w_q) begin
      wdata_q <= s_wdata_i;
      wstrb_q <= s_wstrb_i;
    end
  end

  // ---- reads ------------------------------------------------------------------
  logic        ask_q, wait_q, r_q;   // address held; register is being read; answer held
  logic [15:0] araddr_q;
  logic [31:0] rdata_q;
  assign s_arready_o = !ask_q && !wait_q && !r_q;
  assign re_o        = ask_q;
  assign raddr_o     = araddr_q;
  assign s_rvalid_o  = r_q;
  assign s_rdata_o   = rdata_q;
  assign s_rresp_o   = 2'b00;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {ask_q, wait_q, r_q} <= 3'b000;
    end else begin
      ask_q  <= s_arvalid_i && s_arready_o;
      wait_q <= ask_q;
      if (wait_q)          r_q <= 1'b1;
      else if (s_rready_i) r_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (s_arvalid_i && s_arready_o) araddr_q <= s_araddr_i;
    if (wait_q) rdata_q <= rdata_i;
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(OneReadState_A, 2'(ask_q) + 2'(wait_q) + 2'(r_q) <= 2'd1)
  `BONNET_ASSERT(WriteNeedsBoth_A, !we_o || (aw_q && w_q && !b_q))
  `BONNET_ASSERT_HELD(BHeld_A, s_bvalid_o, s_bready_i, s_bresp_o)
  `BONNET_ASSERT_HELD(RHeld_A, s_rvalid_o, s_rready_i, s_rdata_o)
endmodule
`default_nettype wire
