// SPDX-License-Identifier: Apache-2.0
// bonnet_conv: a CONV that bonnet_conv_check and bonnet_job_check() let through (check_rows() in lower_access.c: TILES times the rows of a tile from WROW on,
// no dot product longer than BONNET_MAX_DOT), up to three tiles, and the counts that induction has to know. The end of its file, for conv_rows.ys. The arrays answer what they like.
logic        f_fc, f_bad, f_conv, f_begun_q = 1'b0;
logic [11:0] f_rows, f_tile_rows;     // binary rows of a tile; with its parameter rows
logic [15:0] f_before;                // parameter rows of a tile
logic [7:0]  f_tiles;
(* anyconst *) logic [16:0] f_end;    // the row after the last one
bonnet_conv_check u_legal (.en_i(1'b1), .desc_i(cmd_i.desc), .fc_o(f_fc), .bad_o(f_bad));
function automatic logic [19:0] f_times(input logic [1:0] n, input logic [11:0] step);
  f_times = (n[0] ? 20'(step) : 20'd0) + (n[1] ? 20'({step, 1'b0}) : 20'd0);
endfunction
assign f_conv      = state_q == Run || go_conv;
assign f_tiles     = cmd_i.desc[bonnet_job_pkg::CONV_TILES_LSB +: 8];
assign f_rows      = cmd_i.desc[bonnet_job_pkg::CONV_K3_LSB] ? {1'b0, depth, 3'b0} + 12'(depth) : 12'(depth);
assign f_before    = head ? 16'd2 : 16'd1;
assign f_tile_rows = f_rows + f_before[11:0];
logic [7:0] f_read;                   // tiles whose parameters were read
assign f_read = f_tiles - par_left_q;
always @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  assume (f_begun_q || !rst_ni);
  assume (f_end <= 17'(bonnet_pkg::WeightRows));
  if (rst_ni) begin
    assume (!start_i || state_q == Idle);
    if ($past(rst_ni && (start_i || state_q != Idle))) assume ($stable(cmd_i.desc));
    if ((start_i || state_q != Idle) && !f_fc && !f_bad)
      assume (f_rows <= 12'd72 && f_tiles <= 8'd3 && 20'(first_row) + f_times(f_tiles[1:0], f_tile_rows) <= 20'(f_end));
    Weight_A: assert (!(fire && win_new) || 17'(wrow_q) < f_end);
    Param_A:  assert (!par_re || 17'(prow_q) < f_end);
    // What induction has to know.
    State_A:  assert (state_q != Run || (!f_bad && !f_fc));
    Busy_A:   assert ((!win_busy && !f_run) || state_q == Run);
    Rows_A:   assert (!(state_q == Check || state_q == Run) || rows_q == f_rows);
    Begin_A:  assert (state_q != Check || (wrow_q == first_row + f_before && wfirst_q == wrow_q && prow_q == first_row && par_left_q == f_tiles && !par_second_q));
    First_A:  assert (!(f_run && !win_valid) || (f_next_row == '0 && f_next_tile == '0 && wrow_q == first_row + f_before && wfirst_q == wrow_q));
    Here_A:   assert (!win_valid || (f_row < f_rows && (!win_last || f_row + 12'd1 == f_rows) && f_tile < f_tiles && wrow_q == wfirst_q + 16'(f_row)
                      && 20'(wfirst_q) == 20'(first_row) + 20'(f_before) + f_times(f_tile[1:0], f_tile_rows)));
    Next_A:   assert (!(win_valid && f_run) || (f_next_row == (!win_end ? f_row : win_last ? 12'd0 : f_row + 12'd1)
                      && f_next_tile == ((win_end && win_last && win_tile_end) ? f_tile + 8'd1 : f_tile)));
    Ahead_A:  assert (state_q != Run || (par_left_q <= f_tiles && (head || !par_second_q) && (!par_second_q || par_left_q != '0)
                      && 20'(prow_q) == 20'(first_row) + f_times(f_read[1:0], f_tile_rows) + 20'(par_second_q)));
  end
end
endmodule
