// SPDX-License-Identifier: Apache-2.0
// bonnet_post: the results that it holds, oldest first, in place of its own counts of them (post_counts). The end of its file, for conv_credits.ys.
logic [2*Depth-1:0] f_line;       // {tile, last} of each
logic [Depth-1:0]   f_even, f_odd;
for (genvar i = 0; i < Depth; i++) begin : gen_f_line
  logic [CountW:0] at;
  assign at                = (CountW+1)'(f_rptr) + (CountW+1)'(i);
  assign f_line[2*i +: 2]  = f_mem[2 * ((at >= (CountW+1)'(Depth)) ? at - (CountW+1)'(Depth) : at) +: 2];
  assign f_even[i]         = CountW'(i) < f_count && !f_line[2*i + 1];
  assign f_odd[i]          = CountW'(i) < f_count && f_line[2*i + 1];
end
assign busy_o = {f_odd != '0, f_even != '0};
assign held   = f_count;
assign f_o = {pop, ent_last, f_rows, f_count, f_line};
always_comb if (rst_ni) begin
  assume (!(idle_o && !cfg_start_i) || !(res_valid_i || ent_valid));             // NothingExtra_A: asserted in every simulation
  Fits_A:    assert (!res_valid_i || fifo_ready);                                 // RoomKept_A
  SetFree_A: assert (!prow_valid_i || !busy_o[prow_tile_i]);
  // What induction has to know.
  Places_A:  assert (f_count <= CountW'(Depth) && f_rptr < PtrW'(Depth) && f_wptr < PtrW'(Depth)
                     && (CountW+1)'(f_wptr) == (((CountW+1)'(f_rptr) + (CountW+1)'(f_count) >= (CountW+1)'(Depth))
                                                ? (CountW+1)'(f_rptr) + (CountW+1)'(f_count) - (CountW+1)'(Depth) : (CountW+1)'(f_rptr) + (CountW+1)'(f_count)));
end
endmodule
