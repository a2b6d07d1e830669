// SPDX-License-Identifier: Apache-2.0
// bonnet_fc: a descriptor that bonnet_job_check() lets through (fully_connected() in lower_access.c: rows, features and logits inside their
// memories), up to three tiles, and the counts that induction has to know. The end of its file, for bonnet_fc.ys.
logic        f_begun_q = 1'b0;        // the first cycle is a reset
logic [9:0]  f_rows, f_read;          // of a tile; of this tile's walk that were read
logic [11:0] f_rest_q;                // rows of the tiles after this one
logic [17:0] f_row_end, f_out_end;
function automatic logic [11:0] f_times(input logic [1:0] tiles, input logic [9:0] rows);
  f_times = (tiles[0] ? 12'(rows) : 12'd0) + (tiles[1] ? {1'b0, rows, 1'b0} : 12'd0);
endfunction
assign f_rows    = 10'd1 + 10'(d_inputs[11:3]);
assign f_read    = 10'(feat_q[11:3]) + 10'(feat_q[2:0] != '0);
assign f_row_end = 18'(d_wrow) + 18'(f_times(d_tiles[1:0], f_rows));
assign f_out_end = 18'(d_out) + 18'({d_tiles[1:0], 3'd0});       // Lanes / 2 = 8 words a tile
always @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  assume (f_begun_q || !rst_ni);
  f_rest_q  <= (state_q == Idle) ? f_times(d_tiles[1:0] - 2'd1, f_rows) : tile_done ? f_rest_q - 12'(f_rows) : f_rest_q;
end
always @(posedge clk_i) if (rst_ni) begin
  if ($past(rst_ni && (start_i || busy_o))) assume ($stable(desc_i));
  if (start_i || busy_o) begin
    assume (d_tiles != '0 && d_tiles <= 8'd3 && d_inputs != '0 && d_inputs[2:0] == '0);   // bonnet_conv_check; three: small
    assume (f_row_end <= 18'(bonnet_pkg::WeightRows) && f_out_end <= 18'(bonnet_pkg::FeatureWords)
            && 18'(d_in) + 18'(d_inputs[11:2]) <= 18'(bonnet_pkg::FeatureWords));
  end
  State_A: assert (state_q <= Write && (state_q == Idle || (tile_q != '0 && tile_q <= d_tiles && f_rest_q == f_times(tile_q[1:0] - 2'd1, f_rows))));
  Clear_A: assert (state_q != Clear || 18'(wrow_q) + 18'(f_rest_q) + 18'(f_rows) == f_row_end);
  Walk_A:  assert (state_q != Walk || (feat_q < d_inputs && 18'(bias_row_q) + 18'(f_rest_q) + 18'(f_rows) == f_row_end
                   && 18'(bias_row_q) + 18'd1 + 18'(f_read) == 18'(wrow_q)));
  Rest_A:  assert (!(state_q == Drain || state_q == Write) || (18'(bias_row_q) + 18'(f_rest_q) + 18'(f_rows) == f_row_end
                   && 18'(bias_row_q) + 18'(f_rows) == 18'(wrow_q)));
  Drain_A: assert (state_q != Drain || drain_q <= 2'd2);
  Words_A: assert (state_q == Idle || (state_q == Write ? left_q != '0 && left_q <= 7'(Lanes / 2)
                                       && 18'(out_q) + 18'(left_q) + 18'({tile_q[1:0] - 2'd1, 3'd0}) == f_out_end
                                       : 18'(out_q) + 18'({tile_q[1:0], 3'd0}) == f_out_end));
end
endmodule
