// SPDX-License-Identifier: Apache-2.0
// bonnet_unit_ctl: what is asked beyond its own contract, so that no descriptor is left lying here. The end of its file, for bonnet_unit_ctl.ys.
logic f_begun_q = 1'b0;   // the first cycle is a reset
always @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  assume (f_begun_q || !rst_ni);
end
always @(posedge clk_i) if (rst_ni && $past(rst_ni)) begin
  // Something is queued or under way: the unit runs, or the oldest is read, or asks for its tokens, or a record waits for its place (one leaves a cycle).
  Moves_A: assert (idle_o || run_q || pop_o || want_o || rec_q);
  Wants_A: assert (!$past(want_o && !gnt_i) || (want_o && $stable(take_o)));                       // until its tokens are there
  Began_A: assert (!$past(gnt_i && !head.skip) || (start_o && run_q));                             // then the unit starts
  Over_A:  assert (!$past((run_q && done_i) || skipped) || (give_valid_o && rec_valid_o && !run_q)); // and done gives tokens and a record, once
  Once_A:  assert (!give_valid_o || $past((run_q && done_i) || skipped));
end
endmodule
