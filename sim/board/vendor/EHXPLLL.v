// SPDX-License-Identifier: Apache-2.0
// EHXPLLL - the pins of an ECP5's PLL that rtl/board has, for lint and simulation. Every output is the input clock: a simulation counts cycles of the chip, and
// the board's 25 MHz clock is nowhere else. LOCK comes after eight cycles, as late as makes a reset that does not wait for it visible.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off UNUSEDPARAM */
module EHXPLLL #(
  parameter integer CLKI_DIV = 1, parameter integer CLKFB_DIV = 1, parameter integer CLKOP_DIV = 8, parameter integer CLKOS_DIV = 8,
  parameter integer CLKOP_CPHASE = 0, parameter integer CLKOS_CPHASE = 0, parameter FEEDBK_PATH = "CLKOP",
  parameter CLKOP_ENABLE = "ENABLED", parameter CLKOS_ENABLE = "DISABLED"
) (
  input  wire CLKI,
  input  wire CLKFB,
  input  wire RST,
  input  wire STDBY,
  input  wire ENCLKOP,
  input  wire ENCLKOS,
  input  wire PHASESEL0,
  input  wire PHASESEL1,
  input  wire PHASEDIR,
  input  wire PHASESTEP,
  input  wire PHASELOADREG,
  input  wire PLLWAKESYNC,
  output wire CLKOP,
  output wire CLKOS,
  output wire LOCK
);
  reg [3:0] count_q = 4'd0;
  always @(posedge CLKI) if (!LOCK) count_q <= count_q + 4'd1;
  assign CLKOP = CLKI;
  assign CLKOS = CLKI;
  assign LOCK  = count_q[3];
endmodule
`default_nettype wire
