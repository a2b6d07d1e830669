// SPDX-License-Identifier: Apache-2.0
//
// bonnet_local_bus - what a serial port's AXI4 master reaches on a board without a processor: the chip's registers and a memory, a word at a time.
//
//   address[39:16] = RegsPage: AXI4-Lite, 64 KiB       address[39:28] = MemPage: the memory's word port, which knows its own end
//   anything else: DECERR, and reads 0
//
// Rate    4 cycles a word and the slave's own: a serial line needs more than a hundred for one.
// Stall   One burst at a time, one word of it at a time. Every word is answered.
// Golden  tests/rtl/bonnet_local_bus_tb.cpp       Test  the same; make test-serial (the board from its pins)
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_local_bus #(
  parameter logic [23:0] RegsPage = 24'h00A000,
  parameter logic [11:0] MemPage  = 12'h007
) (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  // AXI4 slave: 32-bit INCR bursts, one at a time (bonnet_serial)
  input  wire logic        s_awvalid_i,
  output      logic        s_awready_o,
  input  wire logic [39:0] s_addr_i,       // of either address channel
  input  wire logic [7:0]  s_len_i,
  input  wire logic        s_wvalid_i,
  output      logic        s_wready_o,
  input  wire logic [31:0] s_wdata_i,
  output      logic        s_bvalid_o,
  input  wire logic        s_bready_i,
  output      logic [1:0]  s_bresp_o,
  input  wire logic        s_arvalid_i,
  output      logic        s_arready_o,
  output      logic        s_rvalid_o,
  input  wire logic        s_rready_i,
  output      logic [31:0] s_rdata_o,
  output      logic [1:0]  s_rresp_o,
  output      logic        s_rlast_o,
  // AXI4-Lite master
  output      logic        m_awvalid_o,
  input  wire logic        m_awready_i,
  output      logic [15:0] m_addr_o,       // of either address channel
  output      logic        m_wvalid_o,
  input  wire logic        m_wready_i,
  output      logic [31:0] m_wdata_o,      // and the memory's
  input  wire logic        m_bvalid_i,
  output      logic        m_bready_o,
  input  wire logic [1:0]  m_bresp_i,
  output      logic        m_arvalid_o,
  input  wire logic        m_arready_i,
  input  wire logic        m_rvalid_i,
  output      logic        m_rready_o,
  input  wire logic [31:0] m_rdata_i,
  input  wire logic [1:0]  m_rresp_i,
  // the memory's word port: held until mem_ack_i
  output      logic        mem_req_o,
  output      logic        mem_we_o,
  output      logic [25:0] mem_word_o,     // 32-bit words
  input  wire logic        mem_ack_i,
  input  wire logic        mem_err_i,      // with it: no such word
  input  wire logic [31:0] mem_rdata_i
);
  localparam logic [1:0] Okay = 2'b00, DecErr = 2'b11;
  typedef enum logic [2:0] {Idle, Take, Word, Wait, Give, Resp} state_e;
  state_e      state_q;
  logic        write_q, aw_q, w_q, ar_q;    // of the AXI4-Lite: asked and not taken
  logic [39:2] addr_q;
  logic [7:0]  left_q;                      // words behind this one
  logic [31:0] data_q;
  logic [1:0]  resp_q, resp;
  logic        regs, mem, answered;

  assign regs = addr_q[39:16] == RegsPage;
  assign mem  = addr_q[39:28] == MemPage;
  assign answered = mem ? mem_ack_i : regs ? (write_q ? m_bvalid_i : m_rvalid_i) : 1'b1;
  assign resp     = mem ? {2{mem_err_i}} : regs ? (write_q ? m_bresp_i : m_rresp_i) : DecErr;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      {aw_q, w_q, ar_q} <= '0;
    end else begin
      unique case (state_q)
        Idle: if (s_awvalid_i) state_q <= Take;
              else if (s_arvalid_i) state_q <= Word;
        Take: if (s_wvalid_i) state_q <= Word;
        Word: state_q <= Wait;
        Wait: if (answered) state_q <= !write_q ? Give : (left_q != '0) ? Take : Resp;
        Give: if (s_rready_i) state_q <= (left_q != '0) ? Word : Idle;
        default: if (s_bready_i) state_q <= Idle;
      endcase
      if (state_q == Word) {aw_q, w_q, ar_q} <= {regs && write_q, regs && write_q, regs && !write_q};
      else begin
        if (m_awready_i) aw_q <= 1'b0;
        if (m_wready_i)  w_q  <= 1'b0;
        if (m_arready_i) ar_q <= 1'b0;
      end
    end
  end
  always_ff @(posedge clk_i) begin   // no reset: Idle comes first
    if (state_q == Idle) begin
      write_q <= s_awvalid_i;
      addr_q  <= s_addr_i[39:2];
      left_q  <= s_len_i;
      resp_q  <= Okay;
    end
    if (state_q == Take) data_q <= s_wdata_i;
    if (state_q == Wait && answered) begin
      if (!write_q) data_q <= mem ? mem_rdata_i : regs ? m_rdata_i : '0;
      if (!write_q || resp[1]) resp_q <= resp;                  // a write burst remembers its errors
    end
    if ((state_q == Wait && answered && write_q) || (state_q == Give && s_rready_i)) begin
      addr_q <= addr_q + 38'd1;
      left_q <= left_q - 8'd1;
    end
  end
  assign s_awready_o = state_q == Idle;
  assign s_arready_o = state_q == Idle && !s_awvalid_i;
  assign s_wready_o  = state_q == Take;
  assign s_bvalid_o  = state_q == Resp;
  assign s_bresp_o   = resp_q;
  assign s_rvalid_o  = state_q == Give;
  assign s_rdata_o   = data_q;
  assign s_rresp_o   = resp_q;
  assign s_rlast_o   = left_q == '0;
  assign m_awvalid_o = aw_q;
  assign m_wvalid_o  = w_q;
  assign m_arvalid_o = ar_q;
  assign m_addr_o    = {addr_q[15:2], 2'b00};
  assign m_wdata_o   = data_q;
  assign m_bready_o  = state_q == Wait && regs && write_q;
  assign m_rready_o  = state_q == Wait && regs && !write_q;
  assign mem_req_o   = state_q == Wait && mem;
  assign mem_we_o    = write_q;
  assign mem_word_o  = addr_q[27:2];
  logic unused;
  assign unused = ^s_addr_i[1:0];   // whole words

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT_HELD(AwHeld_A, m_awvalid_o, m_awready_i, m_addr_o)
  `BONNET_ASSERT_HELD(WHeld_A, m_wvalid_o, m_wready_i, m_wdata_o)
  `BONNET_ASSERT_HELD(ArHeld_A, m_arvalid_o, m_arready_i, m_addr_o)
  `BONNET_ASSERT_HELD(RHeld_A, s_rvalid_o, s_rready_i, {s_rdata_o, s_rresp_o, s_rlast_o})
  `BONNET_ASSERT_HELD(BHeld_A, s_bvalid_o, s_bready_i, s_bresp_o)
  `BONNET_ASSERT_HELD(MemHeld_A, mem_req_o, mem_ack_i, {mem_we_o, mem_word_o, m_wdata_o})
endmodule
`default_nettype wire
