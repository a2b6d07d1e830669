// SPDX-License-Identifier: Apache-2.0
// bonnet_post: its units as black boxes, each with what its proof says of it, and each one's assumptions asked for. The end of its file, for post_words.ys.
localparam int unsigned Group = bonnet_pkg::Group, Places = 64 / Group;
logic         fc, bad, f_begun_q = 1'b0, f_hold_q, f_wait_q, f_op_wait_q, f_rd_wait_q, f_merge_wait_q, f_head_wait_q, f_wr_wait_q, f_op_here_q, f_merge_here_q, f_head_here_q;
logic [511:0] f_cfg_q;
(* anyconst *) logic [38:0] f_ends;      // of the maps of OUT, RES and PASS
bonnet_conv_check u_check (.en_i(1'b1), .desc_i(cfg_i), .fc_o(fc), .bad_o(bad));
logic [2:0]   f_therm;
logic         f_more, f_put, f_got, f_sound, f_op_put, f_op_got, f_op_sound;
logic [1:0]   f_first, f_next, f_op_first, f_op_next, f_group_q, f_op_group_q;
bonnet_post_pkg::seg_t f_seg_q, f_op_seg_q;
assign f_therm = {cfg_i[bonnet_job_pkg::CONV_PASS_T_LSB], cfg_i[bonnet_job_pkg::CONV_RES_T_LSB], cfg_i[bonnet_job_pkg::CONV_OUT_T_LSB]};
assign f_more  = cfg_i[bonnet_job_pkg::CONV_MORE_LSB];
post_words_seg u_walked (.seg_i(seg), .post_i(post), .k4_i(k4), .therm_i(f_therm), .more_i(f_more), .ends_i(f_ends), .put_o(f_put), .got_o(f_got), .sound_o(f_sound), .begin_o(f_first), .next_o(f_next));
post_words_seg u_op (.seg_i(op_seg), .post_i(post), .k4_i(k4), .therm_i(f_therm), .more_i(f_more), .ends_i(f_ends), .put_o(f_op_put), .got_o(f_op_got), .sound_o(f_op_sound), .begin_o(f_op_first), .next_o(f_op_next));
// Is word i of a write past the end?
function automatic logic f_past(input logic [bonnet_pkg::FbWordW-1:0] word, input logic [bonnet_pkg::FbMaskW-1:0] mask);
  f_past = 1'b0;
  for (int unsigned i = 0; i < 4; i++) if (mask[Places*i +: Places] != '0 && 20'(word) + 20'(i) >= 20'(f_ends[12:0])) f_past = 1'b1;
endfunction
logic [2:0] f_n_res, f_n_pass;           // words of 64 channels
assign f_n_res  = !k4 ? 3'd1 : f_therm[1] ? 3'd3 : 3'd4;
assign f_n_pass = !k4 ? 3'd1 : f_therm[2] ? 3'd3 : 3'd4;
always_ff @(posedge clk_i) begin
  f_begun_q   <= 1'b1;
  f_hold_q    <= rst_ni && (cfg_start_i || !idle_o);
  f_cfg_q     <= cfg_i;
  f_wait_q    <= rst_ni && seg_valid && !seg_ready;
  f_seg_q     <= seg;
  f_op_wait_q <= rst_ni && op_valid && !op_ready;
  f_op_seg_q  <= op_seg;
  f_op_here_q    <= rst_ni && (!op_empty || seg_valid);
  f_merge_here_q <= rst_ni && (merge_wr_valid || op_valid);
  f_head_here_q  <= rst_ni && (!head_idle || op_valid);
  f_rd_wait_q <= rst_ni && rd_valid && !rd_ready;
  f_wr_wait_q <= rst_ni && wr_valid && !wr_ready;
  f_merge_wait_q <= rst_ni && merge_wr_valid && !wr_ready;
  f_head_wait_q  <= rst_ni && head_wr_valid && !wr_ready;
  if (!rst_ni) {f_group_q, f_op_group_q} <= '0;
  else begin
    if (seg_valid && seg_ready) f_group_q    <= f_next;
    if (op_valid && op_ready)   f_op_group_q <= f_op_next;
  end
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  assume (f_ends[12:0] <= 13'(bonnet_pkg::FeatureWords) && f_ends[25:13] <= 13'(bonnet_pkg::FeatureWords) && f_ends[38:26] <= 13'(bonnet_pkg::FeatureWords));
  assume (!f_hold_q || cfg_i == f_cfg_q);
  if (rst_ni) begin
    assume (!cfg_start_i || (idle_o && !bad && !fc));
    // bonnet_walk (walk_words, bonnet_walk): segments of this descriptor, in turn, inside.
    assume (!f_wait_q || (seg_valid && seg == f_seg_q));
    assume (!seg_valid || (f_hold_q && !walk_done && f_put && f_got && f_sound && f_first == f_group_q));
    assume (walk_done || f_hold_q);
    // bonnet_operand (post_words_operand, bonnet_operand): what it was given, in turn; reads for the segment that waits.
    assume (!f_op_wait_q || (op_valid && op_seg == f_op_seg_q));
    assume (!op_valid || (!op_empty && f_op_put && f_op_got && f_op_sound && f_op_first == f_op_group_q));
    assume (!rd_valid || (seg_valid && ((use_res && rd_word == seg.res_word[bonnet_pkg::FbWordW-1:0]) || (use_pass && rd_word == seg.pass_word[bonnet_pkg::FbWordW-1:0]))));
    assume (op_empty || f_op_here_q);
    assume (!f_rd_wait_q || rd_valid);
    // bonnet_merge (post_words_merge), bonnet_head (post_words_head).
    assume (!merge_wr_valid || (f_merge_here_q && !head && merge_wr.we && !f_past(merge_wr.word, merge_wr.mask)));
    assume (!head_wr_valid || (head && head_wr.we && !head_idle && !f_past(head_wr.word, head_wr.mask)));
    assume (head_idle || f_head_here_q);
    assume ((!f_merge_wait_q || merge_wr_valid) && (!f_head_wait_q || head_wr_valid));
    // What is asked.
    if (fb_valid_o && fb_req_o.we)  Write_A: assert (!f_past(fb_req_o.word, fb_req_o.mask));
    if (fb_valid_o && !fb_req_o.we)
      Read_A: assert (seg_valid && ((use_res && fb_req_o.word == seg.res_word[bonnet_pkg::FbWordW-1:0] && 20'(seg.res_word) + 20'(f_n_res) <= 20'(f_ends[25:13]))
                                    || (use_pass && fb_req_o.word == seg.pass_word[bonnet_pkg::FbWordW-1:0] && 20'(seg.pass_word) + 20'(f_n_pass) <= 20'(f_ends[38:26]))));
    // What those proofs assume.
    Stays_A:   assert (!(f_op_here_q || f_merge_here_q || f_head_here_q) || cfg_i == f_cfg_q);
    Taker_A:   assert (op_ready == (head ? head_seg_ready : merge_seg_ready));
    Operand_A: assert (!use_pass || use_res);
    Merge_A:   assert (!op_valid || head || (f_op_put && f_op_sound && (k4 || !f_therm[0]) && post != bonnet_post_pkg::PostHead));
    // What induction has to know.
    Under_A:   assert (idle_o || f_hold_q);
    Port_A:    assert ((!f_held[0] || f_rd_wait_q) && (!f_held[1] || f_wr_wait_q) && f_held != 2'b11 && f_wr_wait_q == (f_merge_wait_q || f_head_wait_q));
    Legal_A:   assert (!f_hold_q || (!bad && !fc));
  end
end
endmodule
