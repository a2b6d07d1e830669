// SPDX-License-Identifier: Apache-2.0
// bonnet_stem_slices: every word of every write is inside the feature buffer. The end of its file, for stem_words.ys, which hands in how many rows of
// the pass were made before the strip (f_y_i). Up to four rows or slots of up to four pixels, any pitches. All of it is about one cycle, which
// keeps the induction short.
logic [1:0]  f_line_q, f_last_q;     // row or slot under way; last one (ring: slot)
logic [1:0]  f_first, f_last;        // of the strip that begins
logic [1:0]  f_more;                 // words of a pixel after its first
logic [19:0] f_end, f_row_end;       // a pixel begins before f_end; from a row's first pixel to its last
function automatic logic [19:0] f_times(input logic [1:0] n, input logic [15:0] step);
  f_times = (n[0] ? 20'(step) : 20'd0) + (n[1] ? 20'({step, 1'b0}) : 20'd0);
endfunction
assign f_more    = !cfg_i.k4 ? 2'd0 : cfg_i.out_t ? 2'd2 : 2'd3;
assign f_end     = 20'(bonnet_pkg::FeatureWords) - 20'(f_more);
assign f_row_end = f_times(cfg_i.out_w[1:0] - 2'd1, 16'(cfg_i.out_pix));
assign f_first   = (strip_i.ring != '0) ? strip_i.slot[1:0] : f_y_i[1:0];
assign f_last    = (strip_i.ring != '0) ? strip_i.ring[1:0] - 2'd1 : f_y_i[1:0] + strip_i.rows[1:0] - 2'd1;
assign {f_run_o, f_held_o} = {run_q, held_q};
always_ff @(posedge clk_i) begin
  if (go_i) {f_line_q, f_last_q} <= {f_first, f_last};
  else if (take && last_x) f_line_q <= wrap ? 2'd0 : f_line_q + 2'd1;
end
always_comb if (rst_ni) begin
  // What is asked.
  if (take)       Inside_A:  assert (20'(word_q) < f_end);
  if (fb_valid_q) Written_A: assert (20'(req_word_q) < f_end && (req_mask_q[4*Parts-1:3*Parts] == '0 || f_more == 2'd3)
                                     && (req_mask_q[3*Parts-1:Parts] == '0 || f_more != '0));
  // What bonnet_stem_cfg says of a strip.
  if (go_i) begin
    Strip_A: assert (!busy_o && strip_i.rows != '0 && cfg_i.out_w != '0
                     && (strip_i.ring != '0 ? strip_i.slot < strip_i.ring : 11'(f_y_i) + 11'(strip_i.rows) <= 11'd4));
    First_A: assert (20'(strip_i.first) == 20'(strip_i.base) + f_times(f_first, strip_i.out_row));
    End_A:   assert (20'(strip_i.base) + f_times(f_last, strip_i.out_row) + f_row_end < f_end);
  end
  // What induction has to know.
  Held_A: assert (run_q || !held_q);
  if (run_q) begin
    Walk_A: assert (x_q < cfg_i.out_w && cfg_i.out_w <= 10'd4 && left_q != '0 && f_line_q <= f_last_q
                    && (ring_q ? last_slot_q == 6'(f_last_q) && slot_q == 6'(f_line_q) : left_q <= 10'd4 && 4'(f_line_q) + left_q[3:0] == 4'(f_last_q) + 4'd1));
    Row_A:  assert (20'(row_q) == 20'(base_q) + f_times(f_line_q, out_row_q));
    Word_A: assert (20'(word_q) == 20'(row_q) + f_times(x_q[1:0], 16'(cfg_i.out_pix)));
    Last_A: assert (20'(base_q) + f_times(f_last_q, out_row_q) + f_row_end < f_end);
  end
end
endmodule
