// SPDX-License-Identifier: Apache-2.0
// bonnet_head: the segments that post_words.ys finds at its port, in turn, and where its features go. The end of its file, for post_words_head.ys.
(* anyconst *) logic [38:0] f_ends;
logic        f_begun_q = 1'b0, f_here_q, f_wait_q, f_put, f_got, f_sound;
logic [1:0]  f_first, f_next, f_group_q;     // f_group_q: the next segment begins there
logic [3:0]  f_past;                         // word i is written past the end
logic [4:0]  f_stage_past;
bonnet_post_pkg::seg_t f_seg_q;
logic [1:0]  f_how_q;
post_words_seg u_seg (.seg_i, .post_i(bonnet_post_pkg::PostHead), .k4_i, .therm_i(3'b000), .more_i, .ends_i(f_ends), .put_o(f_put), .got_o(f_got), .sound_o(f_sound), .begin_o(f_first), .next_o(f_next));
localparam int unsigned Places = 64 / bonnet_pkg::Group;
for (genvar i = 0; i < 4; i++) begin : gen_f_past
  assign f_past[i] = wr_req_o.mask[Places*i +: Places] != '0 && 20'(wr_req_o.word) + 20'(i) >= 20'(f_ends[12:0]);
end
// A feature of this stage will be written where none is.
assign f_stage_past = run_q & {last5_q, edge4_q[0], edge3_q[0], edge2_q[0], edge1_q[0]}
                      & {13'(word5_q) >= f_ends[12:0], 13'(word4_q) >= f_ends[12:0], 13'(word3_q) >= f_ends[12:0], 13'(word2_q) >= f_ends[12:0], 13'(word1_q) >= f_ends[12:0]};
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_wait_q  <= rst_ni && en_i && seg_valid_i && !seg_ready_o;
  f_seg_q   <= seg_i;
  f_how_q   <= {en_i, more_i};
  f_here_q  <= rst_ni && (!idle_o || seg_valid_i);
  if (!rst_ni)                         f_group_q <= '0;
  else if (seg_valid_i && seg_ready_o) f_group_q <= f_next;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  assume (f_ends[12:0] <= 13'(bonnet_pkg::FeatureWords));
  if (rst_ni) begin
    assume (!f_wait_q || (seg_valid_i && seg_i == f_seg_q));                  // OutHeld_A of bonnet_operand
    assume (!f_here_q || f_how_q == {en_i, more_i});                             // a descriptor stays
    assume (!seg_valid_i || !en_i || (f_put && f_sound && f_first == f_group_q));
    Here_A:  assert (idle_o || (en_i && f_here_q));
    Put_A:   assert (!wr_valid_o || f_past == '0);
    Beat_A:  assert (!beat_en_o || seg_i.groups[beat_o[2:1]]);                                     // SegmentFits_A
    // What induction has to know.
    Stage_A: assert (f_stage_past == '0);
    Word_A:  assert (!wr_valid_q || (13'(word6_q) < f_ends[12:0]));
    Place_A: assert (beat_q == {f_group_q, 1'b0} || (f_wait_q && seg_i.groups[beat_q[2:1]]));
    Wait_A: assert (!f_wait_q || (f_here_q && f_how_q[1]));
  end
end
endmodule
