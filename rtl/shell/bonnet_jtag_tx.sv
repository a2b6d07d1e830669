// SPDX-License-Identifier: Apache-2.0
//
// bonnet_jtag_tx - the stream on TDO (docs/jtag.md): at Capture-DR the status, a one and 31 bits; then the words of a READ, each a one and
// 32 bits, least significant first; zeros where there is none.
//
// Rate    34 + Bypass TCK a word: 33, and zeros until the word is taken and the next fetched.
// Note    A word is taken when its last bit has been shifted out of the chain, behind Bypass more; one that the end of a scan cut comes
//         again, whole, in the next. So port and host agree on it, wherever a scan ends.
//         Words of another epoch than epoch_i are void: one is dropped at every edge of TCK, shifting or not.
// Test    tests/rtl/bonnet_jtag_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_jtag_tx #(
  parameter int unsigned Bypass = 1   // bits of other devices between here and TDO
) (
  input  wire logic        clk_i,       // TCK
  input  wire logic        rst_ni,
  input  wire logic        capture_i,   // these only while our instruction is selected
  input  wire logic        shift_i,
  output      logic        tdo_o,       // out of a flip-flop; the TAP gives it half a TCK later
  input  wire logic [30:0] status_i,
  // words
  input  wire logic        epoch_i,
  output      logic        stale_o,     // void words are still coming out of the queue
  input  wire logic        valid_i,
  output      logic        ready_o,
  input  wire logic [32:0] data_i       // {epoch, word}
);
  if (Bypass > 30) $error("bonnet_jtag_tx: Bypass");
  logic [32:0] sh_q;
  logic [5:0]  left_q;   // bits of sh_q that are still to go
  logic        word_q;   // they are the word at the head of the queue
  logic        taken;

  assign stale_o = valid_i && data_i[32] != epoch_i;
  assign taken   = shift_i && word_q && left_q == 6'd1;
  assign ready_o = taken || stale_o;
  assign tdo_o   = sh_q[0];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sh_q   <= '0;
      left_q <= '0;
      word_q <= 1'b0;
    end else if (capture_i) begin
      sh_q   <= {1'b0, status_i, 1'b1};
      left_q <= 6'd32;
      word_q <= 1'b0;
    end else begin
      if (shift_i && left_q == '0 && valid_i && !stale_o) begin
        sh_q   <= {data_i[31:0], 1'b1};
        left_q <= 6'(33 + Bypass);
        word_q <= 1'b1;
      end else begin
        if (shift_i) begin
          sh_q <= {1'b0, sh_q[32:1]};
          if (left_q != '0) left_q <= left_q - 6'd1;
        end
        if (ready_o) word_q <= 1'b0;
      end
    end
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(LeftInRange_A, left_q <= 6'(33 + Bypass))
  `BONNET_ASSERT(WordIsHead_A, !word_q || (valid_i && left_q != '0))
endmodule
`default_nettype wire
