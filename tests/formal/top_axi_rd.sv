// SPDX-License-Identifier: Apache-2.0
//
// top_axi_rd - the read pins of bonnet_top: bonnet_axi_rd, which drives them (top_pins.ys), beside the rules of AXI4, with three clients that ask
// for what they like and count what they get. 16-bit bus, bursts of four, two of them out, requests of up to seven beats below
// address 8192 (bonnet_axi_rd.ys proves page, shape and stillness for all 64 bits).
// Watched beyond the pins: a client gets the beats it asked for, none more; who is idle owes none; while the slave serves, the
// clients take and nothing is flushed, no request waits longer than Wait cycles for its next beat.
`default_nettype none
module top_axi_rd #(
  localparam int unsigned BusBits = 16,
  localparam int unsigned AddrW   = bonnet_pkg::AddrW,
  localparam int unsigned ReqW    = bonnet_pkg::RdReqBits,
  localparam int unsigned Wait    = 40
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,
  input  wire logic               flush_i,
  input  wire logic [2:0]         rd_valid_i,
  input  wire logic [5:0]         base_i,        // of client c [2*c +: 2]
  input  wire logic [35:0]        addr_i,        // [12*c +: 12], in words of the bus
  input  wire logic [8:0]         beats_i,       // [3*c +: 3]
  input  wire logic [2:0]         rdata_ready_i,
  input  wire logic               arready_i,
  input  wire logic               rvalid_i,
  input  wire logic [BusBits-1:0] rdata_i,
  input  wire logic [1:0]         rresp_i,
  input  wire logic               rlast_i
);
  logic [3*ReqW-1:0] req;
  logic             idle, arvalid, rready, owed;
  logic [2:0]       rd_ready, rdata_valid, taken;
  logic [AddrW-1:0] araddr;
  logic [7:0]       arlen;
  bonnet_axi_rd #(.BusBits(BusBits), .MaxBurst(4), .Outstanding(2), .Stems(1)) u_rd (
    .clk_i, .rst_ni, .flush_i, .idle_o(idle), .rd_valid_i, .rd_ready_o(rd_ready),
    .seq_req_i(req[ReqW-1:0]), .load_req_i(req[ReqW +: ReqW]), .stem_req_i(req[2*ReqW +: ReqW]),
    .rdata_valid_o(rdata_valid), .rdata_ready_i, .taken_o(taken), .m_arvalid_o(arvalid), .m_arready_i(arready_i), .m_araddr_o(araddr), .m_arlen_o(arlen),
    .m_rvalid_i(rvalid_i), .m_rready_o(rready), .m_rdata_i(rdata_i), .m_rresp_i(rresp_i), .m_rlast_i(rlast_i)
  );
  bonnet_axi_rd_rules #(.AddrW(AddrW), .BusBits(BusBits), .MaxBurst(4), .Outstanding(2)) u_rules (
    .clk_i, .rst_ni, .arvalid_i(arvalid), .arready_i, .araddr_i(araddr), .arlen_i(arlen), .arsize_i(3'd1), .arburst_i(2'b01),
    .rvalid_i, .rready_i(rready), .rdata_i, .rresp_i, .rlast_i, .owed_o(owed)
  );

  // ---- what the clients are owed ------------------------------------------------
  logic       started_q = 1'b0;
  logic [4:0] asked_q [3];     // beats asked for and not delivered
  logic [5:0] wait_q;
  logic       fair;
  logic [2:0] asked_for;       // a beat taken was asked for
  assign fair = !flush_i && arready_i && rdata_ready_i == '1 && (rvalid_i || !owed);
  for (genvar c = 0; c < 3; c++) begin : gen_client
    logic [2:0] beats;
    assign beats        = beats_i[3*c +: 3];
    assign req[ReqW*c +: ReqW] = {base_i[2*c +: 2], AddrW'({addr_i[12*c +: 12], 1'b0}), 4'(beats)};
    assign asked_for[c] = !taken[c] || asked_q[c] != '0;
    always_ff @(posedge clk_i) begin
      if (!rst_ni || flush_i) asked_q[c] <= '0;
      else asked_q[c] <= asked_q[c] + ((rd_valid_i[c] && rd_ready[c]) ? 5'(beats) : '0) - 5'(taken[c]);
    end
    always @(posedge clk_i) begin
      assume (beats != '0);
      assume (asked_q[c] <= 5'd20 || !rd_valid_i[c]);   // the counter's end, no promise of anybody
    end
  end
  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!rst_ni || !fair || taken != '0 || idle) wait_q <= '0;
    else wait_q <= wait_q + 6'd1;
  end
  always @(posedge clk_i) begin
    if (!started_q) assume (!rst_ni);
    // A flush ends as bonnet_reset ends it, when nothing is under way.
    if (started_q && rst_ni && $past(rst_ni && flush_i && !idle)) assume (flush_i);
    if (rst_ni) begin
      AskedFor_A:     assert (asked_for == '1);
      IdleOwesNone_A: assert (!idle || (asked_q[0] == '0 && asked_q[1] == '0 && asked_q[2] == '0));
      IdleClean_A:    assert (!idle || !(owed || arvalid));
      NobodyWaits_A:  assert (wait_q < 6'(Wait));
    end
  end
endmodule
`default_nettype wire
