// SPDX-License-Identifier: Apache-2.0
//
// bonnet_jtag - a board over its JTAG cable: the stream of docs/jtag.md behind the pins of a BSCANE2, an AXI4 master behind the stream.
// The primitive itself is in rtl/board. No logic here but the status.
//
//   TDI -> rx -> queue -> axi -> queue -> tx -> TDO         two clocks, not related; the bus at least as fast as TCK
//
// Clock   Crossings: the two bonnet_afifo; ack, clr_ack, bus_err through u_sync (toggles and a level, each alone: bus_err is up a cycle
//         before the ack that speaks of it); the reset through u_rst. TCK may stop at any time and for as long as it likes.
// Reset   rst_ni at any time, both sides; TCK's side is back three edges of TCK after the release.
// Test    tests/rtl/bonnet_jtag_tb.cpp, tests/jtag, every use of usb:
`default_nettype none
module bonnet_jtag #(
  parameter int unsigned AddrW  = 40,
  parameter int unsigned Bypass = 1             // bits of other devices in BYPASS between this one and TDO: the ARM DAP, or its dummy
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,          // asynchronous, released on an edge of clk_i
  // a BSCANE2's
  input  wire logic             tck_i,
  input  wire logic             sel_i,
  input  wire logic             capture_i,
  input  wire logic             shift_i,
  input  wire logic             update_i,
  input  wire logic             reset_i,
  input  wire logic             tdi_i,
  output      logic             tdo_o,
  // AXI4 master
  output      logic             m_axi_awvalid,
  input  wire logic             m_axi_awready,
  output      logic [AddrW-1:0] m_axi_awaddr,
  output      logic [7:0]       m_axi_awlen,
  output      logic [2:0]       m_axi_awsize,
  output      logic [1:0]       m_axi_awburst,
  output      logic [3:0]       m_axi_awcache,
  output      logic [2:0]       m_axi_awprot,
  output      logic             m_axi_wvalid,
  input  wire logic             m_axi_wready,
  output      logic [31:0]      m_axi_wdata,
  output      logic [3:0]       m_axi_wstrb,
  output      logic             m_axi_wlast,
  input  wire logic             m_axi_bvalid,
  output      logic             m_axi_bready,
  input  wire logic [1:0]       m_axi_bresp,
  output      logic             m_axi_arvalid,
  input  wire logic             m_axi_arready,
  output      logic [AddrW-1:0] m_axi_araddr,
  output      logic [7:0]       m_axi_arlen,
  output      logic [2:0]       m_axi_arsize,
  output      logic [1:0]       m_axi_arburst,
  output      logic [3:0]       m_axi_arcache,
  output      logic [2:0]       m_axi_arprot,
  input  wire logic             m_axi_rvalid,
  output      logic             m_axi_rready,
  input  wire logic [31:0]      m_axi_rdata,
  input  wire logic [1:0]       m_axi_rresp,
  input  wire logic             m_axi_rlast
);
  localparam int unsigned InDepth = 32, OutDepth = 64;   // words
  // ---- TCK ---------------------------------------------------------------------
  logic trst_n, capture, shift, req, clr, ack_t, clr_ack_t, bus_err_t, clr_busy, busy, stale, epoch;
  logic [2:0] err;
  bonnet_rst_sync u_rst (.clk_i(tck_i), .rst_ni, .rst_no(trst_n));
  assign capture  = sel_i && capture_i;
  assign shift    = sel_i && shift_i;
  assign clr_busy = clr != clr_ack_t;
  assign busy     = req != ack_t || clr_busy || stale;

  logic        in_valid, in_valid_a, in_ready_a, out_valid_a, out_valid_t, out_ready_t;
  logic [33:0] in_data, in_data_a;
  logic [32:0] out_data_a, out_data_t;
  logic [$clog2(InDepth):0]  in_free;
  logic [$clog2(OutDepth):0] out_free_a;
  bonnet_jtag_rx #(.Depth(InDepth)) u_rx (
    .clk_i(tck_i), .rst_ni(trst_n), .capture_i(capture), .shift_i(shift), .end_i((sel_i && update_i) || reset_i), .tdi_i,
    .busy_i(busy), .clr_busy_i(clr_busy), .req_o(req), .clr_o(clr), .epoch_o(epoch), .err_o(err),
    .valid_o(in_valid), .data_o(in_data), .free_i(in_free)
  );
  bonnet_jtag_tx #(.Bypass(Bypass)) u_tx (
    .clk_i(tck_i), .rst_ni(trst_n), .capture_i(capture), .shift_i(shift), .tdo_o,
    .status_i({6'd0, err, bus_err_t, busy, 4'd1, 16'hB0A7}),
    .epoch_i(epoch), .stale_o(stale), .valid_i(out_valid_t), .ready_o(out_ready_t), .data_i(out_data_t)
  );

  // ---- between the clocks --------------------------------------------------------
  logic ack, clr_ack, bus_err;
  /* verilator lint_off PINCONNECTEMPTY */ // rx and axi look at the room before they give a word
  bonnet_afifo #(.Width(34), .Depth(InDepth)) u_in (
    .wclk_i(tck_i), .wrst_ni(trst_n), .wvalid_i(in_valid), .wready_o(), .wdata_i(in_data), .wfree_o(in_free),
    .rclk_i(clk_i), .rrst_ni(rst_ni), .rvalid_o(in_valid_a), .rready_i(in_ready_a), .rdata_o(in_data_a)
  );
  bonnet_afifo #(.Width(33), .Depth(OutDepth)) u_out (
    .wclk_i(clk_i), .wrst_ni(rst_ni), .wvalid_i(out_valid_a), .wready_o(), .wdata_i(out_data_a), .wfree_o(out_free_a),
    .rclk_i(tck_i), .rrst_ni(trst_n), .rvalid_o(out_valid_t), .rready_i(out_ready_t), .rdata_o(out_data_t)
  );
  /* verilator lint_on PINCONNECTEMPTY */
  bonnet_sync #(.Width(3)) u_sync (.clk_i(tck_i), .rst_ni(trst_n), .d_i({ack, clr_ack, bus_err}), .q_o({ack_t, clr_ack_t, bus_err_t}));

  // ---- bus -------------------------------------------------------------------------
  bonnet_jtag_axi #(.Depth(OutDepth), .AddrW(AddrW)) u_axi (
    .clk_i, .rst_ni, .ack_o(ack), .clr_ack_o(clr_ack), .bus_err_o(bus_err),
    .valid_i(in_valid_a), .ready_o(in_ready_a), .data_i(in_data_a), .valid_o(out_valid_a), .data_o(out_data_a), .free_i(out_free_a),
    .m_awvalid_o(m_axi_awvalid), .m_awready_i(m_axi_awready), .m_addr_o(m_axi_awaddr), .m_len_o(m_axi_awlen),
    .m_wvalid_o(m_axi_wvalid), .m_wready_i(m_axi_wready), .m_wdata_o(m_axi_wdata), .m_wlast_o(m_axi_wlast),
    .m_bvalid_i(m_axi_bvalid), .m_bready_o(m_axi_bready), .m_bresp_i(m_axi_bresp),
    .m_arvalid_o(m_axi_arvalid), .m_arready_i(m_axi_arready),
    .m_rvalid_i(m_axi_rvalid), .m_rready_o(m_axi_rready), .m_rdata_i(m_axi_rdata), .m_rresp_i(m_axi_rresp), .m_rlast_i(m_axi_rlast)
  );
  assign m_axi_araddr  = m_axi_awaddr;
  assign m_axi_arlen   = m_axi_awlen;
  assign m_axi_wstrb   = 4'b1111;
  assign {m_axi_awsize, m_axi_arsize}   = {2{3'd2}};
  assign {m_axi_awburst, m_axi_arburst} = {2{2'b01}};     // INCR
  assign {m_axi_awcache, m_axi_arcache} = {2{4'b0011}};   // bufferable, modifiable
  assign {m_axi_awprot, m_axi_arprot}   = {2{3'b000}};
endmodule
`default_nettype wire
