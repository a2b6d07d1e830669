// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_params - reads the five parameter rows of a pass and then leaves the parameter port to the tap rows.
//
// Rate    prm_valid_o for rows 0..4 in consecutive cycles, from two cycles after go_i; ready_o after the last.
// Test    tests/rtl/bonnet_stem_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_params (
  input  wire logic                          clk_i,
  input  wire logic                          rst_ni,
  input  wire logic                          go_i,
  input  wire logic [bonnet_pkg::SpRowW-1:0] prow_i,      // first parameter row, stable from go_i
  // parameter memory; the row itself comes straight to the links
  output      logic                          sp_re_o,
  output      logic [bonnet_pkg::SpRowW-1:0] sp_row_o,
  // to the links: the memory shows parameter row prm_row_o in this cycle
  output      logic                          prm_valid_o,
  output      logic [2:0]                    prm_row_o,
  output      logic                          ready_o,     // every row has been handed out: tap rows may be read
  // tap rows
  input  wire logic                          tap_re_i,
  input  wire logic [bonnet_pkg::SpRowW-1:0] tap_row_i
);
  localparam logic [2:0] Rows = 3'(bonnet_stem_pkg::PrmRows);
  logic [2:0] next_q, shown_q;   // row to read; row the memory shows
  logic       load_q, valid_q, ready_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {load_q, valid_q, ready_q} <= 3'b000;
      {next_q, shown_q}          <= '0;
    end else begin
      valid_q <= load_q;
      shown_q <= next_q;
      ready_q <= !go_i && (ready_q || (valid_q && shown_q == Rows - 3'd1));
      if (go_i) begin
        load_q <= 1'b1;
        next_q <= '0;
      end else if (load_q) begin
        load_q <= next_q != Rows - 3'd1;
        next_q <= next_q + 3'd1;
      end
    end
  end
  assign sp_re_o     = load_q || tap_re_i;
  assign sp_row_o    = load_q ? prow_i + bonnet_pkg::SpRowW'(next_q) : tap_row_i;
  assign prm_valid_o = valid_q;
  assign prm_row_o   = shown_q;
  assign ready_o     = ready_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(OneReader_A, !tap_re_i || ready_q)
  `BONNET_ASSERT(NotEarly_A, !ready_q || !(load_q || valid_q))
  `BONNET_ASSERT(RowsInOrder_A, !prm_valid_o || prm_row_o < Rows)
endmodule
`default_nettype wire
