// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ulx3s - the whole chip (geometry small) on a ULX3S with an LFE5U-85F: docs/ulx3s.md. Registers and memory are reached over the
// FTDI's serial line; the memory is the FPGA's own.
//
//   FT231X -> uart_rx -> serial -> local_bus -+-> registers of bonnet_top         0xA0000000, 64 KiB
//                                             +-> local_ram <- master of bonnet_top  0x70000000, 120 KiB
//
// Clock   a PLL makes ClkMhz of clk_25mhz; 1 Mbaud is ClkMhz cycles a bit. Reset: a count that begins when the PLL has locked; button FIRE1
//         starts it again.
// LEDs    0 idle, 1 a job runs, 2 the last job ended, 3 a serial frame or an address was bad since the last start
// Test    tests/serial, over the pins; make bitstream-ulx3s
`default_nettype none
module bonnet_ulx3s #(
  parameter ClkMhz       = 12,       // a divisor of 600, 5 or more; constraints/ulx3s/ulx3s.lpf has the 25 MHz that it is made of
  parameter ClocksPerBit = ClkMhz,   // 1 Mbaud
  parameter GapBits      = 22,       // a third of a second
  parameter ResetBits    = 12
) (
  input  wire       clk_25mhz,
  input  wire       btn_fire1,       // high while it is pressed
  input  wire       ftdi_txd,        // from the FT231X
  output wire       ftdi_rxd,        // to it
  output wire       wifi_gpio0,      // high: the ESP32 leaves the FPGA alone
  output wire [7:0] led
);
  assign wifi_gpio0 = 1'b1;

  // ---- clock and reset -------------------------------------------------------------------
  // VCO 600 MHz = 25 MHz * 24 (CLKOP, fed back); CLKOS is the chip's. What ICP_CURRENT and LPF_RESISTOR are: ecppll's, for this VCO.
  wire clk, clk_fb, locked;
  /* verilator lint_off PINMISSING */ // outputs that nobody has, and the enables of those
  (* ICP_CURRENT = "12", LPF_RESISTOR = "8", MFG_ENABLE_FILTEROPAMP = "1", MFG_GMCREF_SEL = "2" *)
  EHXPLLL #(
    .CLKI_DIV(1), .CLKFB_DIV(1), .FEEDBK_PATH("CLKOP"),
    .CLKOP_ENABLE("ENABLED"), .CLKOP_DIV(24), .CLKOP_CPHASE(11), .CLKOS_ENABLE("ENABLED"), .CLKOS_DIV(600 / ClkMhz), .CLKOS_CPHASE(11)
  ) u_pll (
    .CLKI(clk_25mhz), .CLKFB(clk_fb), .CLKOP(clk_fb), .CLKOS(clk), .LOCK(locked), .RST(1'b0), .STDBY(1'b0), .ENCLKOP(1'b0), .ENCLKOS(1'b0),
    .PHASESEL0(1'b0), .PHASESEL1(1'b0), .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1), .PLLWAKESYNC(1'b0)
  );
  /* verilator lint_on PINMISSING */
  reg [ResetBits-1:0] reset_q = 0;   // from the bitstream
  reg                 rst_nq  = 0;
  reg                 meta_q = 1, hold_q = 1;
  always @(posedge clk) begin
    meta_q <= btn_fire1 || !locked;
    hold_q <= meta_q;
    if (hold_q)           reset_q <= 0;
    else if (!(&reset_q)) reset_q <= reset_q + 1'b1;
    rst_nq <= &reset_q;
  end

  // ---- serial line ---------------------------------------------------------------------
  wire       rx_valid, rx_error, tx_valid, tx_ready;
  wire [7:0] rx_data, tx_data;
  bonnet_uart_rx #(.ClocksPerBit(ClocksPerBit)) u_uart_rx (
    .clk_i(clk), .rst_ni(rst_nq), .rx_i(ftdi_txd), .valid_o(rx_valid), .error_o(rx_error), .data_o(rx_data)
  );
  bonnet_uart_tx #(.ClocksPerBit(ClocksPerBit)) u_uart_tx (
    .clk_i(clk), .rst_ni(rst_nq), .valid_i(tx_valid), .ready_o(tx_ready), .data_i(tx_data), .tx_o(ftdi_rxd)
  );

  wire        p_awvalid, p_awready, p_wvalid, p_wready, p_wlast, p_bvalid, p_bready, p_arvalid, p_arready, p_rvalid, p_rready, p_rlast;
  wire [39:0] p_addr;
  wire [7:0]  p_len;
  wire [31:0] p_wdata, p_rdata;
  wire [1:0]  p_bresp, p_rresp;
  bonnet_serial #(.GapBits(GapBits)) u_serial (
    .clk_i(clk), .rst_ni(rst_nq),
    .rx_valid_i(rx_valid), .rx_data_i(rx_data), .tx_valid_o(tx_valid), .tx_ready_i(tx_ready), .tx_data_o(tx_data),
    .m_awvalid_o(p_awvalid), .m_awready_i(p_awready), .m_addr_o(p_addr), .m_len_o(p_len),
    .m_wvalid_o(p_wvalid), .m_wready_i(p_wready), .m_wdata_o(p_wdata), .m_wlast_o(p_wlast),
    .m_bvalid_i(p_bvalid), .m_bready_o(p_bready), .m_bresp_i(p_bresp), .m_arvalid_o(p_arvalid), .m_arready_i(p_arready),
    .m_rvalid_i(p_rvalid), .m_rready_o(p_rready), .m_rdata_i(p_rdata), .m_rresp_i(p_rresp), .m_rlast_i(p_rlast)
  );

  wire        r_awvalid, r_awready, r_wvalid, r_wready, r_bvalid, r_bready, r_arvalid, r_arready, r_rvalid, r_rready;
  wire [15:0] r_addr;
  wire [31:0] r_wdata, r_rdata;
  wire [1:0]  r_bresp, r_rresp;
  wire        w_req, w_we, w_ack, w_err;
  wire [25:0] w_word;
  wire [31:0] w_rdata;
  bonnet_local_bus u_bus (
    .clk_i(clk), .rst_ni(rst_nq),
    .s_awvalid_i(p_awvalid), .s_awready_o(p_awready), .s_addr_i(p_addr), .s_len_i(p_len),
    .s_wvalid_i(p_wvalid), .s_wready_o(p_wready), .s_wdata_i(p_wdata),
    .s_bvalid_o(p_bvalid), .s_bready_i(p_bready), .s_bresp_o(p_bresp), .s_arvalid_i(p_arvalid), .s_arready_o(p_arready),
    .s_rvalid_o(p_rvalid), .s_rready_i(p_rready), .s_rdata_o(p_rdata), .s_rresp_o(p_rresp), .s_rlast_o(p_rlast),
    .m_awvalid_o(r_awvalid), .m_awready_i(r_awready), .m_addr_o(r_addr), .m_wvalid_o(r_wvalid), .m_wready_i(r_wready), .m_wdata_o(r_wdata),
    .m_bvalid_i(r_bvalid), .m_bready_o(r_bready), .m_bresp_i(r_bresp), .m_arvalid_o(r_arvalid), .m_arready_i(r_arready),
    .m_rvalid_i(r_rvalid), .m_rready_o(r_rready), .m_rdata_i(r_rdata), .m_rresp_i(r_rresp),
    .mem_req_o(w_req), .mem_we_o(w_we), .mem_word_o(w_word), .mem_ack_i(w_ack), .mem_err_i(w_err), .mem_rdata_i(w_rdata)
  );

  // ---- chip and memory -------------------------------------------------------------------
  wire        g_arvalid, g_arready, g_rvalid, g_rready, g_rlast, g_awvalid, g_awready, g_wvalid, g_wready, g_wlast, g_bvalid, g_bready, irq;
  wire [63:0] g_araddr, g_awaddr, g_rdata, g_wdata;
  wire [7:0]  g_arlen, g_wstrb;
  wire [1:0]  g_rresp, g_bresp;
  /* verilator lint_off PINCONNECTEMPTY */ // always bursts of eight bytes a beat, INCR, one ID: the memory knows no others
  bonnet_top u_top (
    .clk_i(clk), .rst_ni(rst_nq),
    .s_axil_awvalid(r_awvalid), .s_axil_awready(r_awready), .s_axil_awaddr(r_addr),
    .s_axil_wvalid(r_wvalid), .s_axil_wready(r_wready), .s_axil_wdata(r_wdata), .s_axil_wstrb(4'b1111),
    .s_axil_bvalid(r_bvalid), .s_axil_bready(r_bready), .s_axil_bresp(r_bresp),
    .s_axil_arvalid(r_arvalid), .s_axil_arready(r_arready), .s_axil_araddr(r_addr),
    .s_axil_rvalid(r_rvalid), .s_axil_rready(r_rready), .s_axil_rdata(r_rdata), .s_axil_rresp(r_rresp),
    .m_axi_arvalid(g_arvalid), .m_axi_arready(g_arready), .m_axi_arid(), .m_axi_araddr(g_araddr), .m_axi_arlen(g_arlen),
    .m_axi_arsize(), .m_axi_arburst(), .m_axi_arlock(), .m_axi_arcache(), .m_axi_arprot(), .m_axi_arqos(),
    .m_axi_rvalid(g_rvalid), .m_axi_rready(g_rready), .m_axi_rid(1'b0), .m_axi_rdata(g_rdata), .m_axi_rresp(g_rresp), .m_axi_rlast(g_rlast),
    .m_axi_awvalid(g_awvalid), .m_axi_awready(g_awready), .m_axi_awid(), .m_axi_awaddr(g_awaddr), .m_axi_awlen(),
    .m_axi_awsize(), .m_axi_awburst(), .m_axi_awlock(), .m_axi_awcache(), .m_axi_awprot(), .m_axi_awqos(),
    .m_axi_wvalid(g_wvalid), .m_axi_wready(g_wready), .m_axi_wdata(g_wdata), .m_axi_wstrb(g_wstrb), .m_axi_wlast(g_wlast),
    .m_axi_bvalid(g_bvalid), .m_axi_bready(g_bready), .m_axi_bid(1'b0), .m_axi_bresp(g_bresp), .irq_o(irq)
  );
  /* verilator lint_on PINCONNECTEMPTY */
  bonnet_local_ram u_ram (
    .clk_i(clk), .rst_ni(rst_nq),
    .s_arvalid_i(g_arvalid), .s_arready_o(g_arready), .s_araddr_i(g_araddr), .s_arlen_i(g_arlen),
    .s_rvalid_o(g_rvalid), .s_rready_i(g_rready), .s_rdata_o(g_rdata), .s_rresp_o(g_rresp), .s_rlast_o(g_rlast),
    .s_awvalid_i(g_awvalid), .s_awready_o(g_awready), .s_awaddr_i(g_awaddr),
    .s_wvalid_i(g_wvalid), .s_wready_o(g_wready), .s_wdata_i(g_wdata), .s_wstrb_i(g_wstrb), .s_wlast_i(g_wlast),
    .s_bvalid_o(g_bvalid), .s_bready_i(g_bready), .s_bresp_o(g_bresp),
    .req_i(w_req), .we_i(w_we), .word_i(w_word), .wdata_i(r_wdata), .ack_o(w_ack), .err_o(w_err), .rdata_o(w_rdata)
  );

  // ---- LEDs --------------------------------------------------------------------------------
  reg  busy_q, done_q, bad_q;
  wire start = r_awvalid && r_awready && r_addr == 16'd0 && r_wdata[0];   // CTRL, START: the port gives address and data together
  always @(posedge clk or negedge rst_nq) begin
    if (!rst_nq) {busy_q, done_q, bad_q} <= 3'b000;
    else begin
      busy_q <= start || (busy_q && !irq);
      done_q <= !start && (done_q || irq);
      bad_q  <= !start && (bad_q || rx_error || (g_rvalid && g_rresp[1]) || (g_bvalid && g_bresp[1]));
    end
  end
  assign led = {4'b0000, bad_q, done_q, busy_q, rst_nq && !busy_q};
  wire unused;
  assign unused = ^{p_wlast, g_araddr[2:0], g_awaddr[2:0]};
endmodule
`default_nettype wire
