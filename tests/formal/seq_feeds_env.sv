// SPDX-License-Identifier: Apache-2.0
// bonnet_seq_walk: how long it takes until a descriptor is pushed. The end of its file, for seq_feeds.ys. The queues are counted here, as in seq_lists.
// What seq_lists proves for any memory is assumed; the time is added. All of it is about one cycle, which keeps the induction short.
//   f_quiet_q  cycles of the job since the last that pushed or refused, or in which every queue was full or had been given all
logic             f_begun_q = 1'b0, f_hold_q, f_goes, f_given;
logic             f_over_q;              // something was refused: the job is over, the registers reset this room
logic [3:0]       f_queued_q [Units];
logic [Units-1:0] f_full, f_empty;
logic [4:0]       f_req_age_q, f_beat_age_q;   // cycles that a request waits for the memory, that the memory has owed the next beat
logic [6:0]       f_quiet_q, f_limit;
(* anyconst *) logic [3:0] f_most;       // M
for (genvar u = 0; u < Units; u++) begin : gen_f_queue
  always_ff @(posedge clk_i) f_queued_q[u] <= !rst_ni ? '0 : f_queued_q[u] + 4'(push_o[u]) - 4'(pop_i[u]);
  assign f_full[u]  = f_queued_q[u] == 4'(Places);
  assign f_empty[u] = f_queued_q[u] == '0;
end
assign f_given = f_count > 4'(rd_valid_o);              // a request that the memory took has beats to come
assign f_goes  = (state_q == HEAD || state_q == WALK) && !f_over_q;
// By what is nearest to a push.
always_comb begin
  if (check_q)         f_limit = 7'd3 * 7'(f_most) + 7'd5;
  else if (valid)      f_limit = 7'd3 * 7'(f_most) + 7'd4;
  else if (f_given)    f_limit = f_pos ? 7'd2 * 7'(f_most) + 7'd3 + 7'(f_beat_age_q) : 7'(f_most) + 7'd2 + 7'(f_beat_age_q);
  else if (rd_valid_o) f_limit = 7'd1 + 7'(f_req_age_q);
  else                 f_limit = '0;
end
always_ff @(posedge clk_i) begin
  f_begun_q    <= 1'b1;
  f_over_q     <= rst_ni && (f_over_q || refused);
  f_req_age_q  <= (!rst_ni || !rd_valid_o || rd_ready_i) ? '0 : f_req_age_q + 5'd1;
  f_beat_age_q <= (!rst_ni || !f_given || rdata_valid_i) ? '0 : f_beat_age_q + 5'd1;
  f_quiet_q    <= (!rst_ni || !f_goes || refused || push_o != '0 || (state_q == WALK && (f_full | fin_q) == '1)) ? '0 : f_quiet_q + 7'd1;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    // The memory: a request is taken M cycles after it was offered at the latest, each beat comes M cycles after the one before it, the first after
    // the request was taken.
    assume (!rd_valid_o || 5'(f_most) > f_req_age_q || rd_ready_i);
    assume (!f_given || 5'(f_most) > f_beat_age_q || rdata_valid_i);
    assume (!rdata_valid_i || f_given);
    // The queues, and seq_lists: States_A, Push_A, Goes_A, HeadGoes_A.
    assume (!check_q || state_q == WALK);
    assume ((pop_i & f_empty) == '0 && (push_o & f_full & ~pop_i) == '0);
    assume (!start_i || (state_q == IDLE && !f_over_q && !f_busy && !rd_valid_o));
    assume (!(state_q == WALK && !f_over_q) || rd_valid_o || f_busy || check_q || (f_full | fin_q) == '1);
    assume (!(state_q == HEAD && !f_over_q) || rd_valid_o || f_busy);
    // What is asked.
    Push_A:  assert (f_quiet_q <= 7'd3 * 7'(f_most) + 7'd5);
    // What induction has to know.
    State_A: assert (state_q <= END);
    Ages_A:  assert (f_req_age_q <= 5'(f_most) && f_beat_age_q <= 5'(f_most) && (rd_valid_o || f_req_age_q == '0));
    Owed_A:  assert (f_count <= 4'd8 && (!rd_valid_o || f_count != '0) && (!f_pos || f_given));
    Quiet_A: assert (!f_goes || f_quiet_q <= f_limit);
  end
end
endmodule
