// SPDX-License-Identifier: Apache-2.0
//
// bonnet_skid - register slice for a room boundary: no combinational path from either side to the other.
//
// Rate    1 beat/cycle, one cycle of latency. Holds two beats.
// Stall   ready_o is a flip-flop: it falls one cycle after ready_i, the beat in between is kept.
// Test    tests/rtl/bonnet_skid_tb.cpp        Proof  tests/formal/bonnet_skid.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_skid #(
  parameter int unsigned Width = 8
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  // in
  input  wire logic             valid_i,
  output      logic             ready_o,
  input  wire logic [Width-1:0] data_i,
  // out
  output      logic             valid_o,
  input  wire logic             ready_i,
  output      logic [Width-1:0] data_o
);
  logic             valid_q;         // data_q is a beat
  logic             full_q;          // spare_q is the beat after it
  logic [Width-1:0] data_q, spare_q;
  logic             advance;

  assign advance = !valid_q || ready_i;
  assign ready_o = !full_q;
  assign valid_o = valid_q;
  assign data_o  = data_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      full_q  <= 1'b0;
    end else if (advance) begin
      valid_q <= full_q || valid_i;
      full_q  <= 1'b0;
    end else if (valid_i) begin
      full_q  <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin   // no reset: valid_q and full_q guard them
    if (advance) begin
      if (full_q)       data_q <= spare_q;
      else if (valid_i) data_q <= data_i;
    end else if (valid_i && !full_q) begin
      spare_q <= data_i;
    end
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(SpareBehindHead_A, !full_q || valid_q)
  `BONNET_ASSERT_HELD(OutHeld_A, valid_o, ready_i, data_o)
endmodule
`default_nettype wire
