// SPDX-License-Identifier: Apache-2.0
//
// bonnet_rows - the parameter rows of the tile under way and of the next: the first (thresholds, or A, B, C of the head: the same 64 bits per
// lane), the second (S of the head), and the eighth of both that the head asks for.
//
// Arrays in step need the same ones: one bonnet_rows serves all.
// Rate    rows as bonnet_param; an eighth a cycle, one cycle after it was asked for, held until the next.       Stall  none.
// Test    tests/rtl/bonnet_rows_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_rows #(
  localparam int unsigned Lanes = bonnet_pkg::Lanes,
  localparam int unsigned Macs  = Lanes / 8             // lanes of an eighth
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic                  prow_valid_i,
  input  wire logic                  prow_second_i,
  input  wire logic [Lanes*64-1:0]   prow_data_i,
  input  wire logic                  done_i,            // the tile's last pixel leaves: now the next row
  input  wire logic                  done_second_i,     // and it needed a second one
  input  wire logic                  beat_en_i,
  input  wire logic [2:0]            beat_i,            // lanes Macs * beat_i ..
  output      logic [Lanes*64-1:0]   row_o,             // lane l at [64*l +: 64]
  output      logic [Macs*64-1:0]    beat_row_o,
  output      logic [Macs*16-1:0]    beat_slope_o
);
  logic [Lanes*16-1:0] slope;        // S of lane l at [16*l +: 16]
  function automatic logic [Lanes*16-1:0] slopes(input logic [Lanes*64-1:0] row);
    for (int unsigned l = 0; l < Lanes; l++) slopes[16*l +: 16] = row[64*l +: 16];
  endfunction
  bonnet_param #(.Width(Lanes * 64)) u_row (
    .clk_i, .rst_ni, .valid_i(prow_valid_i && !prow_second_i), .data_i(prow_data_i), .done_i, .row_o
  );
  bonnet_param #(.Width(Lanes * 16)) u_slope (
    .clk_i, .rst_ni, .valid_i(prow_valid_i && prow_second_i), .data_i(slopes(prow_data_i)), .done_i(done_second_i), .row_o(slope)
  );
  always_ff @(posedge clk_i) begin
    if (beat_en_i) begin
      beat_row_o   <= row_o[64*Macs*beat_i +: 64*Macs];
      beat_slope_o <= slope[16*Macs*beat_i +: 16*Macs];
    end
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(SecondWithFirst_A, !done_second_i || done_i)
endmodule
`default_nettype wire
