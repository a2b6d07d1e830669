// SPDX-License-Identifier: Apache-2.0
// bonnet_walk: a CONV that bonnet_conv_check and bonnet_job_check() let through, small, and where the walk is. The end of its file, for walk_words.ys. Its maps
// are black boxes that keep what walk_map proves. All of it is about one cycle, which keeps the induction short.
// The descriptor is any, and stays: of the one before it a start finds no more than of a reset, any values in the registers that have none.
logic         f_begun_q = 1'b0;   // the first cycle is a reset
(* anyconst *) logic [38:0] f_ends;       // the word after the last one of OUT's map, of RES's, of PASS's
logic [9:0]   f_span_o, f_span_r, f_span_p;
logic [2:0]   f_used;
logic         f_fc, f_bad, f_on, f_weave, f_head;
logic [14:0]  f_reach;         // last channel of all
logic [14:0]  f_last;          // first channel of the last lane group of the last tile
logic [1:0]   f_more;          // tiles after this one
logic [2:0]   f_n, f_n_res, f_n_pass;      // words of 64 channels
bonnet_conv_check u_check (.en_i(1'b1), .desc_i(cfg_i), .fc_o(f_fc), .bad_o(f_bad));
function automatic logic [14:0] f_thrice(input logic [1:0] n, input logic [11:0] step);
  f_thrice = (n[0] ? 15'(step) : 15'd0) + (n[1] ? 15'({step, 1'b0}) : 15'd0);
endfunction
function automatic logic [9:0] f_words(input logic twice, input logic therm, input logic [14:0] reach);   // from a pixel's first to that of `reach`
  logic [15:0] at;
  logic [9:0]  whole;   // words of one slice
  at      = twice ? {reach, 1'b1} : {1'b0, reach};
  whole   = 10'(at[15:6]) + 10'd1;
  f_words = whole + (k4 ? whole << 1 : 10'd0) + ((k4 && !therm) ? whole : 10'd0);
endfunction
assign f_weave  = post == bonnet_post_pkg::PostInterleave;
assign f_head   = post == bonnet_post_pkg::PostHead;
assign f_n      = !k4 ? 3'd1 : cfg_i[bonnet_job_pkg::CONV_OUT_T_LSB] ? 3'd3 : 3'd4;
assign f_n_res  = !k4 ? 3'd1 : cfg_i[bonnet_job_pkg::CONV_RES_T_LSB] ? 3'd3 : 3'd4;
assign f_n_pass = !k4 ? 3'd1 : cfg_i[bonnet_job_pkg::CONV_PASS_T_LSB] ? 3'd3 : 3'd4;
assign f_on     = state_q != IDLE;
assign f_last   = 15'(channel) + f_thrice(tiles[1:0] - 2'd1, tile_step) + f_thrice(2'd3, group_step);
assign f_reach  = f_last + 15'(bonnet_pkg::Group - 1);
assign f_more   = tiles[1:0] - 2'd1 - tile_q[1:0];
assign f_used   = {f_weave, post != bonnet_post_pkg::PostStore, !f_head};
assign f_span_o = f_words(f_weave, cfg_i[bonnet_job_pkg::CONV_OUT_T_LSB], f_reach);
assign f_span_r = f_words(1'b0, cfg_i[bonnet_job_pkg::CONV_RES_T_LSB], f_reach);
assign f_span_p = f_words(1'b0, cfg_i[bonnet_job_pkg::CONV_PASS_T_LSB], f_reach);
// Of the segment that is offered: its lane groups' features; lies one of them in the upper half of its word?
logic [3:0] f_feature, f_high;
for (genvar g = 0; g < 4; g++) begin : gen_f_group
  assign f_feature[g] = !same[g] || 20'(seg_o.out_word) + 20'((6'(seg_o.pos[PosW*g +: PosW]) * 6'(bonnet_pkg::Group) + 6'(bonnet_pkg::Group - 1)) >> 2) < 20'(f_ends[12:0]);
  assign f_high[g]    = same[g] && seg_o.pos[PosW*g +: PosW] >= PosW'(32 / bonnet_pkg::Group);
end
// Lane groups of a pixel come in turn, none is left out: the next segment begins with f_next_q.
logic [1:0] f_next_q;
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  if (!rst_ni || start_i) f_next_q <= '0;
  else if (take)          f_next_q <= same[3] ? 2'd0 : same[2] ? 2'd3 : same[1] ? 2'd2 : 2'd1;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  assume (f_ends[12:0] <= 13'(bonnet_pkg::FeatureWords) && f_ends[25:13] <= 13'(bonnet_pkg::FeatureWords) && f_ends[38:26] <= 13'(bonnet_pkg::FeatureWords));
  assume (!f_fc && !f_bad);
  assume (width <= 10'd4 && {1'b0, y0} + {1'b0, rows} <= 11'd4 && tiles <= 8'd3);    // small
  assume (f_reach < 15'd1024);                                                      // BONNET_MAX_CHANNELS
  assume ({group_step[GroupW-1:0], tile_step[GroupW-1:0]} == '0);                     // shape()
  if (f_head && !cfg_i[bonnet_job_pkg::CONV_MORE_LSB])                                // features(): four channels a word
    assume (18'(out_beg) + 18'(f_reach[14:2]) < 18'(f_ends[12:0]));
  if (rst_ni) begin
    assume (!(start_i && f_on));
    if (state_q == RUN)                                                                 // walk_map: Inside_A
      assume ((!f_used[0] || 20'(out_pix) + 20'(f_span_o) <= 20'(f_ends[12:0])) && (!f_used[1] || 20'(res_pix) + 20'(f_span_r) <= 20'(f_ends[25:13]))
              && (!f_used[2] || 20'(pass_pix) + 20'(f_span_p) <= 20'(f_ends[38:26])));
    // What is asked.
    if (valid_o) begin
      Out_A:     assert (f_head ? cfg_i[bonnet_job_pkg::CONV_MORE_LSB] || f_feature == '1
                                : 20'(seg_o.out_word) + 20'(f_n) + ((f_weave && f_high != '0) ? 20'(f_n) : 20'd0) <= 20'(f_ends[12:0]));
      Res_A:     assert (!f_used[1] || 20'(seg_o.res_word) + 20'(f_n_res) <= 20'(f_ends[25:13]));
      Pass_A:    assert (!f_used[2] || 20'(seg_o.pass_word) + 20'(f_n_pass) <= 20'(f_ends[38:26]));
      Groups_A:  assert (same[f_next_q] && (same & 4'((4'd1 << f_next_q) - 4'd1)) == '0 && (same & (same + (4'd1 << f_next_q))) == '0);   // neighbours, from there on
      LastSeg_A: assert (seg_o.last_seg == same[3]);
    end
    Step_A:  assert ({2'd0, pix_en} + {2'd0, row_en} + {2'd0, top_en} <= 3'd1 && (!(pix_en || row_en || top_en) || state_q == RUN)
                     && (!pix_en || x_q + 10'd1 < width) && (!row_en || y_q + 10'd1 < rows));
    Ended_A: assert (!done_o || f_next_q == '0);
    // What induction has to know.
    State_A:  assert (state_q == IDLE || state_q == SUM || state_q == RUN);
    if (f_on) begin
      Counts_A: assert (x_q < width && y_q < rows && tile_q < tiles && group_q == f_next_q && (state_q == RUN || {group_q, tile_q, x_q, y_q} == '0));
      Chans_A:  assert (15'(c3_q) + f_thrice(f_more, tile_step) == f_last && 15'(c3_q) == 15'(c2_q) + 15'(group_step)
                        && 15'(c2_q) == 15'(c1_q) + 15'(group_step) && 15'(c1_q) == 15'(c0_q) + 15'(group_step));
      Low_A:    assert ({c0_q[GroupW-1:0], c1_q[GroupW-1:0], c2_q[GroupW-1:0], c3_q[GroupW-1:0]} == '0);
    end
  end
end
endmodule
