// SPDX-License-Identifier: Apache-2.0
//
// bonnet_serial - a board over a serial line: the commands of docs/jtag.md as bytes (docs/ulx3s.md), an AXI4 master behind them.
//
//   bytes -> words -> queue -> bonnet_jtag_axi -> queue -> bytes        one clock; the bytes come from and go to a UART
//
// In      A command: 8 bytes, least significant first: op [3:0], count [23:4] (32-bit words), address [63:24]; behind WRITE its words. Zeros
//         between commands are nothing. Each command is answered in order: a READ's words, then the status word, all least significant byte first.
// Rate    A byte every 3 cycles or slower, in; a word needs 12 cycles and a burst of the bus about 60: a UART is slower than that.
// Gap     No byte for 2^GapBits cycles within a command: it is over. What came of a WRITE in whole words is written; OP_ERR.
// Errors  OP_ERR: no such op, or an address of no word; a WRITE's words are skipped. OVER_ERR: the queue was full, the rest of the WRITE, or the
//         whole command (then unanswered), is lost. BUS_ERR: an AXI response. All stay until CLEAR.
// Test    tests/rtl/bonnet_serial_tb.cpp, every use of serial:
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_serial #(
  parameter int unsigned AddrW   = 40,
  parameter int unsigned GapBits = 12
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  // bytes
  input  wire logic             rx_valid_i,      // no back-pressure
  input  wire logic [7:0]       rx_data_i,
  output      logic             tx_valid_o,
  input  wire logic             tx_ready_i,
  output      logic [7:0]       tx_data_o,
  // AXI4 master, 32 bits, INCR, one burst at a time
  output      logic             m_awvalid_o,
  input  wire logic             m_awready_i,
  output      logic [AddrW-1:0] m_addr_o,        // of either address channel
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
  localparam int unsigned OutDepth = 32;
  // ---- bytes to queue ----------------------------------------------------------
  localparam int unsigned InDepth = 16, InW = $clog2(InDepth) + 1, OutW = $clog2(OutDepth) + 1;
  logic        in_valid, in_ready, in_room, q_valid, q_ready, req_valid, req_ready, op_err, over_err;
  logic [33:0] in_data, q_data;
  bonnet_serial_rx #(.GapBits(GapBits)) u_rx (
    .clk_i, .rst_ni, .valid_i(rx_valid_i), .data_i(rx_data_i), .op_err_o(op_err), .over_err_o(over_err),
    .valid_o(in_valid), .room_i(in_room), .data_o(in_data)
  );
  logic [InW-1:0] in_held_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) in_held_q <= '0;
    else         in_held_q <= in_held_q + InW'(in_valid) - InW'(q_valid && q_ready);
  end
  assign in_room = in_held_q <= InW'(InDepth - 3);
  bonnet_fifo #(.Width(34), .Depth(InDepth)) u_in (
    .clk_i, .rst_ni, .valid_i(in_valid), .ready_o(in_ready), .data_i(in_data), .valid_o(q_valid), .ready_i(q_ready), .data_o(q_data)
  );

  // ---- one command at a time: until its answer is on its way ------------------------
  localparam logic [2:0] More = 3'd3;
  logic first, only, start, owed_q, due_q, ack, clr_ack, ack_q, clr_ack_q, bus_err, status_taken;
  assign first     = q_data[33:32] == 2'd0;
  assign only      = first && q_data[2:0] == More;                // nothing for the bus
  assign start     = q_valid && first && !owed_q && (only || req_ready);
  assign req_valid = q_valid && (!first || (!owed_q && !only));
  assign q_ready   = first ? start : req_ready;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {owed_q, due_q, ack_q, clr_ack_q} <= '0;
    else begin
      ack_q     <= ack;
      clr_ack_q <= clr_ack;
      if (start)             owed_q <= 1'b1;
      else if (status_taken) owed_q <= 1'b0;
      if ((start && only) || ack != ack_q || clr_ack != clr_ack_q) due_q <= 1'b1;
      else if (status_taken)                                       due_q <= 1'b0;
    end
  end

  logic [OutW-1:0] free;
  logic            word_valid, out_valid, out_ready;
  logic [32:0]     word;
  logic [31:0]     out_data;
  bonnet_jtag_axi #(.Depth(OutDepth), .AddrW(AddrW)) u_axi (
    .clk_i, .rst_ni, .ack_o(ack), .clr_ack_o(clr_ack), .bus_err_o(bus_err),
    .valid_i(req_valid), .ready_o(req_ready), .data_i(q_data), .valid_o(word_valid), .data_o(word), .free_i(free),
    .m_awvalid_o, .m_awready_i, .m_addr_o, .m_len_o, .m_wvalid_o, .m_wready_i, .m_wdata_o, .m_wlast_o,
    .m_bvalid_i, .m_bready_o, .m_bresp_i, .m_arvalid_o, .m_arready_i, .m_rvalid_i, .m_rready_o, .m_rdata_i, .m_rresp_i, .m_rlast_i
  );

  // ---- queue to bytes: words first, then the status ----------------------------------
  logic        out_room;
  logic [1:0]  byte_q;
  logic [31:0] sh_q, status;
  logic        busy_q;
  bonnet_fifo #(.Width(32), .Depth(OutDepth)) u_out (
    .clk_i, .rst_ni, .valid_i(word_valid), .ready_o(out_room), .data_i(word[31:0]), .valid_o(out_valid), .ready_i(out_ready), .data_o(out_data)
  );
  logic [OutW-1:0] held_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= '0;
    else         held_q <= held_q + OutW'(word_valid) - OutW'(out_valid && out_ready);
  end
  assign free         = OutW'(OutDepth) - held_q;
  assign status       = {7'd0, op_err, 1'b0, over_err, bus_err, 1'b0, 4'd1, 16'hB0A7};
  assign out_ready    = !busy_q;
  assign status_taken = due_q && !out_valid && !busy_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      byte_q <= '0;
    end else if (!busy_q) begin
      busy_q <= out_valid || due_q;
      byte_q <= '0;
    end else if (tx_ready_i) begin
      byte_q <= byte_q + 2'd1;
      if (byte_q == 2'd3) busy_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin   // no reset: busy_q guards it
    if (!busy_q)         sh_q <= out_valid ? out_data : status;
    else if (tx_ready_i) sh_q <= {8'd0, sh_q[31:8]};
  end
  assign tx_valid_o = busy_q;
  assign tx_data_o  = sh_q[7:0];
  logic unused;
  assign unused = word[32];   // nothing is ever void here

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(OutFits_A, !word_valid || out_room)
  `BONNET_ASSERT(InFits_A, !in_valid || in_ready)
  `BONNET_ASSERT(AnswerOwed_A, !due_q || owed_q)
  `BONNET_ASSERT_HELD(ByteHeld_A, tx_valid_o, tx_ready_i, tx_data_o)
endmodule
`default_nettype wire
