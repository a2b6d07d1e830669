// SPDX-License-Identifier: Apache-2.0
//
// bonnet_axi_wr_rules - what AXI4 asks of the write half of a master, watched at its pins: asserted; and of its slave: assumed.
//
//   Master  AWVALID and WVALID low after reset; up until taken with a still payload; INCR, whole bus words, aligned, at most MaxBurst beats, inside
//           4 KiB; no beat of data before its burst's AWVALID (it does not wait for AWREADY), in order, WLAST on the last beat and nowhere
//           else; at most Outstanding bursts without their response.
//   Slave   A response only for a burst whose address and last beat were taken; BVALID up until taken.
//
// For proofs: top_axi_wr.ys.
`default_nettype none
module bonnet_axi_wr_rules #(
  parameter  int unsigned AddrW       = 64,
  parameter  int unsigned BusBits     = 64,
  parameter  int unsigned MaxBurst    = 64,
  parameter  int unsigned Outstanding = 8,
  localparam int unsigned CountW      = $clog2(Outstanding + 2)
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,
  input  wire logic                 awvalid_i,
  input  wire logic                 awready_i,
  input  wire logic [AddrW-1:0]     awaddr_i,
  input  wire logic [7:0]           awlen_i,
  input  wire logic [2:0]           awsize_i,
  input  wire logic [1:0]           awburst_i,
  input  wire logic                 wvalid_i,
  input  wire logic                 wready_i,
  input  wire logic [BusBits-1:0]   wdata_i,
  input  wire logic [BusBits/8-1:0] wstrb_i,
  input  wire logic                 wlast_i,
  input  wire logic                 bvalid_i,
  input  wire logic                 bready_i,
  output      logic                 owed_o       // a response may come
);
  logic                          live_q, aw_stalled_q, w_stalled_q, b_stalled_q, fresh, w_done, b_done;
  logic [AddrW+12:0]             aw_q;
  logic [BusBits+BusBits/8:0]    w_q;
  assign fresh  = awvalid_i && !aw_stalled_q;             // a burst is announced
  assign w_done = wvalid_i && wready_i && wlast_i;
  assign b_done = bvalid_i && bready_i;

  // ---- bursts whose data has not gone, the oldest first -----------------------------
  logic [8*(Outstanding+1)-1:0] len_q, len;               // beats less one
  logic [CountW-1:0]            data_q, data, aw_taken_q, w_taken_q, out_q;
  logic [7:0]                   beat_q;                   // of the oldest
  always_comb begin
    len  = len_q;
    data = data_q;
    if (fresh) begin
      len[8*data +: 8] = awlen_i;
      data = data + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    live_q       <= rst_ni;
    aw_stalled_q <= rst_ni && awvalid_i && !awready_i;
    w_stalled_q  <= rst_ni && wvalid_i && !wready_i;
    b_stalled_q  <= rst_ni && bvalid_i && !bready_i;
    aw_q         <= {awaddr_i, awlen_i, awsize_i, awburst_i};
    w_q          <= {wdata_i, wstrb_i, wlast_i};
    if (!rst_ni) begin
      {data_q, aw_taken_q, w_taken_q, out_q} <= '0;
      beat_q <= '0;
    end else begin
      len_q  <= w_done ? len >> 8 : len;
      data_q <= data - CountW'(w_done);
      if (wvalid_i && wready_i) beat_q <= wlast_i ? '0 : beat_q + 8'd1;
      aw_taken_q <= aw_taken_q + CountW'(awvalid_i && awready_i) - CountW'(b_done);
      w_taken_q  <= w_taken_q + CountW'(w_done) - CountW'(b_done);
      out_q      <= out_q + CountW'(fresh) - CountW'(b_done);
    end
  end
  assign owed_o = aw_taken_q != '0 && w_taken_q != '0;

  always @(posedge clk_i) begin
    if (rst_ni) begin
      // the master
      LowAfterReset_A: assert (live_q || !(awvalid_i || wvalid_i));
      AwHeld_A:    assert (!aw_stalled_q || (awvalid_i && aw_q == {awaddr_i, awlen_i, awsize_i, awburst_i}));
      AwShape_A:   assert (!awvalid_i || (awburst_i == 2'b01 && 32'(awsize_i) == $clog2(BusBits / 8)));
      AwAligned_A: assert (!awvalid_i || 32'(awaddr_i[11:0]) % (BusBits / 8) == 0);
      AwShort_A:   assert (!awvalid_i || 32'(awlen_i) < MaxBurst);
      AwInPage_A:  assert (!awvalid_i || 32'(awaddr_i[11:0]) + (32'(awlen_i) + 1) * (BusBits / 8) <= 4096);
      AwBound_A:   assert (32'(out_q) <= Outstanding);
      WHeld_A:     assert (!w_stalled_q || (wvalid_i && w_q == {wdata_i, wstrb_i, wlast_i}));
      WAfterAw_A:  assert (!wvalid_i || data != '0);
      WLast_A:     assert (!wvalid_i || wlast_i == (beat_q == len[7:0]));
      // the slave
      assume (!bvalid_i || owed_o);
      assume (!b_stalled_q || bvalid_i);
    end
  end
endmodule
`default_nettype wire
