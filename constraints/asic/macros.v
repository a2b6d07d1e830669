// SPDX-License-Identifier: Apache-2.0
// macros.v - modules of rtl/ that are SRAM macros on silicon: their pins, nothing inside. Read by synth.tcl instead of their
// source; bonnet_sram stands for an array (memory.v). The pins become ports of the unit: `expose -evert`. Yosys derives no blackbox from
// its parameters and would take the default widths for the ports, so synth.tcl reads this file again at the end, with BONNET_PINS.
`ifndef BONNET_PINS
(* blackbox *)
`endif
module bonnet_ram_1r1w (clk_i, rst_ni, we_i, waddr_i, wdata_i, re_i, raddr_i, rdata_o);
  parameter Width = 32;
  parameter Depth = 256;
  localparam AddrW = (Depth > 1) ? $clog2(Depth) : 1;
  input              clk_i, rst_ni, we_i, re_i;
  input  [AddrW-1:0] waddr_i, raddr_i;
  input  [Width-1:0] wdata_i;
  output [Width-1:0] rdata_o;
endmodule
`ifndef BONNET_PINS
(* blackbox *)
`endif
module bonnet_sram (RD_CLK, RD_EN, RD_ADDR, RD_DATA, WR_CLK, WR_EN, WR_ADDR, WR_DATA);
  parameter signed SIZE = 4;
  parameter signed ABITS = 2;
  parameter signed WIDTH = 8;
  parameter signed RD_PORTS = 1;
  parameter signed WR_PORTS = 1;
  input  [RD_PORTS-1:0]       RD_CLK, RD_EN;
  input  [RD_PORTS*ABITS-1:0] RD_ADDR;
  output [RD_PORTS*WIDTH-1:0] RD_DATA;
  input  [WR_PORTS-1:0]       WR_CLK;
  input  [WR_PORTS*WIDTH-1:0] WR_EN, WR_DATA;
  input  [WR_PORTS*ABITS-1:0] WR_ADDR;
endmodule
