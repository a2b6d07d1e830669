// SPDX-License-Identifier: Apache-2.0
// bonnet_stem: small maps, what the black boxes of the chain promise, and the parameter rows. The end of its file, for stem_words.ys.
logic       f_begun_q = 1'b0;        // the first cycle is a reset
logic       f_on;                    // a pass, or a strip of one
logic [8:0] f_row_end;               // the row after the pass's last one
assign f_on      = run_q || !fresh;
assign f_row_end = 9'(cfg.taprow) + 9'(cfg.taprows);
always_ff @(posedge clk_i) f_begun_q <= 1'b1;
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (!start_i || !(run_q || strip_go));                          // StartWhenIdle_A
    if (strip_go) assume (cfg.out_w <= 10'd4 && strip.ring <= 6'd4 && (strip.ring != '0 || cfg.out_h <= 10'd4));
    assume (!col_valid || f_on);                                        // bonnet_stem_lines: columns of a pass only
    assume (!(finished && last_q) || !(col_valid || f_full || tap_valid));   // Drained_A, a cycle later
    assume (!d_valid || prm_ready);                                     // sums are of taps, and those wait for the parameters
    // What is asked.
    Param_A: assert (!sp_re_o || (9'(cfg.prow) <= 9'(sp_row_o) && 9'(sp_row_o) < f_row_end && f_row_end <= 9'(bonnet_pkg::StemRows)));
    // What induction has to know.
    Legal_A: assert (!f_on || (cfg.out_w != '0 && cfg.out_w <= 10'd4 && f_row_end <= 9'(bonnet_pkg::StemRows)));
    Rows_A:  assert (!(f_on || f_asked) || (cfg.taprows != '0 && cfg.taprow == cfg.prow + 8'(bonnet_stem_pkg::PrmRows)
                     && (!f_on || cfg.taprow >= cfg.prow)));
    Near_A:  assert (!strip_go || strip.ring != '0 || !f_far);         // the copy multiplies by two bits
    Done_A:  assert (fresh ? f_y == '0 : f_y < cfg.out_h);
    Busy_A:  assert (!slices_busy || run_q);
    Last_A:  assert (!run_q || last_q == fresh);
    Load_A:  assert (!(f_load || prm_valid) || (run_q && f_run && !f_sums && !prm_ready && (f_load ? f_next <= 3'd4 : f_next == 3'd5)
                     && (prm_valid ? prm_row + 3'd1 == f_next : f_next == '0)));
    Taps_A:  assert (!tap_valid || f_on);
    Beat_A:  assert (tap_valid ? f_beat < cfg.taprows : f_beat == '0);
    Beats_A: assert (f_beat == '0 || 6'(f_beat) == f_row);
    Column_A: assert (!f_full || f_on);
  end
end
endmodule
