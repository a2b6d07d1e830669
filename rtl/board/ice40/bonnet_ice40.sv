// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40 - the binary layers of a network on an iCE40 UP5K: a serial line, 128 KiB for maps and weights, four lanes of the chip's
// XNOR and popcount. Stem and head are the host's: docs/ice40.md, docs/decisions on why this is not the chip.
//
// Pins    as on an iCEBreaker: a 12 MHz clock, the FTDI's second port, two LEDs (low is on): green while a layer runs, red after a request
//         that failed. No reset pin: flip-flops wake up 0.
// Test    tests/rtl/bonnet_ice40_tb.cpp, tests/ice40: this top, and the netlist read back from the bitstream, through these pins
`default_nettype none
module bonnet_ice40 #(
  parameter int unsigned ClocksPerBit = 12,  // 12 MHz / 1 Mbaud
  parameter int unsigned QuietBits    = 18
) (
  input  wire logic CLK,
  input  wire logic RX,
  output      logic TX,
  output      logic LEDR_N,
  output      logic LEDG_N
);
  localparam int unsigned AddrW = bonnet_ice40_pkg::AddrW;

  // ---- reset: 15 cycles after power-up (block RAM needs some after configuration) ----
  logic [3:0] up_q = '0;
  logic       rst_n;
  always_ff @(posedge CLK) if (up_q != '1) up_q <= up_q + 1'b1;
  bonnet_rst_sync u_rst (.clk_i(CLK), .rst_ni(up_q == '1), .rst_no(rst_n));

  // ---- serial line and requests ----------------------------------------------------
  logic             rx_valid, rx_error, tx_valid, tx_ready, tx;
  logic [7:0]       rx_data, tx_data;
  logic             link_re, link_we, cfg_we, start, abort, busy, failed;
  logic [AddrW-1:0] link_addr;
  logic [63:0]      link_wdata, rdata;
  bonnet_uart_rx #(.ClocksPerBit(ClocksPerBit)) u_rx (
    .clk_i(CLK), .rst_ni(rst_n), .rx_i(RX), .valid_o(rx_valid), .error_o(rx_error), .data_o(rx_data)
  );
  bonnet_uart_tx #(.ClocksPerBit(ClocksPerBit)) u_tx (
    .clk_i(CLK), .rst_ni(rst_n), .valid_i(tx_valid), .ready_o(tx_ready), .data_i(tx_data), .tx_o(tx)
  );
  bonnet_ice40_link #(.QuietBits(QuietBits)) u_link (
    .clk_i(CLK), .rst_ni(rst_n), .rx_valid_i(rx_valid), .rx_error_i(rx_error), .rx_data_i(rx_data),
    .tx_valid_o(tx_valid), .tx_ready_i(tx_ready), .tx_data_o(tx_data), .mem_re_o(link_re), .mem_we_o(link_we), .cfg_we_o(cfg_we),
    .addr_o(link_addr), .wdata_o(link_wdata), .rdata_i(rdata), .start_o(start), .abort_o(abort), .busy_i(busy), .failed_o(failed)
  );
  assign TX     = tx;
  assign LEDR_N = !failed;
  assign LEDG_N = !busy;

  // ---- a layer -----------------------------------------------------------------------
  bonnet_ice40_pkg::cfg_t cfg;
  bonnet_ice40_cfg u_cfg (.clk_i(CLK), .we_i(cfg_we), .word_i(link_addr[2:0]), .data_i(link_wdata), .cfg_o(cfg));
  logic             conv_re;
  logic [15:0]      conv_nibbles;
  logic [AddrW-1:0] conv_addr;
  logic [63:0]      conv_wdata;
  bonnet_ice40_conv u_conv (
    .clk_i(CLK), .rst_ni(rst_n), .cfg_i(cfg), .start_i(start), .abort_i(abort), .busy_o(busy),
    .re_o(conv_re), .nibbles_o(conv_nibbles), .addr_o(conv_addr), .wdata_o(conv_wdata), .rdata_i(rdata)
  );

  // ---- the memory: the link's, but for runs ------------------------------------------------
  bonnet_ice40_mem u_mem (
    .clk_i(CLK), .re_i(busy ? conv_re : link_re), .nibbles_i(busy ? conv_nibbles : {16{link_we}}), .addr_i(busy ? conv_addr : link_addr),
    .wdata_i(busy ? conv_wdata : link_wdata), .rdata_o(rdata)
  );
endmodule
`default_nettype wire
