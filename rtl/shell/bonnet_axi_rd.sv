// SPDX-License-Identifier: Apache-2.0
//
// bonnet_axi_rd - AXI4 read master: client 0 sequencer, 1 load, 2 and on the stems, one an array. A request of any length is cut into INCR bursts
// that end at multiples of MaxBurst beats, so none crosses 4 KiB; data returns in request order (one ID).
//
// Rate    1 beat/cycle. Outstanding bursts of MaxBurst beats are in flight: MaxBurst * Outstanding cycles of latency are hidden.
//         Clients are served burst by burst, sequencer before stems (the lowest first) before load.
// Stall   A client that does not take its data stalls the others: it asks only for what it can take.
// Sums    A cycle after a client took a beat, sum_valid_o shows it once more with the base of its request: for bonnet_sums. Nothing waits for it.
// Errors  RRESP SLVERR or DECERR: err_o for a cycle, err_client_o says who asked (2: a stem). The beat is delivered all the same.
// Flush   While flush_i (core in reset): requests are forgotten, beats still owed are swallowed; idle_o when none is left.
// Test    tests/rtl/bonnet_axi_rd_tb.cpp        Proof  tests/formal/bonnet_axi_rd.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_axi_rd #(
  parameter  int unsigned BusBits     = bonnet_pkg::BusBits,
  parameter  int unsigned MaxBurst    = 64,   // beats, a power of two; MaxBurst * BusBits / 8 divides 4096
  parameter  int unsigned Outstanding = 8,    // bursts
  parameter  int unsigned Stems       = bonnet_pkg::Arrays,
  localparam int unsigned Clients     = 2 + Stems,
  localparam int unsigned PickW       = $clog2(Clients),
  localparam int unsigned ReqW        = bonnet_pkg::RdReqBits,
  localparam int unsigned AddrW       = bonnet_pkg::AddrW,
  localparam int unsigned ByteW       = $clog2(BusBits / 8),
  localparam int unsigned BurstW      = $clog2(MaxBurst)
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                flush_i,
  output      logic                idle_o,
  // requests
  input  wire logic [Clients-1:0]  rd_valid_i,
  output      logic [Clients-1:0]  rd_ready_o,
  input  wire bonnet_pkg::rd_req_t seq_req_i,
  input  wire bonnet_pkg::rd_req_t load_req_i,
  input  wire logic [Stems*ReqW-1:0] stem_req_i,   // rd_req_t of each
  // data: one bus, one valid per client
  output      logic [Clients-1:0]  rdata_valid_o,
  input  wire logic [Clients-1:0]  rdata_ready_i,
  output      logic [BusBits-1:0]  rdata_o,
  // events
  output      logic                beat_o,      // a beat left the bus
  output      logic [Clients-1:0]  taken_o,     // a client took a beat
  output      logic                err_o,
  output      logic [1:0]          err_client_o,
  output      logic                sum_valid_o,
  output      logic [1:0]          sum_base_o,
  output      logic [BusBits-1:0]  sum_data_o,
  // AXI4
  output      logic                m_arvalid_o,
  input  wire logic                m_arready_i,
  output      logic [AddrW-1:0]    m_araddr_o,
  output      logic [7:0]          m_arlen_o,
  input  wire logic                m_rvalid_i,
  output      logic                m_rready_o,
  input  wire logic [BusBits-1:0]  m_rdata_i,
  input  wire logic [1:0]          m_rresp_i,
  input  wire logic                m_rlast_i
);
  if ((MaxBurst * BusBits / 8) > 4096 || (MaxBurst & (MaxBurst - 1)) != 0) $error("bonnet_axi_rd: MaxBurst");
  // ---- one request per client, consumed burst by burst ------------------------
  logic [Clients-1:0] req_q;
  logic [AddrW-1:0]   addr_q  [Clients];
  logic [19:0]        beats_q [Clients];
  logic [1:0]         base_q  [Clients];
  logic [PickW-1:0]   pick;             // whose burst is next
  logic [BurstW:0]    room, len;        // beats to the next multiple of MaxBurst; beats of this burst
  logic               issue, order_ready, ar_q;

  assign rd_ready_o = flush_i ? '0 : ~req_q;
  always_comb begin
    pick = PickW'(1);
    for (int unsigned c = Clients - 1; c >= 2; c--) if (req_q[c]) pick = PickW'(c);
    if (req_q[0]) pick = '0;
  end
  assign room       = (BurstW+1)'(MaxBurst) - {1'b0, addr_q[pick][ByteW +: BurstW]};
  assign len        = (beats_q[pick] < 20'(room)) ? beats_q[pick][BurstW:0] : room;
  assign issue      = (req_q != '0) && (!ar_q || m_arready_i) && order_ready && !flush_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      req_q <= '0;
    else if (flush_i) req_q <= '0;
    else begin
      for (int c = 0; c < Clients; c++) begin
        if (rd_valid_i[c] && rd_ready_o[c])      req_q[c] <= 1'b1;
        else if (issue && pick == PickW'(c) && beats_q[c] == 20'(len)) req_q[c] <= 1'b0;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (rd_valid_i[0] && rd_ready_o[0]) {base_q[0], addr_q[0], beats_q[0]} <= seq_req_i;
    if (rd_valid_i[1] && rd_ready_o[1]) {base_q[1], addr_q[1], beats_q[1]} <= load_req_i;
    for (int unsigned c = 2; c < Clients; c++) begin
      if (rd_valid_i[c] && rd_ready_o[c]) {base_q[c], addr_q[c], beats_q[c]} <= stem_req_i[ReqW*(c-2) +: ReqW];
    end
    if (issue) begin
      addr_q[pick]  <= addr_q[pick] + (AddrW'(len) << ByteW);
      beats_q[pick] <= beats_q[pick] - 20'(len);
    end
  end

  // ---- address channel ----------------------------------------------------------
  logic [AddrW-1:0] araddr_q;
  logic [7:0]       arlen_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ar_q <= 1'b0;
    else         ar_q <= issue || (ar_q && !m_arready_i);
  end
  always_ff @(posedge clk_i) begin
    if (issue) begin
      araddr_q <= addr_q[pick];
      arlen_q  <= 8'(len) - 8'd1;
    end
  end
  assign m_arvalid_o = ar_q;
  assign m_araddr_o  = araddr_q;
  assign m_arlen_o   = arlen_q;

  // ---- data channel: the oldest burst says whose beat it is ----------------------
  logic [PickW-1:0] owner;
  logic [1:0] base;
  logic       owed, beat_valid, beat_ready, beat_last, beat_bad, take;
  bonnet_fifo #(.Width(PickW + 2), .Depth(Outstanding)) u_order (
    .clk_i, .rst_ni, .valid_i(issue), .ready_o(order_ready), .data_i({base_q[pick], pick}),
    .valid_o(owed), .ready_i(take && beat_last), .data_o({base, owner})
  );
  bonnet_skid #(.Width(BusBits + 2)) u_r (
    .clk_i, .rst_ni, .valid_i(m_rvalid_i), .ready_o(m_rready_o), .data_i({m_rdata_i, m_rresp_i[1], m_rlast_i}),
    .valid_o(beat_valid), .ready_i(beat_ready), .data_o({rdata_o, beat_bad, beat_last})
  );
  assign rdata_valid_o = (beat_valid && !flush_i) ? Clients'(1) << owner : '0;
  assign beat_ready    = flush_i || rdata_ready_i[owner];
  assign taken_o       = rdata_valid_o & rdata_ready_i;
  assign take          = beat_valid && beat_ready;
  assign beat_o        = m_rvalid_i && m_rready_o;
  assign err_o         = take && beat_bad && !flush_i;
  assign err_client_o  = (32'(owner) >= 32'd2) ? 2'd2 : owner[1:0];
  assign idle_o        = req_q == '0 && !ar_q && !owed;

  // ---- for the sums: a copy behind a register, so that nothing of theirs is in the handshake ----
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) sum_valid_o <= 1'b0;
    else         sum_valid_o <= take;
  end
  always_ff @(posedge clk_i) begin
    if (beat_valid) {sum_base_o, sum_data_o} <= {base, rdata_o};
  end
  logic unused;
  assign unused = m_rresp_i[0];   // EXOKAY is as good as OKAY

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(BurstInPage_A, !m_arvalid_o || 32'(m_araddr_o[11:0]) + ((32'(m_arlen_o) + 1) << ByteW) <= 4096)
  `BONNET_ASSERT(BurstShort_A, !m_arvalid_o || 32'(m_arlen_o) < MaxBurst)
`ifdef FORMAL  // what induction has to know
  `BONNET_ASSERT(NextGood0_A, !req_q[0] || (addr_q[0][ByteW-1:0] == '0 && beats_q[0] != '0))
  `BONNET_ASSERT(NextGood1_A, !req_q[1] || (addr_q[1][ByteW-1:0] == '0 && beats_q[1] != '0))
  `BONNET_ASSERT(NextGood2_A, !req_q[2] || (addr_q[2][ByteW-1:0] == '0 && beats_q[2] != '0))
  `BONNET_ASSERT(ArAligned_A, !ar_q || araddr_q[ByteW-1:0] == '0)
`endif
  `BONNET_ASSERT_HELD(ArHeld_A, m_arvalid_o, m_arready_i, {m_araddr_o, m_arlen_o})
  `BONNET_ASSERT_HELD(DataHeld_A, beat_valid, beat_ready, rdata_o)
  `BONNET_ASSUME(BeatIsOwed_A, !beat_valid || owed)
  `BONNET_ASSUME(SeqReq_A, !rd_valid_i[0] || (seq_req_i.beats != '0 && seq_req_i.addr[ByteW-1:0] == '0))
  `BONNET_ASSUME(LoadReq_A, !rd_valid_i[1] || (load_req_i.beats != '0 && load_req_i.addr[ByteW-1:0] == '0))
  `BONNET_ASSUME(StemReq_A, !rd_valid_i[2] || (stem_req_i[19:0] != '0 && stem_req_i[20 +: ByteW] == '0))
endmodule
`default_nettype wire
