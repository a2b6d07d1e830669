// SPDX-License-Identifier: Apache-2.0
//
// bonnet_jtag_axi - the bus side of the JTAG port: takes commands from a queue (their words: bonnet_jtag_rx), gives the words of a READ to
// another. 32-bit INCR bursts that end at multiples of MaxBurst words, so none crosses 4 KiB; one at a time.
//
// Stall   A WRITE collects a burst's words before it asks for the bus, a READ waits for a burst's room: TCK, which may stop at any
//         time, never holds the bus.
// Done    ack_o toggles after the last response; an error was known to bus_err_o a cycle before.
// Clear   Ends a READ after the burst at hand, forgets errors; clr_ack_o toggles a cycle later.
// Errors  SLVERR or DECERR: bus_err_o, until CLEAR. The command goes on: a READ always gives as many words as it was asked for.
// Test    tests/rtl/bonnet_jtag_tb.cpp        Proof  tests/formal/bonnet_jtag_axi.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_jtag_axi #(
  parameter  int unsigned MaxBurst = 16,    // words, a power of two; 4 * MaxBurst divides 4096
  parameter  int unsigned Depth    = 64,    // of the output queue
  parameter  int unsigned AddrW    = 40,
  localparam int unsigned BurstW   = $clog2(MaxBurst),
  localparam int unsigned FreeW    = $clog2(Depth) + 1
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  output      logic             ack_o,
  output      logic             clr_ack_o,
  output      logic             bus_err_o,
  // commands
  input  wire logic             valid_i,
  output      logic             ready_o,
  input  wire logic [33:0]      data_i,
  // words of a READ: {epoch, word}
  output      logic             valid_o,
  output      logic [32:0]      data_o,
  input  wire logic [FreeW-1:0] free_i,
  // AXI4
  output      logic             m_awvalid_o,
  input  wire logic             m_awready_i,
  output      logic [AddrW-1:0] m_addr_o,     // of either address channel
  output      logic [7:0]       m_len_o,
  output      logic             m_wvalid_o,
  input  wire logic             m_wready_i,
  output      logic [31:0]      m_wdata_o,
  output      logic             m_wlast_o,
  input  wire logic             m_bvalid_i,
  output      logic             m_bready_o,
  input  wire logic [1:0]       m_bresp_i,
  output      logic             m_arvalid_o,
  input  wire logic             m_arready_i,
  input  wire logic             m_rvalid_i,
  output      logic             m_rready_o,
  input  wire logic [31:0]      m_rdata_i,
  input  wire logic [1:0]       m_rresp_i,
  input  wire logic             m_rlast_i
);
  if (MaxBurst < 2 || MaxBurst > 256 || (MaxBurst & (MaxBurst - 1)) != 0) $error("bonnet_jtag_axi: MaxBurst");
  localparam logic [1:0] First = 2'd0, End = 2'd2;
  localparam logic [2:0] Write = 3'd1, Clear = 3'd4;
  typedef enum logic [3:0] {Idle, Head, Fill, Send, Resp, Room, Addr, Read, Ack, ClrAck} state_e;
  state_e            state_q;
  logic              write_q, epoch_q, ended_q, ack_q, clr_ack_q, err_q;
  logic              aw_q, w_q;                  // on the bus and not taken
  logic [AddrW-1:2]  addr_q;                     // of the next burst, words
  logic [19:0]       left_q;                     // words from there on
  logic [BurstW:0]   n_q, sent_q;                // words in buf_q; of them, on the bus
  logic [31:0]       buf_q [MaxBurst];
  logic [BurstW:0]   room, len, burst;           // to the next multiple of MaxBurst; the most there may be; words of this one
  logic              pop, first, done_w, done_r;

  assign room    = (BurstW+1)'(MaxBurst) - {1'b0, addr_q[2 +: BurstW]};
  assign len     = (left_q < 20'(room)) ? left_q[BurstW:0] : room;
  assign burst   = write_q ? n_q : len;          // a WRITE cut short has less
  assign first   = valid_i && data_i[33:32] == First;
  assign ready_o = state_q == Idle || state_q == Head || (state_q == Fill && n_q != len);
  assign pop     = valid_i && ready_o;
  assign done_w  = state_q == Resp && m_bvalid_i;
  assign done_r  = state_q == Read && m_rvalid_i && m_rlast_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      {ack_q, clr_ack_q, err_q, aw_q, w_q} <= '0;
    end else begin
      unique case (state_q)
        Idle: if (first) state_q <= (data_i[2:0] == Clear) ? ClrAck : Head;
        Head: if (pop) state_q <= write_q ? Fill : Room;
        Fill: if (n_q == len || (pop && data_i[33:32] == End)) state_q <= (n_q == '0) ? Ack : Send;
        Send: if (!(aw_q && !m_awready_i) && !(w_q && !(m_wready_i && m_wlast_o))) state_q <= Resp;
        Resp: if (m_bvalid_i) state_q <= (ended_q || left_q == 20'(n_q)) ? Ack : Fill;
        Room: if (first) state_q <= Ack;                       // a CLEAR: it is next
              else if (free_i >= FreeW'(len)) state_q <= Addr;
        Addr: if (m_arready_i) state_q <= Read;
        Read: if (done_r) state_q <= (left_q == 20'(len)) ? Ack : Room;
        default: state_q <= Idle;
      endcase
      if (state_q == Fill)                             {aw_q, w_q} <= {2{n_q == len || (pop && data_i[33:32] == End && n_q != '0)}};
      else begin
        if (m_awready_i)               aw_q <= 1'b0;
        if (m_wready_i && m_wlast_o)   w_q  <= 1'b0;
      end
      ack_q     <= ack_q ^ (state_q == Ack);
      clr_ack_q <= clr_ack_q ^ (state_q == ClrAck);
      if (state_q == Idle && first && data_i[2:0] == Clear) err_q <= 1'b0;
      else if ((done_w && m_bresp_i[1]) || (state_q == Read && m_rvalid_i && m_rresp_i[1])) err_q <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin   // no reset: Idle comes first
    if (state_q == Idle && pop) begin
      write_q     <= data_i[2:0] == Write;
      epoch_q     <= data_i[3];
      left_q      <= data_i[23:4];
      addr_q[7:2] <= data_i[31:26];
      ended_q     <= 1'b0;
      n_q         <= '0;
    end
    if (state_q == Head && pop) addr_q[AddrW-1:8] <= (AddrW-8)'(data_i[31:0]);
    if (state_q == Fill) begin
      sent_q <= '0;
      if (pop && data_i[33:32] == End) ended_q <= 1'b1;
      else if (pop)                    n_q     <= n_q + 1'b1;
    end
    if (m_wvalid_o && m_wready_i) sent_q <= sent_q + 1'b1;
    if (done_w || done_r) begin
      addr_q <= addr_q + (AddrW-2)'(burst);
      left_q <= left_q - 20'(burst);
      n_q    <= '0;
    end
  end
  always_ff @(posedge clk_i) if (state_q == Fill && pop) buf_q[n_q[BurstW-1:0]] <= data_i[31:0];

  assign m_awvalid_o = aw_q;
  assign m_arvalid_o = state_q == Addr;
  assign m_addr_o    = {addr_q, 2'b00};
  assign m_len_o     = 8'(burst) - 8'd1;
  assign m_wvalid_o  = w_q;
  assign m_wdata_o   = buf_q[sent_q[BurstW-1:0]];
  assign m_wlast_o   = sent_q + 1'b1 == n_q;
  assign m_bready_o  = state_q == Resp;
  assign m_rready_o  = state_q == Read;
  assign valid_o     = m_rvalid_i && m_rready_o;
  assign data_o      = {epoch_q, m_rdata_i};
  assign ack_o       = ack_q;
  assign clr_ack_o   = clr_ack_q;
  assign bus_err_o   = err_q;
  logic unused;
  assign unused = ^{m_bresp_i[0], m_rresp_i[0], data_i[25:24]};   // EXOKAY is as good as OKAY; whole words

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(WriteInPage_A, !m_awvalid_o || 32'(m_addr_o[11:0]) + ((32'(m_len_o) + 1) << 2) <= 4096)
  `BONNET_ASSERT(ReadInPage_A, !m_arvalid_o || 32'(m_addr_o[11:0]) + ((32'(m_len_o) + 1) << 2) <= 4096)
  `BONNET_ASSERT(BurstShort_A, !(m_awvalid_o || m_arvalid_o) || 32'(m_len_o) < MaxBurst)
  `BONNET_ASSERT(RoomForWord_A, !valid_o || free_i != '0)
  `BONNET_ASSERT_HELD(AwHeld_A, m_awvalid_o, m_awready_i, {m_addr_o, m_len_o})
  `BONNET_ASSERT_HELD(ArHeld_A, m_arvalid_o, m_arready_i, {m_addr_o, m_len_o})
  `BONNET_ASSERT_HELD(WHeld_A, m_wvalid_o, m_wready_i, {m_wdata_o, m_wlast_o})
`ifdef FORMAL  // what induction has to know, and what the queue and the slave promise
  logic [BurstW:0]  owed_q;      // words of a READ's burst that have not come
  logic [FreeW-1:0] free_q;
  logic             pushed_q, reading, writing, put;
  always_ff @(posedge clk_i) begin
    if (m_arvalid_o && m_arready_i) owed_q <= len;
    else if (valid_o)               owed_q <= owed_q - 1'b1;
    free_q   <= free_i;
    pushed_q <= valid_o;
  end
  assign reading = state_q == Room || state_q == Addr || state_q == Read;
  assign put     = state_q == Send || state_q == Resp;
  assign writing = state_q == Fill || put;
  `BONNET_ASSUME(RoomStays_A, FreeW'(free_i + FreeW'(pushed_q)) >= free_q && free_i <= FreeW'(Depth))
  `BONNET_ASSUME(LastIsLast_A, !m_rvalid_i || m_rlast_i == (owed_q == (BurstW+1)'(1)))
  `BONNET_ASSERT(Reading_A, !reading || (!write_q && left_q != '0))
  `BONNET_ASSERT(Writing_A, !writing || (write_q && left_q != '0 && n_q <= len))
  `BONNET_ASSERT(Some_A, state_q != Head || (left_q != '0 && n_q == '0))
  `BONNET_ASSERT(Put_A, !put || n_q != '0)
  `BONNET_ASSERT(OnBus_A, !(aw_q || w_q) || state_q == Send)
  `BONNET_ASSERT(Sent_A, !w_q || sent_q < n_q)
  `BONNET_ASSERT(RoomAsked_A, state_q != Addr || free_i >= FreeW'(len))
  `BONNET_ASSERT(RoomLeft_A, state_q != Read || (owed_q != '0 && owed_q <= len && free_i >= FreeW'(owed_q)))
`endif
  `BONNET_ASSUME(CountIsSome_A, !(state_q == Idle && first) || data_i[2:0] == Clear || data_i[23:4] != '0)
  `BONNET_ASSUME(FirstIsFirst_A, !(state_q == Idle && valid_i) || first)
endmodule
`default_nettype wire
