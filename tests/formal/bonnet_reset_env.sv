// SPDX-License-Identifier: Apache-2.0
// bonnet_reset: what is asked beyond its own contract. The end of its file, for bonnet_reset.ys.
always @(posedge clk_i) if (rst_ni && pin_rst_ni && $past(rst_ni && pin_rst_ni)) begin
  FlushKept_A: assert (!$past(flush_o && !(rd_idle_i && wr_idle_i)) || flush_o);
  Halts_A:     assert (!$past(halt_i) || (flush_o && !core_rst_no && !ready_o));
  Together_A:  assert (ready_o == core_rst_no && flush_o == !ready_o);
  Returns_A:   assert (!$past(flush_o && count_q == CountW'(MinCycles) && rd_idle_i && wr_idle_i && !halt_i) || ready_o);
  Counts_A:    assert (!$past(!run_q && !halt_i && count_q != CountW'(MinCycles)) || count_q == $past(count_q) + 1'b1);
end
endmodule
