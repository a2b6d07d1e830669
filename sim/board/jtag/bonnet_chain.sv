// SPDX-License-Identifier: Apache-2.0
//
// bonnet_chain - a ZCU102's JTAG chain with our port behind USER1, for simulation: bonnet_tap, and bonnet_jtag where a BSCANE2 would be.
// port_i 0: the bitstream has no such port, and USER1 shifts out zeros.
//
// Test    tests/jtag
`default_nettype none
module bonnet_chain (
  input  wire logic        clk_i,        // of the bus
  input  wire logic        rst_ni,
  input  wire logic        tck_i,
  input  wire logic        tms_i,
  input  wire logic        tdi_i,
  output      logic        tdo_o,
  input  wire logic [31:0] idcode_i,
  input  wire logic [31:0] dap_i,
  input  wire logic        port_i,
  input  wire logic        done_i,
  output      logic        cfg_in_o,
  output      logic        jprogram_o,
  output      logic        jstart_o,
  // AXI4 master of the port: what a memory has to know of it
  output      logic        m_axi_awvalid,
  input  wire logic        m_axi_awready,
  output      logic [39:0] m_axi_awaddr,
  output      logic [7:0]  m_axi_awlen,
  output      logic        m_axi_wvalid,
  input  wire logic        m_axi_wready,
  output      logic [31:0] m_axi_wdata,
  output      logic        m_axi_wlast,
  input  wire logic        m_axi_bvalid,
  output      logic        m_axi_bready,
  input  wire logic [1:0]  m_axi_bresp,
  output      logic        m_axi_arvalid,
  input  wire logic        m_axi_arready,
  output      logic [39:0] m_axi_araddr,
  output      logic [7:0]  m_axi_arlen,
  input  wire logic        m_axi_rvalid,
  output      logic        m_axi_rready,
  input  wire logic [31:0] m_axi_rdata,
  input  wire logic [1:0]  m_axi_rresp,
  input  wire logic        m_axi_rlast
);
  logic sel, capture, shift, update, reset, user_tdo;
  bonnet_tap u_tap (
    .por_ni(rst_ni), .tck_i, .tms_i, .tdi_i, .tdo_o, .idcode_i, .dap_i, .done_i,
    .user1_o(sel), .capture_o(capture), .shift_o(shift), .update_o(update), .reset_o(reset), .user_tdo_i(user_tdo && port_i),
    .cfg_in_o, .jprogram_o, .jstart_o
  );
  /* verilator lint_off PINCONNECTEMPTY */ // constants
  bonnet_jtag u_jtag (
    .clk_i, .rst_ni, .tck_i, .sel_i(sel && port_i), .capture_i(capture), .shift_i(shift), .update_i(update), .reset_i(reset),
    .tdi_i, .tdo_o(user_tdo),
    .m_axi_awvalid, .m_axi_awready, .m_axi_awaddr, .m_axi_awlen, .m_axi_awsize(), .m_axi_awburst(), .m_axi_awcache(), .m_axi_awprot(),
    .m_axi_wvalid, .m_axi_wready, .m_axi_wdata, .m_axi_wstrb(), .m_axi_wlast, .m_axi_bvalid, .m_axi_bready, .m_axi_bresp,
    .m_axi_arvalid, .m_axi_arready, .m_axi_araddr, .m_axi_arlen, .m_axi_arsize(), .m_axi_arburst(), .m_axi_arcache(), .m_axi_arprot(),
    .m_axi_rvalid, .m_axi_rready, .m_axi_rdata, .m_axi_rresp, .m_axi_rlast
  );
  /* verilator lint_on PINCONNECTEMPTY */
endmodule
`default_nettype wire
