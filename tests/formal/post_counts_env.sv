// SPDX-License-Identifier: Apache-2.0
// bonnet_post: the results in its queue, and its own counts of them. The end of its file, for post_counts.ys.
logic [Depth-1:0]  f_live, f_odd;
logic [CountW-1:0] f_evens, f_odds;
logic              f_begun_q = 1'b0;
for (genvar i = 0; i < Depth; i++) begin : gen_f_place
  logic [CountW:0] at;      // places behind the oldest
  assign at        = (CountW+1)'(i) + ((PtrW'(i) < f_rptr) ? (CountW+1)'(Depth) : '0) - (CountW+1)'(f_rptr);
  assign f_live[i] = at < (CountW+1)'(f_count);
  assign f_odd[i]  = f_mem[2*i + 1];
end
always_comb begin
  {f_evens, f_odds} = '0;
  for (int i = 0; i < Depth; i++) begin
    f_evens = f_evens + CountW'(f_live[i] && !f_odd[i]);
    f_odds  = f_odds + CountW'(f_live[i] && f_odd[i]);
  end
end
always_ff @(posedge clk_i) f_begun_q <= 1'b1;
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (!res_valid_i || fifo_ready);                                          // RoomKept_A: conv_credits
    Counts_A: assert (even_q == f_evens && odd_q == f_odds && held == f_count);
    Busy_A:   assert (busy_o == {(f_live & f_odd) != '0, (f_live & ~f_odd) != '0});
    // What induction has to know.
    Places_A: assert (f_count <= CountW'(Depth) && f_rptr < PtrW'(Depth) && f_wptr < PtrW'(Depth)
                      && (CountW+1)'(f_wptr) == (CountW+1)'(f_rptr) + (CountW+1)'(f_count) - (((CountW+1)'(f_rptr) + (CountW+1)'(f_count) >= (CountW+1)'(Depth)) ? (CountW+1)'(Depth) : '0));
  end
end
endmodule
