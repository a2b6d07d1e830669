// SPDX-License-Identifier: Apache-2.0
// bonnet_sems: what is asked beyond its own contract. The end of its file, for bonnet_sems.ys: of any one semaphore, f_sem.
(* anyconst *) logic [3:0] f_sem;
logic [CntW-1:0] f_count_q, f_cnt;    // initial tokens, and all gives and takes since
logic            f_full_q, f_begun_q = 1'b0;
always_comb begin
  f_cnt = '0;
  for (int s = 0; s < Sems; s++) if (f_sem == 4'(s)) f_cnt = cnt_q[CntW*s +: CntW];
end
logic [2:0] f_gives;
logic       f_take;
always_comb begin
  f_gives = '0;
  for (int u = 0; u < Units; u++) f_gives += 3'(give_valid_i[u] && give_i[32'(Sems)*u + 32'(f_sem)]);
  f_take = 1'b0;
  for (int u = 0; u < Units; u++) f_take |= gnt_o[u] && take_i[32'(Sems)*u + 32'(f_sem)];
end
always @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  assume (f_begun_q || !rst_ni);
  assume (f_sem < 4'(Sems));
  f_full_q  <= rst_ni && !load_i && (f_full_q || overflow_d);
  f_count_q <= !rst_ni ? '0 : load_i ? CntW'(init_i[32'(4)*f_sem +: 4]) : f_count_q + CntW'(f_gives) - CntW'(f_take);
  if (rst_ni) begin
    // Whose tokens are there, of somebody who asks, is served now.
    Served_A: assert ((gnt_o != '0) == (able != '0) && (gnt_o & ~want_i) == '0);
    // No token is lost or made, until a give finds 63.
    Kept_A:   assert (f_full_q || f_cnt == f_count_q);
  end
end
endmodule
