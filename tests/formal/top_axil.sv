// SPDX-License-Identifier: Apache-2.0
//
// top_axil - the AXI4-Lite pins of bonnet_top: bonnet_axil, which drives them (top_pins.ys), beside the rules; the registers answer anything.
`default_nettype none
module top_axil (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  input  wire logic        awvalid_i,
  input  wire logic [15:0] awaddr_i,
  input  wire logic        wvalid_i,
  input  wire logic [31:0] wdata_i,
  input  wire logic [3:0]  wstrb_i,
  input  wire logic        bready_i,
  input  wire logic        arvalid_i,
  input  wire logic [15:0] araddr_i,
  input  wire logic        rready_i,
  input  wire logic [31:0] reg_i
);
  logic        awready, wready, bvalid, arready, rvalid;
  logic [1:0]  bresp, rresp;
  logic [31:0] rdata;
  logic        started_q = 1'b0;
  bonnet_axil u_axil (
    .clk_i, .rst_ni, .s_awvalid_i(awvalid_i), .s_awready_o(awready), .s_awaddr_i(awaddr_i), .s_wvalid_i(wvalid_i), .s_wready_o(wready),
    .s_wdata_i(wdata_i), .s_wstrb_i(wstrb_i), .s_bvalid_o(bvalid), .s_bready_i(bready_i), .s_bresp_o(bresp),
    .s_arvalid_i(arvalid_i), .s_arready_o(arready), .s_araddr_i(araddr_i), .s_rvalid_o(rvalid), .s_rready_i(rready_i), .s_rdata_o(rdata),
    .s_rresp_o(rresp), .rdata_i(reg_i)
  );
  bonnet_axil_rules u_rules (
    .clk_i, .rst_ni, .awvalid_i, .awready_i(awready), .awaddr_i, .wvalid_i, .wready_i(wready), .wdata_i, .wstrb_i, .bvalid_i(bvalid), .bready_i,
    .bresp_i(bresp), .arvalid_i, .arready_i(arready), .araddr_i, .rvalid_i(rvalid), .rready_i, .rdata_i(rdata), .rresp_i(rresp)
  );
  always @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) assume (!rst_ni);
  end
endmodule
`default_nettype wire
