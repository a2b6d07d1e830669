// SPDX-License-Identifier: Apache-2.0
// bonnet_store: what its neighbours promise, and what is asked beyond its own contract. The end of its file, for bonnet_store.ys. Any descriptor.
logic [31:0] f_rows, f_at;   // reads of the descriptor; of them, done
assign f_rows = (32'(len) + 32'd31) >> 5;
assign f_at   = f_rows - 32'(rows_q);
(* hierconn *) logic [2:0] \u_rows.count_q ;   // the queue's own register
logic [31:0] f_held;
assign f_held = 32'(\u_rows.count_q ) + 32'(fb_rvalid_i);
always @(posedge clk_i) if (rst_ni) begin
  if ($past(rst_ni && (start_i || state_q != IDLE))) assume ($stable({len, first, cmd_i.addr, wr_base_o}));  // the command stays until done
  assume (fb_rvalid_i == ($past(rst_ni) && $past(read)));                      // the buffer answers a cycle later
  assume (!wr_done_i || state_q == LAND);
  Fits_A:   assert (state_q == IDLE || fits);
  Walk_A:   assert (!(state_q == ASK || state_q == DATA) || (32'(rows_q) <= f_rows && beats_q != '0 && word_q == FbWordW'(32'(first) + (f_at << 2))));
  Sent_A:   assert (!(state_q == ASK || state_q == DATA) || (f_at >= f_held && 32'(beats_q) + (f_at - f_held) * Parts + 32'(part_q) == (32'(len) + BusBytes - 1) / BusBytes));
  Empty_A:  assert (state_q == ASK || state_q == DATA || f_held == 32'd0);
  Inside_A: assert (!want || 32'(first) + (f_at << 2) < bonnet_pkg::FeatureWords);
  Room_A:   assert (32'(room_q) + f_held == Rows);
end
endmodule
