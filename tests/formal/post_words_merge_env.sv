// SPDX-License-Identifier: Apache-2.0
// bonnet_merge: the segments that post_words.ys finds at its port, and where its writes are. The end of its file, for post_words_merge.ys.
(* anyconst *) logic [38:0] f_ends;
logic        f_begun_q = 1'b0, f_here_q, f_wait_q, f_put, f_got, f_sound;
logic [1:0]  f_first, f_next;
logic [3:0]  f_past;              // word i is written past the end
bonnet_post_pkg::seg_t f_seg_q;
logic [5:0]  f_how_q;
post_words_seg u_seg (.seg_i, .post_i, .k4_i, .therm_i({2'b00, out_t_i}), .more_i(1'b0), .ends_i(f_ends), .put_o(f_put), .got_o(f_got), .sound_o(f_sound), .begin_o(f_first), .next_o(f_next));
for (genvar i = 0; i < 4; i++) begin : gen_f_past
  assign f_past[i] = wr_req_o.mask[Places*i +: Places] != '0 && 20'(wr_req_o.word) + 20'(i) >= 20'(f_ends[12:0]);
end
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_wait_q  <= rst_ni && en_i && seg_valid_i && !seg_ready_o;
  f_here_q  <= rst_ni && (wr_valid_o || seg_valid_i);
  f_seg_q   <= seg_i;
  f_how_q   <= {en_i, post_i, k4_i, out_t_i};
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  assume (f_ends[12:0] <= 13'(bonnet_pkg::FeatureWords));
  if (rst_ni) begin
    assume (!f_wait_q || (seg_valid_i && seg_i == f_seg_q));                  // OutHeld_A of bonnet_operand
    assume (!f_here_q || f_how_q == {en_i, post_i, k4_i, out_t_i});              // a descriptor stays
    assume (!seg_valid_i || !en_i || (f_put && f_sound && (k4_i || !out_t_i) && post_i != bonnet_post_pkg::PostHead));
    Here_A: assert (!wr_valid_o || (en_i && f_here_q));
    Put_A:  assert (!wr_valid_o || f_past == '0);
    Half_A: assert (!half_q || (f_wait_q && weave && hi));        // what induction has to know
    Wait_A: assert (!f_wait_q || (f_here_q && f_how_q[5]));
  end
end
endmodule
