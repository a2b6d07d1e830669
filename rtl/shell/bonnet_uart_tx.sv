// SPDX-License-Identifier: Apache-2.0
//
// bonnet_uart_tx - bytes to a serial line: 8 bits, no parity, 1 stop bit, least significant bit first. The line is a flip-flop.
//
// Rate    10 * ClocksPerBit cycles a byte, back to back. The start bit leaves the cycle after the byte was taken.
// Stall   ready_o is low while a byte is on the line, up to its last cycle.
// Golden  tests/rtl/bonnet_uart_tx_tb.cpp draws the line       Test  the same; tests/formal/uart.ys (with bonnet_uart_rx, every byte)
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_uart_tx #(
  parameter  int unsigned ClocksPerBit = 12,                 // at least 2: 12 MHz, 1 Mbaud
  localparam int unsigned CountW       = $clog2(ClocksPerBit)
) (
  input  wire logic       clk_i,
  input  wire logic       rst_ni,
  input  wire logic       valid_i,
  output      logic       ready_o,
  input  wire logic [7:0] data_i,
  output      logic       tx_o      // the pin; high when idle
);
  if (ClocksPerBit < 2) $error("bonnet_uart_tx: a bit needs 2 clocks");

  logic [8:0]        shift_q;  // the bit on the line in [0]; ones follow the byte
  logic [3:0]        left_q;   // bits to go, this one included; 0: idle
  logic [CountW-1:0] count_q;  // cycles left of this bit, less one
  assign ready_o = left_q == 4'd0 || (left_q == 4'd1 && count_q == '0);
  assign tx_o    = shift_q[0];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      shift_q <= '1;
      left_q  <= '0;
      count_q <= '0;
    end else if (valid_i && ready_o) begin
      shift_q <= {data_i, 1'b0};
      left_q  <= 4'd10;
      count_q <= CountW'(ClocksPerBit - 1);
    end else if (count_q != '0) begin
      count_q <= count_q - 1'b1;
    end else if (left_q != 4'd0) begin
      shift_q <= {1'b1, shift_q[8:1]};
      left_q  <= left_q - 1'b1;
      count_q <= left_q == 4'd1 ? '0 : CountW'(ClocksPerBit - 1);
    end
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(LeftInRange_A, left_q <= 4'd10)
  `BONNET_ASSERT(CountInRange_A, 32'(count_q) < ClocksPerBit)
  // Behind the byte come ones only: bit i of the register is the line's bit, i bits from now, and a frame has ten.
  `BONNET_ASSERT(OnesBehind_A, (shift_q | (9'h1ff >> (4'd10 - left_q))) == 9'h1ff)
  `BONNET_ASSERT(IdleIsHigh_A, left_q != 4'd0 || (tx_o && count_q == '0))
endmodule
`default_nettype wire
