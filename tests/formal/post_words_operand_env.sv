// SPDX-License-Identifier: Apache-2.0
// bonnet_operand as a queue of segments. The end of its file, for post_words_operand.ys.
// f_one is any segment that must not come; what may come depends on the descriptor (f_no_i), which changes only while there is none: what is so of every
// segment that is taken is so of every one that leaves.
(* anyconst *) logic [SegW-1:0] f_one;
logic               f_begun_q = 1'b0, f_here_q, f_no_q, f_wait_q, f_use_res_q, f_use_pass_q;
logic [SegW-1:0]    f_seg_q;
logic [1:0]         f_in_q, f_out_q;          // lane group that the next one to be taken, to leave, begins with
logic [Slots:0]     f_live, f_is, f_chained;  // segment 0..: in its slot; the last: in front of them
logic [2*Slots+1:0] f_begin, f_next;
logic [SlotW-1:0]   f_newest;
assign f_newest = tail_q - SlotW'(1);
for (genvar s = 0; s <= Slots; s++) begin : gen_f_seg
  logic [SegW-1:0]  at;
  logic [3:0]       groups;
  logic [SlotW-1:0] before;
  logic             oldest;
  if (s < Slots) begin : gen_slot
    assign at        = seg_q[s];
    assign f_live[s] = {1'b0, SlotW'(SlotW'(s) - head_q)} < count_q;
    assign before    = SlotW'(s) - SlotW'(1);
    assign oldest    = head_q == SlotW'(s);
  end else begin : gen_front
    assign at        = seg_i;
    assign f_live[s] = seg_valid_i;
    assign before    = f_newest;
    assign oldest    = count_q == '0;
  end
  assign groups             = at[4*bonnet_post_pkg::PosW+3 +: 4];   // seg_t
  assign f_is[s]            = at == f_one;
  assign f_begin[2*s +: 2]  = groups[0] ? 2'd0 : groups[1] ? 2'd1 : groups[2] ? 2'd2 : 2'd3;
  assign f_next[2*s +: 2]   = groups[3] ? 2'd0 : groups[2] ? 2'd3 : groups[1] ? 2'd2 : 2'd1;
  assign f_chained[s]       = f_begin[2*s +: 2] == (oldest ? f_out_q : f_next[2*before +: 2]);
end
always_ff @(posedge clk_i) begin
  f_begun_q    <= 1'b1;
  f_here_q     <= rst_ni && (!empty_o || seg_valid_i);
  f_no_q       <= f_no_i;
  f_wait_q     <= rst_ni && seg_valid_i && !seg_ready_o;
  f_seg_q      <= seg_i;
  f_use_res_q  <= use_res_i;
  f_use_pass_q <= use_pass_i;
  if (!rst_ni) {f_in_q, f_out_q} <= '0;
  else begin
    if (take)  f_in_q  <= f_next[2*Slots +: 2];
    if (leave) f_out_q <= f_next[2*head_q +: 2];
  end
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (!f_here_q || (f_no_i == f_no_q && use_res_i == f_use_res_q && use_pass_i == f_use_pass_q));    // a descriptor stays
    assume (!use_pass_i || use_res_i);
    assume (!f_wait_q || (seg_valid_i && seg_i == f_seg_q));                                               // bonnet_walk
    assume (!seg_valid_i || (!(f_no_i && f_is[Slots]) && f_begin[2*Slots +: 2] == f_in_q));                // bonnet_walk: walk_words
    // What is asked.
    Same_A: assert (!valid_o || !f_no_i || seg_o != f_one);
    Turn_A: assert (!valid_o || f_begin[2*head_q +: 2] == f_out_q);
    Read_A: assert (!rd_valid_o || (seg_valid_i && use_res_i && (!phase_q || use_pass_i)
                                    && rd_word_o == (phase_q ? seg_i.pass_word[bonnet_pkg::FbWordW-1:0] : seg_i.res_word[bonnet_pkg::FbWordW-1:0])));
    Here_A: assert (empty_o || f_here_q);
    // What induction has to know.
    Kept_A:    assert (!f_no_i || (f_live[Slots-1:0] & f_is[Slots-1:0]) == '0);
    Chained_A: assert ((f_live[Slots-1:0] & ~f_chained[Slots-1:0]) == '0 && f_in_q == ((count_q == '0) ? f_out_q : f_next[2*f_newest +: 2]));
    Count_A:   assert (count_q <= (SlotW+1)'(Slots) && tail_q == head_q + count_q[SlotW-1:0]);
    Phase_A:   assert (!phase_q || (f_wait_q && use_pass_i));
  end
end
endmodule
