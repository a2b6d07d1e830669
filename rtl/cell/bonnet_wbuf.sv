// SPDX-License-Identifier: Apache-2.0
//
// bonnet_wbuf - weight buffer: WeightRows rows of Lanes x 64 bits, written a bus beat at a time, read a row at a time.
//
// Rate    1 row read and 1 column write a cycle. rdata_o follows re_i by one cycle and holds until the next read.
// Stall   none. A row read in the cycle in which it is written gives the old bits.
// Golden  docs/chip.md, Words and rows       Test  tests/rtl/bonnet_wbuf_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_wbuf #(
  parameter  int unsigned Rows    = bonnet_pkg::WeightRows,   // StemRows for the stem parameters
  // verilator lint_off UNUSEDPARAM
  parameter               Style   = "auto",                   // "block", "distributed": what an FPGA's tools make of it
  // verilator lint_on UNUSEDPARAM
  localparam int unsigned RowBits = bonnet_pkg::RowBits,
  localparam int unsigned BusBits = bonnet_pkg::BusBits,
  localparam int unsigned RowW    = $clog2(Rows),
  localparam int unsigned ColW    = $clog2(RowBits / BusBits)
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,   // for the contract only: contents survive
  // write, one column of a row
  input  wire logic               we_i,
  input  wire logic [RowW-1:0]    wrow_i,
  input  wire logic [ColW-1:0]    wcol_i,   // bits [BusBits*col +: BusBits]
  input  wire logic [BusBits-1:0] wdata_i,
  // read
  input  wire logic               re_i,
  input  wire logic [RowW-1:0]    row_i,
  output      logic [RowBits-1:0] rdata_o
);
  // A memory a column: one of all columns, written a part of a row at a time, becomes eight times the block RAMs in Yosys' ECP5 flow.
  for (genvar c = 0; c < RowBits / BusBits; c++) begin : gen_col
    (* ram_style = Style *)
    logic [BusBits-1:0] mem [Rows];
    always_ff @(posedge clk_i) if (we_i && wcol_i == ColW'(c)) mem[wrow_i] <= wdata_i;
    always_ff @(posedge clk_i) if (re_i) rdata_o[BusBits*c +: BusBits] <= mem[row_i];
  end

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(WriteInside_A, !we_i || 32'(wrow_i) < Rows)
  `BONNET_ASSUME(ReadInside_A, !re_i || 32'(row_i) < Rows)
`ifdef SYNTHESIS
  logic unused_rst;
  assign unused_rst = rst_ni;
`endif
endmodule
`default_nettype wire
