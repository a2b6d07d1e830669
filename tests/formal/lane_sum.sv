// SPDX-License-Identifier: Apache-2.0
// bonnet_lane: a kernel of at most 72 words (bonnet_job_check(): 9 * C * k / 64 <= 4,608 / 64), counts of at most 64 (popcount.ys); asked of any one pixel,
// f_pix: its sum is that of its counts, and 13 bits hold it. The end of its file, for lane_sum.ys.
localparam int unsigned MaxRows = 72;
(* anyconst *) logic [PixW-1:0] f_pix;
logic        f_some_q = 1'b0;         // the pixel's first row has come
logic [6:0]  f_rows_q;                // rows added
logic [15:0] f_sum_q, f_sum;          // as wide as it takes
assign f_sum = (mask_i ? 16'd32 : 16'(count)) + (first_i ? 16'd0 : f_sum_q);
always @(posedge clk_i) begin
  assume (count <= 7'd64);
  if (add_en_i && pix_i == f_pix) begin
    assume (first_i || (f_some_q && f_rows_q < 7'(MaxRows)));
    f_some_q <= !last_i;
    f_rows_q <= first_i ? 7'd1 : f_rows_q + 7'd1;
    f_sum_q  <= f_sum;
  end
  if (f_some_q) Rows_A: assert (f_rows_q != '0 && f_rows_q <= 7'(MaxRows) && f_sum_q <= {3'd0, f_rows_q, 6'd0});
  if (f_some_q) Same_A: assert (16'(sum_q[f_pix]) == f_sum_q);
  if (add_en_i && pix_i == f_pix) Fits_A: assert (f_sum <= 16'd4608);
end
logic        f_left_q = 1'b0;
logic [15:0] f_whole_q;
always @(posedge clk_i) begin
  if (add_en_i && last_i) {f_left_q, f_whole_q} <= {pix_i == f_pix, f_sum};
  if (f_left_q) Whole_A: assert (16'(sum_o) == f_whole_q);
end
endmodule
