// SPDX-License-Identifier: Apache-2.0
//
// bonnet_param - one parameter row of the tile that is worked on, and behind it the row of the next one.
//
//   A row that comes waits, one cycle at least, until the row before it is done; then it is row_o. Two rows by parity would need a choice
//   at every bit; two in line need none: 64 LUTs a lane less for thresholds alone.
//
// Rate    a row may come every cycle if the one before the last is done; it is row_o two cycles after valid_i, or the cycle after done_i.
// Stall   none: a third row must not come.       Test  tests/rtl/bonnet_rows_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_param #(
  parameter int unsigned Width = 64
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic             valid_i,
  input  wire logic [Width-1:0] data_i,
  input  wire logic             done_i,    // the last pixel that needs row_o moves on
  output      logic [Width-1:0] row_o
);
  logic             next_q, here_q, move;  // there is a row
  logic [Width-1:0] row_q;
  assign move = next_q && (!here_q || done_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {next_q, here_q} <= 2'b00;
    else         {next_q, here_q} <= {valid_i || (next_q && !move), move || (here_q && !done_i)};
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) row_q <= data_i;
    if (move)    row_o <= row_q;
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(RoomForRow_A, !valid_i || !next_q || move)
  `BONNET_ASSUME(DoneWithRow_A, !done_i || here_q)
endmodule
`default_nettype wire
