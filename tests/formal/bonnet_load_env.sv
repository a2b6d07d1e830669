// SPDX-License-Identifier: Apache-2.0
// bonnet_load: what its neighbours promise, what is asked beyond its own contract, and the counts that induction has to know. The end of its file,
// for bonnet_load.ys. Any descriptor, good or bad: fits() alone decides.
logic [31:0] f_row, f_left, f_beats;
assign f_row   = (dest == 2'd2) ? 32'(row_q) + 32'(part) : (32'(row_q) << ColW) + 32'(col_q);   // beats from the buffer's start on
assign f_left  = 32'(left_q);
assign f_beats = (32'(len) + BusBits / 8 - 1) >> ByteW;
always @(posedge clk_i) if (rst_ni) begin
  if ($past(rst_ni && (start_i || state_q != IDLE))) assume ($stable({dest, base, len, first, cmd_i.addr}));  // the command stays until done
  Fits_A:   assert (state_q == IDLE || fits(dest, 32'(len), 32'(first)));
  Walk_A:   assert (!(state_q == ASK || state_q == DATA) || (f_left != '0 && f_left <= f_beats
                    && f_row + f_left == ((dest == 2'd2) ? 32'(first) : 32'(first) << ColW) + f_beats));
  Part_A:   assert (!(state_q == ASK || state_q == DATA) || dest != 2'd2 || (32'(col_q) < FbBeats && part == FbBeatW'(f_beats - f_left)));
  Inside_A: assert (!fb_q || 32'(fb_word_q) + 32'(fb_tail_q) < bonnet_pkg::FeatureWords);
  Apart_A:  assert (!(wb_we_o && sp_we_o) && !((wb_we_o || sp_we_o) && state_q != DATA));
end
endmodule
