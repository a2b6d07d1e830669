// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40_link - what the host says over the serial line, and the answer. docs/ice40.md has the protocol for people.
//
//   request   command, address (2), count (2), CRC (2); W and X: count words of 8 bytes, CRC (2)          little-endian
//   answer    status; R, I and X, if it is 0: words of 8 bytes; CRC (2)
//   W write words   R read words   X count = 5: a descriptor; run it, one word: cycles   I one word: who is there
//   CRC-16: polynomial 0x1021, from 0xffff, bit 7 of a byte first
//   status    0 done, 1 header CRC, 2 data CRC, 3 framing, 4 pause, 5 command, 6 a byte while the machine worked or answered
//
// One answer for each request. Anything wrong: nothing more is understood until the line was quiet for 2^QuietBits cycles, then the status
// leaves; so does a request that stops in the middle. A byte during a run ends the run.
//
// Stall   bytes come no faster than one in 10 cycles (bonnet_uart_rx), which every step here keeps up with.
// Test    tests/rtl/bonnet_ice40_tb.cpp, tests/ice40
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_ice40_link #(
  parameter  int unsigned QuietBits = 18,   // 22 ms at 12 MHz
  localparam int unsigned AddrW     = bonnet_ice40_pkg::AddrW
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  // serial
  input  wire logic             rx_valid_i,
  input  wire logic             rx_error_i,
  input  wire logic [7:0]       rx_data_i,
  output      logic             tx_valid_o,
  input  wire logic             tx_ready_i,
  output      logic [7:0]       tx_data_o,
  // memory and descriptor: rdata_i one cycle after re_o
  output      logic             mem_re_o,
  output      logic             mem_we_o,
  output      logic             cfg_we_o,
  output      logic [AddrW-1:0] addr_o,    // of the descriptor: its word
  output      logic [63:0]      wdata_o,
  input  wire logic [63:0]      rdata_i,
  // machine
  output      logic             start_o,
  output      logic             abort_o,
  input  wire logic             busy_i,
  output      logic             failed_o   // the last request
);
  localparam logic [63:0] Ident = {8'd14, 8'd4, 16'h0001, "B", "N", "4", "0"};  // log2 words, lanes, version of this protocol, name
  typedef enum logic [3:0] {
    HEAD, CHECK, DATA, STORE, DATA_CRC, DATA_CHECK, RUN, STATUS, FETCH, TAKE, WORD, CRC, DRAIN
  } state_e;
  state_e           state_q;
  logic [7:0]       command_q;
  logic [AddrW-1:0] addr_q;
  logic [15:0]      left_q;      // words to go
  logic [2:0]       byte_q;      // of a header, word or CRC
  logic [63:0]      word_q;      // bytes come in at the top and leave at the bottom
  logic [15:0]      crc_q;
  logic [2:0]       status_q;
  logic             late_q;      // a byte came while we answered
  logic [31:0]      cycles_q;
  logic [QuietBits:0] quiet_q;
  logic             rx, sent, quiet, answering, is_write, is_run, word_done;
  assign rx        = rx_valid_i || rx_error_i;
  assign sent      = tx_valid_o && tx_ready_i;
  assign quiet     = quiet_q[QuietBits];
  assign answering = tx_valid_o || state_q == FETCH || state_q == TAKE;
  assign is_write  = command_q == "W";
  assign is_run    = command_q == "X";
  assign word_done = byte_q == 3'd7;

  // ---- CRC -----------------------------------------------------------------------
  function automatic logic [15:0] crc16(input logic [15:0] crc, input logic [7:0] data);
    crc16 = crc ^ {data, 8'd0};
    for (int unsigned i = 0; i < 8; i++) crc16 = {crc16[14:0], 1'b0} ^ (crc16[15] ? 16'h1021 : 16'h0);
  endfunction
  logic good;
  assign good = word_q[63:48] == crc_q;
  always_ff @(posedge clk_i) begin
    unique case (state_q)
      HEAD:         if (rx_valid_i && byte_q < 3'd5) crc_q <= crc16(byte_q == 3'd0 ? 16'hffff : crc_q, rx_data_i);
      CHECK, DRAIN: crc_q <= 16'hffff;
      DATA:         if (rx_valid_i) crc_q <= crc16(crc_q, rx_data_i);
      RUN, DATA_CHECK: crc_q <= 16'hffff;
      STATUS, WORD: if (sent) crc_q <= crc16(crc_q, tx_data_o);
      default: ;
    endcase
    if (quiet && !answering) crc_q <= 16'hffff;  // a pause: the answer is next
  end

  // ---- words -------------------------------------------------------------------------
  assign addr_o   = addr_q;
  assign wdata_o  = word_q;
  assign mem_we_o = state_q == STORE && is_write;
  assign cfg_we_o = state_q == STORE && is_run;
  assign mem_re_o = state_q == FETCH;
  always_ff @(posedge clk_i) begin
    if (rx_valid_i && !answering)     word_q <= {rx_data_i, word_q[63:8]};
    else if (state_q == TAKE)         word_q <= is_run ? {32'd0, cycles_q} : command_q == "I" ? Ident : rdata_i;
    else if (state_q == WORD && sent) word_q <= {8'd0, word_q[63:8]};
    if (state_q == CHECK) begin
      command_q <= word_q[15:8];
      addr_q    <= word_q[16 +: AddrW];
      left_q    <= word_q[47:32];
    end else if (state_q == STORE || state_q == TAKE) begin
      addr_q <= addr_q + 1'b1;
      left_q <= left_q - 1'b1;
    end else if (state_q == DATA_CHECK) left_q <= is_run ? 16'd1 : 16'd0;
    if (state_q == DATA_CHECK)           cycles_q <= '0;
    else if (state_q == RUN && busy_i)   cycles_q <= cycles_q + 1'b1;
    if (state_q == HEAD && byte_q == 3'd0) addr_q <= '0;
  end

  // ---- answers -------------------------------------------------------------------------
  assign tx_valid_o = state_q == STATUS || state_q == WORD || state_q == CRC;
  always_comb begin
    unique case (state_q)
      STATUS:  tx_data_o = {5'd0, status_q};
      CRC:     tx_data_o = byte_q[0] ? crc_q[15:8] : crc_q[7:0];
      default: tx_data_o = word_q[7:0];
    endcase
  end

  // ---- control -------------------------------------------------------------------------
  assign start_o  = state_q == DATA_CHECK && good && is_run && !rx;
  assign abort_o  = state_q == RUN && rx;
  assign failed_o = status_q != 3'd0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q  <= HEAD;
      byte_q   <= '0;
      status_q <= '0;
      late_q   <= 1'b0;
      quiet_q  <= '0;
    end else begin
      quiet_q <= (rx || state_q == RUN || quiet) ? '0 : quiet_q + 1'b1;
      late_q  <= answering && (late_q || rx);
      unique case (state_q)
        HEAD: if (rx_valid_i) begin
          byte_q <= byte_q == 3'd6 ? 3'd0 : byte_q + 1'b1;
          if (byte_q == 3'd6) state_q <= CHECK;
        end
        CHECK: begin
          status_q <= good ? 3'd0 : 3'd1;
          state_q  <= DRAIN;
          if (good) begin
            unique case (word_q[15:8])
              "W":     state_q <= word_q[47:32] == '0 ? DATA_CRC : DATA;
              "X":     if (word_q[47:32] == 16'(bonnet_ice40_pkg::CfgWords)) state_q <= DATA; else status_q <= 3'd5;
              "R":     state_q <= STATUS;
              "I":     if (word_q[47:32] == 16'd1) state_q <= STATUS; else status_q <= 3'd5;
              default: status_q <= 3'd5;
            endcase
          end
        end
        DATA: if (rx_valid_i) begin
          byte_q <= byte_q + 1'b1;
          if (word_done) state_q <= STORE;
        end
        STORE:    state_q <= left_q == 16'd1 ? DATA_CRC : DATA;
        DATA_CRC: if (rx_valid_i) begin
          byte_q <= {2'b0, !byte_q[0]};
          if (byte_q[0]) state_q <= DATA_CHECK;
        end
        DATA_CHECK: begin
          if (!good) status_q <= 3'd2;
          state_q <= !good ? DRAIN : is_run ? RUN : STATUS;
        end
        RUN:    if (!busy_i && cycles_q != '0) state_q <= STATUS;
        STATUS: if (sent) state_q <= (status_q == 3'd0 && left_q != '0) ? FETCH : CRC;
        FETCH:  state_q <= TAKE;
        TAKE:   state_q <= WORD;
        WORD:   if (sent) begin
          byte_q <= byte_q + 1'b1;
          if (word_done) state_q <= left_q == '0 ? CRC : FETCH;
        end
        CRC: if (sent) begin
          byte_q <= {2'b0, !byte_q[0]};
          if (byte_q[0]) state_q <= HEAD;
          if (byte_q[0] && (late_q || rx)) {state_q, status_q} <= {DRAIN, 3'd6};
        end
        default: if (quiet) state_q <= STATUS;   // DRAIN
      endcase
      // What ends a request in any state that listens: a framing error, a pause, a byte during a run.
      if (rx_error_i && !answering && state_q != DRAIN) {state_q, status_q, byte_q} <= {DRAIN, 3'd3, 3'd0};
      else if (rx && state_q == RUN) {state_q, status_q, byte_q} <= {DRAIN, 3'd6, 3'd0};
      else if (quiet && (state_q == DATA || state_q == DATA_CRC || (state_q == HEAD && byte_q != '0)))
        {state_q, status_q, byte_q} <= {STATUS, 3'd4, 3'd0};
    end
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(OneUser_A, !(mem_re_o && mem_we_o) && (!busy_i || state_q == RUN || state_q == DRAIN))
endmodule
`default_nettype wire
