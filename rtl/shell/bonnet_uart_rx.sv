// SPDX-License-Identifier: Apache-2.0
//
// bonnet_uart_rx - bytes from a serial line: 8 bits, no parity, 1 stop bit, least significant bit first.
//
// A low level of an idle line starts a frame. Every bit is taken in its middle, counted from that edge, so sender and receiver may differ
// by 3 % in speed. A start bit that is high again in its middle was a glitch and nothing happens. A low stop bit is a framing error
// (wrong speed, a break): error_o, no byte, and the next frame starts only after the line was high.
//
// Rate    ClocksPerBit cycles a bit; the byte leaves in the middle of the stop bit, two to three cycles late (synchroniser, register).
// Stall   none: valid_o and error_o are up for one cycle, never both. data_o holds until the next frame's first bit.
// Golden  tests/rtl/bonnet_uart_rx_tb.cpp draws the line       Test  the same; tests/formal/uart.ys (with bonnet_uart_tx, every byte)
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_uart_rx #(
  parameter  int unsigned ClocksPerBit = 12,                 // at least 4: 12 MHz, 1 Mbaud
  localparam int unsigned CountW       = $clog2(ClocksPerBit)
) (
  input  wire logic       clk_i,
  input  wire logic       rst_ni,
  input  wire logic       rx_i,     // the pin, any time
  output      logic       valid_o,  // one cycle: data_o is a byte
  output      logic       error_o,  // one cycle: the stop bit was low
  output      logic [7:0] data_o
);
  if (ClocksPerBit < 4) $error("bonnet_uart_rx: a bit needs 4 clocks");

  // In reset the synchroniser holds a low line, so that a frame needs a line that was seen high since.
  logic high;
  bonnet_sync #(.Width(1)) u_sync (
    .clk_i, .rst_ni, .d_i(rx_i),
`ifdef FORMAL
    .meta_o(),
`endif
    .q_o(high)
  );

  logic              armed_q;  // the line was high since the last frame
  logic              busy_q;
  logic [3:0]        bit_q;    // 0 start, 1..8 data, 9 stop
  logic [CountW-1:0] count_q;  // cycles to the middle of the bit
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {valid_o, error_o, armed_q, busy_q} <= '0;
      {bit_q, count_q} <= '0;
    end else begin
      {valid_o, error_o} <= '0;
      if (!busy_q) begin
        bit_q   <= '0;
        count_q <= CountW'(ClocksPerBit / 2 - 1);
        armed_q <= armed_q || high;
        busy_q  <= armed_q && !high;
      end else if (count_q != '0) begin
        count_q <= count_q - 1'b1;
      end else begin
        count_q <= CountW'(ClocksPerBit - 1);
        bit_q   <= bit_q + 1'b1;
        if (bit_q == 4'd0 && high) busy_q <= 1'b0;
        if (bit_q == 4'd9) begin
          busy_q  <= 1'b0;
          armed_q <= high;
          valid_o <= high;
          error_o <= !high;
        end
      end
    end
  end
  always_ff @(posedge clk_i) if (busy_q && count_q == '0 && bit_q != 4'd0 && bit_q != 4'd9) data_o <= {high, data_o[7:1]};

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(BitInRange_A, bit_q <= 4'd9 || !busy_q)
  `BONNET_ASSERT(CountInRange_A, 32'(count_q) < ClocksPerBit)
  `BONNET_ASSERT(OneVerdict_A, !(valid_o && error_o))
endmodule
`default_nettype wire
