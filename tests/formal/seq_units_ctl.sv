// SPDX-License-Identifier: Apache-2.0
// bonnet_unit_ctl: what the walker and the unit promise, and what is asked of one unit. The end of its file, for seq_units.ys, which hands in how long a
// unit may run (f_most_i) and takes: it runs, how long it has,
// and the oldest descriptor is read.
logic       f_busy_q, f_busy;   // the unit, from start to done
logic [3:0] f_age_q;            // cycles since its start
assign f_busy = start_o || f_busy_q;
always_ff @(posedge clk_i) begin
  f_busy_q <= rst_ni && f_busy && !done_i;
  f_age_q  <= (!rst_ni || !f_busy || done_i) ? '0 : f_age_q + 4'd1;
end
assign {f_run_o, f_age_o, f_head_o} = {f_busy, f_age_q, head_q};
always_comb if (rst_ni) begin
  assume (!push_i || count_q != CountW'(Depth));                  // RoomForPush_A; seq_lists: Push_A
  assume (!done_i || f_busy);
  assume (!f_busy || f_age_q < f_most_i || done_i);               // done comes f_most_i cycles after start_o at the latest
  Age_A:    assert (f_busy ? f_age_q <= f_most_i : f_age_q == '0);
  Busy_A:   assert (f_busy == run_q && !(start_o && f_busy_q));
  Queue_A:  assert (count_q <= CountW'(Depth) && PtrW'(wptr_q - rptr_q) == count_q[PtrW-1:0]);
  Record_A: assert (!(run_q && rec_q));
end
endmodule
