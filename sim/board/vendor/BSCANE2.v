// SPDX-License-Identifier: Apache-2.0
// BSCANE2 - the pins of the vendor's primitive, for lint; what is behind them is played by sim/board/jtag/bonnet_tap.sv.
`default_nettype none
/* verilator lint_off UNDRIVEN */
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off UNUSEDPARAM */
module BSCANE2 #(
  parameter DISABLE_JTAG = "FALSE",
  parameter integer JTAG_CHAIN = 1
) (
  output wire CAPTURE,
  output wire DRCK,
  output wire RESET,
  output wire RUNTEST,
  output wire SEL,
  output wire SHIFT,
  output wire TCK,
  output wire TDI,
  output wire TMS,
  output wire UPDATE,
  input  wire TDO
);
endmodule
`default_nettype wire
