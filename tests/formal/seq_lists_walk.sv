// SPDX-License-Identifier: Apache-2.0
// bonnet_seq_walk: what its neighbours promise, and what is asked beyond its own contract. The end of its file, for seq_lists.ys. The queues
// are counted here: bonnet_unit_ctl gives back a place that was pushed into (count_q there), and is not idle before.
logic             f_begun_q = 1'b0;      // the first cycle is a reset
logic             f_over_q;              // a header or a descriptor was refused: the job is over, the registers reset this room
logic [3:0]       f_queued_q [Units];
logic [Units-1:0] f_full, f_empty, f_early;
for (genvar u = 0; u < Units; u++) begin : gen_f_queue
  always @(posedge clk_i) f_queued_q[u] <= !rst_ni ? '0 : f_queued_q[u] + 4'(push_o[u]) - 4'(pop_i[u]);
  assign f_full[u]  = f_queued_q[u] == 4'(Places);
  assign f_empty[u] = f_queued_q[u] == '0;
  assign f_early[u] = pop_i[u] && f_empty[u];
  assign f_queued[4*u +: 4]  = f_queued_q[u];
  assign f_check[u]          = check_q && unit_q == 2'(u);
  assign f_walks[16*u +: 16] = walks_q[u];
end
assign f_over  = f_over_q;
assign f_state = state_q;
assign f_fin   = fin_q;
always @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  assume (f_begun_q || !rst_ni);
  f_over_q <= rst_ni && (f_over_q || refused);
  if (rst_ni) begin
    assume (f_early == '0 && (!idle_i || f_empty == '1));
    assume (!start_i || (state_q == IDLE && !f_over_q));
    if ($past(rst_ni && (start_i || state_q != IDLE))) assume ($stable(cfg_i));
    States_A:  assert (state_q <= END && (f_over_q ? state_q == IDLE && !check_q : !check_q || state_q == WALK) && (state_q != WALK || (cfg_i.frames[15:0] != '0 && some_q != '0)));
    Frames_A:  assert (state_q != GO || (cfg_i.frames[15:0] != '0 && some_q != '0));
    Counts_A:  assert (f_over_q || !(state_q == GO || state_q == WALK) || ((!some_q[0] || first_q[IndexW*0 +: IndexW] <= end_q[IndexW*0 +: IndexW])
                       && (!some_q[1] || first_q[IndexW*1 +: IndexW] <= end_q[IndexW*1 +: IndexW])
                       && (!some_q[2] || first_q[IndexW*2 +: IndexW] <= end_q[IndexW*2 +: IndexW])
                       && (!some_q[3] || first_q[IndexW*3 +: IndexW] <= end_q[IndexW*3 +: IndexW])));
    Before_A:  assert (f_over_q || state_q == WALK || state_q == END || (f_empty == '1 && !check_q));
    // No push finds its queue full.
    Push_A:    assert ((push_o & f_full & ~pop_i) == '0);
    // A job that is under way: the memory has been asked, or a descriptor is on its way here, or is asked for now, or every queue is full or has all.
    Goes_A:    assert (!(state_q == WALK && !f_over_q) || rd_valid_o || f_busy || check_q || (f_full | fin_q) == '1);
    HeadGoes_A: assert (!(state_q == HEAD && !f_over_q) || rd_valid_o || f_busy);
    // The end comes when all is done, and then at once.
    Ends_A:    assert (!($past(rst_ni && state_q == WALK && !refused && !f_over_q && fin_q == '1 && !check_q && idle_i) && rst_ni) || done_o);
    Whole_A:   assert (!done_o || (fin_q == '1 && f_empty == '1 && !f_busy && !rd_valid_o));
  end
end
endmodule
