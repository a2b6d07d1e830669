// SPDX-License-Identifier: Apache-2.0
//
// top_axi_wr - the write pins of bonnet_top: bonnet_axi_wr, which drives them (top_pins.ys), beside the rules of AXI4, with a client that asks for
// what it likes. 16-bit bus, bursts of four, two of them out, requests of up to seven beats below address 8192.
// Watched beyond the pins: as many beats are taken from the client as it announced, done comes once, after the last response, and who
// is idle has nothing under way; while the slave serves, the client gives and nothing is flushed, it comes within Wait cycles of the last step.
`default_nettype none
module top_axi_wr #(
  localparam int unsigned BusBits = 16,
  localparam int unsigned AddrW   = bonnet_pkg::AddrW,
  localparam int unsigned Wait    = 12
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,
  input  wire logic               flush_i,
  input  wire logic               wr_valid_i,
  input  wire logic [1:0]         wr_base_i,
  input  wire logic [11:0]        wr_addr_i,      // words of the bus
  input  wire logic [2:0]         wr_beats_i,
  input  wire logic               wdata_valid_i,
  input  wire logic [BusBits-1:0] wdata_i,
  input  wire logic [1:0]         wstrb_i,
  input  wire logic               awready_i,
  input  wire logic               wready_i,
  input  wire logic               bvalid_i,
  input  wire logic [1:0]         bresp_i
);
  logic               idle, wr_ready, wdata_ready, done, awvalid, wvalid, wlast, bready, owed;
  logic [AddrW-1:0]   awaddr;
  logic [7:0]         awlen;
  logic [BusBits-1:0] wdata;
  logic [1:0]         wstrb;
  bonnet_axi_wr #(.BusBits(BusBits), .MaxBurst(4), .Outstanding(2)) u_wr (
    .clk_i, .rst_ni, .flush_i, .idle_o(idle), .wr_valid_i, .wr_ready_o(wr_ready), .wr_base_i, .wr_addr_i(AddrW'({wr_addr_i, 1'b0})),
    .wr_beats_i(4'(wr_beats_i)), .wdata_valid_i, .wdata_ready_o(wdata_ready), .wdata_i, .wstrb_i, .wr_done_o(done),
    .m_awvalid_o(awvalid), .m_awready_i(awready_i), .m_awaddr_o(awaddr), .m_awlen_o(awlen),
    .m_wvalid_o(wvalid), .m_wready_i(wready_i), .m_wdata_o(wdata), .m_wstrb_o(wstrb), .m_wlast_o(wlast),
    .m_bvalid_i(bvalid_i), .m_bready_o(bready), .m_bresp_i(bresp_i)
  );
  bonnet_axi_wr_rules #(.AddrW(AddrW), .BusBits(BusBits), .MaxBurst(4), .Outstanding(2)) u_rules (
    .clk_i, .rst_ni, .awvalid_i(awvalid), .awready_i, .awaddr_i(awaddr), .awlen_i(awlen), .awsize_i(3'd1), .awburst_i(2'b01),
    .wvalid_i(wvalid), .wready_i, .wdata_i(wdata), .wstrb_i(wstrb), .wlast_i(wlast), .bvalid_i, .bready_i(bready), .owed_o(owed)
  );

  // ---- the client's request --------------------------------------------------------
  logic       started_q = 1'b0;
  logic       busy_q;
  logic [2:0] asked_q;         // beats announced and not taken
  logic [3:0] wait_q;
  logic       accept, beat, fair, step;
  assign accept = wr_valid_i && wr_ready;
  assign beat   = wdata_valid_i && wdata_ready;
  assign fair   = !flush_i && awready_i && wready_i && wdata_valid_i && (bvalid_i || !owed);
  assign step   = accept || beat || done || bvalid_i;
  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!rst_ni || flush_i) begin
      {busy_q, asked_q} <= '0;
    end else begin
      if (accept)    {busy_q, asked_q} <= {1'b1, wr_beats_i};
      else if (done) busy_q <= 1'b0;
      if (beat)      asked_q <= asked_q - 3'd1;
    end
    wait_q <= (!rst_ni || !fair || step || !busy_q) ? '0 : wait_q + 4'd1;
  end
  always @(posedge clk_i) begin
    if (!started_q) assume (!rst_ni);
    assume (wr_beats_i != '0);
    // A flush ends as bonnet_reset ends it, when nothing is under way.
    if (started_q && rst_ni && $past(rst_ni && flush_i && !idle)) assume (flush_i);
    if (rst_ni) begin
      Asked_A:     assert (!beat || asked_q != '0);
      DoneOnce_A:  assert (!done || (busy_q && asked_q == '0 && !awvalid && !wvalid));
      IdleClean_A: assert (!idle || !((busy_q && !flush_i) || awvalid || wvalid || owed));
      InTime_A:    assert (wait_q < 4'(Wait));
    end
  end
endmodule
`default_nettype wire
