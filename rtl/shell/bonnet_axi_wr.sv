// SPDX-License-Identifier: Apache-2.0
//
// bonnet_axi_wr - AXI4 write master for one client (store). A request is cut into INCR bursts that end at multiples of
// MaxBurst beats, so none crosses 4 KiB.
//
// Rate    1 beat/cycle; up to Outstanding bursts wait for their response.
// Stall   wdata_ready_o falls with W back-pressure, or when the address of the burst is not offered yet. Data does not wait for
//         AWREADY: a slave may wait for WVALID first.
// Done    wr_done_o pulses when every response of the request is back.
// Sums    A cycle after a beat went onto the bus, sum_valid_o shows it once more, bytes without strobe as 0, with the base of its request: for
//         bonnet_sums. Nothing waits for it.
// Errors  BRESP SLVERR or DECERR: err_o for a cycle.
// Flush   While flush_i (core in reset): no new burst starts; beats the bus still expects are sent with no strobe; idle_o
//         when all responses are back.
// Test    tests/rtl/bonnet_axi_wr_tb.cpp        Proof  tests/formal/bonnet_axi_wr.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_axi_wr #(
  parameter  int unsigned BusBits     = bonnet_pkg::BusBits,
  parameter  int unsigned MaxBurst    = 64,   // as bonnet_axi_rd
  parameter  int unsigned Outstanding = 8,
  localparam int unsigned AddrW       = bonnet_pkg::AddrW,
  localparam int unsigned ByteW       = $clog2(BusBits / 8),
  localparam int unsigned BurstW      = $clog2(MaxBurst),
  localparam int unsigned CountW      = $clog2(Outstanding + 1)
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,
  input  wire logic                 flush_i,
  output      logic                 idle_o,
  // client
  input  wire logic                 wr_valid_i,
  output      logic                 wr_ready_o,
  input  wire logic [1:0]           wr_base_i,
  input  wire logic [AddrW-1:0]     wr_addr_i,    // aligned to the bus
  input  wire logic [19:0]          wr_beats_i,   // at least 1
  input  wire logic                 wdata_valid_i,
  output      logic                 wdata_ready_o,
  input  wire logic [BusBits-1:0]   wdata_i,
  input  wire logic [BusBits/8-1:0] wstrb_i,
  output      logic                 wr_done_o,
  // events
  output      logic                 beat_o,       // a beat went onto the bus
  output      logic                 err_o,
  output      logic                 sum_valid_o,
  output      logic [1:0]           sum_base_o,
  output      logic [BusBits-1:0]   sum_data_o,
  // AXI4
  output      logic                 m_awvalid_o,
  input  wire logic                 m_awready_i,
  output      logic [AddrW-1:0]     m_awaddr_o,
  output      logic [7:0]           m_awlen_o,
  output      logic                 m_wvalid_o,
  input  wire logic                 m_wready_i,
  output      logic [BusBits-1:0]   m_wdata_o,
  output      logic [BusBits/8-1:0] m_wstrb_o,
  output      logic                 m_wlast_o,
  input  wire logic                 m_bvalid_i,
  output      logic                 m_bready_o,
  input  wire logic [1:0]           m_bresp_i
);
  if ((MaxBurst * BusBits / 8) > 4096 || (MaxBurst & (MaxBurst - 1)) != 0) $error("bonnet_axi_wr: MaxBurst");
  logic              busy_q;                 // a request is not finished
  logic [AddrW-1:0]  addr_q;                 // of the next burst
  logic [19:0]       beats_q, wbeats_q;      // not yet in an address; not yet in the data stream
  logic [BurstW-1:0] wpos_q;                 // of the next data beat, within MaxBurst
  logic [1:0]        base_q;                 // of the request: one at a time
  logic              aw_q;
  logic [AddrW-1:0]  awaddr_q;
  logic [7:0]        awlen_q;
  logic [CountW-1:0] data_owed_q, resp_owed_q; // bursts whose data, whose response is still owed
  logic [BurstW:0]   room, len;
  logic              accept, issue, push, push_last, w_ready, got_b;

  assign wr_ready_o = !busy_q && !flush_i;
  assign accept     = wr_valid_i && wr_ready_o;
  // ---- addresses ----------------------------------------------------------------
  assign room  = (BurstW+1)'(MaxBurst) - {1'b0, addr_q[ByteW +: BurstW]};
  assign len   = (beats_q < 20'(room)) ? beats_q[BurstW:0] : room;
  assign issue = busy_q && beats_q != '0 && (!aw_q || m_awready_i) && resp_owed_q != CountW'(Outstanding) && !flush_i;
  // ---- data: a beat may go once its burst is announced --------------------------
  assign push      = data_owed_q != '0 && w_ready && (flush_i || wdata_valid_i);
  assign push_last = wpos_q == BurstW'(MaxBurst - 1) || wbeats_q == 20'd1;
  assign got_b     = m_bvalid_i;
  assign wdata_ready_o = data_owed_q != '0 && w_ready && !flush_i;
  bonnet_skid #(.Width(BusBits + BusBits / 8 + 1)) u_w (
    .clk_i, .rst_ni, .valid_i(data_owed_q != '0 && (flush_i || wdata_valid_i)), .ready_o(w_ready),
    .data_i({wdata_i, flush_i ? '0 : wstrb_i, push_last}),
    .valid_o(m_wvalid_o), .ready_i(m_wready_i), .data_o({m_wdata_o, m_wstrb_o, m_wlast_o})
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q      <= 1'b0;
      aw_q        <= 1'b0;
      data_owed_q <= '0;
      resp_owed_q <= '0;
    end else begin
      aw_q <= issue || (aw_q && !m_awready_i);
      if (flush_i) begin
        if (idle_o) busy_q <= 1'b0;
      end else if (accept) begin
        busy_q <= 1'b1;
      end else if (wr_done_o) begin
        busy_q <= 1'b0;
      end
      if (issue != (push && push_last)) data_owed_q <= issue ? data_owed_q + 1'b1 : data_owed_q - 1'b1;
      if (issue != got_b)               resp_owed_q <= issue ? resp_owed_q + 1'b1 : resp_owed_q - 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (accept) begin
      base_q   <= wr_base_i;
      addr_q   <= wr_addr_i;
      beats_q  <= wr_beats_i;
      wbeats_q <= wr_beats_i;
      wpos_q   <= wr_addr_i[ByteW +: BurstW];
    end
    if (issue) begin
      addr_q   <= addr_q + (AddrW'(len) << ByteW);
      beats_q  <= beats_q - 20'(len);
      awaddr_q <= addr_q;
      awlen_q  <= 8'(len) - 8'd1;
    end
    if (push) begin
      wbeats_q <= wbeats_q - 20'd1;
      wpos_q   <= wpos_q + 1'b1;
    end
  end
  assign m_awvalid_o = aw_q;
  assign m_awaddr_o  = awaddr_q;
  assign m_awlen_o   = awlen_q;
  assign m_bready_o  = 1'b1;
  assign wr_done_o   = busy_q && !flush_i && beats_q == '0 && !aw_q && resp_owed_q == '0;
  assign idle_o      = (!busy_q || flush_i) && !aw_q && data_owed_q == '0 && resp_owed_q == '0;
  assign beat_o      = m_wvalid_o && m_wready_i;
  assign err_o       = got_b && m_bresp_i[1] && !flush_i;

  // ---- for the sums: a copy behind a register, so that nothing of theirs is in the handshake ----
  logic [BusBits-1:0] kept;                  // bytes that are written
  for (genvar b = 0; b < BusBits / 8; b++) begin : gen_kept
    assign kept[8*b +: 8] = m_wstrb_o[b] ? m_wdata_o[8*b +: 8] : 8'd0;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) sum_valid_o <= 1'b0;
    else         sum_valid_o <= beat_o;
  end
  always_ff @(posedge clk_i) begin
    if (m_wvalid_o) {sum_base_o, sum_data_o} <= {base_q, kept};
  end
  logic unused;
  assign unused = m_bresp_i[0];

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(BurstInPage_A, !m_awvalid_o || 32'(m_awaddr_o[11:0]) + ((32'(m_awlen_o) + 1) << ByteW) <= 4096)
  `BONNET_ASSERT(BurstShort_A, !m_awvalid_o || 32'(m_awlen_o) < MaxBurst)
  `BONNET_ASSERT(DataBeforeResponse_A, data_owed_q <= resp_owed_q)
  `BONNET_ASSERT(OwedInRange_A, resp_owed_q <= CountW'(Outstanding))
`ifdef FORMAL  // what induction has to know
  `BONNET_ASSERT(NextAligned_A, !busy_q || addr_q[ByteW-1:0] == '0)
  `BONNET_ASSERT(AwAligned_A, !aw_q || awaddr_q[ByteW-1:0] == '0)
`endif
  `BONNET_ASSERT_HELD(AwHeld_A, m_awvalid_o, m_awready_i, {m_awaddr_o, m_awlen_o})
  `BONNET_ASSERT_HELD(WHeld_A, m_wvalid_o, m_wready_i, {m_wdata_o, m_wstrb_o, m_wlast_o})
  `BONNET_ASSUME(ResponseOwed_A, !m_bvalid_i || resp_owed_q > data_owed_q)
  `BONNET_ASSUME(Req_A, !wr_valid_i || (wr_beats_i != '0 && wr_addr_i[ByteW-1:0] == '0))
endmodule
`default_nettype wire
